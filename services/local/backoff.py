"""How long to wait before a child that died is started again. Pure: it is told what time it is."""

from dataclasses import dataclass

FIRST_S = 0.5
LONGEST_S = 15.0
FORGIVEN_AFTER_S = 60.0
"""A child that ran this long is treated as one that never died."""


@dataclass
class BackOff:
    """Doubles with each death in a row."""

    deaths_in_a_row: int = 0

    def pause_s(self, *, ran_s: float) -> float:
        """Seconds to wait after a child ended that had run for `ran_s`."""
        if ran_s >= FORGIVEN_AFTER_S:
            self.deaths_in_a_row = 0
        self.deaths_in_a_row += 1
        return min(LONGEST_S, FIRST_S * 2.0 ** min(self.deaths_in_a_row - 1, 10))
