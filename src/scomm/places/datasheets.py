"""Build the datasheets of states and areas, from the tables that chapters use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

import pandas as pd

from citable.display.formats import join_lazily, tr, trn
from citable.display.tables import Col, Line
from citable.display.words import N_, LazyText
from citable.tables.reader import load
from scomm.data import ledger, mappings
from scomm.data.mappings import areas
from scomm.data.restrictions import without_headquarters
from scomm.evidence.areas import (
    LAST_BOUNDED,
    Monthly,
    by_month_and_area,
    by_month_area_and_kind,
    pooled,
    with_nations_mix,
    withheld_bounds,
)
from scomm.evidence.published import PARTS, Published, frame, nation, published
from scomm.places.ledger import counted_words, counties_of, figures_in, published_in, running_total
from scomm.places.series import (
    agreements,
    arrests_of_area,
    arrests_of_state,
    detainers_of_names,
    held_table,
)
from scomm.places.sheets import Sheet, SheetChart, SheetTable, month_labels

# Days on which the claims of 2010 and 2011 were cut off.
CUTOFFS = ("2010-06-30", "2011-02-28", "2011-03-31")
FIRST_ESTIMATES = 2009
NOT_RECORDED = N_("not recorded")
_MOST_NAMED = 6
# Chapters in which the tables of a sheet are explained.
_PROGRAM, _FIGURES, _SHARES, _DASHBOARD = (
    "notebooks/02-program",
    "notebooks/06-jurisdictions",
    "notebooks/10-areas",
    "notebooks/14-dashboard",
)


@dataclass(frozen=True)
class Place:
    """Entry of the index of places in which readers search.

    ``kind`` is ``county``, ``state``, ``area`` or ``place``, such as a city that is no county;
    ``state`` the postal code of a county or place; ``path`` its address relative to the root;
    ``published`` says whether a share was published for it, ``figures`` whether anything else was;
    ``inside`` names places in a county that have a share; ``aliases`` are other names, and cities
    in it by the agency's list; ``cities`` those of ``cities.csv``, whose name means this county.
    ``code`` is its place code in the ledger, empty for an area; ``within`` counts the places of a
    state or an area for which a share was published.
    """

    name: str
    kind: str
    state: str
    path: str
    published: bool
    figures: bool = False
    inside: str = ""
    aliases: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    code: str = ""
    within: int = 0


@cache
def states() -> dict[str, str]:
    """Return postal code to name of the fifty states and the District of Columbia."""
    shapes = load("state_shapes").set_index("fips")["name"]
    counties = load("activation")
    codes = (
        counties.assign(state_fips=counties["fips"].str[:2]).groupby("state")["state_fips"].first()
    )
    return {str(code): str(shapes[fips]) for code, fips in codes.items() if fips in shapes.index}


@cache
def activation() -> pd.DataFrame:
    """Return every county with its activation, noncitizens (2009 estimate) and area (``aor``)."""
    counties = load("activation")
    people = load("county_noncitizens")
    weight = people[people["year"] == FIRST_ESTIMATES].set_index("fips")["noncitizens"]
    counties["noncitizens"] = counties["fips"].map(weight).astype("float64")
    # The crosswalk has today's codes; the first code of a split county stands for both parts.
    area = load("county_areas").set_index("fips")["aor"]
    counties["aor"] = counties["current_fips"].str.split("+").str[0].map(area)
    return counties


@cache
def visible_removals() -> pd.DataFrame:
    """Return the dashboard's visible removals by area, fiscal year, agency and criminality.

    A missing count is one without any visible cell: none, or cells that were withheld.
    """
    cells = load("dashboard_removals")
    wide = cells.pivot_table(
        index=["aor", "fiscal_year", "agency"], columns="criminality", values="n", aggfunc="sum"
    ).astype("Int64")
    kinds = ["Criminal Conviction", "Pending Criminal Charges", "Other Immigration Violator"]
    wide["visible"] = wide[kinds].sum(axis=1)
    return wide.reset_index()


def _listed(names: Sequence[str]) -> LazyText:
    """Join names to a list in words.

    >>> str(_listed(["Alameda County", "Contra Costa County", "California as a whole"]))
    'Alameda County, Contra Costa County and California as a whole'
    """
    if len(names) < 2:
        return join_lazily(names)
    return tr("{most} and {last}", most=join_lazily(names[:-1]), last=names[-1])


def _places_phrase(rows: Sequence[tuple[str, str, str]], several_states: bool) -> LazyText:
    """Join place names into a phrase such as "A, B and Ohio as a whole"; count them if many."""
    local = {
        # A name with brackets says its state or region already.
        tr("{place} ({state})", place=name, state=state)
        if several_states and "(" not in name
        else name
        for name, code, state in rows
        if not code.startswith("S:")
    }
    whole = sorted({states()[state] for _, code, state in rows if code.startswith("S:")})
    article = {"District of Columbia": N_("the District of Columbia")}
    names = [
        tr("{state} as a whole", state=name) if local or several_states else article.get(name, name)
        for name in whole
    ]
    if len(local) > _MOST_NAMED:
        return _listed([tr("{n:int} places in it", n=len(local)), *names])
    return _listed([*sorted(local, key=str), *names])


def _first_line(
    name: str, items: Sequence[Published], figures: pd.DataFrame, several_states: bool
) -> str:
    us = nation("2011-02")
    known = {"share": us.share[0], "date": "2011-02-28", "n_text": us.n_text}
    if items:
        places = [(item.jurisdiction, item.place_code, item.state) for item in items]
        return tr(
            "A share without a recorded conviction was published for {places}. Beside it stands the "
            "nation: {share:pct} at {date:date} ({n_text}).",
            places=_places_phrase(places, several_states),
            **known,
        )
    if len(figures):
        rows = figures[["jurisdiction", "place_code", "state"]].itertuples(index=False, name=None)
        return trn(
            "About {places} {n:word} figure was published; it is no share without a recorded "
            "conviction dated to a month. The nearest level that has one is the nation: "
            "{share:pct} at {date:date} ({n_text}).",
            "About {places} {n:word} figures were published; none is a share without a recorded "
            "conviction dated to a month. The nearest level that has one is the nation: "
            "{share:pct} at {date:date} ({n_text}).",
            len(figures),
            places=_places_phrase(list(rows), several_states),
            **known,
        )
    return tr(
        "No share without a recorded conviction under Secure Communities was published for {name} or a "
        "place in it. The nearest level with a figure is the nation: {share:pct} at {date:date} "
        "({n_text}).",
        name=name,
        **known,
    )


@cache
def _unplaced() -> tuple[float, int]:
    """Return the share of the detainers of FY2015 that name no state, and all of them."""
    detainers = load("detainers_fy2015")
    every = int(detainers["n"].sum())
    return float(detainers.loc[detainers["state"] == NOT_RECORDED, "n"].sum() / every), every


_PUBLISHED = {
    "jurisdiction": Col("Place"),
    "until": Col("Cut-off"),
    "line": Col("0 to 100%, the nation dashed", "line", phone=False),
    "share": Col("Share without a recorded conviction"),
    "counts": Col("Without, of removals"),
    "interval": Col("95% interval", phone=False),
    "grade": Col("Grade", "", phone=False),
    "why_published": Col("Why printed", "", phone=False),
}
_PRINTED = {
    "jurisdiction": Col("Place"),
    "counted": Col("What was counted"),
    "printed": Col("As printed"),
    "since": Col("From", phone=False),
    "until": Col("To"),
    "publisher": Col("Printed by", phone=False),
    "grade": Col("Grade", phone=False),
    "id": Col("Row", phone=False),
}
_COUNTIES = {
    "county": Col("County"),
    "date_secure": Col("Activated", "date"),
    "noncitizens": Col("Noncitizens, 2009 estimate", "f0"),
    "area": Col("Area", "", phone=False),
    "published": Col("Published share (cut-off)"),
}
_COVERED = {
    "date": Col("Day", "date"),
    "counties": Col("Counties active", "int"),
    "of": Col("of", "int", phone=False),
    "people": Col("Noncitizens covered, %", "pct"),
}
_ESTIMATES = {
    "label": Col("Area"),
    "n": Col("Removals", "int"),
    "raw": Col("Share without recorded conviction, %", "pct"),
    "low": Col("95% interval, %", "pct", phone=False, high="high"),
    "shrunken": Col("Shrunken, %", "pct", phone=False),
    "standardized": Col("With the nation's mix, %", "pct"),
    "std_low": Col("95% interval with that mix, %", "pct", phone=False, high="std_high"),
}
_ESTIMATES_NOTE = N_(
    "From chapters 10 and 11: intervals that allow for dependent months; shrunken towards the mean of the areas; "
    "and as the share would be with the nation's mix of cases. A difference is not a cause."
)
_HIDDEN = N_("hidden or 0")
_WITHHELD = N_(
    "A cell is one month, nationality and class of one arresting agency (ICE or CBP, the border agency); cells below 10 are hidden. "
    "So these are lower bounds, and no share can be read from them: hidden or 0 means that no "
    "cell reached 10, though many small ones can add up. San Antonio lost Harlingen in FY2022."
)
_YEARS = {
    "year": Col("Fiscal year", "year"),
    "n": Col("Removals", "int"),
    "x": Col("Without recorded conviction", "int"),
    "share": Col("Share, %", "pct"),
}
_MONTHS = {"month": Col("Month", "month")} | {k: v for k, v in _YEARS.items() if k != "year"}
_VISIBLE = {
    "fiscal_year": Col("Fiscal year", "year"),
    "agency": Col("Agency"),
    "visible": Col("Visible removals", "int", phone=False),
    "convicted": Col("Convicted, at least", "right"),
    "pending": Col("Pending charges, at least", "right", phone=False),
    "neither": Col("Neither, at least", "right"),
}
_VISIBLE_BY_AREA = {"area": Col("Area")} | _VISIBLE
_DETAINERS = {
    "facility": Col("Facility", "name"),
    "city": Col("City", "name", phone=False),
    "n": Col("Detainers", "int"),
    "all_years": Col("October 2007 to July 2015", "int"),
}


@dataclass(frozen=True)
class Estimates:
    """Estimates of areas by the functions of chapters: ``shares`` by code; ``bounds`` of FY2024 in words."""

    shares: pd.DataFrame
    bounds: dict[str, str]


@cache
def estimates() -> Estimates:
    """Estimate the areas by the functions that chapters 10, 11 and 14 call."""
    removals, _left_out = without_headquarters(load("removals"))
    mix, _coefficients = with_nations_mix(*by_month_area_and_kind(removals))
    mix = mix.rename(columns={"low": "std_low", "high": "std_high"}).drop(columns="se")
    shares = pooled(by_month_and_area(removals)).join(mix)
    words = {
        str(row.Index): (
            tr(
                "In FY2024 the share without a conviction lies between {low:pct} and {high:pct}, "
                "whatever the withheld cells hold.",
                low=row.low,
                high=row.high,
            )
            if row.can_be_said
            else N_("For FY2024 the withheld cells leave so much open that no share can be said.")
        )
        for row in withheld_bounds(*LAST_BOUNDED).itertuples()
    }
    return Estimates(shares.set_index("code"), words)


def _as_printed(ids: str) -> str:
    return str(ledger.figures().at[ids.split()[0], "printed"])


def _range(low: float, high: float, spec: str) -> LazyText:
    if low == high:
        return tr(f"{{low:{spec}}}", low=low)
    return tr(f"{{low:{spec}}} to {{high:{spec}}}", low=low, high=high)


def share_text(item: Published) -> str:
    """Format the share consistent with the print: a value, a range or a printed bound."""
    row, figures = ledger.cutoffs().loc[item.key], ledger.figures()
    low, high = item.share
    if (low, high) == (0, 1):
        if not (row["n_ids"] and row["x_ids"]):
            return N_("not printed")
        most = figures.at[row["x_ids"].split()[0], "high"]
        least = figures.at[row["n_ids"].split()[0], "low"]
        return tr("at most {high:pct}, computed here", high=most / least)
    if row["share_ids"] and (low == 0 or high == 1) and not item.exact:
        return _as_printed(row["share_ids"])
    return _range(low, high, "pct")


def counts_text(item: Published) -> str:
    """Format the count without a conviction and the total, and whether the first is computed."""
    row = ledger.cutoffs().loc[item.key]
    if not row["n_ids"]:
        return N_("not printed")
    if item.n_range is None:
        if not row["x_ids"]:
            return tr("of {n}, as printed", n=_as_printed(row["n_ids"]))
        return tr(
            "{x} of {n}, as printed", x=_as_printed(row["x_ids"]), n=_as_printed(row["n_ids"])
        )
    x = item.members.x
    printed = bool(row["x_ids"]) and item.basis != PARTS
    words = N_("{x} of {n}") if printed else N_("{x} (computed here) of {n}")
    return tr(
        words, x=_range(int(x.min()), int(x.max()), "int"), n=_range(*item.n_range, spec="int")
    )


def period_text(item: Published) -> str:
    """Format a cut-off, with its start where the figure is no running total."""
    if not item.cutoff:
        return N_("not stated")
    if running_total(item):
        return tr("{day:cutoff}", day=item.cutoff)
    start = min(ledger.figures().loc[list(item.ids), "period_start"])
    return tr("{start:cutoff} to {day:cutoff}", start=start, day=item.cutoff)


def _notes(items: Sequence[Published]) -> list[LazyText]:
    """Return the ledger's notes on figures, and which are one figure at two dates."""
    known = ledger.cutoffs()["note"]
    notes = []
    for item in items:
        twin = next(
            (
                other
                for other in items
                if not item.selected
                and other.selected
                and item.cutoff
                and (other.place_code, other.n_range) == (item.place_code, item.n_range)
            ),
            None,
        )
        values = {"place": item.jurisdiction, "until": period_text(item)}
        if twin is not None:
            notes.append(
                tr(
                    "{place}, {other} and {until}: one published figure, which two sources date "
                    "differently.",
                    other=period_text(twin),
                    **values,
                )
            )
        elif known[item.key] and running_total(item) and known[item.key] not in item.jurisdiction:
            notes.append(tr("{place}, {until}: {note}.", note=known[item.key], **values))
    return notes


