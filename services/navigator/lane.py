"""The short way of a question through the server: bytes in, bytes out, no form objects. What it cannot read takes the described way."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.kit.metrics import RequestMetrics
from services.kit.problems import Problem

MOST_BYTES = 1 << 20
"""The largest body that is read: 10,000 places are 400 kB."""
QUESTION = "mio.question"


@dataclass(frozen=True)
class Lane:
    """Questions of one form at one path; it is counted as any route is."""

    path: str
    form: type[Any]
    answer: Callable[[Any], Awaitable[bytes]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await self.answer(scope[QUESTION])
        except Problem as problem:
            await problem.response()(scope, receive, send)
            return
        length = str(len(answer)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


class Lanes:
    """Plain ASGI middleware. A body that a lane cannot read is told what is wrong by the route that OpenAPI describes."""

    def __init__(self, app: ASGIApp, lanes: Sequence[Lane]) -> None:
        self._app = app
        self._lanes = {lane.path: (lane, RequestMetrics(lane)) for lane in lanes}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = (
            self._lanes.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        )
        if found is None:
            await self._app(scope, receive, send)
            return
        lane, counted = found
        try:
            body = await _read(receive)
        except Problem as problem:
            await problem.response()(scope, receive, send)
            return
        try:
            scope[QUESTION] = msgspec.json.decode(body, type=lane.form)
        except (msgspec.DecodeError, UnicodeDecodeError):
            await self._app(scope, _again(body), send)
            return
        scope["route"] = lane
        await counted(scope, receive, send)


async def _read(receive: Receive) -> bytes:
    """The whole body.

    Raises:
        Problem: it is too large, or its sender went away.
    """
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Problem("bad-request", status=400, detail="the sender went away before the body was whole")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BYTES:
            raise Problem(
                "too-large", status=413, detail=f"the body is larger than {MOST_BYTES} bytes",
                remedy="send the places in several requests",
            )  # fmt: skip
        if not message.get("more_body", False):
            return b"".join(parts)


def _again(body: bytes) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive
