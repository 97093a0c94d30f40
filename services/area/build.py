"""Builds an area folder from a network, lists and boundaries. Prints nothing: progress and findings go to the caller."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import CalledProcessError

from routing import Network
from routing.build.synthetic import SyntheticPlace, make_city
from services.area import folder
from services.area.basemap import build_basemap
from services.area.boundaries import Boundaries, check_zones, note_zones, read_boundaries, whole_network
from services.area.places import Listing, join, read_listing
from streams.codec import encode
from streams.events.base import SITE_HAZARDS, Hazard
from streams.events.shelters import Layer, SiteReport

Progress = Callable[[str], None]
SYNTHETIC_AS_OF_MS = 1_756_652_400_000
"""2025-09-01 00:00 in Japan: the day that the made-up list is dated."""


@dataclass(frozen=True, kw_only=True)
class Material:
    """What an area is built from. `zones` and `boundaries` are files; `now_ms` dates the reading."""

    name: str
    source: str
    network: Network
    sites: Sequence[Path] = ()
    shelters: Sequence[Path] = ()
    boundaries: Path | None = None
    zones: Path | None = None
    now_ms: int


@dataclass(frozen=True)
class Built:
    """The folder's index, and the lists' records that were left out (for a person to read)."""

    info: folder.AreaInfo
    listing: Listing


def build_area(material: Material, out: Path, *, progress: Progress) -> Built:
    """Writes the folder whole, or leaves what is there.

    Raises:
        AreaFolderError: the lists, boundaries or zones cannot be used.
    """
    network = material.network
    with folder.replace_folder(out) as building:
        progress("reading lists of sites and shelters")
        listing = join(
            (
                read_listing(material.sites, Layer.SITE, network.bbox, received_at_ms=material.now_ms),
                read_listing(material.shelters, Layer.SHELTER, network.bbox, received_at_ms=material.now_ms),
            )
        )
        progress("reading boundaries")
        boundaries = _boundaries(material, listing)
        if material.zones:
            zones = check_zones(material.zones, [str(h) for h in SITE_HAZARDS])
            folder.write_geojson(building / folder.ZONES, zones)
            notes = (*boundaries.notes, *note_zones(material.zones, zones, network.bbox))
            boundaries = replace(boundaries, notes=notes)
        info = _write(building, material, listing, boundaries, synthetic=False, progress=progress)
    return Built(info, listing)


def build_synthetic(out: Path, *, progress: Progress) -> Built:
    """The made-up city as an area folder."""
    progress("drawing a city on open water")
    city = make_city()
    reports = tuple(_report(place) for place in city.places)
    listing = Listing(reports, (), 0, ())
    material = Material(
        name="澪 (架空の都市, made up)", source="synthetic", network=city.network, now_ms=SYNTHETIC_AS_OF_MS
    )
    with folder.replace_folder(out) as building:
        folder.write_geojson(building / folder.ZONES, city.zones)
        municipalities = tuple(folder.Municipality(code, name) for code, name in city.municipalities)
        boundaries = Boundaries(city.areas, municipalities, ("nothing here is real",))
        info = _write(building, material, listing, boundaries, synthetic=True, progress=progress)
    return Built(info, listing)


def _boundaries(material: Material, listing: Listing) -> Boundaries:
    if material.boundaries:
        return read_boundaries(material.boundaries, material.network.bbox)
    codes = {report.municipality for report in listing.reports if report.municipality}
    return whole_network(material.network.bbox, codes, material.name)


def _write(
    building: Path,
    material: Material,
    listing: Listing,
    boundaries: Boundaries,
    *,
    synthetic: bool,
    progress: Progress,
) -> folder.AreaInfo:
    network = material.network
    progress("writing the network")
    content_hash = network.save(building / folder.NETWORK)
    folder.write_geojson(building / folder.AREAS, boundaries.collection)
    lines = b"".join(encode(report) + b"\n" for report in listing.reports)
    (building / folder.SITES).write_bytes(lines)
    progress("drawing the basemap")
    basemap_note = _basemap(network, building / folder.BASEMAP, progress)
    sites = sum(report.layer is Layer.SITE for report in listing.reports)
    skipped = dict(network.skipped) | {f"list: {k}": n for k, n in listing.reasons().items()}
    if listing.left_out:
        skipped["list: outside the network and 1 km around it"] = listing.left_out
    notes = (*boundaries.notes, *listing.notes, *basemap_note)
    if not sites:
        notes += ("no site is listed here: every answer will be to stay; give --sites",)
    info = folder.AreaInfo(
        name=material.name,
        source=material.source,
        attribution=tuple(dict.fromkeys((network.attribution, *listing.credits))),
        bbox=network.bbox,
        network_hash=content_hash,
        municipalities=boundaries.municipalities,
        synthetic=synthetic,
        sites=sites,
        shelters=len(listing.reports) - sites,
        skipped=skipped,
        notes=notes,
    )
    folder.write_info(building, info)
    return info


def _basemap(network: Network, path: Path, progress: Progress) -> tuple[str, ...]:
    """The basemap is a convenience: a machine that cannot draw it still gets an area, and a note."""
    try:
        build_basemap(network, path, progress=progress)
    except (OSError, CalledProcessError) as error:
        path.unlink(missing_ok=True)
        return (f"no basemap: {error}",)
    return ()


def _report(place: SyntheticPlace) -> SiteReport:
    return SiteReport(
        id=place.id,
        source="synthetic",
        layer=Layer(place.layer),
        name=place.name,
        lat=place.lat,
        lon=place.lon,
        suits=tuple(Hazard(h) for h in place.suits),
        unsuited=tuple(h for h in SITE_HAZARDS if str(h) not in place.suits),
        capacity=place.capacity,
        capacity_text=f"{place.capacity}人",
        municipality=place.municipality,
        as_of_ms=SYNTHETIC_AS_OF_MS,
    )
