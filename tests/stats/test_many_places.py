"""Heterogeneity, funnels, shrinkage, ranks, selection, bounds and the few-treated panel."""

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import betabinom, binom, chi2_contingency, norm

from citable.errors import ArgumentError
from scomm.stats import (
    bounds as bd,
    funnel,
    heterogeneity as het,
    panel,
    ranks,
    selection,
    shrinkage,
)

# Tumours in 71 groups of rats: Tarone (1982), printed in Gelman et al. (2013), table 5.1.
RATS_X = np.array([
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 1, 5, 2, 5, 3, 2, 7, 7, 3, 3, 2, 9, 10, 4, 4, 4, 4, 4, 4, 4, 10, 4, 4, 4, 5, 11, 12, 5,
    5, 6, 5, 6, 6, 6, 6, 16, 15, 15, 9, 4,
])  # fmt: skip
RATS_N = np.array([
    20, 20, 20, 20, 20, 20, 20, 19, 19, 19, 19, 18, 18, 17, 20, 20, 20, 20, 19, 19, 18, 18, 25,
    24, 23, 20, 20, 20, 20, 20, 20, 10, 49, 19, 46, 27, 17, 49, 47, 20, 20, 13, 48, 50, 20, 20,
    20, 20, 20, 20, 20, 48, 19, 19, 19, 22, 46, 49, 20, 20, 23, 19, 22, 20, 20, 20, 52, 46, 47,
    24, 14,
])  # fmt: skip

# BCG vaccine trials, 13 tables (tpos, tneg, cpos, cneg): Colditz et al. (1994), metafor's dat.bcg.
BCG = np.array([
    [4, 119, 11, 128], [6, 300, 29, 274], [3, 228, 11, 209], [62, 13536, 248, 12619],
    [33, 5036, 47, 5761], [180, 1361, 372, 1079], [8, 2537, 10, 619], [505, 87886, 499, 87892],
    [29, 7470, 45, 7232], [17, 1699, 65, 1600], [186, 50448, 141, 27197], [5, 2493, 3, 2338],
    [27, 16886, 29, 17825],
])  # fmt: skip


@st.composite
def places(draw, least=3, most=12):
    k = draw(st.integers(least, most))
    n = np.array([draw(st.integers(5, 400)) for _ in range(k)])
    return np.array([draw(st.integers(0, int(v))) for v in n]), n


def test_dersimonian_laird_bcg_as_metafor_prints_it():
    a, b, c, d = BCG.T
    y = np.log((a / (a + b)) / (c / (c + d)))
    v = 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
    fit = het.dersimonian_laird(y, v)
    assert fit.q == pytest.approx(152.2330, abs=1e-3)
    assert fit.tau2 == pytest.approx(0.3088, abs=1e-4)
    assert fit.mean == pytest.approx(-0.7141, abs=1e-4)
    assert fit.i2 == pytest.approx(0.9212, abs=1e-4)


@given(places())
def test_chi_square_agrees_with_scipy(place):
    x, n = place
    if 0 < x.sum() < n.sum():
        ours = het.chi_square_homogeneity(x, n)
        expected = chi2_contingency(np.array([x, n - x]), correction=False)
        assert ours.statistic == pytest.approx(expected.statistic, abs=1e-8)
        assert ours.p == pytest.approx(expected.pvalue, abs=1e-10)


def test_chi_square_without_outcomes_and_without_places():
    assert het.chi_square_homogeneity([0, 0], [5, 5]).p == 1.0
    assert het.chi_square_homogeneity([1, 2, 0], [5, 5, 0]).places == 2
    with pytest.raises(ArgumentError):
        het.chi_square_homogeneity([1, 0], [5, 0])


