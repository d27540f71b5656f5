"""The small chart of a datasheet: monthly shares as inline SVG, written without matplotlib.

A book has dozens of such sheets; drawn as the figures of chapters are they would take most of a build.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from scomm.display.figures import NARROW, WIDE, Layout
from scomm.display.formats import missing
from scomm.display.style import role, with_variables
from scomm.display.ticks import tick_labels

_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_HEIGHT, _TOP, _BOTTOM, _RIGHT = 170.0, 8.0, 22.0, 8.0  # CSS pixels


def month_chart(
    layout: Layout, months: Sequence[tuple[int, int]], shares: Sequence[float], alt: str
) -> str:
    """Return shares by month as SVG, on a scale from 0 to 100%, the same for every sheet.

    ``months`` are (year, month), one after the other without a gap; a share that is missing (no
    removal that month) has no point and breaks the line. Raises ValueError if lengths differ.
    """
    width, size = 96 * layout.width, 96 / 72 * layout.size
    left = 3.4 * size
    step = (width - left - _RIGHT) / max(len(months) - 1, 1)
    height = _HEIGHT - _TOP - _BOTTOM
    labels = tick_labels(_TICKS, "share")
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

    for value, label in zip(_TICKS, labels, strict=True):
        y = _TOP + (1 - value) * height
        line(left, y, width - _RIGHT, y, "range" if value == 0 else "rule")
        text(left - 5, y + 0.35 * size, label, "end")
    for number, (year, month) in enumerate(months):
        if month == 1:
            x = left + number * step
            line(x, _TOP + height, x, _TOP + height + 4, "range")
            text(x, _HEIGHT - 4, str(year), "middle")
    points = [
        None if missing(share) else (left + number * step, _TOP + (1 - share) * height)
        for number, (_, share) in enumerate(zip(months, shares, strict=True))
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


def chart_html(months: Sequence[tuple[int, int]], shares: Sequence[float], alt: str) -> str:
    """Return the chart for a wide and a narrow screen, in the colours of the page."""
    return "".join(
        f'<div class="exhibit-{layout.kind}">'
        f"{with_variables(month_chart(layout, months, shares, alt))}</div>"
        for layout in (WIDE, NARROW)
    )
