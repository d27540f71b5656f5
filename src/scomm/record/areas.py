"""Monthly counts of removals by area: what chapters 9 to 11 share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from scomm.data.mappings import areas, fast_track, strata
from scomm.data.restrictions import (
    Attrition,
    by_definition,
    outside_fast_track,
    without_headquarters,
)
from scomm.data.tables import load
from scomm.display.words import N_


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
        """Counts of all areas together, by month: without a recorded conviction, and all."""
        return self.x.sum(axis=1), self.n.sum(axis=1)

    @property
    def share(self) -> pd.Series:
        """Share without a recorded conviction, all areas together, by month."""
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


@cache
def monthly_by_kind() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Count removals by month, area and kind of case (months x areas x kinds), headquarters left out.

    First those without a recorded conviction, then all; areas in the order of ``monthly``.
    """
    areas_only, _ = without_headquarters(load("removals"))
    every = monthly("all")
    cells = with_kind(areas_only).assign(aor=areas_only["aor"].astype(str))
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


@cache
def monthly(stratum: str = "all") -> Monthly:
    """Count removals by month and area, headquarters left out.

    ``stratum`` is ``all``, ``outside`` (neither expedited nor reinstated) or ``fast`` (the rest).
    Raises KeyError for another word.
    """
    areas_only, _ = without_headquarters(load("removals"))
    outside, _ = outside_fast_track(areas_only)
    fast = areas_only["disposition"].isin(fast_track())
    return by_month_and_area(
        {"all": areas_only, "outside": outside, "fast": areas_only[fast]}[stratum]
    )


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


def defined(stratum: str) -> tuple[Monthly, Attrition]:
    """Count removals under one definition of ``strata.csv``, with the definition's attrition row.

    Raises KeyError for a definition that is not there.
    """
    areas_only, _ = without_headquarters(load("removals_by_disposition"))
    kept, row = by_definition(areas_only, stratum)
    return by_month_and_area(kept), row
