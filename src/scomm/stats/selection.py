"""Selection of the highest shares: their distribution by chance, and bounds of error rates.

A list of the k highest of J shares is high because it was chosen to be. These functions say how
high under two worlds: no differences between places, and differences of the usual spread.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from citable.errors import ArgumentError
from scomm.stats._arrays import Floats, check_level, floats


@dataclass(frozen=True)
class TopList:
    """Order statistics of the k highest of J simulated shares.

    share, low, high: mean and interval of the 1st, 2nd ... k-th highest share. true_share: mean
    true share of the place that came 1st, 2nd ...: what a second look at it would show on
    average. size: mean n of the place that came 1st, 2nd ... world: which world was simulated.
    """

    share: Floats
    low: Floats
    high: Floats
    true_share: Floats
    size: Floats
    k: int
    places: int
    draws: int
    seed: int
    level: float
    world: str


def top_of_list(
    n: npt.ArrayLike,
    k: int,
    mean: float,
    concentration: float | None = None,
    *,
    smallest: int = 1,
    draws: int = 2_000,
    seed: int = 2011,
    level: float = 0.95,
) -> TopList:
    """Distribution of the k highest shares among places of sizes n.

    Model: x_j ~ Binomial(n_j, p_j), with all p_j = mean (concentration None: homogeneity), or
    p_j ~ Beta(mean c, (1 - mean) c) with c = `concentration` of a fitted beta-binomial. Places
    below `smallest` are not listed. Simulation with `seed`; 2,000 draws put the Monte Carlo error
    of a mean below 0.005. Source: David and Nagaraja (2003) for order statistics; Goldstein and
    Spiegelhalter (1996) for the warning. Ties are broken by order of input.
    Raises ArgumentError for a bad level or mean, and unless 1 <= k <= number of places of at least
    `smallest`.

    >>> small = top_of_list([10] * 100, 1, 0.29, draws=500)
    >>> large = top_of_list([1000] * 100, 1, 0.29, draws=500)
    >>> bool(small.share[0] > 0.6), bool(large.share[0] < 0.35), small.true_share.round(2).tolist()
    (True, True, [0.29])
    """
    check_level(level)
    sizes = floats(n, "n", ndim=1)
    sizes = sizes[sizes >= max(smallest, 1)]
    if not 1 <= k <= sizes.size:
        raise ArgumentError(f"k: found {k}, expected 1 to {sizes.size} (places large enough)")
    if not 0 < mean < 1 or (concentration is not None and concentration <= 0):
        raise ArgumentError("expected a mean strictly within 0 and 1 and a positive concentration")
    generator = np.random.default_rng(seed)
    whole = sizes.astype(np.int64)
    shape = (draws, sizes.size)
    if concentration is None:
        true = np.full(shape, mean)
    else:
        true = generator.beta(mean * concentration, (1 - mean) * concentration, size=shape)
    shares = generator.binomial(whole, true) / sizes
    top = np.argsort(-shares, axis=1, kind="stable")[:, :k]
    highest = np.take_along_axis(shares, top, axis=1)
    tail = (1 - level) / 2
    return TopList(
        share=highest.mean(axis=0),
        low=np.quantile(highest, tail, axis=0),
        high=np.quantile(highest, 1 - tail, axis=0),
        true_share=np.take_along_axis(true, top, axis=1).mean(axis=0),
        size=sizes[top].mean(axis=0),
        k=k,
        places=int(sizes.size),
        draws=draws,
        seed=seed,
        level=level,
        world="no differences between places"
        if concentration is None
        else f"differences of the usual spread (concentration {concentration:.4g})",
    )


def most_places_this_large(total_n: npt.ArrayLike, n: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Largest number of places that can have n or more cases each: floor(N/n).

    Bounds the number of comparisons behind a published figure without knowing the rest; it
    belongs to one cut-off's total. Raises ArgumentError unless 0 < n <= N.

    >>> most_places_this_large(94218, [186, 500]).tolist()
    [506, 188]
    """
    total, size = floats(total_n), floats(n)
    if (size <= 0).any() or (size > total).any():
        raise ArgumentError("expected 0 < n <= N for every place")
    return np.floor(total / size).astype(np.int64)


def family_wise_bound(p: npt.ArrayLike, total_n: npt.ArrayLike, n: npt.ArrayLike) -> Floats:
    """Upper bound on the chance that *any* place as large as this one shows so small a p-value.

    Equation: min(1, p floor(N/n)), Bonferroni over the most places there can be of that size.
    Source: Dunn (1961). p must come from a test valid for each place under the same null. Holds
    however the figure came to be printed, since it covers every place that could have been.
    Raises ArgumentError as `most_places_this_large`, and for p outside [0, 1].

    >>> family_wise_bound([0.0001], 94218, [500]).round(4).tolist()
    [0.0188]
    """
    values = floats(p, "p")
    if ((values < 0) | (values > 1)).any():
        raise ArgumentError("p: found a value outside [0, 1]")
    return np.minimum(1.0, values * most_places_this_large(total_n, n))
