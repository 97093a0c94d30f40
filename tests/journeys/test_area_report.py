"""The planners' report in a real browser: whole in itself, two languages, one page of paper for each hazard."""

import asyncio
from pathlib import Path

import pytest

from services.area.report.report import make_report
from tests.conftest import NewPage

pytestmark = pytest.mark.browser
A4_WIDTH, A4_HEIGHT = 703, 1032
"""CSS pixels inside margins of 12 mm."""


@pytest.fixture(scope="module")
async def report(made_up_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report") / "out"
    made = await asyncio.to_thread(
        make_report, made_up_city, out, now_ms=1_756_700_000_000, progress=lambda _done, _total, _text: None
    )
    return made.page


async def test_the_page_asks_for_nothing_and_shows_one_language_at_a_time(
    report: Path, new_page: NewPage
) -> None:
    page = await new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: asked.append(message.text))
    await page.goto(report.as_uri())
    assert asked == [report.as_uri()]
    japanese, english = page.locator("h1 .ja"), page.locator("h1 .en")
    assert (await japanese.is_visible(), await english.is_visible()) == (True, False)
    assert "訓練" in await page.locator(".mark").inner_text()
    await page.get_by_text("English", exact=True).click()
    assert (await japanese.is_visible(), await english.is_visible()) == (False, True)
    assert "DRILL" in await page.locator(".mark").inner_text()


async def test_the_language_can_be_chosen_by_keyboard(report: Path, new_page: NewPage) -> None:
    page = await new_page()
    await page.goto(report.as_uri())
    await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowRight")
    assert await page.locator("h1 .en").is_visible()


@pytest.mark.parametrize("language", ["to-ja", "to-en"])
async def test_on_paper_each_hazard_is_one_page_that_holds_everything(
    report: Path, new_page: NewPage, language: str
) -> None:
    page = await new_page(width=A4_WIDTH, height=A4_HEIGHT)
    await page.goto(report.as_uri())
    await page.check(f"#{language}")
    await page.emulate_media(media="print")
    assert not await page.locator(".switch").is_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= A4_WIDTH
    sections = page.locator("section.situation")
    assert await sections.count() == 9
    for number in range(9):
        box = await sections.nth(number).bounding_box()
        assert box is not None
        assert box["height"] <= A4_HEIGHT


async def test_a_phone_scrolls_down_and_not_sideways(report: Path, new_page: NewPage) -> None:
    page = await new_page(width=390, height=844)
    await page.goto(report.as_uri())
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
