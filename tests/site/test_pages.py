"""Every page of the built book: rules of accessibility, structure, errors, weight."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from ..browsing import DESKTOP, NARROWEST, PHONE, Server, Visit, axe, sideways, structure
from .conftest import kind

pytestmark = pytest.mark.browser

# Kilobytes and requests of a first view; a kind not named has the chapter's.
BUDGETS = {"landing": (150, 15), "chapter": (250, 15)}


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Visit]:
    """One phone that goes from page to page."""
    context = browser.new_context(viewport={"width": PHONE, "height": 844}, color_scheme="light")
    yield Visit(context.new_page())
    context.close()


def test_a_page_is_whole_on_a_phone(phone: Visit, site: Server, any_page: str) -> None:
    phone.clear()
    phone.page.goto(f"{site.address}/{any_page}", wait_until="load")
    assert phone.errors == []
    assert phone.foreign == []
    assert structure(phone.page) == []
    # At 320 pixels it is what a desktop shows at 400 %.
    phone.page.set_viewport_size({"width": NARROWEST, "height": 800})
    assert sideways(phone.page) == []
    phone.page.set_viewport_size({"width": PHONE, "height": 844})
    assert axe(phone.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_kind_of_page_is_accessible(
    visit: Callable[..., Visit], site: Server, one_of_kind: str, width: int, scheme: str
) -> None:
    seen = visit(f"{site.address}/{one_of_kind}", width=width, color_scheme=scheme)
    seen.page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    assert sideways(seen.page) == []
    assert axe(seen.page) == []


def weigh(browser: Browser, address: str, width: int) -> tuple[float, int]:
    """Return the kilobytes and requests of a page's first view, as they came over the wire."""
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    sizes: list[float] = []
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address, wait_until="networkidle")
    context.close()
    return round(sum(sizes) / 1000, 1), len(sizes)


def test_a_page_is_light(
    browser: Browser,
    site: Server,
    weighed: str,
    record_property: Callable[[str, object], None],
) -> None:
    kilobytes, asked = weigh(browser, f"{site.address}/{weighed}", PHONE)
    record_property("weight", (weighed, kilobytes, asked))
    most, requests = BUDGETS.get(kind(weighed), BUDGETS["chapter"])
    assert kilobytes <= most
    assert asked <= requests


def test_a_number_is_checked_in_the_page_and_a_forged_row_is_found_out(
    visit: Callable[..., Visit], site: Server
) -> None:
    page = visit(f"{site.address}/trace/finding-6-1.html").page
    button = page.get_by_role("button", name="Check this number")
    button.click()
    expect(page.locator(".check [role=status] p")).to_have_text("Agrees.")
    rows = (site.folder / "trace" / "finding-6-1-rows.csv").read_text(encoding="utf-8")
    forged = "".join(rows.splitlines(keepends=True)[:-1])
    page.route("**/finding-6-1-rows.csv", lambda route: route.fulfill(body=forged))
    button.click()
    expect(page.locator(".check [role=status] p")).to_have_text("Does not agree.")


def test_the_colours_of_figures_follow_the_page(visit: Callable[..., Visit], site: Server) -> None:
    seen = {}
    for scheme in ("light", "dark"):
        page = visit(f"{site.address}/notebooks/06-jurisdictions.html", color_scheme=scheme).page
        seen[scheme] = page.locator("figure.exhibit svg text").first.evaluate(
            "(text) => getComputedStyle(text).fill"
        )
    assert seen == {"light": "rgb(95, 92, 86)", "dark": "rgb(170, 166, 156)"}


def test_the_first_page_finds_a_place(visit: Callable[..., Visit], site: Server) -> None:
    page = visit(f"{site.address}/index.html", width=PHONE).page
    page.get_by_role("searchbox").first.fill("seattle")
    expect(page.locator("form.find li a").first).to_contain_text("Seattle")
    page.keyboard.press("Enter")
    page.wait_for_url("**/datasheets/area-sea.html")
