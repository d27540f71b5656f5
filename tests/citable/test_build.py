"""Test that the build is strict and re-executes what changed."""

from __future__ import annotations

import hashlib
import json
import re

import pytest

from citable import paths

from ..books import Book, executed
from .conftest import LAST, OTHER, PAGE, TOTAL


def test_unchanged_code_is_not_executed_again(book: Book) -> None:
    assert f"There are {TOTAL:,} of them, 50.00%." in book.page("page")
    assert executed(book.build()) == (0, 2)
    book.write("page", PAGE.replace("There are", "We count"))
    assert executed(book.build()) == (0, 2)
    assert f"We count {TOTAL:,} of them" in book.page("page")


def test_changed_helper_changes_the_published_number(book: Book) -> None:
    helper = book.folder / "src" / "windowsill.py"
    text = helper.read_text()
    assert "def share(" in text
    helper.write_text(text + "\n\ndef share(x, n):\n    return 0.25\n")
    assert executed(book.build()) == (1, 1)  # the other page does not import it
    assert "25.00%" in book.page("page")


def test_changed_table_changes_numbers_of_its_page(book: Book) -> None:
    file = book.folder / "data" / "tables" / "beans.csv"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:-1]))
    result = book.build()
    assert result.returncode != 0, "a table that is not the manifest's must not be built from"
    assert "manifest expects" in result.stdout + result.stderr

    manifest = book.folder / "data" / "tables" / "manifest.json"
    entries = json.loads(manifest.read_text())
    (entry,) = entries["tables"]
    entry["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(entries))
    assert executed(book.build()) == (1, 1)
    assert f"There are {TOTAL - LAST:,} of them" in book.page("page")


def test_changed_lock_executes_everything(book: Book) -> None:
    lock = book.folder / "requirements.txt"
    lock.write_text(lock.read_text() + "# another version\n")
    assert executed(book.build()) == (2, 0)


def test_failing_cell_fails_the_build_and_keeps_other_results(book: Book) -> None:
    book.write("other", OTHER.replace("say(sum=1 + 1)", "say(sum=1 / 0)"))
    result = book.build()
    assert result.returncode != 0
    assert "ZeroDivisionError" in result.stdout + result.stderr
    # What the other page gave is kept; put right, this one is executed, and no more.
    book.write("other", OTHER.replace("say(sum=1 + 1)", "say(sum=1 + 2)"))
    assert executed(book.build()) == (1, 1)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("{n}`nothing`", "nothing"),
        ("{n}`part`", "needs a format"),
        ("{n}`total:furlongs`", "unknown format"),
    ],
)
def test_number_that_cannot_be_printed_fails_the_build(
    book: Book, wrong: str, message: str
) -> None:
    book.write("page", PAGE + f"\nAnd {wrong}.\n")
    result = book.build()
    assert result.returncode != 0
    assert message in result.stdout + result.stderr


def test_same_finding_on_two_pages_fails_the_build(book: Book) -> None:
    book.write("other", PAGE.replace("Small page", "Copy"))
    result = book.build()
    assert result.returncode != 0
    assert "1.1 stands in" in result.stdout + result.stderr


def test_site_offers_notebooks_and_findings(draft_site: Book) -> None:
    site = draft_site.html
    notebook = json.loads((site / "page.ipynb").read_text())
    assert any(cell.get("outputs") for cell in notebook["cells"])
    assert 'href="page.ipynb" download' in (site / "page.html").read_text()
    findings = json.loads((site / "findings.json").read_text())
    assert [finding["id"] for finding in findings["findings"]] == ["1.1"]
    assert findings["findings"][0]["value"] == TOTAL
    assert (site / "findings.csv").read_text().startswith("id,")


def test_no_page_loads_third_party_resources(draft_site: Book) -> None:
    pages = list(draft_site.html.rglob("*.html"))
    assert len(pages) > 3
    for page in pages:
        asked = re.findall(
            r'<(?:script|img|iframe|link)[^>]+(?:src|href)="(https?:[^"]+)"', page.read_text()
        )
        assert asked == [], page.name


def test_root_of_this_test_is_the_checkout() -> None:
    assert (paths.ROOT / "_config.yml").is_file()
