"""Adjusted p-values and increments."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.stats import false_discovery_control

from citable.errors import ArgumentError
from scomm.stats.increments import increments
from scomm.stats.multiple import benjamini_hochberg, holm

# Benjamini and Hochberg (1995), section 4: fifteen ordered p-values.
BH_1995 = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=40)


def test_benjamini_hochberg_1995_example():
    assert (benjamini_hochberg(BH_1995) <= 0.05).sum() == 4
    assert (holm(BH_1995) <= 0.05).sum() == 3


@given(P_VALUES)
def test_agrees_with_scipy_and_with_the_steps_of_holm(p):
    np.testing.assert_allclose(benjamini_hochberg(p), false_discovery_control(p), atol=1e-12)
    left = [sum(other >= one for other in p) for one in p]  # tests not yet rejected at each p
    steps = [max(k * q for k, q in zip(left, p, strict=True) if q <= one) for one in p]
    np.testing.assert_allclose(holm(p), np.minimum(steps, 1), atol=1e-12)


@given(P_VALUES, st.lists(st.floats(0, 1), max_size=20))
def test_unseen_tests_are_bounded_whatever_they_are(seen, unseen):
    whole = seen + unseen
    for adjust in (benjamini_hochberg, holm):
        bound = adjust(seen, family_size=len(whole))
        true = adjust(whole)[: len(seen)]
        assert (bound >= true - 1e-12).all()


def test_nan_empty_and_errors():
    assert np.isnan(benjamini_hochberg([0.01, np.nan])[1])
    assert benjamini_hochberg([0.01, np.nan])[0] == 0.01
    assert holm([]).size == 0
    with pytest.raises(ArgumentError):
        holm([0.1, 1.2])
    with pytest.raises(ArgumentError):
        benjamini_hochberg([0.1, 0.2], family_size=1)


def test_increments_add_back_to_the_last_cut_off():
    cumulative_x, cumulative_n = [12293, 27047, 29296], [46929, 94218, 101741]
    new = increments(cumulative_x, cumulative_n)
    assert cumulative_x[0] + new.x.sum() == cumulative_x[-1]
    assert cumulative_n[0] + new.n.sum() == cumulative_n[-1]
    assert new.share[0] == pytest.approx(14754 / 47289)
    assert new.interval.low[0] < new.share[0] < new.interval.high[0]


def test_increments_refuse_series_that_do_not_count_the_same_thing():
    with pytest.raises(ArgumentError, match="cut-off 1"):
        increments([5, 4], [10, 20])
    with pytest.raises(ArgumentError, match="cumulative n"):
        increments([5, 5], [20, 10])
    with pytest.raises(ArgumentError, match="more x than n"):
        increments([1, 9], [10, 12])
    assert np.isnan(increments([1, 1], [5, 5]).share[0])
    assert increments([1], [5]).x.size == 0
