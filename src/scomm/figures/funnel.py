"""Draw funnel plots: shares against numbers, with limits of chance variation."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from citable.display.figures import Layout
from citable.display.formats import fmt
from citable.display.marks import NUMBER, add_mark, format_mark_value
from citable.display.style import role
from citable.display.ticks import number_ticks
from citable.display.words import N_, _
from scomm.figures.shared import (
    REFERENCE,
    SHARE,
    Axes,
    Figure,
    Looks,
    dot_looks,
    draw_dots,
    draw_key,
    draw_lines,
    label_point,
    label_x,
    translate_label,
)

_LEADER: Looks = {"arrowstyle": "-", "linewidth": 0.6, "shrinkB": 3, "color": role("range")}


def _label_upper_right(axes: Axes, named: pd.DataFrame, layout: Layout) -> None:
    """Label points in the upper right, empty on a logarithmic axis, with leader lines.

    Names and points are matched so that the lines are shortest together; such lines never cross.
    """
    from scipy.optimize import linear_sum_assignment  # slow to load, for one figure

    texts = [translate_label(label) for label in named["label"]]
    gap, letter = (0.07, 0.0195) if layout.narrow else (0.055, 0.0092)
    left = 1 - letter * max(map(len, texts))
    places = np.column_stack([np.full(len(texts), left), 0.96 - gap * np.arange(len(texts))])
    axes.autoscale_view()
    # Extend the axis until no point lies under the labels of a narrow figure.
    start, end = axes.get_xlim()
    axes.set_xlim(start, max(end, start * (named["n"].max() / start) ** (1 / (left - 0.06))))
    at = named[["n", "share"]].to_numpy(dtype=float)
    points, ends = axes.transData.transform(at), axes.transAxes.transform(places)
    distance = np.linalg.norm(points[:, None, :] - ends[None, :, :], axis=2)
    settings: Looks = {"textcoords": "axes fraction"}
    settings["arrowprops"] = _LEADER | {"relpos": (0, 0.5), "shrinkA": 3}
    for row, place in zip(*linear_sum_assignment(distance), strict=True):
        label_point(axes, texts[row], tuple(at[row]), tuple(places[place]), "text", **settings)


def _label_above(axes: Axes, named: pd.DataFrame) -> None:
    """Label points above their marks, on the side with space."""
    middle = sum(axes.get_xlim()) / 2
    for row in named.itertuples():
        right = row.n > middle
        line = _LEADER | {"relpos": (int(right), 0), "shrinkA": 0}
        name, offset = translate_label(row.label), (-4 if right else 4, 14)
        label_point(axes, name, (row.n, row.share), offset, "text", va="bottom", arrowprops=line)


def funnel(
    layout: Layout,
    data: pd.DataFrame,
    *,
    limits: Sequence[tuple[str, Any, Any, Any]],
    target: float,
    target_label: str,
    xlabel: str = N_("Number of removals"),
    labels: Sequence[str] = (),
    log: bool = False,
) -> Figure:
    """Draw label, n and share, with ``limits`` (name, n, low, high) round a target.

    A limit of nan on one side is not drawn; ``log`` spreads places of very different sizes; places
    among ``labels`` are named.
    """
    figure = layout.figure(3.3 if layout.narrow else 3.9)
    axes = figure.add_subplot(xscale="log" if log else "linear")
    for number, (name, n, low, high) in enumerate(limits):
        line: Looks = {"color": role("range"), "linewidth": 1.0}
        line["linestyle"] = (0, (4, 2)) if number else "-"
        for bound, label in ((low, translate_label(name)), (high, None)):
            draw_lines(axes, x=n, y=bound, label=label, **line)
    axes.axhline(target, label=translate_label(target_label), **REFERENCE)
    draw_dots(axes, data["n"], data["share"], dot_looks() | {"alpha": 0.85})
    number_ticks(axes.yaxis, "share")
    number_ticks(axes.xaxis, most=4 if layout.narrow else 7)
    axes.set_ylim(0, 1)
    axes.set_title(translate_label(SHARE), loc="left", color=role("label"))
    label_x(axes, xlabel, layout)
    axes.grid(axis="y")
    draw_key(axes, layout)
    for row in data.itertuples():
        said = {
            translate_label(SHARE): format_mark_value(row.share, "share"),
            _(NUMBER): fmt(int(row.n)),
        }
        add_mark(axes, row.n, row.share, translate_label(row.label), said)
    named = data[data["label"].isin(labels)].sort_values("share", ascending=False, kind="stable")
    if not log:
        _label_above(axes, named)
    elif len(named):
        _label_upper_right(axes, named, layout)
    return figure
