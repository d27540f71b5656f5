"""The two words that schemas are written in: Table and Column."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandera.pandas as pa


@dataclass(frozen=True)
class Column:
    """One column of a table.

    ``dtype`` is ``str``, ``category``, ``int``, ``float``, ``bool`` or ``date`` (ISO text in
    CSV, day precision). ``nulls`` says what an empty cell means, and is empty where none may
    stand. ``allowed`` lists the legal values where they are few; ``low`` and ``high`` bound a
    number, both inclusive; ``pattern`` is a regular expression a text must match in full.
    """

    name: str
    dtype: str
    description: str
    unit: str = ""
    nulls: str = ""
    allowed: Sequence[Any] | None = None
    low: float | None = None
    high: float | None = None
    pattern: str | None = None

    def pandera(self) -> pa.Column:
        """Return the check that pandera runs on this column."""
        import pandera.pandas as pa

        checks: list[pa.Check] = []
        if self.allowed is not None:
            checks.append(pa.Check.isin(list(self.allowed)))
        if self.low is not None:
            checks.append(pa.Check.ge(self.low))
        if self.high is not None:
            checks.append(pa.Check.le(self.high))
        if self.dtype == "float":
            checks.append(pa.Check.in_range(-math.inf, math.inf, False, False))
        if self.pattern is not None:
            checks.append(pa.Check.str_matches(f"^(?:{self.pattern})$"))
        # Whole numbers and yes-no columns with empty cells need pandas' nullable integers.
        dtype = {
            "str": "object",
            "category": "category",
            "int": "Int64" if self.nulls else "int64",
            "float": "float64",
            "bool": "boolean" if self.nulls else "bool",
            "date": "datetime64[ns]",
        }[self.dtype]
        return pa.Column(dtype, checks, nullable=bool(self.nulls), coerce=True)


@dataclass(frozen=True)
class Table:
    """One committed table: its grain, its columns, the originals it is made from.

    ``key`` names the columns that identify a row (checked unique); ``format`` is ``csv`` or
    ``parquet``; ``coarsened`` says what was made coarser than the original, and why.
    """

    name: str
    title: str
    grain: str
    columns: tuple[Column, ...]
    originals: tuple[str, ...]
    key: tuple[str, ...]
    format: str = "csv"
    coarsened: str = ""
    notes: tuple[str, ...] = field(default_factory=tuple)

    @property
    def filename(self) -> str:
        """Name of the table's file in ``data/tables``."""
        return f"{self.name}.{self.format}"

    def pandera(self) -> pa.DataFrameSchema:
        """Return the pandera schema of the whole table."""
        import pandera.pandas as pa

        return pa.DataFrameSchema(
            {column.name: column.pandera() for column in self.columns},
            strict=True,
            ordered=True,
            unique=list(self.key),
            name=self.name,
        )
