"""Fetch originals, by public address or from a folder, and check each against its passport.

A file comes under its final name only after its sha256 is the passport's: pooch downloads to a
temporary name beside it, checks, and renames.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pooch
import requests

from citable.errors import FetchError
from citable.project import project
from citable.tables.passports import Passport, passports, sha256_of

TIMEOUT = 60.0
_PACKAGE, _VERSION = "us-atlas", "3.0.1"
_PACKAGE_URL = f"npm package {_PACKAGE}, version {_VERSION}"
_WEB = ("http://", "https://")


def _check_address(what: str, base: str) -> None:
    if not base.startswith(_WEB):
        raise FetchError(
            f"{what}: found {base!r}, expected an address that starts with http:// or https://."
        )


def address(passport: Passport, npm_registry: str | None = None) -> str:
    """Return the address of an original. Raises FetchError if it has none.

    The boundaries are an npm package, and which registry serves it is the reader's choice:
    ``npm_registry`` is its base address.
    """
    if passport.url.startswith(_WEB):
        return passport.url
    if passport.url != _PACKAGE_URL:
        raise FetchError(
            f"{passport.path}: found url {passport.url!r}, expected an address that starts with "
            f"http:// or https://, or {_PACKAGE_URL!r}."
        )
    if npm_registry:
        _check_address("--npm-registry", npm_registry)
        return f"{npm_registry.rstrip('/')}/{_PACKAGE}/-/{_PACKAGE}-{_VERSION}.tgz"
    raise FetchError(
        f"{passport.path}: {passport.url} has no address of its own. Run `npm pack "
        f"{_PACKAGE}@{_VERSION}` and put the file at {passport.path} in a folder for "
        f"`{project().command} fetch --from`, or name a registry with --npm-registry URL."
    )


def _wrong(passport: Passport, where: str, file: Path) -> FetchError:
    size = file.stat().st_size
    cut = " It was cut off." if size < passport.bytes else ""
    return FetchError(
        f"{passport.path}: what came from {where} has sha256 {sha256_of(file)} and {size:,} "
        f"bytes, expected {passport.sha256} and {passport.bytes:,} bytes.{cut} Nothing was kept; "
        "try again, or use another source with --from."
    )


class _Downloader:
    """Downloader for pooch that writes an address to a file and checks its sha256."""

    def __init__(self, passport: Passport) -> None:
        self.passport = passport

    def __call__(
        self, url: str, output_file: str, pooch: object, check_only: bool = False
    ) -> bool | None:
        target = Path(output_file)
        try:
            with requests.get(url, stream=True, timeout=TIMEOUT) as response:
                if response.status_code != requests.codes.ok:
                    raise FetchError(
                        f"{self.passport.path}: {url} answered {response.status_code} "
                        f"{response.reason}, expected 200. The file may have moved; use another "
                        "source with --from."
                    )
                with target.open("wb") as stream:
                    for piece in response.iter_content(1 << 16):
                        stream.write(piece)
        except requests.RequestException as error:
            raise FetchError(
                f"{self.passport.path}: {url} could not be read to its end ({error}), expected "
                f"{self.passport.bytes:,} bytes. Nothing was kept; try again."
            ) from error
        if sha256_of(target) != self.passport.sha256:
            raise _wrong(self.passport, url, target)
        return None


def _download(passport: Passport, url: str, target: Path) -> None:
    # pooch logs each download to standard error; the command line reports progress itself.
    pooch.get_logger().setLevel(logging.WARNING)
    pooch.retrieve(
        url=url,
        known_hash=f"sha256:{passport.sha256}",
        fname=target.name,
        path=target.parent,
        downloader=_Downloader(passport),
    )


def _copy(passport: Passport, source: Path, target: Path) -> None:
    candidates = (source / passport.path, source / passport.name)
    found = next((file for file in candidates if file.is_file()), None)
    if found is None:
        raise FetchError(f"{passport.path}: not in {source}. Expected it there under that path.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetch-") as folder:
        copy = Path(folder) / target.name
        shutil.copyfile(found, copy)
        if sha256_of(copy) != passport.sha256:
            raise _wrong(passport, str(found), copy)
        copy.replace(target)


def fetch_one(
    passport: Passport, to: Path, source: Path | None = None, npm_registry: str | None = None
) -> bool:
    """Fetch one original into folder ``to``; return False if a valid copy was already there.

    Raises FetchError if it cannot be had or is not the passport's file; the final name is then
    as it was before.
    """
    target = to / passport.path
    if target.is_file() and sha256_of(target) == passport.sha256:
        return False
    if source is not None:
        _copy(passport, source, target)
    else:
        url = address(passport, npm_registry)
        target.parent.mkdir(parents=True, exist_ok=True)
        _download(passport, url, target)
    return True


def fetch(
    to: Path,
    source: Path | None = None,
    npm_registry: str | None = None,
    only: Sequence[str] | None = None,
    base: str | None = None,
    report: Callable[[Passport, bool], None] | None = None,
) -> int:
    """Fetch all originals into folder ``to`` and return the number of new ones.

    ``source`` is a local folder to copy from; ``only`` names paths; ``base`` serves every file at
    ``base/path`` instead of its own address (a mirror). ``report`` is called with each passport
    and whether the file is new. What can be had is fetched first; then FetchError names all that
    failed.
    """
    known = passports()
    if base:
        _check_address("--mirror", base)
    failures = []
    new = 0
    for path in only or known:
        if path not in known:
            raise FetchError(f"no original {path!r}; data/sources.toml names {', '.join(known)}.")
        passport = known[path]
        if base:
            passport = replace(passport, url=f"{base.rstrip('/')}/{path}")
        try:
            fetched = fetch_one(passport, to, source, npm_registry)
        except FetchError as error:
            failures.append(str(error))
            continue
        new += fetched
        if report:
            report(passport, fetched)
    if failures:
        raise FetchError("\n".join(failures))
    return new
