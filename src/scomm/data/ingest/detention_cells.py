"""Cells of the detention statistics: numbers, labels and fiscal years, each refused by its place.

Rows and columns of a sheet count from 0; messages name them as the sheet does.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping

from citable.errors import SourceError
from scomm.data.ingest.sheets import Sheet

_YEAR = re.compile(r"FY ?(20\d\d|\d\d)(?!\d)", re.IGNORECASE)
_LARGEST = 10_000_000  # no count of a fiscal year comes near
ROUNDING = 0.05  # averages are printed with five digits or more


def normalise_label(text: str) -> str:
    """Normalise a label: lower case, single blanks in place of all but letters and digits.

    >>> plain("Male/Female  Non-Crim* ")
    'male female non crim'
    """
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def fiscal_year(day: dt.date) -> int:
    """Return the fiscal year of a day: it begins on 1 October of the year before."""
    return day.year + (day.month >= 10)


def year_named(text: str) -> int | None:
    """Return the fiscal year that a title names, such as 2024 for 'EOFY2024' or 'FY24 YTD'."""
    found = _YEAR.search(text)
    return None if found is None else 2000 + int(found[1][-2:])


def read_number(sheet: Sheet, row: int, column: int, *, whole: bool = False) -> float | None:
    """Return the number in a cell, None for a blank. Raises SourceError at anything else."""
    fault = sheet.faults.get((row, column))
    cell = sheet.value(row, column)
    if fault is None and cell == "":
        return None
    usable = isinstance(cell, int | float) and not isinstance(cell, bool)
    if fault or not usable or not 0 <= cell < _LARGEST or (whole and cell != int(cell)):
        kind = "a whole number" if whole else "a number"
        raise sheet.refuse(
            row,
            column,
            fault or repr(cell),
            f"{kind} from 0 to {_LARGEST:,}, or a blank",
            "Compare the cell with the agency's other postings and fetch the file again.",
        )
    return float(cell)


def read_label(sheet: Sheet, row: int, column: int, known: Mapping[str, str], kind: str) -> str:
    """Return the code of a label. Raises SourceError at an unknown one."""
    text = sheet.text(row, column)
    if normalise_label(text) not in known:
        raise sheet.refuse(
            row,
            column,
            f"{kind} {text!r}",
            f"one of {', '.join(map(repr, known))}",
            "If the agency renamed it, add the label to scomm.data.ingest.detention_national.",
        )
    return known[normalise_label(text)]


def check_merged(sheet: Sheet, rows: Iterable[int], columns: Iterable[int]) -> None:
    """Raise SourceError where merged cells overlap numbers or their header."""
    rows, columns = set(rows), set(columns)
    for (top, left), (bottom, right) in sheet.merged:
        if rows & set(range(top, bottom + 1)) and columns & set(range(left, right + 1)):
            raise sheet.refuse(
                top,
                left,
                "merged cells",
                "a value in every cell",
                "Only the first of merged cells has a value; unmerge them at the source.",
            )


def years_of(sheet: Sheet, cells: Iterable[tuple[int, int]]) -> int:
    """Return the fiscal year that titles of one sheet name. Raises SourceError if they differ."""
    found = [
        (year, row, column)
        for row, column in cells
        if (year := year_named(sheet.text(row, column))) is not None
    ]
    if not found:
        raise sheet.refuse(0, 0, "no fiscal year in the titles", "a title such as 'FY2024'")
    first = found[0][0]
    for year, row, column in found:
        if year != first:
            raise other_year(sheet, row, column, first)
    return first


def other_year(sheet: Sheet, row: int, column: int, expected: int) -> SourceError:
    """Return the error for a title of another fiscal year."""
    return sheet.refuse(
        row,
        column,
        repr(sheet.text(row, column)),
        f"fiscal year {expected}, as the rest of the posting says",
        "The posting carries another year's sheet; use the posting before or after it.",
    )
