"""Write the files that pages offer: notebooks, figures, tables, all findings."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import nbformat
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

from citable.files.atomic import write_atomically
from citable.record import published
from citable.record.outputs import findings as all_findings, for_download, of_kind, slug
from citable.record.schema import findings_csv, findings_document, findings_schema
from citable.sphinx import writers
from citable.sphinx.execution import executed
from citable.sphinx.figure_pages import write_figures
from citable.sphinx.state import build_state


def _write(app: Sphinx, out: Path) -> None:
    notebooks = executed(app)
    findings = all_findings(notebooks)
    figures = of_kind(notebooks, "figure")
    tables = of_kind(notebooks, "table")
    for name, notebook in notebooks.items():
        text = nbformat.writes(for_download(notebook))
        write_atomically(out / f"{name}.ipynb", text.encode("utf-8"))
    written = set()
    for kind, items in (("figure", figures), ("table", tables)):
        for identifier, (_, data) in items.items():
            for form in ("csv", "svg"):
                if form in data:
                    file = out / "exhibits" / f"{kind}-{slug(identifier)}.{form}"
                    write_atomically(file, data[form].encode("utf-8"))
                    written.add(file)
    written |= write_figures(notebooks, out)
    writers.keep_only(written, out / "exhibits", ".csv", ".svg", ".js", ".html")
    schema = findings_schema()
    digest = build_state(app).record.digest
    document = findings_document(findings, digest, published.load())
    # Validate the data as JSON returns it: a tuple becomes a list.
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    try:
        jsonschema.Draft202012Validator(schema).validate(json.loads(text))
    except jsonschema.ValidationError as error:
        raise ExtensionError(f"findings.json, {error.json_path}: {error.message}") from error
    write_atomically(out / "findings.json", text.encode("utf-8"))
    write_atomically(out / "findings.csv", findings_csv(findings).encode("utf-8"))
    text = json.dumps(schema, indent=1) + "\n"
    write_atomically(out / "findings.schema.json", text.encode("utf-8"))


def _outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Delete the output of pages that are no longer in the table of contents; Sphinx keeps it."""
    for page in removed if app.builder.format == "html" else ():
        for form in ("html", "ipynb"):
            (Path(app.outdir) / f"{page}.{form}").unlink(missing_ok=True)
    return []


FILES = writers.SiteFiles("site", _write, "findings.json", writers.dependencies_with_prose)


def setup(app: Sphinx) -> None:
    """Remove the files of removed pages."""
    app.connect("env-get-outdated", _outdated)
