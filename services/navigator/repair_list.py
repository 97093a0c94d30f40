"""The staff's repair list over HTTP: closures in force that have no place of their own on the network. Nothing about a person is in it."""

from collections.abc import Callable
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.navigator.answers import Misplaced
from services.navigator.links import Placing
from services.navigator.live import Live
from services.navigator.models import AtMs
from services.navigator.render import world_marks
from streams.world import World


class RepairLine(BaseModel):
    """A closure that staff must place by hand."""

    id: str
    cause: str
    road_names: list[str]
    description: str
    modes: list[Literal["foot", "car"]]
    source: str
    as_of_ms: int
    why: Literal["by-name", "not-drawn", "no-road-there"] = Field(
        description="by-name: no usable drawing, so the whole road of that name is closed. not-drawn: no usable drawing, "
        "and no road of that name. no-road-there: drawn in this area, where no way is."
    )
    closes: bool = Field(description="Whether it closes anything meanwhile; false: walkers are sent past it.")


class RepairList(BaseModel):
    """All of them, in the order of their ids, and how old the state is that they were taken from."""

    world: Literal["real", "drill"]
    drill: bool
    notice: str | None = Field(description="訓練 in the drill world.")
    state_ms: int = Field(description="When the state was put together.")
    heard_ms: AtMs = Field(
        description="When the event log last answered; much older than now: treat with care."
    )
    closures: list[RepairLine]


def repair_routes(live: Live, require_ready: Callable[[], None], world: World) -> APIRouter:
    """`GET /v1/repair-list`. require_ready: raises a problem before the first whole reading."""
    routes = APIRouter(prefix="/v1", tags=["staff"])

    @routes.get("/repair-list", response_model=RepairList)
    def list_repairs() -> dict[str, Any]:
        """Closures that have no place of their own; see docs/reference/routes.md."""
        require_ready()
        moment = live.moment
        return {
            **world_marks(world),
            "state_ms": moment.world.at_ms,
            "heard_ms": live.heard_ms,
            "closures": [_line(misplaced) for misplaced in moment.repair_list],
        }

    return routes


def _line(misplaced: Misplaced) -> dict[str, Any]:
    closure = misplaced.closure
    return {
        "id": closure.id,
        "cause": closure.cause,
        "road_names": list(closure.road_names),
        "description": closure.description,
        "modes": [str(mode) for mode in closure.modes],
        "source": closure.source,
        "as_of_ms": closure.as_of_ms,
        "why": str(misplaced.how),
        "closes": misplaced.how is Placing.BY_NAME,
    }
