"""Schemas of the tables of counts that others compiled from the agency's records."""

from __future__ import annotations

from scomm.data.schema.base import Column, Table

SEATTLE_CRIMINALITY = "seattle/sea_crim_state_month.csv"
S287G = "s287g/287g_removals-2006_2013_ICE.csv"
DETAINERS_BY_MONTH = "detainers/npr/detainers_by_year_and_month.csv"
DETAINERS_BY_REASON = "detainers/npr/detainers_by_lift_reason_and_year.csv"
DETAINERS_BY_FORM = "detainers/npr/detainers_by_type_and_year.csv"
DETAINERS_BY_FACILITY = {
    "public": "detainers/npr/public_detentations_percentages.csv",
    "private": "detainers/npr/private_detentations_percentages.csv",
}

LIFT_REASONS = (
    "Alien Not Subject to Deportation",
    "Booked into Detention",
    "Case Closed",
    "Detainer Declined by LEA",
    "Died",
    "Early Release",
    "Lifted",
    "Lifted - Lack of Funds",
    "Lifted - Lack of Space",
    "Prosecutorial Discretion",
    "Transferred",
    "United States Citizen Interviewed",
)

CRIMINALITIES = (
    "1 Convicted Criminal",
    "2 Pending Criminal Charges",
    "3 Other Immigration Violator",
)
ALL_DETAINERS = (
    DETAINERS_BY_MONTH,
    DETAINERS_BY_REASON,
    *DETAINERS_BY_FACILITY.values(),
)
_DETAINERS = Column("n", "int", "Number of detainers", unit="detainers", low=1)
_BLANK = "the cell is blank in the source: nothing is stated; a zero is a printed zero"

