"""Asks a process whether it is ready, as any load balancer would."""

import json
from dataclasses import dataclass
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import urlopen


@dataclass(frozen=True)
class Answer:
    """`reason` says why not, in the process's own words where it answered."""

    ready: bool
    reason: str = ""


def ask_ready(url: str, *, timeout_s: float = 2) -> Answer:
    """`GET {url}/readyz`: ready means 200."""
    try:
        with urlopen(f"{url}/readyz", timeout=timeout_s) as response:  # noqa: S310 - our own loopback address
            return Answer(ready=response.status == 200)
    except HTTPError as error:
        with error:
            return Answer(ready=False, reason=_reasons(error.read()))
    except (URLError, HTTPException, OSError) as error:
        return Answer(ready=False, reason=f"{url} does not answer ({error})")


def _reasons(body: bytes) -> str:
    """The body of a 503 in one line."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False)
    except ValueError:
        return body.decode("utf-8", errors="replace")[:300]
