"""The ERO dashboard's removals, FY2021 to the first quarter of FY2025: cells as published."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from citable.errors import SourceError
from citable.tables.schema import enum_of
from scomm.data.ingest.base import Output
from scomm.data.ingest.records import check_row_count
from scomm.data.ingest.sheets import check_allowed, read_csv, whole_numbers
from scomm.data.mappings import areas

_PATH = "dashboard/ICE_ERO_PFD_FY2021_FY2025Q1_removals.csv"
ORIGINALS = (_PATH,)
TABLES = ("dashboard_removals",)

_HEADER = (
    "Arresting Agency",
    "Criminality",
    "Area of Responsibility (AOR)",
    "Country of Citizenship",
    "Fiscal Year",
    "Fiscal Quarter",
    "Fiscal Month",
    "Month-Year",
    "Removals",
)
# The publisher withholds cells below ten; a smaller one would mean that the rule changed.
SMALLEST_CELL = 10


def _month(line: int, text: str, fiscal_year: str) -> dt.date:
    try:
        month = dt.datetime.strptime(text, "%b %Y").date()
    except ValueError:
        month = None
    if month is None or str(month.year + (month.month >= 10)) != fiscal_year:
        raise SourceError(
            _PATH,
            line=line,
            column="Month-Year",
            found=repr(text),
            expected=f"a month of fiscal year {fiscal_year}, such as 'Oct 2020'",
        )
    return month


def run(folder: Path) -> list[Output]:
    """Read the cells unchanged. Raises SourceError."""
    frame = read_csv(_PATH, folder, _HEADER)
    codes = dict(zip(areas()["name"], areas()["code"], strict=True))
    check_allowed(_PATH, frame, "Area of Responsibility (AOR)", codes)
    check_allowed(_PATH, frame, "Arresting Agency", enum_of("dashboard_removals", "agency"))
    check_allowed(_PATH, frame, "Criminality", enum_of("dashboard_removals", "criminality"))
    check_allowed(_PATH, frame, "Fiscal Year", [str(year) for year in range(2021, 2026)])
    n = whole_numbers(_PATH, frame, "Removals", low=SMALLEST_CELL)
    check_row_count(_PATH, len(frame))
    parts = zip(frame["_line"], frame["Month-Year"], frame["Fiscal Year"], strict=True)
    table = pd.DataFrame(
        {
            "fiscal_year": frame["Fiscal Year"].astype("int64"),
            "month": pd.to_datetime([_month(*part) for part in parts]),
            "aor": frame["Area of Responsibility (AOR)"].map(codes),
            "agency": frame["Arresting Agency"],
            "criminality": frame["Criminality"],
            "citizenship": frame["Country of Citizenship"],
            "n": n,
        }
    )
    why = "one row a published cell; cells below 10 are withheld by the publisher and absent"
    return [Output("dashboard_removals", table, len(frame), why)]
