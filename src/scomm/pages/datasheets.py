"""Generate the pages of states and areas: their list, datasheets and social cards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from citable.display import pictures
from citable.display.formats import fmt, missing
from citable.display.style import WIDEST_DOT
from citable.display.tables import to_html
from citable.display.templates import html
from citable.display.words import N_, _
from citable.files.atomic import write_atomically
from citable.record.references import Reference
from citable.sphinx import citations, writers
from citable.sphinx.state import build_state
from scomm.pages import counties
from scomm.places.sheet_chart import chart_html

if TYPE_CHECKING:
    from scomm.places.sheets import Sheet, SheetChart

NO_BREAK = "\N{NO-BREAK SPACE}"  # keeps the unit of a heading on the line of its last word
# The page that lists every datasheet.
_LIST = "notebooks/E-datasheets"


def _sheet_links(before: Sheet | None, after: Sheet | None, listed: bool) -> str:
    """Render the line of links under the first line, to which the script adds its buttons."""
    links = [
        f'<a rel="{rel}" href="{sheet.slug}.html">{html(text, place=_(sheet.title))}</a>'
        for rel, text, sheet in (
            ("prev", N_("Before: {place}"), before),
            ("next", N_("Next: {place}"), after),
        )
        if sheet is not None
    ]
    if listed:
        links.insert(0, f'<a href="../{_LIST}.html">{html("All datasheets")}</a>')
    return f'<nav class="actions" aria-label="{html("This page")}">{" ".join(links)}</nav>'


def _table_csv(sheet: Sheet, number: int) -> str:
    return f"{sheet.slug}-{number}.csv"


def _table_note(sheet: Sheet, number: int, titles: Mapping[str, str]) -> str:
    """Render the note under a table, its CSV file and the chapter that explains it."""
    table = sheet.tables[number - 1]
    links = f'<a href="{_table_csv(sheet, number)}" download>{html("Data (CSV)")}</a>'
    if table.chapter in titles:
        chapter = html("Chapter {title}", title=titles[table.chapter])
        links += f'&ensp;<a href="../{table.chapter}.html">{chapter}</a>'
    return f'<p class="exhibit-source">{escape(_(table.note))} {links}</p>'


def _chart_html(chart: SheetChart, name: str) -> str:
    """Render the chart of a datasheet under its heading, with a text alternative."""
    words = (
        f'<details class="long-description"><summary>{html("The figure in words")}</summary>'
        f"<p>{escape(_(chart.words))}</p></details>"
    )
    shown = "sheet-chart" if chart.printed else "sheet-chart screen-only"
    return (
        f'<h2 class="{shown}">{escape(_(chart.title))}</h2>'
        f'<figure class="exhibit {shown}" id="figure-{name}">'
        f"{chart_html(chart.labels, chart.values, _(chart.alt), chart.unit)}"
        f"<figcaption>{escape(_(chart.caption))}{words}</figcaption></figure>"
    )


def sheet_html(
    sheet: Sheet,
    titles: Mapping[str, str] = MappingProxyType({}),
    before: Sheet | None = None,
    after: Sheet | None = None,
) -> str:
    """Render a datasheet's body.

    ``titles`` are those of the book's pages by name: links lead to the ones that it has.
    """
    title, first = escape(_(sheet.title)), escape(_(sheet.first))
    links = _sheet_links(before, after, listed=_LIST in titles)
    parts = [f"<h1>{title}</h1>", f'<p class="sheet-first">{first}</p>', links]
    for number, table in enumerate(sheet.tables, start=1):
        if table.folded and table.frame.empty:
            continue
        title = escape(_(table.title))
        if table.chart:
            parts.append(_chart_html(table.chart, f"{sheet.slug}-{number}"))
        parts.append(
            f"<details class='sheet-folded'><summary>{title}</summary>"
            if table.folded
            else f"<h2>{title}</h2>"
        )
        if table.frame.empty:
            parts.append(f"<p>{html('Nothing in the tables of this book.')}</p>")
            continue
        body = to_html(
            table.frame,
            table.columns,
            caption=table.title,
            identifier=f"{sheet.slug}-{number}",
            anchors=table.anchors,
            pages=table.pages,
        ).replace(", %<", f",{NO_BREAK}%<")
        note = _table_note(sheet, number, titles)
        dense = " exhibit-dense" if table.dense else ""
        parts.append(f'<div class="exhibit exhibit-table{dense}">{body}{note}</div>')
        parts.append("</details>" if table.folded else "")
    parts += [f"<p>{escape(_(note))}</p>" for note in sheet.notes]
    return "".join(parts)


class Datasheets(SphinxDirective):
    """``{datasheets}``: links to every datasheet, with what each place has."""

    def run(self) -> list[nodes.Node]:
        """Return two lists of links."""
        from scomm.places.datasheets import places  # brings the statistics, for this page alone

        up = "../" * self.env.docname.count("/")
        parts = []
        for kind, heading in (("state", N_("States")), ("area", N_("Areas of responsibility"))):
            links = "".join(
                f'<li><a href="{up}{place.path}">{escape(_(place.name))}</a></li>'
                for place in sorted(places(), key=lambda place: place.name)
                if place.kind == kind
            )
            parts.append(f'<h2>{escape(_(heading))}</h2><ul class="datasheet-list">{links}</ul>')
        return [nodes.raw("", "".join(parts), format="html")]


@cache
def sheets() -> list[Sheet]:
    """Return every datasheet, computed once."""
    from scomm.places.datasheets import all_sheets  # only for pages that are written

    return all_sheets()


def _write_tables(sheet: Sheet, folder: Path) -> None:
    """Write each table of a datasheet as CSV, without the drawings."""
    for number, table in enumerate(sheet.tables, start=1):
        rows = table.frame.drop(columns="line", errors="ignore")
        text = rows.to_csv(index=False, lineterminator="\n")
        write_atomically(folder / _table_csv(sheet, number), text.encode("utf-8"))


def _pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    if not app.config.scomm_place_pages:
        return
    titles = {page: title.astext() for page, title in app.env.titles.items()}
    every = sheets()
    for before, sheet, after in zip([None, *every], every, [*every[1:], None], strict=False):
        _write_tables(sheet, Path(app.outdir) / "datasheets")
        record = build_state(app).record
        code = sheet.slug.partition("-")[2].upper()
        cited = citations.citation_html(record, record.find(Reference("datasheet", code)))
        script = f'<script src="{Path(counties.SCRIPT).name}"></script>'
        body = sheet_html(sheet, titles, before, after) + cited + script
        yield (
            f"datasheets/{sheet.slug}",
            {"title": _(sheet.title), "body": body, "toc": "", "furo_hide_toc": True},
            "page.html",
        )


PAGES = writers.GeneratedPages("datasheets", _pages)


def _published_shares(sheet: Sheet) -> dict[str, Any]:
    """Return the card's content: the published shares of a place as dots, or its number, beside the nation.

    A range wider than five points is no dot. Empty for a place without a share.
    """
    rows = next((t.frame for t in sheet.tables if "line" in t.frame.columns), None)
    if rows is None:
        return {}
    narrow = [line.share_high - line.share_low <= WIDEST_DOT for line in rows["line"]]
    lines = rows.loc[narrow, "line"].tolist()
    if not lines:
        return {}
    one = len(rows) == 1
    known = one and not missing(lines[0].low)
    nation = lines[0].reference
    marks = pictures.Marks(
        tuple(50 * (line.share_low + line.share_high) for line in lines),
        100 * lines[0].low if known else None,
        100 * lines[0].high if known else None,
        100 * nation,
        _("nation: {share}").format(share=fmt(nation, "pct")),
    )
    return {"number": _(rows["share"].iloc[0]) if one else "", "marks": marks}


def social_cards(app: Sphinx, site: str, foot: str) -> Iterator[tuple[str, pictures.Card]]:
    """Yield the card of each datasheet by its page; ``foot`` is its last line."""
    for sheet in sheets() if app.config.scomm_place_pages else ():
        shares = _published_shares(sheet)
        card = pictures.Card(site, _(sheet.title), _(sheet.first), foot, **shares)
        yield f"datasheets/{sheet.slug}", card


def setup(app: Sphinx) -> None:
    """Register the directive and the option."""
    # Option: whether to generate the pages of states, areas and counties, and the search box.
    app.add_config_value("scomm_place_pages", True, "env")
    app.add_directive("datasheets", Datasheets)
