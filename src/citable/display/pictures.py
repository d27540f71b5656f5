"""Render SVG as PNG in the book's own fonts, with the same bytes on every machine."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from citable import paths
from citable.display.style import BLUE, GREY, INK, MUTED, OCHRE, PAPER, RULE, Color

# Font names as in the files; the second is the family of the variable font.
SERIF, SANS = "Source Serif 4", "Source Sans 3 ExtraLight"
_FACES = (
    "source-serif-4-latin-400-normal",
    "source-serif-4-latin-600-normal",
    "source-sans-3-latin-400-normal",
    "source-sans-3-latin-600-normal",
)
# Twice the width at which a page shows a figure.
FIGURE_WIDTH = 1400
CARD = (1200, 630)  # what a link's picture measures on the sites that show one


@cache
def _face(name: str) -> Any:
    from fontTools.ttLib import TTFont

    # The time of writing must not enter the file.
    return TTFont(paths.FONTS / f"{name}.woff2", recalcTimestamp=False)


@cache
def _files() -> tempfile.TemporaryDirectory[str]:
    """Return a folder with the web fonts unpacked, for a renderer that reads only plain files."""
    folder = tempfile.TemporaryDirectory(prefix="citable-fonts-")
    for name in _FACES:
        content = io.BytesIO()
        face = _face(name)
        face.flavor = None
        face.save(content)
        (Path(folder.name) / f"{name}.ttf").write_bytes(content.getvalue())
    return folder


def font_file(name: str) -> Path:
    """Return one of the web fonts as a plain file, which lasts as long as the program."""
    return Path(_files().name) / f"{name}.ttf"


def png(svg: str, width: int = FIGURE_WIDTH) -> bytes:
    """Return an SVG text as a PNG of a width in pixels, on paper white.

    Raises ValueError if the text is no SVG.
    """
    import resvg_py

    picture = resvg_py.svg_to_bytes(
        svg_string=svg,
        width=width,
        background=PAPER.light,
        skip_system_fonts=True,
        font_files=sorted(str(file) for file in Path(_files().name).iterdir()),
        font_family=SANS,
        sans_serif_family=SANS,
        serif_family=SERIF,
    )
    return bytes(picture)


def palette_png(data: bytes, colors: int) -> bytes:
    """Return a PNG with at most so many colours, each pixel in the nearest of the most frequent.

    What has few colours and the steps between them, as a drawing has, keeps its own; nothing is
    dithered, so the same picture gives the same bytes. An opaque picture is expected.

    Raises ValueError for a number of colours that a palette cannot hold.
    """
    from PIL import Image

    if not 2 <= colors <= 256:
        raise ValueError(f"{colors} colors: a palette holds 2 to 256")
    image = Image.open(io.BytesIO(data)).convert("RGB")
    found = image.getcolors(image.width * image.height) or []
    most = sorted(found, key=lambda entry: (-entry[0], entry[1]))[:colors]
    palette = Image.new("P", (1, 1))
    # Pillow types a colour of any mode; of RGB it is a tuple.
    parts = [color for _count, color in most if isinstance(color, tuple)]
    palette.putpalette([part for color in parts for part in color])
    content = io.BytesIO()
    image.quantize(palette=palette, dither=Image.Dither.NONE).save(content, "PNG", optimize=True)
    return content.getvalue()


def text_width(text: str, face: str, size: float) -> float:
    """Return the width of a line of text, in the unit of ``size``."""
    font = _face(face)
    widths, glyphs = font["hmtx"], font.getBestCmap()
    units = sum(widths[glyphs.get(ord(letter), ".notdef")][0] for letter in text)
    return float(units) * size / float(font["head"].unitsPerEm)


def wrap_text(text: str, face: str, size: float, width: float, most: int) -> list[str]:
    """Break a text into at most ``most`` lines of a width in pixels; a text cut short ends in dots."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, face, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most:
        lines = lines[:most]
        while " " in lines[-1] and text_width(f"{lines[-1]} …", face, size) > width:
            lines[-1] = lines[-1].rsplit(" ", 1)[0]
        lines[-1] += " …"
    return lines


@dataclass(frozen=True)
class Marks:
    """Marks on the line of a card, in percent of its width: estimates, an interval, a reference.

    ``named`` says what the reference is; ``ends`` are the words at both ends of the line.
    """

    values: tuple[float, ...]
    low: float | None = None
    high: float | None = None
    reference: float | None = None
    named: str = ""
    ends: tuple[str, str] = ("0", "100%")


@dataclass(frozen=True)
class Card:
    """Texts of the preview image of a link: site, title of the page, one sentence, and a last line.

    ``number`` stands large before the sentence and ``marks`` beside it, where there are such.
    """

    site: str
    title: str
    says: str
    foot: str
    number: str = ""
    marks: Marks | None = None


_LEFT, _ROOM = 80, CARD[0] - 160  # of a card's text
_TITLE, _TEXT = "source-serif-4-latin-600-normal", "source-serif-4-latin-400-normal"
_SMALL = "source-sans-3-latin-400-normal"


