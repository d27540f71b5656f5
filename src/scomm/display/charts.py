"""The book's chart types. Each takes a layout and tidy rows and returns a matplotlib figure.

Shares lie in [0, 1] and are printed in per cent. Rows come sorted; nothing is sorted here. Every label
is said in the edition's language when it is drawn.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from scomm.display.figures import Layout
from scomm.display.formats import fmt
from scomm.display.style import BLUE, GREY, INK, LINES, MUTED, OCHRE, PALE_BLUE, RULE
from scomm.display.words import N_, _

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Event = tuple[Any, str]

_ROW = 0.235  # inches a row: text of 11.5 px with air
_MARKS = ("o", "D", "s")
NBSP = "\N{NO-BREAK SPACE}"  # keeps a place's number of removals on one line


def _ticker() -> Any:
    """Matplotlib's ticks, loaded when something is drawn: a finding is verified without drawings."""
    from matplotlib import ticker

    return ticker


def _percent(axis: Any) -> None:
    axis.set_major_formatter(_ticker().PercentFormatter(1.0, decimals=0))


def _said(label: Any) -> str:
    return _(label) if isinstance(label, str) else str(label)


def _folded(label: Any, width: int) -> str:
    return "\n".join(textwrap.wrap(_said(label), width))


def _wrap(labels: Sequence[str], layout: Layout) -> list[str]:
    return [_folded(label, 22 if layout.narrow else 44) for label in labels]


