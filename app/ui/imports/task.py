"""What the wizard asks of the subject whose rows are taken in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from app.domain.import_fields import Field, field_titles
from app.domain.import_headings import Cell
from app.domain.importing import ParsedRow
from app.failures import problem_words
from app.ui.customers.words import class_words, phone_words, quantity_words
from app.ui.kit.forms import Form
from app.words import tr

if TYPE_CHECKING:
    from app.ui.imports.columns import ColumnsStep
    from app.ui.imports.source import Looked

Row = tuple[int, Sequence[Cell]]
Step = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A line of what an import would do: the row's number in the file, and what it comes to."""

    number: int
    code: str
    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Part:
    """The rows that share a fate; `empty` is said where there are none."""

    key: str
    title: str
    rows: Sequence[PreviewRow]
    empty: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do. `apply` does it, off the UI thread, and says what it did, line by line."""

    to_write: int
    parts: Sequence[Part]
    wrong: Sequence[ParsedRow]
    beside: str
    """What else there is in the file: rows that change nothing."""
    apply: Callable[[Step], list[str]]


@dataclass(frozen=True, slots=True)
class Columns:
    """How a sheet is to be read: which field a column (from 0) holds, headings up to row `after`."""

    mapping: Mapping[int, str]
    titles: Mapping[int, str]
    after: int
    by_field: Mapping[str, str] = field(default_factory=dict)
    """The heading of each field."""


Planner = Callable[[Iterable[Row], Columns, Step], Preview]


class Way(Protocol):
    """How a file of one kind goes from its first look to what it would do. Off the UI thread runs what the
    functions give back; they themselves look at the window. `more`: a step between the columns and the
    check, or None. `trail`: the names of the steps."""

    @property
    def title(self) -> str: ...

    @property
    def ask(self) -> str: ...

    @property
    def choose(self) -> str: ...

    @property
    def files(self) -> str: ...

    @property
    def trail(self) -> Sequence[str]: ...

    @property
    def columns(self) -> ColumnsStep: ...

    @property
    def more(self) -> MoreStep | None: ...

    def look(self, path: Path, sheet: str | None) -> Callable[[Step], Looked]:
        """What is seen of a file, for `columns.show_file`."""
        ...

    def plan(self, looked: Looked) -> Callable[[Step], Preview]:
        """What an import would do, with everything as it is chosen now."""
        ...

    def write_wrong(self, looked: Looked, wrong: Mapping[int, ParsedRow], folder: Path) -> Callable[[], Path]:
        """The wrong rows in a workbook of their own."""
        ...


class MoreStep(Protocol):
    """What is asked between the columns and the check: a widget."""

    @property
    def go_on(self) -> str:
        """The words of the button that leads here."""
        ...

    def gather(self, looked: Looked) -> Callable[[Step], object]:
        """What it needs of the whole file, off the UI thread."""
        ...

    def show_gathered(self, found: Any) -> None: ...
    def lacking(self) -> str: ...
    def focus_first(self) -> None: ...


class ImportTask(Protocol):
    """One kind of import from a workbook."""

    @property
    def title(self) -> str: ...

    @property
    def fields(self) -> tuple[Field, ...]: ...

    def options(self) -> Form:
        """Questions beside the columns; made once."""
        ...

    def planner(self) -> Planner:
        """What reads and compares, with the options as they are now; called on the UI thread."""
        ...


def shown_value(name: str, value: object) -> str:
    """A field's value as people write it."""
    if value is None:
        return "–"
    if name == "customer_class":
        return class_words(str(value))
    if name == "phone":
        return phone_words(str(value))
    if name in ("last_index", "present_index", "previous_index") and isinstance(value, int):
        return quantity_words(value) or "0"
    return str(value)


def problem_row(row: ParsedRow, blocking: bool) -> PreviewRow:
    """A row with what is wrong with it, or what was remarked."""
    said = [problem_words(p, tr) for p in row.problems if p.blocks or not blocking]
    code = row.values.get("code") or row.values.get("meter_serial")
    return PreviewRow(row.row_number, str(code or ""), str(row.values.get("name") or ""), " ".join(said))


def titled(name: str) -> str:
    """A field's name in the language of the screen."""
    return field_titles(tr)[name]
