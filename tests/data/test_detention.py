"""Test that the committed detention tables are consistent: parts, totals and facilities."""

from __future__ import annotations

import pandas as pd
import pytest

from citable.tables.reader import load
from scomm.data.detention import (
    ADP,
    ALL,
    BOOK_INS,
    BOOK_OUTS,
    CONVICTED,
    CRIMINALITY,
    DETAINED,
    LEVELS,
    NON_CRIMINAL,
    NOT_AVAILABLE,
    OTHER,
    PENDING,
    RELEASES,
    REMOVALS,
    SNAPSHOT,
    THREAT,
    TO_DATE,
)
from scomm.data.mappings import areas, facility_names

YEARS = list(range(2019, 2027))
WITHIN = 0.05


@pytest.fixture(scope="module")
def national() -> pd.DataFrame:
    return load("detention_national")


@pytest.fixture(scope="module")
def facilities() -> pd.DataFrame:
    return load("detention_facilities")


def adp(national: pd.DataFrame, agency: str = ALL, criminality: str = ALL) -> pd.Series:
    """Return the average daily population to date by fiscal year."""
    here = national[
        (national["measure"] == ADP)
        & (national["period"] == TO_DATE)
        & (national["agency"] == agency)
        & (national["criminality"] == criminality)
    ]
    return here.set_index("fiscal_year")["value"]


def to_date(national: pd.DataFrame, measure: str, reason: str, criminality: str) -> pd.Series:
    here = national[
        (national["measure"] == measure)
        & (national["period"] == TO_DATE)
        & (national["agency"] == ALL)
        & (national["reason"] == reason)
        & (national["criminality"] == criminality)
    ]
    return here.set_index("fiscal_year")["value"]


def percent(values: pd.Series) -> list[float]:
    return [round(100 * value, 1) for value in values.sort_index()]


def test_how_far_each_posting_goes(national: pd.DataFrame, facilities: pd.DataFrame) -> None:
    said = {
        2019: "2019-09-30", 2020: "2020-09-30", 2021: "2021-09-11", 2022: "2022-09-24",
        2023: "2023-09-30", 2024: "2024-09-30", 2025: "2025-09-20", 2026: "2026-04-04",
    }  # fmt: skip
    for frame in (national, facilities):
        days = frame.groupby("fiscal_year")["posted"].unique().map(lambda day: str(day[0])[:10])
        assert days.to_dict() == said
        assert frame.groupby("fiscal_year")["posted"].nunique().eq(1).all()


def test_total_population(national: pd.DataFrame) -> None:
    values = adp(national).sort_index()
    assert values.index.tolist() == YEARS
    assert [round(value) for value in values] == [
        50_165, 33_724, 19_254, 22_578, 28_289, 37_722, 48_404, 66_978,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("agency", "shares"),
    [
        ("ICE", [30.3, 29.4, 21.8, 21.8, 27.2, 32.6, 54.6, 69.5]),
        ("CBP", [81.4, 83.9, 94.6, 95.6, 93.8, 93.3, 92.9, 90.9]),
        (ALL, [60.9, 57.1, 65.9, 77.1, 71.7, 73.6, 70.2, 73.0]),
    ],
)
def test_population_without_a_conviction(
    national: pd.DataFrame, agency: str, shares: list[float]
) -> None:
    found = 100 * (1 - adp(national, agency, CONVICTED) / adp(national, agency)).sort_index()
    # Two of the shares lie at the edge of a rounding, 57.0498 and 93.2497.
    assert found.tolist() == pytest.approx(shares, abs=0.0503)


def test_released_to_be_removed(national: pd.DataFrame) -> None:
    reason = "Release to Remove"
    every, convicted, pending, other = (
        to_date(national, BOOK_OUTS, reason, kind) for kind in (ALL, CONVICTED, PENDING, OTHER)
    )
    assert every.to_dict() == {2024: 152_982, 2025: 222_401, 2026: 195_640}
    assert (every - convicted).to_dict() == {2024: 96_714, 2025: 133_472, 2026: 136_740}
    assert percent(1 - convicted / every) == [63.2, 60.0, 69.9]
    assert percent(other / every) == [53.8, 37.7, 39.8]
    assert (convicted + pending + other).equals(every)


