"""Compare incremental builds with clean builds, file by file."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sphinx.errors import ExtensionError

from citable.errors import TableError
from citable.record import identity
from citable.sphinx.writers import BackgroundWriter

from ..books import Book, copied, executed, tree
from ..processes import wait_until
from .conftest import OTHER

pytestmark = pytest.mark.check


KEPT_PAGE = "trace/finding-2-1.html"  # made from results and the digest, not from prose


@pytest.fixture
def whole(published_book: Book) -> Book:
    """The published book, built where it stands: Sphinx forgets its pages in a copied folder."""
    published_book.built()
    return published_book


def site(book: Book) -> dict[str, str]:
    return tree(book.html)


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
    edit_with_its_number(book, "A second paragraph says", "A second paragraph now says")


def a_paragraph_after_an_edition_of_the_same_contents(book: Book) -> None:
    """The earlier edition has the digest that this one's pages print, and must keep it."""
    digest = identity.load(book.html).digest
    (book.folder / "data" / "published" / "editions.csv").write_text(
        f"edition,date,digest,archive,note\n2025.01,2025-01-02,{digest},,\n"
    )
    book.write("index", "# Index\n\nA small book.\n\n```{editions}\n```\n")
    book.built()
    edit_with_its_number(book, "A second paragraph", "Another paragraph")


def edit_with_its_number(book: Book, old: str, new: str) -> None:
    """Change a paragraph and its row of the registry at once, as who pulls such a commit does."""
    other = copied(book, book.folder.parent / "elsewhere")
    elsewhere = other.folder
    edit(other, old, new)
    other.build()
    result = other.citable("paragraphs", "assign")
    assert result.returncode == 0, result.stderr
    for name in ("notebooks/01-small.md", "data/published/paragraphs.csv"):
        shutil.copy(elsewhere / name, book.folder / name)


def a_reference_that_a_page_cites(book: Book) -> None:
    cited = (
        "- As {cite:t}`wilson1927` says.\n\n```{bibliography}\n:filter: docname in docnames\n```\n"
    )
    edit(book, "A third one ends the page.\n", f"A third one ends the page.\n\n{cited}")
    book.built()
    file = book.folder / "references.bib"
    text = file.read_text(encoding="utf-8")
    assert text.count("{1927}") == 1
    file.write_text(text.replace("{1927}", "{1928}"), encoding="utf-8")


def a_title(book: Book) -> None:
    edit(book, "# 1. Small page", "# 1. A small page")


@pytest.mark.parametrize(
    "change",
    [
        an_unnumbered_line,
        a_numbered_paragraph,
        a_title,
        a_reference_that_a_page_cites,
        a_paragraph_after_an_edition_of_the_same_contents,
    ],
)
def test_incremental_build_equals_a_clean_build(
    whole: Book, change: Callable[[Book], None], tmp_path: Path
) -> None:
    html = whole.html
    before = identity.load(html).digest
    untouched = (html / KEPT_PAGE).stat().st_mtime_ns
    change(whole)
    result = whole.built()
    assert executed(result)[0] == 0, "prose executes nothing"
    quick = site(whole)
    if change is an_unnumbered_line:
        assert (html / KEPT_PAGE).stat().st_mtime_ns == untouched
        assert "A line of a list" in (html / "notebooks" / "01-small.ipynb").read_text()
    if change is a_reference_that_a_page_cites:
        page = (html / "notebooks" / "01-small.html").read_text()
        assert "1928</a>" in page
        assert "1927</a>" not in page
    if change is a_paragraph_after_an_edition_of_the_same_contents:
        assert identity.load(html).digest != before
        assert before[:12] in (html / "index.html").read_text()
    if change is a_numbered_paragraph:
        assert identity.load(html).digest != before
        now = identity.load(html).digest[:12]
        for page in html.rglob("*.html"):
            text = page.read_text()
            assert now in text, page
            assert before[:12] not in text, page
    shutil.rmtree(whole.folder / "_build")
    whole.built()
    assert {name for name in quick if quick[name] != site(whole).get(name)} == set()
    assert set(site(whole)) == set(quick)


