"""One proportion, two proportions, and one unit against the rest.

Counts may be scalars or arrays (nan = not known). Where n = 0 every estimate is nan; nothing is
raised, because an empty place is a fact and not a mistake. Impossible counts raise ArgumentError.
An interval on a full count describes a process with that rate, not the count itself.

Intervals are those of statsmodels and tests those of SciPy; mid-P and the ratio, which neither
has, are computed here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import scipy.stats
from scipy.special import betainc
from scipy.stats import binom, binomtest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from citable.errors import ArgumentError
from scomm.stats._arrays import Floats, Value, check_level, counts, share_of, unwrap

Alternative = Literal["two-sided", "greater", "less"]


@dataclass(frozen=True)
class Interval:
    """A confidence interval: limits on the scale of the estimate, level, name of the method."""

    low: Value
    high: Value
    level: float
    method: str


@dataclass(frozen=True)
class Comparison:
    """A two-group comparison: `estimate` is a difference of shares, a ratio or an odds ratio."""

    estimate: Value
    interval: Interval


@dataclass(frozen=True)
class AgainstRest:
    """One unit (or many) against everything else in the same total.

    `null` names the hypothesis that `p` tests, so that no reader mistakes it for another.
    """

    share: Value
    rest_share: Value
    difference: Comparison
    ratio: Comparison
    odds_ratio: Comparison
    p: Value
    null: str = "the unit has the same share as all other units of the total taken together"


def _interval(
    low: Floats, high: Floats, x: Floats, n: Floats, level: float, method: str
) -> Interval:
    empty = ~(n > 0) | np.isnan(x)
    return Interval(
        unwrap(np.where(empty, np.nan, low)), unwrap(np.where(empty, np.nan, high)), level, method
    )


def _limits(x: Floats, n: Floats, level: float, method: str) -> tuple[Floats, Floats]:
    """Limits of `statsmodels`, exactly 0 at x = 0 and 1 at x = n."""
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = proportion_confint(x, n, 1 - level, method)
    return np.where(x == 0, 0.0, low), np.where(x == n, 1.0, high)


def _test_each_table(
    test: Callable[..., float], use: npt.NDArray[np.bool_], *columns: Floats
) -> Floats:
    """P-values of a test that SciPy has for one table at a time; nan where not `use`."""
    p = np.full(use.shape, np.nan)
    tables = np.stack([column[use] for column in columns], axis=-1).astype(np.int64)
    p[use] = [test(*table) for table in tables.tolist()]
    return p


def _check_alternative(alternative: str) -> None:
    if alternative not in ("two-sided", "greater", "less"):
        raise ArgumentError(
            f"alternative: found {alternative!r}, expected 'two-sided', 'greater' or 'less'"
        )


def _check_p0(p0: float) -> None:
    if not 0 <= p0 <= 1:
        raise ArgumentError(f"p0: found {p0!r}, expected a share between 0 and 1")


def share(x: npt.ArrayLike, n: npt.ArrayLike) -> Value:
    """Estimand: the share x/n, in [0, 1]; nan where n = 0.

    >>> share(27047, 94218).__round__(4)
    0.2871
    """
    return unwrap(share_of(*counts(x, n)))


def wilson(x: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Score interval for one share.

    Estimand: p of Binomial(n, p). Equation: the p with |x/n - p| <= z sqrt(p(1-p)/n), that is
    (x + z^2/2 +- z sqrt(x(n-x)/n + z^2/4)) / (n + z^2).
    Source: Wilson (1927); recommended in Brown, Cai and DasGupta (2001), eq. (4).
    At x = 0 the low limit is exactly 0, at x = n the high limit exactly 1; n = 0 gives nan.
    Raises ArgumentError for impossible counts or level.

    >>> i = wilson(81, 263)          # Newcombe (1998a), Table I: 0.2553 to 0.3662
    >>> round(i.low, 4), round(i.high, 4)
    (0.2553, 0.3662)
    """
    check_level(level)
    xs, ns = counts(x, n)
    low, high = _limits(xs, ns, level, "wilson")
    return _interval(low, high, xs, ns, level, "Wilson")


def wilson_overdispersed(
    x: npt.ArrayLike, n: npt.ArrayLike, phi: npt.ArrayLike, level: float = 0.95
) -> Interval:
    """Wilson interval for a share whose variance is `phi` times binomial.

    Equation: the Wilson limits at x/phi of n/phi, that is with the effective number of cases.
    phi comes from the same series (`heterogeneity.overdispersion`, or a quasi-binomial fit).
    Source: McCullagh and Nelder (1989), chapter 4, for the variance; Korn and Graubard (1998) for
    the effective sample size. phi = 1 is `wilson`. Edges as `wilson`.
    Raises ArgumentError for phi below 1 (over-dispersion is never used to narrow an interval).

    >>> i = wilson_overdispersed(3000, 10000, 100.0)
    >>> round(i.low, 3), round(i.high, 3)           # as 30 of 100
    (0.219, 0.396)
    """
    check_level(level)
    xs, ns = counts(x, n)
    factor = np.asarray(phi, dtype=float)
    if not (factor >= 1).all():
        raise ArgumentError(f"phi: found {phi!r}, expected 1 or more")
    low, high = _limits(xs / factor, ns / factor, level, "wilson")
    return _interval(low, high, xs, ns, level, "Wilson, over-dispersed")


