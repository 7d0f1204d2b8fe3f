"""The head office over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from app.headoffice.hub import Hub
from app.sync.transport import DEADLINE, TYPE
from app.sync.wire import MAX_PACKED


def asgi(hub: Hub) -> Starlette:
    """The ASGI application: two messages, each answered by the hub; bodies are read with a limit."""

    async def message(request: Request) -> Response:
        body = bytearray()
        try:
            async with asyncio.timeout(DEADLINE):
                async for part in request.stream():
                    body += part
                    if len(body) > MAX_PACKED:
                        return Response(status_code=413)
        except TimeoutError:
            return Response(status_code=408)
        except ClientDisconnect:
            return Response(status_code=400)
        answer = await run_in_threadpool(hub.answer, request.url.path, bytes(body))
        return Response(answer, media_type=TYPE)

    return Starlette(routes=[Route(p, message, methods=["POST"]) for p in ("/v1/sync", "/v1/enrol")])


def serve(hub: Hub, host: str, port: int, ready: Callable[[int], None]) -> None:
    """Serve until interrupted. `ready` is told the port that was taken (`port` 0 lets the system choose)."""
    import socket

    import uvicorn

    listening = socket.create_server((host, port))
    config = uvicorn.Config(asgi(hub), log_level="warning", access_log=False, timeout_keep_alive=30)
    ready(listening.getsockname()[1])
    uvicorn.Server(config).run(sockets=[listening])
