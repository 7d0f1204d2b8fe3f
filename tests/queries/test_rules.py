from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select

from app.bootstrap import Desktop
from app.domain.deadlines import Limit
from app.headoffice.founding import COMPANY
from app.models import CalendarDay, CharterTarget, RequestType
from app.services.writer import Draft
from tests.offices import START, Company


def test_what_the_head_office_changes_is_known_at_once(company: Company, desktop: Desktop) -> None:
    rules = desktop.rules
    before, working = rules.request_types(START.date()), rules.calendar()
    assert rules.calendar() is working  # nothing was written: not made anew
    with company.headoffice.database.read.connect() as read:
        wanted = select(RequestType.id).where(RequestType.code == "leak")
        leak = read.execute(wanted).scalar_one()
    with company.headoffice.writer.entry("rules.edit", None, desk=COMPANY) as draft:
        draft.change(RequestType, leak, limit_amount=before["leak"].limit.amount + 5)
        draft.add(CalendarDay, day=date(2026, 11, 20), intervals=[], note="Nghỉ bù")
    assert rules.utility.bank_account == "1011017595600"
    company.headoffice.founding.bank("970415", "113366668888")
    assert rules.request_types(START.date()) == before
    company.sync()
    assert (rules.utility.bank_bin, rules.utility.bank_account) == ("970415", "113366668888")
    after = rules.request_types(START.date())
    assert after["leak"].limit.amount == before["leak"].limit.amount + 5
    assert {code: kind for code, kind in after.items() if code != "leak"} == {
        code: kind for code, kind in before.items() if code != "leak"
    }
    assert working.openings(START.date())
    assert not rules.calendar().openings(START.date())


def test_what_is_handed_out_can_be_changed_without_harm(desktop: Desktop) -> None:
    desktop.rules.request_types(START.date()).clear()
    assert len(desktop.rules.request_types(START.date())) > 10


def test_a_target_of_the_charter_holds_from_its_day_and_the_office_goes_before_the_company(
    company: Company, desktop: Desktop
) -> None:
    today = START.date()
    targets = desktop.rules.charter_targets(today)
    assert (targets["answer"].measure, targets["answer"].limit) == ("answered", Limit(7, "working_days"))
    assert (targets["restore"].measure, targets["restore"].share) == ("restored", 950)
    assert targets == desktop.rules.charter_targets(date(2010, 1, 1))  # those of the founding hold always
    office, later = company.headoffice.hub.office_feed(1), today + timedelta(days=3)
    with company.headoffice.writer.entry("rules.edit", None, desk=office) as draft:
        promise(draft, "answer", 5, today)
        promise(draft, "refund", 2, later, retired_at=START)
    with company.headoffice.writer.entry("rules.edit", None, desk=COMPANY) as draft:
        promise(draft, "answer", 9, later)
        promise(draft, "billing", 3, later)
    company.sync()
    now, then = desktop.rules.charter_targets(today), desktop.rules.charter_targets(later)
    assert desktop.rules.charter_targets(today - timedelta(days=1)) == targets
    assert (now["answer"].limit.amount, now["billing"].limit) == (5, Limit(48, "hours"))
    assert (then["answer"].limit.amount, then["billing"].limit.amount) == (5, 3)
    assert "refund" in now
    assert "refund" not in then


def promise(
    draft: Draft, code: str, days: int, valid_from: date, *, retired_at: datetime | None = None
) -> None:
    draft.add(
        CharterTarget, code=code, names={"vi": code, "en": code, "zh": code}, measure="answered",
        limit_amount=days, limit_unit="working_days", share=1000, valid_from=valid_from,
        retired_at=retired_at,
    )  # fmt: skip
