"""Compare the recorded marks of charts with their data and positions."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from citable.display.figures import render
from scomm import figures as charts

SHARES = pd.DataFrame(
    {
        "label": ["Ada County ID", "Bee County TX", "Cass County ND"],
        "share_low": [0.5, 0.2, 0.6],
        "share_high": [0.5, 0.2, 0.7],
        "low": [0.4, 0.1, np.nan],
        "high": [0.6, 0.3, np.nan],
        "n_text": ["n = 1,010", "n = 99", "n not printed"],
    }
)


def test_forest_marks_have_share_interval_and_number() -> None:
    drawn = render(lambda layout: charts.forest(layout, SHARES), identifier="1.1")
    assert drawn.marks is not None
    assert drawn.marks["head"] == ["Share without a recorded conviction", "interval", "n"]
    assert drawn.marks["rows"] == [
        ["Ada County ID", "50.0%", "40.0% to 60.0%", "1,010"],
        ["Bee County TX", "20.0%", "10.0% to 30.0%", "99"],
        ["Cass County ND", "60.0% to 70.0%", "", "not printed"],
    ]
    for svg in (drawn.wide, drawn.narrow):
        assert all(f">{share}<" in svg for share in ("50.0%", "20.0%"))


@pytest.mark.parametrize("form", ["wide", "narrow"])
def test_a_mark_lies_where_it_is_drawn(form: str) -> None:
    drawn = render(lambda layout: charts.forest(layout, SHARES), identifier="1.1")
    assert drawn.marks is not None
    dots = re.findall(r'<use [^>]*x="([\d.]+)" y="([\d.]+)"[^>]*', getattr(drawn, form))
    found = [(float(x), float(y)) for x, y in dots]
    at = drawn.marks[form]
    for x, y in zip(at[0:4:2], at[1:4:2], strict=True):
        assert min(np.hypot(x - a, y - b) for a, b in found) < 0.2


def test_line_marks_skip_missing_months() -> None:
    months = pd.date_range("2017-01-01", periods=4, freq="MS")
    lines = pd.DataFrame({"one": [0.1, np.nan, 0.3, 0.4], "two": 0.5}, index=months)
    drawn = render(lambda layout: charts.series(layout, lines), identifier="1.1")
    assert drawn.marks is not None
    rows = drawn.marks["rows"]
    assert [row[1:] for row in rows if row[0] == "one"] == [
        ["Jan 2017", "10.0%"],
        ["Mar 2017", "30.0%"],
        ["Apr 2017", "40.0%"],
    ]
    assert sum(row[0] == "two" for row in rows) == 4
    assert len(drawn.marks["wide"]) == len(drawn.marks["narrow"]) == 2 * len(rows)
