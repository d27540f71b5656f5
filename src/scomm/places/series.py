"""Build a datasheet's series: arrests at local jails, 287(g) agreements, detainers, people held."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from citable.display.formats import join_lazily, tr, trn
from citable.display.tables import Col
from citable.display.words import N_, LazyText
from citable.tables.reader import load
from scomm.data import restrictions
from scomm.data.mappings import counties_by_area
from scomm.evidence import jail_arrests
from scomm.places.sheets import SheetChart, SheetTable, month_labels

# Chapters in which the tables are explained.
_PROGRAM, _JAILS, _HELD = "notebooks/02-program", "notebooks/09-jail-door", "notebooks/15-held"
_SHOWN, _FACILITIES = 15, 8  # counties and facilities shown before the rest is folded
_CLASSES = ["adp_male_crim", "adp_male_non_crim", "adp_female_crim", "adp_female_non_crim"]

_METHODS = {
    "jails": Col("At local jails", "int"),
    "agreements": Col("Under 287(g)", "int", phone=False),
    "prisons": Col("In prisons", "int"),
    "others": Col("All others", "int", phone=False),
}
_BY_METHOD = {"fiscal_year": Col("Fiscal year", "year")} | _METHODS
_BY_COUNTY = {
    "county": Col("County"),
    "y2016": Col("FY2016", "int", phone=False),
    "y2017": Col("FY2017", "int", phone=False),
    "y2018": Col("FY2018", "int"),
    "y2019": Col("FY2019, to August", "int", phone=False),
    "rate": Col("FY2018, per 1,000 noncitizens", "f1"),
    "low": Col("95% interval of the rate", "f1", phone=False, high="high"),
    "ratio": Col("Year after February 2017 over year before", "f2"),
    "ratio_low": Col("95% interval of the ratio", "f2", phone=False, high="ratio_high"),
}
_RATED_YEAR = 2018  # the last whole fiscal year
_PLACED = N_(
    "Arrests by the agency at local jails whose place name lies in one county; {unplaced:pct0} of all cannot "
    "be placed, so a number is a lower limit and 0 means that none was placed. A jail may hold people "
    "for other counties. n/a: too little is known, or none was placed in the year before."
)


def arrests_chart(months: pd.Series, place: LazyText | str) -> SheetChart:
    """Draw monthly arrests at local jails."""
    most, least = months.idxmax(), months.idxmin()
    span = {"first": months.index[0], "last": months.index[-1]}
    ends = {"most": int(months.max()), "high": most, "least": int(months.min()), "low": least}
    return SheetChart(
        N_("Arrests at local jails, by month"),
        month_labels(pd.Series(months.index)),
        tuple(map(float, months)),
        tr(
            "Arrests at local jails in {place}, {first:month} to {last:month}.", place=place, **span
        ),
        tr(
            "Line of arrests a month at local jails in {place}, {first:month} to {last:month}, from "
            "{least:int} ({low:month}) to {most:int} ({high:month}).",
            place=place,
            **span,
            **ends,
        ),
        tr(
            "One line on a scale from zero. It is lowest in {low:month}, at {least:int}, and highest "
            "in {high:month}, at {most:int}; it ends at {end:int} in {last:month}.",
            end=int(months.iloc[-1]),
            **span,
            **ends,
        ),
        "number",
        printed=False,
    )


@cache
def _by_method() -> pd.DataFrame:
    """Return arrests by area, month, fiscal year and kind of method."""
    kept, _left_out = restrictions.whole_months(load("arrests"))
    kinds = {
        restrictions.LOCAL_INCARCERATION: "jails",
        restrictions.FEDERAL_INCARCERATION: "prisons",
        restrictions.STATE_INCARCERATION: "prisons",
        "287(g) Program": "agreements",
    }
    kind = kept["method"].astype(str).map(kinds).fillna("others")
    plain = kept.assign(kind=kind, aor=kept["aor"].astype(str))
    return plain.groupby(["aor", "fiscal_year", "month", "kind"], as_index=False)["n"].sum()


def arrests_of_area(code: str, name: LazyText | str) -> SheetTable:
    """Return arrests in an area by fiscal year and method, with those at local jails by month."""
    rows = _by_method()
    rows = rows[rows["aor"] == code]
    years = rows.pivot_table("n", "fiscal_year", "kind", aggfunc="sum", fill_value=0)
    at_jails = rows[rows["kind"] == "jails"].set_index("month")["n"].asfreq("MS", fill_value=0)
    return SheetTable(
        N_("Arrests by the agency, by fiscal year and method"),
        years.reindex(columns=list(_METHODS), fill_value=0).reset_index(),
        _BY_METHOD,
        N_(
            "The agency's own label of the method. The files do not say whether a person had a "
            "conviction. FY2019 ends in August."
        ),
        chapter=_JAILS,
        chart=arrests_chart(at_jails, name),
    )


@cache
def _counties() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return arrests placed in a county: monthly counts, and a table of counts, rates and ratios."""
    months, phi, change = jail_arrests.all_counties()
    counted = jail_arrests.yearly(months)
    years = counted.pivot_table("arrests", "fips", "fiscal_year").add_prefix("y").astype(int)
    year = counted[counted["fiscal_year"] == _RATED_YEAR]
    rate = jail_arrests.with_rate(year, phi.loc[year["fips"]].to_numpy()).set_index("fips")
    change = change.set_index("fips")
    enough = change["before"] + change["after"] >= jail_arrests.LEAST
    change = change[enough].rename(columns={"low": "ratio_low", "high": "ratio_high"})
    change["ratio"] = change["ratio"].where(np.isfinite(change["ratio"]))
    frame = years.join(rate[["rate", "low", "high"]])
    frame = frame.join(change[["ratio", "ratio_low", "ratio_high"]])
    return months, counties_by_area().set_index("fips").join(frame, how="inner").reset_index()


