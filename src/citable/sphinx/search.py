"""Generate the search page and its index of passages, a script that also loads from ``file://``.

Sphinx's own index knows words alone, neither numbers nor paragraphs, and shows a text only where it can
fetch its page. It is not made; a passage here is a numbered paragraph, a finding, the caption of an
exhibit, or what else stands in a section.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from citable.display.formats import fmt
from citable.display.words import N_, _, translate_nested
from citable.files.atomic import write_atomically
from citable.project import project
from citable.record.outputs import translated_findings
from citable.sphinx import writers
from citable.sphinx.citations import shown_texts
from citable.sphinx.code import FoldedCode
from citable.sphinx.execution import executed
from citable.sphinx.paragraphs import ParagraphMark
from citable.sphinx.state import build_state
from citable.sphinx.symbols import SymbolsBox

_STATIC = Path(__file__).with_name("static")
# Sphinx's scripts and those of its index, which no page of the book asks for.
SPHINX_SCRIPTS = (
    "documentation_options.js",
    "doctools.js",
    "sphinx_highlight.js",
    "searchtools.js",
    "language_data.js",
)
# Texts of the page, by their name in the script of passages.
_SAID = {
    "finding": N_("Finding {id}"),
    "paragraph": "¶ {id}",
    "figure": N_("Figure {id}"),
    "table": N_("Table {id}"),
    "section": "{id}",
    "findings": N_("Findings"),
    "passages": N_("Passages"),
    "trace": N_("What stands behind it"),
    "found": N_("Passages found: {n}"),
    "first": N_("Passages found: {n}; the first {shown} are shown"),
    "some": N_("No passage has all of it; these have some"),
    "none": N_("No passage of the book has it. Try one word, a place or a number."),
    "digits": N_("one two three four five six seven eight nine ten"),
}
# Formats in which a finding's page prints a value of each unit.
_PRINTED = {"share": "pct", "difference": "pts", "ratio": "f2", "count": "int", "index": "f2"}
_EXHIBIT = re.compile(r'id="(?:finding|figure|table)-')
_UNREAD = re.compile(r"<(script|style|svg|button)\b.*?</\1>|<[^>]+>", re.DOTALL)
# A space that markup left after an opening bracket, or before a mark.
_STRAY = re.compile(r"(?<=[(\[]) | (?=[,.;:)\]]+(?:\s|$))")
# Minimal length of a passage; shorter texts are controls, such as the switch of the code.
_LEAST = 20


@dataclass(frozen=True)
class Passage:
    """Passage, the unit of search: its kind, its number (for a section, its heading) and its address.

    ``title`` is that of its page; ``numbers`` are those it prints besides its text.
    """

    kind: str
    id: str
    path: str
    title: str
    text: str
    numbers: str = ""


def printed_numbers(finding: dict[str, Any]) -> str:
    """Return the printed numbers of a finding besides its statement: value, counts, interval.

    >>> share = {"unit": "share", "value": 0.287, "numerator": 27047, "denominator": 94218}
    >>> printed_numbers(share | {"interval": {"low": 0.2842, "high": 0.2899}})
    '28.7% 28.4% 29.0% 27,047 94,218'
    """
    spec = _PRINTED.get(finding["unit"], "")
    interval = finding.get("interval") or {}
    values = [finding["value"], interval.get("low"), interval.get("high")] if spec else []
    counts = [finding.get("numerator"), finding.get("denominator")]
    texts = [fmt(value, spec) for value in values if isinstance(value, (int, float))]
    return " ".join(texts + [fmt(value, "int") for value in counts if value is not None])


def _spaced(text: str) -> str:
    """Return a text with single spaces, none inside brackets or before punctuation.

    >>> _spaced("about ( 51.5%  to 52.5% ) , before .ipynb")
    'about (51.5% to 52.5%), before .ipynb'
    """
    return _STRAY.sub("", re.sub(r"\s+", " ", text)).strip()


def _with_citations(app: Sphinx, page: str) -> nodes.document:
    """Return a page's doctree with its citations resolved to the printed words."""
    document = app.env.get_doctree(page)
    if "cite" not in app.env.domains:
        return document
    domain = app.env.get_domain("cite")
    for node in list(document.findall(pending_xref)):
        if node.get("refdomain") == "cite":
            type_, key = node["reftype"], node["reftarget"]
            said = domain.resolve_xref(app.env, page, app.builder, type_, key, node, node)
            if said is not None:
                node.replace_self(said)
    return document


