"""How a message reaches the head office."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any, Protocol

from app.domain.errors import AppError
from app.sync.wire import MAX_PACKED

TYPE = "application/x-daumoi"
DEADLINE = 90.0
"""Seconds for a whole message and its answer, however slowly they drip."""


class Transport(Protocol):
    """Carries one message there and its answer back."""

    def post(self, path: str, data: bytes) -> bytes:
        """The answer's bytes. AppError "sync.offline" when there is no connection, "sync.certificate" when
        the other side cannot prove who it is, "sync.nonsense" when something else answers."""

    def close(self) -> None:
        """Let go of the connection for good, from any thread; a message under way ends: "sync.offline"."""


class HttpTransport:
    """Over HTTP, keeping the connection. `timeout`: seconds of silence; `deadline`: seconds in all."""

    def __init__(self, url: str, timeout: float = 20.0, deadline: float = DEADLINE) -> None:
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._deadline = deadline
        self._client: Any = None
        self._line: socket.socket | None = None
        self._lock = threading.Lock()
        self._busy = threading.Lock()
        self._closed = False

    def post(self, path: str, data: bytes) -> bytes:
        """See `Transport.post`."""
        import httpx2 as httpx  # only here: a desktop starts without waiting for it

        with self._busy:
            return self._post(httpx, path, data)

    def _post(self, httpx: Any, path: str, data: bytes) -> bytes:
        if self._client is None:
            self._client = httpx.Client(
                timeout=httpx.Timeout(self._timeout, connect=min(self._timeout, 5.0)), follow_redirects=False
            )
        limit = threading.Timer(self._deadline, self._cut)
        limit.daemon = True
        limit.start()
        try:
            return self._answer(self._client, path, data)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise AppError("sync.nonsense", url=self._url) from error
        except httpx.RemoteProtocolError as error:
            cut = "disconnected" in str(error) or "closed connection" in str(error)
            raise AppError("sync.offline" if cut else "sync.nonsense", url=self._url) from error
        except (httpx.HTTPError, OSError, ssl.SSLError) as error:
            code = "sync.certificate" if _is_about_certificates(error) else "sync.offline"
            raise AppError(code, url=self._url) from error
        finally:
            limit.cancel()
            if self._closed:
                self._let_go()

    def _answer(self, client: Any, path: str, data: bytes) -> bytes:
        if self._closed:
            raise AppError("sync.offline", url=self._url)
        headers = {"content-type": TYPE, "accept-encoding": "identity"}
        with client.stream(
            "POST", self._url + path, content=data, headers=headers, extensions={"trace": self._watch}
        ) as answer:
            promised = answer.headers.get("content-length", "0")
            if answer.headers.get("content-type") != TYPE or not promised.isdecimal():
                raise AppError("sync.nonsense", url=self._url)
            if int(promised) > MAX_PACKED or "content-encoding" in answer.headers:
                raise AppError("sync.nonsense", url=self._url)
            body = bytearray()
            for part in answer.iter_raw():
                body += part
                if len(body) > MAX_PACKED:
                    raise AppError("sync.nonsense", url=self._url)
            return bytes(body)

    def _watch(self, event: str, info: dict[str, Any]) -> None:
        """Keep a second handle on the line, by which it can be cut at any moment, also within TLS."""
        if event.endswith("connect_tcp.complete"):
            made = info["return_value"].get_extra_info("socket").dup()
            with self._lock:
                old, self._line = self._line, made
            if old:
                old.close()
            if self._closed:
                self._cut()

    def _cut(self) -> None:
        with self._lock, contextlib.suppress(OSError):
            if self._line:
                self._line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """See `Transport.close`."""
        self._closed = True
        self._cut()
        if self._busy.acquire(blocking=False):
            self._let_go()
            self._busy.release()

    def _let_go(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
        with self._lock:
            if self._line:
                self._line.close()
                self._line = None


def _is_about_certificates(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


class DirectTransport:
    """To a head office in this same program: a small utility's own PC."""

    def __init__(self, answer: Callable[[str, bytes], bytes]) -> None:
        self._answer = answer

    def post(self, path: str, data: bytes) -> bytes:
        """See `Transport.post`."""
        return self._answer(path, data)

    def close(self) -> None:
        """See `Transport.close`."""
