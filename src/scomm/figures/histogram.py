"""Draw histograms of simulated or reassigned values, with the observed one."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from citable.display.figures import Layout
from citable.display.formats import fmt
from citable.display.marks import add_mark, format_mark_value, format_range
from citable.display.style import role
from citable.display.ticks import number_ticks
from citable.display.words import _
from scomm.figures.shared import Figure, dot_looks, draw_dots, label_line, label_x, translate_label

# Up to this many values each is a dot; a histogram of fewer shows its bins rather than them.
_FEW = 30


def histogram(
    layout: Layout,
    data: Sequence[float],
    *,
    observed: float,
    xlabel: str,
    observed_label: str,
    unit: str = "share",
) -> Figure:
    """Draw the distribution of values; ``unit`` is one of ``citable.display.ticks.UNITS``."""
    import seaborn as sns

    values = np.asarray(data, float)
    few = len(values) <= _FEW
    figure = layout.figure(1.5 if few else 2.4)
    axes = figure.add_subplot()
    if few:
        draw_dots(
            axes, values, np.full(len(values), 0.4), dot_looks("range") | {"alpha": 0.6, "s": 36}
        )
        axes.set(ylim=(0, 1.25), yticks=[])
        axes.spines["left"].set_visible(False)
    else:
        bars = {"color": role("range"), "alpha": 0.55, "edgecolor": role("paper")}
        sns.histplot(x=values, bins=40, ax=axes, **bars)
        axes.set(ylabel="", ylim=(0, 1.2 * axes.get_ylim()[1]))
        number_ticks(axes.yaxis, most=4)
        axes.set_title(_("Number of simulated values"), loc="left", color=role("label"))
        bins: list[Any] = list(axes.patches)
        for bar in bins:
            ends = (bar.get_x(), bar.get_x() + bar.get_width())
            said = {_("number of simulated values"): fmt(int(bar.get_height()))}
            middle = (sum(ends) / 2, bar.get_height())
            add_mark(axes, *middle, format_range(*ends, unit), said)
    axes.axvline(observed, color=role("subject"), linewidth=1.8)
    if few:
        for value in sorted(values):
            add_mark(
                axes,
                value,
                0.4,
                translate_label(xlabel),
                {_("value"): format_mark_value(value, unit)},
            )
    said = {_("value"): format_mark_value(observed, unit)}
    add_mark(axes, observed, 0.9 * axes.get_ylim()[1], translate_label(observed_label), said)
    label_line(axes, observed, translate_label(observed_label), "subject")
    number_ticks(axes.xaxis, unit, most=6 if layout.narrow else 8)
    label_x(axes, xlabel, layout)
    return figure
