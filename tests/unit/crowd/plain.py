"""The same fold in plain Python, one position at a time, as one would tell it to a colleague."""

import math

import h3.api.basic_int as h3

from streams.codec import PositionColumns

MINUTE_MS = 60_000


class PlainFold:
    """`people`: device -> (cell or None after a forget, heard_ms, doubts). `as_of`: cell -> time of the newest row."""

    def __init__(self) -> None:
        self.people: dict[int, tuple[int | None, int, int]] = {}
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
        for device, (cell, _, _) in self.people.items():
            if cell is not None:
                count, key_sum, _ = found.get(cell, (0, 0, 0))
                found[cell] = (count + 1, (key_sum + (device >> 32)) % 2**32, self.as_of[cell])
        return found

    def _move(self, device: int, at_ms: int, cell: int) -> None:
        self._expire(at_ms)
        known, heard_ms, doubts = self.people.get(device, (None, None, 0))
        if at_ms < self.cutoff or (heard_ms is not None and at_ms <= heard_ms):
            return
        if known is not None and doubts < 2 and metres(known, cell) > 2000 + 100 * (at_ms - heard_ms) / 1000:
            self.people[device] = (known, at_ms, doubts + 1)
            return
        if known != cell:
            self._touch(known)
            self._touch(cell)
        elif self.watermark - self.as_of[cell] >= MINUTE_MS:
            self._touch(cell)
        self.people[device] = (cell, at_ms, 0)

    def _forget(self, device: int, at_ms: int) -> None:
        known, heard_ms, doubts = self.people.get(device, (None, at_ms, 0))
        if at_ms >= self.cutoff and at_ms >= heard_ms:
            self._touch(known)
            self.people[device] = (None, at_ms, doubts)

    def _expire(self, at_ms: int) -> None:
        self.watermark = max(self.watermark, at_ms)
        cutoff = self.watermark // 10_000 * 10_000 - 15 * MINUTE_MS
        if cutoff <= self.cutoff:
            return
        self.cutoff = cutoff
        for device, (cell, heard_ms, _) in list(self.people.items()):
            if heard_ms < cutoff:
                self._touch(cell)
                del self.people[device]

    def _touch(self, cell: int | None) -> None:
        if cell is not None:
            self.as_of[cell] = self.watermark


def metres(one: int, other: int) -> float:
    """Between the middles of two cells, straight through the earth."""
    return math.dist(*(xyz(*map(math.radians, h3.cell_to_latlng(cell))) for cell in (one, other)))


def xyz(lat: float, lon: float) -> tuple[float, float, float]:
    radius_m = 6_371_008.8
    return (
        radius_m * math.cos(lat) * math.cos(lon),
        radius_m * math.cos(lat) * math.sin(lon),
        radius_m * math.sin(lat),
    )
