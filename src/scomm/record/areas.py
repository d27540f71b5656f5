"""Monthly counts of removals by area: what chapters 9 to 11 share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from scomm.data.mappings import areas, fast_track
from scomm.data.restrictions import (
    Attrition,
    by_definition,
    outside_fast_track,
    without_headquarters,
)
from scomm.data.tables import load


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
