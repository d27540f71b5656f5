"""Measure the code cells of the chapters: how long they are, and how much of them is analysis.

Analysis is every statement but imports, what hands words, findings, figures and tables to the
page (``say``, ``record``, ``figure``, ``table``), and texts; a statement counts by its characters.
Run as ``python -m bench.cells``; prints a row for each chapter and one for all.
"""

from __future__ import annotations

import ast
import statistics
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import jupytext

from tools.notebooks import ROOT, code

KINDS = ("analysis", "figures and tables", "findings", "values for words", "texts", "imports")
_CALLS = {
    **dict.fromkeys(("figure", "table"), "figures and tables"),
    **dict.fromkeys(("record", "finding"), "findings"),
    "say": "values for words",
    **dict.fromkeys(("tr", "trn", "joined", "named"), "texts"),
}


def kind(statement: ast.stmt) -> str:
    """Return what a statement of a cell is for."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return "imports"
    value = getattr(statement, "value", None)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return _CALLS.get(value.func.id, "analysis")
    if isinstance(value, ast.Constant | ast.JoinedStr):
        return "texts" if isinstance(getattr(value, "value", ""), str) else "analysis"
    return "analysis"


def characters(cell: str) -> Counter[str]:
    """Return how many characters of a cell are of each kind."""
    found: Counter[str] = Counter()
    for statement in ast.parse(cell).body:
        found[kind(statement)] += len(ast.get_source_segment(cell, statement) or "")
    return found


def chapters() -> Iterator[tuple[str, list[str]]]:
    """Yield each numbered chapter with the sources of its cells."""
    for file in sorted((ROOT / "notebooks").glob("[01]*.md")):
        yield file.stem, code(jupytext.read(Path(file)))


def row(name: str, cells: list[str]) -> str:
    """Return the measures of some cells as a line."""
    lines = [line for cell in cells for line in cell.splitlines()]
    parts: Counter[str] = sum((characters(cell) for cell in cells), Counter())
    shares = " ".join(f"{100 * parts[kind] / sum(parts.values()):6.1f}" for kind in KINDS)
    return (
        f"{name:20} {len(cells):5} {statistics.median(len(c.splitlines()) for c in cells):6.0f} "
        f"{max(len(c.splitlines()) for c in cells):5} "
        f"{statistics.median(map(len, cells)):6.0f} {sum(len(x) > 100 for x in lines):5}   {shares}"
    )


def main() -> None:
    """Print the measures."""
    print("median and most lines, median characters, lines over 100; shares in % of characters:")
    print("  ".join(KINDS))
    everything: list[str] = []
    for name, cells in chapters():
        print(row(name, cells))
        everything += cells
    print(row("all", everything))


if __name__ == "__main__":
    main()
