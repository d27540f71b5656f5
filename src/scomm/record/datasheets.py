"""Datasheets: what this book has on one state or one area, from the tables the chapters use."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import pandas as pd

from scomm.data import ledger
from scomm.data.mappings import areas
from scomm.data.restrictions import HEADQUARTERS, outside_fast_track
from scomm.data.tables import load
from scomm.display.formats import joined, tr, trn
from scomm.display.tables import Col, Line
from scomm.display.words import N_
from scomm.record.areas import monthly
from scomm.record.evidence import Published, frame, nation, published
from scomm.stats.proportions import wilson

# Days on which the claims of 2010 and 2011 were cut off.
CUTOFFS = ("2010-06-30", "2011-02-28", "2011-03-31")
FIRST_ESTIMATES = 2009
NOT_RECORDED = N_("not recorded")
_PLACE_LEVELS = ("county", "jurisdiction")
# Areas of the dashboard that were formed out of others (aor.csv) and are in no removals file.
LATER_AREAS = {"SNA": ("HLG",)}


@dataclass(frozen=True)
class SheetTable:
    """One table of a datasheet; ``anchors`` are addresses of its rows, empty if they have none.

    ``folded`` puts it behind a line, for what few readers want and print leaves out; ``dense`` is
    for tables of many short rows, which print sets in columns.
    """

    title: str
    frame: pd.DataFrame
    columns: dict[str, Col]
    note: str = ""
    anchors: tuple[str, ...] = ()
    folded: bool = False
    dense: bool = False


@dataclass(frozen=True)
class Sheet:
    """One datasheet: ``slug`` names its page, ``first`` its first line, ``tables`` its contents."""

    slug: str
    title: str
    kind: str
    first: str
    tables: tuple[SheetTable, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """One entry of the index in which readers find their place.

    ``kind`` is ``county``, ``state`` or ``area``; ``state`` a county's postal code; ``path`` its
    address relative to the root; ``published`` says whether a share was published for it.
    """

    name: str
    kind: str
    state: str
    path: str
    published: bool


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
def _activation() -> pd.DataFrame:
    counties = load("activation")
    people = load("county_noncitizens")
    weight = people[people["year"] == FIRST_ESTIMATES].set_index("fips")["noncitizens"]
    counties["noncitizens"] = counties["fips"].map(weight).astype("float64")
    # The crosswalk has today's codes; of a county that was split the first stands for both parts.
    area = load("county_areas").set_index("fips")["aor"]
    counties["aor"] = counties["current_fips"].str.split("+").str[0].map(area)
    return counties


@cache
def area_shares() -> pd.DataFrame:
    """Return each area's removals FY2016 to FY2019 and shares without a recorded conviction.

    Index: area code. Columns: name, n, x, share, low, high (Wilson), and the same with suffix
    ``_outside`` for removals outside the fast track.
    """
    removals = load("removals")
    removals = removals[removals["aor"] != HEADQUARTERS]
    rows: dict[str, pd.Series] = {}
    for suffix, part in (("", removals), ("_outside", outside_fast_track(removals)[0])):
        n = part.groupby("aor", observed=True)["n"].sum()
        x = part[~part["threat_level_recorded"]].groupby("aor", observed=True)["n"].sum()
        ends = wilson(x.to_numpy(), n.to_numpy())
        rows |= {f"n{suffix}": n, f"x{suffix}": x, f"share{suffix}": x / n}
        rows |= {
            f"low{suffix}": pd.Series(ends.low, index=n.index),
            f"high{suffix}": pd.Series(ends.high, index=n.index),
        }
    table = pd.DataFrame(rows)
    table.index = table.index.astype(str)
    table.insert(0, "name", areas().set_index("code")["name"].reindex(table.index))
    return table.sort_index()


@cache
def visible_removals() -> pd.DataFrame:
    """Return the dashboard's visible removals by area, fiscal year and criminality.

    A missing count is one without any visible cell: none, or cells that were withheld.
    """
    cells = load("dashboard_removals")
    wide = cells.pivot_table(
        index=["aor", "fiscal_year"], columns="criminality", values="n", aggfunc="sum"
    ).astype("Int64")
    kinds = ["Criminal Conviction", "Pending Criminal Charges", "Other Immigration Violator"]
    wide["visible"] = wide[kinds].sum(axis=1)
    return wide.reset_index()


def _first_line(name: str, kind: str, items: list[Published]) -> str:
    us = nation("2011-02")
    known = {"share": us.share[0], "date": "2011-02-28", "n_text": us.n_text}
    if items:
        places = sorted({item.jurisdiction for item in items})
        return tr(
            "A share without a recorded conviction was published for {places}. Beside it stands the "
            "nation: {share:pct} at {date:date} ({n_text}).",
            places=joined(places),
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
    "cutoff": Col("Cut-off", "cutoff"),
    "line": Col("0 to 100%, the nation dashed", "line"),
    "x": Col("Without", "int", phone=False),
    "n": Col("Removals", "int"),
    "share_low": Col("Share from, %", "pct"),
    "share_high": Col("to, %", "pct"),
    "low": Col("95% from, %", "pct", phone=False),
    "high": Col("to, %", "pct", phone=False),
    "grade": Col("Grade", "", phone=False),
    "why_published": Col("Why printed", "", phone=False),
}
_COUNTIES = {
    "county": Col("County"),
    "date_secure": Col("Activated", "date"),
    "noncitizens": Col("Noncitizens, 2009 estimate", "f0"),
    "area": Col("Area", "", phone=False),
    "published": Col("Published share"),
}
_COVERED = {
    "date": Col("Day", "date"),
    "counties": Col("Counties active", "int"),
    "of": Col("of", "int", phone=False),
    "people": Col("Noncitizens covered, %", "pct"),
}
_AREAS = {
    "name": Col("Area"),
    "n": Col("Removals FY2016-19", "int"),
    "share": Col("Without recorded conviction, %", "pct"),
    "n_outside": Col("Outside the fast track", "int"),
    "share_outside": Col("Without, %", "pct"),
    "low_outside": Col("95% from, %", "pct", phone=False),
    "high_outside": Col("to, %", "pct", phone=False),
}
_ESTIMATES = {
    "label": Col("Area"),
    "n": Col("Removals", "int"),
    "raw": Col("Share without recorded conviction, %", "pct"),
    "low": Col("95% from, %", "pct", phone=False),
    "high": Col("to, %", "pct", phone=False),
    "shrunken": Col("Shrunken, %", "pct", phone=False),
    "standardized": Col("With the nation's mix, %", "pct"),
    "std_low": Col("95% from, %", "pct", phone=False),
    "std_high": Col("to, %", "pct", phone=False),
}
_ESTIMATES_NOTE = N_(
    "From chapters 9 and 10: intervals that allow for dependent months; shrunken towards the mean of the areas; "
    "and as the share would be with the nation's mix of cases. A difference is not a cause."
)
_WITHHELD = N_(
    "Cells below 10 are withheld: these are lower bounds, and a small number can be suppression. "
    "n/a: no visible cell, so none or withheld; it is no zero. San Antonio lost Harlingen in FY2022."
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
    "visible": Col("Visible removals", "int"),
    "Criminal Conviction": Col("Convicted", "int"),
    "Pending Criminal Charges": Col("Pending charges", "int"),
    "Other Immigration Violator": Col("Neither", "int"),
}
_VISIBLE_BY_AREA = {"area": Col("Area")} | _VISIBLE
_DETAINERS = {
    "facility": Col("Facility"),
    "city": Col("City", "", phone=False),
    "n": Col("Detainers", "int"),
}


@dataclass(frozen=True)
class Estimates:
    """What chapters computed for areas: ``shares`` by code, and ``bounds`` of FY2024 in words."""

    shares: pd.DataFrame
    bounds: dict[str, str]


def estimates(tables: Mapping[str, str]) -> Estimates | None:
    """Read the areas' estimates from the chapters' own tables, given as CSV by number.

    None if the book at hand does not have those chapters.
    """
    if not {"9.1", "10.2", "13.2"} <= tables.keys():
        return None
    raw, mix, bounds = (pd.read_csv(io.StringIO(tables[name])) for name in ("9.1", "10.2", "13.2"))
    mix = mix.rename(columns={"low": "std_low", "high": "std_high"})
    shares = raw[["label", "n", "raw", "low", "high", "shrunken"]].merge(
        mix[["code", "label", "standardized", "std_low", "std_high"]], on="label", validate="1:1"
    )
    words = {
        str(row.aor): (
            tr(
                "In FY2024 the share without a conviction lies between {low:pct} and {high:pct}, "
                "whatever the withheld cells hold.",
                low=row.low,
                high=row.high,
            )
            if row.said == "bounded"
            else N_("For FY2024 the withheld cells leave so much open that no share can be said.")
        )
        for row in bounds.itertuples()
    }
    return Estimates(shares.set_index("code"), words)


def _published_table(title: str, items: list[Published]) -> SheetTable:
    """Return published figures, each drawn with its interval or range beside the nation's share."""
    rows = frame(items)
    us = nation("2011-02").share[0]
    rows["line"] = [
        Line(row.share_low, row.share_high, row.low, row.high, us) for row in rows.itertuples()
    ]
    return SheetTable(
        title, rows, _PUBLISHED, N_("n/a: not printed. Press reports: background only.")
    )


