"""Kafka's record batch (magic 2) of rows of one size, framed in one loop. Knows nothing of what the rows say.

Layout: kafka.apache.org, "Message format". A row costs about 0.1 us so, with its checksum, instead of 0.8 record by record
through the client. `RowBatch` answers what aiokafka's sender asks of the batches that its own `create_batch` makes.
"""

import struct

import numpy as np
import numpy.typing as npt
from aiokafka.record.util import calc_crc32c

from streams.crowd.kernels import frame

FRAME_BYTES = 10
"""At most, beside key and value: length 2, attributes, time, offset 3, two lengths, no headers."""

_HEAD = struct.Struct(">qiibI")  # base offset, length, leader epoch, magic, checksum
_BODY = struct.Struct(
    ">hiqqqhii"
)  # attributes, last offset, 2 times, producer (id, epoch, sequence), records
_RECORDS = _HEAD.size + _BODY.size  # where the rows begin
_LENGTH_ENDS = 12  # the batch's length counts what follows it
_NO_PRODUCER = (-1, -1, -1)

Bytes = npt.NDArray[np.uint8]


class RowBatch:
    """Some rows as a whole record batch.

    keys: uint8[all, width], values: uint8[all, width], told: bool[all], False where the record is a tombstone; rows: int64[n], which.
    Widths are at most 63 and n at most 2^20, so that lengths and offsets take the bytes that `frame` has for them.
    """

    def __init__(
        self,
        keys: Bytes,
        values: Bytes,
        told: npt.NDArray[np.bool_],
        *,
        rows: npt.NDArray[np.int64],
        at_ms: int,
    ) -> None:
        self._count = len(rows)
        self._at_ms = at_ms
        self._producer = _NO_PRODUCER
        self._is_built = False
        room = self._count * (FRAME_BYTES + keys.shape[1] + values.shape[1])
        self._buffer = bytearray(_RECORDS + room)
        length = frame(keys, values, told, rows, np.frombuffer(self._buffer, np.uint8, offset=_RECORDS))
        del self._buffer[_RECORDS + length :]

    def close(self) -> None:
        """Nothing can be added anyway."""

    def closed(self) -> bool:
        """Always: it does not linger for more."""
        return True

    def size(self) -> int:
        """Bytes on the wire."""
        return len(self._buffer)

    def record_count(self) -> int:
        """Rows."""
        return self._count

    def _set_producer_state(self, producer_id: int, epoch: int, sequence: int) -> None:
        """Aiokafka's sender calls it once, before it builds: with this the broker knows a repeat."""
        self._producer = (producer_id, epoch, sequence)

    def _build(self) -> bytearray:
        """Aiokafka's sender calls it, again for each try."""
        if not self._is_built:
            times = (self._at_ms, self._at_ms)
            _BODY.pack_into(
                self._buffer, _HEAD.size, 0, self._count - 1, *times, *self._producer, self._count
            )  # fmt: skip
            with memoryview(self._buffer) as whole:
                checksum = calc_crc32c(whole[_HEAD.size :])
            length = len(self._buffer) - _LENGTH_ENDS
            _HEAD.pack_into(self._buffer, 0, 0, length, -1, 2, checksum)
            self._is_built = True
        return self._buffer
