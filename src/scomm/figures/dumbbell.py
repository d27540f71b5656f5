"""Draw dumbbell plots, two shares of each row joined and printed: two groups, or a share as counted and adjusted."""

from collections.abc import Mapping

import pandas as pd

from citable.display.figures import Layout
from citable.display.style import role
from citable.display.ticks import tick_labels
from scomm.figures.caterpillar import COUNTED, adjusted_looks
from scomm.figures.shared import (
    SHARE,
    Figure,
    dot_looks,
    draw_rows,
    label_point,
    labels_with_n,
    translate_label,
)

_GROUPS = ("subject", "other")
_GAP = 7  # points from the middle of a mark to its value


def dumbbell(
    layout: Layout,
    data: pd.DataFrame,
    *,
    groups: Mapping[str, str],
    xlabel: str = SHARE,
    xlim: tuple[float, float] = (0, 1),
    change: str = "",
) -> Figure:
    """Draw label and the columns of ``groups`` (column: its name in the key), values printed.

    The first group is the subject; the column ``raw`` holds values as counted. The lower of two
    values in a row is printed on the left. Optional n_text is printed beside the label; ``change``
    heads a column of what the first group is above the second, in percentage points.
    """
    first, second = groups
    looks = adjusted_looks if "raw" in groups else dot_looks
    dots = [
        (
            data[column],
            (COUNTED if column == "raw" else looks(color, filled=color == "subject"))
            | {"label": translate_label(name)},
        )
        for (column, name), color in zip(groups.items(), _GROUPS, strict=True)
    ]
    ends = data[[first, second]]
    thin = {"color": role("range"), "linewidth": 0.8, "zorder": 1}
    bars = [(ends.min(axis=1), ends.max(axis=1), thin)]
    labels = labels_with_n(data) if "n_text" in data else data["label"]
    figure = draw_rows(layout, labels, bars, dots, xlabel=xlabel, xlim=xlim, bar_name="")
    axes = figure.axes[0]
    heights = axes.get_yticks()
    first_is_left = data[first] < data[second]
    for column, color, left in (
        (first, "subject", first_is_left),
        (second, "other", ~first_is_left),
    ):
        for share, height, on_left in zip(data[column], heights, left, strict=True):
            label = tick_labels([round(share, 2)], "share")[0]
            label_point(axes, label, (share, height), (-_GAP if on_left else _GAP, 0), color)
    if change:
        moved = tick_labels((data[first] - data[second]).round(3).tolist(), "points", signed=True)
        beside = axes.secondary_yaxis("right")
        beside.set_yticks(heights, moved, va="center")
        beside.tick_params(length=0, labelcolor=role("subject"))
        beside.spines["right"].set_visible(False)
        axes.set_title(translate_label(change), loc="right", color=role("label"))
    return figure
