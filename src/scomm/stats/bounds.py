"""Bounds of shares where counts are withheld or membership is selected.

A bound is not an interval: no chance is involved, every value inside is possible. Where a bound
is wider than 50 points the book says "cannot be said".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from citable.errors import ArgumentError
from scomm.stats._arrays import Floats, Value, counts, floats, share_of, unwrap

CANNOT_SAY_WIDTH = 0.5


@dataclass(frozen=True)
class Bounds:
    """Sharp lower and upper bounds, same shape as the input, each attained by some counts."""

    low: Value
    high: Value

    @property
    def width(self) -> Value:
        """high - low."""
        return unwrap(np.asarray(self.high) - np.asarray(self.low))

    @property
    def can_be_said(self) -> npt.NDArray[np.bool_]:
        """Whether the bound is at most 50 points wide (False where it is nan)."""
        return np.asarray(self.width) <= CANNOT_SAY_WIDTH


@dataclass(frozen=True)
class Remainder:
    """Remainder of a known total after its known parts are subtracted: exact, not estimated."""

    x: float
    n: float
    share: float
    known_x: float
    known_n: float
    known_part: float


def share_bounds(
    x: npt.ArrayLike,
    other: npt.ArrayLike,
    missing_x: tuple[npt.ArrayLike, npt.ArrayLike],
    missing_other: tuple[npt.ArrayLike, npt.ArrayLike],
    missing_total: tuple[npt.ArrayLike, npt.ArrayLike] = (0, np.inf),
) -> Bounds:
    """Bounds of a share when some cells are withheld.

    Estimand: (x + u)/(x + u + other + v), with u (withheld, with the outcome) and v (withheld,
    without it) anywhere in their ranges and u + v in `missing_total` (from a published total less
    what is visible; default no limit). The share rises in u and falls in v, so the extremes lie
    at corners: high at the largest u and then smallest v, low the other way round. Source:
    Manski (2003), chapter 1; Duncan and Davis (1953). Ranges may hold infinity
    (no limit known): the bound is then 0 or 1 on that side. Nothing visible and nothing missing:
    nan. Raises ArgumentError for negative or reversed ranges, or ranges that cannot add up to the
    total.

    >>> b = share_bounds(30, 50, missing_x=(0, 9), missing_other=(0, 9), missing_total=(10, 10))
    >>> round(b.low, 4), round(b.high, 4), bool(b.can_be_said)
    (0.3444, 0.4333, True)
    """
    seen_x, seen_other = np.broadcast_arrays(floats(x), floats(other))
    parts = [floats(v) for pair in (missing_x, missing_other, missing_total) for v in pair]
    u_low, u_high, v_low, v_high, t_low, t_high = (
        np.broadcast_to(v, np.broadcast_shapes(v.shape, seen_x.shape)) for v in parts
    )
    if (seen_x < 0).any() or (seen_other < 0).any() or any((v < 0).any() for v in parts):
        raise ArgumentError("found a negative count")
    if (u_low > u_high).any() or (v_low > v_high).any() or (t_low > t_high).any():
        raise ArgumentError("found a reversed range (low above high)")
    if (u_low + v_low > t_high).any() or (u_high + v_high < t_low).any():
        raise ArgumentError("the withheld cells cannot add up to the missing total")

    def extreme(rise_high: Floats, fall_low: Floats) -> tuple[Floats, Floats]:
        most = np.minimum(rise_high, t_high - fall_low)
        least = np.where(np.isinf(most), fall_low, np.maximum(fall_low, t_low - most))
        return most, least

    def share(have: Floats, lack: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = have / (have + lack)
        return np.where(np.isinf(have), 1.0, np.where(np.isinf(lack), 0.0, ratio))

    most_u, least_v = extreme(u_high, v_low)
    most_v, least_u = extreme(v_high, u_low)
    return Bounds(
        low=unwrap(share(seen_x + least_u, seen_other + most_v)),
        high=unwrap(share(seen_x + most_u, seen_other + least_v)),
    )


def unreported_remainder(
    known_x: npt.ArrayLike, known_n: npt.ArrayLike, total_x: float, total_n: float
) -> Remainder:
    """Counts of all places without a published figure together, at one cut-off.

    Equation: (X - sum x, N - sum n). The parts must be disjoint and at the same cut-off as the
    total; this cannot be checked here. known_part is the part of N that is known. If everything
    is known, n is 0 and the share nan. Raises ArgumentError if the parts exceed the total, or
    leave more x than n.

    >>> r = unreported_remainder([93, 1673], [186, 7458], 27047, 94218)
    >>> r.x, r.n, round(r.share, 4)
    (25281.0, 86574.0, 0.292)
    """
    xs, ns = counts(known_x, known_n)
    all_x, all_n = counts(total_x, total_n)
    if np.isnan(xs).any() or np.isnan(ns).any():
        raise ArgumentError("known parts: found nan; leave out places whose counts are not known")
    x, n = float(all_x - xs.sum()), float(all_n - ns.sum())
    if x < 0 or n < 0 or x > n:
        raise ArgumentError(f"the known parts leave {x:g} of {n:g}; they do not fit this total")
    share = float(share_of(np.asarray(x), np.asarray(n)))
    part = float(ns.sum() / all_n) if all_n > 0 else float("nan")
    return Remainder(x, n, share, float(xs.sum()), float(ns.sum()), part)


def pending_both_ways(
    convicted: npt.ArrayLike, pending: npt.ArrayLike, other: npt.ArrayLike
) -> Bounds:
    """Share without conviction, pending charges counted once with the convicted, once without.

    low: other / all, pending set with the convicted. high: (other + pending) / all, pending
    counted as what they are, not convicted. Not a range of chance: two definitions.
    No cases: nan. Raises ArgumentError for negative counts.

    >>> b = pending_both_ways(60, 20, 20)
    >>> b.low, b.high
    (0.2, 0.4)
    """
    c, p, o = np.broadcast_arrays(floats(convicted), floats(pending), floats(other))
    if (c < 0).any() or (p < 0).any() or (o < 0).any():
        raise ArgumentError("found a negative count")
    total = c + p + o
    return Bounds(unwrap(share_of(o, total)), unwrap(share_of(o + p, total)))


def composition_bounds(
    x: npt.ArrayLike, n: npt.ArrayLike, entered: npt.ArrayLike = 0, left: npt.ArrayLike = 0
) -> Bounds:
    """Share of a stratum if membership itself had not changed.

    The stratum was formed after the event: suppose `entered` of its n cases came in because of
    it, and `left` cases went out because of it, outcomes unknown. Bounds of the share among those
    who would have been in it all along: (x - min(e, x) + 0)/(n - e + l) to
    (x - max(0, e - (n - x)) + l)/(n - e + l). Source: trimming bounds, Lee (2009); Horowitz and
    Manski (1995). nan if nobody is left. Raises ArgumentError if more entered than n.

    >>> b = composition_bounds(30, 100, entered=10)
    >>> round(b.low, 3), round(b.high, 3)
    (0.222, 0.333)
    """
    xs, ns = counts(x, n)
    e, out = floats(entered), floats(left)
    if (e < 0).any() or (out < 0).any() or (e > ns).any():
        raise ArgumentError("expected 0 <= entered <= n and left >= 0")
    size = ns - e + out
    fewest = xs - np.minimum(e, xs)
    most = xs - np.maximum(0, e - (ns - xs)) + out
    return Bounds(unwrap(share_of(fewest, size)), unwrap(share_of(most, size)))


def shift_needed(x_after: npt.ArrayLike, n_after: npt.ArrayLike, share: float) -> Value:
    """Number of cases with the outcome that must have entered because of the event.

    Equation: m with (x - m)/(n - m) = share, m = (x - share n)/(1 - share): the smallest change
    of membership that would by itself explain a rise from `share`. Negative if there was no rise;
    nan where n = 0. Raises ArgumentError for a share outside [0, 1).

    >>> shift_needed(30, 100, 0.2)
    12.5
    """
    if not 0 <= share < 1:
        raise ArgumentError(f"share: found {share!r}, expected at least 0 and below 1")
    xs, ns = counts(x_after, n_after)
    return unwrap(np.where(ns > 0, (xs - share * ns) / (1 - share), np.nan))
