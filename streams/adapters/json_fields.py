"""Fields of JSON from strangers: texts, numbers and lists of names, whatever stands there. Knows no format."""

from collections.abc import Mapping
from typing import Any


def text_at(fields: Mapping[str, Any], name: str) -> str:
    """A text or number as text; empty where it is absent, null or something else."""
    value = fields.get(name)
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def names_of(value: object) -> tuple[str, ...]:
    """The texts of a list, or one text alone; what is empty or no text is left out."""
    names = value if isinstance(value, list) else [value]
    return tuple(name.strip() for name in names if isinstance(name, str) and name.strip())


def objects_at(fields: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of a list; empty where there is no list."""
    value = fields.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
