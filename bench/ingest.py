"""Time the counting of record files against pandas and against SQL, each typed by hand.

    python bench/ingest.py

From the agency's compressed files to the same five tables, sorted, as Parquet of the same tightness.
Ours also checks every field and digests every table; the others check nothing. Each runs in a process
of its own, in turns, and medians are compared. It fails nothing: times belong to a machine.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import ibis.backends.duckdb  # noqa: F401  (imports are not timed, neither ours nor theirs)
import pandas as pd

from citable import paths
from citable.tables.schema import TABLES
from scomm.data.ingest import arrests, removals
from scomm.data.mappings import NOT_RECORDED, areas, charge_classes, fast_track

TIMES = 5
NAMED = ("MEXICO", "GUATEMALA", "HONDURAS", "EL SALVADOR")


def ours(folder: Path, to: Path) -> None:
    """Run the two modules of `scomm ingest` that read record files."""
    from scomm.data.ingest import ingest

    ingest(folder, to, only=["removals", "arrests"])


def by_pandas(folder: Path, to: Path) -> None:
    """Count the same with pandas, as one would type it."""
    codes = areas().set_index("long_name")["code"]
    parts = []
    for path in removals.ORIGINALS:
        frame = pd.read_csv(
            folder / path, sep="|", skiprows=5, dtype=str, keep_default_na=False
        ).apply(lambda column: column.str.strip())
        year = int(path[-11:-7])
        date = {
            name: pd.to_datetime(frame[f"{name} Date"], format="%m/%d/%Y", errors="coerce")
            for name in ("Departed", "Removal")
        }
        # The year 0999 is in the files, which nanoseconds do not hold.
        old = frame["Apprehension Date"].str.endswith("/0999")
        text = frame["Apprehension Date"].mask(old, "1/1/1900").replace("", None)
        apprehended = pd.to_datetime(text, format="%m/%d/%Y", errors="coerce")
        status = pd.Series("dated", frame.index)
        status[date["Departed"] < apprehended] = "after departure"
        status[apprehended < "1990-01-01"] = "before 1990"
        status[apprehended.isna()] = "missing"
        dated = status == "dated"
        days = (date["Departed"] - apprehended).dt.days
        band = pd.cut(
            days.where(dated),
            [-1, 30, 90, 180, 365, 10**6],
            labels=["0 to 30", "31 to 90", "91 to 180", "181 to 365", "over 365"],
        )
        section = frame["Final Charge Section"].str.lower()
        charge = pd.Series("other", frame.index)
        for prefix, name in reversed(charge_classes()):
            charge[section.str.startswith(prefix)] = name
        charge[section == ""] = NOT_RECORDED
        disposition = frame["Processing Disposition Code"].replace("", NOT_RECORDED)
        citizenship = frame["Citizenship"].replace("", NOT_RECORDED)
        parts.append(
            pd.DataFrame(
                {
                    "fiscal_year": year,
                    "month": date["Removal"].to_numpy("datetime64[M]"),
                    "aor": frame["Area of Responsibility"].map(codes),
                    "disposition": disposition,
                    "charge_class": charge,
                    "citizenship": citizenship,
                    "gender": frame["Gender"],
                    "threat_level_recorded": frame["RC Threat Level"] != "NA",
                    "lag": date["Departed"] < f"{year - 1}-10-01",
                    "apprehension_month": apprehended.where(dated).to_numpy("datetime64[M]"),
                    "apprehension_status": status,
                    "days_to_departure": band.astype(object).fillna("not known"),
                    "fast_track": disposition.isin(fast_track()),
                    "disposition_recorded": disposition != NOT_RECORDED,
                    "departure_month": date["Departed"].to_numpy("datetime64[M]"),
                    "citizenship_group": citizenship.where(citizenship.isin(NAMED), "ALL OTHERS"),
                }
            )
        )
    _count_and_write(pd.concat(parts), removals.SETS, to)
    parts = []
    for path in arrests.ORIGINALS:
        frame = pd.read_csv(
            folder / path, sep="|", skiprows=5, dtype=str, keep_default_na=False
        ).apply(lambda column: column.str.strip())
        parts.append(
            pd.DataFrame(
                {
                    "fiscal_year": int(path[-11:-7]),
                    "month": pd.to_datetime(frame["Apprehension Date"], format="%m/%d/%Y").to_numpy(
                        "datetime64[M]"
                    ),
                    "aor": frame["Area of Responsibility"].map(codes).fillna(NOT_RECORDED),
                    "method": frame["Apprehension Method"].replace("", NOT_RECORDED),
                    "disposition": frame["Processing Disposition"].replace("", NOT_RECORDED),
                    "landmark": frame["Apprehension Landmark"].replace("", NOT_RECORDED),
                }
            )
        )
    _count_and_write(pd.concat(parts), arrests.SETS, to)


def _count_and_write(frame: pd.DataFrame, sets: dict[str, tuple[str, ...]], to: Path) -> None:
    for name, keys in sets.items():
        table = frame.groupby(list(keys), dropna=False, as_index=False).size()
        table = table.rename(columns={"size": "n", "citizenship_group": "citizenship"})
        table.sort_values(TABLES[name].primaryKey).to_parquet(
            to / f"{name}.parquet", index=False, compression="zstd", compression_level=19
        )


def statement(folder: Path, to: Path) -> str:
    """Return the one SQL statement that writes the five tables, a folder each."""

    def read(module: Any) -> str:
        files = [str(folder / path) for path in module.ORIGINALS]
        columns = {name: "VARCHAR" for name in module.layout().header}
        return (
            f"(SELECT COLUMNS(* EXCLUDE filename) .trim(' \t'), "
            f"regexp_extract(filename, 'FY([0-9]{{4}})', 1)::BIGINT AS fiscal_year "
            f"FROM read_csv({files}, delim='|', quote='\"', skip=5, header=true, "
            f"auto_detect=false, columns={columns}, nullstr='\x00', filename=true))"
        ).replace("COLUMNS(* EXCLUDE filename) .trim(' \t')", _trimmed(module))

    area = "CASE a " + " ".join(
        f"WHEN '{row.long_name}' THEN '{row.code}'" for row in areas().itertuples()
    )
    charge = " ".join(f"WHEN starts_with(s, '{p}') THEN '{c}'" for p, c in charge_classes())
    fast = ", ".join(f"'{code}'" for code in fast_track())
    bands = "".join(f"WHEN days <= {last} THEN '{name}' " for last, name in removals._BANDS)
    parts = []
    for source, sets in (("r", removals.SETS), ("b", arrests.SETS)):
        for name, keys in sets.items():
            shown = ", ".join(keys).replace("citizenship_group", "citizenship_group AS citizenship")
            order = ", ".join(TABLES[name].primaryKey)
            parts.append(
                f"(SELECT '{name}' AS which, {shown}, count(*) AS n FROM {source} "
                f"GROUP BY {', '.join(keys)} ORDER BY {order})"
            )
    return f"""COPY (WITH r AS MATERIALIZED (
SELECT fiscal_year, date_trunc('month', removed) AS month, {area} END AS aor, disposition,
  CASE WHEN s = '' THEN '{NOT_RECORDED}' {charge} ELSE 'other' END AS charge_class, citizenship,
  gender, threat <> 'NA' AS threat_level_recorded,
  departed < make_date(fiscal_year - 1, 10, 1) AS lag,
  CASE WHEN status = 'dated' THEN date_trunc('month', apprehended) END AS apprehension_month,
  status AS apprehension_status,
  CASE WHEN status = 'dated' THEN CASE {bands} ELSE '{removals.LONGEST_BAND}' END
    ELSE 'not known' END AS days_to_departure,
  disposition IN ({fast}) AS fast_track, disposition <> '{NOT_RECORDED}' AS disposition_recorded,
  date_trunc('month', departed) AS departure_month,
  CASE WHEN citizenship IN {NAMED} THEN citizenship ELSE 'ALL OTHERS' END AS citizenship_group
FROM (SELECT *, CASE WHEN apprehended IS NULL THEN 'missing'
    WHEN apprehended < DATE '1990-01-01' THEN 'before 1990'
    WHEN departed < apprehended THEN 'after departure' ELSE 'dated' END AS status,
    date_diff('day', apprehended, departed) AS days
  FROM (SELECT fiscal_year, "Area of Responsibility" AS a,
    CASE WHEN "Processing Disposition Code" = '' THEN '{NOT_RECORDED}'
      ELSE "Processing Disposition Code" END AS disposition,
    CASE WHEN "Citizenship" = '' THEN '{NOT_RECORDED}' ELSE "Citizenship" END AS citizenship,
    "Gender" AS gender, "RC Threat Level" AS threat, lower("Final Charge Section") AS s,
    strptime(nullif("Apprehension Date", ''), '%m/%d/%Y')::DATE AS apprehended,
    strptime("Departed Date", '%m/%d/%Y')::DATE AS departed,
    strptime("Removal Date", '%m/%d/%Y')::DATE AS removed FROM {read(removals)}))),
b AS (SELECT fiscal_year, date_trunc('month', strptime("Apprehension Date", '%m/%d/%Y')) AS month,
  CASE WHEN a = '' THEN '{NOT_RECORDED}' ELSE {area} END END AS aor,
  CASE WHEN m = '' THEN '{NOT_RECORDED}' ELSE m END AS method,
  CASE WHEN d = '' THEN '{NOT_RECORDED}' ELSE d END AS disposition,
  CASE WHEN l = '' THEN '{NOT_RECORDED}' ELSE l END AS landmark
  FROM (SELECT *, "Area of Responsibility" AS a, "Apprehension Method" AS m,
    "Processing Disposition" AS d, "Apprehension Landmark" AS l FROM {read(arrests)}))
{" UNION ALL BY NAME ".join(parts)})
TO '{to}/sql' (FORMAT parquet, PARTITION_BY (which), COMPRESSION zstd, COMPRESSION_LEVEL 19)"""


def _trimmed(module: Any) -> str:
    # Landmarks carry tabs too; trim with a set of characters is slow, so only where it is needed.
    return ", ".join(
        f'trim("{name}", \' \t\') AS "{name}"'
        if "Landmark" in name
        else f'trim("{name}") AS "{name}"'
        for name in module.layout().header
    )


def by_sql(folder: Path, to: Path) -> None:
    """Count the same with one statement of SQL."""
    duckdb.connect().execute(statement(folder, to))


def everything(folder: Path, to: Path) -> None:
    """Run all of `scomm ingest`."""
    from scomm.data.ingest import ingest

    ingest(folder, to)


WAYS = {"ours": ours, "pandas": by_pandas, "sql": by_sql, "everything": everything}


def _once(way: str) -> dict[str, float]:
    """Run one way in a child, and return its seconds, without imports, and its peak memory."""
    with tempfile.TemporaryDirectory() as to:
        out = subprocess.run(
            [sys.executable, __file__, way, to], check=True, capture_output=True, text=True
        ).stdout
    return json.loads(out.splitlines()[-1])


def run(times: int = TIMES) -> list[dict[str, Any]]:
    """Return rows: what was timed, ours, compared with, the ratio, the number of runs."""
    taken: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(times):
        for way in WAYS:
            taken[way].append(_once(way))

    def median(way: str, what: str) -> float:
        return round(statistics.median(one[what] for one in taken[way]), 3)

    rows: list[dict[str, Any]] = []
    for way, name in (("pandas", "pandas typed by hand"), ("sql", "one SQL statement")):
        for what in ("seconds", "cpu_seconds"):
            mine, other = median("ours", what), median(way, what)
            rows.append(
                {
                    "name": f"removals and arrests to tables, {what}",
                    "ours": mine,
                    "compared_with": name,
                    "theirs": other,
                    "ratio": round(mine / other, 2),
                    "runs": times,
                }
            )
    for what, limit in (("seconds", 15), ("peak_mb", 1000)):
        rows.append(
            {
                "name": f"all originals to tables, {what}",
                "ours": median("everything", what),
                "compared_with": "the limit set",
                "theirs": limit,
                "ratio": round(median("everything", what) / limit, 2),
                "runs": times,
            }
        )
    return rows


def main() -> None:
    """Print the rows as JSON; or, in a child, run one way and print what it took."""
    folder = paths.originals()
    if folder is None:
        raise SystemExit("The original source files are not here (see README.md).")
    if len(sys.argv) < 3:
        print(json.dumps(run(int(sys.argv[1]) if len(sys.argv) > 1 else TIMES), indent=1))
        return
    start, cpu = time.perf_counter(), time.process_time()
    WAYS[sys.argv[1]](folder, Path(sys.argv[2]))
    taken = {
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(taken))
    sys.stdout.flush()
    os._exit(0)  # the time of tearing down is nobody's


if __name__ == "__main__":
    main()
