"""Draw a map of areas as equal tiles, each with its name and its share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from citable.display.figures import Layout
from citable.display.formats import fmt, tr
from citable.display.style import SHADE_INKS, role
from citable.display.words import N_, _
from citable.errors import ArgumentError
from scomm.figures.maps import SHADES, check_classes, svg, text

# Row and column of each area of responsibility, by its code: about where it lies in the country.
PLACES = {
    **{"SEA": (0, 0), "BUF": (0, 3), "BOS": (0, 4)},
    **{"SFR": (1, 0), "SLC": (1, 1), "SPM": (1, 2), "DET": (1, 3), "NYC": (1, 4)},
    **{"LOS": (2, 0), "DEN": (2, 1), "CHI": (2, 2), "PHI": (2, 3), "NEW": (2, 4)},
    **{"SND": (3, 0), "PHO": (3, 1), "WAS": (3, 3), "BAL": (3, 4)},
    **{"ELP": (4, 1), "DAL": (4, 2), "NOL": (4, 3), "ATL": (4, 4)},
    **{"SNA": (5, 1), "HOU": (5, 2), "MIA": (5, 4)},
}
_ACROSS = 1 + max(column for _row, column in PLACES.values())
_SCALE = N_("Line: 95% interval, from 0 at the left edge of a tile to 100% at the right")


@dataclass(frozen=True)
class _Tile:
    """Sizes of a tile in CSS pixels: spacing, texts, and their distances from its top.

    ``rows`` are those of name, share, interval, n (0: not shown) and the line.
    """

    step: tuple[float, float]
    name: float
    share: float
    detail: float
    rows: tuple[float, float, float, float, float]
    swatches: int  # shades that the legend has in a row


_WIDE = _Tile((140, 76), 15, 22, 12.5, (20, 48, 38, 53, 65), 5)
_NARROW = _Tile((71, 84), 11.5, 15, 11.5, (14, 46, 61, 0, 73), 3)
_GAP, _PAD = 3.0, 0.06  # between tiles, in pixels; round the texts, as a part of a tile's width


def _name_lines(name: str, narrow: bool) -> list[str]:
    """Break a name into lines: on a phone, the last word of a long one is on its own."""
    before, _space, last = _(name).rpartition(" ")
    return [before, last] if narrow and before and len(name) > 10 else [_(name)]


def _tile(row: Any, x: float, y: float, sizes: _Tile, shade: int) -> str:
    """Return the tile of an area whose corner is at x, y."""
    wide, tall = (side - _GAP for side in sizes.step)
    pad = _PAD * wide
    ink = SHADE_INKS[shade].light
    pointed = tr(
        "{area}: {share:pct}, interval {low:pct} to {high:pct}, {n:int} removals",
        **{"area": row.label, "share": row.share, "low": row.low, "high": row.high, "n": row.n},
    )
    name, share, interval, n, line = (y + row for row in sizes.rows)
    left, right, scale = x + pad, x + wide - pad, wide - 2 * pad
    beside = n > y  # whether there is room for the interval beside the share
    at, anchor = (right, "end") if beside else (left, "start")

    def detail(height: float, words: str) -> str:
        return text(at, height, words, ink=ink, anchor=anchor, size=sizes.detail, fixed=True)

    parts = [
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{wide:.0f}" height="{tall:.0f}" fill="{SHADES[shade]}"/>',
        *(
            text(left, name + 1.15 * sizes.name * k, words, ink=ink, size=sizes.name, fixed=True)
            for k, words in enumerate(_name_lines(row.label, not beside))
        ),
        text(
            left, share, fmt(row.share, "pct0"), ink=ink, size=sizes.share, strong=True, fixed=True
        ),
        detail(interval, f"{100 * row.low:.0f}–{fmt(row.high, 'pct0')}"),
        detail(n, f"n = {fmt(row.n, 'int')}") if beside else "",
        f'<path d="M{left:.1f} {line:.1f}h{scale:.1f}" stroke="{ink}" stroke-opacity="0.45"/>',
        f'<path d="M{left + row.low * scale:.1f} {line:.1f}h{(row.high - row.low) * scale:.1f}" '
        f'stroke="{ink}" stroke-width="4"/>',
    ]
    return f"<g><title>{escape(_(pointed))}</title>{''.join(parts)}</g>"


def area_tiles(
    layout: Layout, rows: pd.DataFrame, *, bounds: Sequence[float], labels: Sequence[str]
) -> str:
    """Draw the areas as tiles in roughly their geographic places, shaded by class of a share, as SVG text.

    ``rows`` has code, label (the area's name), share, low, high (its interval) and n (removals);
    ``bounds`` are the lower ends of the classes after the first, ``labels`` their names. Each tile
    prints name, share and interval, draws the interval on a scale from 0 to 1 and, on a wide
    screen, prints n.

    Raises ArgumentError if there are more classes than shades or an area has no place.
    """
    check_classes(labels)
    if missing := sorted(set(rows["code"]) - PLACES.keys()):
        raise ArgumentError(f"no place in the grid for {', '.join(missing)}: add it to PLACES")
    sizes = _NARROW if layout.narrow else _WIDE
    across, down = sizes.step
    parts = []
    for row in rows.itertuples():
        at_row, at_column = PLACES[str(row.code)]
        shade = int(np.searchsorted(bounds, row.share, side="right"))
        parts.append(_tile(row, at_column * across, at_row * down, sizes, shade))
    top = (1 + max(PLACES[code][0] for code in rows["code"])) * down + 8
    width, line = _ACROSS * across - _GAP, 1.8 * sizes.name
    for number, label in enumerate(labels):
        x = number % sizes.swatches * (_ACROSS * across / sizes.swatches)
        y = top + number // sizes.swatches * line
        parts.append(
            f'<rect x="{x:.0f}" y="{y:.0f}" width="18" height="14" fill="{SHADES[number]}"/>'
            + text(x + 24, y + 12, label, size=sizes.name, fixed=True)
        )
    top += -(-len(labels) // sizes.swatches) * line + sizes.name
    parts.append(text(0, top, _SCALE, ink=role("label"), size=sizes.detail, fixed=True))
    return svg(width, top + sizes.name / 2, *parts)