def test_removals(national: pd.DataFrame) -> None:
    assert to_date(national, REMOVALS, ALL, ALL).sort_index().tolist() == [
        267_258, 185_884, 55_590, 69_019, 142_580, 271_484, 319_980, 234_236,
    ]  # fmt: skip


def test_final_book_outs_stand_in_the_place_of_final_releases(national: pd.DataFrame) -> None:
    years = national.groupby("measure")["fiscal_year"].unique().map(sorted)
    assert years[RELEASES] == YEARS[:5]
    assert years[BOOK_OUTS] == YEARS[5:]
    assert years[BOOK_INS] == years[DETAINED] == YEARS


def test_two_classes_in_the_population_of_fiscal_year_2019(national: pd.DataFrame) -> None:
    kinds = national[national["measure"] == ADP].groupby("fiscal_year")["criminality"].unique()
    assert set(kinds[2019]) == {ALL, CONVICTED, NON_CRIMINAL}
    for year in YEARS[1:]:
        assert set(kinds[year]) == {ALL, CONVICTED, PENDING, OTHER}


def wide(national: pd.DataFrame, column: str, measures: list[str]) -> pd.DataFrame:
    """Return values with a column for each value of ``column``, zero where nothing is printed."""
    here = national[national["measure"].isin(measures)]
    keys = ["fiscal_year", "measure", "reason", "agency", "criminality", "period"]
    return here.set_index(keys)["value"].unstack(column)


def test_classes_add_to_totals(national: pd.DataFrame) -> None:
    table = wide(national, "criminality", [ADP, BOOK_INS, DETAINED, RELEASES, BOOK_OUTS])
    table = table[table.drop(columns=ALL).notna().any(axis=1)]
    parts = table.drop(columns=ALL).sum(axis=1)
    assert len(table) > 900
    assert (table[ALL] - parts).abs().max() <= WITHIN


def test_agencies_add_to_all(national: pd.DataFrame) -> None:
    table = wide(national, "agency", [ADP, BOOK_INS, DETAINED]).dropna()
    assert len(table) > 500
    assert (table[ALL] - table["CBP"] - table["ICE"]).abs().max() <= WITHIN


def test_months_add_to_the_year(national: pd.DataFrame) -> None:
    table = wide(national, "period", [BOOK_INS, RELEASES, BOOK_OUTS])
    months = table.drop(columns=TO_DATE)
    months = months[months.notna().any(axis=1)]
    assert len(months) > 150
    assert (months.sum(axis=1) - table.loc[months.index, TO_DATE]).abs().max() == 0


def test_no_month_begins_after_the_posting(national: pd.DataFrame) -> None:
    months = national[~national["period"].isin([TO_DATE, SNAPSHOT])]
    assert (pd.to_datetime(months["period"]) <= months["posted"]).all()
    last = months[months["measure"] == ADP].groupby("fiscal_year")["period"].max()
    assert last[2026] == "2026-04-01"
    assert last.drop(2026).str.endswith("-09-01").all()


def test_the_day_of_the_snapshot(national: pd.DataFrame) -> None:
    snapshots = national[national["period"] == SNAPSHOT]
    assert set(snapshots["measure"]) == {DETAINED}
    days = snapshots.groupby("fiscal_year")["as_of"].first().dt.strftime("%Y-%m-%d")
    assert days[2024] == "2024-10-03"
    assert days[2026] == "2026-04-04"
    assert national.loc[national["period"] != SNAPSHOT, "as_of"].isna().all()


def test_number_of_facilities(facilities: pd.DataFrame) -> None:
    held = facilities[facilities["note"].isna()]
    assert held.groupby("fiscal_year").size().tolist() == [211, 170, 135, 130, 115, 109, 189, 203]


