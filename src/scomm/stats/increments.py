"""Increments between cumulative cut-offs, by subtraction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from citable.errors import ArgumentError
from scomm.stats._arrays import Floats, counts
from scomm.stats.proportions import Interval, share, wilson


@dataclass(frozen=True)
class Increments:
    """New counts between consecutive cut-offs (length one less than the cumulative series)."""

    x: Floats
    n: Floats
    share: Floats
    interval: Interval


def increments(x: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95) -> Increments:
    """Shares among the cases added between consecutive cumulative cut-offs.

    Estimand: (x[t] - x[t-1]) / (n[t] - n[t-1]), with the Wilson interval. Exact arithmetic on
    cumulative counts, valid only if all cut-offs count the same thing. An increment of n = 0 has
    share nan. Fewer than two cut-offs: empty result. Raises ArgumentError, naming the cut-off, if
    a cumulative count falls or if more x than n were added: then the two releases do not count
    the same thing and must not be subtracted.

    >>> i = increments([12293, 27047, 29296], [46929, 94218, 101741])
    >>> i.x.tolist(), i.n.tolist(), i.share.round(3).tolist()
    ([14754.0, 2249.0], [47289.0, 7523.0], [0.312, 0.299])
    """
    xs, ns = counts(x, n)
    if xs.ndim != 1:
        raise ArgumentError(f"x: found {xs.ndim} dimension(s), expected one cumulative series")
    new_x, new_n = np.diff(xs), np.diff(ns)
    for name, new in (("x", new_x), ("n", new_n)):
        if (new < 0).any():
            at = int(np.argmax(new < 0)) + 1
            raise ArgumentError(f"cumulative {name} falls at cut-off {at} (counting from 0)")
    if (new_x > new_n).any():
        at = int(np.argmax(new_x > new_n)) + 1
        raise ArgumentError(f"more x than n added at cut-off {at} (counting from 0)")
    return Increments(new_x, new_n, np.atleast_1d(share(new_x, new_n)), wilson(new_x, new_n, level))
