"""What each page says of itself: its place in the book, its notebook, its edition."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from scomm import __version__
from scomm.record.execution import Executed


def _context(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    results: dict[str, Executed] = getattr(app, "scomm_results", {})
    context["edition"] = __version__
    # Sphinx gives the captions of the navigation the role of headings, and no level.
    tree = context.get("furo_navigation_tree")
    if isinstance(tree, str):
        context["furo_navigation_tree"] = tree.replace(
            'role="heading"', 'role="heading" aria-level="2"'
        )
    # A table that a narrow screen scrolls sideways must be reachable by keyboard.
    body = context.get("body")
    if isinstance(body, str):
        context["body"] = body.replace(
            '<div class="table-wrapper', '<div tabindex="0" class="table-wrapper'
        )
    context["notebook_download"] = (
        f"{pagename.rsplit('/', 1)[-1]}.ipynb" if pagename in results else ""
    )


def setup(app: Sphinx) -> None:
    """Add the values to every page's template context."""
    app.connect("html-page-context", _context, priority=900)  # after the theme
