"""Edges of the statistics of counts: no outcomes, all outcomes, an empty place, an unknown count.

Each test says what is right there and why, from a formula, exact fractions or SciPy. Tolerances: ARITHMETIC
is for a few roundings of doubles; ROOT is for what SciPy inverts numerically; FIT is for what an
optimiser found, as near as it stops. Digits that a flat likelihood leaves open are not compared.
"""

from fractions import Fraction
from math import comb, inf, nan

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import beta, betabinom, binom, chi2, false_discovery_control, norm

from scomm.stats import (
    _arrays,
    bounds,
    funnel,
    heterogeneity,
    increments,
    multiple,
    proportions,
    ranks,
    rounded,
    selection,
    shrinkage,
    standardise,
    verdicts,
)

ARITHMETIC = {"rel": 1e-12, "abs": 1e-14}
ROOT = {"rel": 1e-9, "abs": 1e-11}
FIT = {"rel": 1e-5, "abs": 1e-8}

# Places of several sizes: none, only and no outcomes, an empty one; and some that are not known.
X, N = [0, 3, 8, 10, 4, 0, 27, 61], [7, 10, 20, 10, 9, 0, 90, 300]
UNKNOWN_X, UNKNOWN_N = [1, 9, 4, 6, 2, nan, 0], [10, 12, 10, 15, 10, 10, 0]
KNOWN = np.array([True] * 5 + [False] * 2)
INTERVALS = [
    proportions.wilson,
    proportions.clopper_pearson,
    proportions.jeffreys,
    proportions.mid_p,
]
COMPARISONS = [proportions.newcombe_difference, proportions.ratio, proportions.odds_ratio]


def ends(interval):
    """Both limits, one after the other."""
    return np.array([interval.low, interval.high])


def exact(values, **within):
    """Approximately equal within ARITHMETIC, nan where nan."""
    return pytest.approx(values, nan_ok=True, **(within or ARITHMETIC))


# --- arrays ---


def test_a_scalar_result_is_a_float_and_an_array_stays_an_array():
    assert type(_arrays.unwrap(np.float64(3))) is float
    assert _arrays.unwrap([3, 4]).tolist() == [3.0, 4.0]


def test_counts_come_in_one_shape_and_unknown_ones_pass():
    x, n = _arrays.counts([2, nan], 2)
    assert x.tolist() == exact([2, nan])
    assert n.tolist() == [2, 2]
    assert _arrays.counts(nan, nan)[0].shape == ()


# --- one share ---


def test_share_of_an_empty_or_unknown_place_is_nan():
    assert proportions.share(X, N)[[0, 3, 5]].tolist() == exact([0, 1, nan])
    assert type(proportions.share(3, 8)) is float
    assert proportions.share(3, 8) == 0.375


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95])
def test_limits_solve_their_defining_equations(level):
    x, n = np.array([3.0, 8, 4, 27, 61]), np.array([10.0, 20, 9, 90, 300])
    tail, z = (1 - level) / 2, norm.ppf((1 + level) / 2)
    for limit in ends(proportions.wilson(x, n, level)):
        assert np.abs(x / n - limit) == pytest.approx(z * np.sqrt(limit * (1 - limit) / n), **ROOT)
    low, high = ends(proportions.clopper_pearson(x, n, level))
    assert binom.sf(x - 1, n, low) == pytest.approx(tail, **ROOT)
    assert binom.cdf(x, n, high) == pytest.approx(tail, **ROOT)
    low, high = ends(proportions.mid_p(x, n, level))
    assert binom.sf(x, n, low) + binom.pmf(x, n, low) / 2 == pytest.approx(tail, **ROOT)
    assert binom.cdf(x - 1, n, high) + binom.pmf(x, n, high) / 2 == pytest.approx(tail, **ROOT)
    low, high = ends(proportions.jeffreys(x, n, level))
    assert beta.cdf(low, x + 0.5, n - x + 0.5) == pytest.approx(tail, **ROOT)
    assert beta.sf(high, x + 0.5, n - x + 0.5) == pytest.approx(tail, **ROOT)


def test_high_limit_without_outcomes_in_closed_form():
    z2 = norm.ppf(0.975) ** 2
    assert proportions.wilson(0, 9).high == pytest.approx(z2 / (9 + z2), **ROOT)
    assert proportions.clopper_pearson(0, 9).high == pytest.approx(1 - 0.025 ** (1 / 9), **ROOT)
    assert proportions.mid_p(0, 9).high == pytest.approx(1 - 0.05 ** (1 / 9), **ROOT)
    assert proportions.jeffreys(0, 9).high == pytest.approx(beta.ppf(0.975, 0.5, 9.5), **ROOT)


@pytest.mark.parametrize("method", INTERVALS)
def test_only_outcomes_mirror_no_outcomes(method):
    none, every = method(0, 9), method(9, 9)
    assert (none.low, every.high) == (0.0, 1.0)
    assert every.low == pytest.approx(1 - none.high, **ROOT)


@pytest.mark.parametrize("method", INTERVALS)
def test_an_unknown_place_has_no_limits_and_leaves_its_neighbours_alone(method):
    limits = ends(method(UNKNOWN_X, UNKNOWN_N, 0.5))
    assert np.isnan(limits).tolist() == [(~KNOWN).tolist()] * 2
    assert limits[:, 0].tolist() == exact(ends(method(1, 10, 0.5)).tolist())
    assert np.isnan(method(5, nan).high)


@pytest.mark.parametrize(
    ("method", "label"),
    [
        (proportions.wilson, "Wilson"),
        (proportions.clopper_pearson, "Clopper-Pearson"),
        (proportions.jeffreys, "Jeffreys"),
        (proportions.mid_p, "mid-P"),
    ],
)
def test_an_interval_of_one_share_names_its_method_and_level(method, label):
    interval = method(3, 8, 0.9)
    assert (interval.method, interval.level) == (label, 0.9)
    assert type(interval.low) is type(interval.high) is float
    assert method(3, 8).level == 0.95


def test_overdispersed_wilson_is_wilson_of_the_effective_counts():
    wide = proportions.wilson_overdispersed([300, 30], 1000, [10.0, 1.0], 0.9)
    assert wide.low.tolist() == exact(proportions.wilson([30, 30], [100, 1000], 0.9).low.tolist())
    assert (wide.method, wide.level) == ("Wilson, over-dispersed", 0.9)
    edges = ends(proportions.wilson_overdispersed([0, 9, 0], [9, 9, 0], 4.5))
    assert edges[:, 2].tolist() == exact([nan, nan])
    assert (edges[0, 0], edges[1, 1]) == (0.0, 1.0)


# --- tests of one share ---


def exact_p(x, n, p0, alternative):
    """Exact binomial p-value in fractions: two-sided, outcomes no more likely than x."""
    chance = [comb(n, k) * p0**k * (1 - p0) ** (n - k) for k in range(n + 1)]
    kept = {
        "greater": [k for k in range(n + 1) if k >= x],
        "less": [k for k in range(n + 1) if k <= x],
        "two-sided": [k for k in range(n + 1) if chance[k] <= chance[x]],
    }[alternative]
    return float(sum(chance[k] for k in kept))


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@pytest.mark.parametrize("p0", [Fraction(0), Fraction(1, 4), Fraction(1, 2), Fraction(9, 10), 1])
def test_exact_test_of_every_count_against_fractions(p0, alternative):
    for n in (1, 2, 7, 10):
        ours = proportions.exact_test(np.arange(n + 1), n, float(p0), alternative)
        brute = [exact_p(x, n, Fraction(p0), alternative) for x in range(n + 1)]
        assert ours.tolist() == pytest.approx(brute, **ROOT)


