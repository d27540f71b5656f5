"""The two verdicts and the claim's verdict turn where arithmetic says they do."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, strategies as st

from citable.errors import ArgumentError
from scomm.stats import verdicts as v
from scomm.stats.proportions import clopper_pearson, exact_test

ANSWERS = (v.AS_COUNTED, v.BEYOND_CHANCE)
ROWS = (
    ("over", "established", "supported"),
    ("over", "*", "supported in part"),
    ("unknown", "*", "cannot be settled here"),
    ("*", "*", "not supported"),
)


def test_boston_and_solano():
    assert v.as_counted(183, 352) == "over"
    assert v.beyond_chance(183, 352) == "not established"
    assert v.as_counted(93, 186) == "exactly"
    assert v.beyond_chance(93, 186) == "not established"
    assert v.as_counted(None, 102) == "unknown"
    assert v.beyond_chance(None, 102) == "not applicable"
    assert v.beyond_chance(0, 0) == "not applicable"


@pytest.mark.parametrize("threshold", [0.57, 0.1, 0.29, Fraction(1, 3)])
def test_a_count_exactly_at_a_decimal_threshold_is_exactly(threshold):
    limit = Fraction(str(threshold)) if isinstance(threshold, float) else threshold
    n = limit.denominator * 7
    assert v.as_counted(int(limit * n), n, threshold) == "exactly"
    assert v.as_counted(int(limit * n) + 1, n, threshold) == "over"
    assert v.as_counted(int(limit * n) - 1, n, threshold) == "under"


def test_one_more_case_turns_the_verdict():
    words = [v.beyond_chance(x, 100) for x in range(50, 70)]
    assert words == sorted(words, reverse=True)  # 'not established' first, then 'established'
    turn = words.index("established") + 50
    assert turn == 61  # two-sided exact p: 60 of 100 gives 0.0569, 61 gives 0.0352


@given(st.integers(1, 300), st.data())
def test_one_sided_verdict_agrees_with_clopper_pearson(n, data):
    x = data.draw(st.integers(0, n))
    low = clopper_pearson(x, n, 0.9).low  # one-sided 95 percent
    expected = low > 0.5
    if abs(low - 0.5) > 1e-9:
        assert (v.beyond_chance(x, n, 0.5, alternative="greater") == "established") == expected


def test_columns_of_counts_give_the_same_words_as_one_at_a_time():
    x, n = [183, 261, 0, np.nan, 93], [352, 477, 0, 5, 186]
    for alternative in ("two-sided", "greater", "less"):
        assert v.beyond_chance_each(x, n, 0.5, 0.95, alternative) == [
            v.beyond_chance(a, b, 0.5, 0.95, alternative) for a, b in zip(x, n, strict=True)
        ]
    assert v.as_counted_each(x, n) == ["over", "over", "unknown", "unknown", "exactly"]


def test_one_sided_verdict_never_establishes_the_other_side():
    assert v.beyond_chance(1, 100, alternative="greater") == "not established"
    assert v.beyond_chance(99, 100, alternative="less") == "not established"
    assert v.beyond_chance(1, 100, alternative="less") == "established"


def test_sets_of_counts_need_agreement():
    assert v.as_counted_set([]) == "unknown"
    assert v.beyond_chance_set([]) == "not applicable"
    assert v.as_counted_set([(60, 100), (120, 200)]) == "over"
    assert v.beyond_chance_set([(70, 100), (140, 200)]) == "established"
    assert v.beyond_chance_set([(70, 100), (30, 100)]) == "not established"  # opposite sides


def test_a_rule_follows_its_rows_and_only_them():
    rule = v.Rule(ANSWERS, ROWS)
    assert rule.verdict("over", "established") == "supported"
    assert rule.verdict("over", "not established") == "supported in part"
    assert rule.verdict("exactly", "not established") == "not supported"
    assert rule.verdict("unknown", "not applicable") == "cannot be settled here"
    with pytest.raises(ArgumentError, match="above"):
        rule.verdict("above", "established")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (ROWS[:2], "no rule matches"),
        ((*ROWS[:3], ("*", "*", "proved")), "rule verdict"),
        ((("above", "*", "supported"), *ROWS), "found 'above'"),
        ((("over", "*", "not supported"), *ROWS), "can never decide"),
    ],
)
def test_incomplete_misspelled_or_idle_rows_are_refused(rows, message):
    with pytest.raises(ArgumentError, match=message):
        v.Rule(ANSWERS, rows)


@given(st.integers(1, 2_000), st.sampled_from([Fraction(1, 2), 0.25, 0.57]), st.data())
def test_established_implies_a_small_two_sided_p(n, threshold, data):
    x = data.draw(st.integers(0, n))
    if v.beyond_chance(x, n, threshold) == "established":
        assert exact_test(x, n, float(threshold)) <= 0.05 + 1e-12
        over = Fraction(x, n) > Fraction(str(threshold))
        assert v.as_counted(x, n, threshold) == ("over" if over else "under")


@pytest.mark.parametrize(("x", "n"), [(5, 4), (-1, 4), (1.5, 4)])
def test_impossible_counts_are_refused(x, n):
    with pytest.raises(ArgumentError):
        v.as_counted(x, n)


def test_impossible_threshold_is_refused():
    with pytest.raises(ArgumentError, match="threshold"):
        v.as_counted(1, 2, 57)


def test_printed_shares_without_counts():
    assert v.as_counted_printed(0.5, 0.5) == "exactly"
    assert v.as_counted_printed(0.5, 1.0) == "unknown"  # "half or more"
    assert v.as_counted_printed(0.0, 0.5, open_high=True) == "under"
    assert v.as_counted_printed(0.565, 0.575, 0.57) == "unknown"
    assert v.as_counted_printed(float("nan"), 0.7) == "unknown"
    with pytest.raises(ArgumentError):
        v.as_counted_printed(0.7, 0.6)
    with pytest.raises(ArgumentError):
        v.as_counted_printed(57, 58)
