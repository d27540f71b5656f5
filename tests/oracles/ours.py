"""Compute the values of scomm.stats for the inputs of R, keyed alike: (case, quantity)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.discrete.discrete_model import NegativeBinomial
from statsmodels.genmod.families import Binomial, Poisson
from statsmodels.genmod.generalized_estimating_equations import GEE
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.stats.contingency_tables import StratifiedTable

from scomm.data import paths
from scomm.stats import (
    funnel,
    heterogeneity,
    multiple,
    proportions,
    rates,
    resampling,
    selection,
    shrinkage,
    standardise,
    timeseries,
)

HERE = Path(__file__).parent
TOTAL_X, TOTAL_N = 27_047, 94_218
Values = Iterator[tuple[str, str, float]]


def read(name: str) -> pd.DataFrame:
    """Read one input table."""
    return pd.read_csv(HERE / "inputs" / name)


def _interval(name: str) -> Values:
    for x, n in read("counts.csv").to_numpy():
        interval = getattr(proportions, name)(x, n)
        yield f"{x} {n}", "low", interval.low
        yield f"{x} {n}", "high", interval.high


def wilson() -> Values:
    yield from _interval("wilson")


def clopper_pearson() -> Values:
    yield from _interval("clopper_pearson")


def jeffreys() -> Values:
    yield from _interval("jeffreys")


def mid_p() -> Values:
    yield from _interval("mid_p")


def exact_test() -> Values:
    for x, n in read("counts.csv").to_numpy():
        for p0 in (0.25, 0.5):
            yield f"{x} {n}", f"p0={p0}", proportions.exact_test(x, n, p0)
            yield f"{x} {n}", f"p0={p0} greater", proportions.exact_test(x, n, p0, "greater")


def mid_p_test() -> Values:
    for x, n in read("counts.csv").to_numpy():
        for p0 in (0.25, 0.5):
            yield f"{x} {n}", f"p0={p0}", proportions.mid_p_test(x, n, p0)


def wilson_overdispersed() -> Values:
    for x, n in read("counts.csv").to_numpy():
        for phi in (2.5, 40):
            interval = proportions.wilson_overdispersed(x, n, phi)
            yield f"{x} {n}", f"phi={phi} low", interval.low
            yield f"{x} {n}", f"phi={phi} high", interval.high


def _against(name: str, quantities: tuple[str, ...]) -> Values:
    for place, x, n in read("places.csv").to_numpy():
        result = getattr(proportions, name)(x, n, TOTAL_X - x, TOTAL_N - n)
        values = {"estimate": result.estimate, "low": result.interval.low}
        values["high"] = result.interval.high
        for quantity in quantities:
            yield place, quantity, values[quantity]


def newcombe_difference() -> Values:
    yield from _against("newcombe_difference", ("estimate", "low", "high"))


def odds_ratio() -> Values:
    yield from _against("odds_ratio", ("estimate", "low", "high"))


def ratio() -> Values:
    yield from _against("ratio", ("estimate",))


def fisher_exact() -> Values:
    for place, x, n in read("places.csv").to_numpy():
        yield place, "p", proportions.fisher_exact(x, n, TOTAL_X - x, TOTAL_N - n)


def _adjusted(name: str) -> Values:
    places = read("places.csv")
    p = getattr(multiple, name)(proportions.exact_test(places["x"], places["n"]))
    for place, value in zip(places["place"], p, strict=True):
        yield place, "p", value


def holm() -> Values:
    yield from _adjusted("holm")


def benjamini_hochberg() -> Values:
    yield from _adjusted("benjamini_hochberg")


def chi_square_homogeneity() -> Values:
    places = read("places.csv")
    result = heterogeneity.chi_square_homogeneity(places["x"], places["n"])
    yield "places", "statistic", result.statistic
    yield "places", "p", result.p


def overdispersion() -> Values:
    places = read("places.csv")
    yield "places", "phi_raw", heterogeneity.overdispersion(places["x"], places["n"]).phi_raw


def random_effects() -> Values:
    places = read("places.csv")
    for scale in ("share", "logit"):
        fit = heterogeneity.random_effects(places["x"], places["n"], scale)
        for quantity in ("tau2", "mean", "low", "high", "q", "i2"):
            yield scale, quantity, getattr(fit, quantity)


def beta_binomial() -> Values:
    places = read("places.csv")
    fit = heterogeneity.beta_binomial(places["x"], places["n"])
    for quantity in ("a", "b", "log_likelihood"):
        yield "places", quantity, getattr(fit, quantity)


def random_intercept_logit() -> Values:
    places = read("places.csv")
    fit = heterogeneity.random_intercept_logit(places["x"], places["n"])
    for quantity in ("intercept", "sigma", "log_likelihood"):
        yield "places", quantity, getattr(fit, quantity)


def beta_binomial_limits() -> Values:
    places = read("places.csv")
    fit = heterogeneity.beta_binomial(places["x"], places["n"])
    limits = funnel.beta_binomial_limits(places["n"], fit.a, fit.b)
    for place, low, high in zip(places["place"], limits.low, limits.high, strict=True):
        yield place, "low", low
        yield place, "high", high


def exact_limits() -> Values:
    places = read("places.csv")
    limits = funnel.exact_limits(places["n"], places["x"].sum() / places["n"].sum())
    for place, low in zip(places["place"], limits.low, strict=True):
        yield place, "low", low


def empirical_bayes() -> Values:
    places = read("places.csv")
    shrunk = shrinkage.empirical_bayes(places["x"], places["n"])
    ends = (shrunk.share, shrunk.interval.low, shrunk.interval.high)
    for place, share, low, high in zip(places["place"], *ends, strict=True):
        yield place, "share", share
        yield place, "low", low
        yield place, "high", high


def full_bayes() -> Values:
    places = read("places.csv")
    shares = shrinkage.full_bayes(places["x"], places["n"]).share
    yield from ((p, "share", s) for p, s in zip(places["place"], shares, strict=True))


def _strata() -> tuple[list[str], np.ndarray, np.ndarray]:
    cells = read("strata.csv")
    wide = cells.pivot_table(index="aor", columns=["fiscal_year", "fast"], values=["x", "n"])
    x, n = wide["x"].fillna(0).to_numpy(), wide["n"].fillna(0).to_numpy()
    return list(wide.index), x, n


def direct() -> Values:
    areas, x, n = _strata()
    shares = standardise.direct(x, n, n.sum(axis=0)).share
    yield from ((a, "share", s) for a, s in zip(areas, shares, strict=True))


def grouped_logit() -> Values:
    cells = read("strata.csv")
    factors = {name: cells[name].tolist() for name in ("aor", "fast", "fiscal_year")}
    fit = standardise.grouped_logit(cells["x"], cells["n"], factors, unit="aor")
    yield "all", "dispersion", fit.dispersion
    ends = (fit.share, fit.interval.low, fit.interval.high)
    for area, share, low, high in zip(fit.units, *ends, strict=True):
        yield area, "share", share
        yield area, "low", low
        yield area, "high", high


def kitagawa() -> Values:
    areas, x, n = _strata()
    san_antonio = areas.index("SNA")
    for i, area in enumerate(areas):
        if i != san_antonio:
            split = standardise.kitagawa(x[i], n[i], x[san_antonio], n[san_antonio])
            yield area, "mix", split.mix
            yield area, "rate", split.rate


def _months() -> tuple[np.ndarray, np.ndarray, int]:
    months = read("months.csv")
    return months["x"].to_numpy(), months["n"].to_numpy(), int((months["after"] == 0).sum())


def segmented_regression() -> Values:
    x, n, at = _months()
    for lag in (0, 1, 3, 6, 12):
        fit = timeseries.segmented_regression(x / n, at, lag)
        yield f"lag {lag}", "step", fit.step.estimate
        yield f"lag {lag}", "step_se", fit.step.standard_error
        yield f"lag {lag}", "step_p", fit.step.p
        yield f"lag {lag}", "pre_slope_se", fit.pre_slope.standard_error
    weighted = timeseries.segmented_regression(x / n, at, 3, weights=n)
    yield "weighted lag 3", "step", weighted.step.estimate
    yield "weighted lag 3", "step_se", weighted.step.standard_error
    plain = timeseries.segmented_regression(x / n, at)
    yield "weighted lag 3", "durbin_watson", plain.durbin_watson
    jails = timeseries.segmented_regression(_log_ratio(), BREAK, LAGS)
    for name in ("level_at_break", "pre_slope", "slope_change"):
        effect = getattr(jails, name)
        yield "log ratio", name, effect.estimate
        yield "log ratio", f"{name}_se", effect.standard_error
        yield "log ratio", f"{name}_p", effect.p


def segmented_quasi_binomial() -> Values:
    fit = timeseries.segmented_quasi_binomial(*_months())
    yield "months", "step", fit.step.estimate
    yield "months", "step_se", fit.step.standard_error
    yield "months", "dispersion", fit.dispersion


def newey_west_share() -> Values:
    from scipy.stats import t

    x, n, _ = _months()
    for lag in (0, 3, 6):
        share, interval = resampling.newey_west_share(x, n, lag)
        yield f"lag {lag}", "share", share
        half = (interval.high - interval.low) / 2
        yield f"lag {lag}", "se", half / t.isf(0.025, len(x) - 1)


def autoregressive_share() -> Values:
    x, n, _ = _months()
    found = resampling.autoregressive_share(x, n)
    yield "months", "rho", found.rho
    yield "months", "se", found.standard_error
    yield "months", "low", found.interval.low


def before_after() -> Values:
    yield "12 months", "change", timeseries.before_after(*_months()).change.estimate


# Windows of months around February 2017: both slices of the series.
WINDOWS = {
    "12 months": (slice(4, 16), slice(16, 28)),
    "6 months": (slice(10, 16), slice(16, 22)),
    "16 months": (slice(0, 16), slice(16, 32)),
    "12 against 11 months": (slice(4, 16), slice(36, 47)),
}
BREAK, YEAR, LAGS = 16, 12, 3


@cache
def _arrests() -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return the areas, and arrests at local jails and in prisons: months x areas."""
    wide = read("arrests.csv").pivot(index="month", columns="aor")
    return list(wide["local"].columns), wide["local"].to_numpy(), wide["prisons"].to_numpy()


