"""Verify an edition: check every file, execute every notebook again, compare every number.

What is compared with: the committed record ``data/published`` and, for an unpacked edition, its
``findings.json``, its exhibits and its checksums. Nothing is written, and no network is used.
"""

from __future__ import annotations

import csv
import importlib.metadata
import io
import json
import math
import os
import platform
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from citable import paths
from citable.edition import checksums
from citable.errors import CitableError, EditionError, PublishedError
from citable.execute import chapters
from citable.execute.execution import ExecutionError, default_workers, execute
from citable.execute.kernels import KernelForkServer
from citable.files.strict import read_json
from citable.project import project
from citable.record import identity, published
from citable.record.directives import finding_of, parse_notebook, referenced_names
from citable.record.findings import SCHEMA
from citable.record.outputs import findings, names_recorded_by, numbers, recorded, slug
from citable.record.references import Reference, unknown_id_error
from citable.tables.manifest import manifest
from citable.tables.passports import passports, sha256_of
from citable.tables.schema import TABLES

SCHEMA_VERIFICATION = "one-in-four/verification/1"
PASS, FAIL = "PASS", "FAIL"
_RESTORE_HINT = "The file was altered; take the edition from where it was published."

# Packages whose versions can change a last digit.
_PACKAGES = ("numpy", "scipy", "pandas", "statsmodels", "pyarrow", "duckdb")
# Relative tolerance of exhibits' numbers, compared as printed in CSV, between machines.
_CSV_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Row:
    """Result of one check. ``kind`` is file, ignored, table, original, record, finding, number or exhibit."""

    kind: str
    id: str
    published: str
    recomputed: str
    status: str
    why: str = ""


@dataclass
class Report:
    """Results of all checks, and the machine. ``digest`` is the edition's, where there is one."""

    edition: str
    digest: str
    machine: dict[str, Any]
    rows: list[Row] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(row.status == PASS for row in self.rows)

    def of_kinds(self, *kinds: str) -> list[Row]:
        """Return the results of some kinds."""
        return [row for row in self.rows if row.kind in kinds]

    def as_json(self) -> str:
        """Return the report as plain JSON data."""
        document = {
            "schema": SCHEMA_VERIFICATION,
            "edition": self.edition,
            "digest": self.digest,
            "result": PASS if self.passed else FAIL,
            "machine": self.machine,
            "rows": [asdict(row) for row in self.rows],
        }
        return json.dumps(document, ensure_ascii=False, indent=1)


Progress = Callable[[str, int, int], None]


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def machine() -> dict[str, Any]:
    """Return the machine, Python and package versions with which numbers are recomputed."""
    return {
        "system": platform.platform(),
        "processor": platform.machine(),
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        project().package or "citable": project().version,
        "packages": {name: version for name in _PACKAGES if (version := _version(name))},
    }


def edition_folder() -> Path | None:
    """Return the unpacked edition that holds this source tree, None for a repository."""
    folder = paths.ROOT.parent
    return folder if paths.ROOT.name == "source" and (folder / "MANIFEST.json").is_file() else None


