"""Write beside the pages what they offer: notebooks, figures, tables, all findings."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import nbformat
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from scomm.book import writers
from scomm.book.execution import executed
from scomm.data.files import write_atomically
from scomm.record import published
from scomm.record.outputs import findings as all_findings
from scomm.record.outputs import of_kind, slug
from scomm.record.schema import findings_csv, findings_document, findings_schema


def _write(app: Sphinx, out: Path) -> None:
    notebooks = executed(app)
    findings = all_findings(notebooks)
    figures = of_kind(notebooks, "figure")
    tables = of_kind(notebooks, "table")
    for name, notebook in notebooks.items():
        write_atomically(out / f"{name}.ipynb", nbformat.writes(notebook).encode("utf-8"))
    for kind, items in (("figure", figures), ("table", tables)):
        for identifier, (_, data) in items.items():
            stem = out / "exhibits" / f"{kind}-{slug(identifier)}"
            write_atomically(stem.with_suffix(".csv"), data["csv"].encode("utf-8"))
            if "svg" in data:
                write_atomically(stem.with_suffix(".svg"), data["svg"].encode("utf-8"))
    schema = findings_schema()
    digest = app.scomm_record.digest  # type: ignore[attr-defined]
    document = findings_document(findings, digest, published.load())
    # What JSON makes of the data is what is checked: a tuple is a list there.
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    try:
        jsonschema.Draft202012Validator(schema).validate(json.loads(text))
    except jsonschema.ValidationError as error:
        raise ExtensionError(f"findings.json, {error.json_path}: {error.message}") from error
    write_atomically(out / "findings.json", text.encode("utf-8"))
    write_atomically(out / "findings.csv", findings_csv(findings).encode("utf-8"))
    text = json.dumps(schema, indent=1) + "\n"
    write_atomically(out / "findings.schema.json", text.encode("utf-8"))


def setup(app: Sphinx) -> None:
    """Write after the pages are built."""
    writers.connect(app, "site", _write, proof="findings.json")
