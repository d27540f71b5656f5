"""Verdicts of a share (as counted, beyond chance), and rules for verdicts of claims.

*As counted* is arithmetic on the released count. *Beyond chance* asks whether a process whose
true share is the threshold would give a count as far from it. Neither contains a judgement that
is not printed: level, test and rule are arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt

from citable.errors import ArgumentError
from scomm.stats._arrays import check_level
from scomm.stats.proportions import Alternative, exact_test

AsCounted = Literal["over", "exactly", "under", "unknown"]
BeyondChance = Literal["established", "not established", "not applicable"]

AS_COUNTED: tuple[AsCounted, ...] = ("over", "exactly", "under", "unknown")
BEYOND_CHANCE: tuple[BeyondChance, ...] = ("established", "not established", "not applicable")
CLAIM_VERDICTS = (
    "supported",
    "supported in part",
    "not supported",
    "cannot be settled here",
)


@dataclass(frozen=True)
class Rule:
    """Rule for one form of claim: two questions, and a verdict for each pair of answers.

    ``answers`` lists what each question can be answered by; ``rows`` are (first answer, second
    answer, verdict), read from the top; '*' matches any answer. Raises ArgumentError for an answer
    or a verdict outside its list, for a row that can never decide, and for two answers that no row
    matches: a rule must be complete, since silence is not a verdict.
    """

    answers: tuple[tuple[str, ...], tuple[str, ...]]
    rows: tuple[tuple[str, str, str], ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            for answer, allowed in zip(row[:2], self.answers, strict=True):
                if answer != "*" and answer not in allowed:
                    raise ArgumentError(f"rule: found {answer!r}, expected one of {allowed}")
            if row[2] not in CLAIM_VERDICTS:
                raise ArgumentError(f"rule verdict: found {row[2]!r}, expected {CLAIM_VERDICTS}")
        deciding = {
            self._row(first, second) for first in self.answers[0] for second in self.answers[1]
        }
        idle = set(range(len(self.rows))) - deciding
        if idle:
            raise ArgumentError(f"rule: row {self.rows[min(idle)]} can never decide")

    def _row(self, first: str, second: str) -> int:
        for number, row in enumerate(self.rows):
            if row[0] in ("*", first) and row[1] in ("*", second):
                return number
        raise ArgumentError(f"no rule matches ({first!r}, {second!r}); add a row for it")

    def verdict(self, first: str, second: str) -> str:
        """Return the verdict of the first row that matches both answers.

        Raises ArgumentError for an answer that is not in the lists.

        >>> rule = Rule((("over", "under"), ("established", "not established")), (
        ...     ("over", "established", "supported"), ("over", "*", "supported in part"),
        ...     ("under", "*", "not supported")))
        >>> rule.verdict("over", "not established")
        'supported in part'
        """
        for answer, allowed in zip((first, second), self.answers, strict=True):
            if answer not in allowed:
                raise ArgumentError(f"found {answer!r}, expected one of {allowed}")
        return self.rows[self._row(first, second)][2]


def _exact_fraction(threshold: float | Fraction) -> Fraction:
    """Read 0.57 as 57/100 (the decimal as printed), not as the nearest binary number."""
    fraction = threshold if isinstance(threshold, Fraction) else Fraction(Decimal(str(threshold)))
    if not 0 <= fraction <= 1:
        raise ArgumentError(f"threshold: found {threshold!r}, expected a share between 0 and 1")
    return fraction


def as_counted(
    x: float | None, n: float | None, threshold: float | Fraction = Fraction(1, 2)
) -> AsCounted:
    """Return the side of the released count: x/n over, exactly at, or under `threshold`.

    Exact rational comparison, no rounding. 'unknown' where a count is missing (None or nan) or
    n = 0. Raises ArgumentError for impossible counts or threshold.

    >>> as_counted(93, 186), as_counted(183, 352), as_counted(None, 102)
    ('exactly', 'over', 'unknown')
    """
    limit = _exact_fraction(threshold)
    if x is None or n is None or np.isnan(x) or np.isnan(n) or n == 0:
        return "unknown"
    if x < 0 or x > n or x != int(x) or n != int(n):
        raise ArgumentError(f"found {x:g} of {n:g}, expected whole counts with 0 <= x <= n")
    gap = int(x) - limit * int(n)
    return "over" if gap > 0 else "under" if gap < 0 else "exactly"


def as_counted_set(
    pairs: Iterable[tuple[float, float]], threshold: float | Fraction = Fraction(1, 2)
) -> AsCounted:
    """`as_counted` for a set of possible counts: one word if all members agree, else 'unknown'.

    An empty set is 'unknown'.

    >>> as_counted_set([(52, 100), (55, 102)]), as_counted_set([(50, 100), (55, 102)])
    ('over', 'unknown')
    """
    words = {as_counted(x, n, threshold) for x, n in pairs}
    return words.pop() if len(words) == 1 else "unknown"


def as_counted_printed(
    share_low: float,
    share_high: float,
    threshold: float | Fraction = Fraction(1, 2),
    *,
    open_low: bool = False,
    open_high: bool = False,
) -> AsCounted:
    """`as_counted` where only a printed share is known ("64 percent", "over 50 percent").

    The limits are shares; an open end is not itself possible ("over 50 percent": 0.5 to 1,
    open_low). One word if every possible share agrees, else 'unknown' (also for nan). What is
    *beyond chance* is 'not applicable' as long as n is unknown.
    Raises ArgumentError for limits outside [0, 1] or reversed.

    >>> as_counted_printed(0.635, 0.645), as_counted_printed(0.5, 1, open_low=True)
    ('over', 'over')
    >>> as_counted_printed(0.495, 0.505)
    'unknown'
    """
    if np.isnan(share_low) or np.isnan(share_high):
        return "unknown"
    limit = _exact_fraction(threshold)
    low, high = _exact_fraction(share_low), _exact_fraction(share_high)
    if low > high:
        raise ArgumentError(f"found a share from {share_low} to {share_high}, expected low <= high")
    if low > limit or (low == limit and open_low):
        return "over"
    if high < limit or (high == limit and open_high):
        return "under"
    return "exactly" if low == high == limit else "unknown"


def beyond_chance(
    x: float | None,
    n: float | None,
    threshold: float | Fraction = 0.5,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
) -> BeyondChance:
    """Whether the side on which the count stands is established beyond chance.

    Null: a binomial process whose share equals `threshold`. 'established' if the exact binomial
    p-value (`exact_test`) is at most 1 - level; the side is then the one `as_counted` names.
    The default is two-sided, the stricter choice, because the side was not fixed before the
    figure was seen; 'greater' or 'less' establishes that side only. A count exactly at the
    threshold is 'not established'. 'not applicable' where a count is unknown or n = 0.
    Raises ArgumentError for impossible counts, a bad threshold or a bad level.

    >>> beyond_chance(183, 352), beyond_chance(261, 477, 0.5), beyond_chance(27047, 94218, 0.25)
    ('not established', 'established', 'established')
    """
    check_level(level)
    side = as_counted(x, n, threshold)
    if side == "unknown" or x is None or n is None:
        return "not applicable"
    p = exact_test(x, n, float(_exact_fraction(threshold)), alternative)
    return _beyond(side, p, level, alternative)


def _beyond(side: AsCounted, p: float, level: float, alternative: Alternative) -> BeyondChance:
    if side == "unknown":
        return "not applicable"
    wrong_side = {"greater": "under", "less": "over", "two-sided": "exactly"}[alternative]
    if side in ("exactly", wrong_side):
        return "not established"
    return "established" if p <= 1 - level else "not established"


def beyond_chance_set(
    pairs: Sequence[tuple[float, float]],
    threshold: float | Fraction = 0.5,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
) -> BeyondChance:
    """`beyond_chance` for a set of possible counts, at its least favourable member.

    'established' only if every member is established and all stand on one side. An empty set is
    'not applicable'.

    >>> beyond_chance_set([(57, 100), (285, 500)])
    'not established'
    """
    check_level(level)
    if not pairs:
        return "not applicable"
    x, n = np.array(pairs, dtype=float).T
    verdicts = set(beyond_chance_each(x, n, threshold, level, alternative))
    if "not applicable" in verdicts:
        return "not applicable"
    one_side = as_counted_set(pairs, threshold) in ("over", "under")
    return "established" if verdicts == {"established"} and one_side else "not established"


def as_counted_each(
    x: npt.ArrayLike, n: npt.ArrayLike, threshold: float | Fraction = Fraction(1, 2)
) -> list[AsCounted]:
    """`as_counted` for columns of counts, one word a row.

    >>> as_counted_each([1, 2, 0], [2, 3, 0])
    ['exactly', 'over', 'unknown']
    """
    return [
        as_counted(a, b, threshold)
        for a, b in zip(np.asarray(x, float), np.asarray(n, float), strict=True)
    ]


def beyond_chance_each(
    x: npt.ArrayLike,
    n: npt.ArrayLike,
    threshold: float | Fraction = 0.5,
    level: float = 0.95,
    alternative: Alternative = "two-sided",
) -> list[BeyondChance]:
    """`beyond_chance` for columns of counts, one word a row.

    >>> beyond_chance_each([9, 90], [16, 100])
    ['not established', 'established']
    """
    check_level(level)
    sides = as_counted_each(x, n, threshold)
    p = np.atleast_1d(exact_test(x, n, float(_exact_fraction(threshold)), alternative))
    return [
        _beyond(side, float(value), level, alternative)
        for side, value in zip(sides, p, strict=True)
    ]
