"""Simulate error rates: coverage of intervals, and size and power of tests, in known worlds.

Binomial coverage and size are summed over every possible count, so they carry no simulation
error; everything else is drawn with a fixed seed and printed with its Monte Carlo error. A row of
the result is one measure of one method in one setting. `make errors` writes them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from math import nan, sqrt
from typing import Any

import numpy as np
from scipy.special import expit, logit
from scipy.stats import binom, t as student

from citable.errors import ArgumentError
from scomm.stats._arrays import Floats, share_of
from scomm.stats.bounds import share_bounds
from scomm.stats.funnel import (
    FunnelLimits,
    beta_binomial_limits,
    exact_limits,
    outside,
    widened_limits,
)
from scomm.stats.heterogeneity import (
    beta_binomial,
    chi_square_homogeneity,
    overdispersion,
    random_effects,
)
from scomm.stats.multiple import benjamini_hochberg, holm
from scomm.stats.panel import difference_in_differences
from scomm.stats.proportions import (
    Interval,
    clopper_pearson,
    exact_test,
    fisher_exact,
    jeffreys,
    mid_p,
    mid_p_test,
    newcombe_difference,
    odds_ratio,
    ratio,
    wilson,
    wilson_overdispersed,
)
from scomm.stats.ranks import (
    beta_draws,
    cosine_draws,
    normal_draws,
    pairwise_orders,
    rank_intervals,
)
from scomm.stats.rates import count_ratio, dispersion, nested_effects
from scomm.stats.resampling import (
    area_bootstrap,
    area_ratios,
    autoregressive_share,
    block_bootstrap,
    cosine_coefficients,
    cosine_share,
    difference_errors,
    newey_west_share,
    percentile_interval,
    window_change,
    window_ratio,
)
from scomm.stats.rounded import consistent_counts, least_favourable_test
from scomm.stats.selection import family_wise_bound
from scomm.stats.shrinkage import empirical_bayes, full_bayes
from scomm.stats.standardise import (
    direct,
    direct_contributions,
    grouped_logit,
    kitagawa,
    kitagawa_months,
)
from scomm.stats.timeseries import (
    _ar1,
    _step_and_error,
    segmented_calibrated,
    segmented_design,
    segmented_quasi_binomial,
)

SEED = 20110324
LEVEL = 0.95
ALPHA = 1 - LEVEL
SIZES = (5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 0.95, 0.98, 0.99)  # fmt: skip
RHOS = (0.0, 0.2, 0.4, 0.6, 0.8)
# Forty places from 20 to 7,500 removals: about as many and as large as have a printed figure.
PLACES = np.rint(np.geomspace(20, 7_500, 40))
MEAN, SPREAD = 0.29, 0.10  # share of the nation, and an ordinary standard deviation of places
OUTLIERS, SHIFT = 5, 0.30  # planted: five places thirty points above their own share
MONTHS, BREAK = 47, 16  # October 2015 to August 2019, order in January 2017


@dataclass(frozen=True)
class Rate:
    """Measured rate. Settings that do not apply are nan; `error` is the Monte Carlo error."""

    study: str
    method: str
    world: str
    n: float
    share: float
    rho: float
    effect: float
    measure: str
    value: float
    error: float
    draws: int


def _rate(
    study: str,
    method: str,
    measure: str,
    value: float,
    *,
    world: str = "",
    n: float = nan,
    share: float = nan,
    rho: float = nan,
    effect: float = nan,
    draws: int = 0,
    error: float | None = None,
) -> Rate:
    """One row; the Monte Carlo error of a proportion of `draws` unless given (0: exact)."""
    noise = sqrt(max(value * (1 - value), 0) / draws) if draws and 0 <= value <= 1 else 0.0
    return Rate(
        study, method, world, n, share, rho, effect, measure, round(float(value), 6),
        round(noise if error is None else error, 6), draws,
    )  # fmt: skip


def binomial_coverage(
    interval: Callable[..., Interval], n: int, p: float, level: float = LEVEL
) -> tuple[float, float]:
    """Exact coverage and expected width of an interval for Binomial(n, p).

    Equation: sum over x of P(X = x) 1[low(x) <= p <= high(x)]. Source: Brown, Cai and DasGupta
    (2001). Raises ArgumentError for n < 1 or p outside [0, 1].

    >>> coverage, width = binomial_coverage(clopper_pearson, 10, 0.5)
    >>> round(coverage, 4)
    0.9785
    """
    if n < 1 or not 0 <= p <= 1:
        raise ArgumentError(f"found n={n!r}, p={p!r}; expected n >= 1 and a share")
    x = np.arange(n + 1)
    ends = interval(x, n, level)
    chance = binom.pmf(x, n, p)
    low, high = np.asarray(ends.low), np.asarray(ends.high)
    return float(chance[(low <= p) & (p <= high)].sum()), float(chance @ (high - low))


def interval_coverage() -> Iterator[Rate]:
    """Exact coverage of four intervals over SIZES x SHARES.

    >>> next(interval_coverage()).method
    'wilson'
    """
    for interval in (wilson, clopper_pearson, jeffreys, mid_p):
        for n in SIZES:
            x = np.arange(n + 1)
            ends = interval(x, n, LEVEL)
            low, high = np.asarray(ends.low), np.asarray(ends.high)
            for p in SHARES:
                chance = binom.pmf(x, n, p)
                name = interval.__name__
                cover = float(chance[(low <= p) & (p <= high)].sum())
                yield _rate("one share", name, "coverage", cover, n=n, share=p)
                width = float(chance @ (high - low))
                yield _rate("one share", name, "width", width, n=n, share=p)


def share_tests() -> Iterator[Rate]:
    """Exact size and power of the tests of one half.

    >>> next(share_tests()).measure
    'false positive'
    """
    for test in (exact_test, mid_p_test):
        for n in SIZES:
            x = np.arange(n + 1)
            for side in ("two-sided", "greater"):
                rejects = np.asarray(test(x, n, 0.5, side)) <= ALPHA
                for p in (0.5, 0.55, 0.6, 0.7):
                    measure = "false positive" if p == 0.5 else "power"
                    value = float(binom.pmf(x, n, p)[rejects].sum())
                    yield _rate(
                        "test of one half", test.__name__, measure, value, world=side, n=n, share=p
                    )


def vague_counts(draws: int = 400) -> Iterator[Rate]:
    """False positives of the test at the least favourable count when a share is printed rounded.

    A place truly at one half, of 480 to 499 removals, is printed as "nearly 500" and a whole per
    cent; the test asks whether it is over one half.

    >>> [r.measure for r in vague_counts(draws=5)][0]
    'false positive'
    """
    generator = np.random.default_rng(SEED)
    for p in (0.5, 0.55, 0.6):
        over = 0
        for _ in range(draws):
            n = int(generator.integers(480, 500))
            printed = round(100 * int(generator.binomial(n, p)) / n)
            worst = least_favourable_test(
                consistent_counts(480, 499, printed - 0.5, printed + 0.5), 0.5, "greater"
            )
            over += worst is not None and worst.p <= ALPHA
        measure = "false positive" if p == 0.5 else "power"
        yield _rate(
            "vague counts", "least_favourable_test", measure, over / draws, share=p, draws=draws
        )


def two_shares(draws: int = 20_000) -> Iterator[Rate]:
    """Coverage of a place against the rest of the nation, and size of Fisher's test.

    >>> [r.method for r in two_shares(draws=2)][:2]
    ['newcombe_difference', 'ratio']
    """
    generator = np.random.default_rng(SEED)
    rest_n, rest_p = 94_000, 0.287
    for n in SIZES:
        for p in (0.1, rest_p, 0.5):
            x = generator.binomial(n, p, draws)
            rest = generator.binomial(rest_n, rest_p, draws)
            truths = {
                newcombe_difference: p - rest_p,
                ratio: p / rest_p,
                odds_ratio: p * (1 - rest_p) / (rest_p * (1 - p)),
            }
            for method, truth in truths.items():
                ends = method(x, n, rest, rest_n).interval
                cover = float(((ends.low <= truth) & (truth <= ends.high)).mean())
                yield _rate(
                    "place against rest", method.__name__, "coverage", cover,
                    n=n, share=p, draws=draws,
                )  # fmt: skip
            few = min(draws, 300)  # exact tests of 94,000 cases take time
            wrong = float((fisher_exact(x[:few], n, rest[:few], rest_n) <= ALPHA).mean())
            yield _rate(
                "place against rest", "fisher_exact",
                "false positive" if p == rest_p else "power", wrong, n=n, share=p, draws=few,
            )  # fmt: skip


def world(
    name: str, generator: np.random.Generator, n: Floats = PLACES
) -> tuple[Floats, Floats, Floats]:
    """Counts x, true shares, and which places are outliers, in one of three worlds.

    "no differences": every place at MEAN. "usual spread": true shares Beta with mean MEAN and
    standard deviation SPREAD. "five outliers": the same, and OUTLIERS of the places (spread over
    the sizes) SHIFT higher, at most 0.95.

    >>> x, p, planted = world("five outliers", np.random.default_rng(1))
    >>> int(planted.sum()), x.shape
    (5, (40,))
    """
    concentration = MEAN * (1 - MEAN) / SPREAD**2 - 1
    planted = np.zeros(n.size, bool)
    if name == "no differences":
        p = np.full(n.size, MEAN)
    elif name in ("usual spread", "five outliers"):
        p = generator.beta(MEAN * concentration, (1 - MEAN) * concentration, n.size)
        if name == "five outliers":
            planted[np.linspace(4, n.size - 4, OUTLIERS).astype(int)] = True
            p = np.where(planted, np.minimum(p + SHIFT, 0.95), p)
    else:
        raise ArgumentError(f"world: found {name!r}; there are: {', '.join(WORLDS)}")
    return generator.binomial(n.astype(int), p).astype(float), p, planted


WORLDS = ("no differences", "usual spread", "five outliers")


def _rules(x: Floats, n: Floats) -> dict[str, FunnelLimits]:
    """The funnel rules of the book at 95 percent, each with its own centre."""
    pooled = float(x.sum() / n.sum())
    phi = overdispersion(x, n).phi
    clipped = overdispersion(x, n, winsorise=0.1).phi
    spread = random_effects(x, n)
    fit = beta_binomial(x, n)
    return {
        "exact": exact_limits(n, pooled),
        "multiplicative": widened_limits(n, pooled, phi=phi),
        "multiplicative, winsorised": widened_limits(n, pooled, phi=clipped),
        "additive": widened_limits(
            n, float(np.clip(spread.mean, 1e-9, 1 - 1e-9)), tau2=spread.tau2
        ),
        "beta-binomial": beta_binomial_limits(n, fit.a, fit.b),
    }


def funnels(draws: int = 400) -> Iterator[Rate]:
    """Rates at which each rule flags ordinary places and outliers, in three worlds.

    In a world of usual spread a place is not an outlier merely because it differs from the mean;
    the rules that test equality flag it all the same, and that is what this measures.

    >>> {r.method for r in funnels(draws=1)} >= {"exact", "beta-binomial"}
    True
    """
    for name in WORLDS:
        generator = np.random.default_rng(SEED)
        wrong: dict[str, list[float]] = {}
        right: dict[str, list[float]] = {}
        for _ in range(draws):
            x, _, planted = world(name, generator)
            flags = {rule: outside(x, PLACES, f) != 0 for rule, f in _rules(x, PLACES).items()}
            pooled = float(x.sum() / PLACES.sum())
            p = np.asarray(exact_test(x, PLACES, pooled))
            flags["exact test, Benjamini-Hochberg"] = benjamini_hochberg(p) <= ALPHA
            flags["exact test, Holm"] = holm(p) <= ALPHA
            for rule, flag in flags.items():
                spared = np.logical_not(planted)
                wrong.setdefault(rule, []).append(float(flag[spared].mean()))
                if planted.any():
                    right.setdefault(rule, []).append(float((flag & planted).sum() / OUTLIERS))
        for rule, values in wrong.items():
            error = float(np.std(values) / sqrt(draws))
            yield _rate(
                "funnel", rule, "flagged, not planted", float(np.mean(values)), world=name,
                draws=draws, error=error,
            )  # fmt: skip
            some = float(np.mean(np.array(values) > 0))
            yield _rate("funnel", rule, "any flagged, not planted", some, world=name, draws=draws)
        for rule, values in right.items():
            error = float(np.std(values) / sqrt(draws))
            yield _rate(
                "funnel", rule, "flagged, planted", float(np.mean(values)), world=name,
                draws=draws, error=error,
            )  # fmt: skip


def homogeneity(draws: int = 4_000) -> Iterator[Rate]:
    """Rejection rate of the chi-square test of equal shares, in three worlds.

    >>> len(list(homogeneity(draws=20)))
    3
    """
    for name in WORLDS:
        generator = np.random.default_rng(SEED)
        rejected = [
            chi_square_homogeneity(world(name, generator)[0], PLACES).p <= ALPHA
            for _ in range(draws)
        ]
        yield _rate(
            "equal shares", "chi_square_homogeneity",
            "false positive" if name == "no differences" else "power",
            float(np.mean(rejected)), world=name, draws=draws,
        )  # fmt: skip


def selection(draws: int = 2_000) -> Iterator[Rate]:
    """Family-wise errors of the bound floor(N/n) p, over every place of a cut-off.

    >>> next(selection(draws=5)).measure
    'false positive, any place'
    """
    generator = np.random.default_rng(SEED)
    n = np.rint(np.geomspace(3, 7_500, 400))
    total = n.sum()
    hits = 0
    for _ in range(draws):
        p = np.asarray(exact_test(generator.binomial(n.astype(int), MEAN), n, MEAN, "greater"))
        hits += bool((family_wise_bound(p, total, n) <= ALPHA).any())
    yield _rate(
        "selection", "family_wise_bound", "false positive, any place", hits / draws,
        world="no differences", draws=draws,
    )  # fmt: skip


def shrinkage(draws: int = 400, bayes_draws: int = 40) -> Iterator[Rate]:
    """Error of raw and shrunken shares against the truth, and coverage of their intervals.

    The error is the root of the mean squared difference over the places.

    >>> {r.method for r in shrinkage(draws=2, bayes_draws=0)} >= {"raw", "empirical_bayes"}
    True
    """
    for name in WORLDS:
        generator = np.random.default_rng(SEED)
        squares: dict[str, list[float]] = {"raw": [], "empirical_bayes": [], "full_bayes": []}
        cover: dict[str, list[float]] = {"wilson": [], "empirical_bayes": [], "full_bayes": []}
        for draw in range(draws):
            x, p, _ = world(name, generator)
            shrunk = empirical_bayes(x, PLACES)
            found: dict[str, tuple[Floats, Interval]] = {
                "empirical_bayes": (shrunk.share, shrunk.interval)
            }
            if draw < bayes_draws and name != "no differences":
                bayes = full_bayes(x, PLACES, side=41)
                found["full_bayes"] = (bayes.share, bayes.interval)
            squares["raw"].append(float(((x / PLACES - p) ** 2).mean()))
            ends = wilson(x, PLACES)
            cover["wilson"].append(float(((ends.low <= p) & (p <= ends.high)).mean()))
            for method, (share, interval) in found.items():
                squares[method].append(float(((share - p) ** 2).mean()))
                inside = (interval.low <= p) & (p <= interval.high)
                cover[method].append(float(inside.mean()))
        for method, values in squares.items():
            if values:
                mean = float(np.mean(values))
                error = float(np.std(values) / sqrt(len(values)) / (2 * sqrt(mean)))
                yield _rate(
                    "shrinkage", method, "root mean squared error", sqrt(mean), world=name,
                    draws=len(values), error=error,
                )  # fmt: skip
        for method, values in cover.items():
            if values:
                yield _rate(
                    "shrinkage", method, "coverage", float(np.mean(values)), world=name,
                    draws=len(values), error=float(np.std(values) / sqrt(len(values))),
                )  # fmt: skip


def ranks(draws: int = 200) -> Iterator[Rate]:
    """Coverage of the interval of a rank (world of usual spread).

    >>> next(ranks(draws=2)).method
    'rank_intervals'
    """
    generator = np.random.default_rng(SEED)
    inside = []
    for draw in range(draws):
        x, p, _ = world("usual spread", generator)
        truth = np.argsort(np.argsort(-p, kind="stable"), kind="stable") + 1
        found = rank_intervals(beta_draws(x, PLACES, draws=2_000, seed=draw))
        inside.append(float(((found.low <= truth) & (truth <= found.high)).mean()))
    yield _rate(
        "ranks", "rank_intervals", "coverage", float(np.mean(inside)), world="usual spread",
        draws=draws, error=float(np.std(inside) / sqrt(draws)),
    )  # fmt: skip


def _monthly(
    rho: float, generator: np.random.Generator, sd: float = 0.15
) -> tuple[Floats, Floats, float]:
    """Monthly counts whose logit follows AR(1), and their mean share."""
    n = np.full(MONTHS, 5_000.0)
    noise = _ar1(generator.normal(size=(1, MONTHS)), rho)[0] * sd * sqrt(1 - rho**2)
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    truth = float(weights @ expit(logit(MEAN) + sd * nodes) / weights.sum())
    return generator.binomial(5_000, expit(logit(MEAN) + noise)).astype(float), n, truth


def pooled_shares(draws: int = 1_000) -> Iterator[Rate]:
    """Coverage of intervals for a pooled share when months depend on one another.

    >>> {r.method for r in pooled_shares(draws=2)} >= {"wilson", "block_bootstrap, 3 months"}
    True
    """
    for rho in RHOS:
        generator = np.random.default_rng(SEED)
        inside: dict[str, list[bool]] = {}
        for draw in range(draws):
            x, n, truth = _monthly(rho, generator)
            phi = overdispersion(x, n).phi
            ends = {
                "wilson": wilson(x.sum(), n.sum()),
                "wilson_overdispersed": wilson_overdispersed(x.sum(), n.sum(), phi),
                "newey_west_share, 3 lags": newey_west_share(x, n, 3)[1],
                "newey_west_share, 6 lags": newey_west_share(x, n, 6)[1],
                "block_bootstrap, 3 months": block_bootstrap(x, n, 3, 400, draw).interval,
                "autoregressive_share": autoregressive_share(x, n).interval,
                "block_bootstrap, 6 months": block_bootstrap(x, n, 6, 400, draw).interval,
            }
            for method, e in ends.items():
                inside.setdefault(method, []).append(bool(e.low <= truth <= e.high))
        for method, values in inside.items():
            yield _rate(
                "pooled share of months", method, "coverage", float(np.mean(values)), rho=rho,
                draws=draws,
            )  # fmt: skip


AREAS, KINDS = 24, 2  # areas of the book; kinds of case in the simulated mix
AREA_SIZES = np.rint(np.geomspace(70, 5_300, AREAS))  # removals a month, as those of the areas
CHANGE, CHANGE_SPREAD = 0.10, 0.06  # of a share between two years; its spread over areas


def _area_noise(rho: float, generator: np.random.Generator, sd: float) -> Floats:
    """AR(1) deviations, months x areas, each area's its own, standard deviation `sd`."""
    return _ar1(generator.normal(size=(AREAS, MONTHS)), rho).T * sd * sqrt(1 - rho**2)


