from __future__ import annotations

import re
from functools import cache

import pandas as pd
import pytest

from citable.display.checks import text_problems
from citable.display.figures import NARROW, WIDE
from citable.display.formats import fmt
from citable.display.tables import to_html
from citable.tables.reader import load
from scomm.data import ledger, mappings
from scomm.evidence.published import published
from scomm.places.counties import county_pages
from scomm.places.datasheets import (
    Sheet,
    all_sheets,
    area_sheet,
    city_counties,
    county_anchor,
    estimates,
    place_address,
    place_anchor,
    place_slug,
    places,
    places_with_share,
    state_page,
    state_sheet,
    visible_removals,
    with_share,
)
from scomm.places.figures import short_figure
from scomm.places.ledger import running_total
from scomm.places.sheet_chart import series_chart

# One process makes the pages of all places once for these tests.
pytestmark = pytest.mark.xdist_group("places")


def test_every_state_and_area_has_a_sheet_and_every_county_a_line() -> None:
    sheets = {sheet.slug: sheet for sheet in all_sheets()}
    assert len(sheets) == 51 + len(estimates().shares)
    anchors = {
        f"datasheets/{slug}.html#{name}"
        for slug, sheet in sheets.items()
        for table in sheet.tables
        for name in table.anchors
        if name
    }
    found = places()
    counties = [place for place in found if place.kind == "county"]
    assert len(counties) == 3143
    assert len({place.path for place in counties}) == 3143
    lines = {place.path for place in found if place.kind == "place" and "state-" in place.path}
    assert {place.path for place in found if place.kind == "place"} - lines == {
        f"datasheets/{place_slug(code)}.html" for code in places_with_share()
    }
    lines |= {
        f"datasheets/{state_page(place.state)}#{county_anchor(place.path[-10:-5])}"
        for place in counties
    }
    printed = {place_anchor(item.place_code) for item in published().values()}
    on_states = {path for path in anchors if "datasheets/state" in path}
    assert lines == {path for path in on_states if path.partition("#")[2] not in printed}
    links = {
        page for sheet in sheets.values() for table in sheet.tables for page in table.pages if page
    }
    assert links == {place.path.removeprefix("datasheets/") for place in counties}
    assert {place.path for place in found if place.kind in ("state", "area")} == {
        f"datasheets/{slug}.html" for slug in sheets
    }


def test_the_first_line_says_whether_a_share_was_published() -> None:
    assert "was published for Boston" in state_sheet("MA").first
    assert re.search(r"^No share .* was published for Wyoming", state_sheet("WY").first)
    assert "28.7%" in state_sheet("WY").first, "the nearest level with a figure"


def test_a_countys_mark_is_the_ledgers() -> None:
    marked = {
        place.path[-10:-5] for place in places() if place.kind == "county" and place.published
    }
    assert marked == with_share() & set(load("activation")["fips"])


def test_no_visible_cell_is_not_zero() -> None:
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
    assert years["n"].sum() == months["n"].sum() == estimates().shares.at["BOS", "n"]


def test_an_areas_estimates_are_those_of_the_chapters_functions() -> None:
    shares = estimates().shares
    sheet = {table.title: table.frame for table in area_sheet("BOS").tables}
    printed = sheet["Removals, FY2016 to August of FY2019"].iloc[0]
    assert printed["raw"] == shares.at["BOS", "x"] / shares.at["BOS", "n"]
    assert printed[["standardized", "std_high"]].tolist() == list(
        shares.loc["BOS", ["standardized", "std_high"]]
    )
    assert shares.index.tolist() == sorted(shares.index)
    assert "no share can be said" in estimates().bounds["BOS"]


@cache
def every_sheet() -> list[Sheet]:
    """Every sheet, made once for these tests."""
    return all_sheets()


# Rows of the ledger that are about no one place: the country, or a list of places.
NO_PLACE = {
    "US": "the country",
    "X:list": "how many jurisdictions are on the agency's list",
    "X:states": "how many states are over one half",
    "X:united-states-541-counties": "541 counties of the country together",
}


def test_every_published_figure_about_a_place_is_on_sheets_and_found() -> None:
    figures = ledger.figures()
    sheets = {}
    for sheet in every_sheet():
        ids = [set(table.frame["id"]) for table in sheet.tables if "printed" in table.frame]
        sheets[sheet.slug] = set().union(*ids)
    found = [place for place in places() if place.published or place.figures]
    for row in figures.itertuples():
        shown = [slug for slug, ids in sheets.items() if row.id in ids]
        if row.place_code in NO_PLACE:
            assert shown == []
            continue
        assert f"state-{row.state.lower()}" in shown, row.id
        assert any(slug.startswith("area-") for slug in shown), row.id
        for code in row.place_code.split("+"):
            lines = {
                "S": f"state-{row.state.lower()}.html",
                "X": place_address(code, row.state),
            }
            ends = lines.get(code[0], f"county-{code}.html")
            assert [place for place in found if place.path.endswith(ends)], row.id


