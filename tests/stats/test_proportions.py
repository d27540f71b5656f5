"""One and two proportions, against printed examples, SciPy and statsmodels."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.stats import binomtest, fisher_exact
from scipy.stats.contingency import relative_risk
from statsmodels.stats.proportion import proportion_confint

from citable.errors import ArgumentError
from scomm.stats import proportions as p

INTERVALS = [p.wilson, p.clopper_pearson, p.jeffreys, p.mid_p]

# Newcombe (1998), Statistics in Medicine 17: 857-872, Table I (methods 3, 5 and 6).
NEWCOMBE_ONE = [
    (81, 263, p.wilson, 0.2553, 0.3662),
    (81, 263, p.clopper_pearson, 0.2527, 0.3676),
    (81, 263, p.mid_p, 0.2544, 0.3658),
    (15, 148, p.wilson, 0.0624, 0.1605),
    (15, 148, p.clopper_pearson, 0.0578, 0.1617),
    (15, 148, p.mid_p, 0.0601, 0.1581),
    (0, 20, p.wilson, 0.0, 0.1611),
    (0, 20, p.clopper_pearson, 0.0, 0.1684),
    (0, 20, p.mid_p, 0.0, 0.1391),
    (1, 29, p.wilson, 0.0061, 0.1718),
    (1, 29, p.clopper_pearson, 0.0009, 0.1776),
    (1, 29, p.mid_p, 0.0017, 0.1585),
]

# Newcombe (1998), Statistics in Medicine 17: 873-890, Table II, method 10.
NEWCOMBE_TWO = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0),
    (10, 10, 0, 10, 0.6075, 1.0),
]


@st.composite
def one_count(draw, most=2000):
    n = draw(st.integers(1, most))
    return draw(st.integers(0, n)), n


@pytest.mark.parametrize(("x", "n", "method", "low", "high"), NEWCOMBE_ONE)
def test_newcombe_1998_table_i(x, n, method, low, high):
    interval = method(x, n)
    assert interval.low == pytest.approx(low, abs=6e-5)
    assert interval.high == pytest.approx(high, abs=6e-5)


@pytest.mark.parametrize(("x1", "n1", "x2", "n2", "low", "high"), NEWCOMBE_TWO)
def test_newcombe_1998_table_ii(x1, n1, x2, n2, low, high):
    interval = p.newcombe_difference(x1, n1, x2, n2).interval
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=6e-5)


def test_agresti_2002_vegetarians_none_of_25():
    # Agresti (2002), section 1.4: score interval (0, 0.133), Clopper-Pearson (0, 0.137).
    assert p.wilson(0, 25).high == pytest.approx(0.133, abs=5e-4)
    assert p.clopper_pearson(0, 25).high == pytest.approx(0.137, abs=5e-4)


def test_agresti_2002_tea_tasting():
    assert p.fisher_exact(3, 4, 1, 4, "greater") == pytest.approx(0.243, abs=5e-4)
    assert p.fisher_exact(3, 4, 1, 4) == pytest.approx(0.486, abs=5e-4)


@given(one_count())
def test_intervals_agree_with_statsmodels(count):
    x, n = count
    for ours, theirs in [(p.wilson, "wilson"), (p.clopper_pearson, "beta")]:
        interval = ours(x, n)
        expected = proportion_confint(x, n, method=theirs)
        assert (interval.low, interval.high) == pytest.approx(expected, abs=1e-10)
    if 0 < x < n:
        interval = p.jeffreys(x, n)
        expected = proportion_confint(x, n, method="jeffreys")
        assert (interval.low, interval.high) == pytest.approx(expected, abs=1e-10)


@given(one_count(), st.sampled_from(INTERVALS), st.floats(0.5, 0.999))
def test_interval_contains_the_share_and_mirrors(count, method, level):
    x, n = count
    interval, mirror = method(x, n, level), method(n - x, n, level)
    assert 0 <= interval.low <= x / n + 1e-12
    assert x / n - 1e-12 <= interval.high <= 1
    assert interval.low == pytest.approx(1 - mirror.high, abs=1e-9)


@given(one_count(300), st.sampled_from(INTERVALS))
def test_interval_shrinks_as_n_grows(count, method):
    x, n = count
    small, large = method(x, n), method(4 * x, 4 * n)
    assert large.high - large.low < small.high - small.low


@pytest.mark.parametrize("method", INTERVALS)
def test_edges_of_intervals(method):
    assert method(0, 9).low == 0.0
    assert method(9, 9).high == 1.0
    empty = method([0, 3], [0, 4])
    assert np.isnan(empty.low[0])
    assert np.isnan(empty.high[0])
    assert not np.isnan(empty.low[1])
    assert np.isnan(method(np.nan, 5).low)
    assert method([], []).low.shape == (0,)


@pytest.mark.parametrize(("x", "n"), [(-1, 5), (6, 5), (1.5, 5), (1, 4.5), ([1, 2], [3, 4, 5])])
def test_impossible_counts_are_refused(x, n):
    with pytest.raises(ArgumentError):
        p.wilson(x, n)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_impossible_level_is_refused(level):
    with pytest.raises(ArgumentError, match="level"):
        p.clopper_pearson(1, 2, level)


@given(one_count(400), st.sampled_from([0.05, 0.25, 0.287, 0.5, 0.7]))
def test_exact_test_agrees_with_scipy(count, p0):
    x, n = count
    for alternative in ("two-sided", "greater", "less"):
        expected = binomtest(x, n, p0, alternative).pvalue
        assert p.exact_test(x, n, p0, alternative) == pytest.approx(expected, abs=1e-10)


@given(one_count(200), one_count(200))
def test_fisher_agrees_with_scipy(first, second):
    (x1, n1), (x2, n2) = first, second
    table = [[x1, n1 - x1], [x2, n2 - x2]]
    for alternative in ("two-sided", "greater", "less"):
        expected = fisher_exact(table, alternative)[1]
        ours = p.fisher_exact(x1, n1, x2, n2, alternative)
        assert ours == pytest.approx(expected, abs=1e-9)


def test_exact_test_edges():
    assert np.isnan(p.exact_test(0, 0))
    assert p.exact_test(0, 10, 0.0) == 1.0
    assert p.exact_test(1, 10, 0.0) == 0.0
    assert p.exact_test(5, 10) == 1.0
    with pytest.raises(ArgumentError):
        p.exact_test(1, 2, 1.5)
    with pytest.raises(ArgumentError):
        p.exact_test(1, 2, 0.5, "larger")


@given(one_count(500), st.floats(0.05, 0.95))
def test_mid_p_test_is_milder_and_inverts_the_mid_p_interval(count, p0):
    x, n = count
    upper = p.mid_p_test(x, n, p0, "greater")
    assert upper <= p.exact_test(x, n, p0, "greater") + 1e-12
    interval = p.mid_p(x, n)
    if min(abs(p0 - interval.low), abs(p0 - interval.high)) > 1e-6:
        inside = interval.low < p0 < interval.high
        assert inside == (p.mid_p_test(x, n, p0) > 0.05)


@given(one_count(), one_count())
def test_difference_contains_estimate_and_changes_sign_with_order(first, second):
    (x1, n1), (x2, n2) = first, second
    forward = p.newcombe_difference(x1, n1, x2, n2)
    backward = p.newcombe_difference(x2, n2, x1, n1)
    assert -1 <= forward.interval.low <= forward.estimate <= forward.interval.high <= 1
    assert forward.interval.low == pytest.approx(-backward.interval.high, abs=1e-12)


@given(one_count(), one_count())
def test_ratio_contains_estimate_and_inverts_with_order(first, second):
    (x1, n1), (x2, n2) = first, second
    forward, backward = p.ratio(x1, n1, x2, n2), p.ratio(x2, n2, x1, n1)
    if x1 and x2:
        assert forward.interval.low < forward.estimate < forward.interval.high
        assert forward.interval.low == pytest.approx(1 / backward.interval.high, rel=1e-9)
    if x2 == 0 and x1:
        assert forward.estimate == np.inf
        assert forward.interval.high == np.inf
    if x1 == 0 and x2:
        assert forward.interval.low == 0 == forward.estimate


def test_ratio_approaches_katz_in_large_samples():
    katz = relative_risk(5000, 10000, 27000, 94000).confidence_interval()
    ours = p.ratio(5000, 10000, 27000, 94000).interval
    assert (ours.low, ours.high) == pytest.approx((katz.low, katz.high), rel=3e-4)


def test_odds_ratio_with_empty_cells():
    none = p.odds_ratio(0, 5, 3, 5)
    assert none.estimate == 0.0
    assert none.interval.low == 0.0
    assert 0 < none.interval.high < np.inf
    every = p.odds_ratio(5, 5, 3, 5)
    assert every.estimate == every.interval.high == np.inf
    assert np.isnan(p.odds_ratio(0, 5, 0, 5).estimate)
    assert np.isnan(p.odds_ratio(0, 0, 3, 5).interval.low)


def test_against_rest_takes_the_unit_out_of_its_reference():
    result = p.against_rest(93, 186, 27047, 94218)
    assert result.rest_share == pytest.approx((27047 - 93) / (94218 - 186), abs=1e-15)
    assert result.difference.estimate == pytest.approx(0.5 - result.rest_share)
    assert result.p < 1e-8
    assert "rest" not in result.null  # the null is spelled out, not named by jargon
    assert "all other units" in result.null


def test_against_rest_of_the_whole_is_undefined_and_of_a_larger_unit_is_refused():
    whole = p.against_rest(5, 9, 5, 9)
    assert np.isnan(whole.rest_share)
    assert np.isnan(whole.p)
    assert np.isnan(whole.difference.interval.low)
    with pytest.raises(ArgumentError):
        p.against_rest(6, 9, 5, 9)
    with pytest.raises(ArgumentError):
        p.against_rest(0, 8, 5, 9)


def test_3200_units_vectorised_equal_single_calls():
    generator = np.random.default_rng(1)
    n = generator.integers(0, 2000, 3200)
    x = generator.binomial(n, 0.3)
    low = [method(x, n).low for method in INTERVALS]
    tests = [p.exact_test(x, n, 0.287), p.against_rest(x, n, x.sum(), n.sum()).p]
    for at in (0, 17, 3199):
        alone = [method(x[at], n[at]).low for method in INTERVALS]
        alone += [
            p.exact_test(x[at], n[at], 0.287),
            p.against_rest(x[at], n[at], x.sum(), n.sum()).p,
        ]
        # The same operations one at a time: equal up to the last digits of vector instructions.
        assert [values[at] for values in (*low, *tests)] == pytest.approx(alone, rel=1e-12)


@given(one_count(), st.floats(1, 50))
def test_overdispersed_interval_contains_the_plain_one(count, phi):
    x, n = count
    plain, wide = p.wilson(x, n), p.wilson_overdispersed(x, n, phi)
    assert wide.low <= plain.low + 1e-12
    assert wide.high >= plain.high - 1e-12
    assert p.wilson_overdispersed(x, n, 1.0).low == plain.low


def test_overdispersion_never_narrows():
    with pytest.raises(ArgumentError, match="phi"):
        p.wilson_overdispersed(1, 2, 0.5)


@pytest.mark.parametrize(
    ("function", "counts", "method"),
    [
        (p.wilson, (3, 10), "Wilson"),
        (p.clopper_pearson, (3, 10), "Clopper-Pearson"),
        (p.jeffreys, (3, 10), "Jeffreys"),
        (p.newcombe_difference, (3, 10, 4, 12), "Newcombe hybrid score"),
        (p.ratio, (3, 10, 4, 12), "MOVER Wilson"),
        (p.odds_ratio, (3, 10, 4, 12), "Woolf logit"),
    ],
)
def test_interval_names_its_method(function, counts, method):
    found = function(*counts)
    interval = found.interval if isinstance(found, p.Comparison) else found
    assert interval.method == method


@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_wilson_limits_are_zero_and_one_themselves_where_there_is_nothing_beyond(level):
    # Computed by the formula, the limit is off by a rounding for some n, even below zero.
    n = np.arange(1, 2000)
    assert (p.wilson(np.zeros(n.size), n, level).low == 0).all()
    assert (p.wilson(n, n, level).high == 1).all()
