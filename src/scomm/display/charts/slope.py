"""Ranks by one share joined to ranks by another: lines that cross are orders that turn."""

from collections.abc import Sequence

import pandas as pd

from scomm.display.charts.shared import Figure, Looks, label_mark, translated
from scomm.display.figures import Layout
from scomm.display.style import role
from scomm.display.ticks import tick_labels

_SUBJECT: Looks = {"color": role("subject"), "linewidth": 1.8, "markersize": 3.4, "zorder": 3}
_OTHER: Looks = {"color": role("other"), "linewidth": 0.8, "markersize": 2.4, "zorder": 2}


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
    import seaborn as sns

    figure = layout.figure(max(3.2, 0.2 * len(data) + 0.9))
    axes = figure.add_subplot(xlim=(-0.75, 1.75), ylim=(len(data) + 0.8, 0.2))
    ranks = data[[left, right]].rank(method="first", ascending=False)
    sides = ({"xytext": (-6, 0), "ha": "right"}, {"xytext": (6, 0), "ha": "left"})
    for place, before, after, *ends in zip(
        data["label"], data[left], data[right], ranks[left], ranks[right], strict=True
    ):
        looks = _SUBJECT if place in highlight else _OTHER
        sns.lineplot(x=[0, 1], y=ends, ax=axes, marker="o", markeredgecolor=looks["color"], **looks)
        shares = [tick_labels([round(share, 2)], "share")[0] for share in (before, after)]
        names = (f"{translated(place)} {shares[0]}", f"{shares[1]} {translated(place)}")
        for x, settings in enumerate(sides):
            settings = settings | {"va": "center", "color": looks["color"]}
            label_mark(axes, names[x], (x, ends[x]), **settings)
    for x, label in enumerate((left_label, right_label)):
        settings = {"xytext": (6 - 12 * x, 3), "textcoords": "offset points", "va": "bottom"}
        settings |= {"xycoords": ("data", "axes fraction"), "ha": "left" if x else "right"}
        axes.annotate(translated(label), (x, 1), color=role("text"), **settings)
    axes.set_axis_off()
    return figure
