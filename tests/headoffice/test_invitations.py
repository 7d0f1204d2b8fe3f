"""A desk that comes by a code told by phone: whom it believes, and what is worth nothing to who listens."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.bootstrap import Desktop
from app.domain.errors import AppError
from app.home.first_start import enrol_desk, invitation_by_phone
from app.sync.client import open_answer
from app.sync.enrolment import hub_address, request_of
from app.sync.transport import DirectTransport
from app.sync.wire import EnrolReply, EnrolRequest, WhoReply, WhoRequest, peek, seal, sealed
from tests.offices import ON_BOTH, Company

ADDRESS = "10.0.0.5"


def invite(company: Company, desk: str = "BN07") -> str:
    return company.headoffice.hub.enrolling.invite(company.office_no, desk, "Quầy 7")


def refusal(company: Company, code: str, way: DirectTransport | None = None) -> str:
    with pytest.raises(AppError) as refused:
        invitation_by_phone(ADDRESS, code, way or company.transport)
    return refused.value.code


@ON_BOTH
def test_a_desk_comes_in_by_address_and_code(company: Company) -> None:
    typed = invite(company).lower().replace("-", " ")
    enrolment = invitation_by_phone(f" {ADDRESS}", typed, company.transport)
    assert (enrolment.hub_url, enrolment.hub_key) == (
        "http://10.0.0.5:8765",
        company.headoffice.hub.public_key,
    )
    home = company.folder / "BN07"
    enrol_desk(home, enrolment, company.clock, company.transport)
    with closing(Desktop(home, company.clock, company.transport)) as desk:
        assert (desk.identity.desk, desk.rules.office.name) == ("BN07", "Chi nhánh Bắc Ninh")


def test_whoever_answers_without_the_code_is_not_believed(company: Company) -> None:
    """One who stands in the line knows the name of the code and every answer the head office has given, and
    would like his own key to be taken for the head office's."""
    code, own = invite(company), Ed25519PrivateKey.generate()
    heard: list[WhoReply] = []

    def answer(path: str, data: bytes) -> bytes:
        truly = company.headoffice.hub.answer(path, data)
        heard.append(peek(sealed(truly), WhoReply))
        forged = WhoReply(own.public_key().public_bytes_raw(), heard[0].proof)
        return seal(forged, own, about=data)

    assert refusal(company, code, DirectTransport(answer)) == "enrol.impostor"
    again = heard[0]  # the head office's very own answer, to an earlier question
    replay = DirectTransport(lambda path, data: seal(again, own, about=data))
    assert refusal(company, code, replay) == "enrol.impostor"
    assert invitation_by_phone(ADDRESS, code, company.transport).code == code


def test_what_is_heard_on_the_line_lets_nobody_else_in(company: Company) -> None:
    code, hub = invite(company), company.headoffice.hub
    heard = request_of(code, Ed25519PrivateKey.generate(), hub.public_key)
    assert code.encode() not in heard
    own = Ed25519PrivateKey.generate()
    taken = EnrolRequest(peek(sealed(heard), EnrolRequest).code, own.public_key().public_bytes_raw())
    message = seal(taken, own)
    with pytest.raises(AppError, match=r"sync\.nonsense"):
        open_answer(
            hub.answer("/v1/enrol", message),
            EnrolReply,
            Ed25519PublicKey.from_public_bytes(hub.public_key),
            message,
        )


def test_codes_that_are_wrong_old_or_none(company: Company) -> None:
    code = invite(company)
    assert refusal(company, "0000-0000-0000-0000") == "enrol.unknown_code"
    assert refusal(company, "K7QM") == "enrol.code"
    nonsense = DirectTransport(lambda path, data: b"<html>")
    assert refusal(company, code, nonsense) == "sync.nonsense"
    company.clock.advance(timedelta(days=7, minutes=1))
    assert refusal(company, code) == "enrol.unknown_code"


def test_the_head_office_keeps_no_code(company: Company) -> None:
    code = invite(company)
    company.close()
    kept = b"".join(p.read_bytes() for p in company.home.iterdir() if p.is_file())
    assert code.encode() not in kept
    assert code.replace("-", "").encode() not in kept


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("10.0.0.5", "http://10.0.0.5:8765"),
        (" hub.capnuoc.vn:80/ ", "http://hub.capnuoc.vn:80"),
        ("https://hub.capnuoc.vn", "https://hub.capnuoc.vn"),
        ("http://10.0.0.5:8765", "http://10.0.0.5:8765"),
        ("[fe80::1]", "http://[fe80::1]:8765"),
    ],
)
def test_addresses_as_they_are_typed(typed: str, url: str) -> None:
    assert hub_address(typed) == url


@pytest.mark.parametrize(
    "typed", ["", "ftp://x", "10.0.0.5/daumoi", "một hai", "a:b", "a@b", "http://:80", "x:99999"]
)
def test_what_is_no_address(typed: str) -> None:
    with pytest.raises(AppError, match=r"enrol\.address"):
        hub_address(typed)


def test_a_strangers_question_is_small(company: Company) -> None:
    own = Ed25519PrivateKey.generate()
    data = seal(WhoRequest("x" * 100_000_000, b""), own)
    answer = company.headoffice.hub.answer("/v1/who", data)
    assert len(answer) < 1000
