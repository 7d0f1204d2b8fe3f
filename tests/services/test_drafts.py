from __future__ import annotations

from uuid import uuid4

from sqlalchemy import func, select

from app.bootstrap import Desktop
from app.models import Draft
from app.queries.drafts import KeptDraft
from tests.offices import person
from tests.services.test_requests import good, new


def drafts(desktop: Desktop) -> int:
    """Rows of the table, whether they are offered again or not."""
    with desktop.database.read.connect() as read:
        return int(read.execute(select(func.count()).select_from(Draft)).scalar_one())


def test_each_person_has_one_draft_of_a_form(desktop: Desktop) -> None:
    yen, mai, entry = person(desktop, "yen").id, person(desktop, "mai").id, uuid4()
    desktop.drafts.keep("request", yen, entry, {"words": "Mất"})
    desktop.drafts.keep("request", yen, entry, {"words": "Mất nước"})
    desktop.drafts.keep("request", mai, uuid4(), {"words": "Rò rỉ"})
    assert desktop.draft_queries.kept("request", yen) == KeptDraft(entry, {"words": "Mất nước"})
    assert desktop.draft_queries.kept("customer", yen) is None
    desktop.drafts.drop("request", yen)
    assert desktop.draft_queries.kept("request", yen) is None
    assert desktop.draft_queries.kept("request", mai) is not None


def test_a_draft_whose_entry_was_saved_is_not_offered_again(desktop: Desktop) -> None:
    yen, request = person(desktop, "yen"), new()
    desktop.drafts.keep("request", yen.id, request.entry_id, {"words": request.words})
    desktop.requests.register(yen, request)
    assert desktop.draft_queries.kept("request", yen.id) is None
    assert drafts(desktop) == 1
    assert good(desktop)  # drafts are of this desk alone: the replay does not know them
