"""Define the style of all figures: palette, font, and the CSS variables for dark mode."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from citable.display.words import N_


@dataclass(frozen=True)
class Color:
    """Colour of one role: hex in light and in dark mode, and its CSS variable."""

    variable: str
    light: str
    dark: str


# The widest range of a share that is drawn as a dot, at its middle; a wider one is a bar.
WIDEST_DOT = 0.05
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

# Text upon a shade, the same in both schemes, since the pale shades stay pale in the dark.
ON_PALE = Color("--fig-on-pale", "#1a1a1a", "#1a1a1a")
ON_DARK = Color("--fig-on-dark", "#fdfdfb", "#fdfdfb")
SHADE_INKS = (ON_PALE, ON_PALE, ON_PALE, ON_DARK, ON_DARK)

PALETTE = (INK, MUTED, RULE, BLUE, PALE_BLUE, OCHRE, GREY, PAPER, *SHADES, ON_PALE, ON_DARK)

# Colours by role, for all figures. What is established beyond chance is shown by the mark (filled,
# not hollow), never by colour.
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

# Names of the colours. In dark mode they are lighter, and that of text is light.
COLOR_NAMES = {
    BLUE: N_("blue"),
    PALE_BLUE: N_("pale blue"),
    OCHRE: N_("ochre"),
    MUTED: N_("dark gray"),
    GREY: N_("gray"),
    INK: N_("the color of text"),
}


@dataclass(frozen=True)
class Mark:
    """Entry of the key to all figures: a role, its shape and its meaning.

    ``drawn`` is the shape as SVG of 40 by 14, in which ``{color}`` and ``{paper}`` stand for colours.
    """

    role: str
    shape: str
    meaning: str
    drawn: str


_STROKE = '<path d="M2 7H38" fill="none" stroke="{color}" '
_SPOT = '<circle cx="20" cy="7" r="4" stroke="{color}" stroke-width="1.5" fill='

KEY = (
    Mark(
        "subject",
        N_("filled dot, solid line or bar"),
        N_(
            "what the figure is about: a place, a group, an estimate with its interval or bounds. Where "
            "filled dots stand beside hollow ones, a filled dot is established beyond chance"
        ),
        _STROKE + 'stroke-width="2"/>' + _SPOT + '"{color}"/>',
    ),
    Mark(
        "subject",
        N_("hollow dot"),
        N_("the same, not established beyond chance or without a number to test"),
        _STROKE + 'stroke-width="2"/>' + _SPOT + '"{paper}"/>',
    ),
    Mark(
        "subject-range",
        N_("wide bar"),
        N_("its interval, where several marks lie upon it"),
        _STROKE + 'stroke-width="6"/>',
    ),
    Mark(
        "reference",
        N_("dashed line"),
        N_("what it is compared with: one half, the nation, no difference"),
        _STROKE + 'stroke-width="1.8" stroke-dasharray="6 3"/>',
    ),
    Mark(
        "other",
        N_("dashed line, thin line or small dot"),
        N_("what stands beside it: other places, other groups, other specifications"),
        _STROKE + 'stroke-width="1.8" stroke-dasharray="8 3"/>',
    ),
    Mark(
        "other",
        N_("hollow diamond"),
        N_("a value as it was counted or printed, before it was adjusted"),
        '<path d="M20 2L25 7L20 12L15 7Z" fill="none" stroke="{color}" stroke-width="1.5"/>',
    ),
    Mark(
        "range",
        N_("wide bar, thin line, dashes and dots, or bar of a histogram"),
        N_(
            "a range that agrees with what was printed; limits; dates; simulated values; the last of "
            "several lines"
        ),
        _STROKE + 'stroke-width="6" stroke-opacity="0.55"/>',
    ),
    Mark(
        "text",
        N_("dotted line or dot"),
        N_("a further line of several; of a total, what can be seen"),
        _STROKE + 'stroke-width="1.8" stroke-dasharray="2 3"/>',
    ),
)


def swatch(mark: Mark) -> str:
    """Return the swatch of a mark as SVG, without words."""
    drawn = mark.drawn.format(color=role(mark.role), paper=PAPER.light)
    return (
        '<svg class="swatch" width="40" height="14" viewBox="0 0 40 14" aria-hidden="true">'
        f"{drawn}</svg>"
    )


def role(name: str) -> str:
    """Return the colour (hex, in light mode) of a role in figures. Raises KeyError if unknown.

    >>> role("reference") == OCHRE.light
    True
    """
    return ROLES[name].light


# Several lines: the subject in its colour, the others told apart by lightness and dash.
LINES: tuple[tuple[str, tuple[float, ...] | str], ...] = (
    ("subject", ""),
    ("other", (5, 2)),
    ("text", (1, 1.5)),
    ("range", (6.4, 1.6, 1, 1.6)),
)


def css() -> str:
    """Return the style sheet that defines the CSS variables of figures in light and dark mode."""
    light = " ".join(f"{color.variable}: {color.light};" for color in PALETTE)
    dark = " ".join(f"{color.variable}: {color.dark};" for color in PALETTE)
    # Print has no variables in drawings: a swatch carries its colours, a page replaces them.
    swatches = " ".join(
        f'.swatch [{looks}="{color.light}"] {{ {looks}: var({color.variable}); }}'
        for color in (*COLOR_NAMES, PAPER)
        for looks in ("stroke", "fill")
        if any(f'{looks}="{color.light}"' in swatch(mark) for mark in KEY)
    )
    return (
        f"body {{ {light} }}\n"
        f'@media not print {{ body[data-theme="dark"] {{ {dark} }}\n'
        f'@media (prefers-color-scheme: dark) {{ body:not([data-theme="light"]) {{ {dark} }} }} }}\n'
        f"{swatches}\n"
    )


def use_css_variables(svg: str) -> str:
    """Replace the palette's hex values in an SVG by CSS variables with the hex as fallback."""
    for color in PALETTE:
        svg = svg.replace(color.light, f"var({color.variable}, {color.light})")
    return svg


