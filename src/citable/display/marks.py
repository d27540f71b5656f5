"""Record name, values and position of each mark of a figure, for screen readers and read-outs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from citable.display.formats import fmt
from citable.display.words import N_, _

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INTERVAL, RANGE, NUMBER = N_("interval"), N_("range"), N_("n")
WHEN = N_("when")
# Marks of rows are found by their height alone, others by their distance.
ROWS, POINTS = "rows", "points"
_ATTRIBUTE = "reader_marks"


@dataclass(frozen=True)
class _Mark:
    axes: Axes
    x: Any
    y: Any
    label: str
    values: Mapping[str, str]


@dataclass
class _Marks:
    kind: str
    found: list[_Mark] = field(default_factory=list)


def format_mark_value(value: float, unit: str, signed: bool = False) -> str:
    """Format a value for a read-out; ``unit`` is one of ``citable.display.ticks.UNITS``.

    >>> printed(0.28707, "share"), printed(0.012, "points", signed=True), printed(1234.0, "number")
    ('28.7%', '+1.2', '1,234')
    """
    if unit == "number":
        return fmt(value, "int" if float(value).is_integer() else "f2")
    plus = "+" if signed and round(value, 3) > 0 else ""
    return plus + fmt(value, "pct" if unit == "share" else "pts")


def format_range(low: float, high: float, unit: str, signed: bool = False) -> str:
    """Format the two ends of a range for a read-out; one value where both print alike.

    >>> between(0.635, 0.645, "share"), between(0.5, 0.5, "share")
    ('63.5% to 64.5%', '50.0%')
    """
    ends = [format_mark_value(end, unit, signed) for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else _("{low} to {high}").format(low=ends[0], high=ends[1])


def add_mark(
    axes: Axes, x: Any, y: Any, label: str, values: Mapping[str, str], kind: str = POINTS
) -> None:
    """Record a mark of a figure that is being drawn; one without a finite position is left out.

    ``x`` and ``y`` are in the units of the axes; ``values`` are printed, by the names of their
    columns; ``kind`` is that of all marks of the figure.
    """
    figure: Any = axes.figure
    marks: _Marks = figure.__dict__.setdefault(_ATTRIBUTE, _Marks(kind))
    place = (axes.convert_xunits(x), axes.convert_yunits(y))
    if np.isfinite(np.asarray(place, float)).all():
        marks.found.append(_Mark(axes, *place, label, dict(values)))


def _columns(marks: Iterable[_Mark]) -> list[str]:
    return list(dict.fromkeys(name for mark in marks for name in mark.values))


def readings(figure: Figure) -> dict[str, Any] | None:
    """Return the marks of a figure that has been laid out; None if it has none.

    ``head`` names the values, ``rows`` are label and values of each mark, ``kind`` says how marks
    are found, and ``at`` is where they lie, x and y in turn, in points from the upper left: the
    units of the SVG's viewBox.
    """
    marks: _Marks | None = figure.__dict__.get(_ATTRIBUTE)
    if marks is None or not marks.found:
        return None
    head = _columns(marks.found)
    width, height = 72 * figure.get_size_inches()
    back = figure.transFigure.inverted()
    at: list[float] = []
    for mark in marks.found:
        x, y = back.transform(mark.axes.transData.transform((float(mark.x), float(mark.y))))
        at += [round(float(x * width), 1), round(float((1 - y) * height), 1)]
    rows = [[mark.label, *(mark.values.get(name, "") for name in head)] for mark in marks.found]
    return {"kind": marks.kind, "head": head, "rows": rows, "at": at}
