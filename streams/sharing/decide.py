"""The one decision function: may this recipient see this, for this purpose? Default deny, forbid wins. No I/O after loading."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import cedarpy
import msgspec

from streams.sharing.requests import CountsRequest, Person, Recipient, Request
from streams.sharing.rules import Condition, Rule, permits_by_row, read_rules
from streams.sharing.versions import IN_SERVICE, PolicyError, read_version

__all__ = [
    "CountsRequest",
    "Decider",
    "Decision",
    "Explanation",
    "PolicyError",
    "Recipient",
]


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, by which version and which row; `reason` is stable, for the audit and the page.

    missing: names of the row's conditions that do not hold, where no forbid was the reason.
    """

    permitted: bool
    policy: str
    row: int | None
    reason: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision with the rule that would permit, each of its conditions and whether it holds, and every forbid that struck."""

    decision: Decision
    rule: Rule
    conditions: tuple[tuple[Condition, bool], ...]
    forbids: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class _Action:
    """An action with the groups that forbids reach it through, and the rules that can concern it."""

    entity: dict[str, Any]
    policies: cedarpy.PolicySet


@dataclass(frozen=True, slots=True)
class _Question:
    """A request as Cedar takes it. `entities` holds the action as well."""

    request: dict[str, Any]
    entities: str
    policies: cedarpy.PolicySet


class Decider:
    """One policy version, loaded and validated."""

    def __init__(self, version: str, policies: str, schema: str) -> None:
        self.version = version
        self.rules = read_rules(policies)
        self._policies = json.loads(cedarpy.policies_to_json_str(policies))
        self._schema = cedarpy.Schema.from_str(schema)
        self._by_id = {rule.id: rule for rule in self.rules}
        self._permits = permits_by_row(self.rules)
        self._groups = sorted({r.action for r in self.rules if not r.permits and r.action})
        self._actions: dict[str, _Action] = {}
        self._probes: dict[int, cedarpy.PolicySet] = {}

    @classmethod
    def load(cls, version: str = IN_SERVICE) -> "Decider":
        """Reads and validates a version.

        Raises:
            PolicyError: no such version, or Cedar refuses it.
        """
        read = read_version(version)
        return cls(version, read.policies, read.schema)

    def decide_counts(self, recipient: Recipient, request: CountsRequest) -> Decision:
        """Row 1: protected counts per cell."""
        counts = _entity(
            "CellCounts",
            request.municipality,
            {"municipality": request.municipality, "protected": request.protected},
        )
        context = {"purpose": request.purpose, "sharing": list(request.sharing), "world": ""}
        question = self._ask(recipient, self._rule_of(1).action, counts, context)
        return self._decision(question, self._answers([question])[0], row=1)

    def decide(self, request: Request) -> Decision:
        """Rows 2 to 13.

        Raises:
            PolicyError: the version has no such row, or Cedar refuses the question.
        """
        question = self._question(request)
        return self._decision(question, self._answers([question])[0], row=request.row)

    def decide_all(self, requests: list[Request]) -> list[Decision]:
        """The decision of each, in their order; does not look for what is `missing`.

        Raises:
            PolicyError: as `decide`.
        """
        answers = self._answers([self._question(request) for request in requests])
        return [
            self._plain(answer, row=request.row) for request, answer in zip(requests, answers, strict=True)
        ]

    def explain(self, request: Request) -> Explanation:
        """Why: the rule of the row, its conditions one by one, and the forbids that struck."""
        question = self._question(request)
        answer = self._answers([question])[0]
        rule, held = self._rule_of(request.row), self._held(question, request.row)
        struck = () if answer.allowed else tuple(self._by_id[name] for name in answer.diagnostics.reasons)
        return Explanation(
            decision=self._decision(question, answer, row=request.row),
            rule=rule,
            conditions=tuple((c, index in held) for index, c in enumerate(rule.conditions)),
            forbids=struck,
        )

    def _rule_of(self, row: int) -> Rule:
        if row not in self._permits:
            rows = ", ".join(str(r) for r in self._permits)
            raise PolicyError(f"policy {self.version}: no rule for row {row}; it has {rows}")
        return self._permits[row]

    def _question(self, request: Request) -> _Question:
        resource = request.resource
        attributes = msgspec.to_builtins(resource)
        kind = "Person" if isinstance(resource, Person) else "Statistics"
        name = attributes.pop("subject", resource.municipality)
        attributes.pop("type")
        return self._ask(
            request.recipient,
            self._rule_of(request.row).action,
            _entity(kind, name, attributes),
            msgspec.to_builtins(request.circumstances),
        )

    def _ask(
        self, recipient: Recipient, action: str, resource: dict[str, Any], context: Mapping[str, Any]
    ) -> _Question:
        who = _entity(
            "Recipient", recipient.id, {"role": recipient.role, "municipality": recipient.municipality}
        )
        request = {
            "principal": who["uid"],
            "action": {"type": "Action", "id": action},
            "resource": resource["uid"],
            "context": json.dumps(context),
        }
        if action not in self._actions:
            self._actions[action] = self._action(action, request, [who, resource])
        known = self._actions[action]
        entities = json.dumps([who, resource, known.entity], sort_keys=True)
        return _Question(request, entities, known.policies)

    def _action(self, action: str, request: dict[str, Any], entities: list[dict[str, Any]]) -> _Action:
        """Asked of the schema once, with a first question; then decisions need it no more, nor the rules of other actions."""
        groups = [group for group in self._groups if group != action]
        text = "".join(f"permit (principal, action in Action::{json.dumps(g)}, resource);" for g in groups)
        answer = cedarpy.is_authorized(request, cedarpy.PolicySet.from_str(text), entities, self._schema)
        if answer.diagnostics.errors:
            raise PolicyError(f"policy {self.version}: {answer.diagnostics.errors}")
        held = sorted(groups[int(name.removeprefix("policy"))] for name in answer.diagnostics.reasons)
        parents = [{"type": "Action", "id": group} for group in held]
        concerned = {"", action, *held}
        static = self._policies["staticPolicies"]
        own = {rule.id: static[rule.id] for rule in self.rules if rule.action in concerned}
        policies = cedarpy.PolicySet.from_json_str(json.dumps(self._policies | {"staticPolicies": own}))
        return _Action(_entity("Action", action, {}) | {"parents": parents}, policies)

    def _answers(self, questions: list[_Question]) -> list[cedarpy.AuthzResult]:
        """Questions about the same two are asked together: Cedar takes them in once."""
        together: dict[str, list[int]] = {}
        for index, question in enumerate(questions):
            together.setdefault(question.entities, []).append(index)
        answers: dict[int, cedarpy.AuthzResult] = {}
        for entities, indices in together.items():
            requests, policies = [questions[i].request for i in indices], questions[indices[0]].policies
            found = cedarpy.is_authorized_batch(requests, policies, entities)
            answers.update(zip(indices, found, strict=True))
        for answer in answers.values():
            if answer.diagnostics.errors:
                raise PolicyError(f"policy {self.version}: {answer.diagnostics.errors}")
        return [answers[index] for index in range(len(questions))]

    def _decision(self, question: _Question, answer: cedarpy.AuthzResult, *, row: int) -> Decision:
        decision = self._plain(answer, row=row)
        if decision.permitted or answer.diagnostics.reasons:
            return decision
        held = self._held(question, row)
        missing = tuple(c.name for i, c in enumerate(self._rule_of(row).conditions) if i not in held)
        return replace(decision, missing=missing)

    def _plain(self, answer: cedarpy.AuthzResult, *, row: int) -> Decision:
        if answer.allowed:
            return Decision(permitted=True, policy=self.version, row=row, reason="permitted")
        reasons = sorted({self._by_id[name].reason for name in answer.diagnostics.reasons})
        reason = reasons[0] if reasons else "no-rule-permits"
        return Decision(permitted=False, policy=self.version, row=None, reason=reason)

    def _held(self, question: _Question, row: int) -> frozenset[int]:
        """Which conditions of the row's rule hold: each is asked as a policy of its own."""
        if row not in self._probes:
            conditions = self._rule_of(row).conditions
            text = "".join(
                f"permit (principal, action, resource) {c.kind} {{ {c.text} }};" for c in conditions
            )
            self._probes[row] = cedarpy.PolicySet.from_str(text)
        answer = cedarpy.is_authorized(question.request, self._probes[row], question.entities)
        return frozenset(int(name.removeprefix("policy")) for name in answer.diagnostics.reasons)


def _entity(kind: str, name: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {"uid": {"type": kind, "id": name}, "attrs": dict(attributes), "parents": []}
