"""What scrolls, and what is to be seen in it."""

from __future__ import annotations

from PySide6.QtWidgets import QScrollArea, QWidget


def area_over(widget: QWidget) -> QScrollArea | None:
    """The nearest area in which a widget scrolls."""
    over = widget.parentWidget()
    while over is not None and not isinstance(over, QScrollArea):
        over = over.parentWidget()
    return over
