"""A share under definitions that widen step by step, for two groups."""

from collections.abc import Mapping

import pandas as pd

from scomm.display.charts.shared import Figure, dot, draw_rows, label_point, translated
from scomm.display.figures import Layout
from scomm.display.style import role
from scomm.display.ticks import tick_labels

_GROUPS = ("subject", "other")
_GAP = 5  # points between a mark and its value


def definitions(
    layout: Layout, data: pd.DataFrame, *, groups: Mapping[str, str], xlabel: str
) -> Figure:
    """Draw label and the columns of ``groups`` (column: its name in the key), values printed.

    The first group is the subject. The lower of two values in a row is printed on the left.
    """
    first, second = groups
    dots = [
        (data[column], dot(color, filled=color == "subject") | {"label": translated(name)})
        for (column, name), color in zip(groups.items(), _GROUPS, strict=True)
    ]
    ends = data[[first, second]]
    thin = {"color": role("range"), "linewidth": 0.8, "zorder": 1}
    bars = [(ends.min(axis=1), ends.max(axis=1), thin)]
    figure = draw_rows(layout, data["label"], bars, dots, xlabel=xlabel, xlim=(0, 1), bar_name="")
    axes = figure.axes[0]
    first_is_left = data[first] < data[second]
    for column, color, left in (
        (first, "subject", first_is_left),
        (second, "other", ~first_is_left),
    ):
        for share, height, on_left in zip(data[column], axes.get_yticks(), left, strict=True):
            label = tick_labels([round(share, 2)], "share")[0]
            label_point(axes, label, (share, height), (-_GAP if on_left else _GAP, 0), color)
    return figure
