"""Find near-empty pages of the PDFs; as a program, fail if there is one."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

# Points of a page's upper and lower margins in print.css, heads and feet in them.
TOP, BOTTOM = 1.02 * 72, 1.05 * 72
# The least of a page inside a chapter, and of others: a chapter's last, those of a turned table, and
# in the volume of places all, where a sheet's tables stay whole. A chapter of one page has as much as
# it has.
HALF, THIRD = 0.5, 1 / 3
_WORD = re.compile(r'<word xMin="[-\d.]+" yMin="([-\d.]+)" xMax="[-\d.]+" yMax="([-\d.]+)">(.*?)<')
_PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.S)


@dataclass(frozen=True)
class Page:
    """A page as read back: to which share of its height words go down, its head, its first words."""

    number: int
    filled: float
    head: str
    words: str
    turned: bool


def read(file: Path) -> Iterator[Page]:
    """Read a PDF's pages with poppler's pdftotext; words of figures count."""
    text = subprocess.run(
        ["pdftotext", "-bbox", str(file), "-"], capture_output=True, text=True, check=True
    ).stdout
    for number, page in enumerate(_PAGE.finditer(text), start=1):
        width, height = float(page[1]), float(page[2])
        words = [(float(w[1]), float(w[2]), unescape(w[3])) for w in _WORD.finditer(page[3])]
        inside = [w for w in words if w[0] > TOP - 7 and w[1] < height - BOTTOM + 4]
        low = max((end for _begin, end, _word in inside), default=TOP)
        yield Page(
            number,
            (low - TOP) / (height - TOP - BOTTOM),
            " ".join(word for begin, _end, word in words if begin < TOP - 7),
            " ".join(word for _begin, _end, word in inside[:8]),
            width > height,
        )


def near_empty(file: Path) -> list[Page]:
    """Return the pages less than half filled, or a third where that is the least.

    A chapter opens on a page without a running head, so the page before it is a last one.
    """
    found = list(read(file))
    sheets = file.stem.endswith("-places")
    near = []
    for page, following in zip(found, [*found[1:], None], strict=True):
        last = following is None or not following.head
        least = THIRD if sheets or last or page.turned else HALF
        if page.filled < least and (page.head or not last):
            near.append(page)
    return near


def main(names: list[str]) -> int:
    """Print the near-empty pages of PDFs; return 1 if there is one."""
    found = [(name, page) for name in names for page in near_empty(Path(name))]
    for name, page in found:
        print(f"{name}: page {page.number} is {page.filled:.0%} filled: {page.words} ...")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
