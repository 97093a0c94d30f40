"""Where a place without coordinates may lie: places of other lists, by id, name and address, each with a score and its reasons.

Nothing is decided here, and nothing is placed: staff see the candidates and choose. A score is no probability.
"""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from streams.events.repairs import Candidate
from streams.events.shelters import SiteReport
from streams.repair.words import address_likeness, name_likeness, plain_address

NAME_WEIGHT = 0.9
ADDRESS_WEIGHT = 0.8
ID_WEIGHT = 0.7
"""An id alone may have gone to another place when a list was made anew."""
ELSEWHERE = 0.7
"""What is left of a name's weight where both addresses name a town, and not the same one: every town has its 中央公園."""
LEAST_NAME = 0.5
LEAST_SCORE = 0.5
SAME_PLACE_DEGREES = 5
"""Decimals to which two lists' positions must agree to be one candidate: about a metre."""


class Unplaced(msgspec.Struct, frozen=True, kw_only=True):
    """A record that says what a place is called and not where it is."""

    id: str
    name: str
    address: str = ""
    municipality: str = ""  # JIS X 0402, 5 digits; empty: unknown
    place: str = ""  # where it stood in its document, such as line 12


class Places:
    """Known places of any lists, older ones too, by municipality."""

    def __init__(self, sites: Iterable[SiteReport]) -> None:
        self._by_municipality: defaultdict[str, list[SiteReport]] = defaultdict(list)
        for site in sites:
            self._by_municipality[site.municipality].append(site)

    def near(self, municipality: str) -> Iterable[SiteReport]:
        """Places of a municipality and those whose own is unknown; all where it is unknown itself."""
        if not municipality:
            return (site for sites in self._by_municipality.values() for site in sites)
        return (*self._by_municipality.get(municipality, ()), *self._by_municipality.get("", ()))


def find_candidates(unplaced: Unplaced, places: Places, *, limit: int = 5) -> tuple[Candidate, ...]:
    """The best candidates, best first; none below `LEAST_SCORE`. The same place of two lists counts once."""
    best: dict[tuple[str, float, float], Candidate] = {}
    for site in places.near(unplaced.municipality):
        candidate = _weigh(unplaced, site)
        if candidate.score < LEAST_SCORE:
            continue
        key = (site.name, round(site.lat, SAME_PLACE_DEGREES), round(site.lon, SAME_PLACE_DEGREES))
        if key not in best or _rank(candidate) < _rank(best[key]):
            best[key] = candidate
    return tuple(sorted(best.values(), key=_rank)[:limit])


def _rank(candidate: Candidate) -> tuple[float, str, str]:
    return (-candidate.score, candidate.id, candidate.source)


def _weigh(unplaced: Unplaced, site: SiteReport) -> Candidate:
    likeness = name_likeness(unplaced.name, site.name)
    nearness = address_likeness(unplaced.address, site.address)
    is_elsewhere = nearness == 0 and bool(
        plain_address(unplaced.address).town and plain_address(site.address).town
    )
    by_name = (
        NAME_WEIGHT * likeness**2 * (ELSEWHERE if is_elsewhere else 1.0) if likeness >= LEAST_NAME else 0.0
    )
    same_id = bool(unplaced.id) and unplaced.id == site.id
    doubt = (1 - by_name) * (1 - ADDRESS_WEIGHT * nearness**2) * (1 - ID_WEIGHT * same_id)
    return Candidate(
        id=site.id,
        name=site.name,
        address=site.address,
        lat=site.lat,
        lon=site.lon,
        source=site.source,
        score=round(1 - doubt, 2),
        reasons=_reasons(likeness, nearness, same_id=same_id, is_elsewhere=is_elsewhere),
    )


def _reasons(likeness: float, nearness: float, *, same_id: bool, is_elsewhere: bool) -> tuple[str, ...]:
    said = {
        "same-id": same_id,
        "same-name": likeness == 1,
        "similar-name": LEAST_NAME <= likeness < 1,
        "same-address": nearness == 1,
        "same-block": 0.4 < nearness < 1,
        "same-town": nearness == 0.4,
        "other-town": is_elsewhere,
    }
    return tuple(reason for reason, holds in said.items() if holds)
