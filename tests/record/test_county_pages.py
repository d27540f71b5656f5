from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

from citable.tables.reader import load
from scomm.data import mappings
from scomm.evidence import jail_arrests
from scomm.pages.counties import county_html
from scomm.places.cities import place_pages
from scomm.places.counties import county_pages
from scomm.places.datasheets import (
    all_sheets,
    city_counties,
    estimates,
    places,
    state_sheet,
    with_share,
)
from scomm.places.page import PlacePage, Section

from .test_markup import harmless

# One process makes the pages of all places once for these tests.
pytestmark = pytest.mark.xdist_group("places")

TRAVIS, PHILADELPHIA, GARFIELD, SUFFOLK = "48453", "42101", "30033", "25025"


@cache
def every_page() -> dict[str, PlacePage]:
    """The pages of all counties, made once for these tests."""
    return {page.code: page for page in county_pages()}


def section(fips: str, title: str) -> Section:
    """Return the one section of a county's page whose title begins so."""
    (found,) = [part for part in every_page()[fips].sections if part.title.startswith(title)]
    return found


def said(fips: str, title: str) -> str:
    return " ".join(map(str, section(fips, title).sentences))


def test_every_county_has_a_page_and_every_entry_of_the_finder_leads_to_one() -> None:
    pages = every_page()
    assert set(pages) == set(load("activation")["fips"])
    addresses = {place.path for place in places() if place.kind == "county"}
    assert addresses == {f"datasheets/{page.slug}.html" for page in pages.values()}


def test_the_links_of_every_page_lead_to_a_sheet_and_each_county_leads_to_the_next() -> None:
    there = {f"{sheet.slug}.html" for sheet in all_sheets()}
    there |= {f"{page.slug}.html" for page in (*every_page().values(), *place_pages())}
    for page in every_page().values():
        links = [link for part in page.sections for link in part.links]
        links += [link for link in (page.up, page.before, page.after) if link is not None]
        assert {link.href for link in links} <= there, page.title
    for before, after in zip(
        list(every_page().values()), list(every_page().values())[1:], strict=False
    ):
        if before.up == after.up:
            assert before.after is not None
            assert before.after.href == f"{after.slug}.html"
            assert after.before is not None
            assert after.before.href == f"{before.slug}.html"
        else:
            assert before.after is after.before is None


@pytest.mark.parametrize(
    ("fips", "starts", "holds"),
    [
        (TRAVIS, "Travis County: 81.6% to 82.5% of removals to Jun 2010", "of 724; 95% interval"),
        (PHILADELPHIA, "Philadelphia: 56.5% of removals to Feb 2011", "238 of 421; 95% interval"),
        (SUFFOLK, "No share was published for Suffolk County", "is Boston, which lies in it: "),
        (
            GARFIELD,
            "No share was published for Garfield County",
            "is the nation: 28.7% of removals",
        ),
        ("13121", "No share was published for Fulton County", "is Georgia as a whole: "),
        ("42091", "Montgomery County: 38.8% of removals (date not stated)", "grade"),
    ],
)
def test_a_page_begins_with_the_share_or_with_the_nearest_one(
    fips: str, starts: str, holds: str
) -> None:
    first = str(every_page()[fips].first)
    assert first.startswith(starts)
    assert holds in first
    assert "(grade " in first


def test_a_share_is_on_the_page_of_every_county_that_has_one_and_on_no_other() -> None:
    own = {fips for fips, page in every_page().items() if not page.first.startswith("No share")}
    assert own == with_share() & set(every_page())


def test_the_start_of_the_program_is_ranked_among_all_counties() -> None:
    days = load("activation").set_index("fips")["date_secure"]
    for fips in (TRAVIS, PHILADELPHIA, GARFIELD, "48201"):
        text = said(fips, "When Secure")
        earlier = int((days < days[fips]).sum())
        others = int((days == days[fips]).sum()) - 1
        assert f"{earlier:,} of the 3,143 counties started earlier" in text
        assert f"number {earlier + 1:,} of 3,143" in text
        assert (f"; {others:,} other" in text) == (others > 0)
        assert ("no other started that day" in text) == (others == 0)


def test_arrests_of_all_counties_at_once_are_those_of_one() -> None:
    alone = jail_arrests.of_county(TRAVIS)
    table = section(TRAVIS, "Arrests").table
    assert table is not None
    rows = pd.DataFrame(list(table.rows))
    assert rows["arrests"].tolist() == alone.years["arrests"].tolist()
    assert rows["rate"].tolist() == pytest.approx(alone.years["rate"].tolist())
    # Intervals are drawn at random: for one county alone other draws than for all together.
    assert rows["low"].tolist() == pytest.approx(alone.years["low"].tolist(), rel=0.15)
    assert rows["high"].tolist() == pytest.approx(alone.years["high"].tolist(), rel=0.15)
    assert table.chart is not None
    assert table.chart.mark is not None
    assert sum(table.chart.values) == alone.months.sum() == rows["arrests"].sum()
    assert alone.change is not None
    assert f"{alone.change['ratio']:.2f} times as many" in said(TRAVIS, "Arrests")


