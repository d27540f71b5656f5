"""Check and format the code cells of the book's pages by ruff, as the sources are.

Ruff reads notebooks but not Jupytext's Markdown, so each page goes to a temporary ``.ipynb``
first; ``--fix`` puts what ruff changed back into the page's cells, and touches nothing else.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import jupytext
import nbformat

from citable.execute import chapters

ROOT = Path(__file__).parents[1]
FENCE = "```{code-cell} ipython3\n"


def pages() -> list[Path]:
    """Return the pages that have code cells, those of examples too."""
    files = [ROOT / f"{page}.md" for page in chapters.pages()]
    files += sorted((ROOT / "examples").glob("*/notebooks/*.md"))
    return [file for file in files if FENCE in file.read_text(encoding="utf-8")]


def code(notebook: nbformat.NotebookNode) -> list[str]:
    """Return the sources of a notebook's code cells."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def put_back(text: str, before: list[str], after: list[str]) -> str:
    """Return a page's text with its cells' sources replaced, in order."""
    done, rest = "", text
    for old, new in zip(before, after, strict=True):
        head, fence, tail = rest.partition(f"{FENCE}{old}\n")
        if not fence:
            raise SystemExit(f"a cell cannot be found again:\n{old}")
        done += f"{head}{FENCE}{new}\n"
        rest = tail
    return done + rest


def main() -> int:
    """Run ruff over the cells of every page, or of those given; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fix", action="store_true", help="format, and mend what can be mended")
    parser.add_argument("files", nargs="*", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made: dict[Path, Path] = {}
        for page in [file.resolve() for file in given.files] or pages():
            notebook = jupytext.read(page)
            notebook.metadata.language_info = {"name": "python"}  # without it ruff skips the file
            made[page] = Path(folder) / f"{page.stem}.ipynb"
            nbformat.write(notebook, made[page])
        ruff = [str(Path(sys.executable).with_name("ruff"))]
        config = ["--config", str(ROOT / "pyproject.toml"), "--no-cache"]
        # Unlike sources, cells keep to the length of lines.
        lint = [*ruff, "check", *config, "--config", "lint.ignore = ['RUF001', 'RUF002', 'D1']"]
        style = [*ruff, "format", *config]
        result = subprocess.run([*lint, *(["--fix"] if given.fix else []), folder]).returncode
        result |= subprocess.run([*style, *([] if given.fix else ["--diff"]), folder]).returncode
        for page, file in made.items() if given.fix else ():
            text = page.read_text(encoding="utf-8")
            new = put_back(text, code(jupytext.read(page)), code(nbformat.read(file, 4)))
            if new != text:
                page.write_text(new, encoding="utf-8")
    return result


if __name__ == "__main__":
    raise SystemExit(main())