def _window(case: str, change: resampling.WindowChange) -> Values:
    for quantity in ("estimate", "area_error", "month_error", "df"):
        yield case, quantity, getattr(change, quantity)
    yield case, "low", change.interval.low
    yield case, "high", change.interval.high


def window_ratio() -> Values:
    _, local, prisons = _arrests()
    for case, (before, after) in WINDOWS.items():
        for side, m in (("alone", None), ("against prisons", prisons)):
            yield from _window(f"{case} {side}", resampling.window_ratio(local, m, before, after))


def window_change() -> Values:
    _, local, prisons = _arrests()
    for case, (before, after) in WINDOWS.items():
        yield from _window(case, resampling.window_change(local, local + prisons, before, after))


def area_ratios() -> Values:
    areas, local, prisons = _arrests()
    for side, m in (("alone", None), ("against prisons", prisons)):
        found = resampling.area_ratios(local, m, *WINDOWS["12 months"])
        yield side, "months", found.months
        for i, area in enumerate(areas):
            for quantity in ("ratio", "counted", "variance", "p"):
                yield f"{area} {side}", quantity, getattr(found, quantity)[i]
            yield f"{area} {side}", "low", found.interval.low[i]
            yield f"{area} {side}", "high", found.interval.high[i]


def _area_logs() -> tuple[list[str], np.ndarray, dict[str, np.ndarray]]:
    """Return the areas, log ratios against prisons, and both variances of chapter 9."""
    areas, local, prisons = _arrests()
    found = resampling.area_ratios(local, prisons, *WINDOWS["12 months"])
    variances = {"months depend": found.variance, "arrests independent": found.counted}
    return areas, found.log, variances


