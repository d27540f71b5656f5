from __future__ import annotations

import ast
import re
from functools import cache

import numpy as np
import pandas as pd
import pytest

from citable import paths
from citable.tables.reader import load
from scomm.data import restrictions
from scomm.data.mappings import fast_track, later_areas, strata
from scomm.evidence import areas
from scomm.evidence.areas import LAST_BOUNDED, by_month_and_area, by_month_area_and_kind


@cache
def removals() -> pd.DataFrame:
    """Removals of the areas: headquarters left out."""
    return restrictions.without_headquarters(load("removals"))[0]


def test_the_fast_track_and_the_rest_add_up_to_all_but_headquarters() -> None:
    everything = by_month_and_area(removals())
    outside = by_month_and_area(restrictions.outside_fast_track(removals())[0])
    fast = by_month_and_area(restrictions.on_fast_track(removals())[0])
    assert everything.n.sum() == 963_972 - 40
    np.testing.assert_array_equal(outside.n + fast.n, everything.n)
    np.testing.assert_array_equal(outside.x + fast.x, everything.x)
    assert (len(everything.months), len(everything.codes)) == (47, 24)
    assert (everything.x <= everything.n).all()


def test_a_table_that_marks_the_fast_track_is_restricted_by_its_mark() -> None:
    cohorts = load("removals_by_apprehension")
    kept, row = restrictions.outside_fast_track(cohorts)
    assert not kept["fast_track"].any()
    assert row.left_out == cohorts.loc[cohorts["fast_track"].astype(bool), "n"].sum() > 0


@cache
def by_definition() -> dict[str, restrictions.Restricted]:
    cases = restrictions.without_headquarters(load("removals_by_disposition"))[0]
    return {name: restrictions.by_definition(cases, name) for name in strata().index}


def test_the_main_definition_is_the_fast_track_of_the_dispositions() -> None:
    assert set(strata().loc["outside", "leave_out"].split()) == set(fast_track())
    kept, row = by_definition()["outside"]
    outside = by_month_and_area(restrictions.outside_fast_track(removals())[0])
    np.testing.assert_array_equal(by_month_and_area(kept).x, outside.x)
    assert row.kept == outside.n.sum()


def test_definitions_really_differ() -> None:
    kept = [row.kept for _, row in by_definition().values()]
    assert len(set(kept)) == len(kept) == 6


def test_an_unknown_definition_is_refused() -> None:
    with pytest.raises(KeyError):
        restrictions.by_definition(removals(), "border")


def test_kinds_of_case_add_up_to_the_areas() -> None:
    everything = by_month_and_area(removals())
    none, n = by_month_area_and_kind(removals())
    np.testing.assert_array_equal(none.sum(axis=2), everything.x)
    np.testing.assert_array_equal(n.sum(axis=2), everything.n)


def test_an_estimate_lies_between_its_ends_and_nearer_the_mean_when_shrunken() -> None:
    pooled = areas.pooled(by_month_and_area(removals()))
    assert ((pooled["low"] < pooled["raw"]) & (pooled["raw"] < pooled["high"])).all()
    centre = pooled["shrunken"].mean()
    nearer = (pooled["shrunken"] - centre).abs() <= (pooled["raw"] - centre).abs() + 0.01
    assert nearer.all()


def test_with_the_nations_mix_the_areas_average_to_about_the_nation() -> None:
    x, n = by_month_area_and_kind(removals())
    estimates, coefficients = areas.with_nations_mix(x, n)
    assert len(estimates) == coefficients.shape[1] == 24
    by_hand = x[:, 0].sum(axis=0) / n[:, 0].sum(axis=0) @ (n.sum(axis=(0, 1)) / n.sum())
    assert estimates["standardized"].iloc[0] == pytest.approx(by_hand)
    assert (estimates["low"] < estimates["high"]).all()


def test_bounds_of_an_area_hold_its_visible_share() -> None:
    bounded = areas.withheld_bounds(*LAST_BOUNDED)
    without = bounded[areas.NEITHER] + bounded[areas.PENDING]
    seen = without / bounded["visible"]
    assert ((bounded["low"] <= seen) & (seen <= bounded["high"])).all()
    assert bounded["can_be_said"].any()
    assert not bounded["can_be_said"].all()


def test_later_areas_are_rows_of_the_list() -> None:
    assert later_areas() == {"SNA": ("HLG",)}


# What only the module of restrictions may name: the rules by which records are left out.
RULES = re.compile(r"""["'](?:HQ|fast_track|CAP Local Incarceration|dated)["']""")
# Not restrictions: parts that are set side by side, all of them kept.
SIDE_BY_SIDE = {
    "notebooks/04-records.md": "the fast track and the rest in one table of lines that repeat",
    "notebooks/13-seattle.md": "teams counted as if they were jails: the sensitivity of the rule",
}


def _texts() -> list[tuple[str, str]]:
    files = [
        *paths.NOTEBOOKS.glob("*.md"),
        *(paths.SRC / "scomm" / "evidence").rglob("*.py"),
        *(paths.SRC / "scomm" / "places").rglob("*.py"),
    ]
    return [(file.relative_to(paths.ROOT).as_posix(), file.read_text("utf-8")) for file in files]


def test_no_page_or_module_leaves_records_out_but_the_restrictions() -> None:
    found = {name for name, text in _texts() if RULES.search(text)}
    assert found == set(SIDE_BY_SIDE)


def test_each_restriction_is_called_with_its_attrition_row() -> None:
    for name, text in _texts():
        for line in text.splitlines():
            if "= restrictions." in line and name.endswith(".md"):
                assert "," in line.split("=")[0] or "[" in line or "_table(" in line, line
    tree = ast.parse((paths.SRC / "scomm" / "data" / "restrictions.py").read_text("utf-8"))
    public = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and node.returns is not None
        and ast.unparse(node.returns) == "Restricted"
        and not node.name.startswith("_")
    ]
    used = " ".join(text for _, text in _texts())
    assert [name for name in public if f"{name}(" not in used] == []


def test_arrests_of_whole_months_add_up_by_method_before_and_after_february_2017() -> None:
    arrests, row = restrictions.whole_months(load("arrests"))
    assert row.kept == arrests["n"].sum() == row.before - row.left_out
    assert arrests["month"].max() < restrictions.ARRESTS_END
    year = arrests.loc[arrests["month"].between("2016-02-01", "2018-01-31")]
    after = year["month"] >= pd.Timestamp(2017, 2, 1)
    counts = year.groupby([year["method"].astype(str), after])["n"].sum().unstack()
    agreed = {
        restrictions.LOCAL_INCARCERATION: [37_542, 66_806],
        restrictions.FEDERAL_INCARCERATION: [22_010, 21_899],
        restrictions.STATE_INCARCERATION: [10_428, 10_516],
        "287(g) Program": [3_833, 8_813],
    }
    assert {method: counts.loc[method].tolist() for method in agreed} == agreed
    placed, unplaced = restrictions.in_an_area(arrests)
    assert placed["aor"].nunique() == 24
    left = ~arrests["aor"].isin(placed["aor"].unique())
    assert unplaced.left_out == arrests.loc[left, "n"].sum() > 0
