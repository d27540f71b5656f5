"""Pages that list what other pages hold: findings, their fields, editions, errata, datasheets."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from scomm import __version__
from scomm.book import citations
from scomm.book.execution import executed
from scomm.data.ledger import claims
from scomm.display.formats import fmt
from scomm.display.tables import to_html
from scomm.record import published
from scomm.record.changes import by_edition, first_published
from scomm.record.datasheets import Sheet, all_sheets, estimates, places
from scomm.record.identity import editions, release_date
from scomm.record.outputs import findings, of_kind
from scomm.record.schema import fields


def _raw(html: str) -> list[nodes.Node]:
    return [nodes.raw("", html, format="html")]


class Findings(SphinxDirective):
    """``{findings}``: every finding of the edition, by chapter, then by claim."""

    def run(self) -> list[nodes.Node]:
        """Return the list as HTML."""
        found = findings(executed(self.env.app))
        up = "../" * self.env.docname.count("/")
        parts = [f"<p>{len(found)} findings.</p><ul class='findings-list'>"]
        for item in found:
            parts.append(
                f'<li><a href="{up}{escape(str(item["url"]))}">Finding {escape(str(item["id"]))}</a> '
                f"{escape(str(item['statement']))}</li>"
            )
        parts.append("</ul>")
        by_claim: dict[str, list[str]] = {}
        for item in found:
            for claim in item["claims"]:
                by_claim.setdefault(claim, []).append(
                    f'<a href="{up}{escape(str(item["url"]))}">{escape(str(item["id"]))}</a>'
                )
        rows = "".join(
            f"<li>{escape(claim)}, {escape(claims()[claim]['short'])}: {', '.join(by_claim[claim])}</li>"
            for claim in claims()
            if claim in by_claim
        )
        parts.append(f"<p>By claim:</p><ul>{rows}</ul>")
        gone = "".join(
            f'<li><a href="{up}{escape(entry["url"])}">Finding {escape(entry["id"])}</a>, '
            f"{escape(entry['status'])} in edition {escape(entry['retired'])}: "
            f"{escape(entry['reason'])}</li>"
            for entry in published.load().values()
            if entry["status"] != published.CURRENT
        )
        if gone:
            parts.append(f"<p>No longer held:</p><ul>{gone}</ul>")
        files = " · ".join(
            f'<a href="{up}{name}" download>{name}</a>'
            for name in ("findings.json", "findings.csv", "findings.schema.json")
        )
        parts.append(f"<p>Download: {files}</p>")
        return _raw("".join(parts))


class FindingFields(SphinxDirective):
    """``{finding-fields}``: every field of ``findings.json`` with what it is."""

    def run(self) -> list[nodes.Node]:
        """Return the list as HTML."""
        rows = "".join(
            f"<dt><code>{escape(row['field'])}</code></dt><dd>{escape(row['meaning'])}</dd>"
            for row in fields()
        )
        return _raw(f'<dl class="fields">{rows}</dl>')


class Editions(SphinxDirective):
    """``{editions}``: this edition and those before it, newest first."""

    def run(self) -> list[nodes.Node]:
        """Return a list whose digest of this edition is filled in when pages are written."""
        before = "".join(
            f"<li>{escape(row['edition'])}, {fmt(row['date'], 'date')}, digest "
            f'<span class="digest">{escape(row["digest"][:12])}</span>'
            f"{': ' + escape(row['note']) if row['note'] else ''}</li>"
            for row in reversed(editions())
            if row["edition"] != __version__
        )
        earlier = f"<ul>{before}</ul>" if before else "<p>There is no earlier edition.</p>"
        return _raw(
            f"<p>This is edition {__version__} of {fmt(release_date(), 'date')}. Its digest stands at the foot of "
            f"every page, and in full in <code>record.json</code>.</p><p>Earlier editions:</p>{earlier}"
        )


class Errata(SphinxDirective):
    """``{errata}``: every accepted change of a published finding, newest edition first."""

    def run(self) -> list[nodes.Node]:
        """Return the changes as HTML."""
        first = "".join(
            f"<li>Edition {escape(edition)}: {len(ids)} findings first published.</li>"
            for edition, ids in sorted(first_published().items(), reverse=True)
        )
        parts = [f"<ul>{first}</ul>"]
        for edition, rows in by_edition().items():
            items = "".join(
                f'<li><a href="{self._address(row["id"])}">Finding {escape(row["id"])}</a>, '
                f"{escape(row['field'])}: {escape(row['old'])} → {escape(row['new'])}. "
                f"{escape(row['reason'])}</li>"
                for row in rows
            )
            parts.append(f"<p>Edition {escape(edition)}:</p><ul>{items}</ul>")
        if not by_edition():
            parts.append("<p>No published finding has been changed.</p>")
        return _raw("".join(parts))

    def _address(self, identifier: str) -> str:
        return escape("../" * self.env.docname.count("/") + published.load()[identifier]["url"])


def sheet_html(sheet: Sheet) -> str:
    """Render a datasheet's body."""
    parts = [f"<h1>{escape(sheet.title)}</h1>", f'<p class="sheet-first">{escape(sheet.first)}</p>']
    for number, table in enumerate(sheet.tables, start=1):
        if table.folded and table.frame.empty:
            continue
        title = escape(table.title)
        parts.append(
            f"<details class='sheet-folded'><summary>{title}</summary>"
            if table.folded
            else f"<h2>{title}</h2>"
        )
        if table.frame.empty:
            parts.append("<p>Nothing in the tables of this book.</p>")
            continue
        body = to_html(
            table.frame,
            table.columns,
            caption=table.title,
            identifier=f"{sheet.slug}-{number}",
            anchors=table.anchors,
        )
        note = f'<p class="exhibit-source">{escape(table.note)}</p>' if table.note else ""
        dense = " exhibit-dense" if table.dense else ""
        parts.append(f'<div class="exhibit exhibit-table{dense}">{body}{note}</div>')
        parts.append("</details>" if table.folded else "")
    parts += [f"<p>{escape(note)}</p>" for note in sheet.notes]
    return "".join(parts)


