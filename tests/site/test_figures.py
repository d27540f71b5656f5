"""Figures of the built book answer a pointer and keys, and are whole without."""

from __future__ import annotations

import gzip
import json
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
def test_keys_and_a_tap_read_a_mark_out(
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


def test_a_place_that_was_looked_up_has_a_ring_until_it_is_forgotten(
    visit: Callable[..., Visit], site: Server
) -> None:
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


def test_the_script_of_figures_is_small(site: Server) -> None:
    assert len(gzip.compress((site.folder / "exhibits" / "figures.js").read_bytes())) <= 12 * 1024
