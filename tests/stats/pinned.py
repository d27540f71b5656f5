"""What every function of the statistics gives for small inputs: each field, each word, each refusal.

    python -m tests.stats.pinned        # writes pinned.json again; read the difference before you commit it

Whether a value is right is for the oracles and the properties to say (test_oracles.py and the rest).
This list says that nothing moved: not a limit, not the name of a method, not the words of an error. It
is what a change that no oracle covers (a label, an option, an empty or impossible input) runs into.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from scomm.errors import ArgumentError
from scomm.stats import (
    _arrays,
    bounds,
    funnel,
    heterogeneity,
    increments,
    multiple,
    panel,
    proportions,
    ranks,
    resampling,
    rounded,
    selection,
    shrinkage,
    simulation,
    standardise,
    timeseries,
    verdicts,
)

FILE = Path(__file__).with_name("pinned.json")
NAN, INF = math.nan, math.inf

# Places of several sizes: none, only and no outcomes, an empty one, one whose count is not known.
X = [0, 3, 8, 10, 4, 0, 27, 61]
N = [7, 10, 20, 10, 9, 0, 90, 300]
UNKNOWN_X = [1, 9, 4, 6, 2, NAN, 0]
UNKNOWN_N = [10, 12, 10, 15, 10, 10, 0]
SERIES = [
    0.21,
    0.24,
    0.20,
    0.23,
    0.22,
    0.25,
    0.21,
    0.26,
    0.41,
    0.39,
    0.44,
    0.40,
    0.47,
    0.42,
    0.45,
    0.49,
]
SEASON = [v + 0.03 * math.sin(i * 1.7) for i, v in enumerate(SERIES * 2)]
MONTHS_X = [10, 12, 9, 11, 13, 12, 15, 9, 21, 24, 19, 26, 22, 25, 28, 23]
MONTHS_N = [50, 52, 49, 50, 51, 55, 50, 48, 50, 60, 50, 61, 50, 49, 58, 50]
AREAS_X = [[a, 2, 0] for a in MONTHS_X]
AREAS_N = [[b, 9, 0] for b in MONTHS_N]
PANEL = [
    [1 + p * 0.5 + (m >= 3) * (p == 0) * 2 + ((m * p) % 3) for p in range(6)] for m in range(7)
]
STRATA_X = [[10, 30, 4], [5, 2, 0], [0, 8, 0]]
STRATA_N = [[100, 90, 10], [20, 2, 0], [0, 40, 5]]
FACTORS = {"area": ["a", "a", "b", "b", "c", "c"], "mix": ["s", "t"] * 3}
GROUP_X, GROUP_N = [10, 30, 20, 40, 0, 0], [100, 110, 90, 100, 12, 9]
RULES = [
    verdicts.Rule("over", "established", "supported"),
    verdicts.Rule("over", "*", "supported in part"),
    verdicts.Rule("under", "established", "not supported"),
    verdicts.Rule("unknown", "not applicable", "cannot be settled here"),
]

Call = tuple[Any, tuple[Any, ...], dict[str, Any]]


def _call(function: Any, *given: Any, **named: Any) -> Call:
    return function, given, named


def calls() -> Iterator[Call]:
    """Every call: a function, what it is given, what it is given by name."""
    yield from shares()
    yield from places()
    yield from lists()
    yield from months()
    yield from printed()
    yield from mixes()
    yield from drawn()


def shares() -> Iterator[Call]:
    """One share, two shares, one against the rest."""
    p = proportions
    yield _call(_arrays.floats, [[1, 2]], "matrix", 1)
    yield _call(_arrays.floats, 3, ndim=1)
    yield _call(_arrays.floats, [1, 2], ndim=1)
    yield _call(_arrays.unwrap, 3)
    yield _call(_arrays.unwrap, [3, 4])
    for x, n in ((-1, 3), (1, -3), (0.5, 1), (1, 1.5), (4, 3), ([1, 2], [1, 2, 3]), ([2, NAN], 2)):
        yield _call(_arrays.counts, x, n)
    yield _call(p.share, X, N)
    yield _call(p.share, 3, 8)
    for method in (p.wilson, p.clopper_pearson, p.jeffreys, p.mid_p):
        yield _call(method, X, N)
        yield _call(method, 3, 8, 0.9)
        yield _call(method, UNKNOWN_X, UNKNOWN_N, level=0.5)
        yield _call(method, 3, 8, 1)
        yield _call(method, 3, 8, 0)
        yield _call(method, 9, 8)
    yield _call(p.wilson_overdispersed, X, N, 4.5)
    yield _call(p.wilson_overdispersed, 30, 80, 1, 0.8)
    yield _call(p.wilson_overdispersed, 30, 80, 0.5)
    yield _call(p.wilson_overdispersed, 30, 80, NAN)
    for test in (p.exact_test, p.mid_p_test):
        for alternative in ("two-sided", "greater", "less", "more"):
            yield _call(test, X, N, 0.3, alternative)
        yield _call(test, 5, 8)
        for p0 in (0, 1, 0.999):
            yield _call(test, X, N, p0)
        yield _call(test, UNKNOWN_X, UNKNOWN_N, 0.5, "greater")
    for p0 in (-0.1, 1.1, NAN):
        yield _call(p.exact_test, 5, 8, p0)
        yield _call(p.exact_test, 5, 8, p0=p0, alternative="less")
    other_x, other_n = X[::-1], N[::-1]
    for compare in (p.newcombe_difference, p.ratio, p.odds_ratio):
        yield _call(compare, X, N, other_x, other_n)
        yield _call(compare, 7, 34, 1, 34, 0.9)
        yield _call(compare, [0, 5, 0, 5, 5], [5, 5, 5, 0, 5], [0, 5, 5, 1, 0], [9, 9, 9, 9, 9])
        yield _call(compare, [0, 3], [5, 5], [1, 0], [5, 5], level=0.99)
        yield _call(compare, UNKNOWN_X, UNKNOWN_N, 2, 9)
        yield _call(compare, 3, 8, 2, 9, 1.5)
        yield _call(compare, 3, 2, 2, 9)
        yield _call(compare, 2, 3, 9, 2)
    for alternative in ("two-sided", "greater", "less", ""):
        yield _call(p.fisher_exact, X, N, other_x, other_n, alternative)
    yield _call(p.fisher_exact, 3, 4, 1, 4)
    yield _call(p.fisher_exact, UNKNOWN_X, UNKNOWN_N, 5, 9)
    yield _call(p.fisher_exact, [0, 9, 500], [9, 9, 2000], [9, 9, 9], [9, 9, 50])
    yield _call(p.against_rest, X, N, 200, 600)
    yield _call(p.against_rest, 30, 90, 200, 600, 0.9)
    yield _call(p.against_rest, 30, 90, 20, 600)
    yield _call(p.against_rest, 30, 90, 200, 80)


def places() -> Iterator[Call]:
    """Many places: spread, funnel, shrinkage, ranks, families of tests."""
    h, f, s, r, m = heterogeneity, funnel, shrinkage, ranks, multiple
    yield _call(h.chi_square_homogeneity, X, N)
    yield _call(h.chi_square_homogeneity, [0, 0, 0], [4, 5, 6])
    yield _call(h.chi_square_homogeneity, [4, 5], [4, 5])
    yield _call(h.chi_square_homogeneity, [4, 1], [4, 0])
    yield _call(h.chi_square_homogeneity, [4, 0], [4, 0])
    yield _call(h.chi_square_homogeneity, [[4, 1]], [[4, 2]])
    for n, given in (
        ([100, 100], [0.1, 0.2]),
        ([100, 50, 9], [0.3, 0.2, 0.9]),
        ([100, 50], [0.3, 0.3]),
        ([100, 50], [0, 0]),
        ([100, 50], [1, 1]),
        ([100, 50], [0, 1]),
        ([0, 50], [0.2, 0.3]),
        ([100], [0.3]),
        ([100, 50], [0.3]),
        ([100, 50], [0.3, 1.3]),
        ([100, 50], [-0.3, 0.3]),
        ([-1, 50], [0.3, 0.3]),
        ([[1, 50]], [0.3, 0.3]),
        ([1, 50], 0.3),
    ):
        yield _call(h.homogeneity_power, n, given)
    yield _call(h.homogeneity_power, [100, 100], [0.1, 0.2], 0.01)
    yield _call(h.overdispersion, X, N)
    yield _call(h.overdispersion, X, N, 0.25, 0.2)
    yield _call(h.overdispersion, [10, 10, 11], [100, 100, 100])
    for target, pulled in ((0, 0), (1, 0), (0.3, -0.1), (0.3, 0.5), (0.3, 0.49)):
        yield _call(h.overdispersion, X, N, target, pulled)
    yield _call(h.overdispersion, [0, 0], [4, 4])
    yield _call(h.overdispersion, [1], [4])
    yield _call(h.dersimonian_laird, [0.1, 0.3, 0.5], [0.01, 0.02, 0.03])
    yield _call(h.dersimonian_laird, [0.1, 0.3, 0.5], [0.01, 0.02, 0.03], 0.9, "points")
    yield _call(h.dersimonian_laird, [0.3, 0.3], [0.01, 0.02])
    yield _call(h.dersimonian_laird, [0.3, 0.31], [0.01, 0.02])
    for y, v in (
        ([0.1], [0.1]),
        ([0.1, 0.2], [0.1]),
        ([0.1, 0.2], [0.1, 0]),
        ([0.1, NAN], [0.1, 0.1]),
        ([[0.1, 0.2]], [0.1, 0.1]),
        ([0.1, 0.2], 0.1),
    ):
        yield _call(h.dersimonian_laird, y, v)
    for scale in ("share", "logit"):
        yield _call(h.random_effects, X, N, scale)
        yield _call(h.random_effects, UNKNOWN_X, UNKNOWN_N, scale=scale, level=0.8)
        yield _call(h.random_effects, [0, 0], [3, 4], scale)
        yield _call(h.random_effects, [1], [3], scale)
    yield _call(
        h.beta_binomial_log_likelihood, 2.0, 5.0, np.array([3.0, 0.0]), np.array([9.0, 4.0])
    )
    for fit in (h.beta_binomial, h.random_intercept_logit):
        yield _call(fit, X, N)
        yield _call(fit, UNKNOWN_X, UNKNOWN_N)
        yield _call(fit, [10, 10, 11], [100, 100, 100])
        yield _call(fit, [0, 0], [4, 4])
        yield _call(fit, [4, 4], [4, 4])
        yield _call(fit, [4], [9])
    yield _call(h.random_intercept_logit, X, N, 7)

    yield _call(f.exact_limits, N, 0.3)
    yield _call(f.exact_limits, 40, 0.3, 0.998)
    for n, target, level in (
        (40, 0, 0.95),
        (40, 1, 0.95),
        (40, 0.3, 1),
        (-1, 0.3, 0.9),
        ([0, 40], 0.3, 0.9),
    ):
        yield _call(f.exact_limits, n, target, level)
        yield _call(f.widened_limits, n, target, level)
    yield _call(f.widened_limits, N, 0.3)
    yield _call(f.widened_limits, N, 0.3, 0.8, phi=2.5)
    yield _call(f.widened_limits, N, 0.9, 0.8, tau2=0.01)
    yield _call(f.widened_limits, 40, 0.3, phi=1, tau2=0)
    for phi, tau2 in ((0.9, 0), (1, -0.1), (2, 0.1), (1, 0.1)):
        yield _call(f.widened_limits, 40, 0.3, phi=phi, tau2=tau2)
    yield _call(f.beta_binomial_limits, N, 2.0, 5.0)
    yield _call(f.beta_binomial_limits, 40, 0.5, 0.5, 0.9)
    yield _call(f.beta_binomial_limits, [[3, 40], [0, 1]], 2.0, 5.0)
    yield _call(f.beta_binomial_limits, 40, 2.0, 5.0, 1.0)
    for a, b in ((0, 1), (1, 0), (-1, 5), (5, -1)):
        yield _call(f.beta_binomial_limits, 40, a, b)
    for limits in (f.exact_limits(N, 0.3), f.widened_limits(N, 0.3, tau2=0.01)):
        yield _call(f.outside, X, N, limits)
    yield _call(f.outside, UNKNOWN_X, UNKNOWN_N, f.exact_limits(UNKNOWN_N, 0.6))

    yield _call(s.empirical_bayes, X, N)
    yield _call(s.empirical_bayes, UNKNOWN_X, UNKNOWN_N, 0.8)
    yield _call(s.empirical_bayes, [1, 2], [3, 4], fit=h.beta_binomial(X, N))
    yield _call(s.empirical_bayes, X, N, 1.0)
    yield _call(s.empirical_bayes, [1], [3])
    yield _call(s.shrunken_effects, [0.1, 0.3, 0.5], [0.1, 0.1, 0.2])
    yield _call(s.shrunken_effects, [0.1, 0.11, 0.12], [0.1, 0.1, 0.2], 0.8)
    yield _call(s.shrunken_effects, [[0.1, 0.3]], [0.1, 0.1])
    yield _call(s.shrunken_effects, [0.1, 0.3], 0.1)
    yield _call(s.shrunken_effects, [0.1, 0.3], [0.1, 0.0])
    yield _call(s.full_bayes, X, N, side=21)
    yield _call(s.full_bayes, UNKNOWN_X, UNKNOWN_N, 0.8)
    yield _call(s.full_bayes, [10, 10, 11], [100, 100, 100], side=21)
    yield _call(s.full_bayes, [1, 0], [3, 0])
    yield _call(s.full_bayes, [[1, 0]], [[3, 4]])
    yield _call(s.full_bayes, X, N, 0)

    yield _call(r.beta_draws, [5, 50], [10, 100], draws=3)
    yield _call(r.beta_draws, [5, 50], [10, 100], 2, 5, draws=2, seed=1)
    yield _call(r.beta_draws, [5], [4])
    yield _call(r.normal_draws, [0.1, 0.2], [0.0, 0.1], draws=3)
    yield _call(r.normal_draws, [0.1, 0.2], [0.0, 0.1], draws=2, seed=1)
    yield _call(r.normal_draws, 0.1, [0.1])
    yield _call(r.normal_draws, [0.1], 0.1)
    yield _call(r.rank_intervals, r.beta_draws(X[:5], N[:5], draws=200))
    yield _call(r.rank_intervals, r.beta_draws(X[:5], N[:5], draws=201), 0.5)
    yield _call(r.rank_intervals, [[1, 1, 2], [3, 3, 3], [1, 2, 3]])
    yield _call(r.rank_intervals, [1, 2])
    estimates, errors = [0.5, 0.1, 0.17, 0.12, NAN], [0.02, 0.02, 0.02, 0.0, 0.1]
    for adjustment in ("holm", "bh", "none", "hochberg"):
        yield _call(r.pairwise_orders, estimates, errors, adjustment=adjustment)
    yield _call(r.pairwise_orders, estimates, errors, 0.5)
    for e, given in (
        ([0.1, 0.2], [0.1]),
        ([0.1, 0.2], [0.1, -0.1]),
        (0.1, [0.1]),
        ([0.1], 0.1),
        ([0.1, 0.1], [0, 0]),
    ):
        yield _call(r.pairwise_orders, e, given)
    for adjust in (m.benjamini_hochberg, m.holm, m.bonferroni):
        yield _call(adjust, [0.01, 0.5, 0.02, NAN, 0.02])
        yield _call(adjust, [0.01, 0.5, 0.02, NAN, 0.02], 9)
        yield _call(adjust, [0, 1])
        yield _call(adjust, [])
        yield _call(adjust, [0.2, 1.2])
        yield _call(adjust, [0.2, -0.2])
        yield _call(adjust, [0.2, 0.3, 0.4], 2)
        yield _call(adjust, [0.2, 0.3, 0.4], 3)
        yield _call(adjust, [[0.2]])


def lists() -> Iterator[Call]:
    """Lists of the highest, withheld cells, subtraction, few treated places."""
    s, b, i, d = selection, bounds, increments, panel
    yield _call(s.top_of_list, [10, 20, 500, 3, 0], 2, 0.3, draws=50)
    yield _call(
        s.top_of_list, [10, 20, 500, 3], 2, 0.3, 20.0, smallest=5, draws=50, seed=1, level=0.5
    )
    for sizes, k, mean, concentration in (
        ([10, 20], 0, 0.3, None),
        ([10, 20], 3, 0.3, None),
        ([10, 20], 2, 0, None),
        ([10, 20], 2, 1, None),
        ([10, 20], 2, 0.3, 0),
        ([10, 0], 2, 0.3, 5),
        ([[10, 20]], 1, 0.3, None),
    ):
        yield _call(s.top_of_list, sizes, k, mean, concentration, draws=5)
    yield _call(s.most_places_this_large, 94218, [186, 500, 94218])
    yield _call(s.most_places_this_large, [10, 20], 6)
    for total, size in ((10, 0), (10, 11), (10, [-1, 5])):
        yield _call(s.most_places_this_large, total, size)
    yield _call(s.family_wise_bound, [0.0001, 0.01, 0, 1], 94218, [500, 500, 500, 94218])
    yield _call(s.family_wise_bound, [1.1], 10, 5)
    yield _call(s.family_wise_bound, [-0.1], 10, 5)
    yield _call(s.family_wise_bound, [0.1], 10, 0)
    yield _call(s.highest_shares, X, N, 3)
    yield _call(s.highest_shares, X, N, 7)
    yield _call(s.highest_shares, X, N, 8)
    yield _call(s.highest_shares, X, N, 0)

    zero = (0, 0)
    yield _call(b.share_bounds, 30, 50, (0, 9), (0, 9), (10, 10))
    yield _call(b.share_bounds, [30, 0, 0, 1], [50, 0, 9, 0], (0, 9), (2, 9))
    yield _call(b.share_bounds, [30, 0], [50, 0], zero, zero, zero)
    yield _call(b.share_bounds, 30, 50, (0, INF), (0, INF))
    yield _call(b.share_bounds, 30, 50, (0, INF), (0, 4), (3, INF))
    yield _call(b.share_bounds, 30, 50, (0, 8), (0, 8), (3, 12))
    for x, other, u, v, t in (
        (-1, 5, zero, zero, zero),
        (1, -5, zero, zero, zero),
        (1, 5, (-1, 2), zero, zero),
        (1, 5, zero, (-1, 2), zero),
        (1, 5, zero, zero, (-1, 2)),
        (1, 5, (3, 2), zero, (0, 9)),
        (1, 5, zero, (3, 2), (0, 9)),
        (1, 5, zero, zero, (3, 2)),
        (1, 5, (3, 4), (3, 4), (0, 5)),
        (1, 5, (3, 4), (3, 4), (9, 9)),
        (1, 5, (3, 4), (3, 4), (8, 8)),
        (1, 5, (3, 4), (3, 4), (6, 6)),
    ):
        yield _call(b.share_bounds, x, other, u, v, t)
    wide = b.Bounds(np.array([0.1, 0.2, NAN]), np.array([0.6, 0.71, 0.3]))
    yield _call(lambda: (wide.width, wide.can_be_said))
    yield _call(b.unreported_remainder, [93, 1673], [186, 7458], 27047, 94218)
    yield _call(b.unreported_remainder, [5], [9], 5, 9)
    yield _call(b.unreported_remainder, [], [], 0, 0)
    for x, n, total_x, total_n in (
        ([5], [9], 4, 20),
        ([5], [9], 7, 8),
        ([5], [9], 12, 12),
        ([5, NAN], [9, 9], 15, 40),
        ([5, 5], [9, NAN], 15, 40),
        ([5], [9], 41, 40),
    ):
        yield _call(b.unreported_remainder, x, n, total_x, total_n)
    yield _call(b.pending_both_ways, [60, 0], [20, 0], [25, 0])
    for bad in ((-1, 2, 3), (1, -2, 3), (1, 2, -3)):
        yield _call(b.pending_both_ways, *bad)
    yield _call(b.composition_bounds, [30, 30, 30, 5], 100, [10, 40, 80, 100])
    yield _call(b.composition_bounds, 30, 100, 10, 20)
    yield _call(b.composition_bounds, 30, 100)
    for entered, left in ((-1, 0), (0, -1), (101, 0)):
        yield _call(b.composition_bounds, 30, 100, entered, left)
    yield _call(b.shift_needed, [30, 10, 0], [100, 100, 0], 0.2)
    for share in (-0.1, 1, 0):
        yield _call(b.shift_needed, 30, 100, share)

    yield _call(i.increments, [12293, 27047, 29296], [46929, 94218, 101741])
    yield _call(i.increments, [1, 1, 2], [3, 3, 9], 0.8)
    yield _call(i.increments, [1], [3])
    for x, n in (
        ([1, 3, 2], [9, 10, 20]),
        ([1, 3, 4], [9, 20, 10]),
        ([1, 3, 9], [9, 12, 14]),
        ([[1, 3]], [[9, 12]]),
        (1, 2),
    ):
        yield _call(i.increments, x, n)

    yield _call(d.difference_in_differences, PANEL, [3, -1, -1, -1, -1, -1])
    yield _call(d.difference_in_differences, PANEL, [3, 3, -1, 5, -1, -1], draws=30, seed=7)
    yield _call(d.difference_in_differences, PANEL, [3, 3, -1, 5, -1, -1], draws=120)
    yield _call(d.difference_in_differences, PANEL, [3, 3, -1, 5, -1, -1], draws=119)
    for y, start in (
        ([[1, NAN], [1, 2]], [1, -1]),
        (PANEL, [3, -1]),
        (PANEL, [-1] * 6),
        (PANEL, [3] * 6),
        (PANEL, [0, -1, -1, -1, -1, -1]),
        (PANEL, [7, -1, -1, -1, -1, -1]),
        (PANEL, [6, -1, -1, -1, -1, -1]),
        ([1, 2], [1, -1]),
    ):
        yield _call(d.difference_in_differences, y, start)


def months() -> Iterator[Call]:
    """Series of months."""
    r, t = resampling, timeseries
    yield _call(r.block_starts, 7, 3, 4, seed=1)
    yield _call(r.block_totals, AREAS_X, AREAS_N, 3, 4)
    yield _call(r.block_totals, MONTHS_X, MONTHS_N, draws=3, seed=1)
    for block in (0, 17, 1, 16):
        yield _call(r.block_totals, MONTHS_X, MONTHS_N, block, 3)
    values = [[1, NAN, 3], [2, NAN, NAN], [9, NAN, 4], [4, NAN, 5]]
    yield _call(r.percentile_interval, values)
    yield _call(r.percentile_interval, np.arange(11.0), 0.8, "quarter")
    yield _call(r.percentile_interval, np.arange(11.0), 1)
    yield _call(r.block_bootstrap, MONTHS_X, MONTHS_N, draws=20)
    yield _call(r.block_bootstrap, AREAS_X, AREAS_N, 5, 20, 1, 0.8)
    yield _call(r.newey_west_share, MONTHS_X, MONTHS_N)
    yield _call(r.newey_west_share, AREAS_X, AREAS_N, 5, 0.8)
    for lags in (-1, 16, 15, 0):
        yield _call(r.newey_west_share, MONTHS_X, MONTHS_N, lags)
    yield _call(r.autoregressive_share, MONTHS_X, MONTHS_N)
    yield _call(r.autoregressive_share, AREAS_X, AREAS_N, 0.8)
    yield _call(r.autoregressive_share, [1, 9, 1, 9, 1, 9], [20] * 6)
    yield _call(r.autoregressive_share, [2, 2, 2, 2], [20] * 4)
    yield _call(r.autoregressive_share, [1, 3, 5, 7, 9, 11, 13], [20] * 7)
    for x, n in ((3, 4), ([1, 2, 3], [9, 9, 9]), ([1, 2, NAN, 4], [9, 9, 9, 9])):
        for function in (r.block_bootstrap, r.newey_west_share, r.autoregressive_share):
            yield _call(function, x, n)

    yield _call(t.segmented_design, 7, 3)
    yield _call(t.segmented_design, 9, 4, 2)
    yield _call(t.segmented_regression, SERIES, 8)
    yield _call(t.segmented_regression, SERIES, 8, 0, weights=MONTHS_N, level=0.8)
    yield _call(t.segmented_regression, SEASON, 16, 2, harmonics=2)
    # A series that fits exactly: of zeros, since the residuals of any other are noise of the processor.
    yield _call(t.segmented_regression, [0] * 8, 4)
    for y, at, harmonics in (
        (SERIES, 2, 0),
        (SERIES, 14, 0),
        (SERIES, 13, 0),
        (SERIES, 3, 0),
        ([*SERIES, NAN], 8, 0),
        ([SERIES], 8, 0),
        (SERIES[:6], 3, 1),
        (SERIES[:7], 3, 1),
    ):
        yield _call(t.segmented_regression, y, at, harmonics=harmonics)
    yield _call(t.newey_west_sensitivity, SEASON, 16)
    yield _call(t.newey_west_sensitivity, SERIES, 8, (0, 2), weights=MONTHS_N, level=0.8)
    yield _call(t.newey_west_sensitivity, SEASON, 16, [1], harmonics=1)
    yield _call(t.newey_west_sensitivity, SERIES, 8, ())
    yield _call(t.placebo_dates, SEASON, 16)
    yield _call(t.placebo_dates, SEASON, 16, least=2, hac_lags=1, window=7)
    yield _call(t.placebo_dates, SEASON, 20, least=8, pre_only=False)
    yield _call(t.placebo_dates, SERIES, 8)
    yield _call(t.placebo_dates, SERIES, 8, least=3, window=4, pre_only=False)
    yield _call(t.placebo_dates, SERIES, 2)
    yield _call(t.placebo_dates, [SERIES], 8)
    yield _call(t.before_after, MONTHS_X, MONTHS_N, 8, 6)
    yield _call(t.before_after, AREAS_X, AREAS_N, 8, 4, donut_before=2, donut_after=1, level=0.8)
    yield _call(t.before_after, MONTHS_X, MONTHS_N, 8, 4, donut_after=1, keep_length=False)
    yield _call(t.before_after, MONTHS_X, MONTHS_N, 8, 4, donut_before=1, keep_length=False)
    yield _call(t.before_after, MONTHS_X, MONTHS_N, 8, 8)
    yield _call(t.before_after, [1] * 30, [9] * 30, 14)
    for at, window, named in (
        (8, 9, {}),
        (7, 8, {}),
        (9, 8, {}),
        (8, 0, {}),
        (8, 4, {"donut_before": 4, "keep_length": False}),
        (8, 4, {"donut_after": 4, "keep_length": False}),
        (8, 8, {"donut_before": 1}),
        (8, 8, {"donut_after": 1}),
    ):
        yield _call(t.before_after, MONTHS_X, MONTHS_N, at, window, **named)

    def change(x: Any, n: Any) -> float:
        return float(t.before_after(x, n, 8, 6).change.estimate)

    yield _call(t.leave_one_out, AREAS_X, AREAS_N, change)
    yield _call(t.leave_one_out, [[1], [2]], [[3], [4]], change)
    yield _call(t.leave_one_out, [1, 2], [3, 4], change)
    yield _call(t.segmented_calibrated, SEASON, 16, draws=200)
    yield _call(t.segmented_calibrated, SEASON, 15, 1, harmonics=1, draws=100, seed=1, level=0.8)
    yield _call(t.segmented_calibrated, SERIES, 8)
    yield _call(t.segmented_calibrated, [1, 2, 3, 4, 15, 16, 17, 18], 4, draws=50)
    yield _call(t.segmented_calibrated, [1] * 8, 4, draws=50)
    yield _call(t.segmented_calibrated, SERIES, 1)
    yield _call(t.segmented_quasi_binomial, MONTHS_X, MONTHS_N, 8)
    yield _call(t.segmented_quasi_binomial, MONTHS_X, MONTHS_N, 8, hac_lags=2, level=0.8)
    yield _call(t.segmented_quasi_binomial, MONTHS_X * 2, MONTHS_N * 2, 16, harmonics=1)
    wild = [10, 25, 9, 31, 13, 22, 35, 9, 21, 44, 19, 26, 42, 25, 48, 23]
    yield _call(t.segmented_quasi_binomial, wild, MONTHS_N, 8)
    yield _call(t.segmented_quasi_binomial, MONTHS_X, [*MONTHS_N[:-1], 23], 2)
    yield _call(t.segmented_quasi_binomial, [*MONTHS_X[:-1], 0], [*MONTHS_N[:-1], 0], 8)


def printed() -> Iterator[Call]:
    """Figures known only as printed, and the verdicts on them."""
    r, v = rounded, verdicts
    for text in (
        "57",
        "28.7",
        "0",
        "100",
        "0.04",
        "99.96",
        "about 57",
        "-1",
        "101",
        "",
        "5.70",
        "1e1",
    ):
        yield _call(r.printed_percent_range, text)
    sets = {
        "nearly": ((480, 499, 56.5, 57.5), {}),
        "about": ((223, 223), {"x_low": 140, "x_high": 149}),
        "over": ((4, 6, 50), {"open_low": True}),
        "under": ((4, 6, None, 50), {"open_high": True}),
        "half": ((4, 6, 50, 50), {}),
        "none": ((3, 3, 40, 45), {}),
        "from nothing": ((0, 2), {}),
        "no limit": ((4, None, 50), {"open_low": True}),
        "low alone": ((5, 5), {"x_low": 3}),
        "high alone": ((5, 5), {"x_high": 3}),
    }
    for given, named in sets.values():
        yield _call(r.consistent_counts, *given, **named)
        members = r.consistent_counts(*given, **named)
        yield _call(lambda members=members: members.pairs[:5])
        yield _call(r.share_range, members)
        yield _call(r.interval_range, members)
        yield _call(r.interval_range, members, 0.8)
        yield _call(r.least_favourable_test, members)
        yield _call(r.least_favourable_test, members, 0.6, "less")
    for given, named in (
        ((-1, 4), {}),
        ((5, 4), {}),
        ((4, 5, 60, 50), {}),
        ((4, 5, -1), {}),
        ((4, 5, None, 101), {}),
        ((4, 5, 100, 100), {}),
        ((1, 4000), {}),
    ):
        yield _call(r.consistent_counts, *given, **named)
    for given, named in (
        ((499, 56.5, 57.5), {}),
        ((60, 56.5, 57.5), {"p0": 0.4, "alternative": "two-sided"}),
        ((60, 56.5, 57.5), {"level": 0.8}),
        ((60, 30, 40), {"alternative": "less"}),
        ((60, 49, 51), {"alternative": "two-sided"}),
        ((3, 40, 45), {}),
        ((30, 100, 100), {"p0": 0.01}),
        ((1, 0, 0), {}),
        ((0, 0, 0), {}),
    ):
        yield _call(r.floor_at_which_verdict_turns, *given, **named)

    third, half = Fraction(1, 3), Fraction(1, 2)
    for x, n, threshold in (
        (1, 3, third),
        (1, 2, half),
        (57, 100, 0.57),
        (58, 100, 0.57),
        (56, 100, 0.57),
        (None, 5, half),
        (5, None, half),
        (NAN, 5, half),
        (5, NAN, half),
        (0, 0, half),
        (0, 4, 0),
        (4, 4, 1),
        (1, 4, -0.1),
        (1, 4, 1.1),
        (-1, 4, half),
        (5, 4, half),
        (0.5, 4, half),
        (1, 4.5, half),
        (60, 100, half),
        (41, 100, half),
    ):
        yield _call(v.as_counted, x, n, threshold)
        yield _call(v.beyond_chance, x, n, threshold)
        yield _call(v.as_counted_each, [x or NAN], [n or NAN], threshold)
    yield _call(v.as_counted, 3, 5)
    for pairs in ([], [(52, 100), (55, 102)], [(50, 100), (55, 102)], [(50, 100)], [(1, 0)]):
        yield _call(v.as_counted_set, pairs)
        yield _call(v.beyond_chance_set, pairs)
    yield _call(v.as_counted_set, [(40, 100)], 0.4)
    for low, high, named in (
        (0.635, 0.645, {}),
        (0.5, 1, {"open_low": True}),
        (0.5, 1, {}),
        (0, 0.5, {"open_high": True}),
        (0, 0.5, {}),
        (0.5, 0.5, {}),
        (0.4, 0.45, {}),
        (0.495, 0.505, {}),
        (0.6, 0.5, {}),
        (-0.1, 0.5, {}),
        (0.5, 1.1, {}),
        (NAN, 0.5, {}),
        (0.5, NAN, {}),
        (0.4, 0.4, {"threshold": 0.4}),
        (0.4, 0.5, {"threshold": 0.4, "open_low": True}),
    ):
        yield _call(v.as_counted_printed, low, high, **named)
    for x, n, level, alternative in (
        (60, 100, 0.95, "greater"),
        (60, 100, 0.95, "less"),
        (40, 100, 0.95, "greater"),
        (40, 100, 0.95, "less"),
        (40, 100, 0.01, "greater"),
        (60, 100, 0.01, "less"),
        (50, 100, 0.01, "two-sided"),
        (57, 100, 0.95, "two-sided"),
        (57, 100, 0.5, "two-sided"),
        (57, 100, 0, "two-sided"),
        (57, 100, 1, "two-sided"),
        (9, 10, 0.95, "other"),
    ):
        yield _call(v.beyond_chance, x, n, 0.5, level, alternative)
        yield _call(v.beyond_chance_set, [(x, n), (x + 1, n)], 0.5, level, alternative)
        yield _call(v.beyond_chance_each, [x, 90, 0], [n, 100, 0], 0.5, level, alternative)
    yield _call(v.beyond_chance_set, [(90, 100), (10, 100)])
    yield _call(v.beyond_chance_set, [(90, 100), (0, 0)])
    yield _call(v.beyond_chance_set, [(90, 100), (85, 100)])
    yield _call(v.beyond_chance_each, [9, 90], [16, 100])
    for counted in (*v.AS_COUNTED, "above"):
        for chance in (*v.BEYOND_CHANCE, "likely"):
            yield _call(v.claim_verdict, counted, chance, RULES)
    yield _call(v.claim_verdict, "over", "established", [v.Rule("*", "*", "true")])
    yield _call(v.claim_verdict, "over", "established", [])


def mixes() -> Iterator[Call]:
    """Case mix."""
    s = standardise
    yield _call(s.stratified_shares, STRATA_X, STRATA_N)
    yield _call(s.stratified_shares, STRATA_X, STRATA_N, 0.8)
    yield _call(s.direct, STRATA_X, STRATA_N, [5, 4, 1])
    yield _call(s.direct, STRATA_X, STRATA_N, [5, 4, 1], 0.8, "renormalise")
    yield _call(s.direct, STRATA_X[0], STRATA_N[0], [1, 1, 2])
    yield _call(s.direct, STRATA_X[1], STRATA_N[1], [1, 1, 0])
    for weights in ([1, 1], [1, -1, 1], [0, 0, 0], [1, NAN, 1], [[1, 1, 1]], 1):
        yield _call(s.direct, STRATA_X[0], STRATA_N[0], weights)
    yield _call(s.indirect, STRATA_X, STRATA_N, [50, 30, 4], [300, 90, 12])
    yield _call(s.indirect, STRATA_X[0], STRATA_N[0], [50, 30, 4], [300, 90, 12], 0.8)
    yield _call(s.indirect, STRATA_X, STRATA_N, [50, 30, 0], [300, 90, 0])
    yield _call(s.indirect, [[0, 0, 0]], [[0, 0, 0]], [50, 30, 4], [300, 90, 12])
    yield _call(s.indirect, [[1, 0, 0]], [[5, 0, 0]], [0, 30, 4], [300, 90, 12])
    yield _call(s.kitagawa, STRATA_X[0], STRATA_N[0], STRATA_X[1], STRATA_N[1])
    yield _call(s.kitagawa, STRATA_X[0], STRATA_N[0], STRATA_X[2], STRATA_N[2])
    yield _call(s.kitagawa, [3, 0, 0], [5, 0, 0], [0, 4, 0], [0, 9, 0])
    for a, b in (
        (([[1]], [[2]]), ([1], [2])),
        (([1], [2]), ([1, 1], [2, 2])),
        (([0], [0]), ([1], [2])),
        (([1], [2]), ([0], [0])),
    ):
        yield _call(s.kitagawa, *a, *b)
    for named in ({}, {"scale": "binomial"}, {"weights": [1, 2, 3, 4, 5, 6]}, {"level": 0.8}):
        yield _call(s.grouped_logit, GROUP_X, GROUP_N, FACTORS, "area", **named)
    yield _call(s.grouped_logit, GROUP_X, GROUP_N, FACTORS, "mix")
    yield _call(s.grouped_logit, GROUP_X, [*GROUP_N[:4], 12, 0], FACTORS, "area")
    yield _call(s.grouped_logit, [1, 3], [9, 9], {"area": ["a", "b"]}, "area")
    yield _call(s.grouped_logit, [1, 3, 8], [9, 9, 90], {"area": ["a", "b", "b"]}, "area")
    yield _call(s.grouped_logit, [9, 3, 0], [9, 9, 9], {"area": ["a", "b", "c"]}, "area")
    for x, n, factors, unit in (
        ([1, 3], [9, 9], {"area": ["a", "b"]}, "mix"),
        ([1, 3], [9, 9], {"area": ["a", "b", "c"]}, "area"),
        ([0, 0], [0, 0], {"area": ["a", "b"]}, "area"),
        ([1, 3], [9, 9], {"area": ["a", "b"], "mix": ["s", "t"]}, "area"),
    ):
        yield _call(s.grouped_logit, x, n, factors, unit)
    yield _call(s.grouped_logit, GROUP_X, GROUP_N, FACTORS, "area", weights=[[1] * 6])
    yield _call(s.grouped_logit, GROUP_X, GROUP_N, FACTORS, "area", level=2)


def drawn() -> Iterator[Call]:
    """Simulations with few draws; those that take seconds are compared whole with their table."""
    s = simulation
    yield _call(s.binomial_coverage, proportions.clopper_pearson, 10, 0.5)
    yield _call(s.binomial_coverage, proportions.wilson, 1, 0.3, 0.8)
    for n, p in ((0, 0.5), (5, -0.1), (5, 1.1), (5, 0), (5, 1)):
        yield _call(s.binomial_coverage, proportions.wilson, n, p)
    for name in (*s.WORLDS, "no world"):
        yield _call(lambda name=name: s.world(name, np.random.default_rng(3)))
    yield _call(s.two_shares, 20)
    yield _call(s.funnels, 6)
    yield _call(s.homogeneity, 12)
    yield _call(s.shrinkage, 3, 1)
    yield _call(s.pooled_shares, 12)
    yield _call(s.interrupted_series, 60, 6)
    yield _call(s.study, "no study")
    yield _call(s.study, "vague counts")


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it, with every field of a result and its kind of number."""
    if is_dataclass(value) and not isinstance(value, type):
        held = {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        if isinstance(value, simulation.Rate):
            return [part for part in held.values() if part != "nan"]
        return {"is": type(value).__name__} | held
    if isinstance(value, np.ndarray):
        return {"array": str(value.dtype), "of": plain(value.tolist())}
    if isinstance(value, Iterator):
        value = list(value)
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (float, np.floating)):
        return float(f"{value:.12g}") if math.isfinite(value) else str(float(value))
    if isinstance(value, np.integer):
        return int(value)
    return value


def given(call: Call) -> Any:
    """Return what a call gives, or the error it raises, as JSON can hold it."""
    function, values, named = call
    try:
        with np.errstate(all="ignore"):
            return plain(function(*values, **named))
    except (ArgumentError, ValueError, TypeError, KeyError, ZeroDivisionError) as error:
        return {"raises": type(error).__name__, "says": str(error)}


def label(call: Call) -> str:
    """Return the name of a call's function; "here" for a few lines of this file."""
    if not call[0].__module__.startswith("scomm."):
        return "here"
    return f"{call[0].__module__.rsplit('.', 1)[-1]}.{call[0].__name__}"


def main() -> None:
    """Write what every call gives, a line each."""
    lines = [json.dumps([label(call), given(call)], ensure_ascii=False) for call in calls()]
    FILE.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
    print(f"{len(lines)} calls")


if __name__ == "__main__":
    main()