def published_table(title: str, items: Sequence[Published]) -> SheetTable:
    """Build the table of published figures, each drawn with its interval or range beside the nation's share."""
    rows = frame(list(items))
    us = nation("2011-02").share[0]
    rows["line"] = [
        Line(row.share_low, row.share_high, row.low, row.high, us) for row in rows.itertuples()
    ]
    rows["until"] = [period_text(item) for item in items]
    rows["share"] = [share_text(item) for item in items]
    rows["counts"] = [counts_text(item) for item in items]
    rows["interval"] = [
        _range(row.low, row.high, "pct") if row.low == row.low else N_("no counts")
        for row in rows.itertuples()
    ]
    notes = _notes(items)
    seen: set[str] = set()
    anchors = []
    for item in items:
        first = item.place_code not in seen
        anchors.append(place_anchor(item.place_code) if first else "")
        seen.add(item.place_code)
    return SheetTable(
        title,
        rows,
        _PUBLISHED,
        join_lazily([N_("Press reports: background only."), *notes], " "),
        tuple(anchors),
        chapter=_FIGURES,
    )


def _published_tables(title: str, items: Sequence[Published]) -> list[SheetTable]:
    """Build the tables of running totals and of figures for a part of the time."""
    running = [item for item in items if running_total(item)]
    other = [item for item in items if not running_total(item)]
    tables = [published_table(title, running)] if running else []
    if other:
        tables.append(published_table(N_("For a part of the time alone, no running total"), other))
    return tables


