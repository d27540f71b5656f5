"""Case mix: stratified, standardised and model-adjusted shares, and the decomposition of gaps.

Arrays are units x strata (one unit: one dimension, strata last). Empty strata are nan, not zero.
"""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from scipy.stats import t as student
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

from citable.errors import ArgumentError
from scomm.stats._arrays import (
    Floats,
    Value,
    check_level,
    counts,
    floats,
    share_of,
    two_sided_z,
    unwrap,
)
from scomm.stats.proportions import Interval, wilson
from scomm.stats.resampling import cosine_coefficients


@dataclass(frozen=True)
class Direct:
    """Directly standardised shares, one a unit.

    raw: share without standardisation. weight_empty: weight of the standard that falls on strata
    in which the unit has no cases; above 0 the result is nan or, if asked, renormalised.
    """

    share: Value
    interval: Interval
    raw: Value
    weight_empty: Value


@dataclass(frozen=True)
class Decomposition:
    """A raw gap (first minus second) as mix + rate, which add up to it exactly.

    mix_by_stratum and rate_by_stratum are the contributions of each stratum.
    """

    gap: float
    mix: float
    rate: float
    mix_by_stratum: Floats
    rate_by_stratum: Floats


@dataclass(frozen=True)
class DependentDecomposition:
    """A decomposition with intervals that hold where months depend on one another.

    parts: the decomposition of the pooled shares. gap, mix, rate: their intervals. df: degrees of
    freedom of the three, in that order.
    """

    parts: Decomposition
    gap: Interval
    mix: Interval
    rate: Interval
    df: Floats


@dataclass(frozen=True)
class GroupedLogit:
    """Marginal (standardised) shares of a grouped logistic model, one a level of the unit factor.

    terms, coefficients, standard_errors: the model on the logit scale. dispersion: Pearson
    chi-square over residual degrees of freedom. separated: levels whose cases all have, or all
    lack, the outcome (their coefficients run off to infinity; do not quote them).
    """

    units: tuple[Hashable, ...]
    share: Floats
    interval: Interval
    raw: Floats
    terms: tuple[str, ...]
    coefficients: Floats
    standard_errors: Floats
    dispersion: float
    residual_df: int
    separated: tuple[str, ...]
    converged: bool


def _weights(weights: npt.ArrayLike, strata: int) -> Floats:
    w = floats(weights, "weights", ndim=1)
    if w.size != strata or not (w >= 0).all() or not w.sum() > 0:
        raise ArgumentError(f"weights: expected {strata} numbers of 0 or more, not all zero")
    return w / w.sum()


def direct(
    x: npt.ArrayLike,
    n: npt.ArrayLike,
    weights: npt.ArrayLike,
    level: float = 0.95,
    empty: Literal["nan", "renormalise"] = "nan",
) -> Direct:
    """Directly standardised share: the unit's stratum shares, weighted by the standard mix.

    Estimand: sum_k w_k p_k, w the standard's mix (any positive numbers, scaled to 1).
    Interval: D -+ sqrt(sum w_k^2 (p_k - l_k)^2), D + sqrt(sum w_k^2 (u_k - p_k)^2), with Wilson
    limits l, u in each stratum: with one stratum it *is* the Wilson interval, and it does not
    collapse where a stratum has no or only outcomes. Source: Zou, Huang and Zhang (2009)
    (MOVER for a linear function of binomial proportions).
    A stratum of positive weight in which the unit has no case: nan, or with empty='renormalise'
    the standard is restricted to strata the unit has (then units are not strictly comparable,
    and `weight_empty` says by how much). Raises ArgumentError for bad weights or counts.

    >>> d = direct([10, 30], [100, 100], weights=[1, 1])
    >>> d.share, round(d.interval.low, 4), round(d.interval.high, 4)
    (0.2, 0.1537, 0.2607)
    """
    xs, ns = counts(x, n)
    w = _weights(weights, xs.shape[-1])
    shares = share_of(xs, ns)
    absent = np.isnan(shares)
    weight_empty = np.where(absent, w, 0.0).sum(axis=-1)
    own = np.where(absent, 0.0, w)
    if empty == "renormalise":
        with np.errstate(invalid="ignore", divide="ignore"):
            own = own / own.sum(axis=-1, keepdims=True)
    limits = wilson(xs, ns, level)
    fill = np.nan_to_num
    below = np.sqrt((own**2 * fill(shares - limits.low) ** 2).sum(axis=-1))
    above = np.sqrt((own**2 * fill(limits.high - shares) ** 2).sum(axis=-1))
    value = (own * fill(shares)).sum(axis=-1)
    if empty == "nan":
        value = np.where(weight_empty > 0, np.nan, value)
    return Direct(
        share=unwrap(value),
        interval=Interval(unwrap(value - below), unwrap(value + above), level, "MOVER Wilson"),
        raw=unwrap(share_of(xs.sum(axis=-1), ns.sum(axis=-1))),
        weight_empty=unwrap(weight_empty),
    )


