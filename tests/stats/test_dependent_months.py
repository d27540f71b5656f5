"""Intervals for months that depend on one another, against transforms and sums by hand."""

import numpy as np
import pytest
from scipy.fft import dct

from scomm.data.simulated import coverage
from scomm.stats import ranks, resampling, standardise, timeseries

GENERATOR = np.random.default_rng(3)
N = GENERATOR.integers(50, 400, (24, 3))
X = GENERATOR.binomial(N, 0.3)


def test_cosine_coefficients_are_a_discrete_cosine_transform():
    u = resampling.share_contributions(X, N)
    terms = resampling.cosine_coefficients(u)
    assert len(terms) == resampling.cosine_terms(24) == int(0.4 * 24 ** (2 / 3))
    np.testing.assert_allclose(terms, dct(u, axis=0)[1 : len(terms) + 1] / np.sqrt(2), atol=1e-12)
    found = resampling.cosine_share(X, N)
    np.testing.assert_allclose(found.standard_error, np.sqrt((terms**2).mean(axis=0)))
    assert found.df == len(terms)


def test_difference_errors_are_those_of_the_difference():
    u = resampling.share_contributions(X, N)
    errors = resampling.difference_errors(resampling.cosine_coefficients(u))
    apart = resampling.cosine_coefficients((u[:, 0] - u[:, 2])[:, None])
    assert errors[0, 2] == pytest.approx(np.sqrt((apart**2).mean()))
    orders = ranks.pairwise_orders(X.sum(axis=0) / N.sum(axis=0), errors, df=4)
    assert orders.pairs == 3


def test_contributions_are_the_derivative_of_the_share():
    u = resampling.share_contributions(X, N)
    weight = np.ones(24)
    weight[5] += 1e-6
    moved = (weight @ X) / (weight @ N) - X.sum(axis=0) / N.sum(axis=0)
    np.testing.assert_allclose(moved / 1e-6, u[5], rtol=1e-4)
    one_kind = standardise.direct_contributions(X[:, :, None], N[:, :, None], [1.0])
    np.testing.assert_allclose(one_kind, u, atol=1e-15)
    np.testing.assert_allclose(u.sum(axis=0), 0, atol=1e-12)


def test_cosine_draws_have_the_errors_of_the_shares():
    found = resampling.cosine_share(X, N)
    drawn = ranks.cosine_draws(found.share, found.coefficients, 40_000)
    np.testing.assert_allclose(np.median(drawn, axis=0), found.share, atol=5e-4)
    inside = (found.interval.low <= drawn) & (drawn <= found.interval.high)
    np.testing.assert_allclose(inside.mean(axis=0), 0.95, atol=0.01)


def test_window_change_adds_areas_and_months():
    before, after = slice(0, 12), slice(12, 24)
    found = resampling.window_change(X, N, before, after)
    shares = [X[w].sum() / N[w].sum() for w in (before, after)]
    assert found.estimate == pytest.approx(shares[1] - shares[0])
    months = sum(
        float((resampling.cosine_coefficients(u[:, None]) ** 2).mean())
        for u in (
            resampling.share_contributions(X[w].sum(axis=1), N[w].sum(axis=1))
            for w in (before, after)
        )
    )
    assert found.month_error == pytest.approx(np.sqrt(months))
    same = resampling.window_change(
        np.repeat(X[:, :1], 3, 1), np.repeat(N[:, :1], 3, 1), before, after
    )
    assert same.area_error == pytest.approx(0, abs=1e-12)
    drawn = resampling.area_bootstrap(X, N, before, after, 20_000)
    assert drawn.std() == pytest.approx(found.area_error * np.sqrt(2 / 3), rel=0.1)


def test_a_ratio_of_windows_adds_areas_and_months():
    before, after = slice(0, 12), slice(12, 24)
    rest = N - X
    found = resampling.window_ratio(X, rest, before, after)
    totals = [X[w].sum() / rest[w].sum() for w in (before, after)]
    assert found.estimate == pytest.approx(totals[1] / totals[0])
    # Without areas that differ, the error is that of months: those of a log odds, by the delta method.
    same = [np.repeat(part[:, :1], 3, 1) for part in (X, rest)]
    alike = resampling.window_ratio(*same, before, after)
    assert alike.area_error == pytest.approx(0, abs=1e-12)
    shares = resampling.window_change(same[0], same[0] + same[1], before, after)
    p = [X[w, 0].sum() / N[w, 0].sum() for w in (before, after)]
    parts = [
        resampling.share_contributions(X[w, 0], N[w, 0])[:, None] / (q * (1 - q))
        for w, q in zip((before, after), p, strict=True)
    ]
    months = sum(float((resampling.cosine_coefficients(part) ** 2).mean()) for part in parts)
    assert alike.month_error == pytest.approx(np.sqrt(months))
    assert np.sign(np.log(alike.estimate)) == np.sign(shares.estimate)
    # The areas drawn again, as in a bootstrap, spread about as much.
    drawn = np.random.default_rng(5).multinomial(
        X.shape[1], np.full(X.shape[1], 1 / X.shape[1]), 20_000
    )
    logs = sum(
        sign * np.log((drawn @ X[w].sum(axis=0)) / (drawn @ rest[w].sum(axis=0)))
        for w, sign in ((before, -1), (after, 1))
    )
    factor = (X.shape[1] - 1) / X.shape[1]
    assert logs.std() == pytest.approx(found.area_error * np.sqrt(factor), rel=0.15)


