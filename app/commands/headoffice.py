"""`daumoi headoffice`: found the utility, let offices, people and desks in, serve the desks."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.commands.kit import (
    Commands,
    command,
    database_option,
    home_option,
    json_option,
    number,
    password,
    password_option,
    read_text,
    tell,
)
from app.commands.updates import add_published
from app.domain.errors import AppError
from app.domain.people import ROLES
from app.words import tr

if TYPE_CHECKING:
    from app.bootstrap import HeadOffice
    from app.headoffice.hub import Hub

COUNTRIES = {"vn": ("VND", "Asia/Ho_Chi_Minh", "vi"), "cn": ("CNY", "Asia/Shanghai", "en")}
"""Country -> its currency, time zone and the language of papers, unless others are given."""

KINDS = ("water", "wastewater", "electricity")

VALUES = (
    "name", "kind", "country", "tariffs", "currency", "zone", "papers", "tax_code", "bank_bin",
    "bank_account",
)  # fmt: skip
"""What founding asks, by the names of the options and of the keys in a TOML file."""


def add(commands: Commands) -> None:
    """Describe the command and those within it."""
    main = command(
        commands,
        "headoffice",
        tr("the head-office server: desks reconcile with it; without a further command it serves"),
        '  daumoi headoffice found --name "Công ty Cấp nước Bắc Ninh" --tariffs tra_vinh_water\n'
        '  daumoi headoffice office add --name "Chi nhánh Tiên Du" --address "Lim" --phone 02223821000\n'
        "  daumoi headoffice staff add --office 1 --login mai --name 'Bùi Thị Mai' --role supervisor\n"
        "  daumoi headoffice invite --office 1 --desk BN03 --url http://10.0.0.5:8765 "
        "--out BN03.daumoi-enrolment\n"
        "  daumoi headoffice --host 0.0.0.0 --port 8765\n"
        "  daumoi headoffice --database postgresql://daumoi@10.0.0.6/daumoi --workers 4\n",
        _serve,
    )
    home_option(main)
    database_option(main)
    main.add_argument(
        "--host", default="127.0.0.1", help=tr("address to serve at; 0.0.0.0 for all of this PC")
    )
    main.add_argument("--port", type=int, default=8765, help=tr("port to serve at; 0 for any free one"))
    main.add_argument(
        "--workers",
        type=int,
        default=1,
        metavar="N",
        help=tr("how many processes serve; more than one needs --database"),
    )
    main.add_argument(
        "--certificate", type=Path, metavar="FILE", help=tr("serve over TLS with this certificate (PEM)")
    )
    main.add_argument(
        "--key", type=Path, metavar="FILE", help=tr("the certificate's key, if it is in a file of its own")
    )
    within = main.add_subparsers(title=tr("commands"), metavar=tr("COMMAND"))
    _add_found(within)
    office = within.add_parser("office", help=tr("district offices"))
    _add_office(office.add_subparsers(required=True, metavar="add"))
    staff = within.add_parser("staff", help=tr("people of an office"))
    _add_staff(staff.add_subparsers(required=True, metavar="add"))
    _add_invite(within)
    _add_leader(within)
    _add_revoke(within)
    _add_escrow(within)
    _add_status(within)
    add_published(within, _opened)


def _add_found(within: Commands) -> None:
    found = command(
        within,
        "found",
        tr("found the utility with its calendar, units, request types and prices"),
        '  daumoi headoffice found --name "Công ty Cấp nước Bắc Ninh" --tariffs tra_vinh_water '
        "--bank-bin 970436 --bank-account 1017595600\n"
        "  daumoi headoffice found --file cong-ty.toml\n\n"
        '  [utility]\n  name = "Công ty Cấp nước Bắc Ninh"\n  tariffs = "tra_vinh_water"\n\n'
        '  [[office]]\n  name = "Chi nhánh Tiên Du"\n  address = "Lim, Tiên Du"\n  phone = "02223821000"\n'
        '  points = [["DT", "Nhà văn hóa Đại Thượng", "Đại Đồng"]]\n',
        _found,
    )
    home_option(found, again=True)
    database_option(found, again=True)
    found.add_argument("--file", type=Path, help=tr("a TOML file with the same values, and offices"))
    found.add_argument("--name", help=tr("name of the utility"))
    found.add_argument("--kind", choices=KINDS, help=tr("what it supplies; water unless given"))
    found.add_argument("--country", choices=COUNTRIES, help=tr("whose calendar holds; vn unless given"))
    found.add_argument("--tariffs", help=tr("the price list to begin with"))
    found.add_argument(
        "--currency", choices=[c for c, _, _ in COUNTRIES.values()], help=tr("currency of bills")
    )
    found.add_argument("--zone", choices=[z for _, z, _ in COUNTRIES.values()], help=tr("time zone"))
    found.add_argument("--papers", choices=("vi", "en"), help=tr("language of papers"))
    found.add_argument("--tax-code", help=tr("tax code of the utility"))
    found.add_argument("--bank-bin", help=tr("six-figure number of the bank, for transfers"))
    found.add_argument("--bank-account", help=tr("account number, for transfers"))


def _add_office(within: Commands) -> None:
    office = command(
        within,
        "add",
        tr("add a district office; tells its number"),
        '  daumoi headoffice office add --name "Chi nhánh Tiên Du" --address "Lim" --phone 02223821000 '
        '--point "DT=Nhà văn hóa Đại Thượng"\n',
        _office,
    )
    home_option(office, again=True)
    database_option(office, again=True)
    office.add_argument("--name", required=True, help=tr("name of the office"))
    office.add_argument("--address", required=True, help=tr("address, for papers"))
    office.add_argument("--phone", required=True, help=tr("phone, for papers"))
    office.add_argument(
        "--point",
        action="append",
        default=[],
        metavar="CODE=NAME",
        help=tr("a collection point; may be repeated"),
    )


def _add_staff(within: Commands) -> None:
    staff = command(
        within,
        "add",
        tr("let a person of an office in; the password is asked for"),
        "  daumoi headoffice staff add --office 1 --login mai --name 'Bùi Thị Mai' --role supervisor\n",
        _staff,
    )
    home_option(staff, again=True)
    database_option(staff, again=True)
    staff.add_argument("--office", type=int, required=True, metavar="N", help=tr("number of the office"))
    staff.add_argument("--login", required=True, help=tr("name to sign in with"))
    staff.add_argument("--name", required=True, help=tr("full name, for papers"))
    staff.add_argument("--title", default="", help=tr("position, for papers"))
    staff.add_argument("--phone", default="", help=tr("phone, for papers"))
    staff.add_argument(
        "--role",
        action="append",
        required=True,
        choices=ROLES,
        help=tr("what the person may do; may be repeated"),
    )
    staff.add_argument("--unit", help=tr("code of the unit that the person belongs to"))
    password_option(staff)


def _add_invite(within: Commands) -> None:
    invite = command(
        within,
        "invite",
        tr("invite a new desk, by a file or a code to be told by phone; it holds for one PC and one week"),
        '  daumoi headoffice invite --office 1 --desk BN03 --name "Quầy 3" --url http://10.0.0.5:8765\n'
        "  daumoi headoffice invite --office 1 --desk BN03 --url http://10.0.0.5:8765 "
        "--out BN03.daumoi-enrolment\n",
        _invite,
    )
    home_option(invite, again=True)
    database_option(invite, again=True)
    invite.add_argument("--office", type=int, required=True, metavar="N", help=tr("number of the office"))
    invite.add_argument("--desk", required=True, metavar="BN03", help=tr("short name, for codes"))
    invite.add_argument("--name", default="", help=tr("name for people, for example Counter 3"))
    invite.add_argument(
        "--url", default="", help=tr("address of this head office; left out for a desk in this same home")
    )
    invite.add_argument(
        "--leader", action="store_true", help=tr("it is the leader's desk: denunciations are opened there")
    )
    invite.add_argument("--out", type=Path, metavar="FILE", help=tr("enrolment file to write"))
    invite.add_argument(
        "--whole",
        action="store_true",
        help=tr("the file holds the office's data too, for a desk without a line; the code opens it"),
    )
    invite.set_defaults(refuse=invite.error)


def _desk_options(parser: argparse.ArgumentParser, example: str) -> None:
    """Of a command about one desk: where the head office is, and which desk it is."""
    home_option(parser, again=True)
    database_option(parser, again=True)
    parser.add_argument("--office", type=int, required=True, metavar="N", help=tr("number of the office"))
    parser.add_argument("--desk", required=True, metavar=example, help=tr("short name, for codes"))


def _add_leader(within: Commands) -> None:
    leader = command(
        within,
        "leader",
        tr("name a desk of an office the leader's: denunciations are opened there"),
        "  daumoi headoffice leader --office 1 --desk BN01\n",
        _leader,
    )
    _desk_options(leader, "BN01")


def _add_revoke(within: Commands) -> None:
    revoke = command(
        within,
        "revoke",
        tr("let a desk in no more: a PC that was lost or given away"),
        "  daumoi headoffice revoke --office 1 --desk BN03\n",
        _revoke,
    )
    _desk_options(revoke, "BN03")


def _add_escrow(within: Commands) -> None:
    escrow = command(
        within,
        "escrow",
        tr("hand out the key of a desk's encrypted data, for a PC that has lost it"),
        "  daumoi headoffice escrow --office 1 --desk BN03 --out BN03.daumoi-key\n",
        _escrow,
    )
    _desk_options(escrow, "BN03")
    escrow.add_argument("--mark", help=tr("the mark that the desk names; the newest key unless given"))
    escrow.add_argument("--out", type=Path, metavar="FILE", help=tr("file to write instead of telling it"))


def _add_status(within: Commands) -> None:
    status = command(
        within,
        "status",
        tr("offices, their desks, and what waits for a supervisor there"),
        "  daumoi headoffice status\n  daumoi headoffice status --json\n",
        _status,
    )
    home_option(status, again=True)
    database_option(status, again=True)
    json_option(status)


# -- what they do -----------------------------------------------------------------------------------------


@contextmanager
def _opened(args: argparse.Namespace, *, founded: bool = True) -> Iterator[HeadOffice]:
    """The head office of a home. AppError "headoffice.not_founded", "headoffice.founded",
    "folder.not_writable"."""
    from app.bootstrap import HUB_DATABASE, HeadOffice
    from app.domain.clock import SystemClock

    home: Path = args.home
    if founded and not args.database and not (home / HUB_DATABASE).exists():
        raise AppError("headoffice.not_founded", path=str(home))
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AppError("folder.not_writable", path=str(home)) from error
    headoffice = HeadOffice(home, SystemClock(), args.database)
    try:
        name = _one(headoffice, "SELECT name FROM utility")
        if founded and name is None:
            raise AppError("headoffice.not_founded", path=str(home))
        if not founded and name is not None:
            raise AppError("headoffice.founded", path=str(home), name=name)
        yield headoffice
    finally:
        headoffice.close()


def _all(headoffice: HeadOffice, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with headoffice.database.reading() as cur:
        cur.execute(sql, values)
        return [tuple(row) for row in cur.fetchall()]


def _one(headoffice: HeadOffice, sql: str, *values: object) -> Any:
    found = _all(headoffice, sql, *values)
    return found[0][0] if found else None


def _serve(args: argparse.Namespace) -> int:
    from functools import partial

    from app.headoffice.server import serve, serve_many

    scheme = "https" if args.certificate else "http"

    def ready(port: int) -> None:
        url = f"{scheme}://{args.host}:{port}"
        print(tr("The head office serves at {url}. Ctrl+C ends it.", url=url), flush=True)

    if args.workers > 1 and not args.database:
        raise AppError("headoffice.one_process")
    try:
        with _opened(args) as headoffice:
            if args.workers <= 1:
                serve(headoffice.hub, args.host, args.port, ready, args.certificate, args.key)
                return 0
        factory = partial(_hub_of, args.home, args.database)
        serve_many(factory, args.host, args.port, args.workers, ready, args.certificate, args.key)
    except (OSError, OverflowError) as error:
        raise AppError("headoffice.port", host=args.host, port=args.port) from error
    return 0


@contextmanager
def _hub_of(home: Path, database: str) -> Iterator[Hub]:
    """The hub of one of several processes."""
    from app.bootstrap import HeadOffice
    from app.domain.clock import SystemClock

    headoffice = HeadOffice(home, SystemClock(), database)
    try:
        yield headoffice.hub
    finally:
        headoffice.close()


def _escrow(args: argparse.Namespace) -> int:
    from app.sync.at_rest import in_words
    from app.sync.enrolment import keep_file

    with _opened(args) as headoffice:
        _check_office(headoffice, args.office)
        held = headoffice.escrow(args.office, args.desk)
    found = next((each for each in held if args.mark in (None, each.key.mark)), None)
    if found is None:
        raise AppError("encryption.none_held", desk=args.desk)
    words = in_words(found.key)
    if args.out is not None:
        keep_file(args.out, f"{words}\n".encode())
        words = str(args.out)
    print(tr("Desk {desk}, key {mark}:", desk=args.desk, mark=found.key.mark))
    print(words)
    print(
        tr("Whoever has it reads the desk's data. At the desk: daumoi key. Then destroy what it stands on.")
    )
    return 0


def _leader(args: argparse.Namespace) -> int:
    with _opened(args) as headoffice:
        _check_office(headoffice, args.office)
        headoffice.hub.name_leader(args.office, args.desk)
        print(tr("Denunciations are opened at desk {desk} from now on.", desk=args.desk))
    return 0


def _revoke(args: argparse.Namespace) -> int:
    with _opened(args) as headoffice:
        _check_office(headoffice, args.office)
        kin = headoffice.founding.revoke(headoffice.hub.office_feed(args.office), args.desk)
        print(tr("Desk {desk} is let in no more.", desk=args.desk))
        if kin:
            print(
                tr(
                    "Its data was restored or copied: {desks} went on from it and are still let in. Revoke "
                    "those too that are on the PC you mean.",
                    desks=", ".join(kin),
                )
            )
    return 0


def _status(args: argparse.Namespace) -> int:
    from app.queries.exceptions import open_exceptions

    with _opened(args) as headoffice:
        offices = _all(headoffice, 'SELECT "number", name FROM office ORDER BY "number"')
        desks = _all(
            headoffice,
            'SELECT d.office_no, d.desk, d.name, d.revoked_at, f."last" FROM device d LEFT JOIN feed f '
            "ON f.office_no = d.office_no AND f.device = d.\"number\" WHERE d.kind = 'desktop' "
            "ORDER BY d.office_no, d.desk",
        )
        with headoffice.database.read.connect() as read:
            waiting = {office: sum(kinds.values()) for office, kinds in open_exceptions(read).items()}
    lines = []
    data = []
    for office, name in offices:
        of_office = [desk for desk in desks if desk[0] == office]
        to_settle = waiting.get(office, 0)
        lines.append(
            tr("Office {number}, {name}: {count} to settle", number=office, name=name, count=to_settle)
        )
        for _, desk, called, revoked, last in of_office:
            entries = number(last or 0)
            lines.append(
                tr("  {desk} ({name}): let in no more", desk=desk, name=called)
                if revoked
                else tr("  {desk} ({name}): {count} entries here", desk=desk, name=called, count=entries)
            )
        data.append(
            {
                "office": office,
                "name": name,
                "to_settle": to_settle,
                "desks": [
                    {"desk": desk, "name": called, "revoked": bool(revoked), "entries": last or 0}
                    for _, desk, called, revoked, last in of_office
                ],
            }
        )
    tell(args, "\n".join(lines), {"offices": data})
    return 0


def _found(args: argparse.Namespace) -> int:
    from app.headoffice.founding import NewOffice

    values, offices = _description(args.file) if args.file else ({}, [])
    values |= {key: given for key in VALUES if (given := getattr(args, key)) is not None}
    utility = _utility(values)
    with _opened(args, founded=False) as headoffice:
        headoffice.founding.utility(utility)
        print(tr("{name} is founded in {path}.", name=utility.name, path=args.home))
        for each in offices:
            points = tuple((str(c), str(n), str(a)) for c, n, a in each.get("points", ()))
            new = NewOffice(each["name"], each["address"], each["phone"], points)
            _tell_office(headoffice.founding.office(new), new.name)
    return 0


def _utility(values: dict[str, str]) -> Any:
    from app.domain.vietqr import payload
    from app.headoffice.founding import NewUtility, tariff_sets

    sets = tariff_sets()
    for key, known in {
        "kind": KINDS, "country": COUNTRIES, "tariffs": sets, "papers": ("vi", "en"),
        "currency": [c for c, _, _ in COUNTRIES.values()], "zone": [z for _, z, _ in COUNTRIES.values()],
    }.items():  # fmt: skip
        if key in values and values[key] not in known:
            raise AppError("choice.wrong", value=values[key], option=key, known=", ".join(known))
    missing = [f"--{key}" for key in ("name", "tariffs") if not values.get(key, "").strip()]
    if missing:
        raise AppError("value.missing", option=", ".join(missing))
    country = values.get("country", "vn")
    currency, zone, language = COUNTRIES[country]
    if values.get("bank_bin") or values.get("bank_account"):
        payload(values.get("bank_bin", ""), values.get("bank_account", ""), 1000, "HD", "HD")
    return NewUtility(
        name=values["name"].strip(),
        kind=values.get("kind", KINDS[0]),
        currency=values.get("currency", currency),
        zone=values.get("zone", zone),
        language=values.get("papers", language),
        country=country,
        tariff_set=values["tariffs"],
        tax_code=values.get("tax_code"),
        bank_bin=values.get("bank_bin"),
        bank_account=values.get("bank_account"),
    )


def _description(path: Path) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """The utility's values and its offices from a TOML file. AppError "headoffice.description"."""
    import tomllib

    try:
        read = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise AppError("headoffice.description", path=str(path), what=str(error)) from error
    values, offices = read.get("utility"), read.get("office", [])
    of_office = {"name", "address", "phone"}
    if not isinstance(values, dict) or not isinstance(offices, list):
        raise AppError("headoffice.description", path=str(path), what="[utility], [[office]]")
    wrong = [k for k, v in values.items() if k not in VALUES or not isinstance(v, str)]
    for office in offices:
        wrong += [k for k in of_office if not isinstance(office.get(k), str)]
        points = office.get("points", [])
        if not isinstance(points, list) or not all(isinstance(p, list) and len(p) == 3 for p in points):
            wrong.append("points")
        wrong += office.keys() - of_office - {"points"}
    if wrong:
        raise AppError("headoffice.description", path=str(path), what=", ".join(wrong))
    return values, offices


