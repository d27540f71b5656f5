"""Read hand-typed CSV and YAML files; errors name file, entry and field."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from citable.errors import LedgerError
from citable.files.strict import read_named_rows, read_yaml

if TYPE_CHECKING:
    import pandas as pd

RESTORE_HINT = "Mend that place, or restore the file with `git checkout`."


def read_csv(file: Path, required: tuple[str, ...]) -> pd.DataFrame:
    """Read a hand-typed CSV as text, empty cells as empty text."""
    try:
        header, records = read_named_rows(file, ())
    except (OSError, ValueError) as error:
        raise LedgerError(f"{file.name}: cannot be read ({error}). {RESTORE_HINT}") from error
    missing = [name for name in required if name not in header]
    if missing:
        raise LedgerError(f"{file.name}: no column {missing[0]!r}; it has {header}")
    import pandas as pd  # slow to load; claims and glossary, which each build reads, need none

    return pd.DataFrame(records, columns=header, dtype=str)


def _read_yaml(file: Path) -> Any:
    try:
        return read_yaml(file)
    except (OSError, ValueError) as error:
        raise LedgerError(f"{file.name}: cannot be read ({error}). {RESTORE_HINT}") from error


def read_mapping(file: Path) -> dict[str, Any]:
    """Read a YAML file of named entries. Raises LedgerError."""
    typed = _read_yaml(file)
    if not isinstance(typed, dict):
        raise LedgerError(f"{file.name}: found a {type(typed).__name__}, expected named entries")
    return typed


def read_entries(file: Path, name: str, required: Sequence[str]) -> list[dict[str, Any]]:
    """Return a named list of a YAML file whose entries have the required fields and a unique key.

    The first of the required fields is the key. Raises LedgerError naming the entry.
    """
    entries = read_mapping(file).get(name)
    if not isinstance(entries, list):
        raise LedgerError(f"{file.name}: no list {name!r}")
    seen = set()
    for number, entry in enumerate(entries, start=1):
        place = f"{file.name}, {name}, entry {number}"
        if not isinstance(entry, dict):
            raise LedgerError(f"{place}: found {str(entry)[:60]!r}, expected named fields")
        for field in required:
            if field not in entry:
                raise LedgerError(f"{place}: no field {field!r}")
        key = entry[required[0]]
        if not isinstance(key, str) or not key:
            raise LedgerError(f"{place}, {required[0]}: found {key!r}, expected a word")
        if key in seen:
            raise LedgerError(f"{place}: {required[0]} {key!r} stands twice")
        seen.add(key)
    return entries
