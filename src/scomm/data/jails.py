"""Place the landmarks of arrests at local jails in counties, by decision rows and by rules."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

import pandas as pd

from citable.errors import ArgumentError
from scomm.data import ledger
from scomm.data.mappings import (
    NOT_RECORDED,
    LandmarkRule,
    counties_by_area,
    landmark_counties,
    landmark_rules,
    state_code,
)

JAIL = "jail"
SEVERAL = "several places"
UNKNOWN = "unknown"
UNDECIDED = "not decided"
BY_RULE, BY_HAND, NOT_PLACED = "rule", "hand", "not placed"

# How the name of each kind of county ends in the list of counties; so does Carson City's.
_KINDS: Mapping[str, str] = MappingProxyType(
    {"county": " county", "parish": " parish", "independent city": " city"}
)
_SHORT: Mapping[str, str] = MappingProxyType({"SAINT": "ST", "FORT": "FT", "MOUNT": "MT"})


def name_key(name: str) -> str:
    """Return a name's key for comparison: capitals without accents, blanks or marks; Saint, Fort, Mount short.

    "St. Clair" and "SAINT CLAIR" share a key, so do "DeKalb" and "De Kalb".
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    words = re.sub(r"[^A-Z ]", " ", plain.replace("'", "")).split()
    return "".join(_SHORT.get(word, word) for word in words)


def tidy(landmark: str) -> str:
    """Normalise a landmark to capitals and single blanks, for the patterns of the rules."""
    return " ".join(landmark.split()).upper()


@cache
def _counties() -> Mapping[tuple[str, str, str], tuple[tuple[str, str], ...]]:
    """Return (FIPS code, state) of the counties of each area, kind and key of a name."""
    found: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for row in counties_by_area().itertuples():
        for kind, ending in _KINDS.items():
            if row.county.lower().endswith(ending):
                key = (row.aor, kind, name_key(row.county[: -len(ending)]))
                found.setdefault(key, []).append((row.fips, row.state))
    return {key: tuple(pairs) for key, pairs in found.items()}


def candidates(rule: LandmarkRule, aor: str, landmark: str) -> tuple[str, ...] | None:
    """Return the counties of an area whose names a rule finds in a landmark's name.

    Parameters: ``aor`` is the code of the area, ``landmark`` the name as released. Returns FIPS
    codes, none if no county of that name lies in the area (and in the state that the landmark
    names); None if the pattern does not match or the rule finds no county but a class.
    """
    match = rule.pattern.search(tidy(landmark))
    if match is None or rule.finds not in _KINDS:
        return None
    named = match.groupdict()
    state = state_code(named["state"]) if named.get("state") else None
    pairs = _counties().get((aor, rule.finds, name_key(named["county"])), ())
    return tuple(fips for fips, of in pairs if state is None or of == state)


def _by_rules(aor: str, landmark: str, rules: Iterable[LandmarkRule]) -> tuple[str | None, str]:
    """Return the county, if exactly one, and the class by the first rule whose pattern matches."""
    for rule in rules:
        if not rule.pattern.search(tidy(landmark)):
            continue
        found = candidates(rule, aor, landmark)
        if found is None:
            return None, rule.finds
        if len(found) == 1:
            return found[0], JAIL
        return None, SEVERAL if found else UNDECIDED
    return None, UNDECIDED


def two_codings() -> pd.DataFrame:
    """Return the two independent codings of the landmarks with most arrests, side by side.

    One row a landmark: ``aor``, ``landmark``, ``fips_a``, ``fips_b`` (empty where not placed),
    ``class_a``, ``class_b``. The first follows the rules and decision rows, the second was made
    by reading each name, without sight of them.
    """
    first, second = ledger.coding("landmarks_a"), ledger.coding("landmarks_b")
    return first.merge(second, on=["aor", "landmark"], suffixes=("_a", "_b"), validate="one_to_one")


def place_landmarks(frame: pd.DataFrame) -> pd.DataFrame:
    """Place landmarks of local-jail arrests in counties: decision rows first, then rules.

    Parameters: ``frame`` has the columns ``aor`` (code of the area) and ``landmark`` (as
    released), each pair once; NA, a blank and "not recorded" say the same. Other columns are kept. Returns it with three more, in its
    order and with its index:

    - ``fips``: five digits, NA where the landmark is not placed;
    - ``class``: ``jail`` where placed; else ``general area``, ``agency office``, ``prison``,
      ``several places`` (more than one county fits), ``unknown`` (looked at, nothing settles it),
      ``not recorded`` (the landmark is blank), ``not decided`` (no row and no rule speaks of it);
    - ``placed_by``: ``rule``, ``hand`` or ``not placed``.

    A rule places a landmark only if exactly one county of the name lies in the area, and in the
    state where the landmark names one. Raises ArgumentError without the columns, or for a pair
    that stands twice.
    """
    missing = {"aor", "landmark"} - set(frame.columns)
    if missing:
        raise ArgumentError(f"no column {sorted(missing)[0]!r}; aor and landmark are needed")
    twice = frame[frame.duplicated(["aor", "landmark"])]
    if len(twice):
        pair = (twice["aor"].iloc[0], twice["landmark"].iloc[0])
        raise ArgumentError(f"the pair {pair} stands twice; each pair once is needed")
    aor, landmark = (
        frame[name].astype("string").fillna("").str.strip().replace(NOT_RECORDED, "")
        for name in ("aor", "landmark")
    )
    hand = {
        (row.aor, row.landmark): (row.fips or None, row.landmark_class)
        for row in landmark_counties().itertuples()
    }
    rules = landmark_rules()
    placed: list[tuple[str | None, str, str]] = []
    for pair in zip(aor, landmark, strict=True):
        if not pair[1]:
            fips, kind, by = None, NOT_RECORDED, NOT_PLACED
        elif pair in hand:
            (fips, kind), by = hand[pair], BY_HAND
        else:
            (fips, kind), by = _by_rules(*pair, rules), BY_RULE
        placed.append((fips, kind, by if fips else NOT_PLACED))
    columns = zip(*placed, strict=True) if placed else ((), (), ())
    result = frame.copy()
    for name, values in zip(("fips", "class", "placed_by"), columns, strict=True):
        result[name] = pd.array(values, dtype="string")
    return result
