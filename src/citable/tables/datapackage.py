"""Build the Frictionless Data Package of the book's tables: CSV files, dictionary and hashes."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

from citable import paths
from citable.project import project
from citable.tables.manifest import manifest
from citable.tables.passports import Passport, passports, sha256_of
from citable.tables.schema import TABLES, Table

# A CSV larger than this is compressed: the text of some tables is forty times their Parquet.
_LARGE = 2_000_000
_LICENCE = {
    "name": "CC0-1.0",
    "title": "CC0 1.0 Universal",
    "path": "https://creativecommons.org/publicdomain/zero/1.0/",
}


def file_of(source: str) -> str:
    """Return the path of a table or hand-typed file in the package.

    >>> file_of("activation"), file_of("figures.csv")
    ('activation.csv', 'hand/figures.csv')
    """
    if source in TABLES:
        name = f"{source}.csv"
        return f"{name}.gz" if _is_large(source) else name
    for folder in (*paths.typed_folders(), paths.DATA):
        if (folder / source).is_file():
            return (folder / source).relative_to(paths.DATA).as_posix()
    return ""


def _is_large(name: str) -> bool:
    # Judged by the committed file, without reading the table: text is many times the size of
    # its Parquet file.
    size = (paths.TABLES / TABLES[name].filename).stat().st_size
    return size * (40 if TABLES[name].format == "parquet" else 1) > _LARGE


def _table(table: Table) -> tuple[dict[str, Any], str, bytes]:
    from citable.tables.reader import canonical_csv, load

    content = canonical_csv(load(table.name))
    path = file_of(table.name)
    stored = gzip.compress(content, 9, mtime=0) if path.endswith(".gz") else content
    resource: dict[str, Any] = {
        "name": table.name.replace("_", "-"),
        "path": path,
        "title": table.title,
        "description": f"One row: {table.grain}.",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(stored),
        "hash": f"sha256:{hashlib.sha256(stored).hexdigest()}",
        "contentSha256": manifest()[table.name].content_sha256,
        "rows": manifest()[table.name].rows,
        "sources": [_source(passports()[path]) for path in table.original_paths],
        "schema": {
            "fields": table.fields,
            "primaryKey": table.primaryKey,
            "missingValues": table.missingValues,
        },
    }
    if path.endswith(".gz"):
        resource["compression"] = "gz"
    return resource, path, stored


def _source(passport: Passport) -> dict[str, str]:
    return {
        "title": f"{passport.title} ({passport.publisher}; {passport.release})",
        "path": passport.url,
        "sha256": passport.sha256,
    }


def _typed(file: Path) -> tuple[dict[str, Any], str, bytes]:
    content = file.read_bytes()
    path = file.relative_to(paths.DATA).as_posix()
    resource: dict[str, Any] = {
        "name": path.replace("/", "-").replace("_", "-").replace(".", "-"),
        "path": path,
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }
    if file.suffix == ".csv":
        header = content.decode("utf-8").split("\n", 1)[0].strip().split(",")
        resource |= {
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "schema": {
                "fields": [{"name": name, "type": "string"} for name in header],
                "missingValues": [""],
            },
        }
    else:
        resource |= {"format": file.suffix[1:], "profile": "data-resource"}
    return resource, path, content


def _typed_files() -> list[Path]:
    return sorted(
        file
        for folder in (paths.HAND, paths.SIMULATED)
        for file in folder.rglob("*")
        if file.suffix in (".csv", ".yml")
    )


def _texts() -> dict[str, Path]:
    """Return the texts for people that the book has: the dictionary, the rules of typed files."""
    texts = {"README.md": paths.DATA_README, "hand/RULES.md": paths.HAND / "RULES.md"}
    return {path: file for path, file in texts.items() if file.is_file()}


def content_digest() -> str:
    """Return a digest of everything in the package, which tells whether it is stale."""
    makers = [*_typed_files(), paths.MANIFEST, *_texts().values()]
    makers += [paths.TABLES / f"{name}.schema.yaml" for name in TABLES]
    makers += sorted(Path(__file__).parent.rglob("*.py"))
    parts = [project().version, *(sha256_of(file) for file in makers)]
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()


def files() -> dict[str, bytes]:
    """Return every file of the package by its path: ``datapackage.json``, tables, typed ledgers.

    Raises TableError if a table is not what the manifest says.
    """
    result: dict[str, bytes] = {}
    resources = []
    for resource, path, content in [
        *(_table(TABLES[name]) for name in sorted(manifest())),
        *(_typed(file) for file in _typed_files()),
    ]:
        resources.append(resource)
        result[path] = content
    descriptor = {
        "profile": "data-package",
        "name": project().name,
        "title": f"{project().title}: tables",
        "version": project().version,
        "contributors": [{"title": project().author, "role": "author"}],
        "licenses": [_LICENCE],
        "resources": resources,
    }
    text = json.dumps(descriptor, ensure_ascii=False, indent=1) + "\n"
    result["datapackage.json"] = text.encode("utf-8")
    return result | {path: file.read_bytes() for path, file in _texts().items()}