@pytest.mark.parametrize("p0", [0, 0.3, 0.999, 1])
def test_one_sided_p_values_share_the_observed_point(p0):
    x, n = np.array([0, 3, 8, 10, 61]), np.array([7, 10, 20, 10, 300])
    both = [proportions.exact_test(x, n, p0, side) for side in ("greater", "less")]
    assert sum(both) == pytest.approx(1 + binom.pmf(x, n, p0), **ROOT)
    both = [proportions.mid_p_test(x, n, p0, side) for side in ("greater", "less")]
    assert sum(both) == pytest.approx(1, **ROOT)
    doubled = 2 * np.minimum(*both)
    assert proportions.mid_p_test(x, n, p0) == pytest.approx(doubled, **ROOT)
    assert both[0] == pytest.approx(binom.sf(x, n, p0) + binom.pmf(x, n, p0) / 2, **ROOT)


@pytest.mark.parametrize("test", [proportions.exact_test, proportions.mid_p_test])
def test_a_test_is_two_sided_at_one_half_unless_told(test):
    assert test(7, 8) == test(7, 8, 0.5, "two-sided") != test(7, 8, 0.4)
    assert type(test(7, 8)) is float


@pytest.mark.parametrize("test", [proportions.exact_test, proportions.mid_p_test])
@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_p_of_an_empty_or_unknown_place_is_nan(test, alternative):
    p = test(UNKNOWN_X, UNKNOWN_N, 0.5, alternative)
    assert np.isnan(p).tolist() == (~KNOWN).tolist()
    assert p[0] == exact(test(1, 10, 0.5, alternative))
    assert np.isnan(test(0, 1, 0.5, alternative)) == np.False_
    assert np.isnan(test(0, 0, 0.5, alternative))


# --- two shares ---


def test_difference_is_built_from_wilson_limits():
    x1, n1, x2, n2 = [7, 0, 9], [34, 9, 9], [1, 0, 5], [34, 20, 7]
    c = proportions.newcombe_difference(x1, n1, x2, n2, 0.9)
    (l1, u1), (l2, u2) = (ends(proportions.wilson(*v, 0.9)) for v in ((x1, n1), (x2, n2)))
    p1, p2 = np.divide(x1, n1), np.divide(x2, n2)
    assert c.estimate.tolist() == exact((p1 - p2).tolist())
    assert c.interval.low == exact(p1 - p2 - np.sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2))
    assert c.interval.high == exact(p1 - p2 + np.sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2))
    assert (c.interval.level, c.interval.method) == (0.9, "Newcombe hybrid score")


def test_ratio_is_built_from_wilson_limits():
    c = proportions.ratio(7, 34, 3, 40, 0.9)
    (l1, u1), (l2, u2) = (ends(proportions.wilson(*v, 0.9)) for v in ((7, 34), (3, 40)))
    p1, p2 = 7 / 34, 3 / 40
    a = p1 * p2
    low = (a - np.sqrt(a**2 - l1 * u2 * (2 * p1 - l1) * (2 * p2 - u2))) / (u2 * (2 * p2 - u2))
    high = (a + np.sqrt(a**2 - u1 * l2 * (2 * p1 - u1) * (2 * p2 - l2))) / (l2 * (2 * p2 - l2))
    # The low limit is the other form of the same root, which subtracts: fewer digits are left.
    assert (c.estimate, *ends(c.interval)) == pytest.approx((p1 / p2, low, high), **ROOT)
    assert (c.interval.level, c.interval.method) == (0.9, "MOVER Wilson")


def test_odds_ratio_is_woolfs_with_a_half_in_every_cell_only_if_one_is_empty():
    def limits(a, b, c, d):
        spread = norm.ppf(0.95) * np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
        return np.exp(np.log(a * d / (b * c)) + np.array([-spread, spread]))

    full = proportions.odds_ratio(7, 34, 3, 40, 0.9)
    assert full.estimate == exact(7 * 37 / (27 * 3))
    assert ends(full.interval) == pytest.approx(limits(7, 27, 3, 37), **ROOT)
    assert (full.interval.level, full.interval.method) == (0.9, "Woolf logit")
    for x1, x2, estimate in ((0, 3, 0), (5, 3, inf), (3, 0, inf), (3, 5, 0)):
        found = proportions.odds_ratio(x1, 5, x2, 5, 0.9)
        filled = limits(x1 + 0.5, 5.5 - x1, x2 + 0.5, 5.5 - x2)
        filled[0 if estimate == 0 else 1] = estimate  # the open end
        assert found.estimate == estimate
        assert ends(found.interval) == pytest.approx(filled, **ROOT)


@pytest.mark.parametrize(
    ("x1", "x2", "low", "estimate", "high"),
    [(0, 3, 0, 0, None), (3, 0, None, inf, inf), (0, 0, 0, nan, inf)],
)
def test_ratio_without_outcomes_on_a_side_is_open_there(x1, x2, low, estimate, high):
    c = proportions.ratio(x1, 5, x2, 9)
    assert c.estimate == exact(estimate)
    assert c.interval.low == low or (low is None and 0 < c.interval.low < inf)
    assert c.interval.high == high or (high is None and 0 < c.interval.high < inf)


@pytest.mark.parametrize("compare", COMPARISONS)
@pytest.mark.parametrize("counts", [(0, 0, 2, 9), (2, 9, 0, 0), (nan, 9, 2, 9), (2, 9, nan, 9)])
def test_comparison_with_an_empty_or_unknown_side_is_nan(compare, counts):
    c = compare(*counts)
    assert [c.estimate, *ends(c.interval)] == exact([nan, nan, nan])


@pytest.mark.parametrize("compare", COMPARISONS)
def test_a_comparison_of_scalars_is_of_floats_at_95_percent(compare):
    c = compare(3, 8, 2, 9)
    assert {type(c.estimate), type(c.interval.low), type(c.interval.high)} == {float}
    assert c.interval.level == 0.95
    both = compare([3, 1], 8, 2, [9, 9])
    assert both.interval.low[0] == exact(c.interval.low)


def test_fisher_of_every_table_against_fractions():
    def chance(a, n1, drawn, n2):
        return Fraction(comb(n1, a) * comb(n2, drawn - a), comb(n1 + n2, drawn))

    n1 = 5
    tables = [(a, c, size) for size in (1, 4) for a in range(6) for c in range(size + 1)]
    for a, c, n2 in tables:
        support = range(max(0, a + c - n2), min(n1, a + c) + 1)
        mass = {k: chance(k, n1, a + c, n2) for k in support}
        brute = {
            "greater": sum(m for k, m in mass.items() if k >= a),
            "less": sum(m for k, m in mass.items() if k <= a),
            "two-sided": sum(m for m in mass.values() if m <= mass[a]),
        }
        for side, p in brute.items():
            assert proportions.fisher_exact(a, n1, c, n2, side) == pytest.approx(float(p), **ROOT)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_fisher_with_an_empty_or_unknown_side_is_nan(alternative):
    p = proportions.fisher_exact(
        [0, 3, nan, 3], [0, 9, 9, 9], [5, 0, 5, nan], [9, 0, 9, 9], alternative
    )
    assert p.tolist() == exact([nan] * 4)
    assert type(proportions.fisher_exact(3, 4, 1, 4, alternative)) is float


def test_against_rest_compares_with_the_total_less_the_unit():
    r = proportions.against_rest([30, 5], 90, 200, 600, 0.9)
    rest = [170, 195], [510, 510]
    assert r.share == exact(np.array([30, 5]) / 90)
    assert r.rest_share == exact(np.array(rest[0]) / 510)
    for name, function in zip(("difference", "ratio", "odds_ratio"), COMPARISONS, strict=True):
        ours, theirs = getattr(r, name), function([30, 5], 90, *rest, 0.9)
        assert ours.estimate == exact(theirs.estimate)
        assert ends(ours.interval) == exact(ends(theirs.interval))
        assert ours.interval.level == 0.9
    assert r.p == exact(proportions.fisher_exact([30, 5], 90, *rest))
    assert r.null == "the unit has the same share as all other units of the total taken together"
    assert proportions.against_rest(30, 90, 200, 600).ratio.interval.level == 0.95
    proportions.against_rest(5, 9, 5, 20)  # all outcomes of the total, and all of its cases
    proportions.against_rest(5, 9, 5, 9)


