"""Two worker processes behind the navigator's one port: they share connections, speak for each other, and end together."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from services.local.plan import Plan
from services.local.ports import free_base
from services.local.supervisor import Supervisor
from services.local.wait import wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]
PATIENCE_S = 60.0
QUESTION = {"from": {"lat": 34.5, "lon": 135.205}}


@pytest.fixture(scope="module")
def navigator(
    kafka: str, redis_url: str, made_up_city: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Supervisor]:
    folder = tmp_path_factory.mktemp("workers")
    plan = Plan(
        state=folder / "state", area=made_up_city, port_base=free_base(), processes=("navigator",), kafka=kafka,
        redis=redis_url, extra={"MIO_NAVIGATOR_WORKERS": "2"},
    )  # fmt: skip
    supervisor = Supervisor(plan)
    supervisor.start()
    yield supervisor
    supervisor.stop()


def others(navigator: Supervisor) -> list[psutil.Process]:
    """The processes that the first worker started."""
    return psutil.Process(navigator.child("navigator").pid).children()


def counts(url: str) -> dict[str, float]:
    """Answered questions by worker, as any one of them tells."""
    text = httpx.get(f"{url}/metrics").text
    found = re.findall(r'mio_requests_total{route="/v1/routes",status="200",worker="(\d)"} ([\d.]+)', text)
    return {worker: float(count) for worker, count in found}


def test_connections_are_spread_and_counted_for_all(navigator: Supervisor) -> None:
    url = navigator.plan.url("navigator")
    for _ in range(40):
        assert httpx.post(f"{url}/v1/routes", json=QUESTION).status_code == 200  # a connection each
    assert wait_until(lambda: sum(counts(url).values()) == 40, timeout_s=PATIENCE_S)
    assert set(counts(url)) == {"0", "1"}
    text = httpx.get(f"{url}/metrics").text
    assert text.count("# TYPE mio_requests_total counter") == 1


def test_both_map_the_one_network(navigator: Supervisor) -> None:
    (other,) = others(navigator)
    for process in (psutil.Process(navigator.child("navigator").pid), other):
        assert any(m.path.endswith("network.mio") for m in process.memory_maps())


def test_one_that_stands_still_makes_all_unready(navigator: Supervisor) -> None:
    (other,) = others(navigator)
    url = f"{navigator.plan.url('navigator')}/readyz"
    other.send_signal(signal.SIGSTOP)
    try:
        assert wait_until(lambda: _status(url) == 503, timeout_s=PATIENCE_S)
    finally:
        other.send_signal(signal.SIGCONT)
    assert wait_until(lambda: _status(url) == 200, timeout_s=PATIENCE_S)


def _status(url: str) -> int:
    """0 where nobody answered in time: the connection may have come to the one that stands still."""
    try:
        return httpx.get(url, timeout=0.5).status_code
    except httpx.HTTPError:
        return 0


def test_when_one_is_killed_all_are_started_again_and_none_is_left(navigator: Supervisor) -> None:
    first, (other,) = navigator.child("navigator").pid, others(navigator)
    os.kill(other.pid, signal.SIGKILL)
    assert wait_until(lambda: not psutil.pid_exists(first), timeout_s=PATIENCE_S)
    assert wait_until(lambda: navigator.is_ready("navigator"), timeout_s=PATIENCE_S)
    (new,) = others(navigator)
    first = navigator.child("navigator").pid
    os.kill(first, signal.SIGKILL)
    assert wait_until(lambda: not _runs(new), timeout_s=PATIENCE_S)
    assert wait_until(lambda: navigator.is_ready("navigator"), timeout_s=PATIENCE_S)


def _runs(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_settings_refuse_what_is_no_number_of_workers(tmp_path: Path) -> None:
    from services.kit.settings import Settings, SettingsError

    for text in ("0", "65", "two", "-1"):
        with pytest.raises(SettingsError, match="MIO_NAVIGATOR_WORKERS"):
            Settings.from_env({"MIO_NAVIGATOR_WORKERS": text})
    assert Settings.from_env({"MIO_NAVIGATOR_WORKERS": "4"}).navigator_workers == 4
