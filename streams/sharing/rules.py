"""The rules of a version as values: annotations, and conditions with their names. Decides nothing."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cedarpy

ROWS = range(1, 14)
WORDS = ("recipient", "item", "basis", "trigger", "scope", "expires_after", "audit")
"""The columns of the decision table, in its order."""
ALWAYS_WIN = frozenset(
    {
        "purpose-missing",
        "protection-order",
        "other-world",
        "cancelled",
        "wrong-municipality",
        "expired",
        "refused",
        "never-personal",
    }
)
"""Reasons of the forbids without which a version of all rows is not complete."""
BY_TELEGRAM, BY_PEOPLE = "telegram", "people"
DECLARES = ("polygon", "one person", "persons", "polygon or persons")
"""What a declaration of the row must name."""

_AROUND_A_NAME = re.compile(r"(?<!\w)\(((?:\w|\.)+)\)")
"""The engine writes (principal.role) == "staff"; a person reads it without."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One `when` or `unless` of a rule. `text` is Cedar, as the engine itself writes it; name_ja: empty where there is none."""

    name: str
    kind: str
    text: str
    name_ja: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. row: 0 for what holds across rows. actions: names, or groups of them; none means every action."""

    id: str
    permits: bool
    action: str
    annotations: Mapping[str, str]
    conditions: tuple[Condition, ...]

    @property
    def row(self) -> int:
        return int(self.annotations.get("row", "0"))

    @property
    def reason(self) -> str:
        return self.annotations.get("reason", "")

    @property
    def gate(self) -> str:
        """`telegram`, `people`, or nothing where the row has no gate."""
        return self.annotations.get("gate", "")

    def find_number(self, name: str) -> int | None:
        """A counted annotation, such as `hours`."""
        return int(self.annotations[name]) if name in self.annotations else None


@lru_cache(maxsize=16)
def read_rules(policies: str) -> tuple[Rule, ...]:
    """All rules of a Cedar text, in its order."""
    static = json.loads(cedarpy.policies_to_json_str(policies))["staticPolicies"]
    return tuple(
        _rule(name, static[name]) for name in sorted(static, key=lambda n: int(n.removeprefix("policy")))
    )


def _rule(name: str, policy: Mapping[str, Any]) -> Rule:
    annotations = policy.get("annotations", {})
    conditions = policy["conditions"]
    names = _names(annotations, "needs", len(conditions)) or [
        f"condition {number}" for number in range(1, len(conditions) + 1)
    ]
    japanese = _names(annotations, "needs_ja", len(conditions)) or [""] * len(conditions)
    return Rule(
        id=name,
        permits=policy["effect"] == "permit",
        action=policy["action"].get("entity", {}).get("id", ""),
        annotations=annotations,
        conditions=tuple(
            Condition(label, one["kind"], _text(one), label_ja)
            for label, label_ja, one in zip(names, japanese, conditions, strict=True)
        ),
    )


def _names(annotations: Mapping[str, str], key: str, count: int) -> list[str]:
    """One name a condition, or none at all: names of which it is not sure whose they are help nobody."""
    names = [part.strip() for part in annotations.get(key, "").split(";") if part.strip()]
    return names if len(names) == count else []


def _text(condition: Mapping[str, Any]) -> str:
    anything = {"op": "All"}
    policy = {
        "effect": "permit", "principal": anything, "action": anything, "resource": anything, "conditions": [condition]
    }  # fmt: skip
    whole = {"staticPolicies": {"one": policy}, "templates": {}, "templateLinks": []}
    text: str = cedarpy.policies_from_json_str(json.dumps(whole))
    text = text[text.index("{") + 1 : text.rindex("}")].strip()
    while (plain := _AROUND_A_NAME.sub(r"\1", text)) != text:
        text = plain
    return text


def permits_by_row(rules: tuple[Rule, ...]) -> dict[int, Rule]:
    """The permit of each row."""
    return {rule.row: rule for rule in rules if rule.permits}


def list_faults(rules: tuple[Rule, ...]) -> list[str]:
    """What is wrong with the rules of a version beyond what the schema catches; empty when nothing is."""
    permits = [rule for rule in rules if rule.permits]
    faults = [fault for rule in rules for fault in _faults_of(rule)]
    rows = [rule.row for rule in permits]
    faults += [
        f"row {row}: {rows.count(row)} permits, one is the bound"
        for row in sorted({*rows})
        if rows.count(row) > 1
    ]
    faults += [f"row {row}: not a row of the decision table" for row in sorted({*rows} - {*ROWS})]
    if len(rows) > 1:
        faults += [f"row {row}: no permit" for row in ROWS if row not in rows]
        faults += [fault for rule in rules for fault in _faults_of_words(rule)]
        lacking = sorted(ALWAYS_WIN - {rule.reason for rule in rules if not rule.permits})
        faults += [f"no forbid with the reason {reason}" for reason in lacking]
    return faults


def _faults_of(rule: Rule) -> Iterator[str]:
    where = f"{rule.id} (row {rule.row})"
    needed = ("row", "basis", "trigger", "expires_after") if rule.permits else ("row", "basis", "reason")
    for name in needed:
        if not rule.annotations.get(name):
            yield f"{where}: @{name} is missing"
    if "needs" in rule.annotations and any(c.name.startswith("condition ") for c in rule.conditions):
        yield f"{where}: @needs must name each of {len(rule.conditions)} conditions, with ; between them"
    if rule.permits and not rule.action:
        yield f"{where}: a permit is for one action"
    if rule.gate not in {"", BY_TELEGRAM, BY_PEOPLE}:
        yield f"{where}: @gate({rule.gate!r}) is neither {BY_TELEGRAM} nor {BY_PEOPLE}"
    if rule.gate:
        yield from _faults_of_gate(rule, where)


def _faults_of_words(rule: Rule) -> Iterator[str]:
    """A version that counsel signs says everything in Japanese as well."""
    where = f"{rule.id} (row {rule.row})"
    for word in WORDS if rule.permits else ("basis",):
        for name in (word, f"{word}_ja"):
            if not rule.annotations.get(name):
                yield f"{where}: @{name} is missing"
    if rule.permits and not all(condition.name_ja for condition in rule.conditions):
        yield f"{where}: @needs_ja must name each of {len(rule.conditions)} conditions, with ; between them"


def _faults_of_gate(rule: Rule, where: str) -> Iterator[str]:
    counted = {BY_TELEGRAM: ("armed_at", "hours"), BY_PEOPLE: ("hours", "at_most_h")}.get(rule.gate, ())
    for name in counted:
        if not rule.annotations.get(name, "").isdigit():
            yield f"{where}: @{name} must be a whole number for a gate that is opened by {rule.gate}"
    if rule.gate == BY_PEOPLE and rule.annotations.get("declares") not in DECLARES:
        yield f"{where}: @declares must be one of {', '.join(DECLARES)}"
    if rule.gate == BY_PEOPLE and not rule.annotations.get("approved_by"):
        yield f"{where}: @approved_by is missing: nobody could open the gate"