def _when(text: str) -> str:
    """Format the month or year of a date of the ledger.

    >>> [str(_when(text)) for text in ("2008-10-27", "2008-10", "2011-mid", "")]
    ['Oct 2008', 'Oct 2008', 'mid-2011', 'not stated']
    """
    if not text:
        return N_("not stated")
    is_day = len(text) == 10 and text.replace("-", "").isdigit()
    return tr("{day:cutoff}", day=text[:7] if is_day else text)


def _until(cutoff: str, period_end: str) -> str:
    day = cutoff.partition("/")[2]
    return _when(period_end if day.isdigit() and int(day) > 12 else cutoff or period_end)


def _printed_table(figures: pd.DataFrame, folded: bool) -> SheetTable:
    """Build the table of every ledger row about a place, as printed."""
    rows = figures.reset_index(drop=True).sort_values(
        ["jurisdiction", "period_end", "id"], kind="stable"
    )
    rows["counted"] = rows["metric"].map(counted_words)
    bare = (rows["unit"] == "percent") & rows["printed"].str.fullmatch(r"[\d.]+")
    rows["printed"] = rows["printed"].where(~bare, rows["printed"] + "%")
    rows["since"] = [_when(text) for text in rows["period_start"]]
    rows["until"] = [_until(*both) for both in zip(rows["cutoff"], rows["period_end"], strict=True)]
    seen: set[str] = set()
    anchors = []
    shown = {item.place_code for item in published().values()}
    for code in rows["place_code"]:
        first = code.startswith("X:") and code not in seen | shown
        anchors.append(place_anchor(code) if first else "")
        seen.add(code)
    return SheetTable(
        trn(
            "The {n:int} figure printed about places here, as printed",
            "All {n:int} figures printed about places here, as printed",
            len(rows),
        ),
        rows,
        _PRINTED,
        N_("From the ledger of published figures; press reports are background only."),
        tuple(anchors),
        folded=folded,
        chapter=_FIGURES,
    )


