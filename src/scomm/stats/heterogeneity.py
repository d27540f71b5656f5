"""Heterogeneity of places: tests of equal shares, and estimates of their spread by model.

Counts x of n, one entry a place. Places with n = 0 carry no information and are left out; the
result says how many were used. Two different questions are never mixed: whether all places are
*equal* (`chi_square_homogeneity`) and how *spread* they usually are (the rest).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import digamma, expit, gammaln, log_expit, logit, logsumexp
from scipy.stats import betabinom, binom, chi2, chi2_contingency
from statsmodels.stats.meta_analysis import combine_effects

from citable.errors import ArgumentError
from scomm.stats._arrays import Floats, check_level, counts, floats

# Above this the beta distribution of true shares is a point for any counts met here.
LARGEST_CONCENTRATION = 1e8


@dataclass(frozen=True)
class Homogeneity:
    """Chi-square test that all places share one rate."""

    statistic: float
    df: int
    p: float
    pooled_share: float
    places: int
    smallest_expected: float
    null: str = "all places have the same share"


@dataclass(frozen=True)
class Overdispersion:
    """Multiplicative over-dispersion: variance is phi times binomial.

    phi_raw: as estimated. phi: not below 1. clamped: whether phi_raw was below 1, so that phi had
    to be set to 1. winsorised: the fraction of places pulled in at each end (0: none).
    """

    phi_raw: float
    phi: float
    clamped: bool
    winsorised: float
    places: int


@dataclass(frozen=True)
class RandomEffects:
    """Additive spread between places (DerSimonian and Laird).

    mean, low, high: centre of the places on `scale`, with its interval. tau2, tau: between-place
    variance and standard deviation on `scale`. clamped: the moment estimate was negative and set
    to 0. i2: part of the variation that is not chance. q, df, p: test that tau is 0.
    """

    mean: float
    low: float
    high: float
    tau2: float
    tau: float
    clamped: bool
    q: float
    df: int
    p: float
    i2: float
    scale: str
    level: float


@dataclass(frozen=True)
class BetaBinomial:
    """Beta-binomial fit: true shares vary between places as Beta(a, b).

    mean = a/(a+b); concentration = a+b; rho = 1/(a+b+1), the intra-place correlation; sd: standard
    deviation of true shares. at_boundary: the likelihood prefers no spread at all. p: likelihood
    ratio test of no spread (half chi-square with 1 df, because 0 is the edge of the range).
    """

    a: float
    b: float
    mean: float
    concentration: float
    rho: float
    sd: float
    log_likelihood: float
    at_boundary: bool
    p: float
    places: int
    null: str = "no spread: all places have the same share"


@dataclass(frozen=True)
class RandomIntercept:
    """Random-intercept logistic fit: logit of true shares vary as Normal(intercept, sigma^2).

    median_share = expit(intercept); sd: standard deviation of true shares, by quadrature.
    """

    intercept: float
    sigma: float
    median_share: float
    mean_share: float
    sd: float
    log_likelihood: float
    at_boundary: bool
    places: int


def _places(x: npt.ArrayLike, n: npt.ArrayLike, least: int) -> tuple[Floats, Floats]:
    xs, ns = counts(x, n)
    floats(xs, "x", ndim=1)
    use = (ns > 0) & ~np.isnan(xs)
    if use.sum() < least:
        raise ArgumentError(f"expected at least {least} places with cases, found {use.sum()}")
    return xs[use], ns[use]


def chi_square_homogeneity(x: npt.ArrayLike, n: npt.ArrayLike) -> Homogeneity:
    """Pearson chi-square test that all places share one rate.

    Equation: sum (x_j - n_j p)^2 / (n_j p (1-p)), p pooled, df = places - 1. Source: Pearson
    (1900); `scipy.stats.chi2_contingency` of the 2 x J table. `smallest_expected` below about 5
    means that the p-value is rough. All x = 0 or all x = n: statistic 0, p 1.
    Raises ArgumentError for fewer than two places with cases.

    >>> h = chi_square_homogeneity([10, 20], [100, 100])
    >>> round(h.statistic, 4), h.df, round(h.p, 4)
    (3.9216, 1, 0.0477)
    """
    xs, ns = _places(x, n, 2)
    pooled = float(xs.sum() / ns.sum())
    if pooled in (0, 1):
        return Homogeneity(0.0, xs.size - 1, 1.0, pooled, xs.size, 0.0)
    statistic, p, df, expected = chi2_contingency([xs, ns - xs], correction=False)
    return Homogeneity(float(statistic), df, float(p), pooled, xs.size, float(expected.min()))


def overdispersion(
    x: npt.ArrayLike, n: npt.ArrayLike, target: float | None = None, winsorise: float = 0.0
) -> Overdispersion:
    """Multiplicative over-dispersion factor phi around a target share.

    Equation: phi = mean of z_j^2, z_j = (x_j/n_j - target) / sqrt(target (1-target)/n_j); with
    `winsorise` q, z is first pulled in to its q and 1-q quantiles, so that a few outliers do not
    widen the limits that should catch them. Source: Spiegelhalter (2005).
    `target` defaults to the pooled share. Values below 1 are clamped to 1 and `clamped` says so.
    Raises ArgumentError for a target of 0 or 1, q outside [0, 0.5), or fewer than two places.

    >>> o = overdispersion([10, 30, 20], [100, 100, 100])
    >>> round(o.phi, 3), o.clamped
    (4.167, False)
    """
    xs, ns = _places(x, n, 2)
    centre = float(xs.sum() / ns.sum()) if target is None else target
    if not 0 < centre < 1:
        raise ArgumentError(f"target: found {centre!r}, expected a share strictly within 0 and 1")
    if not 0 <= winsorise < 0.5:
        raise ArgumentError(f"winsorise: found {winsorise!r}, expected 0 up to (not) 0.5")
    z = (xs / ns - centre) / np.sqrt(centre * (1 - centre) / ns)
    if winsorise:
        z = np.clip(z, *np.quantile(z, [winsorise, 1 - winsorise]))
    raw = float((z**2).mean())
    return Overdispersion(raw, max(1.0, raw), raw < 1, winsorise, xs.size)


def dersimonian_laird(
    estimates: npt.ArrayLike,
    variances: npt.ArrayLike,
    level: float = 0.95,
    scale: str = "as given",
) -> RandomEffects:
    """Moment estimate of the spread between places from estimates and their variances.

    Equation: Q = sum w (y - m)^2, w = 1/v; tau^2 = max(0, (Q - df)/(sum w - sum w^2/sum w));
    mean weighted by 1/(v + tau^2). Source: DerSimonian and Laird (1986);
    `statsmodels.stats.meta_analysis.combine_effects`, which leaves tau^2 negative: where it is, the
    fixed-effect mean and interval are taken. Raises ArgumentError for fewer than two estimates or
    a variance that is not positive.

    >>> d = dersimonian_laird([0.1, 0.3, 0.5], [0.01, 0.01, 0.01])
    >>> round(d.tau2, 4), round(d.mean, 3), round(d.i2, 3)
    (0.03, 0.3, 0.75)
    """
    y, v = floats(estimates, "estimates", ndim=1), floats(variances, "variances", ndim=1)
    if y.size < 2 or y.size != v.size or not (v > 0).all() or np.isnan(y).any():
        raise ArgumentError("expected two or more estimates, each with a positive variance")
    check_level(level)
    with np.errstate(divide="ignore", invalid="ignore"):  # of a variance below 0, not used here
        fit = combine_effects(y, v, method_re="dl")
        fixed, random, *_ = fit.conf_int(alpha=1 - level)
    clamped = bool(fit.tau2 < 0)
    low, high = fixed if clamped else random
    tau2 = 0.0 if clamped else float(fit.tau2)
    return RandomEffects(
        mean=float(fit.mean_effect_fe if clamped else fit.mean_effect_re),
        low=float(low),
        high=float(high),
        tau2=tau2,
        tau=float(np.sqrt(tau2)),
        clamped=clamped,
        q=max(0.0, float(fit.q)),
        df=fit.df,
        p=float(fit.test_homogeneity().pvalue),
        i2=0.0 if clamped else float(fit.i2),
        scale=scale,
        level=level,
    )


def random_effects(
    x: npt.ArrayLike,
    n: npt.ArrayLike,
    scale: Literal["share", "logit"] = "share",
    level: float = 0.95,
) -> RandomEffects:
    """DerSimonian-Laird spread of shares, on the share or the logit scale.

    Share scale: y = x/n with variance p(1-p)/n at the pooled p (so that a place with x = 0 does
    not get variance 0); this is the tau^2 that widens a funnel (Spiegelhalter 2005).
    Logit scale: y = log((x+1/2)/(n-x+1/2)), variance 1/(x+1/2) + 1/(n-x+1/2).
    Raises ArgumentError for fewer than two places, or all x = 0 or n on the share scale.

    >>> round(random_effects([100, 300, 200], [1000, 1000, 1000]).tau, 3)
    0.099
    """
    xs, ns = _places(x, n, 2)
    if scale == "logit":
        y = np.log((xs + 0.5) / (ns - xs + 0.5))
        v = 1 / (xs + 0.5) + 1 / (ns - xs + 0.5)
    else:
        p = xs.sum() / ns.sum()
        y, v = xs / ns, p * (1 - p) / ns
    return dersimonian_laird(y, v, level, scale)


def beta_binomial_log_likelihood(a: float, b: float, x: Floats, n: Floats) -> float:
    """Sum over places of log P(x | n, a, b), binomial coefficients included.

    Equation: log C(n, x) + log B(a+x, b+n-x) - log B(a, b). Source: Skellam (1948);
    `scipy.stats.betabinom`.

    >>> round(beta_binomial_log_likelihood(1.0, 1.0, np.array([3.0]), np.array([9.0])), 6)
    -2.302585
    """
    return float(betabinom.logpmf(x, n, a, b).sum())


def _negative_beta_binomial(theta: Floats, x: Floats, n: Floats) -> tuple[float, Floats]:
    """Negative log-likelihood and gradient in (logit mean, log concentration)."""
    mean, total = expit(theta[0]), np.exp(theta[1])
    a, b = mean * total, (1 - mean) * total
    common = digamma(total) - digamma(total + n)
    to_a = (digamma(a + x) - digamma(a) + common).sum()
    to_b = (digamma(b + n - x) - digamma(b) + common).sum()
    gradient = np.array([(to_a - to_b) * total * mean * (1 - mean), to_a * a + to_b * b])
    return -beta_binomial_log_likelihood(a, b, x, n), -gradient


def beta_binomial(x: npt.ArrayLike, n: npt.ArrayLike) -> BetaBinomial:
    """Beta-binomial spread of true shares by maximum likelihood.

    Equation: maximise sum log[C(n,x) B(a+x, b+n-x)/B(a,b)] over a, b > 0. Source: Skellam (1948);
    Williams (1975). If the likelihood rises towards a + b = infinity (places no more different
    than chance) the concentration is held at 1e8 and `at_boundary` is True. Raises ArgumentError
    for fewer than two places, or if all x = 0 or all x = n (the mean would be 0 or 1).

    >>> f = beta_binomial([1, 9, 4, 6, 2], [10, 10, 10, 10, 10])
    >>> round(f.mean, 2), f.at_boundary, f.p < 0.05
    (0.45, False, True)
    """
    xs, ns = _places(x, n, 2)
    pooled = xs.sum() / ns.sum()
    if pooled in (0, 1):
        raise ArgumentError("all places have share 0, or all have 1: no spread can be fitted")
    cap = np.log(LARGEST_CONCENTRATION)
    bounds = [(-30.0, 30.0), (np.log(1e-6), cap)]
    best = min(
        (
            minimize(
                _negative_beta_binomial,
                np.array([logit(pooled), start]),
                args=(xs, ns),
                jac=True,
                bounds=bounds,
                method="L-BFGS-B",
                options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 1000},
            )
            for start in (0.0, 3.0, 7.0, 12.0)
        ),
        key=lambda fit: fit.fun,
    )
    top = -float(best.fun)
    gain = max(0.0, 2 * (top - float(binom.logpmf(xs, ns, pooled).sum())))
    at_boundary = bool(best.x[1] > cap - 0.01 or gain < 1e-6)
    # There the likelihood is flat, and where a search of it stops depends on the processor.
    mean = float(pooled if at_boundary else expit(best.x[0]))
    total = float(np.exp(cap if at_boundary else best.x[1]))
    return BetaBinomial(
        a=mean * total,
        b=(1 - mean) * total,
        mean=mean,
        concentration=total,
        rho=1 / (total + 1),
        sd=float(np.sqrt(mean * (1 - mean) / (total + 1))),
        log_likelihood=top,
        at_boundary=at_boundary,
        p=1.0 if at_boundary else float(chi2.sf(gain, 1) / 2),
        places=xs.size,
    )


def _intercept_modes(mu: float, sigma: float, x: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Mode and curvature scale of each place's integrand in u ~ Normal(0, 1), by Newton."""
    u = np.clip((logit((x + 0.5) / (n + 1)) - mu) / max(sigma, 1e-8), -8, 8)
    for _ in range(60):
        p = expit(mu + sigma * u)
        slope = sigma * (x - n * p) - u
        curve = sigma**2 * n * p * (1 - p) + 1
        step = np.clip(slope / curve, -1, 1)
        u = u + step
        if np.abs(step).max() < 1e-10:
            break
    p = expit(mu + sigma * u)
    return u, 1 / np.sqrt(sigma**2 * n * p * (1 - p) + 1)


