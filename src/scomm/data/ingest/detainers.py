"""Detainers: Pennsylvania by jail 2007 to 2015, and the whole country in FY2015 to 19 July."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from scomm.data.ingest.base import Output
from scomm.data.ingest.records import check_row_count
from scomm.data.ingest.sheets import check_allowed, count_rows, months, read_csv, read_sheet
from scomm.data.mappings import NOT_RECORDED, pa_facilities

_PA, _NATION = "detainers/pa_detainers.csv", "detainers/FOIA_15-87693_FY15YTD.xlsx"
ORIGINALS = (_PA, _NATION)
TABLES = ("detainers_pa", "detainers_fy2015")

_PA_HEADER = ("date", "lift_reason", "det_facility", "city", "state", "detainer_type")
_NATION_HEADER = (
    "Prepare Date",
    "Detainer Type",
    "Detainer Detention Facility",
    "State",
    "City",
    "Detainer Lift Reason",
)
_WHY = "detainers that agree in every column of the table are one row with their number n"


def _pennsylvania(folder: Path) -> Output:
    frame = read_csv(_PA, folder, _PA_HEADER)
    check_allowed(_PA, frame, "state", ["PENNSYLVANIA"])
    check_allowed(_PA, frame, "det_facility", pa_facilities()["facility"])
    frame["month"] = months(_PA, frame, "date", dt.date(2007, 10, 1), dt.date(2015, 7, 31))
    check_row_count(_PA, len(frame))
    frame = frame.rename(columns={"det_facility": "facility"})
    for name in ("city", "lift_reason"):
        frame[name] = frame[name].replace("", NOT_RECORDED)
    keys = ["month", "facility", "city", "lift_reason"]
    return Output("detainers_pa", count_rows(frame, keys), len(frame), _WHY)


def _nation(folder: Path) -> Output:
    frame = read_sheet(_NATION, folder, "FOIA 15-06333 Detail", _NATION_HEADER, 1)
    first, last = dt.date(2014, 10, 1), dt.date(2015, 7, 19)
    frame["month"] = months(_NATION, frame, "Prepare Date", first, last)
    check_row_count(_NATION, len(frame))
    frame = frame.rename(
        columns={"Detainer Detention Facility": "facility", "State": "state", "City": "city"}
    )
    for name in ("facility", "state", "city"):
        frame[name] = frame[name].astype(str).replace("", NOT_RECORDED)
    keys = ["month", "facility", "state", "city"]
    return Output("detainers_fy2015", count_rows(frame, keys), len(frame), _WHY)


def run(folder: Path) -> list[Output]:
    """Read both releases and count them by month and facility. Raises SourceError."""
    return [_pennsylvania(folder), _nation(folder)]
