"""Checkpoints: what is read is what was written, and what is not whole is never taken for whole."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.broker import Message
from streams.codec import CodecError
from streams.crowd import checkpoints
from streams.crowd.checkpoints import decode_snapshot, encode_snapshot, split, survey
from streams.crowd.lattice import Lattice
from streams.crowd.partition import PartitionFold, Snapshot
from tests.unit.crowd.made import batches, columns_of, one


def snapshot_of(*made: tuple) -> Snapshot:
    fold = PartitionFold(0, Lattice())
    fold.fold([columns_of(received, rows) for received, rows in made], offset=len(made))
    return fold.snapshot()


def values(*messages: Message) -> dict[bytes, bytes | None]:
    return {m.key: m.value for m in messages}


@settings(max_examples=60, deadline=None)
@given(batches)
def test_a_snapshot_is_read_as_it_was_written(made: list) -> None:
    written = snapshot_of(*made)
    read = decode_snapshot(encode_snapshot(written))
    for name in Snapshot.__dataclass_fields__:
        assert np.array_equal(getattr(read, name), getattr(written, name)), name


@given(st.integers(0, 2**62), st.binary(max_size=40), st.data())
@settings(deadline=None)
def test_whatever_record_is_missing_the_checkpoint_is_not_whole(
    offset: int, blob: bytes, data: st.DataObject
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoints, "CHUNK_BYTES", 10)
        written = split(blob or b"x", offset=offset, partition=3)
    records = [*written.chunks, written.manifest]
    (whole,) = survey(values(*records)).complete
    assert (whole.offset, whole.blob) == (offset, blob or b"x")
    lost = data.draw(st.integers(0, len(records) - 1))
    seen = survey(values(*records[:lost], *records[lost + 1 :]))
    assert seen.complete == ()
    if len(records) > 1:
        assert set(seen.strays) >= {r.key for r in records[:lost]}


def test_two_checkpoints_of_one_offset_share_no_key() -> None:
    first, second = (split(b"same", offset=7, partition=0) for _ in range(2))
    assert not set(first.keys) & set(second.keys)


def test_the_newest_whole_checkpoint_comes_first_and_manifests_go_first() -> None:
    old, new, half = (split(b"%d" % n, offset=n, partition=0) for n in (5, 9, 12))
    seen = survey(values(*new.chunks, new.manifest, *old.chunks, old.manifest, *half.chunks))
    assert [c.offset for c in seen.complete] == [9, 5]
    assert seen.complete[0].keys == (new.manifest.key, *(c.key for c in new.chunks))
    assert seen.strays == tuple(c.key for c in half.chunks)


def test_a_removed_manifest_removes_its_checkpoint() -> None:
    written = split(b"x", offset=1, partition=0)
    assert survey(values(*written.chunks, Message(written.manifest.key, None))).complete == ()


def test_a_broken_manifest_is_a_stray() -> None:
    written = split(b"x", offset=1, partition=0)
    seen = survey(values(*written.chunks, Message(written.manifest.key, b"\xc1")))
    assert seen.complete == ()
    assert written.manifest.key in seen.strays


@pytest.mark.parametrize("blob", [b"", b"not zstd", encode_snapshot(snapshot_of())[:-4]])
def test_bytes_that_are_no_checkpoint_are_refused(blob: bytes) -> None:
    with pytest.raises(CodecError):
        decode_snapshot(blob)


def test_a_checkpoint_of_a_later_format_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "FORMAT", 9)
    blob = encode_snapshot(snapshot_of())
    monkeypatch.undo()
    with pytest.raises(CodecError, match="format 9: this program reads 2"):
        decode_snapshot(blob)


def test_a_device_costs_less_than_twenty_bytes() -> None:
    random = np.random.default_rng(1)
    fold = PartitionFold(0, Lattice())
    made = columns_of(0, [(int(random.integers(1, 2**63)), -int(random.integers(0, 60_000)),
                           (random.normal(34.5, 0.02), random.normal(135.2, 0.02))) for _ in range(5000)])  # fmt: skip
    fold.fold([made, one(1)], offset=0)
    assert len(encode_snapshot(fold.snapshot())) / 5000 < 20


def test_the_manifest_is_small() -> None:
    assert len(split(b"x" * 10, offset=1, partition=0).manifest.value or b"") < 100
    assert msgspec.msgpack.decode(split(b"x", offset=4, partition=0).manifest.value or b"")["offset"] == 4
