"""`mio demo`: a drill in a made-up city on this machine. Builds the city, starts everything, plays the scenario, opens the page."""

import os
import sys
import threading
import webbrowser
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console

from services.cli.up import Log, LogForm, PortBase, run_until_stopped
from services.drill.city import DrillError
from services.drill.fresh_state import make_fresh_state
from services.drill.run import DrillPlan, DrillThread
from services.drill.show import Show, ThroughConsole, live_line, plain_lines
from services.local.errors import PartFailedError
from services.local.logstream import LogStream
from services.local.plan import Plan, read_secrets
from services.local.supervisor import Supervisor
from services.local.wait import wait_until
from streams.clock import ScenarioClock, SystemClock
from streams.world import World

SCENARIO_DAY_MS = 1_788_238_800_000
"""2026-09-01 14:00 in Japan, the day of disaster prevention: a drill's clock stands here when the launcher starts."""
HOME = {"lat": 34.4905, "lon": 135.2092}
"""A made-up home near the made-up sea, for the first question: the tsunami warning changes its answer."""
ANSWER_PATIENCE_S = 60.0


def demo(
    speed: Annotated[
        float, typer.Option(min=1, max=60, help="Scenario seconds per second; the drill lasts two hours.")
    ] = 30,
    state: Annotated[
        Path, typer.Option(help="Folder of the demo; it is emptied at each start.", file_okay=False)
    ] = Path(".mio/demo"),
    port_base: PortBase = 8700,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the page.")] = False,
    once: Annotated[bool, typer.Option("--once", help="End when the scenario is over.")] = False,
    log: Log = LogForm.TEXT,
) -> None:
    """A drill in a made-up city: typhoon, flood and tsunami, 30,000 generated residents, on this machine."""
    console = Console()
    is_live = log is LogForm.TEXT and console.is_terminal
    stream = LogStream(ThroughConsole(console) if is_live else sys.stdout, form=log)
    make_fresh_state(state, say=stream.say)
    area = get_city(state, say=stream.say)
    clock = ScenarioClock(SCENARIO_DAY_MS, SystemClock().now_ms(), speed)
    plan = Plan(
        state=state,
        world=World.DRILL,
        area=area,
        port_base=port_base,
        clock=f"scenario:{clock.scenario_start_ms}:{clock.wall_start_ms}:{speed:g}",
        log=log,
        kafka=os.environ.get("MIO_KAFKA") or None,
        redis=os.environ.get("MIO_REDIS") or None,
    )
    supervisor = Supervisor(plan, stream)
    lines: Lines = (lambda: live_line(console)) if is_live else (lambda: plain_lines(stream.say))

    def during() -> None:
        introduce(plan, say=stream.say, opens=not no_browser)
        play(drill_plan(plan, area, clock), lines, say=stream.say)
        if not once:
            stream.say("the scenario is over; the page stays up until Ctrl-C")
            threading.Event().wait()

    run_until_stopped(supervisor, log=log, during=during)


Lines = Callable[[], AbstractContextManager[Show]]


def get_city(state: Path, *, say: Callable[[str], None]) -> Path:
    """The made-up city's area folder inside the state folder; built where it is missing or of another version."""
    from routing import Network
    from routing.errors import RoutingError
    from services.area.build import build_synthetic
    from services.area.errors import AreaFolderError
    from services.area.folder import NETWORK, read_area

    area = state / "area"
    try:
        is_ours = read_area(area).synthetic and Network.load(area / NETWORK).node_count > 0
    except (AreaFolderError, RoutingError):
        is_ours = False
    if not is_ours:
        say("building the made-up city (once)")
        build_synthetic(area, progress=say)
    return area


def drill_plan(plan: Plan, area: Path, clock: ScenarioClock) -> DrillPlan:
    """What the drill needs to know of the launcher's plan."""
    return DrillPlan(
        area=area,
        clock=clock,
        ingest=plan.url("ingest"),
        gateway=plan.url("gateway"),
        partner_key=read_secrets(plan.state)["MIO_PARTNER_KEY"],
    )


def introduce(plan: Plan, *, say: Callable[[str], None], opens: bool) -> None:
    """Waits until a route is answered, says how to ask for one, and opens the page.

    Raises:
        PartFailedError: no way is answered in time.
    """
    url = f"{plan.url('navigator')}/v1/routes"
    if not wait_until(lambda: has_way(url), timeout_s=ANSWER_PATIENCE_S, every_s=0.2):
        raise PartFailedError(f"{url} knew no way after {ANSWER_PATIENCE_S:.0f} s: see {plan.state / 'logs'}")
    say(f"訓練 the page: {plan.url('staff')}/")
    say(
        "ask for a way to safety:\n"
        f"  curl -s {url} -H 'Content-Type: application/json' "
        f"""-d '{{"from": {{"lat": {HOME["lat"]}, "lon": {HOME["lon"]}}}, "profile": "adult"}}'"""
    )
    if opens and not open_page(f"{plan.url('staff')}/"):
        say("no browser to open here: open the page's address yourself")


def has_way(url: str) -> bool:
    """Whether the navigator answers a way from the made-up home."""
    try:
        answer = httpx.post(url, json={"from": HOME, "profile": "adult"}, timeout=5)
    except httpx.TransportError:
        return False
    return answer.is_success and answer.json()["kind"] == "route"


def open_page(url: str) -> bool:
    """Opens a browser with windows; a text browser would take over this terminal."""
    has_windows = sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    try:
        return bool(has_windows) and webbrowser.open(url)
    except (webbrowser.Error, OSError):
        return False


def play(plan: DrillPlan, lines: Lines, *, say: Callable[[str], None]) -> None:
    """The drill from its first cue to its last.

    Raises:
        PartFailedError: the drill cannot go on.
    """
    with lines() as show:
        drill = DrillThread(plan, on_progress=show, say=say)
        drill.start()
        try:
            drill.wait()
        except DrillError as error:
            raise PartFailedError(f"the drill cannot go on: {error}") from error
        finally:
            drill.stop()
