"""The first start of a desk: it is founded or let in, and its office's data comes."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from app.headoffice.founding import tariff_sets
from app.home.first_start import begin_by_file, bring_data, found_here, invitation_by_phone, join
from app.sync.enrolment import Identity, read_enrolment
from app.ui.start.arrival import ArrivalPage
from app.ui.start.setup import SetUpAnswers, SetUpPage

if TYPE_CHECKING:
    from app.window.frame import DeskWindow


def set_up_page(window: DeskWindow) -> SetUpPage:
    """The ways for a home that is nobody's yet to become a desk's."""
    home, clock, way = window.home, window.clock, window.transport

    def found(answers: SetUpAnswers) -> None:
        found_here(home, clock, asdict(answers))

    def enrol(path: Path, *, encrypted: bool) -> None:
        join(home, read_enrolment(path), clock, way, encrypted=encrypted)

    def enrol_by_phone(address: str, code: str, *, encrypted: bool) -> None:
        join(home, invitation_by_phone(address, code, way), clock, way, encrypted=encrypted)

    def by_file(path: Path, code: str, *, encrypted: bool = False) -> None:
        begin_by_file(home, path, code, encrypted=encrypted)

    page = SetUpPage(
        found,
        enrol,
        enrol_by_phone,
        by_file,
        tuple(tariff_sets()),
        window.jobs,
        window.preferences.language,
    )
    page.language_chosen.connect(window.speak)
    page.finished.connect(window.begin)
    return page


def arrival_page(window: DeskWindow, identity: Identity) -> ArrivalPage:
    """The office's data comes to a desk that has none yet."""
    home, clock, way = window.home, window.clock, window.transport
    page = ArrivalPage(identity.desk, lambda told: bring_data(home, clock, way, told), window.jobs)
    page.finished.connect(window.begin)
    return page
