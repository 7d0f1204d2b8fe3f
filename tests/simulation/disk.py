"""A disk that fails: SQLite's real code writes its real files into memory, where the power can be cut.

SQLite works through a VFS of `apsw`; a file is a bytearray and the list of what was written since its last
sync. All that goes wrong is drawn from the random numbers handed in, so one seed replays a disk's whole life.

What it can do to a program: stop it at any call (`kill -9`: the operating system keeps what was written); cut
the power at any call (what was not synced is kept, dropped or torn at sectors, each write by itself, in
whatever order); answer a call with an I/O error; run out of room; be put back to an earlier image, or copied.

Left out: shared memory (`apsw` has no xShm methods), so a file has one connection at a time, in
`locking_mode = EXCLUSIVE`, with which WAL needs none. Bits that rot by themselves.
"""

from __future__ import annotations

import random
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count, pairwise
from typing import Any

import apsw

Image = dict[str, bytes]
"""A disk's files at one moment."""

_NUMBERS = count(1)

_STANDS_IN_THE_WAY = {
    apsw.SQLITE_LOCK_SHARED: apsw.SQLITE_LOCK_PENDING,
    apsw.SQLITE_LOCK_RESERVED: apsw.SQLITE_LOCK_RESERVED,
    apsw.SQLITE_LOCK_EXCLUSIVE: apsw.SQLITE_LOCK_SHARED,
}
"""A lock, and the least that another may hold to keep one from it."""

_WRITTEN_BACK = 4000
"""An operating system writes back by itself in time: of more writes the older half is on the disk."""


class Killed(BaseException):
    """The program is gone at this very moment, by kill -9 or with the power. Whoever plays the world catches
    it; nothing else of the program runs on, for every further call to the disk raises it again."""

    def __init__(self, disk: Disk, power: bool) -> None:
        super().__init__("the power was cut" if power else "killed")
        self.disk = disk
        self.power = power


class Life:
    """A program from its start to its end. What it opened is of no use to the next."""

    def __init__(self) -> None:
        self.killed: Killed | None = None
        self.opened: list[Any] = []
        """Connections, to be let go of after the end."""


