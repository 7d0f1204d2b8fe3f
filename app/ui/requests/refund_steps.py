"""The steps of a refund: what the ledger says, the second person's word, the money over the counter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from app.domain.money import format_money
from app.queries.refunds import Claim, Place, Said, limits
from app.queries.requests import RequestStory
from app.services.refunds import PayOut
from app.ui.cash.words import in_words, period_words
from app.ui.kit.inputs import MoneyEdit, NoteEdit
from app.ui.kit.jobs import Job, Lane
from app.ui.kit.letters import choice
from app.ui.kit.theme import Tone
from app.ui.requests.room import RequestRoom
from app.ui.requests.step_forms import Act, StepForm, StepTask
from app.ui.requests.words import day_words, phone_words
from app.words import Words, tr

MOST_PLACES = 6
"""So many receipts whose money lies with us are named; of the others how many there are."""


def _money(room: RequestRoom, amount: int) -> str:
    return format_money(amount, room.currency, tr.language)


def _claim(task: StepTask) -> Claim:
    claim = task.room.refunding.queries.claim(task.story.row.id, task.room.today())
    assert claim is not None, "only opened for a request that is here"
    return claim


# -- against the ledger -------------------------------------------------------------------------------------


def _build_check(task: StepTask) -> Act:
    room, claim = task.room, _claim(task)
    _say_who(task, claim)
    _say_ledger(task, claim)
    amount = MoneyEdit(room.currency)
    most = min(claim.lies, limits(room.currency.code).most)
    if most > 0:
        amount.set_value(most)
    hint = tr("At most {amount}.", amount=_money(room, most)) if most > 0 else ""
    task.form.add("amount", tr("&Paid too much"), amount, hint)
    seen = QLineEdit(", ".join(dict.fromkeys(place.receipt for place in claim.places[:MOST_PLACES])))
    task.form.add("receipts", tr("&Receipts seen"), seen, tr("Their numbers go on the pay-out slip."))
    task.form.add(
        "words",
        tr("&What was found"),
        NoteEdit(2),
        tr("It stands on the pay-out slip as the reason of the payment."),
        wide=True,
    )
    request, entry = task.story.row.id, room.new_id()

    def act(values: Mapping[str, Any]) -> None:
        codes = values["receipts"].replace(";", ",").replace("\n", ",").split(",")
        receipts = [code.strip() for code in codes if code.strip()]
        room.refunding.service.check(room.person, request, values["amount"], values["words"], receipts, entry)

    return act


def _say_who(task: StepTask, claim: Claim) -> None:
    if claim.customer_id is None:
        words = tr("It is not known yet whose money this is. Link the request to a customer first.")
        task.say(words, tone=Tone.ATTENTION)
        return
    who = (claim.customer_code, claim.name, claim.address, phone_words(claim.phone))
    task.say(" · ".join(part for part in who if part))


def _say_ledger(task: StepTask, claim: Claim) -> None:
    """What lies with us, where, and what the customer owes."""
    room = task.room
    if claim.customer_id is None:
        return
    if claim.lies <= 0:
        task.say(tr("The ledger shows nothing that was paid too much."), tone=Tone.ATTENTION, strong=True)
    else:
        words = tr("With us without a bill: {amount}", amount=_money(room, claim.lies))
        task.say(words, tone=Tone.PLAIN, strong=True)
    for place in claim.places[:MOST_PLACES]:
        task.say(_place_words(task, place))
    if len(claim.places) > MOST_PLACES:
        task.say(tr("and {count} receipts more", count=len(claim.places) - MOST_PLACES))
    if claim.owed:
        late = tr(", {amount} of it overdue", amount=_money(room, claim.overdue)) if claim.overdue else ""
        words = tr(
            "The customer owes {amount} on open bills{late}. Ask whether the money should pay them first.",
            amount=_money(room, claim.owed),
            late=late,
        )
        task.say(words, tone=Tone.ATTENTION)


def _place_words(task: StepTask, place: Place) -> str:
    room = task.room
    when = day_words(place.taken_at, room.now(), room.zone)
    what = tr("kept as credit")
    if place.bill:
        period = period_words(place.period)
        what = tr("too much on bill {code} of {period}", code=place.bill, period=period)
    return tr(
        "{receipt} · {when} · {total} from {payer}: {amount} {what}",
        receipt=place.receipt,
        when=when,
        total=_money(room, place.total),
        payer=place.payer,
        amount=_money(room, place.amount),
        what=what,
    )


# -- the second person --------------------------------------------------------------------------------------


def _build_approve(task: StepTask) -> Act:
    room, claim = task.room, _claim(task)
    _say_who(task, claim)
    check = claim.check
    if check is not None:
        _say_amount(task, check)
        _say_said(task, tr("Checked by {name}, {when}", name=check.name, when=_when(task, check)), check)
        if check.receipts:
            task.say(tr("Receipts seen: {codes}", codes=", ".join(check.receipts)))
        if claim.lies < check.amount:
            words = tr(
                "Only {amount} of it is with us now: it was used or paid back meanwhile.",
                amount=_money(room, max(claim.lies, 0)),
            )
            task.say(words, tone=Tone.WRONG)
    decisions = {
        "yes": tr("Approve: pay back {amount}", amount=_money(room, check.amount if check else 0)),
        "no": tr("Refuse"),
    }
    task.form.add("decision", tr("&Decision"), choice(decisions, "yes"), wide=True)
    task.form.add(
        "words", tr("&Why"), NoteEdit(3), tr("When refused, this is the answer to the customer."), wide=True
    )
    request, entry = task.story.row.id, room.new_id()

    def act(values: Mapping[str, Any]) -> None:
        yes = values["decision"] == "yes"
        room.refunding.service.approve(room.person, request, yes, values["words"], entry)

    return act


def _say_amount(task: StepTask, said: Said) -> None:
    amount, spoken = _money(task.room, said.amount), in_words(said.amount, task.room.currency)
    task.say(tr("To pay back: {amount} ({words})", amount=amount, words=spoken), tone=Tone.PLAIN, strong=True)


def _say_said(task: StepTask, who: str, said: Said) -> None:
    task.say(f"{who}: {said.words}" if said.words else who)


def _when(task: StepTask, said: Said) -> str:
    return "" if said.at is None else day_words(said.at, task.room.now(), task.room.zone)


# -- the money ----------------------------------------------------------------------------------------------


def _build_pay(task: StepTask) -> Act:
    room, claim = task.room, _claim(task)
    _say_who(task, claim)
    approval = claim.approval
    amount = approval.amount if approval else 0
    if approval is not None:
        _say_amount(task, approval)
        who = tr("Approved by {name}, {when}", name=approval.name, when=_when(task, approval))
        _say_said(task, who, approval)
    session = room.refunding.cash.open_session(room.person.id, room.refunding.device())
    if session is None:
        words = tr("To pay cash you need a cash session of your own at this desk. It can be kept as credit.")
        task.say(words, tone=Tone.ATTENTION)
    else:
        held = _money(room, session.expected)
        words = tr("The drawer of {code} holds {amount}.", code=session.code, amount=held)
        task.say(words, tone=Tone.WRONG if session.expected < amount else Tone.SOFT)
    shown = _money(room, amount)
    ways = {
        "cash": tr("Pay out {amount} in cash", amount=shown),
        "credit": tr("Keep {amount} as credit", amount=shown),
    }
    how = choice(ways, "cash" if session else "credit")
    payee = QLineEdit(claim.name)
    told = NoteEdit(2)
    task.form.add("how", tr("&How"), how)
    task.form.add("payee", tr("&Who takes the money"), payee, tr("Signs the pay-out slip."))
    task.form.add("words", tr("What the customer is &told"), told, wide=True)
    _lead(task, how, told, amount)
    request, entry = task.story.row.id, room.new_id()

    def act(values: Mapping[str, Any]) -> Path | None:
        service, person = room.refunding.service, room.person
        if values["how"] == "credit":
            service.credit(person, request, values["words"], entry)
            return None
        new = PayOut(entry, request, session.id if session else None, values["payee"], values["words"])
        return write_payout(room, service.pay(person, new).payout_id)

    return act


def _lead(task: StepTask, how: QComboBox, told: NoteEdit, amount: int) -> None:
    """What is told follows the way, as long as nobody has written his own words."""
    _tr = Words(task.room.rules.utility.language)
    money = format_money(amount, task.room.currency, _tr.language)
    texts = {
        "cash": _tr("{amount} paid too much were paid back in cash.", amount=money),
        "credit": _tr("{amount} paid too much are kept as credit for the next bills.", amount=money),
    }

    def follow() -> None:
        if told.toPlainText() in ("", *texts.values()):
            told.setPlainText(texts[how.currentData()])
        task.form.set_field_visible("payee", how.currentData() == "cash")

    how.currentIndexChanged.connect(lambda _at: follow())
    follow()


def write_payout(room: RequestRoom, payout_id: Any, *, copy: bool = False) -> Path:
    """The slip's PDF in the folder of papers."""
    from app.documents.files import folder_for, replacing
    from app.documents.office import payout_paper
    from app.documents.payout import payout_slip

    view = room.refunding.queries.payout(payout_id)
    pdf = payout_slip(payout_paper(room.rules, view, copy=copy), room.rules.utility.language)
    file = folder_for(room.papers / f"{view.code}.pdf")
    with replacing(file) as draft:
        draft.write_bytes(pdf)
    return file


def has_slip(room: RequestRoom, story: RequestStory) -> bool:
    """Whether money was paid out on this request."""
    kind = room.rules.type_version(story.row.type_id, story.row.type_code)
    pays = kind is not None and any(step.form == "pay" for step in kind.steps)
    return pays and room.refunding.queries.payout_of(story.row.id) is not None


def print_slip_again(
    parent: QWidget, room: RequestRoom, story: RequestStory, done: Callable[[], object]
) -> None:
    """The pay-out slip once more, marked as a copy."""

    def make(_job: Job[Path]) -> Path:
        payout = room.refunding.queries.payout_of(story.row.id)
        return write_payout(room, payout, copy=True)

    room.jobs.run(
        parent,
        make,
        done=lambda file: room.show_paper(parent, file, file.stem),
        failed=lambda error: room.prompter.tell(parent, room.why(error)),
        lane=Lane.IO,
    )


FORMS: Mapping[str, StepForm] = {
    "check": StepForm("refunds.check", _build_check),
    "approve": StepForm("refunds.approve", _build_approve),
    "pay": StepForm("refunds.pay", _build_pay),
}
"""Form of a step -> who may fill it in, and how it is made."""
