"""The small parts of `mio demo`; the whole of it is a journey."""

from pathlib import Path

import pytest

from services.area.folder import NETWORK, read_area
from services.cli.demo import get_city, has_way, open_page
from services.local.ports import free_port


def test_the_city_is_built_once_and_again_when_it_cannot_be_read(tmp_path: Path) -> None:
    said: list[str] = []
    area = get_city(tmp_path, say=said.append)
    assert read_area(area).synthetic
    assert said[0] == "building the made-up city (once)"
    said.clear()
    get_city(tmp_path, say=said.append)
    assert said == []
    (area / NETWORK).write_bytes(b"of another version")
    get_city(tmp_path, say=said.append)
    assert said[0] == "building the made-up city (once)"


def test_without_windows_no_browser_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BROWSER", "false")
    assert open_page("http://127.0.0.1:1/") is False


def test_a_navigator_that_is_not_there_knows_no_way() -> None:
    assert has_way(f"http://127.0.0.1:{free_port()}/v1/routes") is False
