"""`daumoi update` and `daumoi headoffice update`: updates of the program, signed, published and taken."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.commands.kit import (
    Commands,
    Progress,
    command,
    day,
    headoffice_options,
    home_option,
    json_option,
    opened,
    opened_headoffice,
    password,
    password_option,
    read_text,
    tell,
)
from app.domain.errors import AppError
from app.domain.updates import NOTES, SUFFIX
from app.words import tr

if TYPE_CHECKING:
    from app.headoffice.updates import Published
    from app.sync.update_folder import UpdateFolder


def add(commands: Commands) -> None:
    """Describe `daumoi update`: at a desk, and for those who publish."""
    about = tr("updates of the program at this desk, and for those who publish them")
    main = commands.add_parser("update", help=about, description=about)
    within = main.add_subparsers(title=tr("commands"), metavar=tr("COMMAND"), required=True)
    show = command(
        within,
        "show",
        tr("tell which version runs here and which can be installed"),
        "  daumoi update show\n",
        _show,
    )
    home_option(show)
    json_option(show)
    take = command(
        within,
        "take",
        tr("take an update from a stick: its update file, or the folder in which it lies beside the setup"),
        "  daumoi update take E:\\\n  daumoi update take E:\\Daumoi-Setup-1.2.0.daumoi-update\n",
        _take,
    )
    home_option(take)
    take.add_argument("file", type=Path, metavar="FILE", help=tr("the update file, or its folder"))
    install = command(
        within,
        "install",
        tr("install the update that is here; not while a cash session is open"),
        "  daumoi update install\n",
        _install,
    )
    home_option(install)
    _add_key(within)
    _add_sign(within)


def _add_key(within: Commands) -> None:
    key = command(
        within,
        "key",
        tr("for the publisher: make the key that signs updates; its public half goes into the program"),
        "  daumoi update key --out E:\\publisher.key\n",
        _key,
    )
    key.add_argument("--out", type=Path, required=True, metavar="FILE", help=tr("file to write"))
    password_option(key)


def _add_sign(within: Commands) -> None:
    from app import __version__

    sign = command(
        within,
        "sign",
        tr("for the publisher: sign a setup of this version; writes the update file beside it"),
        "  daumoi update sign Daumoi-Setup-1.2.0.exe --key E:\\publisher.key --least 1.0.0 "
        "--notes vi=vi.txt --notes en=en.txt\n",
        _sign,
    )
    sign.add_argument("file", type=Path, metavar="SETUP", help=tr("the setup"))
    sign.add_argument("--key", type=Path, required=True, metavar="FILE", help=tr("the publisher's key"))
    sign.add_argument(
        "--least",
        required=True,
        metavar="VERSION",
        help=tr("the oldest version that may go to it in one step"),
    )
    sign.add_argument("--version", default=__version__, help=tr("of the setup; of this program unless given"))
    sign.add_argument("--system", default="win32", help=tr("kind of computer; win32 unless given"))
    sign.add_argument("--date", type=day, default=None, help=tr("day of release; today unless given"))
    sign.add_argument(
        "--notes",
        action="append",
        default=[],
        metavar="LANGUAGE=FILE",
        help=tr("what is new, in a text file, for vi, en or zh; may be repeated"),
    )
    password_option(sign)


def add_published(within: Commands) -> None:
    """Describe `daumoi headoffice update`."""
    about = tr("updates of the program that the head office offers its desks")
    main = within.add_parser("update", help=about, description=about)
    those = main.add_subparsers(title=tr("commands"), metavar=tr("COMMAND"), required=True)

    def one(
        name: str, help: str, examples: str, run: Callable[[argparse.Namespace], int]
    ) -> argparse.ArgumentParser:
        parser = command(those, name, help, examples, run)
        headoffice_options(parser)
        return parser

    publish = one(
        "publish",
        tr("take a signed setup in; it goes to nobody yet"),
        "  daumoi headoffice update publish Daumoi-Setup-1.2.0.exe\n",
        _publish,
    )
    publish.add_argument("file", type=Path, metavar="SETUP", help=tr("the setup"))
    publish.add_argument(
        "--manifest", type=Path, metavar="FILE", help=tr("its update file; beside the setup unless given")
    )
    show = one(
        "show",
        tr("tell what is published, for whom, and what runs at the desks"),
        "  daumoi headoffice update show\n  daumoi headoffice update show --json\n",
        _published,
    )
    json_option(show)
    roll_out = one(
        "roll-out",
        tr("say which offices get a version from now on: these alone, all, or none"),
        "  daumoi headoffice update roll-out --version 1.2.0 --office 1 --office 4\n"
        "  daumoi headoffice update roll-out --version 1.2.0 --all\n"
        "  daumoi headoffice update roll-out --version 1.2.0 --nobody\n",
        _roll_out,
    )
    roll_out.add_argument("--version", required=True, help=tr("the version"))
    whom = roll_out.add_mutually_exclusive_group(required=True)
    whom.add_argument(
        "--office", type=int, action="append", metavar="N", help=tr("number of an office; may be repeated")
    )
    whom.add_argument("--all", action="store_true", help=tr("all offices, also those that come later"))
    whom.add_argument("--nobody", action="store_true", help=tr("no office"))
    withdraw = one(
        "withdraw",
        tr("remove a version; who has installed it keeps it"),
        "  daumoi headoffice update withdraw --version 1.2.0\n",
        _withdraw,
    )
    withdraw.add_argument("--version", required=True, help=tr("the version"))


# -- at a desk --------------------------------------------------------------------------------------------


def _folder(home: Path) -> UpdateFolder:
    from app.sync.update_folder import update_folder

    return update_folder(home)


def _show(args: argparse.Namespace) -> int:
    folder = _folder(args.home)
    ready = folder.ready()
    lines = [tr("Version {version} runs here.", version=folder.running)]
    if ready is None:
        lines.append(tr("There is no update here that could be installed."))
    else:
        lines.append(tr("Version {version} can be installed.", version=ready.version))
        lines += [ready.note(tr.language)] if ready.note(tr.language) else []
    tell(args, "\n".join(lines), {"running": folder.running, "ready": ready.version if ready else None})
    return 0


def _take(args: argparse.Namespace) -> int:
    taken = _folder(args.home).take(args.file, Progress(tr("Copying the setup:")))
    print(tr("Version {version} is here and can be installed: daumoi update install", version=taken.version))
    return 0


def _install(args: argparse.Namespace) -> int:
    from app.models.database import HEAD

    with opened(args.home) as desktop:
        if desktop.cash_queries.open_here(desktop.identity.device):
            raise AppError("update.session_open")
        manifest = desktop.updates.folder.install(HEAD)
    print(tr("The setup of version {version} is at work.", version=manifest.version))
    return 0


# -- for the publisher ------------------------------------------------------------------------------------


def _key(args: argparse.Namespace) -> int:
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    secret = s.BestAvailableEncryption(password(args, args.out.name).encode())
    text = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, secret)
    try:
        opened_file = os.open(args.out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise AppError("update.key_there", path=str(args.out)) from error
    except OSError as error:
        raise AppError("folder.not_writable", path=str(args.out.parent)) from error
    with os.fdopen(opened_file, "wb") as file:
        file.write(text)
    print(
        tr(
            "{path} is the key that signs updates. Keep it on a stick in a safe, with a copy elsewhere. Its "
            "public half belongs into resources/publishers.json before the program is built:",
            path=args.out,
        )
    )
    print(f'[{{"name": "", "key": "{key.public_key().public_bytes_raw().hex()}"}}]')
    return 0


def _sign(args: argparse.Namespace) -> int:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    from app.documents.files import replacing
    from app.domain.updates import Manifest, signed
    from app.models.database import HEAD
    from app.sync.entries import SCHEMA
    from app.sync.setups import digest_of

    pem = read_text(args.key).encode()
    try:
        key = load_pem_private_key(pem, password(args, args.key.name).encode())
    except (ValueError, TypeError) as error:
        raise AppError("update.no_key", path=str(args.key)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise AppError("update.no_key", path=str(args.key))
    notes = {}
    for text in args.notes:
        language, equals, file = text.partition("=")
        if language not in NOTES or not equals:
            raise AppError("update.manifest_wrong", what=text)
        notes[language] = read_text(Path(file)).strip()
    try:
        size = args.file.stat().st_size
    except OSError as error:
        raise AppError("file.not_found", path=str(args.file)) from error
    manifest = Manifest(
        args.version,
        args.system,
        size,
        digest_of(args.file, size).hex(),
        args.least,
        HEAD,
        SCHEMA,
        f"{args.date or date.today():%Y-%m-%d}",  # noqa: DTZ011 the publisher's day
        notes,
    )
    try:
        data = signed(manifest, key)
    except (ValueError, TypeError) as error:
        raise AppError("update.manifest_wrong", what=str(error)) from error
    to = args.file.with_name(manifest.manifest_name)
    with replacing(to) as draft:
        draft.write_bytes(data)
    print(tr("{path} is written: it goes with the setup {name}.", path=to, name=manifest.setup_name))
    return 0


# -- at the head office -----------------------------------------------------------------------------------


def _publish(args: argparse.Namespace) -> int:
    manifest_file = args.manifest or args.file.with_suffix(SUFFIX)
    with opened_headoffice(args) as headoffice:
        manifest = headoffice.updates.publish(args.file, manifest_file)
    print(
        tr(
            "Version {version} is published. Say who gets it: daumoi headoffice update roll-out",
            version=manifest.version,
        )
    )
    return 0


def _goes_to(one: Published) -> str:
    if one.offices is None:
        return tr("all offices")
    if not one.offices:
        return tr("no office yet")
    return tr("offices {numbers}", numbers=", ".join(map(str, one.offices)))


def _published(args: argparse.Namespace) -> int:
    with opened_headoffice(args) as headoffice:
        published, running = headoffice.updates.published(), headoffice.updates.running()
    lines = [
        tr("Version {version}: {whom}", version=each.manifest.version, whom=_goes_to(each))
        for each in published
    ] or [tr("No update is published here.")]
    for desk in running:
        what = tr("  Desk {desk} of office {number} runs {version}", desk=desk.desk, number=desk.office_no,
                  version=desk.version)  # fmt: skip
        if desk.failed:
            what += tr("; {version} did not start there", version=desk.failed)
        lines.append(what)
    data: dict[str, Any] = {
        "published": [{"version": p.manifest.version, "offices": p.offices} for p in published],
        "desks": [
            {"office": d.office_no, "desk": d.desk, "version": d.version, "failed": d.failed or None}
            for d in running
        ],
    }
    tell(args, "\n".join(lines), data)
    return 0


def _roll_out(args: argparse.Namespace) -> int:
    offices = None if args.all else args.office or []
    with opened_headoffice(args) as headoffice:
        now = headoffice.updates.roll_out(args.version, offices)
    print(tr("Version {version} goes to: {whom}.", version=args.version, whom=_goes_to(now)))
    return 0


def _withdraw(args: argparse.Namespace) -> int:
    with opened_headoffice(args) as headoffice:
        headoffice.updates.withdraw(args.version)
    print(tr("Version {version} is offered no more.", version=args.version))
    return 0
