"""A network cable that can be pulled: carries bytes between a desk and the head office on this machine."""

from __future__ import annotations

import contextlib
import socket
import threading


class Cable:
    """Listens on a port of its own and passes everything on to `port`, until it is cut."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.whole = True
        """Whether it is plugged in."""
        self._room: int | None = None
        self._carried: list[socket.socket] = []
        self._guard = threading.Lock()
        threading.Thread(target=self._accept, name="cable", daemon=True).start()

    @property
    def url(self) -> str:
        """Where a desk finds the head office through this cable."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def stopped(self) -> bool:
        """Whether it has carried all that `stop_after` lets it carry."""
        return self._room == 0

    def cut(self) -> None:
        """Pull the plug: what is under way breaks off, and new connections are dropped."""
        with self._guard:
            self.whole = False
            carried, self._carried = self._carried, []
        for each in carried:
            _close(each)

    def mend(self) -> None:
        """Plug it in again."""
        with self._guard:
            self.whole, self._room = True, None

    def stop_after(self, size: int) -> None:
        """Plug it in again, for `size` more bytes to the head office: what comes after them gets lost, and
        neither end is told."""
        with self._guard:
            self.whole, self._room = True, size

    def close(self) -> None:
        """Throw it away."""
        self.cut()
        _close(self._listening)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            if not self.whole:
                _close(near)
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self._to), timeout=5)
            except OSError:
                _close(near)
                continue
            far.settimeout(None)
            with self._guard:
                self._carried += [near, far]
            for one, other, there in ((near, far, True), (far, near, False)):
                threading.Thread(
                    target=self._pass_on, args=(one, other, there), name="cable", daemon=True
                ).start()

    def _pass_on(self, one: socket.socket, other: socket.socket, there: bool) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(self._let_through(data) if there else data)
        _close(one)
        _close(other)

    def _let_through(self, data: bytes) -> bytes:
        with self._guard:
            if self._room is not None:
                data = data[: self._room]
                self._room -= len(data)
            return data


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        end.close()
