"""Common Alerting Protocol 1.0 to 1.2: one alert, one `Telegram` in a series of its own, and what it takes the place of.

An Update or a Cancel names the messages that it ends. Each of those has its own series, so the end is a cancellation in
that series: it holds whichever of the two arrives first, and however long the chain of updates is.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import msgspec

from streams.adapters.areas import Ring, circle_ring, read_circle, read_ring
from streams.adapters.document import Document
from streams.adapters.hazard_words import hazards_of
from streams.adapters.places import municipality_of
from streams.adapters.reading import Findings, Reading, RefusedError, Source, clip
from streams.adapters.safe_xml import text_of
from streams.adapters.times import find_iso, parse_iso
from streams.events.alerts import AreaConditions, Condition, Severity, Telegram
from streams.events.base import Action, AreaRef, Status

FORMAT = "cap"
KIND = "CAP"
NEEDED = ("identifier", "sender", "sent", "status", "msgType", "scope")
STATUSES = {"Actual": Status.ACTUAL, "Exercise": Status.EXERCISE, "Test": Status.TEST}
NOT_FOR_PEOPLE = {"System": "a message between machines", "Draft": "a draft"}
ENDING = frozenset({"Update", "Cancel"})
ANSWERS = {"Ack": "an acknowledgement", "Error": "a rejection of another's message"}
SEVERITIES = {
    "Extreme": Severity.EMERGENCY,
    "Severe": Severity.WARNING,
    "Moderate": Severity.ADVISORY,
    "Minor": Severity.ADVISORY,
}
"""As weather services map them (特別警報 is Extreme, 警報 Severe, 注意報 Moderate). Unknown is no calm: a warning."""
MUNICIPALITY_CODES = frozenset({"JISX0402", "JIS X 0402", "全国地方公共団体コード", "市区町村コード"})
MAX_ID_CHARS = 200
MAX_REFERENCES = 500


def is_cap(document: Document) -> bool:
    """Told by the root `alert` and its identifier or sender."""
    return document.looks_like_xml and is_alert(document.xml)


def is_alert(element: Element) -> bool:
    """Whether an element is an alert of CAP, of any version."""
    return element.tag == "alert" and any(element.find(name) is not None for name in NEEDED)


def outer_alerts(element: Element) -> Iterator[Element]:
    """The alerts below an element, but none within another alert."""
    for child in element:
        if is_alert(child):
            yield child
        else:
            yield from outer_alerts(child)


def read_cap(document: Document, source: Source) -> Reading:
    """One alert."""
    found = Findings(source)
    read_alert(document.xml, found)
    return found.reading(FORMAT)


def read_alert(alert: Element, found: Findings, *, place: str = "", envelope: Status = Status.ACTUAL) -> None:
    """Adds what an alert says. `envelope`: the status of what it came in; the less real of the two holds."""
    try:
        _read(alert, found, place, envelope)
    except RefusedError as error:
        found.refuse(error, place=place + error.place)


def _read(alert: Element, found: Findings, place: str, envelope: Status) -> None:
    head = {name: text_of(alert, name) for name in NEEDED}
    aside = _set_aside(alert, head)
    if aside:
        found.notes.append(f"{place}alert {clip(head['identifier'])}: not relevant, {aside}")
        return
    _check(head)
    ended = list(_references(alert, head))
    own = _telegram(alert, head, found, place=place)
    if envelope is not Status.ACTUAL:
        own = msgspec.structs.replace(own, status=envelope)
    if head["msgType"] != "Cancel":
        found.events.append(own)
    for series in ended:
        cancelled = msgspec.structs.replace(
            own, id=f"{own.id}-{_short(series)}", series=series, action=Action.CANCEL, areas=()
        )
        found.events.append(cancelled)


def _set_aside(alert: Element, head: dict[str, str]) -> str:
    """Why nobody need flee from it; empty where somebody may have to."""
    categories = {text_of(info, "category") for info in alert.findall("info")}
    if categories == {"Rescue"}:
        return "a search for a person, whom it names"
    return NOT_FOR_PEOPLE.get(head["status"], "") or ANSWERS.get(head["msgType"], "")


def _check(head: dict[str, str]) -> None:
    for name, value in head.items():
        if not value:
            raise RefusedError("alert-incomplete", f"{name}: missing or empty", place=name)
    for name in ("identifier", "sender"):
        if len(head[name]) > MAX_ID_CHARS or any(c.isspace() or c in ",<&" for c in head[name]):
            raise RefusedError(
                "identifier-invalid",
                f"{name} {clip(head[name])!r}: up to {MAX_ID_CHARS} characters without space and comma (CAP 1.2, 3.2.1)",
                place=name,
            )
    if head["status"] not in STATUSES:
        raise RefusedError(
            "status-unknown",
            f"{clip(head['status'])!r}: expected one of {', '.join(STATUSES)}",
            place="status",
        )
    if head["msgType"] not in {"Alert", *ENDING}:
        raise RefusedError(
            "action-unknown",
            f"{clip(head['msgType'])!r}: expected Alert, Update or Cancel",
            place="msgType",
        )
    if head["scope"] != "Public":
        raise RefusedError(
            "alert-not-public", f"scope {clip(head['scope'])!r}: only Public may be passed on", place="scope"
        )


def _references(alert: Element, head: dict[str, str]) -> Iterator[str]:
    """Series of the messages that this one ends: `sender,identifier,sent` by white space."""
    if head["msgType"] not in ENDING:
        return
    written = text_of(alert, "references").split()
    if head["msgType"] == "Cancel" and not written:
        raise RefusedError("references-missing", "a Cancel that names no message", place="references")
    for reference in written[:MAX_REFERENCES]:
        sender, _, rest = reference.partition(",")
        identifier = rest.partition(",")[0]
        if not sender or not identifier or len(reference) > 3 * MAX_ID_CHARS:
            raise RefusedError(
                "references-invalid",
                f"{clip(reference)!r}: expected sender,identifier,sent",
                place="references",
            )
        yield f"cap/{sender}/{identifier}"


def _telegram(alert: Element, head: dict[str, str], found: Findings, *, place: str) -> Telegram:
    infos = _of_one_language(alert.findall("info"))
    first = infos[0] if infos else None
    if first is None and head["msgType"] == "Alert":
        found.notes.append(f"{place}alert {clip(head['identifier'])}: no info, it says nothing of any area")
    areas = (
        part
        for number, info in enumerate(infos, start=1)
        for part in _areas(info, found, f"{place}info[{number}]/")
    )
    return Telegram(
        id=f"cap-{_fingerprint(alert)}",
        series=f"cap/{head['sender']}/{head['identifier']}",
        kind=KIND,
        source=found.source.id,
        status=STATUSES[head["status"]],
        action=Action.ISSUE,
        title=text_of(first, "event"),
        headline=text_of(first, "headline") or text_of(first, "event"),
        issuer=text_of(first, "senderName") or head["sender"],
        issued_at_ms=parse_iso(head["sent"], "sent"),
        valid_until_ms=_valid_until_ms(infos),
        areas=tuple(areas),
    )


def _valid_until_ms(infos: list[Element]) -> int | None:
    """The latest end of any block; None where one does not say when it ends."""
    ends = [find_iso(text_of(info, "expires"), "expires") for info in infos]
    return None if None in ends else max((end for end in ends if end is not None), default=None)


def _of_one_language(infos: list[Element]) -> list[Element]:
    """The blocks in Japanese, else in the language of the first: the others say the same again."""
    languages = [text_of(info, "language").lower() or "en-us" for info in infos]
    chosen = next((language for language in languages if language.startswith("ja")), (languages or [""])[0])
    return [info for info, language in zip(infos, languages, strict=True) if language == chosen]


def _areas(info: Element, found: Findings, place: str) -> Iterator[AreaConditions]:
    conditions = tuple(_conditions(info))
    for number, area in enumerate(info.findall("area"), start=1):
        at = f"{place}area[{number}]"
        rings = tuple(_rings(area, found, at))
        ref, is_known = _area_ref(area)
        if not rings and not is_known:
            unplaced = RefusedError(
                "area-unplaced",
                f"area {clip(ref.name)!r}: neither drawn nor named by a code of this country; draw it, or add JISX0402",
            )
            found.refuse(unplaced, place=at)
        yield AreaConditions(area=ref, conditions=conditions, polygons=rings)


def _conditions(info: Element) -> Iterator[Condition]:
    """One condition a hazard; AllClear lifts. CAP has no alert level."""
    event, category = text_of(info, "event"), text_of(info, "category")
    is_over = any((kind.text or "").strip() == "AllClear" for kind in info.findall("responseType"))
    severity = Severity.NONE if is_over else SEVERITIES.get(text_of(info, "severity"), Severity.WARNING)
    hazards = hazards_of(f"{event} {category if category == 'Fire' else ''}")
    for hazard in hazards:
        yield Condition(hazard=hazard, severity=severity, code=category, name=event)


@dataclass(frozen=True)
class _Shape:
    tag: str
    number: int
    text: str

    def ring(self) -> Ring:
        if self.tag == "polygon":
            return read_ring(self.text)
        lat, lon, radius_m = read_circle(self.text)
        return circle_ring(lat, lon, radius_m=radius_m)


def _rings(area: Element, found: Findings, place: str) -> Iterator[Ring]:
    for tag in ("polygon", "circle"):
        for number, element in enumerate(area.findall(tag), start=1):
            shape = _Shape(tag, number, (element.text or "").strip())
            if not shape.text:
                continue
            try:
                yield shape.ring()
            except RefusedError as error:
                found.refuse(error, place=f"{place}/{tag}[{number}]", record=shape.text)


def _area_ref(area: Element) -> tuple[AreaRef, bool]:
    """The area by its code, and whether the code is one that this system can know."""
    name = clip(text_of(area, "areaDesc"), chars=200)
    codes = [(text_of(code, "valueName"), text_of(code, "value")) for code in area.findall("geocode")]
    municipality = next(
        (m for kind, value in codes if kind in MUNICIPALITY_CODES and (m := municipality_of(value))), ""
    )
    if municipality:
        return AreaRef("muni", municipality, name), True
    kind, value = codes[0] if codes else ("", name)
    return AreaRef("cap", clip(f"{kind}:{value}" if kind else value, chars=100), name), False


def _fingerprint(alert: Element) -> str:
    """Of what it says, not of how it is laid out: the same alert in a feed and alone is the same event."""
    said = "\x00".join(
        f"{element.tag}\x01{' '.join((element.text or '').split())}" for element in alert.iter()
    )
    return _short(said)


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()