def test_overdispersion_is_the_mean_of_squared_z_and_says_when_clamped():
    x, n = np.array([28, 31, 30, 33]), np.full(4, 100)
    raw = het.overdispersion(x, n, target=0.3)
    z = (x / n - 0.3) / np.sqrt(0.21 / 100)
    assert raw.phi_raw == pytest.approx((z**2).mean())
    assert raw.clamped
    assert raw.phi == 1.0
    outlier = np.append(np.full(29, 30), 90), np.full(30, 100)
    assert het.overdispersion(*outlier, winsorise=0.1).phi < het.overdispersion(*outlier).phi
    with pytest.raises(ArgumentError):
        het.overdispersion([0, 0], [5, 5])


def test_beta_binomial_against_an_independent_likelihood_and_optimiser():
    fit = het.beta_binomial(RATS_X, RATS_N)

    def negative(theta):
        a, b = np.exp(theta)
        return -betabinom.logpmf(RATS_X, RATS_N, a, b).sum()

    other = minimize(
        negative, [0.0, 2.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}
    )
    assert fit.log_likelihood == pytest.approx(-other.fun, rel=1e-8)
    np.testing.assert_allclose([fit.a, fit.b], np.exp(other.x), rtol=1e-4)
    assert fit.p < 1e-4
    assert not fit.at_boundary


def test_beta_binomial_at_the_boundary_says_so():
    fit = het.beta_binomial([30, 31, 29, 30], [100, 100, 100, 100])
    assert fit.at_boundary
    assert fit.p == 1.0
    assert fit.mean == pytest.approx(0.3, abs=1e-6)
    with pytest.raises(ArgumentError, match="no spread"):
        het.beta_binomial([0, 0], [5, 5])


def test_random_intercept_likelihood_against_numerical_integration():
    x, n = np.array([1, 9, 4, 60, 2]), np.array([10, 10, 10, 200, 10])
    fit = het.random_intercept_logit(x, n)

    def one(have, size):
        def integrand(u):
            return binom.pmf(have, size, expit(fit.intercept + fit.sigma * u)) * norm.pdf(u)

        return np.log(quad(integrand, -9, 9, epsabs=1e-13, limit=400)[0])

    brute = sum(one(a, b) for a, b in zip(x, n, strict=True))
    assert fit.log_likelihood == pytest.approx(brute, abs=1e-6)
    more = het.random_intercept_logit(x, n, quadrature_points=61)
    assert more.sigma == pytest.approx(fit.sigma, rel=1e-4)


def test_two_models_of_spread_agree_on_the_rats():
    beta, intercept = het.beta_binomial(RATS_X, RATS_N), het.random_intercept_logit(RATS_X, RATS_N)
    assert intercept.mean_share == pytest.approx(beta.mean, abs=0.005)
    assert intercept.sd == pytest.approx(beta.sd, rel=0.2)


def test_models_of_spread_hold_at_hundreds_of_thousands_of_cases():
    generator = np.random.default_rng(4)
    n = generator.integers(2_000, 250_000, 24)
    x = generator.binomial(n, generator.beta(20, 25, 24))
    beta, intercept = het.beta_binomial(x, n), het.random_intercept_logit(x, n)
    spread = (x / n).std()
    assert beta.sd == pytest.approx(spread, rel=0.15)
    assert intercept.sd == pytest.approx(spread, rel=0.15)
    assert het.random_effects(x, n).tau == pytest.approx(spread, rel=0.15)


@given(st.integers(5, 3000), st.floats(0.05, 0.95))
def test_exact_funnel_limits_bracket_the_nominal_tails(n, target):
    limits = funnel.exact_limits(n, target)
    low, high = limits.low * n, limits.high * n
    assert binom.cdf(np.ceil(low) - 1, n, target) <= 0.025 + 1e-9
    assert binom.sf(np.floor(high), n, target) <= 0.025 + 1e-9
    assert binom.cdf(np.ceil(low), n, target) >= 0.025 - 1e-9 or low == 0
    mirror = funnel.exact_limits(n, 1 - target)
    assert limits.low == pytest.approx(1 - mirror.high, abs=1e-9)


