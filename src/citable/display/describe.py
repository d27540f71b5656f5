"""Frames that say a figure in words: what its lines and marks show, for alternative texts."""

from __future__ import annotations

import pandas as pd


def course(lines: pd.DataFrame) -> pd.DataFrame:
    """Return where each line begins and ends, its lowest and its highest value, and when.

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
