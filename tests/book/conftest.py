from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from scomm import __version__, paths
from scomm.data.sources import sha256_of

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
from scomm.data.tables import load
from scomm.record import say, finding
from scomm.stats.proportions import share

counties = load("activation")
dated = int(counties["date_secure"].notna().sum())
say(dated=dated, part=float(share(dated, 2 * dated)))
finding("1.1", "{value:int} counties have a date.", value=dated, unit="count", estimand="counties",
        period="2008 to 2013", population="counties", tables=["activation"], route="test")
```

There are {n}`dated` of them, {n}`part:pct2`.
"""

OTHER = (
    PAGE.replace("Small page", "Other page").split("```{code-cell}")[0]
    + """
```{code-cell} ipython3
# Add without reading any table
from scomm.record import say
say(sum=1 + 1)
```

The sum is {n}`sum`.
"""
)


@dataclass
class Book:
    """A small book in a folder of its own, built by the real command."""

    folder: Path

    def environment(self) -> dict[str, str]:
        """Return where the book is, and nothing of the tester's own settings."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("SCOMM_")}
        return kept | {
            "SCOMM_ROOT": str(self.folder),
            "PYTHONPATH": str(self.folder / "src"),
            "SOURCE_DATE_EPOCH": "1795392000",
            "COLUMNS": "200",
        }

    def _run(self, *command: str, language: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command in the book's folder."""
        environment = self.environment()
        if language:
            environment["SCOMM_LANGUAGE"] = language
        return subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def build(self, *options: str, language: str = "") -> subprocess.CompletedProcess[str]:
        builder = Path(sys.executable).with_name("jupyter-book")
        return self._run(str(builder), "build", ".", "-W", *options, language=language)

    def scomm(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run(sys.executable, "-m", "scomm", *arguments)

    def write(self, name: str, text: str) -> None:
        (self.folder / f"{name}.md").write_text(text, encoding="utf-8")

    def page(self, name: str) -> str:
        html = (self.folder / "_build" / "html" / f"{name}.html").read_text(encoding="utf-8")
        return re.sub(r"<[^>]+>", "", html[html.index("<article") : html.index("</article>")])


def executed(result: subprocess.CompletedProcess[str]) -> tuple[int, int]:
    """How many notebooks a build executed, and how many it left as they were."""
    found = re.search(r"notebooks: (\d+) executed, (\d+) unchanged", result.stdout)
    assert found, result.stdout + result.stderr
    return int(found[1]), int(found[2])


def checkout(folder: Path) -> None:
    """Copy what a book is made with, without its pages."""
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("src", "data", "_static", "_templates"):
        shutil.copytree(paths.ROOT / name, folder / name, ignore=ignore)
    for name in (
        *("_config.yml", "requirements.txt", "references.bib", "CITATION.cff", "LICENSE"),
        *("README.md", "Makefile", "pyproject.toml"),
    ):
        shutil.copy(paths.ROOT / name, folder / name)
    text = f"# Changelog\n\n## {__version__} (unreleased)\n\nText.\n"
    (folder / "CHANGELOG.md").write_text(text)


SMALL = (
    PAGE.replace("# Small page", "# 1. Small page")
    + """
A second paragraph says nothing with a number.

A third one ends the page.
"""
)


def unpublished(folder: Path, pages: dict[str, str]) -> Book:
    """Return a small book of these pages after an index, about which nothing is published yet."""
    checkout(folder)
    shutil.rmtree(folder / "data" / "published")
    (folder / "data" / "published").mkdir()
    (folder / "notebooks").mkdir()
    book = Book(folder)
    book.write("index", "# Index\n\nA small book.\n")
    for name, text in pages.items():
        book.write(name, text)
    files = "".join(f"  - file: {name}\n" for name in pages)
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: index\nchapters:\n{files}")
    return book


def publish(book: Book) -> Book:
    """Number a book's paragraphs, accept its findings, and build it."""
    book.build()
    for command in (
        ("paragraphs", "assign"),
        ("findings", "accept", "--reason", "First edition"),
    ):
        result = book.scomm(*command)
        assert result.returncode == 0, result.stderr
    result = book.build()
    assert result.returncode == 0, result.stdout + result.stderr
    return book


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder with its digest."""
    return {
        file.relative_to(folder).as_posix(): sha256_of(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A small book with one numbered chapter, about which nothing is published yet."""
    return unpublished(tmp_path_factory.mktemp("record") / "book", {"notebooks/01-small": SMALL})


@pytest.fixture(scope="module")
def published_book(fresh: Book) -> Book:
    """The same book, published: its findings accepted, its paragraphs numbered, built."""
    return publish(fresh)


def two_pages(folder: Path) -> Book:
    """Return a small book of two pages, not built, that a test may change at will."""
    checkout(folder)
    # These tests change tables and code at will; those of the published record have their own book.
    config = folder / "_config.yml"
    draft = "  config:\n    scomm_draft: true\n"
    config.write_text(config.read_text().replace("  config:\n", draft))
    chapters = "\n".join(f"  - file: {name}" for name in ("page", "other"))
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: index\nchapters:\n{chapters}\n")
    # What tools leave behind in a checkout is no page of the book.
    (folder / ".pytest_cache").mkdir()
    (folder / ".pytest_cache" / "README.md").write_text("# A cache\n")
    small = Book(folder)
    small.write("index", "# Index\n\nA small book.\n")
    small.write("page", PAGE)
    small.write("other", OTHER)
    return small


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return two_pages(tmp_path / "book")
