"""What is built again after a change is, in every file, what a build from nothing makes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from scomm.data.sources import sha256_of
from scomm.record import identity
from tests.book.conftest import PAGE, SMALL, Book, checkout, executed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A published book of two chapters, built."""
    folder = tmp_path_factory.mktemp("incremental") / "book"
    checkout(folder)
    shutil.rmtree(folder / "data" / "published")
    (folder / "data" / "published").mkdir()
    (folder / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nchapters:\n"
        "  - file: notebooks/01-small\n  - file: notebooks/02-next\n"
    )
    (folder / "notebooks").mkdir()
    book = Book(folder)
    book.write("index", "# Index\n\nA small book.\n")
    book.write("notebooks/01-small", SMALL)
    book.write("notebooks/02-next", PAGE.replace("# Small", "# 2. Next").replace('"1.1"', '"2.1"'))
    book.build()
    for command in (("paragraphs", "assign"), ("findings", "accept", "--reason", "First edition")):
        result = book.scomm(*command)
        assert result.returncode == 0, result.stderr
    result = book.build()
    assert result.returncode == 0, result.stdout + result.stderr
    return book


def site(book: Book) -> dict[str, str]:
    """Every file of the site with its digest."""
    folder = book.folder / "_build" / "html"
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): sha256_of(file) for file in files}


def edit(book: Book, old: str, new: str) -> None:
    file = book.folder / "notebooks" / "01-small.md"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def an_unnumbered_line(book: Book) -> None:
    edit(
        book, "A third one ends the page.\n", "A third one ends the page.\n\n- A line of a list.\n"
    )


def a_numbered_paragraph(book: Book) -> None:
    """Change a paragraph and its row of the registry at once, as who pulls such a commit does."""
    elsewhere = book.folder.parent / "elsewhere"
    shutil.copytree(book.folder, elsewhere)
    other = Book(elsewhere)
    edit(other, "A second paragraph says nothing", "A second paragraph says nothing at all")
    other.build()
    result = other.scomm("paragraphs", "assign")
    assert result.returncode == 0, result.stderr
    for name in ("notebooks/01-small.md", "data/published/paragraphs.csv"):
        shutil.copy(elsewhere / name, book.folder / name)


def a_title(book: Book) -> None:
    edit(book, "# 1. Small page", "# 1. A small page")


@pytest.mark.parametrize("change", [an_unnumbered_line, a_numbered_paragraph, a_title])
def test_a_change_of_prose_gives_what_a_build_from_nothing_gives(
    whole: Book, change: Callable[[Book], None], tmp_path: Path
) -> None:
    html = whole.folder / "_build" / "html"
    before = identity.load(html).digest
    untouched = (html / "datasheets" / "state-ri.html").stat().st_mtime_ns
    change(whole)
    result = whole.build()
    assert result.returncode == 0, result.stdout + result.stderr
    assert executed(result)[0] == 0, "prose executes nothing"
    quick = site(whole)
    if change is an_unnumbered_line:
        assert (html / "datasheets" / "state-ri.html").stat().st_mtime_ns == untouched
        assert "A line of a list" in (html / "notebooks" / "01-small.ipynb").read_text()
    if change is a_numbered_paragraph:
        assert identity.load(html).digest != before
        assert before[:12] not in (html / "datasheets" / "state-ri.html").read_text()
    shutil.rmtree(whole.folder / "_build")
    result = whole.build()
    assert result.returncode == 0, result.stdout + result.stderr
    assert {name for name in quick if quick[name] != site(whole).get(name)} == set()
    assert set(site(whole)) == set(quick)


def test_a_generated_page_that_is_gone_is_made_again(whole: Book) -> None:
    page = whole.folder / "_build" / "html" / "datasheets" / "state-ri.html"
    content = page.read_bytes()
    page.unlink()
    edit(whole, "A third one", "The third one")
    whole.build()
    whole.scomm("paragraphs", "assign")
    result = whole.build()
    assert result.returncode == 0, result.stdout + result.stderr
    digest = identity.load(whole.folder / "_build" / "html").digest
    assert digest[:12].encode() in page.read_bytes()
    assert len(page.read_bytes()) == len(content)
