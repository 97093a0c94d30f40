"""Rows of a batch in any danger say what single answers say, and answers leave only what survives."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import assume, given, settings

import routing
from routing.batch import Reader, Streets
from routing.errors import PlaceError
from routing.kernels.answers import ROUTE
from routing.kernels.depart import NEVER
from services.navigator.departure import TOO_LATE, Leaving
from services.navigator.departure_rows import put_in_time
from services.navigator.polyline import decode_polyline6
from services.navigator.timetable import DS_MS, Timetable
from services.navigator.warm import FieldKey
from tests.unit.routing.oracles import fields

KEY = FieldKey("adult")
LAST_DS = 40_000
"""All ways of these networks are walked by then."""


@st.composite
def leavings(draw: st.DrawFn, network: routing.Network) -> Leaving:
    """When each node and edge is lost."""
    moment = st.one_of(st.just(int(NEVER)), st.integers(0, LAST_DS))
    arrival, fails = (
        np.array(draw(st.lists(moment, min_size=count, max_size=count)), np.int32)
        for count in (network.node_count, network.edge_count)
    )
    return Leaving(Timetable(0, (), (), arrival, fails))


@settings(max_examples=80, deadline=None)
@given(st.data(), fields(), st.integers(0, LAST_DS // 3))
def test_each_row_is_the_single_answer_of_its_place(
    data: st.DataObject, field: routing.Field, now_ds: int
) -> None:
    network = field.network
    leaving, now_ms = data.draw(leavings(network)), now_ds * DS_MS
    shapes = [network.shape_of(link) for link in range(network.link_count)]
    places = [(float(lat[i]), float(lon[i])) for lat, lon in shapes for i in (0, 1)]
    assume(field.walking.usable.any())
    reader = Reader(Streets(field.walking.snapper), field)
    lat, lon = np.array([p[0] for p in places]), np.array([p[1] for p in places])
    plain = reader.find_all(lat, lon)
    timely = put_in_time(leaving, KEY, reader, plain, (lat, lon), now_ms)
    for row, place in enumerate(places):
        try:
            found, hurry = leaving.decide(
                routing.find_route(field, *place), KEY, field, place=place, now_ms=now_ms
            )
        except PlaceError:
            continue
        if isinstance(found, routing.Stay):
            assert timely.answers.kind[row] != ROUTE
            assert (row in timely.late) == (found.reason == TOO_LATE)
            continue
        assert leaving.is_in_time(found, field, now_ms)
        assert timely.answers.kind[row] == ROUTE
        assert field.targets[timely.answers.target[row]].id == found.target
        assert timely.answers.time[row] == round(found.seconds * 10)
        drawn = decode_polyline6(timely.answers.polyline6(row))
        assert np.allclose(drawn, found.points, atol=2e-6)
        said = timely.hurries.get(row)
        if said is None:
            assert (hurry.spare_ds, hurry.instead_of) == (None, None)
        else:
            assert (said.spare_ds, said.instead_of) == (hurry.spare_ds, hurry.instead_of)
