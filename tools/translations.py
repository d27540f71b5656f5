"""Compare a translated site with the English one: the same pages, elements and numbers.

    python -m tools.translations SITE TRANSLATED

Every page of the English site has its translation, with the same elements in the same order, and each
paragraph, cell, heading, caption, alternative text and drawing says the same numbers. Each difference
is named with its page; the exit status is 1 if there is one.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from lxml import html

_NUMBER = re.compile(r"\d(?:[\d.,]*\d)?")
# Elements inside a line of text, whose order a translation may change.
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "br",
        "cite",
        "code",
        "em",
        "i",
        "kbd",
        "mark",
        "q",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "time",
        "u",
        "wbr",
    ]
)
# The end of a text cut to a length, which holds other numbers in another language.
_CUT = "\N{HORIZONTAL ELLIPSIS}"
_SPOKEN = ("alt", "aria-label", "title", "data-label")
# What a page's width decides: a table with longer words becomes cards sooner.
_LAYOUT = {"cards"}


def _numbers(text: str) -> Counter[str]:
    return Counter(_NUMBER.findall(text))


def _spoken(element: Any) -> str:
    """Return what an element says: its text, and that of attributes that are read out."""
    attributes = (
        each.get(name, "")
        for each in element.iter()
        if isinstance(each.tag, str)
        for name in _SPOKEN
    )
    return " ".join([element.text_content(), *attributes])


def _is_leaf(element: Any) -> bool:
    """Return whether an element holds text and no block."""
    return all(
        not isinstance(each.tag, str) or each.tag in _INLINE for each in element.iterdescendants()
    )


def _blocks(root: Any) -> Iterator[tuple[str, str]]:
    """Yield the name of each block in order, with what it says if no block is in it.

    A drawing is one block, and so is the text between blocks.
    """
    if root.tag in ("svg", "math"):
        yield root.tag, _spoken(root)
        return
    classes = " ".join(sorted(set(root.get("class", "").split()) - _LAYOUT))
    name = f"{root.tag}.{classes}#{root.get('id', '')}"
    if _is_leaf(root):
        yield name, _spoken(root)
        return
    own = " ".join([root.text or "", *(child.tail or "" for child in root)])
    yield name, own
    for child in root:
        if isinstance(child.tag, str) and child.tag not in ("script", "style"):
            yield from _blocks(child)


def _article(page: Path) -> Any:
    root = html.parse(str(page)).getroot()
    found = root.find(".//article")
    return root.find("body") if found is None else found


def differences(english: Path, translated: Path) -> Iterator[str]:
    """Yield how a translated page differs from its English page, the first differences of it."""
    pairs = zip_longest(_blocks(_article(english)), _blocks(_article(translated)))
    for one, other in pairs:
        if one is None or other is None or one[0] != other[0]:
            yield f"found {other and other[0]!r}, expected {one and one[0]!r}"
            return
        if any(text.rstrip().endswith(_CUT) for text in (one[1], other[1])):
            continue
        said, expected = _numbers(other[1]), _numbers(one[1])
        if one[0] == "svg":  # a longer axis has one more tick
            said &= expected
        if said != expected:
            text = " ".join(other[1].split())[:90]
            lacks, beyond = expected - said, said - expected
            yield f"{one[0]}: lacks {sorted(lacks)}, has {sorted(beyond)}: {text!r}"


def main(site: Path, translated: Path) -> int:
    """Print every difference between two sites and return the exit status."""
    pages = sorted(page.relative_to(site) for page in site.rglob("*.html"))
    pages = [page for page in pages if translated.name not in page.parts]
    count = 0
    for page in pages:
        if not (translated / page).is_file():
            print(f"{page}: has no translation")
            count += 1
            continue
        for difference in differences(site / page, translated / page):
            print(f"{page}: {difference}")
            count += 1
    print(f"{len(pages)} pages compared, {count} differences")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
