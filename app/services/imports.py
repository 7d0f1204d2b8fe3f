"""Customers, connections and meters from a workbook: compared with what is there, then taken in.

The same comparison makes the plan that a person reads and, within each entry, what is written. So a file that
is imported again changes nothing, a run that was stopped is completed by the next, and a plan that has grown
old does no harm. A cell that is empty leaves what is there as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Connection as Read
from sqlalchemy import Engine, select
from uuid_utils.compat import uuid7

from app.domain.import_cells import Value
from app.domain.importing import ParsedRow, Problem
from app.models import Connection, ConnectionUse, Customer, Meter
from app.queries.customers import here
from app.services.writer import Draft, Person, Writer, raw_columns

CHUNK = 500
"""Customers in one entry."""

Step = Callable[[int, int], None]
"""Hears how many of how many rows are done; may raise Cancelled, and then whole entries are kept."""

OF_CUSTOMER = ("name", "phone", "ward", "tax_code", "bank_account", "note")
OF_CONNECTION = {
    "address": "address", "customer_class": "customer_class", "quotas": "quotas", "route": "route",
    "sequence": "route_seq",
}  # fmt: skip
OF_METER = {"meter_serial": "serial", "meter_digits": "digits", "last_index": "first_index"}


@dataclass(frozen=True, slots=True)
class Difference:
    """What a row changes: an import field, and its value before and after."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Planned:
    """A row that would be written. `kind`: "customer" (with its connection), "connection" (of a customer who
    is there), "meter" (of a connection that is there), "changed", "reading"."""

    row: ParsedRow
    kind: str
    differences: tuple[Difference, ...] = ()
    flags: tuple[str, ...] = ()
    whose: tuple[str, str] = ("", "")
    """Code and name of the customer as they are here, for a row that need not name him."""


