"""Add metadata to each page: place in the book, notebook, edition, citation tags."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sphinx.application import Sphinx

from citable import paths
from citable.display.pictures import CARD
from citable.display.templates import html
from citable.display.words import N_, _, language, translate_nested
from citable.project import project
from citable.record import cite, report
from citable.record.identity import Record
from citable.sphinx.launch import links
from citable.sphinx.search import SPHINX_SCRIPTS
from citable.sphinx.social_cards import card_path
from citable.sphinx.state import build_state
from citable.tables.manifest import manifest

# Texts of the script of every page, by the name of the page's data attribute.
WORDS = {
    "newer": N_("This is edition {edition}. A newer one exists: {link}."),
    "edition": N_("edition {edition}"),
    "copy": N_("Copy citation"),
    "copy-what": N_("Copy citation: {what}"),
    "copied": N_("Copied"),
    "filter": N_("Filter this table"),
    "shown": N_("{shown} of {all} rows"),
    "none": N_("n/a"),
    "every-column": N_("Show every column"),
    "main-columns": N_("Show the main columns"),
    "all-columns": N_("All columns"),
    "fewer-columns": N_("Fewer columns"),
    "sort-by": N_("Sort by"),
    "table-order": N_("order of the table"),
    "all-rows": N_("Show all {all} rows"),
    "first-rows": N_("Show the first {shown} rows"),
}
# Further texts of the script of pages with findings, and the text of a shared sentence.
_SHARING = {
    "share": N_("Share this"),
    "share-what": N_("Share: copy the sentence of finding {id} with its link and citation"),
    "shared": N_("Copied: sentence, citation, link"),
    "quoted": N_("\N{LEFT DOUBLE QUOTATION MARK}{text}\N{RIGHT DOUBLE QUOTATION MARK}"),
    "reported": N_("Copied. This edition names no address for errors: send it to its publisher"),
}
# Names of countries by their codes of ISO 3166, as a book's Project gives them.
_COUNTRIES = {"US": N_("United States")}
# Tags of pages of which there are thousands: the minimum for citations and link previews.
_FEW = frozenset(
    (
        *("citation_title", "citation_author", "citation_publication_date", "citation_public_url"),
        "og:url",
    )
)
# Locales in the form of Open Graph, language and country.
_LOCALES = {"en": "en_US", "es": "es_US"}
# The book colours code and sets cells itself; the theme's extras are for extensions that are not here.
# MyST-NB's styles also come too late: a page would name their checksum, or not, by what was built before.
_UNUSED_STYLES = ("pygments.css", "furo-extensions.css", "mystnb.")
# External links send no referrer and give no access to this window.
_UNTOLD = '<meta name="referrer" content="no-referrer" />\n'
_OUT = re.compile(r"<a (?![^>]*\brel=)([^>]*\bhref=\"https?:)")
# Parts of code for which the style sheet has no rule of their own: names, operators, punctuation.
_UNSTYLED = re.compile(
    r'<span class="(?:w|n|nb|nc|nf|nn|ne|o|p|si|bp|fm|vm)">([^<]*)</span>|<span></span>'
)
_REPORT = re.compile(
    r'(?P<tag><a class="report" )href="[^"]*?(?P<anchor>finding-[\dA-Z]+-\d+)(\.html)?#report"'
)
_TEXT_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_DATA_LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"


def citation_tags(record: Record, title: str, page: str, home: bool) -> list[tuple[str, str]]:
    """Return the citation tags of a page: Highwire Press for scholars' tools, Dublin Core for all."""
    date = record.date.replace("-", "/")
    tags = [
        ("citation_title", _(project().title) if home else title),
        ("citation_author", project().author),
        ("citation_publication_date", date),
        ("citation_language", language()),
        ("DC.title", _(project().title) if home else title),
        ("DC.creator", project().author),
        ("DC.date", record.date),
        ("DC.type", "Text"),
        ("DC.language", language()),
        ("DC.rights", _TEXT_LICENCE),
        ("DC.identifier", f"{record.edition}/{page}.html, digest {record.short_digest}"),
    ]
    if not home:
        tags += [
            ("citation_inbook_title", _(project().title)),
            ("DC.relation.isPartOf", _(project().title)),
        ]
    if record.address:
        tags.append(("citation_public_url", f"{record.address}/{record.edition}/{page}.html"))
    return tags


