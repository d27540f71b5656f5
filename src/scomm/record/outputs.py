"""Read back what notebooks left in their outputs: numbers, findings, figures, tables."""

from __future__ import annotations

import json
from typing import Any

import nbformat

from scomm.errors import FindingError

_PREFIX = "application/papermill.record/text/plain"


def left(notebook: nbformat.NotebookNode) -> dict[str, Any]:
    """Return everything ``scomm.record.publish`` left in an executed notebook, by name.

    Raises FindingError if a name was left twice with different data.
    """
    result: dict[str, Any] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            name = output.get("metadata", {}).get("scrapbook", {}).get("name")
            if name is None or _PREFIX not in output.get("data", {}):
                continue
            data = json.loads(output["data"][_PREFIX])
            if name in result and result[name] != data:
                raise FindingError(f"{name!r} was given twice in one page with different values")
            result[name] = data
    return result


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
