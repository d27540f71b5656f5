"""Draw the small chart of a datasheet, one series, as inline SVG without matplotlib.

A book has dozens of such sheets; drawn as the figures of chapters are they would take most of a build.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from math import ceil, floor, log10

from citable.display.figures import NARROW, WIDE, Layout
from citable.display.formats import missing
from citable.display.style import role, use_css_variables
from citable.display.ticks import tick_labels

_HEIGHT, _TOP, _BOTTOM, _RIGHT = 170.0, 8.0, 22.0, 8.0  # CSS pixels
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def _ticks(values: Sequence[float], unit: str) -> tuple[float, ...]:
    """Return ticks from zero to the end of the scale: 100% for shares, else above all values."""
    if unit == "share":
        return (0.0, 0.25, 0.5, 0.75, 1.0)
    most = max((value for value in values if not missing(value)), default=0.0) or 1.0
    power = 10.0 ** floor(log10(most / 4))
    step = next(power * part for part in _STEPS if 4 * power * part >= most)
    return tuple(step * number for number in range(ceil(most / step) + 1))


def series_chart(
    layout: Layout, labels: Sequence[str], values: Sequence[float], alt: str, unit: str = "share"
) -> str:
    """Draw a series as SVG; shares on a scale from 0 to 100%, the same for every sheet.

    ``labels`` name the places of ``values`` on the axis, empty for no tick; a value that is missing
    has no point and breaks the line. Raises ValueError if lengths differ.
    """
    width, size = 96 * layout.width, 96 / 72 * layout.size
    ticks = _ticks(values, unit)
    names = tick_labels(ticks, unit)
    left = max(3.4, 0.62 * max(map(len, names)) + 0.9) * size
    step = (width - left - _RIGHT) / max(len(labels) - 1, 1)
    height = _HEIGHT - _TOP - _BOTTOM
    parts = []

    def text(x: float, y: float, said: str, anchor: str) -> None:
        parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:.2f}" fill="{role("label")}" '
            f'text-anchor="{anchor}" style="font-family: var(--fig-font, sans-serif)">{said}</text>'
        )

    def line(x1: float, y1: float, x2: float, y2: float, color: str) -> None:
        parts.append(
            f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{role(color)}" '
            'stroke-width="0.8" fill="none"/>'
        )

    def at(value: float) -> float:
        return _TOP + (1 - value / ticks[-1]) * height

    for value, label in zip(ticks, names, strict=True):
        y = at(value)
        line(left, y, width - _RIGHT, y, "range" if value == 0 else "rule")
        text(left - 5, y + 0.35 * size, label, "end")
    for number, label in enumerate(labels):
        if label:
            x = left + number * step
            line(x, _TOP + height, x, _TOP + height + 4, "range")
            text(x, _HEIGHT - 4, label, "end" if number == len(labels) - 1 else "middle")
    points = [
        None if missing(value) else (left + number * step, at(value))
        for number, (_, value) in enumerate(zip(labels, values, strict=True))
    ]
    path, alone = "", []
    for before, point in pairwise([None, *points]):
        if point is not None:
            path += f"{'L' if before else 'M'}{point[0]:.1f} {point[1]:.1f}"
    for before, point, after in zip([None, *points], points, [*points[1:], None], strict=False):
        if point is not None and before is None and after is None:
            alone.append(point)
    parts.append(
        f'<path d="{path}" stroke="{role("subject")}" stroke-width="2.2" fill="none" '
        'stroke-linejoin="round"/>'
    )
    for x, y in alone:
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" fill="{role("subject")}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1f} {_HEIGHT:.0f}" '
        f'role="img" aria-label="{escape(alt)}">{"".join(parts)}</svg>'
    )


def chart_html(
    labels: Sequence[str], values: Sequence[float], alt: str, unit: str = "share"
) -> str:
    """Return the chart for a wide and a narrow screen, in the colours of the page."""
    return "".join(
        f'<div class="exhibit-{layout.kind}">'
        f"{use_css_variables(series_chart(layout, labels, values, alt, unit))}</div>"
        for layout in (WIDE, NARROW)
    )
