"""Failures of the desk as a whole: its data, its connection, its head office."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.names import Translate


def desk(tr: Translate) -> Mapping[str, str | tuple[str, ...]]:
    """Code -> sentence."""
    return {
        "disk.full": (
            tr("The disk of the database {where} is full, so nothing was saved. Free some space there."),
            tr("The disk is full, so this was not saved. Free some space and save again."),
        ),
        "folder.not_writable": (
            tr("Nothing can be written in the folder {path}. Check the rights to it, or choose another."),
            tr("Nothing can be written in the data folder. Check the disk and the rights, then try again."),
        ),
        "database.busy": (
            tr("The database {where} is busy: others are writing to it. Try again in a moment."),
            tr("Another program is using the data. Close it, then try again."),
        ),
        "database.missing": (
            tr("There is no database {where} on that server. Make it first, or check the address."),
            tr("There is no database {path}. Check the folder given with --home."),
        ),
        "database.address": tr(
            "The address of the database cannot be read. Write it as postgresql://user:password@host/database."
        ),
        "database.unreachable": tr(
            "The database {where} does not answer. Check its server and the network, then try again."
        ),
        "database.refused": tr(
            "The server of the database {where} refuses the login. Check user and password, and whether this "
            "PC may connect."
        ),
        "database.not_writable": tr(
            "Nothing can be written in the database {where}. Check the rights of its user, and whether the "
            "server is a standby."
        ),
        "database.encoding": tr("The database {where} cannot keep every letter. Make it anew with UTF-8."),
        "database.damaged": (
            tr(
                "The database {where} is damaged. Bring it back from its backup: the desks send what it "
                "lacks."
            ),
            tr(
                "The database {path} is damaged. What was saved can be brought back: open the program anew, "
                "which offers the ways, or see daumoi restore --help."
            ),
        ),
        "database.newer": tr(
            "The database {path} is of a newer release of this program. Install the newest release."
        ),
        "upgrade.failed": (
            tr(
                "The data in {path} could not be brought to this release. It is as it was before, nothing is "
                "lost: go on with the release before this one and tell the administrator. A copy for the "
                "administrator is {copy}."
            ),
            tr(
                "The data in {path} could not be brought to this release. It is as it was before, nothing is "
                "lost: go on with the release before this one and tell the administrator."
            ),
        ),
        "clock.wrong": tr(
            "The clock of this PC says it is the year {year}. Set date and time, then try again."
        ),
        "home.not_enrolled": tr(
            "There is no desk in {path} yet. Enrol it with what the head office has given: daumoi enrol "
            "FILE, or daumoi enrol CODE --url ADDRESS. If the data lies elsewhere, name its folder with "
            "--home."
        ),
        "home.enrolled": (
            tr(
                "This PC is desk {desk} already, so {file} is not taken in and nothing is changed. Open the "
                "file on the PC that is to become a desk by it."
            ),
            tr("The folder {path} is desk {desk} already. Choose another folder for another desk."),
        ),
        "home.in_use": tr("The data in {path} is open in another window. Close the program there first."),
        "home.in_command": tr(
            "A command of this program is working on the data in {path}. Wait until it has ended, then try "
            "again."
        ),
        "home.open_elsewhere": tr(
            "Đầu Mối is open already on the data in {path}, under another Windows user or without answering. "
            "Close it there, or restart the PC, then try again."
        ),
        "file.kind_unknown": tr(
            "{path} is not a file that this program opens. It takes files for and from the head office."
        ),
        "home.damaged": tr(
            "{path} tells who this desk is, and is missing or damaged. "
            "Bring it back from a copy, or enrol anew."
        ),
        "enrol.not_a_file": tr(
            "{path} is not an enrolment file. Choose the one that the head office has sent."
        ),
        "start.code_missing": tr(
            "{path} holds the office's data and opens only with the code that the head office tells by "
            'phone: daumoi enrol "{path}" --code CODE.'
        ),
        "start.no_file": tr(
            "{path} is not a file with which a desk begins. Choose the one that the head office has made."
        ),
        "start.other_release": tr(
            "{path} was made by another release of the program. Install the same release here, or ask the "
            "head office for a new file."
        ),
        "start.torn": tr("{path} is not whole. Copy it again from where it came, or ask for a new file."),
        "start.wrong_code": tr(
            "This code does not open {path}. Compare it with what the head office has told, letter by letter."
        ),
        "start.not_encrypted": tr(
            "Without a line the data cannot be encrypted, since the head office has to keep a copy of the "
            "key. Begin without encryption; it can be turned on once there is a line."
        ),
        "enrol.address": tr(
            "{address} cannot be the address of a head office. Write it as 10.0.0.5 or https://hub.company.vn."
        ),
        "enrol.code": tr(
            "A code has sixteen letters and figures in four groups, as K7QM-2XRD-9T4H-VB3C. Type it again."
        ),
        "enrol.impostor": tr(
            "What answers at {url} does not know this code, so it is not the head office that has given it. "
            "Check the address with the head office before you try again."
        ),
        "enrol.unknown_code": tr(
            "The head office does not know this invitation, or it is older than a week. Ask for a new one."
        ),
        "enrol.used_code": tr("Another PC has used this invitation already. Ask for a new one."),
        "sync.offline": (
            tr(
                "The head office cannot be reached at {url} through the proxy {proxy}. Work goes on without "
                "it; check the network and the proxy, and try again."
            ),
            tr(
                "The head office cannot be reached at {url}. Work goes on without it; check the network and "
                "try again."
            ),
        ),
        "sync.proxy": tr(
            "The way to the head office at {url} goes through the proxy {proxy}, which lets nothing pass. "
            "Check the proxy in the network settings, or ask the administrator to exempt this address."
        ),
        "sync.proxy_password": (
            tr(
                "The proxy {proxy} asks for a name and a password. Ask the administrator to set the proxy as "
                "http://name:password@proxy:port, or to exempt {url}."
            ),
            tr("Something between this PC and {url} asks for a name and a password. Ask the administrator."),
        ),
        "sync.busy": tr(
            "The head office has much to do and asks for a little time. Work goes on, and it is tried again "
            "by itself."
        ),
        "sync.too_large": tr(
            "A message to {url} was refused because it is too large. Ask the administrator to let messages "
            "of 16 MB pass."
        ),
        "sync.ca_file": tr(
            "{path} is not a file of certificates. Choose the one that the administrator has given."
        ),
        "sync.certificate": tr(
            "The head office at {url} cannot prove who it is: its certificate is not valid here. Check the "
            "PC's date and the address, or ask the administrator."
        ),
        "sync.nonsense": (
            tr(
                "What answers at {url} is no head office. Check the address, and whether the network asks "
                "for a sign-in first."
            ),
            tr("A message between desk and head office cannot be read. Try again, or ask the administrator."),
        ),
        "sync.not_authentic": tr(
            "The message does not come from whom it says: its signature is not right. Ask the administrator."
        ),
        "sync.revoked": tr("The head office lets this desk in no more. Ask the administrator."),
        "sync.rows_differ": tr(
            "This desk and the head office have received the same entries but hold different data. Work goes "
            "on; tell the administrator. Which records differ is shown by: daumoi verify --against-hub."
        ),
        "sync.other_release": tr(
            "The head office runs another release of the program. Compare again when both have the same."
        ),
        "sync.stuck": tr("The head office does not take the next entry of this desk. Ask the administrator."),
        "sync.failed": tr(
            "Reconciling failed inside the program. Work goes on, and it is tried again by itself."
        ),
        "sync.foreign_entry": tr(
            "The head office refused an entry that another desk has made. Ask the administrator."
        ),
        "sync.foreign_office": tr(
            "The head office refused an entry of another office. Ask the administrator."
        ),
        "sync.hub_trouble": tr(
            "The head office has trouble of its own ({code}). Work goes on, and it is tried again by itself; "
            "tell the administrator if it lasts."
        ),
        "sync.unknown_device": tr(
            "The head office does not know this desk. Ask the administrator to enrol it anew."
        ),
        "headoffice.url": tr(
            "“{url}” is no address of a head office. Write it as http://10.0.0.5:8765, with http in front."
        ),
        "headoffice.not_founded": tr(
            "There is no head office in {path} yet. Found it first: daumoi headoffice found."
        ),
        "program.no_server": tr(
            "This is the program of an office. A head office that serves other PCs, or that works on "
            "PostgreSQL, is run from the full Đầu Mối, see its README."
        ),
        "headoffice.founded": tr("The head office in {path} is founded already, as {name}."),
        "headoffice.port": tr(
            "The address {host}, port {port} cannot be opened: it is in use or not of this PC. "
            "Choose another."
        ),
        "headoffice.one_process": tr(
            "Several processes can serve one head office only over PostgreSQL. Name it with --database, or "
            "leave --workers out."
        ),
        "headoffice.certificate": tr(
            "The certificate {path} and its key cannot be used. Give a certificate and its private key in "
            "PEM form, without a password."
        ),
        "headoffice.description": tr(
            "{path} does not describe a utility: {what}. Correct the file and found again."
        ),
        "office.unknown": tr(
            "There is no office number {number}. Add it first: daumoi headoffice office add."
        ),
        "staff.login_taken": tr("The login name {login} is in use in this office. Choose another."),
        "staff.unit_unknown": tr("There is no unit {unit}. Choose one of: {units}."),
        "desk.name": tr(
            "“{desk}” cannot be a desk's name. Use 2 to 8 capital letters and figures, for example BN03."
        ),
        "desk.taken": tr("Another desk is called {desk}. Choose another name."),
        "desk.unknown": tr("There is no desk called {desk}. To see their names: daumoi headoffice status."),
        "password.needed": tr(
            "A password is needed. Give a file that holds it with --password-file, or run this in a terminal."
        ),
        "person.needed": tr(
            "This writes to the office's data, so somebody must answer for it. Give a login name with --as."
        ),
        "period.needed": tr("Readings belong to a period. Give it with --period, for example 2026-11."),
        "days.turned": tr("The last day {last} is before the first day {first}. Turn them round."),
        "choice.wrong": tr("“{value}” is not a choice for {option}. Choose one of: {known}."),
        "value.missing": tr("The utility needs a value for {option}. Give it, then found again."),
        "point.unreadable": tr("“{text}” is not a collection point. Write it as CODE=NAME."),
    }
