"""`mio up` as a person uses it: start, look, ask, Ctrl-C; and once more on what was kept."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import h3
import httpx
import pytest
from typer.testing import CliRunner

from services.cli.main import app
from services.kit.settings import PROCESS_ORDER
from services.local.child import Child
from services.local.plan import read_secrets
from services.local.ports import free_base
from services.local.wait import wait_until

READY_S = 120.0
SECOND_START_S = 60.0
"""On a machine that runs other tests beside it; on an idle one of two cores it takes under 15 s."""

CELL = h3.latlng_to_cell(34.4985, 135.2045, 9)

pytestmark = pytest.mark.kafka

STATUS = (
    "全国地方公共団体コード,ID,名称,開設状況,避難者数,避難世帯数,想定収容人数,日時\n"
    "99101,{id},{name},開設,12,5,300,{at}\n"
)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with the made-up city."""
    state = tmp_path_factory.mktemp("up")
    built = CliRunner().invoke(app, ["area", "build", "--synthetic", "--out", str(state / "area")])
    assert built.exit_code == 0, built.output
    return state


class Launcher:
    """`mio up` in a process of its own."""

    def __init__(self, state: Path, *, log: Path) -> None:
        self.state = state
        self.base = free_base()
        self.log = log
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "services.cli", "up", "--state", str(self.state)]
        command += ["--port-base", str(self.base)]
        self.child = Child("up", command, log=self.log, env={"COLUMNS": "200"})

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.base + PROCESS_ORDER.index(name)}"

    def wait_up(self) -> float:
        """Seconds until it says that everything is up."""
        began = time.monotonic()
        self.child.wait_ready(lambda: "Miotsukushi is up" in self.child.last_words(100), timeout_s=READY_S)
        return time.monotonic() - began

    def interrupt(self) -> int:
        """Ctrl-C; the exit code."""
        os.kill(self.child.pid, signal.SIGINT)
        return self.child.wait()


@pytest.fixture(scope="module")
def up(state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launcher]:
    """The first start; whatever a test leaves running is ended in order."""
    launcher = Launcher(state, log=tmp_path_factory.mktemp("log") / "up.log")
    launcher.wait_up()
    yield launcher
    launcher.child.stop(patience_s=60)


def headcount(launcher: Launcher, place: str) -> int | None:
    near = httpx.get(f"{launcher.url('navigator')}/v1/shelters/near", params={"cell": CELL, "limit": 20})
    return next((p["headcount"] for p in near.json()["shelters"] if p["id"] == place), None)


def test_every_process_is_ready_and_its_address_is_shown(up: Launcher) -> None:
    words = up.child.last_words(200)
    for name in ("staff", "ingest", "gateway", "navigator"):
        assert up.url(name) in words
    assert all(httpx.get(f"{up.url(name)}/readyz").json()["status"] == "ready" for name in PROCESS_ORDER)
    assert "DRILL 訓練" in words


def test_a_second_launcher_on_the_same_state_says_whom_to_stop(up: Launcher, tmp_path: Path) -> None:
    second = Launcher(up.state, log=tmp_path / "second.log")
    assert second.child.wait() == 1
    assert f"in use by a launcher with process id {up.child.pid}" in second.child.last_words()


def test_what_was_said_is_kept_over_a_restart_which_is_quick(up: Launcher) -> None:
    """Ends the first launcher and leaves a second one in its place, for whichever test comes next."""
    near = httpx.get(f"{up.url('navigator')}/v1/shelters/near", params={"cell": CELL})
    place = near.json()["shelters"][0]
    document = STATUS.format(id=place["id"], name=place["name"], at="2026-09-01T14:00:00+09:00")
    key = read_secrets(up.state)["MIO_PARTNER_KEY"]
    answer = httpx.post(
        f"{up.url('ingest')}/v1/documents",
        content=document.encode(),
        headers={"Authorization": f"Bearer {key}", "X-Source": "city/99101"},
    )
    assert answer.json() == answer.json() | {"format": "shelter-status-csv", "events": 1, "rejected": 0}
    assert wait_until(lambda: headcount(up, place["id"]) == 12, timeout_s=10)
    assert up.interrupt() == 0
    assert [name for name in PROCESS_ORDER if is_listening(up.url(name))] == []
    up.start()
    seconds = up.wait_up()
    assert wait_until(lambda: headcount(up, place["id"]) == 12, timeout_s=10)
    assert "published=0" in up.child.last_words(100)
    assert seconds < SECOND_START_S


def is_listening(url: str) -> bool:
    try:
        httpx.get(f"{url}/healthz", timeout=2)
    except httpx.TransportError:
        return False
    return True
