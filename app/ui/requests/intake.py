"""Receiving a request: by keyboard alone, with the customer's story beside it. What is typed is kept."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain.deadlines import BY_THE_CLOCK, WorkingCalendar
from app.domain.deadlines import due as due_at
from app.domain.errors import AppError, Invalid
from app.queries.requests import RequestRow
from app.services.requests import Registered
from app.ui.kit.buttons import Button, go_back
from app.ui.kit.dialog import Dialog
from app.ui.kit.jobs import Job, Lane, Latest
from app.ui.kit.labels import ElidedLabel, Label
from app.ui.kit.theme import Tone, px
from app.ui.kit.toast import toast
from app.ui.requests.attachments import AttachmentStrip
from app.ui.requests.beside import Beside, BesidePanel
from app.ui.requests.intake_form import IntakeForm
from app.ui.requests.missing_slip import print_missing
from app.ui.requests.room import CustomerHit, RequestRoom
from app.ui.requests.slip import print_slip
from app.ui.requests.words import due_words, received_words
from app.words import tr

FORM = "request"
KEEP_AFTER = 400
"""What is typed is kept so many ms after the last key."""


class IntakeDialog(Dialog):
    """Over the page one comes from. Signals: `registered(Registered)`; `record_asked(request id)` when one of
    the requests beside the form is to be seen (what was typed is kept)."""

    registered = Signal(object)
    record_asked = Signal(object)

    def __init__(self, room: RequestRoom, parent: QWidget, customer: CustomerHit | None = None) -> None:
        """`customer`: one that was found already, on the customers' page."""
        super().__init__(parent, tr("Receive a request"))
        self.room, self._window = room, parent
        self._draft_key = FORM if customer is None else f"{FORM}/{customer.id}"
        self._entry_id: UUID = room.new_id()
        self._calendar: WorkingCalendar = room.rules.calendar()
        self._busy = False
        self._beside = Latest(room.jobs, self, Lane.IO)
        self._keeping = QTimer(self, interval=KEEP_AFTER, singleShot=True)
        self._keeping.timeout.connect(self._keep)
        self.form = IntakeForm(room)
        self.panel = BesidePanel(room)
        self.scans = AttachmentStrip(room, self._draft_key)
        self.scans.accept_drops_on(self)
        self._lay_out()
        self.panel.asked.connect(self._go_to)
        self.panel.same.connect(self._same_again)
        self.panel.put_under.connect(self._put_under)
        self.form.submitted.connect(self.save)
        self.form.changed.connect(self._changed)
        self.form.adapted.connect(self._say_due)
        self.form.asked_beside.connect(self._look_beside)
        kept = room.draft_queries.kept(self._draft_key, room.person.id)
        if kept is not None:
            self._entry_id = kept.entry_id
            self.form.restore(kept.fields)
            self._restored.show()
        elif customer is not None:
            self.form.show_customer(customer)
        attached = self.scans.restore()
        if attached is not None:
            self._entry_id = attached if kept is None else self._entry_id
            self._restored.show()
        self.scans.begin(self._entry_id)
        self._run(lambda: room.scans.service.finish(room.person))  # what the last time was cut short
        self._look_beside()
        self._say_due()

    def _lay_out(self) -> None:
        self._notice = Label(tone=Tone.WRONG, wrap=True)
        self._notice.hide()
        self._restored = QWidget()
        row = QHBoxLayout(self._restored)
        row.setContentsMargins(0, 0, 0, 0)
        words = tr("This request was begun and not saved. Go on with it, or press Ctrl+N for an empty one.")
        row.addWidget(Label(words, tone=Tone.INFO, bold=True, wrap=True), 1)
        row.addWidget(Button(tr("Begin anew"), self.throw_away, key="Ctrl+N", quiet=True, sign="trash"))
        self._restored.hide()
        scroll = QScrollArea()
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.form.setContentsMargins(px(2), px(2), px(2), px(2))
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.form)
        column.addWidget(self.scans)
        column.addStretch(1)
        scroll.setWidget(sheet)
        left = QVBoxLayout()
        left.setContentsMargins(px(24), px(18), px(24), px(16))
        left.setSpacing(px(6))
        left.addWidget(Label(tr("Receive a request"), points=14, bold=True))
        left.addWidget(self._restored)
        left.addWidget(scroll, 1)
        left.addWidget(self.scans.foot)
        left.addWidget(self._notice)
        foot = QHBoxLayout()
        foot.setSpacing(px(8))
        self._due = ElidedLabel(tone=Tone.SOFT)
        foot.addWidget(self._due, 1)
        foot.addWidget(go_back(self.reject))
        self.verb = Button(tr("Save and print"), self.save, key="F9", primary=True)
        foot.addWidget(self.verb)
        left.addLayout(foot)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(left, 1)
        whole.addWidget(self.panel)
        room = self._window.window().size()
        self.resize(min(px(1100), room.width() - px(64)), min(px(712), room.height() - px(24)))

    def start(self) -> None:
        """Shows the form with the keyboard in its first field: after a customer who was found already, but
        never in the middle of what was brought back. What stands in the field gives way to what is typed."""
        self.open()
        found = self.form.customer.customer_id is not None and self._restored.isHidden()
        self.form.customer.selectAll()
        self.form.editor("type_code" if found else "customer").setFocus(Qt.FocusReason.OtherFocusReason)

    def _say_due(self) -> None:
        """The unit and the due time that the type brings, and what saving will do."""
        room, kind = self.room, self.form.kind
        verb = tr("Save and print") if self.form.prints else tr("Save")
        self.verb.setText(f"F9  {verb}")
        self.verb.setAccessibleName(verb)
        if kind is None:
            self._due.setText("")
            return
        if self.form.lacking:
            self._due.setText(tr("Papers are missing: noted only, the customer gets the list"))
            return
        try:
            due = due_at(self._calendar, self.form.arrived_at() or room.now(), kind.limit)
        except AppError as error:
            self._due.setText(room.why(error))
            return
        when = due_words(due, room.now(), self._calendar, kind.limit.unit in BY_THE_CLOCK)
        self._due.setText(tr("{unit} · answer due {when}", unit=room.unit_name(kind.unit_code), when=when))

    # -- beside the form --------------------------------------------------------------------------------

    def _look_beside(self) -> None:
        """Asks for the customer's story and for requests that may be this one."""
        room, customer, address = self.room, self.form.customer.customer_id, self.form.address

        def look(_job: Job[Beside]) -> Beside:
            now = room.now()
            card = None if customer is None else room.customers.card(customer)
            place = address or (card.address if card else "")
            return Beside(
                story=None if customer is None else room.queries.caller(customer, room.viewer),
                card=card,
                doubles=room.queries.duplicates(customer, address, room.viewer, now),
                incidents=room.incident_queries.near(place, card.ward if card else None, now),
            )

        def show(found: Beside) -> None:
            self.panel.show_all(found, self.form.incident_id)

        self._beside.run(look, done=show)

    def _put_under(self, incident_id: UUID | None) -> None:
        """The request is about this incident, or about none after all."""
        self.form.incident_id = incident_id
        self._keeping.start()
        self._look_beside()

    def _same_again(self, row: RequestRow) -> None:
        """It is the matter of a request that is open already: what was typed becomes a note on it."""
        room, key, held = self.room, self._draft_key, self.scans.held()
        words = str(self.form.values()["words"]) or tr("The customer asked again.")

        def note(_job: Job[None]) -> None:
            room.requests.note(room.person, row.id, words, again=True)
            room.scans.service.give(room.person, key, row.id, held)
            with suppress(AppError):
                room.drafts.drop(key, room.person.id)

        def noted(_nothing: object) -> None:
            self._keeping.stop()
            self.form.mark_clean()
            self.record_asked.emit(row.id)
            self.accept()
            toast(self._window, tr("Noted on {code}: asked again.", code=row.code))

        room.jobs.run(self, note, done=noted, failed=self._refused)

    def _go_to(self, request_id: UUID) -> None:
        self.record_asked.emit(request_id)
        self.reject()

    # -- the draft --------------------------------------------------------------------------------------

    def _changed(self) -> None:
        if not self._busy:
            self._say_due()
            self._keeping.start()

    def _keep(self, *, leave: bool = False) -> None:
        """Keeps what was typed; with `leave` the dialog closes once that is done, and only then."""
        self._keeping.stop()
        room, key, entry_id, fields = self.room, self._draft_key, self._entry_id, self.form.kept()

        def keep(_job: Job[None]) -> None:
            if fields is None:
                room.drafts.drop(key, room.person.id)
            else:
                room.drafts.keep(key, room.person.id, entry_id, fields)

        def kept(_nothing: object) -> None:
            if leave:
                toast(self._window, tr("Kept for later. F2 opens it again."), tone=Tone.INFO)
                self._close()

        def failed(error: AppError) -> None:
            self._say(room.why(error))
            if leave:
                question = tr("What was typed cannot be kept: leaving would lose it.")
                room.prompter.confirm(self, question, tr("Leave and lose it"), self._close, danger=True)

        room.jobs.run(self, keep, done=kept, failed=failed)

    def keep_draft(self) -> None:
        """See `Dialog.keep_draft`."""
        if self._keeping.isActive():
            self._keep()

    def throw_away(self) -> None:
        """The unfinished request is not wanted any more: an empty form."""
        room, key = self.room, self._draft_key
        self._busy = True
        self.form.clear()
        self._busy = False
        self._keeping.stop()
        self._entry_id = room.new_id()
        self.scans.clear()
        self.scans.begin(self._entry_id)
        self._restored.hide()
        self._notice.hide()
        self._look_beside()
        self._run(lambda: room.drafts.drop(key, room.person.id))
        self.form.customer.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- saving -----------------------------------------------------------------------------------------

    def save(self) -> None:
        """Ctrl+Enter, F9: writes the request, drops the draft, prints the slip."""
        if self._busy:
            return
        if self.scans.busy:
            self._say(tr("A file is still being attached. Save once it is there."))
            return
        self._busy = True
        self._keeping.stop()
        self._notice.hide()
        self.form.show_errors({})
        self.verb.setEnabled(False)
        room, key, new = self.room, self._draft_key, self.form.new_request(self._entry_id)

        def save(_job: Job[Registered]) -> Registered:
            done = room.requests.register(room.person, new)
            with suppress(AppError):  # the request is saved; a draft that stays is known by its id
                room.drafts.drop(key, room.person.id)
            with suppress(AppError):  # what stays is attached the next time
                room.scans.service.finish(room.person)
            return done

        room.jobs.run(self, save, done=self._saved, failed=self._refused, settled=self._settled)

    def _settled(self) -> None:
        self._busy = False
        self.verb.setEnabled(True)

    def _saved(self, done: Registered) -> None:
        room, window, prints = self.room, self._window, self.form.prints
        self._keeping.stop()
        self.form.mark_clean()
        if done.due is None:
            said = tr("Noted: {code} · papers are missing", code=done.code)
        elif done.closed:
            said = tr("Received and answered: {code}", code=done.code)
        else:
            row = room.queries.rows([done.id])[done.id]
            calendar, by_clock = room.rules.calendar(), room.by_the_clock(row)
            said = received_words(done.code, due_words(done.due, room.now(), calendar, by_clock))
        self.registered.emit(done)
        self.accept()
        toast(window, said)
        if prints and done.missing:
            print_missing(room, window, done.id, done.code)
        elif prints:
            print_slip(room, window, done.id, done.code)

    def _refused(self, error: AppError) -> None:
        if isinstance(error, Invalid):
            self.form.show_refusals(error)
        elif error.code == "already_saved":
            # The program ended between saving and hearing of it: there is nothing left to do.
            room, key = self.room, self._draft_key

            def finish(_job: Job[None]) -> None:
                room.drafts.drop(key, room.person.id)
                room.scans.service.finish(room.person)

            room.jobs.run(self, finish, done=self._was_saved, failed=self._was_saved)
        else:
            self._say(self.room.why(error))

    def _was_saved(self, _nothing: object) -> None:
        self.form.mark_clean()
        self.accept()
        toast(self._window, tr("This request was saved already."))

    def _run(self, work: Callable[[], object]) -> None:
        room = self.room
        room.jobs.run(
            self,
            lambda _job: work(),
            done=lambda _: None,
            failed=lambda error: self._say(room.why(error)),
        )

    def _say(self, words: str) -> None:
        self._notice.setText(words)
        self._notice.show()

    # -- leaving ----------------------------------------------------------------------------------------

    def reject(self) -> None:
        """Esc: nothing is lost, what was typed is kept for next time."""
        if (self.form.is_dirty() or self.scans.held()) and not self._busy:
            self._keep(leave=True)
        else:
            self._close()

    def _close(self) -> None:
        super().reject()
