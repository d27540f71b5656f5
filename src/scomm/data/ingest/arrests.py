"""ERO administrative arrests, FY2016 to FY2019 (to 31 August 2019), record by record, as counts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd

from scomm.data.ingest.base import Output
from scomm.data.ingest.engines import Engine
from scomm.data.ingest.engines.embedded import DuckDBEngine
from scomm.data.ingest.layout import FISCAL_YEAR, Layout, as_date
from scomm.data.ingest.records import RecordFile, check_and_count, check_row_counts, originals
from scomm.data.mappings import NOT_RECORDED, areas

ORIGINALS = tuple(f"arrests/EROArrests_FY{year}.csv.gz" for year in range(2016, 2020))
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
    """Return the expected layout of an arrests file."""
    return Layout(
        header=_HEADER,
        allowed={
            _AREA: frozenset(areas()["long_name"]) | {""},
            "Gender": frozenset({"Male", "Female", "Unknown"}),
        },
        dates={_DATE: False},
        bounded=_DATE,
    )


def keyed(table: ir.Table) -> dict[str, ir.Value]:
    """Return the key columns by which records are counted, as ibis expressions for every engine."""

    def stated(name: str) -> ir.Value:
        return ibis.ifelse(table[name] == "", NOT_RECORDED, table[name])

    codes = dict(areas()[["long_name", "code"]].itertuples(index=False, name=None))
    return {
        "fiscal_year": table[FISCAL_YEAR],
        "month": table[as_date(_DATE)].truncate("M"),
        "aor": table[_AREA].substitute({**codes, "": NOT_RECORDED}),
        "method": stated("Apprehension Method"),
        "disposition": stated("Processing Disposition"),
        "landmark": stated("Apprehension Landmark"),
    }


SETS = {"arrests": ("fiscal_year", "month", "aor", "method", "disposition", "landmark")}


def tables(engine: Engine, files: Sequence[RecordFile]) -> tuple[dict[str, pd.DataFrame], int]:
    """Check arrests files and count their records. Raises SourceError."""
    return check_and_count(engine, files, layout(), keyed, SETS)


def run(folder: Path) -> list[Output]:
    """Read the four files and count them. Raises SourceError."""
    frames, total = tables(DuckDBEngine(), originals(folder, ORIGINALS))
    check_row_counts(ORIGINALS, frames["arrests"].groupby("fiscal_year")["n"].sum())
    why = "arrests that agree in every column of the table are one row with their number n"
    return [Output("arrests", frames["arrests"], total, why)]
