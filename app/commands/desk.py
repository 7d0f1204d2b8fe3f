"""`daumoi enrol`, `sync`, `verify`, `support`: a desk as a whole."""

from __future__ import annotations

import argparse
import time
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.kit import Commands, Progress, command, home_option, json_option, number, opened, tell, wipe
from app.domain.errors import AppError, disk_told
from app.domain.names import renamed
from app.settings import make_home
from app.words import tr

if TYPE_CHECKING:
    from app.sync.client import Progress as ReceivedSoFar
    from app.sync.loop import SyncState
    from app.sync.verify_contents import ContentsVerdict


def add(commands: Commands) -> None:
    """Describe the commands."""
    enrol = command(
        commands,
        "enrol",
        tr("make this PC a desk, by the file that the head office has sent or by a code that it has told"),
        "  daumoi enrol BN03.daumoi-enrolment --home D:\\DauMoi\n"
        "  daumoi enrol K7QM-2XRD-9T4H-VB3C --url 10.0.0.5\n",
        _enrol,
    )
    enrol.add_argument(
        "invitation", metavar="FILE|CODE", help=tr("the enrolment file; with --url the code instead")
    )
    enrol.add_argument(
        "--url", default="", metavar="ADDRESS", help=tr("where the head office is that has told the code")
    )
    enrol.add_argument(
        "--encrypt",
        action="store_true",
        help=tr("keep the data of this desk encrypted; needs the head office"),
    )
    enrol.add_argument("--code", default="", help=tr("the code of a file that holds the office's data too"))
    home_option(enrol)
    sync = command(
        commands,
        "sync",
        tr("send and receive what the head office and this desk lack of each other"),
        "  daumoi sync --once\n  daumoi sync --every 60\n  daumoi sync --once --url 10.0.0.9\n",
        _sync,
    )
    home_option(sync)
    sync.add_argument(
        "--url",
        default="",
        metavar="ADDRESS",
        help=tr("with --once: where the head office is now; kept when it has answered there"),
    )
    sync.add_argument(
        "--once", action="store_true", help=tr("one time; otherwise again and again until Ctrl+C")
    )
    sync.add_argument(
        "--every",
        type=float,
        default=5.0,
        metavar="SECONDS",
        help=tr("how often, when not --once; 5 unless given"),
    )
    json_option(sync)
    sync.set_defaults(refuse=sync.error)
    verify = command(
        commands,
        "verify",
        tr("check that the data is exactly what its journal says: every entry is played again"),
        "  daumoi verify\n  daumoi verify --headoffice --json\n"
        "  daumoi verify --headoffice --database postgresql://daumoi@10.0.0.5/daumoi\n"
        "  daumoi verify --against-hub\n",
        _verify,
    )
    home_option(verify)
    verify.add_argument(
        "--headoffice", action="store_true", help=tr("the head office's data instead of the desk's")
    )
    verify.add_argument(
        "--database", default="", metavar="URL", help=tr("the head office's PostgreSQL database")
    )
    verify.add_argument(
        "--against-hub",
        action="store_true",
        help=tr("compare this desk's rows with the head office's instead, over the line"),
    )
    json_option(verify)
    support = command(
        commands,
        "support",
        tr("write a file for those who help from afar; there is no personal data in it"),
        "  daumoi support --out E:\\ho-tro.zip\n  daumoi support\n",
        _support,
    )
    home_option(support)
    support.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help=tr("file to write; without it, only what would be in it is told"),
    )
    json_option(support)


def _support(args: argparse.Namespace) -> int:
    from app.domain.clock import SystemClock
    from app.support import gather

    file = gather(args.home, SystemClock())
    lines = [f"{part.name:34} {number(len(part.data)):>10}  {part.about}" for part in file.parts]
    data = {"parts": [{"name": part.name, "bytes": len(part.data)} for part in file.parts]}
    if not args.json:
        print("\n".join(lines), flush=True)  # before anything is written
    if args.out is None:
        told = tr("Nothing is written. To write it: daumoi support --out FILE")
    else:
        file.write(args.out)
        told = tr("Saved: {path}. Send this file to the administrator.", path=args.out)
    tell(args, told, {**data, "path": args.out})
    return 0


