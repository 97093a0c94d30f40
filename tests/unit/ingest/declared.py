"""Declared sources for tests: each call names only what matters to it."""

from typing import Any

from services.ingest.declared import FeedSource, FolderSource, PullSource, PushSource
from streams.events.sources import Says

COMMON: dict[str, Any] = {
    "id": "roads", "name": "澪県道路課", "says": (Says.CLOSURES,), "terms": "https://roads.example/terms",
    "licence": "CC BY 4.0", "contact": "tel:06-0000-0000", "expected_s": 720,
}  # fmt: skip


def feed(url: str, **over: Any) -> FeedSource:  # noqa: ANN401
    return FeedSource(**{**COMMON, "id": "jma/extra", "says": (Says.ALERTS,), "url": url, **over})


def pull(url: str, **over: Any) -> PullSource:  # noqa: ANN401
    return PullSource(**{**COMMON, "url": url, **over})


def folder(path: str, **over: Any) -> FolderSource:  # noqa: ANN401
    return FolderSource(**{**COMMON, "folder": path, **over})


def push(**over: Any) -> PushSource:  # noqa: ANN401
    return PushSource(**{**COMMON, "key_envs": ("MIO_SOURCE_ROADS_KEY", "MIO_SOURCE_ROADS_NEXT"), **over})
