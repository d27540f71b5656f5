"""Draw maps as small SVG: whole units, relative coordinates, shared outlines.

Every place has a title that a pointer shows; shades are told apart by lightness alone, and what a
shade says is printed too. The style sheet makes the text larger where a phone shows a map small.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

import numpy as np
import pandas as pd

from citable.display.figures import Layout
from citable.display.style import SHADES as SHADE_COLORS, role
from citable.display.words import _
from citable.errors import ArgumentError

# The projected canvas of the boundaries.
WIDTH, HEIGHT = 975, 610

# From early to late, or low to high: told apart by lightness alone.
SHADES = tuple(color.light for color in SHADE_COLORS)
_TEXT, _LABEL, _RULE, _PAPER, _SUBJECT = map(role, ("text", "label", "rule", "paper", "subject"))
NO_DATA = _PAPER
_ISLET = 12.0  # square units of the canvas


Point = tuple[int, int]


def _rings(path: str, grid: int = 2) -> list[list[Point]]:
    """Return a path's outlines as points rounded to an invisibly fine grid of the canvas.

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


def _relative_path(rings: Iterable[Sequence[Point]], closed: bool = True) -> str:
    """Format outlines as relative SVG paths: a third of the size of absolute ones."""
    parts = []
    for ring in rings:
        steps = (f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(ring))
        # A minus separates two numbers as well as a blank does.
        end = "Z" if closed else ""
        parts.append(f"M{ring[0][0]} {ring[0][1]}l{' '.join(steps)}{end}".replace(" -", "-"))
    return "".join(parts)


def _simplify(path: str, grid: int = 2) -> str:
    return _relative_path(ring for ring in _rings(path, grid) if len(ring) > 1)


def dissolve(paths: Iterable[str], grid: int = 2) -> list[list[Point]]:
    """Return the common outline of neighboring shapes, without the borders they share.

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
    """Return the lines of neighboring shapes' outlines, shared ones once.

    Islands too small to be seen are left out.

    >>> borders_once(["M0,0L8,0L8,8L0,8Z", "M8,0L16,0L16,8L8,8Z"])
    [[(0, 0), (8, 0), (8, 8), (0, 8), (0, 0)], [(8, 0), (16, 0), (16, 8), (8, 8)]]
    """
    seen: set[tuple[Point, Point]] = set()
    lines = []
    for ring in (ring for path in paths for ring in _rings(path)):
        if _area(ring) < _ISLET:
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


def _area(ring: Sequence[Point]) -> float:
    x, y = np.array([*ring, ring[0]], dtype=float).T
    return float(abs((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())) / 2


def text(
    x: float,
    y: float,
    words: str,
    *,
    ink: str = _TEXT,
    anchor: str = "start",
    size: float = 15,
    strong: bool = False,
    fixed: bool = False,
) -> str:
    """Return a line of text in a color of the palette, translated.

    ``fixed`` text keeps its size on a phone, where a map of one size has larger text.
    """
    kind = "" if fixed else ' class="map-text"'
    weight = ' font-weight="600"' if strong else ""
    return (
        f'<text{kind} x="{x:.0f}" y="{y:.0f}" font-size="{size:g}"{weight} fill="{ink}" '
        f'text-anchor="{anchor}" style="font-family: var(--fig-font, sans-serif)">'
        f"{escape(_(words))}</text>"
    )


def _legend(entries: Sequence[tuple[str, str]], top: float) -> tuple[str, float]:
    """Return the legend of shades, two entries a line, and the height below it."""
    parts, line = [], 40.0
    for number, (label, shade) in enumerate(entries):
        x, y = number % 2 * WIDTH / 2 + 4, top + number // 2 * line
        parts.append(
            f'<rect x="{x:.0f}" y="{y:.0f}" width="30" height="24" fill="{shade}" '
            f'stroke="{_LABEL}" stroke-width="0.5"/>' + text(x + 40, y + 19, label)
        )
    return "".join(parts), top + -(-len(entries) // 2) * line


def svg(width: float, height: float, *parts: str) -> str:
    """Return an empty drawing of a width and a height."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}">'
        + "".join(parts)
        + "</svg>"
    )


def check_classes(labels: Sequence[str]) -> None:
    """Raise ArgumentError if there are more classes than shades."""
    if len(labels) > len(SHADES):
        raise ArgumentError(f"{len(labels)} classes: expected at most {len(SHADES)}")


