"""Parse references as people write them: "F6.3", "¶ 6.14", "Fig. 6.2", "sheet MA"."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from citable.display.words import N_, _
from citable.errors import UnknownIdError
from citable.project import PageKind, project

KINDS = ("finding", "paragraph", "figure", "table", "chapter", "book")

# How each kind may be written before its number; the letter alone is for the command line.
_WRITTEN = {
    "finding": r"f|finding",
    "paragraph": r"¶+|p|par|para|paragraph",
    "figure": r"fig|figure",
    "table": r"t|tab|table",
    "chapter": r"ch|chap|chapter|appendix|app",
}
_NAMES = {
    "finding": N_("Finding {id}"),
    "paragraph": "¶ {id}",
    "figure": N_("Figure {id}"),
    "table": N_("Table {id}"),
    "chapter": N_("chapter {id}"),
    "appendix": N_("appendix {id}"),
    "book": N_("the book"),
}
_NUMBER = {
    "paragraph": r"(?:\d{1,2}|[A-Za-z])\.\d{1,3}[A-Za-z]*",
    "chapter": r"\d{1,2}|[A-Za-z]",
}
_PLAIN_NUMBER = r"(?:\d{1,2}|[A-Za-z])\.\d{1,3}"


def _page_kinds() -> dict[str, PageKind]:
    return {kind.name: kind for kind in project().page_kinds}


def is_generated(kind: str) -> bool:
    """Return whether a kind is one of generated pages, which the record does not list."""
    return kind in _page_kinds()


@dataclass(frozen=True)
class Reference:
    """Reference to an object of the book: its kind and id; the book itself has no id."""

    kind: str
    id: str

    @property
    def anchor(self) -> str:
        """Return the object's anchor within its page; empty for a chapter and the book."""
        slug = self.id.replace(".", "-")
        if (generated := _page_kinds().get(self.kind)) is not None:
            return f"{generated.anchor}{slug}" if generated.anchor else ""
        if self.kind == "paragraph":
            return f"p{slug.lower()}"
        return f"{self.kind}-{slug}" if self.kind in ("finding", "figure", "table") else ""

    @property
    def printed_name(self) -> str:
        """Return the object's printed name in the edition's language."""
        return _(self._name).format(id=self.id)

    @property
    def _name(self) -> str:
        kind = "appendix" if self.kind == "chapter" and not self.id.isdigit() else self.kind
        generated = _page_kinds().get(kind)
        return generated.printed if generated else _NAMES[kind]

    def __str__(self) -> str:
        return self._name.format(id=self.id)


def parse(text: str) -> Reference:
    """Parse a reference as a person writes it. A bare number such as ``6.3`` is a finding.

    Raises UnknownIdError if it is none of the forms.

    >>> parse("F6.3"), parse("¶ 6.14a")
    (Reference(kind='finding', id='6.3'), Reference(kind='paragraph', id='6.14A'))
    >>> parse("Fig.6.2").anchor, parse("chapter 6").id, parse("c25025").anchor
    ('figure-6-2', '6', 'c25025')
    """
    given = text.strip()
    if given.lower() in ("book", "the book"):
        return Reference("book", "")
    if re.fullmatch(_PLAIN_NUMBER, given, re.ASCII):
        return Reference("finding", given.upper())
    generated = _page_kinds()
    written_before = _WRITTEN | {name: kind.written for name, kind in generated.items()}
    for kind, written in written_before.items():
        number = generated[kind].id if kind in generated else _NUMBER.get(kind, _PLAIN_NUMBER)
        found = re.fullmatch(rf"(?:{written})\.?\s*({number})", given, re.I | re.ASCII)
        if found:
            return Reference(kind, found[1].upper())
    hints = "".join(f"{kind.hint}, " for kind in generated.values())
    raise UnknownIdError(
        f"{text!r} is no reference. Write a finding as F6.3, a paragraph as ¶6.14 (or p6.14), "
        f"a figure as Fig.6.2, a table as Table6.1, a chapter as ch6, {hints}or: book."
    )


def nearest_ids(identifier: str, known: Iterable[str]) -> list[str]:
    """Return up to three known ids that are most similar to an unknown one."""
    candidates = list(known)
    chapter = identifier.split(".")[0]
    same = [other for other in candidates if other.split(".")[0] == chapter]
    close = difflib.get_close_matches(identifier, same or candidates, n=3, cutoff=0.0)
    return close or candidates[:3]


def unknown_id_error(reference: Reference, known: Iterable[str]) -> UnknownIdError:
    """Return the error for an unknown id, which names similar ones."""
    nearest = nearest_ids(reference.id, known)
    others = ", ".join(str(Reference(reference.kind, other)) for other in nearest)
    return UnknownIdError(
        f"this edition has no {str(reference)[0].lower() + str(reference)[1:]}. "
        + (f"Near it: {others}." if others else f"It has no {reference.kind}s.")
    )
