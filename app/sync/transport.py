"""How a message reaches the head office."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from app.domain.errors import AppError
from app.sync.proxies import proxy_to, without_password
from app.sync.wire import MAX_PACKED

TYPE = "application/x-daumoi"
DEADLINE = 90.0
"""Seconds for a whole message and its answer, however slowly they drip."""

KEPT = 20.0
"""Seconds that an idle connection is kept: longer than a desk rests, shorter than the head office waits."""

PART = 64 << 10


class Transport(Protocol):
    """Carries one message there and its answer back. Counts the bytes of messages."""

    sent_bytes: int
    received_bytes: int

    def post(self, path: str, data: bytes) -> bytes:
        """The answer's bytes. AppError "sync.offline" when there is no connection, "sync.certificate" when
        the other side cannot prove who it is, "sync.nonsense" when something else answers, "sync.proxy" and
        "sync.proxy_password" when a proxy lets nothing through, "sync.busy" (`wait`: seconds asked for),
        "sync.too_large", "sync.hub_trouble"; "sync.ca_file" when the certificate file given is none."""

    def close(self) -> None:
        """Let go of the connection for good, from any thread; a message under way ends: "sync.offline"."""


class HttpTransport:
    """Over HTTP, keeping the connection, through the system's proxy, with the system's certificates and those
    in the file `ca`. `timeout`: seconds of silence; `deadline`: seconds in all."""

    def __init__(
        self, url: str, timeout: float = 20.0, deadline: float = DEADLINE, ca: Path | None = None
    ) -> None:
        self.sent_bytes = 0
        self.received_bytes = 0
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._deadline = deadline
        self._ca = ca
        self._proxy: str | None = None
        self._client: Any = None
        self._line: socket.socket | None = None
        self._lock = threading.Lock()
        self._busy = threading.Lock()
        self._late = False
        self._closed = False

    def post(self, path: str, data: bytes) -> bytes:
        """See `Transport.post`."""
        import httpx2 as httpx  # only here: a desktop starts without waiting for it

        if len(data) > MAX_PACKED:
            raise self._error("sync.too_large")
        with self._busy:
            try:
                return self._post(httpx, path, data)
            except BaseException:
                self._let_go()  # the network, its proxy and its certificates may be others the next time
                raise

    def _post(self, httpx: Any, path: str, data: bytes) -> bytes:
        self._late = False
        limit = threading.Timer(self._deadline, self._be_late)
        limit.daemon = True
        limit.start()
        try:
            if self._client is None:
                self._client = self._made(httpx)
            return self._answer(self._client, path, data)
        except httpx.ProxyError as error:
            raise self._of_proxy(str(error)) from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise self._error("sync.nonsense") from error
        except httpx.RemoteProtocolError as error:
            cut = "disconnected" in str(error) or "closed connection" in str(error)
            raise self._error("sync.offline" if cut else "sync.nonsense") from error
        except (httpx.HTTPError, OSError) as error:
            raise self._error(_of_connection(error)) from error
        finally:
            limit.cancel()
            if self._closed:
                self._let_go()

    def _made(self, httpx: Any) -> Any:
        self._proxy = proxy_to(self._url)
        try:
            proxy = httpx.Proxy(self._proxy) if self._proxy else None
        except (httpx.InvalidURL, ValueError) as error:
            raise self._error("sync.proxy") from error
        if proxy and (proxy.url.scheme not in ("http", "https") or not proxy.url.host):
            raise self._error("sync.proxy")
        return httpx.Client(
            timeout=httpx.Timeout(self._timeout, connect=min(self._timeout, 5.0)),
            limits=httpx.Limits(max_connections=1, keepalive_expiry=KEPT),
            follow_redirects=False,
            trust_env=False,
            proxy=proxy,
            verify=self._trusted(httpx) if self._url.startswith("https:") else _TRUSTS_NOBODY,
        )

    def _trusted(self, httpx: Any) -> ssl.SSLContext:
        """The system's certificates and those of `ca`."""
        context: ssl.SSLContext = httpx.create_ssl_context()
        if self._ca:
            try:
                context.load_verify_locations(cafile=self._ca)
            except OSError as error:
                raise AppError("sync.ca_file", path=str(self._ca)) from error
        return context

    def _answer(self, client: Any, path: str, data: bytes) -> bytes:
        if self._closed:
            raise self._error("sync.offline")
        headers = {"content-type": TYPE, "content-length": str(len(data)), "accept-encoding": "identity"}
        with client.stream(
            "POST",
            self._url + path,
            content=self._parts(data),
            headers=headers,
            extensions={"trace": self._watch},
        ) as answer:
            if answer.status_code != 200:
                raise self._of_status(answer)
            promised = answer.headers.get("content-length", "0")
            if answer.headers.get("content-type") != TYPE or not promised.isdecimal():
                raise self._error("sync.nonsense")
            if int(promised) > MAX_PACKED or "content-encoding" in answer.headers:
                raise self._error("sync.nonsense")
            body = bytearray()
            for part in answer.iter_raw():
                body += part
                self.received_bytes += len(part)
                if len(body) > MAX_PACKED:
                    raise self._error("sync.nonsense")
            return bytes(body)

    def _parts(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), PART):
            part = data[start : start + PART]
            yield part
            self.sent_bytes += len(part)

    # -- what is said of failures -----------------------------------------------------------------------

    def _error(self, code: str) -> AppError:
        proxy = without_password(self._proxy) if self._proxy else None
        return AppError(code, url=self._url, proxy=proxy)

    def _of_status(self, answer: Any) -> AppError:
        status = answer.status_code
        asked = answer.headers.get("retry-after", "")
        if status == 407:
            return self._error("sync.proxy_password")
        if status == 413:
            return self._error("sync.too_large")
        if status == 429 or (status == 503 and asked):
            wait = int(asked) if asked.isdecimal() and len(asked) < 6 else 0
            return AppError("sync.busy", url=self._url, wait=wait)
        if status == 408 or (self._proxy and status in (502, 503, 504)):  # the proxy's words, not the hub's
            return self._error("sync.offline")
        if status in (500, 502, 503, 504):
            return AppError("sync.hub_trouble", url=self._url, code=f"HTTP {status}")
        return self._error("sync.proxy" if self._proxy and status == 403 else "sync.nonsense")

    def _of_proxy(self, said: str) -> AppError:
        """What a proxy answered when it was asked for a way to the head office: its status comes first."""
        if said.startswith("407"):
            return self._error("sync.proxy_password")
        return self._error("sync.offline" if said.startswith("5") else "sync.proxy")

    # -- the line ---------------------------------------------------------------------------------------

    def _watch(self, event: str, info: dict[str, Any]) -> None:
        """Keep a second handle on the line, by which it can be cut at any moment, also within TLS."""
        if event.endswith("connect_tcp.complete"):
            made = info["return_value"].get_extra_info("socket").dup()
            with self._lock:
                old, self._line = self._line, made
            if old:
                old.close()
            if self._closed or self._late:
                self._cut()

    def _be_late(self) -> None:
        self._late = True
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


_TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For plain HTTP, which spares the time of reading the system's certificates."""


def _of_connection(error: BaseException | None) -> str:
    """The code for what ended a connection: a certificate, another protocol, or the network."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return "sync.certificate"
        if isinstance(error, ssl.SSLError) and not isinstance(error, _CUT):
            return "sync.nonsense"
        error = error.__cause__ or error.__context__
    return "sync.offline"


_CUT = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError, TimeoutError)


class DirectTransport:
    """To a head office in this same program: a small utility's own PC."""

    def __init__(self, answer: Callable[[str, bytes], bytes]) -> None:
        self.sent_bytes = 0
        self.received_bytes = 0
        self._answer = answer

    def post(self, path: str, data: bytes) -> bytes:
        """See `Transport.post`."""
        self.sent_bytes += len(data)
        answer = self._answer(path, data)
        self.received_bytes += len(answer)
        return answer

    def close(self) -> None:
        """See `Transport.close`."""
