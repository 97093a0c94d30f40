"""Days that were recorded once, for all tests of this folder."""

from pathlib import Path

import pytest

from tests.faults.worker.recorded import Recorded, real_documents, record


@pytest.fixture(scope="session")
def real_mix(data_dir: Path) -> Recorded:
    """Real files of every kind, re-marked as an exercise."""
    return record(0, "real", real_documents(data_dir))
