"""Read the passports of originals: publisher, source and expected sha256 of each."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from citable import paths
from citable.errors import SourceError
from citable.files.strict import is_relative, read_text
from citable.project import project

_CHUNK = 1 << 20
_RESTORE_HINT = "Restore the file with `git checkout`."
# Pages link to the address.
_SCRIPT = re.compile(r"\s*(javascript|vbscript|data)\s*:", re.I)
_EXPECTED = {
    "path": "a path within the folder of originals",
    "sha256": "64 hexadecimal digits",
    "bytes": "a number of bytes",
    "rows": "a number of rows",
}


@dataclass(frozen=True)
class Passport:
    """Passport of one original file.

    ``path`` is relative to the folder of originals; ``rows`` is the number of data rows as the
    releaser counts them, or None; ``route`` says how the file could come into evidence; ``stamp``
    is a marking that the file itself carries, word for word.
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
    stamp: str = ""
    traps: tuple[str, ...] = field(default_factory=tuple)
    definitions: tuple[str, ...] = field(default_factory=tuple)

    @property
    def name(self) -> str:
        """Return the file's name without its folder."""
        return Path(self.path).name


@cache
def passports(file: Path | None = None) -> dict[str, Passport]:
    """Read ``data/sources.toml`` and return the passports by path.

    Raises SourceError if the file is not TOML, a field is missing or a path stands twice.
    """
    file = file or paths.SOURCES
    try:
        entries = tomllib.loads(read_text(file))["source"]
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise ValueError("source is no list of entries")
    except (OSError, ValueError, KeyError, RecursionError) as error:
        raise SourceError(
            str(file),
            found=str(error) or type(error).__name__,
            expected="TOML with [[source]] entries",
            remedy=_RESTORE_HINT,
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
                remedy=_RESTORE_HINT,
            ) from error
        if str(passport.path) in result:
            raise SourceError(str(file), found=f"{passport.path} twice", expected="one entry each")
        _check(str(file), passport)
        result[passport.path] = passport
    return result


def _check(file: str, passport: Passport) -> None:
    """Raise SourceError at a field of a passport that has the wrong type."""
    wrong = ""
    for name, kind in get_type_hints(Passport).items():
        value = getattr(passport, name)
        kinds = get_args(kind)
        if get_origin(kind) is tuple:
            good = isinstance(value, tuple) and all(isinstance(text, str) for text in value)
        else:
            good = type(value) in (kinds or (kind,))
        wrong = wrong or ("" if good else name)
    if not wrong and not is_relative(passport.path):
        wrong = "path"
    if not wrong and not re.fullmatch(r"[0-9a-f]{64}", passport.sha256):
        wrong = "sha256"
    if not wrong and _SCRIPT.match(passport.url):
        wrong = "url"
    for name in ("bytes", "rows"):
        if not wrong and (getattr(passport, name) or 0) < 0:
            wrong = name
    if wrong:
        raise SourceError(
            file,
            column=wrong,
            found=f"{str(getattr(passport, wrong))[:80]!r} in the entry {str(passport.path)[:80]}",
            expected=_EXPECTED.get(wrong, "text, a number or a list as in the other entries"),
            remedy=_RESTORE_HINT,
        )


def passports_under(folder: str) -> tuple[str, ...]:
    """Return the paths of all passports within a folder of the originals, sorted."""
    return tuple(sorted(path for path in passports() if path.startswith(f"{folder}/")))


def sha256_of(file: Path) -> str:
    """Return the sha256 of a file as hexadecimal digits, read in pieces."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while piece := stream.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def locate(path: str, folder: Path) -> Path:
    """Return the path of an original in a folder. Raises SourceError if it is not there."""
    file = folder / path
    if not file.is_file():
        raise SourceError(
            path,
            found=f"no such file in {folder}",
            expected="the original named in data/sources.toml",
            remedy=f"Run `{project().command} fetch`, or set CITABLE_ORIGINALS to the folder that holds it.",
        )
    return file


def check_hash(path: str, file: Path) -> None:
    """Compare a file with its passport. Raises SourceError if it has none or the bytes differ."""
    passport = passports().get(path)
    if passport is None:
        raise SourceError(
            path,
            found="no passport",
            expected="an entry in data/sources.toml with its sha256",
            remedy="Write one as CONTRIBUTING.md says; until then call the module's `run`.",
        )
    actual = sha256_of(file)
    if actual != passport.sha256:
        raise SourceError(
            path,
            found=f"sha256 {actual} ({file.stat().st_size} bytes)",
            expected=f"sha256 {passport.sha256} ({passport.bytes} bytes)",
            remedy="The file is not the one this edition was made from; fetch it again.",
        )
