"""Fold the code of each section, and add a switch to each page that shows it.

A lay reader meets no code: the switch is off at first and remembered (``book.js``). Without a
script each section ends with its fold. JupyterLab and the executed notebook show cells in place.
"""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxTranslator

from citable.display.formats import trn
from citable.display.words import _


class FoldedCode(nodes.General, nodes.Element):
    """Node of a section's code in a ``<details>`` element."""


def _visit(translator: SphinxTranslator, node: FoldedCode) -> None:
    summary = _(trn("Code of this section, one cell", "Code of this section, {n} cells", len(node)))
    translator.body.append(f'<details class="code"><summary>{escape(summary)}</summary>\n')


def _depart(translator: SphinxTranslator, node: FoldedCode) -> None:
    translator.body.append("</details>\n")


def _pass(translator: SphinxTranslator, node: FoldedCode) -> None:
    """Do nothing: other builders show the code unfolded."""


def _switch() -> nodes.raw:
    """Return the button that shows and hides the folded code of a page."""
    show, hide = escape(_("Show the code")), escape(_("Hide the code"))
    return nodes.raw(
        "",
        f'<p class="code-switch"><button type="button" aria-pressed="false" data-hide="{hide}">'
        f"{show}</button></p>",
        format="html",
    )


class FoldCode(SphinxTransform):
    """Gather the code of each section into one fold after its last cell."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Fold the inputs of this page's code cells, and add the switch below its title.

        On the landing page, which answers first, both stand at the end.
        """
        sections = list(self.document.findall(nodes.section))
        folds = [fold for section in sections if (fold := _fold(section)) is not None]
        if not folds:
            return
        page = sections[0]
        if self.env.docname == self.config.root_doc:
            for fold in folds:
                fold.parent.remove(fold)
            page.extend([_switch(), *folds])
        else:
            page.insert(page.first_child_matching_class(nodes.title) + 1, _switch())


def _fold(section: nodes.section) -> FoldedCode | None:
    """Move a section's own code, not its subsections', into a fold; return None without code."""
    cells = [
        cell
        for cell in section.children
        if isinstance(cell, nodes.container) and cell.get("nb_element") == "cell_code"
    ]
    fold = FoldedCode()
    for cell in cells:
        for source in list(cell.children):
            if (
                isinstance(source, nodes.container)
                and source.get("nb_element") == "cell_code_source"
            ):
                cell.remove(source)
                fold += source
    if not fold.children:
        return None
    section.insert(section.index(cells[-1]) + 1, fold)
    for cell in cells:
        if not cell.children:
            section.remove(cell)
    return fold


def setup(app: Sphinx) -> None:
    """Register node and transform."""
    other = (_pass, _pass)
    app.add_node(FoldedCode, html=(_visit, _depart), latex=other, text=other, man=other)
    app.add_transform(FoldCode)
