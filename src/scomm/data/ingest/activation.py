"""When each county was activated: the dated compilation, compared with a second one by month."""

from __future__ import annotations

import datetime as dt
import io
import math
from numbers import Real
from pathlib import Path

import pandas as pd

from citable.errors import LedgerError, SourceError
from citable.files.strict import read_bytes, read_named_rows
from citable.tables.passports import locate, passports
from scomm.data import paths
from scomm.data.ingest.base import Output
from scomm.data.ingest.population import COUNTY_LIST, county_names

ACTIVATION_DATED = "activation/securecommunities.dta"
ACTIVATION_SECOND = "activation/activation_dates_makayla_revisedforbalance.dta"
ORIGINALS = (ACTIVATION_DATED, ACTIVATION_SECOND, COUNTY_LIST)
TABLES = ("activation",)

# The program ran its first activation in October 2008 and its last in January 2013.
FIRST, LAST = dt.date(2008, 10, 1), dt.date(2013, 1, 31)
_SPLIT = "code of before the county changed; see data/hand/fips_changes.csv"
_DIFFER = "the two compilations differ by month"
_OPENED, _CLOSED = b"<stata_dta>", b"</stata_dta>"  # of versions since 117
_COLUMNS = ("old_fips", "new_fips", "county", "state", "decision", "reason", "date")
# What fips_changes.csv can say of a code: drawn as another; left out, for it has no date; unchanged
# in every original here.
_MAPPED, _NOT_DATED, _KEPT = "mapped", "not dated", "kept"