# --- many places ---


def test_chi_square_leaves_out_empty_and_unknown_places():
    h = heterogeneity.chi_square_homogeneity([10, 20, 0, nan], [100, 50, 0, 9])
    pooled = 30 / 150
    statistic = (10 - 20) ** 2 / (100 * pooled * 0.8) + (20 - 10) ** 2 / (50 * pooled * 0.8)
    assert (h.statistic, h.p) == pytest.approx((statistic, chi2.sf(statistic, 1)), **ROOT)
    assert (h.df, h.places, h.pooled_share, h.smallest_expected) == (1, 2, 0.2, exact(10))
    assert h.null == "all places have the same share"
    assert heterogeneity.chi_square_homogeneity([90, 30], [100, 50]).smallest_expected == exact(10)


@pytest.mark.parametrize("x", [[0, 0, 0], [4, 5, 6]])
def test_chi_square_of_no_or_only_outcomes_finds_nothing(x):
    h = heterogeneity.chi_square_homogeneity(x, [4, 5, 6])
    assert (h.statistic, h.df, h.p, h.smallest_expected) == (0, 2, 1, 0)


def test_overdispersion_is_clamped_and_winsorised_by_quantiles():
    x, n = np.array([0, 3, 8, 10, 4, 27, 61]), np.array([7, 10, 20, 10, 9, 90, 300])
    for target in (0.25, None):
        centre = x.sum() / n.sum() if target is None else target
        z = (x / n - centre) / np.sqrt(centre * (1 - centre) / n)
        plain = heterogeneity.overdispersion(X, N, target)
        pulled = heterogeneity.overdispersion(X, N, target, 0.2)
        clipped = np.clip(z, *np.quantile(z, [0.2, 0.8]))
        assert plain.phi == plain.phi_raw == exact(np.mean(z**2))
        assert pulled.phi_raw == exact(np.mean(clipped**2))
        assert (plain.winsorised, pulled.winsorised, plain.places) == (0, 0.2, 7)
        assert not plain.clamped
    calm = heterogeneity.overdispersion([10, 10, 11], [100, 100, 100])
    assert (calm.clamped, calm.phi) == (True, 1.0)
    assert calm.phi_raw < 1
    some = heterogeneity.overdispersion([10, 18, 10], [100, 100, 100])
    assert 1 < some.phi_raw < 2
    assert (some.clamped, some.phi) == (False, some.phi_raw)


def test_dersimonian_laird_by_hand_and_without_spread():
    y, v = np.array([0.1, 0.3, 0.5]), np.array([0.01, 0.02, 0.03])
    d = heterogeneity.dersimonian_laird(y, v, 0.9, "points")
    w = 1 / v
    q = (w * (y - (w * y).sum() / w.sum()) ** 2).sum()
    tau2 = (q - 2) / (w.sum() - (w**2).sum() / w.sum())
    star = 1 / (v + tau2)
    mean, half = (star * y).sum() / star.sum(), norm.ppf(0.95) / np.sqrt(star.sum())
    assert (d.mean, d.low, d.high) == pytest.approx((mean, mean - half, mean + half), **ROOT)
    assert (d.tau2, d.tau, d.q, d.i2) == exact((tau2, tau2**0.5, q, (q - 2) / q))
    assert (d.df, d.p, d.scale, d.level) == (2, exact(chi2.sf(q, 2)), "points", 0.9)
    assert not d.clamped
    flat = heterogeneity.dersimonian_laird([0.25, 0.25], [0.01, 0.02])
    assert (flat.tau2, flat.i2, flat.q, flat.p, flat.clamped) == (0, 0, 0, 1, True)
    assert (flat.mean, flat.scale, flat.level) == (exact(0.25), "as given", 0.95)


@pytest.mark.parametrize("scale", ["share", "logit"])
def test_random_effects_are_those_of_shares_or_logits_of_known_places(scale):
    x, n = np.array(UNKNOWN_X)[KNOWN], np.array(UNKNOWN_N)[KNOWN]
    p = x.sum() / n.sum()
    y, v = x / n, p * (1 - p) / n
    if scale == "logit":
        y, v = np.log((x + 0.5) / (n - x + 0.5)), 1 / (x + 0.5) + 1 / (n - x + 0.5)
    ours = heterogeneity.random_effects(UNKNOWN_X, UNKNOWN_N, scale, 0.8)
    theirs = heterogeneity.dersimonian_laird(y, v, 0.8, scale)
    assert (ours.mean, ours.tau2, ours.low, ours.q) == exact(
        (theirs.mean, theirs.tau2, theirs.low, theirs.q)
    )
    assert (ours.scale, ours.level, ours.df) == (scale, 0.8, 4)
    default = heterogeneity.random_effects(UNKNOWN_X, UNKNOWN_N)
    assert (default.scale, default.level) == ("share", 0.95)


def test_random_effects_on_the_logit_scale_allow_no_outcomes():
    none = heterogeneity.random_effects([0, 0], [4, 4], "logit")
    assert (none.clamped, none.tau2) == (True, 0)
    assert none.mean == exact(np.log(0.5 / 4.5))


def binomial_limit(x, n):
    """Log-likelihood of places that all have the pooled share: no spread."""
    return binom.logpmf(x, n, np.sum(x) / np.sum(n)).sum()


def test_beta_binomial_at_the_boundary_is_the_binomial():
    # Places closer to one another than chance: the likelihood is flat towards no spread, so where a
    # search of it stops depends on the processor. The fit is put at the boundary itself.
    x, n = np.array([10, 10, 11]), np.array([100, 100, 100])
    fit = heterogeneity.beta_binomial(x, n)
    assert fit.at_boundary
    assert fit.p == 1.0
    assert fit.log_likelihood == pytest.approx(binomial_limit(x, n), abs=1e-5)
    assert (fit.mean, fit.concentration) == exact((31 / 300, heterogeneity.LARGEST_CONCENTRATION))
    assert fit.sd < 1e-4
    assert fit.places == 3


def test_random_intercept_at_the_boundary_is_the_binomial():
    x, n = np.array([10, 10, 11]), np.array([100, 100, 100])
    fit = heterogeneity.random_intercept_logit(x, n)
    assert fit.at_boundary
    assert fit.sigma < 1.1e-4  # the smallest that is tried
    assert fit.log_likelihood == pytest.approx(binomial_limit(x, n), abs=1e-5)
    assert fit.median_share == pytest.approx(31 / 300, abs=1e-4)
    assert fit.mean_share == pytest.approx(fit.median_share, abs=1e-4)
    assert fit.places == 3


def test_beta_binomial_fields_follow_from_a_and_b():
    fit = heterogeneity.beta_binomial(X, N)
    x, n = np.array(X)[np.array(N) > 0], np.array(N)[np.array(N) > 0]
    total = fit.a + fit.b
    assert (fit.mean, fit.concentration, fit.rho) == exact((fit.a / total, total, 1 / (total + 1)))
    assert fit.sd == exact(beta.std(fit.a, fit.b), **ROOT)
    assert fit.log_likelihood == pytest.approx(betabinom.logpmf(x, n, fit.a, fit.b).sum(), **ROOT)
    gain = 2 * (fit.log_likelihood - binomial_limit(x, n))
    assert fit.p == pytest.approx(chi2.sf(gain, 1) / 2, rel=1e-6)
    assert (fit.places, fit.at_boundary) == (7, False)
    assert fit.null == "no spread: all places have the same share"
    near = (fit.a * 1.01, fit.b * 1.01), (fit.a * 0.99, fit.b), (fit.a, fit.b * 1.01)
    for a, b in near:  # a maximum: no neighbour is more likely
        assert heterogeneity.beta_binomial_log_likelihood(a, b, x, n) < fit.log_likelihood
    without = heterogeneity.beta_binomial(x, n)
    assert (fit.a, fit.b) == pytest.approx((without.a, without.b), **FIT)


