"""The 287(g) program: people identified and removed, by agency and fiscal year."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from citable.errors import SourceError
from scomm.data.ingest.base import Output
from scomm.data.ingest.records import check_row_count
from scomm.data.ingest.sheets import check_allowed, read_csv, whole_numbers
from scomm.data.mappings import s287g_counties

S287G = "s287g/287g_removals-2006_2013_ICE.csv"
ORIGINALS = (S287G,)
TABLES = ("s287g",)

YEARS = range(2006, 2014)
MEASURES = ("identified", "removed")
_AGENCY, _ADDRESS, _TOTAL = "Jurisdiction_orig", "address", "all_removed"
_COUNTS = tuple(f"{year}_{measure}" for measure in MEASURES for year in YEARS)
HEADER = (_AGENCY, "Jurisdiction", _ADDRESS, "LAT", "LON", *_COUNTS, _TOTAL)

# An address ends in a state and a ZIP code; some states are spelled out.
_STATE_AND_ZIP = re.compile(r"\b([A-Za-z]+)[\s,_]+[0-9]{5}(?:-[0-9]{4})?(?: USA)?$")
_SPELLED_OUT = {
    "Alabama": "AL",
    "Arizona": "AZ",
    "California": "CA",
    "Nevada": "NV",
    "Oklahoma": "OK",
    "Utah": "UT",
    "Virginia": "VA",
}


def _states(frame: pd.DataFrame) -> pd.Series:
    """Return the states of the addresses, missing where none is printed. Raises SourceError."""
    states: list[str | None] = []
    for line, address in zip(frame["_line"], frame[_ADDRESS], strict=True):
        found = _STATE_AND_ZIP.search(address)
        state = None if found is None else _SPELLED_OUT.get(found[1], found[1])
        if address and not re.fullmatch("[A-Z]{2}", state or ""):
            raise SourceError(
                S287G,
                line=int(line),
                column=_ADDRESS,
                found=repr(address[-60:]),
                expected="an address that ends in a state and a ZIP code, or none",
            )
        states.append(state)
    return pd.Series(states, index=frame.index, dtype=object)


def _check_totals(frame: pd.DataFrame, removed: pd.DataFrame) -> None:
    """Raise SourceError at the first agency whose removals differ from the printed total."""
    total = whole_numbers(S287G, frame, _TOTAL)
    sums = removed.sum(axis=1).astype("int64")  # a blank adds nothing
    wrong = frame[sums != total]
    if len(wrong):
        first = wrong.index[0]
        raise SourceError(
            S287G,
            line=int(frame.at[first, "_line"]),
            column=_TOTAL,
            found=f"{total[first]:,}",
            expected=f"{sums[first]:,}, the sum of the agency's years",
            remedy="A cell of the line was changed, or columns are shifted; fetch the file again.",
        )


def run(folder: Path) -> list[Output]:
    """Read the file, check each agency's total, and give one row a year. Raises SourceError."""
    frame = read_csv(S287G, folder, HEADER)
    check_row_count(S287G, len(frame))
    asterisk = frame[_AGENCY].str.endswith("*")
    frame[_AGENCY] = frame[_AGENCY].str.removesuffix("*")
    check_allowed(S287G, frame, _AGENCY, s287g_counties()["agency"])
    states = _states(frame)
    for name in (*_COUNTS, _TOTAL):
        # Counts are printed with two decimals, which are zero.
        frame[name] = frame[name].str.replace(r"(?<=[0-9])\.00$", "", regex=True)
    counts = {name: whole_numbers(S287G, frame, name, blank=True) for name in _COUNTS}
    _check_totals(frame, pd.DataFrame({year: counts[f"{year}_removed"] for year in YEARS}))
    years = [
        pd.DataFrame(
            {
                "agency": frame[_AGENCY],
                "asterisk": asterisk,
                "state": states,
                "fiscal_year": year,
                **{measure: counts[f"{year}_{measure}"] for measure in MEASURES},
            }
        )
        for year in YEARS
    ]
    why = "an agency's line has eight fiscal years, and each is a row"
    return [Output("s287g", pd.concat(years, ignore_index=True), len(frame), why)]
