"""The view in Redis: a hash of rows and a stream of changes per world, both written by one script."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from typing import Any, TypeVar

import redis.asyncio
from redis.exceptions import RedisError

from streams.broker import Record
from streams.topics import Topic
from streams.view.port import VIEWED, Change, Row, ViewError, ViewGoneError, ViewSnapshot
from streams.world import World

T = TypeVar("T")

KEPT_CHANGES = 100_000
BATCH = 500
"""Rows written by one script: it asks and sets all their versions and values at once, and Lua's `unpack` takes some thousand."""
LANES = 3
"""Batches under way at once: one is packed here while Redis writes another. Versions decide, not the order."""
SCANNED = 5_000
"""Fields of a hash that one answer may hold."""
BLOCK_MS = 5_000
PATIENCE_S = 5.0
"""How long Redis may take for one answer: a batch, or some thousand rows."""
BEGINNING = (0, 0)
RENEWED = b"r"
"""Flag of an entry of the changes that stands for very many."""

APPLY = """
-- KEYS: rows, versions, changes.  ARGV: topic, kept (0: changes are not told), then key, version, flag ('1' value / '0' gone), value ...
local keys, last, changed = {}, {}, 0
for i = 3, #ARGV, 4 do keys[#keys + 1] = ARGV[i] end
local known = redis.call('HMGET', KEYS[2], unpack(keys))
for n, key in ipairs(keys) do
  local i = 4 * n - 1
  local before = last[key] and ARGV[last[key] + 1] or known[n] or '-1'
  if tonumber(ARGV[i + 1]) > tonumber(before) then
    last[key] = i
    if ARGV[2] ~= '0' then
      redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[2], '*', 't', ARGV[1], 'k', key, 'f', ARGV[i + 2], 'v', ARGV[i + 3])
    end
    changed = changed + 1
  end
end
local versions, rows, gone = {}, {}, {}
for key, i in pairs(last) do
  versions[#versions + 1] = key
  versions[#versions + 1] = ARGV[i + 1]
  if ARGV[i + 2] == '1' then
    rows[#rows + 1] = key
    rows[#rows + 1] = ARGV[i + 3]
  else
    gone[#gone + 1] = key
  end
end
if #versions > 0 then redis.call('HSET', KEYS[2], unpack(versions)) end
if #rows > 0 then redis.call('HSET', KEYS[1], unpack(rows)) end
if #gone > 0 then redis.call('HDEL', KEYS[1], unpack(gone)) end
return changed
"""

REMOVE = """
-- KEYS: rows, versions, changes.  ARGV: topic, kept, then keys
for i = 3, #ARGV do
  redis.call('HDEL', KEYS[2], ARGV[i])
  if redis.call('HDEL', KEYS[1], ARGV[i]) == 1 then
    redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[2], '*', 't', ARGV[1], 'k', ARGV[i], 'f', '0', 'v', '')
  end
end
"""


