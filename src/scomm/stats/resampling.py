"""Intervals for shares of long monthly series, where months depend on one another.

At hundreds of thousands of records a binomial interval is tenths of a point wide and false: what
varies is the month, not the record. These intervals treat months, in blocks, as the units.
A trend over the period is part of the variation they measure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, t as student

from citable.errors import ArgumentError
from scomm.stats._arrays import (
    Floats,
    Value,
    check_level,
    counts,
    floats,
    share_of,
    two_sided_z,
    unwrap,
)
from scomm.stats.proportions import Interval


@dataclass(frozen=True)
class BlockBootstrap:
    """Pooled share (one a column), its interval, and the replicates (draws x columns)."""

    share: Value
    standard_error: Value
    interval: Interval
    replicates: Floats
    block: int
    months: int
    seed: int


def _months(x: npt.ArrayLike, n: npt.ArrayLike) -> tuple[Floats, Floats]:
    xs, ns = counts(x, n)
    if xs.ndim < 1 or xs.shape[0] < 4 or np.isnan(xs).any():
        raise ArgumentError(f"expected 4 or more complete months (rows), found shape {xs.shape}")
    return xs, ns


def block_starts(months: int, block: int, draws: int, seed: int) -> npt.NDArray[np.int64]:
    """Month numbers (draws x months) of a circular moving-block resample.

    Source: Politis and Romano (1992). Each row joins blocks of `block` consecutive months, the
    series closed to a circle so that every month is equally likely, cut to the series' length.

    >>> block_starts(4, 2, 1, seed=1).shape
    (1, 4)
    """
    number = -(-months // block)
    start = np.random.default_rng(seed).integers(0, months, size=(draws, number))
    index = (start[:, :, None] + np.arange(block)) % months
    return index.reshape(draws, -1)[:, :months]


def block_totals(
    x: npt.ArrayLike, n: npt.ArrayLike, block: int = 3, draws: int = 2_000, seed: int = 2011
) -> tuple[Floats, Floats]:
    """Totals of x and n over resampled months: arrays of draws x (whatever follows months).

    Feed them to any function of counts (`standardise.direct`, a ratio of areas) to bootstrap it;
    the same months are drawn for every column, so dependence between columns is kept. Source and
    errors as `block_bootstrap`.

    >>> x, n = np.ones((12, 3, 2)), np.full((12, 3, 2), 4.0)
    >>> totals_x, totals_n = block_totals(x, n, draws=5)
    >>> totals_x.shape, float(totals_n[0, 0, 0])
    ((5, 3, 2), 48.0)
    """
    xs, ns = _months(x, n)
    if not 1 <= block <= xs.shape[0]:
        raise ArgumentError(f"block: found {block}, expected 1 to {xs.shape[0]}")
    index = block_starts(xs.shape[0], block, draws, seed)
    # Counting how often each month was drawn turns resampling into one matrix product.
    times = np.zeros((draws, xs.shape[0]))
    np.add.at(times, (np.arange(draws)[:, None], index), 1)
    return np.tensordot(times, xs, 1), np.tensordot(times, ns, 1)


def percentile_interval(
    replicates: npt.ArrayLike, level: float = 0.95, method: str = "percentile"
) -> Interval:
    """Middle `level` of replicates (draws along the first axis). Source: Efron (1979).

    nan replicates (a draw without cases) are left out; a column of nothing but nan is nan.

    >>> percentile_interval(np.arange(101.0), 0.9).high
    95.0
    """
    check_level(level)
    values = np.asarray(replicates, dtype=float)
    known = np.where(np.isnan(values).all(axis=0), 0.0, values)  # no warning for empty columns
    tails = np.nanquantile(known, [(1 - level) / 2, (1 + level) / 2], axis=0)
    tails = np.where(np.isnan(values).all(axis=0), np.nan, tails)
    return Interval(unwrap(tails[0]), unwrap(tails[1]), level, method)


def block_bootstrap(
    x: npt.ArrayLike,
    n: npt.ArrayLike,
    block: int = 3,
    draws: int = 2_000,
    seed: int = 2011,
    level: float = 0.95,
) -> BlockBootstrap:
    """Interval of a pooled share by resampling blocks of months.

    Estimand: sum x / sum n over the months. x, n: months, or months x areas (the same months are
    drawn for all areas, so differences between areas keep their dependence: use `replicates`).
    Percentile interval. Source: Kuensch (1989); Politis and Romano (1992). With few months or
    strong dependence the interval is too narrow; longer blocks help until there are too few.
    A column with no cases is nan. Raises ArgumentError for fewer than four months, nan, a bad
    level, or a block not in 1..months.

    >>> x, n = np.arange(24) % 5 + 10, np.full(24, 50)
    >>> b = block_bootstrap(x, n, draws=500)
    >>> bool(b.interval.low < b.share < b.interval.high)
    True
    """
    totals = block_totals(x, n, block, draws, seed)
    xs, ns = _months(x, n)
    replicates = share_of(*totals)
    return BlockBootstrap(
        share=unwrap(share_of(xs.sum(axis=0), ns.sum(axis=0))),
        standard_error=unwrap(replicates.std(axis=0, ddof=1)),
        interval=percentile_interval(replicates, level, f"{block}-month blocks"),
        replicates=replicates,
        block=block,
        months=xs.shape[0],
        seed=seed,
    )


def newey_west_share(
    x: npt.ArrayLike, n: npt.ArrayLike, lags: int = 3, level: float = 0.95
) -> tuple[Value, Interval]:
    """Pooled share of a monthly series with a Newey-West interval: no simulation.

    Equation: p = sum x/sum n, u_t = x_t - p n_t, Var(p) = T/(T-1) [g0 + 2 sum_k (1 - k/(L+1))
    g_k] / (sum n)^2, g_k = sum u_t u_{t-k}; t quantile with T-1 df; cut at 0 and 1. Source: Newey
    and West (1987), applied to a ratio (linearised). Further axes (areas) are kept.
    Raises ArgumentError for fewer than four months, nan, a bad level, or lags not in
    0..T-1.

    >>> p, i = newey_west_share([10, 12, 9, 11, 13, 12], [50] * 6, lags=1)
    >>> round(p, 4), round(i.low, 3), round(i.high, 3)
    (0.2233, 0.194, 0.252)
    """
    check_level(level)
    xs, ns = _months(x, n)
    months = xs.shape[0]
    if not 0 <= lags < months:
        raise ArgumentError(f"lags: found {lags}, expected 0 to {months - 1}")
    total = ns.sum(axis=0)
    p = share_of(xs.sum(axis=0), total)
    u = xs - p * ns
    spread = (u**2).sum(axis=0)
    for k in range(1, lags + 1):
        spread = spread + 2 * (1 - k / (lags + 1)) * (u[k:] * u[:-k]).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(np.maximum(spread, 0) * months / (months - 1)) / total
    half = student.isf((1 - level) / 2, months - 1) * error
    low, high = np.clip(p - half, 0, 1), np.clip(p + half, 0, 1)
    return unwrap(p), Interval(unwrap(low), unwrap(high), level, f"Newey-West, {lags} lags")


MOST_RHO = 0.95  # beyond this a few years of months hold less than two independent ones


@dataclass(frozen=True)
class AutoregressiveShare:
    """Pooled share with an interval for months that follow one another as AR(1).

    rho: autocorrelation of the months' deviations, corrected for bias, cut to 0..0.95. effective:
    how many independent months the series is worth.
    """

    share: Value
    standard_error: Value
    interval: Interval
    rho: Value
    effective: Value


def autoregressive_share(
    x: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95
) -> AutoregressiveShare:
    """Pooled share of a monthly series with AR(1) months: the widest interval of this module.

    Equation: u_t = x_t - p n_t with lag-1 autocorrelation r; rho = r + (1 + 4 r)/T; effective
    months m = T (1 - rho)/(1 + rho); Var(p) = sum u^2 (1 + rho)/(1 - rho) / (1 - 1/m) / (sum n)^2;
    t quantile with m - 1 df (2 at least); cut at 0 and 1. Source: Zwiers and von Storch (1995) for
    the effective number; Shaman and Stine (1988) for the bias of r. A trend counts as dependence.
    Further axes (areas) are kept. In simulated series of 47 months it covers 91 to 97 percent at
    rho 0.8 to 0, where blocks of months cover 62 to 94. No cases: nan.
    Raises ArgumentError for fewer than four months, nan or a bad level.

    >>> a = autoregressive_share([10, 12, 9, 11, 13, 12] * 4, [50] * 24)
    >>> round(a.share, 4), round(a.interval.low, 3), round(a.interval.high, 3)
    (0.2233, 0.212, 0.235)
    """
    check_level(level)
    xs, ns = _months(x, n)
    months = xs.shape[0]
    total = ns.sum(axis=0)
    p = share_of(xs.sum(axis=0), total)
    u = xs - p * ns
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = (u**2).sum(axis=0)
        lag1 = np.where(squares > 0, (u[1:] * u[:-1]).sum(axis=0) / squares, 0.0)
        rho = np.clip(lag1 + (1 + 4 * lag1) / months, 0.0, MOST_RHO)
        effective = months * (1 - rho) / (1 + rho)
        small = 1 - 1 / np.maximum(effective, 1.5)
        error = np.sqrt(squares * (1 + rho) / (1 - rho) / small) / total
    half = student.isf((1 - level) / 2, np.maximum(effective - 1, 2)) * error
    low, high = np.clip(p - half, 0, 1), np.clip(p + half, 0, 1)
    return AutoregressiveShare(
        share=unwrap(p),
        standard_error=unwrap(error),
        interval=Interval(unwrap(low), unwrap(high), level, "AR(1), effective months"),
        rho=unwrap(rho),
        effective=unwrap(effective),
    )


def cosine_terms(months: int) -> int:
    """Number of cosine terms for a series: 0.4 T^(2/3), at least one. Source: Lazarus et al. (2018).

    >>> cosine_terms(47), cosine_terms(12)
    (5, 2)
    """
    return max(1, int(0.4 * months ** (2 / 3)))


def cosine_coefficients(contributions: npt.ArrayLike) -> Floats:
    """Return the low-frequency cosine terms of monthly contributions (terms x columns).

    contributions: months x columns, what each month adds to an estimate's deviation from its mean
    (columns sum to zero). Equation: L_b = sqrt(2) sum_t u_t cos(pi b (t - 1/2) / T), b = 1..B.
    The mean of L_b^2 estimates the variance of the estimate, with B degrees of freedom, however
    the months depend on one another at short range. Source: Lazarus et al. (2018), the
    equal-weighted cosine estimator. Raises ArgumentError for fewer than two months or nan.

    >>> cosine_coefficients([[1.0], [-1.0], [1.0], [-1.0]]).shape
    (1, 1)
    """
    u = np.asarray(contributions, dtype=float)
    if u.ndim != 2 or u.shape[0] < 2 or np.isnan(u).any():
        raise ArgumentError(f"expected 2 or more complete months x columns, found shape {u.shape}")
    months = u.shape[0]
    term = np.arange(1, cosine_terms(months) + 1)[:, None]
    return np.sqrt(2) * np.cos(np.pi * term * (np.arange(months) + 0.5) / months) @ u


def difference_errors(coefficients: npt.ArrayLike) -> Floats:
    """Return standard errors of all differences (columns x columns) from `cosine_coefficients`.

    Dependence between the columns is kept, because the same months enter both.

    >>> difference_errors([[0.03, 0.01], [0.02, 0.01]]).round(4).tolist()
    [[0.0, 0.0158], [0.0158, 0.0]]
    """
    terms = np.asarray(coefficients, dtype=float)
    return np.sqrt(((terms[:, :, None] - terms[:, None, :]) ** 2).mean(axis=0))


def share_contributions(x: npt.ArrayLike, n: npt.ArrayLike) -> Floats:
    """Return each month's contribution to the deviation of a pooled share: (x_t - p n_t) / sum n.

    >>> share_contributions([1, 3], [10, 10]).tolist()
    [-0.05, 0.05]
    """
    xs, ns = counts(x, n)
    total = ns.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, (xs - share_of(xs.sum(axis=0), total) * ns) / total, 0.0)


@dataclass(frozen=True)
class CosineShare:
    """Pooled shares (one a column) with intervals that hold where months depend on one another.

    coefficients: terms x columns, of which `difference_errors` and `ranks.cosine_draws` are made;
    their number is that of the degrees of freedom.
    """

    share: Value
    standard_error: Value
    interval: Interval
    coefficients: Floats
    df: int


def cosine_share(x: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95) -> CosineShare:
    """Pooled shares of monthly series with equal-weighted cosine intervals.

    Estimand: sum x / sum n over the months. x, n: months, or months x columns. Interval: p -+
    t(B) sqrt(mean L_b^2), cut at 0 and 1; see `cosine_coefficients`. Unlike blocks of months and
    AR(1), its tails hold too, which tests of many pairs need (`simulation.areas_over_months`).
    A column with no cases is nan. Raises ArgumentError for fewer than four months, nan or a bad
    level. Source: Lazarus et al. (2018).

    >>> c = cosine_share([10, 12, 9, 11, 13, 12] * 4, [50] * 24)
    >>> round(c.share, 4), c.df
    (0.2233, 3)
    """
    check_level(level)
    xs, ns = _months(x, n)
    share = share_of(xs.sum(axis=0), ns.sum(axis=0))
    terms = cosine_coefficients(share_contributions(xs, ns).reshape(xs.shape[0], -1))
    error = np.sqrt((terms**2).mean(axis=0)).reshape(np.shape(share))
    half = student.isf((1 - level) / 2, len(terms)) * error
    low, high = np.clip(share - half, 0, 1), np.clip(share + half, 0, 1)
    return CosineShare(
        share=unwrap(share),
        standard_error=unwrap(error),
        interval=Interval(unwrap(low), unwrap(high), level, "equal-weighted cosine"),
        coefficients=terms,
        df=len(terms),
    )


def area_bootstrap(
    x: npt.ArrayLike,
    n: npt.ArrayLike,
    before: slice,
    after: slice,
    draws: int = 2_000,
    seed: int = 2011,
) -> Floats:
    """Replicates of the change of a pooled share between two windows, areas drawn again.

    x, n: months x areas. Each draw takes as many areas as there are, with replacement, and keeps
    their months; what months do to all areas at once is not in its spread. Source: Efron (1979).
    Raises ArgumentError for impossible counts.

    >>> area_bootstrap([[1, 1], [3, 3]], [[10, 10]] * 2, slice(0, 1), slice(1, 2), 2).round(2)
    array([0.2, 0.2])
    """
    xs, ns = counts(x, n)
    areas = xs.shape[1]
    times = np.random.default_rng(seed).multinomial(areas, np.full(areas, 1 / areas), size=draws)
    late, early = (
        share_of(times @ xs[window].sum(axis=0), times @ ns[window].sum(axis=0))
        for window in (after, before)
    )
    return late - early


@dataclass(frozen=True)
class WindowChange:
    """Change of a pooled share between two windows, with the errors from areas and from months.

    area_error: standard error with the areas as draws. month_error: with the months of both
    windows as draws. interval: both.
    """

    estimate: float
    interval: Interval
    area_error: float
    month_error: float
    df: float


@dataclass(frozen=True)
class _Errors:
    """Standard errors of a difference of two windows: areas as draws, months as draws, both."""

    area: float
    month: float
    both: float
    df: float


def _check_areas(x: Floats) -> None:
    if x.ndim != 2 or x.shape[1] < 2:
        raise ArgumentError(f"expected months x two or more areas, found shape {x.shape}")


def _areas_and_months(before: Floats, after: Floats) -> _Errors:
    """Combine the contributions of months and areas to a window's deviation (months x areas, sum zero)."""
    areas = before.shape[1]
    deviation = after.sum(axis=0) - before.sum(axis=0)
    area_variance = float((deviation**2).sum()) * areas / (areas - 1)
    month_variance, month_df = 0.0, 0.0
    for part in (before, after):
        terms = cosine_coefficients(part.sum(axis=1)[:, None])
        variance = float((terms**2).mean())
        month_variance += variance
        month_df += variance**2 / len(terms)
    variance = area_variance + month_variance
    return _Errors(
        area=float(np.sqrt(area_variance)),
        month=float(np.sqrt(month_variance)),
        both=float(np.sqrt(variance)),
        df=variance**2 / (area_variance**2 / (areas - 1) + month_df),
    )


