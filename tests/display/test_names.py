"""Names in capitals, in normal case: on every name of the tables."""

from __future__ import annotations

import re

import pytest

from citable.display.formats import fmt
from citable.tables.reader import load
from scomm.data import names
from scomm.data.names import normal_case

COLUMNS = (
    *(("facilities", "name"), ("facilities", "city")),
    *(("detainers_fy2015", "facility"), ("detainers_fy2015", "city")),
    *(("detainers_pa", "facility"), ("detainers_pa", "city")),
    *(("seattle_arrests", "landmark"), ("seattle_bookins", "facility")),
)
WORD = re.compile("[A-Za-z']+")


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_normal_case_keeps_letters_of_every_name(table: str, column: str) -> None:
    known = names._CODES | names._CODES_AT_THE_END | names._CODES_AFTER_A_COMMA | names._ACRONYMS
    for name in load(table)[column].dropna().unique():
        shown = normal_case(name)
        assert shown.upper() == name.upper(), name
        if re.search("[a-z]", name):
            assert shown == name
            continue
        for word in WORD.findall(shown):
            if len(word) > 1 and word.isupper():
                assert word in known or not re.search("[AEIOUY]", word), (name, shown)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("EL PASO SPC, TX", "El Paso SPC, TX"),
        ("WILLACY COUNTY CDF", "Willacy County CDF"),
        ("ICE HOLDROOM, 9TH FLOOR", "ICE Holdroom, 9th Floor"),
        ("MCLEOD CC, FARRIS, OK", "McLeod CC, Farris, OK"),
        ("ST. LOUIS CITY JAIL", "St. Louis City Jail"),
        ("LA PALMA POLICE DEPT.", "La Palma Police Dept."),
        ("US MARSHALS, E.D. LA.", "US Marshals, E.D. LA."),
        ("EL PASO COUNTY JAIL (CO)", "El Paso County Jail (CO)"),
        ("TEXAS DEPT OF CRIMINAL JUSTICE, WALKER CO", "Texas Dept of Criminal Justice, Walker Co"),
        ("PLAINFIELD,IN", "Plainfield,IN"),
        ("FEDERAL CORRECTIONAL IN", "Federal Correctional In"),
        ("O'BRIEN COUNTY SHERIFF'S OFFICE", "O'Brien County Sheriff's Office"),
        ("NorthWest Detention Center Tacoma", "NorthWest Detention Center Tacoma"),
        ("not recorded", "not recorded"),
    ],
)
def test_normal_case_of_names(name: str, shown: str) -> None:
    assert normal_case(name) == fmt(name, "name") == shown
