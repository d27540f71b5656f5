"""Edges of the statistics of months: short, flat and exact series, empty columns, few treated places.

Tolerances as in test_edge_cases.py. Simulations repeat with their seed, and their rates are compared with
the committed ones as two random samples: within five Monte Carlo errors.
"""

from dataclasses import asdict
from itertools import permutations
from math import comb, factorial, nan, sqrt

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from scipy.stats import binom, norm, t as student
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from scomm.data import paths
from scomm.stats import panel, proportions, resampling, simulation, timeseries
from tests.stats.test_edge_cases import FIT, ROOT, ends, exact

MONTHS_X = np.array([10, 12, 9, 11, 13, 12, 15, 9, 21, 24, 19, 26, 22, 25, 28, 23])
MONTHS_N = np.array([50, 52, 49, 50, 51, 55, 50, 48, 50, 60, 50, 61, 50, 49, 58, 50])
SERIES = MONTHS_X / MONTHS_N
LONG = np.tile(SERIES, 2) + 0.03 * np.sin(1.7 * np.arange(32))
# Months x areas: the series, an area of two in nine, one without cases.
AREAS_X = np.column_stack([MONTHS_X, np.full(16, 2), np.zeros(16)])
AREAS_N = np.column_stack([MONTHS_N, np.full(16, 9), np.zeros(16)])
PANEL = np.array(
    [[1 + p * 0.5 + (m >= 3) * (p == 0) * 2 + ((m * p) % 3) for p in range(6)] for m in range(7)]
)


# --- few treated places ---


def test_drawn_assignments_are_the_first_of_a_stable_order():
    # Any other order of the chosen places would give them each other's start, and another p-value.
    chosen, exhaustive = panel._assignments(67, 3, 500, 2011)
    keys = np.random.default_rng(2011).random((500, 67))
    brute = [sorted(range(67), key=row.__getitem__)[:3] for row in keys]
    assert chosen.tolist() == brute
    assert not exhaustive


def test_all_assignments_are_listed_if_they_are_not_more_than_the_draws():
    listed, exhaustive = panel._assignments(6, 3, 120, 1)
    assert exhaustive
    assert listed.tolist() == [list(p) for p in permutations(range(6), 3)]
    drawn, exhaustive = panel._assignments(6, 3, 119, 1)
    assert not exhaustive
    assert drawn.shape == (119, 3)


def by_hand(start, y=PANEL):
    """The effect of each treated place: its change less that of the untreated over the same months."""
    never = [p for p, s in enumerate(start) if s == -1]
    changes = {s: y[s:].mean(axis=0) - y[:s].mean(axis=0) for s in set(start) - {-1}}
    return [changes[s][p] - changes[s][never].mean() for p, s in enumerate(start) if s != -1]


def test_effects_of_few_treated_places_by_hand():
    start = [3, 3, -1, 5, -1, -1]
    d = panel.difference_in_differences(PANEL, start, draws=120)
    assert d.by_place.tolist() == exact(by_hand(start))
    assert d.effect == exact(np.mean(by_hand(start)))
    assert d.treated.tolist() == [0, 1, 3]
    placebo = []
    for chosen in permutations(range(6), 3):
        other = [-1] * 6
        for place, s in zip(chosen, (3, 3, 5), strict=True):
            other[place] = s
        order = np.argsort(np.argsort(chosen))  # by_hand returns them in order of place
        placebo.append(np.mean(np.array(by_hand(other))[order]))
    assert d.placebo == exact(np.array(placebo))
    assert (d.exact, d.assignments) == (True, 120)
    assert d.p == exact(np.mean(np.abs(placebo) >= abs(d.effect) - 1e-9))
    # Two of the three share a start: swapping them is no other assignment.
    assert d.smallest_p == exact(factorial(2) / 120)
    assert d.null == "no place would have had a different series at any start date (sharp null)"


def test_drawn_assignments_count_the_real_one_and_repeat_with_their_seed():
    start = [3, 3, -1, 5, -1, -1]
    d = panel.difference_in_differences(PANEL, start, draws=30, seed=7)
    again = panel.difference_in_differences(PANEL, start, draws=30, seed=7)
    other = panel.difference_in_differences(PANEL, start, draws=30)
    assert d.placebo.tolist() == again.placebo.tolist() != other.placebo.tolist()
    assert other.placebo.tolist() == (
        panel.difference_in_differences(PANEL, start, draws=30, seed=2011).placebo.tolist()
    )
    assert (d.exact, d.assignments) == (False, 30)
    assert d.p == exact((np.sum(np.abs(d.placebo) >= abs(d.effect) - 1e-9) + 1) / 31)
    assert d.smallest_p == exact(1 / 31)
    fewer = panel.difference_in_differences(PANEL, start, draws=119)
    assert fewer.smallest_p == exact(2 / 120)  # the design allows no less, however many are drawn
    wide = np.random.default_rng(1).normal(size=(9, 40))
    many = panel.difference_in_differences(wide, [3, 4, 5, 6] + [-1] * 36)
    assert many.assignments == 20_000


