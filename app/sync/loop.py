"""The thread that reconciles a desk with the head office by itself, and how it stands."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.errors import AppError
from app.sync.backoff import back_off
from app.sync.client import Progress, SyncClient

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SyncState:
    """What the status bar shows. `state`: "never", "online", "syncing", "offline", "refused", "paused".
    `renamed`: the desk's new name, until somebody has taken note that its data was restored or copied."""

    state: str
    unsent: int
    last_contact: datetime | None
    error: AppError | None = None
    progress: Progress | None = None
    renamed: str = ""


class SyncLoop:
    """Makes passes by itself: soon after each own entry, and every few seconds to hear of others'."""

    def __init__(
        self,
        client: SyncClient,
        tell: Callable[[SyncState], None],
        every: float = 5.0,
        rng: random.Random | None = None,
    ) -> None:
        self._client = client
        self._tell = tell
        self._every = every
        self._rng = rng or random.Random()  # noqa: S311 spreads desks over time, guards nothing
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._paused = threading.Event()
        self._asked = 0.0
        """How long the head office has asked to be left alone, in seconds."""
        self._more = False
        """What goes after the rows goes on at once."""
        self._showing = threading.RLock()
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)
        if client.paused:
            self._paused.set()
        self.state = SyncState(
            "paused" if client.paused else "never", client.unsent(), client.last_contact(),
            renamed=client.renamed,
        )  # fmt: skip
        client.told = self._progress

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """There is something to send; also brings the unsent count up to date."""
        try:
            self._show()
        except Exception:
            log.exception("the state of sync was not shown")
        self._wake.set()

    def pause(self) -> None:
        """Send and receive nothing from the next message on until `resume`, also after a restart."""
        self._client.pause(True)
        self._paused.set()
        self._show("paused", None)

    def resume(self) -> None:
        """Go on."""
        self._client.pause(False)
        self._paused.clear()
        self._show("never", None)
        self._wake.set()

    @property
    def paused(self) -> bool:
        """Whether nothing is sent nor received."""
        return self._paused.is_set()

    def note_renamed(self) -> None:
        """Somebody has taken note of the desk's new name."""
        self._client.note_renamed()
        self._show()

    def stop(self) -> None:
        """End at once; what was not sent goes at the next start."""
        self._stop.set()
        self._wake.set()
        self._client.hang_up()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            self._wake.clear()
            if self._paused.is_set():
                self._wake.wait()
                continue
            try:
                failures = 0 if self._pass() else failures + 1
            except Exception:
                log.exception("a sync pass failed")
                failures += 1
            wait = back_off(failures, self._rng, self._asked) if failures else 0.0
            self._wake.wait(wait if self._more and not failures else max(self._every, wait))

    def _pass(self) -> bool:
        self._asked = 0.0
        try:
            self._more = self._client.once(self._may_go_on).more
        except AppError as error:
            if error.code == "sync.busy":
                self._asked = float(str(error.params["wait"]))
            if not self._stop.is_set():
                self._show("offline" if error.code == "sync.offline" else "refused", error)
            return False
        except Exception:
            self._show("refused", AppError("sync.failed"))
            raise
        self._show("paused" if self._paused.is_set() else "online", None)
        return True

    def _may_go_on(self) -> bool:
        return not self._paused.is_set() and not self._stop.is_set()

    def _progress(self, progress: Progress | None) -> None:
        with self._showing:
            if progress is not None and not self._paused.is_set():
                self.state = replace(self.state, state="syncing", progress=progress)
                self._tell(self.state)
            else:
                self.state = replace(self.state, progress=None)

    def _show(self, state: str = "", error: AppError | None = None) -> None:
        """Tell what is new; without a state, only what is counted."""
        with self._showing:
            count, contact = self._client.unsent(), self._client.last_contact()
            before = self.state
            shown = replace(before, unsent=count, renamed=self._client.renamed)
            if state:
                shown = replace(shown, state=state, last_contact=contact, error=error, progress=None)
            self.state = shown
            if shown != before:
                self._tell(shown)
