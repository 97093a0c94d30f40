"""The report in a few sentences: what is well, what is worst and where, what much depends on, where room is short."""

from collections.abc import Iterator, Sequence

from services.area.report.analysis import MAIN_PROFILE, Basis, Shares, Situation
from services.area.report.figures import amount, mean_minutes, percent, whole
from services.area.report.words import HAZARDS, KINDS, PROFILES, Pair, pair

MINUTES = 15


def sentences(basis: Basis, situations: Sequence[Situation]) -> Iterator[Pair]:
    """In the order in which a planner asks."""
    calm = situations[0]
    if not calm.suitable:
        yield pair("no-site", hazard=HAZARDS["none"])
        return
    key = "well-people" if basis.residents else "well-streets"
    yield pair(key, share=percent(_main(calm).within(MINUTES)))
    served = [s for s in situations[1:] if s.suitable]
    unserved = [_name(situation) for situation in situations[1:] if not situation.suitable]
    if unserved:
        yield pair(
            "no-site", hazard=("・".join(n[0] for n in unserved), ", ".join(n[1].lower() for n in unserved))
        )
    if served:
        yield from _worst_hazard(basis, min(served, key=lambda s: _main(s).within(MINUTES) or 0.0))
    yield from _worst_profile(calm)
    yield from _worst_link(basis, situations)
    yield from _room(basis, served or [calm])


def _name(situation: Situation) -> Pair:
    return HAZARDS[str(situation.hazard or "none")]


def _shares(situation: Situation) -> dict[str, Shares]:
    """By people where they are known."""
    return situation.people or situation.streets


def _main(situation: Situation) -> Shares:
    return _shares(situation)[MAIN_PROFILE]


def _worst_hazard(basis: Basis, worst: Situation) -> Iterator[Pair]:
    shares = _main(worst)
    yield pair(
        "worst-hazard", hazard=_name(worst), sites=len(worst.suitable), share=percent(shares.within(MINUTES))
    )
    known = [
        (share, d) for n, d in enumerate(basis.districts) if (share := shares.within(MINUTES, n)) is not None
    ]
    share, district = min(known, key=lambda row: row[0], default=(1.0, None))
    if district is not None and share < (shares.within(MINUTES) or 0.0):
        yield pair("worst-district", hazard=_name(worst), district=district.name, share=percent(share))


def _worst_profile(calm: Situation) -> Iterator[Pair]:
    shares = {name: found.within(MINUTES) or 0.0 for name, found in _shares(calm).items()}
    name = min(shares, key=lambda profile: shares[profile])
    if shares[name] < shares[MAIN_PROFILE]:
        english = PROFILES[name][1].lower()
        yield pair("worst-profile", profile=(PROFILES[name][0], english), share=percent(shares[name]))


def _worst_link(basis: Basis, situations: Sequence[Situation]) -> Iterator[Pair]:
    """The loss that costs most in any situation."""
    people = basis.residents is not None
    found = [
        (one.burden, number, one)
        for number, s in enumerate(situations)
        for one in (*s.stranding, *s.lengthening)
    ]
    if not found:
        return
    _, number, one = max(found, key=lambda row: (row[0], -row[1]))
    if one.stranded:
        effect = pair("strand", count=amount(one.stranded, people=people))
    else:
        effect = pair(
            "lengthen", count=amount(one.lengthened, people=people), mean=f"{mean_minutes(one):.1f}",
            worst=f"{one.worst_s / 60:.1f}",
        )  # fmt: skip
    kind = KINDS[one.kind]
    name = (
        (one.name, one.name)
        if one.name
        else (f"{kind[0]} {one.lat:.4f}, {one.lon:.4f}", f"{kind[1]} {one.lat:.4f}, {one.lon:.4f}")
    )
    yield pair("worst-link", name=name, hazard=_name(situations[number]), effect=effect)


def _room(basis: Basis, situations: Sequence[Situation]) -> Iterator[Pair]:
    """The situation in which most people find no room; or why nobody can say."""
    places = situations[0].catchments
    if basis.residents is None:
        yield pair("room-unknown", why=pair("why-no-people"))
        return
    if all(row.missing is None for s in situations for row in s.catchments):
        yield pair("room-unknown", why=pair("why-no-capacity", count=len(places)))
        return
    short = {
        n: [row.missing for row in s.catchments if (row.missing or 0) > 0] for n, s in enumerate(situations)
    }
    worst = max(short, key=lambda n: sum(missing or 0 for missing in short[n]))
    unknown = sum(row.place.capacity is None for row in situations[worst].catchments)
    yield pair(
        "room", hazard=_name(situations[worst]), short=len(short[worst]),
        missing=whole(sum(missing or 0 for missing in short[worst])), unknown=unknown,
    )  # fmt: skip
