"""Ranks by one share joined to ranks by another: lines that cross are orders that turn."""

from collections.abc import Sequence

import pandas as pd

from scomm.display.charts.shared import Figure, Looks, draw_lines, label_point, translated
from scomm.display.figures import Layout
from scomm.display.marks import add_mark, printed
from scomm.display.style import role
from scomm.display.ticks import tick_labels

_SUBJECT: Looks = {"linewidth": 1.8, "markersize": 3.4, "zorder": 3}
_OTHER: Looks = {"linewidth": 0.8, "markersize": 2.4, "zorder": 2}


def slope(
    layout: Layout,
    data: pd.DataFrame,
    *,
    left: str,
    right: str,
    left_label: str,
    right_label: str,
    highlight: Sequence[str] = (),
) -> Figure:
    """Draw label and the columns ``left`` and ``right``, the highest at the top.

    Ranks, not shares, are drawn to scale, so that each name stands at its own mark; the shares are
    printed.
    """
    figure = layout.figure(max(3.2, 0.2 * len(data) + 0.9))
    axes = figure.add_subplot(xlim=(-0.75, 1.75), ylim=(len(data) + 0.8, 0.2))
    ranks = data[[left, right]].rank(method="first", ascending=False)
    for place, before, after, *ends in zip(
        data["label"], data[left], data[right], ranks[left], ranks[right], strict=True
    ):
        name, line = ("subject", _SUBJECT) if place in highlight else ("other", _OTHER)
        color = {"color": role(name), "markeredgecolor": role(name)}
        draw_lines(axes, x=[0, 1], y=ends, marker="o", **color, **line)
        shares = [tick_labels([round(share, 2)], "share")[0] for share in (before, after)]
        for x, label, share in ((0, left_label, before), (1, right_label, after)):
            said = {translated(label): printed(share, "share")}
            add_mark(axes, x, ends[x], translated(place), said)
        label_point(axes, f"{translated(place)} {shares[0]}", (0, ends[0]), (-6, 0), name)
        label_point(axes, f"{shares[1]} {translated(place)}", (1, ends[1]), (6, 0), name)
    for x, label in enumerate((left_label, right_label)):
        at, offset = (x, 1), (12 * x - 6, 3)
        label_point(axes, translated(label), at, offset, "text", top=True, va="bottom")
    axes.set_axis_off()
    return figure
