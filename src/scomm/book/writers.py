"""Files beside the pages: written when what they are made of has changed, and not otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from scomm import paths
from scomm.data.sources import sha256_of
from scomm.data.tables import write_atomically
from scomm.display.words import language
from scomm.errors import ScommError
from scomm.record.identity import text_digest

# Code, templates and styles that make pages; Sphinx itself does not look at them.
_MAKERS = (".py", ".html", ".js", ".css", ".svg", ".woff2")

Writer = Callable[[Sphinx, Path], None]


def makers() -> str:
    """Return a digest of the code and templates that make pages."""
    folders = (paths.SRC / "scomm", paths.ROOT / "_templates", paths.ROOT / "_static")
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix in _MAKERS]
    return text_digest(" ".join(sha256_of(file) for file in sorted(files)))


def made_of(app: Sphinx) -> str:
    """Return a digest of everything that a file beside the pages can depend on.

    These are the results of the notebooks, which know what they read; the record, which covers
    paragraphs and tables; what makes pages; the published record; settings; the language.
    """
    known: str | None = getattr(app, "scomm_made_of", None)
    if known is None:
        files = (paths.PUBLISHED_FINDINGS, paths.EDITIONS, paths.MANIFEST, paths.CONFIG)
        parts = {
            "notebooks": app.env.scomm_keys,  # type: ignore[attr-defined]
            "record": text_digest(app.scomm_record.as_json().decode("utf-8")),  # type: ignore[attr-defined]
            "titles": {page: title.astext() for page, title in app.env.titles.items()},
            "makers": makers(),
            "files": [sha256_of(file) if file.is_file() else "" for file in files],
            "typed": {file.name: sha256_of(file) for file in sorted(paths.HAND.glob("*.*"))},
            "language": language(),
        }
        known = text_digest(json.dumps(parts, sort_keys=True))
        app.scomm_made_of = known  # type: ignore[attr-defined]
    return known


def connect(app: Sphinx, name: str, write: Writer, proof: str) -> None:
    """Call ``write(app, folder of the site)`` after a build if anything has changed.

    ``name`` is the writer's own; ``proof`` a file it writes, relative to the site, without which it
    writes again.
    """

    def finished(app: Sphinx, exception: Exception | None) -> None:
        if exception is not None or app.builder.format != "html":
            return
        out = Path(app.outdir)
        stamp = out.parent / ".record" / f"{name}.sha256"
        now = made_of(app)
        if (out / proof).is_file() and stamp.is_file():
            if stamp.read_text(encoding="utf-8") == now:
                return
            stamp.unlink()  # what is cut short is begun again
        try:
            write(app, out)
        except ScommError as error:
            raise ExtensionError(str(error)) from error
        write_atomically(stamp, now.encode("utf-8"))

    app.connect("build-finished", finished)
