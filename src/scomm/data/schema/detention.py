"""Schemas of the agency's biweekly detention statistics: the nation, and each facility."""

from __future__ import annotations

from scomm.data.schema.base import Column, Table
from scomm.data.schema.places import DECIMALS
from scomm.data.sources import under

FOLDER = "detention"
POSTINGS = under(FOLDER)

ADP, STAY, DETAINED = "average daily population", "average length of stay", "currently detained"
BOOK_INS, REMOVALS = "initial book-ins", "removals"
RELEASES, BOOK_OUTS = "final releases", "final book-outs"
UNITS = {
    ADP: "people, mean of the days",
    STAY: "days",
    DETAINED: "people",
    BOOK_INS: "book-ins",
    RELEASES: "releases",
    BOOK_OUTS: "book-outs",
    REMOVALS: "removals",
}
ALL = "all"
CONVICTED, PENDING, OTHER = "convicted", "pending charges", "other immigration violator"
NON_CRIMINAL = "non-criminal"
TO_DATE, SNAPSHOT = "to date", "snapshot"

# Columns of the facilities sheet that hold an average daily population, by name in the table.
LEVELS = {f"Level {letter}": f"adp_level_{letter.lower()}" for letter in "ABCD"}
CRIMINALITY = {
    "Male Crim": "adp_male_crim",
    "Male Non-Crim": "adp_male_non_crim",
    "Female Crim": "adp_female_crim",
    "Female Non-Crim": "adp_female_non_crim",
}
THREAT = {
    "ICE Threat Level 1": "adp_threat_level_1",
    "ICE Threat Level 2": "adp_threat_level_2",
    "ICE Threat Level 3": "adp_threat_level_3",
    "No ICE Threat Level": "adp_no_threat_level",
}
MANDATORY = {"Mandatory": "adp_mandatory"}
NOT_AVAILABLE = "#N/A in every population column of the sheet"
BLANK = "blank in every population column of the sheet"

_ROUNDED = (
    f"Averages are rounded to {DECIMALS} decimals: the sheet stores up to sixteen digits, which "
    "only show how a computer keeps them."
)
_YEAR = Column(
    "fiscal_year",
    "int",
    "Fiscal year that the sheets name, 1 October of the year before to 30 September",
    low=2019,
    high=2100,
)
_POSTED = Column(
    "posted", "date", "Day through which the posting's detention data go, as its footnotes say"
)


def _adp(name: str, label: str) -> Column:
    """Return the column of an average daily population that the sheet heads with ``label``."""
    said = f"Average daily population, fiscal year to date: the sheet's `{label}`"
    empty = "blank in the sheet, or #N/A where `note` says so"
    return Column(name, "float", said, unit=UNITS[ADP], nulls=empty, low=0)


TABLES = (
    Table(
        name="detention_national",
        title="Detention statistics of the nation, by measure, arresting agency and criminality",
        grain="posting, measure, reason, arresting agency, criminality and period",
        originals=POSTINGS,
        key=("fiscal_year", "posted", "measure", "reason", "agency", "criminality", "period"),
        coarsened=_ROUNDED,
        columns=(
            _YEAR,
            _POSTED,
            Column(
                "measure",
                "str",
                "What is counted; from FY2024 final book-outs stand in the place of final releases",
                allowed=tuple(UNITS),
            ),
            Column(
                "reason",
                "str",
                "Reason of a release or book-out as printed; `all` for every reason together and "
                "for measures without reasons. `Bonded Out` is the sum of the two `Bond Set by`",
            ),
            Column(
                "agency",
                "str",
                "Agency that made the arrest; `all` where the sheet does not part them",
                allowed=("CBP", "ICE", ALL),
            ),
            Column(
                "criminality",
                "str",
                "Class of criminality; the ADP of FY2019 has `non-criminal` in the place of the two "
                "other classes without a conviction",
                allowed=(CONVICTED, PENDING, OTHER, NON_CRIMINAL, ALL),
            ),
            Column(
                "period",
                "str",
                "First day of the month; `to date` for the fiscal year up to `posted`; `snapshot` "
                "for who was detained on one day",
                pattern=rf"\d{{4}}-\d\d-01|{TO_DATE}|{SNAPSHOT}",
            ),
            Column(
                "as_of",
                "date",
                "Day of the snapshot, as the footnotes say",
                nulls="not a snapshot, or the footnotes give no day",
            ),
            Column("value", "float", "The number as printed", unit="as `unit` says", low=0),
            Column("unit", "str", "Unit of `value`", allowed=tuple(dict.fromkeys(UNITS.values()))),
        ),
        notes=(
            "Only printed numbers: nothing is added up here. A blank cell has no row. Nor has a "
            "month that begins after `posted`, for which the sheets print zero or nothing.",
            "The month in which `posted` lies is not whole.",
            "When a conviction counts differs between measures and years: for the ADP of FY2019 up "
            "to the day of departure, from FY2020 at the time of custody; for book-ins and the "
            "currently detained at the enforcement action.",
            "Removals include returns, and from FY2025 expulsions; they are not parted by "
            "criminality.",
        ),
    ),
    Table(
        name="detention_facilities",
        title="Average daily population of detention facilities, fiscal year to date",
        grain="posting and facility",
        originals=POSTINGS,
        key=("fiscal_year", "posted", "facility", "city", "state"),
        coarsened=_ROUNDED,
        columns=(
            _YEAR,
            _POSTED,
            Column(
                "drawn",
                "date",
                "Day on which the facilities sheet was drawn, as it says",
                nulls="the sheet does not say",
            ),
            Column("facility", "str", "Name of the facility as printed"),
            Column(
                "common_name",
                "str",
                "One name over the years: of data/hand/facility_names.csv, or the name as printed",
            ),
            Column("city", "str", "City as printed"),
            Column(
                "state",
                "str",
                "State or territory, two-letter postal code",
                nulls="blank in the sheet",
                pattern="[A-Z]{2}",
            ),
            Column(
                "aor",
                "str",
                "Area of responsibility, code of data/hand/aor.csv",
                pattern="[A-Z]{2,3}",
            ),
            Column(
                "type", "str", "Type of facility, the agency's word", nulls="blank in the sheet"
            ),
            *(
                _adp(name, label)
                for labels in (CRIMINALITY, LEVELS, THREAT, MANDATORY)
                for label, name in labels.items()
            ),
            Column(
                "guaranteed_minimum",
                "int",
                "Beds that the contract guarantees to pay for",
                unit="beds",
                nulls="blank or N/A in the sheet",
                low=0,
            ),
            Column(
                "average_length_of_stay",
                "float",
                "Average length of stay at the facility, fiscal year to date",
                unit="days",
                nulls="blank, #N/A or #DIV/0! in the sheet",
                low=0,
            ),
            Column(
                "note",
                "str",
                "Why numbers are missing",
                nulls="nothing is missing but what the columns explain",
                allowed=(NOT_AVAILABLE, BLANK),
            ),
        ),
        notes=(
            "A facility is where people are held, not where they were arrested.",
            "The sheet's Non-Crim columns include people with pending charges.",
            "Levels A to D, the four columns by criminality and the four by threat level each add "
            "to the facility's population; which of the last two agrees with the nation differs "
            "between years.",
            "From FY2023 the list has only facilities that held somebody on the day it was drawn, "
            "and leaves out hold rooms, hospitals, hotels and shelters for children.",
            "A name can stand for two places; city and state tell them apart.",
        ),
    ),
)
