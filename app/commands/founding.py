"""`daumoi headoffice found`, `office add`, `staff add`: a utility, its offices and their people."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.commands.kit import (
    Commands,
    check_office,
    command,
    headoffice_options,
    opened_headoffice,
    password,
    password_option,
    read_text,
    rows_of,
)
from app.domain.errors import AppError
from app.domain.people import ROLES
from app.words import tr

if TYPE_CHECKING:
    from app.headoffice.founding import NewUtility

COUNTRIES = {"vn": ("VND", "Asia/Ho_Chi_Minh", "vi"), "cn": ("CNY", "Asia/Shanghai", "en")}
"""Country -> its currency, time zone and the language of papers, unless others are given."""

KINDS = ("water", "wastewater", "electricity")

VALUES = (
    "name", "kind", "country", "tariffs", "currency", "zone", "papers", "tax_code", "bank_bin",
    "bank_account",
)  # fmt: skip
"""What founding asks, by the names of the options and of the keys in a TOML file."""


def add(within: Commands) -> None:
    """Describe the commands."""
    _add_found(within)
    office = within.add_parser("office", help=tr("district offices"))
    _add_office(office.add_subparsers(required=True, metavar="add"))
    staff = within.add_parser("staff", help=tr("people of an office"))
    _add_staff(staff.add_subparsers(required=True, metavar="add"))


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
    headoffice_options(found)
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
    headoffice_options(office)
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
    headoffice_options(staff)
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


# -- what they do -----------------------------------------------------------------------------------------


def _found(args: argparse.Namespace) -> int:
    from app.headoffice.founding import NewOffice

    values, offices = _description(args.file) if args.file else ({}, [])
    values |= {key: given for key in VALUES if (given := getattr(args, key)) is not None}
    utility = _utility(values)
    with opened_headoffice(args, founded=False) as headoffice:
        headoffice.founding.utility(utility)
        print(tr("{name} is founded in {path}.", name=utility.name, path=args.home))
        for each in offices:
            points = tuple((str(c), str(n), str(a)) for c, n, a in each.get("points", ()))
            new = NewOffice(each["name"], each["address"], each["phone"], points)
            _tell_office(headoffice.founding.office(new), new.name)
    return 0


def _utility(values: dict[str, str]) -> NewUtility:
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
    with opened_headoffice(args) as headoffice:
        new = NewOffice(args.name, args.address, args.phone, tuple(points))
        _tell_office(headoffice.founding.office(new), new.name)
    return 0


def _staff(args: argparse.Namespace) -> int:
    from app.headoffice.founding import NewStaff

    with opened_headoffice(args) as headoffice:
        check_office(headoffice, args.office)
        login = args.login.strip().casefold()
        wanted = "SELECT 1 FROM staff WHERE office_no = ? AND login = ? AND retired_at IS NULL"
        if rows_of(headoffice, wanted, args.office, login):
            raise AppError("staff.login_taken", login=login)
        units = [code for (code,) in rows_of(headoffice, "SELECT code FROM unit WHERE retired_at IS NULL")]
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