def _with_figures(
    title: str, tables: list[SheetTable], items: Sequence[Published], figures: pd.DataFrame
) -> tuple[SheetTable, ...]:
    """Return a sheet's tables, published figures first: shares, then all printed rows."""
    if items:
        return (*_published_tables(title, items), _printed_table(figures, folded=True), *tables)
    if len(figures):
        return (_printed_table(figures, folded=False), *tables)
    return tuple(tables)


def _with_hidden(rows: pd.DataFrame) -> pd.DataFrame:
    """Format dashboard counts, in words where no cell is visible."""
    kinds = {
        "convicted": "Criminal Conviction",
        "pending": "Pending Criminal Charges",
        "neither": "Other Immigration Violator",
    }
    texts = {
        name: [_HIDDEN if pd.isna(n) else tr("{n:int}", n=int(n)) for n in rows[column]]
        for name, column in kinds.items()
    }
    return rows.assign(**texts)


def _visible_table(codes: Sequence[str]) -> SheetTable:
    """Build the table of visible dashboard counts of areas, by fiscal year, with the bounds of FY2024."""
    seen = visible_removals()
    later = [new for code in codes for new in mappings.later_areas().get(code, ())]
    rows = seen[seen["aor"].isin([*codes, *later])].copy()
    names = areas().set_index("code")["name"]
    rows["area"] = rows["aor"].map(names)
    bounded = estimates().bounds
    bounds = [
        tr("{area}: {bound}", area=names[code], bound=bounded[code])
        for code in [*codes, *later]
        if code in bounded
    ]
    return SheetTable(
        N_("The same areas, FY2021 to the first quarter of FY2025"),
        _with_hidden(rows),
        _VISIBLE_BY_AREA,
        join_lazily([_WITHHELD, *bounds], " "),
        chapter=_DASHBOARD,
    )


