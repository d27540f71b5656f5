"""Define ``{symbols}``: a method in formulas, in a box that a reader can skip.

A page shows the box closed, under a line in the page's own words; print shows what is in it.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxTranslator


class SymbolsBox(nodes.General, nodes.Element):
    """Node of the box; its first child is its summary line."""


class SymbolsLine(nodes.General, nodes.TextElement):
    """Node of the summary line, which is translated as text of the page."""


class Symbols(SphinxDirective):
    """``{symbols} The words of the line``: formulas and what their symbols mean."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return the box with its parsed content."""
        words, messages = self.state.inline_text(self.arguments[0], self.lineno)
        line = SymbolsLine(self.arguments[0], "", *words)
        box = SymbolsBox("", line)
        for node in (line, box):
            self.set_source_info(node)
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box, *messages]


def _open(translator: SphinxTranslator, node: SymbolsBox) -> None:
    translator.body.append('<details class="symbols">\n')


def _close(translator: SphinxTranslator, node: SymbolsBox) -> None:
    translator.body.append("</details>\n")


def _open_line(translator: SphinxTranslator, node: SymbolsLine) -> None:
    translator.body.append("<summary>")


def _close_line(translator: SphinxTranslator, node: SymbolsLine) -> None:
    translator.body.append("</summary>\n")


def _pass(translator: SphinxTranslator, node: nodes.Element) -> None:
    """Do nothing: other builders show the content without the box."""


def setup(app: Sphinx) -> None:
    """Register nodes and directive."""
    other = (_pass, _pass)
    app.add_node(SymbolsBox, html=(_open, _close), latex=other, text=other, man=other)
    app.add_node(SymbolsLine, html=(_open_line, _close_line), latex=other, text=other, man=other)
    app.add_directive("symbols", Symbols)
