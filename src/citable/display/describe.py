"""Summarise the data of a figure as frames, from which alternative texts are written."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from citable.display.formats import tr
from citable.display.words import LazyText


def course(lines: pd.DataFrame) -> pd.DataFrame:
    """Return first, last, lowest and highest value of each line, with their dates.

    Parameters: ``lines``, a column a line, indexed by month or year; months without a value are
    left out of a line. Returns one row a line: ``line``, ``start``, ``first``, ``end``, ``last``,
    ``low``, ``when_low``, ``high``, ``when_high``, ``n`` (months with a value).
    """
    rows = []
    for name, line in lines.items():
        known = line.dropna()
        rows.append(
            {
                "line": name,
                "start": known.index[0],
                "first": known.iloc[0],
                "end": known.index[-1],
                "last": known.iloc[-1],
                "low": known.min(),
                "when_low": known.idxmin(),
                "high": known.max(),
                "when_high": known.idxmax(),
                "n": len(known),
            }
        )
    return pd.DataFrame(rows)


def names(labels: Iterable[str]) -> str | LazyText:
    """Join names into a phrase: "A", "A and B", "A, B and C"; empty for none."""
    *before, last = [*labels] or [""]
    return tr("{names} and {name}", names=", ".join(before), name=last) if before else last
