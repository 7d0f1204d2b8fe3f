"""The window: rail, pages, search, status."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from app.ui.kit.keys import KeysDialog
from app.ui.kit.page import Page, focus_first
from app.ui.kit.theme import Tone
from app.ui.kit.toast import toast
from app.ui.shell.rail import Rail, Section
from app.ui.shell.search import Hit, Search, SearchPalette
from app.ui.shell.status import StatusBar

__all__ = ["Hit", "MainWindow", "Section", "StatusBar"]


class MainWindow(QWidget):
    """One window for the whole day.

    Pages are made at the first visit, so the window is there at once. `status` is the bar at the foot.
    Signal `section_changed(key)`.
    """

    section_changed = Signal(str)

    def __init__(
        self,
        sections: Sequence[Section],
        *,
        office: str,
        desk: str,
        person: str,
        search: Search | None = None,
    ) -> None:
        """`office`, `desk` ("Quầy 1 · BN03") and `person` ("Hoàng Thị Yến · giao dịch viên") as shown."""
        super().__init__()
        self.setWindowTitle(f"Đầu Mối · {office}")
        self._sections = {each.key: each for each in sections}
        self._pages: dict[str, QWidget] = {}
        self._key = ""
        self._find = search
        self._palette: SearchPalette | None = None
        self.rail = Rail(sections, office)
        self.rail.chosen.connect(self._enter)
        self._stack = QStackedWidget()
        # A page that wants more than the screen has must not push the window over its edge.
        self._stack.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._stack.setMinimumSize(1, 1)
        self.status = StatusBar(desk, person)
        upper = QHBoxLayout()
        upper.setSpacing(0)
        upper.addWidget(self.rail)
        upper.addWidget(self._stack, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(upper, 1)
        whole.addWidget(self.status)
        QShortcut(QKeySequence("Ctrl+K"), self, self.open_search)
        QShortcut(QKeySequence("F1"), self, self.show_keys)
        self.resize(1366, 768)

    def open_section(self, key: str) -> QWidget:
        """Shows that section; makes its page if this is the first visit."""
        page = self.page(key)
        self.rail.mark(key)
        if key != self._key:
            self._key = key
            self._stack.setCurrentWidget(page)
            self._focus_in(page)
            self.section_changed.emit(key)
        return page

    def _enter(self, key: str) -> None:
        """By the rail or its key; of the page in sight the keyboard goes into the work again."""
        if key == self._key:
            self._focus_in(self.page(key))
        self.open_section(key)

    def _focus_in(self, page: QWidget) -> None:
        """The keyboard goes where the eye goes: into the page's work."""
        if isinstance(page, Page):
            page.focus_work()
            return
        held = self.focusWidget()
        if held is None or not page.isAncestorOf(held):
            focus_first(page)

    def page(self, key: str) -> QWidget:
        """The page of that section, made if need be, without showing it."""
        if key not in self._pages:
            page = self._sections[key].make_page()
            if isinstance(page, Page):
                page.search_asked.connect(self.open_search)
                page.record_asked.connect(self.show_record)
            self._pages[key] = page
            self._stack.addWidget(page)
        return self._pages[key]

    @property
    def key(self) -> str:
        """The section in sight; empty before the first."""
        return self._key

    def show_record(self, key: str, record: object) -> bool:
        """Goes to a record on its page; False when the page cannot show it."""
        page = self.open_section(key)
        if not isinstance(page, Page):
            return False
        held = self.focusWidget()
        shown = page.show_record(record)
        now = self.focusWidget()
        if now is None or now is held or not page.isAncestorOf(now):  # the page did not choose a place itself
            page.focus_work(on_list=True)
        return shown

    def counts(self) -> dict[str, int]:
        """How many things wait in each section that counts them; from whatever thread."""
        return {each.key: each.badge() for each in self._sections.values() if each.badge is not None}

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Puts these on the rail."""
        for key, count in counts.items():
            self.rail.show_count(key, count)

    def say(self, text: str, *, tone: Tone = Tone.GOOD, undo: Callable[[], object] | None = None) -> None:
        """What has just been done, for ten seconds at the foot of the window."""
        toast(self, text, tone=tone, undo=undo)

    def open_search(self) -> None:
        """Ctrl+K."""
        if self._find is None:
            return
        if self._palette is None:
            self._palette = SearchPalette(self._find, self)
            self._palette.chosen.connect(self._go_to)
        self._palette.open()

    def _go_to(self, hit: Hit) -> None:
        if hit.record is None:
            self.open_section(hit.section)
        else:
            self.show_record(hit.section, hit.record)

    def show_keys(self) -> KeysDialog:
        """F1: the keys that work everywhere, and those of the page in sight."""
        page = self._pages.get(self._key)
        dialog = KeysDialog(self, page)
        dialog.open()
        return dialog

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if self._palette is not None:
            self._palette.setGeometry(self.rect())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange and self._sections:
            self._retitle()

    def _retitle(self) -> None:
        """Another language: rail and bar say it anew, pages are made anew at their next visit."""
        self.rail.retitle()
        self.status.retitle()
        for page in self._pages.values():
            self._stack.removeWidget(page)
            page.deleteLater()
        self._pages.clear()
        if self._palette is not None:
            self._palette.deleteLater()
            self._palette = None
        if self._key:
            key, self._key = self._key, ""
            self.open_section(key)

    def may_leave(self) -> bool:
        """Whether no page would lose something; shows the one that would."""
        for key, page in self._pages.items():
            if isinstance(page, Page) and not page.may_leave():
                self.open_section(key)
                return False
        return True

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Stays open while a page says that something would be lost, and shows that page."""
        if self.may_leave():
            super().closeEvent(event)
        else:
            event.ignore()
