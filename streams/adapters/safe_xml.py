"""XML from strangers: no entities, no document type, no network, bounded size and depth. Knows no vocabulary."""

import re
from xml.etree.ElementTree import (
    Element,
    ParseError,
    TreeBuilder,
)

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from streams.adapters.reading import RefusedError, clip

MAX_DEPTH = 64
"""JMA's deepest telegram has 14 levels."""
MAX_ELEMENTS = 1_000_000
"""JMA's largest sample (VPRN50, 4 MB) has about 150,000."""

JAPANESE = {
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j", "cp932"), "cp932"),
    "euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp",
}
_DECLARED = re.compile(rb"""(\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["'])""")


class _BoundedBuilder(TreeBuilder):
    """Builds the tree with local names only; stops at the first element beyond the bounds."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._elements = 0

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH:
            raise RefusedError(
                "xml-too-deep", f"element {clip(tag)}: nested deeper than {MAX_DEPTH} levels; send it flat"
            )
        if self._elements > MAX_ELEMENTS:
            raise RefusedError(
                "xml-too-many-elements", f"more than {MAX_ELEMENTS:,} elements; send it in parts"
            )
        return super().start(tag.rpartition("}")[2], attrs)

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return super().end(tag.rpartition("}")[2])


def _as_utf8(document: bytes) -> bytes:
    """A document in one of Japan's older encodings, which the parser does not know, as UTF-8; others as they are."""
    declared = _DECLARED.match(document)
    codec = JAPANESE.get(declared[2].decode().lower()) if declared else None
    if declared is None or codec is None:
        return document
    try:
        text = document[declared.end(1) :].decode(codec)
    except UnicodeDecodeError as error:
        raise RefusedError(
            "encoding-unknown", f"not readable as {codec}, which it declares; send UTF-8"
        ) from error
    return text.partition("?>")[2].encode()


def parse_xml(document: bytes) -> Element:
    """The root element; tags without namespaces. UTF-8, UTF-16 and what else the parser knows, and `JAPANESE`.

    Raises:
        RefusedError: `encoding-unknown`, `xml-forbidden` (document type, entities, external references), `xml-malformed`,
            `xml-too-deep`, `xml-too-many-elements`.
    """
    parser = DefusedXMLParser(target=_BoundedBuilder(), forbid_dtd=True)
    try:
        parser.feed(_as_utf8(document))
        root: Element = parser.close()
    except DefusedXmlException as error:
        raise RefusedError(
            "xml-forbidden",
            f"{type(error).__name__}: document types, entities and external references are not read; "
            "send the XML without <!DOCTYPE>",
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        if isinstance(error, RefusedError):
            raise
        line, _ = getattr(error, "position", (0, 0))
        place = f"line {line}" if line else "document"
        raise RefusedError(
            "xml-malformed", f"not well-formed XML: {clip(error, chars=200)}", place=place
        ) from error
    return root


def text_of(parent: Element | None, path: str) -> str:
    """Stripped text of the first element at `path`; empty where there is none."""
    return ((parent.findtext(path) if parent is not None else "") or "").strip()
