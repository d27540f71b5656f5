"""A page for each county: what this book has on it, from the tables that the state sheets use.

Every table is read and every estimate made once, for all counties together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import isfinite
from typing import Any

import pandas as pd

from scomm.data import mappings
from scomm.data.mappings import areas
from scomm.data.tables import load
from scomm.display.formats import joined, missing, tr, trn
from scomm.display.tables import Col
from scomm.display.words import N_, LazyText
from scomm.record import datasheets, jail_arrests, sheet_series
from scomm.record.evidence import Published, nation, published
from scomm.record.ledger_places import counties_of, running_total
from scomm.record.sheets import SheetChart

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
_RATES_NOTE = N_(
    "Noncitizens are those of the five-year estimate that ends in the year (FY2019: in 2018); the "
    "interval allows for its margin of error. FY2019 ends in August. n/a: noncitizens not known."
)
_LIMITS = (
    N_(
        "A share without a recorded conviction says nothing of charges, or of who was arrested and not "
        "removed."
    ),
    N_(
        "A jail, a county line and an agency's area are three different things: none says where a person "
        "lived."
    ),
    N_("A number that is not here is not known to this book; it is not a zero."),
)


@dataclass(frozen=True)
class Link:
    """A link to another sheet: its text, and its address relative to the folder of sheets."""

    text: str
    href: str


# Rows of a table: values by column.
Rows = Sequence[Mapping[Any, Any]]


@dataclass(frozen=True)
class CountyTable:
    """A table of a county's page, with the drawing that stands before it."""

    title: str
    rows: Rows
    columns: dict[str, Col]
    note: str = ""
    chart: SheetChart | None = None


@dataclass(frozen=True)
class Section:
    """A part of a county's page: sentences, a folded table with its chart, links."""

    title: str
    sentences: tuple[str, ...]
    table: CountyTable | None = None
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class CountyPage:
    """The page of a county: ``first`` is its first line.

    ``up`` links to the state, ``before`` and ``after`` to its counties, None at an end.
    """

    fips: str
    county: str
    state: str
    first: LazyText
    sections: tuple[Section, ...]
    up: Link
    before: Link | None
    after: Link | None

    @property
    def slug(self) -> str:
        """The name of its page."""
        return datasheets.county_slug(self.fips)

    @property
    def title(self) -> str:
        """Its name with that of the state."""
        return datasheets.county_title(self.county, self.state)


@cache
def _own() -> dict[str, tuple[Published, ...]]:
    """Return what was published for counties, alone or with others, by code; most telling first."""
    found: dict[str, list[Published]] = {}
    for item in _telling_first(list(published().values())):
        for code in item.place_code.split("+"):
            found.setdefault(code, []).append(item)
    return {code: tuple(items) for code, items in found.items()}


def _telling_first(items: Sequence[Published]) -> list[Published]:
    """Sort running totals before others, selected ones before others, later ones first."""
    late_first = sorted(items, key=lambda item: item.cutoff.replace("mid", "06"), reverse=True)
    return sorted(
        late_first,
        key=lambda item: (item.share == (0, 1), not running_total(item), not item.selected),
    )


@cache
def _with_share(code: str) -> tuple[Published, ...]:
    """Return what was published for a place, or nothing where no share can be read from it."""
    return tuple(item for item in _own().get(code, ()) if item.share != (0, 1))


@cache
def _around() -> dict[str, tuple[Published, ...]]:
    """Return what was published for cities, by county: those in it alone, then those over several."""
    found: dict[str, list[Published]] = {}
    cities = [item for item in published().values() if item.place_code.startswith("X:")]
    for item in sorted(cities, key=lambda item: len(counties_of(item.place_code))):
        for fips in counties_of(item.place_code):
            found.setdefault(fips, []).append(item)
    return {fips: tuple(_telling_first(items)) for fips, items in found.items()}


@cache
def _as_printed(key: str) -> LazyText:
    """Return a published share, by its key, with counts, interval, source and grade in a sentence."""
    item = published()[key]
    interval = item.interval()
    until = datasheets.period_text(item)
    if not item.cutoff:
        until = tr("(date not stated)")
    elif running_total(item):
        until = tr("to {until}", until=until)
    values = {
        "until": until,
        "share": datasheets.share_text(item),
        "counts": datasheets.counts_text(item),
        "sources": item.sources,
    }
    if interval is None:
        return tr(
            "{share} of removals {until} had no recorded conviction ({counts}; no interval without "
            "counts). Source: {sources}.",
            **values,
        )
    return tr(
        "{share} of removals {until} had no recorded conviction ({counts}; 95% interval {low:pct} to "
        "{high:pct}). Source: {sources}.",
        low=interval.low,
        high=interval.high,
        **values,
    )


