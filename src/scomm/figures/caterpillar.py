"""Draw caterpillar plots: several estimates of each place on one line."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from citable.display.figures import Layout
from citable.display.style import role
from scomm.figures.shared import (
    Figure,
    Looks,
    dot_looks,
    draw_rows,
    format_numbers,
    translate_label,
)

_INTERVAL: Looks = {"color": role("subject-range"), "linewidth": 4}
# Values as counted look the same in every figure; adjusted values are highlighted, and small
# enough to be visible inside where both are equal.
COUNTED: Looks = {
    **{"marker": "D", "s": 40, "linewidth": 1.0, "zorder": 5},
    **{"facecolor": "none", "edgecolor": role("other")},
}


def adjusted_looks(color: str = "subject", filled: bool = True) -> Looks:
    """Return the looks of an adjusted estimate's mark, drawn beside the value as counted."""
    return dot_looks(color, filled) | {"s": 11, "linewidth": 0.8}


def caterpillar(
    layout: Layout, data: pd.DataFrame, *, columns: Mapping[str, str], **options: Any
) -> Figure:
    """Draw label, the named ``columns``, and optional low and high; options of ``draw_rows``.

    The column ``raw`` holds values as counted or printed, any other what was made of them.
    """
    bars = [(data["low"], data["high"], _INTERVAL)] if "low" in data else []
    estimate = adjusted_looks() if "raw" in columns else dot_looks()
    dots = [
        (data[name], {"label": translate_label(label)} | (COUNTED if name == "raw" else estimate))
        for name, label in columns.items()
    ]
    numbers = format_numbers(data)
    return draw_rows(layout, data["label"], bars, dots, numbers=numbers, **options)
