"""No record may be skipped: an offset beyond last + 1 of its partition ends the process before anything is acknowledged.

Holds for event topics. A compacted topic has natural holes, and its rows are absolute: it is not checked.
"""

from collections.abc import Iterable

from streams.broker import BrokerError


class GapError(BrokerError):
    """A record never reached us though later ones did."""


class Contiguity:
    """The last offset seen of each partition of the event topics."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, int], int] = {}

    def check(self, topic: str, partition: int, offset: int) -> None:
        """Remembers the offset.

        Raises:
            GapError: names the partition and both offsets.
        """
        last = self._last.get((topic, partition))
        if last is not None and offset > last + 1:
            raise GapError(f"{topic}[{partition}]: expected offset {last + 1}, got {offset}")
        self._last[topic, partition] = offset

    def expect(self, topic: str, partition: int, offset: int) -> None:
        """The next record of this partition is that one, or one before it."""
        self._last[topic, partition] = offset - 1

    def forget(self, partitions: Iterable[tuple[str, int]]) -> None:
        """These partitions belong to somebody else now, or begin anew."""
        for partition in partitions:
            self._last.pop(partition, None)
