"""Read table schemas, which every load is checked against and the dictionary is rendered from.

``data/tables/<name>.schema.yaml`` is a Frictionless Table Schema in YAML, with the properties of
<https://specs.frictionlessdata.io/table-schema/>. Where that has no word there are: of a field
``unit``, ``missing`` (what an empty cell means, where a value is not required) and ``categorical``
(few distinct texts, kept as pandas' categories); of a table ``grain`` (what one row is), ``format``
of its file, ``originals`` it is made of (``detention/`` stands for each in that folder),
``coarsened`` (what is coarser than they are, and why) and ``notes``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from citable import paths
from citable.errors import TableError
from citable.files.strict import Malformed, dataclass_arguments, read_yaml
from citable.tables.passports import passports_under

_FILES = "*.schema.yaml"
_TYPES = ("string", "integer", "number", "boolean", "date")


@dataclass(frozen=True, kw_only=True)
class Constraints:
    """Constraints of a field's values; bounds are inclusive."""

    required: bool
    minimum: int | float | None = None
    maximum: int | float | None = None
    enum: list[str] | None = None
    pattern: str | None = None


@dataclass(frozen=True, kw_only=True)
class Column:
    """Field of a schema, with the properties in its file."""

    name: str
    type: str
    description: str
    constraints: dict[str, Any]
    unit: str = ""
    missing: str = ""
    categorical: bool = False
    trueValues: list[str] = field(default_factory=list)
    falseValues: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Table:
    """Schema of one committed table, with the properties in its file."""

    name: str
    title: str
    grain: str
    format: str
    originals: list[str]
    primaryKey: list[str]
    missingValues: list[str]
    fields: list[dict[str, Any]]
    coarsened: str = ""
    notes: list[str] = field(default_factory=list)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Return the columns."""
        return tuple(Column(**each) for each in self.fields)

    @property
    def original_paths(self) -> list[str]:
        """Return the paths of the originals, those of a folder one by one."""
        each = [
            passports_under(path[:-1]) if path.endswith("/") else [path] for path in self.originals
        ]
        return [path for some in each for path in some]

    @property
    def filename(self) -> str:
        """Return the name of the table's file in ``data/tables``."""
        return f"{self.name}.{self.format}"


@cache
def read_schema(file: Path) -> Table:
    """Read a schema file. Raises TableError with file, field and fault."""
    place = ""
    try:
        data = dataclass_arguments(Table, read_yaml(file), name=file.name.split(".")[0])
        for number, each in enumerate(data["fields"], 1):
            place = f", field {each.get('name', number) if isinstance(each, dict) else number}"
            _check_field(each)
        place, names = "", [each["name"] for each in data["fields"]]
        _expect(data["format"] in ("csv", "parquet"), data["format"], "the format csv or parquet")
        _expect(data["missingValues"] == [""], data["missingValues"], "missingValues ['']")
        _expect(len(set(names)) == len(names), names, "each name once")
        key = data["primaryKey"]
        _expect(bool(key) and set(key) <= set(names), key, "names of fields as primaryKey")
    except (Malformed, OSError) as error:
        raise TableError(
            f"{file.name}{place}: {error}. Correct the file, or restore it with `git checkout`."
        ) from error
    return Table(**data)


def _check_field(described: Any) -> None:
    kind, missing = dataclass_arguments(Column, described)["type"], described.get("missing")
    limits = dataclass_arguments(Constraints, described["constraints"])
    _expect(kind in _TYPES, kind, f"a type among {', '.join(_TYPES)}")
    expected = "required: false with `missing`, what an empty cell means, or required: true"
    _expect(limits["required"] is not bool(missing), f"required: {limits['required']}", expected)
    try:
        re.compile(limits.get("pattern", ""))
    except re.error as error:
        raise Malformed(repr(limits["pattern"]), f"a pattern ({error})") from error


def _expect(holds: bool, found: object, expected: str) -> None:
    if not holds:
        raise Malformed(str(found)[:160], expected)


class Tables(Mapping[str, Table]):
    """Mapping of the tables of a folder by name; each schema is read on first access.

    So a notebook that loads a table depends on the schema of that table alone.
    """

    def __init__(self, folder: Path) -> None:
        self._files = {file.name.split(".")[0]: file for file in sorted(folder.glob(_FILES))}

    def __getitem__(self, name: str) -> Table:
        return read_schema(self._files[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


TABLES = Tables(paths.TABLES)


def enum_of(table: str, column: str) -> list[str]:
    """Return the allowed values of a column, in the order of its schema."""
    return next(c.constraints["enum"] for c in TABLES[table].columns if c.name == column)
