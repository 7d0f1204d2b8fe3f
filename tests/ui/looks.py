"""What is wrong with a window to the eye: words that are cut, bars to scroll sideways, too large a size."""

from __future__ import annotations

import re

from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QCheckBox,
    QDialog,
    QLabel,
    QPushButton,
    QScrollArea,
    QWidget,
)

from app.ui.kit.labels import BREAK, ElidedLabel


def cut_off(window: QWidget) -> list[str]:
    """What in it has less room than its words need; empty where all is well."""
    found: list[str] = []
    for each in (window, *window.findChildren(QWidget)):
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


ON_A_KEYBOARD = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
"""What every keyboard has as one key; Đ, Ơ and Ê come from an input method, which Alt does not reach."""


def access_keys(window: QWidget) -> list[str]:
    """The access keys in it that lead to two places, or that no keyboard has; empty where all is well. The
    fields of a form that another choice brings count too."""
    words = [
        each.text()
        for each in window.findChildren(QWidget)
        if each.window() is window.window()
        and ((isinstance(each, QLabel) and each.buddy() is not None) or isinstance(each, QAbstractButton))
    ]
    led: dict[str, list[str]] = {}
    for text in words:
        if found := re.search(r"&([^&\s])", text.replace("&&", "")):
            led.setdefault(found[1].upper(), []).append(text)
    return [f"Alt+{key}: {to}" for key, to in led.items() if len(to) > 1 or key not in ON_A_KEYBOARD]


def _label(label: QLabel) -> list[str]:
    words = label.fontMetrics()
    if label.wordWrap():
        parts = QLabel.text(label).replace(BREAK, " ").split()
        longest = max((words.horizontalAdvance(part) for part in parts), default=0)
        if label.height() < label.heightForWidth(label.width()) or label.width() < longest:
            return [f"label: {label.text()}"]
    elif label.width() < label.sizeHint().width():
        return [f"label: {label.text()}"]
    return []
