"""The same fold in plain Python, one position at a time, as one would tell it to a colleague."""

import math

import h3.api.basic_int as h3

from streams.codec import PositionColumns

MINUTE_MS = 60_000


class PlainFold:
    """`people`: device -> (cell or None after a forget, heard_ms). `as_of`: cell -> time of the newest row."""

    def __init__(self) -> None:
        self.people: dict[int, tuple[int | None, int]] = {}
        self.as_of: dict[int, int] = {}
        self.watermark = self.cutoff = -(1 << 60)

    def fold(self, batch: PositionColumns) -> None:
        columns = (batch.device, batch.at_ms, batch.lat, batch.lon)
        for device, at_ms, lat, lon in zip(*(c.tolist() for c in columns), strict=True):
            newest_ms = batch.received_at_ms + MINUTE_MS
            if math.isnan(lat) and math.isnan(lon):
                self._forget(device, min(at_ms, newest_ms))
            elif abs(lat) <= 90 and abs(lon) <= 180 and at_ms <= newest_ms:
                self._move(device, at_ms, h3.latlng_to_cell(lat, lon, 9))

    def rows(self) -> dict[int, tuple[int, int, int]]:
        """cell -> count, key sum, as_of."""
        found: dict[int, tuple[int, int, int]] = {}
        for device, (cell, _) in self.people.items():
            if cell is not None:
                count, key_sum, _ = found.get(cell, (0, 0, 0))
                found[cell] = (count + 1, (key_sum + (device >> 32)) % 2**32, self.as_of[cell])
        return found

    def _move(self, device: int, at_ms: int, cell: int) -> None:
        self._expire(at_ms)
        known, heard_ms = self.people.get(device, (None, None))
        if at_ms < self.cutoff or (heard_ms is not None and at_ms <= heard_ms):
            return
        if known != cell:
            self._touch(known)
            self._touch(cell)
        elif self.watermark - self.as_of[cell] >= MINUTE_MS:
            self._touch(cell)
        self.people[device] = (cell, at_ms)

    def _forget(self, device: int, at_ms: int) -> None:
        known, heard_ms = self.people.get(device, (None, at_ms))
        if at_ms >= self.cutoff and at_ms >= heard_ms:
            self._touch(known)
            self.people[device] = (None, at_ms)

    def _expire(self, at_ms: int) -> None:
        self.watermark = max(self.watermark, at_ms)
        cutoff = self.watermark // 10_000 * 10_000 - 15 * MINUTE_MS
        if cutoff <= self.cutoff:
            return
        self.cutoff = cutoff
        for device, (cell, heard_ms) in list(self.people.items()):
            if heard_ms < cutoff:
                self._touch(cell)
                del self.people[device]

    def _touch(self, cell: int | None) -> None:
        if cell is not None:
            self.as_of[cell] = self.watermark
