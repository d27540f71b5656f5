"""Read back what notebooks left in their outputs: numbers, findings, figures, tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import nbformat

from scomm.errors import FindingError

_PREFIX = "application/papermill.record/text/plain"


def _outputs(
    notebook: nbformat.NotebookNode,
) -> Iterator[tuple[str, nbformat.NotebookNode, Any]]:
    """Yield everything ``scomm.record.publish`` left in a notebook: name, output, data."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            name = output.get("metadata", {}).get("scrapbook", {}).get("name")
            if name is not None and _PREFIX in output.get("data", {}):
                yield name, output, json.loads(output["data"][_PREFIX])


def left(notebook: nbformat.NotebookNode) -> dict[str, Any]:
    """Return everything ``scomm.record.publish`` left in an executed notebook, by name.

    Raises FindingError if a name was left twice with different data.
    """
    result: dict[str, Any] = {}
    for name, _output, data in _outputs(notebook):
        if name in result and result[name] != data:
            raise FindingError(f"{name!r} was given twice in one page with different values")
        result[name] = data
    return result


def rewrite(notebook: nbformat.NotebookNode, change: Callable[[str, Any], Any]) -> None:
    """Put ``change(name, data)`` in the place of everything that was left in a notebook."""
    for name, output, data in _outputs(notebook):
        if (changed := change(name, data)) != data:
            output["data"][_PREFIX] = json.dumps(changed, ensure_ascii=False)


def of_kind(notebooks: dict[str, nbformat.NotebookNode], kind: str) -> dict[str, tuple[str, Any]]:
    """Return all items of a kind (``finding``, ``figure``, ``table``): id to (page, data).

    Raises FindingError if two pages use one id.
    """
    items: dict[str, tuple[str, Any]] = {}
    for page, notebook in notebooks.items():
        for name, data in left(notebook).items():
            if not name.startswith(f"{kind}/"):
                continue
            identifier = name.split("/", 1)[1]
            if identifier in items:
                raise FindingError(
                    f"{kind} {identifier} stands in {items[identifier][0]} and in {page}"
                )
            items[identifier] = (page, data)
    return items


def slug(identifier: str) -> str:
    """Return an id as it stands in addresses: ``6.3`` as ``6-3``."""
    return identifier.replace(".", "-")


def order(identifier: str) -> tuple[int, str, int, str]:
    """Sort key of ids: chapters by number, then appendices by letter; 6.14 before 6.14A.

    >>> sorted(["A.1", "10.1", "9.2", "9.14A", "9.14"], key=order)
    ['9.2', '9.14', '9.14A', '10.1', 'A.1']
    """
    chapter, _, number = identifier.partition(".")
    digits = number.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    place = (int(chapter), "") if chapter.isdigit() else (99, chapter)
    return (*place, int(digits or 0), number[len(digits) :])


def findings(notebooks: dict[str, nbformat.NotebookNode]) -> list[dict[str, Any]]:
    """Return every finding of executed notebooks in the order of chapters, with its address."""
    found = of_kind(notebooks, "finding")
    return [
        data | {"url": f"{page}.html#finding-{slug(identifier)}"}
        for identifier, (page, data) in sorted(found.items(), key=lambda item: order(item[0]))
    ]


def as_shown(notebooks: dict[str, nbformat.NotebookNode], kind: str) -> dict[str, dict[str, Any]]:
    """Return the words in which a translated edition shows its objects of a kind, by id.

    Empty for an English edition: there the record's own words are what is shown.
    """
    return {
        identifier.split("/", 1)[1]: data
        for identifier, (_, data) in of_kind(notebooks, "shown").items()
        if identifier.startswith(f"{kind}/")
    }


def findings_shown(notebooks: dict[str, nbformat.NotebookNode]) -> list[dict[str, Any]]:
    """Return every finding as readers of this edition see it: numbers as recorded, words shown."""
    shown = as_shown(notebooks, "finding")
    return [item | shown.get(item["id"], {}) for item in findings(notebooks)]


def numbers(notebooks: dict[str, nbformat.NotebookNode]) -> dict[str, dict[str, Any]]:
    """Return what ``say`` gave to the prose of each page: page to name to value."""
    return {
        page: {name: value for name, value in sorted(left(notebook).items()) if "/" not in name}
        for page, notebook in notebooks.items()
    }


def cell_of(notebook: nbformat.NotebookNode, name: str) -> int:
    """Return the index among all cells of the one that left a name.

    Raises FindingError if none did.
    """
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.get("metadata", {}).get("scrapbook", {}).get("name") == name:
                return index
    raise FindingError(f"no cell left {name!r}")
