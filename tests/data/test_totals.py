"""The committed tables add up to what the releases and their publishers say."""

from __future__ import annotations

import pandas as pd
import pytest

from citable.tables.reader import load
from scomm.data import mappings
from scomm.data.restrictions import (
    county_jails,
    local_jail_arrests,
    outside_fast_track,
    whole_fiscal_years,
)


@pytest.fixture(scope="module")
def removals() -> pd.DataFrame:
    return load("removals")


def by_year(frame: pd.DataFrame) -> list[int]:
    return frame.groupby("fiscal_year", observed=True)["n"].sum().tolist()


def test_removals_by_year(removals: pd.DataFrame) -> None:
    assert by_year(removals) == [240_255, 226_119, 256_085, 241_513]


def test_threat_level_not_recorded(removals: pd.DataFrame) -> None:
    none = removals[~removals["threat_level_recorded"]]
    assert by_year(none) == [101_586, 98_420, 110_817, 110_671]


def test_lag_removals(removals: pd.DataFrame) -> None:
    lag = removals[removals["lag"]]
    assert by_year(lag)[:3] == [4_731, 5_470, 3_680]


@pytest.mark.parametrize(
    ("year", "country", "published"),
    [
        (2018, "GUATEMALA", 50_390),
        (2018, "HONDURAS", 28_894),
        (2018, "EL SALVADOR", 15_445),
        (2016, "MEXICO", 149_821),
    ],
)
def test_removals_by_citizenship(
    removals: pd.DataFrame, year: int, country: str, published: int
) -> None:
    here = removals[(removals["fiscal_year"] == year) & (removals["citizenship"] == country)]
    assert here["n"].sum() == published


def test_blank_dispositions_stay_and_are_outside_the_fast_track(removals: pd.DataFrame) -> None:
    blank = removals[removals["disposition"] == "not recorded"]
    assert blank["n"].sum() == 5_715
    kept, step = outside_fast_track(removals)
    assert (kept["disposition"] == "not recorded").sum() == len(blank)
    assert step.before == 963_972
    assert step.before - step.left_out == step.kept


def test_apprehension_dates() -> None:
    frame = load("removals_by_apprehension")
    status = frame.groupby("apprehension_status", observed=True)["n"].sum()
    assert status["missing"] == 14_235
    assert status["before 1990"] == 303
    # Departed before apprehension: 1,874 in all; a date before 1990 is never after departure.
    assert status["after departure"] == 1_874
    assert status.sum() == 963_972


@pytest.mark.parametrize(
    ("cohort", "share"),
    [("2015-10-01", 0.124), ("2016-12-01", 0.235), ("2017-01-01", 0.199), ("2017-02-01", 0.276)],
)
def test_cohorts_removed_within_180_days(cohort: str, share: float) -> None:
    frame = load("removals_by_apprehension")
    here = frame[
        (frame["apprehension_month"] == cohort)
        & ~frame["fast_track"]
        & frame["days_to_departure"].isin(["0 to 30", "31 to 90", "91 to 180"])
    ]
    none = here.loc[~here["threat_level_recorded"], "n"].sum()
    assert round(none / here["n"].sum(), 3) == share


def test_arrests_by_year() -> None:
    frame = load("arrests")
    assert by_year(frame) == [110_104, 143_470, 158_581, 131_904]
    assert frame["n"].sum() == 544_059
    whole, step = whole_fiscal_years(frame)
    assert (step.before, step.left_out, step.kept) == (544_059, 131_904, 412_155)
    blank = whole[whole["aor"] == "not recorded"]
    assert (blank["n"].sum(), whole.loc[whole["aor"] == "HQ", "n"].sum()) == (1_392, 37)


def test_four_arrests_of_september_2019_stay() -> None:
    frame = load("arrests")
    stray = frame[frame["month"] == "2019-09-01"]
    assert stray["n"].sum() == 4
    assert set(stray["landmark"]) == {"HARRIS COUNTY JAIL, HOUSTON, TX"}
    assert frame["month"].max() == pd.Timestamp(2019, 9, 1)


