"""Passports: who made each original, where it was had, and the hash it must have."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from scomm import paths
from scomm.errors import SourceError

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Passport:
    """One original file.

    ``path`` is relative to the folder of originals; ``rows`` is the number of data rows as the
    releaser counts them, or None; ``route`` says how the file could come into evidence.
    """

    path: str
    title: str
    publisher: str
    release: str
    obtained_from: str
    licence: str
    format: str
    bytes: int
    sha256: str
    url: str
    what: str
    route: str
    rows: int | None = None
    traps: tuple[str, ...] = field(default_factory=tuple)
    definitions: tuple[str, ...] = field(default_factory=tuple)

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return Path(self.path).name


@cache
def passports(file: Path | None = None) -> dict[str, Passport]:
    """Read ``data/sources.toml`` and return the passports by path.

    Raises SourceError if the file is not TOML, a field is missing or a path stands twice.
    """
    file = file or paths.SOURCES
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8"))["source"]
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise SourceError(
            str(file), found=str(error), expected="TOML with [[source]] entries"
        ) from error
    result: dict[str, Passport] = {}
    for entry in entries:
        try:
            fields: dict[str, Any] = {
                key: tuple(value) if isinstance(value, list) else value
                for key, value in entry.items()
            }
            passport = Passport(**fields)
        except TypeError as error:
            raise SourceError(
                str(file),
                found=f"entry {entry.get('path', '?')}: {error}",
                expected="the fields of a passport",
            ) from error
        if passport.path in result:
            raise SourceError(str(file), found=f"{passport.path} twice", expected="one entry each")
        result[passport.path] = passport
    return result


def sha256_of(file: Path) -> str:
    """Return the sha256 of a file as hexadecimal digits, read in pieces."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while piece := stream.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def locate(path: str, folder: Path) -> Path:
    """Return where an original lies in a folder. Raises SourceError if it is not there."""
    file = folder / path
    if not file.is_file():
        raise SourceError(
            path,
            found=f"no such file in {folder}",
            expected="the original named in data/sources.toml",
            remedy="Run `scomm fetch`, or set SCOMM_ORIGINALS to the folder that holds it.",
        )
    return file


def check_hash(path: str, file: Path) -> None:
    """Compare a file with its passport. Raises SourceError if the bytes differ."""
    passport = passports()[path]
    actual = sha256_of(file)
    if actual != passport.sha256:
        raise SourceError(
            path,
            found=f"sha256 {actual} ({file.stat().st_size} bytes)",
            expected=f"sha256 {passport.sha256} ({passport.bytes} bytes)",
            remedy="The file is not the one this edition was made from; fetch it again.",
        )
