"""Define ``{figure-key}``, the colours and shapes of all figures with their meaning."""

from __future__ import annotations

from html import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from citable.display.style import COLOR_NAMES, KEY, ROLES, swatch
from citable.display.templates import html
from citable.display.words import _


def key_html() -> str:
    """Render the key as a table: a swatch, its colour and shape in words, and its meaning."""
    rows = "".join(
        f'<tr><th scope="row">{swatch(mark)} {escape(_(COLOR_NAMES[ROLES[mark.role]]))}</th>'
        f"<td>{escape(_(mark.shape))}</td><td>{escape(_(mark.meaning))}</td></tr>"
        for mark in KEY
    )
    heads = (html("Color"), html("Shape"), html("What it tells"))
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    caption = html("Colors and shapes of all figures")
    return (
        '<div class="exhibit exhibit-table"><table class="data figure-key">'
        f'<caption><span class="caption-text">{caption}</span></caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


class FigureKey(SphinxDirective):
    """``{figure-key}``: one key for the figures of all pages."""

    def run(self) -> list[nodes.Node]:
        """Return the key as HTML."""
        return [nodes.raw("", key_html(), format="html")]


def setup(app: Sphinx) -> None:
    """Register the ``figure-key`` directive with Sphinx."""
    app.add_directive("figure-key", FigureKey)
