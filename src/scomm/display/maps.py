"""Maps as light SVG: one path a class, so that three thousand counties weigh little."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise

import pandas as pd

from scomm.display.figures import Layout
from scomm.display.style import BLUE, INK, MUTED, PALE_BLUE, PAPER, RULE
from scomm.display.words import _
from scomm.errors import ArgumentError

# The projected canvas of the boundaries.
WIDTH, HEIGHT = 975, 610

# From early to late, or low to high: told apart by lightness alone.
SHADES = (RULE.light, PALE_BLUE.light, "#7d9cc6", BLUE.light, INK.light)
NO_DATA = PAPER.light


def _coarse(path: str) -> str:
    """Round outlines to whole units of the canvas and write them as steps: a third of the weight.

    Neighbors share their points, so they stay neighbors.
    """
    rings = []
    for ring in path.split("M")[1:]:
        points = [
            tuple(round(float(number)) for number in pair.split(","))
            for pair in ring.rstrip("Z").split("L")
        ]
        kept = [points[0]] + [b for a, b in pairwise(points) if a != b]
        steps = "".join(f"l{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(kept))
        rings.append(f"M{kept[0][0]} {kept[0][1]}{steps}Z")
    return "".join(rings)


def choropleth(
    layout: Layout,
    shapes: pd.DataFrame,
    classes: pd.Series,
    *,
    labels: Sequence[str],
    borders: pd.DataFrame | None = None,
) -> str:
    """Return a map as SVG text.

    ``shapes`` has fips and path (SVG path data on the 975 by 610 canvas); ``classes`` gives each
    fips a class number from 0 (-1 or missing: no data); ``labels`` names the classes in order, at
    most five; ``borders`` are drawn over it.

    Raises ArgumentError if there are more classes than shades.
    """
    if len(labels) > len(SHADES):
        raise ArgumentError(f"{len(labels)} classes: expected at most {len(SHADES)}")
    known = shapes["fips"].map(classes).fillna(-1).astype(int)
    parts = []
    for number in range(-1, len(labels)):
        path = _coarse("".join(shapes.loc[known == number, "path"]))
        if path:
            shade = NO_DATA if number < 0 else SHADES[number]
            parts.append(f'<path fill="{shade}" stroke="none" d="{path}"/>')
    if borders is not None:
        path = _coarse("".join(borders["path"]))
        parts.append(f'<path fill="none" stroke="{PAPER.light}" stroke-width="1" d="{path}"/>')
    size = 30 if layout.narrow else 15
    said = [_(label) for label in labels]
    # As many columns as fit: a translation can be longer.
    longest = size * (1.8 + 0.5 * max((len(label) for label in said), default=0))
    columns = max(1, min(2 if layout.narrow else len(said), int(WIDTH // longest)))
    step = WIDTH / columns
    rows = -(-len(said) // columns)
    for number, label in enumerate(said):
        column, row = number % columns, number // columns
        x, y = column * step + 4, HEIGHT + 26 + row * (size + 14)
        parts.append(
            f'<rect x="{x:.0f}" y="{y - size * 0.8:.0f}" width="{size}" height="{size * 0.8:.0f}" '
            f'fill="{SHADES[number]}" stroke="{MUTED.light}" stroke-width="0.5"/>'
            f'<text x="{x + size + 6:.0f}" y="{y:.0f}" fill="{INK.light}" '
            f'style="font-size: {size}px; font-family: var(--fig-font, sans-serif)">{escape(label)}</text>'
        )
    height = HEIGHT + 34 + rows * (size + 14)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}">'
        + "".join(parts)
        + "</svg>"
    )
