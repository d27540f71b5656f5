"""What each page says of itself: place in the book, notebook, edition, how machines may cite it."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from scomm import __version__
from scomm.data.schema import TABLES
from scomm.display.formats import fmt
from scomm.record.execution import Executed
from scomm.record.identity import AUTHOR, SITE, Record

_ABSTRACT = (
    "Tests, jurisdiction by jurisdiction, what was said about the Secure Communities program of "
    "U.S. Immigration and Customs Enforcement, from the agency's records and published figures."
)
_SEARCH_ONLY = ("documentation_options.js", "doctools.js", "sphinx_highlight.js")
# The book colours code itself; the theme's extras are for extensions that are not here.
_UNUSED_STYLES = ("pygments.css", "furo-extensions.css")
_TEXT_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_DATA_LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"


def meta(record: Record, title: str, page: str, home: bool) -> list[tuple[str, str]]:
    """Return the citation tags of a page: Highwire Press for scholars' tools, Dublin Core for all."""
    date = record.date.replace("-", "/")
    tags = [
        ("citation_title", SITE if home else title),
        ("citation_author", AUTHOR),
        ("citation_publication_date", date),
        ("citation_language", "en"),
        ("DC.title", SITE if home else title),
        ("DC.creator", AUTHOR),
        ("DC.date", record.date),
        ("DC.type", "Text"),
        ("DC.language", "en"),
        ("DC.rights", _TEXT_LICENCE),
        ("DC.identifier", f"{record.edition}/{page}.html, digest {record.short_digest}"),
    ]
    if not home:
        tags += [("citation_inbook_title", SITE), ("DC.relation.isPartOf", SITE)]
    if record.address:
        tags.append(("citation_public_url", f"{record.address}/{record.edition}/{page}.html"))
    return tags


def social(record: Record, title: str, page: str, home: bool) -> list[tuple[str, str]]:
    """Return the Open Graph tags of a page: what a link to it shows elsewhere."""
    tags = [
        ("og:type", "book" if home else "article"),
        ("og:site_name", "One in Four?"),
        ("og:title", SITE if home else title),
        ("og:description", _ABSTRACT),
        ("og:locale", "en_US"),
    ]
    if record.address:
        tags.append(("og:url", f"{record.address}/{record.edition}/{page}.html"))
    return tags


def book_json_ld(record: Record) -> dict[str, Any]:
    """Return the book as schema.org ``Book``."""
    return {
        "@context": "https://schema.org",
        "@type": "Book",
        "name": SITE,
        "abstract": _ABSTRACT,
        "author": {"@type": "Organization", "name": AUTHOR},
        "bookEdition": record.edition,
        "datePublished": record.date,
        "inLanguage": "en",
        "isAccessibleForFree": True,
        "license": _TEXT_LICENCE,
        "identifier": {
            "@type": "PropertyValue",
            "propertyID": "sha256",
            "value": record.digest,
        },
    } | ({"url": f"{record.address}/{record.edition}/"} if record.address else {})


def dataset_json_ld(record: Record, root: str) -> dict[str, Any]:
    """Return the tables as schema.org ``Dataset``; ``root`` leads to the root of the site."""
    base = f"{record.address}/{record.edition}/" if record.address else root
    files = [("findings.json", "application/json"), ("findings.csv", "text/csv")]
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": f"{SITE}: findings and tables",
        "description": f"{_ABSTRACT} {len(TABLES)} tables with their dictionary, hashes and sources, "
        "and every finding with counts and interval.",
        "creator": {"@type": "Organization", "name": AUTHOR},
        "version": record.edition,
        "datePublished": record.date,
        "license": _DATA_LICENCE,
        "isAccessibleForFree": True,
        "spatialCoverage": "United States",
        "temporalCoverage": "2008-10/2026",
        "distribution": [
            {"@type": "DataDownload", "contentUrl": base + name, "encodingFormat": kind}
            for name, kind in files
        ],
    }


def _json_ld(*things: dict[str, Any]) -> str:
    # "<" cannot end a script element early when it is written as an escape.
    return "".join(
        '<script type="application/ld+json">'
        + json.dumps(thing, ensure_ascii=False).replace("<", "\\u003c")
        + "</script>"
        for thing in things
    )


def _context(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    results: dict[str, Executed] = getattr(app, "scomm_results", {})
    record: Record = app.scomm_record  # type: ignore[attr-defined]
    root = "../" * pagename.count("/")
    home = pagename == app.config.root_doc
    context["edition"] = __version__
    context["edition_date"] = fmt(record.date, "date")
    context["edition_digest"] = record.short_digest
    context["draft"] = app.config.scomm_draft
    context["site_root"] = root
    tags = "".join(
        f'<meta name="{name}" content="{escape(content)}">'
        for name, content in meta(record, str(context.get("title", "")), pagename, home)
    )
    tags += "".join(
        f'<meta property="{name}" content="{escape(content)}">'
        for name, content in social(record, str(context.get("title", "")), pagename, home)
    )
    tags += f'<meta name="description" content="{escape(_ABSTRACT)}">'
    things = [book_json_ld(record), dataset_json_ld(record, root)] if home else []
    if pagename.endswith("D-data-dictionary"):
        things = [dataset_json_ld(record, root)]
    context["metatags"] = context.get("metatags", "") + tags + _json_ld(*things)
    # Sphinx gives the captions of the navigation the role of headings, and no level.
    tree = context.get("furo_navigation_tree")
    if isinstance(tree, str):
        context["furo_navigation_tree"] = tree.replace(
            'role="heading"', 'role="heading" aria-level="2"'
        )
    # A table that a narrow screen scrolls sideways must be reachable by keyboard.
    body = context.get("body")
    if isinstance(body, str):
        context["body"] = body.replace(
            '<div class="table-wrapper', '<div tabindex="0" class="table-wrapper'
        )
        # A role that was withdrawn, on entries of a list that holds more than entries.
        context["body"] = context["body"].replace(' role="doc-biblioentry"', "")
        context["body"] = context["body"].replace(
            '<div role="list" class="citation-list">', '<div class="citation-list">'
        )
    context["notebook_download"] = (
        f"{pagename.rsplit('/', 1)[-1]}.ipynb" if pagename in results else ""
    )
    if pagename != "search":
        # Sphinx's own scripts serve its search page; elsewhere they are three requests for nothing.
        context["script_files"] = [
            file
            for file in context.get("script_files", [])
            if Path(str(getattr(file, "filename", file))).name not in _SEARCH_ONLY
        ]
    context["css_files"] = [
        file
        for file in context.get("css_files", [])
        if Path(str(getattr(file, "filename", file))).name not in _UNUSED_STYLES
    ]
    context["cite_page"] = _cite_page(pagename, record)


def _cite_page(pagename: str, record: Record) -> str:
    """Return the page of citations for a page, relative to the root."""
    for item in record.items:
        if item.kind == "chapter" and item.page == f"{pagename}.html":
            return f"cite/{item.id}.html"
    return "cite/index.html"


def setup(app: Sphinx) -> None:
    """Add the values to every page's template context."""
    app.connect("html-page-context", _context, priority=900)  # after the theme
