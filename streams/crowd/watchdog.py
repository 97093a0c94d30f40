"""Notices that this process stood still for so long that somebody else may own its partitions by now."""

import asyncio

from streams.broker import BrokerError

BEAT_S = 0.2
SHARE = 0.8
"""Of the group's session: after standing still for longer, nothing more may be written."""


class StoodStillError(BrokerError):
    """Stopped (SIGSTOP, a suspended machine, a blocked loop) for most of a session."""


class Watchdog:
    """A heartbeat of the event loop, and a question to ask before each emission."""

    def __init__(self, session_s: float) -> None:
        self._limit_s = SHARE * session_s
        self._loop = asyncio.get_running_loop()
        self._beat_s = self._loop.time()

    def check(self) -> None:
        """Call it right before writing anything.

        Raises:
            StoodStillError: how long, and how long is allowed.
        """
        still_s = self._loop.time() - self._beat_s
        if still_s > self._limit_s:
            raise StoodStillError(f"stood still for {still_s:.1f} s; {self._limit_s:.1f} s is allowed")

    async def run(self) -> None:
        """Beats until cancelled.

        Raises:
            StoodStillError: the process has just woken up from too long a sleep.
        """
        while True:
            self.check()
            self._beat_s = self._loop.time()
            await asyncio.sleep(BEAT_S)