def dersimonian_laird() -> Values:
    _, log, variances = _area_logs()
    for case, variance in variances.items():
        fit = heterogeneity.dersimonian_laird(log, variance)
        for quantity in ("tau2", "mean", "low", "high", "q", "p", "i2"):
            yield case, quantity, getattr(fit, quantity)


def shrunken_effects() -> Values:
    areas, log, variances = _area_logs()
    for case, variance in variances.items():
        found = shrinkage.shrunken_effects(log, np.sqrt(variance))
        ends = (found.effect, found.interval.low, found.interval.high)
        for area, effect, low, high in zip(areas, *ends, strict=True):
            yield f"{area} {case}", "effect", effect
            yield f"{area} {case}", "low", low
            yield f"{area} {case}", "high", high


def cosine_share() -> Values:
    areas, local, prisons = _arrests()
    x = np.column_stack([local.sum(axis=1), local])
    n = np.column_stack([(local + prisons).sum(axis=1), local + prisons])
    found = resampling.cosine_share(x, n)
    columns = (found.share, found.standard_error, found.interval.low, found.interval.high)
    for case, *values in zip(["all", *areas], *columns, strict=True):
        for quantity, value in zip(("share", "se", "low", "high"), values, strict=True):
            yield case, quantity, value


def _log_ratio() -> np.ndarray:
    _, local, prisons = _arrests()
    return np.log(local.sum(axis=1) / prisons.sum(axis=1))


