"""Small files, read whole: CSV and workbook sheets, with faults named by line and column."""

from __future__ import annotations

import datetime as dt
import html
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, reduce
from pathlib import Path
from typing import Any

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from citable.errors import SourceError
from citable.files.strict import LARGEST, Malformed, decode_utf8, decompress, parse_csv, read_bytes
from citable.tables.passports import locate

# The largest workbook has 39 MB unpacked, in sheets of up to 36,818 rows.
_LARGEST_WORKBOOK, _MOST_CELLS = 256 << 20, 10_000_000
_PIECE, _OVERLAP = 1 << 20, 64
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_CELL = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,7})(\d{1,9})["']""")
# The reader returns error cells as blanks.
_ERROR = re.compile(rb"""<(?:\w+:)?c\b[^>]*\bt\s*=\s*["']e["'][^>]*>(?:<v>([^<]{0,40}))?""")
_WHOLE_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_HAS_VALUE = re.compile(rb"<(?:\w+:)?v>[^<]|<(?:\w+:)?is>")
# Exceptions of the libraries at a file that is no workbook, or a damaged one.
_UNREADABLE = (
    CalamineError, OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error,
    NotImplementedError, RuntimeError,
)  # fmt: skip
# Days in agencies' CSV files: alone, or with the midnight that a database adds.
_ISO_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T]00:00:00)?")
# Largest plausible count; more digits are an error, and overflow the tables.
_WHOLE = re.compile(r"-?[0-9]{1,10}")


def source_error(path: str, fault: Malformed) -> SourceError:
    """Convert a Malformed to the SourceError of an original."""
    return SourceError(
        path,
        line=fault.line,
        column=fault.column,
        found=fault.found,
        expected=fault.expected,
        remedy="The file was cut off or changed, or is another; fetch it again.",
    )


def read_text(path: str, folder: Path) -> str:
    """Return a text file's content, unpacked if its name ends in .gz.

    Raises SourceError if it is not UTF-8, holds NUL characters, or is of an unusual size.
    """
    file = locate(path, folder)
    try:
        return decode_utf8(decompress(file) if path.endswith(".gz") else read_bytes(file))
    except Malformed as fault:
        raise source_error(path, fault) from fault


def csv_frame(
    path: str,
    text: str,
    header: Iterable[str],
    delimiter: str = ",",
    *,
    titles: int = 0,
    whole: bool = True,
) -> pd.DataFrame:
    """Parse a CSV text to stripped cells, with the line number of each record in ``_line``.

    ``titles`` lines stand before the header; ``whole`` asks for a line end after the last record.
    Raises SourceError if the header differs or a record has another number of fields.
    """
    expected = list(header)
    try:
        found, records, lines = parse_csv(text, delimiter, titles, whole)
    except Malformed as fault:
        first = text.split("\n")[titles : titles + 1]
        if first and (fault.line or 0) > titles + 1 and delimiter not in first[0]:
            fault = Malformed(f"header {first[0][:60]!r}", f"header {expected[:12]}", titles + 1)
        raise source_error(path, fault) from fault
    if found != expected:
        wrong = [name for name in expected if name not in found]
        raise SourceError(
            path,
            line=titles + 1,
            column=wrong[0] if wrong else None,
            found=f"header {found[:12]}",
            expected=f"header {expected[:12]}",
            remedy="The columns, their order or the delimiter changed.",
        )
    cells = [[cell.strip() for cell in record] for record in records]
    frame = pd.DataFrame(cells, columns=expected, dtype=str)
    frame["_line"] = lines
    return frame


def read_csv(
    path: str,
    folder: Path,
    header: Iterable[str],
    delimiter: str = ",",
    *,
    titles: int = 0,
    whole: bool = True,
) -> pd.DataFrame:
    """Read a CSV file; see ``csv_frame``. Raises SourceError."""
    text = read_text(path, folder)
    return csv_frame(path, text, header, delimiter, titles=titles, whole=whole)


def _check_package(file: Path, sheet: str | None) -> set[str]:
    """Refuse a workbook whose unpacked size exceeds the limit, before it is unpacked.

    Every member is read in pieces, which also compares its checksum. The reader fills a rectangle
    up to the last cell of a sheet, so that one cell far out would take all memory; and of a formula
    it sees the value that some program left, or none: formulas and errors in ``sheet`` are refused.
    Without a sheet's name all are measured, and those that are too large are returned, by the
    package's name of each, for the caller to leave alone. Raises Malformed.
    """
    total, too_large = 0, set[str]()
    with zipfile.ZipFile(file) as package:
        names = package.namelist()
        if len(set(names)) != len(names):
            raise Malformed("a member twice", "a workbook with each part once")
        wanted = "" if sheet is None else sheet_member(package, sheet)
        for name in names:
            rest, size = b"", (0, 0)
            measured = name.startswith("xl/worksheets/") if sheet is None else name == wanted
            with package.open(name) as stream:
                while piece := stream.read(_PIECE):
                    total += len(piece)
                    if total > _LARGEST_WORKBOOK:
                        raise Malformed(
                            f"more than {_LARGEST_WORKBOOK:,} bytes unpacked",
                            "a workbook of the usual size",
                        )
                    piece = rest + piece
                    if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
                        raise Malformed(f"a declaration of entities in {name}", "plain XML")
                    if measured and name not in too_large:
                        try:
                            size = _check_cells(piece, size, plain=sheet is not None)
                        except Malformed:
                            if sheet is not None:
                                raise
                            too_large.add(name)
                    rest = piece[-_OVERLAP:]
    return too_large


