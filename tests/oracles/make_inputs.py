"""Write the inputs that R and Python are both given, from the book's own tables.

Run by hand when a table changes: PYTHONPATH=src .venv/bin/python tests/oracles/make_inputs.py
"""

from itertools import product
from pathlib import Path

import pandas as pd

from citable.tables.reader import load
from scomm.data import ledger
from scomm.data.restrictions import (
    FEDERAL_INCARCERATION,
    LOCAL_INCARCERATION,
    STATE_INCARCERATION,
    in_an_area,
    outside_fast_track,
    placed_in_a_county,
    whole_months,
    without_headquarters,
)
from scomm.evidence import jail_arrests
from scomm.evidence.areas import by_month_and_area
from scomm.evidence.published import published

INPUTS = Path(__file__).parent / "inputs"
SIZES = (1, 5, 20, 97, 352, 2_000, 94_218)
SHARES = (0, 0.02, 0.25, 0.5, 0.8, 1)
BREAK = "2017-02-01"
SIDES = {
    LOCAL_INCARCERATION: "local",
    FEDERAL_INCARCERATION: "prisons",
    STATE_INCARCERATION: "prisons",
}


def main() -> None:
    """Write every input table."""
    grid = {(round(n * p), n) for n, p in product(SIZES, SHARES)}
    counts = pd.DataFrame(sorted(grid, key=lambda c: (c[1], c[0])), columns=["x", "n"])
    counts.to_csv(INPUTS / "counts.csv", index=False)

    level = ledger.figures()["level"]
    printed = [i for i in published().values() if i.counts and i.selected]
    printed = [i for i in printed if level[i.ids[0]] in ("county", "jurisdiction")]
    places = pd.DataFrame([(i.key, *i.counts) for i in printed], columns=["place", "x", "n"])
    places.sort_values("place").to_csv(INPUTS / "places.csv", index=False)

    kept = without_headquarters(load("removals"))[0]
    series = by_month_and_area(outside_fast_track(kept)[0])
    x, n = series.total
    months = pd.DataFrame({"month": series.months, "x": x.astype(int), "n": n.astype(int)})
    months["after"] = (months["month"] >= BREAK).astype(int)
    months.to_csv(INPUTS / "months.csv", index=False)

    fast = ~kept.index.isin(outside_fast_track(kept)[0].index)
    kept = kept.assign(fast=fast, x=kept["n"].where(~kept["threat_level_recorded"], 0))
    strata = (
        kept.groupby(["aor", "fiscal_year", "fast"], observed=True)[["x", "n"]].sum().reset_index()
    )
    strata["fast"] = strata["fast"].map({True: "fast", False: "other"})
    strata.to_csv(INPUTS / "strata.csv", index=False)

    placed = in_an_area(whole_months(load("arrests"))[0])[0]
    placed = placed.assign(side=placed["method"].astype(str).map(SIDES)).dropna(subset=["side"])
    counted = placed.groupby(["month", "aor", "side"], observed=True)["n"].sum().unstack("side")
    every = product(sorted(placed["month"].unique()), sorted(placed["aor"].unique()))
    index = pd.MultiIndex.from_tuples(every, names=["month", "aor"])
    counted = counted.reindex(index).fillna(0).astype(int)
    counted.reset_index().to_csv(INPUTS / "arrests.csv", index=False)
    counties().to_csv(INPUTS / "counties.csv", index=False)


def counties() -> pd.DataFrame:
    """Count arrests at a county's jails: three periods before February 2017, three after.

    Beside them the county's area, arrests of FY2017 and FY2018, and their thousands of noncitizens
    and years, blank where unknown.
    """
    known = placed_in_a_county(jail_arrests.at_jails()[0])[0]
    months = jail_arrests.by_month_and_county(known)
    found = load("county_areas").set_index("fips")[["aor"]].reindex(months.columns)
    for name, window in zip(("before", "after"), jail_arrests.windows(months), strict=True):
        for number, first in enumerate(range(0, len(window), len(window) // 3), start=1):
            found[f"{name}{number}"] = window.iloc[first : first + len(window) // 3].sum()
    years = jail_arrests.yearly(months)
    years = jail_arrests.over_years(years[years["fiscal_year"].isin((2017, 2018))])
    years = years.set_index("fips")[["arrests", "exposure"]].reindex(months.columns)
    found["arrests"], found["exposure"] = years["arrests"], years["exposure"] / jail_arrests.PER
    return found.rename_axis("fips").reset_index()


if __name__ == "__main__":
    main()