@pytest.mark.parametrize(
    ("method", "before", "after"),
    [
        ("CAP Local Incarceration", 37_542, 66_806),
        ("287(g) Program", 3_833, 8_813),
        ("CAP Federal Incarceration", 22_010, 21_899),
        ("CAP State Incarceration", 10_428, 10_516),
    ],
)
def test_arrests_in_twelve_months_before_and_after(method: str, before: int, after: int) -> None:
    frame = load("arrests")
    months = frame[frame["method"] == method].groupby("month", observed=True)["n"].sum()
    assert months["2016-02":"2017-01"].sum() == before
    assert months["2017-02":"2018-01"].sum() == after


def test_seattle() -> None:
    assert load("seattle_arrests")["n"].sum() == 32_549
    assert load("seattle_bookins")["n"].sum() == 36_811
    kinds = load("seattle_removals").groupby("kind")["n"].sum()
    assert (kinds["expedited removal"], kinds["other removal"]) == (6_529, 20_384)
    assert load("seattle_cap_removals")["n"].sum() == 1_917
    _, step = local_jail_arrests(load("seattle_arrests"))
    assert 0 < step.kept < step.before


def test_lines_that_repeat_another() -> None:
    frame = load("removals_repeats")
    assert frame["repeats"].sum() == 247_178
    assert (frame["lines"] - frame["distinct"] == frame["repeats"]).all()
    # Their lines are the records of the other tables, of each kind.
    none = frame[~frame["threat_level_recorded"]]
    removals = load("removals")
    assert frame["lines"].sum() == removals["n"].sum()
    assert none["lines"].sum() == removals.loc[~removals["threat_level_recorded"], "n"].sum()
    assert none["lines"].sum() / frame["lines"].sum() == pytest.approx(0.437, abs=5e-4)
    assert none["distinct"].sum() / frame["distinct"].sum() == pytest.approx(0.371, abs=5e-4)


def test_seattle_releases_agree_in_all_comparable_cells_but_one() -> None:
    frame = load("seattle_agreement")
    same = frame[frame["same_number"]].set_index("same_split")["cells"]
    assert same.to_dict() == {True: 2_648, False: 1}
    assert frame.loc[~frame["same_number"], "cells"].tolist() == [23]
    assert frame["in_removals_files"].sum() == 10_208
    assert frame.loc[~frame["same_split"], "cells"].tolist() == [1]


def test_detainers() -> None:
    pennsylvania = load("detainers_pa")
    assert pennsylvania["n"].sum() == 32_757
    moshannon = pennsylvania[pennsylvania["facility"] == "MOSHANNON VALLEY CORRECTIONAL"]
    assert moshannon["n"].sum() == 7_948
    assert county_jails(pennsylvania)[1].kept == 12_030
    nation = load("detainers_fy2015")
    assert nation["n"].sum() == 79_053
    assert nation.loc[nation["facility"] == "OTHER-OTHER FACILITY", "n"].sum() == 9_014


def test_dashboard_is_as_published() -> None:
    frame = load("dashboard_removals")
    assert len(frame) == 7_715
    assert by_year(frame)[:4] == [42_785, 54_370, 117_680, 235_577]
    assert frame["n"].min() == 10


def test_activation() -> None:
    frame = load("activation")
    dated = frame["date_secure"].dropna()
    assert (len(dated), str(dated.min())[:10], str(dated.max())[:10]) == (
        3_143,
        "2008-10-27",
        "2013-01-22",
    )
    agree = frame["agree"].dropna()
    assert (int(agree.astype(bool).sum()), len(agree)) == (3_094, 3_102)


