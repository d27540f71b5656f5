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


def test_rows_and_link_of_a_place_can_be_taken(visit: Callable[..., Visit], site: Server) -> None:
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
