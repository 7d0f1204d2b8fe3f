"""The papers of a new supply: from the request to the PDF."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from app.documents.files import folder_for, replacing
from app.documents.papers import Letterhead, Officer, Party
from app.domain import names, supply
from app.domain.errors import AppError
from app.queries.requests import RequestStory
from app.queries.ways import Way
from app.ui.requests.room import RequestRoom
from app.ui.requests.way_view import way
from app.ui.requests.words import phone_words
from app.words import Words

if TYPE_CHECKING:
    from app.documents.supply import AcceptancePaper, ContractPaper, EstimatePaper

PAPERS = ("estimate", "contract", "first_index")
"""The forms of which a paper is made."""


def write_paper(room: RequestRoom, story: RequestStory, form: str) -> Path:
    """Makes the paper of a step that is done, as it stands now, in the folder of papers. AppError
    "request.unknown", and those of `app.documents.files.replacing`."""
    # Here: the first page does not wait for the tools of paper.
    from app.documents.supply import acceptance_minutes, contract_summary, estimate_sheet

    now = room.queries.story(story.row.id, room.viewer)
    if now is None:
        raise AppError("request.unknown")
    language = room.rules.utility.language
    on, shared = way(room, now), _shared(room, now)
    pdf: Callable[[], bytes]
    match form:
        case "estimate":
            name, pdf = "DT", lambda: estimate_sheet(_estimate(room, on, shared), language)
        case "contract":
            name, pdf = "HC", lambda: contract_summary(_contract(room, now, on, shared), language)
        case _:
            name, pdf = "NT", lambda: acceptance_minutes(_acceptance(room, now, on, shared), language)
    file = folder_for(room.papers / f"{now.row.code}-{name}.pdf")
    with replacing(file) as draft:
        draft.write_bytes(pdf())
    return file


def show_paper(form: str) -> Callable[[QWidget, RequestRoom, RequestStory, Callable[[], object]], None]:
    """An act that makes a paper once more and shows it."""

    def ask(parent: QWidget, room: RequestRoom, story: RequestStory, done: Callable[[], object]) -> None:
        room.jobs.run(
            parent,
            lambda _job: write_paper(room, story, form),
            done=lambda file: room.show_paper(parent, file, story.row.code),
            failed=lambda error: room.prompter.tell(parent, room.why(error)),
        )

    return ask


def has_paper(form: str) -> Callable[[RequestRoom, RequestStory], bool]:
    """Whether the step of which that paper is made is done."""
    return lambda room, story: bool(way(room, story).result(form)) and form in PAPERS


def _shared(room: RequestRoom, story: RequestStory) -> dict[str, Any]:
    """What the papers have in common; the officer is who hands them over now."""
    row, utility, office = story.row, room.rules.utility, room.rules.office
    contract = room.supply_queries.contract(row.id)
    who = room.queries.officer(room.person.id)
    party = Party(row.contact_name, row.customer_code or "", row.address or "", phone_words(row.phone))
    if contract is not None:
        party = Party(contract.name, contract.customer_code, contract.address, phones(contract.phone))
    return {
        "letterhead": Letterhead(
            utility.name, office.name, office.address, office.phone, utility.tax_code or "", room.zone
        ),
        "request": row.code,
        "customer": party,
        "supply_address": contract.supply_address if contract else row.address or "",
        "made_on": room.today(),
        "officer": Officer(who.name, who.title, phone_words(who.phone)),
        "kind": utility.kind,
    }


def phones(digits: str | None) -> str:
    """Numbers as they are read aloud."""
    return "; ".join(phone_words(each.strip()) for each in (digits or "").split(";") if each.strip())


def _survey(on: Way, language: str) -> tuple[tuple[str, str], ...]:
    tr, found = Words(language), supply.survey_of(on.result("survey"))
    distance = "" if found.distance is None else f"{found.distance} m"
    pairs = (
        (tr("Distance from the network"), distance),
        (tr("Pipe or cable"), found.line),
        (tr("Size of the meter"), found.meter),
    )
    return tuple(pair for pair in pairs if pair[1])


def _estimate(room: RequestRoom, on: Way, shared: Mapping[str, Any]) -> EstimatePaper:
    from app.documents.supply import EstimatePaper

    result = on.result("estimate")

    def money(key: str) -> int:
        return supply.whole(result, key) or 0

    return EstimatePaper(
        **shared,
        lines=supply.lines_of(result.get("lines")),
        net=money("net"),
        vat_permille=money("vat_permille"),
        vat=money("vat"),
        total=money("total"),
        currency=room.currency,
        valid_until=supply.day(result, "valid_until"),
        survey=_survey(on, room.rules.utility.language),
    )


def _contract(room: RequestRoom, story: RequestStory, on: Way, shared: Mapping[str, Any]) -> ContractPaper:
    from app.documents.supply import ContractPaper

    contract = room.supply_queries.contract(story.row.id)
    if contract is None:
        raise AppError("supply.no_contract", request=story.row.code)
    language = room.rules.utility.language
    classes = names.customer_classes(Words(language))
    return ContractPaper(
        **shared,
        code=contract.code,
        tax_code=contract.tax_code or "",
        customer_class=classes.get(contract.customer_class, contract.customer_class),
        quotas=contract.quotas,
        route=contract.route or "",
        signed_on=contract.signed_on,
        survey=_survey(on, language),
    )


def _acceptance(
    room: RequestRoom, story: RequestStory, on: Way, shared: Mapping[str, Any]
) -> AcceptancePaper:
    from app.documents.supply import AcceptancePaper

    fitted, first = on.result("installation"), on.result("first_index")
    contract = room.supply_queries.contract(story.row.id)
    installed: date | None = supply.day(fitted, "installed_on")
    return AcceptancePaper(
        **shared,
        contract=contract.code if contract else "",
        serial=supply.text(fitted, "serial"),
        digits=supply.whole(fitted, "digits"),
        meter_size=supply.survey_of(on.result("survey")).meter,
        installed_on=installed,
        supplied_on=supply.day(first, "supplied_on"),
        index=supply.whole(first, "index") or 0,
        unit=room.unit,
        work_order=supply.text(fitted, "order_code"),
    )
