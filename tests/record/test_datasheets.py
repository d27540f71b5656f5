from __future__ import annotations

import re

import pandas as pd
import pytest

from scomm.data.tables import load
from scomm.record.areas import monthly
from scomm.record.datasheets import (
    all_sheets,
    area_shares,
    area_sheet,
    estimates,
    places,
    state_sheet,
    visible_removals,
    with_share,
)


def test_every_state_and_area_has_a_sheet_and_every_county_a_line() -> None:
    sheets = {sheet.slug: sheet for sheet in all_sheets()}
    assert len(sheets) == 51 + len(area_shares())
    anchors = {
        f"datasheets/{slug}.html#{anchor}"
        for slug, sheet in sheets.items()
        for table in sheet.tables
        for anchor in table.anchors
    }
    found = places()
    counties = [place for place in found if place.kind == "county"]
    assert len(counties) == 3143
    assert {place.path for place in counties} == anchors
    assert {place.path for place in found if place.kind != "county"} == {
        f"datasheets/{slug}.html" for slug in sheets
    }


def test_the_first_line_says_whether_a_share_was_published() -> None:
    assert "was published for Boston" in state_sheet("MA").first
    assert re.search(r"^No share .* was published for Wyoming", state_sheet("WY").first)
    assert "28.7%" in state_sheet("WY").first, "the nearest level with a figure"


def test_a_countys_mark_is_the_ledgers() -> None:
    marked = {place.path[-5:] for place in places() if place.kind == "county" and place.published}
    assert marked == with_share() & set(load("activation")["fips"])


def test_no_visible_cell_is_no_zero() -> None:
    wide = visible_removals()
    kinds = ["Criminal Conviction", "Pending Criminal Charges", "Other Immigration Violator"]
    assert not (wide[kinds] == 0).any(axis=None)
    assert wide[kinds].isna().any(axis=None), "some cells were withheld"
    cells = load("dashboard_removals")
    assert int(wide["visible"].sum()) == int(cells["n"].sum())


def test_a_states_sheet_shows_its_areas_since_2021_with_the_one_split_off() -> None:
    texas = {table.title: table.frame for table in state_sheet("TX").tables}
    shown = texas["The same areas, FY2021 to the first quarter of FY2025"]
    assert {"SNA", "HLG", "DAL"} <= set(shown["aor"])
    seen = visible_removals()
    assert len(shown) == seen["aor"].isin(set(shown["aor"])).sum(), "every year of each"


def test_published_figures_are_drawn_beside_the_nation() -> None:
    table = state_sheet("MA").tables[0]
    assert table.title == "Published figures"
    for line, row in zip(table.frame["line"], table.frame.itertuples(), strict=True):
        assert line.reference == pytest.approx(27047 / 94218)
        assert (line.share_low, line.share_high) == (row.share_low, row.share_high)


def test_an_areas_months_add_up_to_its_years_and_to_its_total() -> None:
    sheet = area_sheet("BOS")
    tables = {table.title: table.frame for table in sheet.tables}
    years = tables["Removals without a recorded conviction, by fiscal year"]
    months = tables["Removals without a recorded conviction, by month"]
    every = monthly("all")
    assert years["n"].sum() == months["n"].sum() == every.n[:, every.codes.index("BOS")].sum()
    assert years["n"].sum() == area_shares().at["BOS", "n"]


def test_estimates_come_from_the_chapters_own_tables() -> None:
    assert estimates({}) is None
    nine = "label,n,raw,low,high,shrunken\nBoston,100,0.4,0.3,0.5,0.41\n"
    ten = "code,label,standardized,low,high\nBOS,Boston,0.45,0.35,0.55\n"
    thirteen = "aor,low,high,said\nBOS,0.1,0.9,cannot be said\n"
    known = estimates({"9.1": nine, "10.2": ten, "13.2": thirteen})
    assert known is not None
    assert known.shares.loc["BOS", ["raw", "standardized", "std_high"]].tolist() == [
        0.4,
        0.45,
        0.55,
    ]
    assert "no share can be said" in known.bounds["BOS"]
    table = area_sheet("BOS", known).tables[0]
    assert isinstance(table.frame, pd.DataFrame)
    assert table.frame["standardized"].tolist() == [0.45]
