"""The report of a backtest as one HTML page that needs nothing from outside: summary, timelines, maps, first minutes, differences."""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from html import escape

from streams.cells import boundary, cell_number
from streams.events.gates import Stand
from streams.sharing.outcomes import Change, Exposure, History, Outcome, TrappedCell
from streams.sharing.table import STYLE
from streams.world import World

JST = timezone(timedelta(hours=9))
COLOURS = {Stand.CLOSED: "#eef2f5", Stand.ARMED: "#f2c14e", Stand.OPEN: "#b03a2e", Stand.EXPIRED: "#b9c2cb"}
SHOWN_TIMELINES, SHOWN_MAPS, SHOWN_LINES = 40, 12, 300
LANE, WIDTH, LEFT = 26, 1000, 64
MORE_STYLE = """
svg{display:block;max-width:100%;height:auto}svg text{font:12px system-ui,sans-serif;fill:#16202a}h2{margin-top:32px;border-bottom:2px solid #16202a}
.maps{display:flex;flex-wrap:wrap;gap:16px}.maps figure{margin:0;width:300px}figcaption{font-size:13px}.drill{padding:8px 12px;background:#7a1020;color:#fff;font-weight:700}
.key span{display:inline-block;margin-right:16px}.key i{display:inline-block;width:14px;height:14px;margin-right:5px;vertical-align:-2px;border:1px solid #46525e}
"""


def make_page(
    outcome: Outcome, *, against: Outcome | None, changes: Sequence[Change], notes: Sequence[str]
) -> str:
    """The whole page. `against` ran over the same record."""
    title = f"Backtest of policy {outcome.policy}" + (f" against {against.policy}" if against else "")
    size = (
        f"<p>World {escape(outcome.world)}; {outcome.documents:,} telegrams, {outcome.municipalities:,} municipalities, "
        f"{outcome.residents:,} people. SHA-256 <code>{outcome.digest}</code></p>"
    )
    parts = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>',
        f"<style>{STYLE}{MORE_STYLE}</style></head><body><h1>{escape(title)}</h1>",
        *(
            ['<p class="drill">訓練: what follows is from a drill</p>']
            if outcome.world is World.DRILL
            else ()
        ),
        size,
        "<ul>" + "".join(f"<li>{escape(note)}</li>" for note in notes) + "</ul>",
        "<h2>What would have happened</h2>",
        *(_summary(one) for one in (outcome, against) if one),
        _timelines(outcome),
        _maps(outcome.exposures, outcome.trapped),
        _trapped(outcome.trapped),
        *([_changes(changes, against.policy, outcome.policy)] if against else ()),
        "</body></html>\n",
    ]
    return "\n".join(parts)


