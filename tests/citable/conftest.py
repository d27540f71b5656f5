"""Small books of examples/small-book, built by citable alone: its table, and short pages on it.

Each is made once a test run (``published_site``, ``draft_site``) and is read only; a test that
changes a book gets a copy of its own, with its build (``published_book``, ``book``), so that the
next build does only what the change asks for.
"""

from __future__ import annotations

import compileall
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from citable import paths

from ..books import MADE, NOTEBOOK_HEADER, Book, copied, read_only, succeeded
from ..processes import once_a_run

EXAMPLE = paths.ROOT / "examples" / "small-book"
VERSION = "2026.3"
NAME = f"two-windowsills-{VERSION}"
# All heights of the table together, and its last one, in millimetres.
TOTAL, LAST = 5368, 126

PAGE = (
    f"{NOTEBOOK_HEADER}\n# Small page\n"
    + """
```{code-cell} ipython3
# Add the heights up
from citable.notebook import load, record, say
from windowsill import share

beans = load("beans")
total = int(beans["height_mm"].sum())
say(total=total, part=float(share(total, 2 * total)))
record("1.1", total, unit="count")
```

:::{finding} 1.1
:sources: beans
:route: test

{n}`1.1:int` millimetres were measured.

- Estimand: sum of heights
- Period: 21 days
- Population: beans that sprouted
:::

There are {n}`total` of them, {n}`part:pct2`.
"""
)

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

# The book's own code, which its pages import.
HELPER = '''\
"""Shares."""


def share(x: float, n: float) -> float:
    """Return x / n."""
    return x / n
'''
# What the book says of itself beyond its configuration.
PROJECT = f'''\
"""What citable must know of this book."""

from citable.project import Project

PROJECT = Project(
    name="two-windowsills",
    title="Two Windowsills",
    author="The Small Book Project",
    version="{VERSION}",
    abstract="Heights of beans on two windowsills, made up to show how a book becomes citable.",
)
'''
REFERENCE = """\
@article{wilson1927,
  author = {Wilson, Edwin B.},
  title = {Probable inference, the law of succession, and statistical inference},
  journal = {Journal of the American Statistical Association},
  year = {1927}
}
"""


def copy_citable(folder: Path) -> None:
    """Copy citable alone; a scomm that is installed is hidden by one that fails."""
    shutil.copytree(paths.PACKAGE, folder / "citable", ignore=shutil.ignore_patterns(*MADE))
    (folder / "scomm.py").write_text('raise ImportError("citable alone")\n')
    compileall.compile_dir(folder, quiet=1)  # else each kernel of each test compiles it again


def example(folder: Path, code: Path) -> Book:
    """Copy the example as it is committed."""
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(*MADE))
    return Book(folder, code)


def unpublished(folder: Path, code: Path, pages: dict[str, str]) -> Book:
    """Return the example with these pages after an index, nothing of it published yet."""
    book = example(folder, code)
    for name in ("data/published", "locale", "notebooks"):
        shutil.rmtree(folder / name)
    for name in ("data/published", "notebooks", "src"):
        (folder / name).mkdir()
    (folder / "src" / "windowsill.py").write_text(HELPER)
    (folder / "src" / "windowsill_project.py").write_text(PROJECT)
    (folder / "references.bib").write_text(REFERENCE)
    (folder / "CHANGELOG.md").write_text(f"# Changelog\n\n## {VERSION} (unreleased)\n\nText.\n")
    config = folder / "_config.yml"
    text = config.read_text(encoding="utf-8")
    assert text.count("citable.sphinx]") == 1
    text = text.replace("citable.sphinx]", "sphinxcontrib.bibtex, citable.sphinx]")
    config.write_text(f"bibtex_bibfiles: [references.bib]\n{text}", encoding="utf-8")
    book.configure(
        "citable_project: windowsill_project:PROJECT",
        "citable_page_cards: false",
        "bibtex_reference_style: author_year",
    )
    book.write("index", "# Index\n\nA small book.\n")
    for name, page in pages.items():
        book.write(name, page)
    book.contents(pages)
    return book


def publish(book: Book) -> Book:
    """Number a book's paragraphs, accept its findings, and build it."""
    book.build()
    succeeded(book.citable("paragraphs", "assign"))
    succeeded(book.citable("findings", "accept", "--reason", "First edition"))
    book.built()
    return book


@pytest.fixture(scope="session")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of citable alone; read only."""
    return once_a_run(tmp_path_factory, "citable-alone", copy_citable)


@pytest.fixture(scope="session")
def draft_site(code: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """A draft of two pages, built; read only. It is not compared with what is published."""

    def make(folder: Path) -> None:
        book = unpublished(folder, code, {"page": PAGE, "other": OTHER})
        book.configure("citable_draft: true")
        # What tools leave behind in a checkout is no page of the book.
        (folder / ".pytest_cache").mkdir()
        (folder / ".pytest_cache" / "README.md").write_text("# A cache\n")
        book.built()

    yield from read_only(Book(once_a_run(tmp_path_factory, "draft", make), code))


@pytest.fixture
def book(draft_site: Book, tmp_path: Path) -> Book:
    """A copy of the draft of two pages, with its build, that a test may change at will."""
    return copied(draft_site, tmp_path / "book")


@pytest.fixture(scope="session")
def unpublished_site(code: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """A book of two numbered chapters about which nothing is published, as its build left it."""

    def make(folder: Path) -> None:
        unpublished(folder, code, {"notebooks/01-small": SMALL, "notebooks/02-next": NEXT}).build()

    yield from read_only(Book(once_a_run(tmp_path_factory, "unpublished", make), code))


@pytest.fixture(scope="session")
def published_site(
    unpublished_site: Book, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Book]:
    """The same book published: paragraphs numbered, findings accepted, built, its edition made.

    It is read only: every build and command that writes belongs into a copy.
    """

    def make(folder: Path) -> None:
        book = publish(copied(unpublished_site, folder))
        succeeded(book.citable("edition"))

    folder = once_a_run(tmp_path_factory, "published", make)
    yield from read_only(Book(folder, unpublished_site.code))


@pytest.fixture
def published_book(published_site: Book, tmp_path: Path) -> Book:
    """A copy of the published book, with its build and edition, that a test may change at will."""
    return copied(published_site, tmp_path / "book")


@pytest.fixture(scope="session")
def made_edition(published_site: Book) -> Path:
    """The edition of the published book; read only."""
    return published_site.folder / "dist" / NAME