def test_funnels_state_which_null_they_test():
    assert funnel.exact_limits(100, 0.3).null == funnel.EQUAL
    assert funnel.widened_limits(100, 0.3, phi=2.0).null == funnel.USUAL
    assert funnel.widened_limits(100, 0.3).null == funnel.EQUAL
    assert funnel.beta_binomial_limits(100, 3, 7).null == funnel.USUAL


def test_additive_funnel_does_not_close_and_multiplicative_does():
    n = np.array([100.0, 1e6, 0.0])
    additive = funnel.widened_limits(n, 0.3, tau2=0.0025)
    multiplicative = funnel.widened_limits(n, 0.3, phi=4.0)
    assert additive.high[1] - additive.low[1] == pytest.approx(2 * 1.959964 * 0.05, rel=1e-3)
    assert multiplicative.high[1] - multiplicative.low[1] < 0.01
    assert np.isnan(additive.low[2])
    assert np.isnan(funnel.exact_limits([0], 0.3).low[0])
    with pytest.raises(ArgumentError):
        funnel.widened_limits(n, 0.3, phi=2.0, tau2=0.1)
    with pytest.raises(ArgumentError):
        funnel.exact_limits(n, 0.0)


def test_outside_counts_about_five_percent_of_equal_places():
    generator = np.random.default_rng(6)
    n = generator.integers(50, 500, 4000)
    flags = funnel.outside(generator.binomial(n, 0.3), n, funnel.exact_limits(n, 0.3))
    assert 0.03 < np.abs(flags).mean() < 0.055
    fitted = funnel.beta_binomial_limits(n[:400], 6, 14)
    x = generator.binomial(n[:400], generator.beta(6, 14, 400))
    assert np.abs(funnel.outside(x, n[:400], fitted)).mean() < 0.08


def test_rats_full_bayes_as_gelman_et_al_print_it():
    # Gelman et al. (2013), section 5.3: posterior means of (alpha, beta) are (2.4, 14.3).
    fit = shrinkage.full_bayes(RATS_X, RATS_N)
    assert fit.a_mean == pytest.approx(2.4, abs=0.05)
    assert fit.b_mean == pytest.approx(14.3, abs=0.15)


def test_full_bayes_does_not_depend_on_the_grid():
    coarse = shrinkage.full_bayes(RATS_X[:20], RATS_N[:20])
    fine = shrinkage.full_bayes(RATS_X[:20], RATS_N[:20], side=161)
    np.testing.assert_allclose(coarse.share, fine.share, atol=1e-6)
    np.testing.assert_allclose(coarse.interval.high, fine.interval.high, atol=1e-5)


def test_empirical_and_full_bayes_agree_on_shares_and_not_quite_on_width():
    quick, full = shrinkage.empirical_bayes(RATS_X, RATS_N), shrinkage.full_bayes(RATS_X, RATS_N)
    np.testing.assert_allclose(quick.share, full.share, atol=0.01)
    assert (full.interval.high - full.interval.low).mean() > (
        quick.interval.high - quick.interval.low
    ).mean()


@given(places(4, 10))
def test_shrunken_share_lies_between_raw_share_and_mean(place):
    x, n = place
    if 0 < x.sum() < n.sum():
        s = shrinkage.empirical_bayes(x, n)
        between = (s.share - s.raw) * (s.share - s.fit.mean) <= 1e-9
        assert between.all()
        # Where the fit has no spread the interval is a point, up to rounding; where places have
        # only or no outcomes the posterior is U-shaped and its mean lies outside equal tails.
        slack = 1e-9
        if min(s.fit.a, s.fit.b) > 1:
            assert (
                (s.interval.low <= s.share + slack) & (s.share <= s.interval.high + slack)
            ).all()


def test_empty_place_gets_the_mean_and_zero_weight():
    s = shrinkage.empirical_bayes([1, 9, 4, 0, np.nan], [10, 10, 10, 0, 7])
    assert s.share[3] == pytest.approx(s.fit.mean)
    assert s.weight[3:].tolist() == [0, 0]
    assert np.isnan(s.raw[3])


