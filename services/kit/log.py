"""One log for all processes: lines that can be read at night, or JSON. No personal data is ever given to it."""

import logging
import sys
import time

import structlog

QUIET = ("aiokafka", "kafka", "faust", "mode", "uvicorn", "httpx", "httpcore", "watchfiles")
"""Libraries that speak only of warnings, and each message once in `REPEAT_S`."""
REPEAT_S = 10.0
FAUST_SERVICE = "[^"


def is_wanted(record: logging.LogRecord) -> bool:
    """Faust's own services tell of each start and stop under the name of whoever subclassed them: nobody needs that."""
    return record.levelno > logging.INFO or not str(record.msg).startswith(FAUST_SERVICE)


class OncePerWhile(logging.Filter):
    """Lets a library's message pass once per `REPEAT_S`: a lost broker would flood the log otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        key, now = (record.name, str(record.msg)), time.monotonic()
        if now - self._last.get(key, -REPEAT_S) < REPEAT_S:
            return False
        if len(self._last) > 1000:
            self._last.clear()
        self._last[key] = now
        return True


def configure(process: str, form: str) -> None:
    """Routes structlog and the standard library to standard output as `text` or `json`, with the process's name."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=False),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    handler.addFilter(is_wanted)
    handler.addFilter(OncePerWhile())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
