"""Many single questions in one call: what is asked while a call is under way goes into the next. Knows nothing of leases."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


class Gather(Generic[Q, A]):
    """Answers come in the order of the questions; an exception of a call is every asker's of that call."""

    def __init__(self, call: Callable[[Sequence[Q]], Awaitable[Sequence[A]]], *, limit: int) -> None:
        self._call = call
        self._limit = limit
        self._waiting: list[tuple[Q, asyncio.Future[A]]] = []
        self._running: asyncio.Task[None] | None = None

    async def ask(self, question: Q) -> A:
        """The answer to one question."""
        future: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, future))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        while self._waiting:
            some, self._waiting = self._waiting[: self._limit], self._waiting[self._limit :]
            done = await asyncio.gather(
                self._call([question for question, _ in some]), return_exceptions=True
            )
            for number, (_, future) in enumerate(some):
                if future.cancelled():
                    continue
                if isinstance(done[0], BaseException):
                    future.set_exception(done[0])
                else:
                    future.set_result(done[0][number])
