"""Check drawn figures: tick labels print their values, labels overlap nothing that they do not name.

``figure_problems`` reads a matplotlib figure, ``text_problems`` the text of an SVG; both return sentences. A
figure with any is not shown: the build fails.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from citable.display.formats import fmt
from citable.display.pictures import text_width
from citable.display.ticks import UNITS

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

_FACE = "source-sans-3-latin-400-normal"
_TOUCH = 0.75  # points by which two boxes may overlap: the air round letters


def _number(label: str) -> float | None:
    plain = re.sub(r"[,%+]", "", label.replace("\N{MINUS SIGN}", "-"))
    return float(plain) if re.fullmatch(r"-?\d+(\.\d+)?", plain) else None


def _is_dates(axis: Any) -> bool:
    return "Date" in type(axis.get_converter()).__name__


def _date_agrees(value: float, label: str) -> bool:
    from matplotlib.dates import num2date

    day = num2date(value).date()
    year = dt.date(day.year, 1, 1)
    return (label == fmt(day, "mon") and day.day == 1) or (label == str(day.year) and day == year)


def tick_problems(axis: Any) -> list[str]:
    """Return the ticks of an axis whose printed labels, read as numbers or dates, are not their values."""
    found = []
    low, high = sorted(axis.get_view_interval())
    margin = 1e-9 * (high - low)
    formatter = axis.get_major_formatter()
    scale = UNITS[formatter.unit][0] if hasattr(formatter, "unit") else None
    step = np.diff(np.asarray(axis.get_majorticklocs(), float)).min(initial=np.inf)
    labels = [tick.label1.get_text() for tick in axis.get_major_ticks()]
    for value, label in zip(axis.get_majorticklocs(), labels, strict=False):
        if not label or not low - margin <= value <= high + margin:
            continue
        number = _number(label)
        if _is_dates(axis):
            if not _date_agrees(value, label):
                found.append(f"tick {label!r} stands at {value} of a calendar")
        elif number is None:
            continue  # the name of a row
        elif re.fullmatch(r"[+\N{MINUS SIGN}-]0+(\.0+)?%?", label):
            found.append(f"tick {label!r}: zero has no sign")
        elif abs(number / (scale or (100 if "%" in label else 1)) - value) > 1e-6 * min(step, 1e6):
            found.append(f"tick {label!r} stands at {value:.6g}")
    return found


def _axes_texts(axes: Any) -> Iterator[Text]:
    yield from axes.texts
    yield from (axes.title, axes._left_title, axes._right_title)
    if axes.axison:
        for axis in (axes.xaxis, axes.yaxis):
            yield axis.label
            yield from (tick.label1 for tick in axis._update_ticks())
    if axes.get_legend():
        yield from axes.get_legend().get_texts()


def _texts(figure: Figure) -> Iterator[Text]:
    yield from figure.texts
    for legend in figure.legends:
        yield from legend.get_texts()
    for axes in figure.axes:
        if axes.get_visible():
            yield from _axes_texts(axes)


def _box(text: Text, renderer: Any) -> Bbox:
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

    box = Text.get_window_extent(text, renderer)  # of an annotation without its arrow
    # The space that a font keeps above and below its letters does not count.
    air = 0.2 * float(text.get_fontsize()) * renderer.points_to_pixels(1.0)
    return Bbox.from_extents(box.x0, box.y0 + air, box.x1, box.y1 - 0.5 * air)


def _overlap(one: Bbox, other: Bbox, by: float) -> bool:
    wide = min(one.x1, other.x1) - max(one.x0, other.x0)
    tall = min(one.y1, other.y1) - max(one.y0, other.y0)
    return wide > by and tall > by


def _gap(box: Bbox, point: np.ndarray) -> float:
    """Return the distance of a point from a box."""
    x, y = point
    return float(np.hypot(max(box.x0 - x, 0, x - box.x1), max(box.y0 - y, 0, y - box.y1)))


def _crosses(box: Bbox, a: np.ndarray, b: np.ndarray) -> bool:
    """Whether a segment enters a box (Liang and Barsky's clipping)."""
    start, end = 0.0, 1.0
    for low, high, from_, to in ((box.x0, box.x1, a[0], b[0]), (box.y0, box.y1, a[1], b[1])):
        if from_ == to:
            if not low < from_ < high:
                return False
            continue
        first, last = sorted(((low - from_) / (to - from_), (high - from_) / (to - from_)))
        start, end = max(start, first), min(end, last)
    return start < end


def _segments(axes: Any) -> Iterator[tuple[Any, np.ndarray]]:
    """Yield each drawn line of an axes as its corners in pixels."""
    from matplotlib.collections import LineCollection

    for line in axes.lines:
        if line.get_linestyle() not in ("None", "none", " ", ""):
            points = line.get_transform().transform(line.get_path().interpolated(1).vertices)
            yield line, points
    for lines in axes.collections:
        if isinstance(lines, LineCollection):
            yield from ((lines, lines.get_transform().transform(s)) for s in lines.get_segments())
    for text in axes.texts:
        arrow = getattr(text, "arrow_patch", None)
        if arrow is not None:
            yield text, arrow.get_transform().transform(arrow.get_path().vertices)


def _marks(axes: Any, pixel: float) -> np.ndarray:
    """Return the points that have marks, with half the height of the mark: x, y, half, in pixels."""
    from matplotlib.collections import PathCollection

    marked = []
    for line in axes.lines:
        if line.get_marker() not in ("None", None, "", " "):
            at = line.get_transform().transform(np.column_stack(line.get_data(orig=False)))
            marked.append(
                np.column_stack([at, np.full(len(at), line.get_markersize() / 2 * pixel)])
            )
    for points in axes.collections:
        if isinstance(points, PathCollection) and len(points.get_sizes()):
            at = np.ma.filled(points.get_offset_transform().transform(points.get_offsets()), np.nan)
            tall = points.get_paths()[0].get_extents().height / 2
            half = np.resize(tall * np.sqrt(points.get_sizes()) * pixel, len(at))
            marked.append(np.column_stack([at, half]))
    found = np.concatenate(marked) if marked else np.empty((0, 3))
    return found[np.isfinite(found).all(axis=1)]


def _spines(axes: Any) -> list[np.ndarray]:
    """Return the drawn spines of an axes, each with its ends in pixels."""
    if not axes.axison:
        return []
    shown = (spine for spine in axes.spines.values() if spine.get_visible())
    return [spine.get_transform().transform(spine.get_path().vertices) for spine in shown]


def _label_problems(axes: Any, renderer: Any, shrink: float) -> list[str]:
    """Return labels inside an axes that a line crosses, or that are nearest to another label's mark."""
    found = []
    marked, segments, spines = _marks(axes, shrink), list(_segments(axes)), _spines(axes)
    marks, halves = marked[:, :2], marked[:, 2]
    for text in (text for text in axes.texts if text.get_text()):
        box = _box(text, renderer).padded(-shrink)
        name = repr(text.get_text())
        if any(_gap(box, mark) < half for mark, half in zip(marks, halves, strict=True)):
            found.append(f"label {name} lies on a mark")
        if any(_crosses(box, *ends) for ends in spines if len(ends) == 2):
            found.append(f"label {name} lies on an axis")
        for owner, points in segments:
            if owner is not text and any(
                _crosses(box, a, b) for a, b in pairwise(points[np.isfinite(points).all(axis=1)])
            ):
                found.append(f"a line runs through the label {name}")
        for bar in axes.patches:
            if bar is not axes.patch and _overlap(box, bar.get_window_extent(renderer), 0):
                found.append(f"label {name} lies on a bar")
        own = getattr(text, "mark", None)
        if own is not None and getattr(text, "arrow_patch", None) is None:
            mine = np.asarray(axes.transData.transform(own))
            others = [mark for mark in marks if np.hypot(*(mark - mine)) > 1]
            if any(_gap(box, mark) < _gap(box, mine) - 1 for mark in others):
                found.append(f"label {name} is nearer to another mark than to its own")
    return found


def figure_problems(figure: Figure) -> list[str]:
    """Return one sentence for each faulty label of a matplotlib figure; an empty list if there is none.

    Tick labels must read back as their values; no two labels may overlap, none may leave the
    figure, lie on a mark or bar or be crossed by a line; and a label with an attribute ``mark``, the
    point that it names, must be nearest to that one unless a line leads there.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    renderer = canvas.get_renderer()
    pixel = figure.dpi / 72
    found = []
    for axes in figure.axes:
        if axes.get_visible() and axes.axison:
            found += [*tick_problems(axes.xaxis), *tick_problems(axes.yaxis)]
        found += _label_problems(axes, renderer, pixel)
    seen = {id(t): t for t in _texts(figure) if t.get_visible() and t.get_text().strip()}
    boxes = [(text.get_text(), _box(text, renderer)) for text in seen.values()]
    for (one, first), (other, second) in combinations(boxes, 2):
        if _overlap(first, second, _TOUCH * pixel):
            found.append(f"labels {one!r} and {other!r} overlap")
    whole = figure.bbox
    for text, box in boxes:
        if min(box.x0, box.y0, whole.x1 - box.x1, whole.y1 - box.y1) < -2 * pixel:
            found.append(f"label {text!r} leaves the figure")
    return found


def text_problems(svg: str, size: float | None = None) -> list[str]:
    """Return one sentence for each text of an SVG that overlaps another or the edge.

    ``size`` replaces the size of what has the class ``map-text``, as the style sheet does on a
    phone.
    """
    from lxml import etree
    from matplotlib.transforms import Bbox

    root = etree.fromstring(svg.encode("utf-8"), etree.XMLParser(resolve_entities=False))
    left, top, width, height = map(float, root.get("viewBox", "0 0 0 0").split())
    boxes: dict[tuple[float, ...], str] = {}
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        classes = (text.get("class") or "").split()
        big = size if size and "map-text" in classes else float(text.get("font-size", 0))
        said, x, y = text.text or "", float(text.get("x", 0)), float(text.get("y", 0))
        wide = text_width(said, _FACE, big)
        start = x - wide * {"middle": 0.5, "end": 1.0}.get(text.get("text-anchor", ""), 0.0)
        boxes[start, y - 0.7 * big, start + wide, y + 0.2 * big] = said  # a halo has the same box
    found = [
        f"labels {one!r} and {other!r} overlap"
        for (first, one), (second, other) in combinations(boxes.items(), 2)
        if _overlap(Bbox.from_extents(*first), Bbox.from_extents(*second), 1)
    ]
    for (x0, y0, x1, y1), said in boxes.items():
        if x0 < left - 1 or y0 < top - 1 or x1 > left + width + 1 or y1 > top + height + 1:
            found.append(f"label {said!r} leaves the figure")
    return found
