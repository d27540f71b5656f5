"""Intervals for ranks of places, and pairwise orders that are established.

Rank 1 is the highest share. Draws come from a seeded generator, so a result can be repeated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

from citable.errors import ArgumentError
from scomm.stats._arrays import Floats, check_level, counts, floats
from scomm.stats.multiple import benjamini_hochberg, holm


@dataclass(frozen=True)
class RankIntervals:
    """Per place: median rank, interval, and the chance of being the very first or last."""

    median: Floats
    low: Floats
    high: Floats
    first: Floats
    last: Floats
    level: float


@dataclass(frozen=True)
class PairwiseOrders:
    """Established ones among the J(J-1)/2 orders of pairs.

    order[i, j]: +1 if i is established to be above j, -1 below, 0 neither. p[i, j]: adjusted
    two-sided p-value. established of pairs: counts of unordered pairs.
    """

    order: npt.NDArray[np.int64]
    p: Floats
    established: int
    pairs: int
    adjustment: str
    null: str = "the two places have the same share"


def beta_draws(
    x: npt.ArrayLike,
    n: npt.ArrayLike,
    a: float = 0.5,
    b: float = 0.5,
    draws: int = 10_000,
    seed: int = 2011,
) -> Floats:
    """Draws (draws x places) of true shares from Beta(a + x, b + n - x).

    Jeffreys' prior by default; with a, b of a fitted beta-binomial the draws are shrunken.
    Raises ArgumentError for impossible counts.

    >>> beta_draws([5, 50], [10, 100], draws=3).shape
    (3, 2)
    """
    xs, ns = counts(x, n)
    generator = np.random.default_rng(seed)
    return generator.beta(a + xs, b + ns - xs, size=(draws, xs.size))


def normal_draws(
    estimate: npt.ArrayLike,
    standard_error: npt.ArrayLike,
    draws: int = 10_000,
    seed: int = 2011,
) -> Floats:
    """Draws (draws x places) from Normal(estimate, standard error), for standardised shares.

    >>> normal_draws([0.1, 0.2], [0.0, 0.0], draws=2).tolist()
    [[0.1, 0.2], [0.1, 0.2]]
    """
    centre, spread = floats(estimate, ndim=1), floats(standard_error, ndim=1)
    return np.random.default_rng(seed).normal(centre, spread, size=(draws, centre.size))


def cosine_draws(
    estimate: npt.ArrayLike, coefficients: npt.ArrayLike, draws: int = 10_000, seed: int = 2011
) -> Floats:
    """Draws (draws x places) of shares whose months depend on one another, places together.

    Multivariate t about `estimate`, made of `resampling.cosine_coefficients` (terms x places):
    what months do to two places at once is kept. Source: Lazarus et al. (2018).

    >>> cosine_draws([0.1, 0.2], [[0.0, 0.0]], draws=2).tolist()
    [[0.1, 0.2], [0.1, 0.2]]
    """
    centre, terms = floats(estimate, ndim=1), floats(coefficients, ndim=2)
    generator = np.random.default_rng(seed)
    normal = generator.normal(size=(draws, len(terms)))
    scale = np.sqrt(generator.chisquare(len(terms), size=(draws, 1)))
    return centre + normal @ terms / scale


def rank_intervals(draws: npt.ArrayLike, level: float = 0.95) -> RankIntervals:
    """Intervals for the rank of each place, from draws x places of plausible shares.

    Equation: rank every draw (1 = highest), take the median and the (1-level)/2 tails of each
    place's ranks. Source: Goldstein and Spiegelhalter (1996); Marshall and Spiegelhalter (1998).
    Equal draws are ranked in order of input. Raises ArgumentError for a bad level and unless draws is
    two-dimensional.

    >>> r = rank_intervals(normal_draws([0.5, 0.1, 0.1], [0.001, 0.05, 0.05]))
    >>> r.median.tolist()[0], r.low.tolist(), r.high.tolist()
    (1.0, [1.0, 2.0, 2.0], [1.0, 3.0, 3.0])
    """
    check_level(level)
    values = floats(draws, "draws", ndim=2)
    order = np.argsort(-values, axis=1, kind="stable")
    ranks = np.empty_like(values)
    rows = np.arange(values.shape[0])[:, None]
    ranks[rows, order] = np.arange(1, values.shape[1] + 1)
    tail = (1 - level) / 2
    return RankIntervals(
        median=np.quantile(ranks, 0.5, axis=0, method="nearest"),
        low=np.quantile(ranks, tail, axis=0, method="inverted_cdf"),
        high=np.quantile(ranks, 1 - tail, axis=0, method="inverted_cdf"),
        first=(ranks == 1).mean(axis=0),
        last=(ranks == values.shape[1]).mean(axis=0),
        level=level,
    )


def pairwise_orders(
    estimate: npt.ArrayLike,
    standard_error: npt.ArrayLike,
    level: float = 0.95,
    adjustment: str = "holm",
    df: float = np.inf,
) -> PairwiseOrders:
    """Established orders of pairs of places, all pairs being one family of tests.

    Equation: t = (e_i - e_j)/sqrt(s_i^2 + s_j^2), two-sided with `df` degrees of freedom, adjusted
    over all pairs by 'holm' (family-wise), 'bh' (false discovery rate) or 'none'. Source:
    Goldstein and Spiegelhalter (1996); Holm (1979). With one standard error a place, estimates are
    taken as independent; places x places are the errors of the differences themselves
    (`resampling.difference_errors`). A nan estimate orders with nothing.
    Raises ArgumentError for a bad level, a negative standard error or an unknown adjustment.

    >>> o = pairwise_orders([0.5, 0.1, 0.12], [0.01, 0.01, 0.01])
    >>> o.established, o.pairs, o.order.tolist()[0]
    (2, 3, [0, 1, 1])
    """
    check_level(level)
    e, s = floats(estimate, "estimate", ndim=1), floats(standard_error, "standard_error")
    if s.ndim == 0:
        floats(standard_error, "standard_error", ndim=1)
    if s.shape not in ((e.size,), (e.size, e.size)) or (s < 0).any():
        raise ArgumentError("expected one standard error of 0 or more for each estimate, or pair")
    adjust = {"holm": holm, "bh": benjamini_hochberg, "none": lambda p: p}.get(adjustment)
    if adjust is None:
        raise ArgumentError(f"adjustment: found {adjustment!r}, expected 'holm', 'bh' or 'none'")
    i, j = np.triu_indices(e.size, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (e[i] - e[j]) / (np.hypot(s[i], s[j]) if s.ndim == 1 else s[i, j])
    adjusted = adjust(2 * student.sf(np.abs(t), df))
    sign = np.where(adjusted <= 1 - level, np.sign(e[i] - e[j]), 0).astype(np.int64)
    order, p = np.zeros((e.size, e.size), np.int64), np.full((e.size, e.size), np.nan)
    order[i, j], order[j, i] = sign, -sign
    p[i, j], p[j, i] = adjusted, adjusted
    return PairwiseOrders(order, p, int((sign != 0).sum()), int(i.size), adjustment)
