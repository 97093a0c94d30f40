"""Bytes and events, and what hostile bytes do: refuse with a reason, never anything else."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.codec import (
    CodecError,
    PositionColumns,
    cloud_headers,
    decode,
    decode_positions,
    encode,
    encode_positions,
)
from streams.events.alerts import Telegram
from streams.events.closures import ClosureReport
from streams.events.shelters import ShelterReport, SiteReport
from tests.unit.streams.given import closures, reports, sites, telegram, telegrams

KINDS = [Telegram, ClosureReport, ShelterReport, SiteReport]


@given(telegrams | closures | reports | sites)
def test_an_event_is_read_as_it_was_written(event: Any) -> None:  # noqa: ANN401
    assert decode(encode(event), type(event)) == event


@given(st.binary(max_size=200), st.sampled_from(KINDS))
def test_hostile_bytes_are_refused_with_the_kind_that_was_expected(data: bytes, kind: type) -> None:
    with pytest.raises(CodecError, match=kind.__name__):
        decode(data, kind)


@given(telegrams, st.data())
def test_a_damaged_event_is_refused_or_still_an_event(event: Telegram, data: st.DataObject) -> None:
    whole = bytearray(encode(event))
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        read = decode(bytes(whole), Telegram)
    except CodecError:
        return
    assert isinstance(read, Telegram)
    assert decode(encode(read), Telegram) == read


def test_endless_nesting_is_refused_not_followed() -> None:
    with pytest.raises(CodecError):
        decode(b'{"type":"telegram","extra":' + b"[" * 200_000, Telegram)


def test_an_event_of_another_type_is_refused() -> None:
    with pytest.raises(CodecError, match="ClosureReport"):
        decode(encode(telegram(1)), ClosureReport)


def test_fields_of_a_newer_writer_are_ignored() -> None:
    newer = encode(telegram(1))[:-1] + b',"field_of_tomorrow":[1]}'
    assert decode(newer, Telegram) == telegram(1)


def test_headers_carry_the_events_own_time() -> None:
    headers = dict(cloud_headers(event_type="telegram", source="jma", at_ms=12, event_id="x"))
    assert headers == {"ce_id": b"x", "ce_type": b"telegram", "ce_source": b"jma", "ce_time": b"12"}


@given(
    st.lists(
        st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**62), st.floats(-90, 90), st.floats(-180, 180))
    )
)
def test_positions_are_read_as_they_were_written(rows: list[tuple[int, int, float, float]]) -> None:
    device, at_ms, lat, lon = (
        (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [], [])
    )
    columns = PositionColumns(
        np.array(device, np.uint64),
        np.array(at_ms, np.int64),
        np.array(lat, np.float32),
        np.array(lon, np.float32),
        9,
    )
    back = decode_positions(encode_positions(columns))
    assert back.received_at_ms == 9
    assert len(back) == len(rows)
    for name in ("device", "at_ms", "lat", "lon"):
        assert np.array_equal(getattr(back, name), getattr(columns, name))


def test_a_forgotten_device_stays_forgotten() -> None:
    nowhere = np.array([np.nan], np.float32)
    columns = PositionColumns(np.array([1], np.uint64), np.array([2], np.int64), nowhere, nowhere, 3)
    assert np.isnan(decode_positions(encode_positions(columns)).lat[0])


@given(st.binary(max_size=200))
def test_hostile_batches_of_positions_are_refused(data: bytes) -> None:
    with pytest.raises(CodecError, match="positions"):
        decode_positions(data)


def test_columns_of_different_lengths_are_refused() -> None:
    columns = PositionColumns(
        np.array([1, 2], np.uint64), np.array([2], np.int64), *[np.zeros(1, np.float32)] * 2, 3
    )
    with pytest.raises(CodecError, match="differ in length"):
        decode_positions(encode_positions(columns))
