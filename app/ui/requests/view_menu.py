"""The menu of views of the list of requests: filters that are not among the chips, the person's own views."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QLineEdit

from app.queries.request_lists import FILTERS, Narrowed
from app.queries.views import View
from app.services.views import MOST_LETTERS
from app.ui.kit.act_dialog import ActDialog
from app.ui.kit.arranging import Arrangement
from app.ui.kit.letters import choice
from app.ui.kit.menus import Choice, MenuButton
from app.ui.kit.toast import toast
from app.ui.requests.calls import open_calls
from app.ui.requests.many import export
from app.words import tr

if TYPE_CHECKING:
    from app.ui.requests.page import RequestsPage

PAGE = "requests"
"""The name of the list in kept views."""


LETTERS = "ABCDE"
"""Those of the filters in the menu, in their order; the acts below go on from there, each with one of its
own. So the numbers are the person's own views', and no letter moves when a view is kept."""


def filter_titles() -> dict[str, str]:
    """The named filters (`FILTERS`) in the order in which chips stand."""
    return {
        "mine": tr("My work"),
        "inbox": tr("My unit's"),
        "unread": tr("Unread"),
        "overdue": tr("Overdue"),
        "today": tr("Due today"),
        "escalated": tr("Late for me"),
        "tell": tr("To be told"),
        "held": tr("Waiting for the customer"),
        "lacking": tr("Papers missing"),
        "open": tr("All open"),
        "all": tr("All"),
    }


class ViewMenu(MenuButton):
    """F12: chooses, keeps and forgets views of the page's list."""

    def __init__(self, page: RequestsPage) -> None:
        super().__init__(tr("Views"), key="F12")
        self._page = page
        self._showing = False

    def unfold(self) -> None:
        self.set_choices(self._offered())
        super().unfold()

    def kept(self) -> dict[str, Any]:
        """How the list is seen now."""
        page = self._page
        return {
            "filter": page.chips.key(),
            "words": page.search.text().strip(),
            "narrowed": page.bar.narrowed().kept(),
            "table": page.table.arrangement().kept(),
        }

    def leave(self) -> None:
        """Keeps how the list is seen, for the next time; words that are looked for are not."""
        lists = self._page.room.lists
        if lists is not None and not self._showing:
            lists.leave(PAGE, self.kept() | {"words": ""})

    def show_left(self) -> None:
        """Columns and order as they were left; the filter begins with the person's own work."""
        lists = self._page.room.lists
        if lists is None:
            return
        kept = Arrangement.of(lists.left(PAGE).get("table"), self._page.table.columns)
        self._page.table.arrange(Arrangement(kept.columns, kept.widths))

    def show_view(self, view: dict[str, Any]) -> None:
        """Shows the list as it was kept."""
        page = self._page
        self._showing = True
        key = view.get("filter")
        words = view.get("words")
        page.search.setText(words if isinstance(words, str) else "")
        page.bar.show_narrowed(Narrowed.of(view.get("narrowed")))
        page.choose_filter(key if key in FILTERS else "open")
        page.table.arrange(Arrangement.of(view.get("table"), page.table.columns))
        self._showing = False
        page.reload()
        page.table.setFocus()

    # -- what is offered --------------------------------------------------------------------------------

    def _offered(self) -> list[Choice]:
        page, now = self._page, self.kept()
        found: list[Choice] = []
        for view in self._named():
            found.append(Choice(view.name, partial(self.show_view, view.kept), chosen=view.kept == now))
        titles = filter_titles()
        counts = page.counts
        for letter, key in zip(LETTERS, page.behind, strict=False):
            counted = "" if counts is None else f"  {getattr(counts, key)}"
            act = partial(self._choose, key)
            chosen = page.chips.key() == key
            apart = letter == LETTERS[0]
            found.append(Choice(titles[key] + counted, act, chosen=chosen, apart=apart, letter=letter))
        if page.room.lists is not None:
            found.append(Choice(tr("Save view…"), self.ask_name, apart=True, letter="F"))
            if self._named():
                found.append(Choice(tr("Forget a view…"), self.ask_which, letter="G"))
        found.append(Choice(tr("Columns and order…"), page.table.choose_columns, apart=True, letter="H"))
        if page.room.may("requests.tell"):
            calls = partial(open_calls, page, page.room)
            found.append(Choice(tr("Call back…"), calls, apart=True, letter="I"))
        if page.room.may("reports.export"):
            found.append(Choice(tr("Export the list to Excel"), self._export, letter="J"))
        if page.room.may("requests.import"):
            found.append(Choice(tr("Import a former register…"), page.import_register, letter="K"))
        return found

    def _named(self) -> list[View]:
        lists = self._page.room.lists
        return [] if lists is None else lists.named(PAGE)

    def _choose(self, key: str) -> None:
        self._page.choose_filter(key)
        self._page.table.setFocus()

    def _export(self) -> None:
        export(self._page.room, self._page.inspector, self._page.model.ids)

    def ask_name(self) -> None:
        """Keeps how the list is seen under a name."""
        page, lists = self._page, self._page.room.lists
        assert lists is not None
        view, kept = self.kept(), []
        name = QLineEdit()
        name.setMaxLength(MOST_LETTERS)

        def save(values: Any) -> None:
            kept.append(lists.save(PAGE, values["name"], view))

        dialog = ActDialog(
            page.window(), page.room, tr("Save view"), tr("Save"), "F9", save,
            lambda: toast(page, tr("The view “{name}” is in the menu behind F12.", name=kept[-1])),
        )  # fmt: skip
        hint = tr("One that is there already is replaced.")
        dialog.form.add("name", tr("&Name of the view"), name, hint, wide=True)
        dialog.start("name")

    def ask_which(self) -> None:
        """Forgets one of the person's own views."""
        page, lists = self._page, self._page.room.lists
        assert lists is not None
        dialog = ActDialog(
            page.window(), page.room, tr("Forget a view"), tr("Forget"), "F9",
            lambda values: lists.drop(PAGE, values["name"]), lambda: None,
        )  # fmt: skip
        names = {view.name: view.name for view in self._named()}
        dialog.form.add("name", tr("&Name of the view"), choice(names), wide=True)
        dialog.start("name")
