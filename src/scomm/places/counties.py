"""Build the page of each county, from the tables that the state sheets use.

Every table is read and every estimate made once, for all counties together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from math import isfinite
from typing import Any

import pandas as pd

from citable.display.formats import join_lazily, missing, tr, trn
from citable.display.tables import Col
from citable.display.words import N_, LazyText
from citable.tables.reader import load
from scomm.data import mappings
from scomm.data.mappings import areas
from scomm.evidence import jail_arrests
from scomm.places import datasheets, series as sheet_series, shares as place_shares
from scomm.places.page import Link, PlacePage, PlaceTable, Rows, Section, Spark

_MOST_LISTED = 10  # facilities on a county's page; the state's sheet has them all
_YEARS = {
    "fiscal_year": Col("Fiscal year", "year"),
    "arrests": Col("Arrests", "int"),
    "rate": Col("Per 1,000 noncitizens and year", "f1"),
    "low": Col("95% interval", "f1", high="high"),
}
_AGREEMENTS = {
    "agency": Col("Agency"),
    "fiscal_year": Col("Fiscal year", "year"),
    "identified": Col("Identified", "int"),
    "removed": Col("Removed", "int"),
}
_DETAINERS = {"facility": Col("Facility", "name"), "n": Col("Detainers", "int")}
_RATES_NOTE = N_("FY2019 ends in August. n/a: noncitizens not known.")


@dataclass(frozen=True)
class _Start:
    """Start of a county: its day, the number of counties that started earlier, and on that day."""

    day: pd.Timestamp
    earlier: int
    same: int


@cache
def _starts() -> dict[str, _Start]:
    """Return the start of each county, by FIPS code."""
    days = load("activation").set_index("fips")["date_secure"]
    rank = days.rank(method="min").astype(int) - 1
    same = days.map(days.value_counts())
    rows = zip(days.index, days, rank, same, strict=True)
    return {str(fips): _Start(day, int(earlier), int(n)) for fips, day, earlier, n in rows}


def _program(fips: str) -> Section:
    start, n = _starts()[fips], len(_starts())
    said = tr(
        "Fingerprints submitted here began to be checked on {day:date}. {earlier:int} of the {n:int} "
        "counties started earlier; {rest}.",
        day=start.day,
        earlier=start.earlier,
        n=n,
        rest=trn(
            "{n:int} other started that day",
            "{n:int} others started that day",
            start.same - 1,
        )
        if start.same > 1
        else N_("no other started that day"),
    )
    place = tr("So it is number {rank:int} of {n:int}.", rank=start.earlier + 1, n=n)
    limit = N_("A start says nothing of how many were checked.")
    return Section(N_("When Secure Communities started here"), (said, place), limit)


def _by_county(frame: pd.DataFrame) -> dict[str, Rows]:
    """Return the rows of a frame by its column ``fips``, in their order."""
    found: dict[str, list[Mapping[Any, Any]]] = {}
    for row in frame.to_dict("records"):
        found.setdefault(str(row["fips"]), []).append(row)
    return dict(found)


@dataclass(frozen=True)
class _Arrests:
    months: pd.DataFrame
    years: dict[str, Rows]
    changes: dict[str, Mapping[Any, Any]]


@cache
def _arrests() -> _Arrests:
    """Return arrests placed in each county by month, by fiscal year with rates, and their change.

    Rates are drawn a year at a time, for all counties, as the state sheets do it.
    """
    months, phi, changed = jail_arrests.all_counties()
    counted = jail_arrests.yearly(months)
    rated = [
        jail_arrests.with_rate(rows, phi.loc[rows["fips"]].to_numpy())
        for _year, rows in counted.groupby("fiscal_year")
    ]
    years = pd.concat(rated).sort_values(["fips", "fiscal_year"], kind="stable")
    changes = {fips: rows[0] for fips, rows in _by_county(changed).items()}
    return _Arrests(months, _by_county(years), changes)


def _change(fips: str) -> str:
    row = _arrests().changes.get(fips)
    if row is None:
        return N_("None was placed here in the year before or after February 2017.")
    values = {"before": int(row["before"]), "after": int(row["after"])}
    few = values["before"] + values["after"] < jail_arrests.LEAST
    if few or not isfinite(row["ratio"]):
        return tr(
            "In the year from February 2017 {after:int} were placed, in the year before {before:int}: "
            "too few to compare.",
            **values,
        )
    return tr(
        "In the year from February 2017, the first full month after the order of 25 January 2017, "
        "{after:int} were placed, in the year before {before:int}: {ratio:f2} times as many (95% "
        "interval {low:f2} to {high:f2}).",
        ratio=row["ratio"],
        low=row["low"],
        high=row["high"],
        **values,
    )


def _jails(current: str, old: bool, title: str) -> Section:
    """Return arrests at the jails of a county, by its code of today."""
    heading = N_("Arrests at its jails")
    found = _arrests()
    if current not in found.years:
        return Section(
            heading,
            (N_("No arrest at a local jail can be placed here: that is not zero."),),
        )
    years = found.years[current]
    months = found.months[current]
    total = sum(int(row["arrests"]) for row in years)
    said = trn(
        "{n:int} arrest by the agency at a local jail here can be placed, from October 2015 to August "
        "2019. Of all such arrests {unplaced:pct0} cannot be placed, so this is a lower limit.",
        "{n:int} arrests by the agency at local jails here can be placed, from October 2015 to August "
        "2019. Of all such arrests {unplaced:pct0} cannot be placed, so this is a lower limit.",
        total,
        unplaced=jail_arrests.unplaced(),
    )
    sentences: list[str] = [said, _change(current)]
    if old:
        sentences.append(
            N_("Its code has changed since: the numbers are of the county that has its area today.")
        )
    chart = _spark(months, title) if total >= jail_arrests.LEAST else None
    table = PlaceTable(
        N_("Arrests at its jails, by fiscal year"), years, _YEARS, _RATES_NOTE, chart=chart
    )
    limit = N_("Where a jail stands is not where a person lived.")
    return Section(heading, tuple(sentences), limit, table)


def _spark(months: pd.Series, title: str) -> Spark:
    """Draw monthly arrests."""
    drawn = sheet_series.arrests_chart(months, title)

    def at(month: pd.Timestamp) -> LazyText:
        return tr("{n:int}, {month:month}", n=int(months[month]), month=month)

    return Spark(
        drawn.values,
        (at(months.index[0]), at(months.index[-1])),
        at(months.idxmax()),
        drawn.alt,
        (int(months.index.get_loc(jail_arrests.FIRST_MONTH)), N_("the order")),
    )


@cache
def _agreements() -> dict[str, Rows]:
    """Return the rows of the release on section 287(g) by county of the agency."""
    where = mappings.s287g_counties()[["agency", "fips"]]
    rows = load("s287g").merge(where[where["fips"] != ""], on="agency")
    rows = rows.sort_values(["agency", "fiscal_year"], kind="stable")
    return _by_county(rows)


def _agreement(fips: str) -> Section:
    heading = N_("Agreements under section 287(g)")
    rows = _agreements().get(fips)
    if rows is None:
        none = N_("No agency of the release on FY2006 to FY2013 lies here by its name.")
        return Section(heading, (none,))
    known = [row for row in rows if not (missing(row["identified"]) and missing(row["removed"]))]
    names = join_lazily(dict.fromkeys(row["agency"] for row in rows), "; ")
    if not known:
        blank = N_("{names}: in the release on FY2006 to FY2013, every cell of it blank.")
        return Section(heading, (tr(blank, names=names),))
    said = tr(
        "{names}: {identified} identified and {removed} removed, FY2006 to FY2013.",
        names=names,
        identified=_added(row["identified"] for row in known),
        removed=_added(row["removed"] for row in known),
    )
    note = N_("Years whose cells are blank in the release are left out; a blank is not a zero.")
    limit = N_("Neither number says what anyone had done.")
    table = PlaceTable(N_("Identified and removed, by fiscal year"), known, _AGREEMENTS, note)
    return Section(heading, (said,), limit, table)


def _added(numbers: Iterable[Any]) -> LazyText:
    """Format the sum of the known numbers; not available where none is known."""
    known = [int(number) for number in numbers if not missing(number)]
    return tr("{n:int}", n=sum(known) if known else None)


def _in_counties(rows: pd.DataFrame) -> dict[str, Rows]:
    """Return rows with columns city and state (postal code) by the one county of the city."""
    placed = rows.merge(datasheets.city_counties(), on=["state", "city"])
    return _by_county(placed)


@cache
def _detainers() -> dict[str, Rows]:
    """Return the detainers of FY2015 by facility, largest first, by county."""
    codes = {name.upper(): code for code, name in datasheets.states().items()}
    rows = load("detainers_fy2015")
    rows = rows.assign(state=rows["state"].astype(str).map(codes), city=rows["city"].astype(str))
    counted = rows.dropna(subset="state").groupby(["state", "city", "facility"], observed=True)
    largest = counted["n"].sum().reset_index().sort_values("n", ascending=False, kind="stable")
    return _in_counties(largest)


def _detained(fips: str, link: Link) -> Section:
    heading = N_("Detainers, 1 October 2014 to 19 July 2015")
    rows = _detainers().get(fips)
    if rows is None:
        none = N_("None can be placed here by the facility's city: that is not zero.")
        return Section(heading, (none,))
    said = trn(
        "{detainers:int} at {n:int} facility whose city lies in this county alone.",
        "{detainers:int} at {n:int} facilities whose cities lie in this county alone.",
        len(rows),
        detainers=sum(int(row["n"]) for row in rows),
    )
    more = len(rows) > _MOST_LISTED
    title = N_("Detainers at the largest facilities") if more else N_("Detainers by facility")
    table = PlaceTable(title, rows[:_MOST_LISTED], _DETAINERS)
    limit = N_("A detainer asks a jail to hold a person; it is no conviction.")
    return Section(heading, (said,), limit, table, (link,) if more else ())


@cache
def _held() -> dict[str, Rows]:
    """Return people held by facility and fiscal year (columns ``fy2019`` …), by county."""
    rows = sheet_series.facilities_held()
    keys = ["state", "city", "common_name"]
    wide = rows.groupby([*keys, "fiscal_year"])["held"].sum(min_count=1).unstack()
    wide = wide.sort_values(list(reversed(wide.columns)), ascending=False, kind="stable")
    return _in_counties(wide.rename(columns=sheet_series.year_column).reset_index())


def _people_held(fips: str) -> Section:
    heading = N_("People held here")
    rows = _held().get(fips)
    if rows is None:
        none = N_("No facility of the agency's lists since FY2019 can be placed here by its city.")
        return Section(heading, (none,))
    columns = {name: col for name, col in sheet_series.held_columns().items() if name != "city"}
    said = trn(
        "{n:int} facility of the agency's lists is in a city that lies in this county alone.",
        "{n:int} facilities of the agency's lists are in cities that lie in this county alone.",
        len(rows),
    )
    note = N_(
        "Mean number of people on a night of the fiscal year; n/a: not in that year's list, which is "
        "not a zero."
    )
    table = PlaceTable(N_("People held on an average night"), rows, columns, note)
    limit = N_("A bed is not an arrest: people are moved between places.")
    return Section(heading, (said,), limit, table)


@cache
def _area(code: str) -> tuple[LazyText, Link]:
    name = areas().set_index("code").at[code, "name"]
    row = datasheets.estimates().shares.loc[code]
    said = tr(
        "The {name} area serves it. Of {n:int} removals there, FY2016 to August of FY2019, {raw:pct} "
        "had no recorded conviction (95% interval {low:pct} to {high:pct}).",
        name=name,
        n=int(row["n"]),
        raw=row["raw"],
        low=row["low"],
        high=row["high"],
    )
    return said, Link(tr("{name} area", name=name), f"area-{code.lower()}.html")


def area_section(aor: object) -> Section:
    """Return the section on the agency's area that serves a place."""
    heading = N_("The area that serves it")
    if aor not in datasheets.estimates().shares.index:
        unknown = N_("Which of the agency's areas serves it is not in the crosswalk of this book.")
        return Section(heading, (unknown,))
    said, area = _area(str(aor))
    limit = N_("An area is where a case was docketed.")
    return Section(heading, (said,), limit, links=(area,))


