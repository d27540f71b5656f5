"""Build the PDF of the whole book: front matter, chapters and appendices, index.

The chapters are laid out first, so that contents, lists and index are made with the numbers of the
pages on which things really stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from lxml import html

from citable import paths
from citable.display.formats import fmt
from citable.display.templates import from_template
from citable.display.words import _
from citable.errors import EditionError
from citable.execute import chapters
from citable.pdf import fill, pages, writer
from citable.pdf.pages import Article, ListedExhibit
from citable.project import PrintIndex, project
from citable.record import cite, identity
from citable.record.references import Reference

INDEX = "index"

# Largest number of chapters that share a heading listed in the contents.
_SHARED = 2
# Reference pages, set in smaller type.
_SMALL = ("D", "H")


@dataclass
class Line:
    """Line of the contents or of a list: link, text, and printed page number."""

    anchor: str
    title: str
    page: str
    number: str = ""
    sections: list[Line] = field(default_factory=list)


def _pictures(site: Path) -> Any:
    def svg(name: str) -> str:
        file = site / "exhibits" / f"{name}.svg"
        try:
            return file.read_text(encoding="utf-8")
        except OSError as error:
            raise EditionError(f"{file}: no such figure. Run `make book`.") from error

    return svg


def pdf_path() -> Path:
    """Return the path of the book's PDF."""
    return paths.BUILD / "pdf" / f"{project().file_name}.pdf"


def article(site: Path, page: str, record: identity.Record) -> Article:
    """Convert a built page to an article of the printed book.

    Raises EditionError if the page or one of its figures is not there.
    """
    root = pages.read_article(site, page)
    pages.drop_controls(root)
    pages.set_strip(root)
    figures = pages.set_figures(root, _pictures(site))
    pages.set_formulas(root)
    pages.set_findings(root)
    tables = pages.set_tables(root)
    fill.unwrap_outputs(root)
    pages.unique_ids(root, page)
    address = f"{record.address.rstrip('/')}/{record.edition}" if record.address else ""
    known = dict.fromkeys(chapters.pages())
    pages.set_links(root, page, known, address)
    heading = next(root.iter("h1"))
    if page == chapters.pages()[0]:
        for child in list(heading):
            heading.remove(child)
        heading.text = _("In brief")
    title = pages.text_of(heading)
    _pointers(root, page, site)
    part = chapters.parts().get(page, "")
    root.attrib.clear()
    root.set("class", "chapter" if chapters.label(page) not in _SMALL else "chapter compact")
    root.set("id", pages.slug(page))
    heading.set("data-book", project().short_title)
    return Article(page, root, title, part, figures, tables)


def _pointers(root: Any, page: str, site: Path) -> None:
    """Add notes that say where readers find what print omits: pages of other volumes, and code."""
    for volume in project().volumes():
        lists = pages.elements_of_classes(root, volume.LIST_CLASS)
        for listed in lists:
            heading = listed.getprevious()
            if heading is not None and heading.tag == "h2":
                heading.drop_tree()
            listed.drop_tree()
        if lists:
            pages.append_small_print(root, volume.pointer())
    if (site / f"{page}.ipynb").is_file():
        name = page.rsplit("/", 1)[-1]
        pages.append_small_print(
            root,
            _(
                "The code of this chapter: {notebook} in the folder notebooks of this edition."
            ).format(notebook=f"{name}.ipynb"),
        )


def _opening(item: Article, before: str) -> None:
    """Insert the name of the part above a chapter's title, in the outline only at its first chapter."""
    if item.part:
        line = html.fragment_fromstring(f'<p class="part">{escape(item.part)}</p>')
        if item.part != before:
            line.set("class", "part part-first")
        item.element.insert(0, line)
        item.element.set("class", f"{item.element.get('class')} in-part")


def chapters_html(articles: Sequence[Article], title: str) -> str:
    """Return the chapters as one HTML document."""
    texts = [html.tostring(item.element, encoding="unicode") for item in articles]
    return (
        f'<!doctype html><html lang="{_("en")}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title></head><body>{''.join(texts)}</body></html>"
    )


def _headings(item: Article) -> list[tuple[str, str]]:
    """Return the section headings of a chapter, with their ids; none for an appendix."""
    return [
        (str(heading.get("id") or heading.getparent().get("id")), pages.text_of(heading))
        for heading in item.element.iter("h2", "h3")
        if chapters.label(item.page).isdigit()
    ]


def _contents(
    articles: Sequence[Article], where: dict[str, int], index: Line | None
) -> list[tuple[str, list[Line]]]:
    """Return the contents by part. Headings that many chapters share are left out."""
    often = Counter(title for item in articles for _name, title in _headings(item))
    groups: list[tuple[str, list[Line]]] = []
    for item in articles:
        if not groups or groups[-1][0] != item.part:
            groups.append((item.part, []))
        line = Line(item.slug, item.title, str(where[item.slug] + 1))
        line.sections = [
            Line(name, title, str(where[name] + 1))
            for name, title in _headings(item)
            if name in where and often[title] <= _SHARED
        ]
        groups[-1][1].append(line)
    if index is not None:
        groups.append(("", [index]))
    return groups


