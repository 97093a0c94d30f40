"""JMA telegrams (気象庁防災情報XML): one document, one `Telegram`. The bodies are read by the modules jma_*."""

import re
from xml.etree.ElementTree import Element

from streams.adapters.document import Document
from streams.adapters.jma_envelope import NAMESPACE, Envelope, read_envelope
from streams.adapters.jma_titles import NOT_RELEVANT, TITLES, Title
from streams.adapters.reading import Reading, RefusedError, Source, clip
from streams.events.alerts import AreaConditions, Telegram
from streams.events.base import Action

FORMAT = "jma"
_ROOT = re.compile(rb"<(?:[A-Za-z_]+:)?Report[\s>]")


def is_jma(document: Document) -> bool:
    """Whether the root is a Report of JMA's namespace (the schema names it too)."""
    head = document.head.replace(b"\x00", b"")
    return document.looks_like_xml and NAMESPACE in head and _ROOT.search(head) is not None


def read_jma(document: Document, source: Source) -> Reading:
    """One telegram, or a note that names a title without danger.

    Raises:
        RefusedError: the whole document cannot be read (`kind-unknown`, or a reason of its parts).
    """
    report = document.xml
    envelope = read_envelope(report, document.data)
    if envelope.title in NOT_RELEVANT:
        kind, why = NOT_RELEVANT[envelope.title]
        note = f"{kind} {envelope.title}: not relevant, {why}"
        return Reading(FORMAT, (), (), (note,), kind)
    title = TITLES.get(envelope.title)
    if title is None:
        raise RefusedError(
            "kind-unknown",
            f"title {clip(envelope.title)!r}: neither read nor known as not relevant; add it to jma_titles",
            place="Control/Title",
        )
    return _telegram(report, envelope, title, source)


def _telegram(report: Element, envelope: Envelope, title: Title, source: Source) -> Reading:
    said = () if envelope.action is Action.CANCEL else tuple(title.read(report))
    areas = tuple(part for part in said if isinstance(part, AreaConditions))
    refused = tuple(part.rejection(source) for part in said if isinstance(part, RefusedError))
    if refused and not areas:
        # nothing legible: it must not stand as "nothing in force"
        return Reading(FORMAT, (), refused, (), title.kind)
    telegram = Telegram(
        id=envelope.id,
        series=_series(envelope, title, areas),
        kind=title.kind,
        source=source.id,
        status=envelope.status,
        action=envelope.action,
        title=envelope.head_title or envelope.title,
        headline=envelope.headline,
        issuer=envelope.issuer,
        issued_at_ms=envelope.issued_at_ms,
        event_id=envelope.event_id,
        serial=envelope.serial,
        valid_until_ms=_valid_until_ms(envelope, title),
        areas=areas,
        withdraws=(title.kind,) if title.withdraws_own_kind_only and envelope.action is Action.CANCEL else (),
    )
    return Reading(FORMAT, (telegram,), refused, (), title.kind)


def _series(envelope: Envelope, title: Title, areas: tuple[AreaConditions, ...]) -> str:
    """A tsunami observation that forecasts nothing has a series of its own: it must not replace the warnings."""
    if title.kind == "VTSE51" and not areas and envelope.action is not Action.CANCEL:
        return f"jma/VTSE51/{envelope.event_id}"
    return "jma/" + title.series.format(office=envelope.office, event=envelope.event_id or envelope.office)


def _valid_until_ms(envelope: Envelope, title: Title) -> int | None:
    if envelope.valid_until_ms is not None or title.holds_ms is None:
        return envelope.valid_until_ms
    return envelope.issued_at_ms + title.holds_ms
