"""The drill beside a launcher: a thread with its own event loop, so that Ctrl-C never waits for it."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from services.drill.city import City
from services.drill.drill import Drill
from services.drill.people import make_people
from services.drill.player import Player, Progress
from services.drill.scenario import MINUTE_MS, make_scenario
from services.drill.sender import Sender, make_client
from streams.clock import ScenarioClock

STOP_PATIENCE_S = 3.0


@dataclass(frozen=True, kw_only=True)
class DrillPlan:
    """Where to send, as whom, and by which clock."""

    area: Path
    clock: ScenarioClock
    ingest: str
    gateway: str
    partner_key: str


async def run_drill(
    plan: DrillPlan, *, on_progress: Callable[[Progress], None], say: Callable[[str], None]
) -> None:
    """One drill from its first cue to its last; it begins at the scenario clock's next whole minute.

    Raises:
        DrillError: the area is not the made-up city, or something of the drill is refused.
    """
    city = await asyncio.to_thread(City.load, plan.area)
    people = await asyncio.to_thread(make_people, city)
    async with make_client(plan.partner_key) as client:
        sender = Sender(client, plan.ingest, plan.gateway, say)
        devices = await sender.register(int(people.consents.sum()))
        start_ms = -(-plan.clock.now_ms() // MINUTE_MS) * MINUTE_MS
        drill = await asyncio.to_thread(Drill, city, make_scenario(city, start_ms=start_ms), people)
        await Player(drill, plan.clock, sender, devices, on_progress).play()


class DrillThread:
    """Runs a drill until it ends, fails or is stopped. `error` says how it failed; None otherwise."""

    def __init__(
        self, plan: DrillPlan, *, on_progress: Callable[[Progress], None], say: Callable[[str], None]
    ) -> None:
        self.error: Exception | None = None
        self._ended = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._plan, self._on_progress, self._say = plan, on_progress, say
        self._thread = threading.Thread(target=self._run, name="drill", daemon=True)

    def start(self) -> None:
        """Begins; returns at once."""
        self._thread.start()

    def wait(self) -> None:
        """Returns when the drill has ended.

        Raises:
            DrillError: as `run_drill`.
        """
        self._ended.wait()
        if self.error:
            raise self.error

    def stop(self) -> None:
        """Ends it; what is under way is not waited for longer than a moment."""
        if self._loop and self._task and not self._ended.is_set():
            self._loop.call_soon_threadsafe(self._task.cancel)
        if self._thread.is_alive():
            self._thread.join(STOP_PATIENCE_S)

    def _run(self) -> None:
        try:
            asyncio.run(self._play())
        except asyncio.CancelledError:
            self.error = None
        except Exception as error:  # noqa: BLE001  (handed to whoever waits)
            self.error = error
        finally:
            self._ended.set()

    async def _play(self) -> None:
        work = run_drill(self._plan, on_progress=self._on_progress, say=self._say)
        self._loop, self._task = asyncio.get_running_loop(), asyncio.create_task(work)
        await self._task
