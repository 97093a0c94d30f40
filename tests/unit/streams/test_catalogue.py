"""The page of topics is the manifest's."""

from dataclasses import replace
from pathlib import Path

from streams.catalogue import page
from streams.topics import MANIFEST, POSITIONS

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "topics.md"


def test_the_committed_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "run: python -m streams.catalogue > docs/reference/topics.md"
    )


def test_every_topic_has_a_line_with_its_class_and_its_retention() -> None:
    lines = [line for line in page().splitlines() if line.startswith("| `")]
    assert len(lines) == len(MANIFEST)
    positions = next(line for line in lines if line.startswith("| `positions` "))
    assert "| 2 h | personal | gateway | crowd |" in positions


def test_another_manifest_is_another_page() -> None:
    assert page([replace(POSITIONS, retention_ms=5_400_000)]) != page([POSITIONS])
    assert "1.5 h" in page([replace(POSITIONS, retention_ms=5_400_000)])
