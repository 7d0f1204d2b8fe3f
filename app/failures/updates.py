"""Failures of updates of the program."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.names import Translate


def updates(tr: Translate) -> Mapping[str, str | tuple[str, ...]]:
    """Code -> sentence."""
    return {
        "update.none": (
            tr("{path} is no update of this program. Choose a file whose name ends in .daumoi-update."),
            tr("What was offered as an update of this program is none. Ask the head office."),
        ),
        "update.by_hand": tr(
            "This program was built without a publisher's key, so it takes no updates. A new version is "
            "installed by its setup."
        ),
        "update.no_publisher": tr(
            "This program was built without a publisher's key, so it can publish no update: its desks would "
            "take none. The steps, from the key on: “Publishing an update” in installer/README.md."
        ),
        "update.not_signed": tr(
            "The update is not signed by the publisher of this program, or was changed afterwards, so it was "
            "not taken. Get it again from the publisher or from the head office."
        ),
        "update.other_content": tr(
            "{path} is not the setup of version {version} that its publisher has signed, so nothing was "
            "taken. Copy it again from the publisher."
        ),
        "update.damaged": tr(
            "The setup of version {version} is not what its publisher has signed: it was damaged on its way, "
            "or is another one. It was thrown away; get it again."
        ),
        "update.no_setup": tr(
            "The setup {path} does not lie beside its update file. Copy both into one folder and choose the "
            "update file again."
        ),
        "update.other_system": tr(
            "The update to version {version} is for another kind of computer. Ask its publisher or the head "
            "office for the one for this computer."
        ),
        "update.not_newer": tr(
            "Version {version} is not newer than version {running}, which runs here, so nothing was changed."
        ),
        "update.replaced": tr(
            "Version {version} is older than version {newest}, which this desk was offered before. Ask the "
            "head office for the newest one."
        ),
        "update.failed_before": tr(
            "Version {version} did not start on this computer, so it is not installed again. Wait for the "
            "next version."
        ),
        "update.step_missing": tr(
            "Version {version} can be installed from version {least} on. Install version {least} first."
        ),
        "update.version_taken": tr(
            "Another setup of version {version} is published here. Withdraw it first, or publish under a new "
            "version."
        ),
        "update.unknown": tr(
            "No update of version {version} is published here. daumoi headoffice update show tells which are."
        ),
        "update.not_ready": tr("There is no update here that could be installed."),
        "update.session_open": tr(
            "A cash session is open at this desk. The update is installed once it is closed."
        ),
        "update.unsaved": tr(
            "Something typed in the program is not saved yet. Save it or throw it away, then install the "
            "update."
        ),
        "update.not_started": tr(
            "The setup {path} could not be started, so the program stays as it is. Try again, or ask your "
            "administrator."
        ),
        "update.key_there": tr(
            "{path} is there already. A publisher's key is never overwritten: choose another name."
        ),
        "update.no_key": tr(
            "{path} is no publisher's key, or its password is another one. Type the password again, or "
            "choose the file that daumoi update key has made."
        ),
        "update.manifest_wrong": tr("An update file cannot be made of this: {what}."),
    }
