"""Define the directives of the first page: ``{strip}``, ``{verdicts}`` and ``{excerpt}``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from citable.display.figures import add_text_alternative, render
from citable.display.formats import fmt, tr
from citable.display.templates import html, html_plural
from citable.display.words import N_, _
from citable.errors import CitableError
from citable.record import directives
from citable.record.outputs import slug
from citable.sphinx.execution import FOREIGN, executed, extracting
from citable.sphinx.exhibits import note_used_values, page_values
from citable.sphinx.main_findings import FACTS

logger = logging.getLogger(__name__)

Rows = Sequence[Mapping[str, Any]]

_CONCLUSIONS = "notebooks/17-conclusions.html"
_CLAIMS = "notebooks/01-claims.html"
_SIDES = {"advocates": N_("Advocates"), "agency": N_("The agency")}


def _hide_from_readers(svg: str) -> str:
    return svg.replace('role="img" aria-label=""', 'aria-hidden="true"', 1)


def strip_html(rows: Rows, nation: float, half: float) -> str:
    """Render the strip of places for a wide and a narrow screen, and its dots as a list of links."""
    import pandas as pd  # only for pages that are written

    from scomm.figures.strip import strip

    data = pd.DataFrame(rows)
    marks = [(nation, tr("nation {share:pct}", share=nation)), (half, N_("one half"))]
    alt = tr(
        "{n:int} places as dots on a line from 0 to 100%, from {low:pct0} to {high:pct0}; {filled:int} "
        "are filled. Marked are the nation, {nation:pct}, and one half.",
        n=len(data),
        low=data["share"].min(),
        high=data["share"].max(),
        filled=int(data["filled"].sum()),
        nation=nation,
    )
    drawn = render(lambda layout: strip(layout, data, references=marks), identifier="strip")
    # Hidden from screen readers, which get a text alternative: an SVG with links has no image role.
    wide, narrow = (_hide_from_readers(svg) for svg in (drawn.wide, drawn.narrow))
    places = "".join(
        f'<li><a href="{escape(row["path"])}">{escape(_(row["title"]))}</a></li>'
        for row in sorted(rows, key=lambda row: -row["share"])
    )
    return (
        f'<figure class="exhibit strip" id="strip"><p class="visually-hidden">{escape(_(alt))}</p>'
        f'<div class="exhibit-wide">{wide}</div><div class="exhibit-narrow">{narrow}</div>'
        f'<details class="long-description"><summary>{html("The places by name")}</summary>'
        f"<ul>{places}</ul></details></figure>"
    )


def _numbers(claims: Sequence[str]) -> str:
    """Format the sorted numbers of claims, three or more consecutive ones as a range.

    >>> _numbers(["C7", "C8", "C9", "C11", "C12"])
    'C7\N{EN DASH}C9, C11, C12'
    """
    runs: list[list[int]] = []
    for number in (int(claim[1:]) for claim in claims):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    said = []
    for run in runs:
        if len(run) > 2:
            said.append(f"C{run[0]}\N{EN DASH}C{run[-1]}")
        else:
            said += [f"C{number}" for number in run]
    return ", ".join(said)


def verdicts_html(rows: Rows) -> str:
    """Render the claims by side, each with its verdict: those ``named`` in words, the others by number."""
    from scomm.evidence.claims import VERDICT_WORDS, verdict_mark  # only for pages that are written

    parts = []
    for side, title in _SIDES.items():
        own = [row for row in rows if row["side"] == side]
        lines = "".join(
            f'<li><span class="claim-number">{row["claim"]}</span> '
            f"<span>{escape(_(row['short']))}</span> {verdict_mark(row['verdict'])}</li>"
            for row in own
            if row["named"]
        )
        other: dict[str, list[str]] = {verdict: [] for verdict in VERDICT_WORDS}
        for row in own:
            if not row["named"]:
                other[row["verdict"]].append(row["claim"])
        others = "".join(
            f"<span>{_numbers(claims)} {verdict_mark(verdict)}</span> "
            for verdict, claims in other.items()
            if claims
        )
        lines += f'<li class="others">{others}</li>' if others else ""
        parts.append(
            f'<p class="verdicts-side">{escape(_(title))}</p><ul class="verdicts-list">{lines}</ul>'
        )
    every = html_plural(
        '<a href="{conclusions}">{n:int} claim, why</a> · <a href="{claims}">The rules</a> · '
        '<a href="{facts}">Facts to quote</a>',
        '<a href="{conclusions}">All {n:int} claims, and why</a> · <a href="{claims}">The rules</a> · '
        '<a href="{facts}">Facts to quote</a>',
        len(rows),
        conclusions=_CONCLUSIONS,
        claims=f"{_CLAIMS}#table-1-1",
        facts=FACTS,
    )
    return f'<div class="verdicts">{"".join(parts)}</div><p class="verdicts-more">{every}</p>'


class _Shown(SphinxDirective):
    """Base of directives that show recorded data as HTML; missing data is a warning."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the HTML; nothing where texts are extracted for translators."""
        if extracting(self.env.app):
            return []
        try:
            return [nodes.raw("", self.content_html(), format="html")]
        except CitableError as error:
            logger.warning("%s", error, location=self.get_location())
            return []

    def content_html(self) -> str:
        """Return the HTML."""
        raise NotImplementedError

    def rows(self, name: str, *, translated: bool = True) -> Rows:
        """Return the rows of a frame that ``say`` recorded, with its texts in the edition's language.

        Raises FindingError if there is none.
        """
        note_used_values(self.env, name)
        known = page_values(self.env.app, self.env.docname)
        if translated:
            known = directives.translate_values(known)
        found: Rows = directives.resolve(known, f"{directives.FRAME}/{name}")
        return found