@cache
def _within() -> np.ndarray:
    """Return the monthly log odds against the year before, within areas, as chapter 9 does."""
    _, local, prisons = _arrests()
    before = WINDOWS["12 months"][0]
    base = np.stack([local[before].sum(axis=0), prisons[before].sum(axis=0)])
    pairs = np.stack([local, prisons], axis=1)
    return np.array([StratifiedTable(np.stack([pair, base])).logodds_pooled for pair in pairs])


def mantel_haenszel() -> Values:
    yield from ((f"month {t - BREAK}", "log_odds", y) for t, y in enumerate(_within()))


def _step(case: str, y: np.ndarray, at: int = BREAK, lag: int = LAGS, **form: Any) -> Values:
    # What is simulated is not compared, so that few draws will do.
    found = timeseries.segmented_calibrated(y, at, lag, draws=100, **form)
    yield case, "step", found.step.estimate
    yield case, "step_se", found.step.standard_error
    yield case, "nominal_low", found.nominal[0]
    yield case, "nominal_high", found.nominal[1]
    yield case, "lag1", found.lag1


def segmented_calibrated() -> Values:
    y = _log_ratio()
    yield from _step("bends", y)
    yield from _step("straight", y, trend="straight")
    yield from _step("none", y, trend="none")
    yield from _step("ramp 4", y, ramp=4)
    yield from _step("ramp 4 straight", y, ramp=4, trend="straight")
    yield from _step("within areas", _within())
    yield from _step("season", y, harmonics=1)
    yield from _step("bends, lag 6", y, lag=6)
    for months in (6, YEAR):
        near = y[BREAK - months : BREAK + months]
        yield from _step(f"{months} months on each side", near, at=months)


def _model(fit: Any, place: int) -> Values:
    """Give the step of a fitted model of statsmodels, on its own scale."""
    low, high = np.asarray(fit.conf_int())[place]
    values = {"step": np.asarray(fit.params)[place], "step_se": np.asarray(fit.bse)[place]}
    for quantity, value in (values | {"low": low, "high": high}).items():
        yield "national", quantity, value


def quasi_poisson() -> Values:
    _, local, prisons = _arrests()
    design = timeseries.segmented_design(len(local), BREAK)
    offset = np.log(prisons.sum(axis=1))
    fit = GLM(local.sum(axis=1), design, family=Poisson(), offset=offset).fit(scale="X2")
    yield from _model(fit, 2)
    yield "national", "dispersion", fit.scale


def negative_binomial() -> Values:
    _, local, prisons = _arrests()
    design = timeseries.segmented_design(len(local), BREAK)
    offset = np.log(prisons.sum(axis=1))
    fit = NegativeBinomial(local.sum(axis=1), design, offset=offset).fit(disp=0, maxiter=500)
    yield from _model(fit, 2)
    yield "national", "alpha", np.asarray(fit.params)[-1]
    yield "national", "log_likelihood", fit.llf


def estimating_equations() -> Values:
    areas, local, prisons = _arrests()
    design = timeseries.segmented_design(len(local), BREAK)[:, 1:]
    n = (local + prisons).T.ravel()
    area = np.repeat(np.arange(len(areas)), len(local))
    columns = np.column_stack([np.tile(design, (len(areas), 1)), np.eye(len(areas))[area]])
    shares = local.T.ravel() / n
    yield from _model(GEE(shares, columns, groups=area, family=Binomial(), weights=n).fit(), 1)


EVERY = 10  # of the counties compared, those whose values are compared with R
LEAST = 20  # arrests of both windows


@cache
def _counties() -> tuple[pd.DataFrame, rates.Dispersion]:
    """Return the counties with their windows, and the dispersion of their periods."""
    counties = read("counties.csv")
    windows = [counties[[f"{name}{k}" for k in (1, 2, 3)]].T for name in ("before", "after")]
    found = rates.dispersion([window.to_numpy() for window in windows])
    before, after = (window.sum() for window in windows)
    return counties.assign(before=before, after=after, phi=found.phi), found


