"""Small files in the formats of every source, and what can be wrong with them.

``catalog()[source].mutations[name]`` damages the good file; ``bad_inputs.csv`` says on which sources
each damage is tried and what must come of it. The files are made here: none of an agency's is needed.
Run as a program, for what needs a process of its own:
``python -m tests.data.bad_inputs SOURCE MUTATION FOLDER``.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import resource
import struct
import sys
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from citable import paths
from citable.edition import checksums, verify
from citable.errors import CitableError
from citable.files.strict import LARGEST
from citable.record import glossary, identity, paragraphs, published
from citable.record.findings import SCHEMA as FINDINGS_SCHEMA
from citable.tables import manifest, passports as sources, reader as tables
from citable.tables.schema import TABLES
from scomm.data import ledger, mappings, paths as data_paths
from scomm.data.ingest import (
    activation,
    arrests,
    boundaries,
    crosswalk,
    dashboard,
    detainer_counts,
    detainers,
    detention,
    facilities,
    population,
    removals,
    s287g,
    seattle,
)
from scomm.data.ingest.activation import ACTIVATION_DATED, ACTIVATION_SECOND
from scomm.data.ingest.base import Output
from scomm.data.ingest.boundaries import BOUNDARIES
from scomm.data.ingest.crosswalk import AREA_POPULATION, COUNTY_AOR, DISPOSITION_CODES
from scomm.data.ingest.detainer_counts import (
    DETAINERS_BY_FACILITY,
    DETAINERS_BY_FORM,
    DETAINERS_BY_MONTH,
    DETAINERS_BY_REASON,
)
from scomm.data.ingest.engines.embedded import DuckDBEngine
from scomm.data.ingest.facilities import FACILITY_LIST
from scomm.data.ingest.population import CENSUS_POPULATION, COUNTY_LIST, NONCITIZENS
from scomm.data.ingest.records import check_row_counts, originals
from scomm.data.ingest.s287g import S287G
from scomm.data.ingest.seattle import SEATTLE_CAP, SEATTLE_CRIMINALITY, SEATTLE_WORKBOOK

Change = Callable[[bytes], bytes]
GB2 = 2 << 30
ENLARGED = {"64 MB and a byte": LARGEST + 1, "2 GB of one line": GB2}
CASES = Path(__file__).with_name("bad_inputs.csv")
# What reads the bytes of each source. A parser meets every kind of damage on one of its sources.
PARSERS = {
    "gzip records, counted": ("removals", "arrests"),
    "CSV": (
        "seattle CAP", "dashboard", "detainers PA", "census", "noncitizens", "county areas",
        "area population", "dispositions", "figures.csv", "aor.csv", "decisions.csv",
        "fips_changes.csv", "published_totals.csv", "published changes", "paragraphs",
        "287(g)", "s287g_counties.csv", "cities.csv", "detainers by month", "detainers by reason",
        "detainers by facility", "detainers by form", "seattle criminality",
    ),
    "workbook": ("seattle workbook", "detainers workbook", "facilities", "county list", "detention"),
    "Stata": ("activation", "activation, second"),
    "package of boundaries": ("boundaries",),
    "YAML": ("claims.yml", "glossary.yml", "law.yml"),
    "TOML": ("sources.toml",),
    "JSON": (
        "manifest.json", "published findings", "published numbers", "edition findings",
        "record.json",
    ),
    "table as CSV": ("table county_noncitizens", "table county_areas"),
    "table as Parquet": ("table county_shapes",),
    "checksums": ("SHA256SUMS",),
}  # fmt: skip


@dataclass
class Source:
    """One kind of file: where it lies, a good one, and what reads it."""

    path: str
    good: Callable[[], bytes]
    read: Callable[[Path], Any]
    mutations: dict[str, Change] = field(default_factory=dict)
    at: str = (
        ""  # the name in scomm.data.paths or citable.paths that a test points at the damaged copy
    )
    rows: int | None = None


# ---- text with fields ------------------------------------------------------------------------


def _csv(rows: list[list[str]], delimiter: str = ",") -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode()


def _zipped(raw: bytes) -> bytes:
    return gzip.compress(raw, mtime=0)


def _inside(change: Change) -> Change:
    return lambda raw: _zipped(change(gzip.decompress(raw)))


def _line(number: int, change: Callable[[str], str], encoding: str = "utf-8") -> Change:
    def changed(raw: bytes) -> bytes:
        lines = raw.decode(encoding).split("\n")
        before = lines[number - 1]
        lines[number - 1] = change(before)
        assert lines[number - 1] != before, before
        return "\n".join(lines).encode(encoding)

    return changed


def cell(number: int, column: int, value: str, delimiter: str) -> Change:
    """Put a value into a cell of one line, quoted as the file is."""

    def change(line: str) -> str:
        fields = next(csv.reader([line], delimiter=delimiter))
        fields[column] = value
        return delimiter.join(
            '"' + text.replace('"', '""') + '"' if set(text) & set(delimiter + '"') else text
            for text in fields
        )

    return _line(number, change)


def _swapped(line: str, delimiter: str) -> str:
    names = line.split(delimiter)
    names[-1], names[-2] = names[-2], names[-1]
    return delimiter.join(names)


def structure(delimiter: str, head: int, area: int) -> dict[str, Change]:
    """What can be wrong with any file of fields: ``head`` is the header's line."""
    first = head + 1

    def lines(change: Callable[[list[str]], list[str]]) -> Change:
        return lambda raw: "\n".join(change(raw.decode().split("\n"))).encode()

    return {
        "empty": lambda raw: b"",
        "header only": lines(lambda all_: [*all_[:head], ""]),
        "cut in a record": lambda raw: raw[: raw.rstrip(b"\n").rfind(delimiter.encode())],
        "cut in the last cell": lambda raw: raw[:-2],
        "last record missing": lines(lambda all_: [*all_[:-2], ""]),
        "UTF-16": lambda raw: raw.decode().encode("utf-16"),
        "BOM": lambda raw: b"\xef\xbb\xbf" + raw,
        "Latin-1 byte": lines(lambda all_: all_) if not head else _byte(first, b"\xc9"),
        "NUL in a cell": _byte(first, b"\0"),
        "CRLF": lambda raw: raw.replace(b"\n", b"\r\n"),
        "CR in a cell": _byte(first, b"\r"),
        "field too many": _line(first, lambda line: line + delimiter),
        "field too few": _line(first, lambda line: line.rsplit(delimiter, 1)[0]),
        "header renamed": _line(
            head, lambda line: line.replace("a", "e").replace("A", "E").replace("g", "q")
        ),
        "header twice": lines(lambda all_: [*all_[:head], *all_[head - 1 :]]),
        "column twice": _line(
            head,
            lambda line: delimiter.join([*line.split(delimiter)[:-1], line.split(delimiter)[-2]]),
        ),
        "header missing": lines(lambda all_: [*all_[: head - 1], *all_[head:]]),
        "columns swapped": _line(head, lambda line: _swapped(line, delimiter)),
        "other delimiter": lambda raw: raw.replace(delimiter.encode(), b";"),
        "open quote": _line(first, lambda line: '"' + line.replace('"', "")),
        "blank line": lines(lambda all_: [*all_[:first], "", *all_[first:]]),
        "cell of 3 MB": cell(first, area, "x" * 3_000_000, delimiter),
    }


def _byte(number: int, byte: bytes) -> Change:
    def changed(raw: bytes) -> bytes:
        lines = raw.split(b"\n")
        line = lines[number - 1]
        lines[number - 1] = line[:3] + byte + line[3:]
        return b"\n".join(lines)

    return changed


