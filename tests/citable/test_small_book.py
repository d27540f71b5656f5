"""examples/small-book, built by citable alone: where it is built there is no scomm to import."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from ..books import Book, copied, succeeded
from ..processes import once_a_run
from .conftest import EXAMPLE, NAME, copy_citable, example

CHAPTER = "notebooks/01-sprouting"


def new_book(folder: Path, **setting: str) -> Book:
    """Copy the example and citable; the book is found from the folder where commands are run."""
    copy_citable(folder / "code")
    book = example(folder / "book", folder / "code")
    return replace(book, setting={"CITABLE_ROOT": ""} | setting)


def printed(result: subprocess.CompletedProcess[str]) -> str:
    """Return what a command printed; fail with it if the command failed."""
    return succeeded(result).stdout


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The example, built once a test run from nothing; read only."""

    def make(folder: Path) -> None:
        new_book(folder).built("--keep-going")

    folder = once_a_run(tmp_path_factory, "small-book", make)
    return Book(folder / "book", folder / "code", {"CITABLE_ROOT": ""})


@pytest.fixture
def book(built: Book, tmp_path: Path) -> Book:
    """A copy of the built example that a test may change."""
    return copied(built, tmp_path / "book")


def test_it_is_built_where_only_citable_can_be_imported(built: Book) -> None:
    assert "citable alone" in built.run("-c", "import scomm").stderr
    found = printed(built.run("-c", "import citable.paths as p; print(p.ROOT, p.PACKAGE)"))
    assert found.split() == [str(built.folder), str(built.code / "citable")]


def test_what_is_committed_as_published_is_what_a_build_computes(built: Book) -> None:
    said = built.citable("findings", "diff").stdout
    how = (
        "in examples/small-book: citable findings accept --reason '...', and commit data/published"
    )
    assert "0 differences" in said, f"{said}\n{how}"
    committed = json.loads((EXAMPLE / "data/published/findings.json").read_text("utf-8"))
    site = json.loads((built.folder / "_build/html/findings.json").read_text("utf-8"))
    assert {item["id"]: item["value"] for item in committed["findings"]} == pytest.approx(
        {item["id"]: item["value"] for item in site["findings"]}
    ), how


def test_pages_have_findings_paragraph_numbers_and_the_style(built: Book) -> None:
    page = built.source(CHAPTER)
    assert '<section class="finding" id="finding-1-1"' in page
    assert "Of 40 beans 32 sprouted: 80.0%." in re.sub("<[^>]+>", "", page)
    assert re.findall(r'class="par" id="([\w-]+)"', page) == ["p1-1", "p1-2", "p1-3"]
    assert "book.css" in page
    assert (built.folder / "_build/html/_static/book.css").is_file()
    for name in ("exhibits/figure-2-1.svg", "exhibits/table-1-1.csv", "tables/beans.csv"):
        assert (built.folder / "_build/html" / name).is_file()


def test_changed_style_of_the_book_follows_the_theme_and_has_a_new_address(
    book: Book,
) -> None:
    sheet = book.folder / "_build/html/_static/book.css"
    theme = (book.code / "citable/theme/static/book.css").read_text("utf-8")
    (book.folder / "_static").mkdir()
    addresses = set()
    for rule in ("article { color: red; }", "article { color: blue; }"):
        (book.folder / "_static/book.css").write_text(rule, encoding="utf-8")
        succeeded(book.build())
        assert sheet.read_text("utf-8") == f"{theme}\n{rule}"
        found = re.findall(r'_static/(book\.css\?v=\w+)"', book.source(CHAPTER))
        assert len(found) == 1
        addresses.update(found)
    assert len(addresses) == 2


def test_nothing_of_the_main_book_is_on_its_pages(built: Book) -> None:
    own = [file for file in (built.folder / "_build/html").rglob("*.html")]
    assert len(own) > 8
    wrong = re.compile(r"Secure Communities|One in Four|United States|scomm|D-data-dictionary")
    assert {file.name: wrong.findall(file.read_text("utf-8")) for file in own} == {
        file.name: [] for file in own
    }


