"""Requests with a past, for tests: written through the journal with the moments that a test names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app.bootstrap import Desktop
from app.models import Request, RequestEvent
from app.models.base import millis
from tests.offices import person

HANOI = timedelta(hours=7)


def at(text: str) -> datetime:
    """ "11-02 08:30" of 2026 in Vietnam, or with the year."""
    words = text if text.count("-") == 2 else f"2026-{text}"
    return datetime.strptime(words, "%Y-%m-%d %H:%M").replace(tzinfo=UTC) - HANOI


def past(
    desktop: Desktop,
    received: str,
    *,
    type_code: str = "leak",
    unit: str = "REPAIR",
    due: str | None = None,
    answered: str | None = None,
    told: str | None = None,
    closed: bool = True,
    cause: str | None = None,
    score: int | None = None,
    alarms: dict[str, str] | None = None,
    reopened: str | None = None,
    held: str | None = None,
    asked: tuple[str, ...] = (),
    how: str = "phone",
    login: str = "yen",
    **fields: Any,
) -> UUID:
    """A request received then; `alarms` by name ("head"); `told` as answered unless said otherwise."""
    by = person(desktop, login).id
    with desktop.writer.entry("requests.register", by) as draft:
        version = desktop.rules.request_types_ever()[type_code]
        request = draft.add(
            Request, **{
                "code": draft.number("YC"), "type_code": type_code, "type_id": version.id, "channel": "phone",
                "contact_name": "Khách", "words": "Nước chảy yếu", "received_at": at(received),
                "received_by": by, **fields,
            },
        )  # fmt: skip

        def add(kind: str, moment: str, **more: Any) -> None:
            said = {"kind": kind, "at": at(moment), "by": by, "data": {}, **more}
            draft.add(RequestEvent, request_id=request, **said)

        when = {name: millis(at(moment)) for name, moment in (alarms or {}).items()}
        add(
            "received", received, unit_code=unit, due=at(due) if due else None,
            data={"alarms": when} if when else {},
        )  # fmt: skip
    # One entry each: of one entry, the order is that of the kinds.
    steps: list[tuple[str, str, dict[str, Any]]] = [("asked", received, {"unit_code": u}) for u in asked]
    if held:
        steps.append(("held", held, {"data": {"reason": "access"}}))
    if answered:
        data = {"outcome": "solved", **({"cause": cause} if cause else {})}
        steps.append(("answered", answered, {"text": "Đã sửa xong", "data": data}))
        if told is None or told:
            when_told = told or answered
            steps.append(("told", when_told, {"text": "Đã báo kết quả", "data": {"how": how}}))
            if score is not None:
                steps.append(("rated", when_told, {"data": {"score": score}}))
            if closed:
                steps.append(("closed", when_told, {}))
    if reopened:
        steps.append(("reopened", reopened, {"due": at(due) if due else None, "unit_code": unit}))
    for kind, moment, more in steps:
        with desktop.writer.entry(f"requests.{kind}", by) as draft:
            said = {"kind": kind, "at": at(moment), "by": by, "data": {}, **more}
            draft.add(RequestEvent, request_id=request, **said)
    return request