@pytest.mark.parametrize("scale", [0, 0.1, 1 / 3, 1e6])
def test_places_that_all_change_alike_differ_by_rounding_only(scale):
    y = scale * np.tile(np.arange(9.0)[:, None], (1, 8)) / 7
    d = panel.difference_in_differences(y, [3, 5, -1, -1, -1, -1, -1, -1])
    assert d.p == 1.0


def test_the_last_month_may_be_the_first_treated_one():
    d = panel.difference_in_differences(PANEL, [6, -1, -1, -1, -1, -1])
    assert d.effect == exact(by_hand([6, -1, -1, -1, -1, -1])[0])
    assert d.smallest_p == exact(1 / 6)


# --- shares of months ---


def test_blocks_run_around_the_circle_of_months():
    starts = resampling.block_starts(7, 3, 400, seed=1)
    assert starts.shape == (400, 7)
    assert set(starts.ravel()) == set(range(7))
    assert ((np.diff(starts[:, :3]) % 7) == 1).all()
    assert ((np.diff(starts[:, 3:6]) % 7) == 1).all()
    whole = resampling.block_starts(7, 7, 5, seed=1)
    assert (np.sort(whole, axis=1) == np.arange(7)).all()
    assert starts.tolist() != resampling.block_starts(7, 3, 400, seed=2).tolist()


def test_block_totals_are_sums_over_the_drawn_months():
    x, n = resampling.block_totals(AREAS_X, AREAS_N, 5, 40, seed=1)
    drawn = resampling.block_starts(16, 5, 40, seed=1)
    assert x.tolist() == AREAS_X[drawn].sum(axis=1).tolist()  # sums of whole numbers are exact
    assert n.tolist() == AREAS_N[drawn].sum(axis=1).tolist()
    default = resampling.block_totals(MONTHS_X, MONTHS_N, draws=4)[0]
    assert default.tolist() == resampling.block_totals(MONTHS_X, MONTHS_N, 3, 4, 2011)[0].tolist()
    assert resampling.block_totals(MONTHS_X, MONTHS_N)[0].shape == (2000,)
    for block in (1, 16):  # the shortest and the longest
        assert resampling.block_totals(MONTHS_X, MONTHS_N, block, 3)[0].shape == (3,)
    assert set(resampling.block_totals(MONTHS_X, MONTHS_N, 16, 9)[0]) == {MONTHS_X.sum()}


def test_percentiles_leave_out_unknown_replicates():
    values = [[1, nan, 3], [2, nan, nan], [9, nan, 4], [4, nan, 5]]
    interval = resampling.percentile_interval(values, 0.5)
    assert interval.low == exact([1.75, nan, 3.5])
    assert interval.high == exact([5.25, nan, 4.5])
    assert (interval.level, interval.method) == (0.5, "percentile")
    scalar = resampling.percentile_interval(np.arange(11.0), 0.8, "quarter")
    assert ends(scalar).tolist() == exact([1, 9])
    assert type(scalar.low) is float
    assert scalar.method == "quarter"
    assert ends(resampling.percentile_interval(np.arange(41.0))) == exact([1, 39])


def test_block_bootstrap_of_areas_says_what_it_did():
    b = resampling.block_bootstrap(AREAS_X, AREAS_N, 5, 60, 1, 0.8)
    assert b.share == exact([MONTHS_X.sum() / MONTHS_N.sum(), 2 / 9, nan])
    x, n = resampling.block_totals(AREAS_X, AREAS_N, 5, 60, 1)
    assert b.replicates[:, :2] == exact((x / np.where(n > 0, n, 1))[:, :2])
    assert b.standard_error[:2] == exact([b.replicates[:, 0].std(ddof=1), 0])
    assert ends(b.interval)[:, 1] == exact([2 / 9, 2 / 9])  # an area of one share has no spread
    assert np.isnan(ends(b.interval)[:, 2]).all()
    tails = np.quantile(b.replicates[:, 0], [0.1, 0.9])
    assert ends(b.interval)[:, 0] == exact(tails)
    assert (b.block, b.months, b.seed) == (5, 16, 1)
    assert (b.interval.level, b.interval.method) == (0.8, "5-month blocks")
    default = resampling.block_bootstrap(MONTHS_X, MONTHS_N)
    assert default.replicates.shape == (2000,)
    assert (default.block, default.seed, default.interval.level) == (3, 2011, 0.95)
    assert {type(default.share), type(default.standard_error), type(default.interval.low)} == {
        float
    }


