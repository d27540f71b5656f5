"""What makes a build an edition: its record and digest, and the check against what is published.

After all pages are read the record is made; every page prints its digest. When the pages are
written, what was computed is compared with ``data/published``: a number that moved, a paragraph
without a number, or a finding that is gone fails the build and is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from citable import paths
from citable.display.templates import html
from citable.display.words import N_, _
from citable.errors import CitableError
from citable.execute.chapters import label
from citable.files.atomic import write_atomically
from citable.project import project
from citable.record import identity, published
from citable.record.changes import editions_json
from citable.record.outputs import findings, numbers, of_kind
from citable.record.references import Reference
from citable.sphinx import digest, paragraphs, writers
from citable.sphinx.execution import executed
from citable.sphinx.list_directives import LISTS_EDITIONS
from citable.sphinx.state import build_state, record_domain
from citable.tables.passports import sha256_of

logger = logging.getLogger(__name__)


def _items(
    app: Sphinx, env: BuildEnvironment, found: list[dict[str, Any]]
) -> Iterator[identity.Item]:
    titles = {page: env.titles[page].astext() for page in env.titles}
    notebooks = executed(app)

    def item(kind: str, identifier: str, page: str, text: str) -> identity.Item:
        anchor = Reference(kind, identifier).anchor
        sha256 = identity.text_digest(text) if text else ""
        return identity.Item(kind, identifier, f"{page}.html", anchor, titles[page], text, sha256)

    for entry in found:
        page = str(entry["url"]).split(".html")[0]
        yield item("finding", entry["id"], page, entry["statement"])
    for page, notes in sorted(record_domain(env).paragraphs.items()):
        for note in notes:
            if note["id"]:
                yield item("paragraph", note["id"], page, note["text"])
    for kind in ("figure", "table"):
        for identifier, (page, data) in of_kind(notebooks, kind).items():
            yield item(kind, identifier, page, data["caption"])
    for page in sorted(titles):
        if label(page):
            yield item("chapter", label(page), page, "")
    yield item("book", "", str(app.config.root_doc), "")


def _updated(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Make the record; every page is written again when what all of them show of it has changed.

    Where only the digest has changed it is filled in, and pages that list editions are written again:
    an earlier edition of the same contents keeps the digest that is replaced.
    """
    try:
        found = findings(executed(app))
        record = identity.build_record(found, _items(app, env, found))
    except CitableError as error:
        raise ExtensionError(str(error)) from error
    state = build_state(app)
    state.record = record
    now = (record.fingerprint_without_paragraphs, writers.makers())
    before = record_domain(env).exchange("made_of", now)
    if before != now:
        state.kept_digest = ""
    if not state.kept_digest:
        return sorted(env.found_docs)
    if state.kept_digest == record.digest:
        return []
    digest.fill_in(Path(app.outdir), state.kept_digest, record)
    return sorted(page for page, data in env.metadata.items() if LISTS_EDITIONS in data)


class Retired(SphinxTransform):
    """Keep the anchor of a finding that was superseded or withdrawn, with what became of it."""

    default_priority = 951

    def apply(self, **kwargs: Any) -> None:
        """Add a note at the end of the page on which the finding stood."""
        page = self.env.docname
        section = next(iter(self.document.findall(nodes.section)), None)
        for entry in published.load().values():
            if entry["status"] == published.CURRENT or section is None:
                continue
            if entry["url"].split(".html")[0] == page:
                section += nodes.raw("", retired_html(entry), format="html")


# Whether another finding stands in its place, and its status: what became of it.
_BECAME = {
    (False, published.WITHDRAWN): N_("Withdrawn in edition {edition}."),
    (False, published.SUPERSEDED): N_("Superseded in edition {edition}."),
    (True, published.SUPERSEDED): N_(
        'Superseded by <a href="{link}">Finding {id}</a> in edition {edition}.'
    ),
}


def retired_html(entry: dict[str, Any]) -> str:
    """Return the note on which the anchor of a retired finding lands."""
    anchor = Reference("finding", entry["id"]).anchor
    by = entry.get("by", "")
    link = f"#finding-{by.replace('.', '-')}"
    name = html("Finding {id}", id=entry["id"])
    became = html(_BECAME[bool(by), entry["status"]], edition=entry["retired"], link=link, id=by)
    it_said = html("It said: “{statement}”", statement=entry["statement"])
    return (
        f'<section class="finding finding-retired" id="{anchor}" aria-label="{name}">'
        f'<p class="finding-statement"><span class="finding-number">{name}</span> '
        f"{became} {escape(_(entry['reason']))} {it_said}</p></section>"
    )


def _outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Name the pages of retired findings, if the published record changed."""
    file = paths.PUBLISHED_FINDINGS
    now = sha256_of(file) if file.is_file() else ""
    if record_domain(env).exchange("published", now) == now:
        return []
    pages = {entry["url"].split(".html")[0] for entry in published.load().values()}
    return sorted(pages & set(env.found_docs))


def problems(app: Sphinx) -> list[str]:
    """Return everything on which this build and the published record disagree, one line each."""
    notebooks = executed(app)
    moved: list[Any] = published.compare(published.load(), findings(notebooks))
    moved += published.compare_numbers(published.load_numbers(), numbers(notebooks))
    wrong = [str(change) for change in moved]
    if wrong:
        wrong.append(
            f"if that is right, run `{project().command} findings accept --reason '...'` and commit what it wrote"
        )
    return wrong + published.problems_of_the_record() + paragraphs.problems(app.env)


def check(app: Sphinx) -> None:
    """Compare this build with the published record. Raises ExtensionError with what differs."""
    if app.config.citable_draft:
        logger.info("a draft: not compared with the published record")
        return
    try:
        wrong = problems(app)
    except CitableError as error:
        raise ExtensionError(str(error)) from error
    if wrong:
        raise ExtensionError("this build is not what is published:\n  " + "\n  ".join(wrong))


def write_record(app: Sphinx) -> None:
    """Write the record and the list of editions beside the pages."""
    record = build_state(app).record
    out = Path(app.outdir)
    write_atomically(out / "record.json", record.as_json())
    write_atomically(out / "editions.json", editions_json(record.digest))


def setup(app: Sphinx) -> None:
    """Connect the record and name the pages of retired findings."""
    # Pages of a draft say so; the check against the published record is left out.
    app.add_config_value("citable_draft", False, "html")
    app.add_transform(Retired)
    app.connect("env-get-outdated", _outdated)
    app.connect("env-updated", _updated)
