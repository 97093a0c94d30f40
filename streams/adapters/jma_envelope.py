"""Control and Head of a JMA telegram (気象庁防災情報XML): who says it, when, and whether it is meant. Not the body."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from streams.adapters.reading import RefusedError, clip
from streams.adapters.safe_xml import text_of
from streams.adapters.times import find_iso, parse_iso
from streams.events.alerts import AreaConditions
from streams.events.base import Action, AreaRef, Status

Said = AreaConditions | RefusedError
"""What one item of a body says of an area, or why it cannot be read; the other items stand all the same."""

NAMESPACE = b"http://xml.kishou.go.jp/jmaxml1/"

STATUSES = {"通常": Status.ACTUAL, "訓練": Status.EXERCISE, "試験": Status.TEST}
ACTIONS = {"発表": Action.ISSUE, "訂正": Action.CORRECT, "取消": Action.CANCEL}

CITY_DIGITS = 7
DISTRICT_DIGITS = 6


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """`office` is the 編集官署: one for each 府県予報区, and stable where publishers are renamed or joined."""

    id: str
    title: str
    status: Status
    action: Action
    office: str
    issuer: str
    head_title: str
    headline: str
    issued_at_ms: int
    valid_until_ms: int | None
    event_id: str
    serial: int


def read_envelope(report: Element, document: bytes) -> Envelope:
    """The envelope of a telegram; `document` is what its id is made of.

    Raises:
        RefusedError: `telegram-incomplete`, `status-unknown`, `action-unknown`, or a reason of `parse_iso`.
    """
    head_text = {path: text_of(report, path) for path in ("Control/Title", "Control/Status", "Head/InfoType")}
    for path, text in head_text.items():
        if not text:
            raise RefusedError("telegram-incomplete", f"{path}: missing or empty", place=path)
    title, status, action = head_text.values()
    if status not in STATUSES:
        raise RefusedError(
            "status-unknown",
            f"{clip(status)!r}: expected one of {'、'.join(STATUSES)}",
            place="Control/Status",
        )
    if action not in ACTIONS:
        raise RefusedError(
            "action-unknown", f"{clip(action)!r}: expected one of {'、'.join(ACTIONS)}", place="Head/InfoType"
        )
    return Envelope(
        id="jma-" + hashlib.blake2b(document, digest_size=16).hexdigest(),
        title=title,
        status=STATUSES[status],
        action=ACTIONS[action],
        office=text_of(report, "Control/EditorialOffice"),
        issuer=text_of(report, "Control/PublishingOffice"),
        head_title=text_of(report, "Head/Title"),
        headline=text_of(report, "Head/Headline/Text"),
        issued_at_ms=parse_iso(text_of(report, "Head/ReportDateTime"), "Head/ReportDateTime"),
        valid_until_ms=find_iso(text_of(report, "Head/ValidDateTime"), "Head/ValidDateTime"),
        event_id=text_of(report, "Head/EventID"),
        serial=_serial(text_of(report, "Head/Serial")),
    )


def _serial(text: str) -> int:
    """The last number of 3, 001 or 01-02; 0 where there is none."""
    numbers = re.findall(r"[0-9]{1,9}", text)
    return int(numbers[-1]) if numbers else 0


def forecast_area(area: Element | None) -> AreaRef:
    """An Area of 気象情報: a municipality or part of one (7 digits), or a forecast district (6 digits).

    Raises:
        RefusedError: `area-incomplete`, `area-unknown-scheme`.
    """
    code, name = coded_name(area)
    scheme = {CITY_DIGITS: "city", DISTRICT_DIGITS: "district"}.get(len(code))
    if scheme is None:
        raise RefusedError(
            "area-unknown-scheme",
            f"area {clip(name)} {clip(code)!r}: neither 7 digits (市町村等) nor 6 (府県予報区・細分区域)",
        )
    return AreaRef(scheme, code, name)


def coded_name(area: Element | None) -> tuple[str, str]:
    """Code and name of an Area.

    Raises:
        RefusedError: `area-incomplete`.
    """
    code, name = text_of(area, "Code"), text_of(area, "Name")
    if not code:
        raise RefusedError("area-incomplete", f"area {clip(name)!r}: has no code")
    return code, name


def read_items(
    items: Iterable[Element], place: str, read: Callable[[Element], Iterable[AreaConditions]]
) -> Iterator[Said]:
    """What each item says; one that cannot be read becomes its refusal, with its number behind `place`."""
    for number, item in enumerate(items, start=1):
        try:
            yield from tuple(read(item))
        except RefusedError as error:
            error.place = f"{place}[{number}]"
            yield error
