"""Segmented series: estimates against the truth, errors against formulas written out by hand."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from citable.errors import ArgumentError
from scomm.stats import timeseries as ts
from scomm.stats.resampling import (
    block_bootstrap,
    block_starts,
    block_totals,
    newey_west_share,
    percentile_interval,
)
from scomm.stats.standardise import direct


def made(months=48, at=24, slope=0.002, step=0.05, bend=-0.001, noise=0.005, seed=3):
    t = np.arange(months) - at
    y = 0.2 + slope * t + (t >= 0) * (step + bend * t)
    return y + np.random.default_rng(seed).normal(0, noise, months)


def newey_west_by_hand(design, residuals, lags):
    """Newey and West (1987), Bartlett weights, factor T/(T-k)."""
    scores = design * residuals[:, None]
    meat = scores.T @ scores
    for k in range(1, lags + 1):
        cross = scores[k:].T @ scores[:-k]
        meat += (1 - k / (lags + 1)) * (cross + cross.T)
    bread = np.linalg.inv(design.T @ design)
    months, columns = design.shape
    return bread @ meat @ bread * months / (months - columns)


@pytest.mark.parametrize("lags", [0, 1, 3, 6])
def test_segmented_regression_against_formulas_by_hand(lags):
    y = made()
    fit = ts.segmented_regression(y, 24, lags)
    design = ts.segmented_design(48, 24)
    beta = np.linalg.lstsq(design, y, rcond=None)[0]
    residuals = y - design @ beta
    errors = np.sqrt(np.diag(newey_west_by_hand(design, residuals, lags)))
    ours = (fit.level_at_break, fit.pre_slope, fit.step, fit.slope_change)
    np.testing.assert_allclose([e.estimate for e in ours], beta, atol=1e-10)
    np.testing.assert_allclose([e.standard_error for e in ours], errors, rtol=1e-8)
    steps = np.diff(residuals)
    assert fit.durbin_watson == pytest.approx((steps @ steps) / (residuals @ residuals))
    assert fit.lag1 == pytest.approx(residuals[1:] @ residuals[:-1] / (residuals @ residuals))


def test_segmented_regression_recovers_an_exact_series():
    fit = ts.segmented_regression(made(noise=0), 24)
    assert fit.step.estimate == pytest.approx(0.05, abs=1e-12)
    assert fit.pre_slope.estimate == pytest.approx(0.002, abs=1e-12)
    assert fit.slope_change.estimate == pytest.approx(-0.001, abs=1e-12)
    np.testing.assert_allclose(fit.without_break[24:], 0.2 + 0.002 * np.arange(24), atol=1e-12)


def test_season_is_taken_out_when_asked_for():
    months = np.arange(48)
    y = made(noise=0) + 0.03 * np.sin(2 * np.pi * months / 12)
    assert ts.segmented_regression(y, 24, harmonics=1).step.estimate == pytest.approx(0.05)
    assert ts.segmented_regression(y, 24).step.estimate != pytest.approx(0.05, abs=1e-3)


@given(st.floats(-1, 1), st.floats(0.1, 5))
def test_step_moves_with_the_scale_and_not_with_the_level(shift, scale):
    y = made()
    base = ts.segmented_regression(y, 24).step
    moved = ts.segmented_regression(shift + scale * y, 24).step
    assert moved.estimate == pytest.approx(scale * base.estimate, rel=1e-6, abs=1e-9)
    assert moved.standard_error == pytest.approx(scale * base.standard_error, rel=1e-6)


def test_newey_west_sensitivity_changes_errors_only():
    result = ts.newey_west_sensitivity(made(), 24, lags=(0, 3, 6))
    assert result.step == ts.segmented_regression(made(), 24, 3).step.estimate
    assert result.standard_error[1] == ts.segmented_regression(made(), 24, 3).step.standard_error
    assert len(set(result.standard_error)) == 3


def test_placebo_dates_stay_before_the_break_and_rank_the_real_step():
    y = made(step=0.3)
    result = ts.placebo_dates(y, 24)
    assert result.index.min() == 6
    assert result.index.max() == 18
    assert result.rank == 0
    assert result.p == pytest.approx(1 / 14)
    whole = ts.placebo_dates(y, 24, pre_only=False, window=10)
    assert 24 not in whole.index
    assert whole.index.max() == 42


def test_before_after_windows_donut_and_areas():
    x = np.arange(1, 41).reshape(20, 2)
    n = np.full((20, 2), 50)
    plain = ts.before_after(x, n, 10, 4)
    assert plain.before == (6, 10)
    assert plain.after == (10, 14)
    np.testing.assert_array_equal(plain.x_after, x[10:14].sum(axis=0))
    moved = ts.before_after(x, n, 10, 4, donut_after=1)
    assert moved.after == (11, 15)
    shorter = ts.before_after(x, n, 10, 4, donut_after=1, donut_before=1, keep_length=False)
    assert (shorter.before, shorter.after) == ((6, 9), (11, 14))
    assert plain.change.estimate.shape == (2,)
    total = ts.before_after(x.sum(axis=1), n.sum(axis=1), 10, 4)
    assert isinstance(total.share_after, float)
    with pytest.raises(ArgumentError, match="do not fit"):
        ts.before_after(x, n, 10, 11)
    with pytest.raises(ArgumentError, match="do not fit"):
        ts.before_after(x, n, 10, 2, donut_after=2, keep_length=False)


def test_leave_one_out_finds_the_area_that_carries_the_change():
    x = np.full((8, 3), 10.0)
    x[4:, 1] = 40
    n = np.full((8, 3), 100.0)

    def change(a, b):
        return ts.before_after(a, b, 4, 4).change.estimate

    np.testing.assert_allclose(ts.leave_one_out(x, n, change), [0.15, 0.0, 0.15])
    with pytest.raises(ArgumentError):
        ts.leave_one_out(x[:, :1], n[:, :1], change)


def test_quasi_binomial_agrees_with_least_squares_in_large_counts():
    share = made(noise=0.002)
    n = np.full(48, 20_000)
    x = np.rint(share * n)
    fit = ts.segmented_quasi_binomial(x, n, 24)
    linear = ts.segmented_regression(x / n, 24, 0)
    assert fit.step_share.estimate == pytest.approx(linear.step.estimate, abs=0.003)
    low, high = fit.step_odds_ratio[1:]
    assert low < fit.step_odds_ratio[0] < high
    with pytest.raises(ArgumentError, match="without cases"):
        ts.segmented_quasi_binomial([1, 2, 3, 4, 5, 0], [9, 9, 9, 9, 9, 0], 3)


def test_quasi_binomial_errors_grow_with_dispersion_and_never_shrink():
    generator = np.random.default_rng(5)
    n = np.full(48, 500)
    calm = ts.segmented_quasi_binomial(np.rint(0.3 * n), n, 24)
    assert calm.dispersion < 1
    assert calm.step.standard_error > 0.05  # binomial, not the tiny error of a smooth series
    noisy = ts.segmented_quasi_binomial(generator.binomial(n, generator.beta(6, 14, 48)), n, 24)
    assert noisy.dispersion > 3


@pytest.mark.parametrize("at", [0, 2, 46, 60])
def test_short_sides_are_refused(at):
    with pytest.raises(ArgumentError, match="break_index"):
        ts.segmented_regression(made(), at)


def test_gaps_are_refused():
    y = made()
    y[5] = np.nan
    with pytest.raises(ArgumentError, match="missing month"):
        ts.segmented_regression(y, 24)


def test_bootstrap_blocks_are_consecutive_and_repeatable():
    index = block_starts(12, 3, 50, seed=1)
    assert index.shape == (50, 12)
    assert ((np.diff(index.reshape(50, 4, 3), axis=2) % 12) == 1).all()
    np.testing.assert_array_equal(index, block_starts(12, 3, 50, seed=1))


def test_block_of_one_month_agrees_with_the_ratio_formula_for_independent_months():
    generator = np.random.default_rng(2)
    n = generator.integers(80, 120, 120)
    x = generator.binomial(n, 0.3)
    boot = block_bootstrap(x, n, block=1, draws=4000)
    p, interval = newey_west_share(x, n, lags=0)
    assert boot.share == p == x.sum() / n.sum()
    width = boot.interval.high - boot.interval.low
    assert width == pytest.approx(interval.high - interval.low, rel=0.08)


def test_blocks_widen_the_interval_when_months_depend_on_one_another():
    generator = np.random.default_rng(8)
    level = np.zeros(60)
    for t in range(1, 60):
        level[t] = 0.8 * level[t - 1] + generator.normal(0, 0.03)
    n = np.full(60, 10_000)
    x = generator.binomial(n, 0.3 + level)
    short = block_bootstrap(x, n, block=1).standard_error
    long = block_bootstrap(x, n, block=6).standard_error
    binomial = np.sqrt(0.3 * 0.7 / n.sum())
    assert long > 1.4 * short > 5 * binomial
    columns = block_bootstrap(np.column_stack([x, x]), np.column_stack([n, n]), block=6)
    assert np.ptp(columns.replicates, axis=1).max() == 0  # the same months for every column


def test_newey_west_share_against_the_formula_by_hand():
    x, n = np.array([10.0, 12, 9, 11, 13, 12]), np.full(6, 50.0)
    p, interval = newey_west_share(x, n, lags=1)
    u = x - p * n
    variance = (u @ u + 2 * 0.5 * (u[1:] @ u[:-1])) * 6 / 5 / 300**2
    assert (interval.high - interval.low) / 2 == pytest.approx(
        2.5705818366147395 * np.sqrt(variance), rel=1e-9
    )


def test_resampling_refuses_short_or_broken_series():
    with pytest.raises(ArgumentError, match="4 or more"):
        block_bootstrap([1, 2, 3], [9, 9, 9])
    with pytest.raises(ArgumentError, match="block"):
        block_bootstrap([1, 2, 3, 4], [9, 9, 9, 9], block=5)
    with pytest.raises(ArgumentError, match="lags"):
        newey_west_share([1, 2, 3, 4], [9, 9, 9, 9], lags=4)


def test_block_totals_bootstrap_a_standardised_share():
    generator = np.random.default_rng(11)
    n = np.full((36, 2, 3), 200)
    month = generator.normal(0, 0.05, (36, 1, 1))  # a shock that all areas share
    x = generator.binomial(n, 0.4 + month)
    totals_x, totals_n = block_totals(x, n, block=1, draws=800)
    shares = direct(totals_x, totals_n, [1, 1, 1]).share
    assert shares.shape == (800, 2)
    alone = percentile_interval(shares)
    gap = percentile_interval(shares[:, 0] - shares[:, 1])
    assert (alone.high - alone.low).min() > 1.5 * (gap.high - gap.low) / np.sqrt(2)


def test_percentile_interval_leaves_out_empty_draws():
    values = np.array([[1.0, np.nan], [3.0, np.nan], [np.nan, np.nan]])
    interval = percentile_interval(values, 0.5)
    assert interval.low[0] == 1.5
    assert np.isnan(interval.low[1])


def test_calibrated_step_is_the_same_estimate_and_error():
    y = made(step=0.3)
    ours, plain = ts.segmented_calibrated(y, 24, draws=400), ts.segmented_regression(y, 24, 3)
    assert ours.step.estimate == plain.step.estimate
    assert ours.step.standard_error == plain.step.standard_error
    assert ours.nominal == (plain.step.low, plain.step.high)
    step, error, lag1 = ts._step_and_error(y[None, :], ts.segmented_design(48, 24), 3)
    assert step[0] == pytest.approx(plain.step.estimate, rel=1e-9)
    assert error[0] == pytest.approx(plain.step.standard_error, rel=1e-9)
    assert lag1[0] == pytest.approx(plain.lag1, rel=1e-9)
    with pytest.raises(ArgumentError, match="without error"):
        ts.segmented_calibrated(made(noise=0), 24)


@pytest.mark.check
@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_calibration_repairs_the_error_rate(rho):
    generator = np.random.default_rng(21)
    plain = calibrated = 0
    for _ in range(150):
        y = ts._ar1(generator.normal(size=(1, 47)), rho)[0]
        result = ts.segmented_calibrated(y, 16, draws=300)
        plain += not result.nominal[0] <= 0 <= result.nominal[1]
        calibrated += not result.step.low <= 0 <= result.step.high
    assert plain / 150 > 0.10  # the fault that is repaired is there
    assert calibrated / 150 < 0.10
