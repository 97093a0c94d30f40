"""Several processes behind one port: the first starts the others, each follows the state by itself, all read one network from the disk's cache.

The kernel spreads connections over them (SO_REUSEPORT). Each notes its readiness and counters in a file, so that whoever is asked
can speak for all.
"""

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from services.kit import metrics
from services.kit.health import Readiness

NOTE_S = 0.5
STALE_S = 5.0
"""Whoever has noted nothing for so long is taken for lost."""
END_S = 10.0
OTHERS = "the other workers"
MEMBER, FOLDER = "MIO_NAVIGATOR_MEMBER", "MIO_NAVIGATOR_CREW"


class Note(msgspec.Struct, frozen=True):
    """What a member says of itself. at_s: on the clock that all processes of one machine share since it was started."""

    at_s: float
    waiting_for: list[str]
    metrics: str


class MemberLostError(Exception):
    """A worker process ended; the whole crew ends with it and is started again by the launcher."""


@dataclass
class Crew:
    """One member's view of it. member: 0 is the first. folder: where notes lie."""

    size: int
    member: int
    folder: Path
    _children: list[asyncio.subprocess.Process] = field(default_factory=list)

    @classmethod
    async def join(cls, size: int) -> "Crew":
        """As a member that the first has started, or as the first, which starts the others."""
        if MEMBER in os.environ:
            return cls(size, int(os.environ[MEMBER]), Path(os.environ[FOLDER]))
        crew = cls(size, 0, Path(tempfile.mkdtemp(prefix="mio-navigator-")))
        for member in range(1, size):
            environment = {**os.environ, MEMBER: str(member), FOLDER: str(crew.folder)}
            crew._children.append(
                await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "services.cli", "run", "navigator"),
                    env=environment,
                    stdin=asyncio.subprocess.PIPE,
                )
            )
        return crew

    def parts(self, readiness: Readiness) -> tuple[Callable[[], Awaitable[object]], ...]:
        """What runs beside the server until the process ends."""

        async def note() -> None:
            await self._note(readiness)

        return (note, self._watch if self.member == 0 else _until_orphaned)

    async def _note(self, readiness: Readiness) -> None:
        """Notes again and again; a note replaces the former as a whole."""
        fresh = self.folder / f"{self.member}.new"
        while True:
            said = Note(time.monotonic(), readiness.waiting_for(), metrics.render().decode())
            fresh.write_bytes(msgspec.json.encode(said))
            fresh.replace(self.folder / f"{self.member}.json")
            await asyncio.sleep(NOTE_S)

    async def _watch(self) -> None:
        """Until one of the others ends; then ends all.

        Raises:
            MemberLostError: names it.
        """
        endings = [asyncio.create_task(child.wait()) for child in self._children]
        try:
            done, _ = await asyncio.wait(endings, return_when=asyncio.FIRST_COMPLETED)
            lost = [
                child.pid for child, ending in zip(self._children, endings, strict=True) if ending in done
            ]
            raise MemberLostError(f"worker process {lost} ended")
        finally:
            for ending in endings:
                ending.cancel()
            await self._end()

    async def _end(self) -> None:
        for child in self._children:
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
        for child in self._children:
            try:
                await asyncio.wait_for(child.wait(), END_S)
            except TimeoutError:
                child.kill()
                await child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _read(self, member: int) -> Note | None:
        """What a member noted last; None if it has not, or too long ago."""
        path = self.folder / f"{member}.json"
        if not path.exists():
            return None
        note = msgspec.json.decode(path.read_bytes(), type=Note)
        return note if time.monotonic() - note.at_s < STALE_S else None

    def others_ready(self) -> bool:
        """Whether every other member has said that it is ready, not long ago. Each answers for itself only of its own state."""
        notes = [self._read(member) for member in range(self.size) if member != self.member]
        return all(note is not None and set(note.waiting_for) <= {OTHERS} for note in notes)

    async def tell_metrics(self, _request: Request) -> Response:
        """`/metrics` for the whole crew."""
        return Response(self.render_metrics(), media_type="text/plain; version=0.0.4")

    def render_metrics(self) -> bytes:
        """The counters of all members as Prometheus text, told apart by the label `worker`."""
        texts = {self.member: metrics.render().decode()}
        for member in range(self.size):
            if member != self.member and (note := self._read(member)):
                texts[member] = note.metrics
        registry = CollectorRegistry()
        registry.register(_Together(texts))
        return generate_latest(registry)


async def _until_orphaned() -> None:
    """Returns when the first member has gone: it holds the other end of our standard input."""
    gone = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin.fileno(), gone.set)
    try:
        await gone.wait()
    finally:
        loop.remove_reader(sys.stdin.fileno())


@dataclass(frozen=True, eq=False)
class _Together(Collector):
    """Families of several processes, each sample with its process's number."""

    texts: dict[int, str]

    def collect(self) -> Iterable[Metric]:
        families: dict[str, Metric] = {}
        for member, text in sorted(self.texts.items()):
            for family in text_string_to_metric_families(text):
                whole = families.setdefault(
                    family.name, Metric(family.name, family.documentation, family.type)
                )
                for sample in family.samples:
                    labels = {**sample.labels, "worker": str(member)}
                    whole.add_sample(sample.name, labels, sample.value)
        return families.values()
