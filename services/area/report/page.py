"""The report as one HTML page that needs nothing from outside: Japanese first, English at a switch, fit for paper."""

from collections.abc import Iterator, Sequence
from html import escape

from routing import PROFILES as WALKERS
from routing.bottlenecks import Bottleneck
from services.area.folder import AreaInfo
from services.area.report import summary
from services.area.report.analysis import (
    CLASSES,
    CUT,
    MAIN_PROFILE,
    MINUTES,
    Basis,
    Floats,
    Shares,
    Situation,
)
from services.area.report.figures import amount, kilometres, mean_minutes, percent, when, whole
from services.area.report.maps import COLOURS, ZONE_COLOUR, Atlas
from services.area.report.sources import tell_sources
from services.area.report.style import STYLE
from services.area.report.words import CLASSES as CLASS_WORDS
from services.area.report.words import HAZARDS, KINDS, PROFILES, html, pair, say

SHOWN_CATCHMENTS = 8
SHOWN_BOTTLENECKS = 6
BAR_COLOURS = {**COLOURS, CLASSES - 1: "#969696"}


def make_page(
    info: AreaInfo,
    basis: Basis,
    situations: Sequence[Situation],
    *,
    zone_sources: Sequence[str],
    made_ms: int,
) -> str:
    """The whole page. zone_sources: who drew the hazard-map zones."""
    atlas = Atlas.of(basis)
    title = pair("title")
    return "\n".join(
        (
            '<!doctype html><html lang="ja"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title[0])} {escape(info.name)}</title><style>{STYLE}</style></head><body>",
            *_switch(),
            '<div class="page">',
            _head(info, made_ms),
            "<main>",
            _summary(basis, situations),
            _matrix(basis, situations),
            atlas.shared(),
            *(_section(atlas, situation) for situation in situations),
            _method(basis),
            tell_sources(info, basis, zone_sources),
            "</main></div></body></html>",
            "",
        )
    )


def _switch() -> Iterator[str]:
    """Two radio buttons before everything that they switch: no script."""
    yield f'<fieldset class="switch"><legend>{escape(pair("language")[0])} / {escape(pair("language")[1])}</legend>'
    yield '<label><input type="radio" name="language" id="to-ja" checked>日本語</label>'
    yield '<label><input type="radio" name="language" id="to-en">English</label></fieldset>'


def _head(info: AreaInfo, made_ms: int) -> str:
    mark = f'<p class="mark" role="note">{say("made-up")}</p>' if info.synthetic else ""
    return (
        f'<header>{mark}<h1>{say("title")}</h1><p class="area">{escape(info.name)}</p>'
        f'<p class="made">{say("made", when=when(made_ms))}</p></header>'
    )


def _summary(basis: Basis, situations: Sequence[Situation]) -> str:
    points = "".join(f"<li>{html(words)}</li>" for words in summary.sentences(basis, situations))
    return f'<section class="summary"><h2>{say("summary")}</h2><ul>{points}</ul></section>'


def _matrix(basis: Basis, situations: Sequence[Situation]) -> str:
    """Hazards by walkers: by people where they are known, then by street."""
    head = "".join(
        f'<th scope="col">{html(PROFILES[name])}<small>{say("speed", speed=walker.speed_m_s)}</small></th>'
        for name, walker in WALKERS.items()
    )
    tables = []
    for key in ("by-people", "by-streets") if basis.residents else ("by-streets",):
        rows = []
        for situation in situations:
            shares = situation.people if key == "by-people" else situation.streets
            cells = "".join(
                _heat(shares[name].within(15)) if situation.suitable else "<td>–</td>" for name in WALKERS
            )
            rows.append(
                f'<tr><th scope="row">{_hazard(situation)}</th><td>{len(situation.suitable)}</td>{cells}</tr>'
            )
        tables.append(
            f'<table class="matrix"><caption>{say(key)}</caption><thead><tr><th scope="col">{say("hazard")}</th>'
            f'<th scope="col">{say("sites")}</th>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
        )
    return f'<section><h2>{say("matrix")}</h2><div class="side">{"".join(tables)}</div></section>'


