"""One round of asking a source: what is new goes through the intake, and what came of it is told. Waits for nobody's clock."""

import hashlib
from dataclasses import dataclass
from typing import Protocol

import structlog

from services.ingest.declared import Declared, FeedSource, PullSource
from services.ingest.feed_index import Entry, read_index
from services.ingest.http_pull import Fetched, Puller, PullError
from services.ingest.intake import Intake
from services.ingest.parcel import OTHER_WORLD, Parcel
from services.ingest.seen import SeenEntries
from streams.adapters.reading import RefusedError
from streams.clock import Clock
from streams.folds.sources import Outcome

MOST_ENTRIES = 500
"""Fetched in one round, newest first; the others wait for the next."""
MOST_TRIES = 10
"""A document that could not be had so often is given up: one bad entry must not stand for its feed."""
PATIENCE = 3
"""So many documents in a row that do not come: the publisher is down, and is left alone."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Told:
    """What a round came to, in order, and how long the publisher asked to be left alone."""

    outcomes: tuple[tuple[Outcome, str], ...]
    allowed_s: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether the source should be asked later than usual."""
        return any(outcome is Outcome.FAILED for outcome, _ in self.outcomes)


class Poller(Protocol):
    """Something that is asked again and again."""

    @property
    def source(self) -> Declared: ...

    async def ask(self) -> Told:
        """One round.

        Raises:
            PullError: nothing came.
            BrokerUnavailableError: what came could not be kept; asked again, it comes again.
        """
        ...


def judge(parcel: Parcel) -> tuple[Outcome, str]:
    """How a document speaks for its source. What belongs to the other world is well said: it is only not for us."""
    faults = [refusal for refusal in parcel.refused if refusal.reason != OTHER_WORLD]
    if parcel.events or not faults:
        return Outcome.NEWS, ""
    return Outcome.REFUSED, f"{faults[0].place}: {faults[0].detail}"


class PullPoller:
    """One document that changes."""

    def __init__(self, source: PullSource, puller: Puller, intake: Intake) -> None:
        self.source = source
        self._puller = puller
        self._intake = intake
        self._digest = b""
        self._standing = (Outcome.SAME, "")

    async def ask(self) -> Told:
        fetched = await self._puller.fetch(self.source.url)
        if fetched.document is None:
            return Told((self._standing,), fetched.allowed_s)
        digest = hashlib.blake2b(fetched.document, digest_size=16).digest()
        if digest == self._digest:
            self._puller.keep(self.source.url)
            return Told((self._standing,), fetched.allowed_s)
        parcel = await self._intake.take(fetched.document, self.source.id, expected=self.source.format)
        outcome, detail = judge(parcel)
        self._digest = digest
        # a document that could not be read is not better for being the same the next time
        self._standing = (Outcome.SAME, "") if outcome is Outcome.NEWS else (outcome, detail)
        self._puller.keep(self.source.url)
        return Told(((outcome, detail),), fetched.allowed_s)


