"""No body of more than a few hundred kilobytes is ever read. Plain ASGI; knows no route."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 1 << 20
"""5,000 positions in columns are 400 kB."""


class BodyLimit:
    """Ends the reading of a body that grows too large with 413, whatever its Content-Length promised."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        read = 0

        async def limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > MAX_BODY_BYTES:
                raise HTTPException(
                    413,
                    f"the body has more than {MAX_BODY_BYTES} bytes; send fewer positions at once",
                    {"Connection": "close"},
                )
            return message

        await self._app(scope, limited, send)
