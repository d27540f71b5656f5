"""The directives ``{finding}``, ``{figure}`` and ``{table}``, and the role ``{each}``.

A directive shows what a code cell of the same page recorded, in the words that stand in it; see
``citable.record.directives``. It can stand before the cell or after it. A recorded object without a
directive, a directive without one, and a value that no word of the page uses are warnings, which
fail the build.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives as options
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from citable.display.estimates import estimate_marks
from citable.display.figures import add_text_alternative, is_heavy
from citable.display.tables import Col, from_plain, rows_to_html
from citable.display.templates import from_template
from citable.display.words import ENGLISH, _, english, language, translate_nested
from citable.errors import CitableError
from citable.record import directives
from citable.record.findings import Finding, complete
from citable.record.outputs import names_recorded_by, recorded_findings, recorded_values, slug
from citable.record.sources import source_file, sources_line
from citable.sphinx.execution import FOREIGN, executed, extracting
from citable.sphinx.state import build_state

logger = logging.getLogger(__name__)

_USED = "citable_used"
# Key of the findings of all pages, among the values of each page.
_EVERYWHERE = ""


def page_values(app: Sphinx, page: str) -> dict[str, Any]:
    """Return the recorded values that a page can use, read once a build."""
    known = build_state(app).values
    notebooks = executed(app)
    if not known:
        known[_EVERYWHERE] = recorded_findings(notebooks)
    if page not in known:
        own = recorded_values(notebooks[page]) if page in notebooks else {}
        known[page] = known[_EVERYWHERE] | own
    return known[page]


def note_used_values(env: BuildEnvironment, *names: str) -> None:
    """Note the recorded values that the text of the current page uses."""
    kept: set[str] = env.temp_data.setdefault(_USED, set())
    for name in names:
        finding = directives.finding_of(name)
        if finding and name not in kept and not _own(env, finding):
            env.metadata[env.docname][FOREIGN] = "yes"
        kept.update((name, f"finding/{finding}") if finding else (name,))


def _own(env: BuildEnvironment, finding: str) -> bool:
    notebook = executed(env.app).get(env.docname)
    return notebook is not None and f"finding/{finding}" in recorded_values(notebook)


class Exhibit(SphinxDirective):
    """Directive that shows a recorded finding, figure or table with its text."""

    has_content = True
    required_arguments = 1
    option_spec = {  # noqa: RUF012 (docutils' own form)
        name: options.unchanged for names in directives.OPTIONS.values() for name in names
    }

    def run(self) -> list[nodes.Node]:
        """Return the object as HTML, or its texts if they are extracted for translators."""
        kind, identifier = self.name, self.arguments[0].strip()
        try:
            directive = directives.parse(kind, identifier, self.options, "\n".join(self.content))
            if extracting(self.env.app):
                return self._texts(directive)
            return [nodes.raw("", self._shown(directive), format="html")]
        except CitableError as error:
            logger.warning("%s", error, location=self.get_location())
            return []

    def _texts(self, directive: directives.Directive) -> list[nodes.Node]:
        """Return one paragraph a text, unfilled, which Sphinx extracts for translators."""
        found = []
        route = [text for name, text in directive.options.items() if name == "route"]
        for text in (*directive.all_texts, *route):
            paragraph = nodes.paragraph(text, text)
            self.set_source_info(paragraph)
            found.append(paragraph)
        return found

    def _shown(self, directive: directives.Directive) -> str:
        recorded = page_values(self.env.app, self.env.docname)
        note_used_values(self.env, directive.name)
        for text in directive.all_texts:
            note_used_values(self.env, *directives.referenced_names(text))
        if directive.name not in recorded:
            raise CitableError(f"{directive.kind} {directive.id}: no cell of this page records it")
        for source in directive.sources:
            self.env.note_dependency(str(source_file(source)))
        data = recorded[directive.name]
        texts = directives.fill_texts(directive, recorded, directives.fill_translated)
        shared = {"id": directive.id, "sources": sources_line(directive.sources)}
        if directive.kind == "finding":
            return _finding(data, texts, shared)
        if directive.kind == "figure":
            return _figure(data, texts, shared)
        columns = {
            name: replace(column, label=directives.fill_translated(column.label, recorded))
            for name, column in directive.columns.items()
        }
        return _table(data, texts, columns, shared)


_Values = Mapping[str, Any]


def _finding(data: _Values, texts: _Values, shared: _Values) -> str:
    words = complete(data, texts)
    words |= {name: translate_nested(words[name]) for name in ("as_counted", "beyond_chance")}
    return from_template(
        "finding.html",
        finding=Finding(**words),
        drawn=estimate_marks(words),
        sources=shared["sources"],
    )


def _figure(data: _Values, texts: _Values, shared: _Values) -> str:
    drawn = {name: add_text_alternative(data[name], texts["alt"]) for name in ("wide", "narrow")}
    words = {name: texts.get(name, "") for name in ("caption", "long_description")}
    file, heavy = f"../exhibits/figure-{slug(shared['id'])}", is_heavy(data["wide"])
    marks = f"{file}.js" if data.get("marks") or heavy else ""
    if heavy:
        drawn["wide"] = _picture(f"{file}.svg", data["wide"], texts["alt"])
    names = {"slug": slug(shared["id"]), "marks": marks}
    return from_template("figure.html", **names, **drawn, **words, **shared)


def _picture(file: str, svg: str, alt: str) -> str:
    """Return an SVG as a lazily loaded picture."""
    width, height = svg.split('viewBox="')[1].split('"')[0].split()[2:]
    size = f'width="{float(width):.0f}" height="{float(height):.0f}"'
    return f'<img src="{file}" {size} loading="lazy" alt="{escape(alt)}">'


def _table(data: _Values, texts: _Values, columns: Mapping[str, Col], shared: _Values) -> str:
    name = slug(shared["id"])
    body = rows_to_html(
        [{name: from_plain(value) for name, value in row.items()} for row in data["rows"]],
        data["names"],
        {**columns} | {name: Col(**column) for name, column in data["columns"].items()},
        caption=texts["caption"],
        identifier=f"table-{name}",
        label=_("Table {id}. {text}").format(id=shared["id"], text=""),
        emphasis=data["emphasis"],
        anchors=data["anchors"],
    )
    return from_template("table.html", slug=name, body=body, note=texts.get("note", ""), **shared)


class Each(SphinxRole):
    """``{each}`name; text```: the text once for each row of a recorded frame."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the texts of all rows as one inline node."""
        if extracting(self.env.app):
            return [nodes.inline(self.rawtext, self.text)], []
        recorded = page_values(self.env.app, self.env.docname)
        note_used_values(self.env, directives.referenced_name(self.text))
        try:
            with english():
                plain = directives.fill_each_row(recorded, self.text)
            text = directives.fill_each_row(directives.translate_values(recorded), self.text)
        except (CitableError, ValueError, TypeError, IndexError) as error:
            what = f"{{each}}`{self.text}`: {error}"
            message = self.inliner.reporter.warning(what, line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        node = nodes.inline(self.rawtext, text)
        node["classes"].append("number")
        node["of"] = self.text
        node["recorded"] = plain
        return [node], []


class CheckUsed(SphinxTransform):
    """Warn of recorded values that no text of the page uses."""

    default_priority = 900

    def apply(self, **kwargs: Any) -> None:
        """Compare the recorded values with those that roles and directives used."""
        page = self.env.docname
        notebook = executed(self.app).get(page)
        if notebook is None or language() != ENGLISH or extracting(self.app):
            return
        found: set[str] = self.env.temp_data.get(_USED, set())
        shown, here = (
            {*directives.KINDS, directives.FRAME, directives.ROW},
            recorded_values(notebook),
        )
        for name in page_values(self.app, page):
            kind, _slash, identifier = name.rpartition("/")
            own = identifier if kind in (directives.FRAME, directives.ROW) else name
            if own in found or (kind and kind not in shown):
                continue
            if kind == "finding" and f"finding/{identifier}" not in here:
                continue
            what = f"{kind or 'value'} {identifier}"
            line = _line(notebook, own)
            logger.warning(
                "%s is recorded, and no word of the page uses it", what, location=(page, line)
            )


def _line(notebook: Any, name: str) -> int | None:
    """Return the line of a page's file at which the cell that records a name begins."""
    lines = notebook.metadata.get("source_map") or [0] * len(notebook.cells)
    for cell, line in zip(notebook.cells, lines, strict=True):
        if cell.cell_type == "code" and name in names_recorded_by(cell.source):
            return int(line) + 1
    return None


def setup(app: Sphinx) -> None:
    """Register directives, role and check."""
    for kind in directives.KINDS:
        app.add_directive(kind, Exhibit, override=True)
    app.add_role("each", Each())
    app.add_transform(CheckUsed)
