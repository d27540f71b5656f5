"""Seattle: records with most serious conviction, a check of releases, later arrests by criminality."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd

from citable.errors import SourceError
from citable.tables.schema import enum_of
from scomm.data.ingest import removals
from scomm.data.ingest.base import Output
from scomm.data.ingest.engines.embedded import DuckDBEngine
from scomm.data.ingest.layout import FISCAL_YEAR, TITLE_LINES, as_date, fiscal_year
from scomm.data.ingest.records import (
    RecordFile,
    check_and_count,
    check_head,
    check_row_count,
    check_row_counts,
    originals,
)
from scomm.data.ingest.sheets import (
    check_allowed,
    count_rows,
    csv_frame,
    months,
    read_csv,
    read_sheet,
    read_text,
    whole_numbers,
)
from scomm.data.mappings import NOT_RECORDED, areas, charge_classes

SEATTLE_WORKBOOK = "seattle/UW_v_DHS_LESA-STU_FINAL.xlsx"
SEATTLE_CAP = "seattle/CAP-FY2017-removals.csv.gz"
SEATTLE_CRIMINALITY = "seattle/sea_crim_state_month.csv"
_COMPARED = removals.ORIGINALS[:3]
ORIGINALS = (SEATTLE_WORKBOOK, SEATTLE_CAP, *_COMPARED, SEATTLE_CRIMINALITY)
TABLES = (
    "seattle_arrests",
    "seattle_bookins",
    "seattle_removals",
    "seattle_cap_removals",
    "seattle_agreement",
    "seattle_criminality",
)

_FIRST, _LAST = dt.date(2012, 1, 1), dt.date(2019, 7, 6)
# Removals confirmed late carry the day of departure, which can lie in the fiscal year before.
_FIRST_DEPARTURE = dt.date(2010, 10, 1)
_HEADER_ROW = 7

# The workbook's footnotes: most serious conviction was not recorded before these fiscal years.
_ARRESTS_RECORDED_FROM = pd.Timestamp(2014, 10, 1)
_REMOVALS_RECORDED_FROM = pd.Timestamp(2012, 10, 1)

_CONVICTION = "Most Serious Conviction"
NONE_RECORDED, NOT_COLLECTED = "none recorded", "not collected"
_WHY = "records that agree in every column of the table are one row with their number n"

_SHEETS = {
    "Arrests": (
        "Arrest Date",
        "Date of Birth",
        "Gender",
        "Country of Citizenship",
        "Event Number",
        "Apprehension Landmark",
        "Arrest Method",
        _CONVICTION,
    ),
    "Book Ins": (
        "Book In Date",
        "Date of Birth",
        "Gender",
        "Country of Citizenship",
        "Detention Facility",
        "Apprehension Method",
        _CONVICTION,
    ),
    "Expedited Removals": (
        "Departed Date",
        "Date of Birth",
        "Gender",
        "Country of Citizenship",
        "Event Number",
        _CONVICTION,
        "Case Category",
    ),
}
_SHEETS["Other Removals"] = _SHEETS["Expedited Removals"]
# Numbers of records that the release states for each sheet.
_ROWS = {
    "Arrests": 32_549,
    "Book Ins": 36_811,
    "Expedited Removals": 6_529,
    "Other Removals": 20_384,
}


def _sheet(folder: Path, sheet: str, recorded_from: pd.Timestamp) -> pd.DataFrame:
    place = f"{SEATTLE_WORKBOOK}, sheet {sheet}"
    frame = read_sheet(SEATTLE_WORKBOOK, folder, sheet, _SHEETS[sheet], _HEADER_ROW)
    date = _SHEETS[sheet][0]
    check_allowed(place, frame, "Gender", ["Male", "Female", "Unknown"])
    first = _FIRST_DEPARTURE if date == "Departed Date" else _FIRST
    frame["month"] = months(place, frame, date, first, _LAST)
    if len(frame) != _ROWS[sheet]:
        raise SourceError(
            place, found=f"{len(frame):,} records", expected=f"{_ROWS[sheet]:,} records"
        )
    blank = frame[_CONVICTION] == ""
    early = frame["month"] < recorded_from
    frame["conviction"] = frame[_CONVICTION]
    frame.loc[blank, "conviction"] = NONE_RECORDED
    frame.loc[blank & early, "conviction"] = NOT_COLLECTED
    return frame


def _stated(frame: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    frame = frame.rename(columns=names)
    for name in names.values():
        frame[name] = frame[name].astype(str).replace("", NOT_RECORDED)
    return frame


def _arrests(folder: Path) -> Output:
    frame = _sheet(folder, "Arrests", _ARRESTS_RECORDED_FROM)
    frame = _stated(frame, {"Apprehension Landmark": "landmark", "Arrest Method": "method"})
    table = count_rows(frame, ["month", "landmark", "method", "conviction"])
    return Output("seattle_arrests", table, len(frame), _WHY)


def _bookins(folder: Path) -> Output:
    frame = _sheet(folder, "Book Ins", _ARRESTS_RECORDED_FROM)
    frame = _stated(frame, {"Detention Facility": "facility", "Apprehension Method": "method"})
    table = count_rows(frame, ["month", "facility", "method", "conviction"])
    return Output("seattle_bookins", table, len(frame), _WHY)


def _workbook_removals(folder: Path) -> pd.DataFrame:
    sheets = {"expedited removal": "Expedited Removals", "other removal": "Other Removals"}
    frames = [
        _sheet(folder, sheet, _REMOVALS_RECORDED_FROM).assign(kind=kind)
        for kind, sheet in sheets.items()
    ]
    return _stated(pd.concat(frames, ignore_index=True), {"Case Category": "case_category"})


def _cap(folder: Path) -> Output:
    header = (
        "Event Number",
        "Area of Responsibility",
        "Date of Birth",
        "Country of Citizenship",
        "Gender",
        "Removal Case COL",
        "Final Charge Section",
        "Arrest Date",
    )
    text = read_text(SEATTLE_CAP, folder)
    lines = text.splitlines()[: TITLE_LINES + 1]
    check_head(RecordFile(SEATTLE_CAP, SEATTLE_CAP, fiscal_year(SEATTLE_CAP)), lines, header)
    frame = csv_frame(SEATTLE_CAP, text, header, "|", titles=TITLE_LINES)
    frame["threat_level"] = frame["Removal Case COL"]
    check_allowed(
        SEATTLE_CAP, frame, "threat_level", enum_of("seattle_cap_removals", "threat_level")
    )
    check_row_count(SEATTLE_CAP, len(frame))

    def classed(section: str) -> str:
        lower = section.strip().lower()
        if lower == "":
            return NOT_RECORDED
        return next(
            (name for prefix, name in charge_classes() if lower.startswith(prefix)), "other"
        )

    frame["charge_class"] = frame["Final Charge Section"].map(classed)
    return Output(
        "seattle_cap_removals",
        count_rows(frame, ["charge_class", "threat_level"]),
        len(frame),
        _WHY,
    )


def _agreement(folder: Path, workbook: pd.DataFrame) -> Output:
    """Compare the two releases cell by cell; see the table's notes."""
    seattle = areas().set_index("code").at["SEA", "long_name"]

    def keyed(table: ir.Table) -> dict[str, ir.Value]:
        here = table["Area of Responsibility"] == seattle
        cell = {
            "date": table[as_date("Departed Date")],
            "citizenship": table["Citizenship"],
            "gender": table["Gender"],
            "recorded": table["RC Threat Level"] != removals.LEVEL_NONE,
        }
        # All other areas are one group, so that every record of the files is checked here too.
        cell = {
            name: ibis.ifelse(here, value, ibis.null(value.type())) for name, value in cell.items()
        }
        return {"fiscal_year": table[FISCAL_YEAR], "here": here, **cell}

    keys = ["fiscal_year", "here", "date", "citizenship", "gender", "recorded"]
    paths = _COMPARED
    counts, _ = check_and_count(
        DuckDBEngine(), originals(folder, paths), removals.layout(), keyed, {"cells": keys}
    )
    every = counts["cells"]
    check_row_counts(paths, every.groupby("fiscal_year")["n"].sum())
    every = every[every["here"]].astype({"citizenship": str, "gender": str, "recorded": bool})
    files = every.loc[every.index.repeat(every["n"])].reset_index(drop=True)
    keys = ["date", "citizenship", "gender"]
    other = pd.DataFrame(
        {
            "date": pd.to_datetime(workbook["Departed Date"]),
            "citizenship": workbook["Country of Citizenship"],
            "gender": workbook["Gender"],
            "recorded": workbook[_CONVICTION] != "",
        }
    )

    def cells(frame: pd.DataFrame) -> pd.DataFrame:
        grouped = frame.groupby(keys)["recorded"]
        return pd.DataFrame({"recorded": grouped.sum(), "records": grouped.size()})

    both = cells(files).join(cells(other), rsuffix="_workbook", how="left").fillna(0).astype(int)
    both["none"] = both["records"] - both["recorded"]
    both["none_workbook"] = both["records_workbook"] - both["recorded_workbook"]
    both["same_number"] = both["records"] == both["records_workbook"]
    equal = both["recorded"] == both["recorded_workbook"]
    within = (both["recorded"] <= both["recorded_workbook"]) & (
        both["none"] <= both["none_workbook"]
    )
    both["same_split"] = equal.where(both["same_number"], within)
    table = (
        both.groupby(["same_number", "same_split"])
        .agg(
            cells=("records", "size"),
            in_removals_files=("records", "sum"),
            in_workbook=("records_workbook", "sum"),
        )
        .reset_index()
    )
    why = "cells of one date, citizenship and gender, grouped by how the releases agree"
    return Output("seattle_agreement", table, len(files), why)


