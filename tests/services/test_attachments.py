"""Scans and photos of requests and work orders: who may attach what, and what becomes of the content."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from app.bootstrap import Desktop
from app.domain.attachments import JPEG, LIMIT, PDF
from app.domain.errors import AppError
from app.models import Attachment, Entry, WorkOrder
from app.queries.attachments import AttachmentRow
from tests.offices import Company, person
from tests.scans import pdf, picture, program
from tests.services.test_requests import good, new


def request_of(desktop: Desktop, type_code: str = "leak", login: str = "yen") -> UUID:
    return desktop.requests.register(person(desktop, login), new(type_code)).id


def rows(desktop: Desktop, request: UUID, login: str = "yen") -> list[AttachmentRow]:
    who = person(desktop, login)
    viewer = desktop.request_queries.viewer(who.id, who.roles)
    return desktop.attachment_queries.of("request", request, viewer)


def refused(desktop: Desktop, request: UUID, source: Path | bytes, login: str = "yen") -> str:
    with pytest.raises(AppError) as error:
        desktop.attachments.add(person(desktop, login), "request", request, source, "a.pdf")
    return error.value.code


def files(desktop: Desktop) -> list[str]:
    return sorted(p.name for p in (desktop.home / "attachments").rglob("*") if p.is_file())


def work_order(desktop: Desktop, request: UUID | None = None) -> UUID:
    with desktop.writer.entry("field.issued", None) as draft:
        return draft.add(
            WorkOrder,
            code=draft.number("LC"),
            kind="repair",
            request_id=request,
            address="Vệ An",
            words="Thay van",
            crew=["Nguyễn Văn Sơn"],
            made_at=draft.now,
            made_by=uuid4(),
            unannounced=False,
            labour_free=False,
        )


def test_a_scan_is_kept_under_its_digest_and_named_by_one_fact(desktop: Desktop, tmp_path: Path) -> None:
    request, scan = request_of(desktop), pdf()
    file = tmp_path / "Đơn đề nghị.PDF"
    file.write_bytes(scan)
    done = desktop.attachments.add(person(desktop, "yen"), "request", request, file)
    assert (done.name, done.flaw, done.known) == ("Đơn đề nghị.pdf", "", False)
    digest = sha256(scan)
    path = desktop.home / "attachments" / digest.hexdigest()[:2] / digest.hexdigest()
    assert path.read_bytes() == scan
    [row] = rows(desktop, request)
    assert (row.name, row.media, row.size, row.digest) == (done.name, PDF, len(scan), digest.digest())
    assert (row.by, row.where) == ("Hoàng Thị Yến", "unsent")
    assert good(desktop)


def test_the_same_scan_twice_is_one(desktop: Desktop) -> None:
    yen, request, other = person(desktop, "yen"), request_of(desktop), request_of(desktop)
    scan = pdf()
    one = desktop.attachments.add(yen, "request", request, scan, "don.pdf")
    again = desktop.attachments.add(yen, "request", request, scan, "ten-khac.pdf")
    assert (again.id, again.name, again.known) == (one.id, "don.pdf", True)
    elsewhere = desktop.attachments.add(yen, "request", other, scan, "don.pdf")
    assert not elsewhere.known
    assert len(files(desktop)) == 1


def test_what_is_refused_leaves_nothing_behind(desktop: Desktop, tmp_path: Path) -> None:
    request = request_of(desktop)
    large = tmp_path / "to.pdf"
    with large.open("wb") as file:
        file.truncate(30 << 20)
    assert refused(desktop, request, program()) == "attachment.program"
    assert refused(desktop, request, large) == "attachment.too_large"
    assert refused(desktop, request, tmp_path / "khong-co.pdf") == "file.not_found"
    assert refused(desktop, request, tmp_path) in ("file.not_readable", "attachment.empty")
    assert refused(desktop, uuid4(), pdf()) == "request.unknown"
    assert files(desktop) == []
    assert rows(desktop, request) == []


def test_a_file_that_is_too_large_is_not_read(
    desktop: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, large = request_of(desktop), tmp_path / "to.pdf"
    with large.open("wb") as file:
        file.truncate(LIMIT + 1)
    opened: list[Path] = []
    monkeypatch.setattr(Path, "open", lambda self, *args, **kw: opened.append(self))
    assert refused(desktop, request, large) == "attachment.too_large"
    assert opened == []


def test_a_torn_photo_is_kept_and_said_to_be_torn(desktop: Desktop) -> None:
    request, photo = request_of(desktop), picture("JPEG")
    done = desktop.attachments.add(person(desktop, "yen"), "request", request, photo[:-300], "anh.jpg")
    assert done.flaw == "torn"
    assert rows(desktop, request)[0].media == JPEG


def test_who_may_attach(desktop: Desktop) -> None:
    request = request_of(desktop)
    assert refused(desktop, request, pdf(), "admin") == "not_allowed"
    desktop.attachments.add(person(desktop, "tung"), "request", request, pdf(), "a.pdf")
    assert len(rows(desktop, request)) == 1


def test_of_a_restricted_request_neither_the_name_nor_the_list_is_for_everybody(desktop: Desktop) -> None:
    yen, mai = person(desktop, "yen"), person(desktop, "mai")
    request = request_of(desktop, "denunciation")
    told = desktop.attachments.add(yen, "request", request, pdf(), "tố cáo ông Sơn.pdf")  # who received it
    assert told.name == "1.pdf"
    desktop.attachments.add(mai, "request", request, picture("PNG"), "bien-lai-gia.png")
    assert refused(desktop, request, picture("JPEG"), "tung") == "not_allowed"
    assert [row.name for row in rows(desktop, request, "mai")] == ["1.pdf", "2.png"]
    assert len(rows(desktop, request, "yen")) == 2
    assert rows(desktop, request, "tung") == []
    assert len(files(desktop)) == 2  # what was refused is not kept


def test_a_work_order_has_its_photos(desktop: Desktop) -> None:
    duc, tung = person(desktop, "duc"), person(desktop, "tung")
    order = work_order(desktop)
    desktop.attachments.add(duc, "work_order", order, picture("JPEG"), "van.jpg")
    with pytest.raises(AppError, match="not_allowed"):
        desktop.attachments.add(tung, "work_order", order, pdf(), "a.pdf")
    with pytest.raises(AppError, match=r"order\.unknown"):
        desktop.attachments.add(duc, "work_order", uuid4(), pdf(), "a.pdf")
    viewer = desktop.request_queries.viewer(duc.id, duc.roles)
    assert [row.name for row in desktop.attachment_queries.of("work_order", order, viewer)] == ["van.jpg"]
    secret = work_order(desktop, request_of(desktop, "denunciation"))
    with pytest.raises(AppError, match="not_allowed"):
        desktop.attachments.add(duc, "work_order", secret, pdf(), "a.pdf")
    desktop.attachments.add(person(desktop, "mai"), "work_order", secret, pdf(), "a.pdf")
    assert desktop.attachment_queries.of("work_order", secret, viewer) == []


def test_what_is_put_to_a_form_is_attached_once_the_form_is_saved(company: Company) -> None:
    """The program ends between the request's entry and the attaching: at the next chance it is done."""
    desktop = company.desk("BN03")
    yen, entry_id = person(desktop, "yen"), uuid4()
    held = [desktop.attachments.hold(pdf(), "don.pdf"), desktop.attachments.hold(picture("PNG"), "anh.png")]
    desktop.attachments.keep("request", yen.id, entry_id, held)
    assert desktop.attachments.finish(yen) == []  # not saved yet
    done = desktop.requests.register(yen, new(entry_id=entry_id))
    desktop = company.opened(company.shut(desktop))
    assert desktop.attachments.finish(person(desktop, "mai")) == []  # another's
    assert [each.name for each in desktop.attachments.finish(yen)] == ["don.pdf", "anh.png"]
    assert [row.name for row in rows(desktop, done.id)] == ["don.pdf", "anh.png"]
    assert desktop.attachments.finish(yen) == []
    with desktop.database.read.connect() as read:
        kinds = read.execute(select(Entry.kind).order_by(Entry.hlc)).scalars().all()
        assert kinds[-2:] == ["attachments.add", "attachments.add"]
        assert read.execute(select(func.count()).select_from(Attachment)).scalar_one() == 2


