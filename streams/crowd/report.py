"""What a crowd process tells about its work: numbers, never whose."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Report:
    """Counts since the former report, and sizes now.

    positions: by what became of them (`streams.crowd.partition.COUNTED`); after a restart those behind the newest checkpoint are
    told again. device_bytes: memory of the tables of devices. missing_records: gaps that the log itself has. unreadable_records: those that went to the dead letters.
    """

    positions: Mapping[str, int]
    missing_records: int
    unreadable_records: int
    partitions: int
    devices: int
    device_bytes: int
    cells: int


Tell = Callable[[Report], None]


class Ledger:
    """What was told already of each partition's running tally."""

    def __init__(self) -> None:
        self._told: dict[int, Mapping[str, int]] = {}

    def begin(self, partition: int) -> None:
        """Its tally begins at zero again."""
        self._told.pop(partition, None)

    def news(self, tallies: Mapping[int, Mapping[str, int]]) -> Counter[str]:
        """What was added to the tallies, by partition, since the last call."""
        news: Counter[str] = Counter()
        for partition, tally in tallies.items():
            news.update(tally)
            news.subtract(self._told.get(partition, {}))
            self._told[partition] = tally
        return news