def newey_west_by_hand(x, n, lags, level):
    months, p = len(x), x.sum() / n.sum()
    u = x - p * n
    spread = u @ u + 2 * sum((1 - k / (lags + 1)) * (u[k:] @ u[:-k]) for k in range(1, lags + 1))
    half = student.ppf((1 + level) / 2, months - 1) * sqrt(spread * months / (months - 1)) / n.sum()
    return p, p - half, p + half


@pytest.mark.parametrize("lags", [0, 3, 5, 15])
def test_newey_west_share_of_every_lag_by_hand(lags):
    p, interval = resampling.newey_west_share(AREAS_X, AREAS_N, lags, 0.8)
    by_area = newey_west_by_hand(MONTHS_X, MONTHS_N, lags, 0.8)
    assert [p[0], *ends(interval)[:, 0]] == pytest.approx(by_area, **ROOT)
    # An area of one share has no spread, one without cases no share.
    assert [p[1], *ends(interval)[:, 1]] == pytest.approx([2 / 9] * 3, **ROOT)
    assert [p[2], *ends(interval)[:, 2]] == exact([nan] * 3)
    assert (interval.level, interval.method) == (0.8, f"Newey-West, {lags} lags")
    default = resampling.newey_west_share(MONTHS_X, MONTHS_N)
    assert (default[1].level, default[1].method) == (0.95, "Newey-West, 3 lags")
    assert {type(default[0]), type(default[1].low)} == {float}


def test_limits_of_shares_of_months_are_cut_at_0_and_1():
    x, n = np.array([9, 9, 9, 0]), np.full(4, 9)
    for have, side in ((x, 1), (n - x, 0)):
        assert ends(resampling.newey_west_share(have, n, 0)[1])[side] == side
        assert ends(resampling.autoregressive_share(have, n).interval)[side] == side


def test_autoregressive_share_by_hand():
    x, n = np.array([10, 12, 14, 13, 11, 9, 8, 10, 12, 13, 12, 9]), np.full(12, 50)
    zero = np.zeros(12)
    a = resampling.autoregressive_share(np.column_stack([x, zero]), np.column_stack([n, zero]), 0.8)
    p = x.sum() / n.sum()
    u = x - p * n
    r = (u[1:] @ u[:-1]) / (u @ u)
    rho = r + (1 + 4 * r) / 12
    months = 12 * (1 - rho) / (1 + rho)
    error = sqrt((u @ u) * (1 + rho) / (1 - rho) / (1 - 1 / max(months, 1.5))) / n.sum()
    half = student.ppf(0.9, max(months - 1, 2)) * error
    assert 0 < rho < 0.95
    assert (a.share[0], a.rho[0], a.effective[0]) == exact((p, rho, months))
    assert a.standard_error[0] == pytest.approx(error, **ROOT)
    assert ends(a.interval)[:, 0] == pytest.approx([p - half, p + half], **ROOT)
    assert [a.share[1], a.standard_error[1], *ends(a.interval)[:, 1]] == exact([nan] * 4)
    assert (a.interval.level, a.interval.method) == (0.8, "AR(1), effective months")
    one = resampling.autoregressive_share(MONTHS_X, MONTHS_N)
    assert one.interval.level == 0.95
    assert {type(v) for v in (one.share, one.rho, one.effective, one.standard_error)} == {float}


def test_autocorrelation_is_cut_to_0_and_most_rho():
    alternating = resampling.autoregressive_share([1, 9] * 3, [20] * 6)
    assert (alternating.rho, alternating.effective) == (0, 6)
    trend = resampling.autoregressive_share(np.arange(40), [99] * 40)
    assert trend.rho == 0.95
    assert trend.effective == exact(40 * 0.05 / 1.95)
    flat = resampling.autoregressive_share([2] * 4, [20] * 4)
    assert ends(flat.interval) == exact([0.1, 0.1])
    assert flat.standard_error == exact(0)


