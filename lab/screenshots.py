"""Take pictures of the pages of real runs for README.md, with Debian's Chromium.

`make screenshots` takes one of each page that the lab's reports have, of those that are named below. A page without a
run keeps the picture that it has. Pictures stay below 150 KB.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / "lab" / "inventory" / ".podnet" / "reports"
PICTURES = ROOT / "docs" / "pictures"
CHROMIUM = "/usr/bin/chromium"
# The three networks, the wrong interface, and the policies: the name of the report, and the part that is shown.
SHOWN = {
    "basic_cni": "#network",
    "flannel": "#network",
    "calico": "#network",
    "wrong-interface": "#network, #matrix",
    "three_tiers": "main",
}
LIMIT = 150_000


def take(page: Page, source: Path, target: Path, parts: str) -> int:
    """Take a picture of the parts of a page, and return its size in bytes."""
    page.goto(source.as_uri())
    boxes = [box for one in page.locator(parts).all() if (box := one.bounding_box())]
    top = min(box["y"] for box in boxes)
    bottom = max(box["y"] + box["height"] for box in boxes)
    clip = {"x": 0, "y": top, "width": page.evaluate("innerWidth"), "height": bottom - top + 12}
    shot = Image.open(BytesIO(page.screenshot(clip=clip, full_page=True)))
    # 192 colours show the page well, and half of the bytes is left.
    shot.convert("RGB").quantize(192, dither=Image.Dither.NONE).save(target, optimize=True)
    return target.stat().st_size


def main() -> int:
    """Return 0 when each picture is small enough and there is at least one run."""
    PICTURES.mkdir(exist_ok=True)
    found = {name: REPORTS / name / "index.html" for name in SHOWN}
    there = {name: path for name, path in found.items() if path.is_file()}
    print(f"no run of: {', '.join(sorted(found.keys() - there.keys())) or 'none is missing'}")
    large = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1180, "height": 900}, color_scheme="light")
        for name, path in there.items():
            size = take(page, path, PICTURES / f"{name}.png", SHOWN[name])
            print(f"{name}: {size} bytes")
            large += [name] if size > LIMIT else []
        browser.close()
    if large:
        print(f"pictures above {LIMIT} bytes: {', '.join(large)}", file=sys.stderr)
    return 1 if large or not there else 0


if __name__ == "__main__":
    sys.exit(main())
