"""Look up the sources of findings by name: committed tables and hand-typed files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from citable import paths
from citable.errors import FindingError
from citable.tables.manifest import manifest
from citable.tables.passports import sha256_of
from citable.tables.schema import TABLES


def source_file(name: str) -> Path:
    """Return the file of a table or of a typed file of the project, by name.

    Raises FindingError if there is none.
    """
    if name in TABLES:
        return paths.TABLES / TABLES[name].filename
    for folder in (*paths.typed_folders(), paths.DATA, paths.ROOT):
        if (folder / name).is_file():
            return folder / name
    raise FindingError(f"source {name!r} is neither a table nor a file of the project")


@cache
def source_sha256(name: str) -> str:
    """Return the sha256 of a source's file; for a table, from the manifest.

    Raises FindingError if there is no such source.
    """
    entries = manifest()
    return entries[name].sha256 if name in entries else sha256_of(source_file(name))


def sources_line(sources: Sequence[str]) -> list[dict[str, str]]:
    """Return name and digest of each table or hand-typed file, for a source line.

    Raises FindingError if a name is neither.
    """
    return [{"name": source, "digest": source_sha256(source)[:12]} for source in sources]
