"""Shelters of L-Alert (避難所情報): open or not, how many people. It gives no id of a list: a place is told by its name."""

from xml.etree.ElementTree import Element

from streams.adapters.lalert_message import Message
from streams.adapters.places import find_capacity, find_count
from streams.adapters.reading import Findings, RefusedError, clip
from streams.adapters.safe_xml import text_of
from streams.adapters.status_csv import OPENINGS
from streams.events.base import Action
from streams.events.shelters import ShelterReport

KIND = "Shelter"


def read_shelters(message: Message, found: Findings, *, place: str) -> None:
    """Adds one report a shelter.

    Raises:
        RefusedError: a reason of a time.
    """
    if message.action is Action.CANCEL:
        found.notes.append(
            f"{place.rstrip('/')}: a report about shelters is taken back: what was reported before stands until the next"
        )
        return
    for number, info in enumerate(message.report.findall(".//Shelter/Informations/Information"), start=1):
        try:
            found.events.append(_shelter(message, info, found.source.id))
        except RefusedError as error:
            found.refuse(error, place=f"{place}Information[{number}]")


def _shelter(message: Message, info: Element, source: str) -> ShelterReport:
    name, word = text_of(info, "Location/areaName"), text_of(info, "Sort")
    if not name:
        raise RefusedError("name-missing", "no name: without one a place cannot be told from the next")
    if word not in OPENINGS:
        raise RefusedError(
            "status-unknown", f"Sort {clip(word)!r}: expected one of {'、'.join(w for w in OPENINGS if w)}"
        )
    return ShelterReport(
        id=f"{message.municipality or message.issuer}/{name}",
        source=source,
        as_of_ms=message.issued_at_ms,
        opening=OPENINGS[word],
        headcount=find_count(text_of(info, "NumberOf/HeadCount"), "HeadCount"),
        households=find_count(text_of(info, "NumberOf/Households"), "Households"),
        capacity=find_capacity(text_of(info, "Capacity")),
        name=name,
        status=message.status,
    )
