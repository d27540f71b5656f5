"""Estimate arrests at each county's jails: counts, rates and change, for chapters and county sheets.

Only arrests whose landmark is placed in a county are counted; see ``scomm.data.jails``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from citable.display.words import N_
from citable.errors import ArgumentError
from citable.tables.reader import load
from scomm.data import jails, restrictions
from scomm.stats._arrays import Floats, two_sided_z
from scomm.stats.rates import Dispersion, count_ratio, dispersion, rate_draws

# The first full month after the order of 25 January 2017.
FIRST_MONTH = pd.Timestamp(2017, 2, 1)
WINDOW = 12  # months on each side
PERIOD = 4  # months counted together where dispersion is measured; fewer are too dependent
PER = 1000  # noncitizens
LEAST = 20  # arrests of both windows together, below which a county's ratio is not compared
LAST_ESTIMATE = 2018  # last year of the last five-year estimate
_MARGIN = two_sided_z(0.90)  # a margin of error is half a 90% interval
# Classes of unplaced arrests that may be at a county's jail; prisons are not.
NEVER_A_JAIL = "prison"

# Classes of landmarks, in the order of a table.
PARTS = {
    ("jail", "rule"): N_("placed by rule"),
    ("jail", "hand"): N_("placed by hand"),
    "general area": N_("general area"),
    "agency office": N_("agency office"),
    "prison": N_("prison"),
    "several places": N_("several counties fit"),
    "unknown": N_("nothing settles it"),
    "not recorded": N_("landmark not recorded"),
    "not decided": N_("not looked at"),
}


@dataclass(frozen=True)
class CountyArrests:
    """Estimates of arrests at the jails of one county.

    months: arrests by month. years: as ``with_rate`` gives them. change: a row of ``changes``, None if no
    arrest falls in either window.
    """

    months: pd.Series
    years: pd.DataFrame
    change: pd.Series | None


def add_counties(arrests: pd.DataFrame) -> pd.DataFrame:
    """Add ``fips``, ``class`` and ``placed_by`` to arrests at local jails, index kept."""
    pairs = arrests[["aor", "landmark"]].drop_duplicates().astype(str)
    found = jails.place_landmarks(pairs)
    plain = arrests.assign(aor=arrests["aor"].astype(str), landmark=arrests["landmark"].astype(str))
    merged = plain.merge(found, on=["aor", "landmark"], how="left", validate="many_to_one")
    return merged.set_index(arrests.index)


def by_month_and_county(arrests: pd.DataFrame) -> pd.DataFrame:
    """Count placed arrests by month (rows) and county (columns, FIPS codes)."""
    counted = arrests.groupby(["month", "fips"], observed=True)["n"].sum().unstack(fill_value=0)
    first, last = counted.index.min(), counted.index.max()
    return counted.reindex(pd.date_range(first, last, freq="MS"), fill_value=0)


def by_part(arrests: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Count arrests at local jails by columns ``by`` and by class of the landmark.

    Returns a column for each of ``PARTS`` in their order, as counts.
    """
    label = arrests["class"].map(PARTS)
    for by_whom in ("rule", "hand"):
        chosen = (arrests["class"] == jails.JAIL) & (arrests["placed_by"] == by_whom)
        label = label.mask(chosen, PARTS["jail", by_whom])
    counted = arrests.groupby([*by, label.rename("part")], observed=True)["n"].sum()
    return counted.unstack(fill_value=0).reindex(columns=list(PARTS.values()), fill_value=0)