class Strip(_Shown):
    """``{strip} frame``: places as dots; ``:nation:`` names the value that they stand beside."""

    option_spec = {"nation": str, "half": str}  # noqa: RUF012 (docutils' own form)

    def content_html(self) -> str:
        """Return the strip."""
        known = page_values(self.env.app, self.env.docname)
        names = [self.options["nation"], self.options["half"]]
        note_used_values(self.env, *names)
        nation, half = (float(directives.resolve(known, name)) for name in names)
        return strip_html(self.rows(self.arguments[0]), nation, half)


class Verdicts(_Shown):
    """``{verdicts} frame``: each claim with its verdict in a word, by side."""

    def content_html(self) -> str:
        """Return the list."""
        return verdicts_html(self.rows(self.arguments[0], translated=False))


class Excerpt(_Shown):
    """``{excerpt} 17.2``: a figure of another page, with its caption and a link to it."""

    def content_html(self) -> str:
        """Return the figure. Raises CitableError if no page records it."""
        app, name = self.env.app, f"figure/{self.arguments[0]}"
        for page, notebook in executed(app).items():
            recorded = page_values(app, page)
            if name in recorded and page != self.env.docname:
                self.env.metadata[self.env.docname][FOREIGN] = "yes"
                directive = directives.parse_notebook(notebook)[name]
                texts = directives.fill_texts(directive, recorded, directives.fill_translated)
                return self._figure(page, recorded[name], texts)
        raise CitableError(f"excerpt: no other page records {name}")

    def _figure(self, page: str, data: Mapping[str, Any], texts: Mapping[str, Any]) -> str:
        up = "../" * self.env.docname.count("/")
        address = f"{up}{page}.html#figure-{slug(data['id'])}"
        wide, narrow = (
            add_text_alternative(data[form], texts["alt"]) for form in ("wide", "narrow")
        )
        words = html("The figure in words")
        marks = f"{up}exhibits/figure-{slug(data['id'])}.js" if data.get("marks") else ""
        link = html('<a href="{address}">Figure {id}</a>', address=address, id=data["id"])
        return (
            f'<figure class="exhibit excerpt" data-marks="{marks}"><div class="exhibit-wide">{wide}</div>'
            f'<div class="exhibit-narrow">{narrow}</div><figcaption>'
            f'<span class="exhibit-number">{link}.</span> {escape(fmt(texts["caption"]))}'
            f'<details class="long-description"><summary>{words}</summary>'
            f"<p>{escape(fmt(texts['long_description']))}</p></details></figcaption></figure>"
        )


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("strip", Strip)
    app.add_directive("verdicts", Verdicts)
    app.add_directive("excerpt", Excerpt)
