"""Decision rows that map labels of the releases: areas, dispositions, strata, charges, landmarks, jails,
agencies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

import pandas as pd

from citable.errors import LedgerError
from citable.files.strict import read_named_rows
from citable.tables.reader import load
from scomm.data import paths

NOT_RECORDED = "not recorded"

# Classes of a landmark that lies in no county that could be named.
UNPLACED_CLASSES = ("general area", "agency office", "prison", "several places", "unknown")
# Targets of a rule: a county of that kind, or a class of unplaced landmarks.
RULE_FINDS = ("county", "parish", "independent city", *UNPLACED_CLASSES[:3])

_STATE_NAMES = """
AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,
DC District of Columbia,FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,
KS Kansas,KY Kentucky,LA Louisiana,ME Maine,MD Maryland,MA Massachusetts,MI Michigan,MN Minnesota,
MS Mississippi,MO Missouri,MT Montana,NE Nebraska,NV Nevada,NH New Hampshire,NJ New Jersey,
NM New Mexico,NY New York,NC North Carolina,ND North Dakota,OH Ohio,OK Oklahoma,OR Oregon,
PA Pennsylvania,PR Puerto Rico,RI Rhode Island,SC South Carolina,SD South Dakota,TN Tennessee,
TX Texas,UT Utah,VT Vermont,VA Virginia,WA Washington,WV West Virginia,WI Wisconsin,WY Wyoming
"""
_STATES: Mapping[str, str] = MappingProxyType(
    {
        written.upper(): entry[:2]
        for entry in _STATE_NAMES.replace("\n", "").split(",")
        for written in (entry[:2], entry[3:])
    }
)


# Places that hold people and are no states, in no name of a landmark.
_TERRITORIES = {"GU": "Guam", "MP": "Northern Mariana Islands"}


def state_names() -> dict[str, str]:
    """Return the names of states and territories by two-letter code."""
    entries = _STATE_NAMES.replace("\n", "").split(",")
    return {entry[:2]: entry[3:] for entry in entries} | _TERRITORIES


def state_code(written: str) -> str:
    """Return the two-letter code of a state written in capitals by its name or code."""
    return _STATES[written]


@dataclass(frozen=True)
class LandmarkRule:
    """Rule that finds a county or class in the name of a landmark by a pattern (see ``RULE_FINDS``)."""

    order: int
    pattern: re.Pattern[str]
    finds: str


def _rows(file: Path, columns: tuple[str, ...], *key: str) -> pd.DataFrame:
    try:
        header, records = read_named_rows(file, columns)
    except (OSError, ValueError) as error:
        raise LedgerError(
            f"{file.name}: cannot be read ({error}). Mend that place, or restore the file with "
            "`git checkout`."
        ) from error
    frame = pd.DataFrame(records, columns=header, dtype=str)
    repeated = frame[frame.duplicated(list(key))]
    if len(repeated):
        named = ", ".join(f"{name} {repeated[name].iloc[0]!r}" for name in key)
        raise LedgerError(f"{file.name}, row {repeated.index[0] + 2}: {named} stands twice")
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
    """Return the counties of the ledger's places without a county code, and aliases of places.

    Columns: place_code (of figures.csv), name, state, within (FIPS codes, empty where the source
    names no county), aliases (separated by semicolons), reason, date.
    """
    columns = ("place_code", "name", "state", "within", "aliases", "reason", "date")
    return _rows(paths.PLACES, columns, "place_code")


@cache
def cities() -> pd.DataFrame:
    """Return cities that readers search for, each with its county.

    Columns: city, state (postal code), fips, reason (how the city lies to the county), date.
    Raises LedgerError, by row, for a code that no county of that state has, or for no reason.
    """
    rows = _rows(paths.CITIES, ("city", "state", "fips", "reason", "date"), "city", "state")
    known = load("county_names").astype(str).set_index("fips")["state"].to_dict()
    for number, row in enumerate(rows.itertuples(), start=2):
        if known.get(row.fips) != row.state:
            _refuse(paths.CITIES, number, "fips", repr(row.fips), f"a county of {row.state}")
        if not row.reason:
            _refuse(paths.CITIES, number, "reason", "nothing", "how the city lies to the county")
    return rows


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


@cache
def definitions() -> pd.DataFrame:
    """Return what each source of shares counts, and when a conviction counts in it.

    Indexed by source. Columns: label, counted, conviction, period, missing, finding
    (the one that gives its latest share), date.
    """
    columns = ("source", "label", "counted", "conviction", "period", "missing", "finding", "date")
    return _rows(paths.DEFINITIONS, columns, "source").set_index("source")


@cache
def s287g_counties() -> pd.DataFrame:
    """Return agencies of the 287(g) program: as printed without asterisk, class, county.

    ``fips`` is empty for an agency of a state, and where the source does not say which place it is.
    """
    return _rows(
        paths.S287G_COUNTIES,
        ("agency", "agency_class", "county", "fips", "reason", "date"),
        "agency",
    )


def _refuse(file: Path, row: int, column: str, found: str, expected: str) -> NoReturn:
    raise LedgerError(
        f"{file.name}, row {row}, column {column!r}: found {found}, expected {expected}. Mend that "
        "row, or restore the file with `git checkout`."
    )


@cache
def landmark_rules() -> tuple[LandmarkRule, ...]:
    """Return the rules that place landmarks of local-jail arrests, in their order.

    In a pattern ``{state}`` stands for a group ``state`` of the names and codes of all states.
    Raises LedgerError, by row and column, for an order that does not rise, a pattern that does not
    compile, one without the group ``county`` that finds counties, or an unknown thing to find.
    """
    file = paths.LANDMARK_RULES
    rows = _rows(file, ("order", "pattern", "finds", "reason", "date"), "pattern")
    longest = sorted(_STATES, key=lambda written: (-len(written), written))
    states = f"(?P<state>{'|'.join(longest)})"
    rules: list[LandmarkRule] = []
    for number, row in enumerate(rows.itertuples(), start=2):
        before = rules[-1].order if rules else 0
        if not (row.order.isdecimal() and int(row.order) > before):
            _refuse(file, number, "order", repr(row.order), f"a whole number above {before}")
        if row.finds not in RULE_FINDS:
            _refuse(file, number, "finds", repr(row.finds), f"one of {', '.join(RULE_FINDS)}")
        try:
            pattern = re.compile(row.pattern.replace("{state}", states))
        except re.error as error:
            _refuse(file, number, "pattern", f"{row.pattern!r} ({error})", "a regular expression")
        if row.finds not in UNPLACED_CLASSES and "county" not in pattern.groupindex:
            _refuse(file, number, "pattern", repr(row.pattern), "a group named county")
        rules.append(LandmarkRule(int(row.order), pattern, row.finds))
    return tuple(rules)


@cache
def counties_by_area() -> pd.DataFrame:
    """Return every county: fips, county (name), state, aor (code of its area, empty if none)."""
    names = load("county_names").astype(str)
    return names.merge(load("county_areas").astype(str), "left", "fips").fillna({"aor": ""})


@cache
def landmark_counties() -> pd.DataFrame:
    """Return decisions on single landmarks of local-jail arrests, one row a pair.

    Columns: aor (code; empty where the record has none), landmark, fips (empty where not placed),
    landmark_class, reason, date. Raises LedgerError, by row and column, for an unknown area or
    county, a county outside the area whose reason does not say "outside the area", a class that
    does not go with the county, a row without reason, or a pair that stands twice.
    """
    file = paths.LANDMARK_COUNTIES
    columns = ("aor", "landmark", "fips", "landmark_class", "reason", "date")
    rows = _rows(file, columns, "aor", "landmark")
    codes = {"", *areas()["code"]}
    known = counties_by_area().set_index("fips")["aor"].to_dict()
    for number, row in enumerate(rows.itertuples(), start=2):
        if row.aor not in codes:
            _refuse(file, number, "aor", repr(row.aor), "a code of aor.csv")
        if not row.landmark:
            _refuse(file, number, "landmark", "nothing", "the name in the record")
        if row.fips and row.fips not in known:
            _refuse(file, number, "fips", repr(row.fips), "a code of county_names.csv, or nothing")
        if (
            row.fips
            and row.aor not in ("", known[row.fips])
            and "outside the area" not in row.reason
        ):
            _refuse(
                file,
                number,
                "fips",
                f"{row.fips} of area {known[row.fips]!r} for area {row.aor!r}",
                'a county of the area, or a reason that says why it lies "outside the area"',
            )
        allowed = ("jail",) if row.fips else UNPLACED_CLASSES
        if row.landmark_class not in allowed:
            _refuse(
                file,
                number,
                "landmark_class",
                repr(row.landmark_class),
                f"one of {', '.join(allowed)} {'with' if row.fips else 'without'} a county",
            )
        if not row.reason:
            _refuse(file, number, "reason", "nothing", "how the place is known")
    return rows


@cache
def facility_names() -> pd.DataFrame:
    """Return one common name for detention facilities that have several over the years.

    Columns: facility (as printed), city, state, common_name, reason, date.
    """
    columns = ("facility", "city", "state", "common_name", "reason", "date")
    return _rows(paths.FACILITY_NAMES, columns, "facility", "city", "state")
