"""Write files atomically."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def write_atomically(file: Path, content: bytes) -> None:
    """Write a file atomically: to a temporary name beside it, synced to disk, then renamed."""
    write_together({file: content})


def replace_content(file: Path, content: bytes) -> None:
    """Replace a file atomically, without syncing to disk: a loss of power may undo it.

    For thousands of files that a build can make again: it does not wait for the disk.
    """
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(content)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


def write_together(files: Mapping[Path, bytes]) -> None:
    """Write several files atomically: rename none before all are on disk under temporary names."""
    pending: dict[Path, Path] = {}
    try:
        for file, content in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            pending[file] = file.with_name(f".{file.name}.{os.getpid()}.tmp")
            with pending[file].open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        for file, temporary in pending.items():
            temporary.replace(file)
    finally:
        for temporary in pending.values():
            temporary.unlink(missing_ok=True)