def _visible_table(codes: Sequence[str], known: Estimates | None) -> SheetTable:
    """Return what the dashboard shows of some areas, by fiscal year, and the bounds of FY2024."""
    seen = visible_removals()
    later = [new for code in codes for new in LATER_AREAS.get(code, ())]
    rows = seen[seen["aor"].isin([*codes, *later])].copy()
    names = areas().set_index("code")["name"]
    rows["area"] = rows["aor"].map(names)
    bounds = [
        tr("{area}: {bound}", area=names[code], bound=known.bounds[code])
        for code in [*codes, *later]
        if known is not None and code in known.bounds
    ]
    return SheetTable(
        N_("The same areas, FY2021 to the first quarter of FY2025"),
        rows,
        _VISIBLE_BY_AREA,
        joined([_WITHHELD, *bounds], " "),
    )


def _shares_table(title: str, codes: Sequence[str], known: Estimates | None) -> SheetTable:
    if known is not None:
        rows = known.shares.loc[[code for code in codes if code in known.shares.index]]
        return SheetTable(title, rows, _ESTIMATES, _ESTIMATES_NOTE)
    return SheetTable(
        title,
        area_shares().loc[list(codes)],
        _AREAS,
        N_(
            "Binomial intervals describe a constant rate and are too narrow for areas; see chapter 9."
        ),
    )