class RedisView:
    """One world's view. The version of a row is its Kafka offset: an older one never wins."""

    def __init__(
        self, url: str, world: World, *, kept: int = KEPT_CHANGES, timeout_s: float = PATIENCE_S
    ) -> None:
        # a reading of changes waits on purpose, all else must not hang: two clients, two patiences
        self._client: Any = redis.asyncio.from_url(url, socket_timeout=timeout_s)
        self._reader: Any = redis.asyncio.from_url(url, socket_timeout=timeout_s + BLOCK_MS / 1000)
        self._prefix = f"{world}:view"
        self._kept = kept
        self._apply = self._client.register_script(APPLY)
        self._remove = self._client.register_script(REMOVE)

    def _rows(self, topic: str) -> str:
        return f"{self._prefix}:rows:{topic}"

    def _versions(self, topic: str) -> str:
        return f"{self._prefix}:versions:{topic}"

    def _keys(self, topic: Topic) -> list[str]:
        return [self._rows(topic.name), self._versions(topic.name), self._changes]

    @property
    def _changes(self) -> str:
        return f"{self._prefix}:changes"

    @property
    def _alive(self) -> str:
        return f"{self._prefix}:alive"

    async def apply(self, topic: Topic, records: Sequence[Record]) -> int:
        return await self._write(topic, records, kept=self._kept)

    async def refill(self, topic: Topic, records: Sequence[Record]) -> int:
        changed = await self._write(topic, records, kept=0)
        if changed:
            renewed = {"t": topic.name, "k": "", "f": RENEWED, "v": ""}
            try:
                await _answered(
                    self._client.xadd(self._changes, renewed, maxlen=self._kept, approximate=True)
                )
            except RedisError as error:
                raise ViewError(f"Redis does not take {topic.name}: {error}") from error
        return changed

    async def _write(self, topic: Topic, records: Sequence[Record], *, kept: int) -> int:
        batches = [records[start : start + BATCH] for start in range(0, len(records), BATCH)]
        changed = 0
        try:
            for start in range(0, len(batches), LANES):
                writing = (self._send(topic, batch, kept) for batch in batches[start : start + LANES])
                changed += sum(await asyncio.gather(*writing))
        except RedisError as error:
            raise ViewError(f"Redis does not take {topic.name}: {error}") from error
        return changed

    async def _send(self, topic: Topic, batch: Sequence[Record], kept: int) -> int:
        arguments: list[bytes | str | int] = [topic.name, kept]
        for r in batch:
            arguments += [r.key, r.offset, b"0" if r.value is None else b"1", r.value or b""]
        return int(await _answered(self._apply(keys=self._keys(topic), args=arguments)))

    async def retain(self, topic: Topic, versions: Mapping[str, int]) -> int:
        try:
            known = await self._scan(self._versions(topic.name))
            stale = [key for key, version in known.items() if int(version) > versions.get(key.decode(), -1)]
            for start in range(0, len(stale), BATCH):
                arguments: list[bytes | str | int] = [topic.name, self._kept, *stale[start : start + BATCH]]
                await _answered(self._remove(keys=self._keys(topic), args=arguments))
        except RedisError as error:
            raise ViewError(f"Redis does not take {topic.name}: {error}") from error
        return len(stale)

    async def snapshot(self) -> ViewSnapshot:
        try:
            newest = await _answered(self._client.xrevrange(self._changes, count=1))
            rows = {topic.name: await self._read(topic.name) for topic in VIEWED}
        except RedisError as error:
            raise ViewError(f"Redis does not answer: {error}") from error
        return ViewSnapshot(rows, newest[0][0].decode() if newest else "0-0")

    async def _read(self, topic: str) -> dict[str, Row]:
        values = await self._scan(self._rows(topic))
        versions = await self._scan(self._versions(topic))
        # one that is taken away between both has no version any more: its end is among the changes
        return {
            key.decode(): Row(key.decode(), value, int(versions[key]))
            for key, value in values.items()
            if key in versions
        }

    async def _scan(self, name: str) -> dict[bytes, bytes]:
        """All fields that are in a hash the whole time; asked for in parts, so that no answer takes long."""
        found: dict[bytes, bytes] = {}
        cursor = 0
        while True:
            cursor, part = await _answered(self._client.hscan(name, cursor, count=SCANNED))
            found |= part
            if cursor == 0:
                return found

    async def changes(self, after: str) -> AsyncIterator[Change]:
        last = after
        await self._require_kept(after)
        while True:
            try:
                answer = await _answered(
                    self._reader.xread({self._changes: last}, count=BATCH, block=BLOCK_MS)
                )
            except RedisError as error:
                raise ViewError(f"Redis does not answer: {error}") from error
            if not answer:
                await self._require_kept(last)
                continue
            for name, fields in answer[0][1]:
                last = name.decode()
                if fields[b"f"] == RENEWED:
                    raise ViewGoneError("the view was written anew: take a new snapshot")
                value = fields[b"v"] if fields[b"f"] == b"1" else None
                yield Change(last, fields[b"t"].decode(), fields[b"k"].decode(), value)

    async def _require_kept(self, after: str) -> None:
        """Nothing after `after` was dropped: it is itself still in the stream's span, or it is the stream's beginning."""
        wanted = _number(after)
        try:
            oldest = await _answered(self._client.xrange(self._changes, count=1))
            newest = await _answered(self._client.xrevrange(self._changes, count=1))
            length = await _answered(self._client.xlen(self._changes))
        except RedisError as error:
            raise ViewError(f"Redis does not answer: {error}") from error
        if wanted == BEGINNING:
            kept = length < self._kept
        else:
            kept = bool(newest) and _number(oldest[0][0].decode()) <= wanted <= _number(newest[0][0].decode())
        if not kept:
            raise ViewGoneError(f"changes after {after} are no longer kept: take a new snapshot")

    async def mark(self) -> bool:
        try:
            return bool(await _answered(self._client.set(self._alive, "1", nx=True)))
        except RedisError as error:
            raise ViewError(f"Redis does not answer: {error}") from error

    async def count(self, topic: Topic) -> int:
        """How many rows of a topic there are.

        Raises:
            ViewError: Redis does not answer.
        """
        try:
            return int(await _answered(self._client.hlen(self._rows(topic.name))))
        except RedisError as error:
            raise ViewError(f"Redis does not answer: {error}") from error

    async def wipe(self) -> None:
        """Takes everything away, the life mark too: whoever keeps the view writes it whole, and readers take a new snapshot.

        Raises:
            ViewError: Redis does not take it.
        """
        keys = [self._changes, self._alive]
        keys += [name(topic.name) for topic in VIEWED for name in (self._rows, self._versions)]
        try:
            await _answered(self._client.unlink(*keys))
        except RedisError as error:
            raise ViewError(f"Redis does not take it: {error}") from error

    async def close(self) -> None:
        await self._client.aclose()
        await self._reader.aclose()


async def _answered(asking: Awaitable[T]) -> T:
    """What Redis answers. The client waits by Python's `wait_for`, which before 3.12 forgets a cancellation that comes as an answer does.

    Raises:
        asyncio.CancelledError: it was forgotten: a view process that was told to end went on for ever.
    """
    task = asyncio.current_task()
    before = task.cancelling() if task else 0  # of a task group that ended: it counts, and asks for nothing
    answer = await asking
    if task is not None and task.cancelling() > before:
        raise asyncio.CancelledError
    return answer


def _number(change_id: str) -> tuple[int, int]:
    milliseconds, _, sequence = change_id.partition("-")
    try:
        return int(milliseconds), int(sequence or 0)
    except ValueError:
        raise ViewGoneError(f"{change_id!r} is not the id of a change") from None
