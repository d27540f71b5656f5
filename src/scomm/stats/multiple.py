"""Adjusted p-values for a family of tests whose size is stated."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from statsmodels.stats.multitest import multipletests

from citable.errors import ArgumentError
from scomm.stats._arrays import Floats, floats


def _adjusted(p: npt.ArrayLike, family_size: int | None, method: str) -> Floats:
    values = floats(p, "p", ndim=1)
    known = ~np.isnan(values)
    found = values[known]
    if ((found < 0) | (found > 1)).any():
        raise ArgumentError("p: found a value outside [0, 1]")
    size = found.size if family_size is None else family_size
    if size < found.size:
        raise ArgumentError(f"family_size: found {size}, expected at least {found.size}")
    adjusted = np.full_like(values, np.nan)
    if found.size:
        family = np.concatenate([found, np.ones(size - found.size)])
        adjusted[known] = multipletests(family, method=method)[1][: found.size]
    return adjusted


def benjamini_hochberg(p: npt.ArrayLike, family_size: int | None = None) -> Floats:
    """Adjusted p-values that control the false discovery rate.

    Equation: with p(1) <= ... <= p(m), adjusted p(i) = min over j >= i of min(1, p(j) m / j).
    Source: Benjamini and Hochberg (1995); `statsmodels.stats.multitest`.
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
    return _adjusted(p, family_size, "fdr_bh")


def holm(p: npt.ArrayLike, family_size: int | None = None) -> Floats:
    """Adjusted p-values that control the chance of even one false rejection (family-wise).

    Equation: adjusted p(i) = max over j <= i of min(1, (m - j + 1) p(j)). Source: Holm (1979).
    Valid under any dependence. `family_size`, nan and errors as `benjamini_hochberg`; taking the
    tests not seen as p = 1 makes the result an upper bound whatever they are.

    >>> holm([0.01, 0.02, 0.5]).round(3).tolist()
    [0.03, 0.04, 0.5]
    """
    return _adjusted(p, family_size, "holm")
