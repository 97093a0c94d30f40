"""The decision table as data, written from the design and not from the rules: what permits each row, and what each lack does to it."""

from dataclasses import dataclass, field

import msgspec

from streams.sharing.requests import (
    FOREVER_MS,
    Circumstances,
    ConsentView,
    GateView,
    Person,
    Recipient,
    Relation,
    Request,
    Statistics,
)

TOWN, OTHER = "99101", "99102"
NOW = 1_000_000
LATER = NOW + 1
PERSONAL = range(2, 13)


@dataclass(frozen=True)
class Row:
    """roles: who may. gate: telegram, people, or none. consent, relation: needed, if named. facts: circumstances that must be true."""

    roles: tuple[str, ...]
    basis: str
    trigger: str
    gate: str = "none"
    consent: bool = False
    relation: str = "none"
    facts: tuple[str, ...] = ()
    local: bool = False
    person: dict[str, object] = field(default_factory=dict)


TABLE: dict[int, Row] = {
    2: Row(
        ("staff",), "consent", "T: the level the user chose", gate="telegram", consent=True, facts=("in_scope",), local=True
    ),
    3: Row(
        ("staff",), "APPI 27(1)(ii), maybe (i)/(iv) with DCBA 86-15(4)", "H; T only arms",
        gate="people", facts=("in_scope",), local=True,
    ),
    4: Row(("fire", "police"), "27(1)(ii), 69(2)(iii)", "H request", gate="people", facts=("in_scope",), local=True),
    5: Row(
        ("supporter",), "DCBA 49-11(2)/49-15(2)", "regime of the municipality",
        consent=True, relation="agreement", facts=("in_scope",), local=True,
    ),
    6: Row(
        ("supporter",), "49-11(3)/49-15(3)", "H mayor; likely is enough", gate="people", facts=("in_scope",), local=True
    ),
    7: Row(
        ("family",), "86-15(1)", "H occurred, identity proved",
        gate="people", relation="inquiry", facts=("in_scope", "identity_proved"),
    ),
    8: Row(("guardian",), "representative's consent", "always", consent=True, relation="own-child"),
    9: Row(
        ("caregiver", "family"), "consent", "plan active", consent=True, relation="assigned", facts=("plan_active",)
    ),
    10: Row(
        ("host",), "90-4(1)(iii), 69(2)(iii)", "H request", gate="people", facts=("in_scope",), person={"hosts": (TOWN,)}
    ),
    11: Row(
        ("public",), "69(2)(iv)", "H governor",
        gate="people", facts=("in_scope", "protection_checked"), person={"minimum": True},
    ),
    12: Row(
        ("npo",), "consent", "H", gate="people", consent=True, relation="task", facts=("in_scope",), local=True
    ),
    13: Row(("vendor", "researcher"), "—", "never personal"),
}  # fmt: skip
ROLES = tuple(sorted({role for row in TABLE.values() for role in row.roles}))


def permitted(row: int, *, role: str | None = None) -> Request:
    """A request that the table permits: everything the row needs, and nothing else."""
    said = TABLE[row]
    facts = dict.fromkeys(said.facts, True)
    circumstances = Circumstances(
        purpose="rescue",
        now_ms=NOW,
        gate=_open_gate(said.gate),
        consent=ConsentView(choice="granted", level=3, until_ms=FOREVER_MS)
        if said.consent
        else ConsentView(),
        relation=Relation(kind=said.relation, until_ms=FOREVER_MS) if said.relation != "none" else Relation(),
        **facts,
    )
    resource = (
        Statistics(municipality=TOWN, protected=True)
        if row == 13
        else Person(subject="s1", municipality=TOWN, **said.person)  # type: ignore[arg-type]
    )
    return Request(
        row=row,
        recipient=Recipient("r1", role or said.roles[0], TOWN),
        resource=resource,
        circumstances=circumstances,
    )


def _open_gate(kind: str) -> GateView:
    if kind == "none":
        return GateView()
    return GateView(
        state="open",
        municipality=TOWN,
        status="actual",
        two_persons=kind == "people",
        level=4 if kind == "telegram" else 0,
        until_ms=LATER,
    )


def with_circumstances(request: Request, **changes: object) -> Request:
    return msgspec.structs.replace(
        request, circumstances=msgspec.structs.replace(request.circumstances, **changes)
    )


def with_gate(request: Request, **changes: object) -> Request:
    return with_circumstances(request, gate=msgspec.structs.replace(request.circumstances.gate, **changes))


def with_resource(request: Request, **changes: object) -> Request:
    return msgspec.structs.replace(request, resource=msgspec.structs.replace(request.resource, **changes))


def with_recipient(request: Request, *, role: str, municipality: str = TOWN) -> Request:
    return msgspec.structs.replace(request, recipient=Recipient("r1", role, municipality))


def lacks(row: int) -> dict[str, Request]:
    """The permitted request without each thing that the row needs, one at a time."""
    said, whole = TABLE[row], permitted(row)
    without = {"role": with_recipient(whole, role="stranger")}
    without |= {fact: with_circumstances(whole, **{fact: False}) for fact in said.facts}
    if said.gate != "none":
        without |= {f"gate {state}": with_gate(whole, state=state) for state in ("none", "closed", "armed")}
    if said.gate == "people":
        without["second person"] = with_gate(whole, two_persons=False)
    if said.gate == "telegram":
        without["level"] = with_gate(whole, level=2)
    if said.consent:
        without |= {
            f"consent {choice}": with_circumstances(whole, consent=ConsentView(choice=choice))
            for choice in ("none", "asked")
        }
    if said.relation != "none":
        without["relation"] = with_circumstances(whole, relation=Relation())
    if "hosts" in said.person:
        without["host"] = with_resource(whole, hosts=(OTHER,))
    if "minimum" in said.person:
        without["minimum"] = with_resource(whole, minimum=False)
    return without


def forbidden(row: int, request: Request) -> dict[str, Request]:
    """The request under each thing that always wins and can concern the row: reason -> request."""
    said = TABLE[row]
    struck = {"purpose-missing": with_circumstances(request, purpose="")}
    if row in PERSONAL:
        struck["protection-order"] = with_resource(request, protection_order=True)
        struck["never-personal"] = with_recipient(request, role="vendor")
    if said.gate != "none":
        struck["other-world"] = with_gate(request, state="open", status="exercise")
        struck["cancelled"] = with_gate(request, cancelled=True)
        struck["expired"] = with_gate(request, state="open", until_ms=NOW)
        struck["wrong-municipality"] = with_gate(request, state="open", municipality=OTHER)
    if row in {2, 5, 9}:
        struck["refused"] = with_circumstances(request, consent=ConsentView(choice="refused"))
    return struck
