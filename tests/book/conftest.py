"""Short books of the subject: all its tables, every page of a place, one chapter or two.

What is of citable alone is tested on examples/small-book, in tests/citable.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from citable import paths
from scomm import __version__

from ..books import NOTEBOOK_HEADER, Book, read_only, succeeded
from ..processes import once_a_run

PAGE = (
    f"{NOTEBOOK_HEADER}\n# Small page\n"
    + """
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
)

SMALL = (
    PAGE.replace("# Small page", "# 1. Small page")
    + """
A second paragraph says nothing with a number.

A third one ends the page.
"""
)
NEXT = PAGE.replace("# Small page", "# 2. Next page").replace("1.1", "2.1")


def book_in(folder: Path) -> Book:
    """Return the book in a folder that holds its own copy of both packages."""
    return Book(folder, folder / "src", {"SOURCE_DATE_EPOCH": "1795392000"})


def checkout(folder: Path) -> Book:
    """Copy what the book is made with, without its pages and what is published of them."""
    for name in ("src", "data", "_static", "_templates"):
        without = ("published",) if name == "data" else ()
        ignore = shutil.ignore_patterns("__pycache__", *without)
        shutil.copytree(paths.ROOT / name, folder / name, ignore=ignore)
    (folder / "data" / "published").mkdir()
    for name in (
        *("_config.yml", "requirements.txt", "references.bib", "CITATION.cff", "LICENSE"),
        *("README.md", "Makefile", "pyproject.toml", "babel.cfg"),
    ):
        shutil.copy(paths.ROOT / name, folder / name)
    text = f"# Changelog\n\n## {__version__} (unreleased)\n\nText.\n"
    (folder / "CHANGELOG.md").write_text(text)
    return book_in(folder)


def unpublished(folder: Path, pages: dict[str, str]) -> Book:
    """Return a book of these pages after an index, about which nothing is published yet.

    It has every table, a page for each state and area, the list of counties, and a picture for
    each page.
    """
    book = checkout(folder)
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


@pytest.fixture(scope="session")
def places_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """A published book of one chapter with every page of a place; read only."""

    def make(folder: Path) -> None:
        publish(unpublished(folder, {"notebooks/01-small": SMALL}))

    yield from read_only(book_in(once_a_run(tmp_path_factory, "places", make)))
