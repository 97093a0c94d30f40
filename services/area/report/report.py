"""Makes the report of an area folder: reads, analyses, writes the page and the tables. Prints nothing."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from services.area.folder import AreaInfo, read_area
from services.area.report.analysis import Basis, Progress, Situation, analyse, prepare
from services.area.report.districts import read_districts
from services.area.report.page import make_page
from services.area.report.spots import Residents, read_people
from services.area.report.tables import write_tables
from services.area.show import read_sites, read_zones
from services.drill.city import City
from services.drill.people import SEED, make_people
from services.navigator.ground import load_ground
from streams.folds.shelters import Place, shelter_state

PAGE = "report.html"


@dataclass(frozen=True)
class Report:
    """What was written, and from what."""

    page: Path
    info: AreaInfo
    basis: Basis
    situations: tuple[Situation, ...]


def make_report(
    folder: Path, out: Path, *, people: Path | None = None, now_ms: int, progress: Progress
) -> Report:
    """Writes `report.html` and the tables into `out`. people: a CSV file lat,lon,count; the made-up city brings its own.

    Raises:
        AreaFolderError: no area folder, or the people cannot be read.
        RoutingError: the network cannot be read.
    """
    info = read_area(folder)
    progress(0, 1, "opening the area")
    ground = load_ground(folder)
    residents = read_people(people) if people else generated_residents(folder, info)
    states = (shelter_state(site.id, Place(listed=site)) for site in read_sites(folder))
    districts = read_districts(folder, municipalities=len(info.municipalities))
    basis = prepare(
        ground, [state for state in states if state is not None], districts=districts, residents=residents,
        now_ms=now_ms, progress=progress,
    )  # fmt: skip
    situations = analyse(basis, progress=progress)
    out.mkdir(parents=True, exist_ok=True)
    page = out / PAGE
    drawn_by = sorted({str(z["properties"].get("source") or "") for z in read_zones(folder)} - {""})
    text = make_page(info, basis, situations, zone_sources=drawn_by, made_ms=now_ms)
    page.write_text(text, encoding="utf-8")
    write_tables(out, info, basis, situations, made_ms=now_ms)
    return Report(page, info, basis, situations)


def generated_residents(folder: Path, info: AreaInfo) -> Residents | None:
    """The made-up city's generated residents, by home; real areas have none unless they are given."""
    if not info.synthetic:
        return None
    city = City.load(folder)
    people = make_people(city)
    nodes, counts = np.unique(people.home, return_counts=True)
    network = city.ground.network
    lat, lon = network.node_lat[nodes], network.node_lon[nodes]
    return Residents(lat, lon, counts.astype(np.float64), source=people.note, as_of=f"seed {SEED}")
