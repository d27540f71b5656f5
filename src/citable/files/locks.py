"""Lock folders against other writers, and find the temporary files of killed ones."""

from __future__ import annotations

import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# How a temporary file or folder is named beside its final name: ``.<name>.<process>.<kind>``.
_TEMPORARY = re.compile(r"\.(?P<name>.+)\.(?P<process>\d+)\.(?:tmp|zip\.tmp|old)")


@contextmanager
def directory_lock(folder: Path, what: str) -> Iterator[None]:
    """Hold an exclusive advisory lock (flock) on a folder, waiting with a message while it is taken.

    The lock ends with the process, however it ends. ``what`` names the work in the message. The
    lock is a file of the system's temporary folder: nothing is added to ``folder``.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl

    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:20]
    file = Path(tempfile.gettempdir()) / f"citable-{os.getuid()}-{name}.lock"
    with file.open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            print(
                f"{folder}: {what} waits for process {lock.read().strip()}, which writes there.",
                file=sys.stderr,
                flush=True,
            )
            fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it runs, under another name
        return True
    return True


def abandoned_files(folder: Path) -> list[Path]:
    """Return the temporary files and folders below a folder whose process no longer runs.

    None if there is no such folder.
    """
    return [
        path
        for path in folder.rglob(".*")
        if (found := _TEMPORARY.fullmatch(path.name)) and not _runs(int(found["process"]))
    ]
