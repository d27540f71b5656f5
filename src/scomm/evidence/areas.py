"""Count and estimate areas, once for chapters and datasheets.

What is counted is restricted by the caller, through ``scomm.data.restrictions``.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t

from citable.display.words import N_
from citable.tables.reader import load
from scomm.data.ledger import published_totals
from scomm.data.mappings import areas, strata
from scomm.stats.bounds import share_bounds
from scomm.stats.resampling import cosine_coefficients, cosine_share
from scomm.stats.shrinkage import shrunken_effects
from scomm.stats.standardise import direct, direct_contributions


@dataclass(frozen=True)
class Monthly:
    """Counts by month (rows) and area (columns): removals without a recorded conviction, and all.

    ``months`` are the first days of the months; ``codes`` the areas' codes, ``names`` their names.
    """

    months: pd.DatetimeIndex
    codes: tuple[str, ...]
    names: tuple[str, ...]
    x: npt.NDArray[np.int64]
    n: npt.NDArray[np.int64]

    @property
    def total(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return counts of all areas together, by month: without a recorded conviction, and all."""
        return self.x.sum(axis=1), self.n.sum(axis=1)

    @property
    def share(self) -> pd.Series:
        """Return the share without a recorded conviction of all areas together, by month."""
        x, n = self.total
        return pd.Series(x / n, index=self.months)


# Kinds of case, the strata of the mix.
EXPEDITED, REINSTATED = N_("expedited"), N_("reinstated")
CRIMINAL, OTHER = N_("other, criminal grounds"), N_("other")
KINDS = (EXPEDITED, REINSTATED, CRIMINAL, OTHER)


def with_kind(removals: pd.DataFrame) -> pd.DataFrame:
    """Add columns ``kind``, the kind of case, and ``none``, removals without recorded conviction."""
    rules, codes = strata()["leave_out"], removals["disposition"]
    kind = np.select(
        [
            codes.isin(rules["not expedited"].split()),
            codes.isin(rules["not reinstated"].split()),
            removals["charge_class"] == "criminal grounds",
        ],
        KINDS[:3],
        OTHER,
    )
    none = np.where(removals["threat_level_recorded"], 0, removals["n"])
    return removals.assign(kind=kind, none=none)


