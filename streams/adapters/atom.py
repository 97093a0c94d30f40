"""Atom and RSS feeds of alerts: those that carry the alert itself, and indexes that only say where it is. Fetches nothing."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from streams.adapters.cap import outer_alerts, read_alert
from streams.adapters.document import Document, bounded
from streams.adapters.reading import Findings, Reading, RefusedError, Source, clip
from streams.adapters.safe_xml import text_of

FORMAT = "atom"
CAP_TYPE = "application/cap+xml"


def is_atom(document: Document) -> bool:
    """Told by the root: `feed` of Atom, or `rss`."""
    return document.looks_like_xml and document.xml.tag in {"feed", "rss"}


def read_atom(document: Document, source: Source) -> Reading:
    """Every alert in it; an entry that only points to one is a note with the address, for whoever fetches."""
    found = Findings(source)
    root = document.xml
    entries = list_entries(root)
    for place, entry in bounded(entries, lambda number: f"entry[{number + 1}]"):
        if isinstance(entry, RefusedError):
            found.refuse(entry, place=place)
        else:
            _read_entry(entry, place, found)
    if not entries:
        found.notes.append("a feed without entries: nothing is said, what was said before stands")
    return found.reading(FORMAT)


def list_entries(root: Element) -> list[Element]:
    """The entries of a feed, or the items of an RSS channel."""
    return root.findall("entry") if root.tag == "feed" else root.findall("channel/item")


def _read_entry(entry: Element, place: str, found: Findings) -> None:
    alerts = list(outer_alerts(entry))
    for alert in alerts:
        read_alert(alert, found, place=f"{place}/content/")
    if alerts:
        return
    address = find_address(entry)
    title = clip(text_of(entry, "title") or text_of(entry, "id") or "without a title")
    if address:
        found.notes.append(f"{place} {title}: only points to {clip(address, chars=300)}; fetch that")
    else:
        missing = RefusedError("alert-missing", f"{title}: holds no alert and no link to one")
        found.refuse(missing, place=place)


def find_address(entry: Element) -> str:
    """Where the whole message is: a link of CAP's type, else the first; empty where there is none."""
    links = list(_links(entry))
    return next((href for href, kind in links if kind == CAP_TYPE), next((href for href, _ in links), ""))


def _links(entry: Element) -> Iterator[tuple[str, str]]:
    for link in entry.findall("link"):
        href = link.get("href", "").strip() or (link.text or "").strip()
        if href and link.get("rel", "alternate") in {"alternate", "related", "enclosure"}:
            yield href, link.get("type", "")
