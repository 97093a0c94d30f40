"""Bytes and events: JSON for everything, columns for positions. Opens nothing."""

from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

T = TypeVar("T")

_ENCODER = msgspec.json.Encoder()
_DECODERS: dict[Any, msgspec.json.Decoder[Any]] = {}


class CodecError(ValueError):
    """Bytes that are not what their topic promises; the message says where and why."""


def encode(event: msgspec.Struct) -> bytes:
    """JSON; fields at their default are left out."""
    return _ENCODER.encode(event)


def decode(data: bytes, kind: type[T]) -> T:
    """One struct of type `kind`.

    Raises:
        CodecError: the bytes are not JSON of that shape.
    """
    decoder = _DECODERS.get(kind) or _DECODERS.setdefault(kind, msgspec.json.Decoder(kind))
    try:
        event: T = decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        name = getattr(kind, "__name__", str(kind))
        raise CodecError(f"not a {name}: {error}") from error
    return event


def cloud_headers(
    *, event_type: str, source: str, at_ms: int, event_id: str
) -> tuple[tuple[str, bytes], ...]:
    """CloudEvents attributes as Kafka headers. `at_ms` is the event's own time."""
    attributes = {"ce_id": event_id, "ce_type": event_type, "ce_source": source, "ce_time": str(at_ms)}
    return tuple((name, value.encode()) for name, value in attributes.items())


@dataclass(frozen=True)
class PositionColumns:
    """A micro-batch of positions; all columns have the same length.

    device: uint64[n], keyed hash of the pseudonym. at_ms: int64[n], the device's own time.
    lat, lon: float32[n], degrees WGS 84 (about 1 m); both NaN means: forget this device.
    received_at_ms: when the gateway took the batch, on the clock of its world.
    """

    device: npt.NDArray[np.uint64]
    at_ms: npt.NDArray[np.int64]
    lat: npt.NDArray[np.float32]
    lon: npt.NDArray[np.float32]
    received_at_ms: int

    def __len__(self) -> int:
        return len(self.device)


class _PositionBatch(msgspec.Struct, frozen=True):
    received_at_ms: int
    device: bytes
    at_ms: bytes
    lat: bytes
    lon: bytes


_PACKER = msgspec.msgpack.Encoder()
_UNPACKER = msgspec.msgpack.Decoder(_PositionBatch)
POSITION_COLUMNS = (("device", "<u8"), ("at_ms", "<i8"), ("lat", "<f4"), ("lon", "<f4"))


def encode_positions(columns: PositionColumns) -> bytes:
    """MessagePack of little-endian columns: 24 bytes a position."""
    return _PACKER.encode(
        _PositionBatch(
            columns.received_at_ms,
            *(
                np.ascontiguousarray(getattr(columns, name), kind).tobytes()
                for name, kind in POSITION_COLUMNS
            ),
        )
    )


def decode_positions(data: bytes) -> PositionColumns:
    """The columns, without copying them.

    Raises:
        CodecError: not such a batch, or columns of different lengths.
    """
    try:
        batch = _UNPACKER.decode(data)
        arrays = {name: np.frombuffer(getattr(batch, name), kind) for name, kind in POSITION_COLUMNS}
    except (msgspec.DecodeError, ValueError) as error:
        raise CodecError(f"not a batch of positions: {error}") from error
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) != 1:
        raise CodecError(f"not a batch of positions: columns differ in length {lengths}")
    return PositionColumns(received_at_ms=batch.received_at_ms, **arrays)
