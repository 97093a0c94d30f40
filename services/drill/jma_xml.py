"""JMA telegrams (気象庁防災情報XML) of status 訓練: the envelope that all kinds share. The bodies are in their own files.

Structure after the schema of 2025-06-30 (jmx.xsd, jmx_ib.xsd); every word of text is this project's own.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from services.drill.xml_text import tag, text

JST = timezone(timedelta(hours=9))
ROOT = "http://xml.kishou.go.jp/jmaxml1/"
DRILL_LINE = "＊＊＊これは訓練です＊＊＊\n"


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """Control and Head of one telegram. `info_type`: 発表, 訂正 or 取消."""

    title: str
    head_title: str
    at_ms: int
    office: str
    info_kind: str
    info_kind_version: str
    headline: str
    event_id: str = ""
    serial: str = ""
    info_type: str = "発表"


@dataclass(frozen=True)
class CodedName:
    """A code of one of JMA's tables, and its name."""

    code: str
    name: str

    def xml(self) -> str:
        return text("Name", self.name) + text("Code", self.code)


def jst(at_ms: int) -> str:
    """ISO 8601 in Japan's time, to the second."""
    return datetime.fromtimestamp(at_ms / 1000, JST).isoformat(timespec="seconds")


def utc(at_ms: int) -> str:
    """ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def headline_item(
    kind: CodedName, areas: tuple[CodedName, ...], *, code_type: str, condition: str = ""
) -> str:
    """One Item of Head/Headline/Information: a kind, and the areas that it is in force for."""
    extra = text("Condition", condition) if condition else ""
    return tag(
        "Item",
        tag("Kind", kind.xml(), extra),
        tag("Areas", *(tag("Area", area.xml()) for area in areas), codeType=code_type),
    )


def information(type_: str, items: tuple[str, ...]) -> str:
    """One Head/Headline/Information; nothing where there is no item."""
    return tag("Information", *items, type_=type_) if items else ""


def report(
    envelope: Envelope, *, informations: tuple[str, ...], body: tuple[str, ...], section: str
) -> bytes:
    """The whole document. `section`: meteorology1 or seismology1; a cancellation has an empty body."""
    control = tag(
        "Control",
        text("Title", envelope.title),
        text("DateTime", utc(envelope.at_ms)),
        text("Status", "訓練"),
        text("EditorialOffice", envelope.office),
        text("PublishingOffice", envelope.office),
    )
    head = tag(
        "Head",
        text("Title", envelope.head_title),
        text("ReportDateTime", jst(envelope.at_ms)),
        text("TargetDateTime", jst(envelope.at_ms)),
        text("EventID", envelope.event_id),
        text("InfoType", envelope.info_type),
        text("Serial", envelope.serial),
        text("InfoKind", envelope.info_kind),
        text("InfoKindVersion", envelope.info_kind_version),
        tag("Headline", text("Text", DRILL_LINE + envelope.headline), *informations),
        xmlns=f"{ROOT}informationBasis1/",
    )
    namespaces = {"xmlns": f"{ROOT}body/{section}/", "xmlns:jmx_eb": f"{ROOT}elementBasis1/"}
    root = tag(
        "Report",
        control,
        head,
        tag("Body", *body, **namespaces),
        **{"xmlns": ROOT, "xmlns:jmx": ROOT},
    )
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + root + "\n").encode()
