"""The folder `updates/` of a home: which of its setups may be taken, and the note of what was installed.

The program asks it before anything else whether the version that starts is on trial (`app/domain/trial.py`),
so it needs little besides what Python brings.
"""

from __future__ import annotations

import filecmp
import json
import logging
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from app import __version__
from app.domain.errors import AppError, disk_told
from app.domain.trial import Start, Trial, forgiven, started, stood
from app.domain.updates import SUFFIX, Manifest, may_take, read_manifest, version
from app.settings import resources
from app.sync.setups import Setups, Step, manifest_bytes, write

log = logging.getLogger(__name__)

FOLDER = "updates"
SILENT = ("/S", "/UPDATE")
"""What a setup is told: ask nothing, and start the program again at the end."""

DATABASES = ("office", "headoffice")
"""The stems of the databases that a home may hold."""


@dataclass(frozen=True, slots=True)
class Happened:
    """What came of the last update, for people: "updated", "went back", "missed", "stranded"."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class State:
    """What is kept between two starts. `offered`: the version that the head office offers now, if any;
    `brought`: the one that came by stick; `newest`: the newest that a good manifest has ever offered;
    `failed`: versions that did not start here."""

    offered: str = ""
    brought: str = ""
    newest: str = ""
    failed: tuple[str, ...] = ()
    trial: Trial | None = None
    happened: Happened | None = None


def publishers() -> list[bytes]:
    """The public keys of those who may publish updates of this program, as it was built."""
    read = json.loads((resources() / "publishers.json").read_text("utf-8"))
    return [bytes.fromhex(each["key"]) for each in read]


def update_folder(home: Path) -> UpdateFolder:
    """That of a home, for the program as it was built."""
    return UpdateFolder(home, __version__, publishers())


def start_setup(setup: Path) -> None:
    """Start a setup, which waits until this program has ended, and goes on without it. AppError
    "update.not_started"."""
    try:
        if sys.platform == "win32":
            # By the shell: the setup's manifest wants the highest rights that the person has.
            os.startfile(setup, "open", " ".join(SILENT), str(setup.parent))  # noqa: S606
        else:
            setup.chmod(0o700)
            os.posix_spawn(setup, [str(setup), *SILENT], os.environ, setsid=True)
    except OSError as error:
        raise AppError("update.not_started", path=str(setup)) from error


@dataclass
class UpdateFolder:
    """The setups of a home and how its updates stand. `system`: `sys.platform`, as manifests have it."""

    home: Path
    running: str
    keys: Sequence[bytes]
    system: str = sys.platform
    start: Callable[[Path], None] = start_setup
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _starting: FileLock | None = None

    def __post_init__(self) -> None:
        self.path = self.home / FOLDER
        self.setups = Setups(self.path, self.keys)

    # -- what is kept -----------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """How it stands; a note that cannot be read is none."""
        with self._lock:
            try:
                read = json.loads((self.path / "state.json").read_text("utf-8"))
                trial, happened = read["trial"], read["happened"]
                if trial:
                    trial = Trial(**trial | {"copies": tuple(trial["copies"])})
                return State(
                    str(read["offered"]),
                    str(read["brought"]),
                    str(read["newest"]),
                    tuple(read["failed"]),
                    trial or None,
                    Happened(**happened) if happened else None,
                )
            except FileNotFoundError:
                return State()
            except (OSError, ValueError, TypeError, KeyError, RecursionError):
                log.warning("the note of updates cannot be read", exc_info=True)
                return State()

    def keep(self, state: State) -> None:
        """Keep how it stands, on the disk when this returns. OSError."""
        with self._lock:
            write(self.path / "state.json", json.dumps(asdict(state)).encode())

    def tell_no_more(self) -> None:
        """Somebody has seen what came of the last update."""
        with self._lock, suppress(OSError):
            if (now := self.state).happened:
                self.keep(replace(now, happened=None))

    # -- what is offered --------------------------------------------------------------------------------

    def offer(self, data: bytes, *, brought: bool = False) -> Manifest:
        """Take down a manifest that this desk may follow, as the head office offers it or a stick has brought
        it. AppError as `read_manifest` and `may_take`, "disk.full", "folder.not_writable"."""
        manifest = read_manifest(data, self.keys)
        new = manifest.version
        with self._lock, disk_told(self.path):
            state = self.state
            self._check(manifest, state)
            self.setups.keep_manifest(manifest, data)
            now = replace(state, brought=new) if brought else replace(state, offered=new)
            if (now := replace(now, newest=new)) != state:
                self.keep(now)
        return manifest

    def nothing_offered(self) -> None:
        """The head office offers nothing (any more)."""
        with self._lock, disk_told(self.path):
            if (state := self.state).offered:
                self.keep(replace(state, offered=""))

    def own(self, data: bytes) -> Manifest | None:
        """Take down the manifest of the version that runs, to which this desk would go back."""
        manifest = read_manifest(data, self.keys)
        if (manifest.version, manifest.system) != (self.running, self.system):
            return None
        self.setups.keep_manifest(manifest, data)
        return manifest

    def _check(self, manifest: Manifest, state: State) -> None:
        may_take(manifest, self.running, self.system, newest=state.newest, failed=state.failed)

    def ready(self) -> Manifest | None:
        """The newest version that this desk may go to and whose setup is here, whole."""
        state = self.state
        return next((each for each in self._wanted(state) if self.setups.has(each)), None)

    def _wanted(self, state: State) -> Iterator[Manifest]:
        """What is offered and may be taken, the newest first."""
        for manifest in self.setups.manifests():
            if manifest.version in (state.offered, state.brought):
                with suppress(AppError):
                    self._check(manifest, state)
                    yield manifest

    def can_return(self) -> bool:
        """Whether the setup of the version that runs is here, to go back to."""
        return self.setups.of(self.running, self.system) is not None

    def take(self, path: Path, step: Step = lambda done, total: None) -> Manifest:
        """Take an update from a stick: a manifest, the setup beside it, or the folder of both. The setup of
        the version that runs comes along when it lies there too.

        AppError as `offer`; "update.no_setup" when the setup does not lie beside its manifest,
        "update.damaged" when it is not the one that was signed; "file.not_found", "file.not_readable",
        "disk.full", "folder.not_writable".
        """
        folder = path if path.is_dir() else path.parent
        named = sorted(folder.glob(f"*{SUFFIX}")) if path.is_dir() else [path.with_suffix(SUFFIX)]
        if not named:
            raise AppError("update.none", path=str(path))
        read = [(read_manifest(data := manifest_bytes(file), self.keys), data) for file in named]
        newest, data = max(read, key=lambda each: version(each[0].version))
        self._check(newest, self.state)
        self.setups.bring(newest, folder, step)
        for manifest, other in read:
            with suppress(AppError):
                if self.own(other):
                    self.setups.bring(manifest, folder, step)
        return self.offer(data, brought=True)

    def tidy(self) -> None:
        """Remove setups that are of no use any more: of other versions than the one that runs, those on trial
        and those that may be taken."""
        with self._lock, suppress(OSError):
            state = self.state
            wanted = {"state.json", "starting.lock"}
            trial = state.trial
            kept = {self.running, *((trial.before, trial.after) if trial else ())}
            of_use = {each.version for each in self._wanted(state)} | kept
            for manifest in self.setups.manifests():
                if manifest.version in of_use:
                    wanted |= {manifest.setup_name, manifest.manifest_name, self.setups.coming(manifest).name}
            for path in self.path.iterdir():
                if path.name not in wanted:
                    path.unlink()

    # -- installing -------------------------------------------------------------------------------------

    def install(self, revision: str) -> Manifest:
        """Start the setup of the version that is ready; this program has to end then. `revision`: of the
        database that it leaves. AppError "update.not_ready", "update.not_started", "disk.full",
        "folder.not_writable"."""
        with self._lock:
            self.setups.doubt()
            manifest = self.ready()
            if manifest is None:
                raise AppError("update.not_ready")
            before = self.state
            trial = Trial(self.running, manifest.version, revision, tuple(self._copies(revision)))
            with disk_told(self.path):
                self.keep(replace(before, trial=trial, happened=None))
            try:
                self.start(self.setups.setup(manifest))
            except AppError:
                self.keep(before)
                raise
        return manifest

    # -- starting ---------------------------------------------------------------------------------------

    def begin(self, now: datetime) -> bool:
        """The program starts: count it where it is on trial, put the version before back where it has failed.
        True when this program has to end for that."""
        if not (self.path / "state.json").exists():
            return False
        with suppress(OSError):
            if self.state.trial is None or not self._first():
                return False
            return self._begin(now)
        return False

    def _begin(self, now: datetime) -> bool:
        state = self.state
        trial = state.trial
        assert trial is not None
        setup = self.setups.of(trial.before, self.system)
        what, after = started(trial, self.running, can_return=setup is not None)
        told = Happened(what.value, trial.before, trial.after)
        failed = tuple(dict.fromkeys((*state.failed, trial.after)))
        if what is Start.GO_BACK and setup is not None:
            self.keep(replace(state, trial=after, failed=failed))
            try:
                self._put_back(trial, now)
                self.start(setup)
            except AppError as error:
                log.error("no way back: %s", error.code)
                return False
            log.warning("%s did not start twice: going back to %s", trial.after, trial.before)
            return True
        if what is Start.WENT_BACK:
            try:
                self._put_back(trial, now)
            except AppError as error:  # as long as it does not work it is tried at each start
                log.error("the data are not those of %s: %s", self.running, error.code)
                return False
            state = replace(state, failed=failed)
        if what in (Start.WENT_BACK, Start.STRANDED) or (what is Start.MISSED and not trial.missed):
            state = replace(state, happened=told)
        self.keep(replace(state, trial=after))
        if what not in (Start.TRYING, Start.STRANDED):
            self._end_starting()
        return False

    def has_stood(self) -> None:
        """The window stands, and its data are open: the version that runs is not on trial any more."""
        with self._lock:
            state = self.state
            trial = stood(state.trial, self.running)
            if trial is not state.trial and state.trial is not None:
                told = Happened("updated", state.trial.before, state.trial.after)
                with suppress(OSError):
                    self.keep(replace(state, trial=trial, happened=told))
            self._end_starting()
            self.tidy()

    def forgive(self) -> None:
        """This start did not fail: it was ended by a person, or data could not be opened for a reason that no
        version can help."""
        with self._lock:
            if self._starting is not None:
                state = self.state
                with suppress(OSError):
                    self.keep(replace(state, trial=forgiven(state.trial, self.running)))
                self._end_starting()

    def _first(self) -> bool:
        """Whether no other start of the program is under way here: someone who clicks three times has started
        it once. The system frees the lock however this program ends."""
        lock = FileLock(self.path / "starting.lock", thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return False
        self._starting = lock
        return True

    def _end_starting(self) -> None:
        if self._starting is not None:
            self._starting.release()
            self._starting = None

    # -- the data of the version before -----------------------------------------------------------------

    def _copies(self, revision: str) -> list[str]:
        """The names of copies of databases of a revision, the oldest first."""
        from app.models.copies import copies_before  # here: a start that does not go back needs it not

        found = (copy for stem in DATABASES for copy in copies_before(self.home / f"{stem}.db"))
        return sorted(copy.path.name for copy in found if copy.revision == revision)

    def _put_back(self, trial: Trial, now: datetime) -> None:
        """The databases as they were before the upgrade, from the copies it has made; what is there now is
        put aside. Nobody has worked since: a version in which somebody has signed in has stood. AppError
        "home.in_use", "disk.full", "folder.not_writable"."""
        made = [name for name in self._copies(trial.revision) if name not in trial.copies]
        alone = FileLock(self.home / "desk.lock")
        try:
            alone.acquire(timeout=0)
        except Timeout as error:
            raise AppError("home.in_use", path=str(self.home)) from error
        try:
            with disk_told(self.home):
                for stem in DATABASES:
                    of_stem = [name for name in made if name.startswith(f"{stem}-")]
                    if of_stem:
                        _exchange(self.home / f"{stem}.db", self.home / "backups" / of_stem[-1], now)
        finally:
            alone.release()


def _exchange(database: Path, copy: Path, now: datetime) -> None:
    """Put a copy in a database's place, unless it stands there already. AppError as `swap`; at whatever
    moment the power goes, doing it again ends the same."""
    from app.models.copies import SIDECARS, put_on_disk
    from app.sync.restore import coming, finish, swap

    finish(database)
    beside = any(database.with_name(database.name + ending).exists() for ending in SIDECARS)
    if database.exists() and not beside and filecmp.cmp(database, copy, shallow=False):
        return
    shutil.copyfile(copy, coming(database))
    put_on_disk(coming(database))
    swap(database, now)
