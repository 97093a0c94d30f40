"""A recovery that reads on may take as long as it takes; one that stands still ends the process."""

from collections.abc import Callable

import pytest

from streams.worker.recovery import RECOVERY_S, RecoveryError, RecoveryWatch


class Clockwork:
    """The event loop's timers, turned by hand."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []
        self.delays: list[float] = []

    def call_later(self, delay_s: float, work: Callable[[], None]) -> "Handle":
        self.delays.append(delay_s)
        self.waiting.append(work)
        return Handle(self, work)

    def turn(self) -> None:
        due, self.waiting = self.waiting, []
        for work in due:
            work()


class Handle:
    def __init__(self, clockwork: Clockwork, work: Callable[[], None]) -> None:
        self._clockwork, self._work = clockwork, work

    def cancel(self) -> None:
        if self._work in self._clockwork.waiting:
            self._clockwork.waiting.remove(self._work)


class Recovery:
    """A watch, the rows that were read, and what it failed with."""

    def __init__(self) -> None:
        self.clockwork, self.rows = Clockwork(), 0
        self.failures: list[BaseException] = []
        self.watch = RecoveryWatch(lambda: self.rows, self.failures.append, self.clockwork.call_later)


@pytest.fixture
def recovery() -> Recovery:
    return Recovery()


def test_while_rows_are_read_it_may_take_long_and_ends_the_process_once_none_is(recovery: Recovery) -> None:
    recovery.watch.begin()
    for _ in range(10):
        recovery.rows += 1
        recovery.clockwork.turn()
    assert recovery.failures == []
    recovery.clockwork.turn()
    (failure,) = recovery.failures
    assert isinstance(failure, RecoveryError)
    assert set(recovery.clockwork.delays) == {RECOVERY_S}


def test_once_recovered_nothing_is_asked_any_more(recovery: Recovery) -> None:
    recovery.watch.begin()
    recovery.watch.end()
    recovery.watch.end()
    assert recovery.clockwork.waiting == []


def test_another_assignment_begins_the_time_anew(recovery: Recovery) -> None:
    recovery.watch.begin()
    recovery.watch.begin()
    assert len(recovery.clockwork.waiting) == 1
    recovery.clockwork.turn()
    assert len(recovery.failures) == 1
