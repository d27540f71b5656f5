"""Fill near-empty pages of a chapter by moving exhibits behind the text that follows them.

A figure, or a table that is kept whole, goes on to the next page where it does not fit, and would
leave the rest of its page blank. As in any printed book the text after it then moves up, as far as
the next heading or exhibit: exhibits keep their order, their section and their numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from itertools import pairwise
from typing import Any

from citable.pdf import writer
from citable.pdf.pages import Article, elements_of_classes

# Desired and minimal fill of a page, as shares of its height; a chapter's
# last page must be filled to the third.
FILLED, _HALF, THIRD = 0.66, 0.5, 0.35
# Classes of print.css that set an article's lines closer or wider, in the order in which they are
# tried where a page would be near-empty.
SPACINGS = ("tight", "loose", "tight wider", "tight tighter", "loose looser")
# Maximal number of layouts a chapter; each moves one exhibit, and few chapters need more than three.
_ROUNDS = 16

_HEADINGS = ("h1", "h2", "h3", "h4")
_TEXT = ("p", "ul", "ol", "dl", "blockquote")
# A layout of one chapter does not know pages of others; their digits take the same width.
_ALONE = '\n.page-of::before { content: "0" !important }'

Render = Callable[[Article], Sequence[writer.Extent]]


def unwrap_outputs(root: Any) -> None:
    """Unwrap the outputs of cells, so that they are siblings of the text around them."""
    for wrapper in elements_of_classes(root, "cell", "cell_output", "output"):
        wrapper.drop_tag()


def _is_exhibit(element: Any) -> bool:
    return bool({"exhibit", "table-wrapper", "turned"} & set((element.get("class") or "").split()))


def _is_finding(element: Any) -> bool:
    return "finding" in (element.get("class") or "").split()


def _is_text(element: Any) -> bool:
    return element.tag in _TEXT or _is_finding(element)


def number_blocks(root: Any) -> list[Any]:
    """Number the blocks of an article's sections in ``data-block``, and return them by number."""
    blocks = [
        child
        for parent in root.iter("article", "section")
        if not _is_finding(parent)
        for child in parent
        if child.tag not in ("section", "template") or _is_finding(child)
    ]
    for number, block in enumerate(blocks):
        block.set("data-block", str(number))
    return blocks


def move_exhibit(blocks: Sequence[Any], laid: Sequence[writer.Extent]) -> bool:
    """Move the exhibit after the first near-empty page behind the text that fills that page.

    Exhibits that stand together, such as a figure and its table, are moved together. Where no text
    follows and more than half of the page would be blank, the exhibit goes to the top of that page,
    if it has no other. Returns whether any was moved.
    """
    heights: dict[int, float] = {}
    for extent in laid:
        for number, height in extent.blocks:
            heights[number] = heights.get(number, 0.0) + height
    seen: set[int] = set()
    for extent, following in pairwise(laid):
        here = [number for number, _height in extent.blocks if number not in seen]
        seen.update(here)
        if extent.filled >= FILLED:
            continue
        filled = extent.filled
        for number in (number for number, _height in following.blocks if number not in seen):
            if blocks[number].tag not in _HEADINGS:
                break
            filled += heights[number] / extent.height
        else:
            continue
        exhibits = [blocks[number]]
        if not _is_exhibit(exhibits[0]):
            continue
        while (more := exhibits[-1].getnext()) is not None and _is_exhibit(more):
            exhibits.append(more)
        last = after = exhibits[-1]
        while filled < FILLED and (text := after.getnext()) is not None and _is_text(text):
            after = text
            filled += heights[int(text.get("data-block"))] / extent.height
        if after is not last:
            for exhibit in reversed(exhibits):
                after.addnext(exhibit)
            return True
        tail = sum(height for number, height in extent.blocks if number not in here)
        if (
            extent.filled < _HALF
            and here
            and not any(_is_exhibit(blocks[number]) for number, _height in extent.blocks)
            and tail + heights[number] < extent.height
        ):
            blocks[here[0]].addprevious(exhibits[0])
            return True
    return False


def _move_exhibits(item: Article, render: Render) -> Sequence[writer.Extent]:
    """Move exhibits until no further page can be filled; return the layout."""
    blocks = number_blocks(item.element)
    laid = render(item)
    for _round in range(_ROUNDS):
        if not move_exhibit(blocks, laid):
            break
        laid = render(item)
    return laid


def _near_empty(laid: Sequence[writer.Extent]) -> int:
    """Count the near-empty pages."""
    inside = sum(extent.filled < _HALF for extent in laid[:-1])
    return inside + (len(laid) > 1 and laid[-1].filled < THIRD)


def fill_pages(item: Article, render: Render) -> None:
    """Reorder an article's exhibits to fill its pages, with other spacing where that helps."""
    unsettled = deepcopy(item.element)
    best, fewest = item.element, _near_empty(_move_exhibits(item, render))
    for spacing in SPACINGS:
        if not fewest:
            break
        item.element = deepcopy(unsettled)
        item.element.set("class", f"{item.element.get('class')} {spacing}")
        found = _near_empty(_move_exhibits(item, render))
        if found < fewest:
            best, fewest = item.element, found
    item.element = best
    for block in item.element.xpath(".//*[@data-block]"):
        del block.attrib["data-block"]


def separate_renderer(document: Callable[[Article], str], css: str) -> Render:
    """Return a function that lays out one article as a document of its own."""

    def render(item: Article) -> Sequence[writer.Extent]:
        return writer.extents(writer.render(document(item), css + _ALONE))

    return render
