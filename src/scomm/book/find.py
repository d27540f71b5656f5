"""Find my jurisdiction: a box over a small static list, and the plain list for no script."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from scomm.data.tables import write_atomically
from scomm.record.datasheets import places, states

_STATIC = Path(__file__).with_name("static")
LIST = "datasheets/counties"


def form_html(up: str) -> str:
    """Return the box; without a script it leads to the plain list."""
    words = {
        "yes": "a share was published",
        "no": "no share was published",
        "found": "found",
        "none": "Nothing found. Try the county's or the state's name.",
        "broken": "The list could not be loaded; use the plain list.",
    }
    data = " ".join(f'data-{name}="{escape(text)}"' for name, text in words.items())
    return (
        f'<form class="find" role="search" aria-label="Find a county, state or area" '
        f'action="{up}{LIST}.html" {data}>'
        '<label for="find-place">Find your county, state or area</label>'
        '<input id="find-place" name="q" type="search" autocomplete="off" spellcheck="false" '
        'placeholder="Orange County, California">'
        '<p role="status"></p><ul></ul>'
        f'<p class="find-list"><a href="{up}{LIST}.html">All counties by state</a></p></form>'
        f'<script src="{up}find/find.js" data-root="{up}" defer></script>'
    )


class Find(SphinxDirective):
    """``{find}``: the box in which readers find their place."""

    def run(self) -> list[nodes.Node]:
        """Return the box as HTML."""
        return [nodes.raw("", form_html("../" * self.env.docname.count("/")), format="html")]


def places_js() -> str:
    """Return the list of places as a script, which also works from a file."""
    rows = [
        [place.name, place.kind, place.state, place.path, int(place.published)]
        for place in places()
    ]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return f"window.scommPlaces={text};\n"


def list_html() -> str:
    """Return every county by state, for readers without a script."""
    counties = [place for place in places() if place.kind == "county"]
    names = states()
    parts = ["<h1>All counties by state</h1>", form_html("../")]
    parts.append(
        "<p>Few counties have a published share; those that have one are marked. Each link leads to "
        "the county's line on its state's sheet.</p>"
    )
    for code, group in groupby(sorted(counties, key=lambda p: names[p.state]), lambda p: p.state):
        links = "".join(
            f'<li><a href="{escape(place.path.removeprefix("datasheets/"))}">'
            f"{escape(place.name)}</a>{' (a share was published)' if place.published else ''}</li>"
            for place in sorted(group, key=lambda place: place.name)
        )
        parts.append(
            f"<details><summary>{escape(names[code])}</summary>"
            f'<p><a href="state-{code.lower()}.html">Datasheet of {escape(names[code])}</a></p>'
            f'<ul class="datasheet-list">{links}</ul></details>'
        )
    return "".join(parts)


def _pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    title = "All counties by state"
    yield (
        LIST,
        {"title": title, "body": list_html(), "toc": "", "furo_hide_toc": True},
        "page.html",
    )


def _write(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    out = Path(app.outdir) / "find"
    write_atomically(out / "find.js", (_STATIC / "find.js").read_bytes())
    write_atomically(out / "places.js", places_js().encode("utf-8"))


def setup(app: Sphinx) -> None:
    """Register the directive, the plain list and the files."""
    app.add_directive("find", Find)
    app.connect("html-collect-pages", _pages)
    app.connect("build-finished", _write)
