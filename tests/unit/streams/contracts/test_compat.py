"""Against the last release: what may be added passes, what breaks a promise is named with its place."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from streams.contracts.asyncapi import document
from streams.contracts.compat import list_breaks
from streams.contracts.pages import read_released
from streams.topics import SHARED, TELEGRAMS

Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def released() -> dict[str, Any]:
    return document([TELEGRAMS, SHARED])


def _struct(made: dict[str, Any], name: str = "Telegram") -> dict[str, Any]:
    struct: dict[str, Any] = made["components"]["schemas"][name]
    return struct


def test_the_code_keeps_what_the_last_release_promised() -> None:
    assert not list_breaks(read_released(), document())


def test_a_contract_keeps_its_own_promises(released: dict[str, Any]) -> None:
    assert not list_breaks(released, copy.deepcopy(released))


ADDED: dict[str, Change] = {
    "an optional property": lambda d: _struct(d)["properties"].update(
        colour={"type": "string", "default": ""}
    ),
    "a value": lambda d: _struct(d, "Hazard")["enum"].append("heat"),
    "a topic": lambda d: d["channels"].update(new=d["channels"]["telegrams"]),
    "a message": lambda d: d["channels"]["telegrams"]["messages"].update(Other={}),
    "a choice": lambda d: _struct(d)["properties"]["valid_until_ms"]["anyOf"].append({"type": "string"}),
}
BROKEN: dict[str, tuple[Change, str]] = {
    "a property removed": (lambda d: _struct(d)["properties"].pop("serial"), "Telegram.serial: the property is gone"),
    "a property of another type": (
        lambda d: _struct(d)["properties"]["serial"].update(type="string"),
        "Telegram.serial: type was integer, is string",
    ),
    "a property that refers elsewhere": (
        lambda d: _struct(d)["properties"]["status"].update({"$ref": "#/components/schemas/Action"}),
        "Telegram.status: was Status, is Action",
    ),
    "a property made required": (
        lambda d: _struct(d)["required"].append("serial"),
        "Telegram.serial: is required now; what is kept does not have it",
    ),
    "a new property that is required": (
        lambda d: (_struct(d)["properties"].update(colour={}), _struct(d)["required"].append("colour")),
        "Telegram.colour: is required now; what is kept does not have it",
    ),
    "a property that may be absent now": (
        lambda d: _struct(d)["required"].remove("issuer"),
        "Telegram.issuer: was always there; readers rely on it",
    ),
    "a default that means something else": (
        lambda d: _struct(d)["properties"]["serial"].update(default=1),
        "Telegram.serial: absent meant 0, means 1",
    ),
    "an enumeration narrowed": (lambda d: _struct(d, "Hazard")["enum"].remove("snow"), "Hazard: may no longer be snow"),
    "an enumeration where there was none": (
        lambda d: _struct(d)["properties"]["kind"].update(enum=["a"]),
        "Telegram.kind: may now be a only",
    ),
    "unknown no longer allowed": (
        lambda d: _struct(d)["properties"]["valid_until_ms"]["anyOf"].remove({"type": "null"}),
        "Telegram.valid_until_ms|: may no longer be null",
    ),
    "another element of an array": (
        lambda d: _struct(d)["properties"]["withdraws"]["items"].update(type="integer"),
        "Telegram.withdraws[]: type was string, is integer",
    ),
    "a longer tuple": (
        lambda d: _struct(d, "AreaConditions")["properties"]["polygons"]["items"]["items"]["items"].append({}),
        "AreaConditions.polygons[][][]: had 2 parts, has 3",
    ),
    "a topic removed": (lambda d: d["channels"].pop("shared"), "shared: the topic is gone"),
    "a message removed": (
        lambda d: d["channels"]["telegrams"]["messages"].pop("Telegram"),
        "telegrams: the message Telegram is gone",
    ),
    "another encoding": (
        lambda d: d["channels"]["telegrams"]["messages"]["Telegram"].update(contentType="application/cbor"),
        "telegrams/Telegram: was application/json, is application/cbor",
    ),
    "other partitions": (
        lambda d: d["channels"]["telegrams"]["bindings"]["kafka"].update(partitions=8),
        "telegrams: had 4 partitions, has 8: keys would move",
    ),
    "another kind of topic": (
        lambda d: d["channels"]["telegrams"]["bindings"]["kafka"]["topicConfiguration"].update({"cleanup.policy": ["compact"]}),
        "telegrams: cleanup.policy was ['delete'], is ['compact']",
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", ADDED.values(), ids=ADDED)
def test_additions_pass(released: dict[str, Any], change: Change) -> None:
    current = copy.deepcopy(released)
    change(current)
    assert current != released
    assert not list_breaks(released, current)


@pytest.mark.parametrize(("change", "said"), BROKEN.values(), ids=BROKEN)
def test_breaks_are_named(released: dict[str, Any], change: Change, said: str) -> None:
    current = copy.deepcopy(released)
    change(current)
    assert list_breaks(released, current) == [said]
