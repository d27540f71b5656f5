"""Draw values by year, a panel for each source, on one axis of years."""

import pandas as pd

from citable.display.figures import Layout
from citable.display.formats import fmt
from citable.display.marks import WHEN, add_mark, format_range
from citable.display.style import role
from citable.display.ticks import number_ticks
from citable.display.words import _
from scomm.figures.shared import (
    Figure,
    Looks,
    dot_looks,
    draw_dots,
    label_point,
    translate_label,
    wrap_label,
)

_TALL, _TITLE = 1.0, 0.2  # inches of a panel, and of a line of its title
_FLOOR = 0.28  # part of a panel in which a label does not stand below its mark
_WHOLE_PERCENT = 0.0101  # a share printed in whole percents lies within so much
_RANGE: Looks = {"color": role("subject"), "linewidth": 5, "alpha": 0.45}


def _labels(low: float, high: float, sign: str) -> list[tuple[float, int, str]]:
    """Return the labels of a value: height, side (above or below), text."""
    if high - low <= _WHOLE_PERCENT:
        low = high = (low + high) / 2
    ends = {1: high} if low == high else {1: high, -1: low}
    return [(end, side, fmt(end, "pct0").rstrip("%") + sign) for side, end in ends.items()]


def panels(layout: Layout, data: pd.DataFrame, *, most: float = 1.0) -> Figure:
    """Draw shares by year, one below another, a panel each ``panel`` of ``data`` in its order.

    Columns: ``panel`` (its title), ``year``, ``low`` and ``high``: equal ends are a mark, others a
    bar. No line joins values: a panel has one definition, and panels have different ones.
    """
    titles = list(dict.fromkeys(data["panel"]))
    width = 52 if layout.narrow else 110
    lines = [wrap_label(title, width) for title in titles]
    rooms = [_TALL + _TITLE * (line.count("\n") + 1) for line in lines]
    figure = layout.figure(sum(rooms) + 0.35)
    grid = figure.subplots(len(titles), 1, squeeze=False, height_ratios=rooms)[:, 0]
    first, last = int(data["year"].min()), int(data["year"].max())
    step, sign = (4, "") if layout.narrow else (2, "%")
    for axes, title, line in zip(grid, titles, lines, strict=True):
        part = data[data["panel"] == title]
        exact = part["high"] - part["low"] <= _WHOLE_PERCENT
        wide = part[~exact]
        axes.set_ylim(0, most * 1.12)
        axes.vlines(wide["year"], wide["low"], wide["high"], **_RANGE)
        draw_dots(
            axes,
            part.loc[exact, "year"],
            part.loc[exact, ["low", "high"]].mean(axis=1),
            dot_looks(),
        )
        for row in part.itertuples():
            values = {_(WHEN): str(row.year), _("share"): format_range(row.low, row.high, "share")}
            add_mark(axes, row.year, (row.low + row.high) / 2, translate_label(title), values)
            for height, side, said in _labels(row.low, row.high, sign):
                place, ha = (0, 7 * side), "center"
                if side < 0 and height < _FLOOR * most:
                    # No space above the axis: label beside the end, away from the year before.
                    after = (part["year"] == row.year - 1).any()
                    place, ha = ((4, 0), "left") if after else ((-4, 0), "right")
                label_point(axes, said, (row.year, height), place, "text", ha=ha)
        axes.set_title(line, loc="left", pad=3)
        axes.set_xlim(first - 0.7, last + 0.7)
        axes.set_xticks(range(first, last + 1, step), [])
        number_ticks(axes.yaxis, "share", most=3)
    grid[-1].set_xticks(range(first, last + 1, step), map(str, range(first, last + 1, step)))
    return figure
