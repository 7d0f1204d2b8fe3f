"""How a home becomes a desk's: by an enrolment, a code told by phone or a file; or with a head office of its
own."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path

from sqlalchemy import select

from app.bootstrap import HUB_DATABASE, HUB_KEY, OFFICE_DATABASE, Desktop, HeadOffice, way_to
from app.domain.clock import Clock
from app.domain.errors import AppError
from app.models import Office, Utility
from app.models.database import trouble_told
from app.sync.at_rest import choose
from app.sync.enrolment import Enrolment, Identity, be, enrol, hub_address, identity_of, invited
from app.sync.fetch import Told, lay_down
from app.sync.transport import HttpTransport, Transport


def enrol_desk(
    home: Path,
    enrolment: Enrolment,
    clock: Clock,
    transport: Transport | None = None,
    told: Told = lambda progress: None,
    *,
    encrypted: bool = False,
) -> Identity:
    """Make `home` a desk's by an enrolment, and fetch the office's data, to be kept `encrypted`. What was cut
    short is completed by the same enrolment again, or by opening the desk. AppError as `join` and
    `bring_data`."""
    identity = join(home, enrolment, clock, transport, encrypted=encrypted)
    bring_data(home, clock, transport, told)
    return identity


def join(
    home: Path,
    enrolment: Enrolment,
    clock: Clock,
    transport: Transport | None = None,
    *,
    encrypted: bool = False,
) -> Identity:
    """Make `home` a desk's by an enrolment; its data, to be kept `encrypted`, comes later.

    AppError as `enrol` and `choose`; "encryption.headoffice_here" where a head office's data lies plain
    beside it."""
    if encrypted and not enrolment.hub_url:
        raise AppError("encryption.headoffice_here", path=str(home))
    with ExitStack() as closing:
        way = transport
        if way is None:
            way = way_to(home, enrolment.hub_url, clock, closing)
            closing.callback(way.close)
        choose(home, encrypted=encrypted)
        return enrol(home, enrolment, way)


def begin_by_file(home: Path, path: Path, code: str, *, encrypted: bool = False) -> Identity:
    """Make `home` a desk's by a file that holds its office's data too; it is put in place by `bring_data`,
    without a line. AppError as `read_start`, `lay_down` and `be`; "start.not_encrypted", for without a line
    the head office could not be given the key to keep."""
    from app.sync.start_file import read_start

    if encrypted:
        raise AppError("start.not_encrypted")
    beginning, parts = read_start(path, code)
    there = identity_of(home)
    if there and there.device != beginning.identity.device:
        raise AppError("home.enrolled", path=str(home), desk=there.desk)
    lay_down(home / OFFICE_DATABASE, beginning.digest, beginning.size, parts)
    be(home, beginning.identity, beginning.key)
    return beginning.identity


def bring_data(home: Path, clock: Clock, transport: Transport | None, told: Told) -> None:
    """Fetch the office's data to a desk, or what is missing of it. AppError as `Desktop`."""
    Desktop(home, clock, transport, told).close()


def invitation_by_phone(address: str, code: str, transport: Transport | None = None) -> Enrolment:
    """What a head office has told of an invitation by phone: where it is, and a code. AppError as
    `hub_address` and `invited`."""
    url = hub_address(address)
    if transport:
        return invited(url, code, transport)
    with closing(HttpTransport(url)) as way:
        return invited(url, code, way)


def found_here(home: Path, clock: Clock, answers: Mapping[str, str]) -> Identity:
    """Found a utility whose head office is in this same home, with one office, one desk and its first
    administrator; `answers` are the fields of `app.ui.start.setup.SetUpAnswers`.

    The head office is made apart and put in its place whole, so a founding that was cut short begins anew.
    AppError "headoffice.founded" when another one is there.
    """
    if not (home / HUB_DATABASE).exists():
        apart = home / "founding"
        with trouble_told(home / HUB_DATABASE):
            shutil.rmtree(apart, ignore_errors=True)
            _found(apart, clock, answers)
            for name in (HUB_KEY, HUB_DATABASE):
                (apart / name).replace(home / name)
            shutil.rmtree(apart, ignore_errors=True)
    headoffice = HeadOffice(home, clock)
    try:
        office = _founded_as(headoffice, answers)
        enrolment = headoffice.enrolment(office, answers["desk"].upper(), answers["desk"].upper(), "")
    finally:
        headoffice.close()
    return enrol_desk(home, enrolment, clock)


def _found(home: Path, clock: Clock, answers: Mapping[str, str]) -> None:
    from app.headoffice.founding import NewOffice, NewStaff, NewUtility

    headoffice = HeadOffice(home, clock)
    try:
        headoffice.founding.utility(
            NewUtility(
                name=answers["utility"],
                kind=answers["kind"],
                currency=answers["currency"],
                zone=answers["zone"],
                language=answers["language"],
                country="cn" if answers["zone"] == "Asia/Shanghai" else "vn",
                tariff_set=answers["tariff_set"],
            )
        )
        office = headoffice.founding.office(
            NewOffice(answers["office"], answers["address"], answers["phone"])
        )
        person = NewStaff(
            login=answers["admin_login"],
            name=answers["admin_name"],
            title="",
            phone=answers["phone"],
            roles=("administrator", "supervisor"),
            password=answers["admin_password"],
        )
        headoffice.founding.staff(headoffice.hub.office_feed(office), [person])
    finally:
        headoffice.close()


def _founded_as(headoffice: HeadOffice, answers: Mapping[str, str]) -> int:
    """The number of the office that the answers name. AppError "headoffice.founded" when there is none."""
    with headoffice.database.read.connect() as read:
        name = read.execute(select(Utility.name)).scalar()
        wanted = select(Office.number).where(Office.name == answers["office"])
        number = read.execute(wanted).scalar()
    if name != answers["utility"] or number is None:
        raise AppError("headoffice.founded", path=str(headoffice.home), name=name)
    return int(number)
