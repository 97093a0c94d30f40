"""Notices that Faust reads no more of the changelogs though it has not said that it was done. Reads none itself."""

from collections.abc import Callable
from typing import Protocol

from streams.broker import BrokerError

RECOVERY_S = 12.0
"""So long nothing may be read after an assignment: Faust's recovery has been seen to wait for ever when a busy worker takes over
another's partitions. A new process recovers at once. How long all of it takes is the number of rows: 100,000 are seconds."""


class RecoveryError(BrokerError):
    """Faust never said that it had read the changelogs."""


class Timer(Protocol):
    """What `loop.call_later` returns."""

    def cancel(self) -> None: ...


class RecoveryWatch:
    """Looks every `RECOVERY_S` whether more was read, from an assignment to the end of recovery.

    count_read: of the changelogs, any number that changes with each row. call_later: the event loop's.
    """

    def __init__(
        self,
        count_read: Callable[[], int],
        fail: Callable[[BaseException], None],
        call_later: Callable[[float, Callable[[], None]], Timer],
    ) -> None:
        self._count_read = count_read
        self._fail = fail
        self._call_later = call_later
        self._timer: Timer | None = None
        self._seen = 0

    def begin(self) -> None:
        """Partitions were assigned."""
        self.end()
        self._wait()

    def end(self) -> None:
        """The tables are recovered."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self) -> None:
        self._seen = self._count_read()
        self._timer = self._call_later(RECOVERY_S, self._look)

    def _look(self) -> None:
        if self._count_read() != self._seen:
            self._wait()
            return
        self._fail(
            RecoveryError(f"tables were not recovered, and nothing of them was read for {RECOVERY_S:.0f} s")
        )
