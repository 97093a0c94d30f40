"""Waiting for a condition with a deadline; the only place that polls."""

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], bool], *, timeout_s: float, every_s: float = 0.03) -> bool:
    """Asks `condition` until it holds or the time is over; returns what it said last."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(every_s)
    return True
