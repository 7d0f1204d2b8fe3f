"""Registers, line by line: the tracking register, the letters that went out, what is overdue by unit."""

from __future__ import annotations

from itertools import groupby

from app.documents.report_paper import Report
from app.documents.request_frame import Frame, Step
from app.documents.wording import moment
from app.documents.workbook import OutColumn, SheetOut
from app.domain import names
from app.queries.register import Entry


class RegisterReports:
    """What names requests one by one."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._tr = frame.tr

    def register(self, step: Step) -> Report:
        """The tracking register in the office's printed form."""
        sheet, tr = self.rows(step), self._tr
        return self._frame.report(
            "register",
            [sheet],
            grid=True,
            notes=(tr("{count} requests.", count=len(list(sheet.rows))),),
            signed=((tr("Kept by"), ""), (tr("Head of the office"), "")),
        )

    def rows(self, step: Step) -> SheetOut:
        """Every request of the days, as a table."""
        frame, tr = self._frame, self._tr
        entries = frame.sources.register.register(frame.first_day, frame.last_day, frame.sources.viewer, step)
        channels, outcomes, ways = names.channels(tr), names.outcomes(tr), names.ways(tr)
        columns = (
            OutColumn(tr("No."), "int", 5),
            OutColumn(tr("Code"), "code", 20),
            OutColumn(tr("Received at"), "time", 13),
            OutColumn(tr("Received by way of"), "text", 11),
            OutColumn(tr("Customer"), "text", 18),
            OutColumn(tr("Address"), "text", 18),
            OutColumn(tr("Phone"), "code", 13),
            OutColumn(tr("Request type"), "text", 15),
            OutColumn(tr("Content"), "text", 28),
            OutColumn(tr("Handed to"), "text", 14),
            OutColumn(tr("Due"), "time", 13),
            OutColumn(tr("Result"), "text", 22),
            OutColumn(tr("Told at"), "time", 13),
            OutColumn(tr("Told how, by whom"), "text", 15),
            OutColumn(tr("Closed"), "time", 13),
            OutColumn(tr("Remarks"), "text", 13),
        )
        rows = (
            (
                n, e.code, e.received_at, channels.get(e.channel, e.channel),
                " · ".join(part for part in (e.name, e.customer_code) if part), e.address, e.phone,
                frame.kind_of(e), e.words, frame.unit(e.unit_code), e.due,
                ": ".join(part for part in (outcomes.get(e.outcome or "", ""), e.answer) if part),
                e.told_at,
                ", ".join(part for part in (ways.get(e.told_how or "", ""), e.told_by) if part),
                e.closed_at, self._remarks(e),
            )
            for n, e in enumerate(entries, 1)
        )  # fmt: skip
        return SheetOut(tr("Register"), columns, list(rows))

    def _remarks(self, e: Entry) -> str:
        tr = self._tr
        said = []
        if e.answered_at is None and e.due is not None and e.due < self._frame.now and e.held_at is None:
            said.append(tr("overdue"))
        elif e.answered_at is not None and e.due is not None and e.answered_at > e.due:
            said.append(tr("answered late"))
        if e.held_at is not None:
            said.append(tr("waits for the customer"))
        if e.reopened:
            said.append(tr("reopened {count} times", count=e.reopened))
        if e.incident:
            said.append(e.incident)
        if e.former:
            said.append(tr("former number {number}", number=e.former))
        return ", ".join(said)

    def letters(self, step: Step) -> Report:
        """The register of what went out, in the printed form; without a gap, so of a letter that is not for
        who looks number and day stand there alone."""
        frame, tr = self._frame, self._tr
        found = frame.sources.letters.register(frame.first_day, frame.last_day, frame.sources.viewer)
        columns = (
            OutColumn(tr("No."), "int", 5),
            OutColumn(tr("Letter"), "code", 20),
            OutColumn(tr("Written at"), "time", 13),
            OutColumn(tr("Addressee"), "text", 22),
            OutColumn(tr("Address"), "text", 24),
            OutColumn(tr("Subject"), "text", 34),
            OutColumn(tr("Request"), "code", 20),
            OutColumn(tr("Signed by"), "text", 18),
            OutColumn(tr("Written by"), "text", 18),
        )
        rows = []
        for n, each in enumerate(found, 1):
            subject = tr("(restricted)") if each.hidden else each.subject
            rows.append(
                (
                    n, each.code, each.written_at, each.addressee, each.address, subject, each.request_code,
                    each.signed_by, each.author,
                )
            )  # fmt: skip
            step(n)
        return frame.report(
            "letters",
            [SheetOut(tr("Register of outgoing letters"), columns, rows)],
            grid=True,
            notes=(tr("{count} letters.", count=len(rows)),),
            signed=((tr("Kept by"), ""), (tr("Head of the office"), "")),
        )

    def overdue(self, step: Step) -> Report:
        """One page for each unit concerned, with room for what it will do."""
        frame, tr = self._frame, self._tr
        entries = frame.sources.register.overdue(frame.sources.viewer, frame.now)
        step(len(entries))
        columns = (
            OutColumn(tr("No."), "int", 4),
            OutColumn(tr("Code"), "code", 20),
            OutColumn(tr("Request type"), "text", 18),
            OutColumn(tr("Customer"), "text", 20),
            OutColumn(tr("Content"), "text", 28),
            OutColumn(tr("Received at"), "time", 10),
            OutColumn(tr("Due"), "time", 10),
            OutColumn(tr("Late, calendar days"), "quantity", 10),
            OutColumn(tr("Person in charge"), "text", 14),
            OutColumn(tr("Told to"), "text", 12),
            OutColumn(tr("What is done, new date"), "text", 24),
        )
        sheets = [
            SheetOut(
                frame.unit(unit) or tr("No unit"),
                columns,
                [
                    (
                        n, e.code, frame.kind_of(e), e.name, e.words, e.received_at, e.due,
                        frame.days_late(e), e.person, self._told_to(e), None,
                    )
                    for n, e in enumerate(some, 1)
                ],
                notes=(
                    tr("Unit: {unit}. Please say what is done and by when.", unit=frame.unit(unit) or "–"),
                ),
            )
            for unit, some in groupby(entries, key=lambda e: e.unit_code)
        ]  # fmt: skip
        return frame.report(
            "overdue",
            sheets or [SheetOut(tr("Overdue"), columns, ())],
            days=tr("As of {moment}", moment=moment(frame.now, frame.zone)),
            apart=True,
            grid=True,
            signed=((tr("Drawn up by"), ""), (tr("Head of the unit"), "")),
        )

    def _told_to(self, e: Entry) -> str:
        frame, tr = self._frame, self._tr
        if e.company_at is not None and e.company_at <= frame.now:
            return tr("the company")
        if e.leader_at is not None and e.leader_at <= frame.now:
            return tr("the leader")
        return tr("the unit's head") if e.head_at is not None and e.head_at <= frame.now else ""
