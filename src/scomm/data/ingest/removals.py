"""ICE removals FY2016 to FY2019 (to 31 August 2019), record by record, as counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd

from scomm.data.ingest.base import Output
from scomm.data.ingest.engines import Engine
from scomm.data.ingest.engines.embedded import DuckDBEngine
from scomm.data.ingest.layout import FISCAL_YEAR, Layout, as_date
from scomm.data.ingest.records import (
    RecordFile,
    check_and_count,
    check_row_counts,
    first_day,
    originals,
)
from scomm.data.mappings import NOT_RECORDED, areas, charge_classes, fast_track

ORIGINALS = tuple(f"removals/ICERemovals_FY{year}.csv.gz" for year in range(2016, 2020))
TABLES = (
    "removals",
    "removals_by_apprehension",
    "removals_by_departure",
    "removals_by_disposition",
    "removals_two_clocks",
    "removals_repeats",
)

# The redaction mark hides a level, so a level exists; the text NA is the agency's "none".
LEVEL_REDACTED, LEVEL_NONE = "(B)(7)(E)", "NA"

_AREA, _APPREHENDED = "Area of Responsibility", "Apprehension Date"
_DEPARTED, _REMOVED = "Departed Date", "Removal Date"

_HEADER = (
    _AREA,
    _APPREHENDED,
    "Processing Disposition Code",
    "Birth Date",
    "Citizenship",
    "Gender",
    "RC Threat Level",
    "Final Charge Section",
    _DEPARTED,
    _REMOVED,
)

# Apprehension dates before this year are typing errors (such as year 0999).
FIRST_PLAUSIBLE = dt.date(1990, 1, 1)

_BANDS = ((30, "0 to 30"), (90, "31 to 90"), (180, "91 to 180"), (365, "181 to 365"))
LONGEST_BAND = "over 365"
_FIRST_DAYS = ((14, "0 to 14"), (30, "15 to 30"))
_DATED = "dated"
_NAMED = ("MEXICO", "GUATEMALA", "HONDURAS", "EL SALVADOR")
COUNTED = "records that agree in every column of the table are one row with their number n"


def layout() -> Layout:
    """Return the expected layout of a removals file."""
    return Layout(
        header=_HEADER,
        allowed={
            _AREA: frozenset(areas()["long_name"]),
            "Gender": frozenset({"Male", "Female", "Unknown"}),
            "RC Threat Level": frozenset({LEVEL_REDACTED, LEVEL_NONE}),
        },
        dates={_APPREHENDED: True, _DEPARTED: False, _REMOVED: False},
        bounded=_REMOVED,
    )


def _charge_class(section: ir.StringValue) -> ir.StringValue:
    lower = section.lower()
    cases = [(lower == "", ibis.literal(NOT_RECORDED))]
    cases += [(lower.startswith(prefix), ibis.literal(name)) for prefix, name in charge_classes()]
    return ibis.cases(*cases, else_="other")


def keyed(table: ir.Table) -> dict[str, ir.Value]:
    """Return the key columns by which records are counted, as ibis expressions for every engine."""
    apprehended, departed = table[as_date(_APPREHENDED)], table[as_date(_DEPARTED)]
    code = table["Processing Disposition Code"]
    disposition = ibis.ifelse(code == "", NOT_RECORDED, code)
    citizenship = ibis.ifelse(table["Citizenship"] == "", NOT_RECORDED, table["Citizenship"])
    codes = dict(areas()[["long_name", "code"]].itertuples(index=False, name=None))
    status = ibis.cases(
        (apprehended.isnull(), "missing"),
        (apprehended < ibis.literal(FIRST_PLAUSIBLE), "before 1990"),
        (departed < apprehended, "after departure"),
        else_=_DATED,
    )
    days = departed.delta(apprehended, unit="day")
    band = ibis.cases(*[(days <= last, name) for last, name in _BANDS], else_=LONGEST_BAND)
    early = ibis.cases(*[(days <= last, name) for last, name in _FIRST_DAYS], else_="over 30")
    return {
        "fiscal_year": table[FISCAL_YEAR],
        "month": table[as_date(_REMOVED)].truncate("M"),
        "aor": table[_AREA].substitute(codes),
        "disposition": disposition,
        "charge_class": _charge_class(table["Final Charge Section"]),
        "citizenship": citizenship,
        "gender": table["Gender"],
        "threat_level_recorded": table["RC Threat Level"] != LEVEL_NONE,
        "lag": departed < first_day(table),
        "apprehension_month": ibis.ifelse(
            status == _DATED, apprehended.truncate("M"), ibis.null("date")
        ),
        "apprehension_status": status,
        "days_to_departure": ibis.ifelse(status == _DATED, band, "not known"),
        "first_days": ibis.ifelse(status == _DATED, early, "not known"),
        "fast_track": disposition.isin(fast_track()),
        "disposition_recorded": disposition != NOT_RECORDED,
        "departure_month": departed.truncate("M"),
        "citizenship_group": ibis.ifelse(citizenship.isin(_NAMED), citizenship, "ALL OTHERS"),
    }


# The keys of each table: by removal; by apprehension; by departure, for checks against totals
# published by that date; by disposition and first days, to define strata by both; and by both
# clocks, in and outside the fast track.
SETS: dict[str, tuple[str, ...]] = {
    "removals": (
        "fiscal_year",
        "month",
        "aor",
        "disposition",
        "charge_class",
        "citizenship",
        "gender",
        "threat_level_recorded",
        "lag",
    ),
    "removals_by_apprehension": (
        "apprehension_month",
        "apprehension_status",
        "days_to_departure",
        "fast_track",
        "disposition_recorded",
        "aor",
        "threat_level_recorded",
    ),
    "removals_by_departure": (
        "fiscal_year",
        "departure_month",
        "citizenship_group",
        "threat_level_recorded",
    ),
    "removals_by_disposition": (
        "month",
        "aor",
        "disposition",
        "first_days",
        "threat_level_recorded",
    ),
    "removals_two_clocks": ("month", "apprehension_month", "fast_track"),
}


def tables(engine: Engine, files: Sequence[RecordFile]) -> tuple[dict[str, pd.DataFrame], int]:
    """Check removals files and count their records by five sets of keys. Raises SourceError."""
    frames, total = check_and_count(engine, files, layout(), keyed, SETS)
    renamed = {"citizenship_group": "citizenship"}
    return {name: frame.rename(columns=renamed) for name, frame in frames.items()}, total


def _repeats(folder: Path) -> Output:
    """Count duplicate records. Raises SourceError."""
    columns = {name: f"column_{number}" for number, name in enumerate(_HEADER)}

    def whole(table: ir.Table) -> dict[str, ir.Value]:
        kept = ("fiscal_year", "fast_track", "threat_level_recorded")
        values = {name: value for name, value in keyed(table).items() if name in kept}
        return values | {key: table[name] for name, key in columns.items()}

    keys = ["fiscal_year", "fast_track", "threat_level_recorded"]
    sets = {"lines": [*keys, *columns.values()]}
    frames, total = check_and_count(
        DuckDBEngine(), originals(folder, ORIGINALS), layout(), whole, sets
    )
    table = frames["lines"].groupby(keys)["n"].agg(lines="sum", distinct="size").reset_index()
    table["repeats"] = table["lines"] - table["distinct"]
    return Output("removals_repeats", table, total, "lines that agree in every column, counted")


def run(folder: Path) -> list[Output]:
    """Read the four files, count them by five sets of keys, and count duplicates. Raises SourceError."""
    frames, total = tables(DuckDBEngine(), originals(folder, ORIGINALS))
    check_row_counts(ORIGINALS, frames["removals"].groupby("fiscal_year")["n"].sum())
    alike = "as removals, by "
    why = {
        "removals": COUNTED,
        "removals_by_apprehension": f"{alike}month of apprehension and days to departure",
        "removals_by_departure": f"{alike}month of departure and four citizenships",
        "removals_by_disposition": f"{alike}disposition and days to departure, to 30",
        "removals_two_clocks": f"{alike}month of removal and month of apprehension",
    }
    counts = [Output(name, frame, total, why[name]) for name, frame in frames.items()]
    return [*counts, _repeats(folder)]
