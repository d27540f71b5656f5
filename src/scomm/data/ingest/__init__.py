"""Ingest: from the agency's files to tidy tables, one module an original family.

Each module names its ``ORIGINALS`` and ``TABLES`` and offers ``run(folder)``, which reads,
checks and tidies, and returns one ``Output`` a table. Nothing here writes except ``ingest``.

``ingest`` compares the sha256 of every original with its passport before anything reads it. A
module's own ``run`` does not: it names what is wrong by line and column, for a file that has no
passport yet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from citable import paths
from citable.errors import ArgumentError, SourceError
from citable.files.atomic import write_together
from citable.files.locks import abandoned_files, directory_lock
from citable.tables.manifest import Entry, manifest, manifest_bytes
from citable.tables.passports import check_hash, locate, passports
from citable.tables.schema import TABLES
from scomm.data.ingest.base import Module, Output

if TYPE_CHECKING:
    import pandas as pd

MODULES = (
    "removals",
    "arrests",
    "seattle",
    "detainers",
    "dashboard",
    "detention",
    "activation",
    "population",
    "crosswalk",
    "facilities",
    "boundaries",
    "s287g",
    "detainer_counts",
)


def modules() -> list[Module]:
    """Return the ingest modules in the order they run."""
    return [import_module(f"scomm.data.ingest.{name}") for name in MODULES]


def _run(module: Module, folder: Path) -> list[Output]:
    """Check the sha256 of a module's originals, then read them. Raises SourceError."""
    for path in module.ORIGINALS:
        check_hash(path, locate(path, folder))
    outputs = module.run(folder)
    missing = set(module.TABLES) - {output.table for output in outputs}
    if missing:
        raise SourceError(
            ", ".join(module.ORIGINALS), found=f"no table {missing}", expected="each table named"
        )
    return outputs


def ingest(
    folder: Path,
    tables: Path | None = None,
    only: Sequence[str] | None = None,
    report: Callable[[Output, int], None] | None = None,
) -> list[Entry]:
    """Read all originals in ``folder`` and write all tables and the manifest atomically.

    ``only`` names modules to run (the manifest then keeps the other entries); ``report`` is
    called with each output and its number of rows. Raises SourceError if an original is not the
    file of its passport, SourceError or TableError if it cannot be used; either before any file
    under its final name has been touched.
    """
    # Imported here: callers that only list the modules do not need pandas.
    from citable.tables.reader import to_bytes

    tables = tables or paths.TABLES
    entries: dict[str, Entry] = {}
    if only:
        entries = {} if not paths.MANIFEST.is_file() else manifest()
    contents: dict[str, bytes] = {}
    known = passports()
    pending: list[tuple[Output, Future[tuple[pd.DataFrame, bytes, str]]]] = []

    def keep() -> None:
        for output, written in pending:
            table = TABLES[output.table]
            frame, content, digest = written.result()
            contents[table.filename] = content
            entries[table.name] = Entry(
                table=table.name,
                file=table.filename,
                sha256=_sha256(content),
                content_sha256=digest,
                rows=len(frame),
                rows_in=output.rows_in,
                why=output.why,
                originals={path: known[path].sha256 for path in table.original_paths},
            )
            if report:
                report(output, len(frame))
        pending.clear()

    # While one module's tables are checked and packed, the next module reads.
    with ThreadPoolExecutor(1) as packer:
        for name, module in zip(MODULES, modules(), strict=True):
            if only and name not in only:
                continue
            outputs = _run(module, folder)
            keep()
            for output in outputs:
                table = TABLES[output.table]
                pending.append((output, packer.submit(to_bytes, output.frame, table)))
        keep()
    files = {tables / filename: content for filename, content in contents.items()}
    files[tables / paths.MANIFEST.name] = manifest_bytes(list(entries.values()))
    with directory_lock(tables, "ingest"):
        for left in abandoned_files(tables):
            left.unlink()
        write_together(files)
    return list(entries.values())


def count_records(
    kind: str, location: str, to: Path, engine: str = "duckdb", master: str | None = None
) -> dict[str, int]:
    """Count the record files of a kind into Parquet tables in ``to``; return their rows.

    ``location`` is a folder or pattern that the engine reads. The tables are sorted by their keys,
    so that engines write the same. Raises SourceError naming what is wrong in a file.
    """
    from citable.tables.reader import parquet_bytes
    from scomm.data.ingest import arrests, engines as known, removals
    from scomm.data.ingest.records import record_files

    kinds = {"removals": removals, "arrests": arrests}
    if kind not in kinds or engine not in known.ENGINES:
        raise ArgumentError(
            f"no records {kind!r} or no engine {engine!r}; there are: "
            f"{', '.join(kinds)}; {', '.join(known.ENGINES)}."
        )
    runner = known.engine(engine, master)
    frames, _ = kinds[kind].tables(runner, record_files(runner, location))
    rows: dict[str, int] = {}
    files: dict[Path, bytes] = {}
    for name, frame in frames.items():
        content = parquet_bytes(
            frame.sort_values(TABLES[name].primaryKey, ignore_index=True, kind="stable")
        )
        files[to / f"{name}.parquet"] = content
        rows[name] = len(frame)
    write_together(files)
    return rows


def _sha256(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()
