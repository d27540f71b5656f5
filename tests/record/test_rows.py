from __future__ import annotations

import io

import pandas as pd
import pytest

from citable.errors import FindingError, LedgerError
from citable.record.rows import as_csv, check, listed, rows_of, summed
from citable.tables.reader import load
from scomm.evidence.published import nation, published, rows_behind
from scomm.evidence.rows import figures_of


def read(data: dict[str, object]) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(as_csv(data)), keep_default_na=False)


def test_rows_of_a_table_come_back_and_add_up() -> None:
    removals = load("removals")
    part = removals[removals["aor"] == "BOS"]
    rows = rows_of("removals", part, by="n", numerator=~part["threat_level_recorded"])
    frame = read(rows.data)
    assert frame["in_denominator"].sum() == rows.denominator == part["n"].sum()
    assert frame["in_numerator"].sum() == rows.numerator
    assert set(frame["aor"]) == {"BOS"}
    # The row number is the row's place in the committed table, so anyone can find it there.
    first = removals.iloc[int(frame["row"].iloc[0]) - 1]
    assert int(first["n"]) == int(frame["n"].iloc[0])


def test_rows_that_do_not_add_up_are_refused() -> None:
    part = load("seattle_cap_removals")
    rows = rows_of("seattle_cap_removals", part, by="n")
    check(rows, "1.1", None, int(rows.numerator), int(rows.numerator))
    with pytest.raises(FindingError, match="add up to"):
        check(rows, "1.1", None, int(rows.numerator) - 1, None)
    with pytest.raises(FindingError, match="add up to"):
        check(rows, "1.1", None, int(rows.numerator), int(rows.numerator) + 1)


def test_a_list_counts_its_rows() -> None:
    places = pd.DataFrame({"place": ["a", "b", "c"]}, index=[7, 8, 9])
    rows = listed("cutoffs.csv", places, numerator=[True, False, True])
    assert (rows.numerator, rows.denominator) == (2, 3)
    assert list(read(rows.data)["in_numerator"]) == [1, 0, 1]


def test_figures_behind_the_national_count() -> None:
    us = nation("2011-02")
    rows = rows_behind([us])
    assert us.counts == (rows.numerator, rows.denominator)
    assert rows.source == rows.data["source"] == "figures.csv"
    frame = read(rows.data)
    assert set(frame["id"]) == {"F001", "F002"}


def test_subtracted_figures_have_negative_counts() -> None:
    rows = rows_behind([nation("2011-02")], [nation("2010-06")])
    frame = read(rows.data)
    assert (frame["in_denominator"] < 0).sum() == 1
    assert rows.denominator == nation("2011-02").counts[1] - nation("2010-06").counts[1]  # type: ignore[index]


def test_parts_of_a_whole_are_each_named() -> None:
    rows = rows_behind([published()["boston_2011-07"]])
    assert {"F289", "F290", "F291"} <= set(read(rows.data)["id"])
    assert rows.numerator == 177


def test_a_count_that_a_figure_does_not_allow_is_refused() -> None:
    with pytest.raises(FindingError, match="F001 does not allow a count of 5"):
        figures_of({"F001": 5}, {})


def test_an_item_without_counts_has_no_rows() -> None:
    with pytest.raises(LedgerError, match="not known exactly"):
        rows_behind([published()["broward_2011-02"]])


def test_a_list_of_counts_adds_up_to_both_counts_of_a_share() -> None:
    months = pd.DataFrame({"month": ["2024-01", "2024-02"], "without": [3, 4], "held": [10, 11]})
    rows = summed("detention_national", months, numerator="without", denominator="held")
    check(rows, "15.1", 7 / 21, 7, 21)
    with pytest.raises(FindingError, match="add up to 21"):
        check(rows, "15.1", 7 / 22, 7, 22)
    frame = read(rows.data)
    assert frame["in_numerator"].tolist() == [3, 4]
    assert frame["in_denominator"].tolist() == [10, 11]
