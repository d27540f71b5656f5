"""The command that takes the CSV files of ``data/tables`` as the tables of the book."""

from __future__ import annotations

from citable import paths


def tables_command() -> None:
    """Check each table against its schema; write data/tables/manifest.json and data/README.md."""
    from citable.tables.accept import accept

    for entry in accept():
        print(f"{entry.file}: {entry.rows:,} rows, sha256 {entry.sha256}")
    print(f"{paths.MANIFEST}\n{paths.DATA_README}")
