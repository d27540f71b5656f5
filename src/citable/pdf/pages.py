"""Convert a built page to an article for print: drop controls, make ids unique, embed figures.

The pages are read as they were built, so that print says what the web says. All functions change
the tree they are given.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

from lxml import html
from lxml.html import builder as E

from citable.display.words import _
from citable.errors import EditionError
from citable.execute.chapters import label
from citable.pdf.formulas import formula

Element = Any  # lxml's elements have no public type

# Font of figures, as the style sheet for print names it.
FACE = "Source Sans 3"

# Elements that print omits: controls, code, search, downloads.
_CONTROLS = (
    "//*[contains-class('edition-notice', 'actions', 'find', 'page-downloads', 'headerlink', 'par-cite', "
    "'finding-controls', 'filter', 'check', 'copy-button', 'code-switch', 'toctree-wrapper', "
    "'exhibit-narrow', 'excerpt', 'sheet-folded', 'screen-only', 'related', 'colophon')]",
    "//details[contains-class('code')]",
    "//script|//form|//button|//comment()",
)

# Permanent ids, which are the same in the PDF as on the web.
_PERMANENT = re.compile(r"(p[\da-z]+-\d+[A-Z]*|(finding|figure|table)-[\dA-Z]+-\d+)$")

# Width of a letter in ems of the text.
_LETTER = 0.5
# Inches of figures: as wide as text and margin, and how tall one gets before it is made narrower.
_WIDEST, _TALL, _NARROWEST = 6.4, 5.4, 5.2
# Estimated letters on a printed page.
_LETTERS_OF_A_PAGE = 1930
# Entries that stay on one line, the least that a column of text should have, rows kept together.
_SHORT, _READABLE, _WHOLE = 18, 24, 14
# Sizes of a table's letters, and the points of width that the page gives: from the paragraphs'
# numbers to the end of the text, or into both margins. What needs more is turned.
_SIZES = (("", 7.8, 462), ("small", 7.0, 462), ("tiny", 6.3, 462), ("broad", 6.3, 575))


@dataclass
class ListedExhibit:
    """Entry of the list of figures or tables: id, printed number, caption."""

    anchor: str
    number: str
    caption: str


@dataclass
class Article:
    """Article of the printed book, made from one page: name, element, title, figures and tables."""

    page: str
    element: Element
    title: str
    part: str = ""
    figures: list[ListedExhibit] = field(default_factory=list)
    tables: list[ListedExhibit] = field(default_factory=list)

    @property
    def slug(self) -> str:
        """The id of the article, unique in the book."""
        return slug(self.page)


def slug(page: str) -> str:
    """Return the id of a page in print.

    >>> slug("notebooks/06-jurisdictions"), slug("index")
    ('page-06-jurisdictions', 'page-index')
    """
    return f"page-{page.rsplit('/', 1)[-1]}"


def print_id(page: str, name: str) -> str:
    """Return the id in the printed book of an id on a page.

    >>> anchor("notebooks/06-jurisdictions", "p6-14")
    'p6-14'
    >>> anchor("notebooks/06-jurisdictions", "method")
    'page-06-jurisdictions--method'
    """
    if not name:
        return slug(page)
    return name if _PERMANENT.match(name) else f"{slug(page)}--{name}"


def _find(element: Element, path: str) -> list[Element]:
    """Find elements by an XPath in which ``contains-class('a', 'b')`` tests for one of these classes."""

    def classes(match: re.Match[str]) -> str:
        names = re.findall(r"'([^']+)'", match[1])
        each = (f"contains(concat(' ', normalize-space(@class), ' '), ' {n} ')" for n in names)
        return " or ".join(each)

    found: list[Element] = element.xpath(re.sub(r"contains-class\(([^)]*)\)", classes, path))
    return found


def elements_of_classes(element: Element, *names: str) -> list[Element]:
    """Return the descendants with one of these classes, in document order."""
    return _find(element, f".//*[contains-class({', '.join(map(repr, names))})]")


def text_of(element: Element) -> str:
    """Return an element's text with single spaces."""
    return " ".join(element.text_content().split())


def read_article(site: Path, page: str) -> Element:
    """Return the article of a built page.

    Raises EditionError if the page is not there.
    """
    file = site / f"{page}.html"
    try:
        tree = html.fromstring(file.read_bytes(), parser=html.HTMLParser(encoding="utf-8"))
        return next(tree.iter("article"))
    except (OSError, StopIteration) as error:
        raise EditionError(f"{file}: no such page of a built book. Run `make book`.") from error


