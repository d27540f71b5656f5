"""Code cells are short, say what they do, and hold numbers: words stand in the Markdown."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import jupytext
import pytest

from bench.cells import chapters, characters
from citable import paths
from tools.notebooks import FENCE, code, pages

LINES, WIDTH, WORDS = 10, 100, 12
ANALYSIS = 0.5
# A text that a cell may hold although it is as long as a sentence, with the reason.
ALLOW = {
    "Share by rank on a list of {n:int}, all places at the nation's rate": "the label of an axis",
}


@cache
def cells(page: Path) -> list[str]:
    return code(jupytext.read(page))


def texts(cell: str) -> Iterator[str]:
    """Yield the string literals of a cell; what an f-string computes counts as one word."""
    parts = set()
    for node in ast.walk(ast.parse(cell)):
        if isinstance(node, ast.JoinedStr):
            values = node.values
            parts.update(map(id, values))
            yield "".join(str(v.value) if isinstance(v, ast.Constant) else "x" for v in values)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node.value


def is_sentence(text: str) -> bool:
    return text.rstrip().endswith(".") or len(text.split()) > WORDS


any_page = pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)


@any_page
def test_cells_have_ten_lines_of_a_hundred_characters(page: Path) -> None:
    long = {cell.splitlines()[0]: n for cell in cells(page) if (n := cell.count("\n") + 1) > LINES}
    assert not long, "lines of cells, by their first"
    wide = [line for cell in cells(page) for line in cell.splitlines() if len(line) > WIDTH]
    assert not wide


@any_page
def test_a_cell_begins_with_a_comment_that_says_what_it_does(page: Path) -> None:
    silent = [cell for cell in cells(page) if not cell.startswith("# ")]
    assert not silent
    short = [cell for cell in cells(page) if len(cell.splitlines()[0].split()) < 3]
    assert not short


@any_page
def test_no_cell_holds_a_sentence(page: Path) -> None:
    found = [text for cell in cells(page) for text in texts(cell) if is_sentence(text)]
    assert [text for text in found if text not in ALLOW] == []


def test_allowed_cell_texts_are_used_and_have_reasons() -> None:
    known = {text for page in pages() for cell in cells(page) for text in texts(cell)}
    assert set(ALLOW) <= known
    assert all(len(reason.split()) > 2 for reason in ALLOW.values())


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("note = 'Ranks leave HQ out.'", ["Ranks leave HQ out."]),
        ("note = f'{n} of them differ.'", ["x of them differ."]),
        ("a = 'share'; b = f'{n:.0%} of removals'; c = x['by area']", []),
        (f"note = '{'word ' * 13}'", ["word " * 13]),
    ],
)
def test_sentences_are_found(cell: str, found: list[str]) -> None:
    assert [text for text in texts(cell) if is_sentence(text)] == found


def test_half_of_the_code_of_chapters_is_analysis() -> None:
    every = (characters(cell) for _name, sources in chapters() for cell in sources)
    parts = sum(every, Counter[str]())
    assert parts["analysis"] / parts.total() >= ANALYSIS


def test_ruff_reads_and_formats_cells(tmp_path: Path) -> None:
    head = (paths.NOTEBOOKS / "13-seattle.md").read_text(encoding="utf-8").split("\n# ")[0]
    page = tmp_path / "page.md"
    page.write_text(
        f"{head}\n# Page\n\n{FENCE}import os\nx = [ 1 ]\n```\n\nEnd.\n", encoding="utf-8"
    )

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tools.notebooks", *options, str(page)]
        return subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, check=False)

    found = run()
    assert found.returncode
    assert "F401" in found.stdout
    assert "+x = [1]" in found.stdout
    assert run("--fix").returncode == 0
    assert page.read_text(encoding="utf-8") == f"{head}\n# Page\n\n{FENCE}x = [1]\n```\n\nEnd.\n"
