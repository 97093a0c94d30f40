"""The area's own list of sites and shelters, told to the stream at each start; only rows that the stream does not hold yet."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import structlog

from services.ingest.parcel import make_message
from streams.adapters.registry import Source
from streams.broker import Broker, Publisher, Record
from streams.clock import Clock
from streams.codec import CodecError, decode
from streams.dead_letters import DeadLetter, bury
from streams.events.shelters import ShelterState, SiteReport
from streams.folds.shelters import Place, fold_site, shelter_state
from streams.topics import SHELTERS, SITE_REPORTS

SOURCE = "area/sites.jsonl"
LISTED = (
    "layer",
    "name",
    "lat",
    "lon",
    "suits",
    "unsuited",
    "municipality",
    "address",
    "accepts",
    "listed_source",
)
"""Fields of a place's state that only a list decides."""

_log = structlog.get_logger(__name__)


class Known:
    """What the topic `shelters` holds."""

    def __init__(self) -> None:
        self.states: dict[str, ShelterState] = {}

    def apply(self, records: Sequence[Record]) -> None:
        """For a follower."""
        for record in records:
            key = record.key.decode()
            if record.value is None:
                self.states.pop(key, None)
            else:
                self.states[key] = decode(record.value, ShelterState)


def read_sites(lines: Iterable[bytes]) -> tuple[list[SiteReport], list[DeadLetter]]:
    """The rows of `sites.jsonl`; a row that cannot be read is a dead letter, and the others are taken."""
    sites, letters = [], []
    for number, line in enumerate(lines, 1):
        try:
            sites.append(decode(line, SiteReport))
        except CodecError as error:
            place = f"sites.jsonl line {number}"
            letters.append(DeadLetter(SOURCE.encode(), line, "undecodable", str(error), place))
    return sites, letters


def list_news(sites: Iterable[SiteReport], known: Mapping[str, ShelterState]) -> list[SiteReport]:
    """Rows that would change what is known. A row older than the list that stands would not."""
    return [site for site in sites if _is_news(site, known.get(site.id))]


def _is_news(site: SiteReport, state: ShelterState | None) -> bool:
    if state is None:
        return not site.removed
    if state.listed_as_of_ms is not None and (site.as_of_ms or 0) < state.listed_as_of_ms:
        return False
    wanted = shelter_state(site.id, Place(fold_site(None, site).listed))
    if wanted is None or wanted.listed_as_of_ms != state.listed_as_of_ms:
        return True
    return any(getattr(wanted, name) != getattr(state, name) for name in LISTED)


async def publish_sites(file: Path, broker: Broker, publisher: Publisher, clock: Clock) -> int:
    """Returns how many rows were published, when the broker has them.

    The topic `shelters` is read whole first, so that a restart changes nothing and wakes no page.

    Raises:
        BrokerUnavailableError: it does not answer.
    """
    lines = (await asyncio.to_thread(file.read_bytes)).splitlines()
    sites, letters = await asyncio.to_thread(read_sites, lines)
    known = Known()
    follower = await broker.follow(SHELTERS, known.apply)
    await follower.wait_caught_up()
    source = Source(SOURCE, clock.now_ms())
    news = [make_message(site, source)[1] for site in list_news(sites, known.states)]
    await publisher.publish(SITE_REPORTS, news)
    if letters:
        await bury(publisher, SITE_REPORTS, letters)
        _log.error("rows of the area's list cannot be read", rows=len(letters), first=letters[0].detail)
    _log.info("the area's list is on the stream", rows=len(sites), published=len(news))
    return len(news)
