"""Which of two workers runs which file: one begins with the tests that wait for servers, the other with those that compute.

They meet in the middle. So there is seldom more than one drill of kills and restarts at a time, and a core for it. A file is
never divided: its tests share a broker, or a city.
"""

from collections.abc import Sequence

import pytest
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

WAITING_FIRST = ("faults", "journeys", "integration", "contract", "unit")
"""Folders of `tests`, those that start most processes first."""


def by_kind(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The same items, kind after kind; within a kind their order stays as it is (random)."""
    return sorted(items, key=lambda item: WAITING_FIRST.index(item.nodeid.split("/")[1]))


class FromBothEnds(LoadFileScheduling):  # type: ignore[misc]
    """Whole files; every second worker takes them from the end."""

    def __init__(self, config: pytest.Config, log: object = None) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _assign_work_unit(self, node: WorkerController) -> None:
        if self.nodes.index(node) % 2:
            self.workqueue.move_to_end(next(reversed(self.workqueue)), last=False)
        super()._assign_work_unit(node)
