"""The reference page names every reason and every telegram type that the adapters know."""

import re
from pathlib import Path

from streams.adapters.jma_titles import TITLES
from streams.adapters.registry import FORMATS

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "reference" / "feeds.md").read_text(encoding="utf-8")


def test_every_reason_of_a_rejection_is_on_the_page_and_no_other() -> None:
    raised = re.compile(r'(?:RefusedError|_problem)\(\s*(?:place, )?"([a-z0-9-]+)"')
    sources = [*(ROOT / "streams" / "adapters").glob("*.py"), ROOT / "services" / "cli" / "feed_documents.py"]
    reasons = {reason for path in sources for reason in raised.findall(path.read_text(encoding="utf-8"))}
    reasons |= {"modes-unknown", "structure-unknown"}  # made of the property's name
    assert len(reasons) > 30
    listed = set(re.findall(r"`([a-z0-9]+(?:-[a-z0-9]+)+)`", PAGE.partition("## Reasons")[2]))
    assert listed == reasons


def test_every_format_is_on_the_page() -> None:
    assert all(f"`{known.name}`" in PAGE for known in FORMATS)


def test_every_type_that_is_read_is_on_the_page() -> None:
    table = PAGE.partition("## JMA telegrams")[2].partition("## Lists")[0]
    shown = set(re.findall(r"V[A-Z]{3}[0-9]{0,2}", table))
    for first, last in re.findall(r"(V[A-Z]{3}[0-9]{2})-([0-9]{2})", table):
        shown |= {f"{first[:4]}{number}" for number in range(int(first[4:]), int(last) + 1)}
    for kinds in re.findall(r"(V[A-Z]{3})([0-9]{2}(?:, [0-9]{2})+)", table):
        shown |= {kinds[0] + number for number in kinds[1].split(", ")}
    assert {title.kind for title in TITLES.values()} <= shown
