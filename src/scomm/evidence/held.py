"""Count nights of people held in detention by class, agency, area and facility.

The agency prints an average daily population: nights over days. A count of nights is whole, so the
average times the right number of days is a whole number, up to the rounding of the average.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from citable.display.words import N_
from citable.errors import TableError
from citable.tables.reader import load
from scomm.data.detention import (
    ADP,
    ALL,
    BOOK_INS,
    BOOK_OUTS,
    CONVICTED,
    CRIMINALITY,
    OTHER,
    PENDING,
    THREAT,
    TO_DATE,
)

RELEASE_TO_REMOVE = "Release to Remove"
# The two fields of the facilities sheet that tell people with a conviction from those without.
CRIM, LEVELS = N_("Crim and Non-Crim"), N_("threat level")
_WITH = {
    CRIM: [CRIMINALITY["Male Crim"], CRIMINALITY["Female Crim"]],
    LEVELS: [THREAT[f"ICE Threat Level {level}"] for level in (1, 2, 3)],
}
_WITHOUT = {
    CRIM: [CRIMINALITY["Male Non-Crim"], CRIMINALITY["Female Non-Crim"]],
    LEVELS: [THREAT["No ICE Threat Level"]],
}
COUNTED = [*CRIMINALITY.values(), *THREAT.values()]
# An average is off by up to one unit of its fourth decimal (one is rounded twice); times the days.
_ROUNDING = 1e-4


def _first_of(fiscal_year: int) -> pd.Timestamp:
    return pd.Timestamp(fiscal_year - 1, 10, 1)


def whole_days(averages: np.ndarray, most: int = 366) -> list[int]:
    """Return the numbers of days, up to ``most``, for which every average times days is a whole number.

    >>> whole_days(np.array([0.3333, 1.6667]), most=6)
    [3, 6]
    """
    days = np.arange(1, most + 1)[:, None]
    nights = np.ravel(averages) * days
    fits = np.abs(nights - np.rint(nights)) <= _ROUNDING * days + 1e-9
    return [int(day) for day in days[fits.all(axis=1), 0]]


def _nights(averages: pd.Series, days: pd.Series) -> pd.Series:
    nights = averages * days
    whole = nights.round()
    off = (nights - whole).abs() > _ROUNDING * days + 1e-9
    if off.any():
        raise TableError(
            f"detention_national, row {off.idxmax() + 1}: {averages[off.idxmax()]} on "
            f"{days[off.idxmax()]} days is no whole count of nights"
        )
    return whole.astype("int64")


@cache
def nights() -> pd.DataFrame:
    """Return nights in detention in the nation by month, agency and criminality.

    Columns: ``fiscal_year``, ``posted``, ``month`` (its first day), ``days`` (of the month, or to
    the posting's day), ``agency``, ``criminality`` and ``nights``. Raises TableError where an
    average is no whole count of nights.
    """
    printed = load("detention_national")
    months = printed[(printed["measure"] == ADP) & (printed["period"] != TO_DATE)]
    first = pd.to_datetime(months["period"])
    last = (first + pd.offsets.MonthEnd(0)).combine(months["posted"], min)
    days = (last - first).dt.days + 1
    out = months[["fiscal_year", "posted", "agency", "criminality"]].assign(
        month=first, days=days, nights=_nights(months["value"], days)
    )
    return out.reset_index(drop=True)


def by_class(agency: str = ALL) -> pd.DataFrame:
    """Return nights of one arresting agency by month, a row each.

    Columns: ``fiscal_year``, ``month``, ``days``, ``held`` (all nights), ``convicted``,
    ``without`` (a conviction); ``pending`` and ``neither``, missing before FY2020.
    """
    part = nights()
    part = part[part["agency"] == agency]
    wide = part.pivot_table("nights", ["fiscal_year", "month", "days"], "criminality")
    wide = wide.rename(
        columns={ALL: "held", CONVICTED: "convicted", PENDING: "pending", OTHER: "neither"}
    )
    wide = wide[["held", "convicted", "pending", "neither"]].round().astype("Int64")
    return wide.assign(without=wide["held"] - wide["convicted"]).reset_index()


def released_to_remove() -> pd.DataFrame:
    """Return the rows of ``detention_national`` of people released to be removed, with its index.

    All classes and periods, but not the totals of classes; ``without`` marks those without a
    conviction.
    """
    printed = load("detention_national")
    chosen = printed[(printed["measure"] == BOOK_OUTS) & (printed["reason"] == RELEASE_TO_REMOVE)]
    chosen = chosen[chosen["criminality"] != ALL]
    return chosen.assign(without=chosen["criminality"] != CONVICTED)


def share_by_year() -> pd.DataFrame:
    """Return the share without a conviction by year, for each measure of this source.

    One row a measure and fiscal year: ``measure``, ``fiscal_year``, ``through`` (the last day
    counted), ``without``, ``total``, ``share``, and ``neither`` (the share with neither conviction
    nor pending charge, missing for FY2019). Measures differ in whom they count: people held, by
    the night, after an arrest by ICE, by CBP or by either; book-ins; people released to be removed.
    """
    parts = []
    for agency, label in (
        ("ICE", N_("held, arrested by ICE")),
        ("CBP", N_("held, arrested by CBP")),
        (ALL, N_("held, all")),
    ):
        years = by_class(agency).groupby("fiscal_year").sum(numeric_only=True, min_count=1)
        part = years[["without", "neither"]].assign(total=years["held"], measure=label)
        parts.append(part.reset_index())
    printed = load("detention_national")
    to_date = printed[(printed["period"] == TO_DATE) & (printed["agency"] == ALL)]
    for measure, reason, label in (
        (BOOK_INS, "all", N_("booked in")),
        (BOOK_OUTS, RELEASE_TO_REMOVE, N_("released to be removed")),
    ):
        chosen = to_date[(to_date["measure"] == measure) & (to_date["reason"] == reason)]
        wide = chosen.pivot_table("value", "fiscal_year", "criminality").round().astype("Int64")
        part = pd.DataFrame({"without": wide[ALL] - wide[CONVICTED], "neither": wide[OTHER]})
        parts.append(part.assign(total=wide[ALL], measure=label).reset_index())
    out = pd.concat(parts, ignore_index=True)
    posted = printed.groupby("fiscal_year")["posted"].max()
    out["through"] = out["fiscal_year"].map(posted)
    out["share"] = (out["without"] / out["total"]).astype(float)
    out["neither"] = (out["neither"] / out["total"]).astype("Float64").astype(float)
    columns = ["measure", "fiscal_year", "through", "without", "total", "share", "neither"]
    return out[columns]


@cache
def facility_nights() -> pd.DataFrame:
    """Return nights by facility and year, by both fields; rows without numbers are left out.

    Columns of ``detention_facilities`` (``fiscal_year``, ``common_name``, ``city``, ``state``,
    ``aor``), and ``days`` (the whole count that fits all averages of the year: the sheet does not
    name its days), ``held``, and for each field the nights ``without`` a conviction by it, in
    columns ``CRIM`` and ``LEVELS``. Raises TableError where no number of days fits.
    """
    rows = load("detention_facilities").dropna(subset=COUNTED)
    parts = []
    for year, part in rows.groupby("fiscal_year"):
        first = _first_of(int(year))
        drawn = (part["drawn"].iloc[0] - first).days + 1
        fits = [day for day in whole_days(part[COUNTED].to_numpy()) if day <= drawn]
        if not fits:
            raise TableError(f"detention_facilities, FY{year}: averages fit no number of days")
        counted = (part[COUNTED] * fits[-1]).round().astype("int64")
        kept = part[["fiscal_year", "common_name", "city", "state", "aor"]]
        both = {field: counted[_WITHOUT[field]].sum(axis=1) for field in _WITHOUT}
        held = counted[_WITH[CRIM] + _WITHOUT[CRIM]].sum(axis=1)
        if (held != counted[_WITH[LEVELS] + _WITHOUT[LEVELS]].sum(axis=1)).any():
            raise TableError(f"detention_facilities, FY{year}: the two fields do not add up alike")
        parts.append(kept.assign(days=fits[-1], held=held, **both))
    return pd.concat(parts, ignore_index=True)


@cache
def fields_by_year() -> pd.DataFrame:
    """Compare both fields of the facilities sheets with the nation, one row a year.

    Indexed by fiscal year: ``days`` of the facilities sheet and ``nation_days``; for each field
    the ratio of its people with a conviction (mean of the days) to the nation's
    (``ratio_crim``, ``ratio_levels``) and the share without one (``crim``, ``levels``);
    ``nation``, the national table's share; and ``field``, the one whose sum lies nearer to the
    nation's people with a conviction.
    """
    sums = facility_nights().groupby("fiscal_year")
    totals = sums[["held", CRIM, LEVELS]].sum()
    days = sums["days"].first()
    nation = by_class().groupby("fiscal_year")[["days", "held", "convicted", "without"]].sum()
    convicted = nation["convicted"] / nation["days"]
    out = pd.DataFrame({"days": days, "nation_days": nation["days"]})
    for name, field in (("crim", CRIM), ("levels", LEVELS)):
        out[f"ratio_{name}"] = (totals["held"] - totals[field]) / days / convicted.astype(float)
        out[name] = totals[field] / totals["held"]
    out["nation"] = (nation["without"] / nation["held"]).astype(float)
    nearer = (out["ratio_crim"] - 1).abs() <= (out["ratio_levels"] - 1).abs()
    out["field"] = np.where(nearer, CRIM, LEVELS)
    return out


def agreeing_field(year: int) -> str:
    """Return the field of the facilities sheet, CRIM or LEVELS, that agrees with the nation.

    It is the one whose people with a conviction, over all facilities, lie nearer to the national
    table's; which of the two it is changes between postings, and why is not documented. Raises
    KeyError for a year that is not here.
    """
    return str(fields_by_year().loc[year, "field"])


def by_place(year: int, by: str) -> pd.DataFrame:
    """Return nights of one year by area, state or facility (column ``by``), the most held first.

    Columns: ``by``, ``facilities``, ``held`` (nights), ``people`` (mean of the days), ``without``
    (nights, by the agreeing field), ``share``, and the shares by both fields, ``crim`` and
    ``levels``. A place without a name is kept, as missing.
    """
    rows = facility_nights()
    rows = rows[rows["fiscal_year"] == year]
    groups = rows.groupby(by, dropna=False)
    out = groups[["held", CRIM, LEVELS]].sum()
    out.insert(0, "facilities", groups.size())
    out["people"] = out["held"] / rows["days"].iloc[0]
    out["without"] = out[agreeing_field(year)]
    for name, column in (("share", "without"), ("crim", CRIM), ("levels", LEVELS)):
        out[name] = (out[column] / out["held"]).where(out["held"] > 0)
    out = out.drop(columns=[CRIM, LEVELS]).reset_index()
    return out.sort_values("held", ascending=False, kind="stable", ignore_index=True)


def left_out_in_turn(year: int, by: str) -> pd.DataFrame:
    """Return share and rank of each place with each facility left out in turn.

    Indexed by place: ``low``, ``high`` (of the share without a conviction, by the agreeing field),
    ``rank``, ``rank_low`` and ``rank_high`` (1: the highest share). A place that the one facility
    left out empties has no share and no rank in that turn. This is no interval of chance: it says
    how far a place's number is that of a single facility.
    """
    rows = facility_nights()
    rows = rows[(rows["fiscal_year"] == year) & rows[by].notna()].reset_index(drop=True)
    field = agreeing_field(year)
    places = rows.groupby(by)[["held", field]].sum()
    held = np.tile(places["held"].to_numpy(float), (len(rows), 1))
    without = np.tile(places[field].to_numpy(float), (len(rows), 1))
    turn, place = np.arange(len(rows)), places.index.get_indexer(rows[by])
    held[turn, place] -= rows["held"]
    without[turn, place] -= rows[field]
    shares = pd.DataFrame(without, columns=places.index) / np.where(held > 0, held, np.nan)
    ranks = shares.rank(axis=1, ascending=False, method="min")
    full = (places[field] / places["held"]).rank(ascending=False, method="min")
    return pd.DataFrame(
        {
            "low": shares.min(),
            "high": shares.max(),
            "rank": full.astype(int),
            "rank_low": ranks.min().astype("Int64"),
            "rank_high": ranks.max().astype("Int64"),
        }
    )