def _columns(labels: Sequence[str], layout: Layout) -> int:
    """Return how many columns of a legend fit beside each other."""
    most, room = (2, 56) if layout.narrow else (3, 112)
    longest = max(len(label) for label in labels) + 4
    return max(1, min(most, room // longest))


def _rows_axes(layout: Layout, labels: Sequence[str], extra: float = 0.55) -> tuple[Figure, Axes]:
    wrapped = _wrap(labels, layout)
    lines = sum(label.count("\n") + 1 for label in wrapped)
    figure = layout.figure(max(1.4, lines * _ROW * 0.82 + len(wrapped) * _ROW * 0.25 + extra))
    axes = figure.add_subplot()
    axes.set_yticks(np.arange(len(wrapped)), wrapped, multialignment="right")
    axes.set_ylim(len(wrapped) - 0.4, -0.8)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0, labelcolor=INK.light)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    return figure, axes


def _reference(axes: Axes, value: float | None, label: str) -> None:
    if value is None:
        return
    axes.axvline(value, color=OCHRE.light, linewidth=1.1, dashes=(4, 2), zorder=1)
    if label:
        low, high = axes.get_xlim()
        right = value > low + 0.6 * (high - low)
        axes.annotate(
            _said(label),
            (value, 1),
            xycoords=("data", "axes fraction"),
            xytext=(-3 if right else 3, 1),
            textcoords="offset points",
            color=OCHRE.light,
            ha="right" if right else "left",
            va="bottom",
        )


def forest(
    layout: Layout,
    rows: pd.DataFrame,
    *,
    reference: float | None = None,
    reference_label: str = "",
    xlabel: str = N_("Share without a recorded conviction"),
    xlim: tuple[float, float] = (0.0, 1.0),
) -> Figure:
    """Intervals of shares, one row a place.

    ``rows``: label, low, high (interval), share_low, share_high (equal where the counts are exact,
    a grey bar where they are a range), n_text (printed beside the label), optional highlight.
    """
    labels = [
        f"{_said(row.label)}, {_said(row.n_text).replace(' ', NBSP)}"
        if row.n_text
        else _said(row.label)
        for row in rows.itertuples()
    ]
    figure, axes = _rows_axes(layout, labels)
    axes.set_xlim(*xlim)
    marked = rows["highlight"].to_numpy(bool) if "highlight" in rows else np.ones(len(rows), bool)
    for position, row in enumerate(rows.itertuples()):
        color = BLUE.light if marked[position] else MUTED.light
        if not np.isnan(row.low):
            axes.plot([row.low, row.high], [position] * 2, color=color, linewidth=1.6, zorder=3)
        if row.share_high > row.share_low:
            axes.plot(
                [row.share_low, row.share_high],
                [position] * 2,
                color=GREY.light,
                linewidth=5,
                alpha=0.55,
                solid_capstyle="butt",
                zorder=2,
            )
        else:
            axes.plot(row.share_low, position, "o", color=color, markersize=4.6, zorder=4)
    _percent(axes.xaxis)
    axes.set_xlabel(_folded(xlabel, 46) if layout.narrow else _said(xlabel))
    _reference(axes, reference, reference_label)
    return figure


def _events(axes: Axes, events: Sequence[Event], layout: Layout) -> None:
    low, high = axes.get_xlim()
    for number, (date, label) in enumerate(events):
        at = pd.Timestamp(date)
        x = axes.convert_xunits(at)
        axes.axvline(at, color=GREY.light, linewidth=0.8, dashes=(2, 2), zorder=1)
        right = x > low + 0.6 * (high - low)
        axes.annotate(
            _folded(label, 18 if layout.narrow else 30),
            (at, 1),
            xycoords=("data", "axes fraction"),
            xytext=(-3 if right else 3, -2 - 14 * (number % 2)),
            textcoords="offset points",
            ha="right" if right else "left",
            va="top",
            color=MUTED.light,
        )


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
        color, dash = LINES[number % len(LINES)]
        if bands and name in bands:
            axes.fill_between(frame.index, *bands[name], color=color.light, alpha=0.15, linewidth=0)
        axes.plot(
            frame.index,
            frame[name],
            color=color.light,
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
        width = 14 if layout.narrow else 22
        texts = [_folded(name, width) for name in frame.columns]
        tallest = max(text.count("\n") + 1 for text in texts)
        places = _spread(ends, (high - low) * 0.062 * tallest)
        for number, (text, place) in enumerate(zip(texts, places, strict=True)):
            axes.annotate(
                text,
                (1, place),
                xycoords=("axes fraction", "data"),
                xytext=(4, 0),
                textcoords="offset points",
                color=LINES[number % len(LINES)][0].light,
                va="center",
                annotation_clip=False,
            )
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.margins(x=0)
    if percent:
        # Room for event labels must not suggest shares above one.
        axes.set_yticks([tick for tick in axes.get_yticks() if low <= tick <= min(high, 1.0)])
        _percent(axes.yaxis)
    else:
        axes.yaxis.set_major_formatter(_ticker().FuncFormatter(lambda value, _: f"{value:,.0f}"))
    if isinstance(frame.index, pd.DatetimeIndex):
        _date_ticks(axes, frame.index, layout)
    if ylabel:
        axes.set_title(_folded(ylabel, 64 if layout.narrow else 118), loc="left", color=MUTED.light)
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
        axes.plot(values.index, values, color=BLUE.light, linewidth=1.1)
        for date, _label in events:
            axes.axvline(pd.Timestamp(date), color=GREY.light, linewidth=0.7, dashes=(2, 2))
        axes.set_title(_said(title), loc="left", pad=2)
        axes.set_xlim(min(dates) - margin, max(dates) + margin)
        axes.set_ylim(0, min(1.0, 1.08 * top))
        axes.label_outer()
        axes.set_xticks([values.index.min(), values.index.max()])
        axes.set_xticklabels([f"{d:%Y}" for d in (values.index.min(), values.index.max())])
        _percent(axes.yaxis)
        axes.yaxis.set_major_locator(_ticker().MaxNLocator(3))
    for axes in list(grid.flat)[len(frames) :]:
        axes.set_visible(False)
    if ylabel:
        figure.supylabel(_said(ylabel), color=MUTED.light, fontsize=layout.size)
    return figure


def caterpillar(
    layout: Layout,
    rows: pd.DataFrame,
    *,
    columns: Mapping[str, str],
    reference: float | None = None,
    reference_label: str = "",
    xlabel: str = N_("Share without a recorded conviction"),
) -> Figure:
    """Several estimates a place on one line: label, the named columns, optional low and high."""
    figure, axes = _rows_axes(layout, list(rows["label"]), extra=0.85)
    positions = np.arange(len(rows))
    if "low" in rows and "high" in rows:
        axes.hlines(positions, rows["low"], rows["high"], color=PALE_BLUE.light, linewidth=4)
    for number, (name, label) in enumerate(columns.items()):
        color = LINES[number % len(LINES)][0].light
        axes.plot(
            rows[name],
            positions,
            _MARKS[number % len(_MARKS)],
            color=color,
            markersize=4.4,
            markerfacecolor=color if number != 1 else "none",
            label=_said(label),
            linestyle="none",
        )
    axes.legend(
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=_columns([_said(label) for label in columns.values()], layout),
        frameon=False,
        handletextpad=0.2,
        columnspacing=1.2,
    )
    _percent(axes.xaxis)
    axes.set_xlabel(_folded(xlabel, 46) if layout.narrow else _said(xlabel))
    if reference is not None:
        axes.axvline(reference, color=OCHRE.light, linewidth=1.1, dashes=(4, 2), zorder=1)
        axes.annotate(
            _said(reference_label),
            (reference, 0),
            xycoords=("data", "axes fraction"),
            xytext=(3, 3),
            textcoords="offset points",
            color=OCHRE.light,
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
    """Two shares a place joined by a line, to show which orders turn."""
    figure = layout.figure(max(3.2, 0.2 * len(rows) + 0.9))
    axes = figure.add_subplot()
    span = max(rows[left].max(), rows[right].max()) - min(rows[left].min(), rows[right].min())
    gap = max(span * 1.06 / max(len(rows), 1), span * 0.032)
    for column, x, side in ((left, 0, "right"), (right, 1, "left")):
        places = _spread([float(value) for value in rows[column]], gap)
        for (_index, row), place in zip(rows.iterrows(), places, strict=True):
            strong = row["label"] in highlight
            text = (
                f"{_said(row['label'])} {100 * row[column]:.0f}%"
                if side == "right"
                else f"{100 * row[column]:.0f}% {_said(row['label'])}"
            )
            axes.text(
                x + (-0.05 if side == "right" else 0.05),
                place,
                text,
                ha=side,
                va="center",
                color=BLUE.light if strong else MUTED.light,
            )
            axes.plot(
                [x, x + (-0.04 if side == "right" else 0.04)],
                [row[column], place],
                color=RULE.light,
                linewidth=0.6,
            )
    for _index, row in rows.iterrows():
        strong = row["label"] in highlight
        axes.plot(
            [0, 1],
            [row[left], row[right]],
            color=BLUE.light if strong else GREY.light,
            linewidth=1.8 if strong else 0.8,
            marker="o",
            markersize=3.4 if strong else 2.4,
        )
    axes.set_xlim(-0.75, 1.75)
    axes.set_axis_off()
    for x, text in ((0, left_label), (1, right_label)):
        axes.annotate(
            _said(text),
            (x, 1),
            xycoords=("data", "axes fraction"),
            ha="center",
            va="bottom",
            color=INK.light,
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
    figure, axes = _rows_axes(layout, list(rows["label"]))
    marked = rows["highlight"].to_numpy(bool) if "highlight" in rows else np.zeros(len(rows), bool)
    for position, row in enumerate(rows.itertuples()):
        color = BLUE.light if marked[position] else MUTED.light
        if not (np.isnan(row.low) or np.isnan(row.high)):
            axes.plot([row.low, row.high], [position] * 2, color=color, linewidth=1.5)
        axes.plot(row.estimate, position, "o", color=color, markersize=4.6)
    axes.axvline(reference, color=OCHRE.light, linewidth=1.1, dashes=(4, 2), zorder=1)
    if percent_points:
        axes.xaxis.set_major_formatter(
            _ticker().FuncFormatter(
                lambda value, _: f"{100 * value:+.0f}".replace("-", "\N{MINUS SIGN}")
            )
        )
    axes.set_xlabel(_folded(xlabel, 46) if layout.narrow else _said(xlabel))
    return figure


def histogram(
    layout: Layout,
    draws: Sequence[float],
    observed: float,
    *,
    xlabel: str,
    observed_label: str,
    percent: bool = True,
) -> Figure:
    """Distribution of simulated or reassigned values, and where the observed one lies."""
    figure = layout.figure(2.4)
    axes = figure.add_subplot()
    axes.hist(np.asarray(draws, float), bins=40, color=PALE_BLUE.light)
    axes.axvline(observed, color=BLUE.light, linewidth=1.8)
    low, high = axes.get_xlim()
    right = observed > low + 0.55 * (high - low)
    axes.annotate(
        _said(observed_label),
        (observed, 0.97),
        xycoords=("data", "axes fraction"),
        xytext=(-4 if right else 4, 0),
        textcoords="offset points",
        color=BLUE.light,
        ha="right" if right else "left",
        va="top",
    )
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    if percent:
        axes.xaxis.set_major_formatter(_ticker().PercentFormatter(1.0, decimals=None))
    axes.set_xlabel(_folded(xlabel, 46) if layout.narrow else _said(xlabel))
    return figure


def _led(axes: Axes, named: pd.DataFrame, layout: Layout) -> None:
    """Name points (label, n, share) in the upper right, empty on a logarithmic axis, by lines.

    Names and points are matched so that the lines are shortest together; such lines never cross.
    """
    from scipy.optimize import linear_sum_assignment  # slow to load, for one figure

    if named.empty:
        return
    texts = [_said(label) for label in named["label"]]
    gap, letter = (0.06, 0.0205) if layout.narrow else (0.055, 0.0092)
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
            color=INK.light,
            arrowprops={
                "arrowstyle": "-",
                "color": GREY.light,
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
    xlabel: str = N_("Number of removals"),
    labels: Sequence[str] = (),
    log: bool = False,
) -> Figure:
    """Shares against numbers (label, n, share) with limits (name, n, low, high) round a target.

    A limit of nan on one side is not drawn; ``log`` spreads places of very different sizes.
    """
    figure = layout.figure(3.2 if layout.narrow else 3.8)
    axes = figure.add_subplot()
    if log:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.xaxis.set_minor_formatter(_ticker().NullFormatter())
    for number, (name, n, low, high) in enumerate(limits):
        dash = "-" if number == 0 else (0, (4, 2))
        for bound in (low, high):
            axes.plot(n, bound, color=GREY.light, linewidth=1.0, linestyle=dash)
        # On a logarithmic axis names of points stand at the right, so a limit's stands at its left end.
        end = 0 if log else -1
        axes.annotate(
            _folded(name, 16) if layout.narrow and log else _said(name),
            (np.asarray(n)[end], np.asarray(high)[end]),
            xytext=(0, 3),
            textcoords="offset points",
            ha="left" if log else "right",
            va="bottom",
            color=MUTED.light,
        )
    axes.axhline(target, color=OCHRE.light, linewidth=1.1, dashes=(4, 2))
    axes.plot(rows["n"], rows["share"], "o", color=BLUE.light, markersize=4.4, alpha=0.85)
    _percent(axes.yaxis)
    axes.set_ylim(0, 1)
    named = rows[rows["label"].isin(labels)].sort_values("share", ascending=False, kind="stable")
    if log:
        _led(axes, named, layout)
    else:
        for row in named.itertuples():
            axes.annotate(
                _said(row.label),
                (row.n, row.share),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
                color=INK.light,
            )
    axes.set_xlabel(_folded(xlabel, 46) if layout.narrow else _said(xlabel))
    axes.grid(axis="y")
    axes.set_axisbelow(True)
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
    figure, axes = _rows_axes(layout, list(rows["label"]))
    positions = np.arange(len(rows))
    axes.hlines(positions, rows["low"], rows["high"], color=BLUE.light, linewidth=4)
    if visible:
        axes.plot(rows[visible], positions, "o", color=INK.light, markersize=4, linestyle="none")
    axes.set_xlim(*xlim)
    _percent(axes.xaxis)
    axes.set_xlabel(_folded(xlabel, 46) if layout.narrow else _said(xlabel))
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
    axes.plot([at, at], [-0.2, tops[-2] + 0.4], color=RULE.light, linewidth=1.2)
    for date, text, top in zip(rows["date"], texts, tops, strict=False):
        axes.plot(at, top + 0.1, "o", color=BLUE.light, markersize=4)
        axes.text(at - 0.02, top, _said(date), ha="right", va="center", color=MUTED.light)
        axes.text(
            at + 0.02, top - 0.5, text, ha="left", va="top", color=INK.light, linespacing=1.25
        )
    return figure