def read_stata(path: str, folder: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """Read a Stata file's named columns; column ``_line`` is the observation's number.

    Raises SourceError if the file cannot be read to its end, a column is missing or the number
    of observations is not the passport's.
    """
    file = locate(path, folder)
    try:
        raw = read_bytes(file)
        if raw.startswith(_OPENED) and not raw.endswith(_CLOSED):
            raise ValueError("its last mark is missing")
        frame = pd.read_stata(io.BytesIO(raw), convert_categoricals=False)
    # The reader of this binary format can raise any exception at a damaged file.
    except Exception as error:
        raise SourceError(
            path,
            found=f"{file.stat().st_size:,} bytes that cannot be read ({error})",
            expected=f"a whole Stata file of {passports()[path].bytes:,} bytes",
            remedy="The download was cut off or is another file; fetch it again.",
        ) from error
    for column in columns:
        if column not in frame.columns:
            raise SourceError(
                path,
                line=1,
                column=column,
                found=f"columns {list(frame.columns)}",
                expected=f"columns {list(columns)} among them",
            )
    frame = frame[list(columns)].copy()
    frame["_line"] = range(1, len(frame) + 1)
    rows = passports()[path].rows
    if rows is not None and len(frame) != rows:
        raise SourceError(
            path, found=f"{len(frame):,} observations", expected=f"{rows:,} observations"
        )
    return frame


def fips_changes() -> pd.DataFrame:
    """Read ``fips_changes.csv``: how to treat each changed county FIPS code, indexed by old code.

    Raises LedgerError if the file cannot be read, a code stands twice, a decision is not one of
    the three, or a code that is drawn as another does not say which.
    """
    file = paths.FIPS_CHANGES
    try:
        header, records = read_named_rows(file, _COLUMNS)
        rows = pd.DataFrame(records, columns=header, dtype=str)[list(_COLUMNS)]
        rows = rows.set_index("old_fips", verify_integrity=True)
    except (OSError, ValueError) as error:
        raise LedgerError(f"{file.name}: cannot be read ({error})") from error
    for line, row in enumerate(rows.itertuples(), start=2):
        if row.decision not in (_MAPPED, _NOT_DATED, _KEPT):
            raise LedgerError(
                f"{file.name}, line {line}, column 'decision': found {row.decision!r}, expected "
                f"{_MAPPED!r}, {_NOT_DATED!r} or {_KEPT!r}."
            )
        if (row.decision == _MAPPED) != bool(row.new_fips):
            raise LedgerError(
                f"{file.name}, line {line}, column 'new_fips': found {row.new_fips!r}, expected a "
                f"code for {_MAPPED!r} and none otherwise."
            )
    return rows


def _check_undated(panel: pd.DataFrame, changes: pd.DataFrame) -> None:
    """Raise SourceError at a county code without a date that no decision row explains."""
    decided = changes.index[changes["decision"] == _NOT_DATED]
    undated = panel[panel.groupby("fips")["date_secure"].transform("count") == 0]
    bad = undated[~undated["fips"].isin(decided)]
    if len(bad):
        raise SourceError(
            ACTIVATION_DATED,
            line=int(bad["_line"].iloc[0]),
            column="date_secure",
            found=f"no date in any year for county {bad['fips'].iloc[0]}",
            expected="a date in some year",
            remedy=f"If it is no county, add a row {_NOT_DATED!r} to data/hand/fips_changes.csv.",
        )


def _codes(path: str, frame: pd.DataFrame, column: str) -> pd.Series:
    """Return county codes, stored as numbers, as five digits. Raises SourceError."""
    codes = []
    for line, code in zip(frame["_line"], frame[column], strict=True):
        number = float(code) if isinstance(code, Real) else math.nan
        if not (1000 < number < 100_000 and number.is_integer()):
            raise SourceError(
                path,
                line=int(line),
                column=column,
                found=repr(code),
                expected="the code of a county, a whole number of four or five digits",
            )
        codes.append(f"{int(number):05d}")
    return pd.Series(codes, index=frame.index, dtype=object)


def dated(folder: Path, changes: pd.DataFrame) -> pd.DataFrame:
    """Return county and date of the first compilation, one row a dated county.

    The dated field is used, never the separate month and day, which are swapped in eight rows.
    ``changes`` are the decision rows, which name the codes that have no date. Raises SourceError
    if another county has none, or one has two dates or one outside the program's years.
    """
    panel = read_stata(ACTIVATION_DATED, folder, ("county", "date_secure"))
    panel["fips"] = _codes(ACTIVATION_DATED, panel, "county")
    if not pd.api.types.is_datetime64_any_dtype(panel["date_secure"]):
        raise SourceError(
            ACTIVATION_DATED,
            column="date_secure",
            found=f"values of the kind {panel['date_secure'].dtype}",
            expected="days",
        )
    _check_undated(panel, changes)
    panel = panel.dropna(subset="date_secure")
    days = panel["date_secure"].dt.date
    bad = panel[(days < FIRST) | (days > LAST)]
    if len(bad):
        raise SourceError(
            ACTIVATION_DATED,
            line=int(bad["_line"].iloc[0]),
            column="date_secure",
            found=str(bad["date_secure"].iloc[0].date()),
            expected=f"a date from {FIRST} to {LAST}",
        )
    once = panel.drop_duplicates(["fips", "date_secure"])
    twice = once[once["fips"].duplicated()]
    if len(twice):
        raise SourceError(
            ACTIVATION_DATED,
            line=int(twice["_line"].iloc[0]),
            column="date_secure",
            found=f"a second date, {twice['date_secure'].iloc[0].date()}, for county "
            f"{twice['fips'].iloc[0]}",
            expected="one date a county in all its years",
        )
    return once[["fips", "date_secure"]]


def second(folder: Path) -> pd.DataFrame:
    """Return county and month (YYYY-MM) of the second compilation, where it has one.

    Raises SourceError if a county stands twice or a month is not one of the program's.
    """
    fields = ("countyfips", "activation_month", "activation_year")
    frame = read_stata(ACTIVATION_SECOND, folder, fields)
    frame["fips"] = _codes(ACTIVATION_SECOND, frame, "countyfips")
    for column in fields[1:]:
        if not pd.api.types.is_numeric_dtype(frame[column]):
            raise SourceError(
                ACTIVATION_SECOND,
                column=column,
                found=f"values of the kind {frame[column].dtype}",
                expected="numbers",
            )
    twice = frame[frame["fips"].duplicated()]
    if len(twice):
        raise SourceError(
            ACTIVATION_SECOND,
            line=int(twice["_line"].iloc[0]),
            column="countyfips",
            found=f"county {twice['fips'].iloc[0]} a second time",
            expected="each county once",
        )
    frame = frame.dropna(subset=["activation_month", "activation_year"])
    fields_of = (frame["_line"], frame["activation_year"], frame["activation_month"])
    for line, year, month in zip(*fields_of, strict=True):
        if not (
            month in range(1, 13)
            and year in range(FIRST.year, LAST.year + 1)
            and FIRST <= dt.date(int(year), int(month), 1) <= LAST
        ):
            raise SourceError(
                ACTIVATION_SECOND,
                line=int(line),
                column="activation_month",
                found=f"month {month:g} of {year:g}",
                expected=f"a month from {FIRST:%Y-%m} to {LAST:%Y-%m}",
            )
    frame["month_second"] = [
        f"{int(year)}-{int(month):02d}"
        for year, month in zip(frame["activation_year"], frame["activation_month"], strict=True)
    ]
    return frame[["fips", "month_second"]]


def run(folder: Path) -> list[Output]:
    """Read both compilations and compare them by month. Raises SourceError or LedgerError."""
    names = county_names(folder).set_index("fips")
    changes = fips_changes()
    mapped = changes[changes["decision"] == _MAPPED]
    old = mapped[["county", "state"]]
    names = pd.concat([names[~names.index.isin(old.index)], old])
    table = dated(folder, changes).merge(second(folder), on="fips", how="left", validate="1:1")
    unknown = table[~table["fips"].isin(names.index)]
    if len(unknown):
        raise SourceError(
            ACTIVATION_DATED,
            column="county",
            found=f"county code {unknown['fips'].iloc[0]}",
            expected="a code of the county list",
            remedy="If the code changed, add a decision row to data/hand/fips_changes.csv.",
        )
    table = table.join(names, on="fips")
    table["current_fips"] = table["fips"].map(mapped["new_fips"]).fillna(table["fips"])
    same = table["date_secure"].dt.strftime("%Y-%m") == table["month_second"]
    table["agree"] = same.astype("boolean").mask(table["month_second"].isna())
    table["note"] = None
    table.loc[table["agree"].eq(False).fillna(False), "note"] = _DIFFER
    table.loc[table["fips"].isin(mapped.index), "note"] = _SPLIT
    rows = passports()[ACTIVATION_DATED].rows or 0
    why = (
        "the dated compilation repeats each county once a year; four codes of it have no date in "
        "any year and are left out by rows of data/hand/fips_changes.csv"
    )
    return [Output("activation", table, rows, why)]
