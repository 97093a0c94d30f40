"""Turn restrictions from ways and nodes of OpenStreetMap to pairs of links. What cannot be placed is counted, with the reason."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from routing.build.columns import Turns
from routing.build.relations import Restriction

Ints = npt.NDArray[np.int64]
End = tuple[int, bool]
"""A link, and whether the node is its last point."""
NOT_HERE = "turn restrictions on ways that no car uses or that are not in the extract"
AMBIGUOUS = "turn restrictions that are ambiguous"
AT_BARRIER = "turn restrictions at a barrier"


def place_restrictions(
    restrictions: Sequence[Restriction],
    *,
    way_ids: Ints,
    first: Ints,
    last: Ints,
    barred: frozenset[int],
    skipped: Counter[str],
) -> Turns:
    """Turns between links.

    way_ids: int64[links], the way that each link is a part of. first, last: int64[links], ids of its end nodes. barred: ids of nodes
    that are no longer one node in the network.
    """
    ends = _ends_at({r.via_node for r in restrictions}, way_ids, first, last)
    rows: list[tuple[int, bool, int, bool, bool]] = []
    for rule in restrictions:
        starts, goals = (ends.get((way, rule.via_node), []) for way in (rule.from_way, rule.to_way))
        if rule.via_node in barred:
            skipped[AT_BARRIER] += 1
        elif not starts or not goals:
            skipped[NOT_HERE] += 1
        elif len(starts) > 1 or len(goals) > 1:
            skipped[AMBIGUOUS] += (
                1  # the way goes on beyond the node: which half is meant, the map does not say
            )
        else:
            (start, comes_forward), (goal, is_last) = starts[0], goals[0]
            rows.append((start, comes_forward, goal, not is_last, rule.only))
    columns = np.array(rows, np.int64).reshape(-1, 5).T
    return Turns(
        columns[0], columns[1].astype(bool), columns[2], columns[3].astype(bool), columns[4].astype(bool)
    )


def _ends_at(nodes: set[int], way_ids: Ints, first: Ints, last: Ints) -> dict[tuple[int, int], list[End]]:
    """The links of a way that touch a node, for the nodes of interest."""
    wanted = np.fromiter(nodes, np.int64, len(nodes))
    found: dict[tuple[int, int], list[End]] = {}
    for column, is_last in ((first, False), (last, True)):
        for link in np.flatnonzero(np.isin(column, wanted)):
            key = (int(way_ids[link]), int(column[link]))
            found.setdefault(key, []).append((int(link), is_last))
    return found
