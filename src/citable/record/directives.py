"""Parse and fill the directives of findings, figures and tables in a notebook's Markdown.

A code cell records numbers; a directive beside it says what they are::

    :::{finding} 5.1
    :sources: births
    :claims: A1

    Of {n}`5.1.denominator` births {n}`5.1:pct` were in a hospital.

    - Period: October 2010
    - Does not show: why
    :::

The first paragraph is the statement of a finding, or the caption of a figure or table. Items of
the list below are its other texts (``FIELDS``), or columns of a table: ``- `share:pct` Share, %``.
The option ``estimate`` of a finding is its value with the unit, for lists: ``{n}`2.2:f1` months``.
Texts are plain, with two roles: ``{n}`name:format``` is one recorded value, ``{each}`name; text```
is ``text`` once for each row of a recorded frame, its ``{column:format}`` places filled.

Everything here is plain text in, plain data out; Sphinx shows it in ``citable.sphinx.exhibits``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import nbformat

from citable.display.formats import fill, fmt
from citable.display.tables import Col
from citable.display.words import _, translate_page_text
from citable.errors import FindingError

# The texts that a directive can have after its first paragraph, by kind, with the names of their
# fields in the record.
FIELDS: Mapping[str, Mapping[str, str]] = {
    "finding": {
        "Estimand": "estimand",
        "Period": "period",
        "Population": "population",
        "Compared with": "null",
        "Reference": "reference_label",
        "Assumes": "assumptions",
        "Does not show": "not_shown",
    },
    "figure": {"Alternative text": "alt", "In words": "long_description"},
    "table": {"Note": "note"},
}
KINDS = tuple(FIELDS)
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "finding": ("sources", "claims", "route", "estimate"),
    "figure": ("sources",),
    "table": ("sources",),
}
_REQUIRED = {
    "finding": ("estimand", "period", "population"),
    "figure": ("alt",),
    "table": (),
}
# Prefixes under which ``say`` records frames, rows, and translated values.
FRAME, ROW, TRANSLATED = "frame", "row", "translated"
_FIRST = {"finding": "statement", "figure": "caption", "table": "caption"}

_DIRECTIVE = re.compile(
    r"^(?P<fence>:{3,})\{(?P<kind>finding|figure|table)\}[ \t]*(?P<id>[^\n]*)\n"
    r"(?P<body>.*?)^(?P=fence)[ \t]*$",
    re.S | re.M,
)
_OPTION = re.compile(r":([\w-]+):[ \t]*(.*)")
_COLUMN = re.compile(r"`([^`]+)`\s+(.+)", re.S)
_FIELD = re.compile(r"([A-Z][A-Za-z ]*): (.+)", re.S)
_ROLE = re.compile(r"\{(\w+)\}`([^`]*)`")
_FINDING_VALUE = re.compile(r"((?:\d{1,2}|[A-Z])\.\d{1,3})(?:\.(\w+))?")


@dataclass(frozen=True)
class Directive:
    """Parsed directive; its texts still contain their roles.

    ``columns`` are a table's, by name; those that a narrow screen may hide are written
    ``- `name:format wide` Heading``.
    """

    kind: str
    id: str
    options: Mapping[str, str]
    texts: Mapping[str, str]
    columns: Mapping[str, Col] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the name under which its numbers are recorded."""
        return f"{self.kind}/{self.id}"

    @property
    def all_texts(self) -> tuple[str, ...]:
        """Return every text: statement or caption, fields, headings of columns, estimate."""
        columns = (column.label for column in self.columns.values())
        estimate = self.options.get("estimate", "")
        return (*self.texts.values(), *columns, *((estimate,) if estimate else ()))

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the names of the tables and hand-typed files on which it rests."""
        return _listed(self.options.get("sources", ""))

    @property
    def claims(self) -> tuple[str, ...]:
        """Return the ids of the claims on which a finding bears."""
        return _listed(self.options.get("claims", ""))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[,\s]+", text) if part)


def _items(block: str) -> list[str]:
    """Return the items of a Markdown list, each as one line."""
    items: list[str] = []
    for line in block.splitlines():
        if line.startswith("- "):
            items.append(line[2:].strip())
        elif items:
            items[-1] += f" {line.strip()}"
    return items


def parse(kind: str, identifier: str, options: Mapping[str, str], body: str) -> Directive:
    """Build a directive from kind, id, options and body.

    Raises FindingError if a text is missing, or an option, a field or a role is not known.
    """
    name = f"{kind} {identifier}"
    for option in options:
        if option not in OPTIONS[kind]:
            raise FindingError(f"{name}: option {option!r}, expected {', '.join(OPTIONS[kind])}")
    blocks = [block.strip() for block in re.split(r"\n\s*\n", body.strip()) if block.strip()]
    texts: dict[str, str] = {}
    columns: dict[str, Col] = {}
    for number, block in enumerate(blocks):
        if not block.startswith("- "):
            if number:
                raise FindingError(f"{name}: a second paragraph; expected a list: {block[:40]!r}")
            texts[_FIRST[kind]] = " ".join(block.split())
            continue
        for item in _items(block):
            if kind == "table" and (found := _COLUMN.fullmatch(item)):
                columns |= _column(found[1], found[2])
                continue
            labelled = _FIELD.fullmatch(item)
            if labelled is None or labelled[1] not in FIELDS[kind]:
                raise FindingError(
                    f"{name}: {item[:40]!r}, expected one of "
                    f"{', '.join(f'{label}:' for label in FIELDS[kind])}"
                )
            texts[FIELDS[kind][labelled[1]]] = " ".join(labelled[2].split())
    for wanted in (_FIRST[kind], *_REQUIRED[kind]):
        if wanted not in texts:
            raise FindingError(f"{name}: its {wanted.replace('_', ' ')} is missing")
    directive = Directive(kind, identifier, dict(options), texts, columns)
    for text in directive.all_texts:
        for role, _argument in _ROLE.findall(text):
            if role not in ("n", "each"):
                raise FindingError(f"{name}: role {{{role}}}; texts here know {{n}} and {{each}}")
    return directive


def _column(code: str, label: str) -> dict[str, Col]:
    """Parse a printed column from its code and heading; a name may contain spaces.

    Two names with ``to`` between them are the lower and upper ends of ranges, in one column.

    >>> _column("Criminal Conviction:int wide", "Convicted")
    {'Criminal Conviction': Col(label='Convicted', spec='int', phone=False, high='')}
    >>> _column("low to high:pct", "Share")
    {'low': Col(label='Share', spec='pct', phone=True, high='high')}
    """
    code, wide = code.removesuffix(" wide"), code.endswith(" wide")
    name, _colon, spec = code.partition(":")
    low, _to, high = name.partition(" to ")
    return {low: Col(" ".join(label.split()), spec, phone=not wide, high=high)}


def parse_text(text: str) -> Iterator[Directive]:
    """Yield the directives of a Markdown text, in its order. Raises FindingError as ``parse``."""
    for found in _DIRECTIVE.finditer(text):
        options: dict[str, str] = {}
        lines = found["body"].splitlines()
        while lines and (option := _OPTION.fullmatch(lines[0].strip())):
            options[option[1]] = option[2].strip()
            lines.pop(0)
        yield parse(found["kind"], found["id"].strip(), options, "\n".join(lines))


def parse_notebook(notebook: nbformat.NotebookNode) -> dict[str, Directive]:
    """Return the directives of a notebook's Markdown by name. Raises FindingError if one is twice."""
    known: dict[str, Directive] = {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and ":::{" in cell.source:
            for directive in parse_text(cell.source):
                if directive.name in known:
                    raise FindingError(f"{directive.kind} {directive.id} is described twice")
                known[directive.name] = directive
    return known


def resolve(given: Mapping[str, Any], name: str) -> Any:
    """Return the recorded value of a name in a role.

    ``name`` is what ``say`` recorded, ``name.column`` for a row; or a finding's number, such as
    ``5.1`` for its value or ``5.1.low`` for a field of it or an end of its interval. Raises
    FindingError if there is none.
    """
    if name in given:
        return given[name]
    row, _dot, column = name.partition(".")
    if f"{ROW}/{row}" in given:
        if column not in given[f"{ROW}/{row}"]:
            raise FindingError(f"the row {row!r} has no column {column!r}")
        return given[f"{ROW}/{row}"][column]
    found = _FINDING_VALUE.fullmatch(name)
    if found is None or f"finding/{found[1]}" not in given:
        raise FindingError("the page does not record it")
    finding, part = given[f"finding/{found[1]}"], found[2] or "value"
    data = finding["interval"] if part in ("low", "high") else finding
    if not data or part not in data:
        raise FindingError(f"finding {found[1]} has no {part}")
    return data[part]


def finding_of(name: str) -> str:
    """Return the finding that a name in a role refers to, empty for a value of ``say``."""
    found = _FINDING_VALUE.fullmatch(name)
    return found[1] if found else ""


def format_value(given: Mapping[str, Any], argument: str) -> str:
    """Return the text of ``{n}`argument```: a formatted value. Raises FindingError, ArgumentError."""
    name, _colon, spec = argument.partition(":")
    return fmt(resolve(given, name), spec)


def fill_each_row(given: Mapping[str, Any], argument: str) -> str:
    """Return the text of ``{each}`argument```: one text for each row of a recorded frame.

    ``argument`` is the frame's name, the mark between texts (``;`` or ``,``), and the text with its
    ``{column:format}`` places; "none" without rows. Raises FindingError if there is no such frame
    or column.
    """
    found = re.fullmatch(r"(\w+)([;,]) (.+)", argument.strip(), re.S)
    if found is None:
        raise FindingError(f"expected name, then ; or , then a text: {argument!r}")
    name, mark, text = found.groups()
    if f"{FRAME}/{name}" not in given:
        raise FindingError(f"the page records no frame {name!r}")
    rows = given[f"{FRAME}/{name}"]
    try:
        return f"{mark} ".join(fill(text, row) for row in rows) if rows else _("none")
    except KeyError as error:
        raise FindingError(f"frame {name!r} has no column {error}") from error


def referenced_name(argument: str) -> str:
    """Return the name that the argument of a role refers to, a row's without its column."""
    name = re.split("[:;,]", argument)[0]
    return name if finding_of(name) else name.partition(".")[0]


def referenced_names(text: str) -> set[str]:
    """Return the names that the roles of a text refer to."""
    return {referenced_name(argument) for _role, argument in _ROLE.findall(text)}


def fill_roles(text: str, given: Mapping[str, Any]) -> str:
    """Replace the roles of a text by their values. Raises FindingError or ArgumentError naming the role."""

    def one(found: re.Match[str]) -> str:
        role: Callable[[Mapping[str, Any], str], str] = (
            format_value if found[1] == "n" else fill_each_row
        )
        try:
            return role(given, found[2])
        except (FindingError, ValueError, TypeError, IndexError) as error:
            raise FindingError(f"{found[0]}: {error}") from error

    return _ROLE.sub(one, text)


def translate_values(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the recorded values with texts in the language of the edition."""
    front = f"{TRANSLATED}/"
    return {**given} | {
        name.removeprefix(front): data for name, data in given.items() if name.startswith(front)
    }


def fill_translated(text: str, given: Mapping[str, Any]) -> str:
    """Translate a text and fill its roles. Raises FindingError as ``fill_roles``."""
    return fill_roles(translate_page_text(text), translate_values(given))


def fill_texts(
    directive: Directive,
    given: Mapping[str, Any],
    say: Callable[[str, Mapping[str, Any]], str] = fill_roles,
) -> dict[str, Any]:
    """Fill a directive's texts by ``say``: ``fill_roles`` for the record, or ``fill_translated``.

    A finding's assumptions are parted by semicolons. Raises FindingError naming the directive.
    """
    try:
        result: dict[str, Any] = {name: say(text, given) for name, text in directive.texts.items()}
    except FindingError as error:
        raise FindingError(f"{directive.kind} {directive.id}: {error}") from error
    if directive.kind == "finding":
        parts = result.get("assumptions", "").split("; ")
        result["assumptions"] = [part for part in parts if part]
        result["tables"] = list(directive.sources)
        result["claims"] = list(directive.claims)
        result["route"] = say(directive.options.get("route", ""), given)
    return result