def _tell_office(number: int, name: str) -> None:
    print(tr("Office {number}: {name}.", number=number, name=name))


def _office(args: argparse.Namespace) -> int:
    from app.headoffice.founding import NewOffice

    points = []
    for text in args.point:
        code, equals, name = text.partition("=")
        if not code.strip() or not equals or not name.strip():
            raise AppError("point.unreadable", text=text)
        points.append((code.strip(), name.strip(), ""))
    with _opened(args) as headoffice:
        new = NewOffice(args.name, args.address, args.phone, tuple(points))
        _tell_office(headoffice.founding.office(new), new.name)
    return 0


def _staff(args: argparse.Namespace) -> int:
    from app.headoffice.founding import NewStaff

    with _opened(args) as headoffice:
        _check_office(headoffice, args.office)
        login = args.login.strip().casefold()
        wanted = "SELECT 1 FROM staff WHERE office_no = ? AND login = ? AND retired_at IS NULL"
        if _one(headoffice, wanted, args.office, login):
            raise AppError("staff.login_taken", login=login)
        units = [code for (code,) in _all(headoffice, "SELECT code FROM unit WHERE retired_at IS NULL")]
        if args.unit is not None and args.unit not in units:
            raise AppError("staff.unit_unknown", unit=args.unit, units=", ".join(units))
        new = NewStaff(
            login=login,
            name=args.name,
            title=args.title,
            phone=args.phone,
            roles=tuple(dict.fromkeys(args.role)),
            password=password(args, login),
            unit_code=args.unit,
        )
        headoffice.founding.staff(headoffice.hub.office_feed(args.office), [new])
        print(tr("{name} can sign in as {login}.", name=args.name, login=login))
    return 0


