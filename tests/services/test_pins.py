"""PINs: how many tries there are, what makes one void, what a plug that is pulled gives back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bootstrap import Desktop
from app.domain.errors import AppError
from app.domain.pins import TRIES, check_pin
from app.models import Staff
from app.services import pins as module
from app.services.pins import PinService
from app.services.signin import hash_password
from tests.offices import PASSWORD, Company, person


def refusal(work: Callable[[], object]) -> tuple[str, object]:
    with pytest.raises(AppError) as refused:
        work()
    return refused.value.code, refused.value.params.get("left")


@given(st.text(st.sampled_from("0123456789a٣ "), max_size=10))
def test_a_pin_is_a_few_figures_and_not_the_first_that_one_tries(text: str) -> None:
    figures = text.isascii() and text.isdigit() and 4 <= len(text) <= 8
    run = figures and any(text in (line * 3) for line in ("0123456789", "9876543210"))
    easy = figures and (run or len(set(text)) == 1)
    if figures and not easy:
        check_pin(text)
    else:
        assert refusal(lambda: check_pin(text))[0] == ("pin.easy" if easy else "pin.form")


def test_five_wrong_tries_then_the_password_alone(desktop: Desktop) -> None:
    yen, pins = person(desktop, "yen"), desktop.pins
    assert refusal(lambda: pins.set(yen.id, "mat-khau-sai", "2580")) == ("sign_in.wrong", None)
    assert not pins.usable(yen.id)
    pins.set(yen.id, PASSWORD, "2580")
    pins.unlock(yen, "2580")
    for left in range(TRIES - 1, 0, -1):
        assert refusal(lambda: pins.unlock(yen, "1379")) == ("pin.wrong", left)
    anew = PinService(desktop.database.read, desktop.writer, desktop.office_no, desktop.sign_in)
    assert refusal(lambda: anew.unlock(yen, "1379")) == ("pin.spent", None)
    assert refusal(lambda: anew.unlock(yen, "2580")) == ("pin.spent", None)
    assert not anew.usable(yen.id)
    anew.unlock(yen, PASSWORD)
    anew.unlock(yen, "2580")


def test_a_try_counts_before_it_is_looked_at(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    yen, pins = person(desktop, "yen"), desktop.pins
    pins.set(yen.id, PASSWORD, "2580")

    def cut_off(*_: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(type(module._hasher), "verify", cut_off)
        for _ in range(TRIES):
            with pytest.raises(KeyboardInterrupt):
                pins.unlock(yen, "2580")
    assert refusal(lambda: pins.unlock(yen, "2580")) == ("pin.spent", None)


def test_it_is_the_persons_own_and_void_with_another_password(company: Company, desktop: Desktop) -> None:
    yen, mai, pins = person(desktop, "yen"), person(desktop, "mai"), desktop.pins
    pins.set(yen.id, PASSWORD, "2580")
    assert refusal(lambda: pins.unlock(mai, "2580")) == ("unlock.wrong", None)
    feed = company.headoffice.hub.office_feed(company.office_no)
    with company.headoffice.writer.entry("staff.save", None, desk=feed) as draft:
        draft.change(Staff, yen.id, password_hash=hash_password("mat-khau-moi"))
    desktop.client.once()
    assert not pins.usable(yen.id)
    assert refusal(lambda: pins.unlock(yen, "2580")) == ("unlock.wrong", None)
    pins.unlock(yen, "mat-khau-moi")
    pins.set(yen.id, "mat-khau-moi", "2580")
    pins.drop(yen.id)
    assert refusal(lambda: pins.unlock(yen, "2580")) == ("unlock.wrong", None)
    assert desktop.client.unsent() == 0  # nothing of it leaves the desk