def test_random_intercept_fields_follow_from_intercept_and_sigma():
    fit = heterogeneity.random_intercept_logit(UNKNOWN_X, UNKNOWN_N)

    def moment(k):
        return quad(lambda u: expit(fit.intercept + fit.sigma * u) ** k * norm.pdf(u), -12, 12)[0]

    assert fit.median_share == exact(expit(fit.intercept))
    # 25 points of quadrature against an adaptive one: six digits.
    assert fit.mean_share == pytest.approx(moment(1), abs=1e-6)
    assert fit.sd == pytest.approx(np.sqrt(moment(2) - moment(1) ** 2), abs=1e-6)
    assert (fit.places, fit.at_boundary) == (5, False)
    # Fewer points find the same maximum to three digits.
    few = heterogeneity.random_intercept_logit(UNKNOWN_X, UNKNOWN_N, 9)
    assert few.sigma == pytest.approx(fit.sigma, rel=1e-3)


# --- funnels ---


@pytest.mark.parametrize(
    ("function", "named", "method", "null"),
    [
        (funnel.exact_limits, {}, "exact binomial", "the place has the target share"),
        (funnel.widened_limits, {}, "normal binomial", "the place has the target share"),
        (funnel.widened_limits, {"phi": 2}, "multiplicative", funnel.USUAL),
        (funnel.widened_limits, {"tau2": 0.01}, "additive", funnel.USUAL),
        (funnel.beta_binomial_limits, {"a": 3, "b": 7}, "beta-binomial", funnel.USUAL),
    ],
)
def test_funnel_limits_name_their_method_level_and_null(function, named, method, null):
    target = {} if "a" in named else {"target": 0.3}
    limits = function(40, **target, **named, level=0.9)
    assert (limits.method, limits.level, limits.null) == (method, 0.9, null)
    assert limits.target == exact(0.3)
    assert 0 < limits.low < 0.3 < limits.high < 1
    assert type(limits.low) is type(limits.high) is float


def test_the_null_of_a_widened_funnel_is_spelled_out():
    assert funnel.USUAL == "the place differs from the target no more than places usually do"


@pytest.mark.parametrize(
    "limits",
    [
        lambda n: funnel.exact_limits(n, 0.3),
        lambda n: funnel.widened_limits(n, 0.3),
        lambda n: funnel.widened_limits(n, 0.3, tau2=0.01),
        lambda n: funnel.beta_binomial_limits(n, 3.0, 7.0),
    ],
)
def test_a_funnel_has_no_limits_for_an_empty_place_and_keeps_its_shape(limits):
    wide, alone = limits([[0, 40], [1, 0]]), limits(40)
    assert np.isnan(ends(wide)).tolist() == [[[True, False], [False, True]]] * 2
    assert ends(wide)[:, 0, 1] == exact(ends(alone))
    assert wide.level == 0.95


def test_widened_limits_without_widening_are_the_normal_binomial():
    n = np.array([40.0, 9, 1000])
    plain = funnel.widened_limits(n, 0.3)
    same = funnel.widened_limits(n, 0.3, 0.95, phi=1, tau2=0)
    half = norm.ppf(0.975) * np.sqrt(0.3 * 0.7 / n)
    assert ends(plain).tolist() == ends(same).tolist()
    assert plain.low == pytest.approx(np.maximum(0.3 - half, 0), **ROOT)
    assert plain.high == pytest.approx(0.3 + half, **ROOT)
    wide = funnel.widened_limits(n, 0.3, phi=4)
    assert wide.high == pytest.approx(np.minimum(0.3 + 2 * half, 1), **ROOT)
    added = funnel.widened_limits(n, 0.3, tau2=0.01)
    half = norm.ppf(0.975) * np.sqrt(0.3 * 0.7 / n + 0.01)
    assert added.high == pytest.approx(0.3 + half, **ROOT)
    assert funnel.widened_limits(2, 0.9).high == 1.0  # cut at 0 and 1
    assert funnel.widened_limits(2, 0.1).low == 0.0


@pytest.mark.parametrize("n", [1, 7, 40, 90])
def test_exact_limits_put_the_tail_outside_by_interpolation(n):
    limits = funnel.exact_limits(n, 0.3, 0.9)
    r = next(k for k in range(n + 1) if binom.cdf(k, n, 0.3) >= 0.05)
    low = (r - (binom.cdf(r, n, 0.3) - 0.05) / binom.pmf(r, n, 0.3)) / n
    assert limits.low == pytest.approx(max(low, 0), **ROOT)
    mirror = funnel.exact_limits(n, 0.7, 0.9)
    assert limits.high == pytest.approx(1 - mirror.low, **ROOT)


@pytest.mark.parametrize(("n", "a", "b"), [(40, 2.0, 5.0), (9, 0.5, 0.5), (300, 20.0, 3.0)])
def test_beta_binomial_limits_are_quantiles_over_n(n, a, b):
    limits = funnel.beta_binomial_limits(n, a, b, 0.9)
    cumulated = betabinom.cdf(np.arange(n + 1), n, a, b)
    brute = [float(np.argmax(cumulated >= tail)) / n for tail in (0.05, 0.95)]
    assert ends(limits).tolist() == brute  # whole counts over n: no rounding to allow for


def test_beta_binomial_limits_at_a_tie_are_stable():
    # Beta(1, 1) makes every count of 0 to n as likely: P(X <= 0) is 1/40, just the tail of 95 percent.
    limits = funnel.beta_binomial_limits(39, 1.0, 1.0)
    assert (limits.low, limits.high) == (0.0, 38 / 39)


def test_a_place_on_the_limit_is_within():
    limits = funnel.FunnelLimits(np.full(6, 0.25), np.full(6, 0.75), 0.5, 0.95, "", "")
    x, n = [1, 3, 0, 4, 0, nan], [4, 4, 4, 4, 0, 4]
    flags = funnel.outside(x, n, limits)
    assert flags.tolist() == [0, 0, -1, 1, 0, 0]
    assert flags.dtype == np.int64


# --- shrinkage ---


def test_empirical_bayes_is_the_posterior_under_its_fit():
    fit = heterogeneity.beta_binomial(X, N)
    s = shrinkage.empirical_bayes(UNKNOWN_X, UNKNOWN_N, 0.8, fit)
    x, n = np.where(KNOWN, UNKNOWN_X, 0), np.where(KNOWN, UNKNOWN_N, 0)
    a, b = fit.a + x, fit.b + n - x
    assert s.share == exact(a / (a + b))
    assert s.weight == exact(n / (n + fit.concentration))
    assert ends(s.interval) == pytest.approx(beta.ppf([[0.1], [0.9]], a, b), **ROOT)
    assert (s.interval.level, s.interval.method) == (0.8, "empirical Bayes")
    assert s.raw == exact(proportions.share(UNKNOWN_X, UNKNOWN_N))
    assert s.fit is fit
    own = shrinkage.empirical_bayes(X, N)
    assert own.fit == fit
    assert own.interval.level == 0.95


