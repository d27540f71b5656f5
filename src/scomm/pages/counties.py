"""Generate the pages of counties and other places from one template, only when their content changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.application import Sphinx

from citable.display.formats import tr
from citable.display.tables import rows_to_html
from citable.display.templates import html
from citable.display.words import N_, _, translate_nested
from citable.files.atomic import write_atomically
from citable.record.identity import Item, Record
from citable.sphinx import citations, writers
from citable.sphinx.state import build_state
from citable.sphinx.theme import style_sheet
from scomm.places.small_charts import dot_svg, sparkline, strip_ticks

if TYPE_CHECKING:
    from scomm.places.page import Link, PlacePage, PlaceTable, Section, Spark

TEMPLATE = "county.html"
READING, READING_TITLE = "datasheets/reading", N_("How to read the page of a place")
SCRIPT, STRIP = "datasheets/place.js", "datasheets/strip.svg"
STYLE = "datasheets/place.css"
# CSS classes that no page of a place uses; their rules are left out of its style sheet.
_OF_CHAPTERS = re.compile(
    r"(?<!not\()\.(ledger|figure-|finding-(?!line)|verdict|facts|fields-|symbols|search-|map-|trace|cite|code"
    r"|framed|toc-|sidebar-|par\b|par-|swatch|highlight|excerpt|strip|check|nav-overlay|mobile-header)"
)
_STATIC = Path(__file__).with_name("static")
# Texts of the buttons of these pages, by their name in the script.
ACTIONS = {
    "citation": N_("Copy citation"),
    "link": N_("Copy link"),
    "csv": N_("Download these rows (CSV)"),
    "print": N_("Print"),
    "columns": N_("place,table,row,column,value"),
    "first": N_("Share as printed"),
    "menu": N_("Menu"),
    "scheme": N_("Toggle Light / Dark / Auto color theme"),
}
# Explanations common to all pages, on one page of their own: heading, then sentences.
_READING = (
    (
        N_("Published shares"),
        N_(
            "A share without a recorded conviction says nothing of charges, or of who was arrested and "
            "not removed. On the strip each grey tick is a place with a published share. A filled dot "
            "is the share of the page's own place, a hollow one that of the nearest place with a share: "
            "a city in it, a region that it is a part of, the state, or the nation. A bar is a range "
            "that agrees with what was printed."
        ),
    ),
    (
        N_("Arrests at its jails"),
        N_(
            "Of arrests at local jails {unplaced:pct0} were entered under a name that points to no "
            "single county, so what can be placed is a lower limit, and none placed is not zero. Rates "
            "are per 1,000 noncitizens and year. Noncitizens are those of the five-year estimate that "
            "ends in the year (FY2019: in 2018); the interval allows for its margin of error. FY2019 "
            "ends in August. The order is that of 25 January 2017."
        ),
    ),
    (
        N_("Detainers and people held"),
        N_(
            "A facility is placed by its city, where that lies in one county alone. All facilities are "
            "on the state's sheet. People held are the mean number on a night of the fiscal year."
        ),
    ),
    (
        N_("What these numbers do not mean"),
        N_(
            "A jail, a county line and an agency's area are three different things: none says where a "
            "person lived. A number that is not here is not known to this book; it is not a zero. Text "
            "and figures are CC BY 4.0, code is MIT, tables are CC0."
        ),
    ),
)


def _link(link: Link, template: str = "{text}", rel: str = "") -> str:
    text = html(template, text=_(link.text))
    given = f' rel="{rel}"' if rel else ""
    return f'<a{given} href="{escape(link.href)}">{text}</a>'


def _spark_html(chart: Spark) -> str:
    first, last = (_(end) for end in chart.ends)
    mark = (chart.mark[0], _(chart.mark[1])) if chart.mark else None
    return sparkline(chart.values, (first, last), _(chart.most), _(chart.alt), mark)


def _table_html(table: PlaceTable, name: str) -> str:
    """Render a folded table, its chart before it."""
    body = rows_to_html(
        table.rows, list(table.rows[0]), table.columns, caption=_(table.title), identifier=name
    )
    note = f'<p class="exhibit-source">{escape(_(table.note))}</p>' if table.note else ""
    return (
        f"{_spark_html(table.chart) if table.chart else ''}"
        f'<details class="sheet-folded"><summary>{escape(_(table.title))}</summary>'
        f"{body.replace(chr(10), '')}{note}</details>"
    )


def _section_html(section: Section, name: str) -> str:
    parts = [f"<h2>{escape(_(section.title))}</h2>"]
    texts = [escape(_(text)) for text in section.sentences]
    if section.limit:
        texts.append(f"<small>{escape(_(section.limit))}</small>")
    parts.append(f"<p>{' '.join(texts)}</p>")
    if section.table is not None:
        parts.append(_table_html(section.table, name))
    if section.links:
        parts.append(f"<p>{' · '.join(map(_link, section.links))}</p>")
    return "".join(parts)


def _actions_html(page: PlacePage) -> str:
    """Render the line of links under the first line, to which the script adds its buttons."""
    links = [_link(page.check)]
    links += [
        _link(link, text, rel)
        for rel, text, link in (
            ("prev", N_("Before: {text}"), page.before),
            ("next", N_("Next: {text}"), page.after),
        )
        if link is not None
    ]
    links.append(_link(page.up))
    return f'<nav class="actions" aria-label="{html("This page")}">{" ".join(links)}</nav>'


def county_html(page: PlacePage) -> str:
    """Render the body of a place's page, without its citation."""
    dot = page.dot
    strip = dot_svg(dot.share, _(dot.name), _(dot.alt), own=dot.own, image=Path(STRIP).name)
    parts = [
        f"<h1>{escape(page.title)}</h1>",
        f'<p class="sheet-first">{escape(_(page.first))}</p>',
        strip,
        _actions_html(page),
    ]
    parts += [
        _section_html(section, f"table-{number}")
        for number, section in enumerate(page.sections, start=1)
    ]
    more = html("What these numbers do not mean")
    parts.append(f'<p><a href="{Path(READING).name}.html">{more}</a></p>')
    return "".join(parts)