def test_a_ratio_without_comparison_allows_for_windows_of_unequal_length():
    flat = np.tile([10.0, 30.0], (20, 1))
    flat[12:] *= 2
    found = resampling.window_ratio(flat, None, slice(0, 12), slice(12, 20))
    assert found.estimate == pytest.approx(2)
    assert found.area_error == pytest.approx(0, abs=1e-12)
    assert found.interval.low == pytest.approx(2)
    each = resampling.area_ratios(flat, None, slice(0, 12), slice(12, 20))
    np.testing.assert_allclose(each.ratio, 2)
    assert each.months == 0
    np.testing.assert_allclose(each.variance, [1 / 120 + 1 / 160, 1 / 360 + 1 / 480])


def test_ratios_of_areas_turn_over_when_the_two_series_change_places():
    before, after = slice(0, 12), slice(12, 24)
    rest = N - X
    one = resampling.area_ratios(X, rest, before, after)
    other = resampling.area_ratios(rest, X, before, after)
    np.testing.assert_allclose(one.ratio * other.ratio, 1)
    np.testing.assert_allclose(one.variance, other.variance)
    assert (one.variance >= one.counted).all()
    together = resampling.window_ratio(X, rest, before, after)
    flipped = resampling.window_ratio(rest, X, before, after)
    assert together.interval.low == pytest.approx(1 / flipped.interval.high)


def test_a_calibrated_step_knows_its_trend_and_its_ramp():
    t = np.arange(40) - 15
    generator = np.random.default_rng(3)
    y = 0.5 * np.clip((t + 1) / 4, 0, 1) + 0.01 * generator.normal(size=40)
    ramp = timeseries.segmented_calibrated(y, 15, ramp=4, draws=400)
    assert ramp.step.low < 0.5 < ramp.step.high
    bare = timeseries.segmented_calibrated(y, 15, trend="none", draws=400)
    assert bare.step.estimate == pytest.approx(y[15:].mean() - y[:15].mean())
    straight = timeseries.segmented_calibrated(y, 15, trend="straight", draws=400)
    design = np.column_stack([np.ones(40), t, t >= 0])
    assert straight.step.estimate == pytest.approx(np.linalg.lstsq(design, y, rcond=None)[0][2])
    # A logarithm of a ratio turned over has the same step with the other sign.
    turned = timeseries.segmented_calibrated(-y, 15, draws=400)
    plain = timeseries.segmented_calibrated(y, 15, draws=400)
    assert (turned.step.low, turned.step.high) == pytest.approx((-plain.step.high, -plain.step.low))


def test_simulated_ramp_is_recovered():
    t = np.arange(30) - 12
    y = 0.2 + 0.001 * t + 0.1 * np.clip((t + 1) / 5, 0, 1) + 1e-4 * np.sin(t**2)
    forms = timeseries.change_forms(y, [12], [1, 3, 5, 9])
    best = min(forms, key=lambda form: form.aic)
    assert best.ramp == 5
    assert best.change == pytest.approx(0.1, abs=2e-3)
    design = timeseries.segmented_design(30, 12, ramp=3)
    assert forms[1].change == pytest.approx(np.linalg.lstsq(design, y, rcond=None)[0][2])
    step = timeseries.segmented_regression(y, 12).step
    assert forms[0].change == pytest.approx(step.estimate)


def test_chapter_intervals_have_nominal_coverage():
    for rho in (0.0, 0.4, 0.6):
        assert coverage("areas over months", "cosine_share", rho) > 0.92
        assert coverage("areas over months", "cosine_share", rho, "false positive, any pair") > 0.92
        assert coverage("areas over months", "cosine_share", rho, "coverage, standardized") > 0.92
        assert coverage("change between years", "window_change", rho) > 0.92
        assert (
            coverage(
                "interrupted time series", "segmented_calibrated, 3 lags", rho, "false positive"
            )
            > 0.92
        )
        assert coverage("step of a log ratio", "segmented_calibrated, 3 lags", rho) > 0.92
        assert coverage("ratio between years", "window_ratio", rho) > 0.88
        assert coverage("ratio between years", "area_ratios", rho) > 0.88
    assert coverage("ratio between years", "counts as independent", 0.6) < 0.7
    assert coverage("change between years", "newcombe_difference", 0.6) < 0.5
    with pytest.raises(KeyError):
        coverage("areas over months", "wilson", 0.0)
