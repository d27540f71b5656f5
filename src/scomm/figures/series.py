"""Draw lines over time."""

from collections.abc import Sequence
from itertools import cycle, islice
from typing import Any

import numpy as np
import pandas as pd

from citable.display.figures import Layout
from citable.display.formats import fmt
from citable.display.marks import WHEN, add_mark, format_mark_value
from citable.display.style import LINES, role
from citable.display.ticks import number_ticks
from citable.display.words import _
from scomm.figures.shared import (
    Axes,
    Event,
    Figure,
    Looks,
    draw_lines,
    label_line,
    translate_label,
    wrap_label,
)


def _points(axes: Axes) -> float:
    """Estimate the height of an axes in points: it is laid out later."""
    figure: Any = axes.figure
    return 72 * 0.78 * float(figure.get_figheight())


def _draw_events(axes: Axes, events: Sequence[Event], layout: Layout) -> None:
    """Draw dates with their names, the first highest; a line ends below the names above its own."""
    top = 1.0
    for date, label in events:
        at = pd.Timestamp(date)
        text = wrap_label(label, 18 if layout.narrow else 30)
        axes.axvline(at, ymax=top, color=role("range"), linewidth=0.8, dashes=(2, 2), zorder=1)
        label_line(axes, at, text, "label", top=top)
        top -= (1.3 * layout.size * (text.count("\n") + 1) + 4) / _points(axes)


def _spread(values: np.ndarray, gap: float) -> np.ndarray:
    """Spread label positions in order, as little as possible, so that neighbours are a gap apart."""
    from scipy.optimize import isotonic_regression

    order = np.argsort(values, kind="stable")
    room = gap * np.arange(len(values))
    return (isotonic_regression(values[order] - room).x + room)[np.argsort(order, kind="stable")]


def _name_ends(axes: Axes, frame: pd.DataFrame, layout: Layout) -> None:
    """Label lines at their right ends; a label that was moved has a leader line."""
    low, high = axes.get_ylim()
    texts = [wrap_label(str(name), 14 if layout.narrow else 22) for name in frame.columns]
    tallest = max(text.count("\n") + 1 for text in texts)
    ends = frame.ffill().iloc[-1].to_numpy(float)
    places = _spread(ends, (high - low) * 1.3 * layout.size * tallest / _points(axes))
    moved = np.abs(places - ends) > 0.01 * (high - low)
    x = 1.05 if moved.any() else 1.015
    joined = {"arrowstyle": "-", "linewidth": 0.6, "relpos": (0, 0.5), "shrinkA": 1, "shrinkB": 1}
    at_the_side = ("axes fraction", "data")
    for text, end, place, joins, (name, _dash) in zip(
        texts, ends, places, moved, cycle(LINES), strict=False
    ):
        color = role(name)
        looks: Looks = {"color": color, "va": "center", "annotation_clip": False}
        looks["arrowprops"] = joined | {"color": color} if joins else None
        axes.annotate(text, (1, end), (x, place), at_the_side, at_the_side, **looks)


def _date_ticks(axes: Axes, index: pd.DatetimeIndex, layout: Layout) -> None:
    """Set date ticks: years if there are at least two, else months; no more than fit."""
    first, last = index.min(), index.max()
    years = (last - first).days > 800
    ticks = pd.date_range(first, last, freq="YS" if years else "MS", normalize=True)
    ticks = ticks[:: -(-len(ticks) // (5 if layout.narrow else 9))]
    axes.set_xticks(list(ticks), [str(day.year) if years else fmt(day, "mon") for day in ticks])


def format_time(at: Any, monthly: bool = True) -> str:
    """Format a point of an axis: a month, a day, or a number."""
    if isinstance(at, pd.Timestamp):
        return fmt(at, "mon" if monthly else "date")
    return str(int(at)) if float(at).is_integer() else f"{at:g}"


def series(
    layout: Layout,
    data: pd.DataFrame,
    *,
    events: Sequence[Event] = (),
    ylabel: str = "",
    percent: bool = True,
    ymin: float | None = 0.0,
    drawstyle: str = "default",
) -> Figure:
    """Draw a line for each column over the index, dates or numbers, named at its end.

    A missing value breaks its line. ``events`` are (date, name).
    """
    figure = layout.figure(3.1 if layout.narrow else 3.6)
    axes = figure.add_subplot()
    colors, dashes = zip(*islice(cycle(LINES), data.shape[1]), strict=True)
    lines = {"palette": [role(color) for color in colors], "dashes": [*dashes], "linewidth": 1.7}
    draw_lines(axes, data, drawstyle=drawstyle, **lines)
    axes.set_ylim(bottom=ymin)
    low, high = axes.get_ylim()
    high += 0.22 * (high - low) if events else 0
    axes.set_ylim(low, high)
    if data.shape[1] > 1 or not ylabel:
        _name_ends(axes, data, layout)
    axes.grid(axis="y")
    axes.margins(x=0)
    number_ticks(axes.yaxis, "share" if percent else "number")
    if percent:
        # Room for event labels must not suggest shares above one.
        axes.set_yticks([tick for tick in axes.get_yticks() if low <= tick <= min(high, 1.0)])
    if isinstance(data.index, pd.DatetimeIndex):
        _date_ticks(axes, data.index, layout)
    else:
        number_ticks(axes.xaxis, most=5)
    if ylabel:
        text = wrap_label(ylabel, 64 if layout.narrow else 118)
        axes.set_title(text, loc="left", color=role("label"))
    _draw_events(axes, events, layout)
    monthly = isinstance(data.index, pd.DatetimeIndex) and bool((data.index.day == 1).all())
    for name, line in data.items():
        label = translate_label(name if data.shape[1] > 1 or not ylabel else ylabel)
        for at, value in line.dropna().items():
            said = {_(WHEN): format_time(at, monthly)}
            said[_("value")] = format_mark_value(float(value), "share" if percent else "number")
            add_mark(axes, at, float(value), label, said)
    return figure
