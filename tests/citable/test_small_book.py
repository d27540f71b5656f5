"""examples/small-book, built by citable alone: where it is built there is no scomm to import."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pypdf import PdfReader

from citable import paths

from ..processes import HANGS, once_a_run

EXAMPLE = paths.ROOT / "examples" / "small-book"
CHAPTER = "notebooks/01-sprouting"
EDITION = "two-windowsills-2026.3"
MADE = ("_build", "dist", "__pycache__")


@dataclass(frozen=True)
class SmallBook:
    """A copy of the example with a copy of citable beside it."""

    folder: Path
    code: Path
    setting: Mapping[str, str] = field(default_factory=dict)

    def run(self, *command: str, **setting: str) -> subprocess.CompletedProcess[str]:
        """Run Python in the book's folder, where it finds citable and no scomm."""
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("SCOMM_", "CITABLE_", "SOURCE_DATE_EPOCH"))
        }
        return subprocess.run(
            [sys.executable, *command],
            cwd=self.folder,
            env=kept | {"PYTHONPATH": str(self.code), "COLUMNS": "200"} | self.setting | setting,
            capture_output=True,
            text=True,
            timeout=HANGS,
            check=False,
        )

    def citable(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "citable", *arguments)

    def build(self, *options: str, **setting: str) -> subprocess.CompletedProcess[str]:
        builder = Path(sys.executable).with_name("jupyter-book")
        return self.run(str(builder), "build", ".", "-W", "--keep-going", *options, **setting)

    def page(self, name: str, site: str = "_build/html") -> str:
        return (self.folder / site / f"{name}.html").read_text(encoding="utf-8")


def succeeded(result: subprocess.CompletedProcess[str]) -> str:
    """Return what a command printed; fail with it if the command failed."""
    assert result.returncode == 0, f"{result.args}:\n{result.stdout[-3000:]}{result.stderr[-3000:]}"
    return result.stdout


def new_book(folder: Path, **setting: str) -> SmallBook:
    """Copy the example and citable; a scomm that is installed is hidden by one that fails."""
    shutil.copytree(EXAMPLE, folder / "book", ignore=shutil.ignore_patterns(*MADE))
    shutil.copytree(
        paths.PACKAGE, folder / "code" / "citable", ignore=shutil.ignore_patterns(*MADE)
    )
    (folder / "code" / "scomm.py").write_text('raise ImportError("citable alone")\n')
    return SmallBook(folder / "book", folder / "code", setting)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> SmallBook:
    """The example, built once a test run from nothing; read only."""

    def make(folder: Path) -> None:
        succeeded(new_book(folder).build())

    folder = once_a_run(tmp_path_factory, "small-book", make)
    return SmallBook(folder / "book", folder / "code")


@pytest.fixture
def book(built: SmallBook, tmp_path: Path) -> SmallBook:
    """A copy of the built example that a test may change."""
    shutil.copytree(built.folder, tmp_path / "book")
    return SmallBook(tmp_path / "book", built.code)


def test_it_is_built_where_only_citable_can_be_imported(built: SmallBook) -> None:
    assert "citable alone" in built.run("-c", "import scomm").stderr
    found = succeeded(built.run("-c", "import citable.paths as p; print(p.ROOT, p.PACKAGE)"))
    assert found.split() == [str(built.folder), str(built.code / "citable")]


def test_what_is_committed_as_published_is_what_a_build_computes(built: SmallBook) -> None:
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


def test_pages_have_findings_paragraph_numbers_and_the_style(built: SmallBook) -> None:
    page = built.page(CHAPTER)
    assert '<section class="finding" id="finding-1-1"' in page
    assert "Of 40 beans 32 sprouted: 80.0%." in re.sub("<[^>]+>", "", page)
    assert re.findall(r'class="par" id="([\w-]+)"', page) == ["p1-1", "p1-2", "p1-3"]
    assert "book.css" in page
    assert (built.folder / "_build/html/_static/book.css").is_file()
    for name in ("exhibits/figure-2-1.svg", "exhibits/table-1-1.csv", "tables/beans.csv"):
        assert (built.folder / "_build/html" / name).is_file()


def test_changed_style_of_the_book_follows_the_theme_and_has_a_new_address(
    book: SmallBook,
) -> None:
    sheet = book.folder / "_build/html/_static/book.css"
    theme = (book.code / "citable/theme/static/book.css").read_text("utf-8")
    (book.folder / "_static").mkdir()
    addresses = set()
    for rule in ("article { color: red; }", "article { color: blue; }"):
        (book.folder / "_static/book.css").write_text(rule, encoding="utf-8")
        succeeded(book.build())
        assert sheet.read_text("utf-8") == f"{theme}\n{rule}"
        found = re.findall(r'_static/(book\.css\?v=\w+)"', book.page(CHAPTER))
        assert len(found) == 1
        addresses.update(found)
    assert len(addresses) == 2


