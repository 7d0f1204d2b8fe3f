"""The data of a former release is brought to this one before anybody signs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.bootstrap import upgrade_data
from app.domain.errors import AppError
from app.ui.start.upgrade import UpgradePage
from app.words import tr

if TYPE_CHECKING:
    from app.window.frame import DeskWindow


def upgrade_page(window: DeskWindow) -> UpgradePage:
    """Upgrades; then the desk opens, or it is said why not."""
    home, clock = window.home, window.clock

    def opened() -> None:
        window.begin()
        window.speak_first()

    def failed(error: AppError) -> None:
        window.not_opened(error, tr("The data was not upgraded and is as it was before"))

    page = UpgradePage(lambda told: upgrade_data(home, clock, told), window.jobs)
    page.finished.connect(opened)
    page.failed.connect(failed)
    return page
