"""How a desk comes to updates of the program: it asks from time to time, and fetches the setup part by part
after everything else, going on where it stopped."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from app.domain.errors import AppError, disk_told
from app.domain.updates import Manifest
from app.sync.blobs import GOES_ON, SLICE, Blobs
from app.sync.client import SyncClient
from app.sync.update_folder import Happened, UpdateFolder
from app.sync.wire import BlobPart, UpdateReply, UpdateRequest

log = logging.getLogger(__name__)

ASKS = 1800.0
"""Seconds between two questions whether there is an update."""

AGAIN = 4 * 3600.0
"""Seconds until what was wrong with an update is tried again: a whole setup may come anew then."""


@dataclass(frozen=True, slots=True)
class UpdateView:
    """How it stands, for people. `manifest`: what is offered, `ready` when its setup is here; else `done` of
    its bytes are. `can_return`: the setup of the version that runs is here too. `trouble`: what was wrong
    with what the head office offers. `happened`: what came of the last update."""

    manifest: Manifest | None = None
    ready: bool = False
    done: int = 0
    can_return: bool = False
    trouble: AppError | None = None
    happened: Happened | None = None


class Updates:
    """A desk's side. `go_on` is called after a pass; `view` from any thread."""

    def __init__(
        self,
        folder: UpdateFolder,
        client: SyncClient,
        blobs: Blobs,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = folder
        self._client = client
        self._blobs = blobs
        self._timer = timer
        self._ask_at = timer()
        self._wanted: list[Manifest] = []
        """What is to be fetched, one after the other; the last is what is offered."""
        self.view = UpdateView()
        self.changed: Callable[[UpdateView], object] = lambda view: None
        """Hears of what `view` is now, on whatever thread."""

    def look(self) -> UpdateView:
        """See how it stands in the folder; a setup is read through for it."""
        ready = self.folder.ready()
        offered = self._wanted[-1] if self._wanted else None
        done = 0
        if ready is None and offered is not None:
            with suppress(OSError):
                done = self.folder.setups.coming(offered).stat().st_size
        view = UpdateView(
            ready or offered,
            ready is not None,
            done,
            self.folder.can_return(),
            self.view.trouble,
            self.folder.state.happened,
        )
        self._show(view)
        return view

    def _show(self, view: UpdateView) -> None:
        if view != self.view:
            self.view = view
            self.changed(view)

    def go_on(self, going_on: Callable[[], bool]) -> bool:
        """Ask when it is time, fetch for a while; whether there is more. AppErrors `GOES_ON`."""
        if not self.folder.keys:
            return False  # nobody may publish updates of this program as it was built
        try:
            if self._timer() >= self._ask_at:
                self._ask_at = self._timer() + ASKS
                self._ask()
            return self._fetch(going_on, self._timer() + SLICE)
        except AppError as error:
            if error.code in GOES_ON:
                raise
            log.warning("no update: %s", error.code)
            self._wanted = []
            self._ask_at = self._timer() + AGAIN
            # An older head office knows nothing of updates: nothing is wrong then.
            trouble = None if error.code in ("sync.nonsense", "attachment.not_there") else error
            self._show(UpdateView(trouble=trouble, happened=self.folder.state.happened))
            return False

    def _ask(self) -> None:
        folder = self.folder
        failed = folder.state.failed
        lacks = not folder.can_return()
        request = UpdateRequest(folder.running, folder.system, failed[-1] if failed else "", lacks)
        reply = self._client.ask("/v1/update", request, UpdateReply)
        if not reply.offer:
            self._wanted = []
            folder.nothing_offered()
        else:
            offered = folder.offer(reply.offer)
            own = folder.own(reply.own) if reply.own and lacks else None
            self._wanted = [each for each in (own, offered) if each and not folder.setups.has(each)]
        self._show(UpdateView())  # what was wrong may be right now
        self.look()

    def _fetch(self, going_on: Callable[[], bool], until: float) -> bool:
        while self._wanted:
            manifest = self._wanted[0]
            try:
                if not self._fetch_one(manifest, going_on, until):
                    return True
                self.folder.setups.complete(manifest)
            except AppError as error:
                if error.code == "update.damaged":
                    self.folder.setups.throw_away(manifest)
                raise
            del self._wanted[0]
            log.info("the setup of %s has come", manifest.version)
            self.look()
        return False

    def _fetch_one(self, manifest: Manifest, going_on: Callable[[], bool], until: float) -> bool:
        """Fetch the rest of a setup; False when something else comes first. AppError "disk.full",
        "update.damaged"."""
        folder, part = self.folder, self.folder.setups.coming(manifest)
        with disk_told(folder.path):
            done = part.stat().st_size if part.exists() else 0
            if done > manifest.size:
                part.unlink()
                done = 0
            folder.setups.see_to_room(manifest.size - done)
            with part.open("ab") as file:
                while done < manifest.size:
                    if not going_on() or self._timer() > until or self._client.unsent():
                        return False
                    got = self._part(manifest, done)
                    file.write(got.data)
                    file.flush()
                    done += len(got.data)
                    if manifest is self._wanted[-1]:
                        self._show(UpdateView(manifest, done=done, can_return=self.view.can_return))
                os.fsync(file.fileno())
        return True

    def _part(self, manifest: Manifest, done: int) -> BlobPart:
        """AppError "update.damaged" when the head office has something else under the setup's digest."""
        try:
            got = self._blobs.part(manifest.digest, done, manifest.size)
        except AppError as error:
            if error.code != "sync.nonsense":
                raise
            got = None
        if got is None or got.size != manifest.size:
            raise AppError("update.damaged", version=manifest.version)
        return got
