"""Find my jurisdiction: a box over a small static list, and the plain list for no script."""

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

from scomm.book import writers
from scomm.book.execution import executed
from scomm.data.files import write_atomically
from scomm.display.formats import fmt
from scomm.display.words import N_, _, said
from scomm.record.outputs import findings_shown
from scomm.record.templated import html

if TYPE_CHECKING:
    from scomm.record.datasheets import Place

_STATIC = Path(__file__).with_name("static")
LIST = "datasheets/counties"
# What Sphinx's search page runs, in the order in which the parts need one another.
SEARCH_SCRIPTS = (
    "documentation_options.js",
    "doctools.js",
    "sphinx_highlight.js",
    "searchtools.js",
    "language_data.js",
)
TITLE = N_("All counties by state")
# What the script says, by the names under which the form hands it over.
_SAID = {
    "yes": N_("a share was published"),
    "no": N_("no share was published"),
    "other": N_("other figures were published"),
    "inside": N_("a share was published for {place}, in it"),
    "found": N_("{n} found"),
    "none": N_("Nothing found. Try the county's or the state's name."),
    "broken": N_("The list could not be loaded; use the plain list."),
}
# What the search page says of findings, by the names under which the list hands it over.
_FINDINGS_SAID = {
    "findings": N_("Findings"),
    "finding": N_("Finding {id}"),
    "trace": N_("What stands behind it"),
}
# How a finding's page prints a value of each unit.
_PRINTED = {"share": "pct", "difference": "pts", "ratio": "f2", "count": "int", "index": "f2"}


def form_html(up: str) -> str:
    """Return the box; without a script it leads to the plain list."""
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


def printed_numbers(finding: dict[str, Any]) -> str:
    """Return the numbers that a finding prints besides its statement: value, counts, interval.

    >>> share = {"unit": "share", "value": 0.287, "numerator": 27047, "denominator": 94218}
    >>> printed_numbers(share | {"interval": {"low": 0.2842, "high": 0.2899}})
    '28.7% 28.4% 29.0% 27,047 94,218'
    """
    spec = _PRINTED.get(finding["unit"], "")
    interval = finding.get("interval") or {}
    values = [finding["value"], interval.get("low"), interval.get("high")] if spec else []
    counts = [finding.get("numerator"), finding.get("denominator")]
    texts = [fmt(value, spec) for value in values if isinstance(value, (int, float))]
    return " ".join(texts + [fmt(value, "int") for value in counts if value is not None])


def findings_js(findings: list[dict[str, Any]]) -> str:
    """Return the list of findings as a script: id, address, statement, further printed numbers."""
    rows = [
        [item["id"], item["url"], str(item["statement"]), printed_numbers(item)]
        for item in findings
    ]
    return f"window.scommFindings={_compact({'words': said(_FINDINGS_SAID), 'rows': rows})};\n"


def places_js() -> str:
    """Return the list of places as a script, which also works from a file."""
    from scomm.record.datasheets import places  # brings the statistics

    rows: list[list[Any]] = []
    for place in places():
        # 1: a share was published; 2: other figures alone; 0: nothing.
        published = 1 if place.published else 2 if place.figures else 0
        row = [_(place.name), place.kind, place.state, place.path, published]
        if place.inside or place.aliases:
            row += [_(place.inside), list(place.aliases)]
        rows.append(row)
    title = _compact(_("Places"))
    return f"window.scommPlaces={_compact(rows)};\nwindow.scommPlacesTitle={title};\n"


def list_html() -> str:
    """Return every county by state, for readers without a script."""
    from scomm.record.datasheets import places, states

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


def _forget_words(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Take words out of the search index that stand on no page any more.

    Sphinx keeps them after a page has changed, so that the index would tell what was built before.
    """
    indexer = getattr(app.builder, "indexer", None)
    for mapping in (indexer._mapping, indexer._title_mapping) if indexer else ():
        for word in [word for word, pages in mapping.items() if not pages]:
            del mapping[word]
    yield from ()


def _write(app: Sphinx, site: Path) -> None:
    out = site / "find"
    # One request for the search page instead of six.
    scripts = [(site / "_static" / name).read_bytes() for name in SEARCH_SCRIPTS]
    scripts.append((_STATIC / "numbers.js").read_bytes())
    findings = findings_js(findings_shown(executed(app)))
    write_atomically(out / "findings.js", findings.encode("utf-8"))
    if app.config.scomm_place_pages:
        scripts.append((_STATIC / "find.js").read_bytes())
    write_atomically(out / "search.js", b"\n;\n".join(scripts))
    if app.config.scomm_place_pages:
        write_atomically(out / "find.js", (_STATIC / "find.js").read_bytes())
        write_atomically(out / "places.js", places_js().encode("utf-8"))


def setup(app: Sphinx) -> None:
    """Register the directive, the plain list and the files."""
    app.add_directive("find", Find)
    writers.collect(app, "counties", _pages)
    app.connect("html-collect-pages", _forget_words)
    writers.connect(app, "find", _write, proof="find/search.js", by=writers.frame)
