"""ICE removals FY2016 to FY2019 (to 31 August 2019), record by record, as counts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd

from scomm.data.ingest.base import Output
from scomm.data.ingest.records import Layout, checked, fiscal_year, fiscal_year_bounds
from scomm.data.mappings import NOT_RECORDED, areas, charge_classes, fast_track

ORIGINALS = tuple(f"removals/ICERemovals_FY{year}.csv.gz" for year in range(2016, 2020))
TABLES = (
    "removals",
    "removals_by_apprehension",
    "removals_by_departure",
    "removals_two_clocks",
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

# An apprehension before this year is a slip of the keyboard (year 0999 among them), not a case.
FIRST_PLAUSIBLE = dt.date(1990, 1, 1)

_BANDS = ((30, "0 to 30"), (90, "31 to 90"), (180, "91 to 180"), (365, "181 to 365"))
LONGEST_BAND = "over 365"


def layout() -> Layout:
    """Return what a removals file must look like."""
    return Layout(
        header=_HEADER,
        allowed={
            _AREA: frozenset(areas()["long_name"]),
            "Gender": frozenset({"Male", "Female", "Unknown"}),
            "RC Threat Level": frozenset({LEVEL_REDACTED, LEVEL_NONE}),
        },
        dates={_APPREHENDED: True, _DEPARTED: False, _REMOVED: False},
    )


def _charge_class(section: ir.StringValue) -> ir.StringValue:
    lower = section.lower()
    cases = [(lower == "", ibis.literal(NOT_RECORDED))]
    cases += [(lower.startswith(prefix), ibis.literal(name)) for prefix, name in charge_classes()]
    return ibis.cases(*cases, else_="other")


def _prepared(table: ir.Table, year: int) -> ir.Table:
    """Turn text into what is counted; one row a record still."""
    first, _ = fiscal_year_bounds(year)
    names = ibis.memtable(areas()[["code", "long_name"]])
    table = table.join(names, table[_AREA] == names["long_name"])
    disposition = table["Processing Disposition Code"]
    apprehended = table[_APPREHENDED].nullif("").as_date("%m/%d/%Y")
    departed = table[_DEPARTED].as_date("%m/%d/%Y")
    return table.select(
        fiscal_year=ibis.literal(year, "int64"),
        month=table[_REMOVED].as_date("%m/%d/%Y").truncate("M"),
        aor=table["code"],
        disposition=ibis.ifelse(disposition == "", NOT_RECORDED, disposition),
        charge_class=_charge_class(table["Final Charge Section"]),
        citizenship=ibis.ifelse(table["Citizenship"] == "", NOT_RECORDED, table["Citizenship"]),
        gender=table["Gender"],
        threat_level_recorded=table["RC Threat Level"] != LEVEL_NONE,
        lag=departed < ibis.literal(first),
        apprehended=apprehended,
        departed=departed,
    )


def _by_removal(table: ir.Table) -> ir.Table:
    keys = [
        "fiscal_year",
        "month",
        "aor",
        "disposition",
        "charge_class",
        "citizenship",
        "gender",
        "threat_level_recorded",
        "lag",
    ]
    return table.group_by(keys).agg(n=ibis._.count())


def _by_apprehension(table: ir.Table) -> ir.Table:
    days = table.departed.delta(table.apprehended, unit="day")
    status = ibis.cases(
        (table.apprehended.isnull(), "missing"),
        (table.apprehended < ibis.literal(FIRST_PLAUSIBLE), "before 1990"),
        (table.departed < table.apprehended, "after departure"),
        else_="dated",
    )
    dated = status == "dated"
    band = ibis.cases(*[(days <= last, name) for last, name in _BANDS], else_=LONGEST_BAND)
    table = table.select(
        apprehension_month=ibis.ifelse(dated, table.apprehended.truncate("M"), ibis.null("date")),
        apprehension_status=status,
        days_to_departure=ibis.ifelse(dated, band, "not known"),
        fast_track=table.disposition.isin(fast_track()),
        disposition_recorded=table.disposition != NOT_RECORDED,
        aor=table.aor,
        threat_level_recorded=table.threat_level_recorded,
    )
    return table.group_by(table.columns).agg(n=ibis._.count())


def _by_departure(table: ir.Table) -> ir.Table:
    """Counts by month of departure, for checks against totals published by that date."""
    table = table.select(
        fiscal_year=table.fiscal_year,
        departure_month=table.departed.truncate("M"),
        citizenship=ibis.ifelse(
            table.citizenship.isin(["MEXICO", "GUATEMALA", "HONDURAS", "EL SALVADOR"]),
            table.citizenship,
            "ALL OTHERS",
        ),
        threat_level_recorded=table.threat_level_recorded,
    )
    return table.group_by(table.columns).agg(n=ibis._.count())


def _two_clocks(table: ir.Table) -> ir.Table:
    """Counts by month of removal and month of apprehension, in and outside the fast track."""
    usable = (table.apprehended >= ibis.literal(FIRST_PLAUSIBLE)) & (
        table.apprehended <= table.departed
    )
    table = table.select(
        month=table.month,
        apprehension_month=ibis.ifelse(
            usable.fill_null(False), table.apprehended.truncate("M"), ibis.null("date")
        ),
        fast_track=table.disposition.isin(fast_track()),
    )
    return table.group_by(table.columns).agg(n=ibis._.count())


def run(folder: Path) -> list[Output]:
    """Read the four files and count them four ways. Raises SourceError."""
    frames: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}
    total = 0
    for path in ORIGINALS:
        year = fiscal_year(path)
        connection = ibis.duckdb.connect()  # a new one a file: nothing of the last stays in memory
        table, records = checked(
            connection, folder, path, layout(), {_REMOVED: fiscal_year_bounds(year)}
        )
        total += records
        prepared = connection.create_table(f"prepared_{year}", _prepared(table, year))
        for name, count in zip(
            TABLES, (_by_removal, _by_apprehension, _by_departure, _two_clocks), strict=True
        ):
            frames[name].append(connection.to_pandas(count(prepared)))
    why = {
        "removals": "records that agree in every column of the table are one row with their number n",
        "removals_by_apprehension": "as removals, by month of apprehension and days to departure",
        "removals_by_departure": "as removals, by month of departure and four citizenships",
        "removals_two_clocks": "as removals, by month of removal and month of apprehension",
    }
    outputs = []
    for name in TABLES:
        frame = pd.concat(frames[name], ignore_index=True)
        keys = [column for column in frame.columns if column != "n"]
        frame = frame.groupby(keys, dropna=False, as_index=False, observed=True)["n"].sum()
        outputs.append(Output(name, frame, total, why[name]))
    return outputs
