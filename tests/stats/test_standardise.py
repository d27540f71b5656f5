"""Case mix, against printed examples and invariants."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit
from scipy.stats import t as student
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from citable.errors import ArgumentError
from scomm.stats import standardise as s
from scomm.stats.proportions import wilson
from scomm.stats.resampling import cosine_coefficients
from scomm.stats.standardise import kitagawa, kitagawa_months

# Admissions at Berkeley, 1973, six largest majors: Bickel, Hammel and O'Connell (1975) as in
# Freedman, Pisani and Purves, Statistics, chapter 2 (R's UCBAdmissions).
MEN = np.array([512, 353, 120, 138, 53, 22]), np.array([825, 560, 325, 417, 191, 373])
WOMEN = np.array([89, 17, 202, 131, 94, 24]), np.array([108, 25, 593, 375, 393, 341])

SIZES = arrays(np.int64, 4, elements=st.integers(1, 500))


@st.composite
def stratified(draw):
    n = draw(SIZES)
    return np.array([draw(st.integers(0, int(v))) for v in n]), n


def test_berkeley_direct_standardisation():
    weights = MEN[1] + WOMEN[1]
    # Freedman, Pisani and Purves print 39 percent for men and 43 percent for women.
    assert s.direct(*MEN, weights).share == pytest.approx(0.39, abs=0.005)
    assert s.direct(*WOMEN, weights).share == pytest.approx(0.43, abs=0.005)
    assert s.direct(*MEN, weights).raw == pytest.approx(0.445, abs=0.001)
    assert s.direct(*WOMEN, weights).raw == pytest.approx(0.304, abs=0.001)


def test_berkeley_gap_is_mix_not_rate():
    gap = s.kitagawa(*MEN, *WOMEN)
    assert gap.gap == pytest.approx(0.1416, abs=1e-3)
    assert gap.mix > gap.gap  # the rates favor women, the mix more than makes up for it
    assert gap.rate < 0


@given(stratified())
def test_direct_equals_raw_when_the_mix_is_the_units_own(unit):
    x, n = unit
    result = s.direct(x, n, n)
    assert result.share == pytest.approx(result.raw, abs=1e-12)
    assert result.interval.low <= result.share <= result.interval.high
    assert result.weight_empty == 0


@given(stratified(), st.permutations(range(4)))
def test_standardising_does_not_depend_on_the_order_of_strata(unit, order):
    x, n = unit
    weights = np.array([4.0, 3.0, 2.0, 1.0])
    first = s.direct(x, n, weights)
    second = s.direct(x[order], n[order], weights[order])
    assert first.share == pytest.approx(second.share, abs=1e-12)
    assert first.interval.low == pytest.approx(second.interval.low, abs=1e-12)


@given(st.integers(1, 300), st.data())
def test_one_stratum_is_the_wilson_interval(n, data):
    x = data.draw(st.integers(0, n))
    ours, theirs = s.direct([x], [n], [7.0]).interval, wilson(x, n)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_empty_strata_are_nan_or_renormalised_and_counted():
    strict = s.direct([[1, 0], [1, 2]], [[4, 0], [4, 4]], [1, 3])
    assert np.isnan(strict.share[0])
    assert strict.weight_empty.tolist() == [0.75, 0.0]
    assert strict.share[1] == pytest.approx(0.25 * 0.25 + 0.75 * 0.5)
    relaxed = s.direct([1, 0], [4, 0], [1, 3], empty="renormalise")
    assert relaxed.share == 0.25
    with pytest.raises(ArgumentError, match="weights"):
        s.direct([1], [2], [0])


@given(stratified(), stratified())
def test_kitagawa_adds_up_and_changes_sign_with_order(first, second):
    forward, backward = s.kitagawa(*first, *second), s.kitagawa(*second, *first)
    assert forward.mix + forward.rate == pytest.approx(forward.gap, abs=1e-12)
    assert forward.mix_by_stratum.sum() == pytest.approx(forward.mix, abs=1e-12)
    assert forward.rate == pytest.approx(-backward.rate, abs=1e-12)


@given(stratified(), SIZES)
def test_kitagawa_finds_no_rate_where_rates_are_equal(first, sizes):
    x, n = first
    d = s.kitagawa(x * 3, n * 3, x, n)  # the same place, three times as large
    assert d.gap == pytest.approx(0, abs=1e-12)
    assert abs(d.rate) + abs(d.mix) < 1e-12


def test_kitagawa_with_a_stratum_one_place_lacks_adds_up():
    d = s.kitagawa([5, 0], [10, 0], [2, 9], [10, 10])
    assert d.mix + d.rate == pytest.approx(d.gap, abs=1e-15)
    assert d.rate_by_stratum[1] == 0
    with pytest.raises(ArgumentError, match="no cases"):
        s.kitagawa([0], [0], [1], [2])


def simpson():
    area = [a for a in "abc" for _ in range(3)]
    mix = list("stu") * 3
    n = np.array([500, 80, 60, 90, 400, 70, 60, 90, 700])
    effect = {"a": 0.0, "b": 0.5, "c": -0.7}
    level = {"s": -2.0, "t": 0.0, "u": 1.0}
    share = expit([effect[a] + level[m] for a, m in zip(area, mix, strict=True)])
    return np.rint(n * share), n, area, mix


def test_grouped_logit_coefficients_and_covariance_against_a_direct_fit():
    x, n, area, mix = simpson()
    fit = s.grouped_logit(x, n, {"area": area, "mix": mix}, unit="area", scale="binomial")
    columns = [np.ones(9)]
    columns += [np.array([a == v for a in area], float) for v in "bc"]
    columns += [np.array([m == v for m in mix], float) for v in "tu"]
    reference = GLM(np.column_stack([x, n - x]), np.column_stack(columns), Binomial()).fit()
    np.testing.assert_allclose(fit.coefficients, reference.params, atol=1e-10)
    np.testing.assert_allclose(fit.standard_errors, reference.bse, atol=1e-10)
    assert fit.terms[1:3] == ("area=b", "area=c")


def test_marginal_shares_delta_method_against_simulation_from_the_fit():
    x, n, area, mix = simpson()
    fit = s.grouped_logit(x, n, {"area": area, "mix": mix}, unit="area", scale="binomial")
    generator = np.random.default_rng(7)
    draws = []
    for _ in range(400):
        again = generator.binomial(n, x / n)
        draws.append(s.grouped_logit(again, n, {"area": area, "mix": mix}, "area").share)
    width = np.quantile(draws, 0.975, axis=0) - np.quantile(draws, 0.025, axis=0)
    np.testing.assert_allclose(fit.interval.high - fit.interval.low, width, rtol=0.2)
    assert (np.argsort(fit.share) == [2, 0, 1]).all()
    assert fit.raw[2] > fit.raw[0]  # the raw order is the reverse: mix, not area


def test_marginal_share_equals_raw_without_other_factors():
    fit = s.grouped_logit([10, 40], [100, 80], {"area": ["x", "y"]}, unit="area")
    np.testing.assert_allclose(fit.share, fit.raw, atol=1e-8)
    assert fit.residual_df == 0


def test_grouped_logit_says_what_is_separated_and_refuses_what_is_collinear():
    fit = s.grouped_logit(
        [0, 5, 4, 6], [10, 10, 10, 10], {"area": list("aabb"), "mix": list("stsv")}, "area"
    )
    assert "mix=s" not in fit.separated
    none = s.grouped_logit([0, 0, 4, 6], [9, 9, 9, 9], {"area": list("aabb")}, "area")
    assert none.separated == ("area=a",)
    with pytest.raises(ArgumentError, match="collinear"):
        s.grouped_logit([1, 2], [5, 5], {"area": ["a", "b"], "mix": ["s", "t"]}, "area")
    with pytest.raises(ArgumentError, match="unit"):
        s.grouped_logit([1], [5], {"area": ["a"]}, "place")
    with pytest.raises(ArgumentError, match="rows"):
        s.grouped_logit([1, 2], [5, 5], {"area": ["a"]}, "area")
    with pytest.raises(ArgumentError, match="no cell"):
        s.grouped_logit([0], [0], {"area": ["a"]}, "area")


def test_overdispersion_widens_but_never_narrows():
    x, n, area, mix = simpson()
    factors = {"area": area, "mix": mix}
    plain = s.grouped_logit(x, n, factors, "area", scale="binomial")
    wide = s.grouped_logit(x, n, factors, "area", scale="pearson")
    assert plain.dispersion < 1
    np.testing.assert_allclose(plain.standard_errors, wide.standard_errors)
    noisy = np.clip(x + np.array([40, -30, 10, -30, 60, -20, 20, 20, -60]), 0, n)
    plain = s.grouped_logit(noisy, n, factors, "area", scale="binomial")
    wide = s.grouped_logit(noisy, n, factors, "area", scale="pearson")
    assert wide.dispersion > 1
    np.testing.assert_allclose(
        wide.standard_errors, plain.standard_errors * np.sqrt(wide.dispersion), rtol=1e-6
    )


def monthly_pair() -> tuple[np.ndarray, ...]:
    """Two periods of months x two strata, of different lengths."""
    generator = np.random.default_rng(5)
    n1, n2 = generator.integers(200, 900, (7, 2)), generator.integers(200, 900, (12, 2))
    return generator.binomial(n1, [0.7, 0.9]), n1, generator.binomial(n2, [0.3, 0.9]), n2


def test_months_give_the_decomposition_of_the_totals() -> None:
    x1, n1, x2, n2 = monthly_pair()
    found = kitagawa_months(x1, n1, x2, n2)
    parts = kitagawa(x1.sum(axis=0), n1.sum(axis=0), x2.sum(axis=0), n2.sum(axis=0))
    assert (found.parts.gap, found.parts.mix, found.parts.rate) == (
        parts.gap,
        parts.mix,
        parts.rate,
    )
    for name in ("gap", "mix", "rate"):
        ends = getattr(found, name)
        assert ends.low < getattr(parts, name) < ends.high


@pytest.mark.parametrize("part", ["gap", "mix", "rate"])
def test_the_linearisation_is_the_numerical_derivative(part: str) -> None:
    # A month that counts a little more moves the totals by what the linearisation says.
    x1, n1, x2, n2 = monthly_pair()
    step, size = 1e-4, 10**6

    def value(weights: np.ndarray) -> float:
        totals = [np.rint(size * (weights @ of)) for of in (x1, n1)]
        rest = [size * of.sum(axis=0) for of in (x2, n2)]
        return float(getattr(kitagawa(*totals, *rest), part))

    flat = np.ones(len(n1))
    moved = [
        (value(flat + step * e) - value(flat - step * e)) / (2 * step) for e in np.eye(len(n1))
    ]
    alone = kitagawa_months(
        x1, n1, np.tile(x2.sum(axis=0), (2, 1)), np.tile(n2.sum(axis=0), (2, 1))
    )
    terms = cosine_coefficients(np.array(moved)[:, None])
    # The second period does not vary, so the first alone makes the interval.
    half = student.ppf(0.975, len(terms)) * np.sqrt((terms**2).mean())
    ends = getattr(alone, part)
    assert (ends.high - ends.low) / 2 == pytest.approx(half, rel=1e-5)


def test_periods_without_variation_have_no_width() -> None:
    found = kitagawa_months([[1, 2]] * 4, [[4, 4]] * 4, [[2, 2]] * 3, [[4, 6]] * 3)
    assert found.gap.low == pytest.approx(found.parts.gap)
    assert found.gap.high == pytest.approx(found.parts.gap)


@pytest.mark.parametrize(
    "n1", [[[4, 0]] * 4, [[4, 4, 4]] * 4, [4] * 4], ids=["empty stratum", "strata", "dimensions"]
)
def test_a_monthly_decomposition_refuses(n1: list) -> None:
    with pytest.raises(ArgumentError):
        kitagawa_months(np.zeros_like(n1), n1, [[1, 2]] * 4, [[4, 4]] * 4)
