"""A publisher on loopback: real HTTP, pages that a test puts there, and a list of what was asked."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass
class Page:
    """One address: its body and how it is answered. Without `etag` and `modified` nobody can ask conditionally."""

    body: bytes = b""
    etag: str = ""
    modified: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Publisher:
    """What it serves, and (path, status, headers of the question) of each answer."""

    url: str = ""
    pages: dict[str, Page] = field(default_factory=dict)
    answered: list[tuple[str, int, dict[str, str]]] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        path, headers = request.url.path, dict(request.headers)
        page = self.pages.get(path, Page(status=404))
        told = dict(page.headers)
        if page.etag:
            told["etag"] = page.etag
        if page.modified:
            told["last-modified"] = page.modified
        known = (page.etag and headers.get("if-none-match") == page.etag) or (
            page.modified and headers.get("if-modified-since") == page.modified
        )
        status = 304 if known and page.status == 200 else page.status
        self.answered.append((path, status, headers))
        return Response(b"" if status == 304 else page.body, status, told)

    def asked(self, path: str) -> list[int]:
        """The statuses that a path was answered with."""
        return [status for where, status, _ in self.answered if where == path]

    def put(self, path: str, body: bytes | str, **how: object) -> str:
        """Serves a page; returns its address."""
        data = body.encode() if isinstance(body, str) else body
        self.pages[path] = Page(data, **how)  # type: ignore[arg-type]
        return f"{self.url}{path}"

    def feed(self, path: str, *entries: tuple[str, str, str], etag: str = "") -> str:
        """An Atom feed like JMA's: (id, updated, address of the document)."""
        told = "".join(
            f"<entry><title>電文</title><id>{name}</id><updated>{updated}</updated>"
            f'<link type="application/xml" href="{address}"/></entry>'
            for name, updated, address in entries
        )
        text = f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>高頻度</title>{told}</feed>'
        return self.put(path, text, etag=etag)


@asynccontextmanager
async def publishing() -> AsyncIterator[Publisher]:
    """A publisher that listens."""
    publisher = Publisher()
    listener = socket.create_server(("127.0.0.1", 0))
    publisher.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app = Starlette(routes=[Route("/{path:path}", publisher.answer)])
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
    )
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        async with asyncio.timeout(15):
            while not server.started:
                await asyncio.sleep(0.01)
        yield publisher
    finally:
        server.should_exit = True
        await task
