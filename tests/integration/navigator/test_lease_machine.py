"""Any order of everything that can happen to leases: double and Redis say the same, nobody is promised a place that is not there."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from services.navigator.leases.memory import MemoryBook
from services.navigator.leases.port import Granted, LeaseBook, Places, Room, Wish
from services.navigator.leases.redis import RedisBook
from streams.events.leases import Lease, Stage
from streams.folds.leases import counts, fold_lease
from streams.world import World

SHELTERS = ("A", "B", "C")
TTL_MS = 100
IDS = st.sampled_from([f"w{i}" for i in range(8)])
ORDER = st.lists(st.sampled_from(SHELTERS), unique=True, max_size=3).map(tuple)
WISH = st.builds(Wish, IDS, st.integers(1, 4), ORDER)
NUMBER = st.integers(0, 7)
ROOM = st.none() | st.integers(-2, 8)


class Books(RuleBasedStateMachine):
    """Two books asked the same, and every statement about a lease folded as the log would."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.memory = MemoryBook()
        self.redis = RedisBook(self.url, World.DRILL, timeout_s=30)
        self.redis._prefix = f"{{machine:{uuid.uuid4().hex}}}"
        self.now_ms, self.version, self.book = 1_000, 0, 0
        self.told: dict[str, Lease] = {}
        self.names: dict[str, str] = {}
        self.places: dict[str, Places] = {}

    def teardown(self) -> None:
        self.runner.run(self.redis.close())
        self.runner.close()

    def both(self, ask: Callable[[LeaseBook], Awaitable[object]]) -> object:
        async def run() -> tuple[object, object]:
            return await ask(self.memory), await ask(self.redis)

        one, other = self.runner.run(run())
        assert one == other
        return one

    def tell(self, *leases: Lease | None) -> None:
        for lease in leases:
            if lease is not None:
                self.told[lease.id] = fold_lease(self.told.get(lease.id), lease)

    def name(self, wish_id: str) -> str:
        """The lease that somebody has now; whose is over gets another, as everybody does."""
        known = self.told.get(self.names.get(wish_id, wish_id))
        if known is not None and not counts(known, self.now_ms):
            self.names[wish_id] = f"{wish_id}#{len(self.told)}"
        return self.names.get(wish_id, wish_id)

    def rooms(self) -> dict[str, Room]:
        found = self.both(lambda b: b.list_rooms(SHELTERS, now_ms=self.now_ms))
        assert isinstance(found, list)
        return {r.shelter: r for r in found}

    @initialize()
    def begin(self) -> None:
        self._open()

    def _open(self) -> None:
        self.book += 1
        name = f"b{self.book}"
        self.both(lambda b: b.begin(name, hold_ms=60_000))
        self.both(lambda b: b.set_places(list(self.places.values())))
        known = [x for x in self.told.values() if counts(x, self.now_ms)]
        self.both(lambda b: b.restore(name, known))
        self.both(lambda b: b.open(name))

    @rule(wishes=st.lists(WISH, min_size=1, max_size=6), leaving=st.sampled_from(("", *SHELTERS)))
    def take(self, wishes: list[Wish], leaving: str) -> None:
        before = self.rooms()
        wishes = [Wish(self.name(w.id), w.party, w.candidates) for w in wishes]
        until = self.now_ms + TTL_MS
        granted = self.both(lambda b: b.take(wishes, now_ms=self.now_ms, until_ms=until, leaving=leaving))
        assert isinstance(granted, list)
        fresh: list[Granted] = [g for g in granted if g.lease is not None and not g.stood]
        self.tell(*(g.lease for g in fresh))
        for shelter, account in self.rooms().items():
            if any(g.lease is not None and g.lease.shelter == shelter for g in fresh):
                assert account.free is not None
                assert account.free >= 0, "a place was promised that is not there"
            elif shelter != leaving:
                assert account.walking == before[shelter].walking

    def pick(self, number: int) -> str:
        """One of the leases that stand; or nobody's."""
        standing = sorted(x.id for x in self.told.values() if counts(x, self.now_ms))
        return ([*standing, "nobody"])[number % (len(standing) + 1)]

    @rule(numbers=st.lists(NUMBER, min_size=1, max_size=4, unique=True))
    def renew(self, numbers: list[int]) -> None:
        ids = list(dict.fromkeys(self.pick(n) for n in numbers))
        leases = self.both(lambda b: b.renew(ids, now_ms=self.now_ms, until_ms=self.now_ms + TTL_MS))
        assert isinstance(leases, list)
        self.tell(*leases)

    @rule(number=NUMBER)
    def check_in(self, number: int) -> None:
        lease = self.pick(number)
        found = self.both(lambda b: b.check_in(lease, now_ms=self.now_ms))
        assert found is None or isinstance(found, Lease)
        self.tell(found)

    @rule(number=NUMBER)
    def release(self, number: int) -> None:
        lease = self.pick(number)
        found = self.both(lambda b: b.release(lease, now_ms=self.now_ms))
        assert found is None or isinstance(found, Lease)
        self.tell(found)

    @rule(shelter=st.sampled_from(SHELTERS), room=ROOM, back=st.integers(0, 300), old=st.booleans())
    def report(self, shelter: str, room: int | None, back: int, old: bool) -> None:  # noqa: FBT001
        self.version += 1
        version = 0 if old and shelter in self.places else self.version
        said = Places(shelter, version, room, max(0, self.now_ms - back))
        if version:
            self.places[shelter] = said
            for key, x in list(self.told.items()):
                if x.stage is Stage.ARRIVED and x.shelter == shelter and x.at_ms <= said.counted_at_ms:
                    self.told[key] = Lease(
                        x.id, x.seq + 1, Stage.ENDED, x.shelter, x.party, x.until_ms, self.now_ms, x.book
                    )
        self.both(lambda b: b.set_places([said]))

    @rule(ms=st.integers(1, 150))
    def wait(self, ms: int) -> None:
        self.now_ms += ms

    @rule()
    def wipe(self) -> None:
        """Both are emptied and written anew from what was told: nobody notices."""
        before = self.rooms()

        async def empty() -> None:
            self.memory.wipe()
            keys = await self.redis._client.keys(f"{self.redis._prefix}*")
            await self.redis._client.delete(*keys)

        self.runner.run(empty())
        self._open()
        assert self.rooms() == before

    @invariant()
    def accounts_are_what_was_told(self) -> None:
        if not self.book:
            return
        standing = [x for x in self.told.values() if counts(x, self.now_ms)]
        for shelter, account in self.rooms().items():
            here = [x for x in standing if x.shelter == shelter]
            assert account.walking == sum(x.party for x in here if x.stage is Stage.WALKING)
            assert account.arrived == sum(x.party for x in here if x.stage is Stage.ARRIVED)
            listed = self.both(lambda b, s=shelter: b.list_walking(s, now_ms=self.now_ms))  # type: ignore[misc]
            assert isinstance(listed, list)
            assert {x.id for x in listed} == {x.id for x in here if x.stage is Stage.WALKING}


def run(url: str, *, examples: int, steps: int) -> None:
    class Machine(Books):
        pass

    Machine.url = url
    limits = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(Machine, settings=limits)


def test_whatever_happens_the_books_agree_and_balance(redis_url: str) -> None:
    run(redis_url, examples=40, steps=30)


@pytest.mark.long
def test_whatever_happens_for_long_the_books_agree_and_balance(redis_url: str) -> None:
    run(redis_url, examples=1_000, steps=60)