class File:
    """What a program sees of a file, and how to get back to what is on the platters."""

    __slots__ = ("data", "known", "locks", "unsynced")

    def __init__(self, data: bytes = b"", known: bool = False) -> None:
        self.data = bytearray(data)
        self.unsynced: list[tuple[int, bytes | None, bytes, int]] = []
        """(offset, what was written or None for a truncation, what stood there, the size before)"""
        self.known = known
        """Whether the folder on the platters has it."""
        self.locks: dict[Handle, int] = {}

    def write(self, offset: int, data: bytes) -> None:
        """Write into the operating system's memory."""
        before = bytes(self.data[offset : offset + len(data)])
        self.unsynced.append((offset, data, before, len(self.data)))
        _put(self.data, offset, data)
        if len(self.unsynced) > _WRITTEN_BACK:
            del self.unsynced[: _WRITTEN_BACK // 2]

    def truncate(self, size: int) -> None:
        """Make it shorter, or longer by zeros."""
        self.unsynced.append((size, None, bytes(self.data[size:]), len(self.data)))
        _resize(self.data, size)

    def lose_power(self, rng: random.Random, keep: float, sector: int) -> None:
        """Of each unsynced write, `keep` is the chance that it, or any sector of it, has reached the disk."""
        for offset, after, before, size in reversed(self.unsynced):
            if after is None:
                self.data.extend(before)
            else:
                self.data[offset : offset + len(before)] = before
            _resize(self.data, size)
        for offset, after, _, _ in self.unsynced:
            if after is None:
                if rng.random() < keep:
                    _resize(self.data, offset)
            elif rng.random() < 0.25:
                for start, piece in _sectors(offset, after, sector):
                    if rng.random() < keep:
                        _put(self.data, start, piece)
            elif rng.random() < keep:
                _put(self.data, offset, after)
        self.unsynced.clear()


class Disk:
    """The disk of one PC."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.sector = rng.choice((512, 4096))
        self.room: int | None = None
        """Bytes by which files can still grow; None: no end in sight."""
        self.files: dict[str, File] = {}
        self.calls = 0
        self.syncs = 0
        self.life = Life()
        self._deleted: dict[str, File] = {}
        """Deleted, but the folder on the platters may still have them."""
        self._plan: tuple[int, str] = (0, "")
        self._vfs = _Vfs(self)
        self.vfs = self._vfs.label

    # -- what goes wrong --------------------------------------------------------------------------------

    def plan(self, what: str, calls: int) -> None:
        """Have something happen at the `calls`-th call from now: "kill", "power" or "error"."""
        self._plan = (self.calls + calls, what)

    def calm(self) -> None:
        """Nothing more goes wrong, and there is room again."""
        self._plan = (0, "")
        self.room = None

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is done within is not the program's doing: nothing goes wrong, and it does not count."""
        calls, plan = self.calls, self._plan
        self._plan = (0, "")
        try:
            yield
        finally:
            self.calls, self._plan = calls, plan

    def kill(self) -> Killed:
        """End the program that runs. The operating system keeps what it wrote."""
        return self._end(power=False)

    def cut_power(self) -> Killed:
        """End the program and the operating system; of what was not synced anything may be missing."""
        keep = self.rng.choice((0.0, 0.1, 0.5, 0.9, 1.0))
        for name in list(self.files):
            file = self.files[name]
            file.lose_power(self.rng, keep, self.sector)
            if not file.known and self.rng.random() >= keep:
                del self.files[name]
        for name, file in self._deleted.items():
            if name not in self.files and self.rng.random() >= keep:
                file.lose_power(self.rng, keep, self.sector)
                self.files[name] = file
        self._deleted.clear()
        return self._end(power=True)

    def stop(self) -> None:
        """Kill what runs and let go of it. Without this at its end, a disk's memory is never given back."""
        self.kill()
        for connection in self.life.opened:
            with suppress(Killed, apsw.Error):
                connection.close(True)
        self.life.opened.clear()

    def start(self) -> None:
        """Start the next program. It runs until it is killed."""
        self.stop()
        for file in self.files.values():
            file.locks.clear()
        self.life = Life()

    # -- images -----------------------------------------------------------------------------------------

    def image(self) -> Image:
        """All files as a program sees them now: a backup, or what is cloned. It is whole at one moment."""
        return {name: bytes(file.data) for name, file in self.files.items()}

    def put(self, image: Image) -> None:
        """Kill what runs, and have these files and no others: a restore, or a clone's disk."""
        self.stop()
        self._deleted.clear()
        self.files = {name: File(data, known=True) for name, data in image.items()}

    def synced(self, name: str) -> bool:
        """Whether all that was written to a file would outlive the power."""
        file = self.files.get(name)
        return file is None or not file.unsynced

    # -- files that are not SQLite's --------------------------------------------------------------------

    def write(self, name: str, data: bytes) -> None:
        """Put a file there, synced and whole; who does so may be killed before or after it."""
        ends = self.call(self.life, apsw.SQLITE_IOERR_WRITE)
        if not ends or self.rng.random() < 0.5:
            self.files[name] = File(data, known=True)
        if ends:
            raise self.strike()

    def read(self, name: str) -> bytes:
        """The bytes of a file. KeyError when there is none."""
        return bytes(self.files[name].data)

    # -- what the VFS asks ------------------------------------------------------------------------------

    def call(self, life: Life, code: int) -> bool:
        """Count a call of a program. Whether the program ends with it; an error is raised at once."""
        if life.killed is not None:
            raise life.killed
        self.calls += 1
        if self.calls != self._plan[0]:
            return False
        if self._plan[1] == "error":
            raise _error(code)
        return True

    def strike(self) -> Killed:
        """What was planned happens now."""
        return self.cut_power() if self._plan[1] == "power" else self.kill()

    def link(self, file: File) -> None:
        """The folder is on the platters as it is now."""
        file.known = True
        self._deleted.clear()

    def unlink(self, name: str, synced: bool) -> None:
        """Delete a file."""
        file = self.files.pop(name)
        if synced:
            self._deleted.clear()
        elif file.known:
            self._deleted[name] = file

    def _end(self, *, power: bool) -> Killed:
        if self.life.killed is None:
            self.life.killed = Killed(self, power)
        return self.life.killed


class _Vfs(apsw.VFS):
    """SQLite's way to a disk. Time and randomness are the machine's: SQLite uses them for the salts of a WAL,
    which no outcome depends on."""

    def __init__(self, disk: Disk) -> None:
        self.label = f"faulty-{next(_NUMBERS)}"
        super().__init__(self.label, "")
        self._disk_ref = weakref.ref(disk)  # the disk has this

    @property
    def _disk(self) -> Disk:
        disk = self._disk_ref()
        assert disk is not None
        return disk

    def xOpen(self, name: Any, flags: list[int]) -> Any:  # noqa: N802
        disk = self._disk
        if disk.call(disk.life, apsw.SQLITE_CANTOPEN):
            raise disk.strike()
        flags[1] = flags[0]
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if path is None:
            return Handle(disk, None, File())
        file = disk.files.get(path)
        if file is None:
            if not flags[0] & apsw.SQLITE_OPEN_CREATE:
                raise apsw.CantOpenError(path)
            file = disk.files[path] = File()
        return Handle(disk, path if flags[0] & apsw.SQLITE_OPEN_DELETEONCLOSE else None, file)

    def xDelete(self, name: str, syncdir: bool) -> None:  # noqa: N802
        disk = self._disk
        ends = disk.call(disk.life, apsw.SQLITE_IOERR_DELETE)
        if name not in disk.files:
            raise _error(apsw.SQLITE_IOERR_DELETE_NOENT)
        if not ends or disk.rng.random() < 0.5:
            disk.unlink(name, syncdir)
        if ends:
            raise disk.strike()

    def xAccess(self, name: str, flags: int) -> bool:  # noqa: N802
        return name in self._disk.files

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name

    def xSleep(self, microseconds: int) -> int:  # noqa: N802
        return microseconds  # nobody else could let go of a lock meanwhile


class Handle:
    """A file that a program has opened."""

    __slots__ = ("_disk", "_doomed", "_file", "_life")

    def __init__(self, disk: Disk, doomed: str | None, file: File) -> None:
        self._disk = disk
        self._life = disk.life
        self._doomed = doomed
        """Its name, when it is deleted as it is closed."""
        self._file = file

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        if self._disk.call(self._life, apsw.SQLITE_IOERR_READ):
            raise self._disk.strike()
        return bytes(self._file.data[offset : offset + amount])

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802
        disk, file = self._disk, self._file
        ends = disk.call(self._life, apsw.SQLITE_IOERR_WRITE)
        whole = bytes(data)
        if ends:
            pieces = _sectors(offset, whole, disk.sector)
            for start, piece in pieces[: disk.rng.randint(0, len(pieces))]:
                file.write(start, piece)
            raise disk.strike()
        if disk.room is not None:
            grown = max(offset + len(whole) - len(file.data), 0)
            if grown > disk.room:
                file.write(offset, whole[: len(whole) - (grown - disk.room)])
                disk.room = 0
                raise _error(apsw.SQLITE_FULL)
            disk.room -= grown
        file.write(offset, whole)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        ends = self._disk.call(self._life, apsw.SQLITE_IOERR_TRUNCATE)
        if not ends or self._disk.rng.random() < 0.5:
            self._file.truncate(size)
        if ends:
            raise self._disk.strike()

    def xSync(self, flags: int) -> None:  # noqa: N802
        disk = self._disk
        ends = disk.call(self._life, apsw.SQLITE_IOERR_FSYNC)
        if not ends or disk.rng.random() < 0.5:
            self._file.unsynced.clear()
            disk.syncs += 1
            if not self._file.known:
                disk.link(self._file)  # with SQLite's own, the first sync of a new file is its folder's too
        if ends:
            raise disk.strike()

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._file.data)

    def xLock(self, level: int) -> None:  # noqa: N802
        locks = self._file.locks
        others = max((held for handle, held in locks.items() if handle is not self), default=0)
        if others >= _STANDS_IN_THE_WAY[level]:
            raise apsw.BusyError("somebody else has it open")
        locks[self] = level

    def xUnlock(self, level: int) -> None:  # noqa: N802
        self._file.locks[self] = level

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return any(held >= apsw.SQLITE_LOCK_RESERVED for held in self._file.locks.values())

    def xFileControl(self, op: int, ptr: int) -> bool:  # noqa: N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return self._disk.sector

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        # As SQLite's own on every system: a torn write damages nothing beside it.
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE

    def xClose(self) -> None:  # noqa: N802
        self._file.locks.pop(self, None)
        if self._doomed and self._life.killed is None:
            self._disk.files.pop(self._doomed, None)

    def excepthook(self, *_: Any) -> None:
        """A program that is being killed complains to nobody."""


def _error(code: int) -> apsw.Error:
    kinds = {apsw.SQLITE_CANTOPEN: apsw.CantOpenError, apsw.SQLITE_FULL: apsw.FullError}
    error = kinds.get(code, apsw.IOError)("the disk does not do it")
    error.extendedresult = code  # type: ignore[attr-defined]
    return error


def _sectors(offset: int, data: bytes, sector: int) -> list[tuple[int, bytes]]:
    """A write, cut where sectors end."""
    cuts = [offset, *range((offset // sector + 1) * sector, offset + len(data), sector), offset + len(data)]
    return [(a, data[a - offset : b - offset]) for a, b in pairwise(cuts)]


def _put(into: bytearray, offset: int, data: bytes) -> None:
    if offset > len(into):
        into.extend(bytes(offset - len(into)))
    into[offset : offset + len(data)] = data


def _resize(data: bytearray, size: int) -> None:
    if size < len(data):
        del data[size:]
    else:
        data.extend(bytes(size - len(data)))
