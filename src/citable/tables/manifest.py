"""Read and write the manifest of committed tables, without pandas."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Any

from citable import paths
from citable.errors import TableError
from citable.files.strict import read_json
from citable.project import project


def restore_hint() -> str:
    """Return the remedy for a table that differs from the manifest."""
    return f"{project().tables_made_by} or restore the file with `git checkout`."


@dataclass(frozen=True)
class Entry:
    """Entry of one table in the manifest.

    ``content_sha256`` is the digest of the table as canonical CSV, so that it survives a
    Parquet library that lays out the same rows in other bytes.
    """

    table: str
    file: str
    sha256: str
    content_sha256: str
    rows: int
    rows_in: int
    why: str
    originals: dict[str, str]


def manifest() -> dict[str, Entry]:
    """Read ``data/tables/manifest.json``. Raises TableError if it is missing or malformed."""
    try:
        entries = [Entry(**entry) for entry in read_json(paths.MANIFEST)["tables"]]
        _check_entries(entries)
        return {entry.table: entry for entry in entries}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TableError(
            f"{paths.MANIFEST.name}: cannot be read ({error}). {restore_hint()}"
        ) from error


def _check_entries(entries: list[Entry]) -> None:
    """Raise ValueError at an entry with a field of the wrong type, or a duplicate table."""
    seen = set()
    for entry in entries:
        texts = (entry.table, entry.file, entry.sha256, entry.content_sha256, entry.why)
        sums = (entry.sha256, entry.content_sha256)
        if (
            not all(isinstance(text, str) for text in texts)
            or not all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in sums)
            or not all(type(count) is int and count >= 0 for count in (entry.rows, entry.rows_in))
            or not isinstance(entry.originals, dict)
        ):
            raise ValueError(f"the entry of {entry.table!r} has a field of another kind")
        if entry.table in seen:
            raise ValueError(f"table {entry.table!r} stands twice")
        seen.add(entry.table)


def manifest_bytes(entries: list[Entry]) -> bytes:
    """Return the manifest as bytes: tables by name, without time or machine."""
    tables: list[dict[str, Any]] = [
        asdict(entry) for entry in sorted(entries, key=lambda entry: entry.table)
    ]
    return (json.dumps({"schema": 1, "tables": tables}, indent=1) + "\n").encode("utf-8")