def _series(code: str) -> tuple[SheetTable, SheetTable]:
    """Return an area's removals by fiscal year and by month."""
    every = monthly("all")
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
        ),
        SheetTable(
            N_("Removals without a recorded conviction, by month"),
            months,
            _MONTHS,
            N_("n/a: no removal that month."),
            folded=True,
        ),
    )


def _covered(counties: pd.DataFrame) -> pd.DataFrame:
    total = counties["noncitizens"].sum()
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
            for day in CUTOFFS
        ]
    )


def _items(codes: set[str], state: str | None) -> list[Published]:
    level = ledger.figures()["level"]
    found = []
    for item in published().values():
        inside = bool(set(item.place_code.split("+")) & codes)
        if inside or (state is not None and item.state == state and item.place_code != "US"):
            found.append(item)
    return sorted(
        found,
        key=lambda item: (level[item.ids[0]] not in _PLACE_LEVELS, item.jurisdiction, item.cutoff),
    )


def anchor(fips: str) -> str:
    """Return a county's anchor on its state's sheet.

    >>> anchor("25025")
    'c25025'
    """
    return f"c{fips}"


@cache
def with_share() -> frozenset[str]:
    """Return the codes of the counties for which a share was published."""
    level = ledger.figures()["level"]
    return frozenset(
        code
        for item in published().values()
        if level[item.ids[0]] in _PLACE_LEVELS
        for code in item.place_code.split("+")
        if code.isdigit()
    )


def places() -> list[Place]:
    """Return every county, state and area with the address of its datasheet."""
    counties = _activation()
    with_items = {code for code in states() if _items(set(), code)}
    found = [
        Place(name, "state", code, f"datasheets/state-{code.lower()}.html", code in with_items)
        for code, name in states().items()
    ]
    names = areas().set_index("code")["name"]
    found += [
        Place(
            tr("{name} area", name=names[code]),
            "area",
            "",
            f"datasheets/area-{str(code).lower()}.html",
            bool(_items(set(counties.loc[counties["aor"] == code, "fips"]), None)),
        )
        for code in area_shares().index
    ]
    found += [
        Place(
            row.county,
            "county",
            row.state,
            f"datasheets/state-{row.state.lower()}.html#{anchor(row.fips)}",
            row.fips in with_share(),
        )
        for row in counties.itertuples()
        if row.state in states()
    ]
    return found


