"""The pages of counties: one template, light, and left as they are when nothing they show changed."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from sphinx.application import Sphinx

from scomm.book import citations, writers
from scomm.display.sheet_chart import chart_html
from scomm.display.tables import rows_to_html
from scomm.display.words import N_, _
from scomm.record.templated import html

if TYPE_CHECKING:
    from scomm.record.county_pages import CountyPage, CountyTable, Link, Section

TEMPLATE = "county.html"


def _link(link: Link, template: str = "{text}", rel: str = "") -> str:
    text = html(template, text=_(link.text))
    given = f' rel="{rel}"' if rel else ""
    return f'<a{given} href="{escape(link.href)}">{text}</a>'


def _table_html(table: CountyTable, name: str) -> str:
    """Return a table behind a line, its chart before it."""
    chart = table.chart
    drawn = (
        '<figure class="exhibit">'
        f"{chart_html(chart.labels, chart.values, _(chart.alt), chart.unit)}"
        f"<figcaption>{escape(_(chart.caption))}</figcaption></figure>"
        if chart
        else ""
    )
    body = rows_to_html(
        table.rows, list(table.rows[0]), table.columns, caption=_(table.title), identifier=name
    )
    note = f'<p class="exhibit-source">{escape(_(table.note))}</p>' if table.note else ""
    return (
        f'{drawn}<details class="sheet-folded"><summary>{escape(_(table.title))}</summary>'
        f'<div class="exhibit exhibit-table">{body}{note}</div></details>'
    )


def _section_html(section: Section, name: str) -> str:
    parts = [f"<h2>{escape(_(section.title))}</h2>"]
    if section.sentences:
        parts.append(f"<p>{' '.join(escape(_(text)) for text in section.sentences)}</p>")
    if section.table is not None:
        parts.append(_table_html(section.table, name))
    if section.links:
        parts.append(f"<p>{' · '.join(map(_link, section.links))}</p>")
    return "".join(parts)


def county_html(page: CountyPage) -> str:
    """Render the body of a county's page, without its citation."""
    around = [
        _link(link, text, rel)
        for rel, text, link in (
            ("prev", N_("Before: {text}"), page.before),
            ("next", N_("Next: {text}"), page.after),
        )
        if link is not None
    ]
    links = " · ".join([_link(page.up), *around])
    parts = [
        f"<h1>{escape(page.title)}</h1>",
        f'<p class="sheet-first">{escape(_(page.first))}</p>',
        f'<nav class="sheet-links" aria-label="{html("Datasheets")}">{links}</nav>',
    ]
    parts += [
        _section_html(section, f"table-{number}")
        for number, section in enumerate(page.sections, start=1)
    ]
    return "".join(parts)


def _pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    if not app.config.scomm_place_pages:
        return
    from scomm.record.county_pages import county_pages  # only for pages that are written

    for page in county_pages():
        cited = citations.sheet_html(app.scomm_record, page.slug)  # type: ignore[attr-defined]
        body = county_html(page) + cited
        context = {
            "title": page.title,
            "description": _(page.first),
            "body": body,
            "toc": "",
            "furo_hide_toc": True,
        }
        yield f"datasheets/{page.slug}", context, TEMPLATE


def setup(app: Sphinx) -> None:
    """Register the generated pages."""
    writers.collect(app, "county", _pages)
