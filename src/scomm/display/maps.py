"""Maps as light SVG: whole units, steps instead of coordinates, outlines used again.

Every place has a title that a pointer shows; shades are told apart by lightness alone, and what a
shade says is printed too. The style sheet makes the text larger where a phone shows a map small.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from scomm.display.figures import Layout
from scomm.display.formats import tr
from scomm.display.style import SHADES as SHADE_COLORS
from scomm.display.style import role
from scomm.display.words import _
from scomm.errors import ArgumentError

# The projected canvas of the boundaries.
WIDTH, HEIGHT = 975, 610

# From early to late, or low to high: told apart by lightness alone.
SHADES = tuple(color.light for color in SHADE_COLORS)
_TEXT, _LABEL, _RULE, _PAPER, _SUBJECT = map(role, ("text", "label", "rule", "paper", "subject"))
NO_DATA = _PAPER
_ISLET = 12.0  # square units of the canvas


Point = tuple[int, int]


def _rings(path: str, grid: int = 2) -> list[list[Point]]:
    """Return a path's outlines as points rounded to a grid of the canvas, so fine that no eye tells.

    Neighbors share their points, so they stay neighbors.
    """
    rings = []
    for ring in path.split("M")[1:]:
        points = [
            (grid * round(float(x) / grid), grid * round(float(y) / grid))
            for x, y in (pair.split(",") for pair in ring.rstrip("Z").split("L"))
        ]
        rings.append([points[0]] + [b for a, b in pairwise(points) if a != b])
    return rings


def _written(rings: Iterable[Sequence[Point]], closed: bool = True) -> str:
    """Write outlines as steps from point to point: a third of the weight of their coordinates."""
    parts = []
    for ring in rings:
        steps = (f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(ring))
        # A minus separates two numbers as well as a blank does.
        end = "Z" if closed else ""
        parts.append(f"M{ring[0][0]} {ring[0][1]}l{' '.join(steps)}{end}".replace(" -", "-"))
    return "".join(parts)


def _coarse(path: str, grid: int = 2) -> str:
    return _written(ring for ring in _rings(path, grid) if len(ring) > 1)


def dissolve(paths: Iterable[str], grid: int = 2) -> list[list[Point]]:
    """Return the common outline of neighboring shapes: what two of them share is no border.

    A step that one outline makes and another makes backwards lies between the two; it is dropped,
    and the steps that remain are joined into closed outlines.

    >>> dissolve(["M0,0L2,0L2,2L0,2Z", "M2,0L4,0L4,2L2,2Z"])
    [[(0, 0), (2, 0), (4, 0), (4, 2), (2, 2), (0, 2)]]
    """
    steps: Counter[tuple[Point, Point]] = Counter()
    for path in paths:
        for ring in _rings(path, grid):
            for a, b in pairwise([*ring, ring[0]]):
                if steps[b, a] > 0:
                    steps[b, a] -= 1
                elif a != b:
                    steps[a, b] += 1
    after: dict[Point, list[Point]] = {}
    for (a, b), times in steps.items():
        after.setdefault(a, []).extend([b] * times)
    rings = []
    for first in list(after):
        while after[first]:
            ring = [first]
            while after.get(ring[-1]):
                ring.append(after[ring[-1]].pop())
            rings.append(ring[:-1] if ring[-1] == ring[0] else ring)
    return rings


def borders_once(paths: Iterable[str]) -> list[list[Point]]:
    """Return the lines of neighboring shapes' outlines, a line that two of them share once.

    Islands too small to be seen are left out.

    >>> borders_once(["M0,0L8,0L8,8L0,8Z", "M8,0L16,0L16,8L8,8Z"])
    [[(0, 0), (8, 0), (8, 8), (0, 8), (0, 0)], [(8, 0), (16, 0), (16, 8), (8, 8)]]
    """
    seen: set[tuple[Point, Point]] = set()
    lines = []
    for ring in (ring for path in paths for ring in _rings(path)):
        if _area_and_middle(ring)[0] < _ISLET:
            continue
        line = [ring[0]]
        for a, b in pairwise([*ring, ring[0]]):
            if (b, a) in seen:
                lines.append(line)
                line = [b]
            else:
                line.append(b)
            seen.add((a, b))
        lines.append(line)
    return [line for line in lines if len(line) > 1]


def _area_and_middle(ring: Sequence[Point]) -> tuple[float, float, float]:
    """Return an outline's area and the middle of what it encloses (its centroid)."""
    points = np.array([*ring, ring[0]], dtype=float)
    (x0, y0), (x1, y1) = points[:-1].T, points[1:].T
    cross = x0 * y1 - x1 * y0
    area = cross.sum() / 2
    if area == 0:
        return 0.0, float(x0.mean()), float(y0.mean())
    x, y = ((x0 + x1) * cross).sum() / (6 * area), ((y0 + y1) * cross).sum() / (6 * area)
    return abs(float(area)), float(x), float(y)


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    size: float = 15,
    strong: bool = False,
    over: bool = False,
    fixed: bool = False,
) -> str:
    """Return a line of text.

    ``over`` is for text on a map: the same text in paper, drawn below with a rim, keeps it legible on
    every shade, in programs too that know no order of painting. ``fixed`` text keeps its size on a
    phone, where a map of one size has larger text.
    """
    kind = "" if fixed else ' class="map-text"'
    weight = ' font-weight="600"' if strong else ""
    said = escape(_(text))

    def drawn(looks: str) -> str:
        return (
            f'<text{kind} x="{x:.0f}" y="{y:.0f}" font-size="{size:g}"{weight} {looks} '
            f'text-anchor="{anchor}" style="font-family: var(--fig-font, sans-serif)">{said}</text>'
        )

    rim = drawn(
        f'aria-hidden="true" fill="{_PAPER}" stroke="{_PAPER}" stroke-width="{size / 2.8:.1f}" '
        'stroke-linejoin="round"'
    )
    return (rim if over else "") + drawn(f'fill="{_TEXT}"')


