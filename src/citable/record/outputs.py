"""Read what notebooks recorded: numbers from their outputs, words from their directives."""

from __future__ import annotations

import ast
import copy
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import nbformat

from citable.display.figures import add_text_alternative
from citable.display.words import english, translated
from citable.errors import FindingError
from citable.record import directives
from citable.record.findings import complete

_PREFIX = "application/papermill.record/text/plain"


def _outputs(
    notebook: nbformat.NotebookNode, prefix: str = ""
) -> Iterator[tuple[str, nbformat.NotebookNode, Any]]:
    """Yield what ``citable.record.publish`` recorded in a notebook under names that begin with ``prefix``.

    Name, output and data of each.
    """
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            name = output.get("metadata", {}).get("scrapbook", {}).get("name")
            if name is None or not name.startswith(prefix):
                continue
            if _PREFIX in output.get("data", {}):
                yield name, output, json.loads(output["data"][_PREFIX])


def recorded_values(notebook: nbformat.NotebookNode, prefix: str = "") -> dict[str, Any]:
    """Return everything that ``citable.record.publish`` recorded in an executed notebook, by name.

    Only what has a name that begins with ``prefix``. Raises FindingError if a name was recorded
    twice with different data.
    """
    result: dict[str, Any] = {}
    for name, _output, data in _outputs(notebook, prefix):
        if name in result and result[name] != data:
            raise FindingError(f"{name!r} was given twice in one page with different values")
        result[name] = data
    return result


def rewrite(notebook: nbformat.NotebookNode, change: Callable[[str, Any], Any]) -> None:
    """Replace everything recorded in a notebook by ``change(name, data)``, in place."""
    for name, output, data in _outputs(notebook):
        if (changed := change(name, data)) != data:
            output["data"][_PREFIX] = json.dumps(changed, ensure_ascii=False)