def _heat(share: float | None) -> str:
    """A figure with a bar behind it as long as the share."""
    width = 0 if share is None else round(100 * share)
    return f'<td class="heat" style="--share:{width}%">{percent(share)}</td>'


def _hazard(situation: Situation) -> str:
    return html(HAZARDS[str(situation.hazard or "none")])


def _section(atlas: Atlas, situation: Situation) -> str:
    if not situation.suitable:
        name = HAZARDS[str(situation.hazard or "none")]
        return f"<section><h2>{_hazard(situation)}</h2><p>{say('no-site', hazard=name)}</p></section>"
    marked = list_marked(situation)
    key = "section-none" if situation.hazard is None else "section"
    remote = say("remote", count=situation.remote) if situation.remote else ""
    label = " / ".join(HAZARDS[str(situation.hazard or "none")])
    basis = atlas.basis
    return (
        f'<section class="situation"><h2>{_hazard(situation)}</h2>'
        f'<p class="sub">{say(key, sites=len(situation.suitable), zones=situation.zones)} {remote}</p>'
        f"<figure>{atlas.draw(situation, marked, label=label)}<figcaption>{say('map')}{_legend(basis, situation)}</figcaption></figure>"
        f"{_districts(basis, situation)}{_bottlenecks(basis, marked)}{_catchments(situation)}</section>"
    )


def list_marked(situation: Situation) -> list[Bottleneck]:
    """The bottlenecks that a map numbers, the heaviest first; the tables hold those that strand and those that lengthen."""
    found = {one.links.tobytes(): one for one in (*situation.stranding, *situation.lengthening)}
    return sorted(found.values(), key=lambda one: -one.burden)[:SHOWN_BOTTLENECKS]


def _legend(basis: Basis, situation: Situation) -> str:
    swatches = [
        f'<li><svg width="16" height="16"><rect width="16" height="16" fill="{"url(#hatch)" if kind == CUT else colour}" '
        f'stroke="#555"/></svg>{html(CLASS_WORDS[kind])}</li>'
        for kind, colour in COLOURS.items()
    ]
    marks = [
        ("site", '<circle cx="8" cy="8" r="5" fill="#00441b"/>'),
        ("marker", '<circle cx="8" cy="8" r="7" fill="#ffd92f" stroke="#111"/>'),
    ]
    if basis.districts:
        marks.append(
            ("border", '<path d="M0 8H16" stroke="#111" stroke-width="1.5" stroke-dasharray="5 3"/>')
        )
    if situation.hazard is not None:
        marks.insert(1, ("other-site", '<circle cx="8" cy="8" r="4" fill="#fff" stroke="#444"/>'))
    if situation.zones:
        marks.append(
            (
                "zone",
                f'<rect x="1" y="1" width="14" height="14" fill="url(#slant)" stroke="{ZONE_COLOUR}" stroke-width="2"/>',
            )
        )
    swatches += [f'<li><svg width="16" height="16">{drawn}</svg>{say(key)}</li>' for key, drawn in marks]
    return f'<ul class="legend">{"".join(swatches)}</ul>'


def _districts(basis: Basis, situation: Situation) -> str:
    """One table by street, one by people where they are known."""
    tables = [_shares(basis, situation.streets[MAIN_PROFILE], people=False)]
    if situation.people:
        tables.insert(0, _shares(basis, situation.people[MAIN_PROFILE], people=True))
    return f'<h3>{say("by-district")}</h3><div class="side">{"".join(tables)}</div>'


def _shares(basis: Basis, shares: Shares, *, people: bool) -> str:
    head = "".join(f'<th scope="col">{say("within", minutes=minutes)}</th>' for minutes in MINUTES)
    outside = len(basis.districts)
    names = [(number, escape(district.name)) for number, district in enumerate(basis.districts)]
    rows: list[tuple[int | None, str]] = [*names, (outside, say("outside")), (None, say("whole"))]
    body = []
    for number, name in rows:
        classes = shares.row(number)
        total = float(classes.sum())
        if total == 0 or (number is not None and not basis.districts):
            continue
        cells = "".join(f"<td>{percent(shares.within(minutes, number))}</td>" for minutes in MINUTES)
        size = whole(total) if people else kilometres(total)
        body.append(f'<tr><th scope="row">{name}</th><td>{size}</td>{cells}<td>{_bar(classes)}</td></tr>')
    key = "people" if people else "length"
    return (
        f'<table><caption>{say("by-people" if people else "by-streets")}</caption><thead><tr><th scope="col">{say("district")}</th>'
        f'<th scope="col">{say(key)}</th>{head}<th scope="col">{say("spread")}</th></tr></thead><tbody>{"".join(body)}</tbody></table>'
    )


