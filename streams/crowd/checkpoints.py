"""Checkpoints as records: what a partition knows as compressed columns, in chunks, with a manifest last. Opens nothing."""

import secrets
import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt
import zstandard

from streams.broker import Message
from streams.codec import CodecError
from streams.crowd.partition import Snapshot

CHUNK_BYTES = 900_000
"""Under the broker's default limit of 1 MiB a message."""
KEPT = 2
"""Complete checkpoints that stay on the topic; older ones get tombstones."""
FORMAT = 2
LEVEL = 1  # zstd: 12 bytes a device; higher levels cost more time than the bytes they save

_NEVER_MS = 1 << 60
_KIND_CHUNK, _KIND_MANIFEST = b"C", b"M"
_NAME = struct.Struct(">qI")  # offset, nonce: no two checkpoints share a key, whoever writes them
_NUMBER = struct.Struct(">H")


class Manifest(msgspec.Struct, frozen=True):
    """The last record of a checkpoint: a checkpoint without it was never finished."""

    offset: int
    chunks: int
    crc: int


class _Body(msgspec.Struct, frozen=True):
    format: int
    offset: int
    watermark_ms: int
    cutoff_ms: int
    device: bytes
    at: bytes
    since_ms: int
    heard: bytes
    doubts: bytes
    cells: bytes
    as_of_ms: bytes


_PACK = msgspec.msgpack.Encoder()
_BODY = msgspec.msgpack.Decoder(_Body)
_MANIFEST = msgspec.msgpack.Decoder(Manifest)


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """Compressed columns. May run in a thread: zstd leaves the interpreter's lock."""
    since_ms = int(snapshot.heard_ms.min(initial=_NEVER_MS))
    body = _Body(
        FORMAT,
        snapshot.offset,
        snapshot.watermark_ms,
        snapshot.cutoff_ms,
        snapshot.device.astype("<u8").tobytes(),
        _shuffled(snapshot.at.astype("<i4")),
        since_ms,
        _shuffled((snapshot.heard_ms - since_ms).astype("<i8")),
        snapshot.doubts.tobytes(),
        snapshot.cells.astype("<u8").tobytes(),
        snapshot.as_of_ms.astype("<i8").tobytes(),
    )
    return zstandard.ZstdCompressor(level=LEVEL).compress(_PACK.encode(body))


def decode_snapshot(blob: bytes) -> Snapshot:
    """The inverse.

    Raises:
        CodecError: not a checkpoint of this format.
    """
    try:
        body = _BODY.decode(zstandard.ZstdDecompressor().decompress(blob))
        if body.format != FORMAT:
            raise CodecError(f"checkpoint of format {body.format}: this program reads {FORMAT}")
        return Snapshot(
            offset=body.offset,
            watermark_ms=body.watermark_ms,
            cutoff_ms=body.cutoff_ms,
            device=np.frombuffer(body.device, "<u8"),
            at=_unshuffled(body.at, "<i4").astype(np.int32),
            heard_ms=_unshuffled(body.heard, "<i8").astype(np.int64) + body.since_ms,
            doubts=np.frombuffer(body.doubts, np.uint8),
            cells=np.frombuffer(body.cells, "<u8"),
            as_of_ms=np.frombuffer(body.as_of_ms, "<i8"),
        )
    except (zstandard.ZstdError, msgspec.DecodeError, ValueError) as error:
        raise CodecError(f"not a checkpoint: {error}") from error


@dataclass(frozen=True)
class Written:
    """A checkpoint's records. The manifest is sent when all chunks are acknowledged."""

    chunks: tuple[Message, ...]
    manifest: Message

    @property
    def keys(self) -> tuple[bytes, ...]:
        """Manifest first: the order in which they get tombstones."""
        return (self.manifest.key, *(chunk.key for chunk in self.chunks))


def split(blob: bytes, *, offset: int, partition: int) -> Written:
    """One checkpoint's records under keys of their own."""
    name = _NAME.pack(offset, secrets.randbits(32))
    pieces = [blob[at : at + CHUNK_BYTES] for at in range(0, len(blob), CHUNK_BYTES)]
    manifest = Manifest(offset, len(pieces), zlib.crc32(blob))
    return Written(
        tuple(
            Message(_chunk_key(name, number), piece, partition=partition)
            for number, piece in enumerate(pieces)
        ),
        Message(_KIND_MANIFEST + name, _PACK.encode(manifest), partition=partition),
    )


def _chunk_key(name: bytes, number: int) -> bytes:
    return _KIND_CHUNK + name + _NUMBER.pack(number)


@dataclass(frozen=True)
class Complete:
    """A checkpoint that is there whole."""

    offset: int
    blob: bytes
    keys: tuple[bytes, ...]  # manifest first


@dataclass(frozen=True)
class Survey:
    """What a stretch of the topic holds: whole checkpoints, newest first, and keys that belong to none of them."""

    complete: tuple[Complete, ...]
    strays: tuple[bytes, ...]  # half-written ones, by a process that died or still writes; manifests first


def survey(values: Mapping[bytes, bytes | None]) -> Survey:
    """Looks through the newest value of each key; tombstones are None."""
    alive = {key: value for key, value in values.items() if value is not None}
    manifests = {key: _find_manifest(value) for key, value in alive.items() if key.startswith(_KIND_MANIFEST)}
    whole: list[Complete] = []
    strays = set(alive)
    for key, manifest in manifests.items():
        if manifest is None:
            continue
        # named by the manifest, whether or not this stretch of the topic holds them
        chunks = tuple(_chunk_key(key[1:], number) for number in range(manifest.chunks))
        strays.update(chunks)
        blob = b"".join(alive.get(chunk, b"") for chunk in chunks)
        if zlib.crc32(blob) == manifest.crc:
            whole.append(Complete(manifest.offset, blob, (key, *chunks)))
    used = {key for complete in whole for key in complete.keys}
    return Survey(
        tuple(sorted(whole, key=lambda c: c.offset, reverse=True)),
        tuple(sorted(strays - used, reverse=True)),
    )


def _find_manifest(value: bytes) -> Manifest | None:
    try:
        return _MANIFEST.decode(value)
    except msgspec.DecodeError:
        return None


def tombstones(keys: Iterable[bytes], *, partition: int) -> list[Message]:
    """What removes these keys."""
    return [Message(key, None, partition=partition) for key in keys]


def _shuffled(column: npt.NDArray[np.generic]) -> bytes:
    """Bytes of one weight together; they compress better so."""
    return column.view(np.uint8).reshape(len(column), column.itemsize).T.tobytes()


def _unshuffled(data: bytes, kind: str) -> npt.NDArray[np.generic]:
    width = np.dtype(kind).itemsize
    return np.ascontiguousarray(np.frombuffer(data, np.uint8).reshape(width, -1).T).reshape(-1).view(kind)