class FeedPoller:
    """A feed: each entry's document is fetched once. The long feed is read at the start, and whenever the short one may have a gap."""

    def __init__(
        self, source: FeedSource, puller: Puller, intake: Intake, *, seen: SeenEntries, wall: Clock
    ) -> None:
        self.source = source
        self._puller = puller
        self._intake = intake
        self._seen = seen
        self._wall = wall
        self._read_ms: int | None = None
        self._owes_long = bool(source.long_url)
        self._pending: dict[str, Entry] = {}
        self._tries: dict[str, int] = {}
        self._skipped: set[Entry] = set()
        self._left_alone_s = 0.0

    async def ask(self) -> Told:
        outcomes: list[tuple[Outcome, str]] = []
        asked_ms, self._left_alone_s = self._wall.now_ms(), 0.0
        short = await self._puller.fetch(self.source.url)
        if short.document is not None:
            if self._read_ms is not None and asked_ms - self._read_ms > self.source.covers_s * 1000:
                self._owes_long = bool(self.source.long_url)
            outcomes += await self._list(self.source.url, short.document)
        if all(outcome is not Outcome.REFUSED for outcome, _ in outcomes):
            self._read_ms = asked_ms
        if self._owes_long:
            outcomes += await self._catch_up()
        outcomes += await self._take_pending()
        return Told(tuple(outcomes) or ((Outcome.SAME, ""),), max(short.allowed_s, self._left_alone_s))

    async def _catch_up(self) -> list[tuple[Outcome, str]]:
        """Reads the long feed; owed until it came."""
        try:
            fetched: Fetched = await self._puller.fetch(self.source.long_url)
        except PullError as error:
            self._left_alone_s = error.allowed_s
            return [(Outcome.FAILED, str(error))]
        self._owes_long = False
        if fetched.document is None:
            return []
        return await self._list(self.source.long_url, fetched.document)

    async def _list(self, url: str, document: bytes) -> list[tuple[Outcome, str]]:
        """Puts unseen entries among those to be fetched; those that stand in the feed itself are taken now."""
        try:
            entries = read_index(document, url)
        except RefusedError as error:
            return [(Outcome.REFUSED, f"{url.partition('?')[0]}: {error}")]
        fresh = [e for e in entries if e not in self._skipped and not self._seen.is_seen(self.source.id, e)]
        self._pending |= {e.id: e for e in fresh if e.address is not None}
        inside = [e for e in fresh if e.address is None]
        outcomes = []
        if inside:
            parcel = await self._intake.take(document, self.source.id)
            await self._seen.mark(self.source.id, inside)
            outcomes.append(judge(parcel))
        self._puller.keep(url)
        if url == (self.source.long_url or self.source.url):
            await self._seen.forget(self.source.id, [e.id for e in entries])
        return outcomes

    async def _take_pending(self) -> list[tuple[Outcome, str]]:
        """Fetches what waits, newest first."""
        outcomes: list[tuple[Outcome, str]] = []
        failures = 0
        waiting = sorted(self._pending.values(), key=lambda e: e.updated, reverse=True)
        for entry in waiting[:MOST_ENTRIES]:
            if failures == PATIENCE or self._left_alone_s:
                break
            if self._seen.is_seen(self.source.id, entry):
                self._drop(entry)  # another ingest took it
                continue
            outcome, detail = await self._take(entry)
            outcomes.append((outcome, detail))
            failures = failures + 1 if outcome is Outcome.FAILED else 0
        return summed(outcomes)

    async def _take(self, entry: Entry) -> tuple[Outcome, str]:
        try:
            fetched = await self._puller.fetch(entry.address or "", is_conditional=False)
        except PullError as error:
            return await self._not_taken(entry, error)
        parcel = await self._intake.take(
            fetched.document or b"", self.source.id, name=entry.id[-200:], expected=self.source.format
        )
        await self._seen.mark(self.source.id, [entry])
        self._drop(entry)
        return judge(parcel)

    async def _not_taken(self, entry: Entry, error: PullError) -> tuple[Outcome, str]:
        if error.is_ours:
            self._skipped.add(entry)
            self._drop(entry)
            _log.warning("an entry is not fetched", source=self.source.id, reason=str(error))
            return Outcome.SAME, ""
        self._left_alone_s = error.allowed_s
        tries = self._tries[entry.id] = self._tries.get(entry.id, 0) + 1
        if tries < MOST_TRIES and not error.is_gone:
            return Outcome.FAILED, str(error)
        await self._seen.mark(self.source.id, [entry])
        self._drop(entry)
        _log.error("an entry is given up", source=self.source.id, tries=tries, reason=str(error))
        return Outcome.REFUSED, str(error)

    def _drop(self, entry: Entry) -> None:
        self._pending.pop(entry.id, None)
        self._tries.pop(entry.id, None)


def summed(outcomes: list[tuple[Outcome, str]]) -> list[tuple[Outcome, str]]:
    """News if there was any; refusals only where nothing was news; failures last, for they last."""
    found: list[tuple[Outcome, str]] = []
    kinds = [outcome for outcome, _ in outcomes]
    if Outcome.NEWS in kinds:
        found.append((Outcome.NEWS, ""))
    elif Outcome.REFUSED in kinds:
        found.append(next(o for o in outcomes if o[0] is Outcome.REFUSED))
    if Outcome.FAILED in kinds:
        found.append(next(o for o in outcomes if o[0] is Outcome.FAILED))
    return found
