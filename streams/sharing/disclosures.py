"""The summary of what was shown under a declaration, as it is published when it closes: numbers, nobody's reference."""

from collections.abc import Iterable

from streams.events.declarations import Shared
from streams.events.disclosures import Disclosure


def summarise(disclosures: Iterable[Disclosure]) -> tuple[Shared, ...]:
    """By role: how many recipients saw how many persons, how often, from when until when. A record read twice is one look."""
    by_role: dict[str, set[Disclosure]] = {}
    for one in disclosures:
        if not one.permitted:
            continue
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
