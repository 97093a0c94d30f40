"""Dead letters as lines, tables and bytes that any terminal can show. Opens nothing."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from rich.table import Table

from services.cli.feed_documents import readable
from streams.events.letters import LetterMark
from streams.open_letters import ID_DIGITS, Letter, count_by

SHOWN_BYTES = 4_000
HEX_BYTES = 16
DETAIL_CHARS = 60
TEXT_SHARE = 0.85
"""As much of the bytes must be printable for them to be shown as text."""


def facts(letter: Letter) -> dict[str, Any]:
    """What may be said of any letter; of a private one neither key nor detail."""
    return {
        "id": letter.id,
        "topic": letter.topic.name,
        "reason": letter.reason,
        "source": letter.source,
        "place": letter.place,
        "detail": "" if letter.is_private else letter.detail,
        "way": str(letter.way),
        "bytes": letter.size,
        "times": letter.times,
        "refused_ms": letter.buried_at_ms,
    }


def as_json(letter: Letter) -> bytes:
    """The same as one line."""
    return msgspec.json.encode(facts(letter))


def as_table(letters: Sequence[Letter], *, now_ms: int) -> Table:
    """One row a letter."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("id", "age", "topic"):
        table.add_column(heading, no_wrap=True, min_width=ID_DIGITS if heading == "id" else None)
    for heading in ("reason", "source"):
        table.add_column(heading, overflow="fold", min_width=len("coordinates-missing"))
    table.add_column("times", justify="right")
    table.add_column("bytes", justify="right")
    table.add_column("why", overflow="ellipsis", no_wrap=True)
    for one in letters:
        told = facts(one)
        why = readable(str(told["detail"]).partition("\n")[0])[:DETAIL_CHARS]
        table.add_row(
            one.id,
            age(now_ms - one.buried_at_ms),
            one.topic.name,
            readable(one.reason),
            readable(one.source) or "-",
            str(one.times),
            f"{one.size:,}",
            why,
        )
    return table


def counts_table(letters: Sequence[Letter]) -> Table:
    """How many by reason, topic and source, most first."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("letters", justify="right")
    for heading in ("reason", "topic", "source"):
        table.add_column(heading, overflow="fold")
    counts = count_by(letters, names=("reason", "topic", "source"))
    for key, number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        table.add_row(f"{number:,}", *map(readable, key))
    return table


def describe(letter: Letter, marks: Sequence[LetterMark], *, is_open: bool, details: bool) -> str:
    """All that is known of it but its bytes. details: also what may quote from them."""
    told = facts(letter)
    lines = [
        f"letter    {letter.id} ({'open' if is_open else 'done'}), {letter.size:,} bytes, refused {_times(letter.times)}",
        f"topic     {letter.topic.name} ({letter.topic.data_class}), {letter.way}",
        f"refused   {time_of(letter.buried_at_ms)}, received {time_of(letter.received_at_ms)}",
        f"source    {told['source'] or '-'}",
        f"place     {letter.place}",
        f"reason    {letter.reason}",
    ]
    if details:
        lines += [f"          {line}" for line in letter.detail.splitlines()]
    for mark in marks:
        lines.append(
            f"{mark.outcome:<9} {time_of(mark.at_ms)} by {mark.by}"
            + (f": {mark.reason}" if mark.reason else "")
        )
    return "\n".join(readable(line) for line in lines)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def shown_bytes(data: bytes, *, whole: bool = False) -> str:
    """Text where it is text, else hexadecimal; control characters become spaces, so that no letter can steer a terminal."""
    part = data if whole else data[:SHOWN_BYTES]
    text = part.decode("utf-8", "replace")
    plain = sum((c.isprintable() and c != "\ufffd") or c in "\r\n\t" for c in text)
    if text and plain < TEXT_SHARE * len(text):
        rows = (part[at : at + HEX_BYTES] for at in range(0, len(part), HEX_BYTES))
        lines = [f"{number * HEX_BYTES:08x}  {row.hex(' ')}" for number, row in enumerate(rows)]
    else:
        lines = [readable(line) for line in text.splitlines()]
    left = len(data) - len(part)
    return "\n".join([*lines, *([f"... {left:,} bytes more (--whole)"] if left else [])])


def time_of(at_ms: int) -> str:
    """UTC, to the second."""
    try:
        return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return f"{at_ms} ms"


def age(span_ms: int) -> str:
    """In the largest unit that gives at least two of it."""
    seconds = max(0, span_ms // 1000)
    for unit, length in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