def county_pages() -> Iterator[PlacePage]:
    """Yield the page of every county, by state, then by name."""
    counties = datasheets.activation()
    counties = counties[counties["state"].isin(datasheets.states())]
    counties = counties.sort_values(["state", "county"], kind="stable")
    for state, here in counties.groupby("state", sort=False):
        code = str(state)
        up = Link(
            tr("Datasheet of {state}", state=datasheets.states()[code]), datasheets.state_page(code)
        )
        links = [
            Link(row.county, f"{datasheets.county_slug(row.fips)}.html")
            for row in here.itertuples()
        ]
        around = zip([None, *links], [*links[1:], None], strict=False)
        for row, (before, after) in zip(here.itertuples(), around, strict=True):
            title = datasheets.county_title(row.county, code)
            first = place_shares.first_line(row.fips, row.county, code)
            sections = (
                place_shares.county_section(row.fips, code),
                _program(row.fips),
                _jails(row.current_fips, row.current_fips != row.fips, title),
                _agreement(row.fips),
                _detained(row.fips, up),
                _people_held(row.fips),
                area_section(row.aor),
            )
            yield PlacePage(
                datasheets.county_slug(row.fips),
                row.fips,
                title,
                first.text,
                first.dot,
                first.check,
                tuple(section for section in sections if section is not None),
                up,
                before,
                after,
            )