def _legend(
    entries: Sequence[tuple[str, str]], top: float, size: float = 15, fixed: bool = False
) -> tuple[str, float]:
    """Return names with their shades, two a line, and where the next thing may begin."""
    parts, line = [], max(40.0, 1.45 * size)
    for number, (label, shade) in enumerate(entries):
        x, y = number % 2 * WIDTH / 2 + 4, top + number // 2 * line
        parts.append(
            f'<rect x="{x:.0f}" y="{y:.0f}" width="30" height="24" fill="{shade}" '
            f'stroke="{_LABEL}" stroke-width="0.5"/>'
            + _text(x + 40, y + 14 + size / 3, label, size=size, fixed=fixed)
        )
    return "".join(parts), top + -(-len(entries) // 2) * line


def _svg(width: float, height: float, *parts: str, left: float = 0) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-left:.0f} 0 {left + width:.0f} {height:.0f}">'
        + "".join(parts)
        + "</svg>"
    )


def _check_classes(labels: Sequence[str]) -> None:
    if len(labels) > len(SHADES):
        raise ArgumentError(f"{len(labels)} classes: expected at most {len(SHADES)}")


@dataclass(frozen=True)
class Panel:
    """One small map: its two lines of text, and how many classes, the first ones, are reached."""

    title: str
    note: str
    reached: int


