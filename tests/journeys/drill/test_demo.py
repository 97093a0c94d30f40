"""`mio demo` as a person starts it: ready, a way answered, the page live with the drill's first warning, and gone after Ctrl-C."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from playwright.async_api import Page, expect

from services.cli.demo import HOME
from services.local.plan import Plan
from services.local.ports import free_base
from services.local.wait import wait_until

pytestmark = pytest.mark.browser
READY_S, CUE_S, STOP_S = 150, 90, 60


class Demo:
    """A running `mio demo`, with what it has written so far."""

    def __init__(self, state: Path, log: Path, base: int) -> None:
        self.plan = Plan(state=state, port_base=base)
        self.log = log
        command = [sys.executable, "-m", "services.cli", "demo", "--no-browser", "--speed", "60"]
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [*command, "--state", str(state), "--port-base", str(base)],
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def text(self) -> str:
        return self.log.read_text("utf-8", errors="replace")

    def wait_for(self, pattern: str, *, timeout_s: float) -> re.Match[str]:
        """The first place where the log says this."""
        wait_until(
            lambda: bool(re.search(pattern, self.text)) or self.process.poll() is not None,
            timeout_s=timeout_s,
        )
        found = re.search(pattern, self.text)
        assert found, f"no {pattern!r} in:\n{self.text[-5000:]}"
        return found


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Demo]]:
    started: list[Demo] = []

    def make() -> Demo:
        demo = Demo(tmp_path / "demo", tmp_path / f"log{len(started)}.txt", free_base())
        started.append(demo)
        return demo

    yield make
    for demo in started:
        if demo.process.poll() is None:
            demo.process.send_signal(signal.SIGINT)
            demo.process.wait(STOP_S)


async def test_the_demo_answers_a_way_shows_the_drill_and_ends_on_ctrl_c(
    start: Callable[[], Demo], page: Page
) -> None:
    demo = start()
    demo.wait_for("ask for a way to safety", timeout_s=READY_S)
    asked = demo.wait_for(r"curl -s (\S+) .* -d '(.+)'", timeout_s=5)
    async with httpx.AsyncClient(headers={"Content-Type": "application/json"}) as client:
        answer = (await client.post(asked[1], content=asked[2])).json()
    assert answer["kind"] == "route"
    assert answer["notice"] == "訓練"

    demo.wait_for("【訓練】.* 台風が近づき", timeout_s=CUE_S)
    await page.goto(f"{demo.plan.url('staff')}/")
    await expect(page.locator("body")).to_contain_text("訓練")
    await expect(page.locator("body")).to_contain_text("大雨注意報", timeout=CUE_S * 1000)

    children = psutil.Process(demo.process.pid).children(recursive=True)
    assert len(children) >= len(demo.plan.processes)
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(STOP_S) == 0
    assert psutil.wait_procs(children, timeout=5)[1] == []


def test_a_second_demo_begins_at_its_beginning_and_refuses_to_disturb_the_first(
    start: Callable[[], Demo],
) -> None:
    first = start()
    first.wait_for("【訓練】.* 台風が近づき", timeout_s=READY_S + CUE_S)
    meanwhile = start()
    assert meanwhile.process.wait(30) == 1
    assert "in use by a launcher" in meanwhile.text
    first.process.send_signal(signal.SIGINT)
    assert first.process.wait(STOP_S) == 0

    second = start()
    second.wait_for("a drill begins at its beginning: removing", timeout_s=30)
    second.wait_for("ask for a way to safety", timeout_s=READY_S)
    answer = httpx.post(f"{second.plan.url('navigator')}/v1/routes", json={"from": HOME})
    assert answer.json()["hazards"] == []
    assert "building the made-up city" not in second.text