def test_every_share_is_on_a_table_of_its_state_and_of_an_area() -> None:
    keys = {
        sheet.slug: {
            key for table in sheet.tables if "line" in table.frame for key in table.frame["key"]
        }
        for sheet in every_sheet()
    }
    for item in published().values():
        if item.place_code in NO_PLACE:
            continue
        assert item.key in keys[f"state-{item.state.lower()}"]
        assert any(item.key in held for slug, held in keys.items() if slug.startswith("area-"))
    for area, starts in {
        "bos": ("boston", "massachusetts"),
        "chi": ("illinois",),
        "buf": ("new-york",),
        "nyc": ("new-york",),
        "den": ("colorado",),
        "det": ("miami-valley",),
        "atl": ("georgia", "north-carolina", "south-carolina"),
        "sea": ("oregon",),
        "mia": ("florida",),
        "los": ("ca_",),
        "sfr": ("ca_",),
        "snd": ("ca_",),
    }.items():
        for start in starts:
            assert any(key.startswith(start) for key in keys[f"area-{area}"]), (area, start)
    assert sum(key.startswith("boston") for key in keys["area-bos"]) == 4


def test_no_first_line_says_none_where_a_figure_was_published() -> None:
    for sheet in every_sheet():
        rows = [table.frame for table in sheet.tables if "printed" in table.frame]
        shares = [table.frame for table in sheet.tables if "line" in table.frame]
        none = str(sheet.first).startswith("No share")
        assert none == (not rows), sheet.slug
        assert str(sheet.first).startswith("A share") == bool(shares), sheet.slug
        if rows and not shares:
            bare = rows[0].loc[rows[0]["metric"] == "share_without_conviction", "cutoff"]
            assert (bare == "").all(), f"{sheet.slug}: a share dated to a month"


def test_a_total_or_share_that_was_printed_is_never_called_not_printed() -> None:
    cutoffs = ledger.cutoffs()
    for sheet in every_sheet():
        for table in sheet.tables:
            if "line" not in table.frame:
                continue
            for row in table.frame.itertuples():
                typed = cutoffs.loc[row.key]
                assert (str(row.counts) == "not printed") == (not typed["n_ids"]), row.key
                assert str(row.share) != "not printed", row.key
                assert "n/a" not in f"{row.counts} {row.share} {row.until}"
    texas = next(table.frame for table in state_sheet("TX").tables if "line" in table.frame)
    assert "591 to 597 (computed here) of 724" in set(map(str, texas["counts"]))


def test_a_count_that_no_source_prints_is_called_computed() -> None:
    cutoffs = ledger.cutoffs()
    rows = pd.concat(
        table.frame for sheet in every_sheet() for table in sheet.tables if "line" in table.frame
    )
    for row in rows.itertuples():
        typed = cutoffs.loc[row.key]
        printed = bool(typed["x_ids"]) and typed["basis"] != "parts added"
        assert ("computed here" in str(row.counts)) == (bool(typed["n_ids"]) and not printed)
    shown = dict(zip(rows["key"], rows["share"], strict=True))
    assert shown["illinois_2011-02"] == "more than 30%"
    assert str(shown["illinois_2010-12"]) == "at most 31.6%, computed here"


def test_running_totals_stand_apart_from_figures_of_a_part_of_the_time() -> None:
    part = {item.key for item in published().values() if not running_total(item)}
    assert "massachusetts_2012-08" in part
    for sheet in every_sheet():
        for table in sheet.tables:
            if "line" in table.frame:
                apart = table.title.startswith("For a part of the time")
                assert all((key in part) == apart for key in table.frame["key"]), sheet.slug


def test_two_sources_of_one_figure_are_called_one() -> None:
    note = next(table.note for table in state_sheet("MD").tables if "line" in table.frame)
    assert "Feb 2011 and Mar 2011: one published figure" in note


def test_the_cover_of_every_state_reaches_its_end() -> None:
    for sheet in every_sheet():
        table = next(table.frame for table in sheet.tables if "people" in table.frame)
        assert (table["counties"] == table["of"]).any(), sheet.slug


def test_hidden_dashboard_count_is_neither_blank_nor_zero() -> None:
    for sheet in every_sheet():
        for table in sheet.tables:
            if "convicted" in table.frame:
                assert set(table.frame["agency"]) <= {"ICE", "CBP"}
                shown = table.frame[["convicted", "pending", "neither"]].astype(str)
                assert not shown.isin(["0", "n/a", "nan", ""]).any(axis=None), sheet.slug


