"""Questions as they come in, and their answers as bytes: one place, or many in columns. Knows no framework."""

import asyncio
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import orjson

from routing.batch import Reader
from routing.errors import PlaceError, RoutingError
from routing.geo import require_place
from routing.kernels.answers import OUTSIDE, STAY
from routing.rows import Answers
from routing.snap import NEAR_M
from services.kit.problems import Problem
from services.navigator.batch_models import MOST_PLACES
from services.navigator.departure import TOO_LATE, Hurry
from services.navigator.fast_render import fast_way, place_json
from services.navigator.live import Live
from services.navigator.models import Language, ProfileName, SiteHazard, TravellerName
from services.navigator.render import render, render_ages, render_hazard, render_hurry, world_marks
from services.navigator.shelf import Active, Shelf, Shelves
from streams.clock import Clock
from streams.events.base import Hazard
from streams.world import World

RETRY_S = 2
NO_SUCH_PLACE = "urn:miotsukushi:problem:no-such-place"


class Place(msgspec.Struct, forbid_unknown_fields=True):
    """Degrees of WGS 84."""

    lat: float
    lon: float


class Question(msgspec.Struct, forbid_unknown_fields=True):
    """`models.RouteRequest`, read without its cost."""

    origin: Place = msgspec.field(name="from")
    profile: TravellerName = "adult"
    hazards: list[SiteHazard] = []
    language: Language = "ja"


class Questions(msgspec.Struct, forbid_unknown_fields=True):
    """`batch_models.BatchRequest`, read without its cost."""

    lat: list[float]
    lon: list[float]
    profile: ProfileName = "adult"
    hazards: list[SiteHazard] = []


class Office:
    """Answers from the newest moment. Nothing here waits for Kafka or Redis."""

    def __init__(self, live: Live, *, world: World, clock: Clock) -> None:
        self._live = live
        self._world = world
        self._clock = clock
        self._shelves = Shelves(live, place_of=place_json)
        self._tables: asyncio.Task[None] | None = None

    def require_ready(self) -> None:
        """Before the first whole reading nothing is known, and an answer would be a guess.

        Raises:
            Problem: not ready.
        """
        if not self._live.is_ready:
            raise Problem(
                "not-ready", status=503, detail="the state is still being read", retry_after_s=RETRY_S,
                remedy=f"ask again in {RETRY_S} s; /readyz says what is missing",
            )  # fmt: skip

    async def answer(self, question: Question) -> bytes:
        """One answer as JSON. Only the first of its kind after a change waits, for its field.

        Raises:
            Problem: not ready, or the place is none of this area's.
        """
        self.require_ready()
        shelf, place = self._shelves.newest, (question.origin.lat, question.origin.lon)
        extra = frozenset(map(Hazard, question.hazards))
        try:
            require_place(*place)
            active = shelf.active_at(*place)
            reader = shelf.find_reader(question.profile, active, extra)
            if reader is None:
                reader = await asyncio.to_thread(shelf.reader, question.profile, active, extra)
            now_ms = self._clock.now_ms()
            answer = shelf.answer(reader, place, active, extra, now_ms=now_ms)
            if reader.wants_table():
                self._tables = asyncio.create_task(asyncio.to_thread(reader.make_table))
        except PlaceError as error:
            raise Problem("no-such-place", status=422, detail=str(error), field="from") from None
        except RoutingError as error:
            raise Problem("cannot-route", status=422, detail=str(error)) from None
        body = render(
            answer, shelf, profile=question.profile, language=question.language, world=self._world,
            now_ms=now_ms, heard_ms=self._live.heard_ms, way=fast_way,
        )  # fmt: skip
        return orjson.dumps(body)

    def answer_all(self, questions: Questions) -> bytes:
        """Many answers as JSON, all from one moment. Call it in a thread: it takes a while, mostly outside Python's lock.

        Raises:
            Problem: not ready, or the columns do not fit each other.
        """
        self.require_ready()
        count = len(questions.lat)
        if count != len(questions.lon) or not 1 <= count <= MOST_PLACES:
            raise Problem(
                "invalid-request", status=422, field="lon",
                detail=f"lat has {count} places, lon {len(questions.lon)}: expected as many, from 1 to {MOST_PLACES}",
                remedy="send more than that in several requests",
            )  # fmt: skip
        shelf, extra = self._shelves.newest, frozenset(map(Hazard, questions.hazards))
        columns = Columns(shelf, np.array(questions.lat), np.array(questions.lon))
        now_ms = self._clock.now_ms()
        columns.fill(questions.profile, extra, now_ms)
        head = {
            **world_marks(self._world),
            "profile": questions.profile,
            "now_ms": now_ms,
            "as_of": render_ages(shelf.moment, self._live.heard_ms),
        }
        return orjson.dumps(head | columns.body(now_ms))


