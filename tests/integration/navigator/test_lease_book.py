"""One suite, two lease books: the double may never drift from Redis."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import redis

from services.local.ports import free_port
from services.navigator.leases.memory import MemoryBook
from services.navigator.leases.port import BookAwayError, BookWipedError, LeaseBook, Places, Room, Wish
from services.navigator.leases.redis import RedisBook
from services.navigator.leases.scripts import SWEEP
from streams.events.leases import Lease, Stage
from streams.world import World

NOW = 1_756_700_000_000
UNTIL = NOW + 600_000
LATER = UNTIL + 1


async def opened(book: LeaseBook, *places: Places) -> None:
    assert await book.begin("b1", hold_ms=5_000)
    await book.set_places(places)
    assert await book.open("b1")


async def take(book: LeaseBook, *wishes: Wish, at_ms: int = NOW, leaving: str = "") -> list[str | None]:
    granted = await book.take(wishes, now_ms=at_ms, until_ms=at_ms + 600_000, leaving=leaving)
    return [g.lease.shelter if g.lease else None for g in granted]


async def room(book: LeaseBook, shelter: str, at_ms: int = NOW) -> Room:
    return (await book.list_rooms([shelter], now_ms=at_ms))[0]


def lease(name: str, **more: object) -> Lease:
    fields = {"seq": 1, "stage": Stage.WALKING, "shelter": "A", "party": 2, "until_ms": UNTIL, "at_ms": NOW}
    return Lease(name, **{**fields, "book": "b0", **more})  # type: ignore[arg-type]


class BookSuite:
    @pytest.fixture
    async def book(self) -> AsyncIterator[LeaseBook]:
        raise NotImplementedError
        yield  # noqa: PT022

    async def test_a_party_gets_the_first_candidate_with_room_for_all_of_it(self, book: LeaseBook) -> None:
        await opened(book, Places("A", 0, 3), Places("B", 0, 10))
        assert await take(book, Wish("w1", 2, ("A", "B")), Wish("w2", 2, ("A", "B")), Wish("w3", 1, ("A", "B"))) == [
            "A", "B", "A",
        ]  # fmt: skip
        assert await room(book, "A") == Room("A", 3, 3, 0)
        assert (await room(book, "A")).free == 0

    async def test_the_answer_says_how_many_candidates_had_no_room(self, book: LeaseBook) -> None:
        await opened(book, Places("A", 0, 0), Places("B", 0, None), Places("C", 0, 1))
        granted = await book.take(
            [Wish("w1", 1, ("A", "B", "C")), Wish("w2", 1, ("A", "C"))], now_ms=NOW, until_ms=UNTIL
        )
        assert [(g.passed, g.lease is not None) for g in granted] == [(2, True), (2, False)]
        assert granted[0].lease == Lease("w1", 1, Stage.WALKING, "C", 1, UNTIL, NOW, "b1")

    async def test_unknown_room_is_not_leased_and_not_zero(self, book: LeaseBook) -> None:
        await opened(book, Places("A", 0, None))
        assert await take(book, Wish("w1", 1, ("A", "never-heard-of"))) == [None]
        assert (await room(book, "A")).free is None
        assert (await room(book, "never-heard-of")).room is None

    async def test_more_people_inside_than_fit_is_no_room_and_no_error(self, book: LeaseBook) -> None:
        await opened(book, Places("A", 0, -5))
        assert await take(book, Wish("w1", 1, ("A",))) == [None]
        assert (await room(book, "A")).free == -5

    async def test_the_same_wish_twice_keeps_one_lease(self, book: LeaseBook) -> None:
        await opened(book, Places("A", 0, 5), Places("B", 0, 5))
        first = await book.take([Wish("w", 2, ("A",))], now_ms=NOW, until_ms=UNTIL)
        again = await book.take([Wish("w", 2, ("B",))], now_ms=NOW + 5, until_ms=UNTIL + 5)
        assert (again[0].lease, again[0].stood) == (first[0].lease, True)
        assert (await room(book, "B")).walking == 0

    async def test_a_lease_lapses_by_the_time_that_the_caller_says(self, book: LeaseBook) -> None:
        await opened(book, Places("A", 0, 2))
        await take(book, Wish("w1", 2, ("A",)))
        assert await take(book, Wish("w2", 2, ("A",)), at_ms=UNTIL - 1) == [None]
        assert await take(book, Wish("w2", 2, ("A",)), at_ms=UNTIL) == ["A"]
        assert await book.renew(["w1"], now_ms=UNTIL, until_ms=LATER) == [None]
        assert await book.check_in("w1", now_ms=UNTIL) is None

    async def test_more_leases_than_one_call_gives_back_lapse_all_the_same(self, book: LeaseBook) -> None:
        many = 2 * SWEEP + 50
        await opened(book, Places("A", 0, many))
        await take(book, *(Wish(f"w{i}", 1, ("A",)) for i in range(many)))
        last = max(f"w{i}" for i in range(many))
        assert (await book.renew([last], now_ms=UNTIL, until_ms=LATER)) == [None]
        assert await book.list_walking("A", now_ms=UNTIL) == []
        assert await room(book, "A", UNTIL) == Room("A", many, 0, 0)

    async def test_renewing_keeps_it_and_counts_up(self, book: LeaseBook) -> None:
        await opened(book, Places("A", 0, 2))
        await take(book, Wish("w", 2, ("A",)))
        (kept,) = await book.renew(["w"], now_ms=NOW + 1, until_ms=LATER)
        assert kept == Lease("w", 2, Stage.WALKING, "A", 2, LATER, NOW + 1, "b1")
        assert await book.list_walking("A", now_ms=UNTIL) == [kept]
        assert await book.renew(["x", "w"], now_ms=LATER, until_ms=LATER + 1) == [None, None]

    async def test_check_in_turns_places_into_people_and_once_is_enough(self, book: LeaseBook) -> None:
        await opened(book, Places("A", 0, 5))
        await take(book, Wish("w", 2, ("A",)))
        there = await book.check_in("w", now_ms=NOW + 1)
        assert there == Lease("w", 2, Stage.ARRIVED, "A", 2, UNTIL, NOW + 1, "b1")
        assert await book.check_in("w", now_ms=NOW + 9) == there
        assert await room(book, "A") == Room("A", 5, 0, 2)
        assert await room(book, "A", LATER) == Room("A", 5, 0, 2)
        assert await book.renew(["w"], now_ms=LATER, until_ms=LATER + 5) == [there]
        assert await book.release("w", now_ms=LATER) is None
        assert await take(book, Wish("w2", 4, ("A",)), Wish("w3", 3, ("A",)), at_ms=LATER) == [None, "A"]

    async def test_a_newer_head_count_holds_those_who_had_checked_in_and_no_others(
        self, book: LeaseBook
    ) -> None:
        await opened(book, Places("A", 0, 10))
        await take(book, Wish("w1", 2, ("A",)), Wish("w2", 3, ("A",)))
        await book.check_in("w1", now_ms=NOW + 10)
        await book.check_in("w2", now_ms=NOW + 20)
        await book.set_places([Places("A", 1, 8, NOW + 10)])
        assert await room(book, "A") == Room("A", 8, 0, 3)
        assert await book.check_in("w1", now_ms=NOW + 30) is None

    async def test_an_older_statement_about_a_shelter_never_wins(self, book: LeaseBook) -> None:
        await opened(book, Places("A", 7, 4))
        await book.set_places([Places("A", 6, 99), Places("A", 7, 98)])
        assert (await room(book, "A")).room == 4

    async def test_less_room_takes_no_lease_away(self, book: LeaseBook) -> None:
        await opened(book, Places("A", 0, 5))
        await take(book, Wish("w", 4, ("A",)))
        await book.set_places([Places("A", 1, 1)])
        assert (await room(book, "A")).free == -3
        await book.set_places([Places("A", 2, None)])
        assert [x.id for x in await book.list_walking("A", now_ms=NOW)] == ["w"]

    async def test_released_places_are_free_again_and_twice_gives_nothing(self, book: LeaseBook) -> None:
        await opened(book, Places("A", 0, 2))
        await take(book, Wish("w", 2, ("A",)))
        assert await book.release("w", now_ms=NOW + 1) == Lease(
            "w", 2, Stage.ENDED, "A", 2, UNTIL, NOW + 1, "b1"
        )
        assert await book.release("w", now_ms=NOW + 1) is None
        assert await room(book, "A") == Room("A", 2, 0, 0)

    async def test_those_on_the_way_to_a_full_shelter_move_and_the_rest_stay(self, book: LeaseBook) -> None:
        await opened(book, Places("A", 0, 9), Places("B", 0, 3))
        await take(book, Wish("w1", 2, ("A",)), Wish("w2", 2, ("A",)), Wish("w3", 1, ("A",)))
        await book.check_in("w3", now_ms=NOW)
        await book.set_places([Places("A", 1, None)])
        wishes = [Wish(w, p, ("A", "B")) for w, p in (("w1", 2), ("w2", 2), ("w3", 1))]
        assert await take(book, *wishes, at_ms=NOW + 1, leaving="A") == ["B", None, "A"]
        assert [x.id for x in await book.list_walking("A", now_ms=NOW + 1)] == ["w2"]
        assert await room(book, "B") == Room("B", 3, 2, 0)
        stood = await book.take(wishes[:1], now_ms=NOW + 2, until_ms=LATER, leaving="A")
        assert (stood[0].stood, stood[0].lease and stood[0].lease.seq) == (True, 2)

    async def test_nothing_is_granted_from_an_empty_book(self, book: LeaseBook) -> None:
        assert await book.find_book() is None
        await book.set_places([Places("A", 0, 5)])
        for ask in (
            book.take([Wish("w", 1, ("A",))], now_ms=NOW, until_ms=UNTIL),
            book.renew(["w"], now_ms=NOW, until_ms=UNTIL),
            book.check_in("w", now_ms=NOW),
            book.release("w", now_ms=NOW),
            book.list_walking("A", now_ms=NOW),
            book.list_rooms(["A"], now_ms=NOW),
            book.add_late([lease("w")], now_ms=NOW),
        ):
            with pytest.raises(BookWipedError):
                await ask

    async def test_one_writes_an_empty_book_and_nobody_an_open_one(self, book: LeaseBook) -> None:
        assert await book.begin("b1", hold_ms=5_000)
        assert not await book.begin("b2", hold_ms=5_000)
        await book.restore("b2", [lease("w")])
        assert not await book.open("b2")
        await book.set_places([Places("A", 0, 5)])
        assert await book.open("b1")
        assert await book.find_book() == "b1"
        assert not await book.begin("b3", hold_ms=5_000)
        await book.restore("b1", [lease("w")])
        assert (await room(book, "A")).walking == 0

    async def test_a_book_is_written_anew_from_the_newest_statements(self, book: LeaseBook) -> None:
        assert await book.begin("b1", hold_ms=5_000)
        await book.set_places([Places("A", 0, 3, NOW), Places("B", 0, 5)])
        told = [
            lease("w1"), lease("w2", party=3), lease("in", stage=Stage.ARRIVED, shelter="B"),
            lease("counted", stage=Stage.ARRIVED), lease("over", stage=Stage.ENDED),
        ]  # fmt: skip
        await book.restore("b1", told)
        await book.restore("b1", [lease("w1", seq=0, shelter="B"), *told])
        assert await book.open("b1")
        assert [await room(book, s) for s in "AB"] == [Room("A", 3, 5, 0), Room("B", 5, 0, 2)]
        assert {x.id for x in await book.list_walking("A", now_ms=NOW)} == {"w1", "w2"}
        assert await book.check_in("over", now_ms=NOW) is None

    async def test_a_late_lease_is_taken_in_only_where_it_has_room(self, book: LeaseBook) -> None:
        await opened(book, Places("A", 0, 3))
        await take(book, Wish("new", 1, ("A",)))
        late = [lease("w1"), lease("w2"), lease("lapsed", until_ms=NOW), lease("in", stage=Stage.ARRIVED)]
        assert await book.add_late(late, now_ms=NOW) == [late[1]]
        assert await room(book, "A") == Room("A", 3, 3, 2)
        assert await book.add_late([lease("w1"), lease("w1", seq=2, stage=Stage.ENDED)], now_ms=NOW) == []
        assert await room(book, "A") == Room("A", 3, 1, 2)

    async def test_many_at_once_never_share_a_place(self, book: LeaseBook) -> None:
        shelters = [f"S{i}" for i in range(5)]
        await opened(book, *(Places(s, 0, 20) for s in shelters))

        async def client(number: int) -> list[str | None]:
            order = tuple(shelters[number % 5 :] + shelters[: number % 5])
            return [
                found
                for step in range(10)
                for found in await take(book, Wish(f"{number}/{step}", 1 + step % 2, order))
            ]

        found = await asyncio.gather(*(client(n) for n in range(16)))
        granted = [(s, 1 + step % 2) for told in found for step, s in enumerate(told)]
        for shelter in shelters:
            account = await room(book, shelter)
            assert account.walking == sum(party for s, party in granted if s == shelter) == 20
            assert account.free == 0

    async def test_names_of_any_letters_are_told_apart(self, book: LeaseBook) -> None:
        names = ("第1小学校", "a:b", "a b\n", "'", "{x}")
        await opened(book, *(Places(name, 0, i + 1) for i, name in enumerate(names)))
        for number, name in enumerate(names):
            assert await take(book, Wish(f"w:{name}", number + 1, (name,))) == [name]
            assert [x.id for x in await book.list_walking(name, now_ms=NOW)] == [f"w:{name}"]


class TestMemoryBook(BookSuite):
    @pytest.fixture
    async def book(self) -> AsyncIterator[LeaseBook]:
        book = MemoryBook()
        yield book
        await book.close()


class TestRedisBook(BookSuite):
    @pytest.fixture
    async def book(self, redis_url: str) -> AsyncIterator[LeaseBook]:
        with redis.Redis.from_url(redis_url) as client:
            for key in client.scan_iter("{drill:leases}*"):
                client.delete(key)
        book = RedisBook(redis_url, World.DRILL, timeout_s=30)
        yield book
        await book.close()

    async def test_the_right_to_write_ends_when_its_owner_died(self, book: LeaseBook) -> None:
        assert await book.begin("dead", hold_ms=50)
        async with asyncio.timeout(5):
            while not await book.begin("b2", hold_ms=5_000):
                await asyncio.sleep(0.01)
        assert not await book.open("dead")
        assert await book.open("b2")

    async def test_worlds_have_books_of_their_own(self, book: LeaseBook, redis_url: str) -> None:
        await opened(book, Places("A", 0, 5))
        real = RedisBook(redis_url, World.REAL)
        assert await real.find_book() is None
        await real.close()

    async def test_a_server_that_is_not_there_is_said_to_be_away(self) -> None:
        nobody = RedisBook(f"redis://127.0.0.1:{free_port()}/0", World.DRILL)
        with pytest.raises(BookAwayError, match="does not answer"):
            await nobody.find_book()
        with pytest.raises(BookAwayError, match="does not answer"):
            await nobody.take([Wish("w", 1, ("A",))], now_ms=NOW, until_ms=UNTIL)
        await nobody.close()

    async def test_a_flushed_server_is_an_empty_book_and_takes_the_scripts_again(
        self, book: LeaseBook, redis_url: str
    ) -> None:
        await opened(book, Places("A", 0, 5))
        with redis.Redis.from_url(redis_url) as client:
            client.flushall()
            client.script_flush()
        with pytest.raises(BookWipedError):
            await take(book, Wish("w", 1, ("A",)))
        await opened(book, Places("A", 0, 5))
        assert await take(book, Wish("w", 1, ("A",))) == ["A"]
