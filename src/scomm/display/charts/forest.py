"""Shares with their intervals, one row a place."""

from typing import Any

import pandas as pd

from scomm.display.charts.shared import Figure, Looks, dot, draw_rows, with_n
from scomm.display.figures import Layout
from scomm.display.style import role
from scomm.display.words import N_, _

_INTERVAL: Looks = {"color": role("subject"), "linewidth": 1.6}
_RANGE: Looks = {"color": role("range"), "linewidth": 5, "alpha": 0.55}
_NARROW = 0.05  # the widest range of a share that still has a mark, at its middle


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
    points. n_text is printed beside the label. Optional highlight: what is ``established``, as the
    key calls it, is drawn filled, and what is not, hollow. Options are those of ``draw_rows``.
    """
    labels = with_n(data)
    low, high = data["share_low"], data["share_high"]
    agrees = _RANGE | {"label": _("range that agrees with what was printed")}
    bars = [(data["low"], data["high"], _INTERVAL), (low.where(low < high), high, agrees)]
    middle = ((low + high) / 2).where(high - low <= _NARROW)
    dots = [(middle, dot())]
    if "highlight" in data and data["highlight"].nunique() > 1:
        filled = data["highlight"].astype(bool)
        hollow = {"label": _("not established, or no number to test")} | dot(filled=False)
        dots = [
            (middle.where(filled), {"label": _(established)} | dot()),
            (middle.mask(filled), hollow),
        ]
    return draw_rows(layout, labels, bars, dots, xlim=xlim, **options)
