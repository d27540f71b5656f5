"""Make removals files in the agency's own format, of any number of records.

    python bench/generate.py 10000000 /tmp/records

Records are drawn from the committed tables, so that every share in them stays what it is: the cell
(fiscal year, month, area, disposition, charge, citizenship, gender, threat level, lag) from
`removals`, the apprehension from `removals_by_apprehension`. Days are uniform in their month.
"""

from __future__ import annotations

import sys
import zlib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from citable.tables.reader import load
from scomm.data.ingest.removals import LEVEL_NONE, LONGEST_BAND, layout
from scomm.data.mappings import NOT_RECORDED, areas, charge_classes

PART, SEED = 1_000_000, 2011
_SECTIONS = {name: prefix for prefix, name in reversed(charge_classes())} | {NOT_RECORDED: ""}
_BANDS = {"0 to 30": 30, "31 to 90": 90, "91 to 180": 180, "181 to 365": 365, LONGEST_BAND: 900}


def _texts(values: list[str], places: np.ndarray) -> pa.Array:
    return pa.array(values, pa.string()).take(pa.array(places))


def _quoted(values: pd.Series) -> tuple[list[str], np.ndarray]:
    """Return the distinct texts, quoted, and the place of each value among them."""
    places, texts = pd.factorize(values.astype(str))
    return [f'"{text}"' for text in texts], places


def _dates(days: np.ndarray) -> pa.Array:
    """Return days since 1970 as month/day/year, without leading zeros; each day written once."""
    places, known = pd.factorize(days)
    texts = [f"{day.month}/{day.day}/{day.year}" for day in pd.to_datetime(known, unit="D")]
    return _texts(texts, places)


def _month_days(months: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    first = months.to_numpy("datetime64[M]")
    start = first.astype("datetime64[D]").astype(int)
    return start, (first + 1).astype("datetime64[D]").astype(int) - start


def write_part(folder: str, year: int, part: int, rows: int) -> int:
    """Write one part of a fiscal year; return its size in bytes."""
    generator = np.random.default_rng((SEED, year, part))
    cells = load("removals").query("fiscal_year == @year").reset_index(drop=True)
    weights = cells["n"].to_numpy() / cells["n"].sum()
    at = np.repeat(np.arange(len(cells)), generator.multinomial(rows, weights))
    generator.shuffle(at)
    start, length = _month_days(cells["month"])
    # Records come in the order of their months, as in the release.
    at = at[np.argsort(start[at], kind="stable")]
    removed = start[at] + (generator.random(rows) * length[at]).astype(int)
    fiscal_start = int(np.datetime64(f"{year - 1}-10-01").astype("datetime64[D]").astype(int))
    early = cells["lag"].to_numpy()[at]
    departed = np.where(
        early,
        fiscal_start - 1 - (generator.random(rows) * 60).astype(int),
        np.maximum(removed - (generator.random(rows) ** 8 * 30).astype(int), fiscal_start),
    )
    # How long before departure a person was apprehended, or that no date is recorded.
    bands = load("removals_by_apprehension").groupby("days_to_departure", observed=True)["n"].sum()
    names, lows = list(_BANDS), [0, *[last + 1 for last in list(_BANDS.values())[:-1]]]
    known = np.array([bands[name] for name in names], float)
    share = np.append(known, bands.sum() - known.sum()) / bands.sum()
    band = generator.choice(len(names) + 1, rows, p=share)
    low, high = np.array([*lows, 0]), np.array([*_BANDS.values(), 0])
    waited = low[band] + (generator.random(rows) * (high - low + 1)[band]).astype(int)
    apprehended = pc.if_else(pa.array(band == len(names)), pa.scalar(""), _dates(departed - waited))
    long_names = areas().set_index("code")["long_name"]
    recorded = cells["threat_level_recorded"].to_numpy()[at]

    def column(values: pd.Series) -> pa.Array:
        texts, places = _quoted(values)
        return _texts(texts, places[at])

    columns = (
        column(cells["aor"].astype(str).map(long_names)),
        apprehended,
        column(cells["disposition"].astype(str).replace(NOT_RECORDED, "")),
        pa.scalar('"(B)(6);(B)(7)(C) "'),
        column(cells["citizenship"].astype(str).replace(NOT_RECORDED, "")),
        column(cells["gender"]),
        _texts([f'"{LEVEL_NONE}"', '"(B)(7)(E) "'], recorded.astype(int)),
        column(cells["charge_class"].astype(str).map(_SECTIONS).fillna("237a4")),
        _dates(departed),
        _dates(removed),
    )
    lines = pc.binary_join_element_wise(*columns, "|")
    header = layout().header
    bars = "|" * (len(header) - 1)
    titles = (
        '"ERO-LESA Statistical Tracking Unit"',
        '"Generated from the counts of the releases: no record of any person"',
        f'"part {part}"',
        "",
        f'"ICE Removals for FY{year}"',
    )
    file = Path(folder) / f"ICERemovals_FY{year}_{part:04d}.csv.gz"
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    with file.open("wb") as stream:
        head = [title + bars for title in titles] + ["|".join(f'"{name}"' for name in header)]
        stream.write(packer.compress(("\n".join(head) + "\n").encode()))
        for first in range(0, rows, 100_000):
            text = "\n".join([*lines[first : first + 100_000].to_pylist(), ""])
            stream.write(packer.compress(text.encode()))
        stream.write(packer.flush())
    return file.stat().st_size


def generate(rows: int, folder: Path, workers: int = 2) -> int:
    """Write ``rows`` records to files of at most a million; return their size in bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    by_year = load("removals").groupby("fiscal_year")["n"].sum()
    of_year = np.diff(np.rint(np.append(0, by_year.cumsum() / by_year.sum()) * rows)).astype(int)
    jobs = [
        (str(folder), int(year), number, int(min(PART, total - first)))
        for year, total in zip(by_year.index, of_year, strict=True)
        for number, first in enumerate(range(0, int(total), PART), 1)
    ]
    with ProcessPoolExecutor(workers) as pool:
        return sum(pool.map(write_part, *zip(*jobs, strict=True)))


if __name__ == "__main__":
    print(f"{generate(int(sys.argv[1]), Path(sys.argv[2])):,} bytes")
