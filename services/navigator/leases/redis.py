"""The lease book in Redis: one Lua script a call. What time it is, the caller says; Redis' own time only ends a dead writer's right."""

from collections.abc import Sequence
from typing import Any

import msgspec
import redis.asyncio
from redis.exceptions import RedisError, ResponseError

from services.navigator.leases import scripts
from services.navigator.leases.port import (
    BATCH,
    BookAwayError,
    BookWipedError,
    Granted,
    Places,
    Room,
    Wish,
)
from streams.events.leases import Lease, Stage
from streams.world import World

PATIENCE_S = 1.0
"""How long Redis may take for one call; after that the answer goes on without a lease."""
SCRIPTS = ("set_places", "take", "renew", "check_in", "release", "list_walking", "list_rooms")
WRITER_SCRIPTS = ("begin", "restore", "open", "add_late")

Row = tuple[int, str, str, int, int, int, str]


class RedisBook:
    """One world's book."""

    def __init__(self, url: str, world: World, *, timeout_s: float = PATIENCE_S) -> None:
        self._client: Any = redis.asyncio.from_url(
            url, socket_timeout=timeout_s, socket_connect_timeout=timeout_s
        )
        self._prefix = f"{{{world}:leases}}"
        self._scripts = {
            name: self._client.register_script(getattr(scripts, name.upper()))
            for name in (*SCRIPTS, *WRITER_SCRIPTS)
        }

    async def _call(self, name: str, **given: object) -> Any:  # noqa: ANN401
        try:
            answer = await self._scripts[name](keys=[self._prefix], args=[msgspec.msgpack.encode(given)])
        except ResponseError as error:
            if str(error).startswith("WIPED"):
                raise BookWipedError("the lease book is empty: it has to be written anew") from None
            raise BookAwayError(f"Redis refuses {name}: {error}") from error
        except RedisError as error:
            raise BookAwayError(f"Redis does not answer: {error}") from error
        return msgspec.msgpack.decode(answer)

    async def set_places(self, places: Sequence[Places]) -> None:
        for start in range(0, len(places), BATCH):
            rows = [
                (p.shelter, p.version, False if p.room is None else p.room, p.counted_at_ms)
                for p in places[start : start + BATCH]
            ]
            await self._call("set_places", places=rows)

    async def take(
        self, wishes: Sequence[Wish], *, now_ms: int, until_ms: int, leaving: str = ""
    ) -> list[Granted]:
        granted: list[Granted] = []
        for start in range(0, len(wishes), BATCH):
            some = wishes[start : start + BATCH]
            names: dict[str, int] = {}
            rows = [
                (w.id, w.party, [names.setdefault(c, len(names) + 1) for c in w.candidates]) for w in some
            ]
            answer = await self._call(
                "take", now=now_ms, until=until_ms, leaving=leaving, shelters=list(names), wishes=rows
            )
            granted += [
                Granted(_lease(wish.id, lease), passed, stood)
                for wish, (lease, passed, stood) in zip(some, answer, strict=True)
            ]
        return granted

    async def renew(self, ids: Sequence[str], *, now_ms: int, until_ms: int) -> list[Lease | None]:
        leases: list[Lease | None] = []
        for start in range(0, len(ids), BATCH):
            some = ids[start : start + BATCH]
            rows = await self._call("renew", now=now_ms, until=until_ms, ids=list(some))
            leases += [_lease(i, row) for i, row in zip(some, rows, strict=True)]
        return leases

    async def check_in(self, lease_id: str, *, now_ms: int) -> Lease | None:
        return _lease(lease_id, await self._call("check_in", now=now_ms, id=lease_id))

    async def release(self, lease_id: str, *, now_ms: int) -> Lease | None:
        return _lease(lease_id, await self._call("release", now=now_ms, id=lease_id))

    async def list_walking(self, shelter: str, *, now_ms: int) -> list[Lease]:
        rows = await self._call("list_walking", now=now_ms, shelter=shelter)
        return [_read(i, row) for i, row in rows]

    async def list_rooms(self, shelters: Sequence[str], *, now_ms: int) -> list[Room]:
        rows = await self._call("list_rooms", now=now_ms, shelters=list(shelters))
        return [
            Room(shelter, None if room is False else room, walking, arrived)
            for shelter, room, walking, arrived in rows
        ]

    async def find_book(self) -> str | None:
        try:
            mark = await self._client.get(f"{self._prefix}:mark")
        except RedisError as error:
            raise BookAwayError(f"Redis does not answer: {error}") from error
        return None if mark is None else str(mark.decode())

    async def begin(self, book: str, *, hold_ms: int) -> bool:
        return bool(await self._call("begin", book=book, hold=hold_ms))

    async def restore(self, book: str, leases: Sequence[Lease]) -> None:
        for start in range(0, len(leases), BATCH):
            await self._call(
                "restore", book=book, leases=[_row(lease) for lease in leases[start : start + BATCH]]
            )

    async def open(self, book: str) -> bool:
        return bool(await self._call("open", book=book))

    async def add_late(self, leases: Sequence[Lease], *, now_ms: int) -> list[Lease]:
        lost: list[Lease] = []
        for start in range(0, len(leases), BATCH):
            some = leases[start : start + BATCH]
            places = await self._call("add_late", now=now_ms, leases=[_row(lease) for lease in some])
            lost += [some[n - 1] for n in places]
        return lost

    async def close(self) -> None:
        await self._client.aclose()


def _row(lease: Lease) -> tuple[str, Row]:
    row = (lease.seq, lease.stage, lease.shelter, lease.party, lease.until_ms, lease.at_ms, lease.book)
    return lease.id, row


def _lease(lease_id: str, row: Any) -> Lease | None:  # noqa: ANN401
    return _read(lease_id, row) if row else None


def _read(lease_id: str, row: Row) -> Lease:
    seq, stage, shelter, party, until_ms, at_ms, book = row
    return Lease(lease_id, seq, Stage(stage), shelter, party, until_ms, at_ms, book)