def test_unchanged_build_reads_no_page(whole: Book) -> None:
    result = whole.built()
    assert "0 added, 0 changed, 0 removed" in result.stdout
    assert "config changed" not in result.stdout


def test_missing_generated_page_is_rebuilt(whole: Book) -> None:
    page = whole.html / KEPT_PAGE
    content = page.read_bytes()
    page.unlink()
    edit(whole, "A third one", "The third one")
    whole.build()
    whole.citable("paragraphs", "assign")
    whole.built()
    digest = identity.load(whole.html).digest
    assert digest[:12].encode() in page.read_bytes()
    assert len(page.read_bytes()) == len(content)


def test_orphan_trace_pages_are_removed(whole: Book) -> None:
    html = whole.html
    assert (html / "trace" / "finding-2-1.html").is_file()
    file = whole.folder / "notebooks" / "02-next.md"
    file.write_text(file.read_text().replace("2.1", "2.2"))
    result = whole.build()
    assert result.returncode != 0, "a finding that is gone is not published as gone"
    assert (html / "trace" / "finding-2-2.html").is_file()
    assert not (html / "trace" / "finding-2-1.html").exists()


# A page with a figure and a table, of which a site has files beside the page.
EXHIBITS = (
    OTHER.replace("Other page", "9. Exhibits")
    + """
```{code-cell} ipython3
# Draw a line
import pandas as pd
from citable.notebook import figure, table

def draw(layout, data):
    drawn = layout.figure(2)
    drawn.subplots().plot(data["n"])
    return drawn

line = pd.DataFrame({"n": [1, 2]})
figure("9.1", draw, line)
table("9.1", line)
```

:::{figure} 9.1
:sources: beans

A line

- Alternative text: From one to two.
:::

:::{table} 9.1
:sources: beans

Its numbers

- `n` Number
:::
"""
)


def test_output_of_removed_pages_is_deleted(book: Book) -> None:
    book.write("notebooks/09-exhibits", EXHIBITS)
    contents = book.folder / "_toc.yml"
    without = contents.read_text()
    contents.write_text(without + "  - file: notebooks/09-exhibits\n")
    book.built()
    own = {name for name in site(book) if re.search(r"09-exhibits|(figure|table)-9-1|cite/9", name)}
    assert {name.rsplit(".", 1)[-1] for name in own} == {"html", "ipynb", "png", "svg", "csv"}
    contents.write_text(without)
    book.built()
    after = site(book)
    shutil.rmtree(book.folder / "_build")
    book.build()
    assert {n for n in {*after, *site(book)} if after.get(n) != site(book).get(n)} == set()


def test_failing_background_writer_fails_the_build(
    tmp_path: Path,
) -> None:
    def fails(_app: object, folder: Path) -> None:
        raise TableError(f"{folder.name} cannot be written")

    def dies(_app: object, _folder: Path) -> None:
        os._exit(3)

    def writes(_app: object, folder: Path) -> None:
        (folder / "file").write_text("whole")
        (folder / "scratch").write_text(tempfile.mkdtemp())

    def never_ends(_app: object, folder: Path) -> None:
        (folder / "begun").write_text(tempfile.mkdtemp())
        threading.Event().wait()

    app: Any = SimpleNamespace(outdir=tmp_path)
    with pytest.raises(ExtensionError, match=f"{tmp_path.name} cannot be written"):
        BackgroundWriter(fails, app).wait()
    with pytest.raises(ExtensionError, match="ended before it was done"):
        BackgroundWriter(dies, app).wait()
    BackgroundWriter(writes, app).wait()
    assert (tmp_path / "file").read_text() == "whole"
    assert not Path((tmp_path / "scratch").read_text()).exists()
    one = BackgroundWriter(never_ends, app)
    begun = tmp_path / "begun"
    wait_until(lambda: begun.is_file() and begun.read_text(), "the writer began")
    one.kill()
    assert not one._process.is_alive()
    assert not Path(begun.read_text()).exists()
