"""The agency's pipe-delimited record files: read strictly, name every fault by line and column.

The format: gzip, ASCII or UTF-8, five title lines (the fifth names the fiscal year), a header, one
record a line, fields quoted where they are text. Text fields carry trailing blanks in places;
they are stripped everywhere. Dates are month/day/year.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import gzip
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from citable.errors import SourceError
from citable.tables.passports import locate, passports
from scomm.data.ingest.engines import Engine
from scomm.data.ingest.layout import (
    FISCAL_YEAR,
    TITLE_LINES,
    Layout,
    as_date,
    fiscal_year,
)

_DATE = re.compile(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}")
_GZIP = 31  # zlib's number for a gzip stream with the largest window
_PIECE, _HEAD = 1 << 16, 1 << 14
LONGEST_LINE = 1 << 20  # the longest record has 249 bytes; an engine takes lines of 2 MB
_LINE_FEED, _BAR = ord("\n"), ord("|")
_FOUR_DIGITS = dt.date(1000, 1, 1)  # any date before has a year that may be short of digits
_INVALID = "suspect"


@dataclass(frozen=True)
class RecordFile:
    """Record file: its name in messages, its location, its fiscal year."""

    name: str
    place: str
    year: int

    @property
    def local(self) -> bool:
        """Whether the file is on this machine, and can be read line by line."""
        return Path(self.place).is_file()


def originals(folder: Path, paths: Iterable[str]) -> list[RecordFile]:
    """Return originals as record files. Raises SourceError if one is missing."""
    return [RecordFile(path, str(locate(path, folder)), fiscal_year(path)) for path in paths]


def record_files(engine: Engine, location: str) -> list[RecordFile]:
    """Return the record files in a folder or under a pattern of the engine.

    Raises SourceError if there is none, or a name does not say its fiscal year.
    """
    files = engine.files(location)
    if not files:
        raise SourceError(location, found="no file", expected="record files named *.csv.gz")
    return [RecordFile(file, file, fiscal_year(file.rsplit("/", 1)[-1])) for file in files]


def first_day(table: ir.Table) -> ir.DateValue:
    """Return the first day of each record's fiscal year."""
    return ibis.date(table[FISCAL_YEAR] - 1, 10, 1)


def last_day(table: ir.Table) -> ir.DateValue:
    """Return the last day of each record's fiscal year."""
    return ibis.date(table[FISCAL_YEAR], 9, 30)


def check_head(part: RecordFile, lines: list[str], names: Sequence[str]) -> None:
    """Check that the last title line names the fiscal year and the header matches.

    Raises SourceError.
    """
    path = part.name
    if len(lines) <= TITLE_LINES:
        raise SourceError(path, found=f"{len(lines)} lines", expected="five titles and a header")
    title = lines[TITLE_LINES - 1].rstrip("\r\n")
    if f"FY{part.year}" not in title:
        raise SourceError(
            path,
            line=TITLE_LINES,
            found=repr(title.strip('|"')),
            expected=f"a title that names FY{part.year}",
            remedy="This is another year's file under this name; fetch the file again.",
        )
    try:
        header = next(csv.reader([lines[TITLE_LINES].rstrip("\r\n")], delimiter="|"), [])
    except csv.Error:
        header = [lines[TITLE_LINES][:60]]
    if tuple(header) != tuple(names):
        wrong = [name for name in names if name not in header]
        raise SourceError(
            path,
            line=TITLE_LINES + 1,
            column=wrong[0] if wrong else None,
            found=f"header {header}",
            expected=f"header {list(names)}",
        )


