"""Write and check an edition's checksums: ``SHA256SUMS`` of all files, ``MANIFEST.json`` with its digest."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from citable import paths
from citable.errors import EditionError
from citable.files.strict import is_relative, read_json, read_text
from citable.record import identity
from citable.tables.passports import sha256_of

SUMS, MANIFEST = "SHA256SUMS", "MANIFEST.json"
MANIFEST_SCHEMA = "one-in-four/edition/1"
# Folders that `make` creates in an edition's source.
_BUILD_ARTIFACTS = (
    ".venv",
    "_build",
    "bench/tmp",
    "dist",
    "originals",
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
)
_RESTORE_HINT = "The file was altered; take the edition from where it was published."


def format_checksums(folder: Path) -> bytes:
    """Return ``SHA256SUMS`` for a folder, in the form of ``sha256sum``, by path.

    It leaves out itself and the manifest, which carries its digest.
    """
    files = sorted(
        (file.relative_to(folder).as_posix(), file)
        for file in folder.rglob("*")
        if file.is_file() and file.relative_to(folder).as_posix() not in (SUMS, MANIFEST)
    )
    return "".join(f"{sha256_of(file)}  {name}\n" for name, file in files).encode("utf-8")


def read_checksums(folder: Path) -> dict[str, str]:
    """Read ``SHA256SUMS``. Raises EditionError if it is missing or a line is malformed."""
    file = folder / SUMS
    try:
        lines = read_text(file).removesuffix("\n").split("\n")
    except (OSError, ValueError) as error:
        raise EditionError(f"{file}: cannot be read ({error}). {_RESTORE_HINT}") from error
    sums: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        found = re.fullmatch(r"([0-9a-f]{64})  (.+)", line)
        if not found or not is_relative(found[2]) or found[2] in sums:
            raise EditionError(
                f"{file}, line {number}: found {line[:90]!r}, expected a sha256, two spaces and a "
                "path within the edition, each once. "
                f"{_RESTORE_HINT}"
            )
        sums[found[2]] = found[1]
    return sums


def build_artifacts(folder: Path) -> list[str]:
    """Return the folders that work in an edition creates: environment, originals, builds, caches.

    A verification reads none of them, but for the environment, which is what runs it, and the
    originals, each of which it compares with its passport.
    """
    return [f"source/{made}" for made in _BUILD_ARTIFACTS if (folder / "source" / made).is_dir()]


def _compiled(name: str, sums: Mapping[str, str]) -> bool:
    """Whether a file is the bytecode of a listed module beside it; no kernel uses such a file."""
    folder, cached, file = name.rpartition("__pycache__/")
    return bool(cached) and name.endswith(".pyc") and f"{folder}{file.split('.')[0]}.py" in sums


def _unlisted_files(folder: Path, sums: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each file that ``SHA256SUMS`` does not list, and each symbolic link, with a description."""
    aside = set(build_artifacts(folder))
    for parent, folders, files in os.walk(folder):
        here = Path(parent).relative_to(folder)
        folders[:] = sorted(name for name in folders if (here / name).as_posix() not in aside)
        for entry in sorted([*files, *folders]):
            name = (here / entry).as_posix()
            if (folder / name).is_symlink():
                yield name, "a link to elsewhere: an edition has none"
            elif (
                entry not in folders
                and name not in (SUMS, MANIFEST)
                and name not in sums
                and not _compiled(name, sums)
            ):
                yield name, "not listed: it was added"


def file_problems(folder: Path) -> dict[str, str]:
    """Return the faults of an edition's files: path to description.

    Raises EditionError if the manifest or the list cannot be read.
    """
    try:
        manifest = read_json(folder / MANIFEST)
        vouched = str(manifest["sha256sums"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EditionError(
            f"{folder / MANIFEST}: cannot be read ({error}). {_RESTORE_HINT}"
        ) from error
    wrong = {}
    sums = read_checksums(folder)
    if sha256_of(folder / SUMS) != vouched:
        wrong[SUMS] = "the list of checksums was altered: MANIFEST.json vouches for another"
    for name, digest in sums.items():
        file = folder / name
        if not file.is_file():
            wrong[name] = "missing"
        elif sha256_of(file) != digest:
            wrong[name] = "changed: its sha256 is not the one listed"
    return wrong | dict(_unlisted_files(folder, sums))


def manifest(folder: Path, record: identity.Record) -> dict[str, Any]:
    """Return the manifest of an edition's folder as plain data, once its ``SHA256SUMS`` is written."""
    listed = [folder / name for name in read_checksums(folder)] + [folder / SUMS]
    # The edition's own list of tables: this version of the code may have more.
    tables = folder / "source" / paths.MANIFEST.relative_to(paths.ROOT)
    return {
        "schema": MANIFEST_SCHEMA,
        "edition": record.edition,
        "date": record.date,
        "digest": record.digest,
        "sha256sums": sha256_of(folder / SUMS),
        "lock": sha256_of(folder / "source" / paths.LOCK.name),
        "files": len(listed),
        "bytes": sum(file.stat().st_size for file in listed),
        "findings": sum(item.kind == "finding" for item in record.items),
        "paragraphs": sum(item.kind == "paragraph" for item in record.items),
        "tables": len(read_json(tables)["tables"]),
    }


def manifest_bytes(stated: Mapping[str, Any]) -> bytes:
    """Return the bytes of ``MANIFEST.json``."""
    return (json.dumps(stated, indent=1) + "\n").encode("utf-8")
