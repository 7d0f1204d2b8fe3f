"""With what scans and photos are shown and attached, on whatever page they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Protocol

from app.domain.errors import AppError
from app.queries.attachments import AttachmentQueries
from app.queries.requests import Viewer
from app.services.attachments import AttachmentService
from app.services.writer import Person
from app.ui.kit.jobs import JobRunner


@dataclass(frozen=True)
class Scans:
    """Scans and photos: what people do with them, what they ask, and how a content comes here whose digest is
    given; `fetch` is told of bytes and asked whether to go on, as `app.sync.blobs.Blobs.fetch`."""

    service: AttachmentService
    queries: AttachmentQueries
    fetch: Callable[[bytes, Callable[[int, int], object], Callable[[], bool]], Path]


class ScanRoom(Protocol):
    """The room of a page that shows scans and photos. `viewer`: the person as one who looks at requests."""

    @property
    def scans(self) -> Scans: ...
    @property
    def viewer(self) -> Viewer: ...
    @property
    def person(self) -> Person: ...
    @property
    def jobs(self) -> JobRunner: ...
    @property
    def papers(self) -> Path: ...
    @property
    def zone(self) -> tzinfo: ...
    def now(self) -> datetime: ...
    def why(self, error: AppError) -> str: ...
