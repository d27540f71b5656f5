"""Exclusive lock of the build folder; after an interrupted build all pages are written again.

Sphinx trusts a page that is newer than its source. A build that was stopped while it wrote pages, by
a signal, a full disk or a power cut, can leave a page cut short, or one of older numbers, that looks
newer. So a mark says that the pages are complete, and which digest they carry; without it the doctrees are discarded, and pages
are made again from the results of the notebooks, each of which is written atomically.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from citable.files.atomic import write_atomically
from citable.files.locks import abandoned_files, directory_lock
from citable.sphinx.state import build_state


def _mark(app: Sphinx) -> Path:
    return Path(app.outdir).parent / ".record" / f"{Path(app.outdir).name}.whole"


def _acquire(app: Sphinx) -> None:
    """Wait for other builds, then discard doctrees that are not marked as complete."""
    out = Path(app.outdir)
    build_state(app).lock.enter_context(directory_lock(out.parent, "this build"))
    # Delete only what this build writes: the output folder may contain other files.
    for folder in (out, out.parent / ".record", out.parent / ".executed"):
        for path in abandoned_files(folder):
            path.unlink(missing_ok=True)
    mark = _mark(app)
    build_state(app).kept_digest = mark.read_text(encoding="ascii") if mark.is_file() else ""
    if not build_state(app).kept_digest:
        # Without the pickled environment Sphinx reads and writes every page again.
        shutil.rmtree(app.doctreedir, ignore_errors=True)
        Path(app.doctreedir).mkdir(parents=True)


def _remove_mark(app: Sphinx, _env: BuildEnvironment, _names: list[str]) -> None:
    _mark(app).unlink(missing_ok=True)


def mark_complete(app: Sphinx) -> None:
    """Note that every page is written, and the digest that they carry."""
    write_atomically(_mark(app), build_state(app).record.digest.encode("ascii"))


def release(app: Sphinx) -> None:
    """Release the lock."""
    build_state(app).lock.close()


def setup(app: Sphinx) -> None:
    """Acquire the lock at once, before Sphinx reads what an earlier build left."""
    _acquire(app)
    # The mark is removed before any page is read or file written, but after cells are executed.
    app.connect("env-before-read-docs", _remove_mark)
