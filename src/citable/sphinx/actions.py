"""Add actions below each page's title, its citation, and the page of facts in the menu."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from sphinx.application import Sphinx

from citable.display.templates import html
from citable.display.words import N_, _
from citable.execute.chapters import label
from citable.sphinx import citations
from citable.sphinx.main_findings import FACTS
from citable.sphinx.state import build_state

# Buttons that a script shows and handles, by their name in the script.
_BUTTONS = {"link": N_("Copy link"), "print": N_("Print")}
_FACTS_PAGE = FACTS.removesuffix(".html")
# The switch of a page's code, which stands first among the actions.
_SWITCH = re.compile(r'<p class="code-switch">(.*?)</p>\s*', re.DOTALL)
# Position of the page of facts in the menu: after the story, else first.
_STORY = re.compile(r'<a class="[^"]*" href="[^"]*\bstory\.html">.*?</li>', re.DOTALL)
_CURRENT = re.compile(r'<li class="[^"]*\bcurrent-page\b[^"]*">.*?</li>', re.DOTALL)


def actions_html(notebook: str, cite_page: str, switch: str = "") -> str:
    """Render the line of actions: code, notebook, citation, and the buttons of a script.

    ``notebook`` is the file of the executed notebook, empty for a page without one; ``cite_page``
    the page of its citations; ``switch`` the button that shows its code.
    """
    items = [f'<span class="code-switch">{switch}</span>'] if switch else []
    if notebook:
        items.append(f'<a href="{escape(notebook)}" download>{html("Notebook")}</a>')
    items.append(f'<a href="{escape(cite_page)}">{html("Cite")}</a>')
    items += [
        f'<button type="button" data-act="{name}" hidden>{escape(_(text))}</button>'
        for name, text in _BUTTONS.items()
    ]
    return f'<nav class="actions" aria-label="{html("This page")}">{" ".join(items)}</nav>'


def insert_actions(body: str, notebook: str, cite_page: str) -> str:
    """Return the body of a page with its actions below the title."""
    switch = _SWITCH.search(body)
    body = _SWITCH.sub("", body, count=1)
    line = actions_html(notebook, cite_page, switch[1] if switch else "")
    return body.replace("</h1>", f"</h1>{line}", 1)


def insert_facts_link(menu: str, page: str) -> str:
    """Return the menu with the page of facts in it; ``page`` is the one that shows the menu."""
    current = " current current-page" if page == _FACTS_PAGE else ""
    address = "../" * page.count("/") + FACTS
    entry = (
        f'<li class="toctree-l1{current}"><a class="reference internal" href="{address}">'
        f"{html('Facts, each with its number')}</a></li>"
    )
    story = _CURRENT.search(menu) if page == "story" else _STORY.search(menu)
    if story is None:
        return f"<ul>{entry}</ul>{menu}"
    return menu[: story.end()] + entry + menu[story.end() :]


def _context(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    menu, body = context.get("furo_navigation_tree"), context.get("body")
    if isinstance(menu, str):
        context["furo_navigation_tree"] = insert_facts_link(menu, pagename)
    read = pagename in app.env.found_docs and pagename != app.config.root_doc
    if not isinstance(body, str) or not (read or pagename == _FACTS_PAGE):
        return
    if not label(pagename):
        # A page without a number of its own carries its citation.
        body += citations.page_html(build_state(app).record, pagename, str(context["title"]))
        context["cite_page"] = f"{pagename}.html#cite"
    cite_page = "../" * pagename.count("/") + context["cite_page"]
    context["body"] = insert_actions(body, context["notebook_download"], cite_page)


def setup(app: Sphinx) -> None:
    """Complete the body and the menu of each page."""
    app.connect("html-page-context", _context, priority=950)  # after what ``pages`` gives them