def _table(caption: str, headings: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    lines: list[str] = []
    left = 0
    for row in rows:
        if len(lines) < SHOWN_LINES:
            lines.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>")
        else:
            left += 1
    more = f"<p>and {left:,} more: in the JSON</p>" if left else ""
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>{more}"


def _summary(outcome: Outcome) -> str:
    rows = []
    for row in sorted({gate.row for gate in outcome.gates}):
        gates = [gate for gate in outcome.gates if gate.row == row]
        looks = [one for one in outcome.exposures if one.row == row]
        rows.append(
            (
                str(row),
                *(
                    f"{sum(g.first_ms(s) is not None for g in gates):,}"
                    for s in (Stand.ARMED, Stand.OPEN, Stand.EXPIRED)
                ),
                f"{sum(one.persons for one in looks):,}",
                f"{sum(len(one.cells) for one in looks):,}",
                f"{sum(one.person_minutes for one in looks) / 60:,.0f}",
                f"{sum(one.is_open_ended for one in looks):,}",
            )
        )
    headings = (
        "row", "municipalities armed", "opened", "expired", "persons visible", "cells", "person-hours (at least)",
        "open when the record falls silent",
    )  # fmt: skip
    if not rows:
        return f"<p>Policy {escape(outcome.policy)}: no gate moved.</p>"
    return _table(f"Policy {outcome.policy}", headings, rows)


def _timelines(outcome: Outcome) -> str:
    """Municipalities with the most that happened, lanes by row. Each change is one step wide: years may lie between two."""
    by_town: dict[str, list[History]] = {}
    for gate in outcome.gates:
        by_town.setdefault(gate.municipality, []).append(gate)
    weight = {code: sum(len(g.spans) for g in gates) for code, gates in by_town.items()}
    chosen = sorted(by_town, key=lambda code: (-weight[code], code))[:SHOWN_TIMELINES]
    key = "".join(f'<span><i style="background:{c}"></i>{s}</span>' for s, c in COLOURS.items())
    drawn = "".join(f"<h3>{escape(code)}</h3>{_timeline(by_town[code])}" for code in sorted(chosen))
    return (
        f"<h2>Timelines</h2><p>{len(chosen)} of {len(by_town):,} municipalities, those with the most changes. "
        f'Each change takes one step: the axis is not to scale. Japan Standard Time.</p><p class="key">{key}</p>{drawn}'
    )


def _timeline(gates: Sequence[History]) -> str:
    moments = sorted({span.from_ms for gate in gates for span in gate.spans} | set(_ends(gates)))
    step = (WIDTH - LEFT) / max(len(moments), 1)
    place = {moment: LEFT + index * step for index, moment in enumerate(moments)}
    height = LANE * len(gates) + 34
    parts = [f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="stands of the gates over time">']
    for lane, gate in enumerate(gates):
        top = lane * LANE
        parts.append(f'<text x="0" y="{top + 17}">row {gate.row}</text>')
        for span in gate.spans:
            left = place[span.from_ms]
            right = WIDTH if span.until_ms is None else place[span.until_ms]
            words = f"{span.stand}{f', level {span.level}' if span.level else ''}: {when(span.from_ms)} to {when(span.until_ms)}; {span.by}"
            parts.append(
                f'<rect x="{left:.1f}" y="{top + 3}" width="{max(right - left, 1):.1f}" height="{LANE - 6}" '
                f'fill="{COLOURS[span.stand]}"><title>{escape(words)}</title></rect>'
            )
    shown = moments[:: max(1, len(moments) // 8)]
    for moment in shown:
        x = place[moment]
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height - 30}" stroke="#16202a" stroke-width=".5"/>'
        )
        parts.append(f'<text x="{x:.1f}" y="{height - 16}">{when(moment)[:10]}</text>')
        parts.append(f'<text x="{x:.1f}" y="{height - 2}">{when(moment)[11:]}</text>')
    return "".join(parts) + "</svg>"


def _ends(gates: Sequence[History]) -> Iterator[int]:
    return (span.until_ms for gate in gates for span in gate.spans if span.until_ms is not None)


def _maps(exposures: Sequence[Exposure], trapped: Sequence[TrappedCell]) -> str:
    chosen = sorted(exposures, key=lambda one: (-one.persons, one.municipality, one.row))[:SHOWN_MAPS]
    red = {(cell.municipality, cell.cell) for cell in trapped}
    drawn = "".join(_map(one, {cell for code, cell in red if code == one.municipality}) for one in chosen)
    return (
        f"<h2>Maps</h2><p>{len(chosen)} of {len(exposures):,}: cells in which persons were visible, darker for more; "
        f'ringed: people are trapped.</p><div class="maps">{drawn}</div>'
    )


def _map(one: Exposure, ringed: set[str]) -> str:
    shapes = {cell.cell: boundary(cell_number(cell.cell)) for cell in one.cells}
    shapes |= {cell: boundary(cell_number(cell)) for cell in ringed}
    persons = {cell.cell: cell.persons for cell in one.cells}
    lats = [lat for ring in shapes.values() for lat, _ in ring]
    lons = [lon for ring in shapes.values() for _, lon in ring]
    wide = math.cos(math.radians(max(lats)))
    scale = 280 / max(max(lats) - min(lats), (max(lons) - min(lons)) * wide, 1e-6)
    height = 20 + (max(lats) - min(lats)) * scale
    most = max(persons.values(), default=1)
    parts = []
    for cell, ring in sorted(shapes.items(), key=lambda item: item[0] in ringed):
        points = " ".join(
            f"{10 + (lon - min(lons)) * wide * scale:.1f},{10 + (max(lats) - lat) * scale:.1f}"
            for lat, lon in ring
        )
        count = persons.get(cell, 0)
        edge = 'stroke="#111" stroke-width="3"' if cell in ringed else 'stroke="#fff"'
        parts.append(
            f'<polygon points="{points}" fill="#b03a2e" fill-opacity="{0.85 * count / most + (0.1 if count else 0):.2f}" {edge}>'
            f"<title>{escape(cell)}: {count} persons</title></polygon>"
        )
    caption = (
        f"{one.municipality}, row {one.row}: {one.persons:,} of {one.of:,} persons visible to {one.recipient}"
    )
    return (
        f'<figure><svg viewBox="0 0 300 {height:.0f}" role="img" aria-label="{escape(caption)}">{"".join(parts)}</svg>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def _trapped(cells: Sequence[TrappedCell]) -> str:
    rows = (
        (
            cell.municipality,
            cell.cell,
            str(cell.persons),
            when(cell.trapped_ms),
            _after(cell.counted_ms, cell.trapped_ms),
            _after(cell.located_ms, cell.trapped_ms)
            + (f" (row {cell.located_by_row})" if cell.located_by_row else ""),
        )
        for cell in cells
    )
    headings = ("municipality", "cell", "trapped", "since", "staff see a count", "staff see whom")
    return "<h2>The first minute of each trapped cell</h2>" + _table(
        "Where people are trapped", headings, rows
    )


def _after(moment_ms: int | None, since_ms: int) -> str:
    if moment_ms is None:
        return "never"
    return f"{when(moment_ms)}, after {(moment_ms - since_ms) // 60_000:,} min"


def _changes(changes: Sequence[Change], old: str, new: str) -> str:
    rows = (
        (one.municipality, one.what, _value(one.what, one.old), _value(one.what, one.new)) for one in changes
    )
    return f"<h2>{len(changes):,} differences</h2>" + _table(
        "On the same record", ("municipality", "what", old, new), rows
    )


def _value(what: str, value: int | None) -> str:
    if value is None:
        return "never" if what.endswith("(ms)") else "none"
    return when(value) if what.endswith("(ms)") else f"{value:,}"


def when(at_ms: int | None) -> str:
    """A moment in Japan Standard Time, to the minute."""
    if at_ms is None:
        return "the record's end"
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(JST).strftime("%Y-%m-%d %H:%M")
