"""Bounds as bars from low to high."""

import pandas as pd

from citable.display.figures import Layout
from citable.display.marks import RANGE
from citable.display.style import role
from citable.display.words import N_
from scomm.figures.shared import Figure, Looks, dot, draw_rows, numbers_of

_BAR: Looks = {"color": role("subject"), "linewidth": 4}


def ranges(
    layout: Layout, data: pd.DataFrame, *, xlabel: str = N_("Share"), visible: str | None = None
) -> Figure:
    """Draw label, low and high; ``visible`` names a column drawn as a mark."""
    bars = [(data["low"], data["high"], _BAR)]
    dots = [(data[visible], dot("text"))] if visible else []
    options: Looks = {"xlabel": xlabel, "bar_name": RANGE, "numbers": numbers_of(data)}
    return draw_rows(layout, data["label"], bars, dots, xlim=(0, 1), **options)