def _unnumbered_text(section: nodes.section) -> str:
    """Return a section's own text outside numbered paragraphs and exhibits."""
    parts = []
    for child in section.children:
        if isinstance(child, nodes.section | nodes.title | FoldedCode | SymbolsBox):
            continue
        if isinstance(child, nodes.raw):
            text = child.astext()
            if child.get("format") == "html" and not _EXHIBIT.search(text):
                parts.append(unescape(_UNREAD.sub(" ", text)))
        elif isinstance(child, nodes.Element) and "par" not in child["classes"]:
            parts.append(child.astext())
    return " ".join(text for text in map(_spaced, parts) if len(text) >= _LEAST)


def _sections(app: Sphinx, page: str, document: nodes.document) -> Iterator[Passage]:
    title = app.env.titles[page].astext()
    for section in document.findall(nodes.section):
        heading = next(iter(section.findall(nodes.title)), None)
        top = isinstance(section.parent, nodes.document)
        path = f"{page}.html" + ("" if top else f"#{section['ids'][0]}")
        name = title if heading is None or top else heading.astext()
        yield Passage("section", name, path, title, _unnumbered_text(section))


def passages(app: Sphinx) -> Iterator[Passage]:
    """Yield every passage of the book: those with numbers, in the record's order, then sections."""
    shown = shown_texts(app)
    items = {(item.kind, item.id): item for item in build_state(app).record.items}
    for finding in translated_findings(executed(app)):
        item = items["finding", finding["id"]]
        numbers = printed_numbers(finding)
        yield Passage("finding", item.id, item.path, item.title, str(finding["statement"]), numbers)
    documents = {page: _with_citations(app, page) for page in sorted(app.env.found_docs)}
    shown = {**shown} | {
        ("paragraph", node["number"]): node.parent.astext()
        for document in documents.values()
        for node in document.findall(ParagraphMark)
    }
    for item in items.values():
        if item.kind in ("paragraph", "figure", "table"):
            text = str(shown.get((item.kind, item.id)) or item.text)
            yield Passage(item.kind, item.id, item.path, item.title, text)
    for page, document in documents.items():
        yield from _sections(app, page, document)


def passages_js(found: Iterable[Passage]) -> str:
    """Return passages as a script: the titles of pages, and a row a passage with its title's index."""
    titles: dict[str, int] = {}
    rows = []
    for item in found:
        title = titles.setdefault(item.title, len(titles))
        row = [item.kind, item.id, item.path, title, _spaced(item.text)]
        rows.append([*row, item.numbers] if item.numbers else row)
    value = {"words": translate_nested(_SAID), "titles": list(titles), "rows": rows}
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f"window.citablePassages={written};\n"


def _pages(_app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    yield "search", {"title": _("Search")}, "search.html"


def _without_index(app: Sphinx) -> None:
    if isinstance(app.builder, StandaloneHTMLBuilder):
        app.builder.search = False


def remove_scripts(app: Sphinx) -> None:
    """Remove the scripts that Sphinx copies into every site."""
    for name in SPHINX_SCRIPTS:
        (Path(app.outdir) / "_static" / name).unlink(missing_ok=True)


def _write(app: Sphinx, site: Path) -> None:
    extension = project().extension()
    scripts = [_STATIC / "search.js", *(extension.search_scripts(app) if extension else ())]
    joined = b"\n;\n".join(file.read_bytes() for file in scripts)
    write_atomically(site / "find" / "search.js", joined)
    write_atomically(site / "find" / "passages.js", passages_js(passages(app)).encode("utf-8"))


PAGES = writers.GeneratedPages("search", _pages)
FILES = writers.SiteFiles("search", _write, "find/passages.js", writers.dependencies_with_prose)


def setup(app: Sphinx) -> None:
    """Disable Sphinx's own search index."""
    app.connect("builder-inited", _without_index)