def _compared() -> pd.DataFrame:
    counties, _ = _counties()
    both = (counties["before"] > 0) & (counties["after"] > 0)
    enough = counties["before"] + counties["after"] >= LEAST
    return counties[both & enough & counties["aor"].notna()]


def dispersion() -> Values:
    _, found = _counties()
    yield "all", "alpha", found.alpha
    for i, fips in _compared()["fips"].iloc[::EVERY].items():
        for quantity in ("own", "pooled", "phi"):
            yield str(fips), quantity, getattr(found, quantity)[i]


def count_ratio() -> Values:
    for row in _compared().iloc[::EVERY].itertuples():
        for name, phi in (("counted", 1.0), ("dispersed", row.phi)):
            case = f"{row.fips} {name}"
            found = rates.count_ratio(row.after, row.before, phi)
            yield case, "estimate", found.estimate
            yield case, "log low", np.log(found.interval.low)
            yield case, "log high", np.log(found.interval.high)
            for null in (1, 1.25):
                yield case, f"p={null}", rates.count_ratio(row.after, row.before, phi, null).p


def nested_effects() -> Values:
    compared = _compared()
    after, before = compared["after"] + 0.5, compared["before"] + 0.5
    errors = np.sqrt(compared["phi"] * (1 / after + 1 / before))
    found = rates.nested_effects(np.log(after / before), errors, compared["aor"])
    for quantity in ("within", "between", "mean", "low", "high"):
        yield "counties", quantity, getattr(found, quantity)
    for fips, effect, error in zip(compared["fips"], found.effect, found.error, strict=True):
        yield str(fips), "ratio", np.exp(effect)
        yield str(fips), "error", error


def gamma_poisson() -> Values:
    counties, _ = _counties()
    exposed = counties[counties["exposure"] > 0]
    for case, phi in (("counted", 1.0), ("dispersed", exposed["phi"])):
        found = rates.gamma_poisson(exposed["arrests"] / phi, exposed["exposure"] / phi)
        yield case, "mean", found.mean
        yield case, "shape", found.shape
        posterior = found.posterior_shape / found.posterior_rate
        for fips, rate in zip(exposed["fips"], posterior, strict=True):
            yield f"{fips} {case}", "rate", rate


def top_of_list() -> Values:
    for size in (10, 50, 200):
        n = np.full(TOTAL_N // size, size)
        top = selection.top_of_list(n, 1, TOTAL_X / TOTAL_N, draws=500)
        yield str(size), "first", top.share[0]


# R's name of a method is ours but for this one.
FUNCTIONS: dict[str, Callable[[], Values]] = {
    function.__name__ if function is not benjamini_hochberg else "BH": function
    for function in (
        wilson, clopper_pearson, jeffreys, mid_p, exact_test, mid_p_test, newcombe_difference,
        ratio, odds_ratio, fisher_exact, holm, benjamini_hochberg,
        chi_square_homogeneity, overdispersion, random_effects, beta_binomial,
        random_intercept_logit, beta_binomial_limits, exact_limits, empirical_bayes, full_bayes,
        direct, grouped_logit, kitagawa, segmented_regression, segmented_quasi_binomial,
        newey_west_share, autoregressive_share, before_after, top_of_list,
        wilson_overdispersed, window_ratio, window_change, area_ratios, dersimonian_laird,
        shrunken_effects, cosine_share, segmented_calibrated, mantel_haenszel, quasi_poisson,
        negative_binomial, estimating_equations, dispersion, count_ratio, nested_effects,
        gamma_poisson,
    )
}  # fmt: skip


def distance(expected: float, found: float, kind: str) -> float:
    """Return the difference that the tolerance limits: relative for likelihood fits."""
    gap = abs(found - expected)
    return gap / max(abs(expected), 1e-300) if kind == "likelihood fit" else gap


def agreement(values: pd.DataFrame) -> pd.DataFrame:
    """Compare every value of R with ours: one row a method, with the largest distance."""
    rows = []
    for method in pd.read_csv(paths.TOLERANCES).itertuples():
        theirs = values[values["method"] == method.method]
        ours = {
            (case, quantity): float(value) for case, quantity, value in FUNCTIONS[method.method]()
        }
        gaps = [
            distance(row.value, ours[(str(row.case), row.quantity)], method.kind)
            for row in theirs.itertuples()
        ]
        rows.append({**method._asdict(), "values": len(gaps), "largest": max(gaps, default=np.nan)})
    return pd.DataFrame(rows).drop(columns="Index")
