"""Define values and columns of the detention tables, which ingest writes and chapters query."""

from __future__ import annotations

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
