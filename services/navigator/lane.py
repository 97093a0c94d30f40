"""The short way of a question through the server: bytes in, bytes out, no form objects. What it cannot read takes the described way."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.kit.problems import Problem

T = TypeVar("T")
LEFT = "mio.left-the-lane"
"""In a request's scope once its lane could not read it."""
MOST_BYTES = 1 << 20
"""The largest body that is read: 10,000 places are 400 kB."""


@dataclass(frozen=True)
class Lane(Generic[T]):
    """An ASGI app for one path. Errors in the body are told by the route that OpenAPI describes, which reads it again.

    described: the router that holds it.
    """

    form: type[T]
    answer: Callable[[T], Awaitable[bytes]]
    described: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read(receive)
        try:
            question = msgspec.json.decode(body, type=self.form)
        except (msgspec.DecodeError, UnicodeDecodeError):
            scope[LEFT] = True
            await self.described(scope, _again(body), send)
            return
        answer = await self.answer(question)
        length = str(len(answer)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


class LaneRoute(Route):
    """A path that a lane answers; the rest of the server sees it as any other route, OpenAPI does not see it."""

    def __init__(self, path: str, lane: ASGIApp) -> None:
        super().__init__(path, lane, methods=["POST"], include_in_schema=False)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope.get(LEFT):
            return Match.NONE, {}
        match, child = super().matches(scope)
        return match, {**child, "route": self}


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
