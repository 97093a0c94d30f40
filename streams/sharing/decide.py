"""The one decision function: may this recipient see this, for this purpose? Default deny, forbid wins. No I/O after loading."""

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import cedarpy

NEWEST = "2026-1"


class PolicyError(Exception):
    """A policy version that does not exist, or does not validate; the message says where."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who asks. `id` is a reference, never a name."""

    id: str
    role: str
    municipality: str


@dataclass(frozen=True, slots=True)
class CountsRequest:
    """Counts per cell of one municipality, for a stated purpose."""

    municipality: str
    purpose: str
    protected: bool
    sharing: tuple[str, ...] = ()  # municipalities that share with the recipient's


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, by which version and which row; `reason` is stable, for the audit and the page."""

    permitted: bool
    policy: str
    row: int | None
    reason: str


class Decider:
    """One policy version, loaded and validated."""

    def __init__(self, version: str, policies: str, schema: str) -> None:
        self.version = version
        self._policies = policies
        self._schema = schema
        annotated = json.loads(cedarpy.policies_to_json_str(policies))["staticPolicies"]
        self._annotations: dict[str, dict[str, str]] = {
            name: policy.get("annotations", {}) for name, policy in annotated.items()
        }

    @classmethod
    def load(cls, version: str = NEWEST) -> "Decider":
        """Reads and validates a version.

        Raises:
            PolicyError: no such version, or Cedar refuses it.
        """
        folder = files(__package__) / "policies" / version
        try:
            policies = (folder / "policy.cedar").read_text(encoding="utf-8")
            schema = (folder / "schema.cedarschema").read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise PolicyError(f"no policy version {version!r}") from error
        result = cedarpy.validate_policies(policies, schema)
        if not result.validation_passed:
            raise PolicyError(f"policy {version}: {[str(e) for e in result.errors]}")
        return cls(version, policies, schema)

    def decide_counts(self, recipient: Recipient, request: CountsRequest) -> Decision:
        """Row 1: protected counts per cell."""
        entities = [
            _entity("Recipient", recipient.id, role=recipient.role, municipality=recipient.municipality),
            _entity(
                "CellCounts",
                request.municipality,
                municipality=request.municipality,
                protected=request.protected,
            ),
        ]
        context = {"purpose": request.purpose, "sharing": list(request.sharing), "world": ""}
        return self._decide(entities, "ViewCounts", context)

    def _decide(self, entities: list[dict[str, Any]], action: str, context: dict[str, Any]) -> Decision:
        principal, resource = entities[0]["uid"], entities[1]["uid"]
        request = {
            "principal": f"{principal['type']}::{json.dumps(principal['id'])}",
            "action": f'Action::"{action}"',
            "resource": f"{resource['type']}::{json.dumps(resource['id'])}",
            "context": context,
        }
        answer = cedarpy.is_authorized(request, self._policies, entities, self._schema)
        if answer.diagnostics.errors:
            raise PolicyError(f"policy {self.version}: {answer.diagnostics.errors}")
        rules = [self._annotations.get(rule, {}) for rule in answer.diagnostics.reasons]
        rows = [int(rule["row"]) for rule in rules if "row" in rule]
        reason = next((rule["reason"] for rule in rules if "reason" in rule), "")
        if answer.allowed:
            return Decision(permitted=True, policy=self.version, row=rows[0], reason="permitted")
        return Decision(permitted=False, policy=self.version, row=None, reason=reason or "no-rule-permits")


def _entity(kind: str, name: str, **attributes: str | bool) -> dict[str, Any]:
    return {"uid": {"type": kind, "id": name}, "attrs": attributes, "parents": []}
