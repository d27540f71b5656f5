"""Rates and ratios of counts: against SciPy and statsmodels, by hand, and by simulation."""

import numpy as np
import pytest
from scipy.stats import binomtest, gamma
from statsmodels.stats.rates import test_poisson_2indep as poisson_ratio

from citable.errors import ArgumentError
from scomm.stats import rates
from scomm.stats.shrinkage import shrunken_effects


@pytest.mark.parametrize(("after", "before"), [(30, 10), (7, 9), (0, 12), (5, 0), (2631, 3019)])
@pytest.mark.parametrize("null", [1.0, 1.6])
def test_ratio_is_the_conditional_binomial_of_scipy(after: int, before: int, null: float) -> None:
    found = rates.count_ratio(after, before, null=null)
    share = null / (1 + null)
    tails = [
        binomtest(after, after + before, share, alternative=side).pvalue
        for side in ("greater", "less")
    ]
    assert found.p == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-9)
    ends = binomtest(after, after + before).proportion_ci(0.95, "exact")
    assert found.interval.low == pytest.approx(ends.low / (1 - ends.low), rel=1e-9)
    if before:
        assert found.interval.high == pytest.approx(ends.high / (1 - ends.high), rel=1e-9)
    else:
        assert np.isinf(found.interval.high)
        assert np.isinf(found.estimate)


def test_ratio_agrees_with_the_exact_conditional_test_of_statsmodels() -> None:
    theirs = poisson_ratio(30, 1, 10, 1, value=1, method="exact-cond").pvalue
    # Their two-sided p adds the less likely counts; with equal expectations both are the same.
    assert rates.count_ratio(30, 10).p == pytest.approx(theirs, rel=1e-9)


def test_ratio_of_two_zero_counts_is_nan() -> None:
    found = rates.count_ratio(0, 0)
    assert np.isnan([found.estimate, found.p, found.interval.low, found.interval.high]).all()


def test_dispersion_divides_the_counts() -> None:
    wide, effective = rates.count_ratio(300, 100, phi=10), rates.count_ratio(30, 10)
    assert wide.p == pytest.approx(effective.p)
    assert wide.interval.low == pytest.approx(effective.interval.low)


def test_dispersion_by_hand_and_without_counts() -> None:
    found = rates.dispersion([[[0, 4, 0], [2, 4, 0], [4, 4, 0]]])
    assert found.own[:2].tolist() == [2.0, 0.0]
    assert np.isnan(found.own[2])
    # Pearson 4 and 0 on 2 degrees of freedom each; below the number of degrees: no alpha
    assert found.alpha == 0
    assert found.phi.tolist() == [2.0, 1.0, 1.0]


def test_dispersion_finds_that_of_negative_binomial_counts() -> None:
    generator = np.random.default_rng(5)
    alpha, mean = 0.2, generator.uniform(2, 40, 800)
    counts = generator.poisson(generator.gamma(1 / alpha, alpha * mean, (8, 800)))
    assert rates.dispersion([counts[:4], counts[4:]]).alpha == pytest.approx(alpha, abs=0.03)


def test_interval_of_a_ratio_holds_for_overdispersed_months() -> None:
    generator = np.random.default_rng(11)
    months, places, alpha, rho = 24, 1500, 0.3, 0.4
    mean, ratio = generator.uniform(1, 20, places), generator.uniform(0.5, 3, places)
    noise = np.empty((months, places))
    noise[0] = generator.normal(size=places)
    for month in range(1, months):
        fresh = generator.normal(size=places)
        noise[month] = rho * noise[month - 1] + np.sqrt(1 - rho**2) * fresh
    spread = np.sqrt(np.log1p(alpha))
    level = np.exp(spread * noise - spread**2 / 2) * mean
    level[12:] *= ratio
    counts = generator.poisson(level)
    periods = counts.reshape(8, 3, places).sum(axis=1)
    early, late = counts[:12].sum(axis=0), counts[12:].sum(axis=0)
    phi = rates.dispersion([periods[:4], periods[4:]]).phi
    interval = rates.count_ratio(late, early, phi).interval
    plain = rates.count_ratio(late, early).interval
    held = np.mean((interval.low <= ratio) & (ratio <= interval.high))
    assert held >= 0.95
    assert np.mean((plain.low <= ratio) & (ratio <= plain.high)) < 0.85


def test_rate_draws_have_the_gamma_quantiles_where_exposure_is_certain() -> None:
    drawn = rates.rate_draws([40], [10.0], [0.0], phi=2.0, draws=100_000)
    wanted = gamma(20.5, scale=2.0).ppf([0.025, 0.975]) / 10
    assert np.quantile(drawn, [0.025, 0.975]) == pytest.approx(wanted, rel=0.01)