def read_findings(file: Path) -> list[dict[str, Any]]:
    """Read a ``findings.json``. Raises EditionError if it is damaged or of a newer schema."""
    try:
        document = read_json(file)
        schema, items = document["schema"], document["findings"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EditionError(
            f"{file}: cannot be read as findings ({error}). {_RESTORE_HINT}"
        ) from error
    if schema != SCHEMA:
        raise EditionError(
            f"{file}: schema {schema!r}, this version reads {SCHEMA!r}. Use the code that came "
            "with that edition (its source/ folder)."
        )
    if wrong := published.problem_of_findings(items):
        raise EditionError(f"{file}: {wrong}. {_RESTORE_HINT}")
    return list(items)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


def check_files(folder: Path) -> list[Row]:
    """Compare every file of an unpacked edition with its checksums, and the checksums with the manifest."""
    wrong = checksums.file_problems(folder)
    rows = [Row("file", name, "as listed", why, FAIL, why) for name, why in wrong.items()]
    right = [name for name in checksums.read_checksums(folder) if name not in wrong]
    rows += [Row("file", name, "as listed", "as listed", PASS) for name in right]
    # If files differ, so does the manifest: report the files alone.
    if not wrong and (why := _manifest_problem(folder)):
        rows.append(Row("file", checksums.MANIFEST, "as made", why, FAIL, why))
    aside = checksums.build_artifacts(folder)
    return rows + [
        Row("ignored", name, "not of the edition", "not checked", PASS) for name in aside
    ]


def _manifest_problem(folder: Path) -> str:
    """Return where a manifest differs from the one computed from its edition's files; empty if it does not."""
    found = (folder / checksums.MANIFEST).read_bytes()
    made = checksums.manifest(folder, identity.load(folder))
    if found == checksums.manifest_bytes(made):
        return ""
    stated = read_json(folder / checksums.MANIFEST)
    moved = [key for key in {**made, **stated} if made.get(key) != stated.get(key)]
    return f"changed: {', '.join(moved) or 'its spacing'} not what its files give"


def check_tables() -> list[Row]:
    """Compare the sha256 of each table's file with the manifest."""
    rows = []
    entries = manifest()
    present = {name for name in TABLES if (paths.TABLES / TABLES[name].filename).is_file()}
    for name in sorted(present | (entries.keys() & TABLES.keys())):
        file = paths.TABLES / TABLES[name].filename
        expected = entries[name].sha256 if name in entries else "not in the manifest"
        actual = sha256_of(file) if file.is_file() else "missing"
        status = PASS if actual == expected else FAIL
        why = "" if status == PASS else f"{file.name} is not the table of this edition"
        rows.append(Row("table", name, expected[:12], actual[:12], status, why))
    return rows


def check_originals(folder: Path | None) -> list[Row]:
    """Compare the originals that are present with their passports; missing ones do not fail."""
    rows = []
    for path, passport in passports().items() if folder else ():
        file = folder / path  # type: ignore[operator]
        if file.is_file():
            actual = sha256_of(file)
            same = actual == passport.sha256
            why = "" if same else "not the original that this edition was made from"
            rows.append(
                Row(
                    "original", path, passport.sha256[:12], actual[:12], PASS if same else FAIL, why
                )
            )
    return rows


def check_record(folder: Path | None) -> list[Row]:
    """Check the published record, and an edition's ``findings.json`` against it."""
    wrong = published.problems_of_the_record()
    if not published.load():
        wrong.append("nothing is published: data/published/findings.json is missing")
    rows = [Row("record", "data/published", "consistent", "not", FAIL, why) for why in wrong]
    if folder is not None:
        printed = read_findings(folder / "findings.json")
        for change in published.compare(published.load(), printed):
            rows.append(
                Row(
                    "record",
                    "findings.json",
                    _text(change.old),
                    _text(change.new),
                    FAIL,
                    str(change),
                )
            )
    return rows or [Row("record", "the published record", "consistent", "consistent", PASS)]


def _cells_up_to(notebook: nbformat.NotebookNode, identifier: str) -> nbformat.NotebookNode:
    """Return the notebook up to the last cell that records a finding or a value its text uses."""
    own = f"finding/{identifier}"
    wanted = {own}
    directive = parse_notebook(notebook).get(own)
    for text in directive.texts.values() if directive else ():
        wanted |= {name for name in referenced_names(text) if not finding_of(name)}
    last = -1
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and (found := wanted & names_recorded_by(cell.source)):
            last, wanted = index, wanted - found
    if own in wanted:
        raise PublishedError(f"finding {identifier} is published, and no cell records it")
    if wanted:  # by names that a cell computes
        last = len(notebook.cells)
    short = nbformat.v4.new_notebook(metadata=notebook.metadata)
    # Text may follow the cell as well as precede it.
    short.cells = [
        cell
        for index, cell in enumerate(notebook.cells)
        if index <= last or cell.cell_type == "markdown"
    ]
    return short


def _execute(
    notebooks: Mapping[str, nbformat.NotebookNode],
    kernels: KernelForkServer,
    progress: Progress | None,
    *,
    draws: bool = True,
) -> tuple[dict[str, nbformat.NotebookNode], dict[str, str]]:
    """Execute notebooks in clean kernels; return those with outputs, and the errors of the others."""
    done: dict[str, nbformat.NotebookNode] = {}
    failed: dict[str, str] = {}
    # Longest first, by length of code, so that no long one runs alone at the end.
    longest = sorted(notebooks, key=lambda name: -sum(len(c.source) for c in notebooks[name].cells))
    manager = kernels.manager_class()
    with ThreadPoolExecutor(max_workers=default_workers()) as pool:
        futures = {
            pool.submit(execute, notebooks[name], name, manager=manager, draws=draws): name
            for name in longest
        }
        for count, future in enumerate(as_completed(futures), start=1):
            name = futures[future]
            try:
                done[name] = future.result().notebook
            except ExecutionError as error:
                failed[name] = _reason(str(error))
            if progress:
                progress(name, count, len(notebooks))
    return done, failed


def _reason(error: str) -> str:
    """Return the last line of an error that is not blank, without terminal colours."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", error)
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    return next(
        (line for line in reversed(lines) if re.match(r"\w+(Error|Exception)\b", line)), lines[-1]
    )


def compare_findings(
    computed: list[dict[str, Any]], failed: Mapping[str, str], only: set[str] | None = None
) -> list[Row]:
    """Compare recomputed findings with the published ones, one result a finding."""
    entries = published.load()
    found = {item["id"]: item for item in computed}
    changes = published.compare(entries, computed, only)
    rows = []
    for identifier, entry in entries.items():
        if (only is not None and identifier not in only) or entry["status"] != published.CURRENT:
            continue
        wrong = [change for change in changes if change.id == identifier]
        page = entry["url"].split(".html")[0]
        if page in failed:
            why = f"{page} did not run: {failed[page]}"
            rows.append(Row("finding", identifier, _text(entry["value"]), "", FAIL, why))
            continue
        value = _text(found[identifier]["value"]) if identifier in found else ""
        why = "; ".join(str(change).split(", ", 1)[-1] for change in wrong)
        status = FAIL if wrong else PASS
        rows.append(Row("finding", identifier, _text(entry["value"]), value, status, why))
    rows += [
        Row("finding", change.id, "", _text(found[change.id]["value"]), FAIL, str(change))
        for change in changes
        if change.field in ("published", "reused")
    ]
    return rows


def compare_prose(
    done: Mapping[str, nbformat.NotebookNode], failed: Mapping[str, str]
) -> list[Row]:
    """Compare every number in prose with the published one, one result a number."""
    expected = published.load_numbers()
    found = numbers(dict(done))
    wrong = {change.id: change for change in published.compare_numbers(expected, found)}
    rows = []
    for page in sorted({*expected, *found}):
        if page in failed:
            why = f"{page} did not run: {failed[page]}"
            rows.append(
                Row("number", page, f"{len(expected.get(page, {}))} numbers", "", FAIL, why)
            )
            continue
        for name in sorted({*expected.get(page, {}), *found.get(page, {})}):
            change = wrong.get(f"{page} {name}")
            old, new = (_text(source.get(page, {}).get(name, "")) for source in (expected, found))
            why = str(change) if change else ""
            rows.append(Row("number", f"{page} {name}", old, new, FAIL if change else PASS, why))
    return rows


def _same_cell(old: str, new: str) -> bool:
    if old == new:
        return True
    try:
        return math.isclose(float(old), float(new), rel_tol=_CSV_TOLERANCE, abs_tol=_CSV_TOLERANCE)
    except ValueError:
        return False


def difference(old: str, new: str) -> str:
    """Return where two CSV texts first differ; empty if they agree to the last printed digits."""
    before, after = (list(csv.reader(io.StringIO(text))) for text in (old, new))
    if len(before) != len(after):
        return f"{len(before) - 1} rows published, {len(after) - 1} recomputed"
    for number, (one, other) in enumerate(zip(before, after, strict=True), start=1):
        if len(one) != len(other):
            return f"row {number}: {len(one)} columns published, {len(other)} recomputed"
        for column, (a, b) in enumerate(zip(one, other, strict=True)):
            if not _same_cell(a, b):
                return (
                    f"row {number}, column {before[0][column]!r}: {a!r} published, {b!r} recomputed"
                )
    return ""


def compare_exhibits(folder: Path, done: Mapping[str, nbformat.NotebookNode]) -> list[Row]:
    """Compare the data of every figure and table with the edition's, cell by cell."""
    rows = []
    for kind in ("figure", "table"):
        for identifier, (_page, data) in recorded(done, kind).items():
            file = folder / "site" / "exhibits" / f"{kind}-{slug(identifier)}.csv"
            name = str(Reference(kind, identifier))
            if not file.is_file():
                rows.append(Row("exhibit", name, "missing", "", FAIL, f"{file.name} is not there"))
                continue
            why = difference(file.read_text(encoding="utf-8"), data["csv"])
            rows.append(Row("exhibit", name, "data", "data", FAIL if why else PASS, why))
    return rows


def check_digest(folder: Path) -> list[Row]:
    """Recompute the edition's digest from published findings, tables, and the printed texts."""
    record = identity.load(folder)
    texts = {item.id: item.text for item in record.items if item.kind == "paragraph"}
    # Findings agree within tolerance; the digest is of the published digits.
    entries = [entry for entry in published.load().values() if entry["status"] == published.CURRENT]
    digest = identity.edition_digest(entries, identity.table_digests(), texts)
    try:
        stated = str(read_json(folder / "MANIFEST.json")["digest"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EditionError(
            f"{folder / 'MANIFEST.json'}: cannot be read ({error}). {_RESTORE_HINT}"
        ) from error
    rows = []
    for name, value in (("MANIFEST.json", stated), ("record.json", record.digest)):
        why = "" if value == digest else f"{name} states another digest than its contents give"
        rows.append(
            Row("record", f"digest in {name}", value[:12], digest[:12], FAIL if why else PASS, why)
        )
    changed = [
        item.id
        for item in record.items
        if item.text and identity.text_digest(item.text) != item.sha256
    ]
    rows += [
        Row("record", f"text of {name}", "", "", FAIL, "not the text of its digest")
        for name in changed
    ]
    return rows


def published_id(reference: Reference) -> str:
    """Return the id of a published finding. Raises UnknownIdError or PublishedError if it is none."""
    entries = published.load()
    if reference.kind != "finding":
        raise PublishedError(
            f"{reference} is not a finding; findings are verified, such as F6.3. "
            f"`{project().command} verify` without a number checks everything."
        )
    if reference.id not in entries:
        raise unknown_id_error(reference, entries)
    entry = entries[reference.id]
    if entry["status"] != published.CURRENT:
        raise PublishedError(
            f"{reference} was {entry['status']} in edition {entry['retired']}: {entry['reason']}"
        )
    return reference.id


def verify(
    kernels: KernelForkServer,
    only: str = "",
    originals: Path | None = None,
    progress: Progress | None = None,
) -> Report:
    """Verify the edition or repository at ``paths.ROOT``; ``only`` one finding, or everything.

    For one finding the cells up to it are executed, and no figure is drawn. ``kernels`` are the
    caller's to begin, before anything slow is loaded, and to close.

    Raises EditionError or PublishedError if there is nothing that can be verified; a difference is
    not an error but a row that says FAIL.
    """
    folder = edition_folder()
    report = Report(project().version, "", machine())
    if folder is not None:
        report.digest = identity.load(folder).digest
        report.rows += check_files(folder)
    if only:
        entry = published.load()[only]
        page = entry["url"].split(".html")[0]
        notebook = chapters.notebook(page) if page in chapters.pages() else None
        if notebook is None:
            raise PublishedError(f"finding {only} stands in {page}, which is not there")
        report.rows += check_tables()
        done, failed = _execute(
            {page: _cells_up_to(notebook, only)}, kernels, progress, draws=False
        )
        report.rows += compare_findings(findings(done), failed, {only})
        return report
    notebooks = chapters.notebooks()
    report.rows += check_tables() + check_originals(originals) + check_record(folder)
    done, failed = _execute(notebooks, kernels, progress)
    try:
        computed = findings(done)
    except CitableError as error:
        raise PublishedError(str(error)) from error
    report.rows += compare_findings(computed, failed) + compare_prose(done, failed)
    if folder is not None:
        report.rows += compare_exhibits(folder, done) + check_digest(folder)
    return report
