"""One look for all figures: palette, type, and the CSS variables that make a dark mode."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Color:
    """A colour by its meaning: hex in light and in dark, and the CSS variable that carries it."""

    variable: str
    light: str
    dark: str


INK = Color("--fig-ink", "#1b1b1a", "#e8e5dd")
MUTED = Color("--fig-muted", "#5f5c56", "#aaa69c")
RULE = Color("--fig-rule", "#d8d4c9", "#3b3e43")
BLUE = Color("--fig-blue", "#1f4e8c", "#9cc0f0")
PALE_BLUE = Color("--fig-pale-blue", "#bccde3", "#34507a")
OCHRE = Color("--fig-ochre", "#8a5a00", "#e0b45c")
GREY = Color("--fig-grey", "#8a867d", "#8c897f")
PAPER = Color("--fig-paper", "#fffefb", "#16181b")

# Shades of maps from light to dark: told apart by lightness alone, in both schemes the same way.
SHADES = (
    Color("--fig-shade-1", "#dcd9cf", "#e4e1d8"),
    Color("--fig-shade-2", "#abc1de", "#b7cbe6"),
    Color("--fig-shade-3", "#7d9cc6", "#7f9fcb"),
    Color("--fig-shade-4", "#1f4f8d", "#4a74b0"),
    Color("--fig-shade-5", "#1c1c1b", "#2b4570"),
)

PALETTE = (INK, MUTED, RULE, BLUE, PALE_BLUE, OCHRE, GREY, PAPER, *SHADES)

# The grammar of colour of all figures. What is established beyond chance is told by the mark (filled,
# not hollow), never by a colour.
ROLES = {
    "subject": BLUE,  # the place, group or estimate that the figure is about
    "subject-range": PALE_BLUE,  # its interval, where marks lie upon it
    "reference": OCHRE,  # what it is compared with: one half, the nation, no difference
    "other": MUTED,  # what stands beside it: other places, a value before it was adjusted
    "range": GREY,  # ranges that agree with what was printed, limits, dates, simulated values
    "text": INK,
    "label": MUTED,
    "rule": RULE,
    "paper": PAPER,
}


def role(name: str) -> str:
    """Return the colour (hex, in light) of what has a role in a figure. Raises KeyError if unknown.

    >>> role("reference") == OCHRE.light
    True
    """
    return ROLES[name].light


# Several lines: the subject in its colour, the others told apart by lightness and dash.
LINES = (
    ("subject", "-"),
    ("other", (0, (5, 2))),
    ("text", (0, (1, 1.5))),
    ("range", "-."),
)


def css() -> str:
    """Return the style sheet that gives the figure variables their values in light and dark."""
    light = " ".join(f"{color.variable}: {color.light};" for color in PALETTE)
    dark = " ".join(f"{color.variable}: {color.dark};" for color in PALETTE)
    return (
        f"body {{ {light} }}\n"
        f'@media not print {{ body[data-theme="dark"] {{ {dark} }}\n'
        f'@media (prefers-color-scheme: dark) {{ body:not([data-theme="light"]) {{ {dark} }} }} }}\n'
    )


def with_variables(svg: str) -> str:
    """Replace the palette's hex values in an SVG by CSS variables with the hex as fallback."""
    for color in PALETTE:
        svg = svg.replace(color.light, f"var({color.variable}, {color.light})")
    return svg


@cache
def face() -> str:
    """Return the name of the face of figures, known to matplotlib from here on."""
    from matplotlib import font_manager

    from scomm.display.pictures import SANS, font_file

    font_manager.fontManager.addfont(font_file("source-sans-3-latin-400-normal"))
    return SANS


@contextmanager
def style(size: float) -> Iterator[None]:
    """Draw in the house style: seaborn's ticks without boxes, text kept as text.

    ``size`` is the text size in points.
    """
    import matplotlib as mpl  # colours alone are wanted far more often than drawings
    from seaborn.rcmod import axes_style, plotting_context

    settings = dict(axes_style("ticks"))
    settings.update(plotting_context("paper"))
    settings.update(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": "one-in-four",
            "font.family": "sans-serif",
            "font.sans-serif": [face()],  # measured with the face that the page shows
            "font.size": size,
            "axes.labelsize": size,
            "axes.titlesize": size,
            "xtick.labelsize": size,
            "ytick.labelsize": size,
            "legend.fontsize": size,
            "text.color": INK.light,
            "axes.labelcolor": MUTED.light,
            "axes.edgecolor": GREY.light,
            "xtick.color": MUTED.light,
            "ytick.color": MUTED.light,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.linewidth": 0.7,
            "xtick.major.width": 0.7,
            "ytick.major.width": 0.7,
            "xtick.major.size": 3,
            "ytick.major.size": 3,
            "axes.grid": False,
            "grid.color": RULE.light,
            "grid.linewidth": 0.6,
            "figure.facecolor": "none",
            "axes.facecolor": "none",
            "savefig.facecolor": "none",
        }
    )
    with mpl.rc_context(settings):
        yield