def test_uncertain_exposure_widens_a_rate_and_never_turns_it_negative() -> None:
    certain = rates.rate_draws([40], [10.0], [0.0], draws=20_000)
    unsure = rates.rate_draws([40], [10.0], [9.0], draws=20_000)
    assert np.quantile(unsure, 0.975) > np.quantile(certain, 0.975)
    assert (unsure > 0).all()


def test_unknown_or_empty_exposure_gives_no_rate() -> None:
    drawn = rates.rate_draws([4, 4], [np.nan, 0.0], [np.nan, 3.0])
    assert np.isnan(drawn).all()


def test_nested_effects_without_groups_are_those_of_one_spread() -> None:
    generator = np.random.default_rng(3)
    y, group = generator.normal(0.5, 0.6, 400), np.arange(400) % 20
    error = generator.uniform(0.1, 0.4, 400)
    found = rates.nested_effects(y + generator.normal(0, error), error, group)
    assert found.within == pytest.approx(0.6, abs=0.08)
    assert found.between < 0.12
    single = shrunken_effects(y, error)
    assert found.mean == pytest.approx(single.spread.mean, abs=0.08)


def test_nested_effects_are_the_mean_of_a_known_multivariate_normal() -> None:
    y, error, group = [0.1, 0.3, 0.9, 1.1, 0.8], [0.1, 0.2, 0.1, 0.2, 0.3], list("aabbb")
    found = rates.nested_effects(y, error, group)
    same = np.equal.outer(np.array(group), np.array(group))
    true = found.within**2 * np.eye(5) + found.between**2 * same
    total = np.linalg.inv(true + np.diag(np.square(error)))
    ones = np.ones(5)
    mean = (ones @ total @ y) / (ones @ total @ ones)
    assert found.mean == pytest.approx(mean, rel=1e-9)
    assert found.effect == pytest.approx(mean + true @ total @ (np.array(y) - mean), rel=1e-9)


def test_nested_interval_holds_in_simulation() -> None:
    generator = np.random.default_rng(8)
    group, held = np.repeat(np.arange(20), 10), 0
    for _ in range(60):
        error = generator.uniform(0.2, 0.5, 200)
        true = generator.normal(0, 0.3, 20)[group] + generator.normal(0.5, 0.4, 200)
        found = rates.nested_effects(generator.normal(true, error), error, group)
        held += found.low <= 0.5 <= found.high
    assert held >= 52  # of 60: 57 expected


def test_gamma_poisson_finds_mean_and_shape() -> None:
    generator = np.random.default_rng(4)
    exposure = generator.uniform(5, 50, 3000)
    x = generator.poisson(generator.gamma(0.8, 3 / 0.8, 3000) * exposure)
    found = rates.gamma_poisson(x, exposure)
    assert found.mean == pytest.approx(3, rel=0.06)
    assert found.shape == pytest.approx(0.8, rel=0.06)
    weight = exposure / (exposure + found.shape / found.mean)
    by_hand = weight * x / exposure + (1 - weight) * found.mean
    assert found.posterior_shape / found.posterior_rate == pytest.approx(by_hand)


def test_gamma_poisson_fit_is_at_the_maximum() -> None:
    generator = np.random.default_rng(4)
    exposure = generator.gamma(2, 50, 800)
    x = generator.poisson(generator.gamma(2, 0.5, 800) * exposure) / 1.7
    found = rates.gamma_poisson(x, exposure / 1.7)
    top = np.log([found.mean, found.shape])
    _, gradient = rates._negative_binomial(top, x, exposure / 1.7)
    # As far as sums of 800 numbers of this size are exact.
    assert np.abs(gradient).max() < 1e-9 * x.sum()
    even = rates.gamma_poisson([10.0] * 20, [5.0] * 20)
    assert (even.mean, even.shape) == pytest.approx((2.0, 1e6))


@pytest.mark.parametrize(
    "call",
    [
        lambda: rates.count_ratio(-1, 3),
        lambda: rates.count_ratio(1, 3, phi=0.5),
        lambda: rates.count_ratio(1, 3, level=1.0),
        lambda: rates.dispersion([[[1, 2]]]),
        lambda: rates.dispersion([[[1], [-1]]]),
        lambda: rates.rate_draws([1], [1.0], [0.1], phi=0.9),
        lambda: rates.nested_effects([1.0, 2.0], [0.1, 0.0], ["a", "b"]),
        lambda: rates.nested_effects([1.0, 2.0], [0.1, 0.1], ["a", "a"]),
        lambda: rates.gamma_poisson([1], [1.0]),
        lambda: rates.gamma_poisson([1, 2], [1.0, 0.0]),
        lambda: rates.shrunken_rate_draws([1, 2], [1.0, 1.0], [0.1, 0.1], phi=0.5),
    ],
)
def test_impossible_input_is_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ArgumentError):
        call()
