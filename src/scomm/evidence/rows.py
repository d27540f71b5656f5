"""Name the published figures that add up to a finding, by their ids in the ledger."""

from __future__ import annotations

from collections.abc import Mapping

from citable.errors import FindingError
from citable.record.rows import IN_DENOMINATOR, IN_NUMERATOR, Rows
from scomm.data import ledger


def figures_of(numerator: Mapping[str, int], denominator: Mapping[str, int]) -> Rows:
    """Name published figures by ledger id, each with the count it adds (or takes away).

    Raises FindingError if a count does not agree with what the figure allows.
    """
    figures = ledger.figures()
    kept = ["id", "jurisdiction", "state", "cutoff", "metric", "printed", "publisher", "grade"]
    rows = figures.loc[list(dict.fromkeys([*denominator, *numerator]))]
    for counts in (numerator, denominator):
        for name, count in counts.items():
            if count and not rows.at[name, "low"] <= abs(count) <= rows.at[name, "high"]:
                raise FindingError(f"figure {name} does not allow a count of {abs(count)}")
    out = rows[kept].reset_index(drop=True)
    out[IN_NUMERATOR] = [numerator.get(str(name), 0) for name in out["id"]]
    out[IN_DENOMINATOR] = [denominator.get(str(name), 0) for name in out["id"]]
    csv = out.to_csv(index=False, lineterminator="\n")
    return Rows(
        "figures.csv",
        float(out[IN_NUMERATOR].sum()),
        float(out[IN_DENOMINATOR].sum()),
        {"source": "figures.csv", "csv": csv},
    )