def test_shrinkage_lowers_the_error_against_the_truth():
    generator = np.random.default_rng(9)
    true = generator.beta(6, 14, 200)
    n = generator.integers(5, 60, 200)
    x = generator.binomial(n, true)
    s = shrinkage.empirical_bayes(x, n)
    assert ((s.share - true) ** 2).mean() < 0.7 * ((s.raw - true) ** 2).mean()
    inside = (s.interval.low <= true) & (true <= s.interval.high)
    assert 0.9 < inside.mean() < 0.99


def test_rank_intervals_are_permutations_and_narrow_where_places_differ():
    x, n = np.array([10, 200, 500, 900]), np.full(4, 1000)
    r = ranks.rank_intervals(ranks.beta_draws(x, n))
    assert r.median.tolist() == [4, 3, 2, 1]
    assert r.low.tolist() == r.high.tolist() == [4, 3, 2, 1]
    same = ranks.rank_intervals(ranks.beta_draws([5, 5, 5], [20, 20, 20]))
    assert same.low.tolist() == [1, 1, 1]
    assert same.high.tolist() == [3, 3, 3]
    assert same.first.sum() == pytest.approx(1)


def test_pairwise_orders_are_antisymmetric_and_adjustment_matters():
    e, s = np.linspace(0.2, 0.4, 8), np.full(8, 0.018)
    adjusted, raw = ranks.pairwise_orders(e, s), ranks.pairwise_orders(e, s, adjustment="none")
    assert (adjusted.order == -adjusted.order.T).all()
    assert adjusted.pairs == 28
    assert adjusted.established < raw.established
    assert (np.nan_to_num(adjusted.p, nan=1) >= np.nan_to_num(raw.p, nan=1) - 1e-15).all()
    unknown = ranks.pairwise_orders([0.1, np.nan, 0.9], [0.01, 0.01, 0.01])
    assert unknown.order[1].tolist() == [0, 0, 0]
    assert unknown.order[2, 0] == 1
    with pytest.raises(ArgumentError):
        ranks.pairwise_orders(e, s, adjustment="bonferoni")


def test_top_of_list_under_homogeneity_against_the_exact_distribution():
    n = np.full(60, 25)
    simulated = selection.top_of_list(n, 1, 0.29, draws=6000)
    grid = np.arange(26)
    at_most = binom.cdf(grid, 25, 0.29) ** 60
    exact = (grid / 25 * np.diff(np.append(0, at_most))).sum()
    assert simulated.share[0] == pytest.approx(exact, abs=0.004)
    assert simulated.true_share[0] == pytest.approx(0.29)
    again = selection.top_of_list(n, 1, 0.29, draws=6000)
    assert again.share[0] == simulated.share[0]


def test_top_of_list_regresses_to_the_mean_and_prefers_small_places():
    n = np.array([20] * 50 + [2000] * 50)
    top = selection.top_of_list(n, 5, 0.3, concentration=40.0)
    assert (np.diff(top.share) <= 0).all()
    assert (top.true_share < top.share).all()
    assert top.size[0] < 500
    large_only = selection.top_of_list(n, 5, 0.3, concentration=40.0, smallest=100)
    assert large_only.places == 50
    assert large_only.share[0] < top.share[0]
    with pytest.raises(ArgumentError):
        selection.top_of_list(n, 0, 0.3)


