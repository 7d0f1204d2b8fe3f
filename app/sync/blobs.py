"""How the contents of scans and photos travel: after the rows, part by part, each way going on where it
stopped. Whoever writes meanwhile goes first: between two parts it is looked whether rows wait."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from app.domain.attachments import LIMIT
from app.domain.errors import AppError, Cancelled
from app.models.database import trouble_told
from app.sync.client import Progress, SyncClient
from app.sync.contents import Contents
from app.sync.wire import (
    BLOB_PART,
    MOST_DIGESTS,
    BlobDone,
    BlobGet,
    BlobPart,
    BlobPut,
    BlobsReply,
    BlobsRequest,
)

log = logging.getLogger(__name__)

LEAST_PART = 8 << 10
FIRST_PART = 64 << 10

QUICK = 1.0
SLOW = 3.0
"""Seconds for a part: after a quicker one the next is larger, after a slower one smaller."""

SLICE = 4.0
"""Seconds after which the rows of others are asked for again before further parts go."""

AGAIN = 600.0
"""Seconds for which nothing is sent after the head office would not take it: an older one knows nothing of
contents."""

STOCK_AGAIN = 6 * 3600.0
"""Seconds after which it is asked again what the head office lacks: it may have been put back."""

GOES_ON = {"sync.offline", "sync.busy", "sync.certificate", "sync.revoked", "sync.unknown_device"}
"""Failures that concern the line or the desk as a whole, not contents."""


class Blobs:
    """A desk's side. `send` is called after a pass, `fetch` from any thread."""

    def __init__(
        self,
        contents: Contents,
        client: SyncClient,
        timer: Callable[[], float] = time.monotonic,
        wish: Callable[[bytes], object] = lambda digest: None,
    ) -> None:
        """`wish` hears of a content that somebody wanted to see while there was no line."""
        self._wish = wish
        self._contents = contents
        self._client = client
        self._timer = timer
        self._part = FIRST_PART
        self._rest_until = 0.0
        self._stock_at: float | None = None
        self._left: set[bytes] = set()
        """Contents that the head office will not have until it is asked for its stock again."""
        self._fetching = threading.Lock()

    # -- sending ----------------------------------------------------------------------------------------

    def send(self, going_on: Callable[[], bool]) -> bool:
        """Send what the head office lacks, for a while; whether there is more. AppErrors `GOES_ON`."""
        if self._timer() < self._rest_until:
            return False
        try:
            self._take_stock()
            return self._send(going_on, self._timer() + SLICE)
        except AppError as error:
            if error.code in GOES_ON:
                raise
            log.warning("contents are not sent: %s", error.code)
            self._rest_until = self._timer() + AGAIN
            return False
        finally:
            self._client.told(None)

    def _take_stock(self) -> None:
        """From time to time: what is here, and which of it the head office lacks although it had it once."""
        if self._stock_at is not None and self._timer() - self._stock_at < STOCK_AGAIN:
            return
        self._left.clear()
        if self._contents.take_stock():
            after, more = b"", True
            while more:
                reply = self._client.ask("/v1/blobs", BlobsRequest([], after), BlobsReply)
                self._contents.note_unsent(reply.lacking)
                more = reply.more and bool(reply.lacking)
                after = max(reply.lacking, default=b"")
        self._stock_at = self._timer()

    def _send(self, going_on: Callable[[], bool], until: float) -> bool:
        unsent = self._contents.unsent(MOST_DIGESTS + len(self._left))
        waiting = [(d, n) for d, n in unsent if d not in self._left][:MOST_DIGESTS]
        if not waiting:
            return False
        if self._client.unsent():
            return True  # the row that names a content goes before it
        reply = self._client.ask("/v1/blobs", BlobsRequest([digest for digest, _ in waiting]), BlobsReply)
        total, moved = sum(size for _, size in waiting), 0
        for (digest, size), done in zip(waiting, reply.done, strict=False):
            if done == size:
                self._contents.note_sent([digest])
            elif done < 0:
                self._left.add(digest)
            elif not self._send_one(digest, size, done, (moved, total), going_on, until):
                return True
            moved += size
        return len(waiting) == MOST_DIGESTS

    def _send_one(
        self,
        digest: bytes,
        size: int,
        done: int,
        of_all: tuple[int, int],
        going_on: Callable[[], bool],
        until: float,
    ) -> bool:
        """Send the rest of a content; False when something else comes first."""
        data = self._contents.read(digest)
        if data is None:
            log.error("the content %s was to be sent and is damaged", digest.hex())
            return True
        while done < size:
            if not going_on() or self._timer() > until or self._client.unsent():
                return False
            part = data[done : done + self._part]
            begun = self._timer()
            try:
                answer = self._client.ask("/v1/blob-put", BlobPut(digest, size, done, part), BlobDone)
            except AppError as error:
                self._part = max(self._part // 2, LEAST_PART)
                if error.code != "attachment.other_content":
                    raise
                log.warning("the head office had another content under %s", digest.hex())
                self._left.add(digest)
                return True
            self._adapt(self._timer() - begun)
            done = answer.done
            self._client.told(Progress("sending", of_all[0] + done, of_all[1], None))
        self._contents.note_sent([digest])
        return True

    def _adapt(self, took: float) -> None:
        if took < QUICK:
            self._part = min(self._part * 2, BLOB_PART)
        elif took > SLOW:
            self._part = max(self._part // 2, LEAST_PART)

    # -- fetching ---------------------------------------------------------------------------------------

    def fetch(
        self,
        digest: bytes,
        told: Callable[[int, int], object] = lambda done, total: None,
        going_on: Callable[[], bool] = lambda: True,
    ) -> Path:
        """The file of a content, fetched from the head office where it is not here; `told` hears of bytes.

        AppError "attachment.not_there" when the head office has not got it yet, "attachment.damaged" when
        what comes is another, "attachment.paused", "cancelled"; those of the line and of the disk. What has
        come by then is kept and gone on from the next time.
        """
        with self._fetching:
            path = self._contents.whole(digest)
            for _ in range(2):
                if path is None:
                    try:
                        self._download(digest, told, going_on)
                    except AppError as error:
                        if error.code in ("sync.offline", "attachment.paused"):
                            self._wish(digest)
                        raise
                    path = self._contents.take(digest)
        if path is None:
            raise AppError("attachment.damaged")
        return path

    def _download(
        self, digest: bytes, told: Callable[[int, int], object], going_on: Callable[[], bool]
    ) -> None:
        if self._client.paused:
            raise AppError("attachment.paused")
        part = self._contents.coming(digest)
        with trouble_told(part):
            part.parent.mkdir(parents=True, exist_ok=True)
            with part.open("ab") as file:
                done, size = file.tell(), 0
                while not size or done < size:
                    if not going_on():
                        raise Cancelled
                    got = self.part(digest, done)
                    size = got.size
                    if done > size:  # of another content: begin anew
                        file.truncate(0)
                        done = 0
                        continue
                    file.write(got.data)
                    file.flush()
                    done += len(got.data)
                    told(done, size)
                with suppress(OSError):
                    os.fsync(file.fileno())

    def part(self, digest: bytes, offset: int, most: int = LIMIT) -> BlobPart:
        """A part of a content of at most so many bytes, as large as the line brings in time. AppError
        "attachment.not_there", "sync.nonsense", and those of the line."""
        begun = self._timer()
        try:
            got = self._client.ask("/v1/blob-get", BlobGet(digest, offset, self._part), BlobPart)
        except AppError:
            self._part = max(self._part // 2, LEAST_PART)
            raise
        self._adapt(self._timer() - begun)
        if got.size == 0:
            raise AppError("attachment.not_there")
        nothing = not got.data and offset < got.size
        if got.size > most or got.offset != offset or len(got.data) > BLOB_PART or nothing:
            raise AppError("sync.nonsense")
        return got