def reading_html() -> str:
    """Render the page that explains how to read the pages of places."""
    from scomm.evidence.jail_arrests import unplaced  # only for pages that are written

    parts = [f"<h1>{escape(_(READING_TITLE))}</h1>"]
    for heading, text in _READING:
        told = _(tr(text, unplaced=unplaced()))
        parts.append(f"<h2>{escape(_(heading))}</h2><p>{escape(told)}</p>")
    return "".join(parts)


def _citation(record: Record, page: PlacePage) -> str:
    """Return the citation of a page by its title and file name."""
    said = tr("Datasheet: {place}", place=page.title)
    item = Item("datasheet", page.slug, f"datasheets/{page.slug}.html", "", str(said))
    return citations.citation_html(record, item)


def _pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    if not app.config.scomm_place_pages:
        return
    from scomm.places.cities import place_pages
    from scomm.places.counties import county_pages  # only for pages that are written

    record = build_state(app).record
    for page in chain(county_pages(), place_pages()):
        context = {
            "title": page.title,
            "description": _(page.first),
            "body": county_html(page),
            "cited": _citation(record, page),
            "toc": "",
            "furo_hide_toc": True,
        }
        yield f"datasheets/{page.slug}", context, TEMPLATE
    title = _(READING_TITLE)
    context = {"title": title, "body": reading_html(), "toc": "", "furo_hide_toc": True}
    yield READING, context, "page.html"


def _contents(app: Sphinx) -> list[tuple[str, str]]:
    """Return the address, from the folder of sheets, and the title of each page of the contents."""
    listed = app.env.toctree_includes.get(app.config.root_doc, [])
    return [(f"../{name}.html", app.env.titles[name].astext()) for name in listed]


def _rule_of_places(rule: re.Match[str]) -> str:
    """Filter a CSS rule to selectors that can match on a page of a place; empty for none."""
    selectors = re.split(r",\s*(?![^(]*\))", rule[1].strip())
    kept = [one for one in selectors if not _OF_CHAPTERS.search(one)]
    return f"{', '.join(kept)} {{{rule[2]}}}\n" if kept else ""


def _style() -> str:
    """Return the one style sheet of these pages: the needed rules of the book and the theme.

    A first view has room for two faces, so it takes one request, and leaves out comments and the
    rules of what only chapters have.
    """
    text = (_STATIC / Path(STYLE).name).read_text(encoding="utf-8") + style_sheet()
    text = re.sub(r"/\*.*?\*/|^\s+", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"([^{};]+)\{([^{}]*)\}\s*", _rule_of_places, text)
    return text.replace('url("fonts/', 'url("../_static/fonts/')


def _write(app: Sphinx, site: Path) -> None:
    from citable.project import project

    """Write what all pages of places share: strip of published shares, style, and script."""
    from citable.sphinx.pages import WORDS

    if not app.config.scomm_place_pages:
        return
    from scomm.places.dot import reference_shares, strip_shares

    drawn = strip_ticks(strip_shares(), [(value, _(name)) for value, name in reference_shares()])
    write_atomically(site / STRIP, drawn.encode("utf-8"))
    write_atomically(site / STYLE, _style().encode("utf-8"))
    shared = {
        "edition": project().version,
        "words": translate_nested(WORDS),
        "actions": translate_nested(ACTIONS),
        "contents": _contents(app),
    }
    text = json.dumps(shared, ensure_ascii=False, separators=(",", ":"))
    source = (_STATIC / Path(SCRIPT).name).read_text(encoding="utf-8")
    script = f"window.citablePlace={text};\n{source}"
    write_atomically(site / SCRIPT, script.encode("utf-8"))


PAGES = writers.GeneratedPages("county", _pages)
FILES = writers.SiteFiles("place", _write, SCRIPT, writers.dependencies)