def windows(
    months: pd.DataFrame, first: pd.Timestamp = FIRST_MONTH, length: int = WINDOW
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the ``length`` months before ``first``, and as many from then on."""
    split = int(months.index.searchsorted(first))
    return months.iloc[split - length : split], months.iloc[split : split + length]


def _periods(months: pd.DataFrame) -> Floats:
    """Add up ``PERIOD`` months each; months left over at the end are dropped."""
    whole = len(months) // PERIOD
    counts = months.to_numpy(float)[: whole * PERIOD]
    return counts.reshape(whole, PERIOD, -1).sum(axis=1)


def dispersion_of_years(months: pd.DataFrame) -> Dispersion:
    """Return the dispersion of each county's counts about the level of each fiscal year."""
    fiscal_year = (months.index + pd.DateOffset(months=3)).year
    return dispersion([_periods(part) for _year, part in months.groupby(fiscal_year)])


def _people() -> pd.DataFrame:
    table = load("county_noncitizens").astype({"noncitizens": float, "moe": float})
    return table.rename(columns={"year": "estimate"})


def yearly(months: pd.DataFrame) -> pd.DataFrame:
    """Return placed arrests and noncitizens of each county and fiscal year.

    ``months`` as ``by_month_and_county`` gives it. Noncitizens are of the five-year estimate that
    ends in the fiscal year (FY2019: in 2018); a year of eleven months is eleven twelfths of
    exposure. Columns: fips, fiscal_year, arrests, months, noncitizens, moe, exposure and error
    (its standard error), in person-years; nan where noncitizens are unknown.
    """
    fiscal_year = pd.Index((months.index + pd.DateOffset(months=3)).year, name="fiscal_year")
    counted = months.groupby(fiscal_year).sum().rename_axis(columns="fips").T.stack()
    frame = counted.rename("arrests").reset_index()
    frame["months"] = frame["fiscal_year"].map(fiscal_year.value_counts())
    frame["estimate"] = frame["fiscal_year"].clip(upper=LAST_ESTIMATE)
    frame = frame.merge(_people(), on=["fips", "estimate"], how="left")
    part = frame["months"] / WINDOW
    frame["exposure"], frame["error"] = frame["noncitizens"] * part, frame["moe"] * part / _MARGIN
    return frame.drop(columns="estimate")


def over_years(counted: pd.DataFrame) -> pd.DataFrame:
    """Add up rows of ``yearly`` by county.

    Five-year estimates share most of their years, so their errors are added as if they were one.
    """
    columns = ["arrests", "exposure", "error"]
    return counted.groupby("fips", sort=False)[columns].sum(min_count=1).reset_index()


def with_rate(
    frame: pd.DataFrame, phi: Floats, draws: int = 2000, level: float = 0.95
) -> pd.DataFrame:
    """Add the rate of placed arrests per 1,000 noncitizens and year, with its interval.

    Parameters: ``frame`` as ``yearly`` or ``over_years`` give it; ``phi``, the dispersion of each
    row. Adds rate, low and high, from draws of arrests (within dispersion) and noncitizens (within
    the margin of error); nan where noncitizens are unknown or estimated as zero.
    """
    exposure, error = frame["exposure"].to_numpy() / PER, frame["error"].to_numpy() / PER
    drawn = rate_draws(frame["arrests"], exposure, error, phi, draws)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(exposure > 0, frame["arrests"] / exposure, np.nan)
    return frame.assign(rate=rate, low=low, high=high)


def changes(
    months: pd.DataFrame, first: pd.Timestamp = FIRST_MONTH, length: int = WINDOW
) -> pd.DataFrame:
    """Return the before/after ratio of placed arrests at the jails of each county.

    Windows as ``windows``. The interval and the p-value of no change are exact given the sum of
    both windows, at counts divided by the dispersion: that of the county's own periods of four
    months about the level of each window, or that of counties of its size, whichever is larger.

    Columns: fips, before, after, phi, ratio, low, high, p; counties without an arrest in either
    window are left out.
    """
    early, late = windows(months, first, length)
    spread = dispersion([_periods(early), _periods(late)])
    before, after = early.sum().to_numpy(), late.sum().to_numpy()
    found = count_ratio(after, before, spread.phi)
    ends = {"low": found.interval.low, "high": found.interval.high, "p": found.p}
    frame = pd.DataFrame({"fips": months.columns, "before": before, "after": after})
    frame = frame.assign(phi=spread.phi, ratio=found.estimate, **ends)
    return frame[before + after > 0].reset_index(drop=True)


def with_unplaced(change: pd.DataFrame, arrests: pd.DataFrame) -> pd.DataFrame:
    """Add bounds of ratios if the unplaced arrests of the area were at its counties' jails.

    Parameters: ``change`` from ``changes``, ``arrests`` from ``add_counties``. Prisons are left out.
    Added: aor (the county's area); grown (how the part of the area's entries that is placed
    changed, after over before); spread, spread_low, spread_high, spread_p (the unplaced of each
    window shared out in proportion to the placed, so that the ratio is divided by ``grown``);
    least, most (the unplaced of one window all in this county, none of the other's).
    """
    span = pd.DateOffset(months=WINDOW)
    kept = arrests[arrests["class"] != NEVER_A_JAIL]
    inside = (kept["month"] >= FIRST_MONTH - span) & (kept["month"] < FIRST_MONTH + span)
    kept = kept[inside]
    late = (kept["month"] >= FIRST_MONTH).rename("late")
    where = kept["fips"].notna().rename("known")
    table = kept.groupby(["aor", late, where])["n"].sum().unstack(["late", "known"], fill_value=0)
    part = {when: table[when, True] / table[when].sum(axis=1) for when in (False, True)}
    frame = change.merge(load("county_areas"), on="fips", how="left")
    grown = frame["aor"].map(part[True] / part[False])
    rest = {when: frame["aor"].map(table[when, False]) for when in (False, True)}
    tested = count_ratio(frame["after"], frame["before"], frame["phi"], grown.fillna(1.0))
    with np.errstate(divide="ignore"):
        most = (frame["after"] + rest[True]) / frame["before"]
    return frame.assign(
        grown=grown,
        spread=frame["ratio"] / grown,
        spread_low=frame["low"] / grown,
        spread_high=frame["high"] / grown,
        spread_p=np.where(grown.notna(), tested.p, np.nan),
        least=frame["after"] / (frame["before"] + rest[False]),
        most=most,
    )


@cache
def at_jails() -> tuple[pd.DataFrame, list[restrictions.Attrition]]:
    """Return arrests at local jails, whole months, with their counties; and the attrition rows."""
    kept, whole = restrictions.whole_months(load("arrests"))
    kept, local = restrictions.at_local_jails(kept)
    return add_counties(kept), [whole, local]


@cache
def unplaced() -> float:
    """Return the share of arrests at local jails, in whole months, for which no county is known."""
    arrests, _left_out = at_jails()
    return float(arrests.loc[arrests["fips"].isna(), "n"].sum() / arrests["n"].sum())


@cache
def all_counties() -> tuple[pd.DataFrame, pd.Series, pd.DataFrame]:
    """Return placed arrests by month and county, each county's dispersion, and ``changes``."""
    known, _left_out = restrictions.placed_in_a_county(at_jails()[0])
    months = by_month_and_county(known)
    phi = pd.Series(dispersion_of_years(months).phi, index=months.columns)
    return months, phi, changes(months)


def of_county(fips: str) -> CountyArrests:
    """Return arrests at the jails of one county, by month and year, with rates and change.

    Raises ArgumentError for a county in which no arrest is placed: that is not zero arrests.
    """
    months, phi, changed = all_counties()
    if fips not in months:
        raise ArgumentError(f"county {fips!r}: no arrest at a local jail is placed there")
    counted = yearly(months[[fips]])
    row = changed[changed["fips"] == fips]
    years = with_rate(counted, np.full(len(counted), phi[fips]))
    return CountyArrests(months[fips], years, None if row.empty else row.iloc[0])