def for_download(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a copy of an executed notebook without the recorded data of figures and tables.

    Its figures and tables are still shown; the data of each is a file of its own beside the pages.
    """
    result = copy.deepcopy(notebook)
    for name, output, _data in _outputs(result):
        if name.partition("/")[0] in ("figure", "table"):
            del output["data"][_PREFIX]
    return result


def recorded_findings(notebooks: Mapping[str, nbformat.NotebookNode]) -> dict[str, Any]:
    """Return the numbers of every finding, by the name under which a page can refer to them."""
    found = recorded(notebooks, "finding")
    return {f"finding/{identifier}": data for identifier, (_, data) in found.items()}


def recorded(
    notebooks: Mapping[str, nbformat.NotebookNode], kind: str
) -> dict[str, tuple[str, Any]]:
    """Return what cells recorded of a kind (``finding``, ``figure``, ``table``, ``rows``).

    Id to (page, data), without words. Raises FindingError if two pages use one id.
    """
    items: dict[str, tuple[str, Any]] = {}
    for page, notebook in notebooks.items():
        for name, data in recorded_values(notebook, f"{kind}/").items():
            identifier = name.split("/", 1)[1]
            if identifier in items:
                raise FindingError(
                    f"{kind} {identifier} stands in {items[identifier][0]} and in {page}"
                )
            items[identifier] = (page, data)
    return items


def of_kind(
    notebooks: Mapping[str, nbformat.NotebookNode], kind: str, *, shown: bool = False
) -> dict[str, tuple[str, Any]]:
    """Return all items of a kind (``finding``, ``figure``, ``table``, ``rows``): id to (page, data).

    The words of an item are in English, as recorded; ``shown`` gives those that readers of this
    edition see. Raises FindingError as ``recorded``, or if an item has no directive.
    """
    found = recorded(notebooks, kind)
    if kind not in directives.KINDS:
        return found
    everywhere = recorded_findings(notebooks)
    values = {
        page: everywhere | recorded_values(notebooks[page])
        for page in {page for page, _ in found.values()}
    }
    words = {page: directives.parse_notebook(notebooks[page]) for page in values}
    items: dict[str, tuple[str, Any]] = {}
    for identifier, (page, data) in found.items():
        directive = words[page].get(f"{kind}/{identifier}")
        if directive is None:
            raise FindingError(f"{page}: {kind} {identifier} has no directive")
        items[identifier] = (page, _described(data, directive, values[page], shown))
    return items


def _described(
    data: dict[str, Any],
    directive: directives.Directive,
    values: Mapping[str, Any],
    shown: bool,
) -> dict[str, Any]:
    """Return an item's data with the texts of its directive."""
    if shown:
        texts = directives.fill_texts(directive, values, directives.fill_translated)
    else:
        with english():
            texts = directives.fill_texts(directive, values)
    if directive.kind == "finding":
        return complete(data, texts)
    described = data | texts
    if directive.kind == "figure":
        described["svg"] = add_text_alternative(described["svg"], described["alt"])
    return described


def slug(identifier: str) -> str:
    """Return an id in the form of addresses: ``6.3`` as ``6-3``."""
    return identifier.replace(".", "-")


def names_recorded_by(source: str) -> set[str]:
    """Return the names that a cell records: ``say`` names, ``finding/5.1``, ``frame`` names too.

    ``*`` stands for names that the cell computes.
    """
    found: set[str] = set()
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        name = {"record": "finding"}.get(call.func.id, call.func.id)
        if name == "say":
            found.update(keyword.arg or "*" for keyword in call.keywords)
        elif name in directives.KINDS and call.args:
            found.add(f"{name}/{ast.literal_eval(call.args[0])}")
    return found


def sort_key(identifier: str) -> tuple[int, str, int, str]:
    """Return the sort key of an id: chapters by number, then appendices by letter; 6.14 before 6.14A.

    >>> sorted(["A.1", "10.1", "9.2", "9.14A", "9.14"], key=order)
    ['9.2', '9.14', '9.14A', '10.1', 'A.1']
    """
    chapter, _, number = identifier.partition(".")
    digits = number.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    place = (int(chapter), "") if chapter.isdigit() else (99, chapter)
    return (*place, int(digits or 0), number[len(digits) :])


def _addressed(
    notebooks: Mapping[str, nbformat.NotebookNode], *, shown: bool
) -> list[dict[str, Any]]:
    found = of_kind(notebooks, "finding", shown=shown)
    return [
        data | {"url": f"{page}.html#finding-{slug(identifier)}"}
        for identifier, (page, data) in sorted(found.items(), key=lambda item: sort_key(item[0]))
    ]


def findings(notebooks: Mapping[str, nbformat.NotebookNode]) -> list[dict[str, Any]]:
    """Return every finding of executed notebooks, with its address, in the order of chapters."""
    return _addressed(notebooks, shown=False)


def translated_items(notebooks: Mapping[str, nbformat.NotebookNode], kind: str) -> dict[str, Any]:
    """Return the items of a kind with their words translated, by id.

    Empty for an English edition: there the record's own words are what is shown.
    """
    if not translated():
        return {}
    items = of_kind(notebooks, kind, shown=True)
    return {identifier: data for identifier, (_, data) in items.items()}


def translated_findings(notebooks: Mapping[str, nbformat.NotebookNode]) -> list[dict[str, Any]]:
    """Return every finding with its recorded numbers and its words in the edition's language."""
    shown = translated_items(notebooks, "finding")
    return [
        item | {name: text for name, text in shown.get(item["id"], {}).items() if name != "url"}
        for item in findings(notebooks)
    ]


def numbers(notebooks: dict[str, nbformat.NotebookNode]) -> dict[str, dict[str, Any]]:
    """Return the values that ``say`` recorded on each page: page to name to value."""
    return {
        page: {
            name: value
            for name, value in sorted(recorded_values(notebook).items())
            if "/" not in name
        }
        for page, notebook in notebooks.items()
    }


def cell_index(notebook: nbformat.NotebookNode, name: str) -> int:
    """Return the index of the cell that recorded a name.

    Raises FindingError if none did.
    """
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.get("metadata", {}).get("scrapbook", {}).get("name") == name:
                return index
    raise FindingError(f"no cell left {name!r}")