def window_change(
    x: npt.ArrayLike, n: npt.ArrayLike, before: slice, after: slice, level: float = 0.95
) -> WindowChange:
    """Change of the pooled share of all areas, its interval allowing for areas and for months.

    x, n: months x areas. Estimand: sum x / sum n after, less the same before. Variance: that of
    areas as draws (linearised, J/(J - 1)) plus that of months (`cosine_coefficients` of each
    window's total); what varies by month and area alone is in both, so the interval is on the
    wide side. t quantile with Satterthwaite's degrees of freedom. Source: Cameron, Gelbach and
    Miller (2011), two-way clustering without the subtracted term; Lazarus et al. (2018).
    Raises ArgumentError for fewer than two areas, or a window of fewer than two months.

    >>> x, n = np.array([[1, 2], [2, 3], [4, 5], [4, 7]]), np.full((4, 2), 10)
    >>> w = window_change(x, n, slice(0, 2), slice(2, 4))
    >>> round(w.estimate, 2), bool(w.interval.low < 0.3 < w.interval.high)
    (0.3, True)
    """
    check_level(level)
    xs, ns = counts(x, n)
    _check_areas(xs)
    shares, parts = [], []
    for window in (before, after):
        x_window, n_window = xs[window], ns[window]
        share = float(x_window.sum() / n_window.sum())
        shares.append(share)
        parts.append((x_window - share * n_window) / n_window.sum())
    error = _areas_and_months(*parts)
    estimate = shares[1] - shares[0]
    half = float(student.isf((1 - level) / 2, error.df)) * error.both
    return WindowChange(
        estimate=estimate,
        interval=Interval(estimate - half, estimate + half, level, "areas and months"),
        area_error=error.area,
        month_error=error.month,
        df=error.df,
    )