def _enrol(args: argparse.Namespace) -> int:
    from app.domain.clock import SystemClock
    from app.home.first_start import enrol_desk, invitation_by_phone
    from app.sync.enrolment import identity_of, read_enrolment
    from app.sync.start_file import is_start

    if args.code:
        return _begin(args)
    there = identity_of(args.home)
    if there is not None:
        raise AppError("home.enrolled", path=str(args.home), desk=there.desk)
    if args.url:
        enrolment = invitation_by_phone(args.url, args.invitation)
    elif is_start(file := Path(args.invitation)):
        raise AppError("start.code_missing", path=str(file))
    else:
        enrolment = read_enrolment(file)
    with disk_told(args.home):
        make_home(args.home)
    step = Progress(tr("The office's data, in kB:"))

    def told(far: ReceivedSoFar | None) -> None:
        if far is not None:
            step(far.done_bytes // 1000, far.total_bytes // 1000)

    identity = enrol_desk(args.home, enrolment, SystemClock(), told=told, encrypted=args.encrypt)
    wipe()
    print(tr("This is desk {desk} of office {number} now.", desk=identity.desk, number=identity.office_no))
    return 0


def _begin(args: argparse.Namespace) -> int:
    """By a file that holds the office's data too."""
    from app.domain.clock import SystemClock
    from app.home.first_start import begin_by_file, bring_data

    identity = begin_by_file(args.home, Path(args.invitation), args.code, encrypted=args.encrypt)
    bring_data(args.home, SystemClock(), None, lambda progress: None)
    print(tr("This is desk {desk} of office {number} now.", desk=identity.desk, number=identity.office_no))
    return 0


def _sync(args: argparse.Namespace) -> int:
    from app.sync.enrolment import find_at, hub_address

    if args.url and not args.once:
        args.refuse(tr("--url goes with --once"))
    url = hub_address(args.url) if args.url else ""
    with opened(args.home, url) as desktop:
        if args.once:
            before = desktop.writer.desk.name
            report = desktop.client.once()
            if url:
                find_at(args.home, url)
            text = tr(
                "Reconciled: {sent} entries sent, {received} received.",
                sent=number(report.sent),
                received=number(report.received),
            )
            desk = desktop.writer.desk.name
            if url:
                text += "\n" + tr("From now on this desk finds its head office at {url}.", url=url)
            if desk != before:
                text += "\n" + renamed(tr, desk)
            counts = {"sent": report.sent, "received": report.received, "rounds": report.rounds}
            tell(args, text, {**counts, "desk": desk})
            return 0

        def told(state: SyncState) -> None:
            _tell_state(args, state)

        desktop.start_sync(told, args.every)
        while True:
            time.sleep(1)  # in small pieces: on Windows Ctrl+C does not break into a wait without end
    return 0


def _tell_state(args: argparse.Namespace, state: SyncState) -> None:
    from app.failures import sentence

    if state.error is not None:
        text = sentence(state.error, tr)
    else:
        text = tr("Reconciled; {count} entries not sent yet.", count=number(state.unsent))
    if state.renamed:
        text += "\n" + renamed(tr, state.renamed)
    tell(args, text, {"state": state.state, "unsent": state.unsent})


def _against_hub(args: argparse.Namespace) -> int:
    from app.sync.digest import words_of

    with opened(args.home) as desktop:
        found = desktop.client.differences()
        with desktop.database.reading() as cur:
            known = [(d, row) for d in found for row in (*d.here, *d.other)]
            names = {row: words_of(cur, d.table, d.office_no, row) for d, row in known}
    lines = []
    for each in found:
        lines.append(tr("Table {table}:", table=each.table))
        for sign, ids in (("+", each.here), ("−", each.there), ("≠", each.other)):
            lines += [f"  {sign} {row.hex()} {names.get(row, '')}".rstrip() for row in ids]
    if found:
        lines.append(tr("+ is here only, − at the head office only, ≠ is not the same there."))
    else:
        lines.append(tr("All is well: this desk and the head office hold the same rows."))
    data = [
        {
            "office": d.office_no,
            "table": d.table,
            "here": [id.hex() for id in d.here],
            "there": [id.hex() for id in d.there],
            "other": [id.hex() for id in d.other],
        }
        for d in found
    ]
    tell(args, "\n".join(lines), {"good": not found, "differences": data})
    return 1 if found else 0


def _verify(args: argparse.Namespace) -> int:
    if args.against_hub:
        return _against_hub(args)
    from app.bootstrap import CONTENTS, HUB_DATABASE, OFFICE_DATABASE, hub_there
    from app.domain.clock import SystemClock
    from app.models import sqlite
    from app.sync.verify import verify, verify_store
    from app.sync.verify_contents import verify_contents

    now, step = SystemClock().now(), Progress(tr("Entries played again:"))
    path = args.home / (HUB_DATABASE if args.headoffice or args.database else OFFICE_DATABASE)
    where = str(path)
    if args.database:
        from app.models.postgres import open_postgres

        with closing(open_postgres(args.database, now)) as store:
            where = store.where
            verdict = verify_store(store, now, step)
            with store.reading() as cur:
                contents = verify_contents(cur, None)
    elif not (hub_there(args.home) if args.headoffice else path.exists()):
        raise AppError("database.missing", path=str(path))
    else:
        try:
            verdict = verify(path, now, step)
            folder = None if args.headoffice else args.home / CONTENTS
            with closing(sqlite.reading(path)) as source:
                contents = verify_contents(source.cursor(), folder)
        except sqlite.errors("DatabaseError") as error:
            code = "headoffice.damaged" if args.headoffice else "database.damaged"
            raise AppError(code, path=str(path)) from error
    rows, entries = number(verdict.rows), number(verdict.entries)
    if verdict.good:
        text = tr("All is well: {rows} rows are what {entries} entries say.", rows=rows, entries=entries)
    else:
        lines = [
            tr("{path} differs from its journal. Keep it as it is and ask the administrator.", path=where)
        ]
        lines += [
            tr("Feed {feed}: its chain of entries is broken.", feed=feed) for feed in verdict.broken_feeds
        ]
        for each in verdict.differences:
            lines.append(tr("Table {table}:", table=each.table))
            lines += [f"  + {row}" for row in each.here]
            lines += [f"  − {row}" for row in each.replayed]
        lines.append(tr("+ is in the data only, − is in the journal only."))
        text = "\n".join(lines)
    at_desk = not (args.headoffice or args.database)
    text = "\n".join([text, *_contents_words(contents, at_desk=at_desk)])
    good = verdict.good and contents.good
    data = {
        "good": good,
        "entries": verdict.entries,
        "rows": verdict.rows,
        "broken_feeds": verdict.broken_feeds,
        "differences": [
            {"table": d.table, "here": d.here, "replayed": d.replayed} for d in verdict.differences
        ],
        "contents": asdict(contents),
    }
    tell(args, text, data)
    return 0 if good else 1


def _contents_words(found: ContentsVerdict, *, at_desk: bool) -> list[str]:
    """What there is to say of scans and photos; nothing where there are none."""
    lines = []
    if found.whole:
        lines.append(tr("Scans and photos: {count} are whole.", count=number(found.whole)))
    if found.elsewhere and at_desk:
        lines.append(
            tr(
                "Scans and photos: {count} are not at this desk; they are fetched when somebody opens them.",
                count=number(found.elsewhere),
            )
        )
    elif found.elsewhere:
        lines.append(
            tr("Scans and photos: {count} have not come from their desks yet.", count=number(found.elsewhere))
        )
    lines += [tr("The scan or photo {digest} is missing.", digest=each) for each in found.missing]
    lines += [tr("The scan or photo {digest} is damaged.", digest=each) for each in found.damaged]
    return lines