def test_a_finding_is_cited_and_traced(built: Book) -> None:
    cited = printed(built.citable("cite", "F1.1", "--form", "indigo"))
    assert "Two Windowsills, Finding 1.1 (ed. 2026.3" in cited
    traced = printed(built.citable("trace", "F1.1"))
    digest = hashlib.sha256((EXAMPLE / "data/tables/beans.csv").read_bytes()).hexdigest()
    assert "01-sprouting.md, code cell 2" in traced
    assert "40 rows of beans add up to it." in traced
    assert f"data/tables/beans.csv, sha256 {digest}" in traced
    assert "example data made for this book" in traced
    assert 'id="finding-1-1"' in built.source("cite/1")


def test_it_verifies(built: Book) -> None:
    assert printed(built.citable("verify")).rstrip().endswith("PASS")


def test_a_changed_cell_of_its_table_fails_verification(book: Book) -> None:
    table = book.folder / "data/tables/beans.csv"
    table.write_text(table.read_text().replace("N01,north,21,72", "N01,north,21,73"))
    result = book.citable("verify")
    assert result.returncode == 1
    assert "beans.csv is not the table of this edition" in result.stdout
    assert result.stdout.rstrip().endswith("FAIL")


@pytest.mark.check
def test_a_changed_table_that_is_accepted_moves_what_is_published(book: Book) -> None:
    table = book.folder / "data/tables/beans.csv"
    table.write_text(table.read_text().replace("N01,north,21,72", "N01,north,21,"))
    printed(book.citable("tables"))
    result = book.citable("findings", "diff")
    assert result.returncode == 1
    assert "finding 1.1, numerator: moved from 32 to 31" in result.stdout.replace("32.0", "32")


@pytest.mark.check
def test_only_code_of_citable_that_a_chapter_used_makes_its_result_stale(book: Book) -> None:
    code = book.folder.parent / "code"
    shutil.copytree(book.code, code)
    changed = replace(book, code=code)
    for module, executed in (("edition/verify.py", 0), ("record/rows.py", 2)):
        file = code / "citable" / module
        file.write_text(f"{file.read_text('utf-8')}\n# Changed.\n", encoding="utf-8")
        assert f"notebooks: {executed} executed" in printed(changed.build()), module


@pytest.mark.check
def test_the_pdf_has_its_title_and_findings(book: Book) -> None:
    printed(book.citable("pdf"))
    reader = PdfReader(book.folder / "_build/pdf" / f"{NAME}.pdf")
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert reader.metadata is not None
    assert reader.metadata.title == "Two Windowsills"
    assert "Of 40 beans 32 sprouted: 80.0%." in text
    assert "1.23 times as tall" in text


@pytest.mark.check
def test_a_translated_chapter_has_spanish_words_and_the_same_numbers(book: Book) -> None:
    book.built("--path-output", "_build/es", language="es")
    ours, theirs = book.source(CHAPTER), book.source(CHAPTER, "_build/es/_build/html")
    assert '<html class="no-js" lang="es"' in theirs
    for words in ("De 40 judías brotaron 32: 80.0%.", "Hallazgo 1.1", "Dos alféizares"):
        assert words in re.sub("<[^>]+>", "", theirs)
    for kept in (r'class="par" id="([\w-]+)"', r'<span class="number">([^<]*)</span>'):
        assert len(re.findall(kept, ours)) > 2
        assert sorted(re.findall(kept, theirs)) == sorted(re.findall(kept, ours))
    for name in ("findings.json", "exhibits/table-1-1.csv"):
        same = [
            (book.folder / site / name).read_bytes()
            for site in ("_build/html", "_build/es/_build/html")
        ]
        assert same[0] == same[1]


@pytest.mark.check
def test_an_edition_made_elsewhere_is_the_same_bytes_and_verifies(
    book: Book, tmp_path: Path
) -> None:
    setting = {"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    other = new_book(tmp_path / "quite" / "another folder", **setting)
    other.built()
    for each in (book, other):
        printed(each.citable("edition"))
    one, two = ((each.folder / "dist" / f"{NAME}.zip").read_bytes() for each in (book, other))
    assert hashlib.sha256(one).hexdigest() == hashlib.sha256(two).hexdigest()
    edition = book.folder / "dist" / NAME
    assert (edition / "source/src/citable/paths.py").is_file()
    assert printed(other.citable("verify", "--edition", str(edition))).rstrip().endswith("PASS")
    table = edition / "source/data/tables/beans.csv"
    table.write_text(table.read_text().replace("N01,north,21,72", "N01,north,21,73"))
    assert other.citable("verify", "--edition", str(edition)).returncode == 1
