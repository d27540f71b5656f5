"""Test refused arguments of the statistics: each row is a call and the argument its error names."""

import inspect
import re
from math import nan

import numpy as np
import pytest

from citable.errors import ArgumentError
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
from tests.stats.public import public_functions

ANSWERS = (("over", "under"), ("established", "not established"))
X, N = [0, 3, 8, 10, 4, 27], [7, 10, 20, 10, 9, 90]
MONTHS_X = [10, 12, 9, 11, 13, 12, 15, 9, 21, 24, 19, 26, 22, 25, 28, 23]
MONTHS_N = [50, 52, 49, 50, 51, 55, 50, 48, 50, 60, 50, 61, 50, 49, 58, 50]
SERIES = np.divide(MONTHS_X, MONTHS_N)
PANEL = np.arange(42.0).reshape(7, 6) % 5
AREA = {"area": ["a", "a", "b", "b"], "mix": ["s", "t", "s", "t"]}
MEMBERS = rounded.consistent_counts(480, 499, 56.5, 57.5)
NONE = (0, 0)


# The error's first words, which name the argument, and the calls that they refuse.
REFUSED = {
    # Counts x of n, shared by every function of counts.
    "x: found -1": [(_arrays.counts, -1, 3), (proportions.share, [2, -1], 3)],
    "n: found -3": [(_arrays.counts, 0, [-3, 4])],
    "x: found a fraction": [(_arrays.counts, 0.5, 1)],
    "n: found a fraction": [(_arrays.counts, 1, 1.5)],
    "x exceeds n": [
        (_arrays.counts, [1, 4], 3),
        (proportions.against_rest, 30, 90, 100, 120),
    ],
    "x and n do not have matching shapes": [(_arrays.counts, [1, 2], [1, 2, 3])],
    "values: found 0 dimension": [(_arrays.floats, 3, "values", 1)],
    "matrix: found 1 dimension(s), expected 2": [(_arrays.floats, [1, 2], "matrix", 2)],
    # Proportions.
    "p0: found": [
        (function, 5, 8, p0)
        for function in (proportions.exact_test, proportions.mid_p_test)
        for p0 in (-0.1, 1.1, nan)
    ],
    "alternative: found 'more'": [
        (proportions.exact_test, 5, 8, 0.5, "more"),
        (proportions.mid_p_test, 5, 8, 0.5, "more"),
        (proportions.fisher_exact, 1, 2, 3, 4, "more"),
        (rounded.least_favourable_test, MEMBERS, 0.5, "more"),
        (verdicts.beyond_chance, 60, 100, 0.5, 0.95, "more"),
    ],
    "phi: found": [(proportions.wilson_overdispersed, 30, 80, phi) for phi in (0.5, nan, [2, 0])],
    "a unit exceeds the total": [
        (proportions.against_rest, 30, 90, 20, 600),
        (proportions.against_rest, 3, 90, 5, 80),
    ],
    # Heterogeneity.
    "expected at least 2 places with cases, found 1": [
        (function, [4, 0, nan], [9, 0, 9])
        for function in (
            heterogeneity.chi_square_homogeneity,
            heterogeneity.overdispersion,
            heterogeneity.random_effects,
            heterogeneity.beta_binomial,
            heterogeneity.random_intercept_logit,
            shrinkage.empirical_bayes,
        )
    ],
    "x: found 2 dimension": [
        (heterogeneity.chi_square_homogeneity, [[4, 1]], [[4, 2]]),
        (shrinkage.full_bayes, [[1, 0]], [[3, 4]]),
        (increments.increments, [[1, 3]], [[9, 12]]),
    ],
    "x: found 0 dimension": [(increments.increments, 1, 2)],
    "all places have share 0": [
        (function, x, [4, 4])
        for function in (heterogeneity.beta_binomial, heterogeneity.random_intercept_logit)
        for x in ([0, 0], [4, 4])
    ],
    "n: found 2 dimension": [
        (selection.top_of_list, [[10, 20]], 1, 0.3),
    ],
    "target: found": [
        *((heterogeneity.overdispersion, X, N, target) for target in (0, 1)),
        (heterogeneity.overdispersion, [0, 0], [4, 4]),
        *((funnel.exact_limits, 40, target) for target in (0, 1)),
        *((funnel.widened_limits, 40, target) for target in (0, 1)),
    ],
    "winsorise: found": [(heterogeneity.overdispersion, X, N, 0.3, share) for share in (-0.1, 0.5)],
    "expected two or more estimates": [
        (heterogeneity.dersimonian_laird, estimates, variances)
        for estimates, variances in (
            ([0.1], [0.1]),
            ([0.1, 0.2], [0.1]),
            ([0.1, 0.2], [0.1, 0]),
            ([0.1, 0.2], [0.1, nan]),
            ([0.1, nan], [0.1, 0.1]),
        )
    ]
    + [(shrinkage.shrunken_effects, [0.1, 0.3], [0.1, 0.0])],
    "estimates: found 2 dimension": [
        (heterogeneity.dersimonian_laird, [[0.1, 0.2]], [0.1, 0.1]),
    ],
    "variances: found 0 dimension": [(heterogeneity.dersimonian_laird, [0.1, 0.2], 0.1)],
    # Funnels.
    "n: found a negative count": [
        (funnel.exact_limits, [40, -1], 0.3),
        (funnel.widened_limits, -1, 0.3),
        (funnel.beta_binomial_limits, -1, 2.0, 5.0),
    ],
    "found a=": [
        (funnel.beta_binomial_limits, 40, a, b) for a, b in ((0, 1), (1, 0), (-1, 5), (5, -1))
    ],
    # Shrinkage and ranks.
    "expected two or more places with cases, found 1": [
        (shrinkage.full_bayes, [1, 0, nan], [3, 0, 9])
    ],
    "estimate: found 2 dimension": [
        (shrinkage.shrunken_effects, [[0.1, 0.3]], [0.1, 0.1]),
        (ranks.pairwise_orders, [[0.1, 0.3]], [0.1, 0.1]),
    ],
    "standard_error: found 0 dimension": [
        (shrinkage.shrunken_effects, [0.1, 0.3], 0.1),
        (ranks.pairwise_orders, [0.1], 0.1),
    ],
    "values: found 0 dimension(s), expected 1": [
        (ranks.normal_draws, 0.1, [0.1]),
        (ranks.normal_draws, [0.1], 0.1),
    ],
    "draws: found 1 dimension(s), expected 2": [(ranks.rank_intervals, [1, 2])],
    "expected one standard error": [
        (ranks.pairwise_orders, [0.1, 0.2], [0.1]),
        (ranks.pairwise_orders, [0.1, 0.2], [0.1, -0.1]),
    ],
    "adjustment: found 'hochberg'": [
        (ranks.pairwise_orders, [0.1, 0.2], [0.1, 0.1], 0.95, "hochberg")
    ],
    # Families of tests and selection.
    "p: found a value outside": [
        (function, [0.2, p])
        for function in (multiple.holm, multiple.benjamini_hochberg)
        for p in (1.2, -0.2)
    ]
    + [(selection.family_wise_bound, [p], 10, 5) for p in (1.1, -0.1)],
    "p: found 2 dimension": [(multiple.holm, [[0.2]])],
    "family_size: found 2, expected at least 3": [
        (function, [0.2, 0.3, nan, 0.4], 2)
        for function in (multiple.holm, multiple.benjamini_hochberg)
    ],
    "k: found": [
        *((selection.top_of_list, [10, 20], k, 0.3) for k in (0, 3)),
        (selection.top_of_list, [10, 0], 2, 0.3),
    ],
    "expected a mean strictly within": [
        (selection.top_of_list, [10, 20], 2, 0),
        (selection.top_of_list, [10, 20], 2, 1),
        (selection.top_of_list, [10, 20], 2, 0.3, 0),
    ],
    "expected 0 < n <= N": [
        (selection.most_places_this_large, 10, 0),
        (selection.most_places_this_large, 10, [5, 11]),
        (selection.family_wise_bound, [0.1], 10, 0),
    ],
    # Bounds.
    "found a negative count": [
        (bounds.share_bounds, -1, 5, NONE, NONE),
        (bounds.share_bounds, 1, -5, NONE, NONE),
        (bounds.share_bounds, 1, 5, (-1, 2), NONE),
        (bounds.share_bounds, 1, 5, NONE, (-1, 2)),
        (bounds.share_bounds, 1, 5, NONE, NONE, (-1, 2)),
        (bounds.pending_both_ways, -1, 2, 3),
        (bounds.pending_both_ways, 1, -2, 3),
        (bounds.pending_both_ways, 1, 2, -3),
    ],
    "found a reversed range": [
        (bounds.share_bounds, 1, 5, (3, 2), NONE, (0, 9)),
        (bounds.share_bounds, 1, 5, NONE, (3, 2), (0, 9)),
        (bounds.share_bounds, 1, 5, NONE, NONE, (3, 2)),
    ],
    "the withheld cells cannot add up": [
        (bounds.share_bounds, 1, 5, (3, 4), (3, 4), total) for total in ((0, 5), (9, 9))
    ],
    "known parts: found nan": [
        (bounds.unreported_remainder, [5, nan], [9, 9], 15, 40),
        (bounds.unreported_remainder, [5, 5], [9, nan], 15, 40),
    ],
    "the known parts leave": [
        (bounds.unreported_remainder, [5], [9], 4, 20),
        (bounds.unreported_remainder, [5], [9], 7, 8),
        (bounds.unreported_remainder, [5], [9], 12, 12),
    ],
    "expected 0 <= entered <= n": [
        (bounds.composition_bounds, 30, 100, entered, left)
        for entered, left in ((-1, 0), (0, -1), (101, 0))
    ],
    "share: found": [(bounds.shift_needed, 30, 100, share) for share in (-0.1, 1)],
    # Increments.
    "cumulative x falls at cut-off 2": [(increments.increments, [1, 3, 2], [9, 10, 20])],
    "cumulative n falls at cut-off 2": [(increments.increments, [1, 3, 4], [9, 20, 10])],
    "more x than n added at cut-off 2": [(increments.increments, [1, 3, 9], [9, 12, 14])],
    # Panel.
    "y: found a missing value": [
        (panel.difference_in_differences, [[1, nan], [1, 2]], [1, -1]),
    ],
    "y: found 1 dimension": [(panel.difference_in_differences, [1, 2], [1, -1])],
    "start: found shape": [(panel.difference_in_differences, PANEL, [3, -1])],
    "expected at least one treated": [
        (panel.difference_in_differences, PANEL, [-1] * 6),
        (panel.difference_in_differences, PANEL, [3] * 6),
    ],
    "start: expected -1 or 1 to 6": [
        (panel.difference_in_differences, PANEL, [start, -1, -1, -1, -1, -1]) for start in (0, 7)
    ],
    # Months.
    "expected 4 or more complete months": [
        (function, x, n)
        for function in (
            resampling.block_totals,
            resampling.block_bootstrap,
            resampling.newey_west_share,
            resampling.autoregressive_share,
            resampling.cosine_share,
        )
        for x, n in ((3, 4), ([1, 2, 3], [9, 9, 9]), ([1, 2, nan, 4], [9, 9, 9, 9]))
    ],
    "block: found": [(resampling.block_totals, MONTHS_X, MONTHS_N, block) for block in (0, 17)],
    "m: found shape": [(resampling.window_ratio, PANEL, PANEL[:, :2], slice(0, 3), slice(3, 6))],
    "x: found a window without cases": [
        (function, np.zeros((6, 2)), None, slice(0, 3), slice(3, 6))
        for function in (resampling.window_ratio, resampling.area_ratios)
    ],
    "x: expected counts of 0 or more": [
        (resampling.window_ratio, value * PANEL, None, slice(0, 3), slice(3, 6))
        for value in (-1, nan)
    ],
    "found an area without cases": [
        (resampling.area_ratios, [[0, 3], [0, 4], [2, 3], [1, 3]], None, slice(0, 2), slice(2, 4))
    ],
    "trend: found": [(timeseries.segmented_design, 8, 4, 0, 1, "bent")],
    "lags: found": [(resampling.newey_west_share, MONTHS_X, MONTHS_N, lags) for lags in (-1, 16)],
    "lags: found none": [(timeseries.newey_west_sensitivity, SERIES, 8, ())],
    "break_index: found": [
        (timeseries.segmented_regression, SERIES, 2),
        (timeseries.segmented_regression, SERIES, 14),
        (timeseries.segmented_calibrated, SERIES, 1),
        (timeseries.segmented_quasi_binomial, MONTHS_X, MONTHS_N, 2),
        (timeseries.placebo_dates, SERIES, 2),
    ],
    "y: found a missing month": [(timeseries.segmented_regression, [*SERIES, nan], 8)],
    "y: found 2 dimension": [
        (timeseries.segmented_regression, [SERIES], 8),
        (timeseries.placebo_dates, [SERIES], 8),
    ],
    "y: fits without error": [
        (timeseries.segmented_calibrated, series, 4)
        for series in ([0] * 8, [0.1] * 8, [1, 2, 3, 4, 15, 16, 17, 18])
    ],
    "n: found a month without cases": [
        (timeseries.segmented_quasi_binomial, [*MONTHS_X[:-1], 0], [*MONTHS_N[:-1], 0], 8)
    ],
    "windows (": [
        (timeseries.before_after, MONTHS_X, MONTHS_N, *where)
        for where in ((8, 9), (7, 8), (9, 8), (8, 0))
    ],
    "expected months x two or more areas": [
        (timeseries.leave_one_out, [[1], [2]], [[3], [4]], min),
        (timeseries.leave_one_out, [1, 2], [3, 4], min),
    ],
    # Printed figures and verdicts.
    "percent: found": [
        (rounded.consistent_counts, 4, 5, -1),
        (rounded.consistent_counts, 4, 5, None, 101),
        (rounded.floor_at_which_verdict_turns, 9, -1, 50),
    ],
    "limits: found": [
        (rounded.consistent_counts, -1, 4),
        (rounded.consistent_counts, 5, 4),
        (rounded.consistent_counts, 4, 5, 60, 50),
    ],
    "more than 5,000,000 pairs": [(rounded.consistent_counts, 1, 4000)],
    "threshold: found": [
        *((verdicts.as_counted, 1, 4, threshold) for threshold in (-0.1, 1.1)),
        (verdicts.beyond_chance, 1, 4, 57),
        (verdicts.as_counted_printed, 0.5, 1.1),
        (verdicts.as_counted_printed, -0.1, 0.5),
    ],
    "found -1 of 4": [(verdicts.as_counted, -1, 4)],
    "found 5 of 4": [(verdicts.as_counted, 5, 4), (verdicts.beyond_chance, 5, 4)],
    "found 0.5 of 4": [(verdicts.as_counted, 0.5, 4)],
    "found 1 of 4.5": [(verdicts.as_counted, 1, 4.5)],
    "found a share from 0.6 to 0.5": [(verdicts.as_counted_printed, 0.6, 0.5)],
    "rule: found 'likely'": [(verdicts.Rule, ANSWERS, [("over", "likely", "supported")])],
    "rule verdict: found 'true'": [(verdicts.Rule, ANSWERS, [("*", "*", "true")])],
    "no rule matches ('under', 'established')": [
        (verdicts.Rule, ANSWERS, [("over", "*", "supported")])
    ],
    "rule: row ('over', '*', 'supported') can never decide": [
        (verdicts.Rule, ANSWERS, [("*", "*", "not supported"), ("over", "*", "supported")])
    ],
    "total_n: found 0": [(rounded.total_from_which_established, 60, 70, 0.95, 0)],
    "found 60 to 50 percent": [(rounded.total_from_which_established, 60, 50)],
    # Case mix.
    "weights: expected 3 numbers": [
        (standardise.direct, [10, 30, 4], [100, 90, 10], weights)
        for weights in ([1, 1], [1, -1, 1], [0, 0, 0], [1, nan, 1])
    ],
    "weights: found": [
        (standardise.direct, [10, 30], [100, 90], [[1, 1]]),
        (standardise.grouped_logit, [1, 3, 8, 2], [9, 9, 9, 9], AREA, "area", [[1] * 4]),
    ],
    "kitagawa: expected two places": [
        (standardise.kitagawa, [[1]], [[2]], [1], [2]),
        (standardise.kitagawa, [1], [2], [1, 1], [2, 2]),
    ],
    "kitagawa_months: expected two series": [
        (standardise.kitagawa_months, [[1, 2]] * 4, [[4, 4]] * 4, [[0, 2]] * 3, [[0, 6]] * 3),
    ],
    "kitagawa: one of the places has no cases": [
        (standardise.kitagawa, [0], [0], [1], [2]),
        (standardise.kitagawa, [1], [2], [0], [0]),
    ],
    "unit: found 'place'": [(standardise.grouped_logit, [1, 3, 8, 2], [9] * 4, AREA, "place")],
    "factor 'area': found 4 rows, expected 2": [
        (standardise.grouped_logit, [1, 3], [9, 9], AREA, "area")
    ],
    "no cell has any cases": [(standardise.grouped_logit, [0] * 4, [0] * 4, AREA, "area")],
    "factors are collinear": [
        (standardise.grouped_logit, [1, 3], [9, 9], {"area": "ab", "mix": "st"}, "area")
    ],
    # Simulation.
    "found n=": [
        (simulation.binomial_coverage, proportions.wilson, n, p)
        for n, p in ((0, 0.5), (5, -0.1), (5, 1.1))
    ],
    "world: found 'no world'": [(simulation.world, "no world", np.random.default_rng(3))],
    "study: found 'no study'": [(simulation.study, "no study")],
}
# Those that need arguments by name.
NAMED = [
    ("found phi=", funnel.widened_limits, (40, 0.3), named)
    for named in (
        {"phi": 0.9},
        {"tau2": -0.1},
        {"phi": 2, "tau2": 0.1},
    )
]
NAMED += [
    ("windows (", timeseries.before_after, (MONTHS_X, MONTHS_N, *where), named)
    for where, named in (
        ((8, 4), {"donut_before": 4, "keep_length": False}),
        ((8, 4), {"donut_after": 4, "keep_length": False}),
        ((8, 8), {"donut_before": 1}),
        ((8, 8), {"donut_after": 1}),
    )
]
NAMED += [
    (
        "found 6 months for 6 coef",
        timeseries.segmented_regression,
        (SERIES[:6], 3),
        {"harmonics": 1},
    )
]
ROWS = [
    (words, function, tuple(values), {})
    for words, rows in REFUSED.items()
    for function, *values in rows
] + NAMED


