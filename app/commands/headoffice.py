"""`daumoi headoffice`: serve the desks, tell how they stand; what else there is to do at the head office."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands import backup, encryption, enrolment, founding, updates
from app.commands.kit import (
    Commands,
    command,
    database_option,
    headoffice_options,
    home_option,
    json_option,
    number,
    opened_headoffice,
    rows_of,
    tell,
)
from app.domain.errors import AppError
from app.words import tr

if TYPE_CHECKING:
    from app.headoffice.hub import Hub


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
    founding.add(within)
    enrolment.add(within)
    encryption.add_escrow(within)
    backup.add_headoffice(within)
    _add_status(within)
    updates.add_published(within)


def _add_status(within: Commands) -> None:
    status = command(
        within,
        "status",
        tr("offices, their desks, and what waits for a supervisor there"),
        "  daumoi headoffice status\n  daumoi headoffice status --json\n",
        _status,
    )
    headoffice_options(status)
    json_option(status)


# -- what they do -----------------------------------------------------------------------------------------


def _serve(args: argparse.Namespace) -> int:
    from functools import partial

    from app.failures import sentence
    from app.headoffice.server import serve, serve_many

    scheme = "https" if args.certificate else "http"

    def ready(port: int) -> None:
        url = f"{scheme}://{args.host}:{port}"
        print(tr("The head office serves at {url}. Ctrl+C ends it.", url=url), flush=True)
        words = [sentence(AppError("headoffice.on_server"), tr)] if args.database else _kept_words(args.home)
        print("\n".join(words), flush=True)

    if args.workers > 1 and not args.database:
        raise AppError("headoffice.one_process")
    try:
        with opened_headoffice(args) as headoffice:
            if args.workers <= 1:
                with nullcontext() if args.database else _kept(args.home):
                    serve(headoffice.hub, args.host, args.port, ready, args.certificate, args.key)
                return 0
        factory = partial(_hub_of, args.home, args.database)
        serve_many(factory, args.host, args.port, args.workers, ready, args.certificate, args.key)
    except (OSError, OverflowError) as error:
        raise AppError("headoffice.port", host=args.host, port=args.port) from error
    return 0


@contextmanager
def _kept(home: Path) -> Iterator[None]:
    """A backup is made every day meanwhile; nobody else serves this head office."""
    from app.bootstrap import hub_alone
    from app.domain.clock import SystemClock
    from app.failures import sentence
    from app.home.backups import Done
    from app.home.hub_recovery import HubBackups, Keeper

    def told(what: Done | AppError) -> None:
        trouble = what.trouble if isinstance(what, Done) else what
        if trouble is not None:
            made = tr("The backup is made on this PC.")
            first = made if isinstance(what, Done) else tr("No backup could be made.")
            print(first, sentence(trouble, tr), file=sys.stderr, flush=True)

    with hub_alone(home), Keeper(HubBackups(home, SystemClock()), told):
        yield


def _kept_words(home: Path) -> list[str]:
    from app.domain.clock import SystemClock
    from app.home.hub_recovery import HubBackups

    backups = HubBackups(home, SystemClock())
    lines = [tr("A backup is made every day: {path}", path=backups.folder)]
    if backups.place is not None:
        lines.append(tr("Backups are put into {path} too.", path=backups.place))
    return lines


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


def _status(args: argparse.Namespace) -> int:
    from app.home.hub_recovery import KEY_COPIED
    from app.queries.exceptions import open_exceptions

    with opened_headoffice(args) as headoffice:
        offices = rows_of(headoffice, 'SELECT "number", name FROM office ORDER BY "number"')
        desks = rows_of(
            headoffice,
            'SELECT d.office_no, d.desk, d.name, d.revoked_at, f."last" FROM device d LEFT JOIN feed f '
            "ON f.office_no = d.office_no AND f.device = d.\"number\" WHERE d.kind = 'desktop' "
            "ORDER BY d.office_no, d.desk",
        )
        copied = bool(rows_of(headoffice, 'SELECT 1 FROM local WHERE "key" = ?', KEY_COPIED))
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
    if not copied:
        lines.append(tr("Nobody has a copy of the head office's key yet: daumoi headoffice key --help"))
    tell(args, "\n".join(lines), {"offices": data, "key_copied": copied})
    return 0
