"""Generate the citation pages: one a chapter, with all forms for findings, exhibits and paragraphs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from sphinx.application import Sphinx

from citable.display import templates as templated
from citable.display.words import N_, _
from citable.record import cite
from citable.record.identity import Item, Record
from citable.record.outputs import translated_items
from citable.sphinx import writers
from citable.sphinx.execution import executed
from citable.sphinx.state import build_state, record_domain

# Kinds of items that a page lists, in this order.
_KINDS = {
    "finding": N_("Findings"),
    "figure": N_("Figures"),
    "table": N_("Tables"),
    "paragraph": N_("Paragraphs"),
}


def _copyable(html: str, label: str, tag: str = "p") -> str:
    """Render a text that one click selects; a script may add a copy button."""
    return f'<{tag} class="copy" data-copy="{escape(label)}" tabindex="0">{html}</{tag}>'


def entry_html(record: Record, item: Item, up: str, text: str = "") -> str:
    """Render one item's citations: the legal form open, the others folded.

    ``text`` is what the item says in this edition's language, if not what is recorded of it.
    """
    forms = cite.forms(record, item)
    heading = {"chapter": item.title, "book": _("The book")}.get(
        item.kind, item.reference.printed_name
    )
    anchor = item.anchor or item.kind
    says = text or item.text
    opening = f'<p class="cite-text">{escape(_opening(says))}</p>' if says else ""
    names = {name: _(label) for name, label in cite.NAMES.items()}
    others = {
        "short": _copyable(cite.short(record, item, html=True), names["short"]),
        "link": _copyable(escape(forms["link"]), names["link"]),
    } | {
        name: _copyable(escape(forms[name]), names[name], tag="pre")
        for name in ("bibtex", "csl", "ris")
    }
    rest = "".join(
        f"<dt>{escape(names[name])}</dt><dd>{html}</dd>" for name, html in others.items()
    )
    level = "h2" if item.kind in ("chapter", "book") else "h3"
    return (
        f'<section class="cite" id="{anchor}"><{level}><a href="{up}{escape(item.path)}">'
        f"{escape(heading)}</a></{level}>{opening}"
        f"{_copyable(cite.indigo(record, item, html=True), names['indigo'])}"
        f"<details><summary>{escape(_('Short form, link, BibTeX, CSL-JSON, RIS'))}</summary><dl>{rest}</dl>"
        "</details></section>"
    )


def citation_html(record: Record, item: Item) -> str:
    """Render the section at the end of a generated page that says how to cite it."""
    full = _(cite.NAMES["indigo"])
    heading = f'<h2 id="cite">{escape(_("How to cite"))}</h2>'
    return heading + _copyable(cite.indigo(record, item, html=True), full)


def _opening(text: str, length: int = 160) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0] + " …"


def _note(record: Record) -> str:
    parts = [
        templated.html(
            'Edition {edition} of {date:date}, digest <span class="digest">{digest}</span>. The shaded '
            "text of each entry is the form of legal briefs; a click selects it whole.",
            edition=record.edition,
            date=record.date,
            digest=record.short_digest,
        )
    ]
    if not record.address:
        parts.append(
            templated.html(
                "This copy has no public address, so citations carry the edition and its digest; "
                "the permanent path is where the page stands in any copy of the edition."
            )
        )
    return f"<p>{' '.join(parts)}</p>"


def page_html(record: Record, page: str, title: str) -> str:
    """Render the citation of an unnumbered page of the book, at its end."""
    item = Item("chapter", page, f"{page}.html", "", title)
    return f'<section class="screen-only">{citation_html(record, item)}</section>'


Shown = Mapping[tuple[str, str], str]


def pages(record: Record, shown: Shown | None = None) -> Iterator[tuple[str, str, str]]:
    """Return (page, title, body) of the citation pages: one a chapter, and the book's.

    ``shown`` is what items say in a translated edition, by kind and id.
    """
    shown = shown or {}
    chapters = [item for item in record.items if item.kind == "chapter"]
    for chapter in chapters:
        own = [item for item in record.items if item.id.split(".")[0] == chapter.id]
        title = _("How to cite: {title}").format(title=chapter.title)
        parts = [f"<h1>{escape(title)}</h1>", _note(record), entry_html(record, chapter, "../")]
        for kind, heading in _KINDS.items():
            items = [item for item in own if item.kind == kind]
            if items:
                parts.append(f"<h2>{escape(_(heading))}</h2>")
                parts += [
                    entry_html(record, item, "../", shown.get((item.kind, item.id), ""))
                    for item in items
                ]
        yield f"cite/{chapter.id}", title, "".join(parts)
    book = next(item for item in record.items if item.kind == "book")
    links = "".join(
        f'<li><a href="{chapter.id}.html">{escape(chapter.title)}</a></li>' for chapter in chapters
    )
    title = _("How to cite the book")
    body = (
        f"<h1>{escape(title)}</h1>{_note(record)}{entry_html(record, book, '../')}"
        f"<h2>{escape(_('By chapter'))}</h2><ul>{links}</ul>"
    )
    yield "cite/index", title, body


def shown_texts(app: Sphinx) -> Shown:
    """Return the translated texts of findings, exhibits and paragraphs, by kind and id.

    Findings and exhibits are left out of an English edition, which shows what is recorded.
    """
    notebooks = executed(app)
    found = {
        (kind, identifier): data[field]
        for kind, field in (("finding", "statement"), ("figure", "caption"), ("table", "caption"))
        for identifier, data in translated_items(notebooks, kind).items()
    }
    for notes in record_domain(app.env).paragraphs.values():
        found |= {("paragraph", note["id"]): note["shown"] for note in notes if note["id"]}
    return found


def _pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    for page, title, body in pages(build_state(app).record, shown_texts(app)):
        yield page, {"title": title, "body": body, "toc": "", "furo_hide_toc": True}, "page.html"


PAGES = writers.GeneratedPages("citations", _pages, with_prose=True)
