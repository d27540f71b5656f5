"""Define ``{findings}``, the ledger of findings, which a script filters and checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from citable.display.estimates import estimate_in_words, estimate_marks, format_with_unit
from citable.display.templates import from_template, html
from citable.display.words import N_, _, translate_page_text
from citable.execute.chapters import label
from citable.files.atomic import write_atomically
from citable.project import Claim, project
from citable.record import directives, published
from citable.record.outputs import recorded, slug, translated_findings
from citable.sphinx import writers
from citable.sphinx.execution import executed
from citable.sphinx.exhibits import page_values
from citable.sphinx.main_findings import FACTS
from citable.sphinx.traces import STATIC, check_words

_RETIRED = N_(
    '<a href="{url}">Finding {id}</a>, {status} in edition {edition}: {reason}',
)
# Texts of the script that filters the ledger.
_SHOWN = N_("{shown} of {all} findings")
Finding = Mapping[str, Any]


def _page(finding: Finding) -> str:
    return str(finding["url"]).split(".html")[0]


def chapter_title(notebook: nbformat.NotebookNode) -> str:
    """Return the title of a chapter, its first heading, translated."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.lstrip().startswith("# "):
            return translate_page_text(cell.source.lstrip().split("\n")[0][2:].strip())
    return ""


def _claims(found: Iterable[Finding]) -> Mapping[str, Claim]:
    """Return the claims on which findings bear, in the book's order."""
    asked = {claim for finding in found for claim in finding["claims"]}
    return project().claims(asked) if asked else {}


def printed_estimates(app: Sphinx, page: str) -> dict[str, str]:
    """Return the estimates, by finding, that directives of a page print with their own unit."""
    recorded_there = page_values(app, page)
    return {
        directive.id: directives.fill_translated(directive.options["estimate"], recorded_there)
        for directive in directives.parse_notebook(executed(app)[page]).values()
        if "estimate" in directive.options
    }


def ledger_html(app: Sphinx, up: str) -> str:
    """Render every finding by chapter, with the line of its estimate, its verdicts and its checks."""
    notebooks = executed(app)
    found = translated_findings(notebooks)
    claims = _claims(found)
    with_rows = recorded(notebooks, "rows")
    chapters: dict[str, dict[str, Any]] = {}
    estimates: dict[str, str] = {}
    for finding in found:
        page = _page(finding)
        if page not in chapters:
            estimates |= printed_estimates(app, page)
        chapter = chapters.setdefault(
            page, {"label": label(page), "title": chapter_title(notebooks[page]), "findings": []}
        )
        chapter["findings"].append(
            finding
            | {
                "slug": slug(finding["id"]),
                "printed": estimates.get(finding["id"])
                or format_with_unit(finding["value"], finding["unit"]),
                "drawn": estimate_marks(finding),
                "words": estimate_in_words(finding),
                "has_rows": finding["id"] in with_rows,
                "verdicts": sorted({claims[name].verdict for name in finding["claims"]}),
            }
        )
    marks = {claim.verdict: Markup(claim.mark) for claim in claims.values()}
    return from_template(
        "ledger.html",
        chapters=chapters,
        claims={name: _(claim.short) for name, claim in claims.items()},
        verdicts={name: claim.verdict for name, claim in claims.items()},
        marks=marks,
        total=len(found),
        shown=_SHOWN,
        check=check_words(),
        up=up,
    )


def _by_claim(found: list[dict[str, Any]], up: str) -> str:
    by_claim: dict[str, list[str]] = {}
    for item in found:
        for name in item["claims"]:
            by_claim.setdefault(name, []).append(
                f'<a href="{up}{escape(str(item["url"]))}">{escape(str(item["id"]))}</a>'
            )
    rows = "".join(
        f"<li>{escape(name)}, {escape(_(claim.short))}: {', '.join(by_claim[name])}</li>"
        for name, claim in _claims(found).items()
    )
    return f"<p>{html('By claim:')}</p><ul>{rows}</ul>" if rows else ""


def _retired(up: str) -> str:
    gone = "".join(
        "<li>"
        + html(
            _RETIRED,
            url=up + entry["url"],
            id=entry["id"],
            status=entry["status"],
            edition=entry["retired"],
            reason=entry["reason"],
        )
        + "</li>"
        for entry in published.load().values()
        if entry["status"] != published.CURRENT
    )
    return f"<p>{html('No longer held:')}</p><ul>{gone}</ul>" if gone else ""


class Findings(SphinxDirective):
    """``{findings}``: every finding of the edition, by chapter, then by claim."""

    def run(self) -> list[nodes.Node]:
        """Return the list as HTML."""
        up = "../" * self.env.docname.count("/")
        files = " · ".join(
            f'<a href="{up}{name}" download>{name}</a>'
            for name in ("findings.json", "findings.csv", "findings.schema.json")
        )
        facts = html('<a href="{url}">Facts, each with its number</a>', url=up + FACTS)
        parts = [
            ledger_html(self.env.app, up),
            _by_claim(translated_findings(executed(self.env.app)), up),
            _retired(up),
            f"<p>{html('To print on two pages: {facts}.', facts=facts)}</p>",
            f"<p>{html('Download: {files}', files=Markup(files))}</p>",
        ]
        return [nodes.raw("", "".join(parts), format="html")]


def _write(app: Sphinx, out: Path) -> None:
    # One script for the filters and for the check that other pages have as well.
    parts = [(STATIC / name).read_bytes() for name in ("check.js", "ledger.js")]
    write_atomically(out / "check" / "ledger.js", b"".join(parts))


FILES = writers.SiteFiles("ledger", _write, "check/ledger.js", writers.dependencies)


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("findings", Findings)
