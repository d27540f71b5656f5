"""Files beside the pages: written when what they are made of has changed, and not otherwise."""

from __future__ import annotations

import json
import multiprocessing
import sys
import tempfile
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from citable import paths
from citable.display.words import language
from citable.errors import CitableError
from citable.files.atomic import write_atomically
from citable.record.identity import text_digest
from citable.sphinx import digest
from citable.sphinx.state import build_state, record_domain
from citable.tables.passports import sha256_of

# Code, templates and styles that make pages; Sphinx itself does not look at them.
_MAKERS = (".py", ".html", ".js", ".css", ".svg", ".woff2")

Writer = Callable[[Sphinx, Path], None]
# A page that no source file has: name, context, template.
Page = tuple[str, dict[str, Any], str]
Pages = Callable[[Sphinx], Iterable[Page]]


def makers() -> str:
    """Return a digest of the code and templates that make pages."""
    folders = (*paths.code_folders(), paths.TEMPLATES, paths.ROOT / "_static")
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix in _MAKERS]
    return text_digest(" ".join(sha256_of(file) for file in sorted(files)))


def dependencies(app: Sphinx) -> str:
    """Return a digest of all that pages depend on, except the prose of chapters and the digest.

    These are the results of the notebooks, which know what they read; the record, which covers
    findings, exhibits and addresses; titles and their order; what makes pages; everything committed
    under ``data`` (the manifest stands for the tables); settings and language. A page that no
    chapter's prose goes into is as it was while this is.
    """
    state = build_state(app)
    if state.dependencies is None:
        single = (paths.CONFIG, paths.ROOT / "_toc.yml", paths.LOCK, paths.ROOT / "references.bib")
        data = [file for file in paths.DATA.rglob("*") if file.is_file() and _stands_alone(file)]
        said = (paths.ROOT / "locale" / language()).rglob("*.po")
        files = [file for file in (*single, *sorted(data), *sorted(said)) if file.is_file()]
        parts = {
            "notebooks": record_domain(app.env).data["keys"],
            "record": state.record.fingerprint_without_paragraphs,
            "titles": {page: title.astext() for page, title in app.env.titles.items()},
            "makers": makers(),
            "files": {file.relative_to(paths.ROOT).as_posix(): sha256_of(file) for file in files},
            "language": language(),
        }
        state.dependencies = text_digest(json.dumps(parts, sort_keys=True))
    return state.dependencies


def _stands_alone(file: Path) -> bool:
    """Whether a file under ``data`` is no table, whose hash the manifest has, nor of paragraphs."""
    is_table = file.parent == paths.TABLES and file.suffix in (".csv", ".parquet")
    return file != paths.PARAGRAPHS and not is_table


def dependencies_with_prose(app: Sphinx) -> str:
    """Return a digest of everything that a file beside the pages can depend on, prose included."""
    state = build_state(app)
    record = state.record.as_json().decode("utf-8")
    texts = {page: result.text for page, result in state.results.items()}
    return text_digest(json.dumps([dependencies(app), record, texts], sort_keys=True))


@dataclass(frozen=True)
class SiteFiles:
    """Files beside the pages that one function writes when what they depend on has changed.

    ``write(app, folder of the site)`` writes them; ``sentinel`` is one of them, relative to the site,
    without which they are written again. What ``in_background`` says takes long and needs no page:
    it runs in a forked process while Sphinx writes pages, where a process can be forked for it.
    """

    name: str
    write: Writer
    sentinel: str
    depends_on: Callable[[Sphinx], str]
    in_background: bool = False

    def is_stale(self, app: Sphinx) -> bool:
        """Return whether they must be written again."""
        stamp = _stamp(app, self.name)
        if not (Path(app.outdir) / self.sentinel).is_file() or not stamp.is_file():
            return True
        return stamp.read_text(encoding="utf-8") != self.depends_on(app)

    def begin(self, app: Sphinx) -> None:
        """Forget that they were written, so that what is cut short is begun again."""
        _stamp(app, self.name).unlink(missing_ok=True)

    def finish(self, app: Sphinx) -> None:
        """Note what they were made of."""
        write_atomically(_stamp(app, self.name), self.depends_on(app).encode("utf-8"))


