"""The head of an L-Alert report: who says it, when, of which municipality, and which document it is. Not the body."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from xml.etree.ElementTree import Element

from streams.adapters.hazard_words import hazards_of
from streams.adapters.places import municipality_of
from streams.adapters.reading import RefusedError
from streams.adapters.safe_xml import text_of
from streams.adapters.times import parse_iso
from streams.events.base import Action, Hazard, Status


@dataclass(frozen=True)
class Message:
    """A Report with what it came in. Versions 1 to 4 of the format differ in namespaces only, which are not looked at."""

    report: Element
    content: Element
    distribution: Element
    status: Status
    action: Action

    @cached_property
    def category(self) -> str:
        """What it is about, such as EvacuationOrder or Shelter."""
        return text_of(self.content, "category") or text_of(self.report, "Control/Title")

    @cached_property
    def document_id(self) -> str:
        """The same for all revisions of one document.

        Raises:
            RefusedError: `id-missing`.
        """
        found = text_of(self.content, "documentID") or text_of(self.report, "Head/documentID")
        if not found:
            raise RefusedError("id-missing", "no documentID: it could not be taken back", place="documentID")
        return found

    @cached_property
    def revision(self) -> int:
        """0 where none is given."""
        written = text_of(self.content, "documentRevision") or text_of(self.report, "Head/documentRevision")
        return int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else 0

    @cached_property
    def issued_at_ms(self) -> int:
        """When it was reported, else when it was sent.

        Raises:
            RefusedError: a reason of `parse_iso`.
        """
        written = text_of(self.report, "Head/ReportDateTime") or text_of(self.distribution, "dateTimeSent")
        return parse_iso(written, "ReportDateTime")

    @cached_property
    def title(self) -> str:
        return text_of(self.report, "Head/Title")

    @cached_property
    def headline(self) -> str:
        return text_of(self.report, "Head/Headline/Text") or text_of(self.content, "contentDescription")

    @cached_property
    def hazards(self) -> tuple[Hazard, ...]:
        """What its words name: headline, disaster and notes."""
        found = (".//Disaster/DisasterName", ".//ComplementaryInfo")
        return hazards_of(" ".join((self.headline, *(text_of(self.report, path) for path in found))))

    @cached_property
    def issuer(self) -> str:
        """The municipality by name; its title names it where nothing else does."""
        office = text_of(self.report, "Control/EditorialOffice/OrganizationName")
        return office or self.area_name or self.title.partition(":")[0].strip()

    @cached_property
    def municipality(self) -> str:
        """JIS X 0402 in 5 digits; empty where the message gives no code."""
        return next((code for text in self._codes() if (code := municipality_of(text))), "")

    def _codes(self) -> Iterator[str]:
        yield text_of(self.report, "Head/Headline/Areas/Area/jisX0402")
        yield text_of(self.distribution, "targetArea/jisX0402")
        yield text_of(self.report, "Control/EditorialOffice/OrganizationCode")
        yield text_of(self.content, "publishingOfficeID")

    @cached_property
    def area_name(self) -> str:
        return text_of(self.report, "Head/Headline/Areas/Area/areaName") or text_of(
            self.distribution, "targetArea/areaName"
        )
