"""Whether what a released contract promised still holds: compares two AsyncAPI documents of ours. Names each broken promise by its place.

May be added: topics, messages, optional properties, values of an enumeration (readers of the older release put those among
their dead letters, so readers are upgraded first). Everything else is a break: of those who read now, or of what is kept.
"""

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]
Schema = dict[str, Any]
SAME = ("type", "format", "contentEncoding", "minItems", "maxItems", "minimum", "maximum", "pattern")


def list_breaks(released: Document, current: Document) -> list[str]:
    """One line for each promise of `released` that `current` breaks: `place: what`."""
    lost: list[str] = []
    for name, channel in released["channels"].items():
        now = current["channels"].get(name)
        lost += [f"{name}: the topic is gone"] if now is None else _channel(name, channel, now)
    schemas, there = released["components"]["schemas"], current["components"]["schemas"]
    for name, schema in schemas.items():
        # one that nothing refers to any more is missed where it was referred to
        lost += _schema(name, schema, there[name]) if name in there else []
    return lost


def _channel(name: str, was: Document, now: Document) -> Iterator[str]:
    if was["address"] != now["address"]:
        yield f"{name}: address was {was['address']}, is {now['address']}"
    before, after = was["bindings"]["kafka"], now["bindings"]["kafka"]
    if before["partitions"] != after["partitions"]:
        yield f"{name}: had {before['partitions']} partitions, has {after['partitions']}: keys would move"
    cleanup = "cleanup.policy"
    if before["topicConfiguration"][cleanup] != after["topicConfiguration"][cleanup]:
        yield f"{name}: {cleanup} was {before['topicConfiguration'][cleanup]}, is {after['topicConfiguration'][cleanup]}"
    for message, promised in was["messages"].items():
        given = now["messages"].get(message)
        if given is None:
            yield f"{name}: the message {message} is gone"
        elif promised["contentType"] != given["contentType"]:
            yield f"{name}/{message}: was {promised['contentType']}, is {given['contentType']}"
        else:
            yield from _schema(f"{name}/{message}", promised["payload"], given["payload"])


def _schema(place: str, was: Schema, now: Schema) -> Iterator[str]:
    if ("$ref" in was, was.get("$ref")) != ("$ref" in now, now.get("$ref")):
        yield f"{place}: was {_kind(was)}, is {_kind(now)}"
        return
    for word in SAME:
        if was.get(word) != now.get(word):
            yield f"{place}: {word} was {was.get(word)}, is {now.get(word)}"
    yield from _values(place, was, now)
    yield from _properties(place, was, now)
    yield from _inner(place, was, now)


def _kind(schema: Schema) -> str:
    return str(schema.get("$ref", schema.get("type", "a choice"))).removeprefix("#/components/schemas/")


def _values(place: str, was: Schema, now: Schema) -> Iterator[str]:
    gone = [value for value in was.get("enum", ()) if value not in now.get("enum", (value,))]
    if gone:
        yield f"{place}: may no longer be {', '.join(map(str, gone))}"
    if "enum" in now and "enum" not in was:
        yield f"{place}: may now be {', '.join(map(str, now['enum']))} only"


def _properties(place: str, was: Schema, now: Schema) -> Iterator[str]:
    before, after = was.get("properties", {}), now.get("properties", {})
    for name, schema in before.items():
        if name not in after:
            yield f"{place}.{name}: the property is gone"
        else:
            yield from _schema(f"{place}.{name}", schema, after[name])
            if schema.get("default") != after[name].get("default"):
                yield f"{place}.{name}: absent meant {schema.get('default')!r}, means {after[name].get('default')!r}"
    needed, was_needed = set(now.get("required", ())), set(was.get("required", ()))
    for name in sorted(needed - was_needed):
        yield f"{place}.{name}: is required now; what is kept does not have it"
    for name in sorted(was_needed - needed & after.keys()):
        yield f"{place}.{name}: was always there; readers rely on it"


def _inner(place: str, was: Schema, now: Schema) -> Iterator[str]:
    """Arrays, tuples, maps and choices: position by position; a choice may be added at the end."""
    for word, mark in (("items", "[]"), ("additionalProperties", "{}"), ("anyOf", "|"), ("allOf", "&")):
        before, after = was.get(word), now.get(word)
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _schema(place + mark, before, after)
        elif isinstance(before, list) and isinstance(after, list):
            yield from _each(place + mark, before, after, may_grow=word == "anyOf")
        elif before != after:
            yield f"{place}: {word} was {before}, is {after}"


def _each(place: str, before: list[Schema], after: list[Schema], *, may_grow: bool) -> Iterator[str]:
    if may_grow:
        for choice in before:
            if choice not in after:
                yield f"{place}: may no longer be {_kind(choice)}"
        return
    if len(before) != len(after):
        yield f"{place}: had {len(before)} parts, has {len(after)}"
    for number, (was, now) in enumerate(zip(before, after, strict=False)):
        yield from _schema(f"{place}{number}", was, now)
