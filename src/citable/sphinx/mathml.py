"""Render formulas as MathML, which needs no script and is read aloud by screen readers.

Each keeps its LaTeX as ``alttext``, from which print sets it and names it.
"""

from __future__ import annotations

from html import escape

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


def mathml(latex: str, display: str = "inline") -> str:
    """Convert a LaTeX formula to MathML.

    >>> mathml("x < y").split(" xmlns")[0]
    '<math alttext="x &lt; y"'
    """
    source = escape(" ".join(latex.split()))
    return convert(latex, display=display).replace("<math ", f'<math alttext="{source}" ', 1)


def _inline(translator: HTML5Translator, node: nodes.math) -> None:
    translator.body.append(mathml(node.astext()))
    raise nodes.SkipNode


def _block(translator: HTML5Translator, node: nodes.math_block) -> None:
    formula = mathml(node.astext(), "block")
    translator.body.append(f'<div class="formula" tabindex="0">{formula}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the renderer; Sphinx prefers it to MathJax because it is the only other one."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