def test_rates_are_those_of_the_states_sheet() -> None:
    sheet = next(sheet for sheet in all_sheets() if sheet.slug == "state-tx")
    of_state = pd.concat(table.frame for table in sheet.tables if "y2018" in table.frame)
    for row in of_state.itertuples():
        table = section(row.fips, "Arrests").table
        assert table is not None
        (year,) = [found for found in table.rows if found["fiscal_year"] == 2018]
        assert year["arrests"] == row.y2018
        for name in ("rate", "low", "high"):
            assert year[name] == pytest.approx(getattr(row, name), nan_ok=True)


def test_where_no_arrest_is_placed_the_page_says_that_this_is_no_zero() -> None:
    months, _phi, _changes = jail_arrests.all_counties()
    for fips, page in every_page().items():
        text = said(fips, "Arrests")
        if "that is not zero" in text:
            assert section(fips, "Arrests").table is None
            assert fips not in months.columns, page.title
    assert "that is not zero" in said(GARFIELD, "Arrests")


def test_agencies_under_287g_are_on_the_page_of_their_county_with_their_sums() -> None:
    rows = load("s287g").merge(mappings.s287g_counties()[["agency", "fips"]], on="agency")
    on_pages = {
        fips for fips in every_page() if not said(fips, "Agreements").startswith("No agency")
    }
    assert on_pages == set(rows["fips"]) - {""}
    for fips, found in rows[rows["fips"] != ""].groupby("fips"):
        text = said(str(fips), "Agreements")
        assert all(agency in text for agency in found["agency"])
        if found["removed"].notna().any():
            assert f"{int(found['removed'].sum()):,} removed" in text
        else:
            assert "blank" in text or "n/a removed" in text


def test_facilities_are_placed_by_a_city_that_lies_in_one_county() -> None:
    cities = city_counties()
    assert not cities.duplicated(["state", "city"]).any()
    assert ("MD", "BALTIMORE") not in set(zip(cities["state"], cities["city"], strict=True))
    held = load("detention_facilities").merge(cities, on=["state", "city"])
    placed = {fips for fips in every_page() if section(fips, "People held").table is not None}
    assert placed == set(held["fips"]) & set(every_page()), "all but those of territories"
    one = str(held["fips"].iloc[0])
    table = section(one, "People held").table
    assert table is not None
    expected = set(held.loc[held["fips"] == one, "common_name"])
    assert {row["common_name"] for row in table.rows} == expected


def test_the_share_of_the_area_is_that_of_its_sheet() -> None:
    raw = estimates().shares.at["SNA", "raw"]
    assert f"{100 * raw:.1f}% had no recorded conviction" in said(TRAVIS, "The area")


def test_a_page_is_small_and_says_what_it_says_in_words() -> None:
    sizes = {fips: len(county_html(page).encode()) for fips, page in every_page().items()}
    assert max(sizes.values()) < 12_000
    text = county_html(every_page()[TRAVIS])
    assert re.search(
        r"<h1>Travis County, Texas</h1>\s*<p class=.sheet-first.>Travis County: 81", text
    )
    assert "nan" not in re.sub("<[^>]+>", " ", text).split()


def test_the_dot_of_a_place_stands_at_its_share() -> None:
    text = county_html(every_page()[TRAVIS])
    low, high = 591 / 724, 597 / 724
    assert f'<circle cx="{10 + 340 * (low + high) / 2:.1f}" cy="30" r="5"/>' in text
    assert "Travis County, 81.6% to 82.5%" in text
    # Of a place without one the nearest's is hollow.
    assert (
        f'<circle cx="{10 + 340 * 27047 / 94218:.1f}" cy="30" r="5" class="near"/>'
        in county_html(every_page()[GARFIELD])
    )


def test_a_place_that_is_no_county_has_a_page_that_leads_to_its_county_and_back() -> None:
    pages = {page.code: page for page in place_pages()}
    boston = pages["X:boston"]
    assert boston.first.startswith("Boston: 48.0% of removals to Jul 2011")
    links = {link.href for part in boston.sections for link in part.links}
    assert "county-25025.html" in links
    back = {link.href for part in every_page()[SUFFOLK].sections for link in part.links}
    assert "place-boston.html" in back
    addresses = {place.path for place in places()}
    assert {f"datasheets/{page.slug}.html" for page in pages.values()} <= addresses


def test_each_first_number_can_be_checked_where_it_is_traced() -> None:
    (boston,) = [page for page in place_pages() if page.code == "X:boston"]
    assert boston.check.href == "state-ma.html#x-boston"
    checks = {fips: page.check.href for fips, page in every_page().items()}
    assert checks[TRAVIS] == "state-tx.html#share-48453"
    assert checks[GARFIELD] in ("../trace/finding-5-1.html", "state-co.html#s-co")
    for state in {href.partition("#")[0] for href in checks.values() if "#" in href}:
        sheet = state_sheet(state.removeprefix("state-").removesuffix(".html").upper())
        anchors = {anchor for table in sheet.tables for anchor in table.anchors}
        wanted = {href.partition("#")[2] for href in checks.values() if href.startswith(state)}
        assert wanted <= anchors, state


def test_a_hostile_name_is_text() -> None:
    name = '"><script>alert(1)</script>'
    page = replace(every_page()[GARFIELD], title=name, first=name)  # type: ignore[arg-type]
    harmless(county_html(page), name)
