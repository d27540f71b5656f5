"""Funnel limits: how far from a target the shares of places may lie by chance.

`exact_limits` asks whether a place equals the target; the widened limits ask whether it is unlike
the *usual spread* of places. At hundreds of thousands of cases only the second question is of use.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binom

from citable.errors import ArgumentError
from scomm.stats._arrays import (
    ROUNDING,
    Floats,
    Value,
    check_level,
    counts,
    floats,
    share_of,
    two_sided_z,
    unwrap,
)


@dataclass(frozen=True)
class FunnelLimits:
    """Limits on the share scale for each n; `null` names the hypothesis that a point outside contradicts."""

    low: Value
    high: Value
    target: float
    level: float
    method: str
    null: str


EQUAL = "the place has the target share"
USUAL = "the place differs from the target no more than places usually do"


def _check(n: npt.ArrayLike, target: float, level: float) -> Floats:
    check_level(level)
    if not 0 < target < 1:
        raise ArgumentError(f"target: found {target!r}, expected a share strictly within 0 and 1")
    sizes = floats(n, "n")
    if (sizes < 0).any():
        raise ArgumentError("n: found a negative count")
    return sizes


def _quantile_share(n: Floats, target: float, tail: float) -> Floats:
    """Interpolated binomial quantile over n: between whole counts so that the tail is exact."""
    whole = np.where(n > 0, n, 1.0)
    count = binom.ppf(tail, whole, target)
    at, before = binom.cdf(count, whole, target), binom.cdf(count - 1, whole, target)
    return np.where(n > 0, np.clip((count - (at - tail) / (at - before)) / whole, 0, 1), np.nan)


def exact_limits(n: npt.ArrayLike, target: float, level: float = 0.95) -> FunnelLimits:
    """Binomial funnel limits around a target share.

    Equation: low = (r - a)/n with r the smallest count with P(X <= r) >= (1-level)/2 and
    a = (P(X <= r) - (1-level)/2)/P(X = r); high = 1 - the low limit of the complement. Source:
    Spiegelhalter (2005), appendix, for the low limit; his high limit uses the same formula at the
    upper tail, which can put more than (1-level)/2 outside and changes when outcome and
    non-outcome trade names, so the mirror image is used here. n = 0 gives nan.
    Raises ArgumentError for a target of 0 or 1, a bad level or a negative n.

    >>> f = exact_limits([20, 2000], 0.3)
    >>> f.low.round(3).tolist(), f.high.round(3).tolist()
    ([0.081, 0.28], [0.537, 0.32])
    """
    sizes = _check(n, target, level)
    low = _quantile_share(sizes, target, (1 - level) / 2)
    high = 1 - _quantile_share(sizes, 1 - target, (1 - level) / 2)
    return FunnelLimits(unwrap(low), unwrap(high), target, level, "exact binomial", EQUAL)


def widened_limits(
    n: npt.ArrayLike, target: float, level: float = 0.95, *, phi: float = 1.0, tau2: float = 0.0
) -> FunnelLimits:
    """Funnel limits widened for over-dispersion, multiplicative (phi) or additive (tau2).

    Equation: target +- z sqrt(phi target(1-target)/n + tau2), cut at 0 and 1; give phi or tau2,
    from `heterogeneity.overdispersion` or `random_effects(scale='share')`. Source: Spiegelhalter
    (2005). With phi the funnel still closes as n grows; with tau2 it does
    not, which is right where large places differ too. n = 0 gives nan. Raises ArgumentError as
    `exact_limits`, for phi < 1, tau2 < 0, or both given.

    >>> f = widened_limits([100.0], 0.3, tau2=0.01)
    >>> f.low.round(3).tolist(), f.high.round(3).tolist()
    ([0.084], [0.516])
    """
    sizes = _check(n, target, level)
    if phi < 1 or tau2 < 0 or (phi > 1 and tau2 > 0):
        raise ArgumentError(f"found phi={phi!r}, tau2={tau2!r}; expected phi >= 1 or tau2 >= 0")
    with np.errstate(divide="ignore"):
        half = two_sided_z(level) * np.sqrt(phi * target * (1 - target) / sizes + tau2)
    half = np.where(sizes > 0, half, np.nan)
    method = "multiplicative" if phi > 1 else "additive" if tau2 > 0 else "normal binomial"
    return FunnelLimits(
        unwrap(np.clip(target - half, 0, 1)),
        unwrap(np.clip(target + half, 0, 1)),
        target,
        level,
        method,
        USUAL if phi > 1 or tau2 > 0 else EQUAL,
    )


def _beta_binomial_quantiles(
    n: int, a: float, b: float, tails: tuple[float, float]
) -> tuple[float, float]:
    """Smallest shares at which the beta-binomial distribution reaches each tail; nan for n = 0."""
    if n == 0:
        return np.nan, np.nan
    k = np.arange(n)
    # P(k + 1) / P(k) needs no gamma function; the sum of all P is 1.
    steps = np.log((n - k) * (a + k)) - np.log((k + 1) * (b + n - k - 1))
    log_mass = np.concatenate([[0.0], np.cumsum(steps)])
    mass = np.exp(log_mass - log_mass.max())
    cumulated = np.cumsum(mass) / mass.sum()
    first, second = np.searchsorted(cumulated, np.subtract(tails, ROUNDING))
    return float(first / n), float(second / n)


def beta_binomial_limits(n: npt.ArrayLike, a: float, b: float, level: float = 0.95) -> FunnelLimits:
    """Funnel limits from a fitted beta-binomial: prediction limits of places with this spread.

    Equation: whole-count quantiles of BetaBinomial(n, a, b) at the two tails, over n, so that
    each tail outside holds at most (1-level)/2. Source: Skellam (1948) for the
    distribution. n = 0 gives nan. Raises ArgumentError for a or b not positive.

    >>> f = beta_binomial_limits([50], 6.0, 14.0)
    >>> f.low.tolist(), f.high.tolist()
    ([0.1], [0.56])
    """
    if a <= 0 or b <= 0:
        raise ArgumentError(f"found a={a!r}, b={b!r}; expected positive numbers")
    sizes = _check(n, a / (a + b), level)
    tails = ((1 - level) / 2, (1 + level) / 2)
    whole, back = np.unique(np.nan_to_num(sizes).astype(int), return_inverse=True)
    ends = np.array([_beta_binomial_quantiles(int(size), a, b, tails) for size in whole])
    low, high = (ends[back.ravel(), side].reshape(sizes.shape) for side in (0, 1))
    return FunnelLimits(unwrap(low), unwrap(high), a / (a + b), level, "beta-binomial", USUAL)


def outside(x: npt.ArrayLike, n: npt.ArrayLike, limits: FunnelLimits) -> npt.NDArray[np.int64]:
    """Position of each place: +1 above the limits, -1 below, 0 within or n = 0.

    >>> outside([11, 2], [20, 20], exact_limits([20, 20], 0.3)).tolist()
    [1, 0]
    """
    shares = share_of(*counts(x, n))
    above, below = shares > np.asarray(limits.high), shares < np.asarray(limits.low)
    return above.astype(np.int64) - below.astype(np.int64)
