"""The table of formats, and the one way in: bytes to events and reasoned rejections. Never raises, opens nothing."""

from collections.abc import Callable
from dataclasses import dataclass

from streams.adapters.atom import is_atom, read_atom
from streams.adapters.cap import is_cap, read_cap
from streams.adapters.closures_geojson import is_closures, read_closures
from streams.adapters.datex import is_datex, read_datex
from streams.adapters.document import MAX_BYTES, Document
from streams.adapters.edxl import is_edxl, read_edxl
from streams.adapters.geojson import check_crs, first_properties, is_collection
from streams.adapters.gpx import is_gpx, refuse_gpx
from streams.adapters.gsi import is_gsi_csv, is_gsi_geojson, read_gsi_csv, read_gsi_geojson
from streams.adapters.jartic import is_jartic, read_jartic
from streams.adapters.jma import is_jma, read_jma
from streams.adapters.ngsi import is_ngsi, read_ngsi
from streams.adapters.nsw import is_nsw, read_nsw
from streams.adapters.open511 import is_open511, read_open511
from streams.adapters.reading import AnyEvent, Reading, RefusedError, Source, clip
from streams.adapters.recommended_csv import is_recommended_csv, read_recommended_csv
from streams.adapters.status_csv import is_status_csv, read_status_csv
from streams.adapters.wzdx import is_wzdx, read_wzdx

__all__ = ["FORMATS", "UNKNOWN", "AnyEvent", "Format", "Reading", "Source", "read"]

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Format:
    """One line of the table. `detect` is cheap and may raise `RefusedError`, which then is the answer."""

    name: str
    detect: Callable[[Document], bool]
    read: Callable[[Document, Source], Reading]


FORMATS: tuple[Format, ...] = (
    Format("jma", is_jma, read_jma),
    Format("cap", is_cap, read_cap),
    Format("atom", is_atom, read_atom),
    Format("edxl", is_edxl, read_edxl),
    Format("datex2", is_datex, read_datex),
    Format("open511", is_open511, read_open511),
    Format("gpx", is_gpx, refuse_gpx),
    Format("gsi-geojson", is_gsi_geojson, read_gsi_geojson),
    Format("closures-geojson", is_closures, read_closures),
    Format("wzdx", is_wzdx, read_wzdx),
    Format("nsw-livetraffic", is_nsw, read_nsw),
    Format("ngsi", is_ngsi, read_ngsi),
    Format("gsi-csv", is_gsi_csv, read_gsi_csv),
    Format("shelter-status-csv", is_status_csv, read_status_csv),
    Format("jartic-csv", is_jartic, read_jartic),
    Format("recommended-csv", is_recommended_csv, read_recommended_csv),
)
ROWS = frozenset({"gsi-csv", "shelter-status-csv", "jartic-csv", "recommended-csv"})
"""Formats of rows, which are looked for only in what is neither XML nor JSON; the others only in what is."""


def read(document: bytes, source: Source, *, name: str = "") -> Reading:
    """All that `document` says; `name` is the file's name, if it had one.

    Never raises for any bytes: what cannot be read is one rejection with a stable reason.
    """
    if len(document) > MAX_BYTES:
        refusal = RefusedError(
            "document-too-large", f"{len(document):,} bytes: the bound is {MAX_BYTES:,}; send it in parts"
        )
        return _refused(UNKNOWN, refusal, source)
    opened = Document(document, name=name)
    chosen = UNREADABLE
    try:
        chosen = _find_format(opened)
        return chosen.read(opened, source)
    except RefusedError as error:
        return _refused(chosen.name, error, source)


def _refused(found: str, error: RefusedError, source: Source) -> Reading:
    return Reading(found, (), (error.rejection(source),))


def _find_format(document: Document) -> Format:
    is_marked = document.looks_like_xml or document.looks_like_json
    candidates = (f for f in FORMATS if (f.name in ROWS) != is_marked)
    return next((candidate for candidate in candidates if candidate.detect(document)), UNREADABLE)


def _refuse(document: Document, _source: Source) -> Reading:
    raise RefusedError("format-unknown", _describe(document))


UNREADABLE = Format(UNKNOWN, lambda _: True, _refuse)
"""What every other document is."""


def _describe(document: Document) -> str:
    """What an unknown document looks like. Parsing it here also finds what is hostile or broken in it."""
    known = "known formats: " + ", ".join(f.name for f in FORMATS)
    if document.looks_like_xml:
        return f"XML with root element {clip(document.xml.tag)}; {known}"
    if document.looks_like_json:
        value = document.json
        if is_collection(document):
            check_crs(value)
            names = ", ".join(list(first_properties(document))[:8]) or "none"
            return f"GeoJSON with the properties {clip(names, chars=120)}; {known}"
        names = ", ".join(list(value)[:8]) if isinstance(value, dict) else "no names: an array"
        return f"JSON with {clip(names, chars=120)}; {known}"
    if not document.text.strip():
        return f"nothing but white space; {known}"
    return f"text that begins with {clip(document.text[:200])!r}; {known}"
