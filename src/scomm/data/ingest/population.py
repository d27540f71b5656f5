"""How many people live in each county, how many are not citizens, and what counties are called."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from citable.errors import SourceError
from citable.files.strict import Malformed, decode_utf8, parse_csv, read_bytes
from citable.tables.passports import locate, passports
from scomm.data.ingest.base import Output
from scomm.data.ingest.sheets import read_csv, read_sheet, source_error, whole_numbers

CENSUS_POPULATION = "population/census_pop_county_2010_2019.csv"
COUNTY_LIST = "population/county_fips_updated.xlsx"
NONCITIZENS = "population/non_citizen_pop.csv"
ORIGINALS = (CENSUS_POPULATION, COUNTY_LIST, NONCITIZENS)
TABLES = ("county_population", "county_noncitizens", "county_names")

_YEARS = range(2010, 2020)
_COUNTY_LEVEL, _STATE_LEVEL = "050", "040"
_NO_ESTIMATE = "NA"


def check_unique(path: str, frame: pd.DataFrame, columns: list[str]) -> None:
    """Raise SourceError at the first row whose columns repeat an earlier row's."""
    twice = frame[frame.duplicated(columns)]
    if len(twice):
        raise SourceError(
            path,
            line=int(twice["_line"].iloc[0]),
            column=columns[0],
            found=f"{', '.join(map(str, twice[columns].iloc[0]))} a second time",
            expected="each once",
        )


def check_rows(path: str, found: int) -> None:
    """Compare a number of data rows with the passport's. Raises SourceError."""
    rows = passports()[path].rows
    if rows is not None and found != rows:
        raise SourceError(
            path,
            found=f"{found:,} rows",
            expected=f"{rows:,} rows",
            remedy="Rows are missing or were added; fetch the file again.",
        )


def county_names(folder: Path) -> pd.DataFrame:
    """Return the Census Bureau's list of counties: fips, county, state. Raises SourceError."""
    header = ("state", "state_fips", "county_fips", "county_name")
    frame = read_sheet(COUNTY_LIST, folder, "county_fips", header, 1)
    check_rows(COUNTY_LIST, len(frame))
    for column, low in (("state_fips", 1), ("county_fips", 1)):
        frame[column] = whole_numbers(
            COUNTY_LIST, frame.assign(**{column: frame[column].map(_plain)}), column, low
        )
    frame["fips"] = [
        f"{state:02d}{county:03d}"
        for state, county in zip(frame["state_fips"], frame["county_fips"], strict=True)
    ]
    long = frame[(frame["state_fips"] > 99) | (frame["county_fips"] > 999)]
    if len(long):
        raise SourceError(
            COUNTY_LIST,
            line=int(long["_line"].iloc[0]),
            column="county_fips",
            found=f"the code {long['fips'].iloc[0]}",
            expected="two digits of a state and three of a county",
        )
    check_unique(COUNTY_LIST, frame, ["fips"])
    return frame.rename(columns={"county_name": "county"})[["fips", "county", "state"]]


def _plain(cell: object) -> str:
    """Undo a workbook's storage of whole numbers as floats: 1.0 becomes 1, 1.5 stays invalid."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _census_rows(path: str, folder: Path) -> tuple[list[str], list[list[str]], list[int]]:
    """Return the header, records and lines of the file, which is in Latin-1 and ends in a digit."""
    try:
        raw = read_bytes(locate(path, folder))
        return parse_csv(decode_utf8(raw.decode("latin-1").encode("utf-8")), whole=False)
    except Malformed as fault:
        raise source_error(path, fault) from fault


def census(folder: Path) -> pd.DataFrame:
    """Return counties by year: fips, county, year, population. Raises SourceError.

    The file is in Latin-1 and holds states (summary level 040) among its counties (050).
    """
    path = CENSUS_POPULATION
    header, records, lines = _census_rows(path, folder)
    estimates = [f"POPESTIMATE{year}" for year in _YEARS]
    for name in ("SUMLEV", "STATE", "COUNTY", "CTYNAME", *estimates):
        if name not in header:
            raise SourceError(
                path,
                line=1,
                column=name,
                found=f"header {header[:12]}",
                expected=f"a column {name!r}",
                remedy="The columns or the delimiter changed.",
            )
    if len(set(header)) != len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise SourceError(path, line=1, column=twice, found="it twice", expected="it once")
    frame = pd.DataFrame(records, columns=header, dtype=str)
    frame["_line"] = lines
    check_rows(path, len(frame))
    levels = frame[~frame["SUMLEV"].isin([_COUNTY_LEVEL, _STATE_LEVEL])]
    if len(levels):
        raise SourceError(
            path,
            line=int(levels["_line"].iloc[0]),
            column="SUMLEV",
            found=repr(levels["SUMLEV"].iloc[0]),
            expected="040 (state) or 050 (county)",
        )
    frame = frame[frame["SUMLEV"] == _COUNTY_LEVEL].copy()
    frame["fips"] = frame["STATE"] + frame["COUNTY"]
    check_unique(path, frame, ["fips"])
    for name in estimates:
        frame[name] = whole_numbers(path, frame, name)
    long = frame.rename(columns={"CTYNAME": "county"}).melt(
        ["fips", "county"], estimates, "year", "population"
    )
    long["year"] = long["year"].str[-4:].astype(int)
    return long


def _population(folder: Path, names: pd.DataFrame) -> Output:
    table = census(folder)
    states = names.assign(code=names["fips"].str[:2]).drop_duplicates("code").set_index("code")
    table["state"] = table["fips"].str[:2].map(states["state"])
    why = "one row for each county became one for each of ten years; totals of states are left out"
    return Output("county_population", table, passports()[CENSUS_POPULATION].rows or 0, why)


def _noncitizens(folder: Path) -> Output:
    path = NONCITIZENS
    frame = read_csv(path, folder, ("", "year", "fips", "noncit_pop", "moe"))
    check_rows(path, len(frame))
    check_unique(path, frame, ["fips", "year"])
    frame["year"] = whole_numbers(path, frame, "year", 2009)
    for column, name in (("noncit_pop", "noncitizens"), ("moe", "moe")):
        frame[column] = frame[column].replace(_NO_ESTIMATE, "")
        frame[name] = whole_numbers(path, frame, column, blank=True)
    table = frame[["fips", "year", "noncitizens", "moe"]]
    return Output("county_noncitizens", table, len(frame), "every row is kept")


def run(folder: Path) -> list[Output]:
    """Read population, noncitizens and county names. Raises SourceError."""
    names = county_names(folder)
    return [
        _population(folder, names),
        _noncitizens(folder),
        Output("county_names", names, len(names), "every row is kept"),
    ]
