"""Small panels of shares over time, all on one scale."""

from collections.abc import Mapping, Sequence

import pandas as pd

from scomm.display.charts.shared import (
    Event,
    Figure,
    dot,
    draw_dots,
    draw_lines,
    folded,
    translated,
)
from scomm.display.figures import Layout
from scomm.display.style import role
from scomm.display.ticks import number_ticks


def small_multiples(
    layout: Layout,
    data: pd.DataFrame | Mapping[str, pd.Series],
    *,
    events: Sequence[Event] = (),
    ylabel: str = "",
    intervals: tuple[pd.DataFrame, pd.DataFrame] | None = None,
) -> Figure:
    """Draw a panel for each column of a frame, or series of a mapping, of shares indexed by date.

    ``intervals`` are the low and the high ends, frames like ``data``: values are then marks with
    their intervals, in fewer and wider panels.
    """
    frame = pd.DataFrame(data)
    across = 3 if layout.narrow else 6
    height = 0.95
    if intervals is not None:
        across, height = (2, 1.15) if layout.narrow else (5, 1.5)
    down = -(-frame.shape[1] // across)
    figure = layout.figure(height * down + 0.4)
    # Panels that share an axis look at one another at every step, which takes most of the time.
    grid = figure.subplots(down, across, squeeze=False).flat
    first, last = frame.index.min(), frame.index.max()
    margin = 0.05 * (last - first)
    most = float((frame if intervals is None else intervals[1]).max(axis=None))
    years = (first.year + (first.dayofyear > 1), last.year)
    for axes, (title, values) in zip(grid, frame.items(), strict=False):
        line = {"palette": [role("subject")], "dashes": False, "linewidth": 1.1}
        if intervals is not None:
            low, high = (ends[title].to_numpy(float) for ends in intervals)
            axes.vlines(frame.index, low, high, color=role("subject"), linewidth=1.4)
            draw_dots(axes, frame.index, values.to_numpy(float), dot() | {"s": 9})
            line["linewidth"] = 0.6
        draw_lines(axes, values.rename("share").to_frame(), **line)
        for date, _label in events:
            axes.axvline(pd.Timestamp(date), color=role("range"), linewidth=0.7, dashes=(2, 2))
        axes.set_title(folded(title, 22) if intervals else translated(title), loc="left", pad=2)
        axes.set_xlim(first - margin, last + margin)
        axes.set_ylim(0, min(1.0, 1.08 * most))
        axes.label_outer()
        axes.set_xticks([pd.Timestamp(year, 1, 1) for year in years], map(str, years))
        number_ticks(axes.yaxis, "share", most=3)
    for axes in list(figure.axes)[frame.shape[1] :]:
        axes.set_visible(False)
    if ylabel:
        figure.supylabel(translated(ylabel), color=role("label"), fontsize=layout.size)
    return figure
