"""Trace a finding: sentence, code cell, table, ingest module, original."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

import nbformat

from citable import paths
from citable.project import project
from citable.record.outputs import cell_index, recorded_values
from citable.record.sources import source_file
from citable.tables.datapackage import file_of
from citable.tables.manifest import manifest
from citable.tables.passports import Passport, passports, sha256_of
from citable.tables.schema import TABLES


@dataclass(frozen=True)
class Source:
    """Table or hand-typed file on which a finding rests.

    ``path`` is its committed file, ``download`` its place in the data package; ``module`` and
    ``purpose`` name the ingest code that made it and what that does, empty for typed files;
    ``originals`` are the passports of the files it was made from.
    """

    name: str
    kind: str
    path: str
    sha256: str
    rows: int | None
    download: str
    module: str = ""
    module_sha256: str = ""
    purpose: str = ""
    why: str = ""
    originals: tuple[Passport, ...] = ()


@dataclass(frozen=True)
class Trace:
    """Trace of one finding. ``rows_csv`` is empty for a finding that is no sum of rows."""

    finding: dict[str, Any]
    page: str
    cell: int
    code: str
    sources: tuple[Source, ...]
    rows_csv: str = ""
    rows_source: str = ""

    @property
    def n_rows(self) -> int:
        """Return the number of rows that add up to the finding."""
        return max(self.rows_csv.count("\n") - 1, 0)


def source(name: str) -> Source:
    """Describe a table or a typed file by name. Raises FindingError if it is neither."""
    if name in TABLES:
        entry = manifest()[name]
        module = project().maker(name)
        file = (inspect.getsourcefile(module) or "") if module else ""
        relative = file.split("/src/", 1)[-1]
        return Source(
            name=name,
            kind="table",
            path=f"data/tables/{entry.file}",
            sha256=entry.sha256,
            rows=entry.rows,
            download=file_of(name),
            module=f"src/{relative}" if module else "",
            module_sha256=sha256_of(paths.SRC / relative) if module else "",
            purpose=((module and module.__doc__) or "").strip().split("\n")[0],
            why=entry.why,
            originals=tuple(passports()[path] for path in TABLES[name].original_paths),
        )
    file_ = source_file(name)
    rows = None
    if file_.suffix == ".csv":
        rows = file_.read_text(encoding="utf-8").count("\n") - 1
    return Source(
        name=name,
        kind="simulated" if file_.parent == paths.SIMULATED else "typed",
        path=file_.relative_to(paths.ROOT).as_posix(),
        sha256=sha256_of(file_),
        rows=rows,
        download=file_of(name),
    )


def trace(finding: dict[str, Any], notebook: nbformat.NotebookNode) -> Trace:
    """Trace one finding from its executed notebook. Raises FindingError if it is not there."""
    from citable.record.rows import as_csv  # slow to load

    identifier = finding["id"]
    index = cell_index(notebook, f"finding/{identifier}")
    rows = recorded_values(notebook).get(f"rows/{identifier}")
    return Trace(
        finding=finding,
        page=str(finding["url"]).split(".html")[0],
        cell=sum(cell.cell_type == "code" for cell in notebook.cells[: index + 1]),
        code=notebook.cells[index].source,
        sources=tuple(source(name) for name in finding["tables"]),
        rows_csv=as_csv(rows) if rows else "",
        rows_source=(rows.get("table") or rows["source"]) if rows else "",
    )
