"""Draw what charts share: translated labels, marks, rows, reference lines and keys."""

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from citable.display.figures import Layout
from citable.display.marks import INTERVAL, NUMBER, ROWS, add_mark, format_mark_value, format_range
from citable.display.style import role
from citable.display.ticks import number_ticks
from citable.display.words import N_, _

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
else:  # loaded when something is drawn
    Axes = Figure = Any

Event = tuple[Any, str]  # a date and its name
Looks = dict[str, Any]  # settings of seaborn or matplotlib

NBSP = "\N{NO-BREAK SPACE}"  # keeps a place's number of removals on one line
SHARE = N_("Share without a recorded conviction")
REFERENCE: Looks = {"color": role("reference"), "linewidth": 1.1, "dashes": (4, 2)}
_LINE, _AIR = 0.155, 0.075  # inches that a line of a row's label takes, and the air round it


def translate_label(label: Any) -> str:
    """Translate a label into the edition's language."""
    return _(label) if isinstance(label, str) else str(label)


def wrap_label(label: Any, width: int) -> str:
    """Translate a label and wrap it to lines of at most ``width`` letters."""
    # A state's letters stay with the name before them.
    kept = re.sub(r" (?=[A-Z]{2}\b(?! [A-Z]))", NBSP, translate_label(label))
    return "\n".join(textwrap.wrap(kept, width, break_on_hyphens=False))


def labels_with_n(data: pd.DataFrame) -> list[str]:
    """Return the column label, translated, each with its n_text if it has one."""
    return [
        f"{translate_label(label)}, {translate_label(n).replace(' ', NBSP)}" if n else label
        for label, n in zip(data["label"], data["n_text"], strict=True)
    ]


def label_x(axes: Axes, label: str, layout: Layout) -> None:
    """Label the horizontal axis."""
    axes.set_xlabel(wrap_label(label, 42 if layout.narrow else 1000))


def dot_looks(color: str = "subject", filled: bool = True) -> Looks:
    """Return the looks of an estimate's mark: filled, or hollow for one that is not established."""
    face = role(color if filled else "paper")
    return {"marker": "o", "s": 21, "facecolor": face, "edgecolor": role(color), "linewidth": 1.1}


def draw_dots(axes: Axes, x: Any, y: Any, looks: Looks) -> None:
    """Draw marks; a ``label`` in their looks is an entry of the key."""
    import seaborn as sns

    sns.scatterplot(x=x, y=y, ax=axes, legend=False, **{"zorder": 4, **looks})
    axes.set(xlabel="", ylabel="")


def draw_lines(axes: Axes, data: Any = None, **looks: Any) -> None:
    """Draw lines through the given values, without seaborn's mean or interval.

    A frame without ``x`` has a column a line; a missing value in it breaks its line.
    """
    import seaborn as sns

    if isinstance(data, pd.DataFrame) and "x" not in looks:
        names = list(data.columns)
        data = data.rename_axis("at").melt(ignore_index=False, var_name="line").reset_index()
        data["run"] = data["value"].isna().groupby(data["line"], sort=False).cumsum()
        looks |= {"x": "at", "y": "value", "hue": "line", "style": "line", "units": "run"}
        looks |= {"hue_order": names, "style_order": names}
        data = data.dropna(subset="value")
    sns.lineplot(data, ax=axes, estimator=None, errorbar=None, legend=False, **looks)
    axes.set(xlabel="", ylabel="")


def label_point(
    axes: Axes, label: str, at: Any, offset: Any, color: str, *, top: bool = False, **settings: Any
) -> None:
    """Label a point, at an offset in points.

    With ``top`` its height is a fraction of the axes; else the checks know whose name this is.
    """
    text: Any = axes.annotate(
        label,
        at,
        xycoords=("data", "axes fraction") if top else "data",
        **{
            "xytext": offset,
            "textcoords": "offset points",
            "va": "center",
            "ha": "right" if offset[0] < 0 else "left",
            **settings,
        },
        color=role(color),
    )
    if not top:
        text.mark = at


def label_line(axes: Axes, x: Any, label: str, color: str, top: float = 1, rise: int = -1) -> None:
    """Label a vertical line at its top, or above it, on the side with more space."""
    low, high = axes.get_xlim()
    side = -3 if axes.convert_xunits(x) > low + 0.6 * (high - low) else 3
    va = "bottom" if rise > 0 else "top"
    label_point(axes, label, (x, top), (side, rise), color, top=True, va=va)


