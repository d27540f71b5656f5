"""Small files, read whole: CSV and workbook sheets, with faults named by line and column."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from scomm.data.sources import locate
from scomm.errors import SourceError


def read_text(path: str, folder: Path) -> str:
    """Return a text file's content. Raises SourceError if it is not UTF-8."""
    raw = locate(path, folder).read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise SourceError(
            path, line=line, found=f"byte {raw[error.start]:#x}", expected="UTF-8 text"
        ) from error


def read_csv(path: str, folder: Path, header: Iterable[str], delimiter: str = ",") -> pd.DataFrame:
    """Read a CSV file as stripped text, with its line number in column ``_line``.

    Raises SourceError if the header differs or a record has another number of fields.
    """
    expected = list(header)
    text = read_text(path, folder)
    if text and not text.endswith("\n"):
        # Only a file of one column could end without harm; the last record may be cut off.
        lines = text.count("\n") + 1
        last = next(csv.reader([text.rsplit("\n", 1)[-1]], delimiter=delimiter))
        if len(last) != len(expected):
            raise SourceError(
                path,
                line=lines,
                found=f"a last line of {len(last)} fields",
                expected=f"{len(expected)} fields",
                remedy="The file was cut off; fetch it again.",
            )
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    found = next(reader, [])
    if found != expected:
        wrong = [name for name in expected if name not in found]
        raise SourceError(
            path,
            line=1,
            column=wrong[0] if wrong else None,
            found=f"header {found[:12]}",
            expected=f"header {expected[:12]}",
            remedy="The columns, their order or the delimiter changed.",
        )
    rows: list[list[str]] = []
    lines_of: list[int] = []
    for row in reader:
        if len(row) != len(expected):
            raise SourceError(
                path,
                line=reader.line_num,
                found=f"{len(row)} fields",
                expected=f"{len(expected)} fields",
            )
        rows.append([cell.strip() for cell in row])
        lines_of.append(reader.line_num)
    frame = pd.DataFrame(rows, columns=expected, dtype=str)
    frame["_line"] = lines_of
    return frame


def read_sheet(
    path: str, folder: Path, sheet: str, header: Iterable[str], header_row: int
) -> pd.DataFrame:
    """Read one sheet of a workbook; ``header_row`` is 1-based. Column ``_line`` is the sheet's row.

    Text is stripped; dates stay dates, numbers numbers, blank cells empty text. Raises SourceError
    if the workbook cannot be opened, the sheet is missing or its header differs.
    """
    expected = list(header)
    file = locate(path, folder)
    try:
        workbook = CalamineWorkbook.from_path(str(file))
        rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (CalamineError, OSError) as error:
        raise SourceError(
            path,
            found=f"a workbook that cannot be read ({error})",
            expected=f"an xlsx workbook with a sheet {sheet!r}",
            remedy="The download was cut off or is another file; fetch it again.",
        ) from error
    found = [str(cell).strip() for cell in rows[header_row - 1]] if len(rows) >= header_row else []
    if found[: len(expected)] != expected:
        wrong = [name for name in expected if name not in found]
        raise SourceError(
            f"{path}, sheet {sheet}",
            line=header_row,
            column=wrong[0] if wrong else None,
            found=f"header {found[:10]}",
            expected=f"header {expected[:10]}",
        )
    body = [
        [cell.strip() if isinstance(cell, str) else cell for cell in row[: len(expected)]]
        for row in rows[header_row:]
    ]
    frame = pd.DataFrame(body, columns=expected)
    frame["_line"] = range(header_row + 1, header_row + 1 + len(frame))
    blank = frame[expected].eq("").all(axis=1)
    return frame[~blank].reset_index(drop=True)


def months(path: str, frame: pd.DataFrame, column: str, first: dt.date, last: dt.date) -> pd.Series:
    """Return the first day of each date's month. Raises SourceError at a date out of bounds."""
    result = []
    for line, value in zip(frame["_line"], frame[column], strict=True):
        date = value.date() if isinstance(value, dt.datetime) else value
        if isinstance(date, str):
            try:
                date = dt.date.fromisoformat(date[:10])
            except ValueError:
                date = None
        if not isinstance(date, dt.date) or not first <= date <= last:
            raise SourceError(
                path,
                line=int(line),
                column=column,
                found=repr(str(value)),
                expected=f"a date from {first} to {last}",
            )
        result.append(date.replace(day=1))
    return pd.Series(pd.to_datetime(result), index=frame.index)


def check_allowed(path: str, frame: pd.DataFrame, column: str, allowed: Iterable[str]) -> None:
    """Raise SourceError at the first value of a column that is not allowed."""
    legal = set(allowed)
    bad = frame[~frame[column].isin(legal)]
    if len(bad):
        raise SourceError(
            path,
            line=int(bad["_line"].iloc[0]),
            column=column,
            found=repr(bad[column].iloc[0]),
            expected=f"one of {', '.join(map(repr, sorted(legal)[:8]))}",
        )


def whole_numbers(
    path: str, frame: pd.DataFrame, column: str, low: int = 0, blank: bool = False
) -> pd.Series:
    """Return a column as whole numbers of at least ``low``. Raises SourceError.

    ``blank`` allows empty cells, which become missing.
    """
    values: list[int | None] = []
    for line, text in zip(frame["_line"], frame[column], strict=True):
        if blank and text == "":
            values.append(None)
            continue
        digits = str(text)
        number = (
            int(digits) if digits.lstrip("-").isascii() and digits.lstrip("-").isdigit() else None
        )
        if number is None or number < low:
            raise SourceError(
                path,
                line=int(line),
                column=column,
                found=repr(text),
                expected=f"a whole number of at least {low}",
            )
        values.append(number)
    return pd.Series(values, index=frame.index, dtype="Int64" if blank else "int64")


def count(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Count identical rows by keys, into column ``n``."""
    return frame.groupby(keys, as_index=False, dropna=False).size().rename(columns={"size": "n"})
