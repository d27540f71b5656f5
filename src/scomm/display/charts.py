"""The book's chart types. Each takes a layout and tidy rows and returns a matplotlib figure.

Colours are those of ``style.ROLES``: the subject, its reference, the others.

Shares lie in [0, 1] and are printed in per cent. Rows come sorted; nothing is sorted here. Every label
is said in the edition's language when it is drawn.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from scomm.display.figures import Layout
from scomm.display.formats import fmt
from scomm.display.style import LINES, role
from scomm.display.ticks import number_ticks, tick_labels
from scomm.display.words import N_, _

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Event = tuple[Any, str]

_LINE, _AIR = 0.155, 0.075  # inches that a line of a row's label takes, and the air round it
NBSP = "\N{NO-BREAK SPACE}"  # keeps a place's number of removals on one line


def _said(label: Any) -> str:
    return _(label) if isinstance(label, str) else str(label)


def _folded(label: Any, width: int) -> str:
    # A state's letters stay with the name before them.
    kept = re.sub(r" (?=[A-Z]{2}\b(?! [A-Z]))", NBSP, _said(label))
    return "\n".join(textwrap.wrap(kept, width))


def _shares(axis: Any, layout: Layout) -> None:
    number_ticks(axis, "share", most=4 if layout.narrow else 6)


def _xlabel(axes: Axes, label: str, layout: Layout) -> None:
    axes.set_xlabel(_folded(label, 42) if layout.narrow else _said(label))


def _key(figure: Figure, handles: Sequence[Any], layout: Layout) -> None:
    """Put a key under a figure; its room is made by the layout."""
    longest = max(len(handle.get_label()) for handle in handles)
    figure.legend(
        handles=handles,
        loc="outside lower left",
        ncols=max(1, min(len(handles), (58 if layout.narrow else 118) // (longest + 6))),
        frameon=False,
        handlelength=1.6,
        handletextpad=0.5,
        columnspacing=1.4,
        borderaxespad=0.2,
        labelcolor=role("label"),
    )


def _height(axes: Axes) -> float:
    """Return the height in inches of the figure that an axes is part of."""
    figure: Any = axes.figure
    return float(figure.get_figheight())


def _mark(axes: Axes, label: Any, at: tuple[Any, float], **settings: Any) -> Any:
    """Name a point; the checks of a figure know whose name it is."""
    text = axes.annotate(label, at, textcoords="offset points", **settings)
    text.mark = at  # type: ignore[attr-defined]
    return text


def _wrap(labels: Sequence[str], layout: Layout) -> list[str]:
    return [_folded(label, 22 if layout.narrow else 44) for label in labels]


def _columns(labels: Sequence[str], layout: Layout) -> int:
    """Return how many columns of a legend fit beside each other."""
    most, room = (2, 56) if layout.narrow else (3, 112)
    longest = max(len(label) for label in labels) + 4
    return max(1, min(most, room // longest))


def _rows_axes(
    layout: Layout, labels: Sequence[str], extra: float = 0.8
) -> tuple[Figure, Axes, np.ndarray]:
    """Return a figure, its axes and the heights of its rows, each with the room its label needs."""
    wrapped = _wrap(labels, layout)
    rooms = np.array([_LINE * (label.count("\n") + 1) + _AIR for label in wrapped])
    positions = np.cumsum(rooms) - rooms / 2
    figure = layout.figure(max(1.2, float(rooms.sum()) + extra))
    axes = figure.add_subplot()
    axes.set_yticks(positions, wrapped, multialignment="right")
    axes.set_ylim(float(rooms.sum()) + 0.05, -0.05)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0, labelcolor=role("text"))
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    return figure, axes, positions


def _reference(axes: Axes, value: float | None, label: str) -> None:
    if value is None:
        return
    axes.axvline(value, color=role("reference"), linewidth=1.1, dashes=(4, 2), zorder=1)
    if label:
        low, high = axes.get_xlim()
        right = value > low + 0.6 * (high - low)
        axes.annotate(
            _said(label),
            (value, 1),
            xycoords=("data", "axes fraction"),
            xytext=(-3 if right else 3, 1),
            textcoords="offset points",
            color=role("reference"),
            ha="right" if right else "left",
            va="bottom",
        )


_RANGE: dict[str, Any] = {
    "color": role("range"),
    "linewidth": 5,
    "alpha": 0.55,
    "solid_capstyle": "butt",
    "zorder": 2,
}


# The widest range of a share that still has a mark, at its middle.
_NARROW = 0.05


def _dot(filled: bool) -> dict[str, Any]:
    """Return how the mark of an estimate looks: filled, or hollow for what is not established."""
    return {
        "marker": "o",
        "color": role("subject"),
        "markerfacecolor": role("subject") if filled else role("paper"),
        "markeredgewidth": 1.1,
        "markersize": 4.6,
        "linestyle": "none",
        "zorder": 4,
    }


def _handle(label: str, **looks: Any) -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], label=label, **looks)


def forest(
    layout: Layout,
    rows: pd.DataFrame,
    *,
    reference: float | None = None,
    reference_label: str = "",
    xlabel: str = N_("Share without a recorded conviction"),
    xlim: tuple[float, float] = (0.0, 1.0),
    established: str = N_("established beyond chance"),
) -> Figure:
    """Intervals of shares, one row a place.

    ``rows``: label, low, high (interval), share_low, share_high (equal where the counts are exact,
    a grey bar where they are a range), n_text (printed beside the label), optional highlight: what is
    ``established``, as the key calls it, drawn filled, and what is not, hollow. A range of no more than
    five points has its mark in the middle.
    """
    labels = [
        f"{_said(row.label)}, {_said(row.n_text).replace(' ', NBSP)}"
        if row.n_text
        else _said(row.label)
        for row in rows.itertuples()
    ]
    told = "highlight" in rows and 0 < int(rows["highlight"].sum()) < len(rows)
    ranged = bool((rows["share_high"] > rows["share_low"]).any())
    figure, axes, positions = _rows_axes(
        layout, labels, 0.95 + 0.24 * (2 * told + ranged if layout.narrow else told or ranged)
    )
    axes.set_xlim(*xlim)
    marked = rows["highlight"].to_numpy(bool) if told else np.ones(len(rows), bool)
    for number, (position, row) in enumerate(zip(positions, rows.itertuples(), strict=True)):
        if not np.isnan(row.low):
            axes.plot([row.low, row.high], [position] * 2, color=role("subject"), linewidth=1.6)
        if row.share_high > row.share_low:
            axes.plot([row.share_low, row.share_high], [position] * 2, **_RANGE)
        if row.share_high - row.share_low <= _NARROW:
            middle = (row.share_low + row.share_high) / 2
            axes.plot(middle, position, **_dot(bool(marked[number])))
    _shares(axes.xaxis, layout)
    _xlabel(axes, xlabel, layout)
    _reference(axes, reference, reference_label)
    keys = []
    if told:
        keys += [_handle(_(established), **_dot(True))]
        keys += [_handle(_("not established, or no number to test"), **_dot(False))]
    if ranged:
        keys += [_handle(_("range that agrees with what was printed"), **_RANGE)]
    if keys:
        _key(figure, keys, layout)
    return figure


def _events(axes: Axes, events: Sequence[Event], layout: Layout) -> None:
    """Draw dates with their names, the first highest; no date's line reaches the names above its own."""
    low, high = axes.get_xlim()
    line = 1.3 * layout.size  # points a line of text takes
    room = 72 * 0.78 * _height(axes)  # points of height, about
    drop = 0.0
    for date, label in events:
        at = pd.Timestamp(date)
        right = axes.convert_xunits(at) > low + 0.6 * (high - low)
        text = _folded(label, 18 if layout.narrow else 30)
        top = 1 - drop / room if drop else 1.0
        axes.axvline(at, ymax=top, color=role("range"), linewidth=0.8, dashes=(2, 2), zorder=1)
        axes.annotate(
            text,
            (at, top),
            xycoords=("data", "axes fraction"),
            xytext=(-3 if right else 3, -1),
            textcoords="offset points",
            ha="right" if right else "left",
            va="top",
            color=role("label"),
        )
        drop += line * (text.count("\n") + 1) + 4