def sheet_member(package: zipfile.ZipFile, sheet: str) -> str:
    """Return the name of the member that holds a sheet, empty if none is found."""
    parts = {}
    for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        with package.open(name) as stream:
            parts[name] = stream.read(_PIECE).decode("utf-8", "replace")
    book, links = parts.values()
    for tag in re.findall(r"<(?:\w+:)?sheet\b[^>]*>", book):
        given = dict(re.findall(r'([\w:]+)\s*=\s*"([^"]*)"', tag))
        if html.unescape(given.get("name", "")) == sheet:
            for link in re.findall(r"<Relationship\b[^>]*>", links):
                target = dict(re.findall(r'([\w:]+)\s*=\s*"([^"]*)"', link))
                if target.get("Id") == given.get("r:id"):
                    return "xl/" + target.get("Target", "").removeprefix("/xl/")
    return ""


def _check_cells(piece: bytes, size: tuple[int, int], plain: bool) -> tuple[int, int]:
    """Return the last column and row up to a piece of a sheet. Raises Malformed.

    Refused are more cells than a sheet can have in earnest and, if it must be ``plain``, formulas
    and errors.
    """
    cells = _CELL.findall(piece)
    for pattern, what in ((_FORMULA, "a formula"), (_ERROR, "an error")) if plain else ():
        if found := pattern.search(piece):
            before = list(_CELL.finditer(piece, 0, found.end()))
            column, row = before[-1].groups() if before else (b"?", b"0")
            said = b"".join(filter(None, found.groups())).decode("utf-8", "replace")
            raise Malformed(
                f"{what} {said}".strip() + f" in column {column.decode()}",
                "a value in every cell",
                int(row),
            )
    width, height = size
    for column in {column for column, _ in cells}:
        width = max(width, reduce(lambda sum_, letter: 26 * sum_ + letter - 64, column, 0))
    height = max(height, max((int(row) for _, row in cells), default=0))
    if width * height > _MOST_CELLS:
        raise Malformed(
            f"cells up to column {width:,} and row {height:,}",
            f"no more than {_MOST_CELLS:,} cells",
            height,
        )
    return width, height


def read_sheet(
    path: str, folder: Path, sheet: str, header: Iterable[str], header_row: int
) -> pd.DataFrame:
    """Read one sheet of a workbook; ``header_row`` is 1-based. Column ``_line`` is the sheet's row.

    Text is stripped; dates stay dates, numbers numbers, blank cells empty text. Raises SourceError
    if the workbook cannot be opened, unfolds beyond bounds, has formulas, merged cells or errors
    among its records, the sheet is missing or its header differs.
    """
    expected = list(header)
    file = locate(path, folder)
    place = f"{path}, sheet {sheet}"
    try:
        if file.stat().st_size > LARGEST:
            raise Malformed(f"more than {LARGEST:,} bytes", "a file of the usual size")
        _check_package(file, sheet)
        opened = CalamineWorkbook.from_path(str(file)).get_sheet_by_name(sheet)
        merged = opened.merged_cell_ranges or []
        cells = opened.to_python(skip_empty_area=False)
    except Malformed as fault:
        raise source_error(place, fault) from fault
    except _UNREADABLE as error:
        raise SourceError(
            path,
            found=f"a workbook that cannot be read ({error})",
            expected=f"an xlsx workbook with a sheet {sheet!r}",
            remedy="The download was cut off or is another file; fetch it again.",
        ) from error
    found = (
        [str(cell).strip() for cell in cells[header_row - 1]] if len(cells) >= header_row else []
    )
    if found[: len(expected)] != expected:
        wrong = [name for name in expected if name not in found]
        raise SourceError(
            place,
            line=header_row,
            column=wrong[0] if wrong else None,
            found=f"header {found[:10]}",
            expected=f"header {expected[:10]}",
        )
    for _first, (last, _column) in merged:
        if last >= header_row:  # both count from 0: the first record stands in this row
            raise SourceError(
                place,
                line=last + 1,
                found="merged cells",
                expected="a value in every cell",
                remedy="Only the first of merged cells has a value; unmerge them at the source.",
            )
    body = [
        [cell.strip() if isinstance(cell, str) else cell for cell in row[: len(expected)]]
        for row in cells[header_row:]
    ]
    frame = pd.DataFrame(body, columns=expected, dtype=object)
    frame["_line"] = range(header_row + 1, header_row + 1 + len(frame))
    blank = frame[expected].eq("").all(axis=1)
    return frame[~blank].reset_index(drop=True)