def test_blanks_at_folkston_have_a_reason(facilities: pd.DataFrame) -> None:
    blank = facilities[facilities["note"].notna()]
    assert blank["city"].tolist() == ["FOLKSTON", "FOLKSTON"]
    assert set(blank["note"]) == {NOT_AVAILABLE}
    numbers = [*LEVELS.values(), *CRIMINALITY.values(), *THREAT.values(), "adp_mandatory"]
    assert blank[numbers].isna().all(axis=None)
    assert facilities.loc[facilities["note"].isna(), numbers].notna().all(axis=None)


def test_three_ways_of_counting_agree_in_every_facility(facilities: pd.DataFrame) -> None:
    held = facilities[facilities["note"].isna()]
    levels, classes, threat = (
        held[list(columns.values())].sum(axis=1) for columns in (LEVELS, CRIMINALITY, THREAT)
    )
    assert (levels - classes).abs().max() <= WITHIN
    assert (levels - threat).abs().max() <= WITHIN


def test_facilities_against_the_nation(national: pd.DataFrame, facilities: pd.DataFrame) -> None:
    sums = facilities.groupby("fiscal_year").sum(numeric_only=True)
    population = sums[list(LEVELS.values())].sum(axis=1)
    crim = sums["adp_male_crim"] + sums["adp_female_crim"]
    threat = population - sums["adp_no_threat_level"]
    convicted = adp(national, ALL, CONVICTED)
    assert [round(value, 3) for value in crim / convicted] == [
        0.984, 0.980, 0.878, 0.952, 0.991, 0.993, 0.981, 0.790,
    ]  # fmt: skip
    assert [round(value, 3) for value in threat / convicted] == [
        0.991, 0.984, 0.882, 0.594, 0.600, 0.590, 0.504, 0.982,
    ]  # fmt: skip
    assert percent(1 - crim / population) == [60.7, 56.9, 68.5, 77.0, 71.8, 72.7, 70.2, 78.4]
    assert percent(1 - threat / population) == [60.4, 56.8, 68.4, 85.6, 82.9, 83.8, 84.7, 73.1]


def test_areas_are_known_and_none_is_held_in_baltimore_after_2021(
    facilities: pd.DataFrame,
) -> None:
    assert set(facilities["aor"]) <= set(areas()["code"])
    years = facilities.groupby("aor")["fiscal_year"]
    assert years.max()["BAL"] == 2021
    assert years.min()["HLG"] == 2021


def test_one_name_for_two_places_is_told_apart_by_city(facilities: pd.DataFrame) -> None:
    twice = facilities[facilities.duplicated(["fiscal_year", "facility"])]
    assert sorted(zip(twice["fiscal_year"], twice["facility"], strict=True)) == [
        (2019, "BUTLER COUNTY JAIL"),
        (2019, "ORANGE COUNTY JAIL"),
        (2022, "ORANGE COUNTY JAIL"),
        (2025, "CLINTON COUNTY JAIL"),
    ]
    blank = facilities[facilities["state"].isna()]
    assert blank["facility"].tolist() == ["IMPERIAL REGIONAL DETENTION FACILITY"]


def test_decisions_on_names_are_used_and_join_no_two_rows_of_a_posting(
    facilities: pd.DataFrame,
) -> None:
    decisions = facility_names()
    keys = ["facility", "city", "state"]
    printed = set(facilities[keys].itertuples(index=False, name=None))
    assert set(decisions[keys].itertuples(index=False, name=None)) <= printed
    assert not facilities.duplicated(["fiscal_year", "common_name", "city", "state"]).any()
    assert not facilities["common_name"].str.contains(r"[A-Za-z]\d+$").any()
    berks = facilities[facilities["common_name"].str.startswith("BERKS")]
    assert berks.groupby("common_name")["fiscal_year"].unique().map(list).to_dict() == {
        "BERKS COUNTY RESIDENTIAL CENTER": [2019, 2020, 2022]
    }