def _ratio_counts(
    x: npt.ArrayLike, m: npt.ArrayLike | None, windows: tuple[slice, slice]
) -> tuple[Floats, Floats]:
    """Check and return counts and the counts to compare with, ones if none are given."""
    xs = floats(x, "x")
    _check_areas(xs)
    ms = np.ones_like(xs) if m is None else floats(m, "m")
    if ms.shape != xs.shape:
        raise ArgumentError(f"m: found shape {ms.shape}, expected that of x, {xs.shape}")
    for name, values in (("x", xs), ("m", ms)):
        if np.isnan(values).any() or (values < 0).any():
            raise ArgumentError(f"{name}: expected counts of 0 or more, without gaps")
        if not all(values[window].sum() > 0 for window in windows):
            raise ArgumentError(f"{name}: found a window without cases, which has no ratio")
    return xs, ms


def window_ratio(
    x: npt.ArrayLike,
    m: npt.ArrayLike | None,
    before: slice,
    after: slice,
    level: float = 0.95,
) -> WindowChange:
    """Ratio of counts between two windows, against counts to compare with if `m` is given.

    x, m: months x areas. Estimand: (sum x / sum m after) / (the same before), a ratio of ratios;
    without `m`, the ratio of the mean counts a month, so that windows may differ in length.
    The interval is that of `window_change`, on the log scale: areas as draws plus months that
    depend on one another; area_error and month_error are of the log. Source: as there, the log of
    the ratio linearised.
    Raises ArgumentError for fewer than two areas, a window of fewer than two months or without
    cases, or shapes that differ.

    >>> x = np.array([[10, 20], [11, 19], [20, 41], [22, 39]])
    >>> w = window_ratio(x, None, slice(0, 2), slice(2, 4))
    >>> round(w.estimate, 2), bool(w.interval.low < 2 < w.interval.high)
    (2.03, True)
    """
    check_level(level)
    xs, ms = _ratio_counts(x, m, (before, after))
    logs, parts = [], []
    for window in (before, after):
        total, other = xs[window].sum(), ms[window].sum()
        logs.append(float(np.log(total / other)))
        parts.append(xs[window] / total - ms[window] / other)
    error = _areas_and_months(*parts)
    estimate = logs[1] - logs[0]
    half = float(student.isf((1 - level) / 2, error.df)) * error.both
    low, high = (float(np.exp(end)) for end in (estimate - half, estimate + half))
    return WindowChange(
        estimate=float(np.exp(estimate)),
        interval=Interval(low, high, level, "areas and months"),
        area_error=error.area,
        month_error=error.month,
        df=error.df,
    )


