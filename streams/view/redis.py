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
BLOCK_MS = 5_000
PATIENCE_S = 5.0
"""How long Redis may take for one answer: 500 rows, or all rows of a topic."""
BEGINNING = (0, 0)

APPLY = """
-- KEYS: rows, versions, changes.  ARGV: topic, kept, then key, version, flag ('1' value / '0' gone), value ...
local changed = 0
for i = 3, #ARGV, 4 do
  local key, version, flag, value = ARGV[i], tonumber(ARGV[i+1]), ARGV[i+2], ARGV[i+3]
  local known = tonumber(redis.call('HGET', KEYS[2], key) or '-1')
  if version > known then
    redis.call('HSET', KEYS[2], key, version)
    if flag == '1' then redis.call('HSET', KEYS[1], key, value) else redis.call('HDEL', KEYS[1], key) end
    redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[2], '*', 't', ARGV[1], 'k', key, 'f', flag, 'v', value)
    changed = changed + 1
  end
end
return changed
"""

REMOVE = """
-- KEYS: rows, versions, changes.  ARGV: topic, kept, then keys
local gone = 0
for i = 3, #ARGV do
  redis.call('HDEL', KEYS[2], ARGV[i])
  if redis.call('HDEL', KEYS[1], ARGV[i]) == 1 then
    redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[2], '*', 't', ARGV[1], 'k', ARGV[i], 'f', '0', 'v', '')
    gone = gone + 1
  end
end
return gone
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
        changed = 0
        try:
            for start in range(0, len(records), BATCH):
                arguments: list[Any] = [topic.name, self._kept]
                for r in records[start : start + BATCH]:
                    arguments += [r.key, r.offset, b"0" if r.value is None else b"1", r.value or b""]
                changed += int(await _answered(self._apply(keys=self._keys(topic), args=arguments)))
        except RedisError as error:
            raise ViewError(f"Redis does not take {topic.name}: {error}") from error
        return changed

    async def retain(self, topic: Topic, versions: Mapping[str, int]) -> int:
        gone = 0
        try:
            known = await _answered(self._client.hgetall(self._versions(topic.name)))
            stale = [key for key, version in known.items() if int(version) > versions.get(key.decode(), -1)]
            for start in range(0, len(stale), BATCH):
                arguments = [topic.name, self._kept, *stale[start : start + BATCH]]
                gone += int(await _answered(self._remove(keys=self._keys(topic), args=arguments)))
        except RedisError as error:
            raise ViewError(f"Redis does not take {topic.name}: {error}") from error
        return gone

    async def snapshot(self) -> ViewSnapshot:
        try:
            newest = await _answered(self._client.xrevrange(self._changes, count=1))
            rows = {topic.name: await self._read(topic.name) for topic in VIEWED}
        except RedisError as error:
            raise ViewError(f"Redis does not answer: {error}") from error
        return ViewSnapshot(rows, newest[0][0].decode() if newest else "0-0")

    async def _read(self, topic: str) -> dict[str, Row]:
        values = await _answered(self._client.hgetall(self._rows(topic)))
        versions = await _answered(self._client.hgetall(self._versions(topic)))
        return {key.decode(): Row(key.decode(), value, int(versions[key])) for key, value in values.items()}

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
    answer = await asking
    if (task := asyncio.current_task()) is not None and task.cancelling():
        raise asyncio.CancelledError
    return answer


def _number(change_id: str) -> tuple[int, int]:
    milliseconds, _, sequence = change_id.partition("-")
    try:
        return int(milliseconds), int(sequence or 0)
    except ValueError:
        raise ViewGoneError(f"{change_id!r} is not the id of a change") from None