@dataclass(frozen=True)
class Panel:
    """Small map: its two lines of text, and the number of classes, from the first, that are reached."""

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
    steps: Sequence[str] = (),
    steps_label: str = "",
) -> str:
    """Draw one large map by class, and small ones of the classes reached by each date, as SVG text.

    ``shapes`` has fips and path (SVG path data on the 975 by 610 canvas); ``classes`` gives each
    fips a class number from 0, the first (-1 or missing: no data); ``labels`` names the classes in
    order, at most five, the darkest first; ``titles`` gives each fips the words that a pointer
    shows. The small maps use the outlines of the large one again, so that they weigh nothing.
    ``steps`` says of each class, from the first, what has been reached with it: where a page has a
    script, a slider named ``steps_label`` takes the large map through them.

    Raises ArgumentError if there are more classes than shades.
    """
    check_classes(labels)
    known = shapes["fips"].map(classes).fillna(-1).astype(int)
    shades = SHADES[: len(labels)][::-1]
    outline = f'<path id="borders" fill="none" d="{_relative_path(borders_once(borders["path"]), False)}"/>'
    large = []
    for number in range(-1, len(labels)):
        inside = "".join(
            f'<path d="{_simplify(row.path, _ROLLOUT_GRID)}"><title>{escape(_(titles.get(row.fips, row.fips)))}</title>'
            "</path>"
            for row in shapes[known == number].itertuples()
        )
        shade = NO_DATA if number < 0 else shades[number]
        said = f' data-step="{escape(_(steps[number]))}"' if steps and number >= 0 else ""
        large.append(f'<g fill="{shade}"{said}><g id="class{number + 1}">{inside}</g></g>')
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
            text(x + 4, y + 26, panel.title, strong=True)
            + text(x + 4, y + 58, panel.note)
            + f'<g transform="translate({x:.0f} {y + 64:.0f}) scale({small})">{uses}'
            f'<use href="#borders" stroke="{_PAPER}" stroke-width="1.5"/></g>'
        )
    rows = -(-len(panels) // across)
    slider = f'<g data-slider="{escape(_(steps_label))}">' if steps else "<g>"
    return svg(WIDTH, top + 24 + rows * height, slider, *large, "</g>", legend, *parts)


_HATCH = (
    '<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" '
    f'patternTransform="rotate(45)"><path d="M2 0V5" stroke="{_LABEL}" stroke-width="0.9"/>'
    "</pattern></defs>"
)
HATCHED = -2  # the class of a place of which too little is known
# Units to which a map of the roll-out rounds counties, one by class, and a field of many: a page can
# have several of the last two.
_ROLLOUT_GRID, _COUNTY_GRID, _FIELD_GRID = 3, 4, 6


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
    """Draw a map of counties by class of a number, as SVG text; counties with too little data are hatched.

    ``classes`` gives each fips a class number from 0, the palest; ``HATCHED``, or -1 (also where
    missing): nothing recorded, drawn as paper. ``labels`` names the classes in order, ``hatched``
    and ``empty`` the two others in the legend; ``titles`` gives each fips that has a class the
    words that a pointer shows. ``shapes`` and ``borders`` as for ``rollout``.

    Raises ArgumentError if there are more classes than shades.
    """
    check_classes(labels)
    known = shapes["fips"].map(classes)
    # Counties without visible borders are merged: hatched ones to one outline, and those
    # without data are not drawn.
    unsure = _relative_path(dissolve(shapes.loc[known == HATCHED, "path"], _FIELD_GRID))
    parts = [f'<path d="{unsure}" fill="url(#hatch)"/>']
    for number, fill in enumerate(SHADES[: len(labels)]):
        inside = "".join(
            f'<path d="{_simplify(row.path, _COUNTY_GRID)}">'
            f"<title>{escape(_(titles[row.fips]))}</title></path>"
            for row in shapes[known == number].itertuples()
        )
        parts.append(f'<g fill="{fill}">{inside}</g>')
    # A coast needs an outline: it has no neighbor that would show it.
    outline = f'd="{_relative_path(borders_once(borders["path"]), False)}" fill="none"'
    parts.append(f'<path {outline} stroke="{_LABEL}" stroke-width="0.7"/>')
    entries = [*zip(labels, SHADES, strict=False), (hatched, "url(#hatch)"), (empty, NO_DATA)]
    legend, bottom = _legend(entries, HEIGHT + 12)
    return svg(WIDTH, bottom, _HATCH, *parts, legend)
