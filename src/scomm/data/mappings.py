"""Decision rows that map labels of the releases: areas, dispositions, strata, charges, landmarks, jails."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pandas as pd

from scomm import paths
from scomm.data.strict import named_rows
from scomm.errors import LedgerError

NOT_RECORDED = "not recorded"


def _rows(file: Path, columns: tuple[str, ...], key: str) -> pd.DataFrame:
    try:
        header, records = named_rows(file, columns)
    except (OSError, ValueError) as error:
        raise LedgerError(
            f"{file.name}: cannot be read ({error}). Mend that place, or restore the file with "
            "`git checkout`."
        ) from error
    frame = pd.DataFrame(records, columns=header, dtype=str)
    repeated = frame[frame[key].duplicated()]
    if len(repeated):
        raise LedgerError(
            f"{file.name}, row {repeated.index[0] + 2}: {key} {repeated[key].iloc[0]!r} stands twice"
        )
    return frame


@cache
def areas() -> pd.DataFrame:
    """Return areas of responsibility: code, short name, long name of the record files.

    ``formed_from`` is the area out of which a later one was formed, empty for the others.
    """
    columns = ("code", "name", "long_name", "formed_from", "reason", "date")
    return _rows(paths.AOR, columns, "code")


@cache
def later_areas() -> Mapping[str, tuple[str, ...]]:
    """Return the areas formed out of each area, by its code."""
    later = areas()[areas()["formed_from"] != ""]
    return {str(old): tuple(new["code"]) for old, new in later.groupby("formed_from")}


@cache
def places() -> pd.DataFrame:
    """Return where the ledger's places without a county code lie, and other names of places.

    Columns: place_code (of figures.csv), name, state, within (FIPS codes, empty where the source
    names no county), aliases (separated by semicolons), reason, date.
    """
    columns = ("place_code", "name", "state", "within", "aliases", "reason", "date")
    return _rows(paths.PLACES, columns, "place_code")


@cache
def charge_classes() -> list[tuple[str, str]]:
    """Return (prefix in lower case, class), longest prefix first."""
    rows = _rows(paths.CHARGE_CLASSES, ("prefix", "charge_class", "reason", "date"), "prefix")
    pairs = [(row.prefix.lower(), row.charge_class) for row in rows.itertuples()]
    return sorted(pairs, key=lambda pair: -len(pair[0]))


@cache
def fast_track() -> tuple[str, ...]:
    """Return the disposition codes of the fast track: expedited removal and reinstatement."""
    rows = _rows(paths.DISPOSITIONS, ("disposition", "fast_track", "reason", "date"), "disposition")
    return tuple(rows.loc[rows["fast_track"] == "yes", "disposition"])


@cache
def strata() -> pd.DataFrame:
    """Return definitions of removals that follow an arrest inside the country, by name.

    ``leave_out`` and ``keep_only`` are disposition codes; ``longer_than`` days from apprehension
    to departure are asked of the codes in ``longer_for`` ("all": of every removal).
    """
    columns = ("stratum", "label", "leave_out", "keep_only", "longer_than", "longer_for")
    return _rows(paths.STRATA, (*columns, "reason", "date"), "stratum").set_index("stratum")


@cache
def landmarks() -> pd.DataFrame:
    """Return Seattle's landmarks: as released, one spelling, kind, county."""
    return _rows(paths.LANDMARKS, ("landmark", "place", "kind", "reason", "date"), "landmark")


@cache
def offense_definitions() -> pd.DataFrame:
    """Return the classes of offenses in the order in which definitions of "criminal" drop them.

    Columns: offense_class, step (1, 2, ...), label, reason, date. Raises LedgerError if the steps
    do not count up from 1 in the order of the rows.
    """
    columns = ("offense_class", "step", "label", "reason", "date")
    rows = _rows(paths.OFFENSE_DEFINITIONS, columns, "offense_class")
    for number, step in enumerate(rows["step"], 1):
        if step != str(number):
            raise LedgerError(
                f"{paths.OFFENSE_DEFINITIONS.name}, row {number + 1}: step {step!r}, expected {number}"
            )
    return rows.astype({"step": int})


@cache
def offense_classes() -> Mapping[str, str]:
    """Return the class of each most serious conviction of Seattle's workbook, by its text.

    Raises LedgerError for a class without a row in ``offense_definitions.csv``.
    """
    columns = ("conviction", "offense_class", "reason", "date")
    rows = _rows(paths.OFFENSE_CLASSES, columns, "conviction")
    unknown = rows[~rows["offense_class"].isin(offense_definitions()["offense_class"])]
    if len(unknown):
        raise LedgerError(
            f"{paths.OFFENSE_CLASSES.name}, row {unknown.index[0] + 2}: "
            f"offense_class {unknown['offense_class'].iloc[0]!r} is not in "
            f"{paths.OFFENSE_DEFINITIONS.name}"
        )
    return dict(zip(rows["conviction"], rows["offense_class"], strict=True))


@cache
def pa_facilities() -> pd.DataFrame:
    """Return Pennsylvania's facilities: as released, class, county."""
    return _rows(
        paths.PA_FACILITIES,
        ("facility", "facility_class", "county", "fips", "reason", "date"),
        "facility",
    )
