"""Pages of citations: one a chapter, with every form of every finding, exhibit and paragraph."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from sphinx.application import Sphinx

from scomm.display.formats import fmt
from scomm.record import cite
from scomm.record.datasheets import sheet_items
from scomm.record.identity import Item, Record
from scomm.record.references import Reference

# What a page lists, in this order.
_KINDS = {
    "finding": "Findings",
    "figure": "Figures",
    "table": "Tables",
    "paragraph": "Paragraphs",
}


def _copy(html: str, label: str, tag: str = "p") -> str:
    """Return a text that one click selects whole; a script may add a button to it."""
    return f'<{tag} class="copy" data-copy="{escape(label)}" tabindex="0">{html}</{tag}>'


def entry_html(record: Record, item: Item, up: str) -> str:
    """Return one item's citations: the legal form open, the others behind a line."""
    forms = cite.forms(record, item)
    heading = {"chapter": item.title, "book": "The book"}.get(item.kind, str(item.reference))
    anchor = item.anchor or item.kind
    text = f'<p class="cite-text">{escape(_opening(item.text))}</p>' if item.text else ""
    others = {
        "short": _copy(cite.short(record, item, html=True), cite.NAMES["short"]),
        "link": _copy(escape(forms["link"]), cite.NAMES["link"]),
    } | {
        name: _copy(escape(forms[name]), cite.NAMES[name], tag="pre")
        for name in ("bibtex", "csl", "ris")
    }
    rest = "".join(
        f"<dt>{escape(cite.NAMES[name])}</dt><dd>{html}</dd>" for name, html in others.items()
    )
    level = "h2" if item.kind in ("chapter", "book") else "h3"
    return (
        f'<section class="cite" id="{anchor}"><{level}><a href="{up}{escape(item.path)}">'
        f"{escape(heading)}</a></{level}>{text}"
        f"{_copy(cite.indigo(record, item, html=True), cite.NAMES['indigo'])}"
        f"<details><summary>Short form, link, BibTeX, CSL-JSON, RIS</summary><dl>{rest}</dl>"
        "</details></section>"
    )


def sheet_html(record: Record, slug: str) -> str:
    """Return a datasheet's citations; a script puts in the county whose line is addressed."""
    kind, code = slug.split("-")
    item = record.find(Reference("datasheet", code.upper()))
    parts = ['<h2 id="cite">How to cite</h2>', _copy(cite.indigo(record, item, html=True), "sheet")]
    if kind == "state":
        county = next(entry for entry in sheet_items("county") if entry[1] == item.page)
        example = Item("county", *county)
        forms = cite.indigo(record, example, html=True), escape(cite.link(record, example))
        parts.append(
            '<div class="cite-county"><p>One county: its name in the list links to an address of '
            "its own. The citation is that of the county chosen last.</p>"
        )
        for text in forms:
            for word, part in ((escape(example.text), "name"), (example.anchor, "anchor")):
                text = text.replace(word, f'<span data-county="{part}">{word}</span>')
            parts.append(_copy(text, "county"))
        parts.append("</div>")
    return "".join(parts)


def _opening(text: str, length: int = 160) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0] + " …"


def _note(record: Record) -> str:
    address = (
        ""
        if record.address
        else " This copy has no public address, so citations carry the edition and its digest; "
        "the permanent path is where the page stands in any copy of the edition."
    )
    return (
        f"<p>Edition {escape(record.edition)} of {fmt(record.date, 'date')}, digest "
        f'<span class="digest">{record.short_digest}</span>. The shaded text of each '
        f"entry is the form of legal briefs; a click selects it whole.{address}</p>"
    )


def pages(record: Record) -> Iterator[tuple[str, str, str]]:
    """Return (page, title, body) of the citation pages: one a chapter, and the book's."""
    chapters = [item for item in record.items if item.kind == "chapter"]
    for chapter in chapters:
        own = [item for item in record.items if item.id.split(".")[0] == chapter.id]
        title = f"How to cite: {chapter.title}"
        parts = [f"<h1>{escape(title)}</h1>", _note(record), entry_html(record, chapter, "../")]
        for kind, heading in _KINDS.items():
            items = [item for item in own if item.kind == kind]
            if items:
                parts.append(f"<h2>{heading}</h2>")
                parts += [entry_html(record, item, "../") for item in items]
        yield f"cite/{chapter.id}", title, "".join(parts)
    book = next(item for item in record.items if item.kind == "book")
    links = "".join(
        f'<li><a href="{chapter.id}.html">{escape(chapter.title)}</a></li>' for chapter in chapters
    )
    body = (
        f"<h1>How to cite the book</h1>{_note(record)}{entry_html(record, book, '../')}"
        f"<h2>By chapter</h2><ul>{links}</ul>"
    )
    yield "cite/index", "How to cite the book", body


def _pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    record: Record = app.scomm_record  # type: ignore[attr-defined]
    for page, title, body in pages(record):
        yield page, {"title": title, "body": body, "toc": "", "furo_hide_toc": True}, "page.html"


def setup(app: Sphinx) -> None:
    """Register the generated pages."""
    app.connect("html-collect-pages", _pages)