def _shares_table(title: str, codes: Sequence[str]) -> SheetTable:
    rows = estimates().shares.loc[list(codes)]
    return SheetTable(title, rows, _ESTIMATES, _ESTIMATES_NOTE, chapter=_SHARES)


@cache
def _monthly() -> Monthly:
    removals, _left_out = without_headquarters(load("removals"))
    return by_month_and_area(removals)


def _series(code: str) -> tuple[SheetTable, SheetTable]:
    """Return an area's removals by fiscal year and by month."""
    every = _monthly()
    column = every.codes.index(code)
    months = pd.DataFrame({"month": every.months, "n": every.n[:, column], "x": every.x[:, column]})
    months["year"] = months["month"].dt.year + (months["month"].dt.month >= 10)
    years = months.groupby("year")[["n", "x"]].sum().reset_index()
    for table in (years, months):
        table["share"] = table["x"] / table["n"].where(table["n"] > 0)
    return (
        SheetTable(
            N_("Removals without a recorded conviction, by fiscal year"),
            years,
            _YEARS,
            N_("FY2019 to August."),
            chapter=_SHARES,
        ),
        SheetTable(
            N_("Removals without a recorded conviction, by month"),
            months,
            _MONTHS,
            N_("n/a: no removal that month."),
            folded=True,
            chart=_month_chart(code, years, months),
        ),
    )


def _month_chart(code: str, years: pd.DataFrame, months: pd.DataFrame) -> SheetChart:
    """Draw an area's monthly shares, with a text alternative."""
    known = months.dropna(subset="share")
    least, most = known.loc[known["share"].idxmin()], known.loc[known["share"].idxmax()]
    fewest = months.loc[months["n"].idxmin()]
    span = {"first": months["month"].iloc[0], "last": months["month"].iloc[-1]}
    ends = {
        "low": least["share"],
        "low_month": least["month"],
        "high": most["share"],
        "high_month": most["month"],
    }
    return SheetChart(
        N_("Share without a recorded conviction, by month"),
        month_labels(months["month"]),
        tuple(months["share"]),
        tr(
            "Share of the area's removals without a recorded conviction, by month, {first:month} to "
            "{last:month}. The fewest removals in a month were {n:int} ({month:month}); the fewer there "
            "are, the more a month moves by chance.",
            n=int(fewest["n"]),
            month=fewest["month"],
            **span,
        ),
        tr(
            "Line of the monthly share of removals without a recorded conviction in the {name} area, "
            "{first:month} to {last:month}, from {low:pct} ({low_month:month}) to {high:pct} "
            "({high_month:month}).",
            name=areas().set_index("code").at[code, "name"],
            **span,
            **ends,
        ),
        tr(
            "One line on a scale from 0 to 100%. It is lowest in {low_month:month}, at {low:pct}, and "
            "highest in {high_month:month}, at {high:pct}. By fiscal year the share is {years}; "
            "FY2019 ends with August.",
            years=join_lazily(
                tr("{share:pct} in FY{year:year}", share=row.share, year=row.year)
                for row in years.dropna(subset="share").itertuples()
            ),
            **ends,
        ),
    )


def _covered(counties: pd.DataFrame) -> pd.DataFrame:
    """Return how many counties and noncitizens were covered at the claims' cut-offs and at the end.

    The last row is the day on which the last county was activated, where all were.
    """
    total = counties["noncitizens"].sum()
    days = list(CUTOFFS)
    if counties["date_secure"].notna().all():
        days.append(f"{counties['date_secure'].max():%Y-%m-%d}")
    return pd.DataFrame(
        [
            {
                "date": day,
                "counties": int((counties["date_secure"] <= day).sum()),
                "of": len(counties),
                "people": float(
                    counties.loc[counties["date_secure"] <= day, "noncitizens"].sum() / total
                ),
            }
            for day in sorted(set(days))
        ]
    )


def _covered_table(title: str, counties: pd.DataFrame) -> SheetTable:
    rows = _covered(counties)
    note = N_("The last day is the one on which the last county was activated.")
    complete = bool((rows["counties"] == rows["of"]).any())
    return SheetTable(title, rows, _COVERED, note if complete else "", chapter=_PROGRAM)


def county_slug(fips: str) -> str:
    """Return the name of a county's page, by FIPS code.

    >>> county_slug("25025")
    'county-25025'
    """
    return f"county-{fips}"


