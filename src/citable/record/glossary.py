"""Read the hand-typed glossary and look terms up."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from citable import paths
from citable.files.typed import read_entries


@cache
def glossary() -> list[dict[str, Any]]:
    """Return the glossary's terms in alphabetical order, each with its address on the page."""
    entries = read_entries(paths.GLOSSARY, "terms", ("term", "definition"))
    for entry in entries:
        entry["anchor"] = "term-" + re.sub(r"\W+", "-", entry["term"].lower()).strip("-")
    return sorted(entries, key=lambda entry: entry["term"].lower())


@cache
def _terms() -> dict[str, dict[str, Any]]:
    """Index the glossary by full term, and by term without its parenthesis."""
    found: dict[str, dict[str, Any]] = {}
    short: dict[str, list[dict[str, Any]]] = {}
    for entry in glossary():
        found[entry["term"].lower()] = entry
        if parts := re.fullmatch(r"(.+?) \((.+)\)", entry["term"]):
            for name in parts.groups():
                short.setdefault(name.lower(), []).append(entry)
    found.update({name: same[0] for name, same in short.items() if len(same) == 1})
    return found


def term(name: str) -> dict[str, Any] | None:
    """Return the glossary's entry of a term, None if it has none.

    A term with a parenthesis is also found by what stands before it and by what stands in it,
    where only one term has that.
    """
    return _terms().get(" ".join(name.split()).lower())
