"""The committed AsyncAPI document is valid in the eyes of the official parser, and the parser is awake."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from services.local.locks import waiting_lock
from services.local.node import get_node
from services.local.tools import REPOSITORY, tools_folder
from streams.contracts.pages import ASYNCAPI, DOCS
from streams.topics import MANIFEST

PACKAGE = REPOSITORY / "infra" / "contracts"
ERROR = 0


@pytest.fixture(scope="module")
def parser() -> Path:
    """The parser in its own folder, fetched the first time (54 MB)."""
    folder = tools_folder() / "asyncapi"
    with waiting_lock(tools_folder() / "asyncapi.lock"):
        lock = (PACKAGE / "package-lock.json").read_bytes()
        mark = folder / "installed.json"
        if not mark.exists() or mark.read_bytes() != lock:
            shutil.copytree(PACKAGE, folder, dirs_exist_ok=True)
            get_node().run_npm(["ci", "--ignore-scripts", "--loglevel=error"], cwd=folder)
            mark.write_bytes(lock)
        shutil.copyfile(PACKAGE / "validate.js", folder / "validate.js")
    return folder


def validate(parser: Path, *files: Path) -> list[dict[str, Any]]:
    command = [str(get_node().part.path), "validate.js", *map(str, files)]
    done = subprocess.run(command, cwd=parser, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_document_is_valid_and_holds_every_topic(parser: Path) -> None:
    (found,) = validate(parser, DOCS / ASYNCAPI)
    assert not found["diagnostics"]
    assert found["channels"] == [topic.name for topic in MANIFEST]
    assert len(found["operations"]) == sum(len(t.readers) + len(t.writers) for t in MANIFEST)


def test_the_parser_finds_what_is_wrong(parser: Path, tmp_path: Path) -> None:
    document = json.loads((DOCS / ASYNCAPI).read_text(encoding="utf-8"))
    broken = {
        "no-such-channel": document | {"operations": {"x": {"action": "send", "channel": {"$ref": "#/channels/nowhere"}}}},
        "no-such-schema": document | {"components": {"schemas": {}}},
        "no-title": document | {"info": {"version": "1"}},
        "bad-schema": document | {"components": document["components"] | {"schemas": document["components"]["schemas"] | {"Hazard": {"type": "word"}}}},
    }  # fmt: skip
    for name, content in broken.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    for name, found in zip(broken, validate(parser, *(tmp_path / f"{n}.json" for n in broken)), strict=True):
        assert any(d["severity"] == ERROR for d in found["diagnostics"]), name