def by_month_area_and_kind(
    removals: pd.DataFrame,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Count kept removals by month, area and kind of case (months x areas x kinds).

    First those without a recorded conviction, then all; months and areas as in
    ``by_month_and_area`` of the same removals.
    """
    every = by_month_and_area(removals)
    cells = with_kind(removals).assign(aor=removals["aor"].astype(str))
    wide = cells.pivot_table(
        index="month", columns=["aor", "kind"], values=["none", "n"], aggfunc="sum", fill_value=0
    )
    columns = pd.MultiIndex.from_product([every.codes, KINDS])
    shape = (len(every.months), len(every.codes), len(KINDS))
    none, n = (
        wide[part].reindex(columns=columns, fill_value=0).to_numpy(np.int64).reshape(shape)
        for part in ("none", "n")
    )
    return none, n


def by_month_and_area(part: pd.DataFrame) -> Monthly:
    """Count kept removals by month and area: the frame has ``month``, ``aor`` and ``n``."""
    part = part.assign(aor=part["aor"].astype(str))
    n = part.pivot_table(index="month", columns="aor", values="n", aggfunc="sum", fill_value=0)
    none = part[~part["threat_level_recorded"]]
    x = none.pivot_table(index="month", columns="aor", values="n", aggfunc="sum", fill_value=0)
    x = x.reindex(index=n.index, columns=n.columns, fill_value=0)
    names = areas().set_index("code")["name"]
    return Monthly(
        months=pd.DatetimeIndex(n.index),
        codes=tuple(n.columns),
        names=tuple(str(names[code]) for code in n.columns),
        x=x.to_numpy(np.int64),
        n=n.to_numpy(np.int64),
    )


def pooled(counts: Monthly) -> pd.DataFrame:
    """Estimate each area's share without a recorded conviction over all months.

    One row an area, in its order: ``code``, ``label``, ``n``, ``x``, ``raw`` (x / n), ``low`` and
    ``high`` (95%, for dependent months: ``stats.resampling.cosine_share``), ``se``, ``shrunken``
    (toward the mean of areas: ``stats.shrinkage.shrunken_effects``).
    """
    fit = cosine_share(counts.x, counts.n)
    return pd.DataFrame(
        {
            "code": counts.codes,
            "label": counts.names,
            "n": counts.n.sum(axis=0),
            "x": counts.x.sum(axis=0),
            "raw": fit.share,
            "low": fit.interval.low,
            "high": fit.interval.high,
            "se": fit.standard_error,
            "shrunken": shrunken_effects(fit.share, fit.standard_error).effect,
        }
    )


def with_nations_mix(
    x: npt.NDArray[np.int64], n: npt.NDArray[np.int64]
) -> tuple[pd.DataFrame, npt.NDArray[np.float64]]:
    """Estimate each area's share, standardised to the nation's mix of cases.

    ``x`` and ``n`` are counts by month, area and kind. Returns one row an area with
    ``standardized``, ``low`` and ``high`` (95%, for dependent months) and ``se``; and the cosine
    coefficients of the shares (coefficients x areas), for comparisons of two areas. The method is
    direct standardization (``stats.standardise.direct``).
    """
    by_area_x, by_area_n = x.sum(axis=0).astype(float), n.sum(axis=0).astype(float)
    weights = by_area_n.sum(axis=0) / by_area_n.sum()
    share = np.asarray(direct(by_area_x, by_area_n, weights, empty="renormalise").share)
    slow = cosine_coefficients(direct_contributions(x, n, weights))
    errors = np.sqrt((slow**2).mean(axis=0))
    width = float(t.ppf(0.975, len(slow))) * errors
    frame = {"standardized": share, "low": share - width, "high": share + width, "se": errors}
    return pd.DataFrame(frame), slow


# The classes of the dashboard: convicted, charged, neither.
CONVICTED, PENDING = "Criminal Conviction", "Pending Criminal Charges"
NEITHER = "Other Immigration Violator"
CLASSES = (CONVICTED, PENDING, NEITHER)


def withheld_bounds(year: int, total: str, with_history: str) -> pd.DataFrame:
    """Bound each area's share without a conviction in a fiscal year of the dashboard.

    All that is missing in the nation could be one area's: that of the published total ``total``
    and of ``with_history``, removals of people with a conviction or a charge (keys of
    ``published_totals.csv``). Returns one row an area of ``CLASSES``, ``visible``, ``low``,
    ``high``, ``width`` and ``can_be_said`` (``stats.bounds.share_bounds``).
    """
    cells = load("dashboard_removals")
    cells = cells[cells["fiscal_year"] == year]
    seen = cells.pivot_table("n", "aor", "criminality", aggfunc="sum", fill_value=0)
    totals = published_totals()["value"]
    missing = int(totals[total]) - int(cells["n"].sum())
    charged = int(totals[with_history]) - int(seen[CONVICTED].sum()) - int(seen[PENDING].sum())
    most, most_convicted = (0, missing), (0, charged)
    without = seen[NEITHER] + seen[PENDING]
    ends = share_bounds(without, seen[CONVICTED], most, most_convicted, most)
    return seen[list(CLASSES)].assign(
        visible=seen[list(CLASSES)].sum(axis=1),
        low=ends.low,
        high=ends.high,
        width=ends.width,
        can_be_said=ends.can_be_said,
    )


# All removals of a fiscal year of the dashboard, and those of people with a conviction or a charge,
# by their keys in published_totals.csv.
TOTAL_OF = MappingProxyType({2021: "T32", 2022: "T34", 2023: "T37", 2024: "T40"})
HISTORY_OF = MappingProxyType({2022: "T36", 2024: "T41"})


def national_bounds() -> pd.DataFrame:
    """Bound the nation's share without a conviction in each fiscal year of the dashboard.

    Returns one row a year: removals seen of each of ``CLASSES``, ``visible`` (all), ``published``
    (nan without a published total), ``missing`` (their difference) and ``part`` of the published;
    of what is missing, ``missing_history`` with a conviction or a charge and ``missing_neither``,
    nan where not published; the ends ``low`` and ``high`` of the share without a conviction, and
    ``low_neither`` and ``high_neither`` of that with neither conviction nor charge. Both are sharp
    (``stats.bounds.share_bounds``).
    """
    cells = load("dashboard_removals")
    years = cells.pivot_table("n", "fiscal_year", "criminality", aggfunc="sum", fill_value=0)
    totals = published_totals()["value"]
    years["visible"] = years[list(CLASSES)].sum(axis=1)
    years["published"] = pd.Series({year: totals[key] for year, key in TOTAL_OF.items()})
    years["missing"] = years["published"] - years["visible"]
    years["part"] = years["missing"] / years["published"]
    history = pd.Series({year: totals[key] for year, key in HISTORY_OF.items()})
    years["missing_history"] = history.reindex(years.index) - years[CONVICTED] - years[PENDING]
    years["missing_neither"] = years["missing"] - years["missing_history"]
    known = years.dropna(subset=["published"])
    missing = known["missing"]
    # Without its total, a class can be none or all of what is missing.
    neither, charged = known["missing_neither"], known["missing_history"]
    some = (missing, missing)
    ends = share_bounds(
        known[NEITHER] + known[PENDING],
        known[CONVICTED],
        (neither.fillna(0), missing),
        (0 * missing, charged.fillna(missing)),
        some,
    )
    alone = share_bounds(
        known[NEITHER],
        known[CONVICTED] + known[PENDING],
        (neither.fillna(0), neither.fillna(missing)),
        (charged.fillna(0), charged.fillna(missing)),
        some,
    )
    bounds = {"low": ends.low, "high": ends.high}
    bounds |= {"low_neither": alone.low, "high_neither": alone.high}
    return years.join(pd.DataFrame(bounds, index=known.index))


# The last whole year of the dashboard, with its published totals: all, and with a history.
LAST_BOUNDED = (2024, TOTAL_OF[2024], HISTORY_OF[2024])
