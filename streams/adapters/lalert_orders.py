"""Evacuation orders of L-Alert (避難情報) in the words of 2021 and the older ones: one revision of a document, one `Telegram`.

An order is the mayor's; no telegram of JMA is one. It is told by its kind, `EvacuationOrder`.
"""

import hashlib
import unicodedata
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from streams.adapters.areas import Ring, circle_ring, read_circle, read_ring
from streams.adapters.lalert_message import Message
from streams.adapters.places import municipality_of
from streams.adapters.reading import Findings, RefusedError, clip
from streams.adapters.safe_xml import text_of
from streams.adapters.times import find_iso
from streams.events.alerts import AreaConditions, Condition, Severity, Telegram
from streams.events.base import Action, AreaRef

KIND = "EvacuationOrder"
LEVELS: tuple[tuple[str, int], ...] = (
    ("緊急安全確保", 5),
    ("災害発生", 5),
    ("避難指示", 4),
    ("避難勧告", 4),
    ("高齢者等避難", 3),
    ("避難準備", 3),
)
"""Words of 2021 (緊急安全確保, 避難指示, 高齢者等避難) and before (災害発生情報, 避難指示（緊急）, 避難勧告, 避難準備・高齢者等避難開始)."""
SEVERITIES = {5: Severity.EMERGENCY, 4: Severity.CRITICAL, 3: Severity.WARNING}
LIFTED = "解除"
SHOWN_NAMES = 12
"""Of the town blocks that stand in an area's name."""


def read_orders(message: Message, found: Findings, *, place: str) -> None:
    """Adds the telegram.

    Raises:
        RefusedError: `id-missing`, or a reason of a time.
    """
    areas = () if message.action is Action.CANCEL else tuple(_areas(message, found, place))
    found.events.append(
        Telegram(
            id=f"lalert-{_fingerprint(message)}",
            series=f"lalert/{KIND}/{message.document_id}",
            kind=KIND,
            source=found.source.id,
            status=message.status,
            action=message.action,
            title=message.title,
            headline=message.headline,
            issuer=message.issuer,
            issued_at_ms=message.issued_at_ms,
            event_id=message.document_id,
            serial=message.revision,
            valid_until_ms=find_iso(text_of(message.report, "Head/ValidDateTime"), "Head/ValidDateTime"),
            areas=areas,
        )
    )


def _areas(message: Message, found: Findings, place: str) -> Iterator[AreaConditions]:
    details = message.report.findall(".//EvacuationOrder/Detail")
    if not details:
        found.notes.append(
            f"{place.rstrip('/')}: no details, which order it is, and for whom, is in its words only"
        )
        yield from _whole(message, _conditions(message, message.title, level=None), found, place)
        return
    drawn: list[AreaConditions] = []
    merged: dict[AreaRef, tuple[list[str], list[Condition]]] = {}
    for number, detail in enumerate(details, start=1):
        conditions = _ordered(message, detail)
        for count, area in enumerate(detail.findall("Areas/Area"), start=1):
            at = f"{place}Detail[{number}]/Areas/Area[{count}]"
            name = text_of(area, "Location/areaName")
            rings = tuple(_rings(area, found, at))
            if rings:
                code = text_of(area, "Location/ooAzaTyouTyouMokuCode") or name
                drawn.append(
                    AreaConditions(area=AreaRef("town", code, name), conditions=conditions, polygons=rings)
                )
                continue
            ref = _municipality(message, area)
            if ref.scheme != "muni":
                found.refuse(_unplaced(name), place=at)
            names, known = merged.setdefault(ref, ([], []))
            names.append(name)
            known += [c for c in conditions if c not in known]
    yield from drawn
    for ref, (names, conditions_of) in merged.items():
        yield AreaConditions(area=_with_names(ref, names), conditions=tuple(conditions_of))


def _whole(
    message: Message, conditions: tuple[Condition, ...], found: Findings, place: str
) -> Iterator[AreaConditions]:
    ref = _municipality(message, None)
    if ref.scheme != "muni":
        found.refuse(_unplaced(message.area_name or message.title), place=f"{place}targetArea")
    yield AreaConditions(area=ref, conditions=conditions)


def _unplaced(name: str) -> RefusedError:
    return RefusedError(
        "area-unplaced", f"area {clip(name)!r}: neither drawn nor in a municipality with a code; add jisX0402"
    )


def _municipality(message: Message, area: Element | None) -> AreaRef:
    """A town block that is only a name or a point stands for its municipality: its extent is not known."""
    code = municipality_of(text_of(area, "Location/jisX0402")) or message.municipality
    name = message.area_name or message.issuer
    return AreaRef("muni", code, name) if code else AreaRef("name", name, name)


def _with_names(ref: AreaRef, names: list[str]) -> AreaRef:
    shown = [name for name in names if name and name != ref.name]
    if not shown:
        return ref
    more = f"ほか{len(shown) - SHOWN_NAMES}" if len(shown) > SHOWN_NAMES else ""
    return AreaRef(
        ref.scheme, ref.code, clip(f"{ref.name}（{'、'.join(shown[:SHOWN_NAMES])}{more}）", chars=400)
    )


def _ordered(message: Message, detail: Element) -> tuple[Condition, ...]:
    """What a detail orders; nothing where it lifts."""
    word = text_of(detail, "Sort")
    if text_of(detail, "IssueOrLift") == LIFTED or word == LIFTED:
        return ()
    return _conditions(message, word, level=find_order_level(word))


def _conditions(message: Message, word: str, *, level: int | None) -> tuple[Condition, ...]:
    if level is None and LIFTED in word:
        return ()
    severity = SEVERITIES[level] if level is not None else Severity.WARNING
    return tuple(
        Condition(hazard=hazard, severity=severity, code=KIND, name=word, level=level)
        for hazard in message.hazards
    )


def find_order_level(word: str) -> int | None:
    """警戒レベル of an order by its words; None where they name none."""
    plain = unicodedata.normalize("NFKC", word)
    return next((level for known, level in LEVELS if known in plain), None)


def _rings(area: Element, found: Findings, place: str) -> Iterator[Ring]:
    """What is drawn with an extent; a circle without a radius draws nothing."""
    for tag in ("polygon", "circle"):
        for element in area.findall(f"Location/{tag}"):
            written = (element.text or "").strip()
            if not written:
                continue
            try:
                if tag == "polygon":
                    yield read_ring(written)
                    continue
                lat, lon, radius_m = read_circle(written)
            except RefusedError as error:
                found.refuse(error, place=f"{place}/{tag}", record=written)
                continue
            if radius_m > 0:
                yield circle_ring(lat, lon, radius_m=radius_m)


def _fingerprint(message: Message) -> str:
    said = "\x00".join(f"{e.tag}\x01{(e.text or '').strip()}" for e in message.content.iter())
    head = f"{message.status}\x00{message.action}\x00{message.municipality}\x00{message.area_name}\x00"
    return hashlib.blake2b((head + said).encode("utf-8", "replace"), digest_size=16).hexdigest()