def nearest(code: str, state: str) -> tuple[str, Published]:
    """Return the share that is told first of a place of the ledger, and what it is of.

    That is its ``own``; of a place that lies ``inside`` a county; of one ``around`` it, of which it
    is a part; of the ``state`` as a whole; or of the ``nation``.
    """
    if own := _with_share(code):
        return "own", own[0]
    if around := _around().get(code):
        lies = "inside" if counties_of(around[0].place_code) == {code} else "around"
        return lies, around[0]
    if whole := _with_share(f"S:{state}"):
        return "state", whole[0]
    return "nation", nation("2011-02")


_FIRST = {
    "own": N_("{place}: {said}"),
    "inside": N_(
        "No share was published for {county}; the nearest with one is {place}, which lies in "
        "it: {said}"
    ),
    "around": N_(
        "No share was published for {county}; the nearest with one is {place}, of which it is "
        "a part: {said}"
    ),
    "state": N_(
        "No share was published for {county}; the nearest with one is {state} as a whole: {said}"
    ),
    "nation": N_("No share was published for {county}; the nearest with one is the nation: {said}"),
}


def _first_line(fips: str, county: str, state: str) -> LazyText:
    """Return the share published for a county, or the nearest one that was published."""
    lies, item = nearest(fips, state)
    return tr(
        _FIRST[lies],
        county=county,
        place=item.jurisdiction,
        state=datasheets.states()[state],
        said=_as_printed(item.key),
    )


def _share_section(fips: str, state: str) -> Section | None:
    """Return every share published for a county or a city in it, where there are any."""
    items = [*_own().get(fips, ()), *_around().get(fips, ())]
    name = datasheets.states()[state]
    link = Link(tr("Figures printed about {state}", state=name), datasheets.state_page(state))
    if items:
        table = None
        if len(items) > 1:
            made = datasheets.published_table(N_("Each of them, with its cut-off"), items)
            rows = made.frame.to_dict("records")
            table = CountyTable(made.title, rows, made.columns, made.note)
        said = trn(
            "{n:int} share was published for it or a city in it. All that was printed about it is on the "
            "state's sheet.",
            "{n:int} shares were published for it or a city in it. All that was printed about it is on "
            "the state's sheet.",
            len(items),
        )
        return Section(N_("Published shares"), (said,), table, (link,))
    if fips in datasheets.with_figure():
        other = N_(
            "Other figures were printed about it, none a share without a recorded conviction dated to a "
            "month; they are on the state's sheet."
        )
        return Section(N_("Published figures"), (other,), None, (link,))
    return None


@dataclass(frozen=True)
class _Start:
    """The day on which a county started, how many had started earlier, how many that day."""

    day: pd.Timestamp
    earlier: int
    same: int


