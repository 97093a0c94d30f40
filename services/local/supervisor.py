"""Everything on one machine: starts what is missing, waits for real readiness, keeps it running, stops it in order.

A library: `mio up`, `mio demo` and the tests of journeys and faults use it. It prints nothing but its log stream.
"""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from services.local.child import Child
from services.local.errors import LocalError, PartFailedError
from services.local.kafka import LocalKafka
from services.local.leftovers import ChildRecord
from services.local.locks import only_holder
from services.local.logstream import LogStream
from services.local.plan import STOP_ORDER, Plan
from services.local.ports import require_free
from services.local.probe import Answer, ask_ready
from services.local.redis import LocalRedis
from services.local.wait import wait_until
from services.local.watch import Watch
from streams.broker import BrokerError
from streams.clock import SystemClock
from streams.topics import MANIFEST

HOPELESS = 3
"""A process that died this often while everything starts will not come up by waiting."""


class Supervisor:
    """One launcher of one plan. Not to be started twice."""

    def __init__(self, plan: Plan, log: LogStream | None = None) -> None:
        self.plan = plan
        self._log = log or LogStream(form=plan.log)
        self._watches: dict[str, Watch] = {}
        self._record = ChildRecord(plan.state)
        self._held = ExitStack()
        self._kafka = plan.kafka
        self._redis = plan.redis

    @property
    def kafka(self) -> str:
        """Bootstrap address of the broker in use."""
        return self._kafka or f"127.0.0.1:{self.plan.port('kafka')}"

    @property
    def redis(self) -> str:
        """Address of the Redis in use."""
        return self._redis or f"redis://127.0.0.1:{self.plan.port('redis')}/0"

    def start(self, *, timeout_s: float = 120) -> None:
        """Returns when every process says that it is ready. On any failure stops what it started.

        Raises:
            StateInUseError, PortInUseError, PartMissingError, PartFailedError: with what to do.
        """
        self._held.enter_context(only_holder(self.plan.state / "launcher.lock", what="the state folder"))
        try:
            for name in self._record.end_leftovers():
                self._log.say(f"ended {name}, which an earlier launcher had left behind")
            self._require_ports()
            self._start_servers()
            self._make_topics()
            self._start_processes()
            self.wait_ready(timeout_s=timeout_s)
        except BaseException:
            self.stop()
            raise

    def say(self, text: str) -> None:
        """A line of the launcher in the log stream."""
        self._log.say(text)

    def wait_ready(self, names: Iterable[str] | None = None, *, timeout_s: float = 60) -> None:
        """Returns when the processes (all of ours, unless named) are ready.

        Raises:
            PartFailedError: names who is not ready, and why in its own words.
        """
        waiting = dict.fromkeys(names or self.plan.processes, Answer(ready=False, reason="not asked yet"))
        deaths_before = {name: self._watches[name].deaths for name in waiting}

        def settled() -> bool:
            for name in list(waiting):
                waiting[name] = ask_ready(self.plan.url(name))
                if waiting[name].ready:
                    del waiting[name]
                elif self._watches[name].deaths - deaths_before[name] >= HOPELESS:
                    raise PartFailedError(f"{name} does not stay up:\n{self._last_words(name)}")
            return not waiting

        if not wait_until(settled, timeout_s=timeout_s, every_s=0.1):
            reasons = "\n".join(f"  {name}: {answer.reason}" for name, answer in waiting.items())
            raise PartFailedError(f"not ready after {timeout_s:.0f} s:\n{reasons}")

    def is_ready(self, name: str) -> bool:
        """Whether a process of ours answers that it is ready, now."""
        return ask_ready(self.plan.url(name)).ready

    def child(self, name: str) -> Child:
        """The running child of that name; `kafka` and `redis` too when they are ours.

        Raises:
            KeyError: there is none of that name.
        """
        child = self._watches[name].child
        if child is None:
            raise KeyError(name)
        return child

    def kill(self, name: str) -> None:
        """SIGKILL to one child; it is started again like any that dies."""
        self._watches[name].kill()

    def stop(self) -> None:
        """Stops everything in order: first whoever takes things in, last whoever keeps them. Data stays."""
        known = {name for group in STOP_ORDER for name in group}
        others = tuple(name for name in self._watches if name not in known)
        for group in (others, *STOP_ORDER):
            self._together([watch.stop for name, watch in self._watches.items() if name in group])
        self._record.clear()
        self._held.close()

    def end(self) -> None:
        """Kills everything at once, for whoever cannot wait."""
        for watch in self._watches.values():
            watch.end()
        self._record.clear()
        self._held.close()

    def _require_ports(self) -> None:
        for name in self.plan.processes:
            require_free(self.plan.port(name), purpose=name)

    def _start_servers(self) -> None:
        starts: list[Callable[[], None]] = []
        if self._kafka is None:
            starts.append(self._watch("kafka", self._start_kafka).begin)
        if self._redis is None:
            starts.append(self._watch("redis", self._start_redis).begin)
        self._together(starts)

    def _start_kafka(self) -> Child:
        server = LocalKafka(
            self.plan.state / "kafka",
            port=self.plan.port("kafka"),
            controller_port=self.plan.port("kafka-controller"),
            heap_mib=self.plan.kafka_heap_mib,
        )
        return self._remembered(server.start)

    def _start_redis(self) -> Child:
        return self._remembered(LocalRedis(self.plan.state / "redis", port=self.plan.port("redis")).start)

    def _remembered(self, start: Callable[[], Child]) -> Child:
        child = start()
        self._record.remember(child.name, child.pid)
        return child

    def _make_topics(self) -> None:
        with ThreadPoolExecutor(1, "topics") as pool:  # the caller's thread may have an event loop of its own
            pool.submit(asyncio.run, self._ensure_topics()).result()

    async def _ensure_topics(self) -> None:
        from streams.broker_kafka import KafkaBroker

        broker = KafkaBroker(self.kafka, self.plan.world, SystemClock())
        try:
            await broker.ensure_topics(MANIFEST)
        except BrokerError as error:
            raise PartFailedError(
                f"Kafka at {self.kafka}: {error}. Check MIO_KAFKA, or unset it to have one started here; a topic "
                "that differs from the manifest has to be deleted or altered by whoever runs that broker."
            ) from error
        finally:
            await broker.close()

    def _start_processes(self) -> None:
        for name in self.plan.processes:
            self._watch(name, partial(self._start_process, name)).begin()

    def _start_process(self, name: str) -> Child:
        def start() -> Child:
            return Child(
                name,
                [*self.plan.command, name],
                log=self._log_file(name),
                env=self.plan.environment(kafka=self.kafka, redis=self.redis),
                on_line=lambda text: self._log.line(name, text),
            )

        return self._remembered(start)

    def _log_file(self, name: str) -> Path:
        return self.plan.state / "logs" / f"{name}.log"

    def _last_words(self, name: str) -> str:
        child = self._watches[name].child
        return child.last_words() if child else ""

    def _watch(self, name: str, start: Callable[[], Child]) -> Watch:
        watch = self._watches[name] = Watch(name, start, self._log.say)
        return watch

    def _together(self, actions: list[Callable[[], None]]) -> None:
        """Runs all at once, waits for all, then raises the first failure."""
        if not actions:
            return
        with ThreadPoolExecutor(len(actions)) as pool:
            futures = [pool.submit(action) for action in actions]
        failures = [error for future in futures if (error := future.exception())]
        for error in failures:
            if not isinstance(error, LocalError):
                raise error
        if failures:
            raise failures[0]
