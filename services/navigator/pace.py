"""Keeps answers even while changes are worked in beside them: short turns between threads, and no long collections of garbage."""

import gc
import sys

TURN_S = 0.0005
"""Python's lock is handed over after this long. With its own 5 ms, an answer that waits for the lock a few times has waited 20 ms."""
YOUNG = 20_000
"""New objects from which on garbage is looked for; an answer makes some hundred, and nearly all die by themselves."""


def keep_pace() -> None:
    """For the whole process, once all that stays has been made."""
    sys.setswitchinterval(TURN_S)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 100)
