"""Test the figures of the built book by pointer and keyboard, and without scripts."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tools.browser import DESKTOP, PHONE, Server, Visit, axe

pytestmark = pytest.mark.browser
PAGE, FIGURE = "notebooks/06-jurisdictions.html", "#figure-6-1"


def rows(folder: Path) -> list[list[str]]:
    text = (folder / "exhibits" / "figure-6-1.js").read_text(encoding="utf-8")
    found: list[list[str]] = json.loads(text[text.index("=", text.index("]")) + 1 : -2])["rows"]
    return found


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_keyboard_and_tap_read_marks_out(
    visit: Callable[..., Visit], site: Server, width: int
) -> None:
    seen = visit(f"{site.address}/{PAGE}", width=width)
    page, expected = seen.page, rows(site.folder)
    page.mouse.wheel(0, 100)  # the script comes with a reader's first move
    page.locator(FIGURE).scroll_into_view_if_needed()
    box = page.locator(f"{FIGURE} .figure-marks:visible")
    said = page.locator(f"{FIGURE} .figure-readout")
    box.press("ArrowDown")
    expect(said).to_contain_text(f"{expected[0][0]} · {expected[0][1]}")
    box.press("ArrowDown")
    expect(said).to_contain_text(f"{expected[1][0]} · {expected[1][1]}")
    ring, whole = page.locator(f"{FIGURE} .figure-ring").bounding_box(), box.bounding_box()
    assert ring is not None
    assert whole is not None
    middle = (ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2)
    box.press("Escape")
    expect(said).to_be_empty()
    box.click(position={"x": middle[0] - whole["x"], "y": middle[1] - whole["y"]})
    expect(said).to_contain_text(f"{expected[1][0]} · {expected[1][1]}")
    page.get_by_role("button", name="Show as a table").first.click()
    page.evaluate("scrollTo(0, 0)")  # a header that stays would lie over what axe measures
    assert axe(page) == []
    assert seen.errors == []


def test_selected_place_is_ringed_until_cleared(visit: Callable[..., Visit], site: Server) -> None:
    page = visit(f"{site.address}/datasheets/county-06087.html").page
    page.mouse.wheel(0, 100)
    expect(page.locator(".place-kept")).to_contain_text("on this device only")
    page.goto(f"{site.address}/{PAGE}")
    mine = page.locator(f"{FIGURE} .figure-mine")
    page.mouse.wheel(0, 100)
    expect(page.locator(".figure-place").first).to_contain_text("Santa Cruz County, CA")
    page.get_by_role("button", name="Forget it").first.click()
    expect(mine).to_have_count(0)
    assert page.evaluate("localStorage.getItem('place')") is None


def test_readout_of_a_tall_figure_is_visible_beside_its_mark(
    visit: Callable[..., Visit], site: Server
) -> None:
    page = visit(f"{site.address}/{PAGE}", width=PHONE).page
    page.mouse.wheel(0, 100)
    box = page.locator("#figure-6-2 .figure-marks:visible")
    expect(box).to_be_visible()
    tall = page.locator("#figure-6-2").bounding_box()
    for part in (0.3, 0.5, 0.75):
        box.evaluate(
            "(box, part) => { const at = box.getBoundingClientRect(); scrollBy({ top: at.top + part * at.height"
            " - innerHeight + 20, behavior: 'instant' }); }",
            part,
        )
        whole = box.bounding_box()
        assert whole is not None
        box.click(position={"x": whole["width"] / 2, "y": part * whole["height"]})
        line = page.locator("#figure-6-2 .figure-said")
        expect(line).to_be_in_viewport(ratio=1)
        said, ring = line.bounding_box(), page.locator("#figure-6-2 .figure-ring").bounding_box()
        assert said is not None
        assert ring is not None
        assert ring["y"] + ring["height"] <= said["y"] or said["y"] + said["height"] <= ring["y"]
    after = page.locator("#figure-6-2").bounding_box()
    assert tall is not None
    assert after is not None
    assert tall["height"] == after["height"], "nothing moves for it"


def test_heavy_map_is_loaded_lazily(visit: Callable[..., Visit], site: Server) -> None:
    address = f"{site.address}/notebooks/09-jail-door.html"
    for script in (True, False):
        seen = visit(address, java_script_enabled=script)
        page, figure = seen.page, seen.page.locator("#figure-9-7")
        assert page.locator("#figure-9-7 svg").count() == 0
        page.mouse.wheel(0, 100)
        figure.scroll_into_view_if_needed()
        if script:
            expect(figure.locator("svg path").first).to_be_attached()
            figure.locator(".figure-marks").press("ArrowDown")
            expect(figure.locator(".figure-said")).to_contain_text("County")
        else:
            picture = figure.locator("img")
            expect(picture).to_have_js_property("complete", True)
            assert picture.evaluate("(picture) => picture.naturalWidth") > 0
        assert seen.errors == []


@pytest.mark.parametrize(
    ("chapter", "name"),
    [("06-jurisdictions", "6-2"), ("10-areas", "10-1"), ("09-jail-door", "9-7")],
)
def test_a_figure_fits_the_frame_that_its_code_offers(
    visit: Callable[..., Visit], site: Server, chapter: str, name: str
) -> None:
    page = visit(f"{site.address}/notebooks/{chapter}.html", width=DESKTOP).page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.mouse.wheel(0, 100)
    page.locator(f"#figure-{name}").get_by_role("button", name="Copy code to embed").click()
    expect(page.locator(f"#figure-{name}").get_by_role("button", name="Copied")).to_be_visible()
    code = str(page.evaluate("navigator.clipboard.readText()"))
    found = re.search(r'height="(\d+)"', code)
    assert found is not None
    framed = visit(f"{site.address}/exhibits/figure-{name}.html", width=700).page
    framed.set_viewport_size({"width": 700, "height": 300})
    needed = framed.evaluate("document.documentElement.scrollHeight")
    assert needed <= int(found[1]) <= needed + 90


def test_the_script_of_figures_is_small(site: Server) -> None:
    assert len(gzip.compress((site.folder / "exhibits" / "figures.js").read_bytes())) <= 12 * 1024