def check_structure(part: RecordFile, layout: Layout) -> int:
    """Check titles, header, delimiters and the end of a file; return its number of records.

    One pass in pieces that counts line feeds and bars; only where the counts do not fit is the
    file read again line by line, to name the fault. Raises SourceError with the first line at
    fault.
    """
    lines = bars = 0
    last, whole = b"", True
    returns = run = 0
    text = codecs.getincrementaldecoder("utf-8")()
    head = b""
    try:
        with open(part.place, "rb") as stream:
            unzip = zlib.decompressobj(_GZIP)
            while piece := stream.read(_PIECE):
                while piece:
                    raw = unzip.decompress(piece)
                    piece = unzip.unused_data
                    if unzip.eof and piece:  # several gzip members, one after the other
                        unzip = zlib.decompressobj(_GZIP)
                    if not raw:
                        continue
                    if len(head) < _HEAD:
                        head += raw[:_HEAD]
                    codes = np.frombuffer(raw, np.uint8)
                    lines += int(np.count_nonzero(codes == _LINE_FEED))
                    bars += int(np.count_nonzero(codes == _BAR))
                    if not raw.isascii() or text.getstate()[0]:
                        text.decode(raw)
                    last = raw[-1:]
                    returns += raw.count(b"\r")
                    end = raw.rfind(b"\n")
                    run = run + len(raw) if end < 0 else len(raw) - end - 1
                    if run > LONGEST_LINE or b"\0" in raw:
                        raise ValueError  # named below
            text.decode(b"", final=True)
            whole = unzip.eof and returns in (0, lines)
    except (OSError, zlib.error, ValueError):
        whole = False
    check_first = head.decode("utf-8", "replace").split("\n")
    expected = (len(layout.header) - 1) * lines
    if not whole or last != b"\n" or bars != expected or len(check_first) <= TITLE_LINES:
        name_structure_fault(part, layout)
    check_head(part, check_first, layout.header)
    return lines - TITLE_LINES - 1


def _lines(part: RecordFile) -> Iterator[tuple[int, bytes]]:
    """Yield a file's lines with their numbers, one at a time: its unpacked size has no limit.

    Raises SourceError at what cannot be unpacked, and at a line that is too long.
    """
    number = 0
    try:
        with gzip.open(part.place, "rb") as stream:
            while line := stream.readline(LONGEST_LINE + 1):
                number += 1
                if len(line) > LONGEST_LINE:
                    raise SourceError(
                        part.name,
                        line=number,
                        found=f"a line of more than {LONGEST_LINE:,} bytes",
                        expected="one record a line",
                        remedy="This is no file of records; fetch it again.",
                    )
                yield number, line
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(
            part.name,
            found=f"a gzip stream that cannot be read to its end ({error})",
            expected="a whole gzip file",
            remedy="The download was cut off; fetch it again.",
        ) from error


def _line_text(part: RecordFile, number: int, raw: bytes) -> str:
    """Decode a line, without its line end. Raises SourceError if it is not text."""
    try:
        line = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(
            part.name, line=number, found=f"byte {raw[error.start]:#x}", expected="UTF-8 text"
        ) from error
    if "\0" in line:
        raise SourceError(part.name, line=number, found="a NUL character", expected="UTF-8 text")
    return line.removesuffix("\n")


def name_structure_fault(part: RecordFile, layout: Layout) -> None:
    """Read a file line by line and raise SourceError at the first incomplete record."""
    fields = len(layout.header)
    head: list[str] = []
    ends = ""
    for number, raw in _lines(part):
        line = _line_text(part, number, raw)
        if not raw.endswith(b"\n"):
            if number <= TITLE_LINES + 1:
                break
            raise SourceError(
                part.name,
                line=number,
                found=f"a last line that does not end ({line[-40:]!r})",
                expected="a line feed after the last record",
                remedy="The file was cut off; fetch it again.",
            )
        if number == 1:
            ends = "\r" if line.endswith("\r") else ""
        if line.count("\r") != len(ends) or not line.endswith(ends):
            raise SourceError(
                part.name,
                line=number,
                found="another end of line, or a carriage return within the line",
                expected="lines that end like the first",
            )
        line = line.removesuffix(ends)
        if number <= TITLE_LINES + 1:
            head.append(line)
            if number == TITLE_LINES + 1:
                check_head(part, head, layout.header)
            continue
        found = line.count("|") + 1
        if found != fields:
            raise SourceError(
                part.name,
                line=number,
                found=f"{found} fields ({line[:60]!r})",
                expected=f"{fields} fields separated by '|'",
            )
        try:
            parsed = len(next(csv.reader([line], delimiter="|", strict=True)))
        except csv.Error:
            parsed = 0
        if parsed != fields:
            raise SourceError(
                part.name,
                line=number,
                found=f"quotes that do not close ({line[:60]!r})",
                expected=f"{fields} fields separated by '|'",
            )
    if len(head) <= TITLE_LINES:
        check_head(part, head, layout.header)


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


