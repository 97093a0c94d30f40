"""The committed contracts are those of the code, and what it writes keeps to them."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from streams.codec import encode
from streams.contracts.pages import DOCS, pages, write
from streams.contracts.payloads import get_payload
from streams.events.base import Action
from streams.events.closures import ClosureReport, Geometry, Mode
from streams.events.shelters import Opening, ShelterReport
from streams.topics import MANIFEST, TELEGRAMS
from tests.integration.worker.city import telegram

EVENTS = {
    "telegrams": telegram("s", at=1),
    "shelter-reports": ShelterReport(id="a", source="b", as_of_ms=1, opening=Opening.OPEN, headcount=0),
    "closure-reports": ClosureReport(
        id="a",
        source="b",
        as_of_ms=1,
        action=Action.CANCEL,
        modes=(Mode.FOOT,),
        geometry=Geometry("line", (((34.5, 135.27), (34.6, 135.28)),)),
    ),
}


def schema(topic: str) -> Draft7Validator:
    return Draft7Validator(
        json.loads((DOCS / "contracts/schemas" / f"{topic}.json").read_text(encoding="utf-8"))
    )


def test_every_committed_page_is_current() -> None:
    stale = [str(path) for path, text in pages().items() if not _is(DOCS / path, text)]
    assert not stale, "run: make contracts"


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def test_no_schema_stays_when_its_topic_is_gone(tmp_path: Path) -> None:
    left = tmp_path / "contracts/schemas/former.json"
    left.parent.mkdir(parents=True)
    left.touch()
    write(tmp_path)
    assert {p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file()} == set(pages())
    assert {p.relative_to(DOCS) for p in (DOCS / "contracts/schemas").iterdir()} <= set(pages())


@pytest.mark.parametrize("topic", MANIFEST, ids=lambda t: t.name)
def test_every_topic_says_what_it_carries(topic: object) -> None:
    payload = get_payload(topic)  # type: ignore[arg-type]
    assert bool(payload.kinds) != bool(payload.layout)


def test_a_topic_without_a_payload_is_named() -> None:
    from dataclasses import replace

    with pytest.raises(KeyError, match=r"new-topic: say in streams\.contracts\.payloads"):
        get_payload(replace(TELEGRAMS, name="new-topic"))


@pytest.mark.parametrize("topic", EVENTS)
def test_what_is_written_keeps_to_its_schema(topic: str) -> None:
    schema(topic).validate(json.loads(encode(EVENTS[topic])))


@pytest.mark.parametrize(
    ("field", "value"), [("action", "perhaps"), ("issued_at_ms", "noon"), ("areas", [{"conditions": []}])]
)
def test_what_breaks_a_schema_is_seen(field: str, value: object) -> None:
    said = json.loads(encode(EVENTS["telegrams"])) | {field: value}
    assert not schema("telegrams").is_valid(said)
    said.pop(field)
    said["a field of a later release"] = 1
    assert schema("telegrams").is_valid(said) == (field == "areas")


def test_a_position_in_a_drawing_has_two_numbers() -> None:
    said = json.loads(encode(EVENTS["closure-reports"]))
    said["geometry"]["parts"][0][0] = [34.5]
    assert not schema("closure-reports").is_valid(said)
