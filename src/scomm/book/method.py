"""The directive ``{method}``: a method in symbols, in a box that a reader can skip.

A page shows the box closed, under a line in the page's own words; print shows what is in it.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxTranslator


class Method(nodes.General, nodes.Element):
    """The box; its first child is its line."""


class MethodLine(nodes.General, nodes.TextElement):
    """The line that opens the box: text of the page, so that it is translated with it."""


class MethodBox(SphinxDirective):
    """``{method} The words of the line``: formulas and what their symbols mean."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return the box with its content parsed as the page is."""
        words, messages = self.state.inline_text(self.arguments[0], self.lineno)
        line = MethodLine(self.arguments[0], "", *words)
        box = Method("", line)
        for node in (line, box):
            self.set_source_info(node)
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box, *messages]


def _open(translator: SphinxTranslator, node: Method) -> None:
    translator.body.append('<details class="method">\n')


def _close(translator: SphinxTranslator, node: Method) -> None:
    translator.body.append("</details>\n")


def _open_line(translator: SphinxTranslator, node: MethodLine) -> None:
    translator.body.append("<summary>")


def _close_line(translator: SphinxTranslator, node: MethodLine) -> None:
    translator.body.append("</summary>\n")


def _pass(translator: SphinxTranslator, node: nodes.Element) -> None:
    """Other builders show what is in the box as it is."""


def setup(app: Sphinx) -> None:
    """Register nodes and directive."""
    other = (_pass, _pass)
    app.add_node(Method, html=(_open, _close), latex=other, text=other, man=other)
    app.add_node(MethodLine, html=(_open_line, _close_line), latex=other, text=other, man=other)
    app.add_directive("method", MethodBox)
