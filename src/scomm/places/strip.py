"""List the places of the first page's strip: share, description and link."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from citable.display.formats import tr
from citable.display.words import N_
from scomm.evidence.published import Published
from scomm.places.datasheets import place_address

_WIDEST = 0.05  # of a range of shares that is shown as a dot, at its middle


def dots(items: Sequence[Published]) -> pd.DataFrame:
    """Return one row a place whose share is known within five points, lowest first.

    Columns: ``name`` (short), ``share`` (the middle where a range was printed), ``title`` (place, share, n
    and cut-off in words), ``filled`` (over one half beyond chance and beyond selection), ``path``
    (relative to the root). What was printed as a mere bound has no row.
    """
    rows = []
    for item in items:
        low, high = item.share
        if high - low > _WIDEST:
            continue
        known = {"place": item.label, "share": item.share_text, "n": item.n_text}
        text = N_("{place}: {share}, {n}, to {cutoff:cutoff}")
        if interval := item.interval():
            text = N_("{place}: {share}, interval {low:pct} to {high:pct}, {n}, to {cutoff:cutoff}")
            known |= {"low": interval.low, "high": interval.high}
        title = tr(text, **known, cutoff=item.cutoff)
        rows.append(
            {
                "name": item.jurisdiction.removesuffix(" County"),
                "share": (low + high) / 2,
                "title": title,
                "filled": item.as_counted() == "over" and item.beyond_selection() == "established",
                "path": place_address(item.place_code, item.state),
            }
        )
    columns = ["name", "share", "title", "filled", "path"]
    return pd.DataFrame(rows, columns=columns).sort_values(
        "share", kind="stable", ignore_index=True
    )
