"""The agency's list of detention facilities, with average daily population by criminality."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from citable.errors import SourceError
from scomm.data.ingest.base import DECIMALS, Output
from scomm.data.ingest.crosswalk import field_offices
from scomm.data.ingest.population import check_rows, check_unique
from scomm.data.ingest.sheets import check_allowed, read_sheet, whole_numbers

FACILITY_LIST = "facilities/ICE_Facility_List_11-06-2017-web.xlsx"
ORIGINALS = (FACILITY_LIST,)
TABLES = ("facilities",)

ADP_YEARS = (2015, 2016, 2017, 2018)
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
_MOST = 1_000_000  # no facility holds a million people
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

BREAKOUT, BREAKOUT_ROW = "Facility List - Pop Breakout", 8
_LEVELS = tuple(f"{sex} Level {level}" for sex in ("Female", "Male") for level in "ABCD")
_STATUS = tuple(f"{sex} {group}" for sex in ("Female", "Male") for group in ("Non-Crim", "Crim"))
# The sheet names the columns of adults and of children alike.
BREAKOUT_HEADER = (*HEADER[:13], *_LEVELS, *_LEVELS, *_STATUS, *_STATUS)
_CHILDREN = ", children"
_BREAKOUT_NAMES = (
    *HEADER[:13],
    *(name + age for names in (_LEVELS, _STATUS) for age in ("", _CHILDREN) for name in names),
)


def _averages(frame: pd.DataFrame, column: str) -> list[float | None]:
    """Return a column of averages; a blank cell stays missing and is not zero."""
    values: list[float | None] = []
    for line, cell in zip(frame["_line"], frame[column], strict=True):
        if cell == "":
            values.append(None)
        elif isinstance(cell, float | int) and not isinstance(cell, bool) and 0 <= cell < _MOST:
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


def _people_counts(sheet: str, frame: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of whole numbers, which a workbook stores as 7.0."""
    cells = [
        str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
        for cell in frame[column]
    ]
    return whole_numbers(f"{FACILITY_LIST}, sheet {sheet}", frame.assign(**{column: cells}), column)


def by_conviction(folder: Path) -> pd.DataFrame:
    """Read the one-night count of people held per facility, in a column per conviction status.

    Columns: ``population_criminal``, ``population_non_criminal``. Facilities whose code is
    redacted are left out. Raises SourceError.
    """
    frame = read_sheet(FACILITY_LIST, folder, BREAKOUT, BREAKOUT_HEADER, BREAKOUT_ROW)
    frame.columns = pd.Index([*_BREAKOUT_NAMES, "_line"])
    check_rows(FACILITY_LIST, len(frame))
    frame = frame[frame["DETLOC"] != _REDACTED]
    check_unique(f"{FACILITY_LIST}, sheet {BREAKOUT}", frame, ["DETLOC"])
    groups = {"population_criminal": "Crim", "population_non_criminal": "Non-Crim"}
    sums = {
        name: sum(
            _people_counts(BREAKOUT, frame, f"{sex} {group}{age}")
            for sex in ("Female", "Male")
            for age in ("", _CHILDREN)
        )
        for name, group in groups.items()
    }
    return pd.DataFrame(sums).set_index(frame["DETLOC"]).astype("Int64")


def _check_parts(table: pd.DataFrame) -> None:
    """Raise SourceError where the parts of a facility's population do not add up to its total."""
    coded = table[table["code"].notna()]
    parts = coded["population_criminal"] + coded["population_non_criminal"]
    bad = coded[parts.isna() | (parts != coded["population"]).fillna(True)]
    if len(bad):
        row = bad.iloc[0]
        raise SourceError(
            f"{FACILITY_LIST}, sheet {SHEET}",
            line=int(row["row"]),
            column="Population Count",
            found=f"{row['population']} at {row['code']}",
            expected=f"the sum of its parts in sheet {BREAKOUT}, {parts.loc[bad.index[0]]}",
        )


def run(folder: Path) -> list[Output]:
    """Read the facility list and its breakdown by conviction status. Raises SourceError."""
    frame = read_sheet(FACILITY_LIST, folder, SHEET, HEADER, HEADER_ROW)
    check_rows(FACILITY_LIST, len(frame))
    check_allowed(f"{FACILITY_LIST}, sheet {SHEET}", frame, "AOR", field_offices())
    table = frame.rename(columns=_TEXT)[list(_TEXT.values())].replace({_REDACTED: None, "": None})
    table.insert(0, "row", frame["_line"])
    for year in ADP_YEARS:
        for group, suffix in _GROUPS.items():
            table[f"adp_fy{year}{suffix}"] = _averages(frame, f"FY{year % 100} {group}")
    table["population"] = _people_counts(SHEET, frame, "Population Count")
    table = table.join(by_conviction(folder), on="code")
    _check_parts(table)
    return [Output("facilities", table, len(frame), "every row is kept")]