@cache
def sheet_items(kind: str) -> tuple[tuple[str, str, str, str, str], ...]:
    """Return what can be cited of datasheets: id, page, anchor, the page's title, and a name.

    ``kind`` is ``datasheet`` (ids are codes of states and areas) or ``county`` (FIPS codes).
    """
    found = []
    for place in places():
        page, _, fragment = place.path.partition("#")
        if (kind == "county") != (place.kind == "county"):
            continue
        title = states()[place.state] if place.kind == "county" else place.name
        code = page.removesuffix(".html").rsplit("-", 1)[-1].upper()
        found.append(
            (
                fragment.removeprefix("c") or code,
                page,
                fragment,
                tr("Datasheet: {place}", place=title),
                place.name if kind == "county" else "",
            )
        )
    return tuple(found)


def state_sheet(code: str, known: Estimates | None = None) -> Sheet:
    """Return a state's datasheet; ``known`` is what chapters computed for areas.

    Raises KeyError for an unknown code.
    """
    name = states()[code]
    counties = _activation()
    here = counties[counties["state"] == code].copy()
    names = areas().set_index("code")["name"]
    here["area"] = here["aor"].map(names).fillna(N_("not in the crosswalk"))
    here["published"] = [N_("yes") if fips in with_share() else N_("none") for fips in here["fips"]]
    here = here.sort_values("county", kind="stable")
    items = _items(set(here["fips"]), code)
    detainers = load("detainers_fy2015")
    inside = detainers[detainers["state"] == name.upper()]
    facilities = (
        inside.groupby(["facility", "city"])["n"]
        .sum()
        .reset_index()
        .sort_values("n", ascending=False, kind="stable")
    )
    serving = sorted(set(here["aor"].dropna()) & set(area_shares().index))
    tables = [SheetTable(N_("How much of the state was covered when"), _covered(here), _COVERED)]
    if items:
        tables.insert(
            0,
            _published_table(N_("Published figures"), items),
        )
    tables += [
        _shares_table(N_("Areas that serve it, FY2016 to August of FY2019"), serving, known),
        _visible_table(serving, known),
        SheetTable(
            N_("Detainers, 1 October 2014 to 19 July 2015, largest facilities"),
            facilities.head(15),
            _DETAINERS,
            trn(
                "{detainers:int} detainers at {n:int} facility. Of the country's {all:int}, {part:pct} "
                "name no state and are in no sheet.",
                "{detainers:int} detainers at {n:int} facilities. Of the country's {all:int}, {part:pct} "
                "name no state and are in no sheet.",
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
                "Day on which fingerprints submitted there began to be checked. Published share: whether "
                "a share without a recorded conviction was printed for the county."
            ),
            tuple(anchor(fips) for fips in here["fips"]),
            dense=True,
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
        _first_line(name, "state", items),
        tuple(tables),
        notes,
    )


def area_sheet(code: str, known: Estimates | None = None) -> Sheet:
    """Return an area's datasheet; ``known`` is what chapters computed for areas.

    Raises KeyError for an unknown code.
    """
    name = str(areas().set_index("code").at[code, "name"])
    counties = _activation()
    here = counties[counties["aor"] == code]
    items = _items(set(here["fips"]), None)
    bound = known.bounds.get(code, "") if known else ""
    seen = visible_removals()
    visible = seen[seen["aor"] == code]
    by_state = here.groupby("state").size().reset_index(name="counties")
    by_state["state"] = by_state["state"].map(states()).fillna(by_state["state"])
    tables = [
        _shares_table(N_("Removals, FY2016 to August of FY2019"), [code], known),
        *_series(code),
        SheetTable(
            N_("Dashboard, FY2021 to the first quarter of FY2025"),
            visible,
            _VISIBLE,
            joined([_WITHHELD, bound], " ") if bound else _WITHHELD,
        ),
        SheetTable(
            N_("Counties of the area by state"),
            by_state,
            {"state": Col("State"), "counties": Col("Counties", "int")},
        ),
        SheetTable(N_("How much of the area was covered when"), _covered(here), _COVERED),
    ]
    if items:
        tables.insert(
            0,
            _published_table(N_("Published figures for places in it"), items),
        )
    return Sheet(
        f"area-{code.lower()}",
        tr("{name} area", name=name),
        "area",
        _first_line(tr("the {name} area", name=name), "area", items),
        tuple(tables),
        (
            N_(
                "An area is where a case was docketed, which need not be where a person was arrested or "
                "lived."
            ),
        ),
    )


def all_sheets(known: Estimates | None = None) -> list[Sheet]:
    """Return every datasheet: states and the District of Columbia by name, then areas."""
    by_name = sorted(states().items(), key=lambda item: item[1])
    return [state_sheet(code, known) for code, _ in by_name] + [
        area_sheet(code, known) for code in area_shares().index
    ]
