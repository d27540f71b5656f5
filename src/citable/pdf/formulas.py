"""Convert LaTeX formulas to SVG outlines, by matplotlib's mathtext.

The pages carry MathML, which no CSS print engine sets; matplotlib's mathtext is in the lock, needs
no TeX, and brings its own faces (STIX), so that a formula looks the same wherever it is made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextPath, text_to_path

from citable.errors import EditionError

# LaTeX commands that mathtext has under another name only.
_NAMES = {"le": "leq", "ge": "geq", "iff": "Longleftrightarrow"}
_STEPS = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C"}


@dataclass(frozen=True)
class Formula:
    """Formula as SVG; sizes in ems of the text around it, ``depth`` is the extent below the baseline."""

    svg: str
    width: float
    height: float
    depth: float


def to_mathtext(latex: str, display: bool) -> str:
    r"""Translate LaTeX to the syntax of mathtext; fractions of a displayed formula are large.

    >>> spelled(r"\frac{x}{N} \le p", display=True)
    '\\dfrac{x}{N} \\leq p'
    >>> spelled(r"x \leq \left( y", display=False)
    'x \\leq \\left( y'
    """
    latex = re.sub(r"\\([a-z]+)", lambda m: "\\" + _NAMES.get(m[1], m[1]), latex)
    latex = latex.replace("'", r"^{\prime}")
    latex = re.sub(r"\\sum((?:_(?:\{[^{}]*\}|\w))?)", r"\\sum\1\\,", latex)
    return _outer_fractions(latex) if display else latex


def _outer_fractions(latex: str) -> str:
    r"""Replace ``\frac`` by ``\dfrac`` in fractions that are not nested in braces."""
    parts, depth = [], 0
    for token in re.split(r"(\\frac|[{}])", latex):
        depth += (token == "{") - (token == "}")
        parts.append("\\dfrac" if token == "\\frac" and depth == 0 else token)
    return "".join(parts)


def _outline(path: Path) -> str:
    """Convert a matplotlib path to SVG path data, y pointing down."""
    pieces = []
    for points, code in path.iter_segments(simplify=False, curves=True):
        if code == Path.CLOSEPOLY:
            pieces.append("Z")
            continue
        pairs = zip(points[::2], points[1::2], strict=True)
        pieces.append(_STEPS[code] + " ".join(f"{x:.2f} {-y:.2f}" for x, y in pairs))
    return "".join(pieces)


def formula(latex: str, display: bool = False) -> Formula:
    """Typeset a formula as SVG.

    Raises EditionError if it uses what mathtext does not have.
    """
    size = 100.0
    try:
        with mpl.rc_context({"mathtext.fontset": "stix"}):
            text = f"${to_mathtext(latex, display)}$"
            face = FontProperties(size=size)
            width, height, depth = text_to_path.get_text_width_height_descent(text, face, True)
            path = TextPath((0, 0), text, size=size, prop=face)
    except ValueError as error:
        raise EditionError(f"the formula {latex!r} cannot be set for print: {error}") from error
    box = path.get_extents()
    # Accents can exceed the height that mathtext reports.
    top, bottom = max(height - depth, box.y1), max(depth, -box.y0)
    width = max(width, box.x1)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.2f}" height="{top + bottom:.2f}" '
        f'viewBox="0 {-top:.2f} {width:.2f} {top + bottom:.2f}">'
        f'<path d="{_outline(path)}"/></svg>'
    )
    return Formula(svg, width / size, (top + bottom) / size, bottom / size)
