"""Arrests at a county's jails, from the committed tables."""

import numpy as np
import pandas as pd
import pytest

from citable.errors import ArgumentError
from citable.tables.reader import load
from scomm.data import restrictions
from scomm.evidence import jail_arrests


@pytest.fixture(scope="module")
def arrests() -> pd.DataFrame:
    return jail_arrests.at_jails()[0]


@pytest.fixture(scope="module")
def months(arrests: pd.DataFrame) -> pd.DataFrame:
    return jail_arrests.by_month_and_county(restrictions.placed_in_a_county(arrests)[0])


@pytest.fixture(scope="module")
def change(months: pd.DataFrame) -> pd.DataFrame:
    return jail_arrests.changes(months)


def test_four_rows_of_september_2019_are_left_out_and_counted() -> None:
    kept, steps = jail_arrests.at_jails()
    assert [step.left_out for step in steps] == [4, 330_107]
    assert kept["n"].sum() == 213_948
    assert kept["month"].max() == pd.Timestamp(2019, 8, 1)


def test_rows_keep_the_positions_of_the_table(arrests: pd.DataFrame) -> None:
    same = load("arrests").loc[arrests.index]
    assert (same["landmark"].astype(str) == arrests["landmark"]).all()
    assert (same["n"] == arrests["n"]).all()


def test_parts_add_up_to_all_arrests(arrests: pd.DataFrame) -> None:
    parts = jail_arrests.by_part(arrests, ["fiscal_year"])
    whole = arrests.groupby("fiscal_year")["n"].sum()
    assert parts.sum(axis=1).equals(whole)
    assert parts.iloc[:, :2].sum().sum() == arrests.loc[arrests["fips"].notna(), "n"].sum()
    assert parts.loc[2016, "placed by rule"] == 18_505


def test_months_of_counties_add_up(months: pd.DataFrame) -> None:
    assert months.to_numpy().sum() == 139_228
    assert len(months) == 47
    assert months.index.is_monotonic_increasing
    early, late = jail_arrests.windows(months)
    assert (early.index[0], early.index[-1]) == (pd.Timestamp(2016, 2, 1), pd.Timestamp(2017, 1, 1))
    assert (late.index[0], late.index[-1]) == (pd.Timestamp(2017, 2, 1), pd.Timestamp(2018, 1, 1))


def test_eleven_months_are_eleven_twelfths_of_exposure(months: pd.DataFrame) -> None:
    row = jail_arrests.yearly(months[["06059"]]).set_index("fiscal_year").loc[2019]
    people = load("county_noncitizens").set_index(["fips", "year"]).loc[("06059", 2018)]
    assert row["months"] == 11
    assert row["exposure"] == pytest.approx(people["noncitizens"] * 11 / 12)
    assert row["error"] == pytest.approx(people["moe"] * 11 / 12 / 1.6448536, rel=1e-6)


def test_rate_lies_in_its_interval_and_unknown_people_give_none(months: pd.DataFrame) -> None:
    counted = jail_arrests.yearly(months[["06037", "48201", "40109"]])
    found = jail_arrests.with_rate(counted, np.full(len(counted), 4.0))
    assert ((found["low"] < found["rate"]) & (found["rate"] < found["high"])).all()
    assert found["rate"].to_numpy() == pytest.approx(
        1000 * counted["arrests"] / counted["exposure"]
    )
    empty = jail_arrests.with_rate(counted.assign(exposure=np.nan), np.full(len(counted), 4.0))
    assert empty[["rate", "low", "high"]].isna().all().all()


def test_changes_are_counts_of_the_windows(change: pd.DataFrame, arrests: pd.DataFrame) -> None:
    row = change.set_index("fips").loc["40109"]
    there = arrests[arrests["fips"] == "40109"]
    late = there["month"].between("2017-02-01", "2018-01-01")
    assert row["after"] == there.loc[late, "n"].sum() == 504
    assert row["low"] < row["ratio"] < row["high"]
    assert row["phi"] >= 1


def test_spreading_the_unplaced_scales_all_counties_of_an_area(
    change: pd.DataFrame, arrests: pd.DataFrame
) -> None:
    found = jail_arrests.with_unplaced(change, arrests)
    assert found["fips"].is_unique
    assert len(found) == len(change)
    assert (found.groupby("aor")["grown"].nunique() == 1).all()
    inside = (found["before"] > 0) & found["grown"].notna()
    ratios = found.loc[inside]
    assert ratios["spread"].to_numpy() == pytest.approx(ratios["ratio"] / ratios["grown"])
    assert (ratios["least"] <= ratios["ratio"]).all()
    assert (ratios["ratio"] <= ratios["most"]).all()


def test_p_of_the_spread_ratio_agrees_with_its_interval(
    change: pd.DataFrame, arrests: pd.DataFrame
) -> None:
    found = jail_arrests.with_unplaced(change, arrests).dropna(subset="grown")
    outside = (found["spread_low"] > 1) | (found["spread_high"] < 1)
    assert (outside == (found["spread_p"] < 0.05)).all()


def test_a_county_is_the_same_on_its_sheet_and_in_the_chapter(
    months: pd.DataFrame, change: pd.DataFrame
) -> None:
    county = jail_arrests.of_county("06059")
    assert county.months.equals(months["06059"])
    assert county.change is not None
    assert county.change["ratio"] == change.set_index("fips").loc["06059", "ratio"]
    assert county.years["fiscal_year"].tolist() == [2016, 2017, 2018, 2019]


def test_no_placed_arrest_is_not_zero() -> None:
    with pytest.raises(ArgumentError, match="no arrest at a local jail is placed there"):
        jail_arrests.of_county("99999")
