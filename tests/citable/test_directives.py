"""Test that unused or missing recorded values fail the build with page and line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ..books import Book, copied, executed
from ..processes import once_a_run
from .conftest import OTHER, PAGE, TOTAL

RECORDED = 'record("1.1", total, unit="count")\n'
MISTAKES = {
    "an unused value": (
        PAGE.replace(RECORDED, f"{RECORDED}say(unused=1)\n"),
        "# Add the heights up",
        "value unused is recorded, and no word of the page uses it",
    ),
    "a directive without a record": (
        f"{PAGE}\n:::{{table}} 1.9\n:sources: beans\n\nA table\n:::\n",
        ":::{table} 1.9",
        "table 1.9: no cell of this page records it",
    ),
    "a record without a directive": (
        PAGE.replace(RECORDED, f'{RECORDED}record("1.2", 1, unit="count")\n'),
        "# Add the heights up",
        "finding 1.2 is recorded, and no word of the page uses it",
    ),
    "a missing value in a directive": (
        PAGE.replace("- Period: 21 days", "- Period: {n}`period`"),
        ":::{finding} 1.1",
        "finding 1.1: {n}`period`: the page does not record it",
    ),
    "a missing value in a paragraph": (
        PAGE.replace("There are {n}`total`", "There are {n}`totals`"),
        "There are",
        "number 'totals': the page does not record it",
    ),
    "a missing frame": (
        f"{PAGE}\nNamed are {{each}}`windows, {{name}}`.\n",
        "Named are",
        "{each}`windows, {name}`: the page records no frame 'windows'",
    ),
    "an unknown field": (
        PAGE.replace("- Period: 21", "- Years: 21"),
        ":::{finding} 1.1",
        "finding 1.1: 'Years: 21 days', expected one of",
    ),
}


def page_of(mistake: str) -> str:
    """Return the name of the page that makes a mistake."""
    return mistake.replace(" ", "-")


@pytest.fixture(scope="module")
def text_of_mistakes() -> dict[str, str]:
    """The pages that make mistakes, each with findings and tables of a number of its own."""
    return {
        mistake: re.sub(r"\b1\.(?=[129]\b)", f"{number}.", text)
        for number, (mistake, (text, _, _)) in enumerate(MISTAKES.items(), 1)
    }


@pytest.fixture(scope="module")
def said(
    draft_site: Book, text_of_mistakes: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> str:
    """What one build said of all those pages."""

    def make(folder: Path) -> None:
        book = copied(draft_site, folder / "book")
        for mistake, text in text_of_mistakes.items():
            book.write(page_of(mistake), text)
        book.contents(map(page_of, MISTAKES))
        result = book.build("--keep-going")
        assert result.returncode != 0
        (folder / "said.txt").write_text(result.stdout + result.stderr, encoding="utf-8")

    return (once_a_run(tmp_path_factory, "mistakes", make) / "said.txt").read_text("utf-8")


@pytest.mark.parametrize("mistake", MISTAKES)
def test_directive_error_fails_the_build_naming_page_and_line(
    said: str, text_of_mistakes: dict[str, str], mistake: str
) -> None:
    number = list(MISTAKES).index(mistake) + 1
    _, near, message = (
        re.sub(r"\b1\.(?=[129]\b)", f"{number}.", text) for text in MISTAKES[mistake]
    )
    # Under -W a warning is what fails a build.
    where = rf"{page_of(mistake)}\.md:(\d+): (?:WARNING|ERROR): .*"
    found = re.findall(where + re.escape(message), said)
    assert found, said[-3000:]
    lines = text_of_mistakes[mistake].splitlines()
    place = next(number for number, line in enumerate(lines, 1) if line.startswith(near))
    assert abs(int(found[0]) - place) <= 1


def test_page_prints_current_findings_of_other_pages(book: Book) -> None:
    book.write("other", f"{OTHER}\nOf {{n}}`1.1:int` millimetres.\n")
    assert executed(book.build()) == (0, 2)
    assert f"Of {TOTAL:,} millimetres" in book.page("other")
    book.write("page", PAGE.replace('record("1.1", total,', 'record("1.1", total + 1,'))
    assert executed(book.build()) == (1, 1)
    assert f"Of {TOTAL + 1:,} millimetres" in book.page("other")


def test_empty_table_keeps_its_headings(book: Book) -> None:
    cell = PAGE.replace(
        RECORDED, f'{RECORDED}from citable.notebook import table\ntable("1.9", beans[:0])\n'
    )
    words = ":::{table} 1.9\n:sources: beans\n\nNone of them\n\n- `bean` Name of bean\n:::\n"
    book.write("page", f"{cell}\n{words}")
    assert book.build("--keep-going").returncode == 0
    assert "Name of bean" in book.page("page")