def test_effects_that_differ_by_chance_alone_shrink_to_their_mean():
    y, se = np.array([0.1, 0.11, 0.12]), np.array([0.1, 0.1, 0.2])
    s = shrinkage.shrunken_effects(y, se, 0.8)
    w = 1 / se**2
    mean, half = (w * y).sum() / w.sum(), norm.ppf(0.9) / np.sqrt(w.sum())
    assert s.spread.clamped
    assert s.weight.tolist() == [0, 0, 0]
    assert s.effect == exact(np.full(3, mean))
    assert ends(s.interval) == pytest.approx(np.tile([[mean - half], [mean + half]], 3), **ROOT)
    assert (s.interval.level, s.interval.method) == (0.8, "empirical Bayes, normal")


def test_shrunken_effects_by_hand():
    y, v = np.array([0.1, 0.3, 0.5]), np.array([0.01, 0.01, 0.04])
    s = shrinkage.shrunken_effects(y, np.sqrt(v))
    spread = heterogeneity.dersimonian_laird(y, v)
    kept = spread.tau2 / (spread.tau2 + v)
    variance = kept * v + (1 - kept) ** 2 / (1 / (v + spread.tau2)).sum()
    effect, half = spread.mean + kept * (y - spread.mean), norm.ppf(0.975) * np.sqrt(variance)
    assert (s.spread.tau2, s.spread.mean) == exact((spread.tau2, spread.mean))
    assert s.raw.tolist() == y.tolist()
    assert s.weight == pytest.approx(kept, **ROOT)
    assert s.effect == pytest.approx(effect, **ROOT)
    assert ends(s.interval) == pytest.approx(np.array([effect - half, effect + half]), **ROOT)
    assert s.interval.level == s.spread.level == 0.95


def test_full_bayes_mirrors_when_outcome_and_non_outcome_trade_names():
    x, n = np.array([1.0, 9, 4, 0, nan]), np.array([10.0, 12, 10, 0, 9])
    f, mirror = (shrinkage.full_bayes(v, n, 0.8, 41) for v in (x, n - x))
    # The grid is laid around the pooled share: the mirrored one has the same points up to rounding.
    assert f.share == pytest.approx(1 - mirror.share, abs=1e-6)
    assert f.interval.low == pytest.approx(1 - mirror.interval.high, abs=1e-6)
    assert (f.a_mean, f.b_mean) == pytest.approx((mirror.b_mean, mirror.a_mean), rel=1e-4)
    assert f.share[3] == exact(f.share[4])  # an empty and an unknown place: the mean of the places
    assert f.share[0] < f.share[3] < f.share[1]
    assert (f.interval.low < f.share).all()
    assert (f.share < f.interval.high).all()
    assert (f.interval.level, f.interval.method) == (0.8, "full Bayes, grid")
    assert 0 < f.points <= 41**2
    wider = shrinkage.full_bayes(x, n, side=41)
    assert wider.interval.level == 0.95
    assert (wider.interval.high > f.interval.high).all()


# --- ranks and families of tests ---


@pytest.mark.parametrize(
    ("draw", "mean", "sd"),
    [
        (lambda **k: ranks.beta_draws([5, 50], [10, 100], **k), [0.5, 0.5], beta.std(5.5, 5.5)),
        (lambda **k: ranks.beta_draws([5, 5], 10, 2, 5, **k), [7 / 17] * 2, beta.std(7, 10)),
        (lambda **k: ranks.normal_draws([0.2, 0.7], [0.1, 0.0], **k), [0.2, 0.7], 0.1),
    ],
    ids=["Jeffreys prior", "fitted prior", "normal"],
)
def test_draws_repeat_with_their_seed_and_have_the_right_moments(draw, mean, sd):
    first = draw(seed=1)
    assert first.shape == (10_000, 2)
    assert first.tolist() == draw(seed=1).tolist()
    assert (
        draw(draws=3).tolist()
        == draw(draws=3, seed=2011).tolist()
        != draw(draws=3, seed=1).tolist()
    )
    assert draw(draws=3).shape == (3, 2)
    # Five Monte Carlo errors of 10,000 draws.
    assert first.mean(axis=0) == pytest.approx(mean, abs=5 * sd / 100)
    assert first.std(axis=0)[0] == pytest.approx(sd, rel=0.05)


def test_equal_draws_are_ranked_in_order_of_input():
    r = ranks.rank_intervals([[1, 1, 2], [3, 3, 3], [1, 2, 3]], 0.5)
    # Ranks of the three draws: (2, 3, 1), (1, 2, 3), (3, 2, 1).
    assert r.median.tolist() == [2, 2, 1]
    assert r.low.tolist() == [1, 2, 1]
    assert r.high.tolist() == [3, 3, 3]
    assert r.first == exact([1 / 3, 0, 2 / 3])
    assert r.last == exact([1 / 3, 1 / 3, 1 / 3])
    assert r.level == 0.5
    assert ranks.rank_intervals([[1, 2]]).level == 0.95


@pytest.mark.parametrize("adjustment", ["holm", "bh", "none"])
def test_pairwise_orders_by_hand(adjustment):
    e, s = [0.5, 0.1, 0.17, 0.12], [0.02, 0.02, 0.02, 0.0]
    pairs = [(i, j) for i in range(4) for j in range(i + 1, 4)]
    raw = [2 * norm.sf(abs(e[i] - e[j]) / np.sqrt(s[i] ** 2 + s[j] ** 2)) for i, j in pairs]
    adjust = {"holm": multiple.holm, "bh": multiple.benjamini_hochberg, "none": np.array}
    found = ranks.pairwise_orders(e, s, 0.9, adjustment)
    for (i, j), p in zip(pairs, adjust[adjustment](raw), strict=True):
        assert found.p[i, j] == found.p[j, i] == pytest.approx(p, **ROOT)
        assert found.order[i, j] == -found.order[j, i] == (p <= 0.1) * np.sign(e[i] - e[j])
    assert found.established == np.sum(found.order > 0)
    assert (found.pairs, found.adjustment, found.null) == (
        6,
        adjustment,
        "the two places have the same share",
    )
    assert np.isnan(np.diag(found.p)).all()
    assert found.order.dtype == np.int64


