"""Contents of scans over HTTP, with a head office and a desk that are killed in the middle."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue

import pytest

from app.bootstrap import Desktop, HeadOffice
from app.domain.errors import AppError
from app.sync.verify_contents import verify_contents
from app.sync.wire import BLOB_PART
from tests.headoffice.hub_process import LOADED, HubProcess
from tests.headoffice.test_server import CLOCK, desk_of, hub
from tests.scans import picture
from tests.sync.test_blobs import attach, sent

__all__ = ["hub"]

PATIENCE = 60.0


def fetch(home: Path, digest: bytes, told: Connection) -> None:
    """A desk that fetches a content and goes on whenever what it has told is answered."""

    def tell(done: int, total: int) -> None:
        told.send(done)
        told.recv()

    Desktop(home, CLOCK).blobs.fetch(digest, tell)
    told.send(None)


def there(hub: HubProcess, digest: bytes) -> tuple[int, bool]:
    with closing(HeadOffice(hub.home, CLOCK)) as beside, beside.database.reading() as cur:
        cur.execute("SELECT done, sent_at FROM blob WHERE digest = ?", (digest,))
        found = cur.fetchone()
        assert verify_contents(cur, None).good
    return (0, False) if found is None else (int(found[0]), found[1] is not None)


def fetched(home: Path, digest: bytes, *, kill_after: int) -> list[int]:
    """What a desk in a program of its own has told of fetching, until it was killed."""
    here, there = LOADED.Pipe()
    process = LOADED.Process(target=fetch, args=(home, digest, there))
    process.start()
    there.close()
    heard: list[int] = []
    with here:
        while (done := here.recv()) is not None:
            heard.append(done)
            if len(heard) == kill_after:
                process.kill()
                break
            here.send("go on")
    process.join()
    return heard


def test_a_head_office_killed_while_a_scan_comes_goes_on_from_there(hub: HubProcess) -> None:
    photo = picture("PNG", (1400, 1000))
    digest = sha256(photo).digest()
    with desk_of(hub, "BN03") as one, desk_of(hub, "BN04") as two:
        attach(one, photo)
        reached = [0]
        for after in (3, 5):
            left = [after]
            post = one.client._transport.post

            def killing(path: str, data: bytes, left: list[int] = left, post=post) -> bytes:  # type: ignore[no-untyped-def]
                if path == "/v1/blob-put":
                    left[0] -= 1
                    if left[0] == 0:
                        hub.kill()
                return bytes(post(path, data))

            one.client._transport.post = killing  # type: ignore[method-assign]
            with pytest.raises(AppError, match=r"sync\.offline"):
                one.client.once()
            one.client._transport.post = post  # type: ignore[method-assign]
            done, whole = there(hub, digest)
            assert not whole
            assert reached[-1] < done < len(photo)
            reached.append(done)
            hub.start()
        while not sent(one):
            one.client.once()
        assert there(hub, digest) == (len(photo), True)
        two.client.once()
        assert two.blobs.fetch(digest).read_bytes() == photo


def test_a_desk_killed_while_it_fetches_goes_on_from_there(hub: HubProcess) -> None:
    photo = picture("PNG", (1400, 1000))
    digest = sha256(photo).digest()
    with desk_of(hub, "BN03") as one:
        attach(one, photo)
        while not sent(one):
            one.client.once()
    with desk_of(hub, "BN04") as two:
        two.client.once()
        home = two.home
    first = fetched(home, digest, kill_after=4)
    second = fetched(home, digest, kill_after=3)
    assert first[-1] < second[0] <= first[-1] + 2 * BLOB_PART
    last = fetched(home, digest, kill_after=0)
    assert second[-1] < last[0]
    assert last[-1] == len(photo)
    with closing(Desktop(home, CLOCK)) as two:
        assert two.contents.read(digest) == photo


def test_a_scan_does_not_hold_up_the_next_payment_over_the_line(hub: HubProcess) -> None:
    """Through the loop that runs by itself: what is written while a scan goes is at the head office long
    before the scan is."""
    answered: SimpleQueue[str] = SimpleQueue()
    with desk_of(hub, "BN03") as one:
        post = one.client._transport.post

        def telling(path: str, data: bytes) -> bytes:
            try:
                return post(path, data)
            finally:
                answered.put(path)

        def until(so: Callable[[], bool]) -> None:
            while not so():
                answered.get(timeout=PATIENCE)

        one.client._transport.post = telling  # type: ignore[method-assign]
        photo = picture("PNG", (2600, 1800))
        attach(one, photo)
        one.start_sync(lambda state: None, every=0.2)
        digest = sha256(photo).digest()
        until(lambda: there_now(hub, digest) > 0)
        with suppress(AppError):
            attach(one, b"ghi chu", "ghi-chu.txt")
        until(lambda: not one.client.unsent())
        assert 0 < there_now(hub, digest) < len(photo)
        until(lambda: sent(one))
        assert there_now(hub, digest) == len(photo)


def there_now(hub: HubProcess, digest: bytes) -> int:
    import sqlite3

    with closing(sqlite3.connect(f"{(hub.home / 'headoffice.db').as_uri()}?mode=ro", uri=True)) as read:
        found = read.execute("SELECT done FROM blob WHERE digest = ?", (digest,)).fetchone()
    return int(found[0]) if found else 0
