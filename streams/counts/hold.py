"""Hold: a figure stays as it is until what is drawn differs by more than noise could. Keeps nothing itself."""

import numpy as np
import numpy.typing as npt

from streams.sharing.counts import CountRules

Int64s = npt.NDArray[np.int64]

HIDDEN = -1
"""In place of a figure: fewer than the least that is shown, perhaps nobody."""


def hold(shown: Int64s, drawn: Int64s, rules: CountRules, *, fewer_than: int) -> Int64s:
    """What is shown next of each, int64[n].

    A draw below `fewer_than` hides at once. What is hidden comes back only when surely more than the least are there:
    from `fewer_than` + `bound` on.
    """
    returns = np.where(drawn >= fewer_than + rules.bound, drawn, HIDDEN)
    moves = np.where(np.abs(drawn - shown) > rules.hold, drawn, shown)
    return np.where(drawn < fewer_than, HIDDEN, np.where(shown == HIDDEN, returns, moves))
