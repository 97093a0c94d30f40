"""One line a person can read for each event, and the summary of a whole reading. Opens nothing."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from os.path import commonpath, relpath
from pathlib import PurePath

import msgspec
from rich.table import Table

from services.cli.feed_documents import readable
from streams.adapters.registry import AnyEvent, Reading
from streams.events.alerts import Severity, Telegram
from streams.events.base import Action, Rejection, Status
from streams.events.closures import ClosureReport, ClosureSnapshot
from streams.events.shelters import Listed, ShelterReport, ShelterSnapshot, SiteReport, UnplacedSite

JST = timezone(timedelta(hours=9))
STATUS_WORDS = {Status.ACTUAL: "通常", Status.EXERCISE: "訓練", Status.TEST: "試験"}
ACTION_WORDS = {Action.ISSUE: "発表", Action.CORRECT: "訂正", Action.CANCEL: "取消"}


def event_line(event: AnyEvent) -> str:
    """The event in one line; what it does not say is left out."""
    if isinstance(event, Telegram):
        words = _telegram_words(event)
    elif isinstance(event, Listed):
        words = _site_words(event)
    elif isinstance(event, ShelterReport):
        words = _shelter_words(event)
    elif isinstance(event, ClosureSnapshot):
        words = ["whole list", event.id, f"{len(event.closures)} closed", _time(event.as_of_ms)]
    elif isinstance(event, ShelterSnapshot):
        words = ["whole list", event.id, f"{len(event.shelters)} open", _time(event.as_of_ms)]
    else:
        words = _closure_words(event)
    return readable("  ".join(word for word in words if word))


def rejection_line(rejection: Rejection) -> str:
    """Reason, place and sentence."""
    return readable(f"rejected  {rejection.reason}  {rejection.place}  {rejection.detail}")


def _telegram_words(event: Telegram) -> list[str]:
    standing = [c for area in event.areas for c in area.conditions if c.severity is not Severity.NONE]
    in_force = sum(any(c.severity is not Severity.NONE for c in area.conditions) for area in event.areas)
    level = max((c.level for c in standing if c.level is not None), default=None)
    at_least = "+" if any(c.level == level and c.level_is_lower_bound for c in standing) else ""
    hazards = sorted({c.hazard.value for c in standing})
    return [
        event.kind,
        STATUS_WORDS[event.status] + ACTION_WORDS[event.action],
        _time(event.issued_at_ms),
        event.title,
        event.issuer,
        f"{in_force} of {len(event.areas)} areas" if event.areas else "",
        f"level {level}{at_least}" if level is not None else "",
        ",".join(hazards),
    ]


def _site_words(event: Listed) -> list[str]:
    return [
        event.layer.value,
        event.id,
        event.name,
        f"{event.lat:.5f},{event.lon:.5f}" if isinstance(event, SiteReport) else _no_place(event),
        f"suits {','.join(event.suits)}" if event.suits else "",
        f"capacity {event.capacity}" if event.capacity is not None else "",
        f"({event.capacity_text})" if event.capacity_text and event.capacity is None else "",
    ]


def _no_place(event: Listed) -> str:
    return f"no position: {event.why} {event.written}".strip() if isinstance(event, UnplacedSite) else ""


def _shelter_words(event: ShelterReport) -> list[str]:
    return [
        "report",
        event.id,
        event.name,
        event.opening.value,
        f"{event.headcount} people" if event.headcount is not None else "",
        f"capacity {event.capacity}" if event.capacity is not None else "",
        _time(event.as_of_ms),
    ]


def _closure_words(event: ClosureReport) -> list[str]:
    return [
        "open" if event.action is Action.CANCEL else "closed",
        event.id,
        ",".join(event.modes) or "modes not said",
        ",".join(event.road_names),
        event.cause,
        event.geometry.kind if event.geometry else event.misdrawn,
        _time(event.as_of_ms),
    ]


def _time(at_ms: int) -> str:
    try:
        return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(JST).strftime("%Y-%m-%d %H:%M JST")
    except (OverflowError, ValueError):
        return f"{at_ms} ms"


@dataclass
class Tally:
    """Documents, events, notes and rejections by reason, of one format and kind."""

    documents: int = 0
    events: int = 0
    notes: int = 0
    rejections: Counter[str] = field(default_factory=Counter)


def folder_of(place: str) -> str:
    """The archive of a document in one, else its folder."""
    archive, mark, _ = place.partition("!/")
    return archive if mark else str(PurePath(place).parent)


@dataclass
class Summary:
    """Tallies by format and kind; or by the folder or archive that documents lie in, and their format."""

    by_folder: bool = False
    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)

    def add(self, reading: Reading, place: str = "") -> None:
        """Counts one document; `place` is its path."""
        group = (folder_of(place), reading.format) if self.by_folder else (reading.format, reading.kind)
        tally = self.tallies.setdefault(group, Tally())
        tally.documents += 1
        tally.events += len(reading.events)
        tally.notes += len(reading.notes)
        tally.rejections.update(rejection.reason for rejection in reading.rejections)

    @property
    def documents(self) -> int:
        """How many documents were looked at."""
        return sum(tally.documents for tally in self.tallies.values())

    @property
    def is_empty(self) -> bool:
        """Whether nothing could be read: no event, and no document set aside on purpose."""
        return not any(tally.events or tally.notes for tally in self.tallies.values())

    def as_json(self) -> bytes:
        """One JSON object: its rows, and what they add up to."""
        first, second = self.headings
        rows = [
            {
                first: form,
                second: kind,
                "documents": t.documents,
                "events": t.events,
                "notes": t.notes,
                "rejections": dict(t.rejections),
            }
            for (form, kind), t in sorted(self.tallies.items())
        ]
        return msgspec.json.encode({"summary": {"documents": self.documents, "rows": rows}})

    @property
    def headings(self) -> tuple[str, str]:
        """What the rows are."""
        return ("folder", "format") if self.by_folder else ("format", "kind")

    def as_table(self) -> Table:
        """One row each."""
        table = Table(box=None, header_style="bold", pad_edge=False)
        for heading in self.headings:
            table.add_column(heading, overflow="fold")
        for heading in ("documents", "events", "set aside"):
            table.add_column(heading, justify="right")
        table.add_column("rejections by reason", overflow="fold")
        total = Tally()
        above = commonpath([folder for folder, _ in self.tallies]) if self.by_folder and self.tallies else ""
        for (form, kind), tally in sorted(self.tallies.items()):
            table.add_row(relpath(form, above) if above else form, kind, *_cells(tally))
            total.documents += tally.documents
            total.events += tally.events
            total.notes += tally.notes
            total.rejections.update(tally.rejections)
        table.add_row("[bold]all[/]", "", *_cells(total))
        return table


def _cells(tally: Tally) -> tuple[str, str, str, str]:
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in tally.rejections.most_common())
    return f"{tally.documents:,}", f"{tally.events:,}", f"{tally.notes:,}", reasons