@cache
def _starts() -> dict[str, _Start]:
    """Return when each county started."""
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
    return Section(N_("When Secure Communities started here"), (said, place))


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
    """Return arrests placed in each county, by month; by fiscal year with rates; and their change.

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
            (
                N_(
                    "No arrest at a local jail can be placed here: that is not zero. About a third of the "
                    "agency's entries name no place that lies in one county."
                ),
            ),
        )
    years = found.years[current]
    months = found.months[current]
    total = sum(int(row["arrests"]) for row in years)
    said = trn(
        "{n:int} arrest by the agency at a local jail here can be placed, from October 2015 to August "
        "2019. About a third of all cannot be placed, so this is a lower limit.",
        "{n:int} arrests by the agency at local jails here can be placed, from October 2015 to August "
        "2019. About a third of all cannot be placed, so this is a lower limit.",
        total,
    )
    sentences: list[str] = [said, _change(current)]
    if old:
        sentences.append(
            N_("Its code has changed since: the numbers are of the county that has its area today.")
        )
    chart = sheet_series.arrests_chart(months, title) if total >= jail_arrests.LEAST else None
    table = CountyTable(
        N_("Arrests at its jails, by fiscal year"), years, _YEARS, _RATES_NOTE, chart=chart
    )
    return Section(heading, tuple(sentences), table)


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
    names = joined(dict.fromkeys(row["agency"] for row in rows), "; ")
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
    table = CountyTable(N_("Identified and removed, by fiscal year"), known, _AGREEMENTS, note)
    return Section(heading, (said,), table)


def _added(numbers: Iterable[Any]) -> LazyText:
    """Return the sum of what is known, in words; not available where nothing is."""
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


def _detained(fips: str, state: LazyText | str, link: Link) -> Section:
    heading = N_("Detainers, 1 October 2014 to 19 July 2015")
    rows = _detainers().get(fips)
    if rows is None:
        none = N_(
            "None can be placed here by the facility's city: that is not zero. All facilities of "
            "{state} are on its sheet."
        )
        return Section(heading, (tr(none, state=state),), None, (link,))
    said = trn(
        "{detainers:int} at {n:int} facility whose city lies in this county alone.",
        "{detainers:int} at {n:int} facilities whose cities lie in this county alone.",
        len(rows),
        detainers=sum(int(row["n"]) for row in rows),
    )
    more = len(rows) > _MOST_LISTED
    title = N_("Detainers at the largest facilities") if more else N_("Detainers by facility")
    table = CountyTable(title, rows[:_MOST_LISTED], _DETAINERS)
    return Section(heading, (said,), table, (link,) if more else ())


@cache
def _held() -> dict[str, Rows]:
    """Return people held by facility and fiscal year (columns ``fy2019`` …), by county."""
    rows = sheet_series.facilities_held()
    keys = ["state", "city", "common_name"]
    wide = rows.groupby([*keys, "fiscal_year"])["held"].sum(min_count=1).unstack()
    wide = wide.sort_values(list(reversed(wide.columns)), ascending=False, kind="stable")
    return _in_counties(wide.rename(columns=sheet_series.year_column).reset_index())


def _people_held(fips: str, link: Link) -> Section:
    heading = N_("People held here")
    rows = _held().get(fips)
    if rows is None:
        none = N_(
            "No facility of the agency's lists since FY2019 can be placed here by its city. Those of "
            "the state are on its sheet."
        )
        return Section(heading, (none,), None, (link,))
    columns = {name: col for name, col in sheet_series.held_columns().items() if name != "city"}
    said = trn(
        "{n:int} facility of the agency's lists is in a city that lies in this county alone.",
        "{n:int} facilities of the agency's lists are in cities that lie in this county alone.",
        len(rows),
    )
    note = N_(
        "Mean number of people on a night of the fiscal year; n/a: not in that year's list, which is "
        "not a zero. A bed is not an arrest: people are moved between places."
    )
    table = CountyTable(N_("People held on an average night"), rows, columns, note)
    return Section(heading, (said,), table)


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


def _belongs(aor: object, link: Link) -> Section:
    heading = N_("The area and the state")
    if aor not in datasheets.estimates().shares.index:
        unknown = N_("Which of the agency's areas serves it is not in the crosswalk of this book.")
        return Section(heading, (unknown,), None, (link,))
    said, area = _area(str(aor))
    return Section(heading, (said,), None, (area, link))


def county_pages() -> Iterator[CountyPage]:
    """Yield the page of every county, by state, then by name."""
    counties = datasheets.activation()
    counties = counties[counties["state"].isin(datasheets.states())]
    counties = counties.sort_values(["state", "county"], kind="stable")
    for state, here in counties.groupby("state", sort=False):
        code = str(state)
        name = datasheets.states()[code]
        link = Link(tr("Datasheet of {state}", state=name), datasheets.state_page(code))
        links = [
            Link(row.county, f"{datasheets.county_slug(row.fips)}.html")
            for row in here.itertuples()
        ]
        around = zip([None, *links], [*links[1:], None], strict=False)
        for row, (before, after) in zip(here.itertuples(), around, strict=True):
            title = datasheets.county_title(row.county, code)
            sections = (
                _share_section(row.fips, code),
                _program(row.fips),
                _jails(row.current_fips, row.current_fips != row.fips, title),
                _agreement(row.fips),
                _detained(row.fips, name, link),
                _people_held(row.fips, link),
                _belongs(row.aor, link),
                Section(N_("What these numbers do not mean"), _LIMITS),
            )
            yield CountyPage(
                row.fips,
                row.county,
                code,
                _first_line(row.fips, row.county, code),
                tuple(section for section in sections if section is not None),
                link,
                before,
                after,
            )
