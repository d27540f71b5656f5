"""One build at a time in a folder, and none that goes on from what another left half-written.

Sphinx trusts a page that is newer than its source. A build that was stopped while it wrote pages, by
a signal, a full disk or a power cut, can leave a page cut short, or one of older numbers, that looks
newer. So a mark says that the pages are whole; without it they are made again from the results of
the notebooks, which are each kept whole.
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from scomm.data.files import write_atomically
from scomm.data.locks import abandoned, one_writer


def _mark(app: Sphinx) -> Path:
    return Path(app.outdir).parent / ".record" / f"{Path(app.outdir).name}.whole"


def _begin(app: Sphinx) -> None:
    """Wait for other builds, then forget what is not known to be whole."""
    out = Path(app.outdir)
    held = ExitStack()
    held.enter_context(one_writer(out.parent, "this build"))
    app.scomm_held = held  # type: ignore[attr-defined]
    # Only where this book writes: a site may stand in a folder that holds other things.
    for folder in (out, out.parent / ".record", out.parent / ".executed"):
        for path in abandoned(folder):
            path.unlink(missing_ok=True)
    if not _mark(app).is_file():
        # Without its memory of earlier builds Sphinx reads and writes every page again.
        shutil.rmtree(app.doctreedir, ignore_errors=True)
        Path(app.doctreedir).mkdir(parents=True)


def _writes(app: Sphinx, _env: BuildEnvironment, _names: list[str]) -> None:
    _mark(app).unlink(missing_ok=True)


def _written(app: Sphinx, exception: Exception | None) -> None:
    if exception is None:
        write_atomically(_mark(app), b"")


def _finished(app: Sphinx, exception: Exception | None) -> None:
    held: ExitStack = app.scomm_held  # type: ignore[attr-defined]
    held.close()


def setup(app: Sphinx) -> None:
    """Begin at once, before Sphinx reads what an earlier build left."""
    _begin(app)
    # Before any page is read or any file written; a cell that fails does so before that.
    app.connect("env-before-read-docs", _writes)
    # Before what these pages say is compared with what is published: that may end the build.
    app.connect("build-finished", _written, priority=350)
    app.connect("build-finished", _finished, priority=10_000)
