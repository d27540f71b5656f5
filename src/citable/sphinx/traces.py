"""Generate the trace page of each finding, back to the originals, and its rows as CSV."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from citable.display.templates import from_template, html
from citable.display.words import N_, translate_nested
from citable.files.atomic import write_atomically
from citable.project import project
from citable.record import published, report
from citable.record.outputs import slug, translated_findings
from citable.record.references import Reference
from citable.record.trace import Trace, trace
from citable.sphinx import writers
from citable.sphinx.execution import executed
from citable.sphinx.state import build_state
from citable.tables import datapackage

ROWS_SCHEMA = "one-in-four/rows/1"
# Texts of the script that checks a number, by the name of the page's data attribute.
CHECK = {
    "label": N_("Check this number"),
    "agrees": N_("Agrees."),
    "disagrees": N_("Does not agree."),
    "failed": N_("Could not be checked:"),
    "server": N_(
        "a browser checks only over http; start a local server in the folder of the site, such as "
        "python3 -m http.server"
    ),
    "read": N_("{n} rows read"),
    "after": N_("after: {x} of {n}"),
    "before": N_("before: {x} of {n}"),
    "difference": N_("difference = {sum} = {value}"),
    "numerator": N_("numerator: the column {column} adds up to {n}"),
    "denominator": N_("denominator: the column {column} adds up to {n}"),
    "total": N_("denominator: {n}, a published total that is no sum of these rows"),
    "share": N_("share = {sum} = {value}"),
    "interval": N_("{level}% interval ({method}): {low} to {high}"),
    "more": N_("the interval ({method}) takes more than a page can do: {command}"),
    "unlisted": N_("no rows are listed for finding {id}"),
    "hash": N_("the rows have sha256 {here}, the edition lists {listed}"),
    "moved": N_("{field}: {here} here, {published} published"),
    "ends": N_("{low} to {high}"),
    "genuine": N_("{file}: sha256 {digest}, as the edition lists it"),
    "other": N_("{file}: sha256 {digest}"),
    "value-name": N_("value"),
    "numerator-name": N_("numerator"),
    "denominator-name": N_("denominator"),
    "interval-name": N_("interval"),
}


def check_words() -> dict[str, str]:
    """Return the texts of the check script in the edition's language, and the name of the command."""
    return translate_nested(CHECK) | {"program": project().command}


# The page of the data dictionary, where a book has one.
DICTIONARY = "notebooks/D-data-dictionary"
STATIC = Path(__file__).with_name("static")


def _traces(app: Sphinx) -> Iterator[Trace]:
    notebooks = executed(app)
    for finding in translated_findings(notebooks):
        yield trace(finding, notebooks[str(finding["url"]).split(".html")[0]])


def _pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    record = build_state(app).record
    listed: dict[str, dict[str, str]] = {}
    for item in _traces(app):
        identifier = item.finding["id"]
        cited = record.find(Reference("finding", identifier))
        body = from_template(
            "trace.html",
            trace=item,
            up="../",
            words=check_words(),
            edition=project().version,
            tolerance=published.tolerance(item.finding),
            dictionary=DICTIONARY if DICTIONARY in app.env.found_docs else "",
            report_address=report.address(
                record, cited, app.config.citable_repository, app.config.citable_report_address
            ),
            report_text=report.message(record, cited),
        )
        name = f"trace/finding-{slug(identifier)}"
        if item.rows_csv:
            content = item.rows_csv.encode("utf-8")
            file = f"{name}-rows.csv"
            write_atomically(Path(app.outdir) / file, content)
            listed[identifier] = {"file": file, "sha256": hashlib.sha256(content).hexdigest()}
        title = str(html("Finding {id}: where it comes from", id=identifier))
        yield name, {"title": title, "body": body, "toc": "", "furo_hide_toc": True}, "page.html"
    folder = Path(app.outdir) / "check"
    document = {"schema": ROWS_SCHEMA, "edition": project().version, "rows": listed}
    text = json.dumps(document, indent=1) + "\n"
    write_atomically(folder / "rows.json", text.encode("utf-8"))
    write_atomically(folder / "check.js", (STATIC / "check.js").read_bytes())


def _write(app: Sphinx, out: Path) -> None:
    """Copy the tables beside the pages, so that every link of a trace resolves."""
    # Large tables take seconds to write as text, so it is done only when they themselves changed.
    folder = out / "tables"
    stamp = out.parent / ".record" / "datapackage.sha256"
    made_of = datapackage.content_digest()
    made = (folder / "datapackage.json").is_file() and stamp.is_file()
    if made and stamp.read_text(encoding="utf-8") == made_of:
        return
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in datapackage.files().items():
        write_atomically(folder / path, content)
    write_atomically(stamp, made_of.encode("utf-8"))


PAGES = writers.GeneratedPages("traces", _pages)
FILES = writers.SiteFiles("tables", _write, "tables/datapackage.json", writers.dependencies)