def _list(listed: Iterable[ListedExhibit], where: dict[str, int]) -> list[Line]:
    return [
        Line(item.anchor, item.caption, str(where[item.anchor] + 1), item.number.split(" ")[-1])
        for item in listed
    ]


def _imprint(record: identity.Record) -> list[str]:
    lines = [
        _("Edition {edition} of {date}.").format(
            edition=record.edition, date=fmt(record.date, "date")
        ),
        _(
            "The digest on the title page is a sha256 over the findings, the contents of the tables and "
            "the texts of the numbered paragraphs. Who has the same digest has the same numbers."
        ),
        _(
            "Paragraphs, findings, figures and tables have the same numbers here as on the web. Code, "
            "rows, and the controls that check a number are there and in the edition's folder."
        ),
    ]
    if project().colophon:
        lines.append(_(project().colophon))
    if record.address:
        lines.append(f"{record.address.rstrip('/')}/{record.edition}/")
    return lines


def front_html(
    record: identity.Record,
    title: str,
    subtitle: str,
    contents: Sequence[tuple[str, Sequence[Line]]],
    lists: Sequence[tuple[str, str, Sequence[Line]]] = (),
) -> str:
    """Render title page, imprint and contents of a volume as HTML.

    ``contents`` are lines by part; ``lists`` are further ones, each with its id and heading.
    """
    book = record.find(Reference("book", ""))
    return from_template(
        "print_front.html",
        lang=_("en"),
        title=title,
        name=_(project().short_title),
        subtitle=subtitle,
        author=project().author,
        description=_("Edition {edition}, digest {digest}").format(
            edition=record.edition, digest=record.digest
        ),
        date=fmt(record.date, "date"),
        record=record,
        imprint=_imprint(record),
        citation=cite.indigo(record, book, html=True),
        words={
            "edition": _("Edition {edition}").format(edition=record.edition),
            "digest": _("Digest"),
            "contents": _("Contents"),
            "cite": _("To cite:"),
        },
        contents=contents,
        lists=lists,
    )


def lay_out_front(document: str) -> Any:
    """Lay out the front matter, in the first spacing that fills its last page."""
    css = writer.read_style("print.css")
    first = None
    for spacing in ("", *fill.SPACINGS):
        laid = writer.render(document.replace('class="front"', f'class="front {spacing}"'), css)
        first = first or laid
        if writer.extents(laid)[-1].filled >= fill.THIRD:
            return laid
    return first


def _book_front(
    record: identity.Record,
    articles: Sequence[Article],
    where: dict[str, int],
    index: Line | None,
) -> str:
    figures = _list([f for item in articles for f in item.figures], where)
    tables = _list([t for item in articles for t in item.tables], where)
    return front_html(
        record,
        project().title,
        project().title.removeprefix(project().short_title).strip(),
        _contents(articles, where, index),
        [("list-of-figures", _("Figures"), figures), ("list-of-tables", _("Tables"), tables)],
    )


def _index(index: PrintIndex, marks: dict[Any, list[str]], where: dict[str, int]) -> str:
    printed = {name: number + 1 for name, number in where.items()}
    return from_template(
        "print_index.html",
        lang=_("en"),
        title=project().title,
        name=_(project().short_title),
        id=INDEX,
        heading=index.heading(),
        note=index.note(),
        lines=index.index(marks, printed),
    )


def _identity(record: identity.Record) -> str:
    return f"{pdf_path().name} {record.digest}"


def matches_record(file: Path, record: identity.Record) -> bool:
    """Whether a PDF of the book was made from a site with the digest of this record."""
    return writer.file_id(_identity(record)) in file.read_bytes()


def build_pdf(site: Path, to: Path | None = None) -> Path:
    """Build the PDF of the whole book from a built site, and return its path.

    Raises EditionError if the site is not built, PrintError where Pango is missing; OSError if it
    cannot be written, in which case what stood there before still stands.
    """
    record = identity.load(site)
    articles = [article(site, page, record) for page in chapters.pages()]
    index = project().print_index()
    marks: dict[Any, list[str]] = {}
    for item in articles:
        if index is not None and chapters.label(item.page) not in index.NOT_INDEXED:
            for entry, found in index.mark(item.element, item.slug).items():
                marks.setdefault(entry, []).extend(found)
    pages.reserve_page_number_width(articles)
    css = writer.read_style("print.css")
    render = fill.separate_renderer(lambda item: chapters_html([item], project().title), css)
    before = ""
    for item in articles:
        _opening(item, before)
        before = item.part
        fill.fill_pages(item, render)
    chapters_laid = writer.render(chapters_html(articles, project().title), css)
    writer.check_references(chapters_laid)
    where = writer.page_numbers(chapters_laid)
    n = len(chapters_laid.pages)
    documents, line = [chapters_laid], None
    if index is not None:
        style = f"{css}\n@page :first {{ counter-reset: page {n + 1} }}"
        documents.append(writer.render(_index(index, marks, where), style))
        line = Line(INDEX, index.heading(), str(n + 1))
    front_laid = lay_out_front(_book_front(record, articles, where, line))
    documents.insert(0, front_laid)
    content = writer.to_bytes(documents, _identity(record), len(front_laid.pages))
    return writer.save(to or pdf_path(), content)
