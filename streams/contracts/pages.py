"""The generated contracts as files below docs/: what each holds, and whether they were released."""

import json
import shutil
from pathlib import Path
from typing import Any

from streams.catalogue import page
from streams.contracts.asyncapi import document
from streams.contracts.payloads import get_payload
from streams.contracts.schemas import standalone
from streams.topics import MANIFEST

DOCS = Path(__file__).resolve().parents[2] / "docs"
CONTRACTS = Path("contracts")
ASYNCAPI = CONTRACTS / "asyncapi.json"
RELEASED = CONTRACTS / "released.json"
TOPICS = Path("reference/topics.md")


def pages() -> dict[Path, str]:
    """Every generated file, by its path below docs/."""
    made = {TOPICS: page(), ASYNCAPI: _text(document())}
    for topic in MANIFEST:
        if kinds := get_payload(topic).kinds:
            made[CONTRACTS / "schemas" / f"{topic.name}.json"] = _text(standalone(kinds, title=topic.name))
    return made


def read_released(docs: Path = DOCS) -> dict[str, Any]:
    """The AsyncAPI document of the last release."""
    released: dict[str, Any] = json.loads((docs / RELEASED).read_text(encoding="utf-8"))
    return released


def write(docs: Path) -> None:
    """All of them; the schema of a topic that is gone goes too."""
    shutil.rmtree(docs / CONTRACTS / "schemas", ignore_errors=True)
    for path, text in pages().items():
        (docs / path).parent.mkdir(parents=True, exist_ok=True)
        (docs / path).write_text(text, encoding="utf-8")


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
