"""Fields and the network as files that a phone keeps: made at the first request after a change, in a thread, then handed out."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b

import routing
from routing.publish import Layout, publish_field, publish_network
from services.navigator.answers import FieldKey, Moment
from services.navigator.live import Live
from services.navigator.timetable import Timetable
from streams.clock import Clock

KEPT_FILES = 32
"""Some 20 KB each for a city."""
VALID_MS = 15 * 60_000
"""So long may a field be followed that nobody could renew: roads close meanwhile, and places fill."""
RENEW_MS = 5 * 60_000
"""A field that nothing changed is made again after this, so that a phone never fetches one that is nearly over."""


@dataclass(frozen=True, slots=True)
class File:
    """etag: strong, quoted; the same bytes have the same."""

    body: bytes
    etag: str


@dataclass(frozen=True)
class _Made:
    """A file, and what it was made from."""

    file: File
    field: routing.Field
    times: Timetable | None
    at_ms: int


class FieldFiles:
    """The files of the newest moment. One is made at a time; whoever waits for the same one gets it then. notice: in each of them."""

    def __init__(self, live: Live, clock: Clock, *, area: str, notice: str) -> None:
        self._live = live
        self._clock = clock
        self._area, self._notice = area, notice
        self._made: OrderedDict[FieldKey, _Made] = OrderedDict()
        self._making = asyncio.Lock()
        self._layout: Layout | None = None
        self._network: File | None = None

    async def get_field(self, key: FieldKey) -> File:
        """A field as it stands.

        Raises:
            RoutingError: no such profile, or a network without a name.
        """
        async with self._making:
            moment, now_ms = self._live.moment, self._clock.now_ms()
            field = await asyncio.to_thread(moment.fields.get, key)
            times = None if moment.leaving is None else moment.leaving.timetable
            known = self._made.get(key)
            if (
                known is None
                or (known.field, known.times) != (field, times)
                or now_ms - known.at_ms >= RENEW_MS
            ):
                file = await asyncio.to_thread(self._make, moment, key, field, now_ms)
                known = self._made[key] = _Made(file, field, times, now_ms)
            self._made.move_to_end(key)
            while len(self._made) > KEPT_FILES:
                self._made.popitem(last=False)
        return known.file

    async def get_network(self) -> File:
        """The network, once for all.

        Raises:
            RoutingError: it has no name.
        """
        async with self._making:
            if self._network is None:
                self._network = await asyncio.to_thread(self._make_network)
        return self._network

    def _make(self, moment: Moment, key: FieldKey, field: routing.Field, now_ms: int) -> File:
        """Where the time of a danger is known: ways that stay right as time goes by, see `Escapes.safest`."""
        if moment.leaving is not None:
            field = moment.leaving.get(key, field).safest
        places = moment.world.places
        return _file(
            publish_field(
                field, self._lay_out(moment), area=self._area, hazards=sorted(str(h) for h in key.hazards),
                names={target.id: places[target.id].name for target in field.targets},
                made_at_ms=now_ms, expires_at_ms=now_ms + VALID_MS, notice=self._notice,
            )
        )  # fmt: skip

    def _make_network(self) -> File:
        return _file(publish_network(self._lay_out(self._live.moment)))

    def _lay_out(self, moment: Moment) -> Layout:
        if self._layout is None:
            self._layout = Layout.of(moment.ground.network)
        return self._layout


def _file(body: bytes) -> File:
    return File(body, f'"{blake2b(body, digest_size=12).hexdigest()}"')
