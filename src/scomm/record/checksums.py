"""Checksums of an edition's folder: ``SHA256SUMS`` lists every file, ``MANIFEST.json`` vouches for it."""

from __future__ import annotations

import re
from pathlib import Path

from scomm.data.sources import sha256_of
from scomm.data.strict import is_relative, read_json, read_text
from scomm.errors import EditionError

SUMS, MANIFEST = "SHA256SUMS", "MANIFEST.json"
_TAKE = "The file was altered; take the edition from where it was published."


def listing(folder: Path) -> bytes:
    """Return ``SHA256SUMS`` for a folder, in the form of ``sha256sum``, by path.

    It leaves out itself and the manifest, which carries its digest.
    """
    files = sorted(
        (file.relative_to(folder).as_posix(), file)
        for file in folder.rglob("*")
        if file.is_file() and file.relative_to(folder).as_posix() not in (SUMS, MANIFEST)
    )
    return "".join(f"{sha256_of(file)}  {name}\n" for name, file in files).encode("utf-8")


def read(folder: Path) -> dict[str, str]:
    """Read ``SHA256SUMS``. Raises EditionError if it is missing or a line is malformed."""
    file = folder / SUMS
    try:
        lines = read_text(file).removesuffix("\n").split("\n")
    except (OSError, ValueError) as error:
        raise EditionError(f"{file}: cannot be read ({error}). {_TAKE}") from error
    sums: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        found = re.fullmatch(r"([0-9a-f]{64})  (.+)", line)
        if not found or not is_relative(found[2]) or found[2] in sums:
            raise EditionError(
                f"{file}, line {number}: found {line[:90]!r}, expected a sha256, two spaces and a "
                "path within the edition, each once. "
                f"{_TAKE}"
            )
        sums[found[2]] = found[1]
    return sums


def problems(folder: Path) -> dict[str, str]:
    """Return what is wrong with an edition's files: path to what was found.

    Raises EditionError if the manifest or the list cannot be read.
    """
    try:
        manifest = read_json(folder / MANIFEST)
        vouched = str(manifest["sha256sums"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EditionError(f"{folder / MANIFEST}: cannot be read ({error}). {_TAKE}") from error
    wrong = {}
    sums = read(folder)
    if sha256_of(folder / SUMS) != vouched:
        wrong[SUMS] = "the list of checksums was altered: MANIFEST.json vouches for another"
    for name, digest in sums.items():
        file = folder / name
        if not file.is_file():
            wrong[name] = "missing"
        elif sha256_of(file) != digest:
            wrong[name] = "changed: its sha256 is not the one listed"
    present = {
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    for name in sorted(present - sums.keys() - {SUMS, MANIFEST}):
        wrong[name] = "not listed: it was added"
    return wrong