DATES = {
    "day before month": "31/10/2015",
    "ISO date": "2015-10-02",
    "month 13": "13/1/2015",
    "year of two digits": "10/2/15",
    "date far off": "10/2/2035",
    "date in other digits": "١٠/2/2015",
}
NUMBERS = {
    "thousands separator": "1,234",
    "unicode minus": "−50",
    "negative": "-50",
    "huge": "9" * 40,
    "thousands of digits": "9" * 5000,
    "NaN": "NaN",
    "Inf": "Infinity",
    "decimal": "12.5",
    "full-width digits": "１２３",
    "number blank": "",
}
# The first letter of each is of another alphabet.
LONG_AREAS = {"homoglyph area": "Аtlanta Area of Responsibility", "area with markup": "<script>"}
AREA_CODES = {"homoglyph area": "АTL", "area with markup": "<script>"}
AREAS = {
    "homoglyph area": "Аtlanta",
    "area with markup": "<script>",
}


def cells(values: dict[str, str], line: int, column: int, delimiter: str) -> dict[str, Change]:
    """Put each value into one cell."""
    return {name: cell(line, column, value, delimiter) for name, value in values.items()}


def packed() -> dict[str, Change]:
    """What can be wrong with a gzip file."""
    return {
        "gzip cut": lambda raw: raw[: len(raw) // 2],
        "gzip without its end": lambda raw: raw[:-8],
        "gzip checksum wrong": lambda raw: raw[:-8] + b"\0" * 4 + raw[-4:],
        "garbage after gzip": lambda raw: raw + b"garbage",
        "not packed": gzip.decompress,
        "two gzip members": lambda raw: (
            _zipped(gzip.decompress(raw)[:300]) + _zipped(gzip.decompress(raw)[300:])
        ),
    }


def bomb(raw: bytes, what: bytes, size: int = GB2) -> bytes:
    """A file that unfolds to 2 GB more: one line of it, if ``what`` is a letter."""
    block = what * (16 << 20)
    return raw + _zipped(block) * (size // len(block))


TITLES = ["ERO-LESA", "For Official Use Only", "2019-ICFO-53623", "", "ICE Removals for FY2016"]


def _record_file(header: tuple[str, ...], title: str, records: list[list[str]]) -> bytes:
    bars = "|" * (len(header) - 1)
    lines = [f'"{text}"{bars}' if text else bars for text in (*TITLES[:4], title)]
    lines += ["|".join(f'"{name}"' for name in header)]
    lines += ["|".join(cell if "/" in cell else f'"{cell}"' for cell in row) for row in records]
    return _zipped(("\n".join(lines) + "\n").encode())


_PLACES = ("Atlanta", "Dallas", "New Orleans", "Atlanta")


def _removals() -> bytes:
    records = [
        [f"{place} Area of Responsibility", "9/2/2015", "REINST", "(B)(6)", "MEXICO", "Male",
         "(B)(7)(E) ", "212a9Aii", f"10/{day}/2015", f"10/{day}/2015"]
        for day, place in enumerate(_PLACES, start=1)
    ]  # fmt: skip
    return _record_file(removals._HEADER, TITLES[4], records)


def _arrests() -> bytes:
    records = [
        [f"{place} Area of Responsibility", f"10/{day}/2015", "CAP", "A PLACE", "", "Other", "x",
         "MEXICO", "Male"]
        for day, place in enumerate(_PLACES, start=1)
    ]  # fmt: skip
    return _record_file(arrests._HEADER, "ERO Administrative Arrests for FY2016", records)


_CAP_HEADER = (
    "Event Number", "Area of Responsibility", "Date of Birth", "Country of Citizenship", "Gender",
    "Removal Case COL", "Final Charge Section", "Arrest Date",
)  # fmt: skip


def _cap() -> bytes:
    row = [
        "x",
        "Seattle Area of Responsibility",
        "x",
        "MEXICO",
        "Male",
        "1",
        "237a2Aiii",
        "2/2/2017",
    ]
    return _record_file(_CAP_HEADER, "FY2017 ICE Removals by the Program", [row] * 4)


def _frames(outputs: list[Output]) -> dict[str, str]:
    """Check outputs against their schemas, as ingest does, and return them as text."""
    return {
        output.table: tables.to_bytes(output.frame, TABLES[output.table])[1].decode("latin-1")
        for output in outputs
    }


def _records(module: Any, path: str, folder: Path) -> dict[str, str]:
    frames, _ = module.tables(DuckDBEngine(), originals(folder, [path]))
    check_row_counts([path], frames[module.TABLES[0]].groupby("fiscal_year")["n"].sum())
    # Rows of a count come in any order; the tables are sorted when they are written.
    return {
        name: frame.sort_values(list(frame.columns), ignore_index=True).to_csv()
        for name, frame in frames.items()
    }


def _gz(path: str, good: Callable[[], bytes], read: Any, area: int, date: int | None) -> Source:
    inner = structure("|", 6, area) | cells(LONG_AREAS, 7, area, "|")
    inner["title of another year"] = lambda raw: raw.replace(b"FY201", b"FY200")
    inner["titles missing"] = lambda raw: raw.split(b"\n", 5)[5]
    if date is not None:
        inner |= cells(DATES, 7, date, "|")
    found = {name: _inside(change) for name, change in inner.items()} | packed()
    found["line of 2 GB"] = partial(bomb, what=b"a")
    return Source(path, good, read, found, rows=4)


def _dashboard() -> bytes:
    row = ["2021", "1", "1", "Oct 2020"]
    head = ["CBP", "Criminal Conviction", "Atlanta"]
    places = {"CUBA": 25, "HAITI": 50, "MEXICO": 75, "PERU": 100}
    return _csv([list(dashboard._HEADER), *[[*head, k, *row, str(n)] for k, n in places.items()]])


def _pa() -> bytes:
    jail = mappings.pa_facilities()["facility"].iloc[0]
    row = ["Case Closed", jail, "A TOWN", "PENNSYLVANIA", "x"]
    days = [f"2010-0{month}-02 00:00:00" for month in (1, 2, 3, 4)]
    return _csv([list(detainers._PA_HEADER), *[[day, *row] for day in days]])


def _detainers_by_month() -> bytes:
    return _csv([["year_month", "count"], *[[f"2010-0{month}", "50"] for month in (1, 2, 3, 4)]])


def _detainers_by_reason() -> bytes:
    rows = [[year, "Case Closed", "50"] for year in ("2008", "2009", "2010", "2011")]
    return _csv([["year", "lift_reason", "count"], *rows])


def _detainers_by_form() -> bytes:
    rows = [[year, form, "50"] for year in ("2014", "2015") for form in ("I247", "I247D")]
    return _csv([["year", "detainer_type", "count"], *rows])


def _detainers_by_facility() -> bytes:
    rows = [
        [str(number), jail, reason, count, "75", share]
        for number, (jail, reason, count, share) in enumerate(
            [("A JAIL", "", "25", "33.3"), ("A JAIL", "Case Closed", "50", "66.7"),
             ("B JAIL", "", "25", "33.3"), ("B JAIL", "Case Closed", "50", "66.7")],
            start=1,
        )
    ]  # fmt: skip
    return _csv([list(detainer_counts.FACILITY_HEADER), *rows])


def _detainer_counts(
    table: str, read: Callable[[Path], pd.DataFrame], folder: Path
) -> dict[str, str]:
    frame = read(folder)
    if table == "detainers_reasons":
        frame = frame.assign(by_difference=False)
    return _frames([Output(table, frame, 0, "")])


def _seattle_criminality() -> bytes:
    header = ["apprehension_criminality", "month", "apprehension_state", "n"]
    rows = [["1 Convicted Criminal", f"2024-0{n}-01", "OREGON", "50"] for n in (1, 2, 3, 4)]
    return _csv([header, *rows])


def _s287g() -> bytes:
    agencies = mappings.s287g_counties()["agency"].head(4)
    counts = ["", "10.00", "20.00", *["0.00"] * 5, "", "5.00", "10.00", *["0.00"] * 5]
    rows = [[f"{name}*", name, "1 A St, A Town, WA 98000", "1", "2", *counts, "15.00"]
            for name in agencies]  # fmt: skip
    return _csv([list(s287g.HEADER), *rows])


_PEOPLE = tuple(f"POPESTIMATE{year}" for year in range(2010, 2020))
_CENSUS = ("SUMLEV", "STATE", "COUNTY", "STNAME", *_PEOPLE, "CTYNAME")


def _census() -> bytes:
    people = [str(1000 + n) for n in range(10)]
    rows = [["050", "01", f"00{n}", "Alabama", *people, f"County {n}"] for n in (1, 3, 5, 7)]
    rows += [["040", "01", "000", "Alabama", *people, "Alabama"]]
    return _csv([list(_CENSUS), *rows])


def _noncitizens() -> bytes:
    rows = [[str(n), str(2008 + n), "45001", "248", "172"] for n in (1, 2, 3)]
    return _csv(
        [["", "year", "fips", "noncit_pop", "moe"], *rows, ["4", "2009", "72001", "NA", "NA"]]
    )


def _county_aor() -> bytes:
    header = ["geoid", "geoid_state", "geoid_county", "name", "variable", "estimate", "moe", "aor"]
    rows = [
        [f"0100{n}", "01", f"00{n}", "a county", "Total Population", "5", "NA", area]
        for n, area in ((1, "ATL"), (3, "BAL"), (5, "BOS"), (7, "BUF"))
    ]
    return _csv([header, *rows])


_AREA_HEADER = ["aor", *(g + p for g in crosswalk._GROUPS for p in crosswalk._PARTS), "year"]


def _area_population() -> bytes:
    rows = [
        [area, *["1000", "10.5", "990.5", "1010.5"] * 4, "2012"]
        for area in ("ATL", "BAL", "BOS", "BUF")
    ]
    return _csv([_AREA_HEADER, *rows], "|")


def _areas(folder: Path) -> dict[str, str]:
    for path, good in ((COUNTY_AOR, _county_aor), (CENSUS_POPULATION, _census)):
        if not (folder / path).is_file():
            put(folder / path, good())
    return _frames([crosswalk._area_population(folder, crosswalk.county_areas(folder))])


def _dispositions() -> bytes:
    rows = [[code, f"WORDS {code}"] for code in "ABCD"]
    return _csv([["processing_disposition_raw", "processing_disposition_clean"], *rows], "|")


def _text(
    path: str, good: Any, read: Any, delimiter: str, area: int, rows: int, **kinds: Any
) -> Source:
    found = structure(delimiter, 1, area)
    for values, column in kinds.get("cells", []):
        found |= cells(values, 2, column, delimiter)
    if "key" in kinds:
        found["key twice"] = lambda raw: b"\n".join(
            [*(lines := raw.split(b"\n"))[:3], lines[2], *lines[4:]]
        )
    # Made by `enlarge`, for they are too large to hand over.
    found |= dict.fromkeys(ENLARGED, lambda raw: b"")
    return Source(path, good, read, found, rows=rows)


# ---- workbooks -------------------------------------------------------------------------------


def workbook(sheets: dict[str, list[list[Any]]]) -> bytes:
    """Write a workbook."""
    book = openpyxl.Workbook(write_only=True)
    for title, body in sheets.items():
        sheet = book.create_sheet(title)
        for row in body:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _edit(change: Callable[[Any], None], sheet: str) -> Change:
    def changed(raw: bytes) -> bytes:
        book = openpyxl.load_workbook(io.BytesIO(raw))
        change(book[sheet])
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    return changed


def _set(sheet: str, row: int, column: int, value: Any) -> Change:
    return _edit(lambda page: setattr(page.cell(row, column), "value", value), sheet)


def _members(change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> Change:
    def changed(raw: bytes) -> bytes:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            members = {name: package.read(name) for name in package.namelist()}
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
            for name, content in change(members).items():
                package.writestr(name, content)
        return stream.getvalue()

    return changed


def _in_sheet(number: int, old: bytes, new: bytes) -> Change:
    name = f"xl/worksheets/sheet{number}.xml"

    def change(members: dict[str, bytes]) -> dict[str, bytes]:
        assert old in members[name], members[name][:300]
        return members | {name: members[name].replace(old, new, 1)}

    return _members(change)


def _zip_bomb(raw: bytes) -> bytes:
    stream = io.BytesIO(raw)
    block = b" " * (1 << 20)
    with (
        zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as package,
        package.open("xl/media/large.bin", "w", force_zip64=True) as member,
    ):
        for _ in range(2048):
            member.write(block)
    return stream.getvalue()


def _lying_size(raw: bytes) -> bytes:
    """State a hundred bytes for each member, whatever it unfolds to."""
    changed = bytearray(raw)
    at = raw.find(b"PK\x01\x02")
    while at >= 0:
        changed[at + 24 : at + 28] = struct.pack("<I", 100)
        at = raw.find(b"PK\x01\x02", at + 4)
    return bytes(changed)


def _bare_number(row: int, column: int) -> Callable[[Any], None]:
    """Put a number into a cell that is not shown as a date."""

    def change(page: Any) -> None:
        page.cell(row, column).value = 42_000
        page.cell(row, column).number_format = "General"

    return change


def sheets(
    sheet: str, number: int, head: int, date: int | None, count: int | None
) -> dict[str, Change]:
    """What can be wrong with any workbook; columns count from 1."""
    first = head + 1
    found: dict[str, Change] = {
        "empty": lambda raw: b"",
        "cut": lambda raw: raw[: len(raw) // 2],
        "no workbook": lambda raw: b"a,b\n1,2\n",
        "zip of something else": _members(lambda members: {"a.txt": b"text"}),
        "sheet renamed": _edit(lambda page: setattr(page, "title", "Other"), sheet),
        "header renamed": _set(sheet, head, 1, "Other"),
        "header missing": _edit(lambda page: page.delete_rows(head), sheet),
        "header twice": _edit(lambda page: page.insert_rows(head), sheet),
        "column inserted": _edit(lambda page: page.insert_cols(1), sheet),
        "column deleted": _edit(lambda page: page.delete_cols(2), sheet),
        "last record missing": _edit(lambda page: page.delete_rows(page.max_row), sheet),
        "record twice": _edit(
            lambda page: page.append([cell.value for cell in page[first]]), sheet
        ),
        "blank row": _edit(lambda page: page.insert_rows(first + 1), sheet),
        "merged cells": _edit(
            lambda page: page.merge_cells(start_row=first, end_row=first + 1, start_column=1, end_column=1),
            sheet,
        ),
        "formula": _set(sheet, first, 1, "=1+1"),
        "error value": _set(sheet, first, date or count or 1, "#REF!"),
        "macro": _members(lambda members: members | {"xl/vbaProject.bin": b"Sub Auto_Open()"}),
        "cell far out": _set(sheet, 1_048_576, 16_384, "x"),
        "entities": _in_sheet(number, b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet'),
        "broken XML": _in_sheet(number, b"</sheetData>", b"</sheet"),
        "sheet missing": _members(
            lambda m: {k: v for k, v in m.items() if k != f"xl/worksheets/sheet{number}.xml"}
        ),
        "size that lies": _lying_size,
        "unfolds to 2 GB": _zip_bomb,
    }  # fmt: skip
    if date:
        found |= {
            "date as text in another order": _set(sheet, first, date, "31/10/2015"),
            "date as a number": _edit(_bare_number(first, date), sheet),
            "date far off": _set(sheet, first, date, "2035-01-01"),
            "date blank": _set(sheet, first, date, None),
        }
    if count:
        found |= {
            "thousands separator": _set(sheet, first, count, "1,234"),
            "unicode minus": _set(sheet, first, count, "−5"),
            "negative": _set(sheet, first, count, -5),
            "huge": _set(sheet, first, count, 1e300),
            "NaN": _set(sheet, first, count, "NaN"),
            "Inf": _set(sheet, first, count, "Infinity"),
            "truth value": _set(sheet, first, count, True),
            "number blank": _set(sheet, first, count, None),
        }
    return found


def _seattle() -> bytes:
    import datetime as dt

    day = dt.datetime(2016, 5, 4)
    rows = {
        "Arrests": [day, "x", "Male", "MEXICO", "x", "A JAIL", "CAP", "DUI"],
        "Book Ins": [day, "x", "Male", "MEXICO", "A JAIL", "CAP", "DUI"],
        "Expedited Removals": [day, "x", "Male", "MEXICO", "x", "DUI", "[8F]"],
        "Other Removals": [day, "x", "Male", "MEXICO", "x", "DUI", "[8F]"],
    }
    return workbook(
        {
            name: [*[["title"]] * 6, list(seattle._SHEETS[name]), *[row] * 3]
            for name, row in rows.items()
        }
    )


def _read_seattle(folder: Path) -> dict[str, str]:
    return _frames([seattle._arrests(folder), seattle._bookins(folder)]) | {
        "removals": seattle._workbook_removals(folder).to_csv()
    }


def _detainers() -> bytes:
    import datetime as dt

    row = [dt.datetime(2014, 11, 3), "x", "A JAIL", "WA", "A TOWN", "x"]
    return workbook({"FOIA 15-06333 Detail": [list(detainers._NATION_HEADER), *[row] * 3]})


def _facilities() -> bytes:
    head = ["ABC", "A JAIL", "", "TOWN", "COUNTY", "WA", "", "9", "SEA", "", "IGSA", "IGSA"]
    rows = [[f"ABC{n}", *head[1:], *[0.0] * (len(facilities.HEADER) - 12)] for n in range(3)]
    parts = [
        [f"ABC{n}", *head[1:], *[0] * (len(facilities.BREAKOUT_HEADER) - 12)] for n in range(3)
    ]
    return workbook(
        {
            facilities.SHEET: [*[["title"]] * 8, list(facilities.HEADER), *rows],
            facilities.BREAKOUT: [*[["title"]] * 7, list(facilities.BREAKOUT_HEADER), *parts],
        }
    )


def _county_list() -> bytes:
    header = ["state", "state_fips", "county_fips", "county_name"]
    return workbook({"county_fips": [header, *[["AL", 1, n, f"County {n}"] for n in (1, 3, 5)]]})


DETENTION = "detention/FY24_detentionStats.xlsx"
_DETENTION, _HELD = "Detention FY24", "Facilities FY24"


def _detention() -> bytes:
    kinds = ["Convicted Criminal", "Pending Criminal Charges", "Other Immigration Violator"]
    adp = "ICE Average Daily Population by Arresting Agency, Month and Criminality: FY2024"
    nation: list[list[Any]] = [
        ["ICE DETENTION DATA, FY2024"],
        [adp],
        ["Agency", "Oct", "Nov", "FY Overall"],
    ]
    for agency, each in (("CBP Average", 1.5), ("ICE Average", 1.0), ("Average", 2.5)):
        nation += [[agency, *[3 * each] * 3], *([kind, *[each] * 3] for kind in kinds)]
    nation += [
        [], ["ICE Currently Detained by Criminality and Arresting Agency: FY2024"],
        ["Criminality", "ICE", "Percent ICE", "CBP", "Percent CBP", "Total"],
        ["Total", 9, 0.75, 3, 0.25, 12], *([kind, 3, 0.75, 1, 0.25, 4] for kind in kinds),
        [], ["ICE Initial Book-Ins by Arresting Agency and Month: FY2024"],
        ["Agency", "Oct", "Nov", "Total"], ["Total", 4, 5, 9], ["ICE", 1, 2, 3], ["CBP", 3, 3, 6],
        [], ["ICE Initial Book-Ins by Facility Type and Criminality: FY2024"],
        ["Facility Type", *kinds, "Total"], ["Total", 3, 3, 3, 9],
        [], ["ICE Final Book Outs by Release Reason, Month and Criminality: FY2024"],
        ["Release Reason", "Criminality", "Oct", "Nov", "Total"], ["Total", None, 3, 6, 9],
        ["Release to Remove", "Total", 3, 6, 9], *([None, kind, 1, 2, 3] for kind in kinds),
        [], ["ICE Removals: FY2024"], ["Removals", "Total"], ["Total", 7],
    ]  # fmt: skip
    header = [
        "Name", "City", "State", "AOR", "Type Detailed", *(f"Level {letter}" for letter in "ABCD"),
        "Male Crim", "Male Non-Crim", "Female Crim", "Female Non-Crim", "ICE Threat Level 1",
        "ICE Threat Level 2", "ICE Threat Level 3", "No ICE Threat Level", "Mandatory",
        "Guaranteed Minimum", "FY24 ALOS", "Last Inspection Type",
    ]  # fmt: skip
    held = [1.5, 0, 0.5, 0, 1, 1, 0, 0, 1, 0, 0, 1, 2, 50, 30.5, "ODO"]
    places = [[f"JAIL {name}", "TOWN", "WA", "SEA", "IGSA", *held] for name in "ABC"]
    drawn = "Source: ICE Integrated Decision Support (IIDS), 12/01/2023"
    notes = [
        ["ADP", "FY2024 YTD ICE Detention data are updated through 11/30/2023 (run 12/01/2023)."],
        ["Detained", "ICE National Docket data are a snapshot as of 12/01/2023."],
    ]
    return workbook(
        {
            _DETENTION: nation,
            _HELD: [["ICE FACILITIES DATA, FY24"], [drawn], header, *places],
            "Footnotes": notes,
        }
    )


def _read_detention(folder: Path) -> dict[str, str]:
    posting = detention.read(DETENTION, folder)
    return {"nation": posting.national.to_csv(), "places": posting.facilities.to_csv()}


# ---- Stata and boundaries ----------------------------------------------------------------------


def stata(**columns: list[Any]) -> bytes:
    """Write a Stata file."""
    stream = io.BytesIO()
    pd.DataFrame(columns).to_stata(stream, write_index=False, version=117)
    return stream.getvalue()


_DAYS = [pd.Timestamp(2010, 5, day) for day in (4, 11, 18)]
_CODES = [1001, 1003, 1005]


def _dated(county: Any = None, days: Any = None, **more: Any) -> bytes:
    return stata(county=county or _CODES, date_secure=days or _DAYS, **more)


def _second(code: Any = None, month: Any = None, year: Any = None) -> bytes:
    return stata(
        countyfips=code or _CODES,
        activation_month=month or [5, 5, 5],
        activation_year=year or [2010] * 3,
    )


_STATA: dict[str, Change] = {
    "empty": lambda raw: b"",
    "cut": lambda raw: raw[: len(raw) // 2],
    "counts of records lie": lambda raw: raw.replace(
        b"<N>" + struct.pack("<I", 3), b"<N>" + struct.pack("<I", 0x7FFFFFFF)
    ),
}


def _topology() -> dict[str, Any]:
    square = [[[0, 0], [10, 0], [0, 10], [-10, 0], [0, -10]]]

    def shapes(*ids: str) -> dict[str, Any]:
        return {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "arcs": [[0]], "id": i, "properties": {"name": "A"}}
                for i in ids
            ],
        }

    return {
        "type": "Topology",
        "transform": {"scale": [1.0, 1.0], "translate": [0.0, 0.0]},
        "arcs": square,
        "objects": {"counties": shapes("01001", "01003"), "states": shapes("01")},
    }


def tgz(content: bytes, name: str = boundaries.MEMBER) -> bytes:
    """Write a package that holds one file."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as package:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        package.addfile(info, io.BytesIO(content))
    return _zipped(stream.getvalue())


def _geo(change: Callable[[dict[str, Any]], Any]) -> Change:
    def changed(raw: bytes) -> bytes:
        document = _topology()
        change(document)
        return tgz(json.dumps(document).encode())

    return changed


_GEO: dict[str, Change] = {
    **packed(),
    "empty": lambda raw: b"",
    "no such member": lambda raw: tgz(b"{}", "package/other.json"),
    "no JSON": lambda raw: tgz(b"<html>"),
    "a list": lambda raw: tgz(b"[1]"),
    "no arcs": _geo(lambda doc: doc.pop("arcs")),
    "no transform": _geo(lambda doc: doc.pop("transform")),
    "no layer": _geo(lambda doc: doc["objects"].pop("counties")),
    "arc that is not there": _geo(
        lambda doc: doc["objects"]["states"]["geometries"][0].update(arcs=[[7]])
    ),
    "arcs of words": _geo(lambda doc: doc.update(arcs=[[["a", "b"]]])),
    "scale of NaN": _geo(lambda doc: doc["transform"].update(scale=[float("nan"), 1])),
    "scale beyond numbers": lambda raw: tgz(
        json.dumps(_topology()).replace('"scale": [1.0', '"scale": [1e999').encode()
    ),
    "shape without a name": _geo(
        lambda doc: doc["objects"]["counties"]["geometries"][0].pop("properties")
    ),
    "code twice": _geo(lambda doc: doc["objects"]["counties"]["geometries"][1].update(id="01001")),
    "code with markup": _geo(
        lambda doc: doc["objects"]["counties"]["geometries"][1].update(id="<b>")
    ),
    "brackets nested deeply": lambda raw: tgz(b"[" * 200_000),
    "unfolds to 2 GB": partial(bomb, what=b"\0"),
}


# ---- typed by hand, and the record -------------------------------------------------------------


def _replace(old: str, new: str) -> Change:
    def changed(raw: bytes) -> bytes:
        assert old.encode() in raw, old
        return raw.replace(old.encode(), new.encode(), 1)

    return changed


_LEDGER = structure(",", 1, 0)

_YAML: dict[str, Change] = {
    "empty": lambda raw: b"",
    "a list": lambda raw: b"- a\n- b\n",
    "a word": lambda raw: b"word\n",
    "tab": lambda raw: b"a:\n\t- b\n" + raw,
    "anchor and alias": lambda raw: b"x: &a [1]\ny: *a\n" + raw,
    "billion laughs": lambda raw: (
        b"a: &a [x,x]\n" + b"".join(b"k%d: &k%d [*a,*a]\n" % (n, n) for n in range(40)) + raw
    ),
    "tag of an object": lambda raw: b"x: !!python/object/apply:os.system ['true']\n" + raw,
    "merge key": lambda raw: b"x: &a {b: 1}\ny: {<<: *a}\n" + raw,
    "key twice": lambda raw: b"x: 1\nx: 2\n" + raw,
    "Latin-1 byte": lambda raw: raw + b"\nz: \xc9\n",
    "NUL": lambda raw: raw + b"\nz: \0\n",
    "brackets nested deeply": lambda raw: raw + b"\nz: " + b"[" * 1000 + b"\n",
    "CRLF": lambda raw: raw.replace(b"\n", b"\r\n"),
    "BOM": lambda raw: b"\xef\xbb\xbf" + raw,
}


def _document(change: Callable[[Any], Any]) -> Change:
    """Change a JSON document as data."""

    def changed(raw: bytes) -> bytes:
        document = json.loads(raw)
        change(document)
        return json.dumps(document, ensure_ascii=False).encode()

    return changed


_JSON: dict[str, Change] = {
    "empty": lambda raw: b"",
    "cut": lambda raw: raw[: len(raw) // 2],
    "a list": lambda raw: b"[]",
    "a word": lambda raw: b'"word"',
    "UTF-16": lambda raw: raw.decode().encode("utf-16"),
    "Latin-1 byte": lambda raw: raw.replace(b'"', b'"\xc9', 1),
    "NUL": lambda raw: raw.replace(b"{", b"{\0", 1),
    "BOM": lambda raw: b"\xef\xbb\xbf" + raw,
    "CRLF": lambda raw: raw.replace(b"\n", b"\r\n"),
    "brackets nested deeply": lambda raw: b"[" * 200_000,
    "key twice": lambda raw: raw.replace(b'"schema"', b'"schema": 7, "schema"', 1),
    "another schema": lambda raw: raw.replace(b'/1"', b'/99"', 1),
}


def _first(name: str, value: Any) -> Change:
    def change(document: Any) -> None:
        document["findings"][1][name] = value

    return _document(change)


def _findings_json() -> bytes:
    items = json.loads(paths.PUBLISHED_FINDINGS.read_text(encoding="utf-8"))["findings"]
    items = [
        {"id": item["id"], **{name: item[name] for name in published.COMPARED}} for item in items
    ]
    return json.dumps({"schema": FINDINGS_SCHEMA, "findings": items}, indent=1).encode()


_FINDINGS: dict[str, Change] = {
    "findings are words": _document(lambda doc: doc.update(findings=["a"])),
    "findings are named": _document(lambda doc: doc.update(findings={"a": 1})),
    "no findings": _document(lambda doc: doc.pop("findings")),
    "id twice": _document(lambda doc: doc["findings"].append(doc["findings"][0])),
    "id missing": _document(lambda doc: doc["findings"][1].pop("id")),
    "id of another form": _first("id", "2.1; DROP"),
    "value missing": _document(lambda doc: doc["findings"][1].pop("value")),
    "value is a list": _first("value", [1]),
    "value is true": _first("value", True),
    "value NaN": _first("value", float("nan")),
    "value beyond numbers": lambda raw: raw.replace(b'"value": 0.3', b'"value": 1e999', 1),
    "value of thousands of digits": lambda raw: raw.replace(
        b'"value": 10', b'"value": ' + b"9" * 5000, 1
    ),
    "interval is a number": _first("interval", 3),
    "interval without ends": _first("interval", {"method": "wilson"}),
    "claims are a word": _first("claims", "C7"),
    "statement is missing": _document(lambda doc: doc["findings"][1].pop("statement")),
}


def _sums() -> bytes:
    digest = "0123456789abcdef" * 4
    return "".join(f"{digest}  {name}\n" for name in ("a.txt", "b/c.txt")).encode()


def _record_json() -> bytes:
    items = [
        identity.Item("finding", f"1.{n}", "a.html", f"finding-1-{n}", "T", "text") for n in (1, 2)
    ]
    return identity.Record("2026.11", "2026-11-25", "0" * 64, "", tuple(items)).as_json()


def _item(name: str, value: Any) -> Change:
    def change(document: Any) -> None:
        document["items"][1][name] = value

    return _document(change)


def _entry(name: str, value: Any) -> Change:
    def change(document: Any) -> None:
        document["tables"][0][name] = value

    return _document(change)


def _table(name: str) -> bytes:
    return (paths.ROOT / "data" / "tables" / name).read_bytes()


def _small_table() -> bytes:
    return b"".join(_table("county_noncitizens.csv").splitlines(keepends=True)[:40])


def _parquet(change: Callable[[pa.Table], pa.Table]) -> Change:
    def changed(raw: bytes) -> bytes:
        sink = io.BytesIO()
        pq.write_table(change(pq.read_table(io.BytesIO(raw))), sink)
        return sink.getvalue()

    return changed


def _many_rows(raw: bytes) -> bytes:
    """A few hundred thousand bytes that stand for six million rows of texts."""
    table = pq.read_table(io.BytesIO(raw))
    one = table.slice(0, 1)
    index = pa.array([0] * 6_000_000, pa.int32())
    columns = {
        name: pa.DictionaryArray.from_arrays(index, one[name].combine_chunks())
        for name in table.column_names
    }
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    return sink.getvalue()


def _uncached(function: Any) -> Any:
    """Call what keeps its result, without what it kept."""
    function.cache_clear()
    return function()


def _plain(value: Any) -> Any:
    return value.to_csv() if isinstance(value, pd.DataFrame) else value


def _hand(file: str, name: str, read: Any, more: dict[str, Change], csv_: bool = True) -> Source:
    return Source(
        file,
        lambda: (paths.ROOT / "data" / "hand" / file).read_bytes(),
        lambda folder: _plain(_uncached(read)),
        (_LEDGER if csv_ else _YAML) | more,
        at=name,
    )


def _published(file: str, name: str, read: Any, mutations: dict[str, Change]) -> Source:
    return Source(
        file,
        lambda: (paths.ROOT / "data" / "published" / file).read_bytes(),
        lambda folder: read(),
        mutations,
        at=name,
    )


_TOML: dict[str, Change] = {
    "empty": lambda raw: b"",
    "cut": lambda raw: raw[: raw.rfind(b'"')],
    "source is a number": lambda raw: b"source = 5\n",
    "source holds words": lambda raw: b'source = ["a"]\n',
    "UTF-16": lambda raw: raw.decode().encode("utf-16"),
    "Latin-1 byte": lambda raw: raw + b"# \xc9\n",
    "NUL": lambda raw: raw + b"# \0\n",
    "BOM": lambda raw: b"\xef\xbb\xbf" + raw,
    "CRLF": lambda raw: raw.replace(b"\n", b"\r\n"),
    "key twice": lambda raw: raw.replace(b"rows = ", b"rows = 1\nrows = ", 1),
    "entry twice": lambda raw: raw + b"\n[[source]]" + raw.split(b"[[source]]")[1],
    "field missing": lambda raw: raw.replace(b"format = ", b"# format = ", 1),
    "unknown field": lambda raw: raw.replace(b"format = ", b"extra = 1\nformat = ", 1),
    "rows are words": lambda raw: raw.replace(b"rows = 3242", b'rows = "many"', 1),
    "rows negative": lambda raw: raw.replace(b"rows = 3242", b"rows = -1", 1),
    "digest short": lambda raw: raw.replace(b'sha256 = "cae8', b'sha256 = "', 1),
    "path steps up": lambda raw: raw.replace(b'path = "activation/', b'path = "../', 1),
    "path absolute": lambda raw: raw.replace(b'path = "activation/', b'path = "/etc/', 1),
    "brackets nested deeply": lambda raw: raw + b"\nx = " + b"[" * 20_000 + b"\n",
}


def put(file: Path, raw: bytes) -> None:
    """Write a file with its folders."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(raw)


@cache
def catalog() -> dict[str, Source]:
    """Return every source with its mutations."""
    r16, a16 = removals.ORIGINALS[0], arrests.ORIGINALS[0]
    seattle_sheets = sheets("Arrests", 1, 7, 1, None)
    figures = {
        "id twice": _replace("\nF002,", "\nF001,"),
        "unknown word": _replace(",exact,", ",certain,"),
        "low above high": _replace(",94218,94218,", ",94218,94217,"),
        "thousands separator": _replace(",94218,94218,", ',"94,218",94218,'),
        "negative": _replace(",94218,94218,", ",-94218,94218,"),
        "unicode minus": _replace(",94218,94218,", ",−94218,94218,"),
        "NaN": _replace(",94218,94218,", ",NaN,94218,"),
        "Inf": _replace(",94218,94218,", ",94218,inf,"),
        "hexadecimal": _replace(",94218,94218,", ",0x10,94218,"),
        "huge": _replace(",94218,94218,", f",94218,{'9' * 400},"),
    }
    return {
        "removals": _gz(r16, _removals, partial(_records, removals, r16), 0, 9),
        "arrests": _gz(a16, _arrests, partial(_records, arrests, a16), 0, 1),
        "seattle CAP": Source(
            SEATTLE_CAP, _cap, lambda folder: _frames([seattle._cap(folder)]),
            _gz("", _cap, None, 1, None).mutations
            | {
                "unfolds to 80 MB": partial(bomb, what=b"a", size=80 << 20),
                "threat level": _inside(cell(7, 5, "4", "|")),
                "threat level in other digits": _inside(cell(7, 5, "１", "|")),
            },
            rows=4,
        ),
        "seattle criminality": _text(
            SEATTLE_CRIMINALITY, _seattle_criminality,
            lambda folder: _frames([seattle._criminality(folder)]), ",", 2, 4,
            cells=[(NUMBERS, 3), ({"homoglyph class": "1 Сonvicted Criminal"}, 0),
                   ({"month 13": "2024-13-01", "date far off": "2035-01-01"}, 1),
                   ({"state blank": "", "state with markup": "<script>"}, 2)], key=True,
        ),
        "dashboard": _text(
            dashboard._PATH, _dashboard, lambda folder: _frames(dashboard.run(folder)), ",", 2, 4,
            cells=[(NUMBERS, 8), (AREAS, 2), ({"month of another year": "Oct 2022",
                   "month as a number": "2020-10", "month in another tongue": "Okt 2020"}, 7)],
        ),
        "detainers PA": _text(
            detainers._PA, _pa, lambda folder: _frames([detainers._pennsylvania(folder)]), ",", 2, 4,
            cells=[(DATES, 0), ({"homoglyph jail": "АDAMS COUNTY ADULT C.C."}, 2)],
        ),
        "detainers by month": _text(
            DETAINERS_BY_MONTH, _detainers_by_month,
            partial(_detainer_counts, "detainers_months", detainer_counts.by_month), ",", 0, 4,
            cells=[(NUMBERS, 1), ({"month 13": "2010-13", "a day": "2010-01-05",
                   "date far off": "2035-01"}, 0)], key=True,
        ),
        "detainers by reason": _text(
            DETAINERS_BY_REASON, _detainers_by_reason,
            partial(_detainer_counts, "detainers_reasons", detainer_counts.by_reason), ",", 1, 4,
            cells=[(NUMBERS, 2), ({"homoglyph reason": "Сase Closed"}, 1),
                   ({"fiscal year in words": "FY2008", "year far off": "2035"}, 0)], key=True,
        ),
        "detainers by form": _text(
            DETAINERS_BY_FORM, _detainers_by_form,
            partial(_detainer_counts, "detainers_forms", detainer_counts.by_form), ",", 1, 4,
            cells=[(NUMBERS, 2), ({"year far off": "2035"}, 0)], key=True,
        ),
        "detainers by facility": _text(
            DETAINERS_BY_FACILITY["public"], _detainers_by_facility,
            partial(_detainer_counts, "detainers_facilities",
                    partial(detainer_counts.by_facility, operator="public")), ",", 1, 4,
            cells=[(NUMBERS, 3), ({"homoglyph reason": "Сase Closed"}, 2),
                   ({"total that does not add": "76"}, 4), ({"homoglyph jail": "А JAIL"}, 1),
                   ({"fraction for percent": "0.333"}, 5)], key=True,
        ),
        "287(g)": _text(
            S287G, _s287g, lambda folder: _frames(s287g.run(folder)), ",", 2, 4,
            cells=[(NUMBERS, 6), ({"homoglyph agency": "АL Department of Public Safety"}, 0),
                   ({"total that does not add": "16.00"}, 20), ({"blank for a count": ""}, 15),
                   ({"zero for a blank": "0.00"}, 5), ({"state in words": "1 A St, Springfeld"}, 2),
                   ({"state unknown": "1 A St, A Town, Transylvania 98000"}, 2)], key=True,
        ),
        "census": _text(
            CENSUS_POPULATION, _census, lambda folder: population.census(folder).to_csv(), ",", 3, 5,
            cells=[(NUMBERS, 5), ({"level of a city": "162"}, 0)], key=True,
        ),
        "noncitizens": _text(
            NONCITIZENS, _noncitizens, lambda folder: _frames([population._noncitizens(folder)]),
            ",", 0, 4, cells=[(NUMBERS, 3), ({"code of letters": "ABCDE"}, 2)], key=True,
        ),
        "county areas": _text(
            COUNTY_AOR, _county_aor,
            lambda folder: crosswalk.county_areas(folder).to_csv(), ",", 3, 4,
            cells=[(AREA_CODES, 7)], key=True,
        ),
        "area population": _text(
            AREA_POPULATION, _area_population, _areas, "|", 0, 4,
            cells=[(NUMBERS, 1), (AREA_CODES, 0),
                   ({"error NaN": "nan", "error Inf": "1e999", "error negative": "-1"}, 2)], key=True,
        ),
        "dispositions": _text(
            DISPOSITION_CODES, _dispositions,
            lambda folder: _frames([crosswalk._disposition_codes(folder)]), "|", 0, 4, key=True,
        ),
        "seattle workbook": Source(
            SEATTLE_WORKBOOK, _seattle, _read_seattle, seattle_sheets
            | {"gender unknown": _set("Arrests", 8, 3, "Mаle")},
        ),
        "detainers workbook": Source(
            detainers._NATION, _detainers, lambda folder: _frames([detainers._nation(folder)]),
            sheets("FOIA 15-06333 Detail", 1, 1, 1, None), rows=3,
        ),
        "detention": Source(
            DETENTION, _detention, _read_detention,
            sheets(_HELD, 2, 3, None, 6)
            | {
                "another year": _set(_HELD, 1, 1, "ICE FACILITIES DATA, FY23"),
                "another year in the footnotes": _set(
                    "Footnotes", 1, 2, "ICE Detention data are updated through 11/30/2022."),
                "no day in the footnotes": _set("Footnotes", 1, 2, "ICE Detention data"),
                "hidden": _edit(lambda page: setattr(page, "sheet_state", "hidden"), _HELD),
                "one #N/A": _set(_HELD, 4, 6, "#N/A"),
                "levels that do not add": _set(_HELD, 4, 6, 150.0),
                "state in full": _set(_HELD, 4, 3, "Washington"),
                "unknown area": _set(_HELD, 4, 4, "XYZ"),
                "unknown class": _set(_DETENTION, 5, 1, "Suspect"),
                "unknown month": _set(_DETENTION, 3, 2, "Brumaire"),
                "class that does not add": _set(_DETENTION, 5, 2, 2.5),
                "percent for a share": _set(_DETENTION, 19, 3, 75),
                "text for a count": _set(_DETENTION, 26, 2, "4"),
                "formula without a value": _set(_DETENTION, 26, 2, "=1+3"),
                "title renamed": _set(_DETENTION, 2, 1, "ICE Average Population"),
                "merged header of the nation": _edit(
                    lambda page: page.merge_cells("B3:C3"), _DETENTION),
            },
        ),
        "facilities": Source(
            FACILITY_LIST, _facilities, lambda folder: _frames(facilities.run(folder)),
            sheets(facilities.SHEET, 1, 9, None, 18)
            | {
                "homoglyph area": _set(facilities.SHEET, 10, 9, "SЕA"),
                "average negative": _set(facilities.SHEET, 10, 25, -0.5),
                "average beyond numbers": _set(facilities.SHEET, 10, 25, 1e18),
                "average true": _set(facilities.SHEET, 10, 25, True),
                "parts that do not add up": _set(facilities.SHEET, 10, 18, 7),
                "code twice in the parts": _set(facilities.BREAKOUT, 10, 1, "ABC0"),
            },
            rows=3,
        ),
        "county list": Source(
            COUNTY_LIST, _county_list, lambda folder: population.county_names(folder).to_csv(),
            sheets("county_fips", 1, 1, None, 3) | {"code too long": _set("county_fips", 2, 3, 1234)},
            rows=3,
        ),
        "activation": Source(
            ACTIVATION_DATED, _dated,
            lambda folder: activation.dated(folder, activation.fips_changes()).to_csv(),
            _STATA | {
                "column missing": lambda raw: stata(county=_CODES, date_other=_DAYS),
                "record missing": lambda raw: stata(county=_CODES[:2], date_secure=_DAYS[:2]),
                "code with a fraction": lambda raw: _dated([1001.5, 1003, 1005]),
                "code huge": lambda raw: _dated([1001, 1003, 10_050_001]),
                "code is text": lambda raw: _dated(["01001", "01003", "01005"]),
                "dates are text": lambda raw: _dated(days=["2010-05-04"] * 3),
                "dates are numbers": lambda raw: _dated(days=[1.0, 2.0, 3.0]),
                "date far off": lambda raw: _dated(days=[pd.Timestamp(2030, 1, 1), *_DAYS[1:]]),
                "two dates": lambda raw: _dated([1001, 1001, 1005]),
                "no date": lambda raw: _dated(days=[pd.NaT, *_DAYS[1:]]),
            },
            rows=3,
        ),
        "activation, second": Source(
            ACTIVATION_SECOND, _second, lambda folder: activation.second(folder).to_csv(),
            _STATA | {
                "county twice": lambda raw: _second([1001, 1001, 1005]),
                "month 13": lambda raw: _second(month=[13, 5, 5]),
                "month with a fraction": lambda raw: _second(month=[5.5, 5, 5]),
                "month is text": lambda raw: _second(month=["May"] * 3),
                "year far off": lambda raw: _second(year=[99_999, 2010, 2010]),
                "code with a fraction": lambda raw: _second([1001.5, 1003, 1005]),
            },
            rows=3,
        ),
        "boundaries": Source(
            BOUNDARIES, lambda: tgz(json.dumps(_topology()).encode()),
            lambda folder: _frames(boundaries.run(folder)), _GEO,
        ),
        "figures.csv": _hand("figures.csv", "FIGURES", ledger.figures, figures),
        "aor.csv": _hand("aor.csv", "AOR", mappings.areas, {"code twice": _replace("\nBAL,", "\nATL,")}),
        "decisions.csv": _hand("decisions.csv", "DECISIONS", ledger.decisions, {
            "day before month": _replace("2026-11-23", "23/11/2026"),
            "month 13": _replace("2026-11-23", "2026-13-23"),
        }),
        "fips_changes.csv": _hand("fips_changes.csv", "FIPS_CHANGES",
            cache(activation.fips_changes), {
            "unknown decision": _replace(",mapped,", ",drawn,"),
            "mapped to nothing": _replace(",02198,", ",,"),
        }),
        "s287g_counties.csv": _hand("s287g_counties.csv", "S287G_COUNTIES",
            mappings.s287g_counties, {
            "agency twice": _replace("\nAlamance County Sheriff Office,", "\nAL Department of Public Safety,"),
        }),
        "cities.csv": _hand("cities.csv", "CITIES", mappings.cities, {
            "county of another state": _replace("Mobile,AL,01097,", "Mobile,AL,48097,"),
            "no reason": _replace("01097,seat of the county,", "01097,,"),
        }),
        "published_totals.csv": _hand("published_totals.csv", "PUBLISHED_TOTALS",
            ledger.published_totals, {
            "thousands separator": _replace(",235413,", ',"235,413",'),
            "Inf": _replace(",235413,", ",inf,"),
            "negative": _replace(",235413,", ",-235413,"),
        }),
        "claims.yml": _hand("claims.yml", "CLAIMS", ledger.claims, {
            "id twice": _replace("- id: C2", "- id: C1"),
            "id is a number": _replace("- id: C1", "- id: 1"),
            "field missing": _replace("    side: advocates", "    wing: advocates"),
            "test is a word": _replace("    test:\n", "    test: none\n    tested:\n"),
        }, csv_=False),
        "glossary.yml": _hand("glossary.yml", "GLOSSARY", glossary.glossary, {
            "term is a number": _replace("term: 'Activation'", "term: 12"),
            "entry is a word": _replace("terms:\n", "terms:\n  - word\n"),
            "term twice": _replace("term: 'Administrative arrest'", "term: 'Activation'"),
        }, csv_=False),
        "law.yml": _hand("law.yml", "LAW", ledger.law, {
            "field missing": _replace("    cite: Fed", "    site: Fed"),
        }, csv_=False),
        "sources.toml": Source(
            "sources.toml", lambda: (paths.ROOT / "data/sources.toml").read_bytes(),
            lambda folder: _uncached(sources.passports), _TOML, at="SOURCES",
        ),
        "manifest.json": Source(
            "manifest.json", partial(_table, "manifest.json"),
            lambda folder: manifest.manifest(),
            _JSON | {
                "table twice": _document(lambda doc: doc["tables"].append(doc["tables"][0])),
                "rows are a word": _entry("rows", "3,143"),
                "rows negative": _entry("rows", -1),
                "rows true": _entry("rows", True),
                "digest is short": _entry("sha256", "abc"),
                "digest is a number": _entry("content_sha256", 5),
                "unknown field": _entry("extra", 1),
                "originals are a list": _entry("originals", []),
                "table is a list": _entry("table", []),
            },
            at="MANIFEST",
        ),
        "table county_noncitizens": Source(
            "county_noncitizens.csv", _small_table,
            lambda folder: tables.read(
                folder / "county_noncitizens.csv", TABLES["county_noncitizens"]
            ).to_csv(),
            {k: v for k, v in structure(",", 1, 0).items()
             if k not in ("header only", "last record missing", "cut in the last cell")}
            | cells({k: v for k, v in NUMBERS.items() if k != "number blank"}, 2, 2, ",")
            | {"key twice": lambda raw: raw + raw.split(b"\n")[1] + b"\n"},
        ),
        "table county_areas": Source(
            "county_areas.csv", partial(_table, "county_areas.csv"),
            lambda folder: tables.load("county_areas").to_csv(),
            {"one byte changed": lambda raw: raw.replace(b"NOL", b"ATL", 1),
             "record added": lambda raw: raw + b"99999,ATL\n", "empty": lambda raw: b"",
             "CRLF": lambda raw: raw.replace(b"\n", b"\r\n")},
            at="TABLES/county_areas.csv",
        ),
        "table county_shapes": Source(
            "county_shapes.parquet",
            partial(_table, "county_shapes.parquet"),
            lambda folder: tables.read(
                folder / "county_shapes.parquet", TABLES["county_shapes"]
            ).to_csv(),
            {
                "empty": lambda raw: b"",
                "cut": lambda raw: raw[: len(raw) // 2],
                "column missing": _parquet(lambda table: table.drop_columns(["name"])),
                "column twice": _parquet(
                    lambda table: table.append_column("fips", table["name"])
                ),
                "column of another kind": _parquet(
                    lambda table: table.set_column(0, "fips", pa.array(range(len(table))))
                ),
                "key twice": _parquet(lambda table: pa.concat_tables([table, table.slice(0, 1)])),
                "six million rows": _many_rows,
            },
        ),
        "published findings": _published("findings.json", "PUBLISHED_FINDINGS", published.load,
            _JSON | _FINDINGS | {
            "status unknown": _first("status", "good"),
            "status missing": _document(lambda doc: doc["findings"][1].pop("status")),
            "tolerance wide": _first("tolerance", 1.0),
            "withdrawn without a reason": _first("status", "withdrawn"),
            "address is missing": _document(lambda doc: doc["findings"][1].pop("url")),
        }),
        "published numbers": _published("numbers.json", "PUBLISHED_NUMBERS", published.load_numbers,
            _JSON | {
            "numbers are a list": _document(lambda doc: doc.update(numbers=[1])),
            "page is a number": _document(lambda doc: doc["numbers"].update(index=5)),
            "number is a list": _document(lambda doc: doc["numbers"]["index"].update(n=[1])),
            "number NaN": _document(lambda doc: doc["numbers"]["index"].update(n=float("nan"))),
            "name twice": lambda raw: raw.replace(b'"all9"', b'"all11"', 1),
        }),
        "published changes": _published("changes.csv", "PUBLISHED_CHANGES", published.changes,
            _LEDGER),
        "paragraphs": _published("paragraphs.csv", "PARAGRAPHS", paragraphs.load,
            _LEDGER | {
            "id of another form": _replace("\n1.2,", "\n1.x2,"),
            "id in other digits": _replace("\n1.2,", "\n１.2,"),
            "id twice": _replace("\n1.2,", "\n1.1,"),
            "digest short": lambda raw: re.sub(rb"\n1\.2,[0-9a-f]{4}", b"\n1.2,", raw, count=1),
        }),
        "edition findings": Source(
            "findings.json", _findings_json,
            lambda folder: verify.read_findings(folder / "findings.json"), _JSON | _FINDINGS,
        ),
        "SHA256SUMS": Source(
            "SHA256SUMS", _sums, checksums.read_checksums,
            {
                "empty": lambda raw: b"",
                "CRLF": lambda raw: raw.replace(b"\n", b"\r\n"),
                "UTF-16": lambda raw: raw.decode().encode("utf-16"),
                "Latin-1 byte": lambda raw: raw + b"\xc9\n",
                "NUL": lambda raw: raw.replace(b"a.txt", b"a\0.txt"),
                "digest short": lambda raw: raw[4:],
                "path steps up": lambda raw: raw.replace(b"b/c", b"../c"),
                "path absolute": lambda raw: raw.replace(b"a.txt", b"/etc/passwd"),
                "path twice": lambda raw: raw.replace(b"b/c", b"a"),
                "blank line": lambda raw: raw.replace(b"\n", b"\n\n", 1),
            },
        ),
        "record.json": Source(
            "record.json", _record_json, lambda folder: identity.load(folder),
            _JSON | {
                "items are a number": _document(lambda doc: doc.update(items=5)),
                "item is a word": _document(lambda doc: doc.update(items=["a"])),
                "text is a number": _item("text", 5),
                "kind unknown": _item("kind", "essay"),
                "unknown field": _item("extra", "x"),
                "item twice": _item("id", "1.1"),
                "digest missing": _document(lambda doc: doc.pop("digest")),
                "edition is a number": _document(lambda doc: doc.update(edition=2026)),
            },
        ),
    }  # fmt: skip


def enlarge(source: Source, file: Path, size: int) -> None:
    """Make a file of any length without writing it: the disk keeps only what is not zero."""
    put(file, source.good()[:40])
    with file.open("r+b") as stream:
        stream.truncate(size)


def damage(source: Source, mutation: str, folder: Path) -> Path:
    """Write the damaged file, and a passport file with the small files' numbers of records."""
    file = folder / source.path
    if mutation in ENLARGED:
        enlarge(source, file, ENLARGED[mutation])
    else:
        put(file, source.mutations[mutation](source.good()) if mutation else source.good())
    return file


@cache
def passports_for_small_files() -> bytes:
    """Return sources.toml with the numbers of records and the sha256 of the small files."""
    parts = (paths.ROOT / "data/sources.toml").read_text(encoding="utf-8").split("[[source]]")
    for number, part in enumerate(parts):
        for source in catalog().values():
            if f'path = "{source.path}"' in part:
                lines = [line for line in part.split("\n") if not line.startswith("rows = ")]
                if source.rows is not None:
                    lines.insert(1, f"rows = {source.rows}")
                digest = hashlib.sha256(source.good()).hexdigest()
                parts[number] = re.sub('sha256 = ".*"', f'sha256 = "{digest}"', "\n".join(lines))
    return "[[source]]".join(parts).encode()


def point(source: Source, file: Path, folder: Path, patch: Callable[[Any, str, Any], None]) -> None:
    """Point the code at the damaged copy, through ``patch(object, name, value)``."""
    small = folder / "passports" / "sources.toml"
    put(small, passports_for_small_files())
    patch(paths, "SOURCES", small)
    patch(seattle, "_ROWS", dict.fromkeys(seattle._ROWS, 3))
    if source.at.startswith("TABLES/"):
        patch(paths, "TABLES", file.parent)
    elif source.at:
        patch(data_paths if hasattr(data_paths, source.at) else paths, source.at, file)
    sources.passports.cache_clear()


def outcome(source: Source, mutation: str, folder: Path, patch: Any) -> tuple[str, str]:
    """Return the kind of error and its words, or ``table`` and a text of what was read."""
    file = damage(source, mutation, folder)
    point(source, file, folder, patch)
    try:
        return "table", repr(source.read(folder))
    except CitableError as error:
        return type(error).__name__, str(error)
    finally:
        sources.passports.cache_clear()


if __name__ == "__main__":
    name, change, where = sys.argv[1:]
    kind, words = outcome(catalog()[name], change, Path(where), setattr)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"kind": kind, "words": words[:2000], "peak": peak * 1024}))
