"""Number the paragraphs of chapters from the committed registry, which a build never writes.

Each numbered paragraph gets an anchor (``p6-14``) and a mark with its number and a link to its
citations. A paragraph is known by its English text: in a translated edition that is taken before
the translation replaces it, so the same paragraph has the same number. What the build found lies in ``_build/.record/paragraphs.json`` for
``citable paragraphs assign``.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.transforms.universal import SmartQuotes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxSmartQuotes, SphinxTransform
from sphinx.util.docutils import SphinxTranslator

from citable.display.formats import tr
from citable.display.words import ENGLISH, _, language
from citable.execute.chapters import label, numbered
from citable.files.atomic import write_atomically
from citable.project import project
from citable.record import paragraphs
from citable.record.references import Reference
from citable.sphinx.state import record_domain
from citable.sphinx.symbols import SymbolsBox
from citable.tables.passports import sha256_of


class ParagraphMark(nodes.Inline, nodes.Element):
    """Node of the number in the margin; ``number`` is the id, ``cite`` the address of its citations."""


def _visit(translator: SphinxTranslator, node: ParagraphMark) -> None:
    number, anchor, cite = (escape(node[name]) for name in ("number", "anchor", "cite"))
    translator.body.append(
        f'<span class="par-mark"><a class="par-number" href="#{anchor}" '
        f'aria-label="{escape(_("Paragraph {id}").format(id=number))}">¶ {number}</a> '
        f'<a class="par-cite" href="{cite}" '
        f'aria-label="{escape(_("Cite paragraph {id}").format(id=number))}">'
        f"{escape(_('cite'))}</a></span>"
    )
    raise nodes.SkipNode


def _visit_text(translator: SphinxTranslator, node: ParagraphMark) -> None:
    raise nodes.SkipNode


def template(paragraph: nodes.paragraph) -> str:
    """Return a paragraph's text with the name and format of each computed number in its place."""
    copy = paragraph.deepcopy()
    for node in list(copy.findall(nodes.inline)):
        if "number" in node["classes"]:
            node.children = [nodes.Text("{" + node["of"] + "}")]
    return paragraphs.normalise_space(copy.astext())


def _numbered_paragraphs(document: nodes.document) -> list[nodes.paragraph]:
    """Return the paragraphs of a document that are numbered: those directly in a section."""
    return [
        node
        for node in document.findall(nodes.paragraph)
        if isinstance(node.parent, nodes.section | SymbolsBox) and node.astext().strip()
    ]


class RememberEnglish(SphinxTransform):
    """Store each paragraph's English text and template before Sphinx translates it.

    Runs before Sphinx's own transform puts translations in their place, and only where there are any.
    """

    default_priority = 15

    def apply(self, **kwargs: Any) -> None:
        """Store the English texts of this page's paragraphs."""
        if language() == ENGLISH or not numbered(self.env.docname):
            return
        copy = self.document.deepcopy()
        for node in list(copy.findall(nodes.Element)):
            if "recorded" in node:  # what a role prints in this language says in English
                node.children = [nodes.Text(node["recorded"])]
                node.children[0].parent = node
        self._quote(copy)
        for node, same in zip(
            _numbered_paragraphs(self.document), _numbered_paragraphs(copy), strict=True
        ):
            node["english"] = (template(same), same.astext())

    def _quote(self, document: nodes.document) -> None:
        # The registry's texts have English quotation marks, which a later transform sets.
        settings = document.settings
        if not self.config.smartquotes or not getattr(settings, "smart_quotes", False):
            return
        now = settings.language_code
        settings.language_code = ENGLISH
        quotes = SphinxSmartQuotes(document, startnode=None)
        quotes.smartquotes_action = self.config.smartquotes_action
        SmartQuotes.apply(quotes)
        settings.language_code = now


class NumberParagraphs(SphinxTransform):
    """Give every paragraph of a chapter's own prose its registered number.

    Only paragraphs directly in a section or in a box of symbols: not those of cells, lists,
    tables, captions, notes.
    """

    default_priority = 950

    def apply(self, **kwargs: Any) -> None:
        """Mark the paragraphs of this page and note what was found."""
        page = self.env.docname
        kept = record_domain(self.env).paragraphs
        kept.pop(page, None)
        if not numbered(page):
            return
        found = _numbered_paragraphs(self.document)
        english = [node.get("english") or (template(node), node.astext()) for node in found]
        templates = [text for text, _said in english]
        chapter = label(page)
        rows = [item for item in paragraphs.load() if item.chapter == chapter]
        up = "../" * page.count("/")
        notes = []
        for node, (text, recorded), identifier in zip(
            found, english, paragraphs.match(rows, templates), strict=True
        ):
            notes.append(
                {"id": identifier, "template": text, "text": recorded, "shown": node.astext()}
            )
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
    """Return the note at the end of the page that keeps the anchor of a removed paragraph."""
    block = nodes.container(classes=["par-removed"])
    for item in gone:
        note = nodes.paragraph(
            "",
            _(
                tr(
                    "¶ {id} stood here until edition {edition}, which left it out.",
                    id=item.id,
                    edition=item.removed,
                )
            ),
        )
        note["ids"].append(Reference("paragraph", item.id).anchor)
        block += note
    return block


def _registry_by_chapter() -> dict[str, str]:
    rows: dict[str, list[str]] = {}
    for item in paragraphs.load():
        rows.setdefault(item.chapter, []).append(f"{item.id} {item.digest} {item.removed}")
    return {chapter: "\n".join(lines) for chapter, lines in rows.items()}


def _outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Return pages whose registered paragraphs changed since the last build; store the registry."""
    now = _registry_by_chapter()
    before = record_domain(env).exchange("registry", now)
    return [page for page in env.found_docs if now.get(label(page)) != before.get(label(page))]


def report(app: Sphinx) -> Path:
    """Return the path of the file from which ``citable paragraphs assign`` reads the paragraphs found."""
    return Path(app.outdir).parent / ".record" / "paragraphs.json"


def _write_found(app: Sphinx, env: BuildEnvironment) -> None:
    found = record_domain(env).paragraphs
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
    """Return the differences between the registry and the pages, one line each."""
    found = record_domain(env).paragraphs
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
        wrong.append(
            f"run `{project().command} paragraphs assign`, read what it did, and commit the registry"
        )
    return wrong


def setup(app: Sphinx) -> None:
    """Register the node, the transform and the bookkeeping."""
    skip = (_visit_text, None)
    app.add_node(ParagraphMark, html=(_visit, None), latex=skip, text=skip, man=skip)
    app.add_transform(RememberEnglish)
    app.add_transform(NumberParagraphs)
    app.connect("env-get-outdated", _outdated)
    app.connect("env-check-consistency", _write_found)
