"""What is wrong with a window to the eye: words that are cut, bars to scroll sideways, too large a size."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QCheckBox,
    QDialog,
    QLabel,
    QPushButton,
    QScrollArea,
    QWidget,
)

from app.ui.kit.labels import ElidedLabel


def cut_off(window: QWidget) -> list[str]:
    """What in it has less room than its words need; empty where all is well."""
    found: list[str] = []
    for each in window.findChildren(QWidget):
        if not each.isVisible() or each.window() is not window.window():
            continue
        if isinstance(each, QLabel) and each.text() and not isinstance(each, ElidedLabel):
            found += _label(each)
        elif isinstance(each, QPushButton | QCheckBox) and each.text():
            wanted = each.sizeHint()
            if each.width() < wanted.width() or each.height() < wanted.height():
                found.append(f"button: {each.text()}")
        elif isinstance(each, QAbstractScrollArea) and each.horizontalScrollBar().isVisible():
            found.append(f"sideways: {each.accessibleName()}")
        inside = each.widget() if isinstance(each, QScrollArea) else None
        if inside is not None and inside.width() > each.viewport().width():  # type: ignore[attr-defined]
            found.append(f"wider than its area: {each.accessibleName()}")
    if isinstance(window, QDialog):
        over = window.parentWidget()
        assert over is not None
        room = over.window().size()
        if window.height() > room.height() or window.width() > room.width():
            found.append(f"larger than the window: {window.width()} × {window.height()}")
    return found


def _label(label: QLabel) -> list[str]:
    words = label.fontMetrics()
    if label.wordWrap():
        longest = max((words.horizontalAdvance(word) for word in label.text().split()), default=0)
        if label.height() < label.heightForWidth(label.width()) or label.width() < longest:
            return [f"label: {label.text()}"]
    elif label.width() < label.sizeHint().width():
        return [f"label: {label.text()}"]
    return []
