"""A picture of a page: `python infra/screenshot.py URL OUT [--width 1440] [--height 900] [--scale 1] [--choose "#work button"]`."""

import argparse
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from services.local.chromium import get_chromium, launch_arguments

SETTLED = "body[data-map]"
MAP_DRAWN_MS = 4_000


def take(url: str, out: Path, *, width: int, height: int, scale: float, choose: str) -> list[str]:
    """Writes a PNG once the page has its data and its map. Returns what the page complained of."""
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=get_chromium().path, args=launch_arguments())
        page = browser.new_page(
            viewport={"width": width, "height": height},
            device_scale_factor=scale,
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
        )
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(url)
        page.wait_for_selector(SETTLED, timeout=60_000)
        if choose:
            page.click(choose)
        # the map draws its tiles and labels in its own time, and tells nobody outside
        page.wait_for_timeout(MAP_DRAWN_MS)
        page.screenshot(path=out)
        browser.close()
    return said


def main() -> int:
    """Takes the picture; ends with 1 if the page complained."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("out", type=Path)
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--height", type=int, default=900)
    parser.add_argument("--scale", type=float, default=1, help="device pixels per page pixel")
    parser.add_argument("--choose", default="", help="a CSS selector to click first")
    given = parser.parse_args()
    size = {"width": given.width, "height": given.height, "scale": given.scale}
    said = take(given.url, given.out, **size, choose=given.choose)
    print("\n".join(said) if said else f"{given.out}: {given.width} x {given.height}")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
