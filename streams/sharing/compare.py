"""What differs between two policy versions, rule by rule. Compares texts as the engine reads them: layout does not count."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from streams.sharing.rules import Rule, read_rules
from streams.sharing.versions import Version


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. where: `row 3`, `forbid expired (Gated)`, `parameters`. before, after: empty where there is none."""

    where: str
    what: str
    before: str
    after: str


def list_differences(old: Version, new: Version) -> list[Difference]:
    """Everything by which the newer version decides, or explains itself, differently."""
    before, after = _by_name(read_rules(old.policies)), _by_name(read_rules(new.policies))
    found: list[Difference] = []
    for name in sorted({*before, *after}, key=_by_row):
        if name not in before:
            found.append(Difference(name, "rule added", "", _summary(after[name])))
        elif name not in after:
            found.append(Difference(name, "rule removed", _summary(before[name]), ""))
        else:
            found += _changes(name, before[name], after[name])
    return found + list(_numbers(old, new))


def _by_name(rules: tuple[Rule, ...]) -> dict[str, Rule]:
    named: dict[str, Rule] = {}
    for rule in rules:
        name = f"row {rule.row}" if rule.permits else f"forbid {rule.reason} ({rule.action or 'everything'})"
        named[name] = rule
    return named


def _by_row(name: str) -> tuple[bool, int, str]:
    number = name.removeprefix("row ")
    return (not number.isdigit(), int(number) if number.isdigit() else 0, name)


def _summary(rule: Rule) -> str:
    return rule.annotations.get("item") or rule.annotations.get("basis", "")


def _changes(name: str, old: Rule, new: Rule) -> Iterator[Difference]:
    for key in sorted({*old.annotations, *new.annotations}):
        before, after = old.annotations.get(key, ""), new.annotations.get(key, "")
        if before != after:
            yield Difference(name, f"@{key}", before, after)
    if old.action != new.action:
        yield Difference(name, "action", old.action, new.action)
    before, after = ("\n".join(_texts(rule)) for rule in (old, new))
    if before != after:
        yield Difference(name, "conditions", before, after)


def _texts(rule: Rule) -> Iterator[str]:
    return (f"{c.kind} {{ {c.text} }}" for c in rule.conditions)


def _numbers(old: Version, new: Version) -> Iterator[Difference]:
    before, after = msgspec.to_builtins(old.parameters), msgspec.to_builtins(new.parameters)
    for key in before:
        if before[key] != after[key]:
            yield Difference("parameters", key, str(before[key]), str(after[key]))
    if old.schema != new.schema:
        yield Difference(
            "schema", "text", f"{len(old.schema):,} characters", f"{len(new.schema):,} characters"
        )