def county_title(county: str, state: str) -> str:
    """Return a county's name with that of its state, given as postal code.

    >>> county_title("Suffolk County", "MA"), county_title("District of Columbia", "DC")
    ('Suffolk County, Massachusetts', 'District of Columbia')
    """
    name = states()[state]
    return county if county == name else f"{county}, {name}"


def state_page(code: str) -> str:
    """Return the address of a state's sheet in the folder of sheets.

    >>> state_page("MA")
    'state-ma.html'
    """
    return f"state-{code.lower()}.html"


def county_anchor(fips: str) -> str:
    """Return a county's anchor on its state's sheet.

    >>> anchor("25025")
    'c25025'
    """
    return f"c{fips}"


def place_anchor(place_code: str) -> str:
    """Return the anchor on its state's sheet of what was printed about a place of the ledger.

    >>> place_anchor("X:boston"), place_anchor("06037+06071")
    ('x-boston', 'share-06037-06071')
    """
    name = re.sub("[:+]", "-", place_code.lower())
    return name if name[0].isalpha() else f"share-{name}"


def place_slug(place_code: str) -> str:
    """Return the name of the page of a place of the ledger that is no county.

    >>> place_slug("X:boston")
    'place-boston'
    """
    return f"place-{place_code.removeprefix('X:')}"


@cache
def places_with_share() -> tuple[str, ...]:
    """Return the codes of places that are no county or state and have a published share, by code."""
    found = {item.place_code for item in published().values() if item.share != (0, 1)}
    return tuple(sorted(code for code in found if code.startswith("X:")))


def place_address(place_code: str, state: str) -> str:
    """Return the address of a county or place of the ledger, relative to the root.

    >>> address("48453", "TX"), address("X:boston", "MA")
    ('datasheets/county-48453.html', 'datasheets/place-boston.html')
    """
    if place_code in places_with_share():
        return f"datasheets/{place_slug(place_code)}.html"
    if place_code.startswith("X:"):
        return f"datasheets/{state_page(state)}#{place_anchor(place_code)}"
    return f"datasheets/{county_slug(place_code)}.html"


@cache
def with_share() -> frozenset[str]:
    """Return the codes of the counties for which a share was published."""
    return frozenset(
        code
        for item in published().values()
        for code in item.place_code.split("+")
        if code.isdigit()
    )


@cache
def with_figure() -> frozenset[str]:
    """Return the codes of the counties about which any figure was published, alone or together."""
    return frozenset(
        code
        for codes in ledger.figures()["place_code"]
        for code in codes.split("+")
        if code.isdigit()
    )


def _plain(names: pd.Series) -> pd.Series:
    upper = names.str.upper().str.replace("SAINT ", "ST ")
    return upper.str.replace(r"[^A-Z0-9]", "", regex=True)


@cache
def _facility_cities() -> pd.DataFrame:
    """Return the cities of each county as the agency's list of facilities has them.

    Columns: state (postal code), city, fips, shared (whether a county and a city that is no part
    of it have the name that the list gives). A city that the list puts in several counties of its
    state is left out.
    """
    kinds = r" (County|Parish|Borough|Census Area|Municipality|City and Borough|city)$"
    counties = load("county_names")
    counties["plain"] = _plain(counties["county"].str.replace(kinds, "", regex=True))
    counties["shared"] = counties.duplicated(["state", "plain"], keep=False)
    # A name of both a county and a city means the county.
    counties["is_city"] = counties["county"].str.endswith(" city")
    counties = counties.sort_values("is_city", kind="stable").drop_duplicates(["state", "plain"])
    found = load("facilities")[["city", "county", "state"]].dropna().drop_duplicates()
    found["plain"] = _plain(found["county"])
    found = found.merge(counties[["fips", "state", "plain", "shared"]], on=["state", "plain"])
    alone = found.groupby(["state", "city"])["fips"].transform("nunique") == 1
    return found.loc[alone, ["state", "city", "fips", "shared"]].drop_duplicates()


@cache
def city_counties() -> pd.DataFrame:
    """Return the one county of each city of the agency's list: state, city (capitals), fips.

    Left out are cities that the list puts in several counties, and those for which it gives a name
    that a county and a city which is no part of it share, such as Baltimore.
    """
    cities = _facility_cities()
    return cities.loc[~cities["shared"], ["state", "city", "fips"]].drop_duplicates()


@cache
def _cities() -> dict[str, tuple[str, ...]]:
    """Return the cities of each county by FIPS code, without cities named as a county."""
    cities = _facility_cities().drop_duplicates(["fips", "city"])
    cities = cities.sort_values(["fips", "city"], kind="stable")
    return {
        str(fips): tuple(str(city).title() for city in names)
        for fips, names in cities.groupby("fips")["city"]
    }


