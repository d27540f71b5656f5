"""Schemas of the tables that count records: removals, arrests, detainers, Seattle, dashboard."""

from __future__ import annotations

from scomm.data.schema.base import Column, Table
from scomm.display.words import N_

REMOVALS_FILES = tuple(f"removals/ICERemovals_FY{year}.csv.gz" for year in range(2016, 2020))
ARRESTS_FILES = tuple(f"arrests/EROArrests_FY{year}.csv.gz" for year in range(2016, 2020))
SEATTLE_WORKBOOK = "seattle/UW_v_DHS_LESA-STU_FINAL.xlsx"
SEATTLE_CAP = "seattle/CAP-FY2017-removals.csv.gz"

N = Column("n", "int", "Number of records", unit="records", low=1)
MONTH = "First day of the month; days are not kept"
AOR = Column(
    "aor", "category", "Area of responsibility, code of data/hand/aor.csv", pattern="[A-Z]{2,3}"
)
RECORDED = Column(
    "threat_level_recorded",
    "bool",
    "True where the release has a redaction mark (a level exists, so a conviction is recorded); "
    "false where it has the text NA (none recorded)",
)
_DAYS_COARSENED = (
    "Days are coarsened to months, and records to counts. The release itself prints days; nothing "
    "here singles out a person more than it does."
)

DISPOSITION = Column(
    "disposition",
    "category",
    "Processing disposition code as released; 'not recorded' where the cell is blank",
)