def _bar(classes: Floats) -> str:
    """All classes side by side; the same is in the columns before it and in the CSV file."""
    total, x, parts = float(classes.sum()), 0.0, []
    for kind, size in enumerate(classes.tolist()):
        wide = 120 * size / total
        fill = "url(#hatch)" if kind == CUT else BAR_COLOURS[kind]
        parts.append(f'<rect x="{x:.1f}" width="{wide:.1f}" height="12" fill="{fill}"/>')
        x += wide
    return f'<svg class="bar" viewBox="0 0 120 12" width="120" height="12" aria-hidden="true">{"".join(parts)}</svg>'


def _bottlenecks(basis: Basis, marked: Sequence[Bottleneck]) -> str:
    title = f"<h3>{say('bottlenecks')}</h3>"
    if not marked:
        return f"{title}<p>{say('no-bottleneck')}</p>"
    people = basis.residents is not None
    rows = "".join(
        f'<tr><td class="no">{number}</td><th scope="row">{bottleneck_name(one)}</th>'
        f"<td>{html(amount(one.carried, people=people))}</td><td>{html(amount(one.stranded, people=people))}</td>"
        f"<td>{html(amount(one.lengthened, people=people))}</td><td>{say('minutes', minutes=f'{mean_minutes(one):.1f}')}</td>"
        f"<td>{say('minutes', minutes=f'{one.worst_s / 60:.1f}')}</td></tr>"
        for number, one in enumerate(marked, 1)
    )
    heads = ("number", "place", "carried", "stranded", "lengthened", "mean", "worst")
    head = "".join(f'<th scope="col">{say(key)}</th>' for key in heads)
    return f'{title}<table class="numbered"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def bottleneck_name(one: Bottleneck) -> str:
    """Its kind and name, else where it lies."""
    name = escape(one.name) if one.name else f"{say('unnamed')} {one.lat:.5f}, {one.lon:.5f}"
    return f"{html(KINDS[one.kind])} {name}"


def _catchments(situation: Situation) -> str:
    shown = situation.catchments[:SHOWN_CATCHMENTS]
    rows = []
    for row in shown:
        capacity, missing = row.place.capacity, row.missing
        short = (
            say("unknown")
            if missing is None
            else f'<b class="short">{whole(missing)}</b>'
            if missing > 0
            else say("room-left", count=f"{-missing:,.0f}")
        )
        people = say("unknown") if row.people is None else whole(row.people)
        rows.append(
            f'<tr><th scope="row">{escape(row.place.name)}</th><td>{kilometres(row.street_m)}</td><td>{people}</td>'
            f"<td>{say('unknown') if capacity is None else f'{capacity:,}'}</td><td>{short}</td></tr>"
        )
    head = "".join(
        f'<th scope="col">{say(key)}</th>'
        for key in ("site-name", "street-km", "people", "capacity", "missing")
    )
    more = len(situation.catchments) - len(shown)
    rest = f'<p class="note">{say("more-rows", count=more)}</p>' if more else ""
    return f"<h3>{say('catchments')}</h3><table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>{rest}"


def _method(basis: Basis) -> str:
    points = [say(f"method-{part}") for part in ("time", "suit", "zone", "link", "cut")]
    points.append(say("method-surface", share=percent(basis.surface_unknown)))
    if basis.unplaced:
        points.append(say("unplaced", count=whole(basis.unplaced)))
    return f"<section><h2>{say('method')}</h2><ul>{''.join(f'<li>{p}</li>' for p in points)}</ul></section>"
