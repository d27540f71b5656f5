"""A book in a folder of its own, built by the real commands: what tests of both packages share."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from citable.tables.passports import sha256_of

from .processes import HANGS

# What is made in a book's folder, and is not copied with its source.
MADE = ("_build", "dist", "__pycache__")
# What the tester has set, and a command that a test starts must not see.
_SETTINGS = ("SCOMM_", "CITABLE_", "SOURCE_DATE_EPOCH")


# What makes a page a notebook of MyST Markdown.
NOTEBOOK_HEADER = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  name: python3
  display_name: Python 3
---
"""


@dataclass(frozen=True)
class Book:
    """A book's folder, the folder of the packages that build it, and further variables for its commands."""

    folder: Path
    code: Path
    setting: Mapping[str, str] = field(default_factory=dict)

    @property
    def html(self) -> Path:
        """The built site."""
        return self.folder / "_build" / "html"

    def environment(self) -> dict[str, str]:
        """Return where the book and its packages are, and nothing of the tester's own settings."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(_SETTINGS)}
        own = {
            "CITABLE_ROOT": str(self.folder),
            "PYTHONPATH": str(self.code),
            "COLUMNS": "200",
        }
        return kept | own | self.setting

    def run(self, *command: str, language: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command of Python in the book's folder."""
        return subprocess.run(
            [sys.executable, *command],
            cwd=self.folder,
            env=self.environment() | ({"CITABLE_LANGUAGE": language} if language else {}),
            capture_output=True,
            text=True,
            timeout=HANGS,
            check=False,
        )

    def build(self, *options: str, language: str = "") -> subprocess.CompletedProcess[str]:
        builder = Path(sys.executable).with_name("jupyter-book")
        return self.run(str(builder), "build", ".", "-W", *options, language=language)

    def built(self, *options: str, language: str = "") -> subprocess.CompletedProcess[str]:
        """Build, and fail with what was said if that fails."""
        return succeeded(self.build(*options, language=language))

    def citable(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "citable", *arguments)

    def scomm(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "scomm", *arguments)

    def write(self, name: str, text: str) -> None:
        (self.folder / f"{name}.md").write_text(text, encoding="utf-8")

    def source(self, name: str, site: str = "_build/html") -> str:
        """Return a page as HTML."""
        return (self.folder / site / f"{name}.html").read_text(encoding="utf-8")

    def page(self, name: str) -> str:
        """Return the text of a page."""
        html = self.source(name)
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


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder with its digest."""
    return {
        file.relative_to(folder).as_posix(): sha256_of(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def copied(book: Book, to: Path) -> Book:
    """Copy a book with its build and its editions; the packages beside it stay where they are."""
    shutil.copytree(book.folder, to, symlinks=True)
    own = book.code.is_relative_to(book.folder)
    code = to / book.code.relative_to(book.folder) if own else book.code
    return Book(to, code, book.setting)


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
