"""What a record file must look like: title lines, header, checks of columns, its fiscal year."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from citable.errors import SourceError

TITLE_LINES = 5
FISCAL_YEAR = "fiscal_year"
FISCAL_YEAR_IN_NAME = r"FY([0-9]{4})[^/]*$"

Within = dict[str, tuple[dt.date, dt.date]]


@dataclass(frozen=True)
class Layout:
    """Expected layout of a record file: its header and the checks on single columns.

    ``allowed`` maps a column to its legal values after stripping; ``dates`` maps a date column to
    whether it may be empty; the date column ``bounded`` must lie in the file's fiscal year.
    """

    header: tuple[str, ...]
    allowed: dict[str, frozenset[str]]
    dates: dict[str, bool]
    bounded: str

    @property
    def checked(self) -> tuple[str, ...]:
        """Return the columns that have checks."""
        return (*self.allowed, *self.dates)

    def within(self, year: int) -> Within:
        """Return the bounds of date columns in a fiscal year's file."""
        return {self.bounded: fiscal_year_bounds(year)}


def fiscal_year(path: str) -> int:
    """Return the fiscal year that the file's name and passport claim."""
    found = re.search(FISCAL_YEAR_IN_NAME, path)
    if found is None:
        raise SourceError(path, found="no fiscal year in its name", expected="FY and four digits")
    return int(found[1])


def fiscal_year_bounds(year: int) -> tuple[dt.date, dt.date]:
    """Return the first and last day of a federal fiscal year."""
    return dt.date(year - 1, 10, 1), dt.date(year, 9, 30)


def as_date(column: str) -> str:
    """Return the name under which an engine gives a date column parsed."""
    return f"{column} as date"
