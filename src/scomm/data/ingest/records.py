"""The agency's pipe-delimited record files: read strictly, name every fault by line and column.

The format: gzip, ASCII or UTF-8, five title lines (the fifth names the fiscal year), a header, one
record a line, fields quoted where they are text. Text fields carry trailing blanks in places;
they are stripped everywhere. Dates are month/day/year.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir

from scomm.data.sources import locate, passports
from scomm.errors import SourceError

TITLE_LINES = 5
_DATE = re.compile(r"\d{1,2}/\d{1,2}/\d{4}")


@dataclass(frozen=True)
class Layout:
    """What a record file must look like: its header and the checks on single columns.

    ``allowed`` maps a column to its legal values after stripping; ``dates`` maps a date column to
    whether it may be empty.
    """

    header: tuple[str, ...]
    allowed: dict[str, frozenset[str]]
    dates: dict[str, bool]


def fiscal_year(path: str) -> int:
    """Return the fiscal year that the file's name and passport claim."""
    found = re.search(r"FY(\d{4})", path)
    if found is None:
        raise SourceError(path, found="no fiscal year in its name", expected="FY and four digits")
    return int(found[1])


def records_name(path: str) -> str:
    """Return a name for a file's records that an engine takes as an identifier."""
    return re.sub(r"\W+", "_", path).lower()


def fiscal_year_bounds(year: int) -> tuple[dt.date, dt.date]:
    """First and last day of a federal fiscal year."""
    return dt.date(year - 1, 10, 1), dt.date(year, 9, 30)


def _text(path: str, file: Path) -> str:
    try:
        with gzip.open(file, "rb") as stream:
            raw = stream.read()
    except (OSError, EOFError) as error:
        raise SourceError(
            path,
            found=f"a gzip stream that cannot be read to its end ({error})",
            expected="a whole gzip file",
            remedy="The download was cut off; fetch it again.",
        ) from error
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise SourceError(
            path, line=line, found=f"byte {raw[error.start]:#x}", expected="UTF-8 text"
        ) from error


def check_structure(path: str, file: Path, layout: Layout) -> int:
    """Check titles, header, delimiters and the number of records; return that number.

    Raises SourceError with the first line at fault.
    """
    text = _text(path, file)
    lines = text.split("\n")
    if len(lines) <= TITLE_LINES:
        raise SourceError(path, found=f"{len(lines)} lines", expected="five titles and a header")
    title = lines[TITLE_LINES - 1]
    if f"FY{fiscal_year(path)}" not in title:
        raise SourceError(
            path,
            line=TITLE_LINES,
            found=repr(title.strip('|"')),
            expected=f"a title that names FY{fiscal_year(path)}",
            remedy="This is another year's file under this name.",
        )
    header = next(csv.reader([lines[TITLE_LINES].rstrip("\r")], delimiter="|"))
    if tuple(header) != layout.header:
        wrong = [name for name in layout.header if name not in header]
        raise SourceError(
            path,
            line=TITLE_LINES + 1,
            column=wrong[0] if wrong else None,
            found=f"header {header}",
            expected=f"header {list(layout.header)}",
        )
    if lines[-1] != "":
        raise SourceError(
            path,
            line=len(lines),
            found=f"a last line that does not end ({lines[-1][-40:]!r})",
            expected="a line feed after the last record",
            remedy="The file was cut off; fetch it again.",
        )
    bars = len(layout.header) - 1
    for number, line in enumerate(lines[TITLE_LINES + 1 : -1], start=TITLE_LINES + 2):
        if line.count("|") != bars:
            raise SourceError(
                path,
                line=number,
                found=f"{line.count('|') + 1} fields ({line[:60]!r})",
                expected=f"{bars + 1} fields separated by '|'",
            )
    return len(lines) - TITLE_LINES - 2


