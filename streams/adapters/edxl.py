"""EDXL-DE envelopes, alone or in SOAP: CAP alerts in them, and the municipal reports of L-Alert (Lアラート, 公共情報コモンズ)."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from streams.adapters.cap import outer_alerts, read_alert
from streams.adapters.document import Document, bounded
from streams.adapters.lalert_message import Message
from streams.adapters.lalert_orders import read_orders
from streams.adapters.lalert_shelters import read_shelters
from streams.adapters.reading import Findings, Reading, RefusedError, Source, clip
from streams.adapters.safe_xml import text_of
from streams.events.base import Action, Status

FORMAT = "edxl"
STATUSES = {"Actual": Status.ACTUAL, "Exercise": Status.EXERCISE, "Test": Status.TEST}
REPORTS = {"EvacuationOrder": read_orders, "Shelter": read_shelters}
"""Categories of L-Alert that are read. The others (本部設置, 被害, お知らせ, イベント…) say nothing of where to go."""
ACTIONS = {"": Action.ISSUE, "Report": Action.ISSUE, "Update": Action.ISSUE, "Cancel": Action.CANCEL}


def is_edxl(document: Document) -> bool:
    """Told by the element EDXLDistribution, at the root or inside SOAP."""
    return document.looks_like_xml and _distribution(document.xml) is not None


def _distribution(root: Element) -> Element | None:
    return root if root.tag == "EDXLDistribution" else root.find(".//EDXLDistribution")


@dataclass(frozen=True)
class _Envelope:
    """What a distribution says of all that is in it."""

    status: Status
    action: Action


def read_edxl(document: Document, source: Source) -> Reading:
    """All that its contents say.

    Raises:
        RefusedError: `status-unknown`, `action-unknown`: whether it is meant cannot be told.
    """
    distribution = _distribution(document.xml)
    found = Findings(source)
    kinds: list[str] = []
    if distribution is not None:
        envelope = _envelope(distribution)
        for place, content in bounded(
            distribution.findall("contentObject"), lambda number: f"contentObject[{number + 1}]"
        ):
            if isinstance(content, RefusedError):
                found.refuse(content, place=place)
            else:
                kinds.append(_read_content(content, distribution, envelope, found=found, place=f"{place}/"))
    return found.reading(FORMAT, next((kind for kind in kinds if kind), ""))


def _envelope(distribution: Element) -> _Envelope:
    status, action = (
        text_of(distribution, "distributionStatus"),
        text_of(distribution, "distributionType"),
    )
    if status not in STATUSES:
        raise RefusedError(
            "status-unknown",
            f"{clip(status)!r}: expected one of {', '.join(STATUSES)}",
            place="distributionStatus",
        )
    if action not in ACTIONS:
        raise RefusedError(
            "action-unknown",
            f"{clip(action)!r}: expected Report, Update or Cancel",
            place="distributionType",
        )
    return _Envelope(STATUSES[status], ACTIONS[action])


def _read_content(
    content: Element, distribution: Element, envelope: _Envelope, *, found: Findings, place: str
) -> str:
    """Adds what one content says, and returns its kind."""
    alerts = list(outer_alerts(content))
    for alert in alerts:
        read_alert(alert, found, place=place, envelope=envelope.status)
    report = content.find(".//Report")
    if alerts:
        return "CAP"
    if report is None:
        described = clip(text_of(content, "contentDescription"))
        nothing = RefusedError(
            "content-unknown", f"content {described!r}: neither a CAP alert nor a report of L-Alert"
        )
        found.refuse(nothing, place=place.rstrip("/"))
        return ""
    message = Message(
        report=report, content=content, distribution=distribution, status=envelope.status, action=envelope.action
    )  # fmt: skip
    reader = REPORTS.get(message.category)
    if reader is None:
        found.notes.append(
            f"{place.rstrip('/')}: {clip(message.category) or 'report'}: not relevant, it names no danger and no shelter"
        )
        return message.category
    try:
        reader(message, found, place=place)
    except RefusedError as error:
        found.refuse(error, place=place + error.place)
    return message.category
