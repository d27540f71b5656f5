"""Render a drawing function to SVG: for a wide screen, for a narrow one, and as a standalone file."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from citable.display.checks import figure_problems, text_problems
from citable.display.marks import readings
from citable.display.style import style, use_css_variables
from citable.errors import ArgumentError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Environment variable; "no" skips drawing, where only numbers are needed.
DRAWS = "SCOMM_DRAWS"


@dataclass(frozen=True)
class Layout:
    """Medium of a figure: its width and the size of its text.

    ``width`` is in inches at 96 CSS pixels each; ``size`` is the text size in points.
    """

    kind: str
    width: float
    size: float

    @property
    def narrow(self) -> bool:
        """Whether the layout is that of a phone."""
        return self.kind == "narrow"

    def figure(self, height: float) -> Figure:
        """Return an empty figure of this width and of a height in inches."""
        from matplotlib.figure import Figure

        return Figure(figsize=(self.width, height), layout="constrained")


WIDE = Layout("wide", 7.2, 8.6)
NARROW = Layout("narrow", 3.7, 8.6)


@dataclass(frozen=True)
class RenderedFigure:
    """One rendered figure as SVG text: inline for the page's two widths, and a standalone file.

    ``marks`` is what a reader hears of its marks: ``kind``, ``head`` and ``rows`` as
    ``citable.display.marks.readings`` has them, and where they lie in ``wide`` and in ``narrow``.
    """

    wide: str
    narrow: str
    standalone: str
    marks: dict[str, Any] | None = None


def _to_svg(figure: Figure) -> str:
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    return text.getvalue()


def _clean(svg: str, prefix: str, alt: str) -> str:
    """Strip an SVG to its drawing, make its ids unique to the page and add the text alternative."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.S)
    used = set(re.findall(r"(?:xlink:)?href=\"#([^\"]+)\"", svg)) | set(
        re.findall(r"url\(#([^)]+)\)", svg)
    )
    svg = re.sub(r' id="([^"]+)"', lambda m: f' id="{prefix}-{m[1]}"' if m[1] in used else "", svg)
    svg = re.sub(r'((?:xlink:)?href)="#', r'href="#' + prefix + "-", svg)
    svg = svg.replace("url(#", f"url(#{prefix}-")
    svg = re.sub(r"(\d+\.\d{2})\d+", r"\1", svg)
    svg = re.sub(
        r"font: ?([\d.]+)px [^;\"]*",
        r"font-size: \1px; font-family: var(--fig-font, sans-serif)",
        svg,
    )
    svg = re.sub(
        r"font-family: ?(?:'[^']*'|[^;\"v])+(?=[;\"])",
        "font-family: var(--fig-font, sans-serif)",
        svg,
    )
    svg = re.sub(r"\s*\n\s*", "\n", svg).strip()
    box = re.search(r'viewBox="([^"]+)"', svg)
    if box is None:
        raise ArgumentError("the drawing has no viewBox")
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box[1]}" role="img" '
        f'aria-label="{escape(alt)}">'
    )
    return re.sub(r"<svg[^>]*>", lambda _: head, svg, count=1)


# Text size that the style sheet sets on a phone for maps drawn once.
_ON_A_PHONE = 27.0


def _draw(
    draw: Callable[[Layout], Any], layout: Layout, one_size: bool
) -> tuple[str, dict[str, Any] | None]:
    marks = None
    with style(layout.size):
        drawn = draw(layout)
        if isinstance(drawn, str):
            svg, found = drawn, text_problems(drawn)
            if one_size:
                found += text_problems(drawn, _ON_A_PHONE)
        else:
            found = figure_problems(drawn)
            svg = _to_svg(drawn)
            marks = readings(drawn)
    if found:
        raise ArgumentError(f"drawn {layout.kind}: {'; '.join(found)}")
    return svg, marks


_HEAVY = 80_000  # letters of SVG
# Placeholder of the text alternative.
_NO_LABEL = ' aria-label=""'


def is_heavy(svg: str) -> bool:
    """Whether an SVG is so large that its page loads it lazily."""
    return len(svg) > _HEAVY


def add_text_alternative(svg: str, alt: str) -> str:
    """Return a rendered SVG with its text alternative as ``aria-label``."""
    return svg.replace(_NO_LABEL, f' aria-label="{escape(alt)}"', 1)


def render(
    draw: Callable[[Layout], Any], *, identifier: str, alt: str = "", one_size: bool = False
) -> RenderedFigure:
    """Draw a figure for a wide and a narrow screen and return it as SVG text.

    ``one_size`` draws it once, for maps, whose weight is in their outlines; ``narrow`` is then
    empty.

    ``draw`` takes a ``Layout`` and returns a matplotlib ``Figure`` or SVG text. Colours of the
    palette become CSS variables in the inline forms and stay plain in the standalone one.

    Raises ArgumentError if a tick's label is not its value or a label is in the way of another.
    """
    slug = "f" + identifier.replace(".", "-")
    drawn, marks = _draw(draw, WIDE, one_size)
    wide, narrow = _clean(drawn, f"{slug}-w", alt), ""
    if marks is not None:
        marks["wide"] = marks.pop("at")
    if not one_size:
        drawn, others = _draw(draw, NARROW, one_size)
        narrow = _clean(drawn, f"{slug}-n", alt)
        if marks is not None and others is not None:
            marks["narrow"] = others["at"]
    plain = wide.replace("var(--fig-font, sans-serif)", "sans-serif")
    plain = re.sub(r"var\(--[\w-]+, (#\w+)\)", r"\1", plain)
    return RenderedFigure(
        wide=use_css_variables(wide),
        narrow=use_css_variables(narrow),
        standalone=f'<?xml version="1.0" encoding="UTF-8"?>\n{plain}\n',
        marks=marks,
    )