def check_row_count(path: str, found: int) -> None:
    """Compare the number of records with the passport's. Raises SourceError."""
    expected = passports()[path].rows
    if expected is not None and found != expected:
        raise SourceError(
            path,
            found=f"{found:,} records",
            expected=f"{expected:,} records",
            remedy="Records are missing or were added; fetch the file again.",
        )


def _first_line(path: str, file: Path, column: str, wrong: Callable[[str], bool]) -> int:
    """Find the first line whose stripped value in a column is wrong."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as stream:
        for _ in range(TITLE_LINES):
            stream.readline()
        rows = csv.DictReader(io.StringIO(stream.read()), delimiter="|")
        for number, row in enumerate(rows, start=TITLE_LINES + 2):
            if wrong(row[column].strip()):
                return number
    return TITLE_LINES + 2


def _date_fault(value: str, empty_allowed: bool, within: tuple[dt.date, dt.date] | None) -> str:
    """Return what was expected of a date that is wrong, or nothing."""
    if value == "":
        return "" if empty_allowed else "a date"
    if not _DATE.fullmatch(value):
        return "a date as month/day/year"
    month, day, year = (int(part) for part in value.split("/"))
    try:
        date = dt.date(year, month, day)
    except ValueError:
        return "a date as month/day/year"
    if within is not None and not within[0] <= date <= within[1]:
        return f"a date from {within[0]} to {within[1]}"
    return ""


def check_values(
    path: str,
    file: Path,
    values: Callable[[str], Iterable[str]],
    layout: Layout,
    within: dict[str, tuple[dt.date, dt.date]],
) -> None:
    """Check distinct values of each column, and find the line of the first that is wrong.

    ``values`` returns a column's distinct stripped values; ``within`` bounds date columns.
    Raises SourceError.
    """
    for column, allowed in layout.allowed.items():
        unknown = sorted(set(values(column)) - allowed)
        if unknown:
            raise SourceError(
                path,
                line=_first_line(path, file, column, unknown[0].__eq__),
                column=column,
                found=repr(unknown[0]),
                expected=f"one of {_few(allowed)}",
                remedy="A new value needs a decision row in data/hand before it is counted.",
            )
    for column, empty_allowed in layout.dates.items():
        for value in sorted(values(column)):
            expected = _date_fault(value, empty_allowed, within.get(column))
            if expected:
                raise SourceError(
                    path,
                    line=_first_line(path, file, column, value.__eq__),
                    column=column,
                    found=repr(value),
                    expected=expected,
                )


def _few(values: frozenset[str]) -> str:
    shown = sorted(values)
    return ", ".join(map(repr, shown[:6])) + (", ..." if len(shown) > 6 else "")


def open_records(connection: ibis.BaseBackend, file: Path, header: tuple[str, ...]) -> ir.Table:
    """Return a record file as an ibis table of stripped text, through DuckDB's reader.

    This is the adapter: another engine needs another reader, and no other aggregation.
    """
    table = connection.read_csv(
        str(file),
        delim="|",
        quote='"',
        skip=TITLE_LINES,
        header=True,
        all_varchar=True,
        auto_detect=False,
        columns=dict.fromkeys(header, "VARCHAR"),
        nullstr="\x00",  # nothing is null in the file: an empty field is an empty text
    )
    return table.mutate(**{name: table[name].fill_null("").strip() for name in header})


def checked(
    connection: ibis.BaseBackend,
    folder: Path,
    path: str,
    layout: Layout,
    within: dict[str, tuple[dt.date, dt.date]],
) -> tuple[ir.Table, int]:
    """Check one record file in full and return it as a table with its number of records.

    Raises SourceError naming file, line and column.
    """
    file = locate(path, folder)
    records = check_structure(path, file, layout)
    table = open_records(connection, file, layout.header)
    # Held once in memory: every check and every aggregation reads it again.
    table = connection.create_table(f"records_{records_name(path)}", table)

    def values(column: str) -> Iterable[str]:
        return table.select(column).distinct()[column].to_pyarrow().to_pylist()

    check_values(path, file, values, layout, within)
    check_row_count(path, records)
    return table, records