def _negative_random_intercept(theta: Floats, x: Floats, n: Floats, nodes: Floats) -> float:
    mu, sigma = float(theta[0]), float(np.exp(theta[1]))
    points, log_weights = nodes
    mode, width = _intercept_modes(mu, sigma, x, n)
    u = mode[:, None] + width[:, None] * points
    eta = mu + sigma * u
    log_binomial = x[:, None] * log_expit(eta) + (n - x)[:, None] * log_expit(-eta)
    log_normal = -0.5 * u**2 - 0.5 * np.log(2 * np.pi)
    inner = log_binomial + log_normal + log_weights + 0.5 * points**2
    choose = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
    return -float((choose + logsumexp(inner, axis=1) + np.log(width)).sum())


def random_intercept_logit(
    x: npt.ArrayLike, n: npt.ArrayLike, quadrature_points: int = 25
) -> RandomIntercept:
    """Random-intercept logistic spread of true shares by maximum likelihood.

    Equation: maximise sum log integral Binomial(x | n, expit(m + s u)) phi(u) du, by adaptive
    Gauss-Hermite quadrature (centred and scaled at each place's own mode). Source: Liu and Pierce
    (1994); the model of lme4's `glmer` with nAGQ = 25. A second opinion on `beta_binomial`: the
    two differ in the shape they give the spread, not in the data. Errors as `beta_binomial`.

    >>> f = random_intercept_logit([1, 9, 4, 6, 2], [10, 10, 10, 10, 10])
    >>> 0.9 < f.sigma < 1.5, f.at_boundary
    (True, False)
    """
    xs, ns = _places(x, n, 2)
    pooled = xs.sum() / ns.sum()
    if pooled in (0, 1):
        raise ArgumentError("all places have share 0, or all have 1: no spread can be fitted")
    points, weights = np.polynomial.hermite_e.hermegauss(quadrature_points)
    nodes = np.stack([points, np.log(weights)])
    fit = minimize(
        _negative_random_intercept,
        np.array([logit(pooled), np.log(0.5)]),
        args=(xs, ns, nodes),
        method="Nelder-Mead",
        bounds=[(-30, 30), (np.log(1e-4), np.log(20))],
        options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 4000},
    )
    mu, sigma = float(fit.x[0]), float(np.exp(fit.x[1]))
    shares, w = expit(mu + sigma * points), weights / weights.sum()
    mean = float(w @ shares)
    return RandomIntercept(
        intercept=mu,
        sigma=sigma,
        median_share=float(expit(mu)),
        mean_share=mean,
        sd=float(np.sqrt(max(0.0, w @ (shares - mean) ** 2))),
        log_likelihood=-float(fit.fun),
        at_boundary=sigma < 1.1e-4,
        places=xs.size,
    )
