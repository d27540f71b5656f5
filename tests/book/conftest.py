"""Small books, built by the real commands: one page or two, one table, no page of a place.

Each is made once a test run (``published_site``, ``draft_site``) and is read only; a test that
changes a book gets a copy of its own, with its build (``published_book``, ``book``), so that the
next build does only what the change asks for.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from citable import paths
from citable.tables.passports import sha256_of
from scomm import __version__

from ..processes import HANGS, once_a_run

NAME = f"one-in-four-{__version__}"

PAGE = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  name: python3
  display_name: Python 3
---

# Small page

```{code-cell} ipython3
# Count the counties with a date
from citable.tables.reader import load
from citable.notebook import record, say
from scomm.stats.proportions import share

counties = load("activation")
dated = int(counties["date_secure"].notna().sum())
say(dated=dated, part=float(share(dated, 2 * dated)))
record("1.1", dated, unit="count")
```

:::{finding} 1.1
:sources: activation
:route: test

{n}`1.1:int` counties have a date.

- Estimand: counties
- Period: 2008 to 2013
- Population: counties
:::

There are {n}`dated` of them, {n}`part:pct2`.
"""

OTHER = (
    PAGE.replace("Small page", "Other page").split("```{code-cell}")[0]
    + """
```{code-cell} ipython3
# Add without reading any table
from citable.notebook import say
say(sum=1 + 1)
```

The sum is {n}`sum`.
"""
)

SMALL = (
    PAGE.replace("# Small page", "# 1. Small page")
    + """
A second paragraph says nothing with a number.

A third one ends the page.
"""
)
NEXT = PAGE.replace("# Small page", "# 2. Next page").replace("1.1", "2.1")


