"""Sends to ingest and the gateway until each is acknowledged: waits and tries again while they cannot, gives up on nothing."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx
import numpy as np
import numpy.typing as npt
import orjson

from services.drill.city import DrillError
from services.drill.knowledge import Document
from services.drill.walkers import Spots

BATCH = 5_000
"""The most that the gateway takes at once."""
TOGETHER = 3
"""Batches of positions under way at the same time."""
BUSY = frozenset({429, 502, 503, 504})
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 2.0
TIMEOUT_S = 30.0
CONSENTS = [{"purpose": "crowd_count", "choice": "granted"}]
NOTICE = "2026-1"

Devices = npt.NDArray[np.object_]


@dataclass
class Sender:
    """A client of both, as a partner. `on_wait` is told in one sentence when somebody cannot take anything just now."""

    client: httpx.AsyncClient
    ingest: str
    gateway: str
    on_wait: Callable[[str], None]
    refused: Counter[str] = field(default_factory=Counter)

    async def send_document(self, document: Document) -> None:
        """Returns once its events are acknowledged.

        Raises:
            DrillError: ingest refuses it, or a part of it: the drill would not show what it should.
        """
        headers = {"X-Source": document.source, "X-Name": quote(document.name)}
        answer = await self._post(f"{self.ingest}/v1/documents", document.body, headers)
        receipt = answer.json()
        if receipt["rejected"]:
            raise DrillError(f"ingest rejects a part of {document.name}: {receipt['rejections'][:1]}")

    async def register(self, count: int) -> Devices:
        """Devices that agree to be counted: object[count], their subjects."""
        subjects: list[str] = []
        while len(subjects) < count:
            wanted = min(BATCH, count - len(subjects))
            body = {"count": wanted, "consents": CONSENTS, "notice": NOTICE, "language": "ja"}
            answer = await self._post_json(f"{self.gateway}/v1/devices/batch", body)
            subjects += answer.json()["devices"]
        return np.array(subjects, object)

    async def send_positions(self, spots: Spots, devices: Devices, *, at_ms: int) -> None:
        """Returns once all are acknowledged. `devices`: object[people]."""
        room = asyncio.Semaphore(TOGETHER)

        async def send(part: slice) -> None:
            who = spots.who[part]
            body = {
                "device": devices[who].tolist(),
                "at_ms": [at_ms] * len(who),
                "lat": spots.lat[part],
                "lon": spots.lon[part],
            }
            async with room:
                answer = await self._post_json(f"{self.gateway}/v1/positions/batch", body)
            self.refused.update(answer.json()["refused"])

        parts = [slice(first, first + BATCH) for first in range(0, len(spots.who), BATCH)]
        await asyncio.gather(*(send(part) for part in parts))

    async def _post_json(self, url: str, body: dict[str, Any]) -> httpx.Response:
        data = orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)
        return await self._post(url, data, {"Content-Type": "application/json"})

    async def _post(self, url: str, data: bytes, headers: dict[str, str]) -> httpx.Response:
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                answer = await self.client.post(url, content=data, headers=headers)
            except httpx.TransportError as error:
                self.on_wait(f"{url}: {type(error).__name__}, trying again")
            else:
                if answer.is_success:
                    return answer
                if answer.status_code not in BUSY:
                    raise DrillError(f"{url} answers {answer.status_code}: {answer.text[:500]}")
                self.on_wait(f"{url} answers {answer.status_code}, trying again")
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


def make_client(key: str, *, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client with the partner's key; `transport` for apps in the same process."""
    return httpx.AsyncClient(
        headers={"Authorization": f"Bearer {key}"}, timeout=TIMEOUT_S, transport=transport
    )