def test_nothing_of_the_main_book_is_on_its_pages(built: SmallBook) -> None:
    own = [file for file in (built.folder / "_build/html").rglob("*.html")]
    assert len(own) > 8
    wrong = re.compile(r"Secure Communities|One in Four|United States|scomm|D-data-dictionary")
    assert {file.name: wrong.findall(file.read_text("utf-8")) for file in own} == {
        file.name: [] for file in own
    }


def test_a_finding_is_cited_and_traced(built: SmallBook) -> None:
    cited = succeeded(built.citable("cite", "F1.1", "--form", "indigo"))
    assert "Two Windowsills, Finding 1.1 (ed. 2026.3" in cited
    traced = succeeded(built.citable("trace", "F1.1"))
    digest = hashlib.sha256((EXAMPLE / "data/tables/beans.csv").read_bytes()).hexdigest()
    assert "01-sprouting.md, code cell 2" in traced
    assert "40 rows of beans add up to it." in traced
    assert f"data/tables/beans.csv, sha256 {digest}" in traced
    assert "example data made for this book" in traced
    assert 'id="finding-1-1"' in built.page("cite/1")


def test_it_verifies(built: SmallBook) -> None:
    assert succeeded(built.citable("verify")).rstrip().endswith("PASS")


def test_a_changed_cell_of_its_table_fails_verification(book: SmallBook) -> None:
    table = book.folder / "data/tables/beans.csv"
    table.write_text(table.read_text().replace("N01,north,21,72", "N01,north,21,73"))
    result = book.citable("verify")
    assert result.returncode == 1
    assert "beans.csv is not the table of this edition" in result.stdout
    assert result.stdout.rstrip().endswith("FAIL")


@pytest.mark.check
def test_a_changed_table_that_is_accepted_moves_what_is_published(book: SmallBook) -> None:
    table = book.folder / "data/tables/beans.csv"
    table.write_text(table.read_text().replace("N01,north,21,72", "N01,north,21,"))
    succeeded(book.citable("tables"))
    result = book.citable("findings", "diff")
    assert result.returncode == 1
    assert "finding 1.1, numerator: moved from 32 to 31" in result.stdout.replace("32.0", "32")


@pytest.mark.check
def test_only_code_of_citable_that_a_chapter_used_makes_its_result_stale(book: SmallBook) -> None:
    code = book.folder.parent / "code"
    shutil.copytree(book.code, code)
    changed = SmallBook(book.folder, code)
    for module, executed in (("edition/verify.py", 0), ("record/rows.py", 2)):
        file = code / "citable" / module
        file.write_text(f"{file.read_text('utf-8')}\n# Changed.\n", encoding="utf-8")
        assert f"notebooks: {executed} executed" in succeeded(changed.build()), module


@pytest.mark.check
def test_the_pdf_has_its_title_and_findings(book: SmallBook) -> None:
    succeeded(book.citable("pdf"))
    reader = PdfReader(book.folder / "_build/pdf" / f"{EDITION}.pdf")
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert reader.metadata is not None
    assert reader.metadata.title == "Two Windowsills"
    assert "Of 40 beans 32 sprouted: 80.0%." in text
    assert "1.23 times as tall" in text


@pytest.mark.check
def test_a_translated_chapter_has_spanish_words_and_the_same_numbers(book: SmallBook) -> None:
    succeeded(book.build("--path-output", "_build/es", CITABLE_LANGUAGE="es"))
    ours, theirs = book.page(CHAPTER), book.page(CHAPTER, "_build/es/_build/html")
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
    book: SmallBook, tmp_path: Path
) -> None:
    setting = {"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    other = new_book(tmp_path / "quite" / "another folder", **setting)
    succeeded(other.build())
    for each in (book, other):
        succeeded(each.citable("edition"))
    one, two = ((each.folder / "dist" / f"{EDITION}.zip").read_bytes() for each in (book, other))
    assert hashlib.sha256(one).hexdigest() == hashlib.sha256(two).hexdigest()
    edition = book.folder / "dist" / EDITION
    assert (edition / "source/src/citable/paths.py").is_file()
    assert succeeded(other.citable("verify", "--edition", str(edition))).rstrip().endswith("PASS")
    table = edition / "source/data/tables/beans.csv"
    table.write_text(table.read_text().replace("N01,north,21,72", "N01,north,21,73"))
    assert other.citable("verify", "--edition", str(edition)).returncode == 1
