"""A partition that a member holds: takes its records in order, each once. Speaks to no broker."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from streams.broker import BrokerError
from streams.codec import CodecError, PositionColumns, decode_positions
from streams.crowd.partition import PartitionFold, Rows
from streams.dead_letters import DeadLetter


class PositionGapError(BrokerError):
    """A record never reached us though a later one did. `expected`, `got`: offsets."""

    def __init__(self, place: str, *, expected: int, got: int) -> None:
        super().__init__(f"{place}: expected offset {expected}, got {got}")
        self.expected = expected
        self.got = got


@dataclass
class Held:
    """A partition that is ours now, from its checkpoint on. `next_offset` is the only record it may read next."""

    fold: PartitionFold
    next_offset: int
    checkpointed: int
    due_s: float
    swept: int = 0
    letters: list[DeadLetter] = field(default_factory=list)

    def take(self, records: Sequence[Any]) -> None:
        """Folds records of this partition; those it has seen are skipped.

        Raises:
            PositionGapError: names the partition and both offsets; what came before the gap is folded.
        """
        batches: list[PositionColumns] = []
        try:
            for record in records:
                if record.offset < self.next_offset:
                    continue
                if record.offset > self.next_offset:
                    place = f"{record.topic}[{record.partition}]"
                    raise PositionGapError(place, expected=self.next_offset, got=record.offset)
                self.next_offset += 1
                try:
                    batches.append(decode_positions(record.value or b""))
                except CodecError as error:
                    place = f"{record.topic}[{record.partition}]@{record.offset}"
                    self.letters.append(
                        DeadLetter(record.key or b"", record.value, "undecodable", str(error), place)
                    )
        finally:
            self.fold.fold(batches, offset=self.next_offset - 1)

    def pass_over(self, gap: PositionGapError) -> None:
        """Goes on behind a gap that the log itself has."""
        self.next_offset = gap.got

    def sweep(self, cells: int, *, share: float) -> Rows:
        """The next stretch of all rows: `share` of them, so that each comes by once in 1 / share calls."""
        start, stop = self.swept, self.swept + int(cells * share) + 1
        self.swept = stop if stop < cells else 0
        return self.fold.list_rows(start, stop)
