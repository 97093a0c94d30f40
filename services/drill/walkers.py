"""Residents on the move, in columns: who leaves, walks, arrives, is turned away, moves on. Pure: guidance and seconds in, columns out."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from routing.profiles import CLOSED, PROFILES
from services.drill.city import City
from services.drill.guidance import NOWHERE, Guidance, Ints
from services.drill.people import People
from services.navigator.ground import Bools

NEED_TIME = frozenset({"slow", "child", "stroller", "wheelchair"})
"""Profiles that leave from alert level 3 on (高齢者等避難)."""
EXPOSED_HEED, OTHERS_HEED = 0.92, 0.2
"""Share that leaves: from a hazard-map zone, and from elsewhere under the same warning. Our own assumption."""
DECIMALS = 6
"""What a device sends: about 10 cm."""
NEVER = np.inf
NO_EDGE = np.int32(-1)
Floats = npt.NDArray[np.float64]


class State(IntEnum):
    """What a resident does."""

    HOME = 0
    WALKING = 1
    ARRIVED = 2


@dataclass(frozen=True)
class Spots:
    """Where residents are: rows of `People`, degrees."""

    who: npt.NDArray[np.int64]
    lat: Floats
    lon: Floats


class Walkers:
    """All residents. A walker is on an edge with deciseconds left to its head, or at a node on the last metres to a place.

    state: int8[n]. node: int32[n], where the walker stands or heads to. edge: int32[n], -1 off the network. left_ds: float64[n].
    place: int32[n], where they are or whose door they walk to, -1 none. leaves_at_s: float64[n], scenario seconds.
    """

    def __init__(self, city: City, people: People) -> None:
        self.city = city
        self.people = people
        count = len(people)
        self.state = np.full(count, State.HOME, np.int8)
        self.node = people.home.copy()
        self.edge = np.full(count, NO_EDGE, np.int32)
        self.left_ds = np.zeros(count)
        self.row = np.zeros(count, np.int32)
        self.place = np.full(count, NOWHERE, np.int32)
        self.leaves_at_s = np.full(count, NEVER)
        self.inside = np.zeros(len(city.places), np.int64)
        self.capacity = np.array([_capacity(p.capacity) for p in city.places], np.int64)
        self.turned_away = 0
        self.cost = np.stack([city.ground.walking(name).cost for name in PROFILES])
        self._reverse = _reverse_edges(city)
        self._forbidden = np.zeros(city.ground.network.edge_count, bool)
        self._place_lat = np.array([p.lat for p in city.places])
        self._place_lon = np.array([p.lon for p in city.places])
        self._needs_time = np.array([name in NEED_TIME for name in PROFILES])

    @property
    def count_by_state(self) -> dict[State, int]:
        """How many are at home, on the way, in a place."""
        return {state: int((self.state == state).sum()) for state in State}

    def replan(self, guidance: Guidance, unfit: Bools, *, now_s: float) -> None:
        """Everybody hears the news: some decide to leave, those in an unfit place move on, walkers take the new way."""
        self._decide(guidance, now_s)
        self._move_on(unfit, now_s)
        self._turn_back(guidance)
        walking = np.flatnonzero(self.state == State.WALKING)
        self._aim(walking, guidance)

    def step(self, guidance: Guidance, *, now_s: float, seconds: float) -> list[int]:
        """Moves everybody `seconds` on, to `now_s`. Returns the places that became full."""
        leaving = np.flatnonzero((self.state != State.WALKING) & (self.leaves_at_s <= now_s))
        self._leave(leaving, guidance)
        walking = np.flatnonzero(self.state == State.WALKING)
        budget = 10.0 * seconds * self.people.pace[walking]
        arrived: list[npt.NDArray[np.int64]] = []
        while len(walking):
            used = np.minimum(budget, self.left_ds[walking])
            self.left_ds[walking] -= used
            budget = budget - used
            there = self.left_ds[walking] <= 0
            walking, budget = walking[there], budget[there]
            at_door = (self.edge[walking] == NO_EDGE) & (self.place[walking] != NOWHERE)
            arrived.append(walking[at_door])
            walking, budget = walking[~at_door], budget[~at_door]
            moved = self._go_on(walking, guidance)
            walking, budget = walking[moved], budget[moved]
        return self._enter(np.concatenate([*arrived, np.empty(0, np.int64)]))

    def _decide(self, guidance: Guidance, now_s: float) -> None:
        danger, home = guidance.danger, self.people.home
        told = danger.urgent[home] | (self._needs_time[self.people.profile] & (danger.mask[home] > 0))
        share = np.where(danger.exposed[home], EXPOSED_HEED, OTHERS_HEED)
        goes = (
            (self.state == State.HOME)
            & (self.leaves_at_s == NEVER)
            & told
            & (self.people.heeds < share)
        )  # fmt: skip
        self.leaves_at_s[goes] = now_s + self.people.delay_s[goes]

    def _move_on(self, unfit: Bools, now_s: float) -> None:
        inside = (self.state == State.ARRIVED) & (self.leaves_at_s == NEVER)
        must = np.flatnonzero(inside)[unfit[self.place[inside]]]
        self.leaves_at_s[must] = now_s + self.people.delay_s[must] / 2
        safe = np.flatnonzero((self.state == State.ARRIVED) & (self.leaves_at_s < NEVER))
        safe = safe[~unfit[self.place[safe]]]
        self.leaves_at_s[safe] = NEVER

    def _leave(self, who: npt.NDArray[np.int64], guidance: Guidance) -> None:
        """From home or a place onto the network; whoever cannot reach any place stays and asks again."""
        row = guidance.rows_for(self.people.profile[who], self.node[who])
        can = guidance.can_go(row, self.node[who])
        who, row = who[can], row[can]
        out = who[self.state[who] == State.ARRIVED]
        self.inside -= np.bincount(self.place[out], minlength=len(self.inside))
        self.state[who] = State.WALKING
        self.leaves_at_s[who] = NEVER
        self.place[who] = NOWHERE
        self.edge[who] = NO_EDGE
        self.left_ds[who] = 0.0
        self.row[who] = row

    def _turn_back(self, guidance: Guidance) -> None:
        """Whoever is on an edge that has just been forbidden goes back to where they entered it."""
        on_edge = np.flatnonzero((self.state == State.WALKING) & (self.edge != NO_EDGE))
        fresh = guidance.forbidden & ~self._forbidden
        self._forbidden = guidance.forbidden
        caught = on_edge[fresh[self.edge[on_edge]]]
        back = self._reverse[self.edge[caught]]
        profile = self.people.profile[caught]
        can = (back >= 0) & (self.cost[profile, np.maximum(back, 0)] < CLOSED)
        caught, back, profile = caught[can], back[can], profile[can]
        share_done = 1 - self.left_ds[caught] / self.cost[profile, self.edge[caught]]
        self.left_ds[caught] = share_done * self.cost[profile, back]
        self.edge[caught] = back
        self.node[caught] = self.city.ground.network.edge_head[back]

    def _aim(self, who: npt.NDArray[np.int64], guidance: Guidance) -> None:
        """The field that each walker follows from their next node on; at a door they keep to it only if it is still meant."""
        self.row[who] = guidance.rows_for(self.people.profile[who], self.node[who])
        at_door = who[(self.edge[who] == NO_EDGE) & (self.place[who] != NOWHERE)]
        meant = guidance.target[self.row[at_door], self.node[at_door]] == self.place[at_door]
        astray = at_door[~meant]
        self.place[astray] = NOWHERE
        self.left_ds[astray] = 0.0

    def _go_on(self, who: npt.NDArray[np.int64], guidance: Guidance) -> Bools:
        """At a node: the next edge, or the last metres to the place. False: nowhere to go, waits here."""
        row, node = self.row[who], self.node[who]
        onward = guidance.next_edge[row, node]
        dist = guidance.dist[row, node]
        can = guidance.can_go(row, node)
        on = can & (onward >= 0)
        self.edge[who] = np.where(on, onward, NO_EDGE)
        self.place[who] = np.where(can & ~on, guidance.target[row, node], NOWHERE)
        cost = self.cost[self.people.profile[who], np.maximum(onward, 0)]
        self.left_ds[who] = np.where(on, cost, np.where(can, dist, 0))
        self.node[who] = np.where(on, self.city.ground.network.edge_head[np.maximum(onward, 0)], node)
        return can

    def _enter(self, who: npt.NDArray[np.int64]) -> list[int]:
        """Takes people in while there is room, in the order of their numbers; the others stand at the door and ask again."""
        who = np.sort(who)
        place = self.place[who]
        order = np.argsort(place, kind="stable")
        grouped = place[order]
        first = np.searchsorted(grouped, grouped, side="left")
        rank = np.empty(len(who), np.int64)
        rank[order] = np.arange(len(who)) - first
        fits = rank < (self.capacity - self.inside)[place]
        taken, refused = who[fits], who[~fits]
        before = self.inside >= self.capacity
        self.inside += np.bincount(self.place[taken], minlength=len(self.inside))
        self.state[taken] = State.ARRIVED
        self.place[refused] = NOWHERE
        self.turned_away += len(refused)
        return [int(place) for place in np.flatnonzero((self.inside >= self.capacity) & ~before)]

    def spots(self, who: npt.NDArray[np.int64]) -> Spots:
        """Where these residents are now: at home, on their edge, at the node, or in the place."""
        network = self.city.ground.network
        lat, lon = network.node_lat[self.node[who]].copy(), network.node_lon[self.node[who]].copy()
        arrived = self.state[who] == State.ARRIVED
        place = self.place[who[arrived]]
        lat[arrived], lon[arrived] = self._place_lat[place], self._place_lon[place]
        moving = (self.state[who] == State.WALKING) & (self.edge[who] != NO_EDGE)
        edge = self.edge[who[moving]]
        whole = self.cost[self.people.profile[who[moving]], edge]
        tail = network.edge_tail[edge]
        left = np.minimum(1.0, self.left_ds[who[moving]] / whole)
        lat[moving] += left * (network.node_lat[tail] - lat[moving])
        lon[moving] += left * (network.node_lon[tail] - lon[moving])
        return Spots(who, np.round(lat, DECIMALS), np.round(lon, DECIMALS))


def _capacity(stated: int | None) -> int:
    """A place without a stated capacity is never full."""
    return np.iinfo(np.int64).max if stated is None else stated


def _reverse_edges(city: City) -> Ints:
    """int32[edges]: the same link the other way; -1 where there is none."""
    network = city.ground.network
    there, back = network.edge_of_link
    return np.where(network.edge_forward, back[network.edge_link], there[network.edge_link]).astype(np.int32)