def test_family_wise_bound_is_bonferroni_over_the_most_places_there_can_be():
    assert selection.most_places_this_large(94218, 186) == 506
    assert selection.family_wise_bound(1e-4, 94218, 186) == pytest.approx(506e-4)
    assert selection.family_wise_bound(0.5, 94218, 186) == 1.0
    with pytest.raises(ArgumentError):
        selection.most_places_this_large(100, 101)


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 6), st.integers(0, 6), st.data())
def test_share_bounds_are_sharp(x, other, u_high, v_high, data):
    total = data.draw(st.integers(0, u_high + v_high))
    b = bd.share_bounds(x, other, (0, u_high), (0, v_high), (total, total))
    shares = [
        (x + u) / (x + other + total)
        for u in range(u_high + 1)
        if 0 <= total - u <= v_high and x + other + total > 0
    ]
    if shares:
        assert (b.low, b.high) == pytest.approx((min(shares), max(shares)))


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 5), st.integers(0, 5), st.data())
def test_share_bounds_are_sharp_where_some_of_the_missing_is_known(x, other, u, v, data):
    u_low, v_low = data.draw(st.integers(0, u)), data.draw(st.integers(0, v))
    least = data.draw(st.integers(u_low + v_low, u + v))
    most = data.draw(st.integers(least, u + v))
    shares = [
        (x + a) / (x + a + other + b)
        for a in range(u_low, u + 1)
        for b in range(v_low, v + 1)
        if least <= a + b <= most and x + a + other + b > 0
    ]
    b = bd.share_bounds(x, other, (u_low, u), (v_low, v), (least, most))
    if shares and x + other + least > 0:
        assert (b.low, b.high) == pytest.approx((min(shares), max(shares)))


def test_bounds_without_limits_and_without_data():
    b = bd.share_bounds([30, 0], [50, 0], (0, np.inf), (0, np.inf))
    assert b.low.tolist() == [0.0, 0.0]
    assert b.high.tolist() == [1.0, 1.0]
    assert not b.can_be_said.any()
    assert np.isnan(bd.share_bounds(0, 0, (0, 0), (0, 0)).low)
    with pytest.raises(ArgumentError, match="add up"):
        bd.share_bounds(1, 1, (0, 2), (0, 2), (5, 9))
    with pytest.raises(ArgumentError, match="reversed"):
        bd.share_bounds(1, 1, (3, 2), (0, 2))


@given(places(1, 6), places(1, 6))
def test_remainder_and_known_parts_add_up_to_the_total(known, unknown):
    (x, n), (y, m) = known, unknown
    r = bd.unreported_remainder(x, n, int(x.sum() + y.sum()), int(n.sum() + m.sum()))
    assert r.x == y.sum()
    assert r.n == m.sum()
    assert r.share == pytest.approx(y.sum() / m.sum())
    assert r.known_part == pytest.approx(n.sum() / (n.sum() + m.sum()))


def test_remainder_refuses_parts_that_do_not_fit():
    with pytest.raises(ArgumentError, match="do not fit"):
        bd.unreported_remainder([10], [20], 5, 40)
    with pytest.raises(ArgumentError, match="nan"):
        bd.unreported_remainder([np.nan], [20], 5, 40)
    assert np.isnan(bd.unreported_remainder([5], [40], 5, 40).share)


@given(st.integers(0, 8), st.integers(1, 12), st.integers(0, 5), st.integers(0, 4))
def test_composition_bounds_against_brute_force(x, n, entered, left):
    x, entered = min(x, n), min(entered, n)
    shares = [
        (x - taken + given_back) / (n - entered + left)
        for taken in range(entered + 1)
        if taken <= x and entered - taken <= n - x
        for given_back in range(left + 1)
        if n - entered + left > 0
    ]
    b = bd.composition_bounds(x, n, entered, left)
    if shares:
        assert (b.low, b.high) == pytest.approx((min(shares), max(shares)))
    else:
        assert np.isnan(b.low)


def test_shift_needed_explains_the_rise_exactly():
    m = bd.shift_needed(62529, 200000, 0.2)
    assert (62529 - m) / (200000 - m) == pytest.approx(0.2)
    assert np.isnan(bd.shift_needed(0, 0, 0.2))
    b = bd.pending_both_ways([60, 0], [20, 0], [20, 0])
    assert b.low[0] == 0.2
    assert np.isnan(b.high[1])


