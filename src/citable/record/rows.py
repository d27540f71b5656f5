"""Name the rows that add up to a finding, so that readers can recount it.

A finding that counts names its rows. Rows of a committed table are kept as their positions, so
that anyone can take them from the table; small lists (places, claims, published figures) whole.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from citable.errors import FindingError
from citable.tables.reader import load
from citable.tables.schema import TABLES

# Columns of the downloads that say what a row adds.
IN_NUMERATOR, IN_DENOMINATOR, ROW = "in_numerator", "in_denominator", "row"


@dataclass(frozen=True)
class Rows:
    """Rows of ``source``, each with its contribution to numerator and denominator.

    ``data`` is JSON-ready: positions in a committed table with the column that is added up, or
    the rows themselves as CSV.
    """

    source: str
    numerator: float
    denominator: float | None
    data: dict[str, Any]


def _ranges(positions: Sequence[int]) -> str:
    """Encode sorted positions as ranges.

    >>> _ranges([0, 1, 2, 5, 7, 8])
    '0-2,5,7-8'
    """
    values = np.sort(np.asarray(positions, dtype=int))
    if not values.size:
        return ""
    starts = np.flatnonzero(np.r_[True, np.diff(values) > 1])
    ends = np.r_[starts[1:] - 1, values.size - 1]
    return ",".join(
        str(values[a]) if a == b else f"{values[a]}-{values[b]}"
        for a, b in zip(starts, ends, strict=True)
    )


def _positions(ranges: str) -> list[int]:
    found: list[int] = []
    for part in filter(None, ranges.split(",")):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def rows_of(
    table: str, part: pd.DataFrame, *, by: str = "", numerator: Any = None, whole: bool = True
) -> Rows:
    """Name rows of a committed table: ``part`` is a selection of ``load(table)`` with its index.

    ``by`` is the column that is added up (none: every row counts one); ``numerator`` marks the
    rows of the numerator (none: all). ``whole`` is false where the denominator is not of these
    rows. Raises FindingError for an unknown table, column, or index.
    """
    if table not in TABLES:
        raise FindingError(f"rows of {table!r}: not a committed table")
    if by and by not in part.columns:
        raise FindingError(f"rows of {table}: no column {by!r}")
    marks = np.ones(len(part), bool) if numerator is None else np.asarray(numerator, bool)
    counts = part[by].to_numpy(float) if by else np.ones(len(part))
    index = part.index.to_numpy()
    return Rows(
        table,
        float(counts[marks].sum()),
        float(counts.sum()) if whole else None,
        {
            "table": table,
            "by": by,
            "rows": _ranges(index),
            "numerator": _ranges(index[marks]),
            "whole": whole,
        },
    )


def listed(source: str, frame: pd.DataFrame, *, numerator: Any = None) -> Rows:
    """Name a list of which every row counts one, such as places or claims; kept whole."""
    marks = np.ones(len(frame), bool) if numerator is None else np.asarray(numerator, bool)
    out = frame.reset_index(drop=True).copy()
    out[IN_NUMERATOR] = marks.astype(int)
    out[IN_DENOMINATOR] = 1
    csv = out.to_csv(index=False, lineterminator="\n")
    return Rows(source, float(marks.sum()), float(len(out)), {"source": source, "csv": csv})


def summed(source: str, frame: pd.DataFrame, *, numerator: str, denominator: str) -> Rows:
    """Name a list of counts that add up to both counts of a share, such as months; kept whole."""
    out = frame.reset_index(drop=True).copy()
    out[IN_NUMERATOR], out[IN_DENOMINATOR] = out[numerator], out[denominator]
    csv = out.to_csv(index=False, lineterminator="\n")
    totals = out[[IN_NUMERATOR, IN_DENOMINATOR]].sum()
    return Rows(
        source,
        float(totals[IN_NUMERATOR]),
        float(totals[IN_DENOMINATOR]),
        {"source": source, "csv": csv},
    )


def two_groups(
    source: str,
    after: pd.DataFrame,
    before: pd.DataFrame,
    *,
    numerator: str,
    denominator: str,
) -> Rows:
    """Name the counts behind a difference of two shares: rows of ``after`` less rows of ``before``.

    ``numerator`` and ``denominator`` name the columns of counts. The difference is that of the
    pooled shares.
    """
    parts = [frame.assign(group=name) for name, frame in (("after", after), ("before", before))]
    out = pd.concat(parts, ignore_index=True)
    for name, column in ((IN_NUMERATOR, numerator), (IN_DENOMINATOR, denominator)):
        out[name] = out[column]
    shares = [frame[numerator].sum() / frame[denominator].sum() for frame in (after, before)]
    csv = out.to_csv(index=False, lineterminator="\n")
    return Rows(source, float(shares[0] - shares[1]), None, {"source": source, "csv": csv})


def check(rows: Rows, identifier: str, value: Any, x: int | None, n: int | None) -> None:
    """Raise FindingError unless the rows add up to the finding's counts."""
    wanted = x if x is not None else value
    # Counts are exact; a difference of shares agrees to the last digits.
    if not math.isclose(rows.numerator, wanted, rel_tol=1e-12, abs_tol=0):
        raise FindingError(
            f"finding {identifier}: its rows of {rows.source} add up to {rows.numerator:g}, "
            f"not {wanted}"
        )
    if n is not None and rows.denominator is not None and rows.denominator != n:
        raise FindingError(
            f"finding {identifier}: its rows of {rows.source} add up to {rows.denominator:g}, "
            f"not {n}"
        )


def as_csv(data: Mapping[str, Any]) -> str:
    """Return the recorded rows of a finding as CSV: the table's columns, then each contribution.

    Rows of a committed table carry their position in it, counted from 1 below the header.
    """
    if "csv" in data:
        return str(data["csv"])
    chosen = _positions(data["rows"])
    frame = load(data["table"]).iloc[chosen].copy()
    counts = frame[data["by"]] if data["by"] else pd.Series(1, index=frame.index)
    marked = frame.index.isin(_positions(data["numerator"]))
    frame.insert(0, ROW, frame.index + 1)
    frame[IN_NUMERATOR] = np.where(marked, counts, 0)
    if data["whole"]:
        frame[IN_DENOMINATOR] = counts
    for name in frame.columns:
        if pd.api.types.is_datetime64_any_dtype(frame[name]):
            frame[name] = frame[name].dt.strftime("%Y-%m-%d")
    return frame.to_csv(index=False, lineterminator="\n")