# --- a break in a series ---


def test_the_design_of_a_break_and_a_season():
    t = np.arange(9) - 4
    step = t >= 0
    columns = [np.ones(9), t, step, t * step]
    assert timeseries.segmented_design(9, 4).tolist() == np.column_stack(columns).tolist()
    season = [f(np.pi * k * t / 6) for k in (1, 2) for f in (np.sin, np.cos)]
    design = timeseries.segmented_design(9, 4, 2)
    assert design == exact(np.column_stack([*columns, *season]))


def fitted_by_hand(y, at, lags, weights, harmonics, level):
    """Coefficients, Newey-West errors, t limits and p-values of weighted least squares."""
    root = np.sqrt(np.ones(len(y)) if weights is None else weights)
    design = timeseries.segmented_design(len(y), at, harmonics)
    z, target = design * root[:, None], y * root
    bread = np.linalg.inv(z.T @ z)
    b = bread @ z.T @ target
    scores = z * (target - z @ b)[:, None]
    meat = scores.T @ scores
    for k in range(1, lags + 1):
        cross = scores[k:].T @ scores[:-k]
        meat += (1 - k / (lags + 1)) * (cross + cross.T)
    df = len(y) - design.shape[1]
    se = np.sqrt(np.diag(bread @ meat @ bread) * len(y) / df)
    half = student.ppf((1 + level) / 2, df) * se
    return np.array([b, se, b - half, b + half, 2 * student.sf(abs(b / se), df)])[
        :, :4
    ].T, design @ b


@pytest.mark.parametrize(
    ("weights", "harmonics", "lags", "level"),
    [(None, 0, 3, 0.95), (np.tile(MONTHS_N, 2), 0, 0, 0.8), (None, 2, 2, 0.9)],
)
def test_segmented_regression_by_hand(weights, harmonics, lags, level):
    f = timeseries.segmented_regression(
        LONG, 15, lags, weights=weights, harmonics=harmonics, level=level
    )
    effects, fitted = fitted_by_hand(LONG, 15, lags, weights, harmonics, level)
    ours = [f.level_at_break, f.pre_slope, f.step, f.slope_change]
    # Normal equations lose half the digits that the library's decomposition keeps.
    assert np.array([list(asdict(e).values()) for e in ours]) == pytest.approx(
        effects, rel=1e-7, abs=1e-9
    )
    assert f.fitted == pytest.approx(fitted, **ROOT)
    assert f.residuals == exact(LONG - f.fitted)
    jump = effects[2, 0] + effects[3, 0] * np.arange(17)
    assert f.without_break[:15] == exact(f.fitted[:15])
    assert f.without_break[15:] == pytest.approx(f.fitted[15:] - jump, rel=1e-7)
    assert (f.hac_lags, f.months) == (lags, 32)
    assert f.method == ("least squares, Newey-West" if weights is None else "weighted, Newey-West")
    squares = f.residuals @ f.residuals
    assert f.lag1 == pytest.approx(f.residuals[1:] @ f.residuals[:-1] / squares, **ROOT)
    assert f.durbin_watson == pytest.approx((np.diff(f.residuals) ** 2).sum() / squares, **ROOT)


def test_segmented_regression_has_three_lags_and_95_percent_unless_told():
    plain = timeseries.segmented_regression(SERIES, 8)
    same = timeseries.segmented_regression(SERIES, 8, 3, harmonics=0, level=0.95)
    assert plain.step == same.step
    assert plain.hac_lags == 3


@pytest.mark.parametrize("level", [0.0, 0.3, 1e6])
def test_a_series_that_fits_exactly_has_no_autocorrelation(level):
    t = np.arange(12) - 6
    y = level * (1 + 0.1 * t + (t >= 0) * (3 - 0.2 * t))
    f = timeseries.segmented_regression(y, 6)
    assert np.isnan([f.lag1, f.durbin_watson]).all()
    assert f.step.estimate == pytest.approx(3 * level, rel=1e-9)
    assert f.residuals == pytest.approx(0, abs=1e-12 * level)


@pytest.mark.parametrize("at", [3, 13])
def test_three_months_on_a_side_are_enough(at):
    assert timeseries.segmented_regression(SERIES, at).months == 16
    assert timeseries.segmented_regression(SERIES[:7], 3, harmonics=1).months == 7


