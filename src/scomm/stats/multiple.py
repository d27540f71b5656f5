"""Adjusted p-values for a family of tests whose size is stated."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import false_discovery_control

from scomm.errors import ArgumentError
from scomm.stats._arrays import Floats, floats


def _family(p: npt.ArrayLike, family_size: int | None) -> tuple[Floats, Floats, int]:
    values = floats(p, "p", ndim=1)
    known = values[~np.isnan(values)]
    if ((known < 0) | (known > 1)).any():
        raise ArgumentError("p: found a value outside [0, 1]")
    size = known.size if family_size is None else family_size
    if size < known.size:
        raise ArgumentError(f"family_size: found {size}, expected at least {known.size}")
    return values, known, size


def benjamini_hochberg(p: npt.ArrayLike, family_size: int | None = None) -> Floats:
    """Adjusted p-values that control the false discovery rate.

    Equation: with p(1) <= ... <= p(m), adjusted p(i) = min over j >= i of min(1, p(j) m / j).
    Source: Benjamini and Hochberg (1995); `scipy.stats.false_discovery_control`.
    `family_size` m may exceed the number of p-values at hand: the tests not seen then count as
    p = 1, which makes the result an upper bound whatever they are. A family that chose itself
    (figures printed *because* they were high) has no such size, and this says nothing about it.
    nan stays nan and, without `family_size`, is outside the family. Empty input: empty output.
    Raises ArgumentError for p outside [0, 1] or a family smaller than the input.

    >>> benjamini_hochberg([0.01, 0.02, 0.5]).round(3).tolist()
    [0.03, 0.03, 0.5]
    >>> benjamini_hochberg([0.01, 0.02, 0.5], family_size=10).round(3).tolist()
    [0.1, 0.1, 1.0]
    """
    values, known, size = _family(p, family_size)
    adjusted = np.full_like(values, np.nan)
    if known.size:
        padded = np.concatenate([known, np.ones(size - known.size)])
        adjusted[~np.isnan(values)] = false_discovery_control(padded, method="bh")[: known.size]
    return adjusted


def holm(p: npt.ArrayLike, family_size: int | None = None) -> Floats:
    """Adjusted p-values that control the chance of even one false rejection (family-wise).

    Equation: adjusted p(i) = max over j <= i of min(1, (m - j + 1) p(j)). Source: Holm (1979).
    Valid under any dependence. `family_size`, nan and errors as `benjamini_hochberg`; taking the
    tests not seen as p = 1 makes the result an upper bound whatever they are.

    >>> holm([0.01, 0.02, 0.5]).round(3).tolist()
    [0.03, 0.04, 0.5]
    """
    values, known, size = _family(p, family_size)
    order = np.argsort(known, kind="stable")
    stepped = np.minimum(1.0, known[order] * (size - np.arange(known.size)))
    raised = np.empty_like(known)
    raised[order] = np.maximum.accumulate(stepped)
    adjusted = np.full_like(values, np.nan)
    adjusted[~np.isnan(values)] = raised
    return adjusted


def bonferroni(p: npt.ArrayLike, family_size: int | None = None) -> Floats:
    """min(1, m p): family-wise control that needs nothing but the size m of the family.

    Source: Dunn (1961). Used where m is only bounded (at most N/n places can be this large).

    >>> bonferroni([0.001], family_size=188).tolist()
    [0.188]
    """
    values, _, size = _family(p, family_size)
    return np.minimum(1.0, values * size)
