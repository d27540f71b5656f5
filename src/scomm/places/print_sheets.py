"""Lay out single datasheets as PDF."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from lxml import html
from lxml.html import builder as E

from citable import paths
from citable.display.formats import fmt
from citable.display.words import _
from citable.errors import PrintError
from citable.pdf import pages, writer
from citable.project import project
from citable.record import identity
from scomm.places.datasheets import places

# Smallest number of rows, and largest number of columns, of a table split into two page columns.
_ROWS, _COLUMNS = 16, 5
# The share of its last page that a sheet fills at least, and the classes of print_sheet.css that set
# it closer or wider, in the order in which they are tried for it.
_THIRD = 0.35
_SPACINGS = ("", "tight", "loose", "loose looser")


def page_of(name: str) -> str:
    """Return the page of a state's or area's datasheet, by code or name, such as CA or Boston.

    Raises PrintError for what is neither.
    """
    wanted = name.strip().lower().removesuffix(" area")
    found: dict[str, str] = {}
    for place in places():
        if place.kind == "county":
            continue
        page = place.path.removesuffix(".html")
        found.setdefault(page.rsplit("-", 1)[-1], page)
        found.setdefault(place.name.lower().removesuffix(" area"), page)
    if wanted not in found:
        codes = ", ".join(sorted(key.upper() for key in found if len(key) in (2, 3)))
        raise PrintError(
            f"no datasheet {name!r}. Name a state or an area by name or code: {codes}."
        )
    return found[wanted]


def _in_columns(table: Any) -> None:
    """Split a long, narrow table into two columns of the page."""
    holder = E.DIV({"class": "columns"})
    table.addprevious(holder)
    holder.append(table)
    table.set("class", f"{table.get('class')} long")
    for source in holder.xpath("following::*[1][contains(@class, 'exhibit-source')]"):
        source.set("class", "exhibit-source after-columns")


def _set_charts(root: pages.Element) -> None:
    """Replace each chart by a picture in plain colours, with its text alternative."""
    for figure in root.iter("figure"):
        (drawing,) = pages.elements_of_classes(figure, "exhibit-wide")
        alt = drawing[0].get("aria-label")
        for words in pages.elements_of_classes(figure, "long-description"):
            alt += " " + " ".join(pages.text_of(p) for p in words.findall("p"))
            words.drop_tree()
        # The HTML parser converts attribute names to lower case.
        svg = html.tostring(drawing[0], encoding="unicode").replace("viewbox=", "viewBox=")
        svg = re.sub(r"var\(--fig-font[^)]*\)", pages.FACE, svg)
        svg = re.sub(r"var\(--[\w-]+, (#\w+)\)", r"\1", svg)
        drawing.clear()
        drawing.append(E.IMG(src=pages.data_uri(svg), alt=alt, style="width: 100%"))


@dataclass(frozen=True)
class Laid:
    """Laid-out sheet: the place's name, WeasyPrint's document, extent of its pages."""

    title: str
    document: Any
    extents: list[writer.Extent]


def lay_out(site: Path, page: str, record: identity.Record, css: str = "") -> Laid:
    """Lay out the sheet of one place; ``css`` is added to the style of sheets.

    Raises EditionError if the site is not built, PrintError where Pango is missing.
    """
    root = pages.read_article(site, page)
    pages.drop_controls(root)
    for element in pages.elements_of_classes(root, "actions"):
        element.drop_tree()
    pages.drop_links(root)
    pages.set_tables(root)
    _set_charts(root)
    for table in list(root.iter("table")):
        caption = table.find("caption")
        if caption is not None:
            caption.drop_tree()
        if len(table.findall("tbody/tr")) > _ROWS and len(table.find("thead/tr")) <= _COLUMNS:
            _in_columns(table)
    heading = next(root.iter("h1"))
    title = pages.text_of(heading)
    root.attrib.clear()
    for element in root.xpath(".//*[@id]"):
        del element.attrib["id"]
    root.set("id", pages.slug(page))
    imprint = _("{book}, edition {edition} of {date}, digest {digest}").format(
        book=project().short_title,
        edition=record.edition,
        date=fmt(record.date, "date"),
        digest=record.short_digest,
    )
    # An empty element: the style sheet takes the text from the attribute.
    root.insert(0, E.P({"class": "imprint-line", "data-imprint": imprint}))
    head = (
        f'<!doctype html><html lang="{_("en")}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}: {_('datasheet')}, {escape(project().title)}</title>"
        f'<meta name="author" content="{escape(project().author)}"></head>'
    )
    style = writer.read_style("print_sheet.css") + css
    best: Laid | None = None
    for spacing in _SPACINGS:
        root.set("class", f"sheet {spacing}")
        document = writer.render(
            f"{head}<body>{html.tostring(root, encoding='unicode')}</body></html>", style
        )
        laid = Laid(title, document, writer.extents(document))
        if best is None or len(laid.extents) < len(best.extents) or _filled(laid, best):
            best = laid
        if len(best.extents) == 1 or best.extents[-1].filled >= _THIRD:
            break
    assert best is not None
    return best


def _filled(laid: Laid, other: Laid) -> bool:
    """Whether a layout fills its last page, on as many pages as another."""
    return len(laid.extents) == len(other.extents) and laid.extents[-1].filled >= _THIRD


def datasheet(site: Path, name: str, to: Path | None = None) -> Path:
    """Make the PDF of one place's datasheet from a built site, and return its file.

    Raises PrintError for a place without a datasheet or where Pango is missing, EditionError if the
    site is not built.
    """
    record = identity.load(site)
    page = page_of(name)
    laid = lay_out(site, page, record)
    file = to or paths.BUILD / "pdf" / "datasheets" / f"{page.rsplit('/', 1)[-1]}.pdf"
    return writer.save(file, writer.to_bytes([laid.document], f"{page} {record.digest}"))