def test_lag_sensitivity_is_one_regression_a_lag():
    for named in ({}, {"weights": MONTHS_N, "level": 0.8}, {"harmonics": 1}):
        s = timeseries.newey_west_sensitivity(SERIES, 8, (0, 2), **named)
        steps = [timeseries.segmented_regression(SERIES, 8, lag, **named).step for lag in (0, 2)]
        assert s.step == steps[0].estimate
        assert s.standard_error.tolist() == [e.standard_error for e in steps]
        assert (s.low.tolist(), s.high.tolist()) == (
            [e.low for e in steps],
            [e.high for e in steps],
        )
        assert s.lags.tolist() == [0, 2]
    default = timeseries.newey_west_sensitivity(LONG, 16)
    assert default.lags.tolist() == [0, 1, 2, 3, 4, 6, 9, 12]


def test_placebo_dates_are_regressions_at_other_dates():
    real = timeseries.segmented_regression(LONG, 16).step
    p = timeseries.placebo_dates(LONG, 16)
    assert p.index.tolist() == [6, 7, 8, 9, 10]  # six months on each side, all before the break
    steps = [timeseries.segmented_regression(LONG[:16], d).step for d in p.index]
    assert p.step == exact(np.array([s.estimate for s in steps]))
    assert p.t == exact(np.array([s.estimate / s.standard_error for s in steps]), **ROOT)
    assert (p.real_step, p.real_t) == exact((real.estimate, real.estimate / real.standard_error))
    assert p.rank == sum(abs(s.estimate) >= abs(real.estimate) for s in steps)
    assert p.p == (p.rank + 1) / 6
    windowed = timeseries.placebo_dates(LONG, 16, least=2, hac_lags=1, window=7)
    assert windowed.index.tolist() == list(range(3, 14))  # no side shorter than three
    for date, first, stop in ((5, 0, 12), (8, 1, 15), (12, 5, 16)):  # cut, whole, cut
        step = timeseries.segmented_regression(LONG[first:stop], date - first, 1).step
        assert windowed.step[date - 3] == exact(step.estimate, **ROOT)
        assert windowed.t[date - 3] == exact(step.estimate / step.standard_error, **ROOT)
    whole = timeseries.placebo_dates(LONG, 20, least=8, pre_only=False)
    assert whole.index.tolist() == [*range(8, 20), *range(21, 25)]


def test_a_series_too_short_for_placebo_dates_has_none():
    p = timeseries.placebo_dates(SERIES, 8)
    assert (p.index.size, p.step.size, p.t.size, p.rank, p.p) == (0, 0, 0, 0, 1)
    assert p.index.dtype == np.int64


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
@pytest.mark.parametrize("level", [0.1, 1 / 3, 1e5])
def test_every_placebo_of_a_flat_series_is_as_large_as_the_real_step(level):
    # Steps of a flat series are zero: without a tolerance their rank would be one of roundings.
    p = timeseries.placebo_dates(np.full(40, level), 20)
    assert (p.rank, p.p) == (p.index.size, 1.0)


@pytest.mark.parametrize(
    ("at", "window", "named", "before", "after"),
    [
        (8, 6, {}, (2, 8), (8, 14)),
        (8, 8, {}, (0, 8), (8, 16)),
        (8, 4, {"donut_before": 2, "donut_after": 1}, (2, 6), (9, 13)),
        (8, 4, {"donut_after": 1, "keep_length": False}, (4, 8), (9, 12)),
        (8, 4, {"donut_before": 1, "keep_length": False}, (4, 7), (8, 12)),
    ],
)
def test_windows_before_and_after_a_date(at, window, named, before, after):
    b = timeseries.before_after(AREAS_X, AREAS_N, at, window, **named, level=0.8)
    assert (b.before, b.after) == (before, after)
    x0, n0 = (v[slice(*before)].sum(axis=0) for v in (AREAS_X, AREAS_N))
    x1, n1 = (v[slice(*after)].sum(axis=0) for v in (AREAS_X, AREAS_N))
    assert [b.x_before.tolist(), b.n_before.tolist()] == [x0.tolist(), n0.tolist()]
    assert [b.x_after.tolist(), b.n_after.tolist()] == [x1.tolist(), n1.tolist()]
    assert b.share_before == exact(proportions.share(x0, n0))
    assert b.share_after == exact(proportions.share(x1, n1))
    change = proportions.newcombe_difference(x1, n1, x0, n0, 0.8)
    assert b.change.estimate == exact(change.estimate)
    assert ends(b.change.interval) == exact(ends(change.interval))
    assert np.isnan([b.share_before[2], b.share_after[2], b.change.estimate[2]]).all()


