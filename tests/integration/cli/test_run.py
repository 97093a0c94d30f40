"""`mio run NAME`: what ends a process, with which code, and in which order its parts stop. Real processes, real signals."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from services.cli.run import EXIT_RESTART
from services.kit.settings import PROCESS_ORDER
from services.local.child import Child
from services.local.ports import free_port
from services.local.probe import ask_ready
from services.local.wait import wait_until

MAIN = """
import asyncio
from pathlib import Path
from services.cli import run
from services.cli.main import main
from services.kit.health import health_app
from services.kit.http import Process, create_app
from services.kit.settings import SettingsError

MARKS = Path({marks!r})

async def ends():
    while not (MARKS / "end").exists():
        await asyncio.sleep(0.02)

async def fails():
    await ends()
    raise RuntimeError("a wheel came off")

async def helps():
    try:
        await asyncio.Event().wait()
    finally:
        print("helper stopped", flush=True)

async def start(settings, broker, readiness):
    {start}

run.STARTS["view"] = start
main()
"""
SLOW_REQUEST = """
    app = create_app("slow", readiness, description="")
    @app.get("/slow")
    async def slow():
        print("asked", flush=True)
        await asyncio.sleep(0.5)
        print("answered", flush=True)
        return "done"
    return Process(app, (helps,))
"""

Run = Callable[..., Child]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Starts `mio run view` with a start of the test's own."""
    made: list[Child] = []

    def make(start: str, **env: str) -> Child:
        code = MAIN.format(marks=str(tmp_path), start=start)
        environment = {"MIO_PORT_BASE": str(free_port()), "MIO_STATE": str(tmp_path), **env}
        command = [sys.executable, "-c", code, "run", "view"]
        made.append(Child("view", command, log=tmp_path / "view.log", env=environment))
        made[-1].base = int(environment["MIO_PORT_BASE"]) if environment["MIO_PORT_BASE"].isdigit() else 0  # type: ignore[attr-defined]
        return made[-1]

    yield make
    for child in made:
        child.kill()


def url(child: Child) -> str:
    return f"http://127.0.0.1:{child.base + PROCESS_ORDER.index('view')}"  # type: ignore[attr-defined]


def wait_ready(child: Child) -> None:
    child.wait_ready(lambda: ask_ready(url(child)).ready, timeout_s=20)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(run: Run, number: signal.Signals) -> None:
    child = run("return Process(health_app(readiness), (helps,))")
    wait_ready(child)
    os.kill(child.pid, number)
    assert child.wait() == 0
    assert child.last_words().endswith("helper stopped")


def test_requests_under_way_are_answered_before_their_helpers_stop(run: Run) -> None:
    child = run(SLOW_REQUEST)
    wait_ready(child)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(lambda: httpx.get(f"{url(child)}/slow").json())
        assert wait_until(lambda: "asked" in child.last_words(), timeout_s=10)
        os.kill(child.pid, signal.SIGTERM)
        assert answer.result(10) == "done"
    assert child.wait() == 0
    assert child.last_words().split("\n")[-2:] == ["answered", "helper stopped"]


@pytest.mark.parametrize(("part", "words"), [("ends", "ends returned"), ("fails", "a wheel came off")])
def test_a_part_that_ends_by_itself_ends_the_process_for_a_restart(
    run: Run, tmp_path: Path, part: str, words: str
) -> None:
    child = run(f"return Process(health_app(readiness), ({part}, helps))")
    wait_ready(child)
    (tmp_path / "end").touch()
    assert child.wait() == EXIT_RESTART
    assert words in child.last_words(60)
    assert "helper stopped" in child.last_words(60)


def test_a_signal_also_ends_a_process_that_is_still_starting(run: Run) -> None:
    child = run("print('starting', flush=True); await asyncio.Event().wait()")
    assert wait_until(lambda: "starting" in child.last_words(), timeout_s=20)
    os.kill(child.pid, signal.SIGTERM)
    assert child.wait() == 0


def test_a_start_that_fails_is_told_and_restarted(run: Run) -> None:
    child = run("raise OSError('no such area')")
    assert child.wait() == EXIT_RESTART
    assert "no such area" in child.last_words(60)


@pytest.mark.parametrize(
    ("start", "env", "words"),
    [
        ("return None", {"MIO_PORT_BASE": "80"}, "MIO_PORT_BASE='80'"),
        ("raise SettingsError('MIO_PARTNER_KEY is empty')", {}, "MIO_PARTNER_KEY is empty"),
    ],
)
def test_settings_that_cannot_be_used_are_said_without_a_traceback(
    run: Run, start: str, env: dict[str, str], words: str
) -> None:
    child = run(start, **env)
    assert child.wait() == 2
    assert words in child.last_words()
    assert "Traceback" not in child.last_words(100)


def test_a_name_that_is_no_process_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services.cli", "run", "lighthouse"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "'lighthouse' is not one of" in done.stderr


@pytest.mark.kafka
def test_the_view_process_becomes_ready_on_real_servers(kafka: str, redis_url: str, tmp_path: Path) -> None:
    base = free_port()
    env = {"MIO_KAFKA": kafka, "MIO_REDIS": redis_url, "MIO_PORT_BASE": str(base), "MIO_STATE": str(tmp_path)}
    child = Child(
        "view", [sys.executable, "-m", "services.cli", "run", "view"], log=tmp_path / "log", env=env
    )
    child.base = base  # type: ignore[attr-defined]
    try:
        wait_ready(child)
        assert "process_cpu_seconds_total" in httpx.get(f"{url(child)}/metrics").text
    finally:
        child.stop()
    assert child.process.returncode == 0