def open_graph_tags(
    record: Record, title: str, page: str, home: bool, own_card: bool = True
) -> list[tuple[str, str]]:
    """Return the Open Graph tags of a page, from which sites make link previews."""
    base = f"{record.address}/{record.edition}/" if record.address else "../" * page.count("/")
    tags = [
        ("og:type", "book" if home else "article"),
        ("og:site_name", _(project().short_title)),
        ("og:title", _(project().title) if home else title),
        ("og:description", _(project().abstract)),
        ("og:locale", _LOCALES.get(language(), language())),
        # Link previews need an absolute address; without a configured one the path is used.
        ("og:image", f"{base}{card_path(page, own_card)}"),
        ("og:image:width", str(CARD[0])),
        ("og:image:height", str(CARD[1])),
        ("og:image:alt", _(project().title) if home else f"{_(project().short_title)} {title}"),
        ("twitter:card", "summary_large_image"),
    ]
    if record.address:
        tags.append(("og:url", f"{record.address}/{record.edition}/{page}.html"))
    return tags


def book_json_ld(record: Record) -> dict[str, Any]:
    """Return the book as schema.org ``Book``."""
    return {
        "@context": "https://schema.org",
        "@type": "Book",
        "name": _(project().title),
        "abstract": _(project().abstract),
        "author": {"@type": "Organization", "name": project().author},
        "bookEdition": record.edition,
        "datePublished": record.date,
        "inLanguage": language(),
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
        "name": _("{title}: findings and tables").format(title=_(project().title)),
        "description": _(
            "{abstract} {n} tables with their dictionary, hashes and sources, and every finding with "
            "counts and interval."
        ).format(abstract=_(project().abstract), n=len(manifest())),
        "creator": {"@type": "Organization", "name": project().author},
        "version": record.edition,
        "datePublished": record.date,
        "license": _DATA_LICENCE,
        "isAccessibleForFree": True,
        **_coverage(),
        "distribution": [
            {"@type": "DataDownload", "contentUrl": base + name, "encodingFormat": kind}
            for name, kind in files
        ],
    }


def _coverage() -> dict[str, str]:
    """Return what the tables cover as schema.org names it, as far as the book says."""
    place, period = project().place, project().period
    covered = {"spatialCoverage": _(_COUNTRIES.get(place, place)), "temporalCoverage": period}
    return {name: text for name, text in covered.items() if text}


def sharing(record: Record, page: str) -> dict[str, str]:
    """Return the texts with which a script cites, shares and reports findings of a chapter.

    Texts hold the places ``{id}`` (``5.1``) and ``{slug}`` (``5-1``); empty for any other page. A
    shared sentence leads to the page behind its finding, whose card carries the number.
    """
    chapter = next(
        (item for item in record.items if (item.kind, item.page) == ("chapter", f"{page}.html")),
        None,
    )
    if chapter is None:
        return {}
    any_finding = replace(chapter, kind="finding", id="{id}", anchor="finding-{slug}")
    unlinked = replace(record, address="")
    public = f"{record.address.rstrip('/')}/{record.edition}/" if record.address else ""
    return translate_nested(_SHARING) | {
        "cite": cite.indigo(record, any_finding, html=True),
        "cite-unlinked": cite.indigo(unlinked, any_finding),
        # Without a public address: relative to the site, which the reader's browser knows.
        "link": f"{public}trace/finding-{{slug}}.html",
        "report": report.message(record, any_finding),
    }


def _add_report_links(app: Sphinx, record: Record, body: str) -> str:
    """Link each *Report an error* to a prefilled message, where an address is configured."""
    known = {item.anchor: item for item in record.items if item.kind == "finding"}

    def opened(found: re.Match[str]) -> str:
        item = known.get(found["anchor"])
        repository, mail = app.config.citable_repository, app.config.citable_report_address
        to = report.address(record, item, repository, mail) if item else ""
        return f'{found["tag"]}href="{escape(to)}"' if to else found[0]

    return _REPORT.sub(opened, body)


def _json_ld(*things: dict[str, Any]) -> str:
    # "<" is escaped so that it cannot end the script element.
    return "".join(
        '<script type="application/ld+json">'
        + json.dumps(thing, ensure_ascii=False).replace("<", "\\u003c")
        + "</script>"
        for thing in things
    )


