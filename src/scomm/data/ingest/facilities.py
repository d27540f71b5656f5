"""The agency's list of detention facilities, with average daily population by criminality."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from scomm.data.ingest.base import Output
from scomm.data.ingest.crosswalk import field_offices
from scomm.data.ingest.population import check_rows
from scomm.data.ingest.sheets import check_allowed, read_sheet
from scomm.data.schema.places import ADP_YEARS, DECIMALS, FACILITY_LIST
from scomm.errors import SourceError

ORIGINALS = (FACILITY_LIST,)
TABLES = ("facilities",)

SHEET, HEADER_ROW = "Facility List - Main", 9
_REDACTED = "Redacted"
_MONTHS = (
    *(f"{month} 2016" for month in ("November", "December")),
    *(
        f"{month} 2017"
        for month in (
            "January", "February", "March", "April", "May", "June", "July", "August",
            "September", "October", "November",
        )
    ),
)  # fmt: skip
_RECENT = (18, 17, 16, 15)
HEADER = (
    "DETLOC", "Name", "Address", "City", "County", "State", "Zip", "Circuit", "AOR", "Docket",
    "Type", "Type Detailed", "ICE Funded", "Male/Female", "Levels A,B,C,D", "Capacity",
    "Current FY Utilization", "Population Count", "Date of Last Use", "Date of First Use",
    "FY18 Max Population Count",
    *(f"FY{year:02d} ADP" for year in range(18, 8, -1)),
    *_MONTHS,
    *(f"FY{year} ALOS" for year in _RECENT),
    *(f"FY{year} Facility Bookins" for year in _RECENT),
    *(f"FY{year} Initial Bookins" for year in _RECENT),
    *(f"FY{year} Initial Bookin ADP" for year in _RECENT),
    *(f"FY{year} {group}" for year in _RECENT for group in ("Non-Criminal", "Criminal")),
)  # fmt: skip
_TEXT = {
    "DETLOC": "code",
    "Name": "name",
    "City": "city",
    "County": "county",
    "State": "state",
    "AOR": "aor",
    "Type": "type",
    "Type Detailed": "type_detailed",
}
_GROUPS = {"ADP": "", "Criminal": "_criminal", "Non-Criminal": "_non_criminal"}


def _population(frame: pd.DataFrame, column: str) -> list[float | None]:
    """Return a column of averages; a blank cell stays missing and is not zero."""
    values: list[float | None] = []
    for line, cell in zip(frame["_line"], frame[column], strict=True):
        if cell == "":
            values.append(None)
        elif isinstance(cell, int | float) and cell >= 0:
            values.append(round(float(cell), DECIMALS))
        else:
            raise SourceError(
                f"{FACILITY_LIST}, sheet {SHEET}",
                line=int(line),
                column=column,
                found=repr(cell),
                expected="a number of at least 0, or a blank",
            )
    return values


def run(folder: Path) -> list[Output]:
    """Read the facility list. Raises SourceError."""
    frame = read_sheet(FACILITY_LIST, folder, SHEET, HEADER, HEADER_ROW)
    check_rows(FACILITY_LIST, len(frame))
    check_allowed(f"{FACILITY_LIST}, sheet {SHEET}", frame, "AOR", field_offices())
    table = frame.rename(columns=_TEXT)[list(_TEXT.values())].replace({_REDACTED: None, "": None})
    table.insert(0, "row", frame["_line"])
    for year in ADP_YEARS:
        for group, suffix in _GROUPS.items():
            table[f"adp_fy{year}{suffix}"] = _population(frame, f"FY{year % 100} {group}")
    return [Output("facilities", table, len(frame), "every row is kept")]
