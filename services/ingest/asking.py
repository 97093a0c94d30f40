"""Asks a source for as long as the process lives, by its schedule; one that fails never stops another."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from services.ingest.http_pull import PullError
from services.ingest.pollers import Poller, Told
from services.ingest.schedule import Schedule
from services.ingest.watch import Watch
from streams.broker import BrokerUnavailableError
from streams.folds.sources import Outcome

BROKER_S = 2.0
"""How long a source waits for the broker: what it gave is asked for again."""

Pause = Callable[[float], Awaitable[object]]

_log = structlog.get_logger(__name__)


async def keep_asking(
    poller: Poller, schedule: Schedule, watch: Watch, *, pause: Pause = asyncio.sleep
) -> None:
    """Until cancelled. `pause` waits for so many seconds."""
    while True:
        told = await ask_once(poller)
        if told is None:
            await pause(BROKER_S)
            continue
        for outcome, detail in told.outcomes:
            watch.note(poller.source.id, outcome, detail)
        await pause(schedule.wait_s(failed=told.failed, allowed_s=told.allowed_s))


async def ask_once(poller: Poller) -> Told | None:
    """What came of one round; None where the broker could not take it, which says nothing of the source."""
    try:
        return await poller.ask()
    except PullError as error:
        return Told(((Outcome.FAILED, str(error)),), error.allowed_s)
    except BrokerUnavailableError as error:
        _log.warning("a source waits for the broker", source=poller.source.id, error=str(error))
        return None
    except Exception as error:  # noqa: BLE001
        # a mistake of ours with one publisher's bytes must not take all other sources with it
        _log.exception("a source could not be asked", source=poller.source.id)
        return Told(((Outcome.FAILED, f"our own mistake: {type(error).__name__}"),))
