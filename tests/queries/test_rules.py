from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app.bootstrap import Desktop
from app.headoffice.founding import COMPANY
from app.models import CalendarDay, RequestType
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
