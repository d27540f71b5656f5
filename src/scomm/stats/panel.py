"""Difference in differences with few treated places, with randomisation inference.

With three treated places clustered standard errors mean nothing. Randomisation inference asks how
often a difference as large arises when the same start dates are given to other places.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from math import factorial, perm, prod

import numpy as np
import numpy.typing as npt

from citable.errors import ArgumentError
from scomm.stats._arrays import ROUNDING, Floats, floats

NEVER = -1


@dataclass(frozen=True)
class DifferenceInDifferences:
    """Effect, its parts, and the randomisation distribution.

    effect: mean over treated places of (own change - mean change of the untreated over the same
    months). by_place: that difference for each treated place. placebo: effects under other
    assignments. p: share of assignments, the real one counted, at least as large in absolute
    value. smallest_p: the smallest p this design could ever give. exact: all assignments tried.
    """

    effect: float
    by_place: Floats
    treated: npt.NDArray[np.int64]
    placebo: Floats
    p: float
    smallest_p: float
    exact: bool
    assignments: int
    null: str = "no place would have had a different series at any start date (sharp null)"


def _changes(y: Floats, starts: npt.NDArray[np.int64]) -> Floats:
    """Mean after minus mean before, for each start (rows) and each place (columns)."""
    return np.array([y[s:].mean(axis=0) - y[:s].mean(axis=0) for s in starts])


def _assignments(
    places: int, treated: int, draws: int, seed: int
) -> tuple[npt.NDArray[np.int64], bool]:
    """Ordered assignments of starts to places: all of them if few enough, else a random sample."""
    if perm(places, treated) <= draws:
        return np.array(list(permutations(range(places), treated)), np.int64), True
    generator = np.random.default_rng(seed)
    keys = generator.random((draws, places))
    return np.argsort(keys, axis=1, kind="stable")[:, :treated].astype(np.int64), False


def difference_in_differences(
    y: npt.ArrayLike, start: npt.ArrayLike, *, draws: int = 20_000, seed: int = 2011
) -> DifferenceInDifferences:
    """Difference in differences of means with randomisation inference.

    y: periods x places, complete. start: for each place the first treated period, or -1 if never
    treated in the window. Estimand: the average change in treated places beyond the change of
    untreated places over the same periods. Test: the same starts are given to every (or, with
    more than `draws` possibilities, `draws` random) choices of places; each chosen place is
    compared with all places not chosen. Source: Fisher (1935); Conley and Taber (2011);
    MacKinnon and Webb (2020) on few treated groups. The p-value is valid if the places
    treated first were as good as chosen by lot, which these were not: say so beside it.
    Raises ArgumentError for nan, no treated or no untreated place, or a start that leaves no
    period on one side.

    >>> y = np.tile([[1.0], [1.0], [2.0], [2.0]], (1, 20)); y[2:, 0] += 5
    >>> d = difference_in_differences(y, [2] + [-1] * 19)
    >>> d.effect, d.p, d.exact
    (5.0, 0.05, True)
    """
    series = floats(y, "y", ndim=2)
    begins = np.asarray(start, dtype=np.int64)
    if np.isnan(series).any():
        raise ArgumentError("y: found a missing value; every place needs every period")
    if begins.shape != (series.shape[1],):
        raise ArgumentError(f"start: found shape {begins.shape}, expected one entry a place")
    treated = np.flatnonzero(begins != NEVER)
    if treated.size == 0 or treated.size == begins.size:
        raise ArgumentError("expected at least one treated and one untreated place")
    starts = begins[treated]
    if (starts < 1).any() or (starts >= series.shape[0]).any():
        raise ArgumentError(f"start: expected {NEVER} or 1 to {series.shape[0] - 1}")
    changes = _changes(series, starts)
    totals = changes.sum(axis=1)

    def effects(chosen: npt.NDArray[np.int64]) -> Floats:
        rows = np.arange(starts.size)
        own = changes[rows, chosen]
        others = totals - changes[rows[:, None], chosen[:, None, :]].sum(axis=2)
        return own - others / (begins.size - starts.size)

    by_place = effects(treated[None, :])[0]
    effect = float(by_place.mean())
    chosen, exact = _assignments(begins.size, treated.size, draws, seed)
    placebo = effects(chosen).mean(axis=1)
    rounding = ROUNDING * np.abs(series).max()  # assignments of equal effect count as equal
    extreme = int((np.abs(placebo) >= abs(effect) - rounding).sum())
    # Drawn assignments need not hold the real one, so it is added; listed ones do hold it.
    p = extreme / placebo.size if exact else (extreme + 1) / (placebo.size + 1)
    # Places that share a start can be swapped without changing the assignment.
    same = prod(factorial(int(c)) for c in np.unique(starts, return_counts=True)[1])
    smallest = same / perm(begins.size, treated.size)
    return DifferenceInDifferences(
        effect=effect,
        by_place=by_place,
        treated=treated,
        placebo=placebo,
        p=p,
        smallest_p=smallest if exact else max(smallest, 1 / (placebo.size + 1)),
        exact=exact,
        assignments=int(placebo.size),
    )