def _line(
    text: str, x: float, y: float, size: int, family: str, color: Color, weight: int = 400
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.0f}" font-family="{family}" font-size="{size}" '
        f'font-weight="{weight}" fill="{color.light}">{escape(text)}</text>'
    )


def stack_levels(positions: Sequence[float], apart: float) -> list[int]:
    """Return the level at which each dot is stacked: the lowest without an earlier dot nearer than ``apart``.

    >>> stacked([10.0, 12.0, 14.0, 30.0], 5.0)
    [0, 1, 2, 0]
    """
    levels: list[list[float]] = []
    found = []
    for x in positions:
        free = (
            level
            for level, taken in enumerate(levels)
            if all(abs(x - other) >= apart for other in taken)
        )
        level = next(free, len(levels))
        if level == len(levels):
            levels.append([])
        levels[level].append(x)
        found.append(level)
    return found


def _marks(marks: Marks, left: float, y: float) -> str:
    """Return the SVG of a card's line from ``left`` to its margin, at a height in pixels.

    One value is a stroke, as on its page; of several each is a dot.
    """
    right = CARD[0] - _LEFT

    def at(percent: float) -> float:
        return left + percent / 100 * (right - left)

    def stroke(path: str, color: Color, width: int, dashes: str = "") -> str:
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        return f'<path d="{path}" stroke="{color.light}" stroke-width="{width}"{dashed}/>'

    parts = [stroke(f"M{left:.1f} {y:.1f}H{right}", GREY, 2)]
    under, ends = y + 54, [text_width(end, _SMALL, 24) for end in marks.ends]
    parts.append(_line(marks.ends[0], left, under, 24, SANS, MUTED))
    parts.append(_line(marks.ends[1], right - ends[1], under, 24, SANS, MUTED))
    if marks.reference is not None:
        x, wide = at(marks.reference), text_width(marks.named, _SMALL, 24)
        parts.append(stroke(f"M{x:.1f} {y - 26:.1f}V{y + 26:.1f}", OCHRE, 4, "9 5"))
        start = min(max(x - wide / 2, left + ends[0] + 16), right - ends[1] - 16 - wide)
        parts.append(_line(marks.named, start, under, 24, SANS, OCHRE) if marks.named else "")
    if marks.low is not None and marks.high is not None:
        parts.append(stroke(f"M{at(marks.low):.1f} {y:.1f}H{at(marks.high):.1f}", BLUE, 12))
    if len(marks.values) == 1:
        x = at(marks.values[0])
        parts.append(stroke(f"M{x:.1f} {y - 20:.1f}V{y + 20:.1f}", BLUE, 6))
        return "".join(parts)
    xs = sorted(map(at, marks.values))
    parts += [
        f'<circle cx="{x:.1f}" cy="{y - 19 * level:.1f}" r="8" fill="{PAPER.light}" '
        f'stroke="{BLUE.light}" stroke-width="3"/>'
        for x, level in zip(xs, stack_levels(xs, 20), strict=True)
    ]
    return "".join(parts)


def _answer(card: Card) -> list[str]:
    """Return the SVG of a card's number, with its line beside it, under a title of one line."""
    parts = [
        _line(part, _LEFT, 166, 44, SERIF, INK, 600)
        for part in wrap_text(card.title, _TITLE, 44, _ROOM, 1)
    ]
    beside = float(_LEFT)
    if card.number:
        # The largest size that leaves more than half of the card to the line.
        wide = text_width(card.number, _TITLE, 1)
        size = int(min(120, 430 / wide if card.marks else _ROOM / wide))
        parts.append(_line(card.number, _LEFT, 306, size, SERIF, BLUE, 600))
        beside += wide * size + 60
    if card.marks is not None:
        parts.append(_marks(card.marks, beside, 266))
    lines = wrap_text(card.says, _TEXT, 32, _ROOM, 4)
    return parts + [
        _line(part, _LEFT, 376 + 40 * n, 32, SERIF, INK) for n, part in enumerate(lines)
    ]


def _words(card: Card) -> list[str]:
    """Return the SVG of the title and sentence of a card without a number."""
    parts, y = [], 200
    for part in wrap_text(card.title, _TITLE, 68, _ROOM, 2):
        parts.append(_line(part, _LEFT, y, 68, SERIF, INK, 600))
        y += 78
    for part in wrap_text(card.says, _TEXT, 36, _ROOM, 3):
        parts.append(_line(part, _LEFT, y + 18, 36, SERIF, INK))
        y += 48
    return parts


def card_svg(card: Card) -> str:
    """Return the preview image of a link as SVG text."""
    width, height = CARD
    lines = [_line(card.site, _LEFT, 100, 34, SANS, BLUE, 600)]
    lines += _answer(card) if card.number or card.marks else _words(card)
    lines.append(_line(card.foot, _LEFT, height - 52, 28, SANS, MUTED))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<rect width="{width}" height="{height}" fill="{PAPER.light}"/>'
        f'<rect width="{width}" height="14" fill="{BLUE.light}"/>'
        f'<path d="M{_LEFT} {height - 100}H{width - _LEFT}" stroke="{RULE.light}" stroke-width="2"/>'
        + "".join(lines)
        + "</svg>"
    )