def test_panel_effect_and_exact_p_against_enumeration():
    generator = np.random.default_rng(12)
    y = generator.normal(0, 1, (12, 7)).cumsum(axis=0)
    start = np.array([4, -1, 6, -1, -1, -1, -1])
    result = panel.difference_in_differences(y, start)

    def effect(chosen):
        rest = [j for j in range(7) if j not in chosen]
        parts = []
        for s, j in zip((4, 6), chosen, strict=True):
            change = y[s:].mean(axis=0) - y[:s].mean(axis=0)
            parts.append(change[j] - change[rest].mean())
        return np.mean(parts)

    brute = np.array([effect(c) for c in permutations(range(7), 2)])
    assert result.effect == pytest.approx(effect((0, 2)))
    assert result.exact
    assert result.assignments == 42
    assert result.p == pytest.approx((np.abs(brute) >= abs(result.effect) - 1e-12).mean())
    assert result.smallest_p == pytest.approx(1 / 42)


def test_panel_with_one_start_counts_combinations():
    y = np.random.default_rng(1).normal(size=(10, 9))
    start = np.full(9, -1)
    start[:3] = 5
    result = panel.difference_in_differences(y, start)
    assert result.smallest_p == pytest.approx(1 / len(list(combinations(range(9), 3))))


def test_panel_p_is_uniform_when_nothing_happens():
    generator = np.random.default_rng(3)
    small = 0
    for _ in range(300):
        y = generator.normal(size=(10, 12))
        start = np.full(12, -1)
        start[:3] = (4, 4, 5)
        small += panel.difference_in_differences(y, start, draws=1500).p <= 0.1
    assert 0.05 < small / 300 < 0.16


def test_panel_draws_when_there_are_too_many_assignments():
    y = np.random.default_rng(5).normal(size=(20, 67))
    start = np.full(67, -1)
    start[:3] = (8, 8, 12)
    result = panel.difference_in_differences(y, start, draws=2000)
    assert not result.exact
    assert result.assignments == 2000
    assert result.smallest_p == pytest.approx(1 / 2001)
    assert result.p == panel.difference_in_differences(y, start, draws=2000).p


@pytest.mark.parametrize("start", [[-1, -1], [2, 2], [0, -1], [4, -1], [2]])
def test_panel_refuses_impossible_starts(start):
    with pytest.raises(ArgumentError):
        panel.difference_in_differences(np.zeros((4, 2)), start)


def test_shrunken_effects_lower_the_error_and_cover():
    generator = np.random.default_rng(14)
    true = generator.normal(0.1, 0.05, 300)
    se = generator.uniform(0.02, 0.1, 300)
    y = generator.normal(true, se)
    s = shrinkage.shrunken_effects(y, se)
    assert ((s.effect - true) ** 2).mean() < 0.7 * ((y - true) ** 2).mean()
    inside = (s.interval.low <= true) & (true <= s.interval.high)
    assert 0.92 < inside.mean() < 0.98
    flat = shrinkage.shrunken_effects([0.1, 0.1, 0.1], [0.1, 0.1, 0.1])
    assert flat.spread.clamped
    np.testing.assert_allclose(flat.effect, 0.1)


@given(theta=st.tuples(st.floats(-3, 3), st.floats(-1, 6)))
def test_gradient_of_the_beta_binomial_likelihood_is_its_slope(theta: tuple[float, float]) -> None:
    x, n = np.array([1.0, 9.0, 4.0, 6.0]), np.array([10.0, 12.0, 10.0, 40.0])
    at = np.array(theta)
    _, gradient = het._negative_beta_binomial(at, x, n)
    steps = 1e-5 * np.eye(2)
    slope = [
        (
            het._negative_beta_binomial(at + step, x, n)[0]
            - het._negative_beta_binomial(at - step, x, n)[0]
        )
        / 2e-5
        for step in steps
    ]
    assert gradient == pytest.approx(slope, rel=1e-4, abs=1e-4)
