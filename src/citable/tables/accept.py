"""Take CSV files that a person put into ``data/tables`` as the tables of the book.

For books whose tables no code makes: each is checked against its schema, and the manifest and the
data dictionary are written from what is there.
"""

from __future__ import annotations

import hashlib

from citable import paths
from citable.errors import TableError
from citable.files.atomic import write_atomically
from citable.tables.dictionary import render
from citable.tables.manifest import Entry, manifest_bytes
from citable.tables.passports import passports, sha256_of
from citable.tables.reader import canonical_csv, read
from citable.tables.schema import TABLES

_WHY = "every row is kept"


def accept() -> list[Entry]:
    """Write the manifest and ``data/README.md`` of all tables, and return the manifest's entries.

    Raises TableError if a table is missing, a cell does not fit its schema, the rows are not in the
    order of the primary key, or an original has no passport; then nothing is written.
    """
    entries = [_entry(name) for name in sorted(TABLES)]
    write_atomically(paths.MANIFEST, manifest_bytes(entries))
    write_atomically(paths.DATA_README, render().encode("utf-8"))
    return entries


def _entry(name: str) -> Entry:
    table, known = TABLES[name], passports()
    file = paths.TABLES / table.filename
    if not file.is_file():
        raise TableError(f"table {name}: {file.name} is missing beside its schema.")
    unknown = [path for path in table.original_paths if path not in known]
    if unknown:
        raise TableError(f"table {name}: {unknown[0]} has no passport in {paths.SOURCES.name}.")
    frame = read(file, table)
    ordered = frame.sort_values(table.primaryKey, kind="stable")
    if list(ordered.index) != list(frame.index):
        raise TableError(f"{file.name}: sort its rows by {', '.join(table.primaryKey)}.")
    content = hashlib.sha256(canonical_csv(frame)).hexdigest()
    originals = {path: known[path].sha256 for path in table.original_paths}
    rows = len(frame)
    return Entry(name, file.name, sha256_of(file), content, rows, rows, _WHY, originals)
