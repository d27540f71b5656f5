"""A page for each finding that leads back to the originals, and its rows as CSV."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from scomm import __version__
from scomm.book.execution import executed
from scomm.data.tables import write_atomically
from scomm.record import datapackage, published
from scomm.record.outputs import findings, slug
from scomm.record.publish import from_template
from scomm.record.trace import Trace, trace

ROWS_SCHEMA = "one-in-four/rows/1"
STATIC = Path(__file__).with_name("static")


def _traces(app: Sphinx) -> Iterator[Trace]:
    notebooks = executed(app)
    for finding in findings(notebooks):
        yield trace(finding, notebooks[str(finding["url"]).split(".html")[0]])


def _pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    listed: dict[str, dict[str, str]] = {}
    for item in _traces(app):
        identifier = item.finding["id"]
        body = from_template(
            "trace.html",
            trace=item,
            up="../",
            edition=__version__,
            tolerance=published.tolerance(item.finding),
        )
        name = f"trace/finding-{slug(identifier)}"
        if item.rows_csv:
            content = item.rows_csv.encode("utf-8")
            file = f"{name}-rows.csv"
            write_atomically(Path(app.outdir) / file, content)
            listed[identifier] = {"file": file, "sha256": hashlib.sha256(content).hexdigest()}
        title = f"Finding {identifier}: where it comes from"
        yield name, {"title": title, "body": body, "toc": "", "furo_hide_toc": True}, "page.html"
    folder = Path(app.outdir) / "check"
    document = {"schema": ROWS_SCHEMA, "edition": __version__, "rows": listed}
    text = json.dumps(document, indent=1) + "\n"
    write_atomically(folder / "rows.json", text.encode("utf-8"))
    write_atomically(folder / "check.js", (STATIC / "check.js").read_bytes())


def _write(app: Sphinx, exception: Exception | None) -> None:
    """Put the tables beside the pages, so that every link of a trace leads somewhere."""
    if exception is not None or app.builder.format != "html":
        return
    # Large tables take seconds to write as text, so it is done only when something changed.
    folder = Path(app.outdir) / "tables"
    stamp = Path(app.outdir).parent / ".record" / "tables.sha256"
    made_of = datapackage.made_of()
    made = (folder / "datapackage.json").is_file() and stamp.is_file()
    if made and stamp.read_text(encoding="utf-8") == made_of:
        return
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in datapackage.files().items():
        write_atomically(folder / path, content)
    write_atomically(stamp, made_of.encode("utf-8"))


def setup(app: Sphinx) -> None:
    """Register the generated pages and the tables."""
    app.connect("html-collect-pages", _pages)
    app.connect("build-finished", _write)