@dataclass(frozen=True)
class AreaRatios:
    """Ratio of ratios of each area, with an interval that allows for dependent months.

    log: its logarithm. variance: of the log. counted: of it, what chance alone gives the counts.
    months: what months add in the mean area. p: two-sided, of a ratio of one.
    """

    ratio: Floats
    log: Floats
    variance: Floats
    counted: Floats
    months: float
    interval: Interval
    p: Floats


def area_ratios(
    x: npt.ArrayLike,
    m: npt.ArrayLike | None,
    before: slice,
    after: slice,
    level: float = 0.95,
) -> AreaRatios:
    """Ratio of counts between two windows in each area, against `m` if it is given.

    x, m: months x areas; estimand as `window_ratio`, for each column alone. Two windows of a year
    say little about one area's months. So the variance of a log ratio is what chance gives its
    counts plus what months add in the mean area (`cosine_coefficients` of both windows, less
    chance, or zero); or, where that is larger, what the area's own months give. Intervals and
    p-values are normal, and on the wide side for an area whose months are quiet.
    Source: Lazarus et al. (2018) for the slow movements; the pooling is a moment estimate.
    Raises ArgumentError as `window_ratio`, and for an area without cases in a window.

    >>> x = np.array([[10, 200], [11, 190], [12, 210], [20, 410], [22, 390], [21, 400]])
    >>> a = area_ratios(x, None, slice(0, 3), slice(3, 6))
    >>> a.ratio.round(2).tolist(), bool(a.p[1] < 0.001)
    ([1.91, 2.0], True)
    """
    z = two_sided_z(level)
    xs, ms = _ratio_counts(x, m, (before, after))
    log, chance, slow = (np.zeros(xs.shape[1]) for _ in range(3))
    for window, sign in ((before, -1), (after, 1)):
        total, other = xs[window].sum(axis=0), ms[window].sum(axis=0)
        if not ((total > 0) & (other > 0)).all():
            raise ArgumentError("found an area without cases in a window, which has no ratio")
        log += sign * np.log(total / other)
        chance += 1 / total if m is None else 1 / total + 1 / other
        terms = cosine_coefficients(xs[window] / total - ms[window] / other)
        slow += (terms**2).mean(axis=0)
    months = max(0.0, float((slow - chance).mean()))
    variance = np.maximum(slow, chance + months)
    half = z * np.sqrt(variance)
    return AreaRatios(
        ratio=np.exp(log),
        log=log,
        variance=variance,
        counted=chance,
        months=months,
        interval=Interval(np.exp(log - half), np.exp(log + half), level, "equal-weighted cosine"),
        p=2 * norm.sf(np.abs(log) / np.sqrt(variance)),
    )
