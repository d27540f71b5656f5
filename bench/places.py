"""Time every statistic that is computed place by place, for 3,200 places; simulation left out.

`make -f maintenance.mk bench` runs it. It prints seconds (best of five) and fails nothing: times
belong to a machine.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable

import numpy as np

from scomm.stats import (
    funnel,
    heterogeneity,
    multiple,
    proportions,
    selection,
    shrinkage,
    standardise,
    verdicts,
)

PLACES, STRATA, REPEATS = 3_200, 8, 5


def seconds() -> dict[str, float]:
    """Return the seconds of each statistic, the best of several runs."""
    generator = np.random.default_rng(2011)
    cells = np.rint(generator.lognormal(3, 1.5, (PLACES, STRATA)) + 1)
    some = generator.binomial(cells.astype(int), 0.29).astype(float)
    n, x = cells.sum(axis=1), some.sum(axis=1)
    total = (x.sum(), n.sum())
    fit = heterogeneity.beta_binomial(x, n)
    p = np.asarray(proportions.exact_test(x, n, 0.5))
    work: dict[str, Callable[[], object]] = {
        "wilson": lambda: proportions.wilson(x, n),
        "clopper_pearson": lambda: proportions.clopper_pearson(x, n),
        "jeffreys": lambda: proportions.jeffreys(x, n),
        "mid_p": lambda: proportions.mid_p(x, n),
        "exact_test": lambda: proportions.exact_test(x, n, 0.5),
        "against_rest": lambda: proportions.against_rest(x, n, *total),
        "verdicts": lambda: (
            verdicts.as_counted_each(x, n, 0.5),
            verdicts.beyond_chance_each(x, n, 0.5),
        ),
        "adjusted p": lambda: (multiple.holm(p), multiple.benjamini_hochberg(p)),
        "chi-square, phi, tau2": lambda: (
            heterogeneity.chi_square_homogeneity(x, n),
            heterogeneity.overdispersion(x, n, winsorise=0.1),
            heterogeneity.random_effects(x, n),
        ),
        "beta_binomial": lambda: heterogeneity.beta_binomial(x, n),
        "empirical_bayes": lambda: shrinkage.empirical_bayes(x, n, fit=fit),
        "funnel, exact": lambda: funnel.exact_limits(n, 0.29),
        "funnel, widened": lambda: funnel.widened_limits(n, 0.29, tau2=0.01),
        "funnel, beta-binomial": lambda: funnel.beta_binomial_limits(n, fit.a, fit.b),
        "selection bound": lambda: selection.family_wise_bound(p, total[1], n),
        "direct": lambda: standardise.direct(some, cells, cells.sum(axis=0)),
    }
    return {name: min(_seconds(one) for _ in range(REPEATS)) for name, one in work.items()}


def run() -> list[dict[str, object]]:
    """Return one row: all statistics together."""
    taken = seconds()
    name = f"{len(taken)} statistics of {PLACES:,} places, seconds"
    return [{"name": name, "ours": round(sum(taken.values()), 3), "runs": REPEATS}]


def main() -> None:
    """Print the time of each statistic and of all together."""
    print(f"{PLACES:,} places, {STRATA} strata; Python {platform.python_version()}")
    taken = seconds()
    for name, best in taken.items():
        print(f"{name:24s} {best:8.4f} s")
    print(f"{'together':24s} {sum(taken.values()):8.4f} s")


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
