"""How a report writes figures: shares, lengths, people, dates. A share is never rounded to all or nothing that it is not."""

from datetime import UTC, datetime, timedelta, timezone

from routing.bottlenecks import Bottleneck
from services.area.report.words import Pair, pair

JAPAN = timezone(timedelta(hours=9), "JST")


def percent(share: float | None) -> str:
    """One decimal; 0 and 100 only where it is exactly that; a dash where there is nothing to share."""
    if share is None:
        return "–"
    if share in {0.0, 1.0}:
        return f"{share:.0%}"
    if share < 0.001:
        return "<0.1%"
    return f"{min(share, 0.999):.1%}"


def kilometres(metres: float) -> str:
    """Below ten kilometres with a decimal."""
    return f"{metres / 1000:,.1f} km" if metres < 10_000 else f"{metres / 1000:,.0f} km"


def whole(count: float) -> str:
    """People or crossings; a fraction of one is still one."""
    return f"{max(round(count), 1) if count > 0 else 0:,}"


def when(at_ms: int | None) -> Pair:
    """The minute, as in Japan; unknown is said."""
    if at_ms is None:
        return pair("date-unknown")
    moment = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(JAPAN)
    text = f"{moment:%Y-%m-%d %H:%M} JST"
    return text, text


def day(at_ms: int | None) -> Pair:
    """The day, as in Japan; unknown is said."""
    text = when(at_ms)
    return (text[0][:10], text[1][:10]) if at_ms is not None else text


def amount(count: float, *, people: bool) -> Pair:
    """People, or crossings of the network where nobody said where people live."""
    return pair("people-count" if people else "node-count", count=whole(count))


def mean_minutes(one: Bottleneck) -> float:
    """How much longer those walk who walk longer."""
    return one.minutes / one.lengthened if one.lengthened else 0.0
