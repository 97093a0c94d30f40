"""Writes the staff API's OpenAPI document, from which the page's types are made: `python -m dashboard_api.openapi FILE`."""

import json
import sys
from pathlib import Path

from dashboard_api.staff.app import make_app
from dashboard_api.staff.area import Area
from dashboard_api.staff.feed import Feed
from dashboard_api.staff.repair_desk import RepairDesk
from dashboard_api.staff.rows import RowReader
from dashboard_api.staff.scope import Scope
from services.kit.health import Readiness
from streams.broker_memory import MemoryBroker
from streams.cells import Gazetteer
from streams.clock import SystemClock
from streams.sharing.decide import Decider
from streams.view.memory import MemoryView
from streams.world import World


def document() -> dict[str, object]:
    """The OpenAPI 3.1 document. Needs no area and no view."""
    gazetteer = Gazetteer({}, {})
    area = Area(Path(), "", (0.0, 0.0, 0.0, 0.0), (), synthetic=True, municipalities=(), gazetteer=gazetteer)
    scope = Scope(Decider.load(), ())
    feed = Feed(MemoryView(), RowReader(scope, gazetteer), clock=SystemClock(), world=World.DRILL)
    clock = SystemClock()
    desk = RepairDesk(feed.mirror, area, MemoryBroker(World.DRILL, clock), clock)
    return make_app(feed, area, scope, Readiness(), desk=desk, key="").openapi()


def main(out: Path) -> None:
    """Writes the document to `out`."""
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(document(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