def check_row_counts(paths: Iterable[str], found: pd.Series) -> None:
    """Compare the numbers of records by fiscal year with the passports'. Raises SourceError."""
    for path in paths:
        check_row_count(path, int(found.get(fiscal_year(path), 0)))


def _date_fault(value: str, empty_allowed: bool, within: tuple[dt.date, dt.date] | None) -> str:
    """Return the expectation that a date violates, None if it is valid."""
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


def _fault(
    file: str, line: int | None, column: str, value: str, layout: Layout, year: int
) -> SourceError | None:
    """Return the error of a value, None if it is valid."""
    if column in layout.allowed:
        allowed = layout.allowed[column]
        expected = "" if value in allowed else f"one of {_few(allowed)}"
        remedy = "A new value needs a decision row in data/hand before it is counted."
    else:
        bounds = layout.within(year).get(column)
        expected, remedy = _date_fault(value, layout.dates[column], bounds), ""
    if not expected:
        return None
    return SourceError(
        file, line=line, column=column, found=repr(value), expected=expected, remedy=remedy
    )


def name_value_fault(part: RecordFile, layout: Layout) -> None:
    """Read a file's records one by one and raise SourceError at the first invalid value."""
    with gzip.open(part.place, "rt", encoding="utf-8", newline="") as stream:
        for _ in range(TITLE_LINES):
            stream.readline()
        for number, row in enumerate(csv.DictReader(stream, delimiter="|"), TITLE_LINES + 2):
            for column in layout.checked:
                value = (row[column] or "").strip()
                fault = _fault(part.name, number, column, value, layout, part.year)
                if fault is not None:
                    raise fault


def _few(values: frozenset[str]) -> str:
    shown = sorted(values)
    return ", ".join(map(repr, shown[:6])) + (", ..." if len(shown) > 6 else "")


def _invalid_values_key(table: ir.Table, layout: Layout) -> ir.StringValue:
    """Return a key of the checked texts, joined by bars, of records that may be invalid; else empty.

    All valid records are so one group, and the check costs no pass of its own. The key
    is judged afterwards, strictly and on few values.
    """
    good: ir.BooleanValue = ibis.literal(True)
    for column, allowed in layout.allowed.items():
        good = good & table[column].isin(sorted(allowed))
    for column, empty in layout.dates.items():
        date = table[as_date(column)]
        if column == layout.bounded:
            right = date.between(first_day(table), last_day(table))
        else:
            # Engines read a year of one digit too; the agency writes four.
            right = date >= ibis.literal(_FOUR_DIGITS)
        good = good & (right.fill_null(False) | (table[column] == "") if empty else right)
    texts = ibis.literal("|").join([table[column] for column in layout.checked])
    return ibis.ifelse(good.fill_null(False), ibis.literal(""), texts)


def count_sql(
    connection: ibis.BaseBackend, keyed: ir.Table, sets: Mapping[str, Sequence[str]]
) -> str:
    """Return the query that counts records by several sets of keys in one pass.

    ibis has no grouping sets; DuckDB and Spark spell them alike.
    """
    keys = ", ".join(keyed.columns)
    groups = ", ".join(f"({', '.join(names)})" for names in sets.values())
    return (
        f"SELECT {keys}, GROUPING_ID({keys}) AS which, COUNT(*) AS n "
        f"FROM ({connection.compile(keyed)}) AS keyed GROUP BY GROUPING SETS ({groups})"
    )


