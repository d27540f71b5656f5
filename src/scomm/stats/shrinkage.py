"""Shrinkage of shares towards the mean of all places, more for places with fewer cases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import elementwise
from scipy.special import betainc, betaincinv, betaln, expit, logit

from citable.errors import ArgumentError
from scomm.stats._arrays import Floats, check_level, counts, floats, share_of, two_sided_z
from scomm.stats.heterogeneity import (
    LARGEST_CONCENTRATION,
    BetaBinomial,
    RandomEffects,
    beta_binomial,
    dersimonian_laird,
)
from scomm.stats.proportions import Interval


@dataclass(frozen=True)
class Shrunk:
    """Shrunken shares, one a place.

    raw: x/n. share: posterior mean. weight: how much of it is the place's own data, n/(n+a+b)
    (0: none, all is the mean of the places). interval: equal-tailed posterior interval.
    """

    raw: Floats
    share: Floats
    weight: Floats
    interval: Interval
    fit: BetaBinomial


@dataclass(frozen=True)
class FullBayes:
    """Fully Bayesian shares, the uncertainty of the spread included.

    a_mean, b_mean: posterior means of the beta parameters. points: grid points that carry weight.
    """

    share: Floats
    interval: Interval
    a_mean: float
    b_mean: float
    points: int


def empirical_bayes(
    x: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95, fit: BetaBinomial | None = None
) -> Shrunk:
    """Empirical-Bayes shares under a beta-binomial fitted to all places.

    Equation: (a + x)/(a + b + n), interval = quantiles of Beta(a + x, b + n - x), with a, b by
    maximum likelihood (or from `fit`). Source: Efron and Morris (1975); Casella (1985). The
    interval treats a and b as known and so is somewhat too narrow with few places: compare
    `full_bayes`. x = 0 gives a share above 0; n = 0 (or unknown) gives the mean of the places,
    weight 0. Where places have only or no outcomes (a or b near 0) the posterior is U-shaped and the
    mean can lie outside its equal tails. Raises ArgumentError as `heterogeneity.beta_binomial`.

    >>> s = empirical_bayes([1, 9, 4, 6, 2, 0], [10, 10, 10, 10, 10, 0])
    >>> bool(s.raw[1] > s.share[1] > s.fit.mean), float(s.weight[5])
    (True, 0.0)
    """
    check_level(level)
    xs, ns = counts(x, n)
    model = beta_binomial(xs, ns) if fit is None else fit
    known = (ns > 0) & ~np.isnan(xs)
    have, size = np.where(known, xs, 0.0), np.where(known, ns, 0.0)
    a, b = model.a + have, model.b + size - have
    tail = (1 - level) / 2
    return Shrunk(
        raw=share_of(xs, ns),
        share=a / (a + b),
        weight=size / (size + model.concentration),
        interval=Interval(
            betaincinv(a, b, tail), betaincinv(a, b, 1 - tail), level, "empirical Bayes"
        ),
        fit=model,
    )


@dataclass(frozen=True)
class ShrunkEffects:
    """Effects (of areas, say) pulled towards their mean; `spread` is the fit behind it.

    weight: how much of each is its own estimate, tau^2/(tau^2 + se^2).
    """

    raw: Floats
    effect: Floats
    weight: Floats
    interval: Interval
    spread: RandomEffects


def shrunken_effects(
    estimate: npt.ArrayLike, standard_error: npt.ArrayLike, level: float = 0.95
) -> ShrunkEffects:
    """Empirical-Bayes effects under a normal spread of true effects.

    Equation: m + B (y - m), B = tau^2/(tau^2 + s^2), variance B s^2 + (1 - B)^2 Var(m), with m
    and tau^2 by DerSimonian and Laird. Source: Morris (1983). tau^2 = 0: all effects are the mean
    and `spread.clamped` tells whether that was forced. Raises ArgumentError for fewer than two
    estimates, nan, or a standard error that is not positive.

    >>> e = shrunken_effects([0.1, 0.3, 0.5], [0.1, 0.1, 0.1])
    >>> e.effect.round(3).tolist(), e.weight.round(2).tolist()
    ([0.15, 0.3, 0.45], [0.75, 0.75, 0.75])
    """
    y = floats(estimate, "estimate", ndim=1)
    variance = floats(standard_error, "standard_error", ndim=1) ** 2
    spread = dersimonian_laird(y, variance, level)
    weight = spread.tau2 / (spread.tau2 + variance)
    effect = spread.mean + weight * (y - spread.mean)
    mean_variance = 1 / (1 / (variance + spread.tau2)).sum()
    half = two_sided_z(level) * np.sqrt(weight * variance + (1 - weight) ** 2 * mean_variance)
    interval = Interval(effect - half, effect + half, level, "empirical Bayes, normal")
    return ShrunkEffects(y, effect, weight, interval, spread)


def _log_posterior(u: Floats, v: Floats, x: Floats, n: Floats) -> Floats:
    """Return the log posterior on the grid u = log(a/b), v = log(a+b), up to a constant."""
    a, b = np.exp(v) * expit(u), np.exp(v) * expit(-u)
    prior = np.log(a) + np.log(b) - 2.5 * v  # (a+b)^(-5/2) and the Jacobian ab
    likelihood = np.zeros_like(a)
    for have, size in zip(x, n, strict=True):
        likelihood += betaln(a + have, b + size - have)
    return prior + likelihood - n.size * betaln(a, b)


def _grid(x: Floats, n: Floats, side: int) -> tuple[Floats, Floats, Floats]:
    """Return grid points (a, b) and their weights, the grid narrowed twice to the posterior mass."""
    pooled = (x.sum() + 0.5) / (n.sum() + 1)
    cap = np.log(LARGEST_CONCENTRATION)  # the prior is cut here: beyond it places are all equal
    u_range, v_range = (logit(pooled) - 6, logit(pooled) + 6), (-4.0, cap)
    for _ in range(4):
        u, v = np.meshgrid(np.linspace(*u_range, side), np.linspace(*v_range, side))
        log_density = _log_posterior(u, v, x, n)
        keep = log_density > log_density.max() - 25
        du, dv = np.ptp(u_range) / (side - 1), np.ptp(v_range) / (side - 1)
        u_range = (u[keep].min() - du, u[keep].max() + du)
        v_range = (v[keep].min() - dv, min(v[keep].max() + dv, cap))
    weight = np.exp(log_density - log_density.max())
    weight[[0, -1]] /= 2  # trapezoid rule: the cut edge need not have density zero
    weight /= weight.sum()
    use = weight > 1e-9
    total, mean = np.exp(v[use]), expit(u[use])
    return total * mean, total * (1 - mean), weight[use] / weight[use].sum()


def _mixture_quantile(
    a: Floats, b: Floats, weight: Floats, x: Floats, n: Floats, tail: float
) -> Floats:
    def excess(share: Floats, have: Floats, size: Floats) -> Floats:
        below = betainc(a + have[:, None], b + (size - have)[:, None], share[:, None])
        return np.asarray(below @ weight - tail)

    found = elementwise.find_root(excess, (np.zeros_like(x), np.ones_like(x)), args=(x, n))
    return np.asarray(found.x)


def full_bayes(
    x: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95, side: int = 81
) -> FullBayes:
    """Fully Bayesian check of `empirical_bayes`, by integration on a grid (no simulation).

    Model: x ~ Binomial(n, p), p ~ Beta(a, b), prior density of (a, b) proportional to
    (a+b)^(-5/2). Source: Gelman et al. (2013), section 5.3. Posterior means are exact given the
    grid; intervals are quantiles of the mixture of betas, by the bracketing of Chandrupatla (1997).
    n = 0 or unknown: the mean of the places. The spread is cut at a + b = 1e8.
    Raises ArgumentError for impossible counts or fewer than two places with cases.

    >>> f = full_bayes([1, 9, 4, 6, 2], [10, 10, 10, 10, 10], side=41)
    >>> bool((f.interval.low < f.share).all() and (f.share < f.interval.high).all())
    True
    """
    check_level(level)
    xs, ns = counts(x, n)
    floats(xs, "x", ndim=1)
    known = (ns > 0) & ~np.isnan(xs)
    have, size = np.where(known, xs, 0.0), np.where(known, ns, 0.0)
    if known.sum() < 2:
        raise ArgumentError(f"expected two or more places with cases, found {known.sum()}")
    a, b, weight = _grid(have[known], size[known], side)
    share = ((a + have[:, None]) / (a + b + size[:, None])) @ weight
    tail = (1 - level) / 2
    interval = Interval(
        _mixture_quantile(a, b, weight, have, size, tail),
        _mixture_quantile(a, b, weight, have, size, 1 - tail),
        level,
        "full Bayes, grid",
    )
    return FullBayes(share, interval, float(a @ weight), float(b @ weight), int(weight.size))
