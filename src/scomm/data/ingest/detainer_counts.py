"""Detainers October 2007 to July 2015, all of the country, as counts that others made.

Five files count the same records in four ways: by month, by year and why lifted, by facility and why
lifted (public and private facilities apart), and, for the last fiscal year, by form. They must agree.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from citable.errors import SourceError
from citable.tables.schema import enum_of
from scomm.data.ingest.base import Output
from scomm.data.ingest.records import check_row_count
from scomm.data.ingest.sheets import check_allowed, months, read_csv, whole_numbers
from scomm.data.mappings import NOT_RECORDED

DETAINERS_BY_MONTH = "detainers/npr/detainers_by_year_and_month.csv"
DETAINERS_BY_REASON = "detainers/npr/detainers_by_lift_reason_and_year.csv"
DETAINERS_BY_FORM = "detainers/npr/detainers_by_type_and_year.csv"
DETAINERS_BY_FACILITY = {
    "public": "detainers/npr/public_detentations_percentages.csv",
    "private": "detainers/npr/private_detentations_percentages.csv",
}
ORIGINALS = (
    DETAINERS_BY_MONTH,
    DETAINERS_BY_REASON,
    DETAINERS_BY_FORM,
    *DETAINERS_BY_FACILITY.values(),
)
TABLES = ("detainers_months", "detainers_reasons", "detainers_facilities", "detainers_forms")

FACILITY_HEADER = ("", "det_facility", "lift_reason", "count", "count_all", "freq")
_FIRST, _LAST = dt.date(2007, 10, 1), dt.date(2015, 7, 31)
_FORMS_FROM = pd.Timestamp(2014, 10, 1)


def _read(path: str, folder: Path, header: tuple[str, ...]) -> pd.DataFrame:
    frame = read_csv(path, folder, header)
    check_row_count(path, len(frame))
    frame["n"] = whole_numbers(path, frame, "count", low=1)
    return frame


def by_month(folder: Path) -> pd.DataFrame:
    """Return detainers by month. Raises SourceError."""
    frame = _read(DETAINERS_BY_MONTH, folder, ("year_month", "count"))
    frame["year_month"] += "-01"
    frame["month"] = months(DETAINERS_BY_MONTH, frame, "year_month", _FIRST, _LAST)
    frame["fiscal_year"] = frame["month"].dt.year + (frame["month"].dt.month >= 10)
    return frame[["fiscal_year", "month", "n"]]


def _reasons() -> set[str]:
    return set(enum_of("detainers_reasons", "lift_reason")) - {NOT_RECORDED}


def by_reason(folder: Path) -> pd.DataFrame:
    """Return detainers with a reason of lifting by calendar year. Raises SourceError."""
    path = DETAINERS_BY_REASON
    frame = _read(path, folder, ("year", "lift_reason", "count"))
    check_allowed(path, frame, "lift_reason", _reasons())
    frame["year"] = whole_numbers(path, frame, "year")
    return frame[["year", "lift_reason", "n"]]


def by_form(folder: Path) -> pd.DataFrame:
    """Return detainers of the last fiscal year by calendar year and form. Raises SourceError."""
    path = DETAINERS_BY_FORM
    frame = _read(path, folder, ("year", "detainer_type", "count"))
    frame["year"] = whole_numbers(path, frame, "year")
    return frame.rename(columns={"detainer_type": "form"})[["year", "form", "n"]]


def by_facility(folder: Path, operator: str) -> pd.DataFrame:
    """Return detainers by facility and reason, of public or private facilities.

    Raises SourceError, also where a facility's counts do not add up to its printed total.
    """
    path = DETAINERS_BY_FACILITY[operator]
    frame = _read(path, folder, FACILITY_HEADER)
    check_allowed(path, frame, "lift_reason", {"", *_reasons()})
    total = whole_numbers(path, frame, "count_all", low=1)
    sums = frame.groupby("det_facility")["n"].transform("sum")
    wrong = frame[sums != total]
    if len(wrong):
        first = wrong.index[0]
        raise SourceError(
            path,
            line=int(frame.at[first, "_line"]),
            column="count_all",
            found=f"{total[first]:,}",
            expected=f"{sums[first]:,}, the sum of {frame.at[first, 'det_facility']!r}",
            remedy="A line was changed, or lines are missing; fetch the file again.",
        )
    frame["facility"] = frame["det_facility"].replace("", NOT_RECORDED)
    frame["lift_reason"] = frame["lift_reason"].replace("", NOT_RECORDED)
    return frame.assign(operator=operator)[["facility", "operator", "lift_reason", "n"]]


def _check_equal(path: str, what: str, found: pd.Series, expected: pd.Series, other: str) -> None:
    """Raise SourceError at the first group whose numbers differ between two files."""
    both = pd.concat([found, expected], axis=1, keys=["found", "expected"]).fillna(0).astype(int)
    wrong = both[both["found"] != both["expected"]]
    if len(wrong):
        first = wrong.iloc[0]
        raise SourceError(
            path,
            found=f"{first['found']:,} detainers for {what} {wrong.index[0]}",
            expected=f"{first['expected']:,}, as in {other}",
            remedy="The files must be of one release; fetch both again.",
        )


def _without_reason(months_: pd.DataFrame, reasons: pd.DataFrame) -> pd.DataFrame:
    """Return the number of detainers without a reason, by calendar year."""
    all_ = months_.groupby(months_["month"].dt.year)["n"].sum()
    rest = all_.sub(reasons.groupby("year")["n"].sum(), fill_value=0).astype("int64")
    rest = rest.rename_axis("year").reset_index(name="n")
    return rest.assign(lift_reason=NOT_RECORDED, by_difference=True)


def run(folder: Path) -> list[Output]:
    """Read the five files and compare them with each other. Raises SourceError."""
    monthly, reasons, forms = by_month(folder), by_reason(folder), by_form(folder)
    parts = [by_facility(folder, operator) for operator in DETAINERS_BY_FACILITY]
    facilities = pd.concat(parts, ignore_index=True)
    public = DETAINERS_BY_FACILITY["public"]

    pooled = facilities.groupby("lift_reason")["n"].sum()
    stated = reasons.groupby("lift_reason")["n"].sum()
    named = pooled.drop(NOT_RECORDED, errors="ignore")
    _check_equal(DETAINERS_BY_REASON, "reason", stated, named, public)
    rest = _without_reason(monthly, reasons)
    blank = pd.Series({NOT_RECORDED: int(rest["n"].sum())})
    _check_equal(DETAINERS_BY_MONTH, "reason", blank, pooled.loc[[NOT_RECORDED]], public)
    late = monthly[monthly["month"] >= _FORMS_FROM]
    late_years = late.groupby(late["month"].dt.year)["n"].sum()
    by_year = forms.groupby("year")["n"].sum()
    _check_equal(DETAINERS_BY_FORM, "year", by_year, late_years, DETAINERS_BY_MONTH)

    reasons = pd.concat([reasons.assign(by_difference=False), rest], ignore_index=True)
    facilities = facilities.astype(
        dict.fromkeys(("facility", "operator", "lift_reason"), "category")
    )
    why = "the source holds no records but counts of them, and each count is a row"
    frames = dict(zip(TABLES, (monthly, reasons, facilities, forms), strict=True))
    return [Output(table, frame, int(frame["n"].sum()), why) for table, frame in frames.items()]
