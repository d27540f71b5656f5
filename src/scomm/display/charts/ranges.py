"""Bounds as bars from low to high."""

import pandas as pd

from scomm.display.charts.shared import Figure, Looks, dot, draw_rows
from scomm.display.figures import Layout
from scomm.display.style import role
from scomm.display.words import N_

_BAR: Looks = {"color": role("subject"), "linewidth": 4}


def ranges(
    layout: Layout, data: pd.DataFrame, *, xlabel: str = N_("Share"), visible: str | None = None
) -> Figure:
    """Draw label, low and high; ``visible`` names a column drawn as a mark."""
    bars = [(data["low"], data["high"], _BAR)]
    dots = [(data[visible], dot("text"))] if visible else []
    return draw_rows(layout, data["label"], bars, dots, xlabel=xlabel, xlim=(0, 1))
