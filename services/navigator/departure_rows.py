"""Leaving in time, for answers in columns: each row says what a single answer says of its place. Knows no HTTP and no clock."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

import routing
from routing.batch import Reader
from routing.kernels.answers import ROUTE, STAY
from routing.kernels.depart import NEVER
from routing.kernels.polyline import put_polyline
from routing.rows import Answers
from services.navigator.departure import Hurry, Leaving
from services.navigator.warm import FieldKey

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class InTime:
    """Answers after a look at the time. hurries: of those rows whose way a danger binds. late: rows for which it is too late."""

    answers: Answers
    hurries: dict[int, Hurry]
    late: frozenset[int]


def put_in_time(
    leaving: Leaving,
    key: FieldKey,
    reader: Reader,
    plain: Answers,
    places: tuple[Floats, Floats],
    now_ms: int,
) -> InTime:
    """Looks at each row whose way a danger may bind, and gives it the way that survives. places: lat, lon: float64[rows] degrees.

    The way of such a row is read once more: a tenth of a millisecond each, in rows near a danger with a known time only.
    """
    number = {target.id: index for index, target in enumerate(reader.field.targets)}
    kind, target, time = (c.copy() for c in (plain.kind, plain.target, plain.time))
    length = plain.length_m.copy()
    first, last, text, used = plain.first.copy(), plain.last.copy(), plain.text, len(plain.text)
    hurries: dict[int, Hurry] = {}
    bound = _may_be_bound(leaving, key, reader, plain)
    lost = bound & _is_lost(leaving, key, reader, plain, leaving.timetable.at_ds(now_ms))
    kind[lost], target[lost], time[lost], length[lost], last[lost] = STAY, -1, -1, 0.0, first[lost]
    for row in np.flatnonzero(bound & ~lost).tolist():
        place = float(places[0][row]), float(places[1][row])
        way = reader.find(*place, alternatives=0)
        found, hurry = leaving.choose(way, key, reader.field, place=place, now_ms=now_ms)
        if isinstance(found, routing.Stay):
            kind[row], target[row], time[row], length[row], last[row] = STAY, -1, -1, 0.0, first[row]
            continue
        if hurry.spare_ds is not None or hurry.instead_of:
            hurries[row] = hurry
        if hurry.instead_of:
            target[row], time[row], length[row] = (
                number[found.target],
                round(found.seconds * 10),
                found.length_m,
            )
            first[row] = used
            text, used = put_polyline(np.array(found.points), text, used)
            last[row] = used
    answers = Answers(kind, target, time, plain.link, length, plain.away_m, text[:used], first, last)
    late = np.flatnonzero((plain.kind == ROUTE) & (kind == STAY)).tolist()
    return InTime(answers, hurries, frozenset(late))


def _may_be_bound(leaving: Leaving, key: FieldKey, reader: Reader, plain: Answers) -> npt.NDArray[np.bool_]:
    """bool[rows]: a danger binds the origin's own link, or the plain way from one of its ends."""
    network, escapes = reader.field.network, leaving.get(key, reader.field)
    on = np.zeros(network.link_count, bool)
    on[network.edge_link[escapes.departure.fails_ds != NEVER]] = True
    bound = _at_ends(network, escapes.along != NEVER, plain)
    return np.asarray((plain.kind == ROUTE) & (bound | on[plain.link]))


def _is_lost(
    leaving: Leaving, key: FieldKey, reader: Reader, plain: Answers, now_ds: int
) -> npt.NDArray[np.bool_]:
    """bool[rows]: it is too late at both ends of the origin's own link, and no target hangs on it: no way can survive."""
    network, departure = reader.field.network, leaving.get(key, reader.field).departure
    with_target = np.zeros(network.link_count, bool)
    with_target[[snap.link for snap in reader.field.snaps if snap is not None]] = True
    alive = _at_ends(network, departure.latest_ds >= now_ds, plain)
    return np.asarray(~alive & ~with_target[plain.link])


def _at_ends(network: routing.Network, holds: npt.NDArray[np.bool_], plain: Answers) -> npt.NDArray[np.bool_]:
    """bool[rows]: whether it holds where one stands who has left the origin's own link; holds: bool[nodes]."""
    there, back = (edges[plain.link] for edges in network.edge_of_link)
    ahead, behind = ((edges >= 0) & holds[network.edge_head[edges]] for edges in (there, back))
    return np.asarray(ahead | behind)
