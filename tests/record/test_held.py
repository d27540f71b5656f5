"""Nights in detention: whole counts, the agency's own figures, and the field that agrees."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from citable.tables.reader import load
from scomm.data.detention import ADP, TO_DATE
from scomm.evidence import held


def test_nights_of_the_months_add_up_to_the_average_to_date() -> None:
    nights = held.nights().groupby(["fiscal_year", "agency", "criminality"])
    total, days = nights["nights"].sum(), nights["days"].sum()
    printed = load("detention_national")
    printed = printed[(printed["measure"] == ADP) & (printed["period"] == TO_DATE)]
    printed = printed.set_index(["fiscal_year", "agency", "criminality"])["value"]
    assert len(printed) == len(total) == 93
    np.testing.assert_allclose((total / days).reindex(printed.index), printed, rtol=0, atol=6e-5)


def test_classes_and_agencies_add_up_by_the_night() -> None:
    every, ice, cbp = (held.by_class(agency) for agency in ("all", "ICE", "CBP"))
    columns = ["held", "convicted", "without"]
    # A class is rounded by itself; one night in a month at most.
    assert ((ice[columns] + cbp[columns] - every[columns]).abs() <= 1).all(axis=None)
    known = every.dropna()
    assert (known["pending"] + known["neither"] - known["without"]).abs().max() <= 1
    assert every["pending"].isna().sum() == 12  # FY2019 has two classes


# Shares that the workbooks' own averages give, in per cent, FY2019 to FY2026.
@pytest.mark.parametrize(
    ("measure", "percent"),
    [
        ("held, arrested by ICE", [30.3, 29.4, 21.8, 21.8, 27.2, 32.6, 54.6, 69.5]),
        ("held, arrested by CBP", [81.4, 83.9, 94.6, 95.6, 93.8, 93.2, 92.9, 90.9]),
        ("held, all", [60.9, 57.0, 65.9, 77.1, 71.7, 73.6, 70.2, 73.0]),
        ("released to be removed", [63.2, 60.0, 69.9]),
    ],
)
def test_shares_by_year(measure: str, percent: list[float]) -> None:
    shares = held.share_by_year()
    found = shares.loc[shares["measure"] == measure, "share"]
    np.testing.assert_allclose(100 * found, percent, rtol=0, atol=0.051)


def test_released_to_be_removed_are_whole_counts_of_three_classes() -> None:
    rows = held.released_to_remove()
    to_date = rows[rows["period"] == TO_DATE]
    assert to_date.groupby("fiscal_year")["value"].sum().tolist() == [152_982, 222_401, 195_640]
    without = to_date[to_date["without"]].groupby("fiscal_year")["value"].sum()
    assert without.tolist() == [96_714, 133_472, 136_740]
    pd.testing.assert_frame_equal(
        rows.drop(columns="without"), load("detention_national").loc[rows.index]
    )


def test_days_of_the_facilities_sheet_are_found_from_its_averages() -> None:
    fields = held.fields_by_year()
    assert fields["days"].tolist() == [365, 366, 360, 353, 365, 366, 349, 183]
    assert fields["nation_days"].tolist() == [365, 366, 346, 359, 365, 366, 355, 186]


def test_whole_days() -> None:
    assert held.whole_days(np.array([[0.5, 0.25]]), most=9) == [4, 8]
    assert held.whole_days(np.array([0.1234, 0.7071]), most=9) == []


def test_an_average_that_is_no_count_of_nights_is_refused() -> None:
    with pytest.raises(held.TableError, match="row 8"):
        held._nights(pd.Series([2.5], index=[7]), pd.Series([31], index=[7]))


def test_the_field_nearer_to_the_nation_is_taken() -> None:
    fields = held.fields_by_year()
    assert [held.agreeing_field(year) for year in range(2022, 2027)] == [held.CRIM] * 4 + [
        held.LEVELS
    ]
    # In the first three years both are about as near.
    early = fields.loc[:2021]
    assert (early["ratio_crim"] - early["ratio_levels"]).abs().max() < 0.01
    assert early.loc[2021, ["ratio_crim", "ratio_levels"]].max() < 0.9
    late = fields.loc[2026, ["ratio_crim", "ratio_levels"]].astype(float)
    np.testing.assert_allclose(late, [0.790, 0.982], rtol=0, atol=5e-4)
    with pytest.raises(KeyError):
        held.agreeing_field(2018)


@pytest.mark.parametrize("by", ["aor", "state", "common_name"])
def test_places_add_up_to_the_sheet(by: str) -> None:
    rows = held.facility_nights()
    places = held.by_place(2026, by)
    assert places["held"].sum() == rows.loc[rows["fiscal_year"] == 2026, "held"].sum()
    assert places["facilities"].sum() == 203
    assert (places["share"] == places["levels"]).all()
    assert places["held"].is_monotonic_decreasing


def test_leaving_out_facilities_in_turn() -> None:
    areas = held.by_place(2026, "aor").set_index("aor")
    moved = held.left_out_in_turn(2026, "aor").loc[areas.index]
    assert ((moved["low"] <= areas["share"]) & (areas["share"] <= moved["high"])).all()
    assert ((moved["rank_low"] <= moved["rank"]) & (moved["rank"] <= moved["rank_high"])).all()
    # By hand: New York City without its larger facility.
    rows = held.facility_nights()
    rows = rows[(rows["fiscal_year"] == 2026) & (rows["aor"] == "NYC")]
    alone = rows[held.LEVELS] / rows["held"]
    assert len(rows) == 2
    assert sorted(alone) == pytest.approx(moved.loc["NYC", ["low", "high"]].tolist())
    # An area with one facility keeps its own share where others are left out.
    assert moved.loc["SEA", "low"] == moved.loc["SEA", "high"]