def _spread(values: list[float], gap: float) -> list[float]:
    """Move label positions apart until neighbours are a gap apart, keeping their order."""
    order = np.argsort(values, kind="stable")
    placed = [float(values[i]) for i in order]
    for _pass in range(60):
        for i in range(1, len(placed)):
            lack = gap - (placed[i] - placed[i - 1])
            if lack > 0:
                placed[i - 1] -= lack / 2
                placed[i] += lack / 2
    result = [0.0] * len(values)
    for position, i in enumerate(order):
        result[i] = placed[position]
    return result


def _date_ticks(axes: Axes, index: pd.DatetimeIndex, layout: Layout) -> None:
    """Years where there are at least two, else months; no more ticks than fit."""
    first, last = index.min(), index.max()
    most = 5 if layout.narrow else 9
    if (last - first).days > 800:
        years = np.arange(first.year + (first.dayofyear > 1), last.year + 1)
        years = years[:: -(-len(years) // most)]
        axes.set_xticks([pd.Timestamp(year, 1, 1) for year in years], [str(y) for y in years])
    else:
        months = pd.date_range(first, last, freq="MS")
        months = months[:: -(-len(months) // most)]
        axes.set_xticks(list(months), [fmt(month, "mon") for month in months])


def _name_ends(axes: Axes, names: Sequence[str], ends: list[float], layout: Layout) -> None:
    """Name lines at their right ends; a name that had to move is joined to its end."""
    low, high = axes.get_ylim()
    texts = [_folded(name, 14 if layout.narrow else 22) for name in names]
    tallest = max(text.count("\n") + 1 for text in texts)
    height = 72 * 0.78 * _height(axes)
    places = _spread(ends, (high - low) * 1.3 * layout.size * tallest / height)
    moved = [
        abs(place - end) > 0.01 * (high - low) for place, end in zip(places, ends, strict=True)
    ]
    for number, (text, end, place) in enumerate(zip(texts, ends, places, strict=True)):
        color = role(LINES[number % len(LINES)][0])
        axes.annotate(
            text,
            (1, end),
            xycoords=("axes fraction", "data"),
            xytext=(1 + (0.05 if any(moved) else 0.015), place),
            textcoords=("axes fraction", "data"),
            color=color,
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": color, "linewidth": 0.6, "relpos": (0, 0.5)}
            | {"shrinkA": 1, "shrinkB": 1}
            if moved[number]
            else None,
        )


def _lines(
    layout: Layout,
    frame: pd.DataFrame,
    *,
    events: Sequence[Event],
    ylabel: str,
    percent: bool,
    bands: Mapping[str, tuple[Any, Any]] | None,
    ymin: float | None,
    drawstyle: str,
) -> Figure:
    figure = layout.figure(3.1 if layout.narrow else 3.6)
    axes = figure.add_subplot()
    ends: list[float] = []
    for number, name in enumerate(frame.columns):
        name_of_color, dash = LINES[number % len(LINES)]
        color = role(name_of_color)
        if bands and name in bands:
            axes.fill_between(frame.index, *bands[name], color=color, alpha=0.15, linewidth=0)
        axes.plot(
            frame.index,
            frame[name],
            color=color,
            linestyle=dash,
            linewidth=1.7,
            drawstyle=drawstyle,
        )
        ends.append(float(frame[name].dropna().iloc[-1]))
    if ymin is not None:
        axes.set_ylim(bottom=ymin)
    low, high = axes.get_ylim()
    if events:
        axes.set_ylim(low, high + 0.22 * (high - low))
        low, high = axes.get_ylim()
    if len(frame.columns) > 1 or not ylabel:
        _name_ends(axes, [str(name) for name in frame.columns], ends, layout)
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.margins(x=0)
    if percent:
        # Room for event labels must not suggest shares above one.
        number_ticks(axes.yaxis, "share")
        axes.set_yticks([tick for tick in axes.get_yticks() if low <= tick <= min(high, 1.0)])
    else:
        number_ticks(axes.yaxis)
    if isinstance(frame.index, pd.DatetimeIndex):
        _date_ticks(axes, frame.index, layout)
    else:
        number_ticks(axes.xaxis, most=5)
    if ylabel:
        axes.set_title(
            _folded(ylabel, 64 if layout.narrow else 118), loc="left", color=role("label")
        )
    _events(axes, events, layout)
    return figure


def series(
    layout: Layout,
    frame: pd.DataFrame,
    *,
    events: Sequence[Event] = (),
    ylabel: str = "",
    percent: bool = True,
    bands: Mapping[str, tuple[Any, Any]] | None = None,
    ymin: float | None = 0.0,
) -> Figure:
    """Lines over time, labelled at their ends; index dates, one column a line.

    ``bands`` maps a column to (low, high) drawn as a shade; ``events`` are (date, label).
    """
    return _lines(
        layout,
        frame,
        events=events,
        ylabel=ylabel,
        percent=percent,
        bands=bands,
        ymin=ymin,
        drawstyle="default",
    )


def steps(
    layout: Layout,
    frame: pd.DataFrame,
    *,
    events: Sequence[Event] = (),
    ylabel: str = "",
    percent: bool = True,
) -> Figure:
    """As ``series``, drawn as steps: values that jump on a day and hold."""
    return _lines(
        layout,
        frame,
        events=events,
        ylabel=ylabel,
        percent=percent,
        bands=None,
        ymin=0.0,
        drawstyle="steps-post",
    )


def counts(
    layout: Layout,
    frame: pd.DataFrame,
    *,
    ylabel: str = N_("Removals a month"),
    events: Sequence[Event] = (),
) -> Figure:
    """Counts over time from zero, one column a line."""
    return _lines(
        layout,
        frame,
        events=events,
        ylabel=ylabel,
        percent=False,
        bands=None,
        ymin=0.0,
        drawstyle="default",
    )


def small_multiples(
    layout: Layout,
    frames: Mapping[str, pd.Series],
    *,
    events: Sequence[Event] = (),
    ylabel: str = "",
    columns: int | None = None,
) -> Figure:
    """One small panel a place, all on one scale; each a Series of shares indexed by date."""
    across = columns or (3 if layout.narrow else 6)
    down = -(-len(frames) // across)
    figure = layout.figure(0.95 * down + 0.4)
    # Panels that share an axis look at one another at every step, which takes most of the time.
    grid = figure.subplots(down, across, squeeze=False)
    top = max(float(values.max()) for values in frames.values())
    dates = [
        date for values in frames.values() for date in (values.index.min(), values.index.max())
    ]
    margin = 0.05 * (max(dates) - min(dates))
    for axes, (title, values) in zip(grid.flat, frames.items(), strict=False):
        axes.plot(values.index, values, color=role("subject"), linewidth=1.1)
        for date, _label in events:
            axes.axvline(pd.Timestamp(date), color=role("range"), linewidth=0.7, dashes=(2, 2))
        axes.set_title(_said(title), loc="left", pad=2)
        axes.set_xlim(min(dates) - margin, max(dates) + margin)
        axes.set_ylim(0, min(1.0, 1.08 * top))
        axes.label_outer()
        years = (min(dates).year + (min(dates).dayofyear > 1), max(dates).year)
        axes.set_xticks([pd.Timestamp(y, 1, 1) for y in years], [str(y) for y in years])
        number_ticks(axes.yaxis, "share", most=3)
    for axes in list(grid.flat)[len(frames) :]:
        axes.set_visible(False)
    if ylabel:
        figure.supylabel(_said(ylabel), color=role("label"), fontsize=layout.size)
    return figure


_COUNTED: dict[str, Any] = {
    "marker": "D",
    "color": role("other"),
    "markerfacecolor": "none",
    "markeredgewidth": 1.0,
    "markersize": 5.4,
    "linestyle": "none",
    "zorder": 5,
}


def caterpillar(
    layout: Layout,
    rows: pd.DataFrame,
    *,
    columns: Mapping[str, str],
    reference: float | None = None,
    reference_label: str = "",
    xlabel: str = N_("Share without a recorded conviction"),
) -> Figure:
    """Several estimates a place on one line: label, the named columns, optional low and high.

    The column ``raw`` holds values as counted or printed, any other what was made of them.
    """
    figure, axes, positions = _rows_axes(layout, list(rows["label"]), extra=0.85)
    if "low" in rows and "high" in rows:
        axes.hlines(positions, rows["low"], rows["high"], color=role("subject-range"), linewidth=4)
    for name, label in columns.items():
        # A value as it was counted looks the same in every figure; what was made of it is the subject.
        looks = _COUNTED if name == "raw" else _dot(True)
        axes.plot(rows[name], positions, label=_said(label), **looks)
    axes.legend(
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=_columns([_said(label) for label in columns.values()], layout),
        frameon=False,
        handletextpad=0.2,
        columnspacing=1.2,
    )
    _shares(axes.xaxis, layout)
    _xlabel(axes, xlabel, layout)
    if reference is not None:
        axes.axvline(reference, color=role("reference"), linewidth=1.1, dashes=(4, 2), zorder=1)
        axes.annotate(
            _said(reference_label),
            (reference, 0),
            xycoords=("data", "axes fraction"),
            xytext=(3, 3),
            textcoords="offset points",
            color=role("reference"),
            va="bottom",
        )
    return figure


def slope(
    layout: Layout,
    rows: pd.DataFrame,
    *,
    left: str,
    right: str,
    left_label: str,
    right_label: str,
    highlight: Sequence[str] = (),
) -> Figure:
    """Places by rank of one share, joined to their rank by another: lines that cross are orders that turn.

    Ranks, not shares, are drawn to scale, so that each name stands at its own mark; the shares are
    printed. The highest is at the top.
    """
    figure = layout.figure(max(3.2, 0.2 * len(rows) + 0.9))
    axes = figure.add_subplot()
    ranks = {name: rows[name].rank(method="first", ascending=False) for name in (left, right)}
    for index, row in rows.iterrows():
        strong = row["label"] in highlight
        color = role("subject") if strong else role("other")
        ends = [float(ranks[left][index]), float(ranks[right][index])]
        axes.plot(
            [0, 1],
            ends,
            color=color,
            linewidth=1.8 if strong else 0.8,
            marker="o",
            markersize=3.4 if strong else 2.4,
            zorder=3 if strong else 2,
        )
        (before,), (after,) = (tick_labels([round(row[c], 2)], "share") for c in (left, right))
        name = _said(row["label"])
        settings = {"va": "center", "color": color}
        _mark(axes, f"{name} {before}", (0, ends[0]), xytext=(-6, 0), ha="right", **settings)
        _mark(axes, f"{after} {name}", (1, ends[1]), xytext=(6, 0), ha="left", **settings)
    axes.set_xlim(-0.75, 1.75)
    axes.set_ylim(len(rows) + 0.8, 0.2)
    axes.set_axis_off()
    for x, text, side in ((0, left_label, "right"), (1, right_label, "left")):
        axes.annotate(
            _said(text),
            (x, 1),
            xycoords=("data", "axes fraction"),
            xytext=(6 if side == "right" else -6, 3),
            textcoords="offset points",
            ha=side,
            va="bottom",
            color=role("text"),
        )
    return figure


def specification(
    layout: Layout,
    rows: pd.DataFrame,
    *,
    xlabel: str,
    reference: float = 0.0,
    percent_points: bool = True,
) -> Figure:
    """One effect under many specifications: label, estimate, low, high, optional highlight."""
    figure, axes, positions = _rows_axes(layout, list(rows["label"]))
    marked = rows["highlight"].to_numpy(bool) if "highlight" in rows else np.zeros(len(rows), bool)
    for number, (position, row) in enumerate(zip(positions, rows.itertuples(), strict=True)):
        color = role("subject") if marked[number] else role("other")
        if not (np.isnan(row.low) or np.isnan(row.high)):
            axes.plot([row.low, row.high], [position] * 2, color=color, linewidth=1.5)
        axes.plot(row.estimate, position, "o", color=color, markersize=4.6)
    axes.axvline(reference, color=role("reference"), linewidth=1.1, dashes=(4, 2), zorder=1)
    lowest = rows[["estimate", "low"]].min().min()
    unit = "points" if percent_points else "number"
    # A plus tells a rise from a fall; a share has neither.
    number_ticks(axes.xaxis, unit, most=4 if layout.narrow else 7, signed=bool(lowest < 0))
    _xlabel(axes, xlabel, layout)
    return figure


# Up to this many values each is a dot; a histogram of fewer shows its bins rather than them.
_FEW = 30


def histogram(
    layout: Layout,
    draws: Sequence[float],
    observed: float,
    *,
    xlabel: str,
    observed_label: str,
    unit: str = "share",
) -> Figure:
    """Distribution of simulated or reassigned values, and where the observed one lies.

    ``unit`` is one of ``scomm.display.ticks.UNITS``. The vertical axis counts values.
    """
    values = np.asarray(draws, float)
    few = len(values) <= _FEW
    figure = layout.figure(1.5 if few else 2.4)
    axes = figure.add_subplot()
    if few:
        axes.plot(
            values,
            np.full(len(values), 0.4),
            **(_dot(True) | {"color": role("range")})
            | {"markerfacecolor": role("range"), "alpha": 0.6, "markersize": 6},
        )
        axes.set_ylim(0, 1.25)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
    else:
        axes.hist(values, bins=40, color=role("range"), alpha=0.55)
        axes.set_ylim(0, 1.2 * axes.get_ylim()[1])
        number_ticks(axes.yaxis, most=4)
        axes.set_title(_("Number of simulated values"), loc="left", color=role("label"))
    axes.axvline(observed, ymax=1.0, color=role("subject"), linewidth=1.8)
    low, high = axes.get_xlim()
    right = observed > low + 0.55 * (high - low)
    axes.annotate(
        _said(observed_label),
        (observed, 0.98),
        xycoords=("data", "axes fraction"),
        xytext=(-4 if right else 4, 0),
        textcoords="offset points",
        color=role("subject"),
        ha="right" if right else "left",
        va="top",
    )
    number_ticks(axes.xaxis, unit, most=6 if layout.narrow else 8)
    _xlabel(axes, xlabel, layout)
    return figure


def _led(axes: Axes, named: pd.DataFrame, layout: Layout) -> None:
    """Name points (label, n, share) in the upper right, empty on a logarithmic axis, by lines.

    Names and points are matched so that the lines are shortest together; such lines never cross.
    """
    from scipy.optimize import linear_sum_assignment  # slow to load, for one figure

    if named.empty:
        return
    texts = [_said(label) for label in named["label"]]
    gap, letter = (0.07, 0.0195) if layout.narrow else (0.055, 0.0092)
    left = 1 - letter * max(map(len, texts))
    places = np.column_stack([np.full(len(texts), left), 0.96 - gap * np.arange(len(texts))])
    axes.autoscale_view()
    # On a narrow picture points would lie under the names: the axis goes on until they do not.
    start, end = axes.get_xlim()
    needed = start * (named["n"].max() / start) ** (1 / (left - 0.06))
    axes.set_xlim(start, max(end, needed))
    points = axes.transData.transform(named[["n", "share"]].to_numpy(dtype=float))
    ends = axes.transAxes.transform(places)
    distance = np.linalg.norm(points[:, None, :] - ends[None, :, :], axis=2)
    for row, place in zip(*linear_sum_assignment(distance), strict=True):
        axes.annotate(
            texts[row],
            tuple(named[["n", "share"]].iloc[row]),
            xytext=tuple(places[place]),
            textcoords="axes fraction",
            va="center",
            color=role("text"),
            arrowprops={
                "arrowstyle": "-",
                "color": role("range"),
                "linewidth": 0.6,
                "relpos": (0, 0.5),
                "shrinkA": 3,
                "shrinkB": 3,
            },
        )


def funnel(
    layout: Layout,
    rows: pd.DataFrame,
    *,
    limits: Sequence[tuple[str, Any, Any, Any]],
    target: float,
    target_label: str,
    xlabel: str = N_("Number of removals"),
    ylabel: str = N_("Share without a recorded conviction"),
    labels: Sequence[str] = (),
    log: bool = False,
) -> Figure:
    """Shares against numbers (label, n, share) with limits (name, n, low, high) round a target.

    A limit of nan on one side is not drawn; ``log`` spreads places of very different sizes. A key names
    limits and target.
    """
    figure = layout.figure((3.3 if layout.narrow else 3.9) + 0.18 * len(limits))
    axes = figure.add_subplot()
    if log:
        axes.set_xscale("log")
    keys = []
    for number, (name, n, low, high) in enumerate(limits):
        looks: dict[str, Any] = {"color": role("range"), "linewidth": 1.0}
        looks["linestyle"] = "-" if number == 0 else (0, (4, 2))
        for bound in (low, high):
            axes.plot(n, bound, **looks)
        keys.append(_handle(_said(name), **looks))
    looks = {"color": role("reference"), "linewidth": 1.1, "dashes": (4, 2)}
    axes.axhline(target, **looks)
    keys.append(_handle(_said(target_label), **looks))
    axes.plot(rows["n"], rows["share"], **(_dot(True) | {"alpha": 0.85}))
    number_ticks(axes.yaxis, "share")
    number_ticks(axes.xaxis, most=4 if layout.narrow else 7)
    axes.set_ylim(0, 1)
    axes.set_title(_said(ylabel), loc="left", color=role("label"))
    named = rows[rows["label"].isin(labels)].sort_values("share", ascending=False, kind="stable")
    if log:
        _led(axes, named, layout)
    else:
        middle = sum(axes.get_xlim()) / 2
        for row in named.itertuples():
            # Above its mark, on the side where there is room.
            _mark(
                axes,
                _said(row.label),
                (row.n, row.share),
                xytext=(4 if row.n > middle else -4, 14),
                ha="right" if row.n > middle else "left",
                va="bottom",
                color=role("text"),
                arrowprops={"arrowstyle": "-", "color": role("range"), "linewidth": 0.6}
                | {"relpos": (1 if row.n > middle else 0, 0), "shrinkA": 0, "shrinkB": 3},
            )
    _xlabel(axes, xlabel, layout)
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    _key(figure, keys, layout)
    return figure


def ranges(
    layout: Layout,
    rows: pd.DataFrame,
    *,
    xlabel: str = N_("Share"),
    visible: str | None = None,
    xlim: tuple[float, float] = (0.0, 1.0),
) -> Figure:
    """Bounds as bars from low to high; ``visible`` names a column drawn as a mark."""
    figure, axes, positions = _rows_axes(layout, list(rows["label"]))
    axes.hlines(positions, rows["low"], rows["high"], color=role("subject"), linewidth=4)
    if visible:
        axes.plot(rows[visible], positions, "o", color=role("text"), markersize=4, linestyle="none")
    axes.set_xlim(*xlim)
    _shares(axes.xaxis, layout)
    _xlabel(axes, xlabel, layout)
    return figure


def timeline(layout: Layout, rows: pd.DataFrame) -> Figure:
    """Events down a line in order: date (as text) and label."""
    width = 34 if layout.narrow else 78
    texts = [_folded(label, width) for label in rows["label"]]
    heights = [text.count("\n") + 1 for text in texts]
    tops = np.concatenate([[0], np.cumsum([lines + 0.7 for lines in heights])])
    figure = layout.figure(0.155 * float(tops[-1]) + 0.2)
    axes = figure.add_subplot()
    axes.set_xlim(0, 1)
    axes.set_ylim(float(tops[-1]), -0.6)
    axes.set_axis_off()
    at = 0.30 if layout.narrow else 0.17
    axes.plot([at, at], [-0.2, tops[-2] + 0.4], color=role("rule"), linewidth=1.2)
    for date, text, top in zip(rows["date"], texts, tops, strict=False):
        axes.plot(at, top + 0.1, "o", color=role("subject"), markersize=4)
        axes.text(at - 0.02, top, _said(date), ha="right", va="center", color=role("label"))
        axes.text(
            at + 0.02, top - 0.5, text, ha="left", va="top", color=role("text"), linespacing=1.25
        )
    return figure