@pytest.mark.parametrize(
    ("words", "function", "values", "named"),
    ROWS,
    ids=[f"{function.__name__}-{words}" for words, function, _, _ in ROWS],
)
def test_bad_argument_is_refused_by_its_name(words, function, values, named):
    with pytest.raises(ArgumentError, match="^" + re.escape(words)):
        function(*values, **named)


# One good call of each function that takes a level.
LEVELLED = {
    "funnel.beta_binomial_limits": (40, 2.0, 5.0),
    "funnel.exact_limits": (40, 0.3),
    "funnel.widened_limits": (40, 0.3),
    "heterogeneity.dersimonian_laird": ([0.1, 0.3, 0.5], [0.01, 0.02, 0.03]),
    "heterogeneity.random_effects": (X, N),
    "increments.increments": ([1, 3, 4], [9, 12, 20]),
    "proportions.against_rest": (30, 90, 200, 600),
    "proportions.clopper_pearson": (3, 8),
    "proportions.jeffreys": (3, 8),
    "proportions.mid_p": (3, 8),
    "proportions.newcombe_difference": (3, 8, 2, 9),
    "proportions.odds_ratio": (3, 8, 2, 9),
    "proportions.ratio": (3, 8, 2, 9),
    "proportions.wilson": (3, 8),
    "proportions.wilson_overdispersed": (30, 80, 2.0),
    "ranks.pairwise_orders": ([0.1, 0.2], [0.1, 0.1]),
    "ranks.rank_intervals": ([[0.1, 0.2], [0.3, 0.1]],),
    "resampling.autoregressive_share": (MONTHS_X, MONTHS_N),
    "resampling.block_bootstrap": (MONTHS_X, MONTHS_N, 3, 20),
    "resampling.cosine_share": (MONTHS_X, MONTHS_N),
    "resampling.newey_west_share": (MONTHS_X, MONTHS_N),
    "resampling.percentile_interval": ([1.0, 2.0, 3.0],),
    "standardise.kitagawa_months": ([[1, 2]] * 4, [[4, 4]] * 4, [[2, 2]] * 3, [[4, 6]] * 3),
    "resampling.window_change": (
        np.array([MONTHS_X, MONTHS_X]).T,
        np.array([MONTHS_N, MONTHS_N]).T,
        slice(0, 8),
        slice(8, 16),
    ),
    "resampling.window_ratio": (
        np.array([MONTHS_X, MONTHS_X]).T,
        np.array([MONTHS_N, MONTHS_N]).T,
        slice(0, 8),
        slice(8, 16),
    ),
    "resampling.area_ratios": (
        np.array([MONTHS_X, MONTHS_X]).T,
        np.array([MONTHS_N, MONTHS_N]).T,
        slice(0, 8),
        slice(8, 16),
    ),
    "rounded.floor_at_which_verdict_turns": (60, 56.5, 57.5),
    "rounded.interval_range": (MEMBERS,),
    "rounded.total_from_which_established": (56.5, 57.5),
    "selection.top_of_list": ([10, 20, 30], 2, 0.3),
    "shrinkage.empirical_bayes": (X, N),
    "shrinkage.full_bayes": (X, N),
    "rates.count_ratio": (3, 8),
    "rates.nested_effects": ([0.1, 0.3, 0.5], [0.1, 0.1, 0.2], ["a", "a", "b"]),
    "shrinkage.shrunken_effects": ([0.1, 0.3, 0.5], [0.1, 0.1, 0.2]),
    "standardise.direct": ([10, 30], [100, 90], [5, 4]),
    "standardise.grouped_logit": ([1, 3, 8, 2], [9, 9, 9, 9], AREA, "area"),
    "timeseries.before_after": (MONTHS_X, MONTHS_N, 8, 6),
    "timeseries.newey_west_sensitivity": (SERIES, 8),
    "timeseries.segmented_calibrated": (SERIES, 8),
    "timeseries.segmented_quasi_binomial": (MONTHS_X, MONTHS_N, 8),
    "timeseries.segmented_regression": (SERIES, 8),
    "verdicts.beyond_chance": (57, 100),
    "verdicts.beyond_chance_each": ([57], [100]),
    "verdicts.beyond_chance_set": ([(57, 100)],),
}


def test_every_function_with_a_level_is_listed():
    takes = {
        name
        for name, function in public_functions().items()
        if "level" in inspect.signature(function).parameters
    }
    assert takes == set(LEVELLED), "list the function above with arguments that it accepts"


@pytest.mark.parametrize("level", [0, 1, -0.5, 1.5, 95, nan])
@pytest.mark.parametrize("name", LEVELLED)
def test_a_level_outside_0_to_1_is_refused(name, level):
    with pytest.raises(ArgumentError, match=r"^level: found"):
        public_functions()[name](*LEVELLED[name], level=level)


@pytest.mark.parametrize("name", LEVELLED)
def test_a_level_within_0_and_1_is_accepted(name):
    public_functions()[name](*LEVELLED[name], level=0.8)
