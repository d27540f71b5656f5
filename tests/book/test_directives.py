"""Test that unused or missing recorded values fail the build with page and line."""

from __future__ import annotations

import re

import pytest

from .conftest import OTHER, PAGE, Book, executed

RECORDED = 'record("1.1", dated, unit="count")\n'
MISTAKES = {
    "an unused value": (
        PAGE.replace(RECORDED, f"{RECORDED}say(unused=1)\n"),
        "# Count the counties",
        "value unused is recorded, and no word of the page uses it",
    ),
    "a directive without a record": (
        f"{PAGE}\n:::{{table}} 1.9\n:sources: activation\n\nA table\n:::\n",
        ":::{table} 1.9",
        "table 1.9: no cell of this page records it",
    ),
    "a record without a directive": (
        PAGE.replace(RECORDED, f'{RECORDED}record("1.2", 1, unit="count")\n'),
        "# Count the counties",
        "finding 1.2 is recorded, and no word of the page uses it",
    ),
    "a missing value in a directive": (
        PAGE.replace("- Period: 2008 to 2013", "- Period: {n}`period`"),
        ":::{finding} 1.1",
        "finding 1.1: {n}`period`: the page does not record it",
    ),
    "a missing value in a paragraph": (
        PAGE.replace("There are {n}`dated`", "There are {n}`undated`"),
        "There are",
        "number 'undated': the page does not record it",
    ),
    "a missing frame": (
        f"{PAGE}\nNamed are {{each}}`places, {{name}}`.\n",
        "Named are",
        "{each}`places, {name}`: the page records no frame 'places'",
    ),
    "an unknown field": (
        PAGE.replace("- Period: 2008", "- Years: 2008"),
        ":::{finding} 1.1",
        "finding 1.1: 'Years: 2008 to 2013', expected one of",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_directive_error_fails_the_build_naming_page_and_line(book: Book, mistake: str) -> None:
    text, near, message = MISTAKES[mistake]
    book.write("page", text)
    result = book.build("--keep-going")
    assert result.returncode != 0
    said = result.stdout + result.stderr
    found = re.search(r"page\.md:(\d+): .*" + re.escape(message), said)
    assert found, said[-3000:]
    lines = text.splitlines()
    place = next(number for number, line in enumerate(lines, 1) if line.startswith(near))
    assert abs(int(found[1]) - place) <= 1


def test_page_prints_current_findings_of_other_pages(book: Book) -> None:
    book.write("other", f"{OTHER}\nOf {{n}}`1.1:int` counties.\n")
    assert executed(book.build()) == (0, 2)
    assert "Of 3,143 counties" in book.page("other")
    book.write("page", PAGE.replace('record("1.1", dated,', 'record("1.1", dated + 1,'))
    assert executed(book.build()) == (1, 1)
    assert "Of 3,144 counties" in book.page("other")


def test_empty_table_keeps_its_headings(book: Book) -> None:
    cell = PAGE.replace(
        RECORDED, f'{RECORDED}from citable.notebook import table\ntable("1.9", counties[:0])\n'
    )
    words = (
        ":::{table} 1.9\n:sources: activation\n\nNone of them\n\n- `county` Name of county\n:::\n"
    )
    book.write("page", f"{cell}\n{words}")
    assert book.build("--keep-going").returncode == 0
    assert "Name of county" in book.page("page")
