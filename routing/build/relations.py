"""What OpenStreetMap says by relations: squares whose ring is walked, and turns that cars may not take. Knows no network."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from routing.build.access import CAR_KEYS, Tags
from routing.build.tags import way_of

Member = tuple[str, int, str]
"""type (n, w, r), id, role."""
RINGS = ("outer", "inner", "")
NO = frozenset({"no_left_turn", "no_right_turn", "no_straight_on", "no_u_turn", "no_entry", "no_exit"})
KINDS = ("restriction", "restriction:motorcar", "restriction:motor_vehicle")
ONLY = frozenset({"only_left_turn", "only_right_turn", "only_straight_on", "only_u_turn"})


@dataclass(frozen=True, slots=True)
class Restriction:
    """One forbidden turn (or the only one allowed), by ids of OpenStreetMap."""

    from_way: int
    via_node: int
    to_way: int
    only: bool


@dataclass
class Relations:
    """What was found. rings: tags for ways that have none of their own; skipped: reasons and how many."""

    rings: dict[int, Tags] = field(default_factory=dict)
    restrictions: list[Restriction] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def add(self, tags: Tags, members: Sequence[Member]) -> None:
        """Takes what concerns the network out of one relation."""
        kind = tags.get("type", "")
        if kind == "multipolygon" and way_of(tags)[0]:
            for member, ref, role in members:
                if member == "w" and role in RINGS:
                    self.rings[ref] = tags
        elif kind in KINDS:
            self._add_restriction(tags, members)

    def _add_restriction(self, tags: Tags, members: Sequence[Member]) -> None:
        rule = rule_of(tags)
        if rule is None:
            return  # it is about other vehicles
        if why := self._place(rule, members):
            self.skipped[f"turn restrictions {why}"] += 1

    def _place(self, rule: str, members: Sequence[Member]) -> str:
        """Why it cannot be kept; empty if it was."""
        by_role: dict[str, list[Member]] = {"from": [], "via": [], "to": []}
        for member in members:
            by_role.get(member[2], []).append(member)
        starts, vias, ends = by_role["from"], by_role["via"], by_role["to"]
        if rule not in NO | ONLY:
            return f"of unknown kind ({rule})"
        if any(member == "w" for member, *_ in vias):
            return "that lead over a way"
        ways = all(member == "w" for member, *_ in starts + ends)
        if len(vias) != 1 or vias[0][0] != "n" or not starts or not ends or not ways:
            return "without from, via or to"
        if rule in ONLY and len(starts) + len(ends) > 2:
            return "that are ambiguous"
        self.restrictions += [
            Restriction(start[1], vias[0][1], end[1], rule in ONLY) for start in starts for end in ends
        ]
        return ""


def rule_of(tags: Tags) -> str | None:
    """The rule that holds for cars; None when it is for others. One that holds at times is kept as if it always did."""
    excepted = {value.strip() for value in tags.get("except", "").split(";")}
    if excepted & set(CAR_KEYS):
        return None
    for key in reversed(KINDS):
        if value := tags.get(key) or tags.get(f"{key}:conditional", "").partition("@")[0].strip():
            return value
    return None
