"""Files beside the pages: written when what they are made of has changed, and not otherwise."""

from __future__ import annotations

import json
import multiprocessing
import sys
import tempfile
from collections.abc import Callable, Container, Iterable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.errors import ExtensionError

from scomm import paths
from scomm.data.files import replace_content, write_atomically
from scomm.data.sources import sha256_of
from scomm.display.words import language
from scomm.errors import ScommError
from scomm.record.identity import editions, text_digest

# Code, templates and styles that make pages; Sphinx itself does not look at them.
_MAKERS = (".py", ".html", ".js", ".css", ".svg", ".woff2")

Writer = Callable[[Sphinx, Path], None]
# A page that no source file has: name, context, template.
Page = tuple[str, dict[str, Any], str]
Pages = Callable[[Sphinx], Iterable[Page]]


def makers() -> str:
    """Return a digest of the code and templates that make pages."""
    folders = (paths.SRC / "scomm", paths.ROOT / "_templates", paths.ROOT / "_static")
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix in _MAKERS]
    return text_digest(" ".join(sha256_of(file) for file in sorted(files)))


def frame(app: Sphinx) -> str:
    """Return a digest of all that pages depend on, except the prose of chapters and the digest.

    These are the results of the notebooks, which know what they read; the record, which covers
    findings, exhibits and addresses; titles and their order; what makes pages; everything committed
    under ``data`` (the manifest stands for the tables); settings and language. A page that no
    chapter's prose goes into is as it was while this is.
    """
    known: str | None = getattr(app, "scomm_frame", None)
    if known is None:
        single = (paths.CONFIG, paths.ROOT / "_toc.yml", paths.LOCK, paths.ROOT / "references.bib")
        data = [file for file in paths.DATA.rglob("*") if file.is_file() and _stands_alone(file)]
        said = (paths.ROOT / "locale" / language()).rglob("*.po")
        files = [file for file in (*single, *sorted(data), *sorted(said)) if file.is_file()]
        parts = {
            "notebooks": app.env.scomm_keys,  # type: ignore[attr-defined]
            "record": app.scomm_record.frame,  # type: ignore[attr-defined]
            "titles": {page: title.astext() for page, title in app.env.titles.items()},
            "makers": makers(),
            "files": {file.relative_to(paths.ROOT).as_posix(): sha256_of(file) for file in files},
            "language": language(),
        }
        known = text_digest(json.dumps(parts, sort_keys=True))
        app.scomm_frame = known  # type: ignore[attr-defined]
    return known


def _stands_alone(file: Path) -> bool:
    """Whether a file under ``data`` is no table, whose hash the manifest has, nor of paragraphs."""
    return file != paths.PARAGRAPHS and (file.parent != paths.TABLES or file == paths.MANIFEST)


def made_of(app: Sphinx) -> str:
    """Return a digest of everything that a file beside the pages can depend on, prose included."""
    record = app.scomm_record.as_json().decode("utf-8")  # type: ignore[attr-defined]
    texts: dict[str, str] = app.scomm_texts  # type: ignore[attr-defined]
    return text_digest(json.dumps([frame(app), record, texts], sort_keys=True))


def connect(
    app: Sphinx,
    name: str,
    write: Writer,
    proof: str,
    by: Callable[[Sphinx], str] = made_of,
    aside: bool = False,
) -> None:
    """Call ``write(app, folder of the site)`` after a build if anything has changed.

    ``name`` is the writer's own; ``proof`` a file it writes, relative to the site, without which it
    writes again; ``by`` says what its files depend on: everything, or the frame alone. ``aside`` is
    for a writer that takes long and needs no page: it runs while pages are written, where a process
    can be forked for it.
    """
    running: list[_Aside] = []

    def stale(app: Sphinx) -> bool:
        stamp = _stamp(app, name)
        if not (Path(app.outdir) / proof).is_file() or not stamp.is_file():
            return True
        return stamp.read_text(encoding="utf-8") != by(app)

    def begin(app: Sphinx, builder: Builder) -> None:
        if builder.format == "html" and stale(app):
            _stamp(app, name).unlink(missing_ok=True)  # what is cut short is begun again
            running.append(_Aside(write, app))

    def finished(app: Sphinx, exception: Exception | None) -> None:
        if exception is not None or app.builder.format != "html":
            for one in running:
                one.give_up()
            return
        try:
            if running:
                running.pop().wait()
            elif stale(app):
                _stamp(app, name).unlink(missing_ok=True)
                write(app, Path(app.outdir))
            else:
                return
        except ScommError as error:
            raise ExtensionError(str(error)) from error
        write_atomically(_stamp(app, name), by(app).encode("utf-8"))

    if aside and sys.platform == "linux":
        app.connect("write-started", begin)
    app.connect("build-finished", finished)