def test_287g_by_year() -> None:
    frame = load("s287g")
    assert len(frame) == 73 * 8
    assert frame["agency"].nunique() == 73
    years = frame.groupby("fiscal_year")[["identified", "removed"]].sum()
    assert years["identified"].tolist() == [
        6_154, 22_338, 45_666, 60_223, 48_169, 39_341, 30_893, 15_281,
    ]  # fmt: skip
    assert years["removed"].tolist() == [
        4_219, 16_377, 36_509, 42_487, 26_871, 23_745, 13_129, 11_767,
    ]  # fmt: skip
    assert years.sum().tolist() == [268_065, 175_104]


def test_287g_blank_is_not_zero() -> None:
    frame = load("s287g")
    assert frame[["identified", "removed"]].isna().sum().tolist() == [166, 171]
    assert frame[["identified", "removed"]].eq(0).sum().tolist() == [47, 40]
    florence = frame[frame["state"].isna()]
    assert set(florence["agency"]) == {"Florence Police Department"}
    assert florence["removed"].dropna().eq(0).all()


def test_287g_agencies() -> None:
    frame = load("s287g")
    removed = frame.groupby("agency")["removed"].sum().sort_values(kind="stable")
    assert removed.tail(3).to_dict() == {
        "Harris County Sheriffs Office": 16_006,
        "Los Angeles County Sheriff Office": 17_206,
        "Maricopa County Sheriff Office": 31_278,
    }
    assert round(removed.tail(10).sum() / removed.sum(), 3) == 0.718
    more = frame[(frame["fiscal_year"] == 2013) & (frame["removed"] > frame["identified"])]
    assert len(more) == 26
    assert frame.groupby("agency")["asterisk"].first().sum() == 15


def test_287g_counties_lie_in_the_printed_state() -> None:
    agencies = mappings.s287g_counties()
    printed = load("s287g").groupby("agency")["state"].first()
    assert sorted(agencies["agency"]) == sorted(printed.index)
    assert agencies[["agency_class", "reason", "date"]].ne("").all(axis=None)
    placed = agencies[agencies["fips"] != ""].merge(load("county_names"), on="fips", how="left")
    assert placed["county_x"].tolist() == placed["county_y"].tolist()
    assert placed["state"].tolist() == printed[placed["agency"]].tolist()
    left = agencies[agencies["fips"] == ""]
    assert set(left["agency_class"]) == {"state agency", "city police"}
    assert left.loc[left["agency_class"] != "state agency", "agency"].tolist() == [
        "Florence Police Department"
    ]


ALL_DETAINERS = 1_814_828


def test_detainers_by_fiscal_year() -> None:
    frame = load("detainers_months")
    assert by_year(frame) == [
        212_406, 248_272, 290_304, 317_347, 286_530, 216_730, 164_186, 79_053,
    ]  # fmt: skip
    assert frame["n"].sum() == ALL_DETAINERS
    assert len(frame) == 94


def test_detainers_of_the_last_year_by_month_are_those_of_the_records() -> None:
    counts = load("detainers_months").set_index("month")["n"]
    records = load("detainers_fy2015").groupby("month")["n"].sum()
    assert counts["2014-10":].to_dict() == records.to_dict()


def test_detainers_by_reason() -> None:
    frame = load("detainers_reasons")
    assert frame["n"].sum() == ALL_DETAINERS
    assert frame.loc[frame["by_difference"], "lift_reason"].tolist() == ["not recorded"] * 9
    assert frame.loc[~frame["by_difference"], "n"].sum() == 986_905
    shares = frame.groupby("lift_reason")["n"].sum() / ALL_DETAINERS
    found = {name: round(float(share), 3) for name, share in shares.items() if share > 0.011}
    assert found == {
        "not recorded": 0.456,
        "Booked into Detention": 0.363,
        "Lifted": 0.093,
        "Case Closed": 0.058,
        "Detainer Declined by LEA": 0.011,
    }


