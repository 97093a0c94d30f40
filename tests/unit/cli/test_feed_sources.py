"""The sources on the command line: what is declared, how each is, and what a context broker has to be told."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from typer.testing import CliRunner

from services.cli import doctor
from services.cli.feed import app
from services.kit.settings import port_of
from services.local.ports import free_port

SOURCES = """
[[source]]
id = "roads/mio"
kind = "pull"
name = "道路課"
says = ["closures"]
terms = "https://roads.example/terms"
licence = "CC BY 4.0"
contact = "tel:06"
expected_s = 720
url = "https://roads.example/datex.xml"

[[source]]
id = "ngsi/mio"
kind = "push"
name = "都市OS"
says = ["closures"]
terms = "x"
licence = "CC0"
contact = "tel:07"
expected_s = 600
throttling_s = 30
key_envs = ["MIO_SOURCE_NGSI_KEY"]
"""
STATES = {
    "now_ms": 100_000,
    "declared": [
        {"source": "roads/mio", "state": "silent", "heard_ms": 40_000, "detail": "HTTP 503"},
        {"source": "ngsi/mio", "state": "well", "heard_ms": 99_000, "detail": ""},
    ],
}
RUNNER = CliRunner()


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("MIO_SOURCES", "MIO_AREA", "MIO_PORT_BASE"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "sources.toml"
    file.write_text(SOURCES, encoding="utf-8")
    return file


@pytest.fixture
def base() -> Iterator[int]:
    """The port base of an ingest that answers as one does."""

    class Ingest(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/v1/sources" else 404)
            self.end_headers()
            self.wfile.write(json.dumps(STATES).encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ingest)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port - (port_of("ingest", 0))
    server.shutdown()
    server.server_close()


def run(*words: str) -> tuple[int, str, str]:
    done = RUNNER.invoke(app, list(words))
    return done.exit_code, done.stdout, done.stderr


def test_each_source_is_listed_with_its_state_and_a_silent_one_ends_with_1(file: Path, base: int) -> None:
    code, out, _ = run("sources", "--file", str(file), "--port-base", str(base))
    assert code == 1
    silent, well = (
        next(line for line in out.splitlines() if line.startswith(name)) for name in ("roads", "ngsi")
    )
    assert all(
        part in silent for part in ("silent", "60 s ago", "every 720 s", "closures", "CC BY 4.0", "tel:06")
    )
    assert all(part in well for part in ("well", "1 s ago", "push"))
    assert "roads/mio: HTTP 503" in out


def test_as_json_each_line_is_an_object_with_the_line_of_the_file(file: Path, base: int) -> None:
    _, out, _ = run("sources", "--file", str(file), "--port-base", str(base), "--json")
    assert [(row["line"], row["source"], row["state"]) for row in map(json.loads, out.splitlines())] == [
        (2, "roads/mio", "silent"),
        (13, "ngsi/mio", "well"),
    ]


def test_without_an_ingest_nothing_is_said_to_be_well(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIO_SOURCE_NGSI_KEY", raising=False)
    base = free_port() - port_of("ingest", 0)
    code, out, err = run("sources", "--file", str(file), "--port-base", str(base))
    assert (code, out.count("unknown")) == (1, 2)
    assert "ngsi/mio: not set here: MIO_SOURCE_NGSI_KEY" in out
    assert "no ingest answers" in err


def test_mistakes_are_printed_with_their_lines(file: Path) -> None:
    file.write_text(SOURCES.replace("720", "7").replace('"push"', '"pusch"'), encoding="utf-8")
    code, _, err = run("sources", "--file", str(file))
    assert code == 1
    assert [line.split(",")[1].strip() for line in err.splitlines()] == ["line 10", "line 15"]


def test_without_a_file_it_says_how_to_begin_one(file: Path) -> None:
    code, _, err = run("sources", "--area", str(file.parent / "elsewhere"))
    assert code == 1
    assert "connect-a-feed.md" in err


@pytest.mark.parametrize("version", ["v2", "ld"])
def test_a_subscription_is_printed_with_its_throttling(file: Path, version: str) -> None:
    words = ("subscription", "ngsi/mio", "--address", "https://mio.example", "--version", version)
    code, out, _ = run(*words, "--file", str(file))
    made = json.loads(out)
    assert (code, made["throttling"]) == (0, 30)
    assert "https://mio.example/v1/sources/ngsi/mio/documents" in out
    assert run("subscription", "roads/mio", "--address", "https://x", "--file", str(file))[0] == 2


def test_the_doctor_counts_the_sources_and_names_the_first_mistake(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIO_AREA", str(file.parent))
    assert doctor.find_sources().found == "2 declared"
    file.write_text(SOURCES.replace("720", "7").replace("600", "6"), encoding="utf-8")
    finding = doctor.find_sources()
    assert "line 10" in finding.remedy
    assert "(and 1 more)" in finding.remedy
    file.unlink()
    assert (doctor.find_sources().found, doctor.find_sources().remedy) == ("none", "")