def draw_key(axes: Axes, layout: Layout) -> None:
    """Draw the key below the figure, which grows by its lines."""
    handles, labels = axes.get_legend_handles_labels()
    if not handles:
        return
    room = (58 if layout.narrow else 118) // (max(map(len, labels)) + 6)
    columns = max(1, min(len(handles), room))
    figure: Any = axes.figure
    figure.set_figheight(figure.get_figheight() + 0.05 + 0.17 * -(-len(handles) // columns))
    place = {"loc": "outside lower left", "ncols": columns, "borderaxespad": 0.2}
    figure.legend(handles, labels, frameon=False, labelcolor=role("label"), **place)


def format_numbers(data: pd.DataFrame) -> Sequence[str]:
    """Format the number of each row for read-outs, empty where it has none."""
    if "n" not in data:
        return [""] * len(data)
    return ["" if pd.isna(n) else format_mark_value(float(n), "number") for n in data["n"]]


def _row_values(
    number: int,
    bars: Iterable[tuple[pd.Series, pd.Series, Looks]],
    dots: Iterable[tuple[pd.Series, Looks]],
    xlabel: str,
    unit: str,
    signed: bool,
    ends_named: str,
) -> dict[str, str]:
    """Return the values of a row by name: its dots as in the key, then its bars unless unnamed."""
    said = {}
    for values, looks in dots:
        if pd.notna(values.iloc[number]):
            name = looks.get("label", xlabel)
            said[name] = format_mark_value(float(values.iloc[number]), unit, signed)
    for low, high, looks in bars:
        ends = (low.iloc[number], high.iloc[number])
        name = looks.get("label", ends_named)
        if name and pd.notna(list(ends)).all():
            said[name] = format_range(float(ends[0]), float(ends[1]), unit, signed)
    return said


def draw_rows(
    layout: Layout,
    labels: Iterable[str],
    bars: Iterable[tuple[pd.Series, pd.Series, Looks]],
    dots: Iterable[tuple[pd.Series, Looks]],
    *,
    xlabel: str = SHARE,
    xlim: tuple[float, float] | None = None,
    unit: str = "share",
    signed: bool = False,
    reference: float | None = None,
    reference_label: str = "",
    log: bool = False,
    numbers: Sequence[str] = (),
    bar_name: str = INTERVAL,
    readings: Sequence[tuple[str, Mapping[str, str]]] | None = None,
) -> Figure:
    """Draw rows, each as high as its label: bars from low to high, and dots.

    What is missing in a row is not drawn. ``reference`` is what all rows are compared with. With
    ``log`` the axis is one of ratios: twice as much is as far from one as half. ``numbers`` is what
    a read-out adds as n, ``bar_name`` what it calls a bar, empty for one that is not read out;
    ``readings`` replaces what it says of each row, a name and values.
    """
    labels, bars, dots = list(labels), list(bars), list(dots)
    wrapped = [wrap_label(label, 22 if layout.narrow else 44) for label in labels]
    rooms = np.array([_LINE * (label.count("\n") + 1) + _AIR for label in wrapped])
    heights = np.cumsum(rooms) - rooms / 2
    figure = layout.figure(max(1.2, rooms.sum() + (0.95 if reference_label else 0.8)))
    axes = figure.add_subplot()
    if log:
        axes.set_xscale("log", base=2)
    if xlim is not None:
        axes.set_xlim(xlim)
    for values, looks in dots:
        draw_dots(axes, values.to_numpy(float), heights, looks)
    for low, high, looks in bars:
        known = (low.notna() & high.notna()).to_numpy()
        if known.any():
            axes.hlines(heights[known], low[known], high[known], **looks)
    axes.set_yticks(heights, wrapped, multialignment="right")
    axes.set_ylim(rooms.sum() + 0.05, -0.05)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0, labelcolor=role("text"))
    axes.grid(axis="x")
    number_ticks(axes.xaxis, unit, most=4 if layout.narrow else 6, signed=signed)
    if log:
        from matplotlib.ticker import LogLocator

        low, high = axes.get_xlim()
        between = (1.0, 1.5) if high < 8 * low and low > 0.5 else (1.0,)
        axes.xaxis.set_major_locator(LogLocator(base=2, subs=between))
    label_x(axes, xlabel, layout)
    if reference is not None:
        axes.axvline(reference, zorder=1, **REFERENCE)
        label_line(axes, reference, translate_label(reference_label), "reference", rise=1)
    draw_key(axes, layout)
    for number, height in enumerate(heights):
        if readings is not None:
            label, said = readings[number]
        else:
            label = translate_label(labels[number])
            said = _row_values(
                number, bars, dots, translate_label(xlabel), unit, signed, _(bar_name)
            )
            said = dict(said) | ({_(NUMBER): numbers[number]} if len(numbers) else {})
        known = [values.iloc[number] for values, _looks in dots if pd.notna(values.iloc[number])]
        ends = [end.iloc[number] for low, high, _looks in bars for end in (low, high)]
        ends = [end for end in ends if pd.notna(end)]
        known = known or [float(np.mean(ends)) if ends else np.nan]
        add_mark(axes, known[-1], height, label, said, ROWS)
    return figure
