"""Write a folder and its zip atomically, byte for byte reproducible."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from citable.errors import EditionError
from citable.files.locks import abandoned_files, directory_lock
from citable.record.identity import epoch


@contextmanager
def atomic_directory(final: Path, at_most: int | None = None) -> Iterator[Path]:
    """Yield a temporary folder; rename it and its zip to their final names if the block succeeds.

    An error in the block, such as a full disk, leaves what stood under the final names before.
    Raises EditionError, which leaves it too, if the zip has more than ``at_most`` bytes.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    with directory_lock(final.parent, final.name):
        _recover(final)
        yield from _write_and_rename(final, at_most)


def _recover(final: Path) -> None:
    """Clean up after a killed process: restore the old folder, delete temporary ones."""
    for path in abandoned_files(final.parent):
        if path.parent != final.parent or not path.name.startswith(f".{final.name}."):
            continue
        if path.suffix == ".old" and not final.exists():
            path.rename(final)
        elif path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _write_and_rename(final: Path, at_most: int | None) -> Iterator[Path]:
    packed = final.with_name(f"{final.name}.zip")
    work, work_zip, old = (
        final.with_name(f".{final.name}.{os.getpid()}.{suffix}")
        for suffix in ("tmp", "zip.tmp", "old")
    )
    try:
        work.mkdir()
        yield work
        _normalise_metadata(work)
        _zip(work, work_zip, final.name)
        if at_most is not None:
            _check_size(work_zip, packed.name, at_most)
        if final.exists():
            final.rename(old)
        work.rename(final)
        work_zip.replace(packed)
    finally:
        if old.exists() and not final.exists():
            old.rename(final)
        shutil.rmtree(old, ignore_errors=True)
        shutil.rmtree(work, ignore_errors=True)
        work_zip.unlink(missing_ok=True)


def _normalise_metadata(folder: Path) -> None:
    """Set one time stamp and plain permissions on every file."""
    moment = epoch()
    for file in [*folder.rglob("*"), folder]:
        file.chmod(0o755 if file.is_dir() or os.access(file, os.X_OK) else 0o644)
        os.utime(file, (moment, moment))


def _zip(folder: Path, to: Path, name: str) -> None:
    """Write a zip whose bytes depend on the folder's contents alone."""
    moment = datetime.fromtimestamp(epoch(), UTC).timetuple()[:6]
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in sorted(folder.rglob("*")):
            if not file.is_file():
                continue
            entry = zipfile.ZipInfo(f"{name}/{file.relative_to(folder).as_posix()}", moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = (0o100755 if os.access(file, os.X_OK) else 0o100644) << 16
            archive.writestr(entry, file.read_bytes())


def folder_sizes(packed: Path) -> dict[str, int]:
    """Return the compressed bytes of each folder in a zip, two levels deep, the heaviest first."""
    found: Counter[str] = Counter()
    with zipfile.ZipFile(packed) as archive:
        for entry in archive.infolist():
            folders = entry.filename.split("/")[1:-1]
            found["/".join(folders[:2]) or "."] += entry.compress_size
    return dict(found.most_common())


def _check_size(packed: Path, name: str, at_most: int) -> None:
    """Raise EditionError if a zip has more than ``at_most`` bytes, with its heaviest folders."""
    size = packed.stat().st_size
    if size > at_most:
        folders = list(folder_sizes(packed).items())[:8]
        raise EditionError(
            f"{name}: {size / 1e6:.1f} MB, at most {at_most / 1e6:g} MB are allowed. "
            f"Heaviest: {', '.join(f'{folder} {n / 1e6:.1f}' for folder, n in folders)}"
        )
