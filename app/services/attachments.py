"""What people do with scans and photos: attach them to requests and work orders.

The content is on the disk before the entry that names it is written; so an attachment never names what is
lost. Until a form is saved, what was put to it is kept with its draft.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import func, select

from app.domain.attachments import LIMIT, SUFFIXES, check_size, examine, kept_name
from app.domain.errors import AppError, file_told
from app.domain.people import may
from app.models import Attachment, WorkOrder
from app.models.base import canonical_json
from app.queries.attachments import AttachmentQueries
from app.queries.rules import RuleQueries
from app.services.drafts import LocalWriter
from app.services.request_acts import RequestActs
from app.services.writer import Draft, Person, Writer

KEPT_WITH = "attach/"
"""The forms under which it is kept what was put to another form."""


class Contents(Protocol):
    """Where contents are kept (`app/sync/contents.py`)."""

    def put(self, data: bytes) -> bytes: ...
    def drop(self, digest: bytes) -> None: ...


class DeskWriter(Writer, LocalWriter, Protocol):
    """Writes entries, and what never leaves the desk."""


@dataclass(frozen=True, slots=True)
class Held:
    """A content that is kept and not attached yet; its digest in hexadecimal digits. `flaw` as
    `domain.attachments.Content`."""

    digest: str
    name: str
    media: str
    size: int
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class Attached:
    """What was attached. `known`: the very same content was attached there before, nothing was written."""

    id: UUID
    name: str
    flaw: str
    known: bool


class AttachmentService:
    """Use cases of scans and photos."""

    def __init__(
        self, writer: DeskWriter, rules: RuleQueries, contents: Contents, queries: AttachmentQueries
    ) -> None:
        self._writer = writer
        self._acts = RequestActs(writer, rules)
        self._contents = contents
        self._queries = queries

    def add(
        self, by: Person, about_table: str, about_id: UUID, source: Path | bytes, name: str = ""
    ) -> Attached:
        """Attach a file, or the bytes of a picture, to a request or a work order.

        AppError as `hold` and `attach`.
        """
        held = self.hold(source, name)
        try:
            return self.attach(by, about_table, about_id, held)
        except AppError:
            self.let_go(held)
            raise

    def hold(self, source: Path | bytes, name: str = "") -> Held:
        """Keep a content for a form that is not saved yet. `name` of a file is its own unless it is given.

        AppError as `examine`, "file.not_found", "file.not_readable", "disk.full", "folder.not_writable".
        """
        name = name or (source.name if isinstance(source, Path) else "")
        data = source if isinstance(source, bytes) else _read(source, name)
        content = examine(data, name)
        digest = self._contents.put(data)
        named = kept_name(name, content.media)
        return Held(digest.hex(), named, content.media, len(data), content.flaw)

    def attach(self, by: Person, about_table: str, about_id: UUID, held: Held) -> Attached:
        """Attach what is held; of a restricted request the name is left out, since it tells of the matter.

        AppError "not_allowed", "request.unknown", "order.unknown" for a work order that is not here.
        """
        digest = bytes.fromhex(held.digest)
        with self._writer.entry("attachments.add", by.id) as draft:
            restricted = self._open(draft, by, about_table, about_id)
            a = Attachment
            here = a.office_no == draft.desk.office_no
            of_it = (here, a.about_table == about_table, a.about_id == about_id)
            known = draft.read.execute(select(a.id, a.name).where(*of_it, a.digest == digest)).first()
            if known:
                return Attached(known.id, known.name, held.flaw, known=True)
            name = held.name
            if restricted:
                count = draft.read.execute(select(func.count()).select_from(a).where(*of_it)).scalar_one()
                name = f"{count + 1}{SUFFIXES[held.media]}"
            id = draft.add(
                Attachment, about_table=about_table, about_id=about_id, name=name, media=held.media,
                size=held.size, digest=digest, by=by.id, added_at=draft.now,
            )  # fmt: skip
        return Attached(id, name, held.flaw, known=False)

    def let_go(self, held: Held) -> None:
        """A content is not wanted after all; it stays where something else names it."""
        self._contents.drop(bytes.fromhex(held.digest))

    # -- what is kept with an unfinished form -----------------------------------------------------------

    def keep(self, form: str, by: UUID, entry_id: UUID, held: Sequence[Held]) -> None:
        """Keep what was put to a form that will be saved under `entry_id`; nothing any more, when empty."""
        if not held:
            self._forget(KEPT_WITH + form, by)
            return
        fields = {"files": [asdict(each) for each in held]}
        self._writer.execute_local(
            "INSERT INTO draft (form, by, entry_id, fields) VALUES (?, ?, ?, ?) ON CONFLICT (form, by) "
            "DO UPDATE SET entry_id = excluded.entry_id, fields = excluded.fields",
            (KEPT_WITH + form, by.bytes, entry_id.bytes, canonical_json(fields)),
        )

    def finish(self, by: Person) -> list[Attached]:
        """Attach what was put to forms that are saved: just now, or when the program ended in between. What
        cannot be attached stays kept, with the AppError of `attach`."""
        done = []
        for left in self._queries.left(KEPT_WITH, by.id):
            done += [self.attach(by, "request", left.request_id, held) for held in held_of(left.fields)]
            self._forget(left.form, by.id)
        return done

    def give(self, by: Person, form: str, request_id: UUID, held: Sequence[Held]) -> None:
        """Attach what was put to a form to a request that is there already. AppError as `attach`."""
        for each in held:
            self.attach(by, "request", request_id, each)
        self._forget(KEPT_WITH + form, by.id)

    def _forget(self, form: str, by: UUID) -> None:
        self._writer.execute_local("DELETE FROM draft WHERE form = ? AND by = ?", (form, by.bytes))

    # -- rights -----------------------------------------------------------------------------------------

    def _open(self, draft: Draft, by: Person, about_table: str, about_id: UUID) -> bool:
        """Whether what it is attached to is restricted."""
        request_id: UUID | None = about_id
        if about_table == WorkOrder.__tablename__:
            w = WorkOrder
            wanted = select(w.id, w.request_id).where(w.office_no == draft.desk.office_no, w.id == about_id)
            found = draft.read.execute(wanted).first()
            if found is None:
                raise AppError("order.unknown")
            if not may(by.roles, "field.plan"):
                by.require("field.report")
            request_id = found.request_id
        else:
            by.require("requests.note")
        if request_id is None:
            return False
        return self._acts.open(draft, by, request_id, "noted").kind.restricted


def held_of(fields: Mapping[str, Any]) -> list[Held]:
    """What `AttachmentService.keep` kept."""
    return [Held(**each) for each in fields.get("files", ())]


def _read(path: Path, name: str) -> bytes:
    """The bytes of a file; one that is too large is not read."""
    with file_told(path):
        check_size(path.stat().st_size, name)
        with path.open("rb") as file:
            return file.read(LIMIT + 1)
