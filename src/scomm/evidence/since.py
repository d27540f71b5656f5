"""Compute the share without a conviction since 2009, each year by the definition of its source."""

from __future__ import annotations

import numpy as np
import pandas as pd

from citable.tables.reader import load
from scomm.data.ledger import published_totals
from scomm.data.mappings import definitions
from scomm.data.restrictions import outside_fast_track
from scomm.evidence.areas import national_bounds
from scomm.evidence.held import share_by_year
from scomm.evidence.published import published

# Whole percents were printed: the share lies within half a point.
_HALF_POINT = 0.005
_HELD = {"held": "held, arrested by ICE", "release_to_remove": "released to be removed"}
_PRINTED = {2009: "us_fy2009", 2010: "us_fy2010", 2011: "us_2011-02"}
_ALL_PRINTED = {2009: "T43", 2011: "T45"}


def _shares_of_record_files(removals: pd.DataFrame) -> pd.DataFrame:
    """Return removals without a recorded conviction and all, by fiscal year."""
    years = removals.groupby(["fiscal_year", "threat_level_recorded"])["n"].sum().unstack()
    return pd.DataFrame({"x": years[False], "n": years.sum(axis=1)}).reset_index()


def national_shares() -> pd.DataFrame:
    """Return the share without a conviction by source and fiscal year, of sources of the nation.

    One row a source of ``definitions.csv`` and fiscal year: ``source``, its ``label`` and whom it
    ``counted``, ``fiscal_year``, ``x``
    (without a conviction) and ``n`` (all), nan where only a share or a bound is known, and ``low``
    and ``high``, the ends of the share, equal where the counts are exact. The program's own share
    of 2011 is that of all its removals up to the release's cut-off, not of one year.
    """
    removals = load("removals")
    kept, _left_out = outside_fast_track(removals)
    files = {
        "removals": _shares_of_record_files(removals),
        "removals_outside": _shares_of_record_files(kept),
    }
    held = share_by_year().rename(columns={"without": "x", "total": "n"})
    files |= {key: held[held["measure"] == measure] for key, measure in _HELD.items()}
    parts = [
        part[["fiscal_year", "x", "n"]].astype(float).assign(source=source)
        for source, part in files.items()
    ]
    exact = pd.concat(parts)
    exact["low"] = exact["high"] = exact["x"] / exact["n"]
    totals = published_totals()["value"]
    known = [
        {"source": "release", "fiscal_year": year, "low": item.share[0], "high": item.share[1]}
        | ({"x": item.members.x[0], "n": item.members.n[0]} if item.exact else {})
        for year, item in ((year, published()[key]) for year, key in _PRINTED.items())
    ]
    known += [
        {
            "source": "testimony",
            "fiscal_year": year,
            "low": totals[key] - _HALF_POINT,
            "high": totals[key] + _HALF_POINT,
        }
        for year, key in _ALL_PRINTED.items()
    ]
    bounds = national_bounds().dropna(subset=["low"]).reset_index()
    bounds = bounds[["fiscal_year", "low", "high"]].assign(source="dashboard_removals")
    out = pd.concat([pd.DataFrame(known), exact, bounds], ignore_index=True)
    out["fiscal_year"] = out["fiscal_year"].astype(int)
    order = {source: place for place, source in enumerate(definitions().index)}
    out = out.sort_values("fiscal_year", kind="stable")
    out = out.sort_values("source", key=lambda names: names.map(order), kind="stable")
    out["label"] = out["source"].map(definitions()["label"])
    out["counted"] = out["source"].map(definitions()["counted"])
    same = np.isclose(out["low"], out["high"])
    out["high"] = out["high"].where(~same, out["low"])
    columns = ["source", "label", "counted", "fiscal_year", "x", "n", "low", "high"]
    return out[columns].reset_index(drop=True)