def _criminality(folder: Path) -> Output:
    path = SEATTLE_CRIMINALITY
    frame = read_csv(path, folder, ("apprehension_criminality", "month", "apprehension_state", "n"))
    check_row_count(path, len(frame))
    check_allowed(
        path, frame, "apprehension_criminality", enum_of("seattle_criminality", "criminality")
    )
    frame["n"] = whole_numbers(path, frame, "n", low=1)
    frame["month"] = months(path, frame, "month", dt.date(2023, 9, 1), dt.date(2025, 9, 30))
    names = {"apprehension_state": "state", "apprehension_criminality": "criminality"}
    # The compiler's program writes a blank cell as NA; no state has this code.
    table = frame.replace({"apprehension_state": {"NA": NOT_RECORDED}}).rename(columns=names)
    why = "the source holds no records but counts of them, and each count is a row"
    total = int(table["n"].sum())
    return Output("seattle_criminality", table[["month", "state", "criminality", "n"]], total, why)


def run(folder: Path) -> list[Output]:
    """Read the workbook, the program's removals and later arrests, and compare releases.

    Raises SourceError.
    """
    frame = _workbook_removals(folder)
    counted = count_rows(frame, ["month", "kind", "case_category", "conviction"])
    return [
        _arrests(folder),
        _bookins(folder),
        Output("seattle_removals", counted, len(frame), _WHY),
        _cap(folder),
        _agreement(folder, frame),
        _criminality(folder),
    ]
