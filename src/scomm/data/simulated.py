"""Load and simulate error rates of the methods; `make errors` writes them, the book prints them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from citable.errors import TableError
from citable.files.atomic import write_atomically
from citable.tables.reader import read, to_bytes
from citable.tables.schema import read_schema
from scomm.data import paths
from scomm.stats.simulation import STUDIES, study

TABLE = read_schema(paths.ERROR_RATES.with_suffix(".schema.yaml"))


def load_error_rates() -> pd.DataFrame:
    """Return the committed table, checked against its schema.

    Raises TableError if it is missing or a cell does not fit.
    """
    if not paths.ERROR_RATES.is_file():
        raise TableError(f"{paths.ERROR_RATES.name} is missing; run `make errors`.")
    return read(paths.ERROR_RATES, TABLE)


def coverage(study: str, method: str, rho: float, measure: str = "coverage") -> float:
    """Return the coverage of an interval at 95%, or one less the false positive rate of a test at 5%.

    ``rho`` is the autocorrelation of the data; the rate at the nearest simulated one is returned,
    the worst if several effects were simulated.
    A ``measure`` that counts false positives is returned as one less it.
    Raises KeyError where nothing of the kind was simulated.
    """
    rates = load_error_rates()
    rates = rates[
        (rates["study"] == study) & (rates["method"] == method) & (rates["measure"] == measure)
    ]
    if rates.empty:
        raise KeyError(f"{study}, {method}, {measure}")
    at = (rates["rho"] - rho).abs()
    values = rates.loc[at[at == at.min()].index, "value"]
    return 1 - float(values.max()) if measure.startswith("false positive") else float(values.min())


def simulate(
    only: Sequence[str] | None = None,
    report: Callable[[str, int], None] | None = None,
) -> pd.DataFrame:
    """Run the studies (all, or some) and write the table; rows of other studies are kept.

    Raises ArgumentError for an unknown study.
    """
    chosen = list(only or STUDIES)
    parts = []
    for name in chosen:
        rows = study(name)
        parts.append(pd.DataFrame(rows))
        if report is not None:
            report(name, len(rows))
    fresh = pd.concat(parts, ignore_index=True)
    fresh["world"] = fresh["world"].replace("", None)
    if only:
        kept = load_error_rates()
        fresh = pd.concat([kept[~kept["study"].isin(chosen)], fresh], ignore_index=True)
    frame, content, _ = to_bytes(fresh, TABLE)
    write_atomically(paths.ERROR_RATES, content)
    return frame
