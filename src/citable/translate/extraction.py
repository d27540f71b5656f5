"""Extract messages for Babel from modules, cells and ledgers; ``babel.cfg`` names the methods.

``calls`` reads modules, ``cells`` the code cells of notebooks, ``ledger`` what a person typed. Each
has the form that Babel asks for: a file, keywords, comment tags and the options of its section.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, BinaryIO

import jupytext
import yaml

from citable.project import project

# Line, function, text or arguments of the function, comments.
Found = tuple[int, str, str | list[str | None], list[str]]

# Words with a space between them, or one capitalised word: a label of a row, axis, event or series.
_WORDS = re.compile(r"[A-Za-z][\w'’.,;:()-]* .*[A-Za-z]|[A-Z][a-z]{3,}", re.S)


def normalise_space(text: str) -> str:
    """Return a text with single spaces, as ``_`` looks it up."""
    return " ".join(text.split())


def _constant(node: ast.AST) -> str | None:
    text = node.value if isinstance(node, ast.Constant) else None
    return normalise_space(text) if isinstance(text, str) else None


def _called(tree: ast.AST, keywords: Collection[str]) -> Iterator[Found]:
    """Yield the arguments of calls, of which Babel takes those that the keyword names."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and call.args:
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if name in keywords:
                yield call.lineno, name, [_constant(argument) for argument in call.args], []


def calls(
    file: BinaryIO, keywords: Collection[str], tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Found]:
    """Yield the texts that a module passes to functions that translate.

    With the option ``summary`` the first line of the module's docstring is one too, with
    ``constants`` the text of each module constant that it names.
    """
    tree = ast.parse(file.read())
    if "summary" in options:
        yield 1, "", (ast.get_docstring(tree) or "").partition("\n")[0], []
    constants = options.get("constants", "").split()
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in constants:
            yield node.lineno, "", _constant(node.value) or "", []
    yield from _called(tree, keywords)


def cells(
    file: BinaryIO, keywords: Collection[str], tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Found]:
    """Yield the texts of a notebook's code cells: those of ``calls``, and all labels.

    A label is a literal that reads as words. One too many does no harm: only what is shown is
    translated.
    """
    text = file.read().decode("utf-8")
    if "format_name: myst" not in text:
        return
    for cell in jupytext.reads(text, fmt="md:myst").cells:
        if cell.cell_type == "code":
            tree = ast.parse(cell.source)
            yield from _called(tree, keywords)
            for node in ast.walk(tree):
                if not isinstance(node, ast.Constant):
                    continue
                if (label := _constant(node)) and _WORDS.search(label):
                    yield node.lineno, "", label, []


_READERS: Mapping[str, Callable[[str], Any]] = {
    "csv": lambda text: list(csv.DictReader(io.StringIO(text))),
    "json": json.loads,
    "toml": tomllib.loads,
    "yaml": yaml.safe_load,
    "yml": yaml.safe_load,
}


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, list | dict):
        for item in data.values() if isinstance(data, dict) else data:
            yield from _texts(item)


def _fields(data: Any, wanted: Collection[str]) -> Iterator[str]:
    """Yield every text in the wanted fields, at any depth."""
    if isinstance(data, dict):
        for name, item in data.items():
            yield from _texts(item) if name in wanted else _fields(item, wanted)
    elif isinstance(data, list):
        for item in data:
            yield from _fields(item, wanted)


def ledger(
    file: BinaryIO, keywords: Collection[str], tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Found]:
    """Yield the texts in the ``fields`` of a YAML, TOML, JSON or CSV file, without codes.

    A field among ``codes`` is yielded in the words that readers see in its place.
    """
    data = _READERS[file.name.rpartition(".")[2]](file.read().decode("utf-8"))
    found = [*_fields(data, options.get("fields", "").split())]
    found += map(project().words_of_code, _fields(data, options.get("codes", "").split()))
    for text in dict.fromkeys(map(normalise_space, found)):
        if re.search("[A-Za-z]{2}", text) and not re.fullmatch(r"\w+_\w+", text):
            yield 1, "", text, []
