"""Counts consistent with rounded print: "57 percent of nearly 500", "about 145 of 223".

What was printed allows a set of pairs (x, n). Estimates become ranges over the set, and a test is
made at the member least favourable to the claim. What a word such as "nearly" or "about" allows is
decided before, by rows of a table typed by a person; here it arrives as numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from citable.errors import ArgumentError
from scomm.stats._arrays import check_level
from scomm.stats.proportions import Alternative, Interval, exact_test, wilson
from scomm.stats.selection import family_wise_bound

MOST_PAIRS = 5_000_000  # beyond this a set is a sign of a missing limit, not of vague words


@dataclass(frozen=True)
class CountSet:
    """Set of all pairs (x, n) consistent with what was printed.

    x, n: whole counts, one entry a pair, ordered by n then x. If n has no upper limit the set is
    not listed (`bounded` is False, x and n are empty) and only the printed share limits are known.
    share_low, share_high: the limits as printed, as shares in [0, 1].
    """

    x: npt.NDArray[np.int64]
    n: npt.NDArray[np.int64]
    share_low: float
    share_high: float
    bounded: bool

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Return the pairs as a list of (x, n)."""
        return list(zip(self.x.tolist(), self.n.tolist(), strict=True))


@dataclass(frozen=True)
class TestedMember:
    """Member of a set at which a test was made, and its p-value."""

    x: int
    n: int
    share: float
    p: float
    alternative: str


def _as_share(percent: float | None, default: int) -> Fraction:
    share = Fraction(default) if percent is None else Fraction(Decimal(str(percent))) / 100
    if not 0 <= share <= 1:
        raise ArgumentError(f"percent: found {percent!r}, expected 0 to 100")
    return share


def _x_limits(n: int, low: Fraction, high: Fraction, open_low: bool, open_high: bool) -> range:
    first = math.floor(low * n) + 1 if open_low else math.ceil(low * n)
    last = math.ceil(high * n) - 1 if open_high else math.floor(high * n)
    return range(first, last + 1)


def consistent_counts(
    n_low: int,
    n_high: int | None,
    percent_low: float | None = None,
    percent_high: float | None = None,
    *,
    x_low: int | None = None,
    x_high: int | None = None,
    open_low: bool = False,
    open_high: bool = False,
) -> CountSet:
    """Set of counts consistent with what was printed.

    Estimand: {(x, n): n_low <= n <= n_high, percent_low <= 100 x/n <= percent_high,
    x_low <= x <= x_high}, in exact rational arithmetic. `open_low` excludes the lower percentage
    itself ("over 50 percent"), `open_high` the upper one ("under half"). A limit that is None is
    absent; with n_high None the set is bounded by its share limits only. n = 0 is not a member.
    An empty set is possible: then what was printed contradicts itself.
    Source: interval (set) identification from rounded reports, Manski (2003), chapter 1.
    Raises ArgumentError for negative, reversed or impossible limits, or over 5 million pairs.

    >>> s = consistent_counts(480, 499, 56.5, 57.5)      # "57 percent of nearly 500"
    >>> len(s.pairs), s.pairs[0], s.pairs[-1]
    (99, (272, 480), (286, 499))
    >>> consistent_counts(223, 223, x_low=140, x_high=149).pairs[0]    # "about 145" of 223
    (140, 223)
    """
    low, high = _as_share(percent_low, 0), _as_share(percent_high, 1)
    if n_low < 0 or (n_high is not None and n_high < n_low) or low > high:
        raise ArgumentError(
            f"limits: found n from {n_low} to {n_high}, percent from {percent_low} to "
            f"{percent_high}; expected 0 <= low <= high"
        )
    empty = np.empty(0, dtype=np.int64)
    if n_high is None:
        return CountSet(empty, empty, float(low), float(high), bounded=False)
    xs: list[int] = []
    ns: list[int] = []
    for n in range(max(n_low, 1), n_high + 1):
        allowed = _x_limits(n, low, high, open_low, open_high)
        start = max(allowed.start, 0 if x_low is None else x_low)
        stop = min(allowed.stop, n + 1 if x_high is None else x_high + 1)
        xs.extend(range(start, stop))
        ns.extend([n] * max(stop - start, 0))
        if len(xs) > MOST_PAIRS:
            raise ArgumentError(f"more than {MOST_PAIRS:,} pairs; give narrower limits")
    return CountSet(np.array(xs, np.int64), np.array(ns, np.int64), float(low), float(high), True)


def share_range(members: CountSet) -> tuple[float, float]:
    """Smallest and largest share in the set; the printed limits if the set is not listed.

    (nan, nan) for an empty set.

    >>> low, high = share_range(consistent_counts(480, 499, 56.5, 57.5))
    >>> round(low, 4), round(high, 4)
    (0.565, 0.575)
    """
    if not members.bounded:
        return members.share_low, members.share_high
    if members.x.size == 0:
        return math.nan, math.nan
    shares = members.x / members.n
    return float(shares.min()), float(shares.max())


