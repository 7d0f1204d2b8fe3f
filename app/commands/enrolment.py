"""`daumoi headoffice invite`, `leader`, `revoke`: which desks are let in."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.commands.kit import (
    Commands,
    check_office,
    command,
    desk_options,
    headoffice_options,
    opened_headoffice,
)
from app.domain.errors import AppError
from app.words import tr


def add(within: Commands) -> None:
    """Describe the commands."""
    _add_invite(within)
    _add_leader(within)
    _add_revoke(within)


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
    headoffice_options(invite)
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


def _add_leader(within: Commands) -> None:
    leader = command(
        within,
        "leader",
        tr("name a desk of an office the leader's: denunciations are opened there"),
        "  daumoi headoffice leader --office 1 --desk BN01\n",
        _leader,
    )
    desk_options(leader, "BN01")


def _add_revoke(within: Commands) -> None:
    revoke = command(
        within,
        "revoke",
        tr("let a desk in no more: a PC that was lost or given away"),
        "  daumoi headoffice revoke --office 1 --desk BN03\n",
        _revoke,
    )
    desk_options(revoke, "BN03")


# -- what they do -----------------------------------------------------------------------------------------


def _invite(args: argparse.Namespace) -> int:
    from app.documents.files import replacing
    from app.headoffice.enrolment import INVITATION_DAYS
    from app.sync.enrolment import write_enrolment

    if args.whole and not (args.out and args.url):
        args.refuse(tr("--whole goes with --out and --url"))
    if not (args.out or args.url):
        args.refuse(tr("--out is needed, or --url for a code by phone"))
    if args.url and not args.url.startswith(("http://", "https://")):
        raise AppError("headoffice.url", url=args.url)
    with opened_headoffice(args) as headoffice:
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


def _leader(args: argparse.Namespace) -> int:
    with opened_headoffice(args) as headoffice:
        check_office(headoffice, args.office)
        headoffice.hub.enrolling.name_leader(args.office, args.desk)
        print(tr("Denunciations are opened at desk {desk} from now on.", desk=args.desk))
    return 0


def _revoke(args: argparse.Namespace) -> int:
    with opened_headoffice(args) as headoffice:
        check_office(headoffice, args.office)
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
