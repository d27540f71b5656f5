"""Landmarks of local-jail arrests placed in counties: named cases, rules, and rows refused."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from citable.errors import ArgumentError, LedgerError
from citable.tables.reader import load
from scomm.data import jails, mappings, paths
from scomm.data.jails import candidates, name_key, place_landmarks

# (area, landmark, county or None, class, placed by)
CASES = [
    ("HOU", "HARRIS COUNTY JAIL, HOUSTON, TX", "48201", "jail", "rule"),
    ("HOU", "FT BEND CO JAIL, RICHMOND, TX", "48157", "jail", "rule"),
    ("HOU", "PASADENA POLICE DEPT, HARRIS COUNTY,TX", "48201", "jail", "rule"),
    ("PHO", "CAP - MARICOPA COUNTY SHERIFFS OFFICE JAIL", "04013", "jail", "rule"),
    ("PHO", "CAP PIMA COUNTY JAIL AZ STATE", "04019", "jail", "rule"),
    ("SNA", "HIDALGO COUNTY JAIL, EDINBURG, TXN - TX1080000", "48215", "jail", "rule"),
    ("SNA", "BEXAR COUNTY JAIL - TX0150000", "48029", "jail", "rule"),
    ("MIA", "TAM-HILLSBOROUGH COUNTY JAIL", "12057", "jail", "rule"),
    ("MIA", "STUART-SAINT LUCIE COUNTY JAIL, FLORIDA", "12111", "jail", "rule"),
    ("NYC", "CAP - SUFFOLK COUNTY JAIL NY STATE", "36103", "jail", "rule"),
    ("CHI", "MARION COUNTY SHERIFF'S OFFICE, INDIANAPOLIS, INDIANA", "18097", "jail", "rule"),
    ("CHI", "DAVIESS COUNTY SHERIFF'S OFFICE, WASHINGTON, INDIANA", "18027", "jail", "rule"),
    ("CHI", "DAVIESS COUNTY DETENTION CTR, KY", "21059", "jail", "rule"),
    ("CHI", "ST CLAIR COUNTY SHERIFF'S DEPARTMENT, ILLINOIS", "17163", "jail", "rule"),
    ("CHI", "ST LOUIS COUNTY POLICE DEPARTMENT, MISSOURI", "29189", "jail", "rule"),
    ("CHI", "ST LOUIS CITY POLICE DEPARTMENT, MISSOURI", "29510", "jail", "hand"),
    ("BAL", "BALTIMORE CITY MD", "24510", "jail", "rule"),
    ("BAL", "BALTIMORE COUNTY MD", "24005", "jail", "rule"),
    ("WAS", "ROANOKE CITY JAIL-VA", "51770", "jail", "rule"),
    ("WAS", "ROANOKE COUNTY JAIL-VA", "51161", "jail", "rule"),
    ("WAS", "VA BEACH CITY JAIL", "51810", "jail", "hand"),
    ("WAS", "RAPPAHANNOCK COUNTY JAIL - VA", None, "unknown", "not placed"),
    ("WAS", "RAPPAHANNOCK REGIONAL JAIL - VA", None, "several places", "not placed"),
    ("ATL", "DEKALB COUNTY, GA", "13089", "jail", "rule"),
    ("ATL", "SMYRNA, GA (COBB COUNTY)", "13067", "jail", "rule"),
    ("ATL", "FORSYTH COUNTY, GA", "13117", "jail", "rule"),
    ("ATL", "FORSYTH COUNTY JAIL", None, "several places", "not placed"),
    ("ATL", "ATLANTA, GA", None, "several places", "not placed"),
    ("NOL", "ST. TAMMANY PARISH, LA", "22103", "jail", "rule"),
    ("NOL", "RAPIDES PARISH JAIL", "22079", "jail", "rule"),
    ("NOL", "JEFFERSON PARISH, LA", "22051", "jail", "rule"),
    ("NOL", "JEFFERSON COUNTY JAIL, TN", "47089", "jail", "rule"),
    ("NOL", "ESCAMBIA COUNTY JAIL, FL", "12033", "jail", "hand"),
    ("SPM", "CAP-O'BRIEN COUNTY JAIL, IA STATE", "19141", "jail", "rule"),
    ("SPM", "POLK COUNTY IOWA", "19153", "jail", "rule"),
    ("SPM", "HALL COUNTY DEPARTMENT OF CORRECTIONS", "31079", "jail", "rule"),
    ("SFR", "ALAMEDA COUNTY JAIL - SANTA RITA", "06001", "jail", "rule"),
    ("ELP", "DONA ANA COUNTY DETENTION CENTER", "35013", "jail", "rule"),
    ("SLC", "CAP - CARSON CITY JAIL, CARSON CITY NEVADA", "32510", "jail", "hand"),
    ("SEA", "BENTON CO. JAIL", None, "several places", "not placed"),
    ("DAL", "DAL COUNTY JAIL", "48113", "jail", "hand"),
    ("DAL", "DALLAS COUNTY GENERAL AREA", None, "general area", "not placed"),
    ("SNA", "SNA GENERAL AREA, NON-SPECIFIC", None, "general area", "not placed"),
    ("DAL", "OKLAHOMA CITY ICE ERO SUB-OFFICE", None, "agency office", "not placed"),
    ("SEA", "SEA CAP", None, "agency office", "not placed"),
    ("SEA", "YAKIMA Fug Ops", None, "agency office", "not placed"),
    ("PHO", "ARIZONA DEPARTMENT OF CORRECTIONS", None, "prison", "not placed"),
    ("ELP", "FCI LA TUNA", None, "prison", "not placed"),
    ("HOU", "PAM LYNCHNER STATE JAIL, HARRIS COUNTY, TX", None, "prison", "not placed"),
    ("DEN", "CITY OF CASPER", None, "unknown", "not placed"),
    # No county of the name in the area; in the area, but not in the state named; no area at all.
    ("SEA", "HARRIS COUNTY JAIL", None, "not decided", "not placed"),
    ("HOU", "HARRIS COUNTY JAIL, HOUSTON, GA", None, "not decided", "not placed"),
    ("", "HARRIS COUNTY JAIL, HOUSTON, TX", None, "not decided", "not placed"),
    ("ATL", "", None, "not recorded", "not placed"),
]


@cache
def real_pairs() -> pd.DataFrame:
    """Return the pairs of area and landmark of the local-jail arrests in the committed table."""
    arrests = load("arrests").astype({"aor": str, "landmark": str})
    local = arrests[arrests["method"] == "CAP Local Incarceration"]
    return local.groupby(["aor", "landmark"], as_index=False)["n"].sum()


@pytest.mark.parametrize(("aor", "landmark", "fips", "kind", "by"), CASES)
def test_named_landmarks(aor: str, landmark: str, fips: str | None, kind: str, by: str) -> None:
    placed = place_landmarks(pd.DataFrame({"aor": [aor], "landmark": [landmark]})).iloc[0]
    found = None if pd.isna(placed["fips"]) else placed["fips"]
    assert (found, placed["class"], placed["placed_by"]) == (fips, kind, by)


def test_missing_area_and_landmark_are_not_recorded() -> None:
    frame = pd.DataFrame({"aor": [None, "not recorded", "HOU"], "landmark": ["X", "", None]})
    assert list(place_landmarks(frame)["class"]) == ["not decided", "not recorded", "not recorded"]


def test_rows_keep_their_order_index_and_columns() -> None:
    frame = pd.DataFrame(
        {"n": [3, 4], "landmark": [" SEA CAP", "KING COUNTY JAIL"], "aor": ["SEA", "SEA"]},
        index=[7, 2],
    )
    placed = place_landmarks(frame)
    assert list(placed.index) == [7, 2]
    assert list(placed.columns) == ["n", "landmark", "aor", "fips", "class", "placed_by"]
    assert placed["fips"].isna().tolist() == [True, False]
    assert placed.loc[2, "fips"] == "53033"
    assert len(place_landmarks(frame.iloc[:0])) == 0


def test_pairs_that_stand_twice_are_refused() -> None:
    frame = pd.DataFrame({"aor": ["SEA", "SEA"], "landmark": ["SEA CAP", "SEA CAP"]})
    with pytest.raises(ArgumentError, match=r"'SEA', 'SEA CAP'.* stands twice"):
        place_landmarks(frame)
    with pytest.raises(ArgumentError, match="no column 'landmark'"):
        place_landmarks(frame[["aor"]])


@pytest.mark.parametrize(
    ("one", "other"),
    [("St. Clair", "SAINT CLAIR"), ("DeKalb", "DE KALB"), ("Doña Ana", "DONA ANA"),
     ("O'Brien", "OBRIEN"), ("Fort Bend", "FT BEND"), ("Prince George's", "PRINCE GEORGES")],
)  # fmt: skip
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_each_rule_tells_of_a_real_landmark() -> None:
    pairs = list(zip(real_pairs()["aor"], real_pairs()["landmark"], strict=True))
    for rule in mappings.landmark_rules():
        if rule.finds in mappings.UNPLACED_CLASSES:
            told = any(rule.pattern.search(jails.tidy(landmark)) for _, landmark in pairs)
        else:
            told = any(len(candidates(rule, *pair) or ()) == 1 for pair in pairs)
        assert told, rule


def test_no_two_rules_place_a_landmark_in_different_counties() -> None:
    rules = mappings.landmark_rules()
    for pair in zip(real_pairs()["aor"], real_pairs()["landmark"], strict=True):
        found = [candidates(rule, *pair) or () for rule in rules]
        assert len({fips[0] for fips in found if len(fips) == 1}) <= 1, pair


def test_rules_place_a_county_of_the_area_only() -> None:
    placed = place_landmarks(real_pairs())
    within = mappings.counties_by_area().set_index("fips")["aor"]
    by_rule = placed[placed["placed_by"] == "rule"]
    assert (by_rule["fips"].map(within) == by_rule["aor"]).all()


def test_placed_part_of_local_jail_arrests() -> None:
    placed = place_landmarks(real_pairs())
    share = placed.groupby("placed_by")["n"].sum() / placed["n"].sum()
    assert 0.48 < share["rule"] < 0.56
    assert 0.10 < share["hand"] < 0.16
    heavy = placed[placed["n"] >= 12]
    assert not (heavy["class"] == "not decided").any()


def test_decision_rows_are_about_real_landmarks() -> None:
    """Hand rows are for landmarks of FY2016 to FY2019; the table may not hold the last year."""
    real = set(real_pairs()[["aor", "landmark"]].itertuples(index=False, name=None))
    rows = mappings.landmark_counties()
    known = [(row.aor or "not recorded", row.landmark) in real for row in rows.itertuples()]
    assert sum(known) / len(known) > 0.9


Rows = list[dict[str, str]]


@pytest.fixture
def edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable]:
    """A function that changes the rows of one decision file in a copy of it."""
    loaders = (mappings.landmark_rules, mappings.landmark_counties)

    def change(name: str, how: Callable[[Rows], object]) -> None:
        file = getattr(paths, name)
        with file.open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        header = list(rows[0])
        how(rows)
        copy = tmp_path / file.name
        with copy.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, header, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        monkeypatch.setattr(paths, name, copy)
        for loader in loaders:
            loader.cache_clear()

    yield change
    monkeypatch.undo()
    for loader in loaders:
        loader.cache_clear()


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        (0, "pattern", "(unclosed"),
        (-1, "pattern", "^COUNTY$"),
        (1, "order", "10"),
        (1, "order", "ten"),
        (0, "finds", "borough"),
    ],
)
def test_bad_rules_are_refused(edit: Callable, row: int, column: str, value: str) -> None:
    number = row + 2 if row >= 0 else len(mappings.landmark_rules()) + 1
    edit("LANDMARK_RULES", lambda rows: rows[row].update({column: value}))
    with pytest.raises(LedgerError) as refused:
        mappings.landmark_rules()
    assert f"landmark_rules.csv, row {number}, column {column!r}" in str(refused.value)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("aor", "XXX"),
        ("landmark", ""),
        ("fips", "99999"),
        ("fips", "53033"),  # King County, Washington: not in the area of Dallas
        ("landmark_class", "prison"),
        ("landmark_class", "gaol"),
        ("reason", ""),
    ],
)
def test_bad_decision_rows_are_refused(edit: Callable, column: str, value: str) -> None:
    edit("LANDMARK_COUNTIES", lambda rows: rows[0].update({column: value}))
    with pytest.raises(LedgerError) as refused:
        mappings.landmark_counties()
    assert f"landmark_counties.csv, row 2, column {column!r}" in str(refused.value)


def test_a_pair_that_stands_twice_is_refused(edit: Callable) -> None:
    last = len(mappings.landmark_counties()) + 2
    edit("LANDMARK_COUNTIES", lambda rows: rows.append(dict(rows[0])))
    with pytest.raises(LedgerError, match=f"row {last}: aor '.+', landmark '.+' stands twice"):
        mappings.landmark_counties()


def test_a_jail_without_county_is_refused(edit: Callable) -> None:
    edit("LANDMARK_COUNTIES", lambda rows: rows[0].update(fips=""))
    with pytest.raises(LedgerError, match="row 2, column 'landmark_class'"):
        mappings.landmark_counties()


def test_a_cut_file_is_refused(edit: Callable, tmp_path: Path) -> None:
    edit("LANDMARK_COUNTIES", lambda rows: None)
    paths.LANDMARK_COUNTIES.write_text("aor,landmark\nDAL,DAL COUNTY JAIL\n")
    with pytest.raises(LedgerError, match=r"landmark_counties\.csv: cannot be read"):
        mappings.landmark_counties()


def test_a_landmark_coded_twice_is_placed_only_where_both_codings_agree() -> None:
    both = jails.two_codings()
    placed = place_landmarks(both[["aor", "landmark"]])
    differ = both["fips_a"] != both["fips_b"]
    assert len(both) == 1000
    assert placed.loc[differ, "fips"].isna().all()
    assert (placed.loc[~differ, "fips"].fillna("") == both.loc[~differ, "fips_a"]).all()
