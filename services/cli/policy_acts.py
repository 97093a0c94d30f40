"""What people did, or might have done, in a backtest: recorded events, and declarations that are only assumed. Reads lines; opens nothing."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec

from streams.events.choices import PolicyChosen
from streams.events.declarations import (
    Approved,
    Closed,
    DeclarationEvent,
    Officer,
    Proposed,
    Renewed,
    Scope,
)
from streams.sharing.choices import Terms, terms_of
from streams.sharing.declare import Draft, Mandate, Refusal, approve, propose
from streams.sharing.declared import GOVERNOR, PROPOSER
from streams.sharing.requests import FOREVER_MS
from streams.sharing.versions import PolicyError, Version
from streams.world import World

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Assumed(msgspec.Struct, frozen=True, kw_only=True, tag="assumed", tag_field="type"):
    """A declaration as if two persons had made it: approved at `at`, closed at `closed_at` or by time."""

    id: str
    at: Moment
    municipality: str
    row: int
    purpose: str
    scope: Scope
    reason: str = "assumed for a backtest"
    request: str = ""
    telegram: str = ""
    closed_at: Moment | None = None


_LINES = msgspec.json.Decoder(Proposed | Approved | Renewed | Closed | PolicyChosen | Assumed)


def read_acts(
    path: Path, version: Version, world: World
) -> tuple[list[DeclarationEvent], list[PolicyChosen]]:
    """Declarations and choices of a file, one JSON object a line.

    Raises:
        PolicyError: a line that is none, or an assumed declaration that the version refuses; says which and why.
    """
    acts: list[DeclarationEvent] = []
    choices: list[PolicyChosen] = []
    terms = terms_of(version)
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            event = _LINES.decode(line)
        except msgspec.DecodeError as error:
            raise PolicyError(f"{path}: line {number}: {error}") from None
        if isinstance(event, PolicyChosen):
            choices.append(event)
        elif isinstance(event, Assumed):
            acts += _acts_of(event, terms, world, f"{path}: line {number}")
        else:
            acts.append(event)
    return acts, choices


def _acts_of(assumed: Assumed, terms: Terms, world: World, where: str) -> Iterator[DeclarationEvent]:
    """The events of an assumed declaration, through the same commands that refuse a real one."""
    at_ms, town = _ms(assumed.at), assumed.municipality
    draft = Draft(
        id=assumed.id,
        municipality=town,
        row=assumed.row,
        purpose=assumed.purpose,
        reason=assumed.reason,
        scope=assumed.scope,
        telegram=assumed.telegram,
        request=assumed.request,
    )
    staff = Mandate(Officer("assumed-staff", PROPOSER, town), 0, FOREVER_MS)
    proposal = propose(draft, staff, terms, world=world, now_ms=at_ms)
    if isinstance(proposal, Refusal):
        raise PolicyError(f"{where}: {proposal.reason}: {proposal.detail}")
    role = terms.gates[assumed.row].annotations["approved_by"]
    place = f"{town[:2]}000" if role == GOVERNOR else town
    approver = Mandate(Officer("assumed-approver", role, place), 0, FOREVER_MS)
    approval = approve((proposal,), approver, terms, now_ms=at_ms)
    if isinstance(approval, Refusal):
        raise PolicyError(f"{where}: {approval.reason}: {approval.detail}")
    yield from (proposal, approval)
    if assumed.closed_at is not None:
        yield Closed(id=assumed.id, at_ms=_ms(assumed.closed_at), by=staff.officer)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
