"""JSON Schemas of structs, in draft-07: the dialect that AsyncAPI embeds. Writes no file."""

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

Schema = dict[str, Any]
DIALECT = "http://json-schema.org/draft-07/schema#"


def components(kinds: Iterable[type[msgspec.Struct]], *, at: str) -> Mapping[str, Schema]:
    """The schemas of `kinds` and of all that they are made of, by name; they refer to each other below `at`.

    Unknown properties are allowed everywhere: a reader ignores what it does not know.
    """
    _, found = msgspec.json.schema_components(kinds, ref_template=at + "/{name}")
    return {name: _older(found[name]) for name in sorted(found)}


def standalone(kinds: tuple[type[msgspec.Struct], ...], *, title: str) -> Schema:
    """One schema for one topic: a value is one of `kinds`."""
    definitions = components(kinds, at="#/definitions")
    choices = [{"$ref": f"#/definitions/{kind.__name__}"} for kind in kinds]
    one: Schema = choices[0] if len(choices) == 1 else {"anyOf": choices}
    return {"$schema": DIALECT, "title": title, "allOf": [one], "definitions": dict(definitions)}


def _older(part: Any) -> Any:  # noqa: ANN401
    """From 2020-12 to draft-07: tuples are lists of schemas there, and a union's tag needs no hint."""
    if isinstance(part, list | tuple):
        return [_older(each) for each in part]
    if not isinstance(part, dict):
        return part
    made = {name: _older(value) for name, value in part.items() if name != "discriminator"}
    if "prefixItems" in made:
        made.pop("items", None)
        made["items"] = made.pop("prefixItems")
    if isinstance(made.get("description"), str):
        made["description"] = inspect.cleandoc(made["description"])
    return made
