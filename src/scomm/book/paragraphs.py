"""Number the paragraphs of chapters from the committed registry; never write it.

Each numbered paragraph gets an anchor (``p6-14``) and a mark with its number and a link to its
citations. What the build found lies in ``_build/.record/paragraphs.json`` for
``scomm paragraphs assign``.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxTranslator

from scomm.book.symbols import SymbolsBox
from scomm.data.sources import sha256_of
from scomm.data.tables import write_atomically
from scomm.record import paragraphs
from scomm.record.chapters import label, numbered
from scomm.record.references import Reference


class ParagraphMark(nodes.Inline, nodes.Element):
    """The number in the margin; ``number`` is the id, ``cite`` the address of its citations."""


def _visit(translator: SphinxTranslator, node: ParagraphMark) -> None:
    number, anchor, cite = (escape(node[name]) for name in ("number", "anchor", "cite"))
    translator.body.append(
        f'<span class="par-mark"><a class="par-number" href="#{anchor}" '
        f'aria-label="Paragraph {number}">¶ {number}</a> '
        f'<a class="par-cite" href="{cite}" aria-label="Cite paragraph {number}">cite</a></span>'
    )
    raise nodes.SkipNode


def _visit_text(translator: SphinxTranslator, node: ParagraphMark) -> None:
    raise nodes.SkipNode


def template(paragraph: nodes.paragraph) -> str:
    """Return a paragraph's text with each computed number replaced by its name and format."""
    copy = paragraph.deepcopy()
    for node in list(copy.findall(nodes.inline)):
        if "number" in node["classes"]:
            node.children = [nodes.Text("{" + node["of"] + "}")]
    return paragraphs.normal(copy.astext())


class NumberParagraphs(SphinxTransform):
    """Give every paragraph of a chapter's own prose its registered number.

    Only paragraphs directly in a section or in a box of symbols: not those of cells, lists,
    tables, captions, notes.
    """

    default_priority = 950

    def apply(self, **_: Any) -> None:
        """Mark the paragraphs of this page and note what was found."""
        page = self.env.docname
        kept: dict[str, list[dict[str, str]]] = self.env.scomm_paragraphs  # type: ignore[attr-defined]
        kept.pop(page, None)
        if not numbered(page):
            return
        found = [
            node
            for node in self.document.findall(nodes.paragraph)
            if isinstance(node.parent, nodes.section | SymbolsBox) and node.astext().strip()
        ]
        templates = [template(node) for node in found]
        chapter = label(page)
        rows = [item for item in paragraphs.load() if item.chapter == chapter]
        up = "../" * page.count("/")
        notes = []
        for node, text, identifier in zip(
            found, templates, paragraphs.match(rows, templates), strict=True
        ):
            notes.append({"id": identifier, "template": text, "text": node.astext()})
            if not identifier:
                continue
            anchor = Reference("paragraph", identifier).anchor
            node["ids"].append(anchor)
            node["classes"].append("par")
            cite = f"{up}cite/{chapter}.html#{anchor}"
            node.insert(0, ParagraphMark(number=identifier, anchor=anchor, cite=cite))
        kept[page] = notes
        gone = [item for item in rows if item.removed]
        if gone and (first := next(iter(self.document.findall(nodes.section)), None)):
            first += _removed(gone)


def _removed(gone: list[paragraphs.Registered]) -> nodes.Element:
    """Where the anchor of a removed paragraph lands: a note at the end of the page."""
    block = nodes.container(classes=["par-removed"])
    for item in gone:
        note = nodes.paragraph(
            "", f"¶ {item.id} stood here until edition {item.removed}, which left it out."
        )
        note["ids"].append(Reference("paragraph", item.id).anchor)
        block += note
    return block


def _registry_by_chapter() -> dict[str, str]:
    rows: dict[str, list[str]] = {}
    for item in paragraphs.load():
        rows.setdefault(item.chapter, []).append(f"{item.id} {item.digest} {item.removed}")
    return {chapter: "\n".join(lines) for chapter, lines in rows.items()}


def _init(app: Sphinx) -> None:
    if not hasattr(app.env, "scomm_paragraphs"):
        app.env.scomm_paragraphs = {}  # type: ignore[attr-defined]


def _purge(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    getattr(env, "scomm_paragraphs", {}).pop(page, None)


def _merge(app: Sphinx, env: BuildEnvironment, pages: list[str], other: BuildEnvironment) -> None:
    theirs: dict[str, Any] = getattr(other, "scomm_paragraphs", {})
    env.scomm_paragraphs.update({page: theirs[page] for page in pages if page in theirs})  # type: ignore[attr-defined]


def _outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Name the pages whose part of the registry changed since the last build."""
    now = _registry_by_chapter()
    before: dict[str, str] = getattr(env, "scomm_registry", {})
    env.scomm_registry = now  # type: ignore[attr-defined]
    return [page for page in env.found_docs if now.get(label(page)) != before.get(label(page))]


def report(app: Sphinx) -> Path:
    """Return where the build leaves what it found for ``scomm paragraphs assign``."""
    return Path(app.outdir).parent / ".record" / "paragraphs.json"


def _leave(app: Sphinx, env: BuildEnvironment) -> None:
    found: dict[str, list[dict[str, str]]] = env.scomm_paragraphs  # type: ignore[attr-defined]
    document = {
        page: {
            "source": sha256_of(Path(env.doc2path(page))),
            "templates": [item["template"] for item in notes],
        }
        for page, notes in sorted(found.items())
    }
    write_atomically(
        report(app), json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8")
    )


def problems(env: BuildEnvironment) -> list[str]:
    """Return what the registry and the pages disagree on, one line each."""
    found: dict[str, list[dict[str, str]]] = env.scomm_paragraphs  # type: ignore[attr-defined]
    wrong = []
    standing = {item.id: item for item in paragraphs.load() if not item.removed}
    for page, notes in sorted(found.items()):
        for note in notes:
            if not note["id"]:
                wrong.append(f"{page}.md: a paragraph has no number: {note['template'][:70]!r}")
            standing.pop(note["id"], None)
    for item in standing.values():
        wrong.append(f"¶ {item.id} is registered, and no page has it: {item.opening!r}")
    if wrong:
        wrong.append("run `scomm paragraphs assign`, read what it did, and commit the registry")
    return wrong


def setup(app: Sphinx) -> None:
    """Register the node, the transform and the bookkeeping."""
    skip = (_visit_text, None)
    app.add_node(ParagraphMark, html=(_visit, None), latex=skip, text=skip, man=skip)
    app.add_transform(NumberParagraphs)
    app.connect("builder-inited", _init)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    app.connect("env-get-outdated", _outdated)
    app.connect("env-check-consistency", _leave)