def areas_over_months(draws: int = 1_000, sd: float = 0.3) -> Iterator[Rate]:
    """Coverage of areas' shares, ranks and standardised shares, and false orders of pairs.

    24 areas of 70 to 5,300 removals a month over 47 months; the logit of each wanders as AR(1)
    with the standard deviation that the median area of the book has. "no differences": all areas
    have one share, and any pair put in order is a false one (Holm over 276 pairs, 5% stated).

    >>> sorted({r.measure for r in areas_over_months(draws=2)})
    ['coverage', 'coverage of ranks', 'coverage, standardized', 'false positive, any pair']
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    mix = np.full(KINDS, 1 / KINDS)

    def expected(logits: Floats) -> Floats:
        return expit(logits[..., None] + sd * nodes) @ weights / weights.sum()

    for rho in RHOS:
        generator = np.random.default_rng(SEED)
        hits: dict[tuple[str, str, str], list[float]] = {}
        n = np.tile(AREA_SIZES, (MONTHS, 1)).astype(int)
        for draw in range(draws):
            for name, spread in (("no differences", 0.0), ("usual spread", 0.5)):
                centre = logit(MEAN) + generator.normal(0, spread, AREAS)
                truth = expected(centre)
                x = generator.binomial(n, expit(centre + _area_noise(rho, generator, sd)))
                boot = block_bootstrap(x, n, 3, 200, draw)
                ar, cosine = autoregressive_share(x, n), cosine_share(x, n)
                methods: dict[str, tuple[Any, Any, float]] = {
                    "block_bootstrap, 3 months": (boot, boot.standard_error, np.inf),
                    "autoregressive_share": (ar, ar.standard_error, np.inf),
                    "cosine_share": (cosine, difference_errors(cosine.coefficients), cosine.df),
                }
                for method, (fit, error, df) in methods.items():
                    low, high = np.asarray(fit.interval.low), np.asarray(fit.interval.high)
                    if name == "usual spread":
                        inside = float(((low <= truth) & (truth <= high)).mean())
                        hits.setdefault((method, name, "coverage"), []).append(inside)
                        sample = (
                            cosine_draws(cosine.share, cosine.coefficients, 400, draw)
                            if method == "cosine_share"
                            else normal_draws(fit.share, fit.standard_error, 400, draw)
                        )
                        found, rank = (
                            rank_intervals(sample),
                            (-truth).argsort(kind="stable").argsort(kind="stable") + 1,
                        )
                        inside = float(((found.low <= rank) & (rank <= found.high)).mean())
                        hits.setdefault((method, name, "coverage of ranks"), []).append(inside)
                    else:
                        orders = pairwise_orders(fit.share, error, df=df)
                        key = (method, name, "false positive, any pair")
                        hits.setdefault(key, []).append(float(orders.established > 0))
            kinds = logit(MEAN) + generator.normal(0, 0.5, (AREAS, KINDS))
            noise = [_area_noise(rho, generator, sd) for _ in range(KINDS)]
            part = generator.binomial(n, generator.uniform(0.2, 0.8, AREAS))
            sizes = np.stack([part, n - part], axis=-1)
            x = generator.binomial(sizes, expit(kinds + np.stack(noise, axis=-1)))
            standard = direct(x.sum(axis=0), sizes.sum(axis=0), mix, empty="renormalise").share
            terms = cosine_coefficients(direct_contributions(x, sizes, mix))
            half = student.isf(ALPHA / 2, len(terms)) * np.sqrt((terms**2).mean(axis=0))
            inside = float((np.abs(standard - expected(kinds) @ mix) <= half).mean())
            key = ("cosine_share", "usual spread", "coverage, standardized")
            hits.setdefault(key, []).append(inside)
        for (method, name, measure), values in hits.items():
            yield _rate(
                "areas over months", method, measure, float(np.mean(values)), world=name, rho=rho,
                draws=draws, error=float(np.std(values) / sqrt(draws)),
            )  # fmt: skip


def change_between_years(draws: int = 1_000) -> Iterator[Rate]:
    """Coverage of intervals for the change of a pooled share between two windows of 12 months.

    24 areas; each has its own level and its own change (ten points, a standard deviation of six);
    months deviate as AR(1), all areas together by 1.5 points and each by four more. The truth is
    the mean change. Newcombe's interval takes removals as independent.

    >>> len({r.method for r in change_between_years(draws=2)})
    4
    """
    before, after = slice(BREAK - 12, BREAK), slice(BREAK, BREAK + 12)
    n = np.tile(np.rint(AREA_SIZES / 4), (MONTHS, 1)).astype(int)
    for rho in RHOS:
        generator = np.random.default_rng(SEED)
        inside: dict[str, list[bool]] = {}
        for draw in range(draws):
            together = _ar1(generator.normal(size=(1, MONTHS)), rho).T * 0.015 * sqrt(1 - rho**2)
            change = generator.normal(CHANGE, CHANGE_SPREAD, AREAS)
            level = (
                generator.normal(0.2, 0.05, AREAS) + together + _area_noise(rho, generator, 0.04)
            )
            share = level + change * (np.arange(MONTHS) >= BREAK)[:, None]
            x = generator.binomial(n, np.clip(share, 0.01, 0.99))
            x0, n0, x1, n1 = (part.sum() for part in (x[before], n[before], x[after], n[after]))
            blocks = [
                block_bootstrap(x[w].sum(axis=1), n[w].sum(axis=1), 3, 400, draw + k).replicates
                for k, w in enumerate((before, after))
            ]
            ends = {
                "newcombe_difference": newcombe_difference(x1, n1, x0, n0).interval,
                "block_bootstrap, 3 months": percentile_interval(blocks[1] - blocks[0]),
                "area bootstrap": percentile_interval(
                    area_bootstrap(x, n, before, after, 400, draw)
                ),
                "window_change": window_change(x, n, before, after).interval,
            }
            for method, e in ends.items():
                inside.setdefault(method, []).append(bool(e.low <= CHANGE <= e.high))
        for method, values in inside.items():
            yield _rate(
                "change between years", method, "coverage", float(np.mean(values)), rho=rho,
                draws=draws,
            )  # fmt: skip


HELD_MONTHS = (7, 12)  # the months of FY2026 that are printed, and those of FY2024
HELD_SHARE = ((0.70, 0.91), (0.33, 0.93))  # without a conviction, arrested by ICE and by CBP
HELD_MIX = (0.84, 0.32)  # part arrested by ICE


def decomposition(draws: int = 2_000) -> Iterator[Rate]:
    """Coverage of intervals for the parts of a change between two short periods of months.

    Two strata, in shares and sizes like people held after an arrest by ICE and by CBP in FY2026 and
    FY2024; shares and mix deviate as AR(1), by two and five points. The truth is the decomposition
    of the shares and mixes they deviate about.

    >>> len(list(decomposition(draws=2))) == 3 * len(RHOS)
    True
    """
    people = 50_000
    mixes = [np.array([part, 1 - part]) for part in HELD_MIX]
    expected = [(m * np.array(p), m) for m, p in zip(mixes, HELD_SHARE, strict=True)]
    size = 10**6  # in whole counts, to any precision that matters
    true = kitagawa(*(np.rint(part * size) for pair in expected for part in pair))
    truth = {"gap": true.gap, "mix": true.mix, "rate": true.rate}
    for rho in RHOS:
        generator = np.random.default_rng(SEED)
        inside: dict[str, list[bool]] = {name: [] for name in truth}
        for _draw in range(draws):
            periods = []
            for months, mix, shares in zip(HELD_MONTHS, HELD_MIX, HELD_SHARE, strict=True):
                noise = _ar1(generator.normal(size=(3, months)), rho) * sqrt(1 - rho**2)
                part = np.clip(mix + 0.05 * noise[0], 0.05, 0.95)
                n = np.rint(people * np.column_stack([part, 1 - part])).astype(int)
                p = np.clip(np.array(shares) + 0.02 * noise[1:].T, 0.01, 0.99)
                periods += [generator.binomial(n, p), n]
            found = kitagawa_months(*periods)
            for name in truth:
                ends = getattr(found, name)
                inside[name].append(bool(ends.low <= truth[name] <= ends.high))
        for name, values in inside.items():
            yield _rate(
                "decomposition", f"kitagawa_months, {name}", "coverage", float(np.mean(values)),
                rho=rho, draws=draws,
            )  # fmt: skip


def standardisation(draws: int = 2_000) -> Iterator[Rate]:
    """Coverage of a directly standardised share and of the model's marginal share.

    Two areas of four strata each with different mixes; effects add on the logit scale.

    >>> [r.method for r in standardisation(draws=5)]
    ['direct', 'grouped_logit']
    """
    generator = np.random.default_rng(SEED)
    n = np.array([[400, 120, 60, 20], [100, 300, 300, 500]])
    p = expit(np.array([[-0.3], [0.2]]) + np.array([0.5, -0.2, -1.0, -2.0]))
    weights = n.sum(axis=0) / n.sum()
    truth = p @ weights
    area = [0] * 4 + [1] * 4
    cover: dict[str, list[float]] = {"direct": [], "grouped_logit": []}
    for draw in range(draws):
        x = generator.binomial(n, p)
        found = {"direct": direct(x, n, weights).interval}
        if draw < draws // 4:
            factors = {"area": area, "stratum": list(range(4)) * 2}
            found["grouped_logit"] = grouped_logit(x.ravel(), n.ravel(), factors, "area").interval
        for method, ends in found.items():
            cover[method].append(float(((ends.low <= truth) & (truth <= ends.high)).mean()))
    for method, values in cover.items():
        yield _rate(
            "standardised share", method, "coverage", float(np.mean(values)), draws=2 * len(values)
        )


def changes_of_counties(draws: int = 200) -> Iterator[Rate]:
    """Coverage for ratios of counts between two years of months, places within groups.

    446 places in 24 groups, months over-dispersed and dependent (AR(1) of the log level), ratios
    that differ by group and place, or none at all. "false positive, any place" is among tests
    adjusted for the false discovery rate where nothing changed.

    >>> [r.method for r in changes_of_counties(draws=1)][:3]
    ['count_ratio', 'count_ratio', 'nested_effects']
    """
    places, groups, year, alpha, typical, least = 446, 24, 12, 0.15, 0.55, 20
    for rho in (0.0, 0.2, 0.4, 0.6):
        generator = np.random.default_rng(SEED)
        inside: dict[tuple[str, str], list[float]] = {}
        for draw in range(2 * draws):
            group = generator.integers(0, groups, places)
            between, within = (
                generator.normal(0, 0.3, groups)[group],
                generator.normal(0, 0.4, places),
            )
            change = typical + between + within if draw % 2 else np.zeros(places)
            noise = np.sqrt(np.log1p(alpha)) * _ar1_normal(generator, 2 * year, places, rho)
            level = np.exp(generator.normal(1, 1.1, places) + noise - np.log1p(alpha) / 2)
            level[year:] *= np.exp(change)
            x = generator.poisson(level)
            before, after = x[:year].sum(axis=0), x[year:].sum(axis=0)
            periods = x.reshape(6, 4, places).sum(axis=1)
            phi = dispersion([periods[:3], periods[3:]]).phi
            kept = before + after >= least
            found = count_ratio(after[kept], before[kept], phi[kept])
            if not draw % 2:
                any_false = bool((benjamini_hochberg(found.p) < 0.05).any())
                inside.setdefault(("count_ratio", "false positive, any place"), []).append(
                    any_false
                )
                continue
            ratio = np.exp(change[kept])
            ends = found.interval
            holds = (ends.low <= ratio) & (ratio <= ends.high)
            inside.setdefault(("count_ratio", "coverage"), []).append(float(holds.mean()))
            logs = np.log((after[kept] + 0.5) / (before[kept] + 0.5))
            error = np.sqrt(phi[kept] * (1 / (after[kept] + 0.5) + 1 / (before[kept] + 0.5)))
            fit = nested_effects(logs, error, group[kept])
            inside.setdefault(("nested_effects", "coverage"), []).append(
                fit.low <= typical <= fit.high
            )
            held = np.abs(fit.effect - change[kept]) <= 1.959964 * fit.error
            inside.setdefault(("nested_effects", "coverage of places"), []).append(
                float(held.mean())
            )
        for (method, measure), values in sorted(inside.items()):
            yield _rate(
                "change of counties", method, measure, float(np.mean(values)), rho=rho, draws=draws
            )


def _ar1_normal(generator: np.random.Generator, months: int, places: int, rho: float) -> Floats:
    """Standard normal months x places, each month depending on the last."""
    noise = np.empty((months, places))
    noise[0] = generator.normal(size=places)
    for month in range(1, months):
        fresh = generator.normal(size=places)
        noise[month] = rho * noise[month - 1] + np.sqrt(1 - rho**2) * fresh
    return noise


STEPS = (0.0, 0.05, 0.10)


def interrupted_series(draws: int = 4_000, model_draws: int = 400) -> Iterator[Rate]:
    """Size (no step) and power of the segmented regression under AR(1) errors.

    47 months, break at month 16, as the book's series; errors have a standard deviation of two
    points whatever their autocorrelation, near what the book's residuals have.

    >>> sorted({r.measure for r in interrupted_series(draws=20, model_draws=2)})
    ['false positive', 'power']
    """
    design = segmented_design(MONTHS, BREAK)
    base = 0.15 + 0.003 * np.arange(MONTHS)
    critical = student.isf(ALPHA / 2, MONTHS - design.shape[1])
    for rho in RHOS:
        generator = np.random.default_rng(SEED)
        noise = _ar1(generator.normal(size=(draws, MONTHS)), rho) * 0.02 * sqrt(1 - rho**2)
        for step in STEPS:
            y = base + noise + step * (np.arange(MONTHS) >= BREAK)
            rejects: dict[str, Floats] = {}
            for lags in (0, 3, 6, 12):
                found, error, _ = _step_and_error(y, design, lags)
                rejects[f"segmented_regression, {lags} lags"] = np.abs(found / error) > critical
            rejects["segmented_calibrated, 3 lags"] = np.array(
                [segmented_calibrated(row, BREAK).step.p <= ALPHA for row in y[:model_draws]]
            )
            x = generator.binomial(5_000, np.clip(y[:model_draws], 0, 1))
            rejects["segmented_quasi_binomial"] = np.array(
                [
                    segmented_quasi_binomial(row, np.full(MONTHS, 5_000), BREAK).step.p <= ALPHA
                    for row in x
                ]
            )
            for method, flags in rejects.items():
                yield _rate(
                    "interrupted time series", method, "power" if step else "false positive",
                    float(flags.mean()), rho=rho, effect=step, draws=flags.size,
                )  # fmt: skip


LOCAL, OTHER = 3_100, 2_700  # arrests a month at local jails and at prisons, about as counted
RATIO, RATIO_SPREAD = 0.5, 0.45  # mean log ratio of ratios of areas, and its standard deviation
LOG_STEPS = (0.0, 0.4)  # of a log ratio


def ratio_steps(draws: int = 600) -> Iterator[Rate]:
    """Coverage of intervals for the step of a log ratio of monthly counts.

    47 months, break at month 16; Poisson counts of two series whose log ratio has a trend before
    (two points a month), AR(1) errors with a standard deviation of 0.12 whatever their
    autocorrelation (0.10 is left over in the book's series), and a step.

    >>> sorted({r.method for r in ratio_steps(draws=2)})
    ['segmented_calibrated, 3 lags', 'segmented_quasi_binomial', 'segmented_regression, 3 lags']
    """
    trend = 0.02 * np.minimum(np.arange(MONTHS) - BREAK, 0)
    for rho in RHOS:
        for step in LOG_STEPS:
            generator = np.random.default_rng(SEED)
            noise = _ar1(generator.normal(size=(draws, MONTHS)), rho) * 0.12 * sqrt(1 - rho**2)
            log_ratio = trend + noise + step * (np.arange(MONTHS) >= BREAK)
            x = generator.poisson(LOCAL * np.exp(log_ratio))
            m = generator.poisson(OTHER, size=x.shape)
            inside: dict[str, list[bool]] = {}
            for row, other in zip(x, m, strict=True):
                fit = segmented_calibrated(np.log(row / other), BREAK, draws=2_000)
                quasi = segmented_quasi_binomial(row, row + other, BREAK).step
                ends = {
                    "segmented_calibrated, 3 lags": (fit.step.low, fit.step.high),
                    "segmented_regression, 3 lags": fit.nominal,
                    "segmented_quasi_binomial": (quasi.low, quasi.high),
                }
                for method, (low, high) in ends.items():
                    inside.setdefault(method, []).append(low <= step <= high)
            for method, held in inside.items():
                yield _rate(
                    "step of a log ratio", method, "coverage", float(np.mean(held)), rho=rho,
                    effect=step, draws=draws,
                )  # fmt: skip


def ratios_between_years(draws: int = 400) -> Iterator[Rate]:
    """Coverage of intervals for a ratio of ratios between two windows of 12 months.

    24 areas; in each the log of arrests at local jails changes by a normal draw with mean RATIO
    and standard deviation RATIO_SPREAD, at prisons with mean zero and half that spread. Months
    deviate as AR(1), all areas together by a standard deviation of 0.05 and each by 0.1 to 0.4,
    as those of the book's areas do at local jails; at prisons they vary by chance alone.
    `window_ratio`: the truth is the ratio of the areas' expected counts. `area_ratios`: each
    area's own; and false positives, any area, where no area changed (Holm).

    >>> sorted({r.method for r in ratios_between_years(draws=2)})
    ['area_ratios', 'counts as independent', 'window_ratio']
    """
    before, after = slice(BREAK - 12, BREAK), slice(BREAK, BREAK + 12)
    late = (np.arange(MONTHS) >= BREAK)[:, None]
    sizes = AREA_SIZES / AREA_SIZES.sum()
    truth = RATIO + RATIO_SPREAD**2 / 2 - (RATIO_SPREAD / 2) ** 2 / 2
    for rho in RHOS:
        generator = np.random.default_rng(SEED)
        inside: dict[tuple[str, str], list[float]] = {}
        for _ in range(draws):
            together = _ar1(generator.normal(size=(1, MONTHS)), rho).T * 0.05 * sqrt(1 - rho**2)
            own = _area_noise(rho, generator, 1) * generator.permutation(
                np.geomspace(0.1, 0.4, AREAS)
            )
            gain = generator.normal(RATIO, RATIO_SPREAD, AREAS)
            loss = generator.normal(0, RATIO_SPREAD / 2, AREAS)
            x = generator.poisson(LOCAL * sizes * np.exp(together + own + gain * late))
            m = generator.poisson(OTHER * sizes * np.exp(loss * late)) + 1
            still = generator.poisson(LOCAL * sizes * np.exp(together + own)) + 1
            others = generator.poisson(OTHER * sizes, size=still.shape) + 1
            ends = window_ratio(x, m, before, after).interval
            held = ends.low <= np.exp(truth) <= ends.high
            inside.setdefault(("window_ratio", "coverage"), []).append(float(held))
            each = area_ratios(x + 1, m, before, after)
            for method, variance in (
                ("area_ratios", each.variance),
                ("counts as independent", each.counted),
            ):
                near = np.abs(each.log - (gain - loss)) <= 1.959964 * np.sqrt(variance)
                inside.setdefault((method, "coverage"), []).append(float(near.mean()))
            none = area_ratios(still, others, before, after)
            wrong = float((holm(none.p) <= ALPHA).any())
            inside.setdefault(("area_ratios", "false positive, any area"), []).append(wrong)
        for (method, measure), values in inside.items():
            error = float(np.std(values) / sqrt(draws))
            yield _rate(
                "ratio between years", method, measure, float(np.mean(values)), rho=rho,
                draws=draws, error=error,
            )  # fmt: skip


def few_treated(draws: int = 300) -> Iterator[Rate]:
    """False positives of randomisation inference with 3 of 67 places treated, at random and not.

    "largest first": the three largest places start first, as in Pennsylvania; series have trends
    that differ with size.

    >>> [r.world for r in few_treated(draws=3)]
    ['by lot', 'largest first']
    """
    months, places, starts = 55, 67, (14, 14, 21)
    size = np.geomspace(0.5, 40, places)
    for name in ("by lot", "largest first"):
        generator = np.random.default_rng(SEED)
        hits = 0
        for draw in range(draws):
            slope = generator.normal(0, 0.005, places) * size
            y = generator.poisson(np.maximum(size + slope * np.arange(months)[:, None], 0.05))
            chosen = (
                generator.choice(places, 3, replace=False)
                if name == "by lot"
                else np.arange(places)[-3:]
            )
            start = np.full(places, -1)
            start[chosen] = starts
            found = difference_in_differences(y.astype(float), start, draws=1_000, seed=draw)
            hits += found.p <= ALPHA
        yield _rate(
            "few treated places", "difference_in_differences", "false positive", hits / draws,
            world=name, draws=draws,
        )  # fmt: skip


def suppression(draws: int = 2_000) -> Iterator[Rate]:
    """Coverage of the bounds of a share when cells below 10 are withheld.

    >>> [r.value for r in suppression(draws=20)]
    [1.0]
    """
    generator = np.random.default_rng(SEED)
    inside = 0
    for _ in range(draws):
        cells = generator.poisson(generator.gamma(0.6, 25, size=(30, 2)))
        shown = np.where(cells >= 10, cells, 0)
        hidden = int((cells - shown).sum())
        x, other = shown.sum(axis=0)
        found = share_bounds(x, other, (0, hidden), (0, hidden), (hidden, hidden))
        truth = float(share_of(cells[:, 0].sum(), cells.sum()))
        inside += bool(found.low - 1e-12 <= truth <= found.high + 1e-12)
    yield _rate("withheld cells", "share_bounds", "coverage", inside / draws, draws=draws)


STUDIES: dict[str, Callable[[], Iterable[Rate]]] = {
    "one share": interval_coverage,
    "test of one half": share_tests,
    "vague counts": vague_counts,
    "place against rest": two_shares,
    "equal shares": homogeneity,
    "funnel": funnels,
    "selection": selection,
    "shrinkage": shrinkage,
    "ranks": ranks,
    "pooled share of months": pooled_shares,
    "standardised share": standardisation,
    "areas over months": areas_over_months,
    "change between years": change_between_years,
    "decomposition": decomposition,
    "change of counties": changes_of_counties,
    "interrupted time series": interrupted_series,
    "step of a log ratio": ratio_steps,
    "ratio between years": ratios_between_years,
    "few treated places": few_treated,
    "withheld cells": suppression,
}


def study(name: str) -> list[dict[str, object]]:
    """All rates of one study, as dictionaries. Raises ArgumentError for an unknown study.

    >>> study("withheld cells")[0]["value"]
    1.0
    """
    if name not in STUDIES:
        raise ArgumentError(f"study: found {name!r}; there are: {', '.join(STUDIES)}")
    return [asdict(rate) for rate in STUDIES[name]()]
