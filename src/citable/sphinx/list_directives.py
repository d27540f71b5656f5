"""Define the directives ``{finding-fields}``, ``{editions}`` and ``{errata}``."""

from __future__ import annotations

from html import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from citable.display.templates import html, html_plural
from citable.display.words import _
from citable.project import project
from citable.record import published
from citable.record.changes import by_edition, first_published
from citable.record.identity import editions, release_date
from citable.record.schema import fields

# The field of a page's metadata which says that earlier editions are listed there.
LISTS_EDITIONS = "lists editions"


def _raw(content: str) -> list[nodes.Node]:
    return [nodes.raw("", content, format="html")]


def _wrap(tag: str, *parts: str) -> str:
    """Return nodes wrapped in one HTML element."""
    return f"<{tag}>{''.join(parts)}</{tag}>"


class FindingFields(SphinxDirective):
    """``{finding-fields}``: every field of ``findings.json`` with what it is."""

    def run(self) -> list[nodes.Node]:
        """Return the list as HTML."""
        rows = "".join(
            f"<dt><code>{escape(row['field'])}</code></dt><dd>{escape(_(row['meaning']))}</dd>"
            for row in fields()
        )
        summary = html("Each field, and what it is")
        return _raw(
            f'<details class="fields-folded"><summary>{summary}</summary>'
            f'<dl class="fields">{rows}</dl></details>'
        )


class Editions(SphinxDirective):
    """``{editions}``: this edition and those before it, newest first."""

    def run(self) -> list[nodes.Node]:
        """Return the list, and note on which page it stands."""
        self.env.metadata[self.env.docname][LISTS_EDITIONS] = "yes"
        before = "".join(
            _wrap(
                "li",
                html(
                    '{edition}, {date:date}, digest <span class="digest">{digest}</span>',
                    edition=row["edition"],
                    date=row["date"],
                    digest=row["digest"][:12],
                ),
                ": " + escape(_(row["note"])) if row["note"] else "",
            )
            for row in reversed(editions())
            if row["edition"] != project().version
        )
        earlier = (
            f"<ul>{before}</ul>" if before else f"<p>{html('There is no earlier edition.')}</p>"
        )
        return _raw(
            _wrap(
                "p",
                html(
                    "This is edition {edition} of {date:date}. Its digest stands at the foot of every page, "
                    "and in full in <code>record.json</code>.",
                    edition=project().version,
                    date=release_date(),
                ),
            )
            + _wrap("p", html("Earlier editions:"))
            + earlier
        )


class Errata(SphinxDirective):
    """``{errata}``: every accepted change of a published finding, newest edition first."""

    def run(self) -> list[nodes.Node]:
        """Return the changes as HTML."""
        first = "".join(
            _wrap(
                "li",
                html_plural(
                    "Edition {edition}: {n:int} finding first published.",
                    "Edition {edition}: {n:int} findings first published.",
                    len(ids),
                    edition=edition,
                ),
            )
            for edition, ids in sorted(first_published().items(), reverse=True)
        )
        parts = [f"<ul>{first}</ul>"]
        for edition, rows in by_edition().items():
            items = "".join(
                f'<li><a href="{self._address(row["id"])}">{html("Finding {id}", id=row["id"])}</a>, '
                f"{escape(_(row['field']))}: {escape(_(row['old']))} → {escape(_(row['new']))}. "
                f"{escape(_(row['reason']))}</li>"
                for row in rows
            )
            parts.append(f"<p>{html('Edition {edition}:', edition=edition)}</p><ul>{items}</ul>")
        if not by_edition():
            parts.append(f"<p>{html('No published finding has been changed.')}</p>")
        return _raw("".join(parts))

    def _address(self, identifier: str) -> str:
        return escape("../" * self.env.docname.count("/") + published.load()[identifier]["url"])


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("finding-fields", FindingFields)
    app.add_directive("editions", Editions)
    app.add_directive("errata", Errata)
