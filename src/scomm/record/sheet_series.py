"""Series of a datasheet since 2006: agreements under section 287(g), and people held there."""

from __future__ import annotations

from functools import cache

import pandas as pd

from scomm.data.tables import load
from scomm.display.formats import joined, tr, trn
from scomm.display.tables import Col
from scomm.display.words import N_
from scomm.record.sheets import SheetChart, SheetTable

# Chapters in which the tables are explained.
_PROGRAM, _HELD = "notebooks/02-program", "notebooks/15-held"
_SHOWN = 15  # facilities printed before the rest is folded
_CLASSES = ["adp_male_crim", "adp_male_non_crim", "adp_female_crim", "adp_female_non_crim"]

_AGREEMENTS = {
    "agency": Col("Agency"),
    "years": Col("Fiscal years with numbers"),
    "identified": Col("Identified", "int", phone=False),
    "removed": Col("Removed", "int"),
}


def agreements(state: str) -> SheetTable | None:
    """Return what agencies of a state did under section 287(g), None if none is in the release.

    ``state`` is a postal code. An agency without any number in the release counts nobody.
    """
    rows = load("s287g")
    rows = rows[rows["state"] == state]
    known = rows.dropna(subset=["identified", "removed"], how="all")
    if known.empty:
        return None
    by_agency = known.groupby("agency", sort=False)
    counted = by_agency[["identified", "removed"]].sum(min_count=1)
    first, last = by_agency["fiscal_year"].min(), by_agency["fiscal_year"].max()
    counted["years"] = [
        tr("{first:year} to {last:year}", first=one, last=other) if one != other else str(one)
        for one, other in zip(first, last, strict=True)
    ]
    without = sorted(set(rows["agency"]) - set(known["agency"]))
    note = N_(
        "FY2006 to FY2013: people whom the agency identified, and people removed. A blank cell of "
        "the release is not a zero and is not counted."
    )
    if without:
        note = joined([note, tr("Without a number: {names}.", names=joined(without, "; "))], " ")
    return SheetTable(
        N_("Agreements under section 287(g)"),
        counted.reset_index().sort_values("removed", ascending=False, kind="stable"),
        _AGREEMENTS,
        note,
        chapter=_PROGRAM,
    )


@cache
def _facilities() -> pd.DataFrame:
    """Return people held by facility and fiscal year: the mean of the nights."""
    rows = load("detention_facilities")
    held = rows[_CLASSES].sum(axis=1, min_count=len(_CLASSES))
    return rows.assign(held=held)[
        ["fiscal_year", "posted", "common_name", "city", "state", "aor", "held"]
    ]


@cache
def _last_days() -> pd.Series:
    """Return the last day that the numbers of each fiscal year cover."""
    return load("detention_facilities").groupby("fiscal_year")["posted"].max()


def _column(year: int) -> str:
    return f"fy{year}"


def _held_columns() -> dict[str, Col]:
    years = list(_last_days().index)
    shown = {
        _column(year): Col(tr("FY{year:year}", year=year), "f1", phone=year >= years[-2])
        for year in years
    }
    return {
        "common_name": Col("Facility", "name"),
        "city": Col("City", "name", phone=False),
    } | shown


def _held_chart(by_year: pd.Series, name: str) -> SheetChart:
    """Return the drawing of the people held in a place, by fiscal year."""
    most = by_year.idxmax()
    span = {"first": int(by_year.index[0]), "last": int(by_year.index[-1])}
    listed = joined(
        tr("FY{year:year}: {held:f1}", year=int(year), held=held) for year, held in by_year.items()
    )
    return SheetChart(
        N_("People held on an average night, by fiscal year"),
        tuple(str(year) for year in by_year.index),
        tuple(by_year),
        tr(
            "People held by the agency in facilities here on an average night, FY{first:year} to "
            "FY{last:year}. A bed is not an arrest: people are moved between places.",
            **span,
        ),
        tr(
            "Line of the people held in {name}, FY{first:year} to FY{last:year}, most in "
            "FY{most:year}: {held:f1}.",
            name=name,
            most=int(most),
            held=by_year[most],
            **span,
        ),
        tr("One line on a scale from zero. {years}.", years=listed),
        "number",
    )


def held(by: str, code: str, name: str) -> tuple[SheetTable, ...]:
    """Return the people held in a state or area, by facility and fiscal year; largest first.

    ``by`` is ``state`` or ``aor``, ``code`` a code of that column, ``name`` stands in the words.
    Empty if no facility is listed there.
    """
    rows = _facilities()
    rows = rows[rows[by] == code]
    if rows["held"].isna().all():
        return ()
    years = _last_days().index
    by_year = rows.groupby("fiscal_year")["held"].sum(min_count=1).reindex(years)
    counted = rows.groupby(["common_name", "city", "fiscal_year"])["held"].sum(min_count=1)
    wide = counted.unstack().reindex(columns=years)
    latest_first = list(reversed(years))
    wide = wide.sort_values(latest_first, ascending=False, kind="stable")
    frame = wide.rename(columns=_column).reset_index()
    unfinished = joined(
        tr("FY{year:year} to {day:date}", year=int(year), day=day)
        for year, day in _last_days().items()
        if (day.month, day.day) != (9, 30)
    )
    note = tr(
        "Mean number of people on a night of the fiscal year, by the agency's detention statistics; "
        "n/a: not in that year's list, which is not a zero. Not whole years: {unfinished}.",
        unfinished=unfinished,
    )
    tables = [
        SheetTable(
            trn(
                "The {n:int} facility here, by fiscal year",
                "Facilities here, largest first, by fiscal year",
                len(frame),
            ),
            frame.head(_SHOWN),
            _held_columns(),
            note,
            chapter=_HELD,
            chart=_held_chart(by_year, name),
        )
    ]
    if len(frame) > _SHOWN:
        rest = frame.iloc[_SHOWN:]
        tables.append(
            SheetTable(N_("The smaller facilities"), rest, _held_columns(), note, folded=True)
        )
    return tuple(tables)
