"""What crews did for a request: in its story, and in the answer that it is given."""

from __future__ import annotations

from datetime import datetime

from app.domain import names
from app.queries.field import OrderHappened, OrderStory
from app.queries.requests import Happened, RequestStory
from app.ui.field.words import restored_words
from app.ui.requests.room import RequestRoom
from app.words import tr

SHOWN = frozenset({"issued", "assigned", "on_site", "restored", "done", "cancelled"})
"""What of a work order the request's story tells; another day is the planner's."""


def orders_of(room: RequestRoom, story: RequestStory) -> list[OrderStory]:
    """The request's work orders, the oldest first; none where no crews are sent from here, or where it is
    sealed."""
    field, row = room.field, story.row
    if field is None or row.shut:
        return []
    rows = field.queries.of_request(row.id, room.viewer)
    found = (field.queries.story(each.id, room.viewer) for each in rows)
    return [each for each in found if each is not None]


def crew_steps(orders: list[OrderStory], story: RequestStory, utility: str) -> list[tuple[datetime, str]]:
    """What happened to them: when, and in words. `utility` is the kind of supply. What a work order's end
    left as a note at the request, with the material, is told as that end."""
    notes = {each.data["work_order"]: each.text for each in story.events if crew_note(each, orders)}
    return [
        (step.at, _words(order, step, utility, notes.get(order.row.id.hex) or step.text))
        for order in orders
        for step in order.events
        if step.fitted and step.kind in SHOWN
    ]


def _words(order: OrderStory, step: OrderHappened, utility: str, text: str | None) -> str:
    code = order.row.code
    match step.kind:
        case "issued":
            return tr("Crew sent out, {code} ({name})", code=code, name=step.by)
        case "assigned":
            crew = ", ".join(step.crew) or "–"
            return tr("Crew of {code}: {crew} ({name})", code=code, crew=crew, name=step.by)
        case "on_site":
            return tr("Crew on site, {code} ({name})", code=code, name=step.by)
        case "restored":
            return f"{restored_words(utility, order.row.request_type)}, {code} ({step.by})"
        case "done":
            result = names.order_results(tr).get(step.result or "", tr("Done"))
            head = f"{result}, {code} ({step.by})"
            return f"{head}: {text.removeprefix(f'{code}: ')}" if text else head
        case _:
            head = tr("{code} is cancelled ({name})", code=code, name=step.by)
            return f"{head}: {step.text}" if step.text else head


def crew_note(step: Happened, orders: list[OrderStory]) -> bool:
    """Whether it is the note that the end of one of these work orders left at the request."""
    ended = {order.row.id.hex for order in orders if order.row.state == "done"}
    return step.kind == "noted" and step.data.get("work_order") in ended


def crew_findings(orders: list[OrderStory]) -> str:
    """What the crews wrote of what they found and did, a line each."""
    done = (step for order in orders for step in order.events if step.kind == "done" and step.fitted)
    return "\n".join(step.text for step in sorted(done, key=lambda step: step.at) if step.text)
