"""Draw forest plots: shares with their intervals, one row a place."""

from typing import Any

import pandas as pd

from citable.display.figures import Layout
from citable.display.marks import INTERVAL, NUMBER, format_range
from citable.display.style import WIDEST_DOT, role
from citable.display.words import N_, _
from scomm.figures.shared import (
    SHARE,
    Figure,
    Looks,
    dot_looks,
    draw_rows,
    labels_with_n,
    translate_label,
    wrap_label,
)

_INTERVAL: Looks = {"color": role("subject"), "linewidth": 1.6}
_RANGE: Looks = {"color": role("range"), "linewidth": 5, "alpha": 0.55}
_IS = "n = "  # what stands before a row's number in its label


def forest(
    layout: Layout,
    data: pd.DataFrame,
    *,
    xlim: tuple[float, float] = (0.0, 1.0),
    established: str = N_("established beyond chance"),
    **options: Any,
) -> Figure:
    """Draw label, low, high (interval), share_low, share_high (equal where the counts are exact).

    A share that is a range is a grey bar, with a mark in its middle if it is no wider than five
    points. n_text is printed beside the label, the share at the end of the row. Optional highlight:
    what is ``established``, as the key calls it, is drawn filled, and what is not, hollow. Options
    are those of ``draw_rows``.
    """
    labels = labels_with_n(data)
    low, high = data["share_low"], data["share_high"]
    agrees = _RANGE | {"label": _("range that agrees with what was printed")}
    bars = [(data["low"], data["high"], _INTERVAL), (low.where(low < high), high, agrees)]
    middle = ((low + high) / 2).where(high - low <= WIDEST_DOT)
    dots = [(middle, dot_looks())]
    if "highlight" in data and data["highlight"].nunique() > 1:
        filled = data["highlight"].astype(bool)
        hollow = {"label": _("not established, or no number to test")} | dot_looks(filled=False)
        dots = [
            (middle.where(filled), {"label": _(established)} | dot_looks()),
            (middle.mask(filled), hollow),
        ]
    shares = [format_range(*ends, "share") for ends in zip(low, high, strict=True)]
    name = translate_label(options.get("xlabel", SHARE))
    readings = []
    for row, share in zip(data.itertuples(), shares, strict=True):
        said = {name: share}
        if pd.notna([row.low, row.high]).all():
            said[_(INTERVAL)] = format_range(row.low, row.high, "share")
        if isinstance(row.n_text, str) and row.n_text:
            said[_(NUMBER)] = translate_label(row.n_text).removeprefix(_IS).removeprefix("n ")
        readings.append((translate_label(row.label), said))
    figure = draw_rows(layout, labels, bars, dots, xlim=xlim, readings=readings, **options)
    axes = figure.axes[0]
    beside: Looks = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
    beside |= {"va": "center", "annotation_clip": False, "color": role("text")}
    for share, height in zip(shares, axes.get_yticks(), strict=True):
        axes.annotate(wrap_label(share, 9 if layout.narrow else 20), (1, height), (5, 0), **beside)
    return figure