@cache
def _inside(fips: str) -> tuple[Published, ...]:
    """Return published shares of places that lie in one county and are not the county itself."""
    return tuple(
        item
        for item in published().values()
        if item.place_code.startswith("X:") and counties_of(item.place_code) == {fips}
    )


@cache
def _typed_aliases() -> dict[str, tuple[str, ...]]:
    places = mappings.places()
    return {
        str(code): tuple(name for name in str(names).split(";") if name)
        for code, names in zip(places["place_code"], places["aliases"], strict=True)
    }


def _aliases(place_code: str) -> tuple[str, ...]:
    return _typed_aliases().get(place_code, ())


def _share_of_county(fips: str) -> LazyText:
    """Return the shares published for a county, or for a place in it, with their cut-offs."""
    own = [item for item in published().values() if fips in item.place_code.split("+")]

    def shares(items: Iterable[Published]) -> LazyText:
        return join_lazily(
            tr("{share} ({until})", share=share_text(item), until=period_text(item))
            for item in items
        )

    parts = [shares(sorted(own, key=lambda item: item.cutoff))] if own else []
    for place, items in groupby(_inside(fips), key=lambda item: item.jurisdiction):
        parts.append(tr("{place}: {shares}", place=place, shares=shares(items)))
    if not parts:
        return join_lazily([N_("other figures") if fips in with_figure() else N_("none")])
    return join_lazily(parts, "; ")


def _area_scope(code: str) -> tuple[set[str], set[str]]:
    """Return the counties of an area and the states it serves."""
    here = activation()
    here = here[here["aor"] == code]
    return set(here["fips"]), set(here["state"]) & states().keys()


def _state_scope(code: str) -> tuple[set[str], set[str]]:
    here = activation()
    return set(here.loc[here["state"] == code, "fips"]), {code}


@cache
def places() -> tuple[Place, ...]:
    """Return every county, state, area and other place of the ledger with its address."""
    counties = activation()
    found = []
    for code, name in states().items():
        path = f"datasheets/state-{code.lower()}.html"
        scope = _state_scope(code)
        within = len({item.place_code for item in published_in(*scope)})
        found.append(
            Place(
                name,
                "state",
                code,
                path,
                within > 0,
                bool(len(figures_in(*scope))),
                aliases=(code, *_aliases(f"S:{code}")),
                code=f"S:{code}",
                within=within,
            )
        )
    names = areas().set_index("code")["name"]
    for code in estimates().shares.index:
        scope = _area_scope(str(code))
        within = len({item.place_code for item in published_in(*scope)})
        found.append(
            Place(
                tr("{name} area", name=names[code]),
                "area",
                "",
                f"datasheets/area-{str(code).lower()}.html",
                within > 0,
                bool(len(figures_in(*scope))),
                within=within,
                aliases=tuple(names[later] for later in mappings.later_areas().get(str(code), ())),
            )
        )
    typed = mappings.cities().groupby("fips")["city"].agg(tuple).to_dict()
    shared = {item.place_code for item in published().values()}
    printed = set(ledger.figures()["place_code"])
    for row in mappings.places().itertuples():
        if row.place_code.startswith("X:") and row.place_code in printed:
            found.append(
                Place(
                    row.name,
                    "place",
                    row.state,
                    place_address(row.place_code, row.state),
                    row.place_code in shared,
                    True,
                    aliases=_aliases(row.place_code),
                    code=row.place_code,
                )
            )
    for row in counties.itertuples():
        if row.state not in states():
            continue
        inside = sorted({item.jurisdiction for item in _inside(row.fips)})
        found.append(
            Place(
                row.county,
                "county",
                row.state,
                place_address(row.fips, row.state),
                row.fips in with_share(),
                row.fips in with_figure(),
                join_lazily(inside) if inside else "",
                (*_cities().get(row.fips, ()), *_aliases(row.fips)),
                typed.get(row.fips, ()),
                row.fips,
            )
        )
    return tuple(found)


@cache
def sheet_items(kind: str) -> tuple[tuple[str, str, str, str, str], ...]:
    """Yield the citable items of datasheets: id, page, anchor, title of the page, text.

    ``kind`` is ``datasheet`` (ids are codes of states and areas) or ``county`` (FIPS codes). Anchor
    and text are empty: a page is cited whole.
    """
    found = []
    for place in places():
        if place.kind == "place" or (kind == "county") != (place.kind == "county"):
            continue
        is_county = place.kind == "county"
        title = county_title(place.name, place.state) if is_county else place.name
        code = place.path.removesuffix(".html").rsplit("-", 1)[-1].upper()
        found.append((code, place.path, "", tr("Datasheet: {place}", place=title), ""))
    return tuple(found)


