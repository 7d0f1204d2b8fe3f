"""Letters: numbers of the register, the recorded notice, what a letter closes and what it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from app.bootstrap import Desktop
from app.domain.errors import AppError, Invalid
from app.domain.letters import DOTS, filled
from app.models import Letter
from app.queries.requests import RequestStory
from app.services.letters import NewLetter
from app.sync.verify import verify
from app.words import Words
from tests.headoffice.agreeing import assert_agreed, at
from tests.offices import Company, person
from tests.services.test_requests import good, kinds_of, new, state_of

DAY = date(2026, 11, 20)


def complaint(desktop: Desktop, **fields: object) -> UUID:
    given = {"type_code": "complaint_meter", "right_code": "accuracy", **fields}
    types = desktop.rules.request_types(DAY)
    code = next(c for c, kind in types.items() if kind.category == "complaint" and not kind.restricted)
    right = next(iter(desktop.rules.items("right")))
    given |= {"type_code": code, "right_code": right}
    return desktop.requests.register(person(desktop, "yen"), new(**given)).id  # type: ignore[arg-type]


def letter(request: UUID | None = None, **fields: object) -> NewLetter:
    values: dict[str, object] = {
        "entry_id": uuid4(),
        "language": "vi",
        "subject": "Trả lời khiếu nại",
        "addressee": "Ông Nguyễn Văn Thành",
        "address": "12/5 Nguyễn Gia Thiều",
        "text": "Đồng hồ đã được kiểm tra, sai số trong giới hạn cho phép.",
        "signed_by": "Bùi Thị Mai",
        "signed_title": "Giám sát",
        "template": "complaint",
        "request_id": request,
    }
    return NewLetter(**(values | fields))  # type: ignore[arg-type]


def story(desktop: Desktop, request: UUID, login: str = "yen") -> RequestStory:
    who = person(desktop, login)
    found = desktop.request_queries.story(request, desktop.request_queries.viewer(who.id, who.roles))
    assert found is not None
    return found


def test_a_letter_is_the_answer_and_its_notice_in_one_entry(company: Company, desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    request = complaint(desktop)
    done = desktop.letters.write(yen, letter(request, closes=True, outcome="explained", cause="meter"))
    assert done.code == "CV-BN03-26-000001"
    assert state_of(desktop, request) == "closed"
    told = story(desktop, request)
    assert (told.outcome, told.answer) == ("explained", letter().text)
    notice = next(e for e in told.events if e.kind == "told")
    assert notice.data == {"how": "letter", "letter": done.id.hex, "code": done.code}
    assert notice.text == f"{done.code}: Trả lời khiếu nại"
    assert all(e.fitted for e in told.events)
    assert_agreed(company)
    assert good(desktop)


def test_an_answer_that_is_there_already_is_sent_by_the_letter(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    request = complaint(desktop)
    desktop.requests.answer(yen, request, "Đã kiểm định", "unfounded")
    desktop.letters.write(yen, letter(request, closes=True))
    assert state_of(desktop, request) == "closed"
    assert story(desktop, request).answer == "Đã kiểm định"


def test_a_letter_that_tells_no_answer_is_noted_and_closes_nothing(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    request = complaint(desktop)
    done = desktop.letters.write(yen, letter(request, template="interim", subject="Cần thêm thời gian"))
    assert state_of(desktop, request) == "routed"
    assert "told" not in kinds_of(desktop, request)
    note = story(desktop, request).events[-1]
    assert (note.kind, note.text, note.data["letter"]) == (
        "noted", f"{done.code}: Cần thêm thời gian", done.id.hex,
    )  # fmt: skip


def test_a_letter_written_before_goes_out_as_the_notice(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    request = complaint(desktop)
    done = desktop.letters.write(yen, letter(request))
    with pytest.raises(AppError) as refused:
        desktop.letters.send(yen, done.id)
    assert refused.value.code == "request.not_answered"
    desktop.requests.answer(yen, request, "Đã kiểm định", "explained")
    desktop.letters.send(yen, done.id)
    told = next(e for e in story(desktop, request).events if e.kind == "told")
    assert (told.data["letter"], state_of(desktop, request)) == (done.id.hex, "closed")
    with pytest.raises(AppError) as refused:
        desktop.letters.send(yen, uuid4())
    assert refused.value.code == "letter.unknown"


def test_what_is_wrong_is_said_of_each_field_and_takes_no_number(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    request = complaint(desktop)
    bad = letter(
        subject=" ", addressee="", text="", signed_by="", language="fr", address="x" * 201, closes=True
    )
    with pytest.raises(Invalid) as refused:
        desktop.letters.write(yen, bad)
    assert refused.value.fields == {
        "subject": "required", "addressee": "required", "text": "required", "signed_by": "required",
        "language": "language.unknown", "address": "too_long", "request_id": "required",
    }  # fmt: skip
    with pytest.raises(Invalid) as refused:
        desktop.letters.write(yen, letter(request, closes=True))
    assert refused.value.fields == {"outcome": "outcome.unknown"}
    with pytest.raises(Invalid):
        desktop.letters.write(yen, letter(request, text="x" * 4001))
    assert desktop.letters.write(yen, letter()).code == "CV-BN03-26-000001"


def test_a_closed_request_is_not_closed_again_but_may_be_written_about(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    request = complaint(desktop)
    desktop.letters.write(yen, letter(request, closes=True, outcome="solved"))
    with pytest.raises(AppError) as refused:
        desktop.letters.write(yen, letter(request, closes=True, outcome="solved"))
    assert refused.value.code == "request.closed_already"
    desktop.letters.write(yen, letter(request))


def test_saved_twice_it_counts_once(desktop: Desktop) -> None:
    yen, once = person(desktop, "yen"), letter()
    desktop.letters.write(yen, once)
    with pytest.raises(AppError) as refused:
        desktop.letters.write(yen, once)
    assert refused.value.code == "already_saved"
    mine = desktop.letter_queries.register(DAY, DAY, desktop.request_queries.viewer(yen.id, yen.roles))
    assert [row.code for row in mine] == ["CV-BN03-26-000001"]


def test_letters_of_two_desks_apart_have_different_numbers(company: Company, desktop: Desktop) -> None:
    other = company.desk("BN04")
    codes = [desk.letters.write(person(desk, "yen"), letter()).code for desk in (desktop, other, desktop)]
    assert codes == ["CV-BN03-26-000001", "CV-BN04-26-000001", "CV-BN03-26-000002"]
    assert_agreed(company)
    for desk in (desktop, other):
        yen = person(desk, "yen")
        rows = desk.letter_queries.register(DAY, DAY, desk.request_queries.viewer(yen.id, yen.roles))
        assert [row.code for row in rows] == codes
        assert rows[0].author == "Hoàng Thị Yến"


@pytest.mark.parametrize("login", ["tung", "duc", "admin"])
def test_who_may_not_write_letters(company: Company, desktop: Desktop, login: str) -> None:
    by = person(desktop, login)
    with pytest.raises(AppError) as refused:
        desktop.letters.write(by, letter())
    assert refused.value.code == "not_allowed"
    with desktop.writer.entry("letters.write", by.id) as draft:  # past the program's own check
        draft.add(
            Letter, code=draft.number("CV"), language="vi", subject="x", addressee="x", address="", text="x",
            signed_by="x", signed_title="", by=by.id, written_at=draft.now,
        )  # fmt: skip
    company.sync()
    assert at(desktop.database, "SELECT reason FROM parked") == [("not_allowed",)]
    assert at(desktop.database, "SELECT count(*) FROM letter") == [(0,)]


def test_of_a_restricted_letter_others_see_the_number_alone(desktop: Desktop) -> None:
    yen, mai = person(desktop, "yen"), person(desktop, "mai")
    secret = desktop.requests.register(mai, new(type_code="denunciation")).id
    with pytest.raises(AppError) as refused:
        desktop.letters.write(yen, letter(secret))
    assert refused.value.code == "not_allowed"
    done = desktop.letters.write(mai, letter(secret, closes=True, outcome="unfounded"))
    queries = desktop.letter_queries
    sees, sees_not = (desktop.request_queries.viewer(p.id, p.roles) for p in (mai, yen))
    (whole,), (masked,) = queries.register(DAY, DAY, sees), queries.register(DAY, DAY, sees_not)
    assert (whole.hidden, whole.addressee) == (False, "Ông Nguyễn Văn Thành")
    assert masked.hidden
    assert masked.code == done.code
    assert {masked.subject, masked.addressee, masked.address, masked.request_code} == {""}
    assert queries.letter(done.id, sees_not) is None
    assert queries.of_request(secret, sees_not) == []


def test_the_places_are_filled_from_the_request_in_the_language_of_the_letter(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    request = complaint(desktop, words="Đồng hồ chạy {nhanh} <b>")
    desktop.requests.answer(yen, request, "Sẽ kiểm định lại", "explained")
    for language, told, day in (("vi", "đã giải thích", "20/11/2026"), ("zh", None, "2026年11月20日")):
        values = desktop.letter_queries.values(
            story(desktop, request), yen.id, language, desktop.clock.now(), Words(language)
        )
        assert values["received"] == values["today"] == day
        assert values["words"] == "Đồng hồ chạy {nhanh} <b>"
        assert values["answer"] == "Sẽ kiểm định lại"
        assert values["right"] == next(iter(desktop.rules.items("right").values())).name(language)
        assert (values["officer"], values["office_phone"]) == ("Hoàng Thị Yến", "0222 3821 000")
        assert told is None or values["outcome"].startswith(told[:5])
        template = desktop.rules.letter_templates(DAY)["complaint", language]
        done = filled(template.text, values)
        assert "Đồng hồ chạy {nhanh} <b>" in done
        assert DOTS in done  # nobody knows a customer code
        assert "{" not in done.replace("{nhanh}", "")


def test_missing_papers_and_the_incident_fill_their_letters(desktop: Desktop) -> None:
    yen = person(desktop, "yen")
    noted = desktop.requests.register(yen, new(type_code="new_supply", documents=("application",)))
    values = desktop.letter_queries.values(
        story(desktop, noted.id), yen.id, "en", desktop.clock.now(), Words("en")
    )
    assert values["missing"] == "– Identity card\n– Proof of house or lease"
    assert values["hours"] == "Mon – Fri: 07:30–11:30, 13:30–17:00"
    text = filled(desktop.rules.letter_templates(DAY)["missing", "en"].text, values)
    assert "– Identity card\n– Proof of house or lease\n" in text
    assert desktop.letter_queries.values(None, yen.id, "vi", desktop.clock.now(), Words("vi"))["company"]


def test_the_first_to_sign_is_who_leads(desktop: Desktop) -> None:
    signers = desktop.letter_queries.signers()
    assert (signers[0].name, signers[0].title) == ("Bùi Thị Mai", "Giám sát")
    assert len(signers) == 5


def test_the_journal_with_letters_replays_to_the_same(company: Company, desktop: Desktop) -> None:
    request = complaint(desktop)
    desktop.letters.write(person(desktop, "yen"), letter(request, closes=True, outcome="solved"))
    desktop.letters.write(person(desktop, "yen"), replace(letter(request), entry_id=uuid4()))
    assert_agreed(company)
    assert verify(desktop.home / "office.db", desktop.clock.now()).good
