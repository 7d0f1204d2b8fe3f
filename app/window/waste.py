"""Python looks for what nobody holds but itself in whichever thread happens to make something. A closed page
is such a thing; a job would destroy its widgets while the window paints, which brings the program down."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY = 100
"""How often, in ms, it is seen whether there is enough to look through. Meanwhile the window stands still,
10 ms for 100,000 objects, and a job makes a million in a second."""


class Waste(QObject):
    """From now on the thread of the windows alone looks for it, when there is as much as `gc` should bear."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        timer = QTimer(self, interval=EVERY)
        timer.timeout.connect(sweep)
        timer.start()


def sweep() -> None:
    """Looks through what is old enough, if there is much of it; to be called in the thread of the windows."""
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation]:
            gc.collect(generation)
            return