def interval_range(members: CountSet, level: float = 0.95) -> Interval:
    """Union of the Wilson intervals of all members: lowest low limit to highest high limit.

    (nan, nan) for an empty or unlisted set.

    >>> i = interval_range(consistent_counts(480, 499, 56.5, 57.5))
    >>> round(i.low, 3), round(i.high, 3)
    (0.521, 0.618)
    """
    if members.x.size == 0:
        return Interval(math.nan, math.nan, level, "union of Wilson intervals")
    each = wilson(members.x, members.n, level)
    return Interval(
        float(np.min(each.low)), float(np.max(each.high)), level, "union of Wilson intervals"
    )


def least_favourable_test(
    members: CountSet, p0: float = 0.5, alternative: Alternative = "greater"
) -> TestedMember | None:
    """Exact binomial test at the member of the set with the largest p-value.

    If even that member rejects, every reading of the printed words rejects. Among equal p-values
    the first by n, then x. None for an empty or unlisted set (not applicable).

    >>> t = least_favourable_test(consistent_counts(480, 499, 56.5, 57.5))
    >>> (t.x, t.n), round(t.p, 4)
    ((273, 483), 0.0024)
    """
    if members.x.size == 0:
        return None
    p = np.asarray(exact_test(members.x, members.n, p0, alternative))
    worst = int(np.argmax(p >= p.max() * (1 - 1e-10)))  # equal p-values differ by rounding only
    x, n = int(members.x[worst]), int(members.n[worst])
    return TestedMember(x, n, x / n, float(p[worst]), alternative)


def floor_at_which_verdict_turns(
    n_high: int,
    percent_low: float,
    percent_high: float,
    p0: float = 0.5,
    alternative: Alternative = "greater",
    level: float = 0.95,
) -> int | None:
    """Largest n (up to n_high) at which some consistent count is *not* beyond chance.

    Any floor above this number leaves the verdict "established"; a floor at or below it does
    not. n_high itself means that the verdict is not established whatever the floor; None means
    that no n in 1..n_high upsets it. An n with no consistent count is skipped.
    One exact test (p <= 1 - level) at the extreme counts of each n.

    >>> floor_at_which_verdict_turns(499, 56.5, 57.5)
    168
    """
    check_level(level)
    low, high = _as_share(percent_low, 0), _as_share(percent_high, 1)
    limits = [(n, _x_limits(n, low, high, False, False)) for n in range(1, n_high + 1)]
    kept = [(n, allowed) for n, allowed in limits if len(allowed)]
    if not kept:
        return None
    n = np.array([n for n, _ in kept])
    ends = np.array([[allowed[0], allowed[-1]] for _, allowed in kept])
    between = np.clip(np.rint(p0 * n), ends[:, 0], ends[:, 1])  # nearest to p0: largest p
    candidates = np.column_stack([ends, between])
    p = np.asarray(exact_test(candidates, n[:, None], p0, alternative)).max(axis=1)
    failing = n[p > 1 - level]
    return int(failing.max()) if failing.size else None


def total_from_which_established(
    percent_low: float,
    percent_high: float,
    level: float = 0.95,
    total_n: int | None = None,
) -> int | None:
    """Smallest number of cases from which a share, printed without a total, is always beyond chance.

    Estimand: the least m such that for every n >= m each count that agrees with the printed
    percentages differs from one half (exact binomial test, two-sided, p <= 1 - level). With
    `total_n`, the cases of all places together, p is multiplied by floor(total_n / n), the most
    places that can be as large, and n goes up to total_n: then the share is beyond chance even if
    it is the most extreme of them (`scomm.stats.selection.family_wise_bound`). None if no such m
    exists. An n with no consistent count is skipped. The search is finite: by Hoeffding (1963) the
    p-value is at most 2 exp(-2 n d^2), where d is the distance of the nearest share from one half.
    Raises ArgumentError for impossible percentages or a bad level, and unless total_n >= 1.

    >>> total_from_which_established(70, 74), total_from_which_established(47.5, 52.5)
    (28, None)
    """
    check_level(level)
    if total_n is not None and total_n < 1:
        raise ArgumentError(f"total_n: found {total_n}, expected at least 1")
    low, high = _as_share(percent_low, 0), _as_share(percent_high, 1)
    if low > high:
        raise ArgumentError(f"found {percent_low} to {percent_high} percent, expected low <= high")
    distance = float(max(low - Fraction(1, 2), Fraction(1, 2) - high))
    if distance <= 0:
        return None
    most = math.ceil(math.log(2 * (total_n or 1) / (1 - level)) / (2 * distance**2))
    sizes = range(1, (most if total_n is None else min(most, total_n)) + 1)
    limits = [(n, _x_limits(n, low, high, False, False)) for n in sizes]
    kept = [(n, a[0] if 2 * low > 1 else a[-1]) for n, a in limits if len(a)]
    if not kept:
        return None
    n, nearest = np.array(kept).T
    p = np.asarray(exact_test(nearest, n, 0.5, "two-sided"))
    if total_n is not None:
        p = family_wise_bound(p, total_n, n)
    failing = n[p > 1 - level]
    after = n[n > failing.max()] if failing.size else n
    return int(after.min()) if after.size else None