def direct_contributions(x: npt.ArrayLike, n: npt.ArrayLike, weights: npt.ArrayLike) -> Floats:
    """Return each month's contribution to the deviation of directly standardised shares.

    x, n: months x units x strata. Result: months x units, sum_k w_k (x_kt - p_k n_kt)/n_k, with
    the weights rescaled to the strata a unit has; feed it to `resampling.cosine_coefficients`.
    Linearisation of `direct`; with one stratum it is `resampling.share_contributions`.
    Raises ArgumentError for bad weights or counts, or other dimensions.

    >>> direct_contributions([[[1, 4]], [[3, 4]]], [[[10, 10]], [[10, 10]]], [1, 1]).tolist()
    [[-0.025], [0.025]]
    """
    xs, ns = counts(x, n)
    if xs.ndim != 3:
        raise ArgumentError(f"expected months x units x strata, found shape {xs.shape}")
    total = ns.sum(axis=0)
    own = np.where(total > 0, _weights(weights, xs.shape[-1]), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = own / own.sum(axis=-1, keepdims=True)
        per_case = np.where(total > 0, own / total, 0.0)
    shares = np.nan_to_num(share_of(xs.sum(axis=0), total))
    return ((xs - shares * ns) * per_case).sum(axis=-1)


def kitagawa(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike
) -> Decomposition:
    """Split the raw gap between two places into mix and rate; the two add up to it exactly.

    Equation: gap = sum_k (w1k - w2k)(p1k + p2k)/2 + sum_k (p1k - p2k)(w1k + w2k)/2, w the mixes,
    p the stratum shares. Source: Kitagawa (1955) (two components, no interaction term).
    A stratum that one place lacks takes the other's share there, so its whole contribution is
    mix (nothing is known of that place's rate); one that both lack contributes nothing. The
    split is arithmetic, not cause. Raises ArgumentError if a place is empty altogether.

    >>> d = kitagawa([10, 80], [100, 100], [15, 16], [150, 20])
    >>> round(d.gap, 4), round(d.mix, 4), abs(d.rate) < 1e-12
    (0.2676, 0.2676, True)
    """
    a, a_n = counts(x1, n1)
    b, b_n = counts(x2, n2)
    if a.ndim != 1 or a.shape != b.shape:
        raise ArgumentError("kitagawa: expected two places with the same strata, one dimension")
    if a_n.sum() == 0 or b_n.sum() == 0:
        raise ArgumentError("kitagawa: one of the places has no cases")
    p1, p2 = share_of(a, a_n), share_of(b, b_n)
    p1, p2 = np.where(np.isnan(p1), p2, p1), np.where(np.isnan(p2), p1, p2)
    p1, p2 = np.nan_to_num(p1), np.nan_to_num(p2)
    w1, w2 = a_n / a_n.sum(), b_n / b_n.sum()
    mix, rate = (w1 - w2) * (p1 + p2) / 2, (p1 - p2) * (w1 + w2) / 2
    gap = float(a.sum() / a_n.sum() - b.sum() / b_n.sum())
    return Decomposition(gap, float(mix.sum()), float(rate.sum()), mix, rate)


def kitagawa_months(
    x1: npt.ArrayLike,
    n1: npt.ArrayLike,
    x2: npt.ArrayLike,
    n2: npt.ArrayLike,
    level: float = 0.95,
) -> DependentDecomposition:
    """Split the gap between two periods into mix and rate, with intervals for dependent months.

    x1, n1 and x2, n2: months x strata of the two periods, of any two lengths. Estimands: those of
    `kitagawa` of the totals. Each part is linearised in the shares p and the mixes w, a month
    adding (x_t - p n_t)/n to p and (n_t - w N_t)/N to w; the variance is that of the cosine terms
    of each period (`resampling.cosine_coefficients`), the periods taken as independent, with
    Satterthwaite's degrees of freedom. Source: Kitagawa (1955); Lazarus et al. (2018).
    Raises ArgumentError for a stratum without cases in a period, other dimensions, fewer than two
    months or a bad level.

    >>> d = kitagawa_months([[1, 8], [2, 9]], [[10, 10]] * 2, [[2, 2], [1, 1]], [[15, 5]] * 2)
    >>> round(d.parts.gap, 4), bool(d.rate.low < d.parts.rate < d.rate.high)
    (0.35, True)
    """
    check_level(level)
    periods = [counts(x1, n1), counts(x2, n2)]
    for _x, n in periods:
        if n.ndim != 2 or n.shape[1] != periods[0][1].shape[1] or not (n.sum(axis=0) > 0).all():
            raise ArgumentError(
                "kitagawa_months: expected two series of months x strata, none of them empty"
            )
    totals = [(x.sum(axis=0), n.sum(axis=0)) for x, n in periods]
    parts = kitagawa(*totals[0], *totals[1])
    p = [x / n for x, n in totals]
    w = [n / n.sum() for _x, n in totals]
    mean_p, mean_w, step_p, step_w = (p[0] + p[1]) / 2, (w[0] + w[1]) / 2, p[0] - p[1], w[0] - w[1]
    variance, over_df = np.zeros(3), np.zeros(3)
    for k, sign in enumerate((1, -1)):
        x, n = periods[k]
        of_p = (x - p[k] * n) / n.sum(axis=0)
        of_w = (n - w[k] * n.sum(axis=1, keepdims=True)) / n.sum()
        mix = sign * of_w @ mean_p + of_p @ step_w / 2
        rate = sign * of_p @ mean_w + of_w @ step_p / 2
        terms = cosine_coefficients(np.column_stack([mix + rate, mix, rate]))
        own = (terms**2).mean(axis=0)
        variance, over_df = variance + own, over_df + own**2 / len(terms)
    with np.errstate(divide="ignore", invalid="ignore"):
        df = np.where(over_df > 0, variance**2 / over_df, np.inf)
    half = np.asarray(student.isf((1 - level) / 2, df)) * np.sqrt(variance)
    gap, mix, rate = (
        Interval(value - width, value + width, level, "equal-weighted cosine")
        for value, width in zip((parts.gap, parts.mix, parts.rate), half.tolist(), strict=True)
    )
    return DependentDecomposition(parts, gap, mix, rate, df)


def _levels(values: Sequence[Hashable]) -> tuple[list[Hashable], npt.NDArray[np.intp]]:
    levels = sorted(dict.fromkeys(values), key=str)  # a set has no order of its own
    position = {level: i for i, level in enumerate(levels)}
    return levels, np.array([position[v] for v in values], dtype=np.intp)


def _design(
    factors: Mapping[str, Sequence[Hashable]], rows: int
) -> tuple[Floats, list[str], dict[str, tuple[list[Hashable], npt.NDArray[np.intp], int]]]:
    """Intercept plus treatment-coded dummies (first level of each factor is the base)."""
    columns, terms = [np.ones(rows)], ["intercept"]
    coded = {}
    for name, values in factors.items():
        levels, codes = _levels(values)
        coded[name] = (levels, codes, len(terms))
        for i, level in enumerate(levels[1:], start=1):
            columns.append((codes == i).astype(float))
            terms.append(f"{name}={level}")
    return np.column_stack(columns), terms, coded


def _separated(x: Floats, n: Floats, coded: Mapping[str, Any]) -> tuple[str, ...]:
    found = []
    for name, (levels, codes, _) in coded.items():
        for i, level in enumerate(levels):
            have, size = x[codes == i].sum(), n[codes == i].sum()
            if have in (0, size):
                found.append(f"{name}={level}")
    return tuple(found)


def grouped_logit(
    x: npt.ArrayLike,
    n: npt.ArrayLike,
    factors: Mapping[str, Sequence[Hashable]],
    unit: str,
    weights: npt.ArrayLike | None = None,
    level: float = 0.95,
    scale: Literal["binomial", "pearson"] = "pearson",
) -> GroupedLogit:
    """Grouped binomial GLM with main effects; marginal shares with delta-method intervals.

    Estimand: for each level u of the factor `unit`, the mean over all cells (weighted by
    `weights`, by default by n, the overall mix) of the share predicted if the cell belonged to u.
    Model: logit p = intercept + one effect a level of each factor; no interactions, so it says
    how much of a difference remains at equal mix *if* effects add on the logit scale.
    Interval: s = sum w expit(eta); Var = g'Vg, g = sum w p(1-p) row; computed on logit(s) and
    transformed back, so it stays inside [0, 1]. V is the GLM covariance, multiplied by Pearson
    chi-square / df with scale='pearson' (never by less than 1). Source: McCullagh and Nelder
    (1989), chapter 4; Lane and Nelder (1982) for marginal shares; `statsmodels` GLM.
    Cells with n = 0 are left out. Raises ArgumentError if `unit` is not a factor, no cell has
    cases, or the columns are collinear (a factor determined by the others).

    >>> m = grouped_logit([10, 30, 20, 40], [100, 100, 100, 100],
    ...     {"area": ["a", "a", "b", "b"], "mix": ["s", "t", "s", "t"]}, unit="area")
    >>> m.units, m.share.round(3).tolist(), m.raw.round(3).tolist()
    (('a', 'b'), [0.2, 0.3], [0.2, 0.3])
    """
    if unit not in factors:
        raise ArgumentError(f"unit: found {unit!r}, expected one of {list(factors)}")
    z = two_sided_z(level)
    xs, ns = counts(x, n)
    for name, values in factors.items():
        if len(values) != xs.size:
            raise ArgumentError(f"factor {name!r}: found {len(values)} rows, expected {xs.size}")
    keep = ns > 0
    if not keep.any():
        raise ArgumentError("no cell has any cases")
    kept = {k: [v for v, use in zip(vs, keep, strict=True) if use] for k, vs in factors.items()}
    xs, ns = xs[keep], ns[keep]
    design, terms, coded = _design(kept, xs.size)
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise ArgumentError("factors are collinear: one is determined by the others")
    mix = ns if weights is None else floats(weights, "weights", ndim=1)[keep]
    mix = mix / mix.sum()

    with warnings.catch_warnings():  # the result says it itself, level by level: `separated`
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        fit = GLM(np.column_stack([xs, ns - xs]), design, family=Binomial()).fit()
    residual_df = int(xs.size - design.shape[1])
    dispersion = float(fit.pearson_chi2 / residual_df) if residual_df else np.nan
    widen = max(1.0, dispersion) if scale == "pearson" and residual_df else 1.0
    covariance = np.asarray(fit.cov_params()) * widen / float(fit.scale)

    levels, codes, first = coded[unit]
    shares, errors = [], []
    for i in range(len(levels)):
        rows = design.copy()
        rows[:, first : first + len(levels) - 1] = 0
        if i:
            rows[:, first + i - 1] = 1
        predicted = expit(rows @ fit.params)
        gradient = (mix * predicted * (1 - predicted)) @ rows
        shares.append(mix @ predicted)
        errors.append(np.sqrt(gradient @ covariance @ gradient))
    s, se = np.array(shares), np.array(errors)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre, half = np.log(s / (1 - s)), z * se / (s * (1 - s))
    raw = np.array([xs[codes == i].sum() / ns[codes == i].sum() for i in range(len(levels))])
    return GroupedLogit(
        units=tuple(levels),
        share=s,
        interval=Interval(expit(centre - half), expit(centre + half), level, "delta, logit scale"),
        raw=raw,
        terms=tuple(terms),
        coefficients=np.asarray(fit.params),
        standard_errors=np.sqrt(np.diag(covariance)),
        dispersion=dispersion,
        residual_df=residual_df,
        separated=_separated(xs, ns, coded),
        converged=bool(fit.converged),
    )