def test_what_is_thrown_away_with_a_form_is_gone_but_for_what_others_have(desktop: Desktop) -> None:
    yen, request = person(desktop, "yen"), request_of(desktop)
    scan, photo, shared = pdf(), picture("PNG"), picture("JPEG")
    desktop.attachments.add(yen, "request", request, scan, "don.pdf")
    held = [desktop.attachments.hold(each, "x") for each in (scan, photo, shared)]
    desktop.attachments.keep("request", yen.id, uuid4(), held)
    desktop.attachments.keep("request", person(desktop, "mai").id, uuid4(), held[2:])
    desktop.attachments.keep("request", yen.id, uuid4(), [])
    for each in held:
        desktop.attachments.let_go(each)
    assert files(desktop) == sorted(sha256(each).hexdigest() for each in (scan, shared))


def test_the_story_of_a_request_has_the_photos_of_its_work_orders(desktop: Desktop) -> None:
    duc, request = person(desktop, "duc"), request_of(desktop)
    first, second = work_order(desktop, request), work_order(desktop, request)
    desktop.attachments.add(person(desktop, "yen"), "request", request, pdf(), "don.pdf")
    desktop.attachments.add(duc, "work_order", second, picture("JPEG"), "van.jpg")
    desktop.attachments.add(duc, "work_order", work_order(desktop), picture("PNG"), "khac.png")
    with desktop.database.read.connect() as read:
        codes = dict(read.execute(select(WorkOrder.id, WorkOrder.code)).all())
    assert [(row.name, row.order) for row in rows(desktop, request)] == [
        ("don.pdf", ""), ("van.jpg", codes[second]),
    ]  # fmt: skip
    viewer = desktop.request_queries.viewer(duc.id, duc.roles)
    alone = desktop.attachment_queries.of("work_order", second, viewer)
    assert [(row.name, row.order) for row in alone] == [("van.jpg", "")]
    assert desktop.attachment_queries.of("work_order", first, viewer) == []
    secret = request_of(desktop, "denunciation", "mai")
    order = work_order(desktop, secret)
    desktop.attachments.add(person(desktop, "mai"), "work_order", order, picture("PNG"), "ten.png")
    assert [row.name for row in rows(desktop, secret, "mai")] == ["1.png"]
    assert rows(desktop, secret, "duc") == rows(desktop, secret, "yen") == []
