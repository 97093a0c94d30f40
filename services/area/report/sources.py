"""Whose figures a report rests on, and how old they are. What nobody said is told as unknown."""

from collections.abc import Sequence
from html import escape

from services.area.folder import AreaInfo
from services.area.report.analysis import Basis
from services.area.report.figures import day
from services.area.report.words import say
from streams.events.shelters import Layer


def tell_sources(info: AreaInfo, basis: Basis, zone_sources: Sequence[str]) -> str:
    """The section of the page."""
    rows = (
        ("source-network", _network(info)),
        ("source-lists", _lists(basis)),
        ("source-people", _people(basis)),
        ("source-zones", _zones(basis, zone_sources)),
        ("source-notes", "<br>".join(escape(line) for line in (*info.attribution, *info.notes))),
    )
    body = "".join(
        f'<tr><th scope="row">{say(key)}</th><td class="text">{text}</td></tr>' for key, text in rows
    )
    return f"<section><h2>{say('sources')}</h2><table>{body}</table></section>"


def _network(info: AreaInfo) -> str:
    """The folder says which file it was built from and what came of it, and no date."""
    source = f"{info.attribution[0]}, {info.source}, {info.network_hash[:12]}"
    return say("dated", source=source, when=day(None))


def _lists(basis: Basis) -> str:
    places = [p for p in basis.moment.world.places.values() if p.layer is Layer.SITE]
    lists = {(p.listed_source, p.listed_as_of_ms) for p in places}
    told = (
        say("dated", source=name, when=day(at_ms))
        for name, at_ms in sorted(lists, key=lambda known: (known[0], known[1] or 0))
    )
    return "<br>".join(told) or say("not-given")


def _people(basis: Basis) -> str:
    residents = basis.residents
    if residents is None:
        return say("not-given")
    when = (residents.as_of, residents.as_of) if residents.as_of else day(None)
    return say("dated", source=residents.source, when=when)


def _zones(basis: Basis, sources: Sequence[str]) -> str:
    zones = basis.moment.ground.zones
    if not zones:
        return say("not-given")
    named = "".join(f"<br>{say('dated', source=source, when=day(None))}" for source in sources)
    return say("zones-given", count=len(zones)) + named