def arrests_of_state(code: str, name: str) -> tuple[SheetTable, ...]:
    """Return placed arrests at the jails of a state's counties; empty if none is placed there."""
    months, frame = _counties()
    here = frame[frame["state"] == code]
    if here.empty:
        return ()
    here = here.sort_values([f"y{_RATED_YEAR}", "county"], ascending=[False, True], kind="stable")
    first, rest = here.head(_SHOWN), here.iloc[_SHOWN:]
    title = trn(
        "Arrests at the jails of its {n:int} county with a place name",
        "Arrests at the jails of its counties, most first",
        len(here),
    )
    chart = arrests_chart(months[here["fips"]].sum(axis=1), name)
    note = tr(_PLACED, unplaced=jail_arrests.unplaced())
    shown = SheetTable(title, first, _BY_COUNTY, note, chapter=_JAILS, chart=chart)
    if rest.empty:
        return (shown,)
    folded = SheetTable(
        N_("Arrests at the jails of its other counties"), rest, _BY_COUNTY, note, folded=True
    )
    return (shown, folded)


@cache
def detainers_of_names() -> pd.Series:
    """Return detainers of October 2007 to July 2015 by facility name, of names in one state alone.

    Which state a name stands in, the detainers of FY2015 say; a name that they put in several, or
    in none, is left out.
    """
    places = load("detainers_fy2015").drop_duplicates(["facility", "state"])
    places = places[places["state"] != "not recorded"]
    once = ~places["facility"].duplicated(keep=False)
    total = load("detainers_facilities").groupby("facility", observed=True)["n"].sum()
    return total[total.index.isin(places.loc[once, "facility"])]


_AGREEMENTS = {
    "agency": Col("Agency"),
    "years": Col("Fiscal years with numbers"),
    "identified": Col("Identified", "int", phone=False),
    "removed": Col("Removed", "int"),
}


def agreements(state: str) -> SheetTable | None:
    """Build the table of a state's agencies under section 287(g), None if the release has none.

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
        note = join_lazily(
            [note, tr("Without a number: {names}.", names=join_lazily(without, "; "))], " "
        )
    return SheetTable(
        N_("Agreements under section 287(g)"),
        counted.reset_index().sort_values("removed", ascending=False, kind="stable"),
        _AGREEMENTS,
        note,
        chapter=_PROGRAM,
    )


@cache
def facilities_held() -> pd.DataFrame:
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


def year_column(year: int) -> str:
    """Return the column of a fiscal year in a table of people held.

    >>> year_column(2019)
    'fy2019'
    """
    return f"fy{year}"


def held_columns() -> dict[str, Col]:
    """Return the columns of a table of people held: facility, city, and one a fiscal year."""
    years = list(_last_days().index)
    shown = {
        year_column(year): Col(tr("FY{year:year}", year=year), "f1", phone=year >= years[-2])
        for year in years
    }
    return {
        "common_name": Col("Facility", "name"),
        "city": Col("City", "name", phone=False),
    } | shown


def _held_chart(by_year: pd.Series, name: str) -> SheetChart:
    """Draw the people held in a place, by fiscal year."""
    most = by_year.idxmax()
    span = {"first": int(by_year.index[0]), "last": int(by_year.index[-1])}
    listed = join_lazily(
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
        printed=False,
    )


def held_table(by: str, code: str, name: str) -> tuple[SheetTable, ...]:
    """Build the table of people held in a state or area, by facility and fiscal year, largest first.

    ``by`` is ``state`` or ``aor``, ``code`` a code of that column, ``name`` stands in the words.
    Empty if no facility is listed there.
    """
    rows = facilities_held()
    rows = rows[rows[by] == code]
    if rows["held"].isna().all():
        return ()
    years = _last_days().index
    by_year = rows.groupby("fiscal_year")["held"].sum(min_count=1).reindex(years)
    counted = rows.groupby(["common_name", "city", "fiscal_year"])["held"].sum(min_count=1)
    wide = counted.unstack().reindex(columns=years)
    latest_first = list(reversed(years))
    wide = wide.sort_values(latest_first, ascending=False, kind="stable")
    frame = wide.rename(columns=year_column).reset_index()
    unfinished = join_lazily(
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
            frame.head(_FACILITIES),
            held_columns(),
            note,
            chapter=_HELD,
            chart=_held_chart(by_year, name),
        )
    ]
    if len(frame) > _FACILITIES:
        rest = frame.iloc[_FACILITIES:]
        tables.append(
            SheetTable(N_("The smaller facilities"), rest, held_columns(), note, folded=True)
        )
    return tuple(tables)