class Datasheets(SphinxDirective):
    """``{datasheets}``: links to every datasheet, with what each place has."""

    def run(self) -> list[nodes.Node]:
        """Return two lists of links."""
        up = "../" * self.env.docname.count("/")
        parts = []
        for kind, heading in (("state", "States"), ("area", "Areas of responsibility")):
            links = "".join(
                f'<li><a href="{up}{place.path}">{escape(place.name)}</a></li>'
                for place in sorted(places(), key=lambda place: place.name)
                if place.kind == kind
            )
            parts.append(f'<h2>{heading}</h2><ul class="datasheet-list">{links}</ul>')
        return _raw("".join(parts))


def sheets(app: Sphinx) -> list[Sheet]:
    """Return every datasheet of this build, computed once."""
    made: list[Sheet] | None = getattr(app, "scomm_sheets", None)
    if made is None:
        tables = of_kind(executed(app), "table")
        known = estimates({number: data["csv"] for number, (_, data) in tables.items()})
        made = all_sheets(known)
        app.scomm_sheets = made  # type: ignore[attr-defined]
    return made


def _pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    for sheet in sheets(app):
        body = sheet_html(sheet) + citations.sheet_html(app.scomm_record, sheet.slug)  # type: ignore[attr-defined]
        yield (
            f"datasheets/{sheet.slug}",
            {"title": sheet.title, "body": body, "toc": "", "furo_hide_toc": True},
            "page.html",
        )


def setup(app: Sphinx) -> None:
    """Register the directives and the generated pages."""
    app.add_directive("findings", Findings)
    app.add_directive("datasheets", Datasheets)
    app.add_directive("finding-fields", FindingFields)
    app.add_directive("editions", Editions)
    app.add_directive("errata", Errata)
    app.connect("html-collect-pages", lambda app: _pages(app))
