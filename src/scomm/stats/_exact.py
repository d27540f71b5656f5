"""Two-sided exact p-values for whole arrays at once (SciPy's own are one table at a time)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.stats import binom, hypergeom

from scomm.stats._arrays import Floats

# Outcomes whose probabilities differ by rounding only count as equally likely (SciPy's rule).
TIE = 1 + 1e-7


def _opposite(
    pmf: Callable[[Floats], Floats], target: Floats, mode: Floats, end: Floats, *, upward: bool
) -> Floats:
    """First whole number from `mode` towards `end` with pmf <= target; one past `end` if none."""
    step = 1.0 if upward else -1.0
    near, far = np.zeros_like(mode), np.abs(end - mode) + 1  # pmf is unimodal: bisection holds
    while (near < far).any():
        middle = np.floor((near + far) / 2)
        found = pmf(mode + step * middle) <= target
        far = np.where(found, middle, far)
        near = np.where(found, near, np.minimum(middle + 1, far))
    return mode + step * far


def _two_sided(
    pmf: Callable[[Floats], Floats],
    cdf: Callable[[Floats], Floats],
    sf: Callable[[Floats], Floats],
    x: Floats,
    support: tuple[Floats, Floats],
    mode: Floats,
) -> Floats:
    """Total probability of outcomes no more likely than x, for a unimodal law on `support`."""
    target = pmf(x) * TIE
    upper = _opposite(pmf, target, mode, support[1], upward=True)
    lower = _opposite(pmf, target, mode, support[0], upward=False)
    below = cdf(x) + sf(upper - 1)
    above = sf(x - 1) + cdf(lower)
    p = np.where(x < mode, below, above)
    return np.where(pmf(mode) <= target, 1.0, np.minimum(p, 1.0))


def binomial_two_sided(x: Floats, n: Floats, p0: float) -> Floats:
    """Two-sided binomial p-values as `scipy.stats.binomtest`; nan where n is 0 or unknown."""
    use = (n > 0) & ~np.isnan(x)
    xs, ns = np.where(use, x, 0.0), np.where(use, n, 1.0)
    mode = np.minimum(np.floor((ns + 1) * p0), ns)
    p = _two_sided(
        lambda k: binom.pmf(k, ns, p0),
        lambda k: binom.cdf(k, ns, p0),
        lambda k: binom.sf(k, ns, p0),
        xs,
        (np.zeros_like(ns), ns),
        mode,
    )
    return np.where(use, p, np.nan)


def hypergeometric_two_sided(x1: Floats, n1: Floats, x2: Floats, n2: Floats) -> Floats:
    """Two-sided Fisher p-values as `scipy.stats.fisher_exact`; nan where n1 or n2 is 0."""
    x1, n1, x2, n2 = np.broadcast_arrays(x1, n1, x2, n2)
    use = (n1 > 0) & (n2 > 0) & ~np.isnan(x1) & ~np.isnan(x2)
    a, first, c, second = (np.where(use, v, 1.0) for v in (x1, n1, x2, n2))
    total, drawn = first + second, a + c
    support = np.maximum(0.0, drawn - second), np.minimum(first, drawn)
    mode = np.clip(np.floor((first + 1) * (drawn + 1) / (total + 2)), *support)
    p = _two_sided(
        lambda k: hypergeom.pmf(k, total, drawn, first),
        lambda k: hypergeom.cdf(k, total, drawn, first),
        lambda k: hypergeom.sf(k, total, drawn, first),
        a,
        support,
        mode,
    )
    return np.where(use, p, np.nan)
