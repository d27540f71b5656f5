"""Check arguments and convert between scalars and arrays, for every module of ``scomm.stats``."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from citable.errors import ArgumentError

Floats: TypeAlias = npt.NDArray[np.float64]
Value: TypeAlias = Any  # a float for scalar input, a Floats array for array input

# Numbers that differ by less than this part of the data's size differ by rounding only, which
# processors do differently: sums of a few hundred terms err by less than a hundredth of it.
ROUNDING = 1e-12


def floats(values: npt.ArrayLike, name: str = "values", ndim: int | None = None) -> Floats:
    """Return `values` as a float array, refusing a wrong number of dimensions.

    Raises ArgumentError if `ndim` is given and does not match.
    """
    array = np.asarray(values, dtype=np.float64)
    if ndim is not None and array.ndim != ndim:
        raise ArgumentError(f"{name}: found {array.ndim} dimension(s), expected {ndim}")
    return array


def counts(x: npt.ArrayLike, n: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return x and n as float arrays of one shape, checked to be counts x of n.

    nan means "not known" and passes through. Raises ArgumentError for a negative count, for
    x > n, for a count that is not whole, and for shapes that do not broadcast.
    """
    try:
        x_array, n_array = (np.array(v) for v in np.broadcast_arrays(floats(x), floats(n)))
    except ValueError as error:
        raise ArgumentError(f"x and n do not have matching shapes: {error}") from error
    for name, array in (("x", x_array), ("n", n_array)):
        known = array[~np.isnan(array)]
        if (known < 0).any():
            raise ArgumentError(f"{name}: found {known.min():g}, expected a count of 0 or more")
        if (known != np.floor(known)).any():
            raise ArgumentError(f"{name}: found a fraction, expected whole counts")
    if (x_array > n_array).any():
        raise ArgumentError("x exceeds n somewhere; expected x of n with x <= n")
    return x_array, n_array


def share_of(x: Floats, n: Floats) -> Floats:
    """Return x / n, nan where n = 0 (a share of nothing is not zero)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(n > 0, x / n, np.nan)


def check_level(level: float) -> None:
    """Raise ArgumentError unless `level` is strictly between 0 and 1."""
    if not 0 < level < 1:
        raise ArgumentError(f"level: found {level!r}, expected a number between 0 and 1")


def two_sided_z(level: float) -> float:
    """Return the normal quantile for a two-sided interval at `level`; ArgumentError outside (0, 1)."""
    check_level(level)
    return float(ndtri((1 + level) / 2))


def unwrap(array: npt.ArrayLike) -> Value:
    """Return a Python float for a zero-dimensional result, otherwise the array itself."""
    result = np.asarray(array, dtype=np.float64)
    return float(result) if result.ndim == 0 else result
