"""Every estimator against values from R and packages that we did not write."""

import pandas as pd
import pytest

from scomm.data import paths
from tests.oracles.ours import FUNCTIONS, HERE, agreement
from tests.stats.public import public_functions

VALUES = pd.read_csv(HERE / "values" / "values.csv", dtype={"case": str})
TABLE = agreement(VALUES).set_index("method")
# What has another oracle, named: a printed example, brute force, or an exact formula in its test.
OTHERWISE = {
    "proportions.share": "arithmetic",
    "proportions.against_rest": "is made of newcombe_difference, ratio, odds_ratio, fisher_exact",
    "rounded.consistent_counts": "brute force",
    "rounded.share_range": "brute force",
    "rounded.interval_range": "brute force",
    "rounded.least_favourable_test": "brute force",
    "rounded.floor_at_which_verdict_turns": "brute force",
    "rounded.total_from_which_established": "brute force",
    "verdicts.as_counted": "exact rational arithmetic",
    "verdicts.as_counted_set": "brute force",
    "verdicts.as_counted_printed": "brute force",
    "verdicts.as_counted_each": "as_counted",
    "verdicts.beyond_chance": "clopper_pearson",
    "verdicts.beyond_chance_set": "brute force",
    "verdicts.beyond_chance_each": "beyond_chance",
    "increments.increments": "arithmetic",
    "heterogeneity.beta_binomial_log_likelihood": "scipy.stats.betabinom",
    "funnel.widened_limits": "formula by hand; simulated false-positive rate",
    "funnel.outside": "simulated false-positive rate",
    "ranks.beta_draws": "moments",
    "ranks.normal_draws": "moments",
    "ranks.cosine_draws": "moments",
    "ranks.rank_intervals": "permutation property",
    "ranks.pairwise_orders": "holm, antisymmetry",
    "resampling.block_starts": "consecutive blocks",
    "resampling.block_totals": "ratio formula for independent months",
    "resampling.percentile_interval": "numpy.quantile",
    "resampling.cosine_terms": "formula by hand",
    "resampling.cosine_coefficients": "scipy.fft.dct",
    "resampling.difference_errors": "cosine_coefficients of the difference",
    "resampling.share_contributions": "numerical derivative",
    "resampling.area_bootstrap": "resampling by hand",
    "resampling.block_bootstrap": "ratio formula; simulated coverage",
    "selection.most_places_this_large": "arithmetic",
    "selection.family_wise_bound": "arithmetic",
    "standardise.direct_contributions": "share_contributions; sums to zero",
    "standardise.kitagawa_months": "numerical derivative; kitagawa; simulated coverage",
    "bounds.share_bounds": "brute force",
    "bounds.unreported_remainder": "arithmetic",
    "bounds.pending_both_ways": "arithmetic",
    "bounds.composition_bounds": "brute force",
    "bounds.shift_needed": "solves the equation exactly",
    "panel.difference_in_differences": "enumeration",
    "rates.rate_draws": "quantiles of scipy.stats.gamma",
    "rates.shrunken_rate_draws": "made of gamma_poisson and rate_draws",
    "timeseries.segmented_design": "formula by hand",
    "timeseries.change_forms": "numpy.linalg.lstsq",
    "timeseries.newey_west_sensitivity": "segmented_regression",
    "timeseries.placebo_dates": "segmented_regression",
    "timeseries.leave_one_out": "brute force",
    "timeseries.segmented_calibrated": "what it simulates: error rate; the rest: R",
}


@pytest.mark.parametrize("method", TABLE.index)
def test_agrees_with_r(method):
    row = TABLE.loc[method]
    assert row["values"] > 0
    assert row["largest"] <= row["tolerance"], f"{method} is off by {row['largest']:.2g}"


def test_tolerances_are_the_stated_ones():
    stated = {"closed form": 1e-10, "likelihood fit": 1e-6, "integral": 1e-6, "simulation": 5e-3}
    assert (TABLE["tolerance"] == TABLE["kind"].map(stated)).all()


def test_every_value_of_r_is_compared():
    assert set(VALUES["method"]) == set(FUNCTIONS) == set(TABLE.index)


def test_a_wrong_value_would_be_seen():
    wrong = VALUES.copy()
    wrong.loc[wrong["method"] == "wilson", "value"] += 1e-9
    row = agreement(wrong).set_index("method").loc["wilson"]
    assert row["largest"] > row["tolerance"]


def test_every_public_estimator_has_an_oracle():
    compared = pd.read_csv(paths.TOLERANCES)["function"]
    ours = compared[~compared.str.startswith("statsmodels.")]  # models that chapters fit themselves
    assert set(public_functions()) == set(ours) | set(OTHERWISE)
