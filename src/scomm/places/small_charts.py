"""Draw inline SVG of a few hundred bytes, for the thousands of place pages.

Their colours and type are rules of the style sheet (``place-dot``, ``spark``), so that a page carries
nothing but positions and words.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from citable.display.style import GREY, OCHRE, WIDEST_DOT

_WIDTH = 360.0  # of both drawings, in units that are CSS pixels on a phone
_SIDE = 10.0  # left and right of the scale from 0 to 100%
_AXIS, _HEIGHT = 36.0, 52.0  # of the strip: where its line lies, and all of it
_MIDDLE, _END = ' text-anchor="middle"', ' text-anchor="end"'
_TOP, _BASE, _FOOT = 16.0, 52.0, 66.0  # of a sparkline: highest value, zero, labels below


def strip_x(share: float) -> float:
    """Return the position of a share in [0, 1] on the strip, from its left edge.

    >>> strip_x(0.0), strip_x(0.5), strip_x(1.0)
    (10.0, 180.0, 350.0)
    """
    return _SIDE + share * (_WIDTH - 2 * _SIDE)


def strip_ticks(shares: Sequence[float], references: Sequence[tuple[float, str]]) -> str:
    """Draw the strip that all pages share as one file: a tick a share, dashed references.

    ``references`` are values and names. Its greys are told from light and dark paper alike: a
    picture does not know the page's scheme.
    """
    ticks = "".join(f"M{strip_x(share):.1f} {_AXIS - 12:g}V{_AXIS:g}" for share in shares)
    dashed = "".join(
        f"M{strip_x(share):.1f} {_AXIS - 18:g}V{_AXIS + 3:g}" for share, _name in references
    )
    words = [_text(0, _HEIGHT - 2, "0%"), _text(_WIDTH, _HEIGHT - 2, "100%", _END)]
    words += [_text(strip_x(share), _HEIGHT - 2, name, _MIDDLE) for share, name in references]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" fill="none">'
        f'<g fill="{GREY.light}" font-family="sans-serif" font-size="11">{"".join(words)}</g>'
        f'<path d="M{_SIDE:g} {_AXIS:g}H{_WIDTH - _SIDE:g}{ticks}" stroke="{GREY.light}"/>'
        f'<path d="{dashed}" stroke="{OCHRE.light}" stroke-width="1.4" stroke-dasharray="4 3"/></svg>\n'
    )


def _anchor(x: float) -> str:
    """Return the text anchor that keeps a label at ``x`` in the drawing."""
    if x < 0.36 * _WIDTH:
        return ""
    return _END if x > 0.64 * _WIDTH else _MIDDLE


def _text(x: float, y: float, said: str, anchor: str = "", css: str = "") -> str:
    css = f' class="{css}"' if css else ""
    return f'<text x="{x:.0f}" y="{y:.0f}"{anchor}{css}>{escape(said)}</text>'


def dot_svg(
    share: tuple[float, float],
    name: str,
    alt: str,
    *,
    own: bool,
    image: str,
) -> str:
    """Draw a place's share on the strip, whose ticks are the picture ``image``.

    ``share`` is lowest and highest value; a range wider than five points is a bar. ``name`` stands
    over it. ``own`` fills the dot; without it the share
    is that of another place, the nearest that has one.
    """
    low, high = map(strip_x, share)
    x = (low + high) / 2
    if share[1] - share[0] > WIDEST_DOT:
        mark = f'<path d="M{low:.1f} {_AXIS - 6:g}H{high:.1f}"/>'
    else:
        hollow = "" if own else ' class="near"'
        mark = f'<circle cx="{x:.1f}" cy="{_AXIS - 6:g}" r="5"{hollow}/>'
    return (
        f'<svg class="place-dot" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" '
        f'aria-label="{escape(alt)}"><image href="{image}" width="{_WIDTH:g}" height="{_HEIGHT:g}"/>'
        f"{_text(x, 12, name, _anchor(x), 'name')}{mark}</svg>"
    )


def sparkline(
    values: Sequence[float],
    ends: tuple[str, str],
    most: str,
    alt: str,
    mark: tuple[int, str] | None = None,
) -> str:
    """Draw a series as one line from zero, with its first, last and highest value in words.

    ``ends`` are the words at the first and the last value, ``most`` those at the highest; ``mark``
    is a position and its name: a dashed line. Raises ValueError for fewer than two values.

    >>> "M0 40l180-24 180 12" in sparkline([1, 3, 2], ("1", "2"), "3", "A line")
    True
    """
    if len(values) < 2:
        raise ValueError("a line has two values or more")
    step, top = _WIDTH / (len(values) - 1), max(values) or 1
    points = [
        (round(number * step), round(_BASE - (_BASE - _TOP) * value / top))
        for number, value in enumerate(values)
    ]
    moves = " ".join(f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(points))
    path = f"M{points[0][0]} {points[0][1]}l{moves.replace(' -', '-')}"
    x, y = points[max(range(len(values)), key=values.__getitem__)]
    marked = ""
    if mark is not None:
        at = mark[0] * step
        marked = f'<path class="mark" d="M{at:.0f} {_TOP:g}V{_BASE:g}"/>'
        marked += _text(at, _FOOT, mark[1])
    words = [
        _text(x, 10, most, _anchor(x)),
        _text(0, _FOOT, ends[0]),
        _text(_WIDTH, _FOOT, ends[1], _END),
    ]
    return (
        f'<svg class="spark" viewBox="0 0 {_WIDTH:g} 70" role="img" aria-label="{escape(alt)}">'
        f'<path class="zero" d="M0 {_BASE:g}H{_WIDTH:g}"/>{marked}<path d="{path}"/>'
        f'<circle cx="{x}" cy="{y}" r="3"/>{"".join(words)}</svg>'
    )
