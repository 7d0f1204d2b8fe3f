"""A dialog with many fields: as high as they are, and where that is too much for the window they scroll."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.kit.page import scrolled
from app.ui.kit.theme import px
from app.ui.requests.dialogs import ActDialog

WIDE = 780


class TallDialog(ActDialog):
    """An act with more fields than fit beside each other."""

    def start(self, first: str) -> None:
        """Shows the dialog with the keyboard in that field."""
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(px(2), px(2), px(10), px(2))
        column.addWidget(self.form)
        column.addStretch(1)
        area = scrolled(inside)
        self._column.addWidget(area, 1)
        self._column.addWidget(self.wrong)
        self._column.addLayout(self._buttons)
        self.form.mark_clean()
        over = self.parentWidget()
        assert over is not None  # a dialog stands over its page
        room = over.window().size()
        wide = min(px(WIDE), room.width() - px(48))
        self.form.arrange_for(wide - px(60))
        column.activate()
        head = self._column.heightForWidth(wide) - area.sizeHint().height()
        within = (
            column.heightForWidth(wide - px(60)) if column.hasHeightForWidth() else inside.sizeHint().height()
        )
        high = head + within + px(8)
        self.setMinimumWidth(min(px(520), wide))
        self.resize(wide, min(high, room.height() - px(24)))
        self.open()
        self.form.editor(first).setFocus(Qt.FocusReason.OtherFocusReason)
