"""Pictures as PNG from their SVG, in the book's own faces: the same bytes on every machine."""

from __future__ import annotations

import io
import tempfile
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from scomm import paths
from scomm.display.style import BLUE, INK, MUTED, PAPER, RULE

# Names as the files give them; the second is that of the family its weights were cut from.
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
COLORS = 256  # of a picture: its flat colours and the blends at their edges


@cache
def _face(name: str) -> Any:
    from fontTools.ttLib import TTFont

    # The time of writing must not enter the file.
    return TTFont(paths.FONTS / f"{name}.woff2", recalcTimestamp=False)


@cache
def _files() -> tempfile.TemporaryDirectory[str]:
    """Return a folder with the web fonts unpacked, for a renderer that reads only plain files."""
    folder = tempfile.TemporaryDirectory(prefix="scomm-fonts-")
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


def palette_png(data: bytes, colors: int = COLORS) -> bytes:
    """Return a PNG with a palette of its ``colors`` most frequent colours, at most 256.

    Those colours stay exact; every other pixel, at the edges of shapes and letters, takes the
    nearest of them. Transparency is dropped.
    """
    import numpy as np
    from PIL import Image

    picture = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), dtype=np.uint32)
    packed = picture @ np.array([1 << 16, 1 << 8, 1], dtype=np.uint32)
    found, inverse, counts = np.unique(packed, return_inverse=True, return_counts=True)
    palette = found[np.argsort(-counts, kind="stable")[:colors]]

    def channels(values: Any) -> Any:
        return np.stack([values >> 16, values >> 8 & 255, values & 255], axis=-1).astype(np.int32)

    distances = ((channels(found)[:, None] - channels(palette)[None]) ** 2).sum(axis=-1)
    nearest = distances.argmin(axis=1).astype(np.uint8)
    drawn = Image.fromarray(nearest[inverse.reshape(packed.shape)])
    drawn.putpalette(channels(palette).astype(np.uint8).tobytes())
    content = io.BytesIO()
    drawn.save(content, "PNG", optimize=True)
    return content.getvalue()


def length(text: str, face: str, size: float) -> float:
    """Return how wide a line of text is, in the unit of ``size``."""
    font = _face(face)
    widths, glyphs = font["hmtx"], font.getBestCmap()
    units = sum(widths[glyphs.get(ord(letter), ".notdef")][0] for letter in text)
    return float(units) * size / float(font["head"].unitsPerEm)


def wrapped(text: str, face: str, size: float, width: float, most: int) -> list[str]:
    """Break a text into at most ``most`` lines of a width in pixels; what is cut ends in dots."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and length(longer, face, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most:
        lines = lines[:most]
        while " " in lines[-1] and length(f"{lines[-1]} …", face, size) > width:
            lines[-1] = lines[-1].rsplit(" ", 1)[0]
        lines[-1] += " …"
    return lines


@dataclass(frozen=True)
class Card:
    """What the picture of a link says: site, title of the page, one sentence, and a last line."""

    site: str
    title: str
    says: str
    foot: str


def card_svg(card: Card) -> str:
    """Return a link's picture as SVG text."""
    width, height = CARD
    left, room = 80, CARD[0] - 160
    lines = []

    def line(text: str, y: float, size: int, family: str, color: str, weight: int = 400) -> None:
        lines.append(
            f'<text x="{left}" y="{y:.0f}" font-family="{family}" font-size="{size}" '
            f'font-weight="{weight}" fill="{color}">{escape(text)}</text>'
        )

    line(card.site, 110, 34, SANS, BLUE.light, 600)
    y = 200.0
    for part in wrapped(card.title, "source-serif-4-latin-600-normal", 68, room, 2):
        line(part, y, 68, SERIF, INK.light, 600)
        y += 78
    y += 18
    for part in wrapped(card.says, "source-serif-4-latin-400-normal", 36, room, 3):
        line(part, y, 36, SERIF, INK.light)
        y += 48
    line(card.foot, height - 56, 28, SANS, MUTED.light)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<rect width="{width}" height="{height}" fill="{PAPER.light}"/>'
        f'<rect width="{width}" height="14" fill="{BLUE.light}"/>'
        f'<path d="M{left} {height - 110}H{width - left}" stroke="{RULE.light}" stroke-width="2"/>'
        + "".join(lines)
        + "</svg>"
    )