def _invite(args: argparse.Namespace) -> int:
    from app.documents.files import replacing
    from app.domain.codes import code
    from app.headoffice.hub import INVITATION_DAYS
    from app.sync.enrolment import write_enrolment

    try:
        code("HD", args.desk, 2026, 1)
    except ValueError as error:
        raise AppError("desk.name", desk=args.desk) from error
    if args.whole and not (args.out and args.url):
        args.refuse(tr("--whole goes with --out and --url"))
    if not (args.out or args.url):
        args.refuse(tr("--out is needed, or --url for a code by phone"))
    if args.url and not args.url.startswith(("http://", "https://")):
        raise AppError("headoffice.url", url=args.url)
    with _opened(args) as headoffice:
        _check_office(headoffice, args.office)
        taken = "SELECT 1 FROM device WHERE kind = 'desktop' AND desk = ? AND revoked_at IS NULL"
        if _one(headoffice, taken, args.desk):
            raise AppError("desk.taken", desk=args.desk)
        name = args.name or args.desk
        invited = headoffice.enrolment(args.office, args.desk, name, args.url, leads=args.leader)
        if args.whole:
            headoffice.start_file(invited, args.out)
            print(
                tr(
                    "{path} makes one PC desk {desk}, without a line. Its code, by phone: {code}",
                    path=args.out,
                    desk=args.desk,
                    code=invited.code,
                )
            )
            return 0
        if args.out:
            with replacing(args.out) as draft:
                write_enrolment(draft, invited)
            print(
                tr(
                    "{path} lets one PC become desk {desk} within {days} days: daumoi enrol {path}",
                    path=args.out,
                    desk=args.desk,
                    days=INVITATION_DAYS,
                )
            )
        if args.url:
            print(
                tr(
                    "By phone, for one PC to become desk {desk} within {days} days: address {url}, "
                    "code {code}",
                    desk=args.desk,
                    days=INVITATION_DAYS,
                    url=args.url,
                    code=invited.code,
                )
            )
    return 0


def _check_office(headoffice: HeadOffice, number: int) -> None:
    if not _one(headoffice, 'SELECT 1 FROM office WHERE "number" = ?', number):
        raise AppError("office.unknown", number=number)
