"""The ring of frames: resume, fan-out, and what happens to a reader that is too slow."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.sse import GoneError, Ring, encode_frame, parse_id


async def take(ring: Ring, reader: int, count: int) -> list[bytes]:
    frames: list[bytes] = []
    async with asyncio.timeout(5):
        async for frame in ring.read(reader):
            frames.append(frame)
            if len(frames) == count:
                break
    return frames


def filled(*numbers: int, kept: int = 100) -> Ring:
    ring = Ring(kept=kept)
    ring.restart("0-0")
    for number in numbers:
        ring.publish(str(number).encode(), event_id=f"{number}-0")
    return ring


async def test_a_reader_goes_on_exactly_after_the_id_it_saw() -> None:
    ring = filled(10, 20, 30)
    assert await take(ring, ring.after((10, 0)), 2) == [b"20", b"30"]
    assert await take(ring, ring.after((15, 3)), 2) == [b"20", b"30"]


async def test_every_reader_is_given_the_same_bytes() -> None:
    ring = filled(1)
    readers = [asyncio.create_task(take(ring, ring.after((1, 0)), 2)) for _ in range(50)]
    await asyncio.sleep(0)
    ring.publish(b"a", event_id="2-0")
    ring.publish(b"b")
    frames = await asyncio.gather(*readers)
    assert all(f == [b"a", b"b"] for f in frames)
    assert len({id(f[0]) for f in frames}) == 1


async def test_a_reader_that_fell_behind_is_told_and_the_others_are_not_touched() -> None:
    ring = filled(1, 2, kept=2)
    slow, quick = ring.after((0, 0)), ring.after((2, 0))
    ring.publish(b"3", event_id="3-0")
    assert await take(ring, quick, 1) == [b"3"]
    with pytest.raises(GoneError, match="too slow"):
        await take(ring, slow, 1)


async def test_ids_that_were_dropped_or_never_given_are_gone() -> None:
    ring = filled(1, 2, 3, 4, kept=2)
    assert await take(ring, ring.after((2, 0)), 2) == [b"3", b"4"]
    for strange in ((1, 0), (5, 0)):
        with pytest.raises(GoneError):
            ring.after(strange)


async def test_a_restart_sends_all_readers_back_to_the_snapshot() -> None:
    ring = filled(1, 2)
    waiting = asyncio.create_task(take(ring, ring.after((2, 0)), 1))
    await asyncio.sleep(0)
    ring.restart("9-0")
    with pytest.raises(GoneError):
        await waiting
    ring.publish(b"10", event_id="10-0")
    assert await take(ring, ring.after((9, 0)), 1) == [b"10"]


async def test_frames_without_an_id_are_not_a_place_to_resume_from() -> None:
    ring = filled(1)
    ring.publish(b"status")
    ring.publish(b"2", event_id="2-0")
    assert await take(ring, ring.after((1, 0)), 1) == [b"2"]
    assert ring.head == (2, 0)


@given(st.text(max_size=30))
def test_any_text_is_an_id_or_gone(text: str) -> None:
    try:
        parsed = parse_id(text)
    except GoneError:
        return
    assert len(parsed) == 2


def test_a_frame_is_what_the_standard_says() -> None:
    assert encode_frame("change", b"{}", event_id="1-0") == b"id: 1-0\nevent: change\ndata: {}\n\n"
    assert encode_frame("status", b"{}") == b"event: status\ndata: {}\n\n"


async def test_a_closed_ring_ends_its_readers() -> None:
    ring = filled(1)
    waiting = asyncio.create_task(take(ring, ring.after((1, 0)), 1))
    await asyncio.sleep(0)
    ring.close()
    assert await waiting == []
