"""An Atom or RSS feed as a list of entries: what each is, in which version, and where its document lies. Pure; takes no alert out of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from streams.adapters.atom import find_address, list_entries
from streams.adapters.cap import outer_alerts
from streams.adapters.document import Document, bounded
from streams.adapters.reading import RefusedError
from streams.adapters.safe_xml import text_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. address: None where the document stands in the entry itself."""

    id: str
    updated: str
    address: str | None


def read_index(document: bytes, url: str) -> list[Entry]:
    """All entries that carry a document or point to one, as the feed orders them; others say nothing that could be fetched.

    Raises:
        RefusedError: no feed, or nothing that may be read.
    """
    root = Document(document).xml
    if root.tag not in {"feed", "rss"}:
        raise RefusedError("format-unexpected", f"root element {root.tag[:40]}: expected an Atom or RSS feed")
    return list(_entries(root, url))


def _entries(root: Element, url: str) -> Iterator[Entry]:
    for _, entry in bounded(list_entries(root), str):
        if isinstance(entry, RefusedError):
            return
        holds_it = next(outer_alerts(entry), None) is not None
        link = find_address(entry)
        if not holds_it and not link:
            continue
        address = None if holds_it else urljoin(url, link)
        name = text_of(entry, "id") or text_of(entry, "guid") or link
        updated = text_of(entry, "updated") or text_of(entry, "pubDate")
        yield Entry(name or (address or ""), updated, address)
