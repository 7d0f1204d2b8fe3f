"""One window per home: a second start, a double click on a file and the set-up program speak to the first.

Whoever holds `window.lock` of a home is the first; the lock ends with its process, however that ends, so a
killed program keeps nobody out. The first listens on a channel of this user alone, named by the home. What
comes over it is one line of JSON, short and in time, or nothing is done.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
from filelock import FileLock, Timeout
from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from app.settings import make_home
from app.ui.kit.later import later

LOCK = "window.lock"

MOST_BYTES = 1 << 16
"""A message is no longer."""

MOST_FILES = 16
MOST_AT_ONCE = 16
"""So many speak at a time; more are not heard."""

PATIENCE_MS = 5000
"""A message is whole by then, or it is dropped; an answer is awaited so long."""

AGAIN = 0.2
"""Seconds between two attempts to reach a program that is just starting, or busy."""


class Act(StrEnum):
    """What is asked of the first."""

    SHOW = "show"
    """Come to the front, with these files."""
    QUIT = "quit"


class Said(StrEnum):
    """What the first answers."""

    SHOWN = "shown"
    CLOSING = "closing"
    BUSY = "busy"


class Busy(StrEnum):
    """Why it does not close."""

    WORK = "work"
    """Something is being written, read or printed: it ends by itself."""
    ASKING = "asking"
    """The person is being asked about what is not saved."""
    UNSAVED = "unsaved"
    """Something is typed and not saved, and the person has not let it go."""


class Message(msgspec.Struct, forbid_unknown_fields=True):
    """To the first. `again`: of a "quit" that was answered with "busy" before."""

    act: Act
    files: Annotated[
        list[Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]],
        msgspec.Meta(max_length=MOST_FILES),
    ] = []
    again: bool = False


class Answer(msgspec.Struct, forbid_unknown_fields=True):
    """Of the first; `reason` with "busy", `process` its number with "closing"."""

    said: Said
    reason: Busy | None = None
    process: int = 0


Hear = Callable[[Message], Answer]


def channel(home: Path) -> str:
    """The name of a home's channel, another one for each user."""
    user = os.environ.get("USERNAME", "") if sys.platform == "win32" else os.getuid()
    whose = f"{os.path.normcase(home.resolve())}\n{user}"
    return "daumoi-" + hashlib.sha256(whose.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class Instance(QObject):
    """This program's claim on the window of a home."""

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._home = home
        self._lock = FileLock(home / LOCK, thread_local=False)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.setMaxPendingConnections(MOST_AT_ONCE)
        self._server.newConnection.connect(self._welcome)
        self._open: dict[QLocalSocket, bytes] = {}
        self._hear: Hear = lambda message: Answer(Said.BUSY, Busy.WORK)

    def claim(self) -> bool:
        """Be the first from now on; False when another program is. A home that cannot be written to has no
        first: whoever opens it says so."""
        if self._lock.is_locked:
            return True
        try:
            make_home(self._home)
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        except OSError:
            return True
        name = channel(self._home)
        QLocalServer.removeServer(name)  # left by a program that was killed: the lock says that it is gone
        self._server.listen(name)
        return True

    def listen(self, hear: Hear) -> None:
        """Have `hear` answer what others say."""
        self._hear = hear

    def release(self) -> None:
        """Not the first any more."""
        self._server.close()
        # Also those that have been answered and still hold the line: they end before the server, whose
        # children they are, or the last that is heard of them is heard when they are gone.
        for socket in self._server.findChildren(QLocalSocket):
            socket.abort()
        self._lock.release()

    # -- what comes in ----------------------------------------------------------------------------------

    def _welcome(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.setReadBufferSize(MOST_BYTES + 1)
            socket.disconnected.connect(lambda s=socket: self._forget(s))
            if len(self._open) >= MOST_AT_ONCE:
                socket.abort()
                continue
            self._open[socket] = b""
            socket.readyRead.connect(lambda s=socket: self._read(s))
            later(socket, partial(self._give_up, socket), PATIENCE_MS)
            self._read(socket)

    def _forget(self, socket: QLocalSocket) -> None:
        self._open.pop(socket, None)
        socket.deleteLater()

    def _give_up(self, socket: QLocalSocket) -> None:
        """It has not said a whole line in time."""
        if socket in self._open:
            socket.abort()

    def _read(self, socket: QLocalSocket) -> None:
        if socket not in self._open:
            return
        self._open[socket] += socket.readAll().data()
        line, whole, _ = self._open[socket].partition(b"\n")
        if not whole and len(line) <= MOST_BYTES:
            return
        del self._open[socket]
        try:
            message = msgspec.json.decode(line, type=Message) if whole else None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            message = None
        if message is None:
            socket.abort()
            return
        socket.write(msgspec.json.encode(self._hear(message)) + b"\n")
        socket.flush()


def ask(home: Path, message: Message, patience: float = PATIENCE_MS / 1000) -> Answer | None:
    """What the program that has the window of `home` answers; None where none does within `patience` seconds.
    Blocks."""
    if sys.platform == "win32":
        _let_come_to_front()
    until = time.monotonic() + patience
    while True:
        answer = _ask_once(home, message, until)
        if answer is not None or time.monotonic() + AGAIN > until:
            return answer
        time.sleep(AGAIN)  # it may be just starting: it has the lock and does not listen yet


def _ask_once(home: Path, message: Message, until: float) -> Answer | None:
    socket = QLocalSocket()

    def left() -> int:
        return max(1, int((until - time.monotonic()) * 1000))

    try:
        socket.connectToServer(channel(home))
        if not socket.waitForConnected(left()):
            return None
        socket.write(msgspec.json.encode(message) + b"\n")
        if socket.bytesToWrite() and not socket.waitForBytesWritten(left()):
            return None
        line = b""
        while b"\n" not in line and len(line) <= MOST_BYTES:
            if not socket.bytesAvailable() and not socket.waitForReadyRead(left()):
                return None
            line += socket.readAll().data()
        with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return msgspec.json.decode(line, type=Answer)
        return None
    finally:
        socket.abort()


def is_open(home: Path) -> bool:
    """Whether a window of `home` is open."""
    return _held(home / LOCK)


def _held(path: Path) -> bool:
    if not path.exists():
        return False
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:
        return False
    lock.release()
    return False


def wait_for_end(home: Path, process: int, seconds: float) -> bool:
    """Whether the program that is closing has ended within so many seconds."""
    until = time.monotonic() + seconds
    if sys.platform == "win32" and not _wait_for_process(process, seconds):
        return False
    while is_open(home):
        if time.monotonic() > until:
            return False
        time.sleep(AGAIN)
    return True


if sys.platform == "win32":
    import ctypes

    _ANYONE = 0xFFFFFFFF
    _SYNCHRONIZE = 0x00100000
    _ENDED = 0

    def _let_come_to_front() -> None:
        """Windows lets only the program that has the keyboard bring a window forward, or one it permits."""
        ctypes.windll.user32.AllowSetForegroundWindow(_ANYONE)

    def _wait_for_process(process: int, seconds: float) -> bool:
        """Files of a program can be replaced once its process is gone."""
        kernel = ctypes.WinDLL("kernel32")
        kernel.OpenProcess.restype = ctypes.c_void_p
        handle = kernel.OpenProcess(_SYNCHRONIZE, False, process)
        if not handle:
            return True
        try:
            kernel.WaitForSingleObject.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
            return bool(kernel.WaitForSingleObject(handle, int(seconds * 1000)) == _ENDED)
        finally:
            kernel.CloseHandle.argtypes = (ctypes.c_void_p,)
            kernel.CloseHandle(handle)
