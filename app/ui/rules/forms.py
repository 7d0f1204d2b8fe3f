"""The forms in which rules are laid down: one a table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, ClassVar

from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain import names
from app.domain.errors import Invalid
from app.queries.rule_book import Version
from app.services.rules import NewRule
from app.ui.kit.days import DateEdit
from app.ui.kit.inputs import Check, NoteEdit, WholeEdit
from app.ui.kit.letters import LetterBox, choice
from app.ui.rules.dialog import Done, RuleDialog
from app.ui.rules.inputs import Checks, HoursEdit, LimitEdit, ShareEdit, papers_edit, steps_edit
from app.ui.rules.room import RuleRoom
from app.ui.rules.words import languages, lists, measures, priorities, weekdays
from app.words import tr

FARTHEST_DAYS = 62
"""So many days of the calendar are set at once at most."""


class KindDialog(RuleDialog):
    """A kind of request."""

    table = "request_type"
    places: ClassVar = {"names": "names_vi", "limit_amount": "limit", "limit_unit": "limit"}

    def add_fields(self) -> None:
        add, known = self.form.add, self.known
        self.add_names()
        add("category", tr("What it &is"), choice(names.categories(tr)))
        none: dict[Any, str] = {None: tr("None")}
        unit: dict[Any, str] = {None: tr("Choose, or type its first letters")}
        add("unit_code", tr("&Unit that handles it"), choice(unit | dict(known.units)))
        limit = LimitEdit()
        limit.changed.connect(self.form.changed)
        add("limit", tr("Time &limit"), limit)
        add("priority", tr("Ur&gency"), choice(priorities(), 3))
        targets = self.room.rules.charter_targets(date.max)
        add(
            "charter",
            tr("Charter &target"),
            choice(none | {c: t.name(tr.language) for c, t in targets.items()}),
        )
        rights = self.room.rules.items("right")
        words = none | {code: item.name(tr.language) for code, item in rights.items()}
        add("right_code", tr("&Right that it concerns"), choice(words))
        self.add_first_day()
        add("restricted", tr("Seen by the leader and the named only"), Check())
        add("channels", tr("Comes by"), Checks(names.channels(tr)), wide=True)
        late = (
            ("warn", tr("Warn the handler before it is due")),
            ("head", tr("Unit's head, after it was due")),
            ("leader", tr("Office's leader, after it was due")),
            ("company", tr("Company, after it was due")),
        )
        for name, word in late:
            add(name, word, LimitEdit("working_hours"), tr("Empty: never."))
        add("at_once", tr("The leader from the moment of receipt"), Check())
        add("documents", tr("Papers that it needs"), papers_edit(), wide=True)
        unit_box = self.form.editor("unit_code")
        assert isinstance(unit_box, LetterBox)
        add("steps", tr("Steps"), steps_edit(known.units, unit_box.currentData), wide=True)
        self.form.set_values(
            {"channels": list(names.channels(tr)), "limit": {"amount": 3, "unit": "working_days"}}
        )

    def shown(self, row: Mapping[str, Any]) -> dict[str, Any]:
        unit = self.form.editor("unit_code")
        if row["unit_code"] not in self.known.units and isinstance(unit, LetterBox):
            unit.addItem(row["unit_code"], row["unit_code"])
        late = row["escalation"] or {}
        return {
            **self.names_shown(row),
            **{name: late.get(name) for name in ("warn", "head", "leader", "company")},
            "at_once": late.get("at_once", False),
            "category": row["category"] or "request",
            "unit_code": row["unit_code"],
            "limit": {"amount": row["limit_amount"], "unit": row["limit_unit"]},
            "priority": row["priority"],
            "charter": row["charter"],
            "right_code": row["right_code"],
            "restricted": bool(row["restricted"]),
            "channels": row["channels"] or list(names.channels(tr)),
            "documents": row["documents"] or [],
            "steps": row["steps"] or [],
        }

    def rows(self, values: Mapping[str, Any]) -> list[NewRule]:
        wrong = {} if values["limit"] is not None else {"limit": "limit.wrong"}
        if values["unit_code"] is None:
            wrong["unit_code"] = "required"
        if any(step["unit"] is None for step in values["steps"]):
            wrong["steps"] = "steps.unit"
        if wrong:
            raise Invalid(**wrong)
        every = list(names.channels(tr))
        late = {name: values[name] for name in ("warn", "head", "leader", "company") if values[name]}
        return self.kept(
            code=self.code(values["names_vi"], list(self.room.rules.request_types_ever())),
            names=self.names_typed(values),
            category=values["category"],
            unit_code=values["unit_code"],
            limit_amount=values["limit"]["amount"],
            limit_unit=values["limit"]["unit"],
            priority=values["priority"],
            restricted=int(values["restricted"]),
            channels=None if values["channels"] == every else values["channels"],
            documents=values["documents"] or None,
            steps=values["steps"] or None,
            escalation=late | ({"at_once": True} if values["at_once"] else {}) or None,
            forms=self.held.row["forms"] if self.held else None,
            charter=values["charter"],
            right_code=values["right_code"],
            valid_from=values["valid_from"].isoformat(),
            retired_at=None,
        )

    def look(self) -> None:
        values = self.form.values()
        members = self.room.book.members()
        units = dict.fromkeys((values["unit_code"], *(step["unit"] for step in values["steps"])))
        empty = [self.known.units.get(unit, unit) for unit in units if unit and not members.get(unit)]
        self.warn(tr("No member of the staff is in: {units}.", units=", ".join(empty)) if empty else "")


class UnitDialog(RuleDialog):
    """A unit that handles requests."""

    table = "unit"

    def add_fields(self) -> None:
        people: dict[Any, str] = {None: tr("None")}
        self.form.add("name", tr("What it is &called"), QLineEdit())
        self.form.add("phone", tr("&Phone"), QLineEdit())
        people |= {id.hex: name for id, name in self.room.book.people().items()}
        self.form.add("head", tr("&Head"), choice(people), tr("Hears first of what is late."))

    def shown(self, row: Mapping[str, Any]) -> dict[str, Any]:
        known = self.known.staff
        return {
            "name": row["name"],
            "phone": row["phone"],
            "head": row["head"] if row["head"] in known else None,
        }

    def rows(self, values: Mapping[str, Any]) -> list[NewRule]:
        code = self.code(values["name"], [c.lower() for c in self.room.rules.units_ever()], 20).upper()
        return self.kept(
            code=code,
            name=values["name"],
            phone=values["phone"] or None,
            head=values["head"],
            retired_at=None,
        )

    def look(self) -> None:
        code = "" if self.held is None else str(self.held.row["code"])
        named = self.held is not None or bool(self.form.values()["name"])
        empty = named and not self.room.book.members().get(code)
        self.warn(
            tr("No member of the staff is in this unit: the head office puts people in.") if empty else ""
        )


class HoursDialog(RuleDialog):
    """The hours of the office."""

    table = "office_hours"

    def add_fields(self) -> None:
        hint = tr("Such as 7:30-11:30, 13:30-17:00. Empty: closed.")
        for number, day in enumerate(weekdays()):
            self.form.add(f"day_{number}", day, HoursEdit(), hint if number == 0 else "")
        self.add_first_day()
        week = self.room.rules.calendar().week(self.room.today())
        self.form.set_values({f"day_{day}": week.get(day, ()) for day in range(7)})

    def shown(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {f"day_{day}": row["hours"][str(day)] for day in range(7)}

    def rows(self, values: Mapping[str, Any]) -> list[NewRule]:
        wrong = {f"day_{day}": "hours.unreadable" for day in range(7) if values[f"day_{day}"] is None}
        if wrong:
            raise Invalid(**wrong)
        hours = {str(day): values[f"day_{day}"] for day in range(7)}
        return [NewRule(self.table, {"hours": hours, "valid_from": values["valid_from"].isoformat()})]


class DaysDialog(RuleDialog):
    """Days that are not like their weekday."""

    table = "calendar_day"
    asks_why = False  # the reason stands in the row itself
    places: ClassVar = {"day": "first", "intervals": "hours", "note": "note"}

    def add_fields(self) -> None:
        add, today = self.form.add, self.room.today()
        add("first", tr("&First day"), DateEdit())
        add("last", tr("&Last day"), DateEdit(), tr("Of several days in a row."))
        add(
            "what",
            tr("What &kind of day"),
            choice(
                {
                    "off": tr("Day off"),
                    "worked": tr("Worked as a usual day"),
                    "own": tr("Hours of its own (half day)"),
                    "usual": tr("As its weekday"),
                }
            ),
        )
        add("hours", tr("&Hours"), HoursEdit(), tr("Such as 7:30-11:30, 13:30-17:00. Empty: closed."))
        add("note", tr("&Reason"), QLineEdit(), tr("Such as the holiday, or which day is made up for."))
        self.form.set_values({"first": today, "last": today})

    def shown(self, row: Mapping[str, Any]) -> dict[str, Any]:
        day, spans = date.fromisoformat(row["day"]), row["intervals"]
        what = "worked" if spans is None else "own" if spans else "off"
        return {"first": day, "last": day, "what": what, "hours": spans or [], "note": row["note"]}

    def look(self) -> None:
        values = self.form.values()
        own = values["what"] == "own"
        if self.form.editor("hours").isEnabled() != own:
            self.form.editor("hours").setEnabled(own)

    def rows(self, values: Mapping[str, Any]) -> list[NewRule]:
        first, last = values["first"], values["last"]
        if not timedelta(0) <= last - first < timedelta(days=FARTHEST_DAYS):
            raise Invalid(last="days.order")
        if values["what"] == "own" and not values["hours"]:
            raise Invalid(hours="hours.unreadable")
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return [
            NewRule(
                self.table,
                {"day": d.isoformat(), "intervals": self._spans(values, d), "note": values["note"]},
            )
            for d in days
        ]

    def _spans(self, values: Mapping[str, Any], day: date) -> list[list[int]] | None:
        match values["what"]:
            case "off":
                return []
            case "worked":
                return None
            case "own":
                spans: list[list[int]] = values["hours"]
                return spans
        week = self.room.rules.calendar().week(day)
        return [list(span) for span in week.get(day.weekday(), ())]


class ItemDialog(RuleDialog):
    """An item of a list."""

    table = "list_item"
    places: ClassVar = {"names": "names_vi"}

    def add_fields(self) -> None:
        box = choice(lists())
        box.setEnabled(self.held is None)
        self.form.add("list_name", tr("&List"), box)
        self.add_names()
        self.form.add("place", tr("&Place in the list"), WholeEdit(4), tr("Empty: at the end."))

    def shown(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {"list_name": row["list_name"], "place": row["place"], **self.names_shown(row)}

    def rows(self, values: Mapping[str, Any]) -> list[NewRule]:
        there = self.room.book.in_force(self.table, self.room.today()).values()
        same = [v.row for v in there if v.row["list_name"] == values["list_name"]]
        place = values["place"]
        if place is None:
            place = min(9999, 1 + max((row["place"] for row in same), default=0))
        return self.kept(
            list_name=values["list_name"],
            code=self.code(values["names_vi"], [row["code"] for row in same]),
            names=self.names_typed(values),
            place=place,
            retired_at=None,
        )


class TargetDialog(RuleDialog):
    """A promise of the customer charter."""

    table = "charter_target"
    places: ClassVar = {"names": "names_vi", "limit_amount": "limit", "limit_unit": "limit"}

    def add_fields(self) -> None:
        self.add_names()
        self.form.add("measure", tr("What is &measured"), choice(measures()))
        self.form.add("limit", tr("Time &limit"), LimitEdit())
        self.form.add("share", tr("&Share that is to be kept, in %"), ShareEdit())
        self.add_first_day()
        self.form.set_values({"share": 1000})

    def shown(self, row: Mapping[str, Any]) -> dict[str, Any]:
        limit = {"amount": row["limit_amount"], "unit": row["limit_unit"]}
        return {**self.names_shown(row), "measure": row["measure"], "limit": limit, "share": row["share"]}

    def rows(self, values: Mapping[str, Any]) -> list[NewRule]:
        if values["limit"] is None:
            raise Invalid(limit="limit.wrong")
        return self.kept(
            code=self.code(values["names_vi"], list(self.known.targets)),
            names=self.names_typed(values),
            measure=values["measure"],
            limit_amount=values["limit"]["amount"],
            limit_unit=values["limit"]["unit"],
            share=values["share"],
            valid_from=values["valid_from"].isoformat(),
            retired_at=None,
        )


class TemplateDialog(RuleDialog):
    """The text of a letter in one language."""

    table = "letter_template"

    def add_fields(self) -> None:
        add = self.form.add
        add("name", tr("What it is &called"), QLineEdit(), tr("How it is called in the list."))
        box = choice(languages())
        box.setEnabled(self.held is None)
        add("language", tr("&Language"), box)
        add("subject", tr("&Subject"), QLineEdit(), wide=True)
        hint = tr("Words in braces are filled in: they stay as they are.")
        add("text", tr("&Text"), NoteEdit(12), hint, wide=True)
        self.add_first_day()

    def shown(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {name: row[name] for name in ("name", "language", "subject", "text")}

    def rows(self, values: Mapping[str, Any]) -> list[NewRule]:
        there = self.room.book.in_force(self.table, self.room.today())
        return self.kept(
            code=self.code(values["name"], [code for code, _ in there]),
            language=values["language"],
            name=values["name"],
            subject=values["subject"],
            text=values["text"],
            valid_from=values["valid_from"].isoformat(),
            retired_at=None,
        )


DIALOGS: Mapping[str, type[RuleDialog]] = {
    each.table: each
    for each in (
        KindDialog, UnitDialog, HoursDialog, DaysDialog, ItemDialog, TargetDialog, TemplateDialog,
    )
}  # fmt: skip


def titles() -> dict[str, str]:
    """What the form of a new rule of each table is called."""
    return {
        "request_type": tr("New kind of request"),
        "unit": tr("New unit"),
        "office_hours": tr("Office hours"),
        "calendar_day": tr("Days that differ"),
        "list_item": tr("New item of a list"),
        "charter_target": tr("New target of the charter"),
        "letter_template": tr("New letter"),
    }


def lay_down(
    room: RuleRoom, parent: QWidget, table: str, title: str, held: Version | None, done: Done
) -> RuleDialog:
    """Opens the form of a table."""
    dialog = DIALOGS[table](room, parent, title or titles()[table], held, done)
    dialog.start()
    return dialog
