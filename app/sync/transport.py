"""How a message reaches the head office."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from app.domain.errors import AppError
from app.sync.wire import MAX_PACKED


class Transport(Protocol):
    """Carries one message there and its answer back."""

    def post(self, path: str, data: bytes) -> bytes:
        """The answer's bytes. AppError "sync.offline" when there is no connection, "sync.nonsense" when
        something else than a head office answers."""

    def close(self) -> None:
        """Let go of the connection."""


class HttpTransport:
    """Over HTTP, keeping the connection."""

    def __init__(self, url: str, timeout: float = 20.0) -> None:
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._client: object | None = None

    def post(self, path: str, data: bytes) -> bytes:
        """See `Transport.post`."""
        import httpx2 as httpx  # only here: a desktop starts without waiting for it

        if self._client is None:
            self._client = httpx.Client(
                timeout=httpx.Timeout(self._timeout, connect=5.0), follow_redirects=False, trust_env=True
            )
        client = self._client
        assert isinstance(client, httpx.Client)
        headers = {"content-type": "application/x-daumoi"}
        try:
            with client.stream("POST", self._url + path, content=data, headers=headers) as answer:
                if answer.headers.get("content-type") != "application/x-daumoi":
                    raise AppError("sync.nonsense", url=self._url)
                body = bytearray()
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > MAX_PACKED:
                        raise AppError("sync.nonsense", url=self._url)
                return bytes(body)
        except httpx.InvalidURL as error:
            raise AppError("sync.nonsense", url=self._url) from error
        except httpx.RemoteProtocolError as error:
            raise AppError("sync.nonsense", url=self._url) from error
        except httpx.HTTPError as error:
            raise AppError("sync.offline", url=self._url) from error

    def close(self) -> None:
        """See `Transport.close`."""
        if self._client is not None:
            self._client.close()  # type: ignore[attr-defined]
            self._client = None


class DirectTransport:
    """To a head office in this same program: a small utility's own PC."""

    def __init__(self, answer: Callable[[str, bytes], bytes]) -> None:
        self._answer = answer

    def post(self, path: str, data: bytes) -> bytes:
        """See `Transport.post`."""
        return self._answer(path, data)

    def close(self) -> None:
        """See `Transport.close`."""
