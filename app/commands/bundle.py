"""`daumoi bundle`: reconcile by files, where there is no line."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.kit import (
    Commands,
    command,
    database_option,
    home_option,
    json_option,
    number,
    opened,
    tell,
)
from app.domain.errors import AppError
from app.domain.names import renamed
from app.words import tr

if TYPE_CHECKING:
    from app.bootstrap import HeadOffice
    from app.sync.bundle import BundleReport


def add(commands: Commands) -> None:
    """Describe the command and those within it."""
    main = commands.add_parser(
        "bundle",
        help=tr("carry data between a desk and the head office in a file, without a connection"),
        description=tr("carry data between a desk and the head office in a file, without a connection"),
        epilog=f"{tr('Examples:')}\n"
        "  daumoi bundle export --out E:\\BN03.daumoi-bundle\n"
        "  daumoi bundle import E:\\BN03.daumoi-bundle --headoffice\n"
        "  daumoi bundle import E:\\BN03-answer.daumoi-bundle\n"
        "  daumoi bundle carry E:\\BN04.daumoi-bundle\n"
        "  daumoi bundle show E:\\BN03.daumoi-bundle\n",
    )
    within = main.add_subparsers(title=tr("commands"), metavar=tr("COMMAND"), required=True)
    _add_export(within)
    _add_import(within)
    _add_carry(within)
    _add_show(within)


def _add_export(within: Commands) -> None:
    export = command(
        within,
        "export",
        tr("write all that is not sent yet to a file that only the head office can read"),
        "  daumoi bundle export --out E:\\BN03.daumoi-bundle\n",
        _export,
    )
    home_option(export)
    export.add_argument("--out", type=Path, required=True, metavar="FILE", help=tr("file to write"))
    json_option(export)


def _add_import(within: Commands) -> None:
    take = command(
        within,
        "import",
        tr("take a file: at a desk the head office's answer, at the head office what a desk sends"),
        "  daumoi bundle import E:\\BN03-answer.daumoi-bundle\n"
        "  daumoi bundle import E:\\BN03.daumoi-bundle --headoffice --out E:\\answer.daumoi-bundle\n",
        _import,
    )
    home_option(take)
    take.add_argument("file", type=Path, metavar="FILE", help=tr("the file"))
    _answer_option(take)
    take.add_argument(
        "--headoffice", action="store_true", help=tr("into the head office's data instead of the desk's")
    )
    database_option(take)
    json_option(take)


def _add_carry(within: Commands) -> None:
    carry = command(
        within,
        "carry",
        tr("send another desk's file to the head office over the connection of this desk"),
        "  daumoi bundle carry E:\\BN04.daumoi-bundle\n",
        _carry,
    )
    home_option(carry)
    carry.add_argument("file", type=Path, metavar="FILE", help=tr("the file"))
    _answer_option(carry)
    json_option(carry)


def _add_show(within: Commands) -> None:
    show = command(
        within,
        "show",
        tr("tell whose a file is, for whom and from when; what it holds, only the recipient can read"),
        "  daumoi bundle show E:\\BN03.daumoi-bundle\n",
        _show,
    )
    show.add_argument("file", type=Path, metavar="FILE", help=tr("the file"))
    json_option(show)


def _answer_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help=tr("where to write the head office's answer; beside the file unless given"),
    )


# -- what they do -----------------------------------------------------------------------------------------


@contextmanager
def _headoffice(home: Path, database: str) -> Iterator[HeadOffice]:
    """The head office of a home. AppError "headoffice.not_founded"."""
    from app.bootstrap import HUB_KEY, HeadOffice, hub_there
    from app.domain.clock import SystemClock

    if not (home / HUB_KEY).exists() and (database or not hub_there(home)):
        raise AppError("headoffice.not_founded", path=str(home))
    there = HeadOffice(home, SystemClock(), database)
    try:
        yield there
    finally:
        there.close()


def _export(args: argparse.Namespace) -> int:
    with opened(args.home) as desktop:
        report = desktop.export_bundle(args.out)
    lines = [
        tr(
            "{path} holds {count} entries for the head office. They count as sent once its answer is "
            "imported here.",
            path=args.out,
            count=number(report.entries),
        )
    ]
    if report.more:
        lines.append(tr("There is more than one file holds; write another when the answer is here."))
    if report.scans:
        lines.append(tr("{count} scans and photos go along.", count=number(report.scans)))
    if report.scans_left:
        left = number(report.scans_left)
        lines.append(tr("{count} scans and photos wait for the next file, or for a line.", count=left))
    _tell(args, report, lines)
    return 0


def _import(args: argparse.Namespace) -> int:
    if args.headoffice:
        with _headoffice(args.home, args.database) as there:
            report = there.import_bundle(args.file, args.out)
        _tell(args, report, _of_request(report))
        return 0
    with opened(args.home) as desktop:
        before = desktop.writer.desk.name
        report = desktop.import_bundle(args.file, args.out)
        unsent, desk = desktop.client.unsent(), desktop.writer.desk.name
    text = _of_request(report) if report.answer else _of_answer(report, unsent)
    if desk != before:
        text.append(renamed(tr, desk))
    _tell(args, report, text)
    return 0


def _carry(args: argparse.Namespace) -> int:
    with opened(args.home) as desktop:
        report = desktop.carry(args.file, args.out)
    _tell(args, report, _of_request(report))
    return 0


def _of_request(report: BundleReport) -> list[str]:
    lines = [
        tr(
            "The file of desk {desk} is at the head office: {new} entries are new there, {known} were "
            "there already.",
            desk=", ".join(report.desks),
            new=number(report.new),
            known=number(report.known),
        )
    ]
    lines += _waiting(report)
    lines.append(
        tr(
            "The answer is {path}: import it at desk {desk}.",
            path=report.answer,
            desk=", ".join(report.desks),
        )
    )
    return lines


def _of_answer(report: BundleReport, unsent: int) -> list[str]:
    lines = [
        tr(
            "The head office's answer is taken: {new} entries are new, {known} were here already; {unsent} "
            "of this desk are not sent yet.",
            new=number(report.new),
            known=number(report.known),
            unsent=number(unsent),
        )
    ]
    lines += _waiting(report)
    if report.scans:
        came = number(report.scans)
        lines.append(tr("{count} scans and photos that were wanted here have come.", count=came))
    if report.more:
        lines.append(tr("Not everything has come over yet: write another file for the head office."))
    return lines


def _waiting(report: BundleReport) -> list[str]:
    waiting = report.entries - report.new - report.known
    if not waiting:
        return []
    return [tr("{count} entries wait for what goes before them; they come again.", count=number(waiting))]


def _tell(args: argparse.Namespace, report: BundleReport, lines: list[str]) -> None:
    tell(args, "\n".join(lines), asdict(report))


def _show(args: argparse.Namespace) -> int:
    from hashlib import sha256

    from app.models.base import instant
    from app.sync.bundle import Kind, parse, read_bundle

    header = parse(read_bundle(args.file), str(args.file)).header
    made = instant(header.made_at_ms).astimezone()
    when = f"{made:%d/%m/%Y %H:%M}"
    if header.kind is Kind.REQUEST:
        text = tr(
            "From desk {desk} of office {number} (device {device}) for the head office, written {when}.",
            desk=header.desk,
            number=header.office_no,
            device=header.device,
            when=when,
        )
    else:
        text = tr(
            "From the head office for desk {desk} of office {number} (device {device}), written {when}.",
            desk=header.desk,
            number=header.office_no,
            device=header.device,
            when=when,
        )
    mark = sha256(header.hub).hexdigest()[:16]
    data = {
        "kind": header.kind.value,
        "desk": header.desk,
        "office": header.office_no,
        "device": header.device,
        "written": made.isoformat(),
        "headoffice": mark,
    }
    tell(args, text + "\n" + tr("Mark of the head office's key: {mark}", mark=mark), data)
    return 0