def test_pairs_without_error_are_ordered_if_they_differ_and_not_if_equal():
    found = ranks.pairwise_orders([0.1, 0.2, 0.2, nan], [0, 0, 0, 0.1])
    assert found.order.tolist() == [[0, -1, -1, 0], [1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]
    assert np.isnan(found.p[1, 2])
    assert found.adjustment == "holm"
    assert found.pairs == 6


P_VALUES = [0.01, 0.5, 0.02, nan, 0.02]


@pytest.mark.parametrize("size", [None, 4, 9])
def test_unknown_p_values_stay_unknown_and_ties_stay_ties(size):
    known, m = np.array([0.01, 0.5, 0.02, 0.02]), size or 4
    stepped = np.maximum.accumulate(np.sort(known) * (m - np.arange(4)))
    by_p = dict(
        zip(np.sort(known), stepped, strict=True)
    )  # of equal ones the last, which is largest
    by_hand = {
        multiple.holm: [min(by_p[p], 1) for p in known],
        multiple.benjamini_hochberg: false_discovery_control([*known, *[1.0] * (m - 4)])[:4],
    }
    for adjust, expected in by_hand.items():
        found = adjust(P_VALUES, size)
        assert np.isnan(found).tolist() == [False, False, False, True, False]
        assert found[[0, 1, 2, 4]] == exact(expected)
        assert found[2] == found[4]


@pytest.mark.parametrize("adjust", [multiple.holm, multiple.benjamini_hochberg])
def test_families_of_none_one_and_the_extremes(adjust):
    assert adjust([]).shape == (0,)
    assert adjust([nan]).tolist() == exact([nan])
    assert adjust([0.3]).tolist() == exact([0.3])
    assert adjust([0.0, 1.0]).tolist() == [0, 1]


# --- selection ---


def test_top_of_list_repeats_with_its_seed_and_says_what_it_did():
    sizes = [10, 20, 500, 3, 0]
    t = selection.top_of_list(sizes, 2, 0.3, draws=50)
    again = selection.top_of_list(sizes, 2, 0.3, draws=50, seed=2011)
    other = selection.top_of_list(sizes, 2, 0.3, draws=50, seed=1)
    assert t.share.tolist() == again.share.tolist() != other.share.tolist()
    assert (t.k, t.places, t.draws, t.seed, t.level) == (2, 4, 50, 2011, 0.95)
    assert t.world == "no differences between places"
    assert t.true_share == exact([0.3, 0.3])
    spread = selection.top_of_list(sizes, 2, 0.3, 20.0, smallest=5, draws=50, seed=1, level=0.5)
    assert spread.world == "differences of the usual spread (concentration 20)"
    assert (spread.places, spread.seed, spread.level) == (3, 1, 0.5)
    assert (spread.low <= spread.high).all()
    wide = selection.top_of_list(sizes, 2, 0.3, 20.0, smallest=5, draws=50, seed=1)
    assert (wide.low < spread.low).all()
    assert (wide.high > spread.high).all()
    assert selection.top_of_list([5, 9], 1, 0.3).draws == 2000


def test_the_whole_list_holds_every_place_and_one_draw_has_no_spread():
    t = selection.top_of_list([10, 20, 5], 3, 0.3, smallest=5, draws=1)
    assert t.size.sum() == 35
    assert t.share.tolist() == t.low.tolist() == t.high.tolist()
    assert (np.diff(t.share) <= 0).all()


def test_equal_shares_are_listed_in_order_of_input():
    t = selection.top_of_list([3, 1000, 7], 3, 1e-12, draws=20)  # nobody has an outcome
    assert t.share.tolist() == [0, 0, 0]
    assert t.size.tolist() == [3, 1000, 7]


def test_a_simulated_share_has_the_mean_and_spread_of_the_model():
    one = selection.top_of_list([1_000_000], 1, 0.3, 20.0, draws=4000)
    # The one place's share is a beta draw: five Monte Carlo errors of 4,000 draws.
    assert one.share[0] == pytest.approx(0.3, abs=5 * beta.std(6, 14) / 63)
    assert one.true_share[0] == pytest.approx(one.share[0], abs=1e-4)
    limits = beta.ppf([0.025, 0.975], 6, 14)
    assert [one.low[0], one.high[0]] == pytest.approx(limits, abs=0.02)


def test_the_most_places_of_a_size_and_the_bound_that_follows():
    assert selection.most_places_this_large(94218, [186, 500, 94218]).tolist() == [506, 188, 1]
    assert selection.most_places_this_large([10, 20], 6).tolist() == [1, 3]
    bound = selection.family_wise_bound([0.0001, 0.01, 0, 1], 94218, [500, 500, 500, 94218])
    assert bound == exact([0.0188, 1, 0, 1])


# --- bounds ---


def test_share_bounds_where_nothing_is_missing_are_the_share():
    b = bounds.share_bounds([30, 0], [50, 0], (0, 0), (0, 0), (0, 0))
    assert b.low == exact([0.375, nan])
    assert b.high == exact([0.375, nan])
    assert b.can_be_said.tolist() == [True, False]


@pytest.mark.parametrize(
    ("missing", "low", "high"),
    [
        (((0, inf), (0, inf)), 0, 1),
        (((0, inf), (0, 4), (3, inf)), 30 / 84, 1),
        (((0, 4), (0, inf)), 0, 34 / 84),
        (((0, 8), (0, 8), (3, 12)), 30 / 88, 38 / 88),
        (((3, 4), (3, 4), (8, 8)), 34 / 88, 34 / 88),
        (((3, 4), (3, 4), (6, 6)), 33 / 86, 33 / 86),
        (((0, 9), (2, 9)), 30 / 89, 39 / 91),
    ],
)
def test_share_bounds_with_and_without_limits(missing, low, high):
    b = bounds.share_bounds(30, 50, *missing)
    assert (b.low, b.high) == exact((low, high))
    assert type(b.low) is float


def test_bound_can_be_said_up_to_fifty_points():
    b = bounds.Bounds(np.array([0.25, 0.25, nan]), np.array([0.75, 0.7500001, 0.3]))
    assert b.width == exact([0.5, 0.5000001, nan])
    assert b.can_be_said.tolist() == [True, False, False]


def test_remainder_of_a_total():
    r = bounds.unreported_remainder([93, 1673], [186, 7458], 27047, 94218)
    assert (r.x, r.n, r.known_x, r.known_n) == (25281, 86574, 1766, 7644)
    assert (r.share, r.known_part) == exact((25281 / 86574, 7644 / 94218))
    every = bounds.unreported_remainder([5], [9], 5, 9)
    assert (every.n, every.share, every.known_part) == (0, exact(nan), 1)
    nothing = bounds.unreported_remainder([], [], 0, 0)
    assert (nothing.x, nothing.share, nothing.known_part) == (0, exact(nan), exact(nan))


def test_pending_charges_counted_both_ways():
    b = bounds.pending_both_ways([60, 0, 5], [20, 0, 0], [25, 0, 0])
    assert b.low == exact([25 / 105, nan, 0])
    assert b.high == exact([45 / 105, nan, 0])


def test_composition_bounds_without_a_change_are_the_share():
    b = bounds.composition_bounds(30, 100)
    assert (b.low, b.high) == (0.3, 0.3)
    every = bounds.composition_bounds([30, 30, 5], 100, [10, 80, 100], [0, 20, 0])
    # 80 of 100 entered: all 30 with the outcome may have, or ten of them at least; 20 left.
    assert every.low == exact([20 / 90, 0, nan])
    assert every.high == exact([30 / 90, 40 / 40, nan])


def test_shift_needed_is_negative_without_a_rise():
    m = bounds.shift_needed([30, 10, 0], [100, 100, 0], 0.2)
    assert m == exact([12.5, -12.5, nan])
    assert bounds.shift_needed(30, 100, 0) == 30


# --- increments ---


def test_increments_of_one_cut_off_are_empty_and_of_an_unchanged_one_nan():
    assert increments.increments([1], [3]).share.shape == (0,)
    new = increments.increments([1, 1, 2], [3, 3, 9], 0.8)
    assert (new.x.tolist(), new.n.tolist()) == ([0, 1], [0, 6])
    assert new.share == exact([nan, 1 / 6])
    assert ends(new.interval) == exact(ends(proportions.wilson([0, 1], [0, 6], 0.8)))
    assert (new.interval.level, new.interval.method) == (0.8, "Wilson")
    assert increments.increments([1, 2], [3, 9]).interval.level == 0.95
    assert increments.increments([1, 1], [3, 3]).share.shape == (1,)


# --- printed figures ---


@pytest.mark.parametrize(
    ("limits", "named", "pairs"),
    [
        ((4, 6, 50), {"open_low": True}, [(3, 4), (4, 4), (3, 5), (4, 5), (5, 5), (4, 6), (5, 6), (6, 6)]),
        ((4, 5, None, 50), {"open_high": True}, [(0, 4), (1, 4), (0, 5), (1, 5), (2, 5)]),
        ((4, 6, 50, 50), {}, [(2, 4), (3, 6)]),
        ((3, 3, 40, 45), {}, []),
        ((0, 2), {}, [(0, 1), (1, 1), (0, 2), (1, 2), (2, 2)]),
        ((5, 5), {"x_low": 3}, [(3, 5), (4, 5), (5, 5)]),
        ((5, 5), {"x_high": 1}, [(0, 5), (1, 5)]),
        ((0, 0), {}, []),
    ],
)  # fmt: skip
def test_counts_that_agree_with_printed_words(limits, named, pairs):
    members = rounded.consistent_counts(*limits, **named)
    assert members.pairs == pairs
    assert members.bounded
    assert members.x.dtype == members.n.dtype == np.int64
    low, high = (*limits[2:], None, None)[:2]
    assert (members.share_low, members.share_high) == ((low or 0) / 100, (high or 100) / 100)


def test_without_a_largest_n_only_the_printed_share_is_known():
    members = rounded.consistent_counts(4, None, 50, open_low=True)
    assert (members.pairs, members.bounded) == ([], False)
    assert members.x.dtype == members.n.dtype == np.int64
    assert rounded.share_range(members) == (0.5, 1.0)
    interval = rounded.interval_range(members, 0.8)
    assert [interval.low, interval.high] == exact([nan, nan])
    assert (interval.level, interval.method) == (0.8, "union of Wilson intervals")
    assert rounded.least_favourable_test(members) is None


def test_the_interval_of_a_set_is_the_union_of_its_members():
    members = rounded.consistent_counts(4, 6, 50, 60)
    each = [ends(proportions.wilson(x, n, 0.8)) for x, n in members.pairs]
    interval = rounded.interval_range(members, 0.8)
    assert (interval.low, interval.high) == (min(e[0] for e in each), max(e[1] for e in each))
    assert (interval.level, interval.method) == (0.8, "union of Wilson intervals")
    assert rounded.interval_range(members).level == 0.95
    assert rounded.share_range(members) == (0.5, 0.6)


@pytest.mark.parametrize(
    ("p0", "alternative"), [(0.5, "greater"), (0.6, "less"), (0.1, "two-sided")]
)
def test_the_least_favourable_member_against_every_member(p0, alternative):
    members = rounded.consistent_counts(7, 12, 50, 70, open_low=True)
    p = [proportions.exact_test(x, n, p0, alternative) for x, n in members.pairs]
    tested = rounded.least_favourable_test(members, p0, alternative)
    assert tested.p == exact(max(p))
    assert tested.share == tested.x / tested.n
    assert tested.p == exact(proportions.exact_test(tested.x, tested.n, p0, alternative))
    assert tested.alternative == alternative
    plain = rounded.least_favourable_test(members)
    assert plain == rounded.least_favourable_test(members, 0.5, "greater")


def test_ties_of_least_favourable_members_give_the_first():
    # P(X >= (n+1)/2) is one half for every odd n: 2 of 3, 3 of 5, ... 26 of 51 all tie.
    tested = rounded.least_favourable_test(rounded.consistent_counts(3, 51, 50, open_low=True))
    assert (tested.x, tested.n) == (2, 3)
    assert tested.p == exact(0.5)


@pytest.mark.parametrize(
    ("n_high", "low", "high", "p0", "alternative", "level"),
    [
        (60, 56.5, 57.5, 0.4, "two-sided", 0.95),
        (60, 56.5, 57.5, 0.5, "greater", 0.8),
        (60, 30, 40, 0.5, "less", 0.95),
        (60, 49, 51, 0.5, "two-sided", 0.95),
        (3, 40, 45, 0.5, "greater", 0.95),
        (30, 100, 100, 0.01, "greater", 0.95),
        (1, 0, 0, 0.5, "greater", 0.95),
        (0, 0, 0, 0.5, "greater", 0.95),
        (200, 56.5, 57.5, 0.5, "greater", 0.95),
    ],
)
def test_the_floor_at_which_a_verdict_turns_against_every_count(
    n_high, low, high, p0, alternative, level
):
    low_share, high_share = Fraction(str(low)) / 100, Fraction(str(high)) / 100
    failing = [
        n
        for n in range(1, n_high + 1)
        for x in range(n + 1)
        if low_share <= Fraction(x, n) <= high_share
        and proportions.exact_test(x, n, p0, alternative) > 1 - level
    ]
    found = rounded.floor_at_which_verdict_turns(n_high, low, high, p0, alternative, level)
    assert found == (max(failing) if failing else None)
    if (p0, alternative, level) == (0.5, "greater", 0.95):
        assert rounded.floor_at_which_verdict_turns(n_high, low, high) == found


# --- verdicts ---


@pytest.mark.parametrize(
    ("x", "n", "threshold", "counted", "chance"),
    [
        (1, 3, Fraction(1, 3), "exactly", "not established"),
        (57, 100, 0.57, "exactly", "not established"),
        (60, 100, 0.57, "over", "not established"),
        (90, 100, 0.57, "over", "established"),
        (10, 100, 0.57, "under", "established"),
        (None, 5, 0.5, "unknown", "not applicable"),
        (5, None, 0.5, "unknown", "not applicable"),
        (nan, 5, 0.5, "unknown", "not applicable"),
        (5, nan, 0.5, "unknown", "not applicable"),
        (0, 0, 0.5, "unknown", "not applicable"),
        (0, 4, 0, "exactly", "not established"),
        (4, 4, 1, "exactly", "not established"),
        (1, 1, 0.5, "over", "not established"),
        (0, 100, 0.5, "under", "established"),
    ],
)
def test_both_verdicts_of_one_count(x, n, threshold, counted, chance):
    assert verdicts.as_counted(x, n, threshold) == counted
    assert verdicts.beyond_chance(x, n, threshold) == chance
    column = [nan if x is None else x], [nan if n is None else n]
    assert verdicts.as_counted_each(*column, threshold) == [counted]
    assert verdicts.beyond_chance_each(*column, threshold) == [chance]
    pair = [(column[0][0], column[1][0])]
    assert verdicts.as_counted_set(pair, threshold) == counted
    assert verdicts.beyond_chance_set(pair, threshold) == chance


def test_the_threshold_is_one_half_unless_told():
    assert verdicts.as_counted(50, 100) == "exactly"
    assert verdicts.as_counted_each([50], [100]) == ["exactly"]
    assert verdicts.as_counted_set([(50, 100)]) == "exactly"
    assert verdicts.as_counted_printed(0.5, 0.5) == "exactly"
    # 57 of 100 is beyond chance of 0.4 and not of one half; 90 of 100 is of both.
    for threshold, word in ((0.4, "established"), (0.5, "not established")):
        assert verdicts.beyond_chance(57, 100, threshold) == word
        assert verdicts.beyond_chance_set([(57, 100)], threshold) == word
        assert verdicts.beyond_chance_each([57], [100], threshold) == [word]
    assert verdicts.beyond_chance(57, 100) == "not established"
    assert verdicts.beyond_chance_set([(57, 100)]) == "not established"
    assert verdicts.beyond_chance_each([57], [100]) == ["not established"]


@pytest.mark.parametrize(
    ("x", "level", "alternative", "word"),
    [
        (60, 0.95, "greater", "established"),  # p 0.028
        (60, 0.95, "two-sided", "not established"),  # p 0.057
        (60, 0.9, "two-sided", "established"),
        (60, 0.95, "less", "not established"),
        (60, 0.01, "less", "not established"),  # the other side, whatever the level
        (40, 0.95, "less", "established"),
        (40, 0.95, "greater", "not established"),
        (40, 0.01, "greater", "not established"),
        (50, 0.01, "two-sided", "not established"),
    ],
)
def test_a_verdict_follows_level_and_alternative(x, level, alternative, word):
    assert verdicts.beyond_chance(x, 100, 0.5, level, alternative) == word
    assert verdicts.beyond_chance_set([(x, 100)], 0.5, level, alternative) == word
    assert verdicts.beyond_chance_each([x, 0], [100, 0], 0.5, level, alternative) == [
        word,
        "not applicable",
    ]


@pytest.mark.parametrize(
    ("pairs", "counted", "chance"),
    [
        ([], "unknown", "not applicable"),
        ([(52, 100), (55, 102)], "over", "not established"),
        ([(50, 100), (55, 102)], "unknown", "not established"),
        ([(90, 100), (85, 100)], "over", "established"),
        ([(90, 100), (10, 100)], "unknown", "not established"),
        ([(90, 100), (0, 0)], "unknown", "not applicable"),
        ([(10, 100), (20, 100)], "under", "established"),
    ],
)
def test_a_set_of_counts_has_one_verdict_or_none(pairs, counted, chance):
    assert verdicts.as_counted_set(pairs) == counted
    assert verdicts.beyond_chance_set(pairs) == chance


@pytest.mark.parametrize(
    ("low", "high", "named", "word"),
    [
        (0.635, 0.645, {}, "over"),
        (0.5, 1, {"open_low": True}, "over"),
        (0.5, 1, {}, "unknown"),
        (0, 0.5, {"open_high": True}, "under"),
        (0, 0.5, {}, "unknown"),
        (0.4, 0.45, {}, "under"),
        (0.495, 0.505, {}, "unknown"),
        (nan, 0.5, {}, "unknown"),
        (0.5, nan, {}, "unknown"),
        (0.4, 0.4, {"threshold": 0.4}, "exactly"),
        (0.4, 0.5, {"threshold": 0.4, "open_low": True}, "over"),
        (0.3, 0.6, {"open_low": True, "open_high": True}, "unknown"),
    ],
)
def test_a_printed_share_without_counts_has_a_side_if_all_of_it_has(low, high, named, word):
    assert verdicts.as_counted_printed(low, high, **named) == word


# --- case mix ---

STRATA_X = np.array([[10, 30, 4], [5, 2, 0], [0, 8, 0]])
STRATA_N = np.array([[100, 90, 10], [20, 2, 0], [0, 40, 5]])


def test_direct_standardisation_by_hand():
    w = np.array([5, 4, 1]) / 10
    d = standardise.direct(STRATA_X, STRATA_N, [5, 4, 1], 0.8)
    p, (low, high) = (
        np.array([10 / 100, 30 / 90, 4 / 10]),
        ends(proportions.wilson(STRATA_X[0], STRATA_N[0], 0.8)),
    )
    assert d.share == exact([(w * p).sum(), nan, nan])
    assert d.interval.low[0] == exact(d.share[0] - np.sqrt((w**2 * (p - low) ** 2).sum()))
    assert d.interval.high[0] == exact(d.share[0] + np.sqrt((w**2 * (high - p) ** 2).sum()))
    assert np.isnan(ends(d.interval)[:, 1:]).all()
    assert (d.interval.level, d.interval.method) == (0.8, "MOVER Wilson")
    assert d.raw == exact([44 / 200, 7 / 22, 8 / 45])
    assert d.weight_empty == exact([0, 0.1, 0.5])
    alone = standardise.direct(STRATA_X[0], STRATA_N[0], [50, 40, 10])
    assert type(alone.share) is float
    assert alone.share == exact(d.share[0])  # weights have no scale
    assert alone.interval.level == 0.95


def test_an_empty_stratum_without_weight_or_renormalised_is_left_out():
    zero = standardise.direct(STRATA_X[1], STRATA_N[1], [1, 1, 0])
    kept = standardise.direct(STRATA_X[1], STRATA_N[1], [1, 1, 3], empty="renormalise")
    assert (zero.share, zero.weight_empty) == exact((0.5 * 0.25 + 0.5, 0))
    assert (kept.share, kept.weight_empty) == exact((zero.share, 0.6))
    assert ends(kept.interval) == exact(ends(zero.interval))
    nothing = standardise.direct([0, 0], [0, 0], [1, 1], empty="renormalise")
    assert np.isnan(nothing.share)


def test_kitagawa_takes_a_missing_strata_share_from_the_other_place():
    k = standardise.kitagawa(STRATA_X[0], STRATA_N[0], STRATA_X[2], STRATA_N[2])
    w1, w2 = np.array([100, 90, 10]) / 200, np.array([0, 40, 5]) / 45
    p1 = np.array([0.1, 1 / 3, 0.4])
    p2 = np.array([0.1, 0.2, 0.0])
    mix, rate = (w1 - w2) * (p1 + p2) / 2, (p1 - p2) * (w1 + w2) / 2
    assert (k.mix_by_stratum, k.rate_by_stratum) == (exact(mix), exact(rate))
    assert (k.gap, k.mix, k.rate) == exact((44 / 200 - 8 / 45, mix.sum(), rate.sum()))
    apart = standardise.kitagawa([3, 0, 0], [5, 0, 0], [0, 4, 0], [0, 9, 0])
    assert apart.rate == 0
    assert apart.mix == exact(apart.gap)
    assert apart.mix_by_stratum[2] == 0


GROUPS = {"area": ["a", "a", "b", "b", "c", "c"], "mix": ["s", "t"] * 3}
GROUP_X, GROUP_N = [10, 30, 20, 40, 0, 0], [100, 110, 90, 100, 12, 0]


def test_marginal_shares_are_means_of_predictions_and_name_what_is_separated():
    m = standardise.grouped_logit(GROUP_X, GROUP_N, GROUPS, "area", level=0.8)
    assert m.units == ("a", "b", "c")
    assert m.terms == ("intercept", "area=b", "area=c", "mix=t")
    assert m.raw == exact([40 / 210, 60 / 190, 0])
    assert m.separated == ("area=c",)
    assert (m.residual_df, m.converged) == (1, True)
    assert (m.interval.level, m.interval.method) == (0.8, "delta, logit scale")
    mix = np.array([100, 110, 90, 100, 12]) / 412
    b0, b_b, _, b_t = m.coefficients
    for i, shift in enumerate((0, b_b)):
        predicted = expit(b0 + shift + np.array([0, b_t, 0, b_t, 0]))
        assert m.share[i] == exact((mix * predicted).sum())
        assert m.interval.low[i] < m.share[i] < m.interval.high[i]
    other = standardise.grouped_logit(GROUP_X, GROUP_N, GROUPS, "mix")
    assert other.units == ("s", "t")
    assert other.interval.level == 0.95
    assert other.coefficients == pytest.approx(m.coefficients, rel=1e-6, abs=1e-6)


def test_marginal_shares_without_other_factors_are_the_raw_ones_with_a_logit_interval():
    for weights in (None, [1, 1]):
        m = standardise.grouped_logit([10, 30], [100, 90], {"area": "ab"}, "area", weights, 0.9)
        p, n = np.array([10 / 100, 30 / 90]), np.array([100, 90])
        half = norm.ppf(0.95) / np.sqrt(n * p * (1 - p))
        assert m.share == pytest.approx(p, **FIT)
        assert m.interval.low == pytest.approx(expit(np.log(p / (1 - p)) - half), **FIT)
        assert m.interval.high == pytest.approx(expit(np.log(p / (1 - p)) + half), **FIT)
        assert m.residual_df == 0
        assert np.isnan(m.dispersion)
        assert m.separated == ()


def test_weights_choose_the_mix_and_pearson_scale_only_widens():
    x, n = [10, 30, 20, 40, 9, 5], [100, 110, 90, 100, 12, 9]
    fits = {
        scale: standardise.grouped_logit(x, n, GROUPS, "area", scale=scale)
        for scale in ("binomial", "pearson")
    }
    widen = max(1, fits["pearson"].dispersion)
    assert fits["pearson"].standard_errors == pytest.approx(
        fits["binomial"].standard_errors * np.sqrt(widen), **ROOT
    )
    default = standardise.grouped_logit(x, n, GROUPS, "area")
    assert default.standard_errors.tolist() == fits["pearson"].standard_errors.tolist()
    only_s = standardise.grouped_logit(x, n, GROUPS, "area", weights=[1, 0] * 3)
    b0, b_b, b_c, _ = only_s.coefficients
    assert only_s.share == exact(expit(b0 + np.array([0, b_b, b_c])))


def test_levels_with_the_same_text_stay_in_order_of_appearance():
    m = standardise.grouped_logit([1, 3], [9, 9], {"area": [1, "1"]}, "area")
    assert m.units == (1, "1")