def rollout(
    layout: Layout,
    classes: pd.Series,
    *,
    shapes: pd.DataFrame,
    labels: Sequence[str],
    titles: Mapping[str, str],
    panels: Sequence[Panel],
    borders: pd.DataFrame,
) -> str:
    """Return one large map by class and small ones of what had been reached when, as SVG text.

    ``shapes`` has fips and path (SVG path data on the 975 by 610 canvas); ``classes`` gives each
    fips a class number from 0, the first (-1 or missing: no data); ``labels`` names the classes in
    order, at most five, the darkest first; ``titles`` gives each fips the words that a pointer
    shows. The small maps use the outlines of the large one again, so that they weigh nothing.

    Raises ArgumentError if there are more classes than shades.
    """
    _check_classes(labels)
    known = shapes["fips"].map(classes).fillna(-1).astype(int)
    shades = SHADES[: len(labels)][::-1]
    outline = (
        f'<path id="borders" fill="none" d="{_written(borders_once(borders["path"]), False)}"/>'
    )
    large = []
    for number in range(-1, len(labels)):
        inside = "".join(
            f'<path d="{_coarse(row.path)}"><title>{escape(_(titles.get(row.fips, row.fips)))}</title>'
            "</path>"
            for row in shapes[known == number].itertuples()
        )
        shade = NO_DATA if number < 0 else shades[number]
        large.append(f'<g fill="{shade}"><g id="class{number + 1}">{inside}</g></g>')
    large.append(f'<g stroke="{_PAPER}" stroke-width="1">{outline}</g>')
    legend, top = _legend(list(zip(labels, shades, strict=True)), HEIGHT + 12)
    across, small = 3, 0.32
    step, height = WIDTH / across, HEIGHT * small + 84
    parts = []
    for number, panel in enumerate(panels):
        x, y = number % across * step, top + 24 + number // across * height
        uses = "".join(
            f'<use href="#class{part + 1}" fill="'
            f'{_SUBJECT if 0 <= part < panel.reached else _RULE}"/>'
            for part in range(-1, len(labels))
        )
        parts.append(
            _text(x + 4, y + 26, panel.title, strong=True)
            + _text(x + 4, y + 58, panel.note)
            + f'<g transform="translate({x:.0f} {y + 64:.0f}) scale({small})">{uses}'
            f'<use href="#borders" stroke="{_PAPER}" stroke-width="1.5"/></g>'
        )
    rows = -(-len(panels) // across)
    return _svg(WIDTH, top + 24 + rows * height, *large, legend, *parts)


_HATCH = (
    '<defs><pattern id="hatch" width="9" height="9" patternUnits="userSpaceOnUse" '
    f'patternTransform="rotate(45)"><path d="M0 0V9" stroke="{_PAPER}" stroke-width="3"/>'
    f'<path d="M4 0V9" stroke="{_TEXT}" stroke-width="1"/></pattern></defs>'
)
# Counties are small: closer lines, without the paper below them that an area's shade needs.
_FINE_HATCH = (
    '<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" '
    f'patternTransform="rotate(45)"><path d="M2 0V5" stroke="{_LABEL}" stroke-width="0.9"/>'
    "</pattern></defs>"
)
HATCHED = -2  # the class of a place of which too little is known
# Units to which a map of counties by class rounds them, and a field of many: a page can have several.
_COUNTY_GRID, _FIELD_GRID = 3, 5


def county_map(
    layout: Layout,
    classes: pd.Series,
    *,
    shapes: pd.DataFrame,
    borders: pd.DataFrame,
    labels: Sequence[str],
    titles: Mapping[str, str],
    hatched: str,
    empty: str,
) -> str:
    """Return a map of counties by class of a number, as SVG text; too little known is hatched.

    ``classes`` gives each fips a class number from 0, the palest; ``HATCHED``, or -1 (also where
    missing): nothing recorded, drawn as paper. ``labels`` names the classes in order, ``hatched``
    and ``empty`` the two others in the legend; ``titles`` gives each fips that has a class the
    words that a pointer shows. ``shapes`` and ``borders`` as for ``rollout``.

    Raises ArgumentError if there are more classes than shades.
    """
    _check_classes(labels)
    known = shapes["fips"].map(classes)
    # What shows no border needs no point of its own: hatched counties are one outline, and those
    # without a record are the page.
    unsure = _written(dissolve(shapes.loc[known == HATCHED, "path"], _FIELD_GRID))
    parts = [f'<path d="{unsure}" fill="url(#hatch)"/>']
    for number, fill in enumerate(SHADES[: len(labels)]):
        inside = "".join(
            f'<path d="{_coarse(row.path, _COUNTY_GRID)}">'
            f"<title>{escape(_(titles[row.fips]))}</title></path>"
            for row in shapes[known == number].itertuples()
        )
        parts.append(f'<g fill="{fill}">{inside}</g>')
    # A coast has no neighbor that would show where paper ends.
    outline = f'd="{_written(borders_once(borders["path"]), False)}" fill="none"'
    parts.append(f'<path {outline} stroke="{_LABEL}" stroke-width="0.7"/>')
    entries = [*zip(labels, SHADES, strict=False), (hatched, "url(#hatch)"), (empty, NO_DATA)]
    legend, bottom = _legend(entries, HEIGHT + 12)
    return _svg(WIDTH, bottom, _FINE_HATCH, *parts, legend)


# Labels of small areas stand beside the map, where a line leads to them; where there is no room
# beside, in a free part of the canvas: north of New York, and south of Louisiana.
_LAKES, _GULF = (775, 96), (545, 566)
_SMALL = 5500.0  # square units of the canvas, less than a label needs


def _at_the_side(places: Sequence[float], apart: float) -> list[float]:
    """Return heights for labels in the order of their places, far enough apart to be read."""
    heights: list[float] = []
    for place in places:
        heights.append(max(place, heights[-1] + apart if heights else 30.0))
    beyond = max(0.0, heights[-1] - (HEIGHT - 30)) if heights else 0.0
    return [height - beyond for height in heights]


def _names(rows: pd.DataFrame, top: float, size: float, columns: int) -> tuple[str, float]:
    """Return the names that codes stand for, each with its share, and where they end."""
    down, parts = -(-len(rows) // columns), []
    for number, row in enumerate(rows.sort_values("code", kind="stable").itertuples()):
        x, y = number // down * WIDTH / columns + 4, top + (number % down + 1) * 1.4 * size
        parts.append(
            _text(x, y, row.code, size=size, strong=True, fixed=True)
            + _text(x + 2.5 * size, y, row.label, size=size, fixed=True)
        )
    return "".join(parts), top + (down + 0.6) * 1.4 * size


def area_map(
    layout: Layout,
    rows: pd.DataFrame,
    *,
    paths: Mapping[str, Sequence[str]],
    bounds: Sequence[float],
    labels: Sequence[str],
    wide: float,
) -> str:
    """Return a map of areas by class of a share, each with its code, as SVG text; codes are explained.

    ``rows`` has code, label (the area's name), share, low, high and n (removals); ``paths`` gives
    each code the outlines of its counties; ``bounds`` are the lower ends of the classes after the
    first, ``labels`` their names. Areas whose interval is wider than ``wide``, a difference of
    shares, are hatched. A wide screen shows code, share and interval beside or on the area, a phone
    codes alone, in letters that it can show.

    Raises ArgumentError if there are more classes than shades.
    """
    _check_classes(labels)
    size, side = (34.0, 84.0) if layout.narrow else (18.0, 96.0)
    parts, written, small = [], [], []

    def label(x: float, y: float, row: Any, anchor: str, over: bool) -> str:
        if layout.narrow:
            return _text(
                x, y, row.code, anchor=anchor, size=size, strong=True, over=over, fixed=True
            )
        text, detail = f"{row.code} {row.share:.0%}", f"{100 * row.low:.0f}–{row.high:.0%}"
        return _text(
            x, y, text, anchor=anchor, size=size, strong=True, over=over, fixed=True
        ) + _text(x, y + 1.1 * size, detail, anchor=anchor, size=size, over=over, fixed=True)

    for row in rows.itertuples():
        rings = dissolve(paths[row.code])
        shade = SHADES[int(np.searchsorted(bounds, row.share, side="right"))]
        outline = _written(rings)
        pointed = tr(
            "{area}: {share:pct}, interval {low:pct} to {high:pct}, {n:int} removals",
            **{"area": row.label, "share": row.share, "low": row.low, "high": row.high, "n": row.n},
        )
        title = f"<title>{escape(_(pointed))}</title>"
        parts.append(
            f'<path d="{outline}" fill="{shade}" stroke="{_PAPER}" stroke-width="1.5">{title}</path>'
        )
        if row.high - row.low > wide:
            parts.append(f'<path d="{outline}" fill="url(#hatch)">{title}</path>')
        area, x, y = max(_area_and_middle(ring) for ring in rings)
        if area < _SMALL:
            small.append((y, x, row))
        else:
            written.append(label(x, y, row, "middle", True))
    small.sort(key=lambda item: item[:2])
    west = [item for item in small if item[1] < WIDTH / 4]
    south = [item for item in small if item not in west and item[0] > 478]
    north = [item for item in small if item not in west and item[0] < 200][:1]
    east = [item for item in small if item not in west + south + north]
    apart = (1.3 if layout.narrow else 2.6) * size
    placed: list[tuple[tuple[float, float, Any], float, float, str]] = []
    placed += [(item, *_GULF, "start") for item in south]
    placed += [(item, *_LAKES, "middle") for item in north]
    for items, across, anchor in ((west, -6.0, "end"), (east, WIDTH + 0.0, "start")):
        heights = _at_the_side([y for y, _, _ in items], apart)
        placed += [(i, across, height, anchor) for i, height in zip(items, heights, strict=True)]
    for (y, x, row), across, height, anchor in placed:
        below = height + (0.4 if layout.narrow else 1.5) * size if anchor == "middle" else height
        parts.append(
            f'<path d="M{x:.0f} {y:.0f}L{across:.0f} {below - 0.35 * size * (anchor != "middle"):.0f}" '
            f'fill="none" stroke="{_TEXT}" stroke-width="{size / 15:.1f}"/>'
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{size / 6:.1f}" fill="{_TEXT}" '
            f'stroke="{_PAPER}" stroke-width="1"/>'
        )
        shift = {"start": 6, "end": -4}.get(anchor, 0)
        written.append(label(across + shift, height, row, anchor, False))
    hatched = tr("interval wider than {points:pts0} points", points=wide)
    entries = [*zip(labels, SHADES, strict=False), (hatched, "url(#hatch)")]
    legend, bottom = _legend(entries, HEIGHT + 14, size, fixed=True)
    names, bottom = _names(rows, bottom, size, 3 if layout.narrow else 4)
    return _svg(WIDTH + side, bottom, _HATCH, *parts, *written, legend, names, left=side)
