"""What a person keeps of lists: how each is seen, views under a name, what was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.queries.views import View, ViewQueries
from app.services.views import ViewService
from app.ui.kit.arranging import Arrangement
from app.ui.kit.jobs import JobRunner
from app.ui.kit.table_view import TableView


class Lists:
    """The lists of one person at this desk."""

    def __init__(self, service: ViewService, queries: ViewQueries, by: UUID, jobs: JobRunner) -> None:
        self._service, self._queries, self._by, self._jobs = service, queries, by, jobs

    def left(self, page: str) -> dict[str, Any]:
        """How a list was left."""
        return self._queries.left(self._by, page)

    def leave(self, page: str, view: Mapping[str, Any]) -> None:
        """Keeps how it is now; off the UI thread."""
        self._jobs.run(self._jobs, lambda _job: self._service.leave(self._by, page, view), done=_nothing)

    def named(self, page: str) -> list[View]:
        """The person's own views of a list."""
        return self._queries.named(self._by, page)

    def save(self, page: str, name: str, view: Mapping[str, Any]) -> str:
        """Keeps a view under a name; call it from a job. Invalid(name=)."""
        return self._service.save(self._by, page, name, view)

    def drop(self, page: str, name: str) -> None:
        """Forgets a view; call it from a job."""
        self._service.drop(self._by, page, name)

    def seen(self, request_id: UUID, hlc: int) -> None:
        """The person has looked at a request; call it from a job."""
        self._service.seen(self._by, request_id, hlc)

    def remember(self, table: TableView, page: str) -> None:
        """Shows a table as it was left, and keeps what the person changes in it."""
        kept = Arrangement.of(self.left(page).get("table"), table.columns)
        if kept.columns or kept.widths:
            table.arrange(Arrangement(kept.columns, kept.widths))
        table.arranged.connect(lambda: self.leave(page, {"table": table.arrangement().kept()}))


def _nothing(_result: object) -> None:
    """Nothing comes of it."""