def test_detainers_without_a_reason_by_year() -> None:
    frame = load("detainers_reasons")
    none = frame[frame["by_difference"]].set_index("year")["n"]
    share = none / frame.groupby("year")["n"].sum()
    assert share.round(3).tolist() == [
        0.220, 0.292, 0.408, 0.489, 0.502, 0.494, 0.500, 0.489, 0.667,
    ]  # fmt: skip


def test_detainers_by_facility() -> None:
    frame = load("detainers_facilities")
    assert frame["n"].sum() == ALL_DETAINERS
    by_operator = frame.groupby("operator", observed=True)
    assert by_operator["n"].sum().to_dict() == {"private": 25_577, "public": 1_789_251}
    assert by_operator["facility"].nunique().to_dict() == {"private": 47, "public": 3_962}
    facilities = frame.groupby("facility", observed=True)["n"].sum()
    assert facilities["OTHER-OTHER FACILITY"] == 134_280
    assert facilities["not recorded"] == 1_085
    reasons = load("detainers_reasons").groupby("lift_reason")["n"].sum()
    pooled = frame.groupby("lift_reason", observed=True)["n"].sum()
    assert pooled.to_dict() == reasons.to_dict()


def test_nine_names_of_pennsylvania_are_several_places() -> None:
    """Elsewhere the two releases hold the same detainers, by facility and reason."""
    pennsylvania = load("detainers_pa").groupby("facility")["n"].sum()
    nation = load("detainers_facilities")
    totals = nation.groupby("facility", observed=True)["n"].sum().reindex(pennsylvania.index)
    more = totals[totals != pennsylvania]
    assert more.to_dict() == {
        "BEDFORD COUNTY JAIL": 288,
        "COLUMBIA COUNTY JAIL": 298,
        "FAYETTE COUNTY JAIL": 234,
        "FRANKLIN COUNTY JAIL": 8_214,
        "LAWRENCE COUNTY JAIL": 77,
        "PIKE COUNTY JAIL": 233,
        "SOMERSET COUNTY JAIL": 1_027,
        "WARREN COUNTY JAIL": 879,
        "WYOMING COUNTY JAIL": 15,
    }
    assert (more > pennsylvania[more.index]).all()
    # The release of FY2015 has a state: it knows each of the nine elsewhere, and no other.
    year = load("detainers_fy2015")
    elsewhere = set(year.loc[year["state"] != "PENNSYLVANIA", "facility"])
    assert elsewhere & set(pennsylvania.index) == set(more.index)
    keys = ["facility", "lift_reason"]
    same = load("detainers_pa").groupby(keys)["n"].sum().drop(more.index)
    found = nation.astype({key: str for key in keys}).groupby(keys)["n"].sum()
    assert same.to_dict() == found[found.index.isin(same.index)].to_dict()


def test_detainers_by_form() -> None:
    frame = load("detainers_forms")
    assert frame.groupby("year")["n"].sum().to_dict() == {2014: 29_400, 2015: 49_653}
    assert frame["n"].sum() == load("detainers_fy2015")["n"].sum()


@pytest.mark.parametrize(("year", "arrests", "share"), [(2024, 2_180, 0.692), (2025, 2_870, 0.603)])
def test_seattle_arrests_without_a_conviction(year: int, arrests: int, share: float) -> None:
    frame = load("seattle_criminality")
    here = frame[frame["month"].between(f"{year - 1}-10-01", f"{year}-09-01")]
    assert here["n"].sum() == arrests
    without = here.loc[here["criminality"] != "1 Convicted Criminal", "n"].sum()
    assert round(without / arrests, 3) == share


def test_seattle_arrests_by_state() -> None:
    frame = load("seattle_criminality")
    assert frame["n"].sum() == 5_326
    states = frame.groupby("state")["n"].sum()
    assert (states["not recorded"], states["WASHINGTON"], states["OREGON"]) == (1_361, 3_160, 712)
    assert frame.loc[frame["month"] < "2023-10-01", "n"].sum() == 276
