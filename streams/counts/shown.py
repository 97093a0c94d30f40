"""What staff are shown of each cell, and what becomes of it on the next tick of the public clock. Opens nothing."""

from collections.abc import Iterable

import numpy as np

from streams.counts.hold import HIDDEN, hold
from streams.counts.noise import CellKeys
from streams.events.cells import CellCount
from streams.sharing.counts import CountRules


class ShownCounts:
    """The figures that stand, and the exact counts that moved since they were drawn.

    A cell that was never shown is not told of at all: a line that says "fewer than ten" where none was would show that
    somebody came.
    """

    def __init__(self, rules: CountRules, *, fewer_than: int) -> None:
        self._rules = rules
        self._fewer_than = fewer_than
        self._shown: dict[int, int] = {}
        self._moved: dict[int, CellCount] = {}
        self._tick: int | None = None

    def stands(self, cell: int, shown: int | None) -> None:
        """A figure that was told, by whichever process."""
        self._shown[cell] = HIDDEN if shown is None else shown

    def withdrawn(self, cell: int) -> None:
        """A figure is told no more; whoever is told of the cell next hears it as for the first time."""
        self._shown.pop(cell, None)

    def move(self, counts: Iterable[CellCount]) -> None:
        """Exact counts of cells that changed."""
        self._moved |= {count.cell: count for count in counts}

    def is_due(self, now_ms: int) -> bool:
        """Whether the public clock ticked since figures were last taken. One clock for all cells and processes."""
        return now_ms // (self._rules.clock_s * 1000) != self._tick

    def take_due(self, keys: CellKeys, now_ms: int) -> list[tuple[CellCount, int | None]]:
        """The cells whose figure changes, with the new one; None hides it. They stand only when `stands` is told."""
        self._tick = now_ms // (self._rules.clock_s * 1000)
        counts = list(self._moved.values())
        self._moved = {}
        if not counts:
            return []
        before = np.array([self._shown.get(c.cell, HIDDEN) for c in counts], np.int64)
        drawn = keys.draw(np.array([c.count for c in counts], np.int64), [c.key_sum for c in counts])
        after = hold(before, drawn, self._rules, fewer_than=self._fewer_than)
        changed = np.flatnonzero(after != before).tolist()
        return [(counts[i], None if after[i] == HIDDEN else int(after[i])) for i in changed]
