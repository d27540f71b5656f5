"""ERO administrative arrests, FY2016 to FY2018, record by record, as counts."""

from __future__ import annotations

from pathlib import Path

import ibis
import pandas as pd

from scomm.data.ingest.base import Output
from scomm.data.ingest.records import Layout, checked, fiscal_year, fiscal_year_bounds
from scomm.data.mappings import NOT_RECORDED, areas

ORIGINALS = tuple(f"arrests/EROArrests_FY{year}.csv.gz" for year in range(2016, 2019))
TABLES = ("arrests",)

_AREA, _DATE = "Area of Responsibility", "Apprehension Date"

_HEADER = (
    _AREA,
    _DATE,
    "Apprehension Method",
    "Apprehension Landmark",
    "Operation",
    "Processing Disposition",
    "Birth Date",
    "Citizenship",
    "Gender",
)


def layout() -> Layout:
    """Return what an arrests file must look like."""
    return Layout(
        header=_HEADER,
        allowed={
            _AREA: frozenset(areas()["long_name"]) | {""},
            "Gender": frozenset({"Male", "Female", "Unknown"}),
        },
        dates={_DATE: False},
    )


def run(folder: Path) -> list[Output]:
    """Read the three files and count them. Raises SourceError."""
    frames: list[pd.DataFrame] = []
    total = 0
    for path in ORIGINALS:
        year = fiscal_year(path)
        connection = ibis.duckdb.connect()
        table, records = checked(
            connection, folder, path, layout(), {_DATE: fiscal_year_bounds(year)}
        )
        total += records
        names = ibis.memtable(areas()[["code", "long_name"]])
        table = table.left_join(names, table[_AREA] == names["long_name"])

        def stated(name: str, table: ibis.Table = table) -> ibis.Value:
            return ibis.ifelse(table[name] == "", NOT_RECORDED, table[name])

        keyed = table.select(
            fiscal_year=ibis.literal(year, "int64"),
            month=table[_DATE].as_date("%m/%d/%Y").truncate("M"),
            aor=table["code"].fill_null(NOT_RECORDED),
            method=stated("Apprehension Method"),
            disposition=stated("Processing Disposition"),
            landmark=stated("Apprehension Landmark"),
        )
        frames.append(connection.to_pandas(keyed.group_by(keyed.columns).agg(n=ibis._.count())))
    why = "arrests that agree in every column of the table are one row with their number n"
    return [Output("arrests", pd.concat(frames, ignore_index=True), total, why)]