def _split(rows: pa.Table, keys: Sequence[str], names: Sequence[str]) -> pa.Table:
    """Return the rows of one set of keys, with its columns and ``n``."""
    # A bit is set for each key that is not in the set; the last key has the lowest bit.
    which = sum(1 << bit for bit, key in enumerate(reversed(keys)) if key not in names)
    return rows.filter(pc.equal(rows["which"], which)).select([*names, "n"])


def _frame(rows: pa.Table) -> pd.DataFrame:
    """Convert rows to a frame: texts as sorted categories, dates as timestamps."""
    columns: dict[str, Any] = {}
    for name in rows.column_names:
        column = rows[name]
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            codes = column.cast(pa.string()).combine_chunks().dictionary_encode().to_pandas()
            columns[name] = codes.cat.reorder_categories(sorted(codes.cat.categories))
        elif pa.types.is_temporal(column.type):
            # Engines return truncated dates as date, timestamp, or timestamp in UTC.
            columns[name] = column.cast(pa.timestamp("ns")).to_pandas()
        else:
            columns[name] = column.to_pandas()
    return pd.DataFrame(columns)


def check_and_count(
    engine: Engine,
    files: Sequence[RecordFile],
    layout: Layout,
    keyed: Callable[[ir.Table], Mapping[str, ir.Value]],
    sets: Mapping[str, Sequence[str]],
) -> tuple[dict[str, pd.DataFrame], int]:
    """Check record files in full and count their records by each set of keys, in one pass.

    ``keyed`` returns what the sets name. Returns a frame a set, with the number
    of records in ``n``, and the number of all. Raises SourceError naming file, line and column.
    """
    local = [part for part in files if part.local]
    with ThreadPoolExecutor(2) as threads:  # unpacking and counting leave Python's lock free
        records = sum(threads.map(lambda part: check_structure(part, layout), local))
    for part in files:
        if not part.local:
            check_head(part, engine.head(part.place, TITLE_LINES + 1), layout.header)
    table = engine.read([part.place for part in files], layout)
    sets = {**sets, _INVALID: [FISCAL_YEAR, _INVALID]}
    keys = table.select(**keyed(table), **{_INVALID: _invalid_values_key(table, layout)})
    # Spark asks for the keys in the order in which the sets first name them.
    keys = keys.select(*dict.fromkeys(key for names in sets.values() for key in names))
    try:
        rows = engine.fetch(count_sql(engine.connection, keys, sets))
    except engine.errors as error:
        for part in local:
            name_structure_fault(part, layout)
            name_value_fault(part, layout)
        raise SourceError(
            files[0].name if len(files) == 1 else f"{len(files)} files from {files[0].name}",
            found=f"what the engine cannot read ({str(error).splitlines()[0][:300]})",
            expected="records as in the layout",
        ) from error
    tables = {name: _split(rows, keys.columns, names) for name, names in sets.items()}
    found = tables.pop(_INVALID)
    _raise_on_invalid(files, layout, found)
    total = sum(found["n"].to_pylist())
    if len(local) == len(files) and total != records:
        for part in local:
            name_structure_fault(part, layout)
        raise SourceError(files[0].name, found=f"{total:,} records", expected=f"{records:,} lines")
    return {name: _frame(table) for name, table in tables.items()}, total


def _raise_on_invalid(files: Sequence[RecordFile], layout: Layout, found: pa.Table) -> None:
    """Raise SourceError at the first line with an invalid value among those that may be invalid."""
    for row in found.to_pylist():
        year, values = row[FISCAL_YEAR], row[_INVALID].split("|") if row[_INVALID] else []
        for column, value in zip(layout.checked, values, strict=bool(values)):
            fault = _fault(f"FY{year}", None, column, value, layout, year)
            if fault is None:
                continue
            for part in files:
                if part.local and part.year == year:
                    name_value_fault(part, layout)
            raise fault
