"""Staff see what has stopped coming, for how long and whom to call; and it goes by itself when it comes again."""

from collections.abc import Awaitable, Callable

import msgspec
import pytest
from playwright.async_api import Page, expect

from streams.clock import SystemClock
from streams.events.sources import Says, SourceHealth, Trouble
from streams.topics import SOURCES
from tests.integration.staff.scene import Writer
from tests.journeys.staff.test_page import DESK, PHONE, violations

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Awaitable[Page]]


def roads(*, heard_s_ago: int) -> SourceHealth:
    now_ms = SystemClock().now_ms()
    heard_ms = now_ms - heard_s_ago * 1000
    return SourceHealth(
        id="roads/mio", name="澪県道路課（架空）", kind="pull", says=(Says.CLOSURES,), contact="内線 21",
        declared_ms=now_ms - 86_400_000, expected_s=600, heard_ms=heard_ms, news_ms=heard_ms,
    )  # fmt: skip


@pytest.fixture
async def silent(writer: Writer) -> SourceHealth:
    state = msgspec.structs.replace(
        roads(heard_s_ago=12 * 60 + 5), trouble=Trouble.FAILED, detail="https://roads.example/: HTTP 503"
    )
    await writer.put(SOURCES, [(state.id, state)])
    return state


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize(
    ("query", "missing"),
    [("", "通行止めのデータが12分間届いていません"), ("?lang=en", "Closures: no data for 12 min")],
)
async def test_a_silent_source_is_work_until_it_is_heard_again(
    new_page: OpenPage, site: str, writer: Writer, silent: SourceHealth, size: tuple[int, int], query: str, missing: str
) -> None:  # fmt: skip
    page = await new_page(width=size[0], height=size[1])
    await page.goto(f"{site}/{query}")
    work, sources = page.locator(".work-items"), page.locator(".sources")
    await expect(work).to_contain_text(missing)
    await expect(work).to_contain_text("内線 21")
    await expect(sources).to_have_attribute("open", "")
    await expect(sources).to_contain_text("HTTP 503")
    assert await violations(page) == []
    await sources.locator("button").click()
    await expect(page.locator(".details")).to_contain_text(missing)
    await writer.put(SOURCES, [(silent.id, roads(heard_s_ago=1))])
    await expect(work).not_to_contain_text(missing)
    await expect(sources).not_to_contain_text("HTTP 503")
    await expect(page.locator(".details")).to_contain_text("内線 21")


async def test_where_no_source_is_declared_nothing_is_said_of_any(new_page: OpenPage, site: str) -> None:
    page = await new_page()
    await page.goto(site)
    await expect(page.locator(".work-items li").first).to_be_visible()
    await expect(page.locator(".sources")).to_be_hidden()