def column_letters(column: int) -> str:
    """Return the letters of a column that counts from 0: A, B, ..., Z, AA.

    >>> column_letters(27)
    'AB'
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass
class Sheet:
    """Sheet of a workbook; rows and columns count from 0.

    ``cells`` has stripped text, numbers, days and empty text for a blank; of a formula it has the
    value that was saved with it. ``merged`` holds first and last cell of each merged range, both
    inclusive. ``faults`` names the cells that have no usable value although they look filled: an
    error such as #N/A, or a formula without a saved value.
    """

    path: str
    name: str
    hidden: bool
    file: Path
    cells: list[list[Any]]
    merged: list[tuple[tuple[int, int], tuple[int, int]]]

    @cached_property
    def faults(self) -> dict[tuple[int, int], str]:
        """Read the sheet's XML for errors and for formulas without a value."""
        found = {}
        with zipfile.ZipFile(self.file) as package:
            raw = package.read(sheet_member(package, self.name))
        for attributes, content in _WHOLE_CELL.findall(raw):
            error = _ERROR.match(b"<c" + attributes + b">" + content)
            empty = _FORMULA.search(content) and not _HAS_VALUE.search(content)
            place = _CELL.search(b" " + attributes)
            if place and (error or empty):
                column = reduce(lambda sum_, letter: 26 * sum_ + letter - 64, place[1], 0) - 1
                said = (error[1] or b"an error").decode("utf-8", "replace") if error else ""
                found[int(place[2]) - 1, column] = said or "a formula without a saved value"
        return found

    def text(self, row: int, column: int) -> str:
        """Return a cell as text with single blanks; empty for a blank, a number or beyond the end."""
        inside = 0 <= row < len(self.cells) and 0 <= column < len(self.cells[row])
        cell = self.cells[row][column] if inside else ""
        return " ".join(cell.split()) if isinstance(cell, str) else ""

    def value(self, row: int, column: int) -> Any:
        """Return a cell's value; empty text for a blank or beyond the end."""
        inside = row < len(self.cells) and column < len(self.cells[row])
        return self.cells[row][column] if inside else ""

    def refuse(
        self, row: int, column: int, found: str, expected: str, remedy: str = ""
    ) -> SourceError:
        """Return the error that names file, sheet and cell."""
        return SourceError(
            f"{self.path}, sheet {self.name}, cell {column_letters(column)}{row + 1}",
            found=found,
            expected=expected,
            remedy=remedy,
        )


def read_workbook(path: str, folder: Path) -> list[Sheet]:
    """Read all sheets of a workbook.

    A sheet of more cells than one can have in earnest is left out. Raises SourceError if the workbook cannot be opened or unfolds beyond bounds.
    """
    file = locate(path, folder)
    try:
        if file.stat().st_size > LARGEST:
            raise Malformed(f"more than {LARGEST:,} bytes", "a file of the usual size")
        too_large = _check_package(file, None)
        book = CalamineWorkbook.from_path(str(file))
        sheets = []
        with zipfile.ZipFile(file) as package:
            members = {name: sheet_member(package, name) for name in book.sheet_names}
        for about in book.sheets_metadata:
            if members[about.name] in too_large:
                continue
            opened = book.get_sheet_by_name(about.name)
            cells = [
                [cell.strip() if isinstance(cell, str) else cell for cell in row]
                for row in opened.to_python(skip_empty_area=False)
            ]
            hidden = about.visible != SheetVisibleEnum.Visible
            merged = list(opened.merged_cell_ranges or [])
            sheets.append(Sheet(path, about.name, hidden, file, cells, merged))
        return sheets
    except Malformed as fault:
        raise source_error(path, fault) from fault
    except _UNREADABLE as error:
        raise SourceError(
            path,
            found=f"a workbook that cannot be read ({error})",
            expected="an xlsx workbook",
            remedy="The download was cut off or is another file; fetch it again.",
        ) from error


def months(path: str, frame: pd.DataFrame, column: str, first: dt.date, last: dt.date) -> pd.Series:
    """Return the first day of each date's month. Raises SourceError at a date out of bounds."""
    result = []
    for line, value in zip(frame["_line"], frame[column], strict=True):
        date = value.date() if isinstance(value, dt.datetime) else value
        if isinstance(date, str):
            day = _ISO_DAY.fullmatch(date)
            try:
                date = dt.date.fromisoformat(day[1]) if day else None
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
        number = int(digits) if _WHOLE.fullmatch(digits) else None
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


def count_rows(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Count identical rows by keys, into column ``n``."""
    return frame.groupby(keys, as_index=False, dropna=False).size().rename(columns={"size": "n"})