TABLES = (
    Table(
        name="removals",
        title="ICE removals, FY2016 to August of FY2019",
        grain="fiscal year, month of removal, area, disposition, class of final charge, citizenship, "
        "gender, threat level recorded or not, lag or not",
        format="parquet",
        originals=REMOVALS_FILES,
        key=(
            "fiscal_year",
            "month",
            "aor",
            "disposition",
            "charge_class",
            "citizenship",
            "gender",
            "threat_level_recorded",
            "lag",
        ),
        coarsened=_DAYS_COARSENED
        + " Final charges are coarsened to the classes of data/hand/charge_classes.csv.",
        notes=(
            "A removal is ICE's: removals and returns. One person can be several.",
            "FY2019 ends on 31 August 2019: eleven months.",
            "Trailing blanks of the release are stripped.",
            "Identical records are different removals; none is dropped.",
        ),
        columns=(
            Column("fiscal_year", "int", "Federal fiscal year of the file", low=2016, high=2019),
            Column("month", "date", f"Month of the removal date. {MONTH}"),
            AOR,
            DISPOSITION,
            Column(
                "charge_class",
                "category",
                "Class of the final charge section; 'not recorded' where the cell is blank",
            ),
            Column("citizenship", "category", "Country of citizenship as released"),
            Column(
                "gender",
                "category",
                "As released",
                allowed=(N_("Male"), N_("Female"), N_("Unknown")),
            ),
            RECORDED,
            Column(
                "lag",
                "bool",
                "True where the departure lies before the fiscal year: confirmed "
                "too late for that year's count and counted in this one",
            ),
            N,
        ),
    ),
    Table(
        name="removals_by_apprehension",
        title="ICE removals by month of apprehension and time to departure",
        grain="month of apprehension or why it is not known, days to departure in bands, fast track or "
        "not, disposition recorded or not, area, threat level recorded or not",
        format="csv",
        originals=REMOVALS_FILES,
        key=(
            "apprehension_month",
            "apprehension_status",
            "days_to_departure",
            "fast_track",
            "disposition_recorded",
            "aor",
            "threat_level_recorded",
        ),
        coarsened=_DAYS_COARSENED,
        notes=("Days run from apprehension to departure, the date on which the person left.",),
        columns=(
            Column(
                "apprehension_month",
                "date",
                f"Month of apprehension. {MONTH}",
                nulls="not a usable date; apprehension_status says why",
            ),
            Column(
                "apprehension_status",
                "category",
                "Why a month is or is not given",
                allowed=("dated", "missing", "before 1990", "after departure"),
            ),
            Column(
                "days_to_departure",
                "category",
                "Days from apprehension to departure",
                unit="days",
                allowed=("0 to 30", "31 to 90", "91 to 180", "181 to 365", "over 365", "not known"),
            ),
            Column("fast_track", "bool", "True for dispositions ER, ER/CF, REINST and REINRF"),
            Column(
                "disposition_recorded",
                "bool",
                "False where the disposition is blank; such records "
                "count as outside the fast track",
            ),
            AOR,
            RECORDED,
            N,
        ),
    ),
    Table(
        name="removals_by_departure",
        title="ICE removals by month of departure, for checks against published totals",
        grain="fiscal year of the file, month of departure, citizenship (four and all others), threat "
        "level recorded or not",
        originals=REMOVALS_FILES,
        key=("fiscal_year", "departure_month", "citizenship", "threat_level_recorded"),
        coarsened=_DAYS_COARSENED,
        columns=(
            Column("fiscal_year", "int", "Federal fiscal year of the file", low=2016, high=2019),
            Column("departure_month", "date", f"Month of departure. {MONTH}"),
            Column(
                "citizenship",
                "category",
                "Citizenship, four countries kept apart",
                allowed=("MEXICO", "GUATEMALA", "HONDURAS", "EL SALVADOR", "ALL OTHERS"),
            ),
            RECORDED,
            N,
        ),
    ),
    Table(
        name="removals_by_disposition",
        title="ICE removals by disposition and first days, to define strata by both",
        grain="month of removal, area, disposition, days to departure up to 30, threat level "
        "recorded or not",
        format="parquet",
        originals=REMOVALS_FILES,
        key=("month", "aor", "disposition", "first_days", "threat_level_recorded"),
        coarsened=_DAYS_COARSENED,
        notes=("Days run from apprehension to departure, the date on which the person left.",),
        columns=(
            Column("month", "date", f"Month of the removal date. {MONTH}"),
            AOR,
            DISPOSITION,
            Column(
                "first_days",
                "category",
                "Days from apprehension to departure; 'not known' without a usable date of "
                "apprehension",
                unit="days",
                allowed=("0 to 14", "15 to 30", "over 30", "not known"),
            ),
            RECORDED,
            N,
        ),
    ),
    Table(
        name="removals_two_clocks",
        title="ICE removals by month of removal and month of apprehension",
        grain="month of removal, month of apprehension, fast track or not",
        originals=REMOVALS_FILES,
        key=("month", "apprehension_month", "fast_track"),
        coarsened=_DAYS_COARSENED,
        columns=(
            Column("month", "date", f"Month of the removal date. {MONTH}"),
            Column(
                "apprehension_month",
                "date",
                f"Month of apprehension. {MONTH}",
                nulls="no usable date: missing, before 1990, or after the departure",
            ),
            Column("fast_track", "bool", "True for dispositions ER, ER/CF, REINST and REINRF"),
            N,
        ),
    ),
    Table(
        name="removals_repeats",
        title="Lines of the removals files that repeat another line in every column",
        grain="fiscal year, fast track or not, threat level recorded or not",
        originals=REMOVALS_FILES,
        key=("fiscal_year", "fast_track", "threat_level_recorded"),
        notes=(
            "Birth dates are redacted in every line, so two people can have one line: a repeat need "
            "not be a duplicate.",
        ),
        columns=(
            Column("fiscal_year", "int", "Federal fiscal year of the file", low=2016, high=2019),
            Column("fast_track", "bool", "True for dispositions ER, ER/CF, REINST and REINRF"),
            Column("threat_level_recorded", "bool", "Whether a threat level exists, redacted"),
            Column("lines", "int", "Lines of the file", unit="records", low=0),
            Column("distinct", "int", "Lines that differ in some column", unit="records", low=0),
            Column("repeats", "int", "Lines less distinct lines", unit="records", low=0),
        ),
    ),
    Table(
        name="arrests",
        title="ERO administrative arrests, FY2016 to August of FY2019",
        grain="area, landmark, apprehension method, disposition, fiscal year, month",
        format="parquet",
        originals=ARRESTS_FILES,
        key=("aor", "landmark", "method", "disposition", "fiscal_year", "month"),
        coarsened=_DAYS_COARSENED,
        notes=(
            "The files hold no field on criminality.",
            "FY2019 ends on 31 August 2019: eleven months. Four records of 1 September 2019 (one jail "
            "in the Houston area) stand in the file and are kept: September 2019 is no month to "
            "compare.",
        ),
        columns=(
            Column("fiscal_year", "int", "Federal fiscal year of the file", low=2016, high=2019),
            Column("month", "date", f"Month of the apprehension date. {MONTH}"),
            Column(
                "aor",
                "category",
                "Area code; 'not recorded' where the cell is blank",
                pattern="[A-Z]{2,3}|not recorded",
            ),
            Column("method", "category", "Apprehension method as released"),
            Column(
                "disposition",
                "category",
                "Processing disposition as released; 'not recorded' where blank",
            ),
            Column(
                "landmark",
                "category",
                "Apprehension landmark as released; 'not recorded' where blank",
            ),
            N,
        ),
    ),
    Table(
        name="seattle_arrests",
        title="Seattle AOR: ERO administrative arrests, January 2012 to 6 July 2019",
        grain="month, landmark, method, most serious conviction recorded or not and which",
        originals=(SEATTLE_WORKBOOK,),
        key=("month", "landmark", "method", "conviction"),
        coarsened=_DAYS_COARSENED,
        notes=(
            "Most serious conviction was not recorded before FY2015; a blank before October 2014 "
            "means not recorded in the system, not none.",
            "FY2012 leaves out the 287(g) program.",
        ),
        columns=(
            Column("month", "date", f"Month of arrest. {MONTH}"),
            Column(
                "landmark",
                "str",
                "Apprehension landmark as released, blanks stripped; 'not recorded' where blank",
            ),
            Column("method", "str", "Arrest method as released"),
            Column(
                "conviction",
                "str",
                "Most serious conviction as released; 'none recorded' where "
                "the cell is blank from the month recording began; 'not collected' where it is "
                "blank before that",
            ),
            N,
        ),
    ),
    Table(
        name="seattle_bookins",
        title="Seattle AOR: initial book-ins, January 2012 to 6 July 2019",
        grain="month, detention facility, method, most serious conviction",
        originals=(SEATTLE_WORKBOOK,),
        key=("month", "facility", "method", "conviction"),
        coarsened=_DAYS_COARSENED,
        notes=("Most serious conviction was not recorded before FY2015.",),
        columns=(
            Column("month", "date", f"Month of book-in. {MONTH}"),
            Column("facility", "str", "Detention facility as released"),
            Column("method", "str", "Apprehension method as released; 'not recorded' where blank"),
            Column("conviction", "str", "As in seattle_arrests"),
            N,
        ),
    ),
    Table(
        name="seattle_removals",
        title="Seattle AOR: removals, January 2012 to 6 July 2019",
        grain="month of departure, kind of removal, case category, most serious conviction",
        originals=(SEATTLE_WORKBOOK,),
        key=("month", "kind", "case_category", "conviction"),
        coarsened=_DAYS_COARSENED,
        notes=(
            "Most serious conviction was not recorded before FY2013.",
            "Removals include returns.",
        ),
        columns=(
            Column("month", "date", f"Month of departure. {MONTH}"),
            Column(
                "kind",
                "str",
                "Sheet of the workbook",
                allowed=("expedited removal", "other removal"),
            ),
            Column("case_category", "str", "Case category as released"),
            Column("conviction", "str", "As in seattle_arrests; recording began with FY2013"),
            N,
        ),
    ),
    Table(
        name="seattle_cap_removals",
        title="Seattle AOR: removals by the Criminal Alien Program, FY2017",
        grain="class of final charge, threat level",
        originals=(SEATTLE_CAP,),
        key=("charge_class", "threat_level"),
        coarsened="Arrest dates are left out; charges are coarsened to classes.",
        notes=("The only release seen in which the threat level is not redacted.",),
        columns=(
            Column("charge_class", "str", "Class of the final charge section"),
            Column(
                "threat_level",
                "str",
                "As released; 'NA' is the agency's text for none",
                allowed=("1", "2", "3", "NA"),
            ),
            N,
        ),
    ),
    Table(
        name="seattle_agreement",
        title="Seattle's removals of FY2016 to FY2018 in two separate releases, compared",
        grain="whether both releases hold the same number of records in a cell, whether they split it "
        "alike by conviction",
        originals=(SEATTLE_WORKBOOK, *REMOVALS_FILES[:3]),
        key=("same_number", "same_split"),
        notes=(
            "A cell is a departure date, a citizenship and a gender of the removals files.",
            "The workbook has no fiscal year of counting, so a cell can hold records that were counted "
            "in another year; there 'alike' means that the removals files hold no more of either kind.",
        ),
        columns=(
            Column(
                "same_number", "bool", "Both releases hold the same number of records in the cell"
            ),
            Column(
                "same_split",
                "bool",
                "Threat level recorded in the removals files agrees with most "
                "serious conviction recorded in the workbook",
            ),
            Column("cells", "int", "Number of cells", low=1),
            Column(
                "in_removals_files", "int", "Records in the removals files", unit="records", low=0
            ),
            Column("in_workbook", "int", "Records in the workbook", unit="records", low=0),
        ),
    ),
    Table(
        name="dashboard_removals",
        title="ERO dashboard: removals, October 2020 to December 2024, as published",
        grain="month, area, arresting agency, criminality, citizenship",
        originals=("dashboard/ICE_ERO_PFD_FY2021_FY2025Q1_removals.csv",),
        key=("month", "aor", "agency", "criminality", "citizenship"),
        notes=(
            "Cells below 10 are suppressed: they are absent here as in the file, not zero.",
            "Harlingen stands apart from San Antonio from FY2022.",
        ),
        columns=(
            Column("fiscal_year", "int", "Federal fiscal year", low=2021, high=2025),
            Column("month", "date", "First day of the month"),
            Column("aor", "str", "Area code of data/hand/aor.csv", pattern="[A-Z]{2,3}"),
            Column("agency", "str", "Arresting agency", allowed=("CBP", "ICE")),
            Column(
                "criminality",
                "str",
                "As published",
                allowed=(
                    "Criminal Conviction",
                    "Pending Criminal Charges",
                    "Other Immigration Violator",
                ),
            ),
            Column("citizenship", "str", "Country of citizenship as published"),
            Column("n", "int", "Removals", unit="removals", low=10),
        ),
    ),
    Table(
        name="detainers_pa",
        title="ICE detainers in Pennsylvania, October 2007 to July 2015",
        grain="month, facility, city, why lifted",
        originals=("detainers/pa_detainers.csv",),
        key=("month", "facility", "city", "lift_reason"),
        coarsened=_DAYS_COARSENED,
        columns=(
            Column("month", "date", f"Month of the detainer. {MONTH}"),
            Column(
                "facility",
                "str",
                "Detention facility as released; class and county in data/hand/pa_facilities.csv",
            ),
            Column("city", "str", "City as released; 'not recorded' where blank"),
            Column(
                "lift_reason",
                "str",
                "Why the detainer was lifted, as released; 'not recorded' "
                "where blank (still open, or not entered)",
            ),
            N,
        ),
    ),
    Table(
        name="detainers_fy2015",
        title="ICE detainers nationwide, 1 October 2014 to 19 July 2015",
        grain="month, facility, state, city",
        originals=("detainers/FOIA_15-87693_FY15YTD.xlsx",),
        key=("month", "facility", "state", "city"),
        coarsened=_DAYS_COARSENED + " Detainer type and reason of lifting are left out.",
        notes=(
            "9,014 detainers name 'OTHER-OTHER FACILITY' and 6 name none; these have no state.",
        ),
        columns=(
            Column("month", "date", f"Month in which the detainer was prepared. {MONTH}"),
            Column("facility", "str", "Facility as released; 'not recorded' where blank"),
            Column("state", "str", "State as released; 'not recorded' where blank"),
            Column("city", "str", "City as released; 'not recorded' where blank"),
            N,
        ),
    ),
)