def test_windows_are_of_twelve_months_unless_told():
    b = timeseries.before_after([1] * 30, [9] * 30, 14)
    assert (b.before, b.after, b.change.interval.level) == ((2, 14), (14, 26), 0.95)
    assert {type(b.x_before), type(b.n_after), type(b.share_before)} == {float}


def test_leaving_out_an_area_sums_the_others():
    def totals(x, n):
        return x @ np.arange(16) + n.sum()

    found = timeseries.leave_one_out(AREAS_X, AREAS_N, totals)
    brute = [
        totals(np.delete(AREAS_X, j, 1).sum(axis=1), np.delete(AREAS_N, j, 1).sum(axis=1))
        for j in range(3)
    ]
    assert found.tolist() == brute


@pytest.mark.parametrize(
    ("lags", "named"),
    [(3, {"draws": 200}), (1, {"harmonics": 1, "draws": 100, "seed": 1, "level": 0.8})],
)
def test_a_calibrated_step_by_its_own_simulation(lags, named):
    c = timeseries.segmented_calibrated(LONG, 15, lags, **named)
    level, harmonics, draws = named.get("level", 0.95), named.get("harmonics", 0), named["draws"]
    fit = timeseries.segmented_regression(LONG, 15, lags, harmonics=harmonics, level=level)
    assert (c.step.estimate, c.step.standard_error) == (fit.step.estimate, fit.step.standard_error)
    assert c.nominal == (fit.step.low, fit.step.high)
    assert (c.lag1, c.hac_lags, c.draws, c.seed) == (fit.lag1, lags, draws, named.get("seed", 2011))
    # rho is where the median residual autocorrelation of simulated series is the one observed.
    design = timeseries.segmented_design(32, 15, harmonics)
    noise = np.random.default_rng(c.seed).normal(size=(draws, 32))
    steps, errors, lag1 = timeseries._step_and_error(timeseries._ar1(noise, c.rho), design, lags)
    assert np.median(lag1) == pytest.approx(c.lag1, abs=0.01)  # rho is interpolated between 0.05s
    size = np.abs(steps / errors)
    assert c.critical == pytest.approx(np.quantile(size, level), **ROOT)
    half = c.critical * c.step.standard_error
    assert (c.step.low, c.step.high) == exact((c.step.estimate - half, c.step.estimate + half))
    ratio = abs(c.step.estimate) / c.step.standard_error
    assert c.step.p == exact((np.sum(size >= ratio) + 1) / (draws + 1))
    textbook = student.ppf((1 + level) / 2, 32 - design.shape[1])
    assert c.error_rate == exact(np.mean(size > textbook))
    assert -0.3 <= c.rho <= 0.95


def test_calibration_is_by_two_thousand_draws_at_95_percent_unless_told():
    c = timeseries.segmented_calibrated(SERIES, 8)
    assert (c.draws, c.seed, c.hac_lags) == (2000, 2011, 3)
    same = timeseries.segmented_calibrated(SERIES, 8, 3, level=0.95, harmonics=0, seed=2011)
    assert c == same
    assert timeseries.RHO_GRID.tolist() == exact([k / 20 for k in range(-6, 20)])


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_simulated_months_are_stationary_with_their_autocorrelation(rho):
    noise = np.random.default_rng(1).normal(size=(4000, 6))
    series = timeseries._ar1(noise, rho)
    assert series[:, 1:] == exact(rho * series[:, :-1] + noise[:, 1:])
    # Variance 1/(1 - rho^2) in every month: five Monte Carlo errors of 4,000 draws.
    assert series.var(axis=0) * (1 - rho**2) == pytest.approx(1, abs=5 * sqrt(2 / 4000))


