"""What may be declared of a source: its terms, its rhythm, how it is reached, and by which names its keys are found. Opens nothing."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

import msgspec
from msgspec import Meta

from services.ingest.parcel import MAX_DOCUMENT_BYTES
from streams.adapters.registry import FORMATS
from streams.events.sources import Says, SourceHealth

ENV_FORM = re.compile(r"MIO_SOURCE_[A-Z0-9_]{1,60}")
"""Names of variables that hold keys of sources. No other variable can be named, so none can leak by mistake."""
FORMAT_NAMES = frozenset(f.name for f in FORMATS)
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
LEAST_SIGNED_CHARS = 24
"""Of a key that a push source is checked by."""

Text = Annotated[str, Meta(min_length=1, max_length=300)]
Seconds = Annotated[int, Meta(ge=1, le=31 * 86_400)]
EnvName = str
Fault = tuple[str, str]
"""The field, and what is wrong with it and what to do."""


class Declared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What every source declares. Seconds are of the clock that its documents live by."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*$", max_length=100)]
    name: Text  # as people read it
    says: Annotated[tuple[Says, ...], Meta(min_length=1)]
    terms: Text  # address of its terms of use
    licence: Text
    contact: Text  # whom to call when it is silent
    expected_s: Seconds | Literal["none"]  # a contact at least so often, else it is silent
    news_s: Seconds | None = None  # something new at least so often
    format: str = ""  # what its documents must be; empty: whatever is known
    max_bytes: Annotated[int, Meta(ge=1, le=MAX_DOCUMENT_BYTES)] = MAX_DOCUMENT_BYTES

    @property
    def way(self) -> str:
        """How it is reached: feed, pull, folder, push."""
        return str(self.__struct_config__.tag)

    @property
    def silent_after_s(self) -> int | None:
        """None: it has no rhythm."""
        return None if self.expected_s == "none" else self.expected_s

    def faults(self) -> Iterator[Fault]:
        """What no type can say."""
        if self.format and self.format not in FORMAT_NAMES:
            yield "format", f"{self.format!r} is no format: one of {', '.join(sorted(FORMAT_NAMES))}"
        if len(set(self.says)) != len(self.says):
            yield "says", "names something twice: name each once"

    def env_names(self) -> tuple[EnvName, ...]:
        """The variables that hold its keys."""
        return ()

    def health(self, at_ms: int) -> SourceHealth:
        """As readers see it before its first contact."""
        return SourceHealth(
            id=self.id,
            name=self.name,
            kind=self.way,
            says=self.says,
            contact=self.contact,
            declared_ms=at_ms,
            expected_s=self.silent_after_s,
            news_s=self.news_s,
        )


class Asked(Declared, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One that is asked over HTTP. Only its own host and `hosts` are ever asked, also where it points or redirects to."""

    url: str
    interval_s: Annotated[int, Meta(ge=10, le=86_400)] = 60  # never asked more often
    hosts: tuple[str, ...] = ()
    key_env: EnvName = ""
    key_header: Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9-]*$")] = "Authorization"
    key_form: Annotated[str, Meta(pattern=r"^[^\r\n]*\{key\}[^\r\n]*$")] = "Bearer {key}"

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        yield from _of_address("url", self.url, has_key=bool(self.key_env))
        yield from _of_env("key_env", (self.key_env,) if self.key_env else ())
        if self.silent_after_s is not None and self.silent_after_s < 2 * self.interval_s:
            yield (
                "expected_s",
                f"{self.silent_after_s} s is less than two intervals of {self.interval_s} s: one lost answer is no silence",
            )

    def env_names(self) -> tuple[EnvName, ...]:
        return (self.key_env,) if self.key_env else ()


class FeedSource(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="feed"):
    """An Atom or RSS feed whose entries carry documents, or point to them."""

    long_url: str = ""  # the same feed, reaching farther back: read at the start and after an outage
    covers_s: Seconds = 600  # how far back `url` reaches for certain; JMA says: ten minutes

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        if self.long_url:
            yield from _of_address("long_url", self.long_url, has_key=bool(self.key_env))


class PullSource(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="pull"):
    """One document that changes, such as a DATEX II snapshot or a WZDx feed."""


class FolderSource(Declared, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="folder"):
    """A folder that somebody puts files into. They go on to `done` and `refused` in it."""

    folder: Text  # below the file that declares it, or absolute
    interval_s: Annotated[int, Meta(ge=1, le=3600)] = 2
    settle_s: Annotated[int, Meta(ge=1, le=3600)] = 2  # a file is whole when it did not change for so long


class PushSource(Declared, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="push"):
    """One that sends by itself: NGSI notifications, L-Alert, anything. Two keys hold at once, so that they can be changed."""

    key_envs: Annotated[tuple[EnvName, ...], Meta(min_length=1, max_length=2)]
    check: Literal["key", "signature"] = "key"
    throttling_s: Annotated[int, Meta(ge=0, le=86_400)] = 0  # of its NGSI subscription

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        yield from _of_env("key_envs", self.key_envs)
        if self.silent_after_s is not None and self.silent_after_s <= self.throttling_s:
            yield (
                "expected_s",
                f"{self.silent_after_s} s is within the subscription's throttling of {self.throttling_s} s: more is needed",
            )

    def env_names(self) -> tuple[EnvName, ...]:
        return self.key_envs


AnySource = FeedSource | PullSource | FolderSource | PushSource


def _of_env(field: str, names: tuple[str, ...]) -> Iterator[Fault]:
    for name in names:
        if not ENV_FORM.fullmatch(name):
            # the text may be the key itself: it is not repeated
            yield field, "is the name of a variable, MIO_SOURCE_..., that holds the key; never the key itself"


def _of_address(field: str, address: str, *, has_key: bool) -> Iterator[Fault]:
    try:
        parts = urlsplit(address)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        yield field, "is no address: expected https://host/path"
        return
    if parts.username or parts.password:
        yield field, "holds a user or password: name a variable in key_env instead"
    elif parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_fine:
        yield field, "is no address that is asked: expected https://host/path"
    elif has_key and not is_private(parts):
        yield field, "would carry a key in the clear: expected https://"


def is_private(parts: SplitResult) -> bool:
    """Whether what is sent there cannot be read on the way."""
    return parts.scheme == "https" or parts.hostname in LOOPBACK
