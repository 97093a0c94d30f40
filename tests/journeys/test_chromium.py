"""The browser of the journeys itself: it starts, and it can draw a map."""

import pytest
from playwright.async_api import Page

pytestmark = pytest.mark.browser


async def test_the_browser_has_webgl_2_without_a_graphics_card(page: Page) -> None:
    await page.set_content("<canvas id=map></canvas>")
    assert await page.evaluate("document.getElementById('map').getContext('webgl2') !== null")


async def test_a_page_can_be_as_narrow_as_a_phone(new_page: object) -> None:
    page: Page = await new_page(width=390, height=844)  # type: ignore[operator]
    assert await page.evaluate("innerWidth") == 390
