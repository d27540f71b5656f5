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


def test_a_ramp_is_found_where_one_was_made():
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


def test_the_intervals_of_the_chapters_hold_about_as_often_as_they_say():
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
    assert coverage("change between years", "newcombe_difference", 0.6) < 0.5
    with pytest.raises(KeyError):
        coverage("areas over months", "wilson", 0.0)
