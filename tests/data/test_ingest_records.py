"""Damaged record files: each fault is named by file, line and column, and nothing is written."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from citable import paths
from citable.errors import SourceError
from scomm.data import ingest
from scomm.data.ingest import dashboard, detainer_counts, detainers, removals, s287g
from scomm.data.ingest.detainer_counts import (
    DETAINERS_BY_FACILITY,
    DETAINERS_BY_FORM,
    DETAINERS_BY_MONTH,
    DETAINERS_BY_REASON,
)
from scomm.data.ingest.engines.embedded import DuckDBEngine
from scomm.data.ingest.records import check_row_counts, originals
from scomm.data.ingest.s287g import S287G

ORIGINALS = paths.originals()
pytestmark = [
    pytest.mark.originals,
    pytest.mark.skipif(ORIGINALS is None, reason="the original source files are not here"),
]

PATH = "removals/ICERemovals_FY2016.csv.gz"


def head(lines: int = 200) -> str:
    assert ORIGINALS is not None
    with gzip.open(ORIGINALS / PATH, "rt", encoding="utf-8", newline="") as stream:
        return "".join(stream.readline() for _ in range(lines))


def write(folder: Path, text: str | bytes, path: str = PATH) -> None:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    raw = text if isinstance(text, bytes) else text.encode("utf-8")
    file.write_bytes(gzip.compress(raw) if path.endswith(".gz") else raw)


def read(folder: Path) -> None:
    frames, _ = removals.tables(DuckDBEngine(), originals(folder, [PATH]))
    check_row_counts([PATH], frames["removals"].groupby("fiscal_year")["n"].sum())


def on_line(number: int, old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        lines = text.split("\n")
        assert old in lines[number - 1], lines[number - 1]
        lines[number - 1] = lines[number - 1].replace(old, new, 1)
        return "\n".join(lines)

    return change


@pytest.mark.parametrize(
    ("damage", "line", "column", "found", "expected"),
    [
        (on_line(5, "FY2016", "FY2017"), 5, None, "FY2017", "FY2016"),
        (
            on_line(6, '"RC Threat Level"', '"Threat Level"'),
            6,
            "RC Threat Level",
            "Threat Level",
            "RC Threat",
        ),
        (
            on_line(7, "New Orleans", "New 0rleans"),
            7,
            "Area of Responsibility",
            "New 0rleans",
            "one of",
        ),
        (on_line(9, '"(B)(7)(E) "', '"2"'), 9, "RC Threat Level", "'2'", "NA"),
        (on_line(8, "10/1/2015", "13/1/2015"), 8, "Departed Date", "13/1/2015", "month/day/year"),
        (
            on_line(8, "|10/1/2015|10/1/2015", "|10/1/2015|2015-10-01"),
            8,
            "Removal Date",
            "2015-10-01",
            "month/day/year",
        ),
        (
            on_line(8, "|10/1/2015|10/1/2015", "|10/1/2015|10/1/2017"),
            8,
            "Removal Date",
            "10/1/2017",
            "2015-10-01 to 2016-09-30",
        ),
        (on_line(8, "|10/1/2015|10/1/2015", "||10/1/2015"), 8, "Departed Date", "''", "a date"),
        (lambda text: text.replace("|", ","), 6, "Area of Responsibility", "header", "header"),
        (
            lambda text: text + "\n".join(text.split("\n")[6:8]),
            None,
            None,
            "does not end",
            "line feed",
        ),
        (on_line(20, "|", "||"), 20, None, "11 fields", "10 fields"),
        (
            on_line(8, "|10/1/2015|10/1/2015", "|10/1/15|10/1/2015"),
            8,
            "Departed Date",
            "10/1/15",
            "month",
        ),
        (on_line(8, '"MEXICO"', '"MEX"ICO"'), 8, None, "quotes", "10 fields"),
        (on_line(8, '"REINST"|', '"REINST|"'), 8, None, "quotes", "10 fields"),
        (lambda text: text, None, None, "194 records", "240,255 records"),
    ],
    ids=[
        "another year",
        "header renamed",
        "unknown area",
        "unexpected threat level",
        "month 13",
        "other date order",
        "outside the fiscal year",
        "date missing",
        "other delimiter",
        "cut off in a record",
        "one field too many",
        "year of two digits",
        "quote in a quoted field",
        "delimiter in a quoted field",
        "records missing",
    ],
)
def test_fault_is_named(
    tmp_path: Path,
    damage: Callable[[str], str],
    line: int | None,
    column: str | None,
    found: str,
    expected: str,
) -> None:
    write(tmp_path, damage(head()))
    with pytest.raises(SourceError) as caught:
        read(tmp_path)
    error = caught.value
    assert error.file == PATH
    assert error.column == column
    if line is not None:
        assert error.line == line
    assert found in error.found
    assert expected in error.expected


def test_truncated_gzip_is_named(tmp_path: Path) -> None:
    whole = gzip.compress(head().encode())
    file = tmp_path / PATH
    file.parent.mkdir(parents=True)
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SourceError, match="cannot be read to its end"):
        read(tmp_path)


def test_bytes_that_are_not_text_are_named_by_line(tmp_path: Path) -> None:
    lines = head().encode().split(b"\n")
    lines[10] = lines[10].replace(b"MEXICO", b"M\xc9XICO").replace(b"GUATEMALA", b"GU\xc9")
    write(tmp_path, b"\n".join(lines))
    with pytest.raises(SourceError, match="line 11: found byte 0xc9"):
        read(tmp_path)


def test_missing_file_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="scomm fetch"):
        read(tmp_path)


def test_negative_count_in_the_dashboard_is_named(tmp_path: Path) -> None:
    assert ORIGINALS is not None
    path = dashboard.ORIGINALS[0]
    lines = (ORIGINALS / path).read_text(encoding="utf-8").split("\n")
    lines[3] = lines[3].rsplit(",", 1)[0] + ",-18"
    write(tmp_path, "\n".join(lines), path)
    with pytest.raises(SourceError) as caught:
        dashboard.run(tmp_path)
    assert (caught.value.line, caught.value.column, caught.value.found) == (4, "Removals", "'-18'")


def test_unknown_facility_needs_a_decision_row(tmp_path: Path) -> None:
    assert ORIGINALS is not None
    path = detainers.ORIGINALS[0]
    lines = (ORIGINALS / path).read_text(encoding="utf-8").split("\n")
    lines[4] = (
        lines[4]
        .replace("LEWISBURG U.S. PEN.", "NEW JAIL")
        .replace('"BUCKS CNTY JAIL, PA"', "NEW JAIL")
    )
    lines[3] = lines[3].replace("LEWISBURG U.S. PEN.", "NEW JAIL")
    write(tmp_path, "\n".join(lines), path)
    with pytest.raises(SourceError) as caught:
        detainers.run(tmp_path)
    assert caught.value.column == "det_facility"
    assert caught.value.line in (4, 5)


def test_failing_ingest_writes_nothing(tmp_path: Path) -> None:
    assert ORIGINALS is not None
    originals, tables = tmp_path / "originals", tmp_path / "tables"
    for path in removals.ORIGINALS:
        (originals / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ORIGINALS / path, originals / path)
    last = originals / removals.ORIGINALS[-1]
    last.write_bytes(last.read_bytes()[:-1000])
    with pytest.raises(SourceError, match=r"FY2019.*found sha256"):
        ingest.ingest(originals, tables, only=["removals"])
    assert not tables.exists() or list(tables.iterdir()) == []


def test_a_file_that_reads_well_but_has_another_hash_is_refused(tmp_path: Path) -> None:
    assert ORIGINALS is not None
    path = dashboard.ORIGINALS[0]
    text = (ORIGINALS / path).read_text(encoding="utf-8")
    write(tmp_path, text.replace(",25\n", ",26\n", 1), path)
    with pytest.raises(SourceError, match="sha256"):
        ingest.ingest(tmp_path, tmp_path / "tables", only=["dashboard"])
    assert not (tmp_path / "tables").exists()


@pytest.mark.parametrize(
    ("path", "old", "new", "named", "found", "expected"),
    [
        (
            DETAINERS_BY_MONTH,
            "2007-10,13680",
            "2007-10,13681",
            DETAINERS_BY_MONTH,
            "827,924 detainers for reason not recorded",
            "827,923",
        ),
        (
            DETAINERS_BY_REASON,
            "2007,Died,28",
            "2007,Died,27",
            DETAINERS_BY_REASON,
            "400 detainers for reason Died",
            "401",
        ),
        (
            DETAINERS_BY_FORM,
            "Request for Action,6",
            "Request for Action,7",
            DETAINERS_BY_FORM,
            "29,401 detainers for year 2014",
            "29,400",
        ),
        (
            DETAINERS_BY_FACILITY["private"],
            '"WHITEVILLE CORRECTIONAL FACILITY","",3,3,100',
            '"WHITEVILLE CORRECTIONAL FACILITY","",4,4,100',
            DETAINERS_BY_MONTH,
            "827,923 detainers for reason not recorded",
            "827,924",
        ),
    ],
    ids=["month", "reason", "form", "facility"],
)
def test_counts_of_detainers_that_disagree_are_named(
    tmp_path: Path, path: str, old: str, new: str, named: str, found: str, expected: str
) -> None:
    assert ORIGINALS is not None
    for other in detainer_counts.ORIGINALS:
        text = (ORIGINALS / other).read_text(encoding="utf-8")
        if other == path:
            assert text.count(old) == 1
            text = text.replace(old, new)
        write(tmp_path, text, other)
    with pytest.raises(SourceError) as caught:
        detainer_counts.run(tmp_path)
    assert (caught.value.file, caught.value.found) == (named, found)
    assert expected in caught.value.expected


@pytest.mark.parametrize(
    ("old", "new", "line", "column"),
    [
        (",302.00,1359.00,1510.00,", ",302.00,1359.00,1511.00,", 4, "all_removed"),
        (",302.00,1359.00,1510.00,", ",302.00,,1510.00,", 4, "all_removed"),
        ("AZ Department of Corrections", "AZ Dept of Corrections", 4, "Jurisdiction_orig"),
        ("Denver, CO _80215 USA", "Denver, CO", 19, "address"),
    ],
    ids=["total", "blank for a count", "unknown agency", "no state"],
)
def test_fault_in_287g_is_named(tmp_path: Path, old: str, new: str, line: int, column: str) -> None:
    assert ORIGINALS is not None
    text = (ORIGINALS / S287G).read_text(encoding="utf-8")
    assert text.count(old) == 1
    write(tmp_path, text.replace(old, new), S287G)
    with pytest.raises(SourceError) as caught:
        s287g.run(tmp_path)
    assert (caught.value.line, caught.value.column) == (line, column)
