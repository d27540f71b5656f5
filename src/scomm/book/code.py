"""Fold the code of every cell under a line that says what it computes."""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxTranslator


class FoldedCode(nodes.Element):
    """Code behind a ``<details>`` line; ``says`` is what its first comment says it computes."""


def _says(source: str) -> str:
    first = source.strip().partition("\n")[0]
    return first.lstrip("# ").rstrip(". ") if first.startswith("#") else ""


def _visit(translator: SphinxTranslator, node: FoldedCode) -> None:
    says = f": <span>{escape(node['says'])}</span>" if node["says"] else ""
    translator.body.append(f'<details class="code"><summary>Show the code{says}</summary>\n')


def _depart(translator: SphinxTranslator, node: FoldedCode) -> None:
    translator.body.append("</details>\n")


def _pass(translator: SphinxTranslator, node: FoldedCode) -> None:
    """Other builders show the code as it is."""


class FoldCode(SphinxTransform):
    """Wrap each code input of a notebook page."""

    default_priority = 400

    def apply(self, **_: Any) -> None:
        """Fold every code cell's input of this page."""
        for node in list(self.document.findall(nodes.container)):
            if node.get("nb_element") == "cell_code_source":
                folded = FoldedCode(says=_says(node.astext()))
                node.replace_self(folded)
                folded += node


def setup(app: Sphinx) -> None:
    """Register node and transform."""
    other = (_pass, _pass)
    app.add_node(FoldedCode, html=(_visit, _depart), latex=other, text=other, man=other)
    app.add_transform(FoldCode)