def test_a_list_of_places_tells_counties_from_states() -> None:
    assert "for Boston and Massachusetts as a whole." in state_sheet("MA").first
    assert "Boston (MA), Massachusetts as a whole and Rhode Island as" in area_sheet("BOS").first


def test_a_city_leads_to_the_county_in_which_the_agency_has_it() -> None:
    found = {place.path[-10:-5]: place for place in places() if place.kind == "county"}
    assert "Austin" in found["48453"].aliases
    assert {"Philadelphia", "Philly"} <= set(found["42101"].aliases)
    assert found["25025"].inside == "Boston"
    facilities = load("facilities")
    cities = set(facilities["city"].dropna().str.title())
    typed = {name for names in mappings.places()["aliases"] for name in names.split(";")}
    for place in found.values():
        assert set(place.aliases) <= cities | typed, place.name


def test_cities_that_people_look_for_lead_to_their_county() -> None:
    found = {place.code: place for place in places() if place.kind == "county"}
    rows = mappings.cities()
    for row in rows.itertuples():
        assert row.city in found[row.fips].cities, row.city
    # Where the agency's list knows the city too, both name one county.
    listed = city_counties().set_index(["state", "city"])["fips"]
    both = [(row, listed.get((row.state, row.city.upper()))) for row in rows.itertuples()]
    both = [(row, fips) for row, fips in both if fips is not None]
    assert len(both) > 80
    # The list has the one facility of Charleston, South Carolina, in York County.
    differ = [(row.city, row.fips, fips) for row, fips in both if row.fips != fips]
    assert differ == [("Charleston", "45019", "45091")]


def test_a_places_short_figure_is_the_first_of_its_county_page() -> None:
    first = {page.code: str(page.first) for page in county_pages()}
    for place in places():
        if place.kind == "county":
            share = str(short_figure(place)).rpartition(", n")[0].rpartition(": ")[2]
            assert share.rpartition(", ")[2] in first[place.code], place.name


def test_every_place_without_a_county_code_is_in_the_list_of_places() -> None:
    placed = mappings.places()
    coded = {code for code in ledger.figures()["place_code"] if code.startswith("X:")}
    assert coded - set(placed["place_code"]) == set(NO_PLACE) - {"US"}
    known = set(load("county_names")["fips"])
    assert {fips for cell in placed["within"] for fips in cell.split()} <= known
    assert placed["reason"].str.len().min() > 0


def test_facilities_are_named_in_normal_case_and_kept_as_the_agency_spells_them() -> None:
    (table,) = [table for table in state_sheet("TX").tables if "largest facilities" in table.title]
    assert "DALLAS COUNTY JAIL" in set(table.frame["facility"]), "what the CSV file has"
    shown = to_html(table.frame, table.columns, caption="", identifier="t")
    assert "Dallas County Jail" in shown
    assert "BSCC Flightline Unit" in shown
    assert "DALLAS" not in shown


@pytest.mark.parametrize("code", estimates().shares.index)
def test_a_long_table_of_an_area_is_drawn_and_folded(code: str) -> None:
    long = [table for table in area_sheet(code).tables if len(table.frame) > 30 and not table.dense]
    (months,) = [table for table in long if "month" in table.frame]
    assert months.folded
    chart = months.chart
    assert chart
    assert len(chart.labels) == len(months.frame)
    for layout in (WIDE, NARROW):
        svg = series_chart(layout, chart.labels, chart.values, str(chart.alt))
        assert text_problems(svg) == []
        # Every point of the line reads back as the share of its month.
        ends = re.findall(r'<path d="M[\d.]+ ([\d.]+)L[\d.]+ [\d.]+" stroke="#\w+" .*?>', svg)
        top, bottom = min(map(float, ends)), max(map(float, ends[:5]))
        (line,) = re.findall(r'd="([^"]+)" stroke="#\w+" stroke-width="2.2"', svg)
        drawn = [
            (bottom - float(y)) / (bottom - top) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", line)
        ]
        assert drawn == pytest.approx(list(months.frame["share"].dropna()), abs=0.001)
    known = months.frame.dropna(subset="share")
    for value in (known["share"].min(), known["share"].max()):
        assert fmt(value, "pct") in str(chart.alt)
        assert fmt(value, "pct") in str(chart.words)


def test_a_month_without_removals_has_no_point_and_breaks_the_line() -> None:
    labels = ["", "2016", "", "", ""]
    svg = series_chart(WIDE, labels, [0.5, float("nan"), 0.2, float("nan"), 0.0], "alt")
    (line,) = re.findall(r'd="([^"]*)" stroke="#\w+" stroke-width="2.2"', svg)
    assert line.count("M") == 3
    assert "L" not in line
    assert svg.count("<circle") == 3