TABLES = (
    Table(
        name="detainers_months",
        title="ICE detainers nationwide by month, October 2007 to July 2015",
        grain="month",
        originals=(DETAINERS_BY_MONTH,),
        key=("month",),
        notes=(
            "July 2015 ends on the 19th, and FY2015 with it.",
            "The months of FY2015 hold as many detainers as `detainers_fy2015`.",
        ),
        columns=(
            Column("fiscal_year", "int", "Federal fiscal year of the month", low=2008, high=2015),
            Column("month", "date", "First day of the month in which the detainer was prepared"),
            _DETAINERS,
        ),
    ),
    Table(
        name="detainers_reasons",
        title="ICE detainers nationwide by calendar year and why lifted, October 2007 to July 2015",
        grain="calendar year, why lifted",
        originals=ALL_DETAINERS,
        key=("year", "lift_reason"),
        notes=(
            "Years are calendar years: 2007 begins with October, and 2015 ends on 19 July.",
            "The source leaves out detainers without a reason. Their number in a year is here the "
            "number of all detainers in its months less those with a reason; over all years this is "
            "what the facilities' files count without one.",
            "A detainer without a reason can still be open, or the reason was never entered.",
        ),
        columns=(
            Column("year", "int", "Calendar year", low=2007, high=2015),
            Column(
                "lift_reason",
                "str",
                "Why the detainer was lifted, as released; 'not recorded' where no reason is",
                allowed=(*LIFT_REASONS, "not recorded"),
            ),
            _DETAINERS,
            Column(
                "by_difference",
                "bool",
                "True where the source has no row and the number is a difference; see the notes",
            ),
        ),
    ),
    Table(
        name="detainers_facilities",
        title="ICE detainers nationwide by facility and why lifted, October 2007 to July 2015 together",
        grain="facility name, why lifted",
        format="parquet",
        originals=ALL_DETAINERS,
        key=("facility", "operator", "lift_reason"),
        notes=(
            "All years are added up: no column says when.",
            "No column says where. A name can be several places: of the 117 names of `detainers_pa`, "
            "108 have the same number here and nine have more (the county jails of Bedford, Columbia, "
            "Fayette, Franklin, Lawrence, Pike, Somerset, Warren and Wyoming); in `detainers_fy2015` "
            "these nine, and none of the others, stand in another state too.",
            "Other names can be several places too; a number is one place's only where another source "
            "says so.",
            "Each facility's total and each reason's total are checked on reading.",
            "Whoever compiled the files divided public from private facilities; the agency's records "
            "have no such column.",
        ),
        columns=(
            Column("facility", "category", "Facility as released; 'not recorded' where blank"),
            Column(
                "operator",
                "category",
                "Which of the compiler's two files lists the facility",
                allowed=tuple(DETAINERS_BY_FACILITY),
            ),
            Column(
                "lift_reason",
                "category",
                "Why the detainer was lifted, as released; 'not recorded' where blank",
                allowed=(*LIFT_REASONS, "not recorded"),
            ),
            _DETAINERS,
        ),
    ),
    Table(
        name="detainers_forms",
        title="ICE detainers nationwide by form, 1 October 2014 to 19 July 2015",
        grain="calendar year, form",
        originals=(DETAINERS_BY_FORM, DETAINERS_BY_MONTH),
        key=("year", "form"),
        notes=(
            "Only FY2015 is counted by form: 2014 begins with October, and 2015 ends on 19 July.",
            "Each year's forms add up to the detainers of its months.",
        ),
        columns=(
            Column("year", "int", "Calendar year", low=2014, high=2015),
            Column("form", "str", "Form of the detainer, as released"),
            _DETAINERS,
        ),
    ),
    Table(
        name="s287g",
        title="287(g) program: people identified and removed by agency, FY2006 to FY2013",
        grain="agency, fiscal year",
        originals=(S287G,),
        key=("agency", "fiscal_year"),
        coarsened="Of an agency's printed address the state is kept; its coordinates and a second "
        "spelling of its name are left out.",
        notes=(
            "A blank is not zero. The source does not say whether a blank means that the agency took "
            "no part in that year, that nobody was counted, or that no count was made.",
            "The source joins three releases of the agency. In FY2013 more people are removed than "
            "identified in 26 agencies: removals of a year need not be of people identified in it.",
            "No column says whether anyone was convicted.",
            "The source's total of removals of an agency is checked on reading: it adds up in each of "
            "73 lines.",
        ),
        columns=(
            Column(
                "agency",
                "str",
                "Agency as printed, without its asterisk; kind of agency and county in "
                "data/hand/s287g_counties.csv",
            ),
            Column(
                "asterisk",
                "bool",
                "True where the source prints an asterisk after the agency's name; it does not say "
                "what it means",
            ),
            Column(
                "state",
                "str",
                "State of the printed address, two-letter postal code",
                nulls="the source prints no address",
                pattern="[A-Z]{2}",
            ),
            Column("fiscal_year", "int", "Federal fiscal year", low=2006, high=2013),
            Column(
                "identified",
                "int",
                "People whom the agency's officers identified for removal",
                unit="people",
                nulls=_BLANK,
                low=0,
            ),
            Column("removed", "int", "People removed", unit="people", nulls=_BLANK, low=0),
        ),
    ),
    Table(
        name="seattle_criminality",
        title="Seattle AOR: arrests by criminality, September 2023 to September 2025",
        grain="month, state, criminality",
        originals=(SEATTLE_CRIMINALITY,),
        key=("month", "state", "criminality"),
        notes=(
            "Another release than `seattle_arrests`, with its own field: criminality as the agency "
            "enters it, not the most serious conviction. The two are no one series.",
            "The compiler removed duplicates before counting; what the rule was cannot be checked here.",
            "The state of 1,361 of 5,326 arrests is blank.",
            "Of FY2023 only September is there.",
        ),
        columns=(
            Column("month", "date", "First day of the month of the arrest"),
            Column(
                "state",
                "str",
                "State of the arrest as released; 'not recorded' where blank",
                pattern="[A-Z ]+|not recorded",
            ),
            Column("criminality", "str", "As released", allowed=CRIMINALITIES),
            Column("n", "int", "Number of arrests", unit="arrests", low=1),
        ),
    ),
)
