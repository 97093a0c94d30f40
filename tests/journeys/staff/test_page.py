"""Staff in front of their page: drill mark, live change, keyboard, phone, both languages, no WebGL, no connection."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Page, async_playwright, expect

from services.local.chromium import launch_arguments
from services.local.tools import REPOSITORY
from streams.clock import SystemClock
from streams.events.closures import ClosureState, Misplacement, Mode
from streams.events.repairs import Repair, RepairKind
from streams.events.shelters import Layer, Opening, ShelterState
from streams.topics import CLOSURES, REPAIRS, SHARED, SHELTERS
from tests.integration.staff.scene import Writer, closure, count, serving

pytestmark = pytest.mark.browser

AXE = REPOSITORY / "dashboard_api" / "web" / "node_modules" / "axe-core" / "axe.min.js"
DESK, PHONE = (1280, 800), (390, 844)
MAP_MS = 60_000
OpenPage = Callable[..., Awaitable[Page]]


@pytest.fixture
async def open_page(new_page: OpenPage, site: str) -> AsyncIterator[OpenPage]:
    """Opens the staff page and, at the end, requires that it complained of nothing."""
    said: list[str] = []

    async def go(*, size: tuple[int, int] = DESK, query: str = "") -> Page:
        page = await new_page(width=size[0], height=size[1])
        page.on("console", lambda m: said.append(m.text) if m.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on(
            "requestfinished",
            lambda r: None if r.url.startswith((site, "blob:", "data:")) else said.append(r.url),
        )
        await page.goto(f"{site}/{query}")
        await page.wait_for_selector("body[data-map=ready]", timeout=MAP_MS)
        return page

    yield go
    # the software renderer speaks of its own slowness
    assert [s for s in said if "GPU stall" not in s] == []


async def violations(page: Page) -> list[str]:
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{v['id']}: {[n['target'] for n in v['nodes']][:3]}"
        for v in found["violations"]
        if v["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("query", ["", "?lang=en"], ids=["ja", "en"])
async def test_the_page_is_accessible_and_says_drill(
    open_page: OpenPage, size: tuple[int, int], query: str
) -> None:
    page = await open_page(size=size, query=query)
    await expect(page.locator(".drill")).to_contain_text("訓練")
    await expect(page.locator(".headline")).to_contain_text("レベル４大雨危険警報")
    for view in ("map", "table"):
        await page.click(f".tabs [data-view={view}]")
        assert await violations(page) == []
    await page.locator(".places tbody button").first.click()
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_change_appears_by_itself_within_seconds(open_page: OpenPage, writer: Writer) -> None:
    page = await open_page()
    items = page.locator(".work-items")
    await expect(items).not_to_contain_text("かもめ橋")
    name, state = closure("C-2", SystemClock().now_ms())
    await writer.put(CLOSURES, [(name, msgspec.structs.replace(state, road_names=("かもめ橋",)))])
    await expect(items).to_contain_text("かもめ橋", timeout=3_000)
    await writer.put(CLOSURES, [(name, None)])
    await expect(items).not_to_contain_text("かもめ橋", timeout=3_000)


async def test_the_keyboard_leads_from_the_list_to_the_facts_and_back(open_page: OpenPage) -> None:
    page = await open_page()
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    while not await page.evaluate("document.activeElement.closest('.work-items') !== null"):
        await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    details = page.locator(".details")
    await expect(details.locator("h3")).to_have_text("くすのき運動場（架空）")
    await expect(details).to_contain_text("450人／定員450人")
    await expect(details).to_contain_text("澪北市 開設状況（架空）")
    await expect(page).to_have_url(re.compile("#shelter="))


async def test_enter_on_the_map_chooses_what_is_in_its_middle(open_page: OpenPage) -> None:
    page = await open_page()
    await page.focus(".map-canvas canvas")
    details = page.locator(".details")
    async with asyncio.timeout(30):
        while await details.get_attribute("data-open") != "true":
            await page.keyboard.press("Enter")
            await asyncio.sleep(0.1)
    await expect(details.locator("dl")).to_contain_text("出典")


async def test_a_cell_says_why_it_has_its_colour_and_fewer_than_ten_is_no_number(
    open_page: OpenPage, writer: Writer
) -> None:
    cell = 0x892E61360C3FFFF
    await writer.put(SHARED, [count("99102", cell, 7, at_ms=SystemClock().now_ms())])
    page = await open_page(query=f"#cell={cell:x}")
    details = page.locator(".details")
    await expect(details.locator("h3")).to_have_text("10人未満")
    await expect(details).to_contain_text("個人が特定されないよう")
    await expect(details).to_contain_text("レベル３高潮警報")
    await writer.put(SHARED, [count("99102", cell, 345, at_ms=SystemClock().now_ms())])
    await expect(details.locator("h3")).to_have_text("345人", timeout=5_000)
    await expect(details).to_contain_text("300人以上の区分")


async def test_nothing_jumps_in_the_table_while_places_report(open_page: OpenPage, writer: Writer) -> None:
    page = await open_page()
    await page.click(".tabs [data-view=table]")
    rows = page.locator(".places tbody tr")
    before = await rows.evaluate_all("rows => rows.map(row => row.dataset.key)")
    last = before[-1]
    state = ShelterState(
        id=last, layer=Layer.SITE, name="最後", opening=Opening.FULL, headcount=321, capacity=321,
        reported_source="x", reported_as_of_ms=SystemClock().now_ms(),
    )  # fmt: skip
    await writer.put(SHELTERS, [(last, state)])
    await expect(rows.last).to_contain_text("321", timeout=5_000)
    assert await rows.evaluate_all("rows => rows.map(row => row.dataset.key)") == before
    await page.click(".places thead button >> nth=0")
    await expect(rows.nth(0)).to_contain_text("満員")


async def test_closures_without_a_place_are_listed_with_the_reason_until_they_have_one(
    open_page: OpenPage, writer: Writer
) -> None:
    page = await open_page()
    card, details = page.locator(".repairs"), page.locator(".details")
    await expect(card).to_be_hidden()
    lost = ClosureState(
        id="lost", source="澪県道路課（架空）", as_of_ms=SystemClock().now_ms(), modes=(Mode.FOOT,), cause="土砂崩れ",
        road_names=("県道99号",),
    )  # fmt: skip
    await writer.put(CLOSURES, [(lost.id, lost)])
    line = Repair(kind=RepairKind.CLOSURE, id=lost.id, why=Misplacement.NOT_DRAWN)
    await writer.put(REPAIRS, [(line.key, line)])
    await expect(card).to_contain_text("場所を決める必要があるもの", timeout=5_000)
    row = card.locator(".repair-items button")
    await expect(row).to_contain_text("県道99号")
    await expect(row).to_contain_text("同じ名前の道路もありません")
    await row.focus()
    await page.keyboard.press("Enter")
    await expect(details.locator("dl")).to_contain_text("経路の案内に反映されていません")
    assert await violations(page) == []
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await page.keyboard.press("Escape")
    await page.click(".tabs [data-view=list]")
    await expect(card).to_be_visible()
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await writer.put(REPAIRS, [(line.key, None)])
    await expect(card).to_be_hidden(timeout=5_000)


async def test_without_webgl_the_page_says_so_and_the_lists_do_everything(chromium: Path, site: str) -> None:
    arguments = [*launch_arguments(), "--disable-gpu", "--disable-software-rasterizer", "--disable-3d-apis"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=arguments)
        page = await browser.new_page(locale="ja-JP")
        await page.goto(site)
        await page.wait_for_selector("body[data-map=missing]", timeout=MAP_MS)
        await expect(page.locator(".places tbody tr")).to_have_count(60)
        await page.locator(".work-items button").nth(1).click()
        await expect(page.locator(".details h3")).to_have_text("くすのき運動場（架空）")
        await page.click(".tabs [data-view=map]")
        await expect(page.locator(".map-note")).to_contain_text("WebGL2")
        await browser.close()


async def test_a_lost_server_is_said_with_the_time_of_what_is_shown_and_mends_itself(
    new_page: OpenPage, area: Path, redis_url: str, writer: Writer
) -> None:
    page = await new_page()
    link, trouble = page.locator(".link"), page.locator(".trouble")
    async with serving(area, redis_url) as url:
        await page.goto(url)
        await expect(link).to_have_text("ライブ", timeout=15_000)
        await expect(trouble).to_be_hidden()
    await expect(link).to_have_text("再接続中", timeout=10_000)
    await expect(link).to_have_text("通信が途絶えています", timeout=25_000)
    await expect(trouble).to_contain_text("時点のものです")
    await writer.put(CLOSURES, [closure("while-away", SystemClock().now_ms())])
    async with serving(area, redis_url, port=int(url.rsplit(":", 1)[1])):
        await expect(link).to_have_text("ライブ", timeout=15_000)
        await expect(trouble).to_be_hidden()
        await expect(page.locator(".work-items [data-id=while-away]")).to_have_count(1)
