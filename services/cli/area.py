"""`mio area build`, `show`, `report` and `evacuate`: options, progress and tables. The building is services.area's."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from services.cli.area_evacuate import evacuate
from services.cli.area_report import report

if TYPE_CHECKING:
    from routing import Network
    from services.area.build import Built
    from services.area.show import Overview

SHOWN_REJECTIONS = 20

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Build and show the area that routes are answered for.",
)
error_console = Console(stderr=True)
app.command()(report)
app.command()(evacuate)


@app.command()
def build(
    out: Annotated[Path, typer.Option(help="Folder to write; an area that is there is replaced whole.")],
    osm: Annotated[Path | None, typer.Option(help="OpenStreetMap extract: .osm.pbf, .osm, .osm.gz.")] = None,
    graph_csv: Annotated[
        Path | None, typer.Option(help="Folder with nodes.csv and edges.csv of OSMnx.")
    ] = None,
    place: Annotated[
        str | None, typer.Option(help="Name of a place, asked of OpenStreetMap (online).")
    ] = None,
    synthetic: Annotated[bool, typer.Option("--synthetic", help="The made-up city.")] = False,
    sites: Annotated[list[Path] | None, typer.Option(help="指定緊急避難場所: files or folders.")] = None,
    shelters: Annotated[list[Path] | None, typer.Option(help="指定避難所: files or folders.")] = None,
    areas: Annotated[
        Path | None, typer.Option(help="Boundaries: GeoJSON with refs, or N03 properties.")
    ] = None,
    zones: Annotated[
        Path | None,
        typer.Option(
            help="Hazard-map zones: GeoJSON with hazard, name, source, and arrives_after_min where known."
        ),
    ] = None,
    dem: Annotated[
        Path | None,
        typer.Option(
            help="Heights: a GeoTIFF. Walking up then takes longer, and steep ways exclude wheelchairs."
        ),
    ] = None,
    private_gates_open: Annotated[
        bool,
        typer.Option(
            "--private-gates-open",
            help="Private and locked gates count as open: somebody opens them on an alarm.",
        ),
    ] = False,
    name: Annotated[str, typer.Option(help="What to call the area; the source's name unless given.")] = "",
) -> None:
    """Build an area folder from a road network, lists of places, and boundaries."""
    from routing.errors import RoutingError
    from services.area.build import Material, build_area, build_synthetic
    from services.area.errors import AreaFolderError
    from streams.clock import SystemClock

    chosen = [option for option in (osm, graph_csv, place, synthetic) if option]
    if len(chosen) != 1:
        raise typer.BadParameter("give exactly one of --osm, --graph-csv, --place, --synthetic")
    if synthetic and (sites or shelters or areas or zones or dem):
        raise typer.BadParameter("--synthetic brings its own places, boundaries, zones and no heights")
    if private_gates_open and not (osm or place):
        raise typer.BadParameter("only --osm and --place know gates", param_hint="--private-gates-open")
    try:
        with _progress() as progress:
            task = progress.add_task("starting", total=None)

            def say(text: str) -> None:
                progress.update(task, description=text)

            if synthetic:
                built = build_synthetic(out, progress=say)
            else:
                network, source = _read_network(
                    osm, graph_csv, place, say, private_gates_open=private_gates_open
                )
                network = _with_heights(network, dem, say)
                material = Material(
                    name=name or source, source=source, network=network, sites=sites or (),
                    shelters=shelters or (), boundaries=areas, zones=zones, now_ms=SystemClock().now_ms(),
                )  # fmt: skip
                built = build_area(material, out, progress=say)
    except (RoutingError, AreaFolderError) as error:
        error_console.print(f"mio area: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from None
    _tell(built, out)


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=error_console,
        transient=True,
    )


def _read_network(
    osm: Path | None,
    graph_csv: Path | None,
    place: str | None,
    say: Callable[[str], None],
    *,
    private_gates_open: bool,
) -> "tuple[Network, str]":
    from routing.build.barriers import Rules

    rules = Rules(private_gates_open=private_gates_open)
    if osm:
        from routing.build.osm_pbf import read_osm

        return read_osm(osm, rules=rules, progress=say), osm.name
    if graph_csv:
        from routing.build.graph_csv import read_graph_csv

        say("reading nodes.csv and edges.csv")
        return read_graph_csv(graph_csv), graph_csv.name
    from routing.build.osm_place import read_place

    say(f"asking OpenStreetMap for {place}")
    return read_place(place or "", rules=rules), place or ""


def _with_heights(network: "Network", dem: Path | None, say: Callable[[str], None]) -> "Network":
    if dem is None:
        return network
    from routing.build.elevation import open_dem, with_elevation

    say("reading heights")
    return with_elevation(network, open_dem(dem, network.bbox), credit=dem.name)


def _tell(built: "Built", out: Path) -> None:
    for path, rejection in built.listing.rejections[:SHOWN_REJECTIONS]:
        error_console.print(
            f"left out: {path} {rejection.place}: {rejection.detail} [{rejection.reason}]",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    more = len(built.listing.rejections) - SHOWN_REJECTIONS
    if more > 0:
        error_console.print(f"... and {more} more; 'mio feed read' lists them all")
    for note in built.info.notes:
        error_console.print(f"note: {note}", style="yellow", markup=False, highlight=False, soft_wrap=True)
    info = built.info
    typer.echo(
        f"{out}: {info.name}, {info.sites} sites and {info.shelters} shelters, network {info.network_hash[:12]}; "
        f"see it with: mio area show {out}"
    )


@app.command()
def show(
    folder: Annotated[Path, typer.Argument(help="An area folder.")],
    picture: Annotated[Path | None, typer.Option(help="Also draw it, as an .svg file.")] = None,
) -> None:
    """Show what an area holds, and what was left out and why."""
    from routing.errors import RoutingError
    from services.area.errors import AreaFolderError
    from services.area.show import open_overview

    if picture and picture.suffix != ".svg":
        raise typer.BadParameter(f"{picture}: pictures are drawn as .svg", param_hint="--picture")
    try:
        overview = open_overview(folder)
    except (AreaFolderError, RoutingError) as error:
        error_console.print(f"mio area: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from None
    Console().print(_table(overview))
    if picture:
        _draw(overview, folder, picture)


def _table(overview: "Overview") -> Table:
    from streams.events.shelters import Layer

    info, network = overview.info, overview.network
    table = Table(title=info.name, title_justify="left", show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    south, west, north, east = info.bbox
    table.add_row("bounds", f"{south:.4f}, {west:.4f} to {north:.4f}, {east:.4f}")
    table.add_row(
        "network", f"{network.node_count:,} nodes, {network.link_count:,} links, {network.edge_count:,} edges"
    )
    table.add_row("", "\n".join(f"{km:,.1f} km {kind}" for kind, km in overview.km_by_kind()))
    for label, layer in (("sites 緊急避難場所", Layer.SITE), ("shelters 避難所", Layer.SHELTER)):
        known, total, unknown = overview.capacity(layer)
        table.add_row(
            label,
            f"{known + unknown:,}; capacity of {known:,} is known ({total:,} people)"
            + (f", of {unknown:,} unknown" if unknown else ""),
        )
        table.add_row(
            "", ", ".join(f"{flag} {count:,}" for flag, count in overview.flags(layer)) or "no flag"
        )
    table.add_row("municipalities", ", ".join(f"{m.code} {m.name}" for m in info.municipalities) or "none")
    table.add_row("hazard map", "zones.geojson" if overview.has_zones else "none: no membrane will be drawn")
    table.add_row("basemap", "basemap.pmtiles" if overview.has_basemap else "none")
    table.add_row(
        "left out", "\n".join(f"{n:,} {why}" for why, n in sorted(info.skipped.items())) or "nothing"
    )
    table.add_row("notes", "\n".join(info.notes) or "none")
    table.add_row("attribution", "\n".join(info.attribution))
    table.add_row("network hash", info.network_hash)
    return table


def _draw(overview: "Overview", folder: Path, picture: Path) -> None:
    from services.area.drawing import draw_area
    from services.area.show import read_zones

    svg = draw_area(overview.network, overview.places, title=overview.info.name, zones=read_zones(folder))
    picture.write_text(svg, encoding="utf-8")
    typer.echo(f"drawn: {picture}")