def start_in_background(app: Sphinx, every: Iterable[SiteFiles]) -> None:
    """Start the writers that need no page, each in a process of its own."""
    for files in every:
        if files.in_background and sys.platform == "linux" and files.is_stale(app):
            files.begin(app)
            build_state(app).background[files.name] = BackgroundWriter(files.write, app)


def write_files(app: Sphinx, every: Iterable[SiteFiles]) -> None:
    """Write all files that are stale, one after another, and wait for those in the background."""
    running = build_state(app).background
    for files in every:
        started = running.pop(files.name, None)
        if started is not None:
            started.wait()
        elif files.is_stale(app):
            files.begin(app)
            files.write(app, Path(app.outdir))
        else:
            continue
        files.finish(app)


class BackgroundWriter:
    """A writer in a forked process, killed when the build that started it fails."""

    def __init__(self, write: Writer, app: Sphinx) -> None:
        context = multiprocessing.get_context("fork")
        # However it ends, what it left in temporary folders goes with this process.
        self._private = tempfile.TemporaryDirectory(prefix="citable-")
        self._errors, errors = context.Pipe(duplex=False)
        self._process = context.Process(target=self._run, args=(write, app, errors), daemon=True)
        self._process.start()
        errors.close()

    def _run(self, write: Writer, app: Sphinx, errors: Connection) -> None:
        tempfile.tempdir = self._private.name
        try:
            write(app, Path(app.outdir))
            errors.send("")
        except CitableError as error:
            errors.send(str(error))

    def wait(self) -> None:
        """Wait until it has written. Raises ExtensionError with what went wrong."""
        try:
            error = self._errors.recv()
        except EOFError:
            error = "a process that wrote files beside the pages ended before it was done"
        self._process.join()
        self._private.cleanup()
        if error:
            raise ExtensionError(error)

    def kill(self) -> None:
        """Kill the process and remove its temporary files."""
        self._process.kill()
        self._process.join()
        self._private.cleanup()


def _read_stamp(file: Path) -> tuple[str, dict[str, str]]:
    """Return what generated pages depended on and were made of; nothing if that is not known."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return kept["dependencies"], kept["pages"]
    except (OSError, ValueError, KeyError):
        return "", {}


def _stamp(app: Sphinx, name: str) -> Path:
    return Path(app.outdir).parent / ".record" / f"{name}.sha256"


@dataclass(frozen=True)
class GeneratedPages:
    """Pages that no source file has, made again when what they show has changed.

    ``make(app)`` yields them. Unless ``with_prose`` says that prose of chapters goes into them, they
    are not even made while ``dependencies`` is what it was; else each is made and compared with what
    it was made of last time.
    """

    name: str
    make: Pages
    with_prose: bool = False

    def stale(self, app: Sphinx) -> Iterator[Page]:
        """Yield the pages that Sphinx must write again, and remove those that are no longer made."""
        out = Path(app.outdir)
        stamp = _stamp(app, f"{self.name}-pages")
        state, now = build_state(app), dependencies(app)
        was, pages = _read_stamp(stamp)
        same = (
            all((out / f"{page}.html").is_file() for page in pages)
            and was == now
            and state.kept_digest != ""
        )
        if same and not self.with_prose:
            return
        made: dict[str, str] = {}
        for page, context, template in self.make(app):
            text = json.dumps([context, template], sort_keys=True)
            made[page] = text_digest(digest.without(text, state.record))
            if not same or pages.get(page) != made[page]:
                yield page, context, template
        for gone in set(pages) - set(made):
            (out / f"{gone}.html").unlink(missing_ok=True)
        kept = json.dumps({"dependencies": now, "pages": made}, indent=1, sort_keys=True)
        write_atomically(stamp, kept.encode("utf-8"))


def keep_only(files: Container[Path], folder: Path, *suffixes: str) -> None:
    """Remove from a folder the files of some kinds that are not among these."""
    for old in list(folder.iterdir()) if folder.is_dir() else ():
        if old.suffix in suffixes and old not in files:
            old.unlink()