def clopper_pearson(x: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Exact (tail) interval for one share; covers at least `level` whatever p is.

    Equation: low = Beta(x, n-x+1) quantile at (1-level)/2; high = Beta(x+1, n-x) quantile at
    (1+level)/2. Source: Clopper and Pearson (1934). 0 and 1 exactly at x = 0 and x = n.

    >>> i = clopper_pearson(81, 263)     # Newcombe (1998a), Table I: 0.2527 to 0.3676
    >>> round(i.low, 4), round(i.high, 4)
    (0.2527, 0.3676)
    """
    check_level(level)
    xs, ns = counts(x, n)
    low, high = _limits(xs, ns, level, "beta")
    return _interval(low, high, xs, ns, level, "Clopper-Pearson")


def jeffreys(x: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Equal-tailed interval of the posterior under Jeffreys' prior Beta(1/2, 1/2).

    Equation: quantiles of Beta(x + 1/2, n - x + 1/2), with the limits set to 0 at x = 0 and to 1
    at x = n. Source: Brown, Cai and DasGupta (2001).

    >>> i = jeffreys(0, 10)
    >>> i.low, round(i.high, 3)
    (0.0, 0.217)
    """
    check_level(level)
    xs, ns = counts(x, n)
    low, high = _limits(xs, ns, level, "jeffreys")
    return _interval(low, high, xs, ns, level, "Jeffreys")


def _upper_mid_tail(x: Floats, n: Floats, p: Floats) -> Floats:
    """P(X > x) + P(X = x)/2 under Binomial(n, p), by incomplete beta functions."""
    above = np.where(x >= n, 0.0, betainc(x + 1, np.maximum(n - x, 1), p))
    at_least = np.where(x <= 0, 1.0, betainc(np.maximum(x, 1), n - x + 1, p))
    return (above + at_least) / 2


def _bisect_mid_p(x: Floats, n: Floats, target: float) -> Floats:
    low, high = np.zeros_like(x), np.ones_like(x)
    for _ in range(60):  # 2^-60 is below the spacing of doubles near 1
        middle = (low + high) / 2
        below = _upper_mid_tail(x, n, middle) < target
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


def mid_p(x: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Mid-P interval: the exact interval with the observed point counted half in each tail.

    Equation: low solves P(X > x) + P(X = x)/2 = (1-level)/2, high solves the same = (1+level)/2.
    Source: Lancaster (1961); Newcombe (1998a), method 6. 0 and 1 exactly at x = 0 and x = n.

    >>> i = mid_p(81, 263)               # Newcombe (1998a), Table I: 0.2544 to 0.3658
    >>> round(i.low, 4), round(i.high, 4)
    (0.2544, 0.3658)
    """
    check_level(level)
    xs, ns = counts(x, n)
    low = np.where(xs == 0, 0.0, _bisect_mid_p(xs, ns, (1 - level) / 2))
    high = np.where(xs == ns, 1.0, _bisect_mid_p(xs, ns, (1 + level) / 2))
    return _interval(low, high, xs, ns, level, "mid-P")


def exact_test(
    x: npt.ArrayLike, n: npt.ArrayLike, p0: float = 0.5, alternative: Alternative = "two-sided"
) -> Value:
    """Return the exact binomial p-value for testing H0: share = p0 (two-sided by default).

    Two-sided: total probability of all outcomes no more likely than the one observed (as
    `scipy.stats.binomtest` and R's `binom.test`). One-sided: P(X >= x) or P(X <= x).
    Source: Clopper and Pearson (1934); Agresti (2002), chapter 1. nan where n = 0.
    Raises ArgumentError for impossible counts, p0 or alternative.

    >>> round(exact_test(183, 352), 3)
    0.488
    >>> round(exact_test(682, 925, p0=0.75, alternative="two-sided"), 4)  # R, ?binom.test
    0.3825
    """
    _check_alternative(alternative)
    _check_p0(p0)
    xs, ns = counts(x, n)
    if alternative == "greater":
        p = binom.sf(xs - 1, ns, p0)
    elif alternative == "less":
        p = binom.cdf(xs, ns, p0)
    elif p0 == 0.5:  # symmetric: twice the smaller tail, for any number of counts at once
        p = np.minimum(1.0, 2 * binom.cdf(np.minimum(xs, ns - xs), ns, p0))
    else:
        p = _test_each_table(
            lambda k, m: binomtest(k, m, p0).pvalue, (ns > 0) & ~np.isnan(xs), xs, ns
        )
    return unwrap(np.where(ns > 0, p, np.nan))


def mid_p_test(
    x: npt.ArrayLike, n: npt.ArrayLike, p0: float = 0.5, alternative: Alternative = "two-sided"
) -> Value:
    """Mid-P binomial test: half the probability of the observed point; two-sided by doubling.

    Equation: upper tail P(X > x) + P(X = x)/2. Source: Lancaster (1961); Agresti (2002),
    chapter 1. Less conservative than `exact_test`, its size can slightly exceed nominal.
    nan where n = 0.

    >>> round(mid_p_test(9, 10), 4), mid_p_test(5, 10)
    (0.0117, 1.0)
    """
    _check_alternative(alternative)
    _check_p0(p0)
    xs, ns = counts(x, n)
    upper = binom.sf(xs, ns, p0) + binom.pmf(xs, ns, p0) / 2
    p = {"greater": upper, "less": 1 - upper, "two-sided": 2 * np.minimum(upper, 1 - upper)}
    return unwrap(np.where(ns > 0, p[alternative], np.nan))


def newcombe_difference(
    x1: npt.ArrayLike,
    n1: npt.ArrayLike,
    x2: npt.ArrayLike,
    n2: npt.ArrayLike,
    level: float = 0.95,
) -> Comparison:
    """Difference of two shares, x1/n1 - x2/n2, with the hybrid score interval.

    Equation: d - sqrt((p1-l1)^2 + (u2-p2)^2) to d + sqrt((u1-p1)^2 + (p2-l2)^2), where l and u
    are Wilson limits. Source: Newcombe (1998b), method 10. Stays inside [-1, 1]; nan if n1 or
    n2 is 0.

    >>> c = newcombe_difference(56, 70, 48, 80)     # Newcombe (1998b), Table II, column (a)
    >>> round(c.estimate, 4), round(c.interval.low, 4), round(c.interval.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    check_level(level)
    a, first_n = counts(x1, n1)
    c, second_n = counts(x2, n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = confint_proportions_2indep(
            a, first_n, c, second_n, method="newcomb", compare="diff", alpha=1 - level
        )
    return Comparison(
        unwrap(share_of(a, first_n) - share_of(c, second_n)),
        # Rounding may carry a limit of a difference of 1 just beyond it.
        Interval(
            unwrap(np.maximum(low, -1.0)),
            unwrap(np.minimum(high, 1.0)),
            level,
            "Newcombe hybrid score",
        ),
    )


def ratio(
    x1: npt.ArrayLike,
    n1: npt.ArrayLike,
    x2: npt.ArrayLike,
    n2: npt.ArrayLike,
    level: float = 0.95,
) -> Comparison:
    """Ratio of two shares, (x1/n1) / (x2/n2), with an interval built from Wilson limits.

    Equation (MOVER-R), with a = p1 p2:
    low = l1(2p1-l1) / (a + sqrt(a^2 - l1 u2 (2p1-l1)(2p2-u2))),
    high = (a + sqrt(a^2 - u1 l2 (2p1-u1)(2p2-l2))) / (l2 (2p2-l2)).
    Source: Donner and Zou (2012); Fagerland, Lydersen and Laake (2015). The same
    construction as Newcombe's difference, so the two cannot contradict each other badly.
    x1 = 0: estimate and low limit 0. x2 = 0: high limit infinite, estimate infinite (nan if
    x1 = 0 too). nan where either n is 0.

    >>> c = ratio(7, 34, 1, 34)
    >>> round(c.estimate, 6)
    7.0
    """
    first, second = wilson(x1, n1, level), wilson(x2, n2, level)
    p1, p2 = np.asarray(share(x1, n1)), np.asarray(share(x2, n2))
    low1, high1 = np.asarray(first.low), np.asarray(first.high)
    low2, high2 = np.asarray(second.low), np.asarray(second.high)
    product = p1 * p2
    with np.errstate(divide="ignore", invalid="ignore"):
        under = product**2 - low1 * high2 * (2 * p1 - low1) * (2 * p2 - high2)
        low = low1 * (2 * p1 - low1) / (product + np.sqrt(np.maximum(under, 0)))
        over = product**2 - high1 * low2 * (2 * p1 - high1) * (2 * p2 - low2)
        high = (product + np.sqrt(np.maximum(over, 0))) / (low2 * (2 * p2 - low2))
        estimate = p1 / p2
    known = ~(np.isnan(p1) | np.isnan(p2))
    low = np.where(known & (p1 == 0), 0.0, low)
    high = np.where(known & (p2 == 0), np.inf, high)
    return Comparison(unwrap(estimate), Interval(unwrap(low), unwrap(high), level, "MOVER Wilson"))


def odds_ratio(
    x1: npt.ArrayLike,
    n1: npt.ArrayLike,
    x2: npt.ArrayLike,
    n2: npt.ArrayLike,
    level: float = 0.95,
) -> Comparison:
    """Odds ratio x1(n2-x2) / (x2(n1-x1)) with a logit interval.

    Equation: exp(log OR +- z sqrt(1/a+1/b+1/c+1/d)). Source: Woolf (1955); with an empty cell
    1/2 is added to all four cells for the limits only (Gart 1966) and the open end is left at 0
    or infinity. Both of a row or column empty, or n = 0: nan.

    >>> c = odds_ratio(56, 70, 48, 80)
    >>> round(c.estimate, 4), round(c.interval.low, 3), round(c.interval.high, 3)
    (2.6667, 1.276, 5.572)
    """
    check_level(level)
    a, first_n = counts(x1, n1)
    c, second_n = counts(x2, n2)
    a, first_n, c, second_n = np.broadcast_arrays(a, first_n, c, second_n)
    b, d = first_n - a, second_n - c
    add = np.where((a == 0) | (b == 0) | (c == 0) | (d == 0), 0.5, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = a * d / (b * c)
        low, high = confint_proportions_2indep(
            a + add, first_n + 2 * add, c + add, second_n + 2 * add,
            method="logit", compare="odds-ratio", alpha=1 - level,
        )  # fmt: skip
    estimate = np.where((first_n > 0) & (second_n > 0), estimate, np.nan)
    low = np.where(estimate == 0, 0.0, low)
    high = np.where(np.isinf(estimate), np.inf, high)
    undefined = np.isnan(estimate)
    low, high = np.where(undefined, np.nan, low), np.where(undefined, np.nan, high)
    return Comparison(unwrap(estimate), Interval(unwrap(low), unwrap(high), level, "Woolf logit"))


def fisher_exact(
    x1: npt.ArrayLike,
    n1: npt.ArrayLike,
    x2: npt.ArrayLike,
    n2: npt.ArrayLike,
    alternative: Alternative = "two-sided",
) -> Value:
    """Fisher's exact p-value that two shares are equal, given both margins.

    Two-sided by the probability of the table (as `scipy.stats.fisher_exact`). Source: Fisher
    (1935); Agresti (2002), chapter 3. nan if n1 or n2 is 0.

    >>> round(fisher_exact(3, 4, 1, 4, "greater"), 4)   # Agresti (2002), tea tasting
    0.2429
    """
    _check_alternative(alternative)
    a, first_n = counts(x1, n1)
    c, second_n = counts(x2, n2)
    a, first_n, c, second_n = np.broadcast_arrays(a, first_n, c, second_n)

    def test(x: int, n: int, y: int, m: int) -> float:
        return float(scipy.stats.fisher_exact([[x, n - x], [y, m - y]], alternative).pvalue)

    use = (first_n > 0) & (second_n > 0) & ~np.isnan(a + c)
    return unwrap(_test_each_table(test, use, a, first_n, c, second_n))


def against_rest(
    x: npt.ArrayLike,
    n: npt.ArrayLike,
    total_x: npt.ArrayLike,
    total_n: npt.ArrayLike,
    level: float = 0.95,
) -> AgainstRest:
    """Compare a unit with the rest of its total: the unit is taken out of its own reference.

    Estimands: x/n, (X-x)/(N-n), their difference (Newcombe), ratio (MOVER), odds ratio (logit)
    and Fisher's exact p of equal shares. The total must contain the unit. If the unit is the
    whole total the rest is empty and every comparison is nan. Raises ArgumentError if the unit
    exceeds its total (x > X, n > N, or x > n inside the rest).

    >>> r = against_rest(93, 186, 27047, 94218)      # Solano in the nation, February 2011
    >>> round(r.share, 3), round(r.rest_share, 3), round(r.difference.estimate, 3)
    (0.5, 0.287, 0.213)
    """
    xs, ns = counts(x, n)
    all_x, all_n = counts(total_x, total_n)
    if (xs > all_x).any() or (ns > all_n).any():
        raise ArgumentError("a unit exceeds the total it should be part of (x > X or n > N)")
    rest_x, rest_n = all_x - xs, all_n - ns
    counts(rest_x, rest_n)
    return AgainstRest(
        share=share(xs, ns),
        rest_share=share(rest_x, rest_n),
        difference=newcombe_difference(xs, ns, rest_x, rest_n, level),
        ratio=ratio(xs, ns, rest_x, rest_n, level),
        odds_ratio=odds_ratio(xs, ns, rest_x, rest_n, level),
        p=fisher_exact(xs, ns, rest_x, rest_n),
    )