@cache
def face() -> str:
    """Register the font of figures with matplotlib, once, and return its name."""
    from matplotlib import font_manager

    from citable.display.pictures import SANS, font_file

    font_manager.fontManager.addfont(font_file("source-sans-3-latin-400-normal"))
    return SANS


_TEXTS = ("font.size", "axes.labelsize", "axes.titlesize", "xtick.labelsize", "ytick.labelsize")
_THEME = {
    "svg.fonttype": "none",
    "svg.hashsalt": "one-in-four",
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
    # Half of the box of a line is the height of its small letters: the other alignments go by the room
    # above capitals.
    "ytick.alignment": "center",
    "grid.color": RULE.light,
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "lines.linewidth": 1.5 * 0.8,
    "lines.markersize": 6 * 0.8,
    "lines.solid_capstyle": "round",
    "patch.edgecolor": "w",
    "patch.force_edgecolor": True,
    "patch.linewidth": 0.8,
    "xtick.minor.size": 4 * 0.8,
    "xtick.minor.width": 0.8,
    "ytick.minor.size": 4 * 0.8,
    "ytick.minor.width": 0.8,
    "legend.title_fontsize": 12 * 0.8,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
}


@contextmanager
def style(size: float) -> Iterator[None]:
    """Draw in the theme of the book: seaborn's ticks without boxes, text kept as text.

    ``size`` is the text size in points. The settings are written out: to load seaborn takes longer
    than a book without its plots takes to execute.
    """
    import matplotlib as mpl  # colours alone are wanted far more often than drawings
    from cycler import cycler

    # Text is measured in the font that pages use.
    texts = dict.fromkeys((*_TEXTS, "legend.fontsize"), size) | {"font.sans-serif": [face()]}
    palette = [role(name) for name, _dash in LINES]
    with mpl.rc_context():
        mpl.rcdefaults()
        settings: Any = _THEME | texts | {"axes.prop_cycle": cycler(color=palette)}
        mpl.rcParams.update(settings)
        yield
