"""Areas of responsibility: their counties, their people; and what dispositions are called."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from citable.errors import SourceError
from scomm.data.ingest.base import DECIMALS, Output
from scomm.data.ingest.population import CENSUS_POPULATION, census, check_rows, check_unique
from scomm.data.ingest.sheets import check_allowed, read_csv, whole_numbers
from scomm.data.mappings import areas

COUNTY_AOR = "crosswalk/county_aor.csv"
AREA_POPULATION = "crosswalk/aor_demog_indicators.csv"
DISPOSITION_CODES = "crosswalk/processing_disp.csv"
ORIGINALS = (COUNTY_AOR, AREA_POPULATION, DISPOSITION_CODES, CENSUS_POPULATION)
TABLES = ("county_areas", "area_population", "disposition_codes")

_GROUPS = ("total_pop", "forborn_pop", "noncitizen_pop", "undocu_pop")
_PARTS = ("", "_se", "_low", "_upp")
_NAMES = {
    "total_pop": "total",
    "forborn_pop": "foreign_born",
    "noncitizen_pop": "noncitizen",
}


def field_offices() -> list[str]:
    """Return the codes of areas that cover counties: all but headquarters."""
    return [code for code in areas()["code"] if code != "HQ"]


def county_areas(folder: Path) -> pd.DataFrame:
    """Return fips and area, one row a county. Raises SourceError."""
    header = (
        "geoid", "geoid_state", "geoid_county", "name", "variable", "estimate", "moe", "aor",
    )  # fmt: skip
    frame = read_csv(COUNTY_AOR, folder, header)
    check_rows(COUNTY_AOR, len(frame))
    check_unique(COUNTY_AOR, frame, ["geoid"])
    check_allowed(COUNTY_AOR, frame, "aor", field_offices())
    return frame.rename(columns={"geoid": "fips"})[["fips", "aor"]]


def _standard_errors(frame: pd.DataFrame, column: str) -> list[float]:
    values = []
    for line, text in zip(frame["_line"], frame[column], strict=True):
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 <= value < float("inf") or not text[-1:].isdigit() or not text.isascii():
            raise SourceError(
                AREA_POPULATION,
                line=int(line),
                column=column,
                found=repr(text),
                expected="a number of at least 0",
            )
        values.append(round(value, DECIMALS))
    return values


def _area_population(folder: Path, counties: pd.DataFrame) -> Output:
    path = AREA_POPULATION
    header = ("aor", *(group + part for group in _GROUPS for part in _PARTS), "year")
    frame = read_csv(path, folder, header, delimiter="|")
    check_rows(path, len(frame))
    check_allowed(path, frame, "aor", field_offices())
    check_unique(path, frame, ["aor", "year"])
    table = pd.DataFrame(
        {"aor": frame["aor"], "year": whole_numbers(path, frame, "year", low=2012)}
    )
    for source, name in _NAMES.items():
        table[name] = whole_numbers(path, frame, source)
        table[f"{name}_se"] = _standard_errors(frame, f"{source}_se")
    residents = (
        census(folder)
        .merge(counties, on="fips", how="inner")
        .groupby(["aor", "year"], as_index=False)["population"]
        .sum()
        .rename(columns={"population": "residents"})
    )
    table = table.merge(residents, on=["aor", "year"], how="left", validate="1:1")
    return Output("area_population", table, len(frame), "every row is kept")


def _disposition_codes(folder: Path) -> Output:
    path = DISPOSITION_CODES
    raw, clean = "processing_disposition_raw", "processing_disposition_clean"
    frame = read_csv(path, folder, (raw, clean), delimiter="|", whole=False)
    check_rows(path, len(frame))
    check_unique(path, frame, [raw])
    table = pd.DataFrame({"code": frame[raw], "wording": frame[clean].replace("", None)})
    return Output("disposition_codes", table, len(frame), "every row is kept")


def run(folder: Path) -> list[Output]:
    """Read the three files on areas and dispositions. Raises SourceError."""
    counties = county_areas(folder)
    return [
        Output("county_areas", counties, len(counties), "every row is kept"),
        _area_population(folder, counties),
        _disposition_codes(folder),
    ]
