"""The folder `updates/` of a home: setups with their manifests, and the note of what was installed.

The program asks it before anything else whether the version that starts is on trial (`app/domain/trial.py`),
so it needs little besides what Python brings.
"""

from __future__ import annotations

import errno
import filecmp
import hashlib
import json
import logging
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from app import __version__
from app.domain.errors import AppError, file_told
from app.domain.trial import Start, Trial, forgiven, started, stood
from app.domain.updates import MOST_MANIFEST, SUFFIX, Manifest, may_take, read_manifest, version
from app.settings import resources

log = logging.getLogger(__name__)

FOLDER = "updates"
SILENT = ("/S", "/UPDATE")
"""What a setup is told: ask nothing, and start the program again at the end."""

ROOM = 64 << 20
"""So many bytes are left free on the disk beside a setup: work goes on meanwhile."""

PIECE = 1 << 20
DATABASES = ("office", "headoffice")
"""The stems of the databases that a home may hold."""

Step = Callable[[int, int], object]


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
            # By the shell, which asks for an administrator where the program is installed for all users.
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
    _whole: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Setups that were found whole: digest -> size and time of the file then."""
    _starting: FileLock | None = None

    @property
    def path(self) -> Path:
        """The folder."""
        return self.home / FOLDER

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
            _write(self.path / "state.json", json.dumps(asdict(state)).encode())

    def tell_no_more(self) -> None:
        """Somebody has seen what came of the last update."""
        with self._lock, suppress(OSError):
            if (now := self.state).happened:
                self.keep(replace(now, happened=None))

    # -- setups -----------------------------------------------------------------------------------------

    def setup(self, manifest: Manifest) -> Path:
        """Where a setup lies, or is to lie."""
        return self.path / manifest.setup_name

    def coming(self, manifest: Manifest) -> Path:
        """Where what has come of a setup lies, by its digest: of another one nothing is gone on from."""
        return self.path / f"{manifest.sha256}.part"

    def has(self, manifest: Manifest) -> bool:
        """Whether the setup is here, whole and as it was signed."""
        path = self.setup(manifest)
        try:
            found = path.stat()
            seen = (found.st_size, found.st_mtime_ns)
            if self._whole.get(manifest.sha256) == seen:
                return True
            if digest_of(path, manifest.size) != manifest.digest:
                return False
        except (AppError, OSError):
            return False
        self._whole[manifest.sha256] = seen
        return True

    def manifests(self) -> list[Manifest]:
        """All that are here and signed, the newest first."""
        found = []
        for path in self.path.glob(f"*{SUFFIX}"):
            with suppress(AppError):
                manifest = read_manifest(manifest_bytes(path), self.keys)
                if path.name == manifest.manifest_name:
                    found.append(manifest)
        return sorted(found, key=lambda each: version(each.version), reverse=True)

    def offer(self, data: bytes, *, brought: bool = False) -> Manifest:
        """Take down a manifest that this desk may follow, as the head office offers it or a stick has brought
        it. AppError as `read_manifest` and `may_take`, "disk.full", "folder.not_writable"."""
        manifest = read_manifest(data, self.keys)
        new = manifest.version
        with self._lock, disk_told(self.path):
            state = self.state
            self._check(manifest, state)
            self._keep_manifest(manifest, data)
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
        self._keep_manifest(manifest, data)
        return manifest

    def _check(self, manifest: Manifest, state: State) -> None:
        may_take(manifest, self.running, self.system, newest=state.newest, failed=state.failed)

    def _keep_manifest(self, manifest: Manifest, data: bytes) -> None:
        path = self.path / manifest.manifest_name
        with suppress(AppError):
            if manifest_bytes(path) == data:
                return
        with disk_told(self.path):
            _write(path, data)

    def see_to_room(self, size: int) -> None:
        """AppError "disk.full" when there is no room for so many bytes more."""
        with disk_told(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            if shutil.disk_usage(self.path).free < size + ROOM:
                raise AppError("disk.full", path=str(self.path))

    def complete(self, manifest: Manifest) -> None:
        """All of a setup has come: it gets its name when it is what was signed. AppError
        "update.damaged"."""
        part = self.coming(manifest)
        with disk_told(self.path):
            if digest_of(part, manifest.size) != manifest.digest:
                raise AppError("update.damaged", version=manifest.version)
            _put_on_disk(part)
            part.replace(self.setup(manifest))

    def throw_away(self, manifest: Manifest) -> None:
        """What has come of a setup is of no use."""
        with suppress(OSError):
            self.coming(manifest).unlink(missing_ok=True)

    def ready(self) -> Manifest | None:
        """The newest version that this desk may go to and whose setup is here, whole."""
        state = self.state
        return next((each for each in self._wanted(state) if self.has(each)), None)

    def _wanted(self, state: State) -> Iterator[Manifest]:
        """What is offered and may be taken, the newest first."""
        for manifest in self.manifests():
            if manifest.version in (state.offered, state.brought):
                with suppress(AppError):
                    self._check(manifest, state)
                    yield manifest

    def can_return(self) -> bool:
        """Whether the setup of the version that runs is here, to go back to."""
        return self._setup_of(self.running) is not None

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
        self._bring(newest, folder, step)
        for manifest, other in read:
            with suppress(AppError):
                if self.own(other):
                    self._bring(manifest, folder, step)
        return self.offer(data, brought=True)

    def _bring(self, manifest: Manifest, folder: Path, step: Step) -> None:
        """Copy a setup from a folder, whole or not at all."""
        source = folder / manifest.setup_name
        if self.has(manifest):
            return
        try:
            size = source.stat().st_size
        except OSError as error:
            raise AppError("update.no_setup", path=str(source)) from error
        if size != manifest.size:
            raise AppError("update.damaged", version=manifest.version)
        self.see_to_room(size)
        part = self.coming(manifest)
        try:
            with disk_told(self.path), part.open("wb") as to:
                for piece in _pieces(source, size):
                    to.write(piece)
                    step(to.tell(), size)
            self.complete(manifest)
        except BaseException:
            self.throw_away(manifest)
            raise

    def tidy(self) -> None:
        """Remove setups that are of no use any more: of other versions than the one that runs, those on trial
        and those that may be taken."""
        with self._lock, suppress(OSError):
            state = self.state
            wanted = {"state.json", "starting.lock"}
            trial = state.trial
            kept = {self.running, *((trial.before, trial.after) if trial else ())}
            of_use = {each.version for each in self._wanted(state)} | kept
            for manifest in self.manifests():
                if manifest.version in of_use:
                    wanted |= {manifest.setup_name, manifest.manifest_name, self.coming(manifest).name}
            for path in self.path.iterdir():
                if path.name not in wanted:
                    path.unlink()

    # -- installing -------------------------------------------------------------------------------------

    def install(self, revision: str) -> Manifest:
        """Start the setup of the version that is ready; this program has to end then. `revision`: of the
        database that it leaves. AppError "update.not_ready", "update.not_started", "disk.full",
        "folder.not_writable"."""
        with self._lock:
            self._whole.clear()  # what lies in the home may have been changed since: read it anew
            manifest = self.ready()
            if manifest is None:
                raise AppError("update.not_ready")
            before = self.state
            trial = Trial(self.running, manifest.version, revision, tuple(self._copies(revision)))
            with disk_told(self.path):
                self.keep(replace(before, trial=trial, happened=None))
            try:
                self.start(self.setup(manifest))
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
        setup = self._setup_of(trial.before)
        what, after = started(trial, self.running, can_return=setup is not None)
        told = Happened(what.value, trial.before, trial.after)
        failed = tuple(dict.fromkeys((*state.failed, trial.after)))
        if what is Start.GO_BACK and setup is not None:
            self.keep(replace(state, trial=after, failed=failed))
            try:
                self._put_back(trial, now)
                self.start(setup)
            except AppError as error:
                log.error("no way back: %s %s", error.code, dict(error.params))
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

    def _setup_of(self, wanted: str) -> Path | None:
        for manifest in self.manifests():
            if (manifest.version, manifest.system) == (wanted, self.system) and self.has(manifest):
                return self.setup(manifest)
        return None

    # -- the data of the version before -----------------------------------------------------------------

    def _copies(self, revision: str) -> list[str]:
        """The names of copies of databases of a revision, the oldest first."""
        found = (
            p.name for stem in DATABASES for p in (self.home / "backups").glob(f"{stem}-{revision}-*.db")
        )
        return sorted(found)

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
    from app.models.copies import SIDECARS, put_on_disk  # here: a start that does not go back needs neither
    from app.sync.restore import coming, finish, swap

    finish(database)
    beside = any(database.with_name(database.name + ending).exists() for ending in SIDECARS)
    if database.exists() and not beside and filecmp.cmp(database, copy, shallow=False):
        return
    shutil.copyfile(copy, coming(database))
    put_on_disk(coming(database))
    swap(database, now)


# -- files ------------------------------------------------------------------------------------------------


def manifest_bytes(path: Path) -> bytes:
    """The bytes of a file that may be a manifest. AppError "file.not_found", "file.not_readable"."""
    with file_told(path), path.open("rb") as file:
        return file.read(MOST_MANIFEST + 1)


def digest_of(path: Path, size: int) -> bytes:
    """SHA-256 of a file that should have so many bytes; empty when it has another number, which is all that
    is read then. AppError "file.not_found", "file.not_readable"."""
    with file_told(path):
        if path.stat().st_size != size:
            return b""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()


def _pieces(path: Path, size: int) -> Iterator[bytes]:
    """A file's first so many bytes. AppError "file.not_readable": a stick was pulled out."""
    try:
        with path.open("rb") as file:
            while size and (piece := file.read(min(PIECE, size))):
                yield piece
                size -= len(piece)
    except OSError as error:
        raise AppError("file.not_readable", path=str(path)) from error


def _write(path: Path, data: bytes) -> None:
    """A small file, whole or as it was before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".new")
    part.write_bytes(data)
    _put_on_disk(part)
    part.replace(path)


def _put_on_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


@contextmanager
def disk_told(folder: Path) -> Iterator[None]:
    """What befalls the files of a folder within comes out as AppError "disk.full" or
    "folder.not_writable"."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise AppError("disk.full" if full else "folder.not_writable", path=str(folder)) from error
