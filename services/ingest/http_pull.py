"""Asks a publisher for one document: conditional, bounded in size and time, and only at hosts that were declared."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import httpx

from services.ingest.declared import Asked, is_private
from services.ingest.schedule import read_allowed_s
from streams.clock import Clock

TIMEOUT = httpx.Timeout(20.0, connect=10.0)
WHOLE_S = 60.0
"""Of one document, however slowly it drips."""
MOST_REDIRECTS = 3
AGENT = "miotsukushi-ingest (disaster response; asks conditionally)"
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class PullError(Exception):
    """No document came. The message holds no credential.

    allowed_s: how long the publisher asked to be left alone. is_gone: it said that there is none. is_ours: we did not even ask.
    """

    def __init__(
        self, detail: str, *, allowed_s: float = 0.0, is_gone: bool = False, is_ours: bool = False
    ) -> None:
        super().__init__(detail)
        self.allowed_s = allowed_s
        self.is_gone = is_gone
        self.is_ours = is_ours


@dataclass(frozen=True)
class Fetched:
    """An answer. document: None where it is the one that was taken before."""

    document: bytes | None
    allowed_s: float


@dataclass(frozen=True)
class _Validators:
    etag: str
    modified: str

    def headers(self) -> dict[str, str]:
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in named.items() if value}


class Puller:
    """Asks for one source. Remembers what each address last said of its document, once it was kept."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        source: Asked,
        *,
        wall: Clock,
        key: str = "",
    ) -> None:
        self._client = client
        self._source = source
        self._key = key
        self._wall = wall
        self._known: dict[str, _Validators] = {}
        self._fetched: dict[str, _Validators] = {}

    def keep(self, url: str) -> None:
        """What was fetched last from there was taken: from now on only something newer is wanted."""
        if url in self._fetched:
            self._known[url] = self._fetched.pop(url)

    async def fetch(self, url: str, *, is_conditional: bool = True) -> Fetched:
        """The document, or that it is the same as the one that was kept.

        Raises:
            PullError: it did not come, whole and in time.
        """
        asked = url
        for _ in range(MOST_REDIRECTS + 1):
            self._require_declared(asked)
            try:
                async with asyncio.timeout(WHOLE_S):
                    answer = await self._ask(asked, self._known.get(url) if is_conditional else None)
            except TimeoutError:
                raise PullError(f"{_bare(asked)}: not whole after {WHOLE_S:g} s") from None
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise PullError(f"{_bare(asked)}: {type(error).__name__}") from error
            if isinstance(answer, str):
                asked = urljoin(asked, answer)
                continue
            fetched, validators = answer
            if fetched.document is not None:
                self._fetched[url] = validators
            return fetched
        raise PullError(f"{_bare(url)}: more than {MOST_REDIRECTS} redirects")

    def _require_declared(self, url: str) -> None:
        """A feed may point anywhere; we go only where somebody said so."""
        own, parts = urlsplit(self._source.url), urlsplit(url)
        if parts.scheme not in {"http", "https"} or parts.username or not parts.hostname:
            raise PullError(f"{_bare(url)}: not an address that is asked", is_ours=True)
        if not {parts.hostname, parts.netloc} & {own.netloc, *self._source.hosts}:
            raise PullError(
                f"{_bare(url)}: the host is not declared; add it to hosts if it is the publisher's",
                is_ours=True,
            )
        if own.scheme == "https" and parts.scheme != "https":
            raise PullError(f"{_bare(url)}: leads from https to http", is_ours=True)

    async def _ask(self, url: str, known: _Validators | None) -> tuple[Fetched, _Validators] | str:
        """The answer, or the address of a redirect."""
        headers = self._headers(url) | (known.headers() if known else {})
        async with self._client.stream("GET", url, headers=headers, timeout=TIMEOUT) as response:
            status, told = response.status_code, response.headers
            allowed_s = read_allowed_s(status, told, now_s=self._wall.now_ms() / 1000)
            if status in REDIRECTS and told.get("location"):
                return str(told["location"])
            if status == HTTPStatus.NOT_MODIFIED and known:
                return Fetched(None, allowed_s), known
            if status != HTTPStatus.OK:
                gone = status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
                raise PullError(f"{_bare(url)}: HTTP {status}", allowed_s=allowed_s, is_gone=gone)
            document = await self._read(response, url)
            validators = _Validators(told.get("etag", ""), told.get("last-modified", ""))
            return Fetched(document, allowed_s), validators

    async def _read(self, response: httpx.Response, url: str) -> bytes:
        body = bytearray()
        bound = self._source.max_bytes
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > bound:
                raise PullError(f"{_bare(url)}: more than {bound} bytes; raise max_bytes or ask for less")
        return bytes(body)

    def _headers(self, url: str) -> dict[str, str]:
        """The key goes to the source's own host only, and never in the clear."""
        headers = {"User-Agent": AGENT}
        parts = urlsplit(url)
        if self._key and parts.netloc == urlsplit(self._source.url).netloc and is_private(parts):
            headers[self._source.key_header] = self._source.key_form.replace("{key}", self._key)
        return headers


def _bare(url: str) -> str:
    """The address without its query and user, where keys are sometimes put."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:200]