class Columns:
    """Answers for many places of one moment: rows are asked by situation, and put back into the order they came in."""

    def __init__(self, shelf: Shelf, lat: npt.NDArray[np.float64], lon: npt.NDArray[np.float64]) -> None:
        self._shelf = shelf
        self._lat, self._lon = lat, lon
        self._situations: list[Active] = []
        self._shelters: dict[str, int] = {}
        self._parts: list[tuple[npt.NDArray[np.intp], Answers, Reader]] = []
        self._hurries: dict[int, Hurry] = {}
        self._late: set[int] = set()

    def fill(self, profile: str, extra: frozenset[Hazard], now_ms: int) -> None:
        """Asks for all rows."""
        for active, rows in self._rows_by_situation():
            reader = self._shelf.reader(profile, active, extra)
            places = self._lat[rows], self._lon[rows]
            timely = self._shelf.in_time(
                reader, reader.find_all(*places), places, active, extra, now_ms=now_ms
            )
            self._situations.append(active)
            self._parts.append((rows, timely.answers, reader))
            self._hurries |= {int(rows[row]): hurry for row, hurry in timely.hurries.items()}
            self._late |= {int(rows[row]) for row in timely.late}

    def _rows_by_situation(self) -> list[tuple[Active, npt.NDArray[np.intp]]]:
        if not self._shelf.moment.world.cells_by_hazard:
            return [((), np.arange(len(self._lat)))]
        real = (np.abs(self._lat) <= 90) & (np.abs(self._lon) <= 180)
        found: dict[tuple[int, ...], tuple[Active, list[int]]] = {}
        for row, (lat, lon) in enumerate(zip(self._lat.tolist(), self._lon.tolist(), strict=True)):
            active = self._shelf.active_at(lat, lon) if real[row] else ()
            found.setdefault(tuple(map(id, active)), (active, []))[1].append(row)
        return [(active, np.array(rows)) for active, rows in found.values()]

    def body(self, now_ms: int) -> dict[str, Any]:
        """The members of `batch_models.BatchAnswer` that depend on the places."""
        whole = self._whole()
        situation = np.full(len(self._lat), -1, np.int32)
        for number, (asked, _, _) in enumerate(self._parts):
            situation[asked] = number
        columns = whole.columns()
        rows: dict[str, Any] = {"situation": _nullable(situation, whole.kind != OUTSIDE)}
        rows |= {"shelter": columns.pop("target"), **columns}
        return {
            "situations": [{"hazards": [render_hazard(a) for a in active]} for active in self._situations],
            "shelters": [self._shelf.place(place) for place in self._shelters],
            "rows": rows,
            "stays": self._stays(),
            "departures": [
                {
                    "index": row,
                    "instead_of": self._shelters[hurry.instead_of] if hurry.instead_of else None,
                    **render_hurry(hurry, now_ms),
                }
                for row, hurry in sorted(self._hurries.items())
            ],
            "warnings": self._warnings(whole),
            "problems": self._problems(),
        }

    def _whole(self) -> Answers:
        """All parts in the order of the request, with one numbering of places."""
        count = len(self._lat)
        kind, target, time, link = (np.full(count, -1, np.int32) for _ in range(4))
        length, away = np.zeros(count), np.zeros(count)
        first, last = np.zeros(count, np.int64), np.zeros(count, np.int64)
        texts, used = [], 0
        for rows, part, reader in self._parts:
            number = [self._shelters.setdefault(t.id, len(self._shelters)) for t in reader.field.targets]
            target[rows] = np.array([*number, -1], np.int32)[part.target]
            kind[rows], time[rows], link[rows] = part.kind, part.time, part.link
            length[rows], away[rows] = part.length_m, part.away_m
            first[rows], last[rows] = part.first + used, part.last + used
            texts.append(part.text)
            used += len(part.text)
        return Answers(kind, target, time, link, length, away, np.concatenate(texts), first, last)

    def _stays(self) -> list[dict[str, Any]]:
        found = []
        for rows, part, reader in self._parts:
            reason = "cut-off" if any(reader.field.snaps) else "no-target"
            found += [
                {"index": row, "reason": TOO_LATE if row in self._late else reason}
                for row in rows[part.kind == STAY].tolist()
            ]
        return sorted(found, key=lambda stay: int(stay["index"]))

    def _problems(self) -> list[dict[str, Any]]:
        found = []
        for rows, part, reader in self._parts:
            for row in rows[part.kind == OUTSIDE].tolist():
                detail = reader.why_no_place(float(self._lat[row]), float(self._lon[row]))
                found.append({"index": row, "type": NO_SUCH_PLACE, "detail": detail})
        return sorted(found, key=lambda problem: int(problem["index"]))

    def _warnings(self, whole: Answers) -> list[dict[str, Any]]:
        overlay, on = self._shelf.moment.overlay, whole.has_way
        closed = on & overlay.closed[whole.link]
        in_zone = self._in_zone(whole, on)
        far = on & (whole.away_m > NEAR_M)
        named = (("warn-closed", closed), ("warn-zone", in_zone), ("warn-far", far))
        return [
            {"index": row, "keys": [key for key, holds in named if holds[row]]}
            for row in np.flatnonzero(closed | in_zone | far).tolist()
        ]

    def _in_zone(self, whole: Answers, on: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """bool[rows]: the snapped place lies in a zone; the shape is asked only where a link does not lie wholly inside."""
        overlay, network = self._shelf.moment.overlay, self._shelf.moment.ground.network
        u, v = network.link_u[whole.link], network.link_v[whole.link]
        sure, perhaps = np.zeros(len(on), bool), np.zeros(len(on), bool)
        for membrane in overlay.membranes.values():
            sure |= on & membrane.inside[u] & membrane.inside[v]
            perhaps |= on & (membrane.inside[u] | membrane.inside[v] | membrane.crossing[whole.link])
        for rows, _, reader in self._parts:
            walking = reader.field.walking
            for row in rows[perhaps[rows] & ~sure[rows]].tolist():
                snap = walking.snapper.find(float(self._lat[row]), float(self._lon[row]), walking.usable)
                sure[row] = snap is not None and overlay.is_inside(snap.link, snap.lat, snap.lon)
        return sure


def _nullable(values: npt.NDArray[np.int32], known: npt.NDArray[np.bool_]) -> list[int | None]:
    return [
        value if is_known else None for value, is_known in zip(values.tolist(), known.tolist(), strict=True)
    ]
