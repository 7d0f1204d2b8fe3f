"""The head office over HTTP, among peers that are slow, silent, many or no desks at all."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import ssl
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from functools import partial
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import Any

import h11
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.supervisors import Multiprocess

from app.domain.errors import AppError
from app.headoffice.hub import Hub
from app.sync.transport import DEADLINE, TYPE
from app.sync.wire import MAX_PACKED, work_types_out

log = logging.getLogger(__name__)

HEAD_SECONDS = 10.0
"""How long the head of a request may take, from the connection or from its first byte."""

KEEP_SECONDS = 30
"""How long a connection may rest between two messages."""

END_SECONDS = 5
"""How long those who are being answered may take when the head office is told to end."""

CONNECTIONS = 4000
"""At most so many at once; a desk holds one while it is at work."""

ROOM = 256 << 20
"""Bytes of messages under way at most; beyond, who sends more than `SMALL` is asked to come again."""

SMALL = 64 << 10
CROWDED_SECONDS = 5

Factory = Callable[[], AbstractContextManager[Hub]]
"""Opens a hub in the process that calls it. For several processes it must be known by name, as a function of
a module is, or a `functools.partial` of one."""


def asgi(hub: Hub) -> Starlette:
    """The ASGI application: each message is answered by the hub; bodies are read with a limit."""
    return _application(lambda: hub)


def serve(
    hub: Hub,
    host: str,
    port: int,
    ready: Callable[[int], None],
    certificate: Path | None = None,
    key: Path | None = None,
) -> None:
    """Serve until interrupted, over TLS when there is a certificate with its key. `ready` is told the port
    that was taken (`port` 0 lets the system choose). AppError "headoffice.certificate"."""
    config = _config(asgi(hub), certificate, key)
    listening = _listening(host, port)
    ready(listening.getsockname()[1])
    uvicorn.Server(config).run(sockets=[listening])


def serve_many(
    factory: Factory,
    host: str,
    port: int,
    workers: int,
    ready: Callable[[int], None],
    certificate: Path | None = None,
    key: Path | None = None,
) -> None:
    """As `serve`, with so many processes on one port, each over a hub of its own; one that ends is replaced.

    For a hub on PostgreSQL; with one worker, and on Windows, this process serves by itself.
    """
    if workers < 2 or sys.platform == "win32":
        with factory() as hub:
            serve(hub, host, port, ready, certificate, key)
        return
    with factory():
        pass  # what is wrong with it is said once, and what is to be made in it is made by one
    config = _config(partial(_opened, factory), certificate, key, factory=True, workers=workers)
    listening = _listening(host, port)
    ready(listening.getsockname()[1])
    Multiprocess(config, sockets=[listening]).run()


def _listening(host: str, port: int) -> socket.socket:
    """A socket whose connections send at once: else an answer in two pieces waits 40 ms for the other side to
    acknowledge the first. (asyncio sees to it only where a socket names its protocol, as this one does not.)
    """
    listening = socket.create_server((host, port))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _opened(factory: Factory) -> Starlette:
    """The application of one process among several: it opens its hub, and ends when its parent has ended."""
    hubs: list[Hub] = []

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
        with factory() as hub:
            hubs.append(hub)
            yield

    return _application(lambda: hubs[0], life)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent:
        connection.wait([parent.sentinel])
        signal.raise_signal(signal.SIGTERM)


def _application(hub: Callable[[], Hub], life: Any = None) -> Starlette:
    work_types_out()
    under_way = 0

    async def message(request: Request) -> Response:
        nonlocal under_way
        body = bytearray()
        come, crowded = 0, False
        try:
            async with asyncio.timeout(DEADLINE):
                async for part in request.stream():
                    come += len(part)
                    if come > MAX_PACKED:
                        return Response(status_code=413)
                    crowded = crowded or (under_way > ROOM and come > SMALL)
                    if crowded:  # heard out, for who is cut off in mid-sentence does not read the answer
                        under_way -= len(body)
                        body.clear()
                    else:
                        under_way += len(part)
                        body += part
            if crowded:
                return Response(status_code=503, headers={"retry-after": str(CROWDED_SECONDS)})
            answer = await run_in_threadpool(hub().answer, request.url.path, bytes(body))
            return Response(answer, media_type=TYPE)
        except TimeoutError:
            return Response(status_code=408)
        except ClientDisconnect:
            return Response(status_code=400)
        finally:
            under_way -= len(body)

    return Starlette(routes=[Route("/v1/{message}", message, methods=["POST"])], lifespan=life)


def _config(
    app: Any, certificate: Path | None, key: Path | None, *, factory: bool = False, workers: int = 1
) -> uvicorn.Config:
    _let_many_in()
    if certificate:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
        except (OSError, ValueError) as error:
            raise AppError("headoffice.certificate", path=str(certificate)) from error
    return uvicorn.Config(
        app,
        factory=factory,
        workers=workers,
        http=PatientProtocol,
        ws="none",
        lifespan="on" if factory else "off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=KEEP_SECONDS,
        timeout_graceful_shutdown=END_SECONDS,
        timeout_worker_healthcheck=15,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )


def _let_many_in() -> None:
    """As many open files as the system allows, for every connection is one."""
    if sys.platform != "win32":
        import resource

        now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = CONNECTIONS + 1000
        if most != resource.RLIM_INFINITY:
            wanted = min(wanted, most)
        if now != resource.RLIM_INFINITY and now < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


class PatientProtocol(H11Protocol):
    """uvicorn waits for ever for the head of a request, and for a peer that does not take its answer; this
    one gives each of them its time."""

    _limit: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection begins with a head."""
        super().connection_made(transport)
        self._limit = self.loop.call_later(HEAD_SECONDS, transport.abort)

    def data_received(self, data: bytes) -> None:
        """Once the head is there, the time of the body counts, which the application keeps."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._let_be()
        elif self._limit is None:
            self._limit = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._let_be()
        self.resume_writing()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The peer takes less than it is given."""
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(DEADLINE, self.transport.abort)

    def resume_writing(self) -> None:
        """It has taken it."""
        super().resume_writing()
        if self._unread:
            self._unread.cancel()
            self._unread = None

    def on_response_complete(self) -> None:
        """An answer that came before the whole request: the rest of that is not waited for."""
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY:
            self.transport.close()

    def timeout_keep_alive_handler(self) -> None:
        """A connection that rested long is closed, also when its peer has not taken its answer."""
        super().timeout_keep_alive_handler()
        if self.transport.get_write_buffer_size():
            self.loop.call_later(DEADLINE, self.transport.abort)

    def _let_be(self) -> None:
        if self._limit:
            self._limit.cancel()
            self._limit = None
