"""Restrict samples, each with an attrition row: what is left out, why, and how many records.

Each function takes a counted table (column ``n``) and returns the kept rows and an attrition row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import pandas as pd

from citable.display.words import N_
from scomm.data.mappings import NOT_RECORDED, fast_track, landmarks, pa_facilities, strata

HEADQUARTERS = "HQ"
LOCAL_INCARCERATION = "CAP Local Incarceration"
# The agency's names for arrests made in prisons.
FEDERAL_INCARCERATION = "CAP Federal Incarceration"
STATE_INCARCERATION = "CAP State Incarceration"
# Seattle's workbook: most serious conviction was not recorded before FY2015.
SEATTLE_RECORDED_FROM = pd.Timestamp(2014, 10, 1)
# The record files of FY2019, removals and arrests, end on 31 August 2019.
LAST_WHOLE_YEAR = 2018
JAIL_KINDS = ("regional or county jail", "city or tribal jail")
# The same field of its removals was recorded two years earlier.
SEATTLE_REMOVALS_RECORDED_FROM = pd.Timestamp(2012, 10, 1)


@dataclass(frozen=True)
class Attrition:
    """Attrition of one restriction: records before, left out, and kept."""

    restriction: str
    reason: str
    before: int
    left_out: int
    kept: int


Restricted = tuple[pd.DataFrame, Attrition]


def _restrict(frame: pd.DataFrame, keep: pd.Series, restriction: str, reason: str) -> Restricted:
    kept = frame[keep.to_numpy(bool)]
    before, after = int(frame["n"].sum()), int(kept["n"].sum())
    return kept, Attrition(restriction, reason, before, before - after, after)


def is_fast_track(frame: pd.DataFrame) -> pd.Series:
    """Return whether removals are on the fast track, by disposition or as the ingest marked them."""
    if "fast_track" in frame:
        return frame["fast_track"].astype(bool)
    return frame["disposition"].isin(fast_track())


def on_fast_track(frame: pd.DataFrame) -> Restricted:
    """Keep expedited removals and reinstatements."""
    return _restrict(
        frame, is_fast_track(frame), N_("on the fast track"), N_("neither expedited nor reinstated")
    )


def outside_fast_track(frame: pd.DataFrame) -> Restricted:
    """Keep removals that are neither expedited nor reinstated; blank dispositions are kept."""
    return _restrict(
        frame,
        ~is_fast_track(frame),
        N_("outside the fast track"),
        N_(
            "expedited removals and reinstatements follow border apprehensions, few of which have a "
            "conviction recorded"
        ),
    )


# The bands of days of removals_by_disposition that are longer than so many days.
_LONGER_THAN = {"14": ("15 to 30", "over 30"), "30": ("over 30",)}


def by_definition(frame: pd.DataFrame, stratum: str) -> Restricted:
    """Keep the removals of one definition of ``strata.csv``; blank dispositions are kept.

    ``frame`` has a column ``disposition`` and, where days are asked, ``first_days``; a removal
    without a usable date of apprehension is not longer than any number of days.
    Raises KeyError for a definition that is not there.
    """
    rule, codes = strata().loc[stratum], frame["disposition"].astype(str)
    keep = ~codes.isin(rule["leave_out"].split())
    if rule["keep_only"]:
        keep &= codes.isin(rule["keep_only"].split())
    if rule["longer_than"]:
        asked = codes.isin(rule["longer_for"].split()) | (rule["longer_for"] == "all")
        keep &= ~asked | frame["first_days"].isin(_LONGER_THAN[rule["longer_than"]])
    return _restrict(frame, keep, rule["label"], rule["reason"])


def whole_fiscal_years(frame: pd.DataFrame) -> Restricted:
    """Keep the fiscal years of which the record files have all twelve months."""
    return _restrict(
        frame,
        frame["fiscal_year"] <= LAST_WHOLE_YEAR,
        N_("whole fiscal years"),
        N_("the files of FY2019 end on 31 August 2019"),
    )


def without_headquarters(frame: pd.DataFrame) -> Restricted:
    """Keep records of the areas; headquarters is not an area."""
    return _restrict(
        frame,
        frame["aor"] != HEADQUARTERS,
        N_("areas only"),
        N_("HQ is not an area of responsibility"),
    )


def without_lag(frame: pd.DataFrame) -> Restricted:
    """Keep removals whose departure lies in the fiscal year that counts them."""
    return _restrict(
        frame,
        ~frame["lag"],
        N_("departed in the fiscal year"),
        N_("the departure lies in the year before"),
    )


def local_jail_arrests(frame: pd.DataFrame) -> Restricted:
    """Keep Seattle arrests made in local jails since convictions are recorded."""
    jails = landmarks().loc[landmarks()["kind"].isin(JAIL_KINDS), "landmark"]
    keep = (
        (frame["method"] == LOCAL_INCARCERATION)
        & (frame["month"] >= SEATTLE_RECORDED_FROM)
        & frame["landmark"].isin(jails)
    )
    return _restrict(
        frame,
        keep,
        N_("local-jail arrests since FY2015"),
        N_(
            "other methods, landmarks that are teams or prisons, and years before convictions were "
            "recorded"
        ),
    )


def recorded_removals(frame: pd.DataFrame) -> Restricted:
    """Keep Seattle removals that were not expedited, since convictions are recorded."""
    keep = (frame["kind"] == "other removal") & (frame["month"] >= SEATTLE_REMOVALS_RECORDED_FROM)
    return _restrict(
        frame,
        keep,
        N_("removals since FY2013, not expedited"),
        N_("expedited removals, and years before convictions were recorded"),
    )


def at_local_jails(frame: pd.DataFrame) -> Restricted:
    """Keep arrests whose method is local incarceration, in any area."""
    return _restrict(
        frame,
        frame["method"] == LOCAL_INCARCERATION,
        N_("at local jails"),
        N_("made by another method than in a local jail"),
    )


def placed_in_a_county(frame: pd.DataFrame) -> Restricted:
    """Keep arrests whose landmark is placed in a county: ``fips`` is known."""
    return _restrict(
        frame,
        frame["fips"].notna(),
        N_("placed in a county"),
        N_("the landmark is a general area, an office or a prison, or nothing settles the county"),
    )


def county_jails(frame: pd.DataFrame, with_unclear: bool = False) -> Restricted:
    """Keep Pennsylvania detainers at county jails; ``with_unclear`` adds the unclear facility."""
    classes = ["county jail", "unclear"] if with_unclear else ["county jail"]
    known = pa_facilities().set_index("facility")["facility_class"]
    return _restrict(
        frame,
        frame["facility"].map(known).isin(classes),
        N_("county jails"),
        N_(
            "federal and state prisons, police districts and others do not follow a county's activation"
        ),
    )


def in_an_area(frame: pd.DataFrame) -> Restricted:
    """Keep arrests with an area of responsibility; headquarters is not one."""
    return _restrict(
        frame,
        ~frame["aor"].isin([HEADQUARTERS, NOT_RECORDED]),
        N_("in an area"),
        N_("HQ is not an area of responsibility, and some records name none"),
    )


# The file of arrests in FY2019 ends here, four records apart.
ARRESTS_END = pd.Timestamp(2019, 9, 1)


def whole_months(frame: pd.DataFrame) -> Restricted:
    """Keep arrests of the months that the files hold whole."""
    return _restrict(
        frame,
        frame["month"] < ARRESTS_END,
        N_("whole months"),
        N_("of September 2019 the file holds a few records only"),
    )


def attrition_table(steps: Iterable[Attrition]) -> pd.DataFrame:
    """Return attrition rows as a table, in order."""
    return pd.DataFrame([asdict(step) for step in steps])
