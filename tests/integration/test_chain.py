"""A real telegram through ingest, Kafka, the worker and the navigator: another route, and back when it is taken back."""

import itertools
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from benchmarks.telegram_to_route import (
    OSAKA,
    PORTO,
    Chain,
    as_drill,
    build_osaka,
    build_porto,
    read_telegram,
    run_chain,
)

BOUND_S = 1.0
GREAT_EARTHQUAKE = "32-39_11_05_240613_VXSE53.xml"
"""The largest bulletin of the samples: 2,000 municipalities, 400 kB; eight of them are more than Faust sends by default."""

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module", params=["osaka", "porto"])
def area(request: pytest.FixtureRequest, data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Kita-ku with its real sites, and Porto with made-up ones."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "osaka":
        build_osaka(data_dir, folder / "area")
    else:
        build_porto(data_dir, folder / "area", folder)
    return folder / "area"


@pytest.fixture(scope="module")
def chain(area: Path) -> Iterator[Chain]:
    with run_chain(area.parent / "state", area) as chain:
        yield chain


@pytest.fixture(scope="module")
def origin(chain: Chain, area: Path) -> tuple[float, float]:
    """Somewhere from which the nearest site does not suit a tsunami."""
    return chain.find_origin({"osaka": OSAKA, "porto": PORTO}[area.parent.name[:5]])


@pytest.fixture(scope="module")
def moments() -> Iterator[datetime]:
    """Times of report, each younger than all that was said in the tests before."""
    began = datetime.now(UTC)
    return (began + timedelta(minutes=number) for number in itertools.count())


def show(text: str) -> None:
    """For whoever runs the demonstration with `pytest -s`."""
    sys.stdout.write(f"{text}\n")


def test_a_tsunami_warning_moves_the_answer_and_its_cancellation_moves_it_back(
    chain: Chain, origin: tuple[float, float], data_dir: Path, moments: Iterator[datetime]
) -> None:
    telegram, now = read_telegram(data_dir), next(moments)
    before = chain.route(*origin)
    moved_s = chain.seconds_until(as_drill(telegram, at=now), lambda: chain.flees_from_tsunami(origin))
    during = chain.route(*origin)
    cancel = as_drill(telegram, at=now + timedelta(seconds=1), action="取消")
    back_s = chain.seconds_until(cancel, lambda: not chain.flees_from_tsunami(origin))
    after = chain.route(*origin)
    for moment, answer in (("before", before), ("during", during), ("after", after)):
        shelter = answer["shelter"]
        show(f"{moment}: {shelter['name']} {shelter['suits']}, {answer['length_m']} m, {answer['hazards']}")
    show(
        f"moved after {moved_s * 1000:.0f} ms, back after {back_s * 1000:.0f} ms (bound {BOUND_S * 1000:.0f})"
    )
    assert "tsunami" not in before["shelter"]["suits"]
    assert (before["hazards"], before["drill"]) == ([], True)
    assert "tsunami" in during["shelter"]["suits"]
    assert during["shelter"]["id"] != before["shelter"]["id"]
    assert [hazard["hazard"] for hazard in during["hazards"]] == ["tsunami"]
    assert (after["shelter"]["id"], after["length_m"]) == (before["shelter"]["id"], before["length_m"])
    assert max(moved_s, back_s) < BOUND_S


def test_the_same_warning_as_it_was_meant_does_not_touch_the_drill(
    chain: Chain, origin: tuple[float, float], data_dir: Path, moments: Iterator[datetime]
) -> None:
    meant = as_drill(read_telegram(data_dir), at=next(moments)).replace(
        "<Status>訓練</Status>".encode(), "<Status>通常</Status>".encode()
    )
    with pytest.raises(httpx.HTTPStatusError) as refused:
        chain.send(meant)
    assert refused.value.response.json()["rejections"][0]["reason"] == "other-world"
    assert chain.route(*origin)["hazards"] == []


def test_many_large_bulletins_of_a_great_earthquake_do_not_end_the_worker(
    chain: Chain, origin: tuple[float, float], data_dir: Path, moments: Iterator[datetime]
) -> None:
    bulletin, now = read_telegram(data_dir, GREAT_EARTHQUAKE), next(moments)
    first = chain.supervisor.child("worker").pid
    for number in range(8):
        chain.send(as_drill(bulletin, at=now + timedelta(seconds=number)))
    chain.seconds_until(as_drill(read_telegram(data_dir), at=now), lambda: chain.flees_from_tsunami(origin))
    for action in ("訂正", "取消"):
        chain.send(as_drill(bulletin, at=now + timedelta(seconds=9), action=action))
    cancel = as_drill(read_telegram(data_dir), at=now + timedelta(seconds=1), action="取消")
    chain.seconds_until(cancel, lambda: not chain.flees_from_tsunami(origin))
    assert chain.supervisor.child("worker").pid == first
