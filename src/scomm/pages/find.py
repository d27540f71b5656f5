"""Generate the search box for jurisdictions, its list as a script, and a plain list without scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from citable.display.templates import html
from citable.display.words import N_, _
from citable.files.atomic import write_atomically
from citable.sphinx import writers

if TYPE_CHECKING:
    from scomm.places.datasheets import Place

_STATIC = Path(__file__).with_name("static")
LIST = "datasheets/counties"
TITLE = N_("All counties by state")
# Texts of the script, by the name of the form's data attribute.
_SAID = {
    "found": N_("{n} found. Shares are of removals without a recorded conviction."),
    "none": N_("Nothing found. Try the county's or the state's name."),
    "broken": N_("The list could not be loaded; use the plain list."),
}


def form_html(up: str) -> str:
    """Render the search box; without a script it links to the plain list."""
    data = " ".join(f'data-{name}="{escape(_(text))}"' for name, text in _SAID.items())
    return (
        f'<form class="find" role="search" aria-label="{html("Find a county, state or area")}" '
        f'action="{up}{LIST}.html" {data}>'
        f'<label for="find-place">{html("Find your county, state or area")}</label>'
        '<input id="find-place" name="q" type="search" autocomplete="off" spellcheck="false" '
        'placeholder="Orange County, California">'
        '<p role="status"></p><ul></ul>'
        f'<p class="find-list"><a href="{up}{LIST}.html">{escape(_(TITLE))}</a></p></form>'
        f'<script src="{up}find/find.js" data-root="{up}" defer></script>'
    )


class Find(SphinxDirective):
    """``{find}``: the box in which readers find their place."""

    def run(self) -> list[nodes.Node]:
        """Return the box as HTML; nothing where the book has no pages of places."""
        if not self.config.scomm_place_pages:
            return []
        return [nodes.raw("", form_html("../" * self.env.docname.count("/")), format="html")]


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# Texts of the search for a place with a share of its own.
_SHARE = N_("Share of removals without a recorded conviction: {figure}")


def places_js() -> str:
    """Return the list of places as a script, which also loads from ``file://``.

    A row has name, kind, state, address, whether a share was published (1; 2: other figures alone;
    0: nothing), the index of what is said of it, other names, and cities that mean it. Rows stand
    by name, those of one name by noncitizens (2009 estimate), most first; the script keeps that.
    """
    from scomm.places.datasheets import activation, places  # brings the statistics
    from scomm.places.figures import short_figure
    from scomm.places.shares import nearest_share

    sizes = activation().set_index("fips")["noncitizens"].fillna(0).to_dict()
    rows: list[list[Any]] = []
    texts: dict[str, int] = {}
    own: set[int] = set()
    by_name = sorted(places(), key=lambda place: (_(place.name), -sizes.get(place.code, 0)))
    for place in by_name:
        published = 1 if place.published else 2 if place.figures else 0
        text = texts.setdefault(_(short_figure(place)), len(texts))
        if nearest_share(place.code, place.state)[0] == "own":
            own.add(text)
        row = [_(place.name), place.kind, place.state, place.path, published, text]
        if place.aliases or place.cities:
            others = [name for name in dict.fromkeys(place.aliases) if name not in place.cities]
            row += [others, list(place.cities)]
        rows.append(row)
    title = _compact(_("Places"))
    return (
        f"window.citablePlaces={_compact(rows)};\nwindow.citableFigures={_compact(list(texts))};\n"
        f"window.citablePlacesTitle={title};\n"
        f"window.citableShares={_compact({'said': _(_SHARE), 'figures': sorted(own)})};\n"
    )


def list_html() -> str:
    """Render every county by state, for readers without a script."""
    from scomm.places.datasheets import places, states

    counties = [place for place in places() if place.kind == "county"]
    names = states()
    parts = [f"<h1>{escape(_(TITLE))}</h1>", form_html("../")]
    few = html(
        "Few counties have a published share; those that have one are marked. Each link leads to "
        "the county's page."
    )
    parts.append(f"<p>{few}</p>")
    mark = html("(a share was published)")

    def marked(place: Place) -> str:
        if place.published:
            return f" {mark}"
        if place.inside:
            inside = html("(a share was published for {place}, in it)", place=_(place.inside))
            return f" {inside}"
        return ""

    for code, group in groupby(sorted(counties, key=lambda p: names[p.state]), lambda p: p.state):
        links = "".join(
            f'<li><a href="{escape(place.path.removeprefix("datasheets/"))}">'
            f"{escape(place.name)}</a>{marked(place)}</li>"
            for place in sorted(group, key=lambda place: place.name)
        )
        parts.append(
            f"<details><summary>{escape(names[code])}</summary>"
            f'<p><a href="state-{code.lower()}.html">{html("Datasheet of {state}", state=names[code])}</a></p>'
            f'<ul class="datasheet-list">{links}</ul></details>'
        )
    return "".join(parts)


def _pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    if not app.config.scomm_place_pages:
        return
    title = _(TITLE)
    yield (
        LIST,
        {"title": title, "body": list_html(), "toc": "", "furo_hide_toc": True},
        "page.html",
    )


def _write(app: Sphinx, site: Path) -> None:
    if app.config.scomm_place_pages:
        script = (_STATIC / "find.js").read_bytes()
        write_atomically(site / "find" / "find.js", script)
        write_atomically(site / "find" / "places.js", places_js().encode("utf-8"))


def search_scripts(app: Sphinx) -> list[Path]:
    """Return the script of the search box, which the search page uses too."""
    return [_STATIC / "find.js"] if app.config.scomm_place_pages else []


PAGES = writers.GeneratedPages("counties", _pages)
FILES = writers.SiteFiles("find", _write, "find/find.js", writers.dependencies)


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("find", Find)
