"""Find the published figures that concern a set of counties and states, whatever code a place has."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from functools import cache

import pandas as pd

from citable.tables.reader import load
from scomm.data import ledger, mappings
from scomm.evidence.published import Published, published

# Rows about the country or about no one place.
NATION = "US"


@cache
def counties_of(place_code: str) -> frozenset[str]:
    """Return the counties in which a place of the ledger lies; none for a state or where unknown.

    >>> counties_of("12111+12061") == {"12061", "12111"}, counties_of("S:MA")
    (True, frozenset())
    """
    if place_code[0].isdigit():
        return frozenset(place_code.split("+"))
    places = mappings.places().set_index("place_code")["within"]
    return frozenset(str(places.get(place_code, "")).split())


def is_about(
    place_code: str, state: str, counties: AbstractSet[str], states: AbstractSet[str]
) -> bool:
    """Whether a row of the ledger is about a place in these counties, or about one of these states.

    A place whose counties no source names is placed by its state.
    """
    if state == NATION:
        return False
    within = counties_of(place_code)
    return bool(within & counties) if within else state in states


def counted_words(metric: str) -> str:
    """Return the words for what a figure counts, from its code in the ledger.

    >>> counted_words("removals_level1"), counted_words("share_without_conviction")
    ('removals level 1', 'share without conviction')
    """
    return re.sub(r"level(?=\d)", "level ", metric.replace("_", " ")).replace("ident ", "IDENT ")


def figures_in(counties: AbstractSet[str], states: AbstractSet[str]) -> pd.DataFrame:
    """Return the rows of ``figures.csv`` about places in these counties or about these states."""
    rows = ledger.figures()
    keep = [
        is_about(code, state, counties, states)
        for code, state in zip(rows["place_code"], rows["state"], strict=True)
    ]
    return rows[keep]


def published_in(counties: AbstractSet[str], states: AbstractSet[str]) -> list[Published]:
    """Return published shares at a cut-off, cities and counties before states."""
    found = [
        item
        for item in published().values()
        if is_about(item.place_code, item.state, counties, states)
    ]
    return sorted(
        found,
        key=lambda item: (
            item.place_code.startswith("S:"),
            item.jurisdiction,
            item.cutoff.replace("mid", "06"),
        ),
    )


@cache
def _first_activation() -> pd.DataFrame:
    return load("activation")[["fips", "state", "date_secure"]]


def running_total(item: Published) -> bool:
    """Whether a figure counts from the program's start at the place.

    It began later if the period printed starts in a later month than the first activation in the
    place's counties, or in its state where they are not known.
    """
    began = _first_activation()
    within = counties_of(item.place_code)
    here = began["fips"].isin(within) if within else began["state"] == item.state
    starts = ledger.figures().loc[list(item.ids), "period_start"]
    first = str(began.loc[here, "date_secure"].min())[:7]
    return min(starts)[:7] <= first