def data_uri(svg: str) -> str:
    """Return an SVG as a data URI."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")


def drop_controls(root: Element) -> None:
    """Remove buttons, menus and other controls of the screen."""
    for path in _CONTROLS:
        for element in _find(root, "." + path.replace("|//", "|.//")):
            if element.getparent() is not None:
                element.drop_tree()
    for source in elements_of_classes(root, "exhibit-source"):
        for link in source.findall("a"):
            link.drop_tree()
    for paragraph in {link.getparent() for link in root.xpath(".//p/a[@download]")}:
        paragraph.drop_tree()
    for source in elements_of_classes(root, "exhibit-source"):
        if source.text_content().strip():
            _trim_end(source, " ·\n")
        else:
            source.drop_tree()
    for cell in reversed(elements_of_classes(root, "cell", "cell_output")):
        if not text_of(cell) and not cell.xpath(".//img|.//svg|.//table"):
            cell.drop_tree()
    for element in _find(root, ".//*[@title or @tabindex or @role or @aria-labelledby]"):
        for name in ("title", "tabindex", "role", "aria-labelledby"):
            element.attrib.pop(name, None)


def _trim_end(element: Element, letters: str) -> None:
    """Strip letters from the end of an element's text."""
    if len(element):
        element[-1].tail = (element[-1].tail or "").rstrip(letters)
    else:
        element.text = (element.text or "").rstrip(letters)


def _width(svg: str) -> float:
    """Return the width in inches at which an SVG is printed; tall ones are printed narrower."""
    box = re.search(r'viewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)"', svg)
    if box is None:
        return _WIDEST
    return min(_WIDEST, max(_TALL * float(box[1]) / float(box[2]), _NARROWEST))


def _alternative(svg: str) -> str:
    """Return the text alternative of a figure's file."""
    found = re.search(r'<svg[^>]*? aria-label="([^"]*)"', svg)
    return unescape(found[1]) if found else ""


def merge_outlines(svg: str) -> str:
    """Merge each run of adjacent outlines of an SVG into one path, so that maps paint fast.

    What a pointer would show, the outlines' titles, paper cannot.

    >>> joined('<g><path d="M0 0l2 2Z"><title>A</title></path><path d="M4 4l2 2Z"/></g>')
    '<g><path d="M0 0l2 2ZM4 4l2 2Z"/></g>'
    """

    def one(run: re.Match[str]) -> str:
        steps = "".join(re.findall(r' d="([^"]*)"', run[0]))
        return f'<path d="{steps}"/>'

    outline = r'<path d="M[^"]*"(?:/>|><title>[^<]*</title></path>)'
    return re.sub(rf"{outline}(?:\s*{outline})+", one, svg)


def set_strip(root: Element) -> None:
    """Replace the strip of places by a picture with its text alternative."""
    for strip in elements_of_classes(root, "strip"):
        (drawing,) = strip.xpath(".//svg")
        # The HTML parser converts attribute names to lower case.
        svg = html.tostring(drawing, encoding="unicode").replace("viewbox=", "viewBox=")
        svg = re.sub(r"var\(--[\w-]+, ([#\w -]+)\)", r"\1", svg)
        svg = svg.replace("font-family: sans-serif", f"font-family: {FACE}")
        words = text_of(strip.find("p"))
        strip.clear()
        strip.tag = "p"
        strip.set("class", "strip")
        strip.append(E.IMG(src=data_uri(svg), alt=words))


def set_figures(root: Element, pictures: Callable[[str], str]) -> list[ListedExhibit]:
    """Replace the drawings of each figure by its standalone file; return the list of figures.

    ``pictures`` returns the SVG of a figure by its id, such as ``figure-6-1``.
    """
    found = []
    for figure in elements_of_classes(root, "exhibit"):
        if figure.tag != "figure":
            continue
        name = figure.get("id")
        svg = pictures(name)
        alt = _alternative(svg)
        caption = figure.find("figcaption")
        for long in elements_of_classes(caption, "long-description"):
            alt += " " + " ".join(text_of(p) for p in long.findall("p"))
            long.drop_tree()
        drawing = elements_of_classes(figure, "exhibit-wide", "exhibit-any")[0]
        drawing.clear()
        drawing.set("class", "drawing")
        svg = merge_outlines(svg).replace("font-family: sans-serif", f"font-family: {FACE}")
        drawing.append(E.IMG(src=data_uri(svg), alt=alt, style=f"width: {_width(svg):.2f}in"))
        number = caption[0]
        found.append(
            ListedExhibit(name, text_of(number).rstrip("."), " ".join((number.tail or "").split()))
        )
    return found


def set_formulas(root: Element) -> None:
    """Replace formulas by SVG outlines, each with its LaTeX as text alternative."""
    for math in root.xpath(".//math"):
        display = math.get("display") == "block"
        latex = math.get("alttext") or text_of(math)
        drawn = formula(latex, display)
        picture = E.IMG(
            {"class": "formula-picture"},
            src=data_uri(drawn.svg),
            alt=latex,
            style=f"height: {drawn.height:.3f}em; vertical-align: {-drawn.depth:.3f}em",
        )
        picture.tail = math.tail
        math.getparent().replace(math, picture)