@dataclass
class Book:
    """A small book in a folder of its own, built by the real command."""

    folder: Path

    @property
    def html(self) -> Path:
        """The built site."""
        return self.folder / "_build" / "html"

    def environment(self) -> dict[str, str]:
        """Return where the book is, and nothing of the tester's own settings."""
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("SCOMM_", "CITABLE_"))
        }
        return kept | {
            "CITABLE_ROOT": str(self.folder),
            "PYTHONPATH": str(self.folder / "src"),
            "SOURCE_DATE_EPOCH": "1795392000",
            "COLUMNS": "200",
        }

    def _run(self, *command: str, language: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command in the book's folder."""
        environment = self.environment()
        if language:
            environment["CITABLE_LANGUAGE"] = language
        return subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=HANGS,
            check=False,
        )

    def build(self, *options: str, language: str = "") -> subprocess.CompletedProcess[str]:
        builder = Path(sys.executable).with_name("jupyter-book")
        return self._run(str(builder), "build", ".", "-W", *options, language=language)

    def built(self, *options: str, language: str = "") -> subprocess.CompletedProcess[str]:
        """Build, and fail with what was said if that fails."""
        return succeeded(self.build(*options, language=language))

    def scomm(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run(sys.executable, "-m", "scomm", *arguments)

    def write(self, name: str, text: str) -> None:
        (self.folder / f"{name}.md").write_text(text, encoding="utf-8")

    def page(self, name: str) -> str:
        html = (self.html / f"{name}.html").read_text(encoding="utf-8")
        return re.sub(r"<[^>]+>", "", html[html.index("<article") : html.index("</article>")])

    def configure(self, *lines: str) -> None:
        """Add settings of Sphinx to ``_config.yml``."""
        file = self.folder / "_config.yml"
        head, settings = file.read_text(encoding="utf-8").split("  config:\n")
        added = "".join(f"    {line}\n" for line in lines)
        file.write_text(f"{head}  config:\n{added}{settings}", encoding="utf-8")

    def contents(self, pages: Iterable[str]) -> None:
        """Write the table of contents: an index and these pages."""
        files = "".join(f"  - file: {name}\n" for name in pages)
        text = f"format: jb-book\nroot: index\nchapters:\n{files}"
        (self.folder / "_toc.yml").write_text(text, encoding="utf-8")


def succeeded(result: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
    """Return a command's result; fail with what it said if it failed."""
    assert result.returncode == 0, f"{result.args}:\n{result.stdout[-3000:]}{result.stderr[-3000:]}"
    return result


def executed(result: subprocess.CompletedProcess[str]) -> tuple[int, int]:
    """How many notebooks a build executed, and how many it left as they were."""
    found = re.search(r"notebooks: (\d+) executed, (\d+) unchanged", result.stdout)
    assert found, result.stdout + result.stderr
    return int(found[1]), int(found[2])


def checkout(folder: Path, tables: Iterable[str] | None = ("activation",)) -> Book:
    """Copy what a book is made with, without its pages and what is published of them.

    ``tables`` names the tables that the book has; None stands for all.
    """
    for name in ("src", "data", "_static", "_templates"):
        without = ("tables", "published") if name == "data" else ()
        ignore = shutil.ignore_patterns("__pycache__", *without)
        shutil.copytree(paths.ROOT / name, folder / name, ignore=ignore)
    (folder / "data" / "published").mkdir()
    _copy_tables(folder / "data" / "tables", tables)
    for name in (
        *("_config.yml", "requirements.txt", "references.bib", "CITATION.cff", "LICENSE"),
        *("README.md", "Makefile", "pyproject.toml", "babel.cfg"),
    ):
        shutil.copy(paths.ROOT / name, folder / name)
    text = f"# Changelog\n\n## {__version__} (unreleased)\n\nText.\n"
    (folder / "CHANGELOG.md").write_text(text)
    return Book(folder)


def _copy_tables(folder: Path, names: Iterable[str] | None) -> None:
    """Copy tables, the part of the manifest that is about them, and all schemas."""
    folder.mkdir()
    document = json.loads(paths.MANIFEST.read_text(encoding="utf-8"))
    if names is not None:
        document["tables"] = [e for e in document["tables"] if e["table"] in set(names)]
    for entry in document["tables"]:
        shutil.copy(paths.TABLES / entry["file"], folder / entry["file"])
    for schema in paths.TABLES.glob("*.schema.yaml"):
        shutil.copy(schema, folder / schema.name)
    text = json.dumps(document, indent=1) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")


def unpublished(folder: Path, pages: dict[str, str], places: bool = False) -> Book:
    """Return a book of these pages after an index, about which nothing is published yet.

    With ``places`` it has every table, a page for each state and area, the list of counties, and
    a picture for each page; without, none of these.
    """
    book = checkout(folder, tables=None if places else ("activation",))
    if not places:
        book.configure("scomm_place_pages: false", "citable_page_cards: false")
    (folder / "notebooks").mkdir()
    book.write("index", "# Index\n\nA small book.\n")
    for name, text in pages.items():
        book.write(name, text)
    book.contents(pages)
    return book


def publish(book: Book) -> Book:
    """Number a book's paragraphs, accept its findings, and build it."""
    book.build()
    succeeded(book.scomm("paragraphs", "assign"))
    succeeded(book.scomm("findings", "accept", "--reason", "First edition"))
    book.built()
    return book


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder with its digest."""
    return {
        file.relative_to(folder).as_posix(): sha256_of(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def copied(book: Book, to: Path) -> Book:
    """Copy a book with its build and its editions."""
    shutil.copytree(book.folder, to, symlinks=True)
    return Book(to)


def read_only(book: Book) -> Iterator[Book]:
    """Lend a book to the tests of a run; fail at its end if one of them changed it."""

    def files() -> dict[str, str]:
        """Leave compiled code out, which Python writes when it first imports a module."""
        return {name: sha for name, sha in tree(book.folder).items() if "__pycache__" not in name}

    before = files()
    yield book
    after = files()
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    assert not changed, f"a test changed a book that all share: {sorted(changed)[:5]}"


def two_pages(folder: Path) -> Book:
    """Return a draft of two pages, not built: nothing of it is compared with what is published."""
    book = unpublished(folder, {"page": PAGE, "other": OTHER})
    book.configure("citable_draft: true")
    # What tools leave behind in a checkout is no page of the book.
    (folder / ".pytest_cache").mkdir()
    (folder / ".pytest_cache" / "README.md").write_text("# A cache\n")
    return book


@pytest.fixture(scope="session")
def draft_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """A draft of two pages, built; read only."""

    def make(folder: Path) -> None:
        two_pages(folder).built()

    yield from read_only(Book(once_a_run(tmp_path_factory, "draft", make)))


@pytest.fixture
def book(draft_site: Book, tmp_path: Path) -> Book:
    """A copy of the draft of two pages, with its build, that a test may change at will."""
    return copied(draft_site, tmp_path / "book")


@pytest.fixture(scope="session")
def unpublished_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """A book of two numbered chapters about which nothing is published, as its build left it."""

    def make(folder: Path) -> None:
        chapters = {"notebooks/01-small": SMALL, "notebooks/02-next": NEXT}
        unpublished(folder, chapters).build()

    yield from read_only(Book(once_a_run(tmp_path_factory, "unpublished", make)))


@pytest.fixture(scope="session")
def published_site(
    unpublished_site: Book, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Book]:
    """The same book published: paragraphs numbered, findings accepted, built, its edition made.

    It is read only: every build and command that writes belongs into a copy.
    """

    def make(folder: Path) -> None:
        book = publish(copied(unpublished_site, folder))
        succeeded(book.scomm("edition"))

    yield from read_only(Book(once_a_run(tmp_path_factory, "published", make)))


@pytest.fixture
def published_book(published_site: Book, tmp_path: Path) -> Book:
    """A copy of the published book, with its build and edition, that a test may change at will."""
    return copied(published_site, tmp_path / "book")


@pytest.fixture(scope="session")
def made_edition(published_site: Book) -> Path:
    """The edition of the published book; read only."""
    return published_site.folder / "dist" / NAME


@pytest.fixture(scope="session")
def places_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """A published book of one chapter with every page of a place; read only."""

    def make(folder: Path) -> None:
        publish(unpublished(folder, {"notebooks/01-small": SMALL}, places=True))

    yield from read_only(Book(once_a_run(tmp_path_factory, "places", make)))
