"""What was shown to whom under which declaration: references only, and the summary that is published when it closes."""

from collections.abc import Iterable

import msgspec

from streams.events.declarations import Shared


class Disclosure(msgspec.Struct, frozen=True, kw_only=True):
    """One permitted look."""

    at_ms: int
    recipient: str
    role: str
    subject: str
    row: int
    declaration: str = ""


def summarise(disclosures: Iterable[Disclosure]) -> tuple[Shared, ...]:
    """By role: how many recipients saw how many persons, how often, from when until when. The same look twice is one."""
    by_role: dict[str, set[Disclosure]] = {}
    for one in disclosures:
        by_role.setdefault(one.role, set()).add(one)
    return tuple(
        Shared(
            role=role,
            recipients=len({one.recipient for one in looks}),
            persons=len({one.subject for one in looks}),
            looks=len(looks),
            first_ms=min(one.at_ms for one in looks),
            last_ms=max(one.at_ms for one in looks),
        )
        for role, looks in sorted(by_role.items())
    )
