"""Staff give a place to what had none: from the list to a candidate, a point on the map, and back again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from streams.broker_memory import MemoryBroker
from streams.clock import SystemClock
from streams.codec import decode
from streams.events.base import Action, Hazard
from streams.events.repairs import Repair, Repaired, RepairKind
from streams.events.shelters import Layer, Opening, ShelterState, SiteRepair
from streams.topics import REPAIRS, SHELTERS, SITE_REPAIRS
from streams.world import World
from tests.integration.staff.scene import KEY, Writer, serving
from tests.journeys.staff.test_page import PHONE, violations

pytestmark = pytest.mark.browser

LOST = ShelterState(
    id="lost", name="くすのき運動場", address="澪南市くすのき町2-1", municipality="99101", listed_source="澪市 避難場所一覧（架空）",
    layer=Layer.SITE, suits=(Hazard.INLAND_FLOOD,), opening=Opening.OPEN,
)  # fmt: skip
LINE = Repair(kind=RepairKind.SITE, id=LOST.id, why="coordinates-missing", place="line 9")
MAP_MS = 60_000


@pytest.fixture
async def broker() -> AsyncIterator[MemoryBroker]:
    broker = MemoryBroker(World.DRILL, SystemClock())
    yield broker
    await broker.close()


@pytest.fixture
async def page(
    area: Path, redis_url: str, writer: Writer, broker: MemoryBroker, new_page: Callable[..., Awaitable[Page]]
) -> AsyncIterator[Page]:
    """The page, with a place that nobody knows where to put."""
    await writer.put(SHELTERS, [(LOST.id, LOST)])
    await writer.put(REPAIRS, [(LINE.key, LINE)])
    async with serving(area, redis_url, broker=broker) as url:
        page = await new_page(width=1440, height=900)
        said: list[str] = []
        page.on("pageerror", lambda error: said.append(str(error)))
        await page.goto(url)
        await page.wait_for_selector("body[data-map=ready]", timeout=MAP_MS)
        yield page
        assert said == []


async def acts(broker: MemoryBroker, count: int) -> list[SiteRepair]:
    """All that was written, once it is that many."""
    async with asyncio.timeout(30):
        while len(written := await _written(broker)) < count:
            await asyncio.sleep(0.05)
    return written


async def _written(broker: MemoryBroker) -> list[SiteRepair]:
    await broker.ensure_topics([SITE_REPAIRS])
    return [decode(record.value or b"", SiteRepair) for record in broker.records(SITE_REPAIRS)]


async def test_a_place_is_put_where_a_candidate_lies_with_one_click_and_taken_back(
    page: Page, broker: MemoryBroker, writer: Writer
) -> None:
    card, panel = page.locator(".repairs"), page.locator(".repair-panel")
    await card.locator(".repair-items button", has_text="くすのき運動場").click()
    best = panel.locator(".candidates li").first
    await expect(best).to_contain_text("くすのき運動場（架空）")
    await expect(best).to_contain_text("同じ名前")
    await best.get_by_role("button", name="ここに決める").click()
    await expect(panel.locator(".status")).to_have_text("決める部署・役割と鍵を入力してください")
    await panel.get_by_label("決める部署・役割").fill("防災課")
    await panel.get_by_label("書き込みの鍵").fill("wrong")
    await best.get_by_role("button", name="ここに決める").click()
    await expect(panel.locator(".status")).to_contain_text("鍵が違います")
    await panel.get_by_label("書き込みの鍵").fill(KEY)
    await best.get_by_role("button", name="ここに決める").click()
    await expect(panel.locator(".status")).to_contain_text("記録しました")
    (act,) = await acts(broker, 1)
    assert (act.by, act.id, act.name) == ("防災課", "lost", "くすのき運動場")
    assert act.candidate.startswith("架空の避難場所一覧/")
    assert await violations(page) == []

    done = Repaired(at_ms=act.at_ms, by=act.by, candidate=act.candidate)
    await writer.put(
        REPAIRS,
        [(LINE.key, Repair(kind=RepairKind.SITE, id="lost", why=LINE.why, is_open=False, repaired=done))],
    )
    await expect(panel.locator(".done")).to_contain_text("防災課", timeout=10_000)
    await expect(card.locator(".section-head .count")).to_have_text("0件")
    await panel.get_by_role("button", name="元に戻す").click()
    assert [a.action for a in await acts(broker, 2)] == [Action.ISSUE, Action.CANCEL]


async def test_a_point_picked_on_the_map_or_typed_will_do(page: Page, broker: MemoryBroker) -> None:
    panel = page.locator(".repair-panel")
    await page.locator(".repairs .repair-items button").click()
    await panel.get_by_label("決める部署・役割").fill("防災課")
    await panel.get_by_label("書き込みの鍵").fill(KEY)
    await panel.get_by_role("button", name="地図で選ぶ").click()
    canvas = page.locator(".map-canvas canvas")
    await canvas.click(position={"x": 620, "y": 260})
    point = panel.get_by_label("緯度, 経度")
    await expect(point).not_to_have_value("")
    await panel.get_by_role("button", name="この位置に決める").click()
    (picked,) = await acts(broker, 1)
    assert picked.lat is not None
    assert picked.lon is not None
    assert f"{picked.lat:.6f}, {picked.lon:.6f}" == await point.input_value()
    assert picked.candidate == ""
    await point.fill("135.2, 34.5")
    await panel.get_by_role("button", name="この位置に決める").click()
    await expect(panel.locator(".status")).to_contain_text("緯度, 経度の順に")
    await point.fill("３４．４９、135.23")
    await panel.get_by_role("button", name="この位置に決める").click()
    assert (await acts(broker, 2))[1].lat == 34.49


async def test_the_details_say_for_each_hazard_whether_the_place_can_be_used_now(
    page: Page, writer: Writer
) -> None:
    await page.locator(".repairs .repair-items button").click()
    uses = page.locator(".uses li")
    await expect(uses).to_have_count(8)
    await expect(page.locator(".uses .verdict[data-verdict=yes]")).to_have_count(0)
    flood = uses.filter(has_text="内水")
    await expect(flood).to_contain_text("場所不明")
    at_ms = SystemClock().now_ms()
    usable = ShelterState(
        id="lost", name="くすのき運動場", layer=Layer.SITE, suits=(Hazard.INLAND_FLOOD,), opening=Opening.OPEN, lat=34.485,
        lon=135.225, reported_source="市", reported_as_of_ms=at_ms,
    )  # fmt: skip
    await writer.put(SHELTERS, [("lost", usable)])
    await expect(flood.locator(".verdict")).to_have_text("使える", timeout=20_000)
    await expect(flood).to_contain_text("発表中")


async def test_on_a_phone_everything_is_within_reach(page: Page) -> None:
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await page.click(".tabs [data-view=list]")
    await page.locator(".repairs .repair-items button").click()
    await expect(page.locator(".repair-panel .candidates li").first).to_be_visible()
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = await page.locator(".repair-panel button").evaluate_all(
        "all => all.filter(b => b.getBoundingClientRect().height < 24).length"
    )
    assert small == 0
    panel, details = page.locator(".repair-panel"), page.locator(".details")
    await panel.get_by_role("button", name="地図で選ぶ").click()
    await expect(details).to_be_hidden()
    await page.locator(".legend summary").click()
    await page.locator(".map-canvas canvas").click()
    await expect(panel.get_by_label("緯度, 経度")).to_be_visible()
    await expect(panel.get_by_label("緯度, 経度")).not_to_have_value("")
