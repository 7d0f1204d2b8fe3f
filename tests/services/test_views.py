"""How a person likes to see lists, kept on one desk."""

from __future__ import annotations

import pytest

from app.bootstrap import Desktop
from app.domain.errors import Invalid
from app.queries.views import View
from tests.offices import person


def test_views_are_kept_by_person_and_list(desktop: Desktop) -> None:
    yen, mai = person(desktop, "yen").id, person(desktop, "mai").id
    views, kept = desktop.views, desktop.view_queries
    assert kept.named(yen, "requests") == []
    assert kept.left(yen, "requests") == {}
    assert views.save(yen, "requests", "  Quá hạn   của tôi ", {"filter": "overdue"}) == "Quá hạn của tôi"
    views.save(yen, "requests", "Ẩm thấp", {"filter": "all"})
    views.save(yen, "requests", "Quá hạn của tôi", {"filter": "mine"})
    views.leave(yen, "requests", {"filter": "tell"})
    assert kept.named(yen, "requests") == [
        View("Ẩm thấp", {"filter": "all"}),
        View("Quá hạn của tôi", {"filter": "mine"}),
    ]
    assert kept.left(yen, "requests") == {"filter": "tell"}
    assert kept.named(mai, "requests") == kept.named(yen, "bills") == []
    views.drop(yen, "requests", "Ẩm thấp")
    assert [view.name for view in kept.named(yen, "requests")] == ["Quá hạn của tôi"]


@pytest.mark.parametrize(("name", "why"), [("  ", "required"), ("x" * 61, "name.long")])
def test_a_view_needs_a_name_that_a_menu_has_room_for(desktop: Desktop, name: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        desktop.views.save(person(desktop, "yen").id, "requests", name, {})
    assert refused.value.fields == {"name": why}


def test_nothing_of_it_is_sent(desktop: Desktop) -> None:
    yen = person(desktop, "yen").id
    before = desktop.client.unsent()
    desktop.views.save(yen, "requests", "Của tôi", {})
    desktop.views.seen(yen, yen, 3)
    assert desktop.client.unsent() == before