@dataclass(slots=True)
class Plan:
    """What an import would do; nothing is written yet. `told` went in with a remark; `groups` are the rows
    to write, those of one customer together."""

    new: list[Planned] = field(default_factory=list)
    changed: list[Planned] = field(default_factory=list)
    wrong: list[ParsedRow] = field(default_factory=list)
    told: list[ParsedRow] = field(default_factory=list)
    unchanged: int = 0
    groups: list[list[ParsedRow]] = field(default_factory=list)
    default_class: str = "household"
    """The customer class of a new connection whose row names none."""

    @property
    def rows(self) -> int:
        """All rows of the file that hold data."""
        return len(self.new) + len(self.changed) + len(self.wrong) + self.unchanged

    @property
    def to_write(self) -> int:
        """The rows that would be written."""
        return len(self.new) + len(self.changed)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: cards that were added, and rows that changed something."""

    customers: int
    connections: int
    meters: int
    changed: int


class ImportService:
    """Takes in customers from parsed rows."""

    def __init__(
        self, writer: Writer, read: Engine, office_no: int, new_id: Callable[[], UUID] = uuid7
    ) -> None:
        self._writer = writer
        self._read = read
        self._office_no = office_no
        self._new_id = new_id

    def plan(
        self,
        rows: Iterable[ParsedRow],
        titles: Mapping[str, str] | None = None,
        step: Step = lambda done, total: None,
        *,
        default_class: str = "household",
    ) -> Plan:
        """Compare the rows with the database. `titles` gives a field's heading in the file, for what is
        found wrong here: "import.other_name" (one code, two names in the file), "import.connection_elsewhere"
        (another customer has this connection); told is "import.serial_elsewhere"."""
        plan = Plan(default_class=default_class)
        groups: dict[Value, list[ParsedRow]] = {}
        for row in rows:
            if not row.ready:
                plan.wrong.append(row)
                continue
            same = groups.setdefault(row.values["code"], [])
            if same and same[0].values.get("name") != row.values.get("name"):
                first = same[0].row_number
                plan.wrong.append(_against(row, titles, "name", "import.other_name", first))
                continue
            same.append(row)
        total, done = sum(map(len, groups.values())), 0
        with self._read.connect() as read:
            for chunk in _chunks(list(groups.values())):
                step(done, total)
                compared = _Comparison(read, self._office_no, chunk, default_class, self._new_id)
                for group in chunk:
                    self._sort_in(plan, compared, group, titles)
                done += sum(map(len, chunk))
        for some in (plan.wrong, plan.told):
            some.sort(key=lambda row: row.row_number)
        for planned in (plan.new, plan.changed):
            planned.sort(key=lambda each: each.row.row_number)
        step(total, total)
        return plan

    @staticmethod
    def _sort_in(
        plan: Plan, compared: _Comparison, group: list[ParsedRow], titles: Mapping[str, str] | None
    ) -> None:
        write = []
        for at, row in enumerate(group):
            act = compared.act(row, first=at == 0)
            if act.wrong:
                plan.wrong.append(_against(row, titles, "connection_code", act.wrong))
                continue
            if act.serial_elsewhere:
                row = _against(row, titles, "meter_serial", "import.serial_elsewhere", blocks=False)
            if row.problems:
                plan.told.append(row)
            if not act.kind:
                plan.unchanged += 1
                continue
            write.append(row)
            (plan.changed if act.kind == "changed" else plan.new).append(
                Planned(row, act.kind, tuple(act.differences))
            )
        if write:
            # The first row of a customer also says what the customer is called: it always goes along.
            plan.groups.append(write if write[0] is group[0] else group)

    def apply(self, by: Person, plan: Plan, step: Step = lambda done, total: None) -> Imported:
        """Write the plan in entries of CHUNK customers. Stopped in between, what was written stays, whole."""
        by.require("customers.import")
        counts: Counter[str] = Counter()
        total, done = sum(map(len, plan.groups)), 0
        for chunk in _chunks(plan.groups):
            step(done, total)
            with self._writer.entry("customers.import", by.id) as draft:
                compared = _Comparison(
                    draft.read, draft.desk.office_no, chunk, plan.default_class, draft.new_id
                )
                for group in chunk:
                    for at, row in enumerate(group):
                        act = compared.act(row, first=at == 0)
                        if not act.wrong:
                            _write(draft, act, counts)
            done += sum(map(len, chunk))
        step(total, total)
        return Imported(counts["customer"], counts["connection"], counts["meter"], counts["changed"])


def _write(draft: Draft, act: _Act, counts: Counter[str]) -> None:
    for model, table, values in act.adds:
        draft.add_raw(model, raw_columns(model), [values])
        counts[table] += 1
    for (model, id), fields in act.edits.items():
        draft.change(model, id, **fields)
    counts["changed"] += act.kind == "changed"


def _against(
    row: ParsedRow,
    titles: Mapping[str, str] | None,
    name: str,
    code: str,
    first_row: int = 0,
    blocks: bool = True,
) -> ParsedRow:
    """The row with one more problem, found by comparing."""
    value = row.values.get(name)
    shown = "" if value is None else str(value)
    known = titles or {}
    title = known.get(name) or known.get("code", "")
    problem = Problem(name, title, code, shown, first_row, blocks)
    return ParsedRow(row.row_number, row.values, (*row.problems, problem))


def _chunks(groups: Sequence[list[ParsedRow]]) -> Iterator[Sequence[list[ParsedRow]]]:
    return (groups[at : at + CHUNK] for at in range(0, len(groups), CHUNK))


@dataclass(slots=True)
class _Act:
    """What one row comes to: new rows in raw values, fields to set, and how to tell it."""

    kind: str = ""
    wrong: str = ""
    serial_elsewhere: bool = False
    differences: list[Difference] = field(default_factory=list)
    adds: list[tuple[Any, str, list[Any]]] = field(default_factory=list)
    edits: dict[tuple[Any, UUID], dict[str, Any]] = field(default_factory=dict)

    def differ(self, name: str, model: Any, id: UUID, column: str, before: Any, after: Any) -> None:
        if not any(each.field == name for each in self.differences):
            self.differences.append(Difference(name, before, after))
        self.edits.setdefault((model, id), {})[column] = after


class _Comparison:
    """A chunk of rows against the database, which is read once for all of them."""

    def __init__(
        self,
        read: Read,
        office_no: int,
        groups: Sequence[list[ParsedRow]],
        default_class: str,
        new_id: Callable[[], UUID],
    ) -> None:
        self._read, self._office_no = read, office_no
        self._default_class, self._new_id = default_class, new_id
        c, k, m = Customer, Connection, Meter
        rows = [row for group in groups for row in group]
        # Of doubles, the card that was made first is the one that is kept up to date.
        self._customers = self._by(c, c.code, [row.values["code"] for row in rows], c.made_hlc, c.made_device)
        self._connections = self._by(k, k.code, [r.values["connection_code"] for r in rows], k.made_hlc)
        there = [each.id for each in self._connections.values()]
        self._meters = {}
        for some in self._parts(there):
            dials = select(m.__table__).where(
                here(m, office_no), m.connection_id.in_(some), m.removed_on.is_(None)
            )
            self._meters.update({r.connection_id: r for r in read.execute(dials.order_by(m.id))})
        serials = [s for row in rows if (s := row.values.get("meter_serial"))]
        self._serials: dict[str, UUID] = {}
        for some in self._parts(serials):
            found = select(m.serial, m.connection_id).where(
                here(m, office_no), m.serial.in_(some), m.removed_on.is_(None)
            )
            self._serials.update((r.serial, r.connection_id) for r in read.execute(found))
        u = ConnectionUse
        self._read_ones: set[UUID] = set()
        for some in self._parts(there):
            used = select(u.id).where(u.office_no == office_no, u.id.in_(some))
            self._read_ones.update(read.execute(used).scalars())

    def _by(self, model: Any, column: Any, codes: Sequence[Any], *order: Any) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for some in self._parts(codes):
            wanted = select(model.__table__).where(here(model, self._office_no), column.in_(some))
            for row in self._read.execute(wanted.order_by(*order)):
                found.setdefault(row.code, row)
        return found

    @staticmethod
    def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
        return (values[at : at + CHUNK] for at in range(0, len(values), CHUNK))

    def act(self, row: ParsedRow, *, first: bool) -> _Act:
        """What the row comes to. Only the `first` row of a customer in the file speaks for the customer."""
        values, act = row.values, _Act()
        customer = self._customers.get(values["code"])
        connection = self._connections.get(values["connection_code"])
        if connection is not None and (customer is None or connection.customer_id != customer.id):
            act.wrong = "import.connection_elsewhere"
            return act
        if customer is None:
            customer = self._add_customer(act, values)
        elif first:
            told = {problem.field for problem in row.problems}
            self._edit_customer(act, customer, {n: v for n, v in values.items() if n not in told})
        if connection is None:
            self._add_connection(act, customer, values)
        else:
            self._edit_connection(act, customer, connection, values)
        if not act.kind and act.edits:
            act.kind = "changed"
        return act

    def _add(self, act: _Act, model: Any, values: dict[str, Any]) -> UUID:
        id, table = self._new_id(), model.__tablename__
        columns = raw_columns(model)
        act.adds.append((model, table, [id.bytes, *(values.get(column) for column in columns[1:])]))
        act.kind = act.kind or table
        return id

    def _add_customer(self, act: _Act, values: dict[str, Value]) -> Any:
        made = {name: values.get(name) for name in OF_CUSTOMER}
        made |= {"code": values["code"], "address": values.get("address") or ""}
        customer = _Made(self._add(act, Customer, made), str(made["address"]))
        # The next row of the file may be about the same customer.
        self._customers[values["code"]] = customer
        return customer

    def _edit_customer(self, act: _Act, customer: Any, values: dict[str, Value]) -> None:
        """Sets what differs; `values` without those that were remarked on, as a phone that is no number."""
        for name in OF_CUSTOMER:
            new, old = values.get(name), getattr(customer, name)
            if new is not None and new != old:
                act.differ(name, Customer, customer.id, name, old, new)

    def _add_connection(self, act: _Act, customer: Any, values: dict[str, Value]) -> None:
        made: dict[str, Any] = {column: values.get(name) for name, column in OF_CONNECTION.items()}
        made |= {
            "customer_id": customer.id.bytes,
            "code": values["connection_code"],
            "address": values.get("address") or customer.address,
            "customer_class": values.get("customer_class") or self._default_class,
            "quotas": values.get("quotas") or 1,
        }
        self._add_meter(act, self._add(act, Connection, made), values)

    def _add_meter(self, act: _Act, connection: UUID, values: dict[str, Value]) -> None:
        serial = values.get("meter_serial")
        if serial is None:
            return
        made: dict[str, Any] = {column: values.get(name) for name, column in OF_METER.items()}
        made |= {"connection_id": connection.bytes, "first_index": made["first_index"] or 0}
        self._add(act, Meter, made)
        act.serial_elsewhere = self._serials.get(str(serial), connection) != connection

    def _edit_connection(self, act: _Act, customer: Any, connection: Any, values: dict[str, Value]) -> None:
        for name, column in OF_CONNECTION.items():
            new, old = values.get(name), getattr(connection, column)
            if new is not None and new != old:
                act.differ(name, Connection, connection.id, column, old, new)
                # A customer who lives where the connection is moves along; another address is kept.
                if name == "address" and customer.address == old:
                    act.differ(name, Customer, customer.id, "address", old, new)
        meter = self._meters.get(connection.id)
        if meter is None:
            self._add_meter(act, connection.id, values)
            return
        for name, column in OF_METER.items():
            new, old = values.get(name), getattr(meter, column)
            # Once a meter has been read, its first index is history: the file's last index is another thing.
            if new is None or new == old or (name == "last_index" and connection.id in self._read_ones):
                continue
            act.differ(name, Meter, meter.id, column, old, new)


@dataclass(frozen=True, slots=True)
class _Made:
    """A customer of this very file."""

    id: UUID
    address: str