def line_svg(drawing: Element, width: int = 300) -> str:
    """Return the line of a finding or a table's row as self-contained SVG.

    Print knows no strokes that keep their width, so the drawing is as wide as it will be shown.
    """
    looks = {
        "scale": 'stroke="#d9d5ca" stroke-width=".8"',
        "reference": 'stroke="#8a5a00" stroke-width="1.1" stroke-dasharray="2.4 1.6"',
        "interval": 'stroke="#1f4e8c" stroke-width="2.4"',
        "range": 'stroke="#605d57" stroke-width="4.5" stroke-opacity="0.6"',
        "estimate": 'stroke="#1f4e8c" stroke-width="1.6"',
    }
    lines = "".join(
        f'<line x1="{float(line.get("x1")) * width / 100:.2f}" '
        f'x2="{float(line.get("x2")) * width / 100:.2f}" '
        f'y1="{line.get("y1")}" y2="{line.get("y2")}" {looks[line.get("class")]}/>'
        for line in drawing.iter("line")
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 {width + 2} 14" '
        f'width="{width + 2}" height="14">{lines}</svg>'
    )


def _set_lines(root: Element, width: int) -> None:
    """Replace each line that a style sheet draws by a picture."""
    for drawing in elements_of_classes(root, "finding-line"):
        picture = E.IMG(
            {"class": "finding-line"},
            src=data_uri(line_svg(drawing, width)),
            alt=drawing.get("aria-label", ""),
        )
        picture.tail = drawing.tail
        drawing.getparent().replace(drawing, picture)


def set_findings(root: Element) -> None:
    """Format findings for print: draw the line, join the details to one paragraph of small text."""
    for finding in elements_of_classes(root, "finding"):
        _set_lines(finding, 300)
        for details in elements_of_classes(finding, "finding-details"):
            run = E.P({"class": "finding-rests"})
            run.append(E.B({"class": "rests-title"}, text_of(details.find("summary")) + ". "))
            for term in details.iter("dt"):
                run.append(E.B(text_of(term) + "\N{NO-BREAK SPACE}"))
                meaning = term.getnext()
                meaning.tag = "span"
                ends = "" if text_of(meaning).endswith((".", "?")) else "."
                run.append(meaning)
                meaning.tail = f"{ends} "
            details.getparent().replace(details, run)


def _columns(table: Element) -> list[list[Element]]:
    """Return a table's cells by column."""
    columns: dict[int, list[Element]] = {}
    for row in table.iter("tr"):
        for column, cell in enumerate(row):
            columns.setdefault(column, []).append(cell)
    return [columns[number] for number in sorted(columns)]


def _needs(table: Element) -> int:
    """Return the width in letters of a table's columns; keep short entries on one line."""
    needed = 0
    for cells in _columns(table):
        texts = [(cell, text_of(cell)) for cell in cells]
        longest = max(len(text) for cell, text in texts if cell.tag == "td" or cell is not cells[0])
        if longest <= _SHORT:
            for cell, _text in texts[1:]:
                cell.set("class", f"{cell.get('class') or ''} short".strip())
        words = [re.split(r"[\s/-]+", text) for _cell, text in texts]
        least = max(len(word) for row in words for word in row)
        needed += max(least, longest if longest <= _SHORT else 0, min(longest, _READABLE)) + 2
    return needed


def set_tables(root: Element) -> list[ListedExhibit]:
    """Set the font size at which each table fits the page; return the list of numbered tables."""
    found = []
    for table in root.iter("table"):
        _set_lines(table, 90)
        wanted = _needs(table)
        size = next(
            (name for name, size, width in _SIZES if wanted * size * _LETTER <= width), "landscape"
        )
        if len(table.findall("tbody/tr")) <= _WHOLE and len(text_of(table)) <= _WHOLE * 120:
            size = f"{size} whole"
        classes = f"{table.get('class') or ''} {size}".strip()
        table.set("class", classes)
        if "landscape" in size or "broad" in size:
            holder = table
            while holder.getparent() is not root and "exhibit" not in (holder.get("class") or ""):
                if holder.getparent().tag in ("section", "article"):
                    break
                holder = holder.getparent()
            look = "turned" if "landscape" in size else "broad"
            holder.set("class", f"{holder.get('class') or ''} {look}".strip())
        caption = table.find("caption")
        if caption is not None and _PERMANENT.match(table.get("id") or ""):
            number, _dot, rest = text_of(caption).partition(". ")
            found.append(ListedExhibit(table.get("id"), number, rest))
            caption.text = None
            strong = E.SPAN({"class": "exhibit-number"}, f"{number}.")
            strong.tail = f" {rest}"
            for child in list(caption):
                caption.remove(child)
            caption.append(strong)
    return found


