"""Counts over time: rates, ratios of two counts, and their spread between places.

Counts vary more than a Poisson process would, so each function takes a dispersion ``phi``: the
variance divided by the mean. A count x with dispersion phi tells as much as a Poisson count of x/phi.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize, root
from scipy.special import betainc, betaincinv, digamma, gammaln, ndtr, ndtri
from scipy.stats import t as student

from citable.errors import ArgumentError
from scomm.stats._arrays import Floats, Value, check_level, floats, unwrap
from scomm.stats.proportions import Interval


@dataclass(frozen=True)
class Dispersion:
    """Dispersion of counts, one a place.

    own: Pearson's estimate from the place's own periods (nan without a count). pooled: 1 + alpha
    m, m the mean of a period, alpha from all places. phi: the larger of the two, at least 1.
    """

    own: Floats
    pooled: Floats
    phi: Floats
    alpha: float


@dataclass(frozen=True)
class CountRatio:
    """Ratio of two counts, its interval, and the p-value of a ratio named beforehand."""

    estimate: Value
    interval: Interval
    p: Value


@dataclass(frozen=True)
class NestedEffects:
    """Effects of places within groups, pulled toward their group and all toward the mean.

    effect, error: of each place, with standard error. within, between: standard deviation of true
    effects of places of a group, and of groups. mean, low, high: of all.
    """

    effect: Floats
    error: Floats
    within: float
    between: float
    mean: float
    low: float
    high: float
    level: float


def _dispersion_factor(phi: npt.ArrayLike) -> Floats:
    factor = floats(phi, "phi")
    if not (factor >= 1).all():
        raise ArgumentError(f"phi: found {factor.min():g}, expected 1 or more")
    return factor


def dispersion(windows: list[npt.ArrayLike]) -> Dispersion:
    """Dispersion of counts with a constant mean within each window.

    ``windows`` are arrays of periods x places. Equation: own = sum (x - m)^2/m / df over the
    windows with a count, m the window's mean; negative-binomial variance m + alpha m^2 with
    alpha = sum (Pearson - df) / sum (df m), at least 0. The longer the periods, the more of the
    dependence of neighboring months is in it; a trend within a window is in it too, so that an
    interval is wide rather than narrow. Source: McCullagh and Nelder (1989), chapters 4 and 6.
    Raises ArgumentError for a negative or unknown count or fewer than two periods in a window.

    >>> d = dispersion([[[1, 10], [3, 30]], [[2, 5], [2, 5]]])
    >>> d.own.tolist(), round(d.alpha, 2)
    ([0.5, 5.0], 0.24)
    """
    parts = []
    for window in windows:
        x = floats(window, "window", ndim=2)
        if len(x) < 2 or not (x >= 0).all():
            raise ArgumentError("expected two or more periods of counts of 0 or more")
        mean = x.mean(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            pearson = np.where(mean > 0, ((x - mean) ** 2).sum(axis=0) / mean, 0)
        parts.append([pearson, (len(x) - 1) * (mean > 0), (len(x) - 1) * mean])
    totals = np.sum(parts, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        own, mean = totals[0] / totals[1], totals[2] / totals[1]
    size = totals[2].sum()
    alpha = max(0.0, float((totals[0] - totals[1]).sum() / size)) if size else 0.0
    pooled = 1 + alpha * np.nan_to_num(mean)
    return Dispersion(own, pooled, np.fmax(own, pooled), alpha)


def count_ratio(
    after: npt.ArrayLike,
    before: npt.ArrayLike,
    phi: npt.ArrayLike = 1.0,
    null: npt.ArrayLike = 1.0,
    level: float = 0.95,
) -> CountRatio:
    """Ratio of two counts over equal times, given their sum; p of the ratio ``null``.

    Equation: of n = after + before, ``after`` is Binomial(n, r/(1 + r)) if the ratio of rates is
    r; limits are the odds of the Clopper-Pearson limits, p twice the smaller tail at the null, both
    at counts divided by phi. Source: Przyborowski and Wilenski (1940), exact for phi = 1;
    McCullagh and Nelder (1989), chapter 4, for phi. before = 0: estimate and high limit infinite;
    both 0: nan. Raises ArgumentError for a negative count, or phi below 1.

    >>> c = count_ratio(30, 10)
    >>> round(c.estimate, 1), round(c.interval.low, 2), round(c.interval.high, 2), round(c.p, 4)
    (3.0, 1.43, 6.88, 0.0022)
    """
    check_level(level)
    factor = _dispersion_factor(phi)
    x1, x2 = floats(after, "after") / factor, floats(before, "before") / factor
    if (x1 < 0).any() or (x2 < 0).any():
        raise ArgumentError("expected counts of 0 or more")
    tail, odds = (1 - level) / 2, floats(null, "null")
    half = odds / (1 + odds)
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(x1 > 0, betaincinv(np.maximum(x1, 1e-12), x2 + 1, tail), 0.0)
        high = np.where(x2 > 0, betaincinv(x1 + 1, np.maximum(x2, 1e-12), 1 - tail), 1.0)
        # P(X >= x1) and P(X <= x1) under the null
        upper = np.where(x1 > 0, betainc(np.maximum(x1, 1e-12), x2 + 1, half), 1.0)
        lower = np.where(x2 > 0, betainc(np.maximum(x2, 1e-12), x1 + 1, 1 - half), 1.0)
        p = np.minimum(1.0, 2 * np.minimum(upper, lower))
        estimate = x1 / x2
        ends = low / (1 - low), high / (1 - high)
    known = x1 + x2 > 0
    low, high, p = (np.where(known, value, np.nan) for value in (*ends, p))
    interval = Interval(unwrap(low), unwrap(high), level, "conditional exact, over-dispersed")
    return CountRatio(unwrap(estimate), interval, unwrap(p))


def _positive_normal(
    generator: np.random.Generator, mean: Floats, error: Floats, shape: tuple[int, ...]
) -> Floats:
    """Draw from a normal distribution truncated at 0, by inverse quantiles, without rejection."""
    u = generator.random(shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        below = ndtr(-mean / error)
        return np.where(error > 0, mean + error * ndtri(below + u * (1 - below)), mean)


def rate_draws(
    x: npt.ArrayLike,
    exposure: npt.ArrayLike,
    exposure_error: npt.ArrayLike,
    phi: npt.ArrayLike = 1.0,
    draws: int = 2000,
    seed: int = 2011,
) -> Floats:
    """Draws (draws x places) of rates whose counts and exposures are both uncertain.

    Equation: Gamma(x/phi + 1/2, 1/phi) (Jeffreys' prior) divided by Normal(exposure, error) cut at
    0. nan where the exposure is unknown or 0. Raises ArgumentError for phi below 1.

    >>> d = rate_draws([100, 5], [50.0, np.nan], [0.0, 1.0])
    >>> bool(abs(d[:, 0].mean() - 2) < 0.05), bool(np.isnan(d[:, 1]).all())
    (True, True)
    """
    factor = _dispersion_factor(phi)
    xs, size, error = np.broadcast_arrays(
        floats(x, "x"), floats(exposure, "exposure"), floats(exposure_error, "exposure_error")
    )
    generator = np.random.default_rng(seed)
    counted = generator.gamma(xs / factor + 0.5, factor, size=(draws, *xs.shape))
    people = _positive_normal(generator, size, error, (draws, *xs.shape))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(size > 0, counted / people, np.nan)


def _nested_parts(
    y: Floats, v: Floats, members: list[npt.NDArray[np.int64]], within2: float, between2: float
) -> tuple[float, float, float, list[Floats]]:
    """Log-likelihood (restricted), mean and its variance, inverse covariance of each group."""
    information, weighted, log_det, inverses = 0.0, 0.0, 0.0, []
    for index in members:
        d = 1 / (v[index] + within2)
        shrink = between2 / (1 + between2 * d.sum())
        inverse = np.diag(d) - shrink * np.outer(d, d)
        inverses.append(inverse)
        information += inverse.sum()
        weighted += (inverse @ y[index]).sum()
        log_det += np.log1p(between2 * d.sum()) - np.log(d).sum()
    mean = weighted / information
    quadratic = sum(
        float((y[i] - mean) @ w @ (y[i] - mean)) for i, w in zip(members, inverses, strict=True)
    )
    return -(log_det + quadratic + np.log(information)) / 2, mean, 1 / information, inverses


def nested_effects(
    estimate: npt.ArrayLike,
    standard_error: npt.ArrayLike,
    group: npt.ArrayLike,
    level: float = 0.95,
) -> NestedEffects:
    """Empirical-Bayes effects of places within groups, under normal spreads of both.

    Model: y = m + u_group + w_place + e, Var(e) known. Variances by restricted maximum likelihood;
    effect m + u + w by best linear prediction, its error with that of m; interval of m by Student's
    t with a degree of freedom less than groups. Source: Harville (1977);
    Konstantopoulos (2011) for three levels; the model of metafor's ``rma.mv``. Variances count as
    known in the errors. Raises ArgumentError for fewer than two places or groups, nan, or an error
    that is not positive.

    >>> n = nested_effects([0.1, 0.3, 0.9, 1.1], [0.1] * 4, ["a", "a", "b", "b"])
    >>> bool(n.between > n.within), round(n.mean, 3)
    (True, 0.6)
    """
    check_level(level)
    y, v = floats(estimate, "estimate", ndim=1), floats(standard_error, "error", ndim=1) ** 2
    names, code = np.unique(np.asarray(group), return_inverse=True)
    if y.size < 2 or names.size < 2 or np.isnan(y).any() or not (v > 0).all():
        raise ArgumentError("expected two or more places and groups, each with a positive error")
    members = [np.flatnonzero(code == number) for number in range(names.size)]
    scale = float(np.var(y)) or 1.0
    found = minimize(
        lambda theta: -_nested_parts(y, v, members, *np.exp(theta))[0],
        np.log([scale / 2, scale / 4]),
        method="Nelder-Mead",
        bounds=[(np.log(scale * 1e-6), np.log(scale * 1e2))] * 2,
        options={"xatol": 1e-7, "fatol": 1e-9},
    )
    within2, between2 = (float(value) for value in np.exp(found.x))
    _, mean, mean_variance, inverses = _nested_parts(y, v, members, within2, between2)
    effect, error = np.empty_like(y), np.empty_like(y)
    for index, inverse in zip(members, inverses, strict=True):
        true = within2 * np.eye(index.size) + between2
        weight = true @ inverse
        effect[index] = mean + weight @ (y[index] - mean)
        left = 1 - weight.sum(axis=1)
        error[index] = np.sqrt(np.diag(true - weight @ true) + left**2 * mean_variance)
    half = float(student.isf((1 - level) / 2, names.size - 1)) * float(np.sqrt(mean_variance))
    return NestedEffects(
        effect=effect,
        error=error,
        within=float(np.sqrt(within2)),
        between=float(np.sqrt(between2)),
        mean=float(mean),
        low=float(mean - half),
        high=float(mean + half),
        level=level,
    )


@dataclass(frozen=True)
class GammaPoisson:
    """Rates pulled toward their mean under a gamma spread: posterior Gamma(shape, 1/rate)."""

    mean: float
    shape: float
    posterior_shape: Floats
    posterior_rate: Floats


def _negative_binomial(theta: Floats, x: Floats, exposure: Floats) -> tuple[float, Floats]:
    """Negative log-likelihood and gradient in (log mean rate, log shape)."""
    mean, k = np.exp(theta[0]) * exposure, np.exp(theta[1])
    terms = gammaln(k + x) - gammaln(k) - gammaln(x + 1)
    terms = terms + k * np.log(k / (k + mean)) + x * np.log(mean / (k + mean))
    to_mean = k * (x - mean) / (k + mean)
    to_k = k * (digamma(k + x) - digamma(k) + np.log(k / (k + mean)) + (mean - x) / (k + mean))
    return -float(terms.sum()), -np.array([to_mean.sum(), to_k.sum()])


def gamma_poisson(x: npt.ArrayLike, exposure: npt.ArrayLike) -> GammaPoisson:
    """Empirical-Bayes rates: Poisson counts whose rates have a gamma spread.

    Equation: x is negative binomial with mean m e and shape k, both by maximum likelihood; the
    posterior is Gamma(k + x, k/m + e). Fractions (counts divided by a dispersion) are taken.
    Source: Clayton and Kaldor (1987). k is held at 1e6 where the rates spread no more than chance.
    Raises ArgumentError for fewer than two places, a negative count or an exposure that is not
    positive.

    >>> g = gamma_poisson([1, 10, 4, 30], [10.0, 10.0, 10.0, 10.0])
    >>> round(g.mean, 3)
    1.125
    """
    xs, e = floats(x, "x", ndim=1), floats(exposure, "exposure", ndim=1)
    if xs.size < 2 or not (xs >= 0).all() or not (e > 0).all():
        raise ArgumentError("expected two or more counts, each with a positive exposure")

    start = np.array([np.log(xs.sum() / e.sum()), 0.0])
    largest = np.log(1e6)
    found = minimize(
        _negative_binomial,
        start,
        args=(xs, e),
        jac=True,
        method="L-BFGS-B",
        bounds=[(start[0] - 10, start[0] + 10), (-10.0, largest)],
    )
    theta = np.array([start[0], largest])
    if _negative_binomial(theta, xs, e)[0] - found.fun > 1e-6:
        # A search stops where the likelihood is flat, at digits that the processor decides; its
        # gradient has one zero.
        theta = root(lambda at: _negative_binomial(at, xs, e)[1], found.x, tol=1e-13).x
    mean, k = (float(value) for value in np.exp(theta))
    return GammaPoisson(mean, k, k + xs, k / mean + e)


def shrunken_rate_draws(
    x: npt.ArrayLike,
    exposure: npt.ArrayLike,
    exposure_error: npt.ArrayLike,
    phi: npt.ArrayLike = 1.0,
    draws: int = 2000,
    seed: int = 2011,
) -> Floats:
    """Draws (draws x places) of rates pulled toward their mean, exposures uncertain.

    Equation: ``gamma_poisson`` fitted to x/phi and e/phi; Gamma(k + x/phi, 1/(k/m + e*/phi)) for e*
    drawn from Normal(exposure, error) cut at 0. Source: Clayton and Kaldor (1987). Mean and shape
    count as known. Raises ArgumentError as ``gamma_poisson``, and for phi below 1.

    >>> d = shrunken_rate_draws([1, 10, 4, 30], [10.0] * 4, [0.5] * 4)
    >>> bool(d[:, 3].mean() < 3), bool(d[:, 0].mean() > 0.1)
    (True, True)
    """
    factor = _dispersion_factor(phi)
    xs, size, error = floats(x, "x") / factor, floats(exposure) / factor, floats(exposure_error)
    fit = gamma_poisson(xs, size)
    generator = np.random.default_rng(seed)
    shape = (draws, xs.size)
    people = _positive_normal(generator, size, error / factor, shape)
    return generator.gamma(fit.shape + xs, 1.0, size=shape) / (fit.shape / fit.mean + people)
