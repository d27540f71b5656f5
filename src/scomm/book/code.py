"""Fold the code of every cell under a line that says what it computes."""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxTranslator

from scomm.display.words import _


class FoldedCode(nodes.Element):
    """Code behind a ``<details>`` line; ``says`` is what its first comment says it computes."""


def says(source: str) -> str:
    """Return what a cell's first comment says that it computes, empty if it has none."""
    first = source.strip().partition("\n")[0]
    return first.lstrip("# ").rstrip(". ") if first.startswith("#") else ""


def _visit(translator: SphinxTranslator, node: FoldedCode) -> None:
    summary = escape(_("Show the code"))
    if node["says"]:
        says = f"<span>{escape(_(node['says']))}</span>"
        summary = _("Show the code: {says}").format(says=says)
    translator.body.append(f'<details class="code"><summary>{summary}</summary>\n')


def _depart(translator: SphinxTranslator, node: FoldedCode) -> None:
    translator.body.append("</details>\n")


def _pass(translator: SphinxTranslator, node: FoldedCode) -> None:
    """Other builders show the code as it is."""


class FoldCode(SphinxTransform):
    """Wrap each code input of a notebook page."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Fold every code cell's input of this page."""
        for node in list(self.document.findall(nodes.container)):
            if node.get("nb_element") == "cell_code_source":
                folded = FoldedCode(says=says(node.astext()))
                node.replace_self(folded)
                folded += node


def setup(app: Sphinx) -> None:
    """Register node and transform."""
    other = (_pass, _pass)
    app.add_node(FoldedCode, html=(_visit, _depart), latex=other, text=other, man=other)
    app.add_transform(FoldCode)
