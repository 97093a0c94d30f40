"""The view process: follows the viewed topics, writes the view, and writes it whole again when it was wiped."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from streams.broker import Broker, Follower, Record
from streams.topics import MANIFEST, Topic
from streams.view.port import VIEWED, View, ViewError

CHECK_S = 1.0
"""How often the view's life mark is looked at."""

_log = structlog.get_logger(__name__)


class Sink:
    """Keeps each key's newest record, so that a wiped view can be written again without asking Kafka.

    Writes nothing until everything was read once: whoever looks sees the former view until then, not half of the new one.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._newest: dict[Topic, dict[bytes, Record]] = {topic: {} for topic in VIEWED}
        self._settled = False
        self._lost = asyncio.Event()

    def follow(self, topic: Topic) -> Callable[[Sequence[Record]], object]:
        """What the follower of `topic` does with its records."""

        async def apply(records: Sequence[Record]) -> None:
            self._newest[topic].update({r.key: r for r in records})
            if self._settled:
                await self._write(topic, records)

        return apply

    async def _write(self, topic: Topic, records: Sequence[Record]) -> None:
        try:
            await self._view.apply(topic, records)
        except ViewError as error:
            _log.warning("the view cannot be written; it is written whole when it is back", error=str(error))
            self._lost.set()

    async def keep_alive(self, followers: Sequence[Follower]) -> None:
        """Until cancelled: writes the whole view when it was wiped, or when a write had failed.

        Raises whatever ended a follower: a view that hears nothing any more must not look alive.
        """
        while True:
            await asyncio.sleep(CHECK_S)
            for follower in followers:
                if follower.failure:
                    raise follower.failure
            try:
                if await self._view.mark() or self._lost.is_set():
                    self._lost.clear()
                    await self.rewrite()
            except ViewError:
                self._lost.set()

    async def settle(self) -> None:
        """Once all topics were read: what the view holds beyond them goes, then everything is written.

        Raises:
            ViewError: the view cannot be written.
        """
        self._settled = True  # what comes from now on is written as it comes
        for topic, newest in self._newest.items():
            gone = await self._view.retain(topic, {key.decode(): r.offset for key, r in newest.items()})
            if gone:
                _log.warning("keys that Kafka does not know so were forgotten", topic=topic.name, keys=gone)
        await self.rewrite()

    async def rewrite(self) -> int:
        """Writes everything; what is there already changes nothing. Returns how many keys changed."""
        changed = 0
        for topic, newest in self._newest.items():
            changed += await self._view.refill(topic, list(newest.values()))
        _log.info("the view was written whole", keys=changed)
        return changed


async def serve(broker: Broker, view: View, *, ready: Callable[[], None]) -> None:
    """Runs until cancelled. `ready` is called when all topics have been read once."""
    await broker.ensure_topics(MANIFEST)
    sink = Sink(view)
    await view.mark()
    followers: list[Follower] = [await broker.follow(topic, sink.follow(topic)) for topic in VIEWED]  # type: ignore[arg-type]
    for follower in followers:
        await follower.wait_caught_up()
    await sink.settle()
    ready()
    await sink.keep_alive(followers)
