"""Draw small multiples over time, all on one scale."""

from collections.abc import Mapping, Sequence

import pandas as pd

from citable.display.figures import Layout
from citable.display.marks import INTERVAL, WHEN, add_mark, format_mark_value, format_range
from citable.display.style import role
from citable.display.ticks import number_ticks
from citable.display.words import _
from scomm.figures.series import format_time
from scomm.figures.shared import (
    Event,
    Figure,
    dot_looks,
    draw_dots,
    draw_lines,
    label_line,
    translate_label,
    wrap_label,
)


def small_multiples(
    layout: Layout,
    data: pd.DataFrame | Mapping[str, pd.Series],
    *,
    events: Sequence[Event] = (),
    ylabel: str = "",
    unit: str = "share",
    reference: float | None = None,
    panels: int = 6,
    intervals: tuple[pd.DataFrame, pd.DataFrame] | None = None,
) -> Figure:
    """Draw a panel for each column of a frame, or series of a mapping, indexed by date.

    Values are shares, or numbers by ``unit``; ``reference`` is a level drawn in each panel. A wide
    screen has so many ``panels`` side by side, a narrow one half, at least two. An event is named in the first.
    ``intervals`` are the low and the high ends, frames like ``data``: values are then marks.
    """
    frame = pd.DataFrame(data)
    across = max(2, panels // 2) if layout.narrow else panels
    down = -(-frame.shape[1] // across)
    width = round(13 * layout.width / across)  # letters of a title
    titles = {name: wrap_label(name, width) for name in frame}
    lines = max(title.count("\n") for title in titles.values())
    figure = layout.figure((0.95 * (6 / panels) ** 0.7 + 0.15 * lines) * down + 0.4)
    # Shared axes update one another at every step, which takes most of the time.
    grid = figure.subplots(down, across, squeeze=False).flat
    first, last = frame.index.min(), frame.index.max()
    margin = 0.05 * (last - first)
    years = (first.year + (first.dayofyear > 1), last.year)
    top = 1.08 * float((frame if intervals is None else intervals[1]).max(axis=None))
    line = {"palette": [role("subject")], "dashes": False, "linewidth": 0.6 if intervals else 1.1}
    for number, (axes, (name, values)) in enumerate(zip(grid, frame.items(), strict=False)):
        if intervals is not None:
            low, high = (ends[name].to_numpy(float) for ends in intervals)
            axes.vlines(frame.index, low, high, color=role("subject"), linewidth=1.4)
            draw_dots(axes, frame.index, values.to_numpy(float), dot_looks() | {"s": 9})
        monthly = bool((frame.index.day == 1).all())
        for date, value in values.dropna().items():
            said = {
                _(WHEN): format_time(date, monthly),
                _("value"): format_mark_value(float(value), unit),
            }
            if intervals is not None:
                start, end = (float(ends.loc[date, name]) for ends in intervals)
                said[_(INTERVAL)] = format_range(start, end, unit)
            add_mark(axes, date, float(value), translate_label(name), said)
        draw_lines(axes, values.rename("share").to_frame(), **line)
        for date, _label in events:
            axes.axvline(pd.Timestamp(date), color=role("range"), linewidth=0.7, dashes=(2, 2))
        if reference is not None:
            axes.axhline(reference, color=role("range"), linewidth=0.7, zorder=1)
        axes.set_title(titles[name], loc="left", pad=2)
        axes.set_xlim(first - margin, last + margin)
        axes.set_ylim(0, min(1.0, top) if unit == "share" else top)
        for date, label in events if number == 0 else ():
            if label:
                label_line(axes, pd.Timestamp(date), wrap_label(label, 14), "label")
        axes.label_outer()
        axes.set_xticks([pd.Timestamp(year, 1, 1) for year in years], map(str, years))
        number_ticks(axes.yaxis, unit, most=3)
    for axes in list(figure.axes)[frame.shape[1] :]:
        axes.set_visible(False)
    if ylabel:
        figure.supylabel(translate_label(ylabel), color=role("label"), fontsize=layout.size)
    return figure