def state_sheet(code: str) -> Sheet:
    """Build a state's datasheet.

    Raises KeyError for an unknown code.
    """
    name = states()[code]
    counties = activation()
    here = counties[counties["state"] == code].copy()
    names = areas().set_index("code")["name"]
    here["area"] = here["aor"].map(names).fillna(N_("not in the crosswalk"))
    here["published"] = [_share_of_county(fips) for fips in here["fips"]]
    here = here.sort_values("county", kind="stable")
    scope = _state_scope(code)
    items, figures = published_in(*scope), figures_in(*scope)
    detainers = load("detainers_fy2015")
    inside = detainers[detainers["state"] == name.upper()]
    facilities = (
        inside.groupby(["facility", "city"])["n"]
        .sum()
        .reset_index()
        .sort_values("n", ascending=False, kind="stable")
    )
    facilities["all_years"] = facilities["facility"].map(detainers_of_names()).astype("Int64")
    serving = sorted(set(here["aor"].dropna()) & set(estimates().shares.index))
    tables = [
        _covered_table(N_("How much of the state was covered when"), here),
        _shares_table(N_("Areas that serve it, FY2016 to August of FY2019"), serving),
        _visible_table(serving),
        *arrests_of_state(code, name),
        *held_table("state", code, name),
        *filter(None, [agreements(code)]),
        SheetTable(
            N_("Detainers, 1 October 2014 to 19 July 2015, largest facilities"),
            facilities.head(15),
            _DETAINERS,
            trn(
                "{detainers:int} detainers at {n:int} facility. Of the country's {all:int}, {part:pct} "
                "name no state and are in no sheet. All years: n/a where the name stands in other "
                "states too.",
                "{detainers:int} detainers at {n:int} facilities. Of the country's {all:int}, {part:pct} "
                "name no state and are in no sheet. All years: n/a where the name stands in other "
                "states too.",
                len(facilities),
                detainers=int(inside["n"].sum()),
                all=_unplaced()[1],
                part=_unplaced()[0],
            ),
        ),
        SheetTable(
            N_("Detainers at every facility"), facilities.iloc[15:], _DETAINERS, folded=True
        ),
        SheetTable(
            N_("Counties"),
            here,
            _COUNTIES,
            N_(
                "Day on which fingerprints submitted there began to be checked. Published share: the share "
                "without a recorded conviction printed for the county, or for a city in it."
            ),
            tuple(county_anchor(fips) for fips in here["fips"]),
            tuple(f"{county_slug(fips)}.html" for fips in here["fips"]),
            dense=True,
            chapter=_PROGRAM,
        ),
    ]
    notes = (
        N_(
            "A county is where fingerprints were submitted; an area is where a case was docketed; "
            "neither need be where a person lived."
        ),
    )
    return Sheet(
        f"state-{code.lower()}",
        name,
        "state",
        _first_line(name, items, figures, several_states=False),
        _with_figures(N_("Published figures"), tables, items, figures),
        notes,
    )


def area_sheet(code: str) -> Sheet:
    """Build an area's datasheet.

    Raises KeyError for an unknown code.
    """
    name = str(areas().set_index("code").at[code, "name"])
    counties = activation()
    here = counties[counties["aor"] == code]
    scope = _area_scope(code)
    items, figures = published_in(*scope), figures_in(*scope)
    bound = estimates().bounds.get(code, "")
    seen = visible_removals()
    visible = seen[seen["aor"] == code]
    by_state = here.groupby("state").size().reset_index(name="counties")
    by_state["state"] = by_state["state"].map(states()).fillna(by_state["state"])
    tables = [
        _shares_table(N_("Removals, FY2016 to August of FY2019"), [code]),
        *_series(code),
        arrests_of_area(code, tr("the {name} area", name=name)),
        SheetTable(
            N_("Dashboard, FY2021 to the first quarter of FY2025"),
            _with_hidden(visible),
            _VISIBLE,
            join_lazily([_WITHHELD, bound], " ") if bound else _WITHHELD,
            chapter=_DASHBOARD,
        ),
        *held_table("aor", code, tr("the {name} area", name=name)),
        SheetTable(
            N_("Counties of the area by state"),
            by_state,
            {"state": Col("State"), "counties": Col("Counties", "int")},
            folded=True,
        ),
        _covered_table(N_("How much of the area was covered when"), here),
    ]
    return Sheet(
        f"area-{code.lower()}",
        tr("{name} area", name=name),
        "area",
        _first_line(
            tr("the {name} area", name=name), items, figures, several_states=len(scope[1]) > 1
        ),
        _with_figures(
            N_("Published figures for places in it and states it serves"), tables, items, figures
        ),
        (
            N_(
                "An area is where a case was docketed, which need not be where a person was arrested or "
                "lived."
            ),
        ),
    )


def all_sheets() -> list[Sheet]:
    """Return every datasheet: states and the District of Columbia by name, then areas."""
    by_name = sorted(states().items(), key=lambda item: item[1])
    return [state_sheet(code) for code, _ in by_name] + [
        area_sheet(code) for code in estimates().shares.index
    ]