def unique_ids(root: Element, page: str) -> None:
    """Rewrite a page's ids so that they are unique in the book."""
    for element in root.xpath(".//*[@id]"):
        element.set("id", print_id(page, element.get("id")))


def _target(page: str, href: str, known: Mapping[str, Any]) -> str | None:
    """Return the id in the printed book to which a link leads; None if it leads out of the book."""
    path, fragment = urldefrag(href)
    if not path:
        return print_id(page, unquote(fragment))
    target = normpath(join(dirname(page), path)).removesuffix(".html")
    return print_id(target, unquote(fragment)) if target in known else None


def _shows_url(link: Element, href: str) -> bool:
    """Return whether a link's text contains its URL without ``http(s)://`` or the DOI resolver."""
    text = text_of(link).rstrip("/")
    bare = re.sub(r"^https?://(dx\.)?(doi\.org/)?", "", href).rstrip("/")
    return bare in text


def set_links(root: Element, page: str, known: Mapping[str, Any], address: str) -> None:
    """Rewrite links for print: inside the book to its pages, outside with the address in a note."""
    notes: list[str] = []
    for link in list(root.iter("a")):
        href = link.get("href")
        if href is None:
            continue
        if urlsplit(href).scheme in ("http", "https", "mailto"):
            link.attrib.pop("class", None)
            if not _shows_url(link, href):
                notes.append(href)
                _add_mark(link, f"{slug(page)}-note", len(notes))
            continue
        target = _target(page, href, known)
        if target is None:
            if address and not link.get("download"):
                link.set("href", f"{address}/{normpath(join(dirname(page), href))}")
            else:
                link.drop_tag()
            continue
        link.set("href", f"#{target}")
        _add_page_reference(link, page, target)
    if notes:
        root.append(_notes(notes, f"{slug(page)}-note"))


def _add_page_reference(link: Element, page: str, target: str) -> None:
    """Add the page number to a link to another page of the book.

    Entries of the bibliography are found by their order; a link to its own page needs no number.
    """
    own = (link.get("class") or "").split()
    here = slug(page)
    cited = "-references--" in target
    if (
        target.startswith(here)
        or cited
        or {"par-number", "finding-number"} & set(own)
        or _same_chapter(page, target)
    ):
        link.set("class", " ".join([*own, "inside"]))
        return
    link.set("class", "refer")
    number = E.SPAN({"class": "page-of", "data-to": f"#{target}"})
    number.tail = ")"
    where = E.SPAN({"class": "refer-page"}, f" ({_('p.')}\N{NO-BREAK SPACE}", number)
    where.tail, link.tail = link.tail, None
    link.addnext(where)


def reserve_page_number_width(articles: Sequence[Article]) -> None:
    """Reserve the width of each page reference for the digits it will have.

    Where a page's number turns out to fill the reserved width, no line breaks differently once
    it is known, and no page is laid out again for those after it. The number is foreseen from how
    much text stands before; a wrong guess costs time, not truth.
    """
    before: dict[str, int] = {}
    letters = 0
    for item in articles:
        for element in item.element.iter():
            if name := element.get("id"):
                before[name] = letters
            letters += len(element.text or "") + len(element.tail or "")
    for item in articles:
        for number in elements_of_classes(item.element, "page-of"):
            page = 1 + before.get(number.get("data-to")[1:], 0) // _LETTERS_OF_A_PAGE
            number.set("class", f"page-of digits-{len(str(page))}")


def _same_chapter(page: str, target: str) -> bool:
    """Whether a permanent id belongs to a page's own chapter."""
    found = re.match(r"(?:p|finding-|figure-|table-)([\dA-Za-z]+)-", target)
    return bool(found) and found[1].upper() == label(page).upper()  # type: ignore[index]


def _add_mark(link: Element, name: str, number: int) -> None:
    mark = E.A({"class": "note-mark", "href": f"#{name}-{number}", "id": f"{name}-from-{number}"})
    mark.text = str(number)
    mark.tail, link.tail = link.tail, None
    link.addnext(mark)


def _notes(addresses: list[str], name: str) -> Element:
    """Return the notes at the end of a chapter: each with an address and a backlink."""
    items = "".join(
        f'<li id="{name}-{number}"><a href="#{name}-from-{number}" class="note-number">{number}</a> '
        f'<a href="{escape(address)}">{escape(address)}</a></li>'
        for number, address in enumerate(addresses, start=1)
    )
    return html.fragment_fromstring(
        f'<section class="notes"><h2>{_("Notes")}</h2><ul>{items}</ul></section>'
    )


def drop_links(root: Element) -> None:
    """Replace each link by its text."""
    for link in list(root.iter("a")):
        link.drop_tag()


def append_small_print(root: Element, words: str) -> None:
    """Append a line in small print to an article."""
    root.append(E.P({"class": "pointer"}, words))
