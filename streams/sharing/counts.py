"""The numbers of the rule by which head counts may be shown (row 1): cell key and hold. A part of the policy version; computes nothing.

`streams.counts` applies them. What they promise and what not: docs/reference/counts.md.
"""

import msgspec


class CountRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far a figure may be from the truth, and when it changes.

    bound: a figure that is drawn lies within so many people of the truth. spread: the variance of what is added, the
    largest that bound allows where None. hold: a figure stays until the newly drawn one differs by more.
    clock_s: figures change no more often. incident_days: the longest that one secret draws the noise.
    """

    bound: int = 4
    spread: float | None = None
    hold: int = 9
    clock_s: int = 60
    incident_days: int = 30


def list_faults(rules: CountRules, *, fewer_than: int) -> list[str]:
    """What is wrong with the numbers of a version; empty when they hold together."""
    faults = []
    if not 1 <= rules.bound < fewer_than:
        faults.append(
            f"counts.bound {rules.bound}: expected 1 to {fewer_than - 1}, or nobody could be shown as somebody"
        )
    if rules.hold <= 2 * rules.bound:
        faults.append(
            f"counts.hold {rules.hold}: at least {2 * rules.bound + 1}, or noise alone would move a figure"
        )
    if rules.spread is not None and not 0 < rules.spread <= rules.bound * (rules.bound + 1) / 3:
        faults.append(
            f"counts.spread {rules.spread}: the bound {rules.bound} allows no more than its square times a third"
        )
    if rules.clock_s < 1:
        faults.append(f"counts.clock_s {rules.clock_s}: at least 1")
    if rules.incident_days < 1:
        faults.append(f"counts.incident_days {rules.incident_days}: at least 1")
    return faults
