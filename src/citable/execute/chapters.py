"""Read the pages of the book from disk: their order, labels and notebooks."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import nbformat
import yaml

from citable import paths
from citable.errors import EditionError
from citable.execute.execution import Store

_HEADER = re.compile(r"\A---\n(.*?)\n---\n", re.S)

# Pages whose text is made from ledgers and changelogs; their own lists carry the numbers.
UNNUMBERED = ("C", "D", "G", "H", "I")


@cache
def pages() -> tuple[str, ...]:
    """Return every page of ``_toc.yml`` in reading order, such as ``notebooks/06-jurisdictions``.

    Raises EditionError if the file is missing or is not a table of contents.
    """
    try:
        toc = yaml.safe_load(paths.TOC.read_text(encoding="utf-8"))
        chapters = [chapter for part in toc.get("parts", [toc]) for chapter in part["chapters"]]
        return (toc["root"], *(chapter["file"] for chapter in chapters))
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise EditionError(
            f"{paths.TOC}: cannot be read as the table of contents ({error})"
        ) from error


def parts() -> dict[str, str]:
    """Return the caption of each page's part, for pages that are in one."""
    toc = yaml.safe_load(paths.TOC.read_text(encoding="utf-8"))
    return {
        chapter["file"]: part["caption"]
        for part in toc.get("parts", [])
        for chapter in part["chapters"]
        if "caption" in part
    }


def label(page: str) -> str:
    """Return a page's chapter number or appendix letter; empty for any other page.

    >>> label("notebooks/06-jurisdictions"), label("notebooks/A-methods"), label("index")
    ('6', 'A', '')
    """
    found = re.match(r"(\d{1,2}|[A-Z])-", page.rsplit("/", 1)[-1])
    return found[1].lstrip("0") if found else ""


def numbered(page: str) -> bool:
    """Whether the paragraphs of a page are numbered."""
    return bool(label(page)) and label(page) not in UNNUMBERED


def read_notebook(file: Path) -> nbformat.NotebookNode | None:
    """Read a MyST Markdown notebook without outputs; None for a page that has no code."""
    text = file.read_text(encoding="utf-8")
    header = _HEADER.match(text)
    if header is None or "format_name: myst" not in header[1] or "kernelspec:" not in header[1]:
        return None
    import jupytext  # slow to load, and of no use to who only asks for the order of chapters

    return jupytext.reads(text, fmt="md:myst")


def notebooks() -> dict[str, nbformat.NotebookNode]:
    """Return every notebook of the book without outputs, by page, in reading order.

    Raises EditionError if a page of the table of contents is not there.
    """
    found = {page: notebook(page) for page in pages()}
    return {page: made for page, made in found.items() if made is not None}


def notebook(page: str) -> nbformat.NotebookNode | None:
    """Return a page's notebook without outputs; None for a page that has no code.

    Raises EditionError if the page, which the table of contents names, is not there.
    """
    file = paths.ROOT / f"{page}.md"
    if not file.is_file():
        raise EditionError(f"{file}: named in _toc.yml, but not there")
    return read_notebook(file)


def store() -> Store:
    """Return the store of executed notebooks that the build keeps."""
    return Store(paths.BUILD / ".executed" / "store")