class _Aside:
    """A writer at work in a process of its own, which ends with this one's build."""

    def __init__(self, write: Writer, app: Sphinx) -> None:
        context = multiprocessing.get_context("fork")
        # However it ends, what it left in temporary folders goes with this process.
        self._private = tempfile.TemporaryDirectory(prefix="scomm-")
        self._said, says = context.Pipe(duplex=False)
        self._process = context.Process(target=self._run, args=(write, app, says), daemon=True)
        self._process.start()
        says.close()

    def _run(self, write: Writer, app: Sphinx, says: Connection) -> None:
        tempfile.tempdir = self._private.name
        try:
            write(app, Path(app.outdir))
            says.send("")
        except ScommError as error:
            says.send(str(error))

    def wait(self) -> None:
        """Wait until it has written. Raises ExtensionError with what went wrong."""
        try:
            wrong = self._said.recv()
        except EOFError:
            wrong = "a process that wrote files beside the pages ended before it was done"
        self._process.join()
        self._private.cleanup()
        if wrong:
            raise ExtensionError(wrong)

    def give_up(self) -> None:
        """End it as it is."""
        self._process.kill()
        self._process.join()
        self._private.cleanup()


def _stamp(app: Sphinx, name: str) -> Path:
    return Path(app.outdir).parent / ".record" / f"{name}.sha256"


def _without_digest(app: Sphinx, text: str) -> str:
    digest: str = app.scomm_record.digest  # type: ignore[attr-defined]
    return text.replace(digest, "").replace(app.scomm_record.short_digest, "")  # type: ignore[attr-defined]


def collect(app: Sphinx, name: str, make: Pages, prose: bool = False) -> None:
    """Let ``make(app)`` add pages that no source file has, when what they show has changed.

    Unless ``prose`` goes into them, they are not even made while the frame is as it was; else each
    is made and compared with what it was made of last time.
    """

    def pages(app: Sphinx) -> Iterator[Page]:
        out = Path(app.outdir)
        stamp = _stamp(app, f"{name}-pages")
        now = frame(app)
        try:
            before = json.loads(stamp.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            before = {"frame": "", "pages": {}}
        there = all((out / f"{page}.html").is_file() for page in before["pages"])
        same = there and before["frame"] == now and app.scomm_before is not None  # type: ignore[attr-defined]
        if same and not prose:
            return
        made: dict[str, str] = {}
        for page, context, template in make(app):
            text = json.dumps([context, template], sort_keys=True)
            made[page] = text_digest(_without_digest(app, text))
            if not same or before["pages"].get(page) != made[page]:
                yield page, context, template
        for gone in set(before["pages"]) - set(made):
            (out / f"{gone}.html").unlink(missing_ok=True)
        kept = json.dumps({"frame": now, "pages": made}, indent=1, sort_keys=True)
        write_atomically(stamp, kept.encode("utf-8"))

    app.connect("html-collect-pages", pages)


def keep_only(files: Container[Path], folder: Path, *suffixes: str) -> None:
    """Remove from a folder the files of some kinds that are not among these."""
    for old in list(folder.iterdir()) if folder.is_dir() else ():
        if old.suffix in suffixes and old not in files:
            old.unlink()


def remember_digest(app: Sphinx, digest: str) -> None:
    """Note the edition's digest, and the one by which pages of the last build can be given it.

    There is none, and no page is kept, where Sphinx begins from nothing, and where an earlier edition
    of the same contents has the same digest, which pages that list editions must keep.
    """
    before = getattr(app.env, "scomm_digest", None)
    if before in {row["digest"] for row in editions()}:
        before = None
    app.scomm_before = before  # type: ignore[attr-defined]
    app.env.scomm_digest = digest  # type: ignore[attr-defined]


def _put_digest(app: Sphinx, exception: Exception | None) -> None:
    """Give pages that are otherwise as they were the digest of this edition."""
    record = getattr(app, "scomm_record", None)
    if exception is not None or app.builder.format != "html" or record is None:
        return
    before: str | None = app.scomm_before  # type: ignore[attr-defined]
    if before is None or before == record.digest:
        return
    old, short = before.encode("ascii"), before[: len(record.short_digest)].encode("ascii")
    for page in sorted(Path(app.outdir).rglob("*.html")):
        content = page.read_bytes()
        if short in content:
            content = content.replace(old, record.digest.encode("ascii"))
            page_now = content.replace(short, record.short_digest.encode("ascii"))
            replace_content(page, page_now)


def setup(app: Sphinx) -> None:
    """Put the digest into kept pages before anything reads them."""
    app.connect("build-finished", _put_digest, priority=300)
