"""Sets of counts behind printed words, against brute force."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from citable.errors import ArgumentError
from scomm.stats import rounded as r
from scomm.stats.proportions import exact_test


def test_consistent_counts_is_the_whole_set_and_nothing_else():
    members = set(r.consistent_counts(480, 499, 56.5, 57.5).pairs)
    brute = {
        (x, n) for n in range(480, 500) for x in range(n + 1) if 565 * n <= 1000 * x <= 575 * n
    }
    assert members == brute


@given(st.integers(1, 400), st.data())
def test_the_true_count_is_always_a_member_of_its_printed_version(n, data):
    x = data.draw(st.integers(0, n))
    digits = data.draw(st.integers(0, 2))
    printed, half = float(f"{100 * x / n:.{digits}f}"), 0.5 / 10**digits
    low, high = max(round(printed - half, 3), 0), min(round(printed + half, 3), 100)
    assert (x, n) in r.consistent_counts(n, n, low, high).pairs
    first, last = r.share_range(r.consistent_counts(n, n, low, high))
    assert first <= x / n <= last


def test_open_ends_exclude_the_number_itself():
    over = r.consistent_counts(100, 100, 50, None, open_low=True)
    assert over.pairs[0] == (51, 100)
    under = r.consistent_counts(100, 100, None, 50, open_high=True)
    assert under.pairs[-1] == (49, 100)


def test_contradictory_words_give_an_empty_set():
    nothing = r.consistent_counts(3, 3, 56.5, 57.5)
    assert nothing.pairs == []
    assert all(math.isnan(v) for v in r.share_range(nothing))
    assert r.least_favourable_test(nothing) is None
    assert math.isnan(r.interval_range(nothing).low)


def test_unlimited_n_keeps_only_the_printed_share():
    members = r.consistent_counts(100, None, 50, 60)
    assert not members.bounded
    assert r.share_range(members) == (0.5, 0.6)
    assert r.least_favourable_test(members) is None


def test_least_favourable_member_has_the_largest_p():
    members = r.consistent_counts(480, 499, 56.5, 57.5)
    tested = r.least_favourable_test(members)
    p = np.asarray(exact_test(members.x, members.n, 0.5, "greater"))
    assert tested.p == pytest.approx(p.max(), abs=1e-15)
    assert tested.p < 0.05  # 57 percent of nearly 500 is over half under every reading


def test_floor_at_which_verdict_turns_against_brute_force():
    floor = r.floor_at_which_verdict_turns(499, 56.5, 57.5)
    above = r.least_favourable_test(r.consistent_counts(floor + 1, 499, 56.5, 57.5))
    at = r.least_favourable_test(r.consistent_counts(floor, 499, 56.5, 57.5))
    assert above.p <= 0.05 < at.p


def test_floor_when_verdict_never_holds_or_never_fails():
    assert r.floor_at_which_verdict_turns(100, 50.5, 51.5) in range(95, 101)
    assert r.floor_at_which_verdict_turns(3, 56.5, 57.5) is None  # no n has such a share


def test_reversed_limits_are_refused():
    with pytest.raises(ArgumentError):
        r.consistent_counts(10, 5)
    with pytest.raises(ArgumentError):
        r.consistent_counts(1, 5, 60, 50)
    with pytest.raises(ArgumentError, match="pairs"):
        r.consistent_counts(1, 10_000)


def _from_which(low, high, most, total=None):
    """Try every number of cases and every count that agrees with the printed percentages."""
    bad = 0
    for n in range(1, most + 1):
        for x in range(n + 1):
            if low * n <= 100 * x <= high * n:
                p = exact_test(x, n, 0.5) * (1 if total is None else total // n)
                bad = n if p > 0.05 + 1e-12 else bad
    agreeing = (n for n in range(bad + 1, most + 1) if int(high * n // 100) * 100 >= low * n)
    return next(agreeing, None)


@pytest.mark.parametrize(
    ("low", "high", "n"), [(70, 74, 28), (63.5, 64.5, 56), (62.5, 63.5, 65), (61.5, 62.5, 79)]
)
def test_a_bare_share_is_beyond_chance_from_a_number_of_cases(low, high, n):
    assert r.total_from_which_established(low, high) == n == _from_which(low, high, 250)
    # A share as far under one half needs the same number.
    assert r.total_from_which_established(100 - high, 100 - low) == n


def test_beyond_selection_needs_more_cases_and_sometimes_more_than_there_are():
    found = r.total_from_which_established(70, 74, total_n=5_000)
    assert found == _from_which(70, 74, 250, total=5_000)
    assert r.total_from_which_established(70, 74) < found
    assert r.total_from_which_established(50.5, 51.5, total_n=1_000) is None


def test_a_share_that_may_be_one_half_is_never_established():
    assert r.total_from_which_established(47.5, 52.5) is None
    assert r.total_from_which_established(50, 100) is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((60, 50), "low <= high"), ((50, 101), "percent"), ((60, 70, 0.95, 0), "total_n")],
)
def test_impossible_printed_shares_are_refused(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        r.total_from_which_established(*arguments)
