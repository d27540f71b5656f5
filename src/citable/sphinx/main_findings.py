"""Generate the page of facts: the main findings, one sentence each, to print and quote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

import nbformat
from sphinx.application import Sphinx

from citable.display.templates import html
from citable.display.words import N_, _
from citable.project import project
from citable.record import directives
from citable.record.identity import Record
from citable.record.outputs import translated_findings
from citable.sphinx import writers
from citable.sphinx.execution import LISTING_PAGES, executed
from citable.sphinx.state import build_state

FACTS = "facts.html"
TITLE = N_("Facts, each with its number")
Notebooks = Mapping[str, nbformat.NotebookNode]


def opening_finding(notebook: nbformat.NotebookNode) -> str:
    """Return the id of the first finding of a page; empty where there is none."""
    texts = directives.parse_notebook(notebook).values()
    return next((text.id for text in texts if text.kind == "finding"), "")


def main_findings(notebooks: Notebooks) -> list[dict[str, Any]]:
    """Return the first finding of each page, and those that bear on a claim, in order."""
    opening = {opening_finding(notebook) for notebook in notebooks.values()}
    return [f for f in translated_findings(notebooks) if f["id"] in opening or f["claims"]]


def facts_html(
    record: Record, findings: Sequence[Mapping[str, Any]], titles: Mapping[str, str]
) -> str:
    """Return the page: findings by chapter; ``titles`` are those of the book's pages by name."""
    (ledger,) = LISTING_PAGES
    every = html('<a href="{page}.html">Every finding</a> stands in the ledger.', page=ledger)
    note = html(
        'From <i>{book}</i>, edition {edition} of {date:date}, digest <span class="digest">{digest}</span>'
        "{address}. Each number leads to its counts, interval, sources and limits. {every}",
        book=_(project().short_title),
        edition=record.edition,
        date=record.date,
        digest=record.short_digest,
        address=f", {record.address}/{record.edition}/" if record.address else "",
        every=every if ledger in titles else "",
    )
    parts = [f'<h1>{escape(_(TITLE))}</h1><p class="facts-note">{note}</p>']
    page = ""
    for finding in findings:
        if (now := str(finding["url"]).split(".html")[0]) != page:
            parts.append("</ul>" if page else "")
            page = now
            parts.append(f'<h2>{escape(titles[page])}</h2><ul class="facts">')
        name = html("Finding {id}", id=finding["id"])
        parts.append(
            f"<li>{escape(str(finding['statement']))} "
            f'<a class="finding-number" href="{escape(str(finding["url"]))}">{name}</a></li>'
        )
    parts.append("</ul>" if page else "")
    return "".join(parts)


def _pages(app: Sphinx) -> Iterator[writers.Page]:
    record = build_state(app).record
    titles = {page: title.astext() for page, title in app.env.titles.items()}
    body = facts_html(record, main_findings(executed(app)), titles)
    context = {"title": _(TITLE), "body": body, "toc": "", "furo_hide_toc": True}
    yield FACTS.removesuffix(".html"), context, "page.html"


PAGES = writers.GeneratedPages("facts", _pages)
