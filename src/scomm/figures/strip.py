"""Draw shares as dots on one line from 0 to 100%, stacked where they would overlap."""

from collections.abc import Iterable
from html import escape

import pandas as pd

from citable.display.figures import Layout
from citable.display.formats import fmt
from citable.display.pictures import stack_levels, text_width
from citable.display.style import role
from citable.display.ticks import tick_labels
from scomm.figures.shared import translate_label

_RADIUS, _STEP = 4.2, 10.0  # CSS pixels: of a dot, and from one dot to the next above it
_SIDE, _FOOT, _AIR = 14.0, 20.0, 4.0  # beside the axis, below it, and round a label
_MEASURE = 612.0  # the width of a column of text: 36 rem of the style sheet
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_FACE = "source-sans-3-latin-400-normal"


def _text(x: float, y: float, said: str, size: float, color: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:.2f}" fill="{role(color)}" '
        f'text-anchor="{anchor}" style="font-family: sans-serif">{escape(said)}</text>'
    )


def _dot(x: float, y: float, filled: bool, title: str, path: str) -> str:
    face = role("subject" if filled else "paper")
    mark = (
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{_RADIUS}" fill="{face}" '
        f'stroke="{role("subject")}" stroke-width="1.2"><title>{escape(title)}</title></circle>'
    )
    # Dots are no tab stops: the keyboard has the same links in a list.
    return f'<a href="{escape(path)}" tabindex="-1">{mark}</a>' if path else mark


def strip(
    layout: Layout, data: pd.DataFrame, *, references: Iterable[tuple[float, str]] = ()
) -> str:
    """Draw ``share``, a dot a row, filled where ``filled`` is true; return SVG text.

    ``title`` is what a pointer on a dot reads, ``path`` the page that it leads to, empty for none.
    Filled dots stand on top of their stack with ``name`` and share beside them. ``references`` are
    what the shares are compared with: a dashed line each, named at its top.
    """
    width, size = min(96 * layout.width, _MEASURE), 96 / 72 * layout.size
    scale = width - 2 * _SIDE
    filled = data["filled"].astype(bool)
    ordered = data.sort_values("share", kind="stable")
    # Names stand to the right of their dots, so the last dot is placed first.
    rows = pd.concat([ordered[~filled], ordered[filled][::-1]])
    xs = [_SIDE + share * scale for share in rows["share"]]
    hollow = int((~filled).sum())
    apart = 2 * _RADIUS + 1.2
    levels = stack_levels(xs[:hollow], apart)
    labels: list[tuple[float, int, str, str]] = []  # x, level, words, anchor
    taken = [(x - apart / 2, x + apart / 2, level) for x, level in zip(xs, levels, strict=False)]
    for x, row in zip(xs[hollow:], rows.iloc[hollow:].itertuples(), strict=True):
        said = f"{translate_label(row.name)} {fmt(row.share, 'pct0')}"
        room = _RADIUS + _AIR + text_width(said, _FACE, size)
        right = x + room <= width
        start, end = x - apart / 2, x + apart / 2
        low, high = (start, x + room) if right else (x - room, end)
        # Label the top dot of a stack, at the first level with space for the label.
        level = 1 + max((top for a, b, top in taken if a < end and start < b), default=-1)
        while any(a < high and low < b and top == level for a, b, top in taken):
            level += 1
        levels.append(level)
        taken += [(low, high, level), (low, high, level + 1)]
        labels.append((x, level, said, "start" if right else "end"))
    axis = size + 2 * _AIR + _STEP * (max(levels, default=0) + 1)

    def at(share: float) -> float:
        return _SIDE + share * scale

    def height(level: int) -> float:
        return axis - _STEP * level - _STEP / 2 - 1

    parts = [f'<path d="M{_SIDE} {axis:.1f}H{width - _SIDE:.1f}" stroke="{role("range")}"/>']
    for share, name in zip(_TICKS, tick_labels(_TICKS, "share"), strict=True):
        parts.append(f'<path d="M{at(share):.1f} {axis:.1f}v4" stroke="{role("range")}"/>')
        parts.append(_text(at(share), axis + 4 + size, name, size, "label", "middle"))
    for share, name in references:
        x, left = at(share), share < _TICKS[2]
        parts.append(
            f'<path d="M{x:.2f} {_AIR}V{axis:.1f}" stroke="{role("reference")}" '
            'stroke-width="1.4" stroke-dasharray="4 3"/>'
        )
        place = (x - _AIR, "end") if left else (x + _AIR, "start")
        parts.append(_text(place[0], size, translate_label(name), size, "reference", place[1]))
    for x, level, row in zip(xs, levels, rows.itertuples(), strict=True):
        title, path = translate_label(row.title), str(row.path)
        parts.append(_dot(x, height(level), bool(row.filled), title, path))
    for x, level, said, anchor in labels:
        aside = (_RADIUS + _AIR) * (1 if anchor == "start" else -1)
        parts.append(_text(x + aside, height(level) + 0.35 * size, said, size, "text", anchor))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1f} {axis + _FOOT:.1f}">'
        f"{''.join(parts)}</svg>"
    )