def _context(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    state = build_state(app)
    results, record = state.results, state.record
    root = "../" * pagename.count("/")
    home = pagename == app.config.root_doc
    context["book"] = _(project().short_title)
    context["subtitle"], context["colophon"] = _(project().subtitle), _(project().colophon)
    context["edition"] = project().version
    context["edition_date"] = record.date
    context["t"] = html
    context["words"] = translate_nested(WORDS) | sharing(record, pagename)
    context["edition_digest"] = record.short_digest
    context["draft"] = app.config.citable_draft
    context["site_root"] = root
    title, few = str(context.get("title", "")), templatename in project().light_templates
    tags = "".join(
        f'<meta name="{name}" content="{escape(content)}">'
        for name, content in citation_tags(record, title, pagename, home)
        if not few or name in _FEW
    )
    tags += "".join(
        f'<meta property="{name}" content="{escape(content)}">'
        for name, content in open_graph_tags(
            record, title, pagename, home, app.config.citable_page_cards
        )
        if not few or name in _FEW
    )
    about = context.get("description") or _(project().abstract)
    tags += f'<meta name="description" content="{escape(about)}">'
    things = [book_json_ld(record), dataset_json_ld(record, root)] if home else []
    if pagename.endswith("D-data-dictionary"):
        things = [dataset_json_ld(record, root)]
    context["metatags"] = context.get("metatags", "") + _UNTOLD + tags + _json_ld(*things)
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
        # Remove the obsolete role of entries in a list that also has other children.
        context["body"] = context["body"].replace(' role="doc-biblioentry"', "")
        context["body"] = context["body"].replace(
            '<div role="list" class="citation-list">', '<div class="citation-list">'
        )
        context["body"] = _add_report_links(app, record, context["body"])
        context["body"] = _UNSTYLED.sub(r"\1", context["body"])
        context["body"] = _OUT.sub(r'<a rel="noopener noreferrer" \1', context["body"])
    context["notebook_download"] = (
        f"{pagename.rsplit('/', 1)[-1]}.ipynb" if pagename in results else ""
    )
    context["launch"] = (
        links(app.config.citable_repository, pagename) if pagename in results else {}
    )
    # Sphinx's own scripts serve only its search page, which this extension replaces.
    context["script_files"] = [
        file
        for file in context.get("script_files", [])
        if Path(str(getattr(file, "filename", file))).name not in SPHINX_SCRIPTS
    ]
    context["css_files"] = [
        file
        for file in context.get("css_files", [])
        if not Path(str(getattr(file, "filename", file))).name.startswith(_UNUSED_STYLES)
    ]
    # Inlined, because it is small, rather than one more request.
    if app.config.html_favicon:
        context["favicon_url"] = f"data:image/svg+xml,{quote(_favicon(app.config.html_favicon))}"
    if few:
        # Pages of places have neither the theme's drawers nor its switches.
        context["script_files"] = [
            file for file in context["script_files"] if "furo" not in str(file.filename)
        ]
    context["cite_page"] = _cite_page(pagename, record)


@cache
def _favicon(name: str) -> str:
    return (paths.ROOT / name).read_text(encoding="utf-8").strip()


def _cite_page(pagename: str, record: Record) -> str:
    """Return the page of citations for a page, relative to the root."""
    for item in record.items:
        if item.kind == "chapter" and item.page == f"{pagename}.html":
            return f"cite/{item.id}.html"
    folder, listed = project().pages_folder, project().pages_list
    if folder and pagename.startswith(f"{folder}/") and pagename != listed:
        return f"{pagename}.html#cite"
    return "cite/index.html"


def _share_navigation(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Render the navigation once for all generated pages of a folder: it takes longest.

    They stand in no table of contents, so it differs in nothing, not even in what is current.
    """
    make = context.get("toctree")
    if pagename in app.env.found_docs or make is None:
        return
    made = build_state(app).navigation
    folder = pagename.rpartition("/")[0]

    def once(**options: Any) -> Any:
        key = (folder, repr(sorted(options.items())))
        if key not in made:
            made[key] = make(**options)
        return made[key]

    context["toctree"] = once


def setup(app: Sphinx) -> None:
    """Connect the metadata to every page's template context."""
    # Where readers send errors, if not to the repository: an address of electronic mail.
    app.add_config_value("citable_report_address", "", "html")
    app.connect("html-page-context", _share_navigation, priority=100)  # before the theme
    app.connect("html-page-context", _context, priority=900)  # after the theme