@pytest.mark.parametrize("lags", [None, 2])
@pytest.mark.parametrize("x", [MONTHS_X, np.r_[10, 25, 9, 31, 13, 22, 35, 9, MONTHS_X[8:]]])
def test_quasi_binomial_break_by_hand(x, lags):
    f = timeseries.segmented_quasi_binomial(x, MONTHS_N, 8, hac_lags=lags, level=0.8)
    design = timeseries.segmented_design(16, 8)
    model = GLM(np.column_stack([x, MONTHS_N - x]), design, family=Binomial())
    fit = model.fit()
    b, p = fit.params, expit(design @ fit.params)
    pearson = (x - MONTHS_N * p) / np.sqrt(MONTHS_N * p * (1 - p))
    phi = (pearson**2).sum() / 12
    assert f.dispersion == pytest.approx(phi, **FIT)
    assert (f.fitted, f.residuals) == (pytest.approx(p, **FIT), pytest.approx(pearson, **FIT))
    covariance = fit.cov_params() * max(1, phi)
    if lags is not None:
        covariance = model.fit(
            cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}
        ).cov_params()
    se, z = np.sqrt(np.diag(covariance)), norm.ppf(0.9)
    for k, effect in ((1, f.pre_slope), (2, f.step), (3, f.slope_change)):
        found = (effect.estimate, effect.standard_error, effect.low, effect.high)
        assert found == pytest.approx((b[k], se[k], b[k] - z * se[k], b[k] + z * se[k]), **FIT)
        assert effect.p == pytest.approx(2 * norm.sf(abs(b[k] / se[k])), **FIT)
    step = f.step
    assert f.step_odds_ratio == exact(tuple(np.exp([step.estimate, step.low, step.high])))
    after, without = expit(b[0] + b[2]), expit(b[0])
    gradient = np.array([after * (1 - after) - without * (1 - without), 0, after * (1 - after), 0])
    error = sqrt(gradient @ covariance @ gradient)
    jump = f.step_share
    assert (jump.estimate, jump.standard_error) == pytest.approx((after - without, error), **FIT)
    assert (jump.low, jump.high, jump.p) == exact(
        (jump.estimate - z * jump.standard_error, jump.estimate + z * jump.standard_error, step.p)
    )
    assert f.without_break == pytest.approx(expit(b[0] + b[1] * design[:, 1]), **FIT)
    assert f.lag1 == pytest.approx(pearson[1:] @ pearson[:-1] / (pearson @ pearson), **FIT)
    assert f.months == 16


def test_quasi_binomial_takes_out_a_season_when_asked():
    t = np.arange(48)
    n = np.full(48, 100_000)
    x = np.rint(n * expit(-1 + 0.3 * np.sin(np.pi * t / 6) + 0.2 * (t >= 24)))
    f = timeseries.segmented_quasi_binomial(x, n, 24, harmonics=1)
    assert f.step.estimate == pytest.approx(0.2, abs=1e-3)  # counts of 100,000 are whole
    plain = timeseries.segmented_quasi_binomial(x, n, 24)
    assert plain.dispersion > 100 > 1 > f.dispersion


# --- simulations ---


@pytest.mark.parametrize(
    ("n", "p", "level"), [(1, 0.3, 0.8), (10, 0.5, 0.95), (5, 0, 0.9), (5, 1, 0.9)]
)
def test_exact_coverage_against_a_sum_over_counts(n, p, level):
    covered = width = 0.0
    for x in range(n + 1):
        low, high = ends(proportions.clopper_pearson(x, n, level))
        chance = comb(n, x) * p**x * (1 - p) ** (n - x)
        covered += chance * (low <= p <= high)
        width += chance * (high - low)
    found = simulation.binomial_coverage(proportions.clopper_pearson, n, p, level)
    assert found == pytest.approx((covered, width), **ROOT)
    assert found[0] >= level
    default = simulation.binomial_coverage(proportions.wilson, 10, 0.3)
    assert default == simulation.binomial_coverage(proportions.wilson, 10, 0.3, 0.95)


@pytest.mark.parametrize("name", simulation.WORLDS)
def test_a_world_repeats_with_its_seed_and_has_the_stated_shares(name):
    n = np.full(20_000, 1_000_000.0)
    x, p, planted = simulation.world(name, np.random.default_rng(3), n)
    again = simulation.world(name, np.random.default_rng(3), n)
    assert x.tolist() == again[0].tolist()
    assert ((p > 0) & (p < 1)).all()
    assert x / n == pytest.approx(p, abs=0.005)  # ten standard errors of a million cases
    usual = p[~planted]
    spread = {"no differences": 0}.get(name, 0.1)
    assert usual.mean() == pytest.approx(0.29, abs=5 * spread / 141 + 1e-12)
    assert usual.std() == pytest.approx(spread, abs=0.003)
    assert planted.sum() == (5 if name == "five outliers" else 0)


