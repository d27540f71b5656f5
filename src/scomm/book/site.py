"""Write beside the pages what they offer: notebooks, figures, tables, all findings."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import nbformat
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from scomm import __version__
from scomm.data.tables import write_atomically
from scomm.errors import ScommError
from scomm.record.execution import Executed
from scomm.record.findings import SCHEMA
from scomm.record.outputs import findings as all_findings
from scomm.record.outputs import of_kind, slug


def findings_csv(findings: list[dict[str, object]]) -> str:
    """Return findings as CSV: one row each, lists joined by semicolons, interval in columns."""
    text = io.StringIO()
    rows = []
    for finding in findings:
        row = dict(finding)
        interval = row.pop("interval") or {}
        row |= {f"interval_{key}": interval.get(key) for key in ("low", "high", "level", "method")}  # type: ignore[attr-defined]
        rows.append(
            {
                key: "; ".join(value) if isinstance(value, list | tuple) else value
                for key, value in row.items()
            }
        )
    if rows:
        writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue()


def _write(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    results: dict[str, Executed] = app.scomm_results  # type: ignore[attr-defined]
    notebooks = {name: result.notebook for name, result in results.items()}
    try:
        findings = all_findings(notebooks)
        figures = of_kind(notebooks, "figure")
        tables = of_kind(notebooks, "table")
    except ScommError as error:
        raise ExtensionError(str(error)) from error
    for name, notebook in notebooks.items():
        write_atomically(out / f"{name}.ipynb", nbformat.writes(notebook).encode("utf-8"))
    for kind, items in (("figure", figures), ("table", tables)):
        for identifier, (_, data) in items.items():
            stem = out / "exhibits" / f"{kind}-{slug(identifier)}"
            write_atomically(stem.with_suffix(".csv"), data["csv"].encode("utf-8"))
            if "svg" in data:
                write_atomically(stem.with_suffix(".svg"), data["svg"].encode("utf-8"))
    document = {"schema": SCHEMA, "edition": __version__, "findings": findings}
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    write_atomically(out / "findings.json", text.encode("utf-8"))
    write_atomically(out / "findings.csv", findings_csv(findings).encode("utf-8"))


def setup(app: Sphinx) -> None:
    """Write after the pages are built."""
    app.connect("build-finished", _write)
