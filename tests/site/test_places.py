"""The page of a county or city: its first line, its dot, and what can be taken from it."""

from __future__ import annotations

import csv
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tools.browser import PHONE, Server, Visit

pytestmark = pytest.mark.browser
TRAVIS = "datasheets/county-48453.html"


def test_a_place_answers_without_a_script(visit: Callable[..., Visit], site: Server) -> None:
    page = visit(f"{site.address}/{TRAVIS}", width=PHONE, java_script_enabled=False).page
    first = page.locator(".sheet-first")
    expect(first).to_contain_text("81.6% to 82.5% of removals")
    box = first.bounding_box()
    assert box
    assert box["y"] + box["height"] < 844
    expect(page.get_by_role("img", name="Travis County, 81.6% to 82.5%")).to_be_visible()
    links = page.locator("nav.actions a")
    expect(links).to_have_count(4)
    assert page.locator("nav.actions button").count() == 0


@pytest.mark.parametrize("place", [TRAVIS, "datasheets/place-boston.html"])
def test_a_first_number_leads_to_where_it_was_printed(
    visit: Callable[..., Visit], site: Server, place: str
) -> None:
    page = visit(f"{site.address}/{place}", width=PHONE).page
    page.get_by_role("link", name="Where this number was printed").click()
    row = page.locator("tr:target, tr:has(:target)")
    expect(row).to_be_visible()
    expect(row).to_contain_text("Travis" if place is TRAVIS else "Boston")


def test_place_rows_and_link_can_be_copied(visit: Callable[..., Visit], site: Server) -> None:
    page = visit(f"{site.address}/{TRAVIS}", permissions=["clipboard-read", "clipboard-write"]).page
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download these rows (CSV)").click()
    assert taken.value.suggested_filename == "county-48453.csv"
    with taken.value.path().open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["place"] for row in rows} == {"Travis County, Texas"}
    assert rows[0]["value"] == page.locator(".sheet-first").inner_text()
    assert len(rows) == 1 + page.locator("table.data tbody td").count()
    arrests = [row for row in rows if row["column"] == "Arrests"]
    assert [row["row"] for row in arrests] == ["2016", "2017", "2018", "2019"]
    page.get_by_role("button", name="Copy link").click()
    assert page.evaluate("navigator.clipboard.readText()").endswith(TRAVIS)


def test_a_place_has_the_menu_and_the_color_scheme_of_the_book(
    visit: Callable[..., Visit], site: Server
) -> None:
    page = visit(f"{site.address}/{TRAVIS}", width=PHONE, color_scheme="light").page
    page.get_by_role("button", name="Toggle Light / Dark / Auto color theme").click()
    paper = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(paper)
    page.locator(".book-header summary").click()
    page.get_by_role("link", name="1. What was claimed").click()
    page.wait_for_url("**/notebooks/01-claims.html")
    assert page.locator("body").get_attribute("data-theme") == "dark"
    assert page.evaluate(paper) == dark


def test_a_place_prints_its_tables_and_no_controls(
    visit: Callable[..., Visit], site: Server
) -> None:
    page = visit(f"{site.address}/{TRAVIS}").page
    expect(page.locator("nav.actions button").first).to_be_visible()
    page.emulate_media(media="print")
    tables = page.locator("table.data")
    assert tables.count()
    for table in tables.all():
        expect(table).to_be_visible()
    expect(page.locator("nav.actions")).to_be_hidden()
    expect(page.locator(".book-header")).to_be_hidden()
    size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('h2 + p')).fontSize)")
    assert size == pytest.approx(10.5 * 96 / 72)


@pytest.mark.parametrize("sheet", ["datasheets/state-ca.html", "datasheets/area-los.html"])
def test_a_sheet_has_the_actions_of_a_place(
    visit: Callable[..., Visit], site: Server, sheet: str
) -> None:
    permitted = ["clipboard-read", "clipboard-write"]
    page = visit(f"{site.address}/{sheet}", permissions=permitted).page
    page.get_by_role("button", name="Copy link").click()
    assert page.evaluate("navigator.clipboard.readText()").endswith(sheet)
    names = page.locator("nav.actions button").all_inner_texts()
    assert names == ["Copy citation", "Copied", "Download these rows (CSV)", "Print"]


def test_larger_county_of_one_name_ranks_first(visit: Callable[..., Visit], site: Server) -> None:
    page = visit(f"{site.address}/index.html").page
    page.locator("#find-place").fill("Cook County")
    expect(page.locator(".find li a").first).to_have_text("Cook County, IL")


def test_first_line_mentions_contradicting_shares(
    visit: Callable[..., Visit], site: Server
) -> None:
    page = visit(f"{site.address}/datasheets/place-boston.html").page
    section = page.locator("article > p", has_text="They run from").inner_text()
    span = section.split("They run from ")[1].split("%.")[0]
    expect(page.locator(".sheet-first")).to_contain_text(f"run from {span}%")
    page.goto(f"{site.address}/index.html")
    page.locator("#find-place").fill("Boston")
    expect(page.locator(".find li").first).to_contain_text(f"run from {span}%")