def test_planted_outliers_lie_thirty_points_above_their_own_share():
    usual = simulation.world("usual spread", np.random.default_rng(3))
    x, p, planted = simulation.world("five outliers", np.random.default_rng(3))
    assert x.shape == p.shape == (40,)
    assert p[~planted].tolist() == usual[1][~planted].tolist()
    assert p[planted] == exact(np.minimum(usual[1][planted] + 0.3, 0.95))
    assert np.flatnonzero(planted).tolist() == [4, 12, 20, 28, 36]
    assert (simulation.PLACES[0], simulation.PLACES[-1]) == (20, 7500)


COMMITTED = pd.read_csv(paths.ERROR_RATES)
SETTINGS = ["study", "method", "world", "n", "share", "rho", "effect", "measure"]
# Studies that take seconds with few draws; the others are run whole by tests/data/test_simulated.py.
FEW = {
    "vague counts": (lambda: simulation.vague_counts(60), 60),
    "place against rest": (lambda: simulation.two_shares(20), 20),
    "equal shares": (lambda: simulation.homogeneity(60), 60),
    "funnel": (lambda: simulation.funnels(8), 8),
    "selection": (lambda: simulation.selection(40), 40),
    "shrinkage": (lambda: simulation.shrinkage(6, 1), 6),
    "ranks": (lambda: simulation.ranks(8), 8),
    "pooled share of months": (lambda: simulation.pooled_shares(20), 20),
    "standardised share": (lambda: simulation.standardisation(80), 160),
    "interrupted time series": (lambda: simulation.interrupted_series(60, 3), 60),
    "few treated places": (lambda: simulation.few_treated(10), 10),
    "withheld cells": (lambda: simulation.suppression(40), 40),
    "decomposition": (lambda: simulation.decomposition(60), 60),
}


@pytest.mark.parametrize("name", FEW)
def test_few_draws_agree_with_the_committed_rates(name):
    run, most = FEW[name]
    few = pd.DataFrame(map(asdict, run())).replace({"world": {"": None}})
    committed = COMMITTED[COMMITTED["study"] == name]
    both = committed.merge(few, on=SETTINGS, suffixes=("", "_few"), validate="1:1")
    assert len(both) == len(few) == len(committed), "other settings than the committed ones"
    for row in both.itertuples():
        label = f"{row.method}, {row.measure}, {row.world}, n {row.n}, rho {row.rho}"
        assert 0 <= row.value_few <= 1, label
        assert 0 <= row.error_few < 1, label
        assert 0 < row.draws_few <= most, label
        if row.measure == "root mean squared error":
            # Six draws of a world without spread: the order of size is all that they tell.
            assert row.value_few == pytest.approx(row.value, rel=0.75), label
        else:
            # The error of so few draws of a rate like the committed one, or of one in so many.
            # Coverage of shrunken shares is a mean over forty places a draw.
            draws = row.draws_few * (40 if name == "shrinkage" else 1)
            rate = np.clip(row.value, 1 / (draws + 1), 1 - 1 / (draws + 1))
            within = 5 * sqrt(rate * (1 - rate) / draws)
            assert row.value_few == pytest.approx(row.value, abs=within), label


@pytest.mark.parametrize("study", [simulation.homogeneity, simulation.vague_counts])
def test_a_study_repeats_with_its_seed(study):
    assert [str(rate) for rate in study(20)] == [str(rate) for rate in study(20)]


def test_the_error_of_a_rate_is_that_of_a_share_of_its_draws():
    rates = [*simulation.vague_counts(20), *simulation.homogeneity(12)]
    for rate in rates:
        assert rate.error == pytest.approx(
            sqrt(rate.value * (1 - rate.value) / rate.draws), abs=1e-6
        )
    exact_ones = [next(simulation.interval_coverage()), next(simulation.share_tests())]
    assert [(rate.draws, rate.error) for rate in exact_ones] == [(0, 0), (0, 0)]


def test_months_of_a_simulated_share_vary_about_the_stated_one():
    x, n, truth = simulation._monthly(0.0, np.random.default_rng(1))
    assert x.shape == n.shape == (47,)
    assert set(n) == {5000}
    # The mean of expit of a normal: close to its value at the mean, moved by half the curvature.
    p = 0.29
    assert truth == pytest.approx(p + p * (1 - p) * (1 - 2 * p) * 0.15**2 / 2, abs=1e-4)
    assert x.sum() / n.sum() == pytest.approx(truth, abs=5 * 0.15 * p * (1 - p) / sqrt(47))
    spread = logit(x / n).std()
    assert spread == pytest.approx(0.15, rel=0.4)
    assert binom.cdf(x, n, truth).min() < 0.01  # more than binomial
