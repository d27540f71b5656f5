"""Schemas of the tables about places: activation, population, areas, facilities, boundaries."""

from __future__ import annotations

from scomm.data.schema.base import Column, Table

ACTIVATION_DATED = "activation/securecommunities.dta"
ACTIVATION_SECOND = "activation/activation_dates_makayla_revisedforbalance.dta"
CENSUS_POPULATION = "population/census_pop_county_2010_2019.csv"
COUNTY_LIST = "population/county_fips_updated.xlsx"
NONCITIZENS = "population/non_citizen_pop.csv"
COUNTY_AOR = "crosswalk/county_aor.csv"
AREA_POPULATION = "crosswalk/aor_demog_indicators.csv"
DISPOSITION_CODES = "crosswalk/processing_disp.csv"
FACILITY_LIST = "facilities/ICE_Facility_List_11-06-2017-web.xlsx"
BOUNDARIES = "geo/us-atlas-3.0.1.tgz"

FIPS = Column(
    "fips", "str", "County code: two digits for the state, three for the county", pattern=r"\d{5}"
)
STATE = Column("state", "str", "State, two-letter postal code", pattern="[A-Z]{2}")
_AREA = Column(
    "aor", "str", "Area of responsibility, code of data/hand/aor.csv", pattern="[A-Z]{2,3}"
)
ADP_YEARS = (2015, 2016, 2017, 2018)
# The sources print sixteen digits of binary arithmetic; a ten-thousandth of a person is enough.
DECIMALS = 4
_ROUNDED = (
    f"Numbers that are not whole are rounded to {DECIMALS} decimals: the source prints sixteen, "
    "which only show how a computer stores them."
)


def _persons(name: str, what: str) -> Column:
    return Column(name, "int", what, unit="persons", low=0)


def _standard_error(name: str, of: str) -> Column:
    return Column(name, "float", f"Standard error of `{of}`, as compiled", unit="persons", low=0)


def _adp(year: int) -> tuple[Column, ...]:
    part = " (1 October to 4 November 2017 only)" if year == 2018 else ""
    said = f"fiscal year {year}{part}"
    empty = "nothing stated; zero means that nobody was held"
    return tuple(
        Column(
            f"adp_fy{year}{suffix}",
            "float",
            f"Average daily population{group}, {said}",
            unit="persons",
            nulls=empty,
            low=0,
        )
        for suffix, group in (
            ("", ""),
            ("_criminal", " of people designated as convicted"),
            ("_non_criminal", " of all others, people with pending charges among them"),
        )
    )


TABLES = (
    Table(
        name="activation",
        title="Activation of each county, by two compilations",
        grain="county that the dated compilation dates",
        originals=(ACTIVATION_DATED, ACTIVATION_SECOND, COUNTY_LIST),
        key=("fips",),
        columns=(
            FIPS,
            Column(
                "current_fips",
                "str",
                "Code or codes, joined by +, that the county has in the boundaries; differs from "
                "`fips` where data/hand/fips_changes.csv says `mapped`",
                pattern=r"\d{5}(\+\d{5})*",
            ),
            Column("county", "str", "Name of the county"),
            STATE,
            Column("date_secure", "date", "First day of activation, first compilation"),
            Column(
                "month_second",
                "str",
                "Month of activation, second compilation, as YYYY-MM",
                nulls="the second compilation has no month for the county",
                pattern=r"20\d\d-(0[1-9]|1[0-2])",
            ),
            Column(
                "agree",
                "bool",
                "True where the month of `date_secure` is `month_second`",
                nulls="the second compilation has no month to compare",
            ),
            Column(
                "note",
                "str",
                "What is special about the county's row",
                nulls="nothing special",
            ),
        ),
        notes=(
            "A county here is where prints were submitted, not where a person was arrested or "
            "lived.",
            "Two rows can share a current code: a city that became part of a county keeps its own "
            "row.",
        ),
    ),
    Table(
        name="county_population",
        title="Resident population of counties, 2010 to 2019",
        grain="county and year (1 July)",
        originals=(CENSUS_POPULATION, COUNTY_LIST),
        key=("fips", "year"),
        columns=(
            FIPS,
            Column("county", "str", "Name of the county"),
            STATE,
            Column("year", "int", "Year of the estimate", low=2010, high=2019),
            _persons("population", "Estimated resident population on 1 July"),
        ),
        notes=("The 50 states and the District of Columbia; no territories.",),
    ),
    Table(
        name="county_noncitizens",
        title="Noncitizen population of counties, five-year estimates ending 2009 to 2018",
        grain="county and last year of the five-year period",
        originals=(NONCITIZENS,),
        key=("fips", "year"),
        columns=(
            FIPS,
            Column("year", "int", "Last year of the five-year period", low=2009, high=2018),
            Column(
                "noncitizens",
                "int",
                "Estimated noncitizen residents",
                unit="persons",
                nulls="no estimate in the source (Puerto Rico)",
                low=0,
            ),
            Column(
                "moe",
                "int",
                "Margin of error: half the width of the 90% interval",
                unit="persons",
                nulls="no estimate in the source (Puerto Rico)",
                low=0,
            ),
        ),
        notes=("Periods of neighboring years overlap, so the years are not independent.",),
    ),
    Table(
        name="county_names",
        title="Counties and county equivalents: codes, names and states",
        grain="county or county equivalent",
        originals=(COUNTY_LIST,),
        key=("fips",),
        columns=(FIPS, Column("county", "str", "Name of the county"), STATE),
    ),
    Table(
        name="county_areas",
        title="Area of responsibility of each county",
        grain="county",
        originals=(COUNTY_AOR,),
        key=("fips",),
        columns=(FIPS, _AREA),
        notes=("The map is of one date and has 24 areas; Harlingen was formed later.",),
    ),
    Table(
        name="area_population",
        title="Population of areas of responsibility, survey estimates, 2012 to 2019",
        coarsened=_ROUNDED,
        grain="area and year",
        originals=(AREA_POPULATION, COUNTY_AOR, CENSUS_POPULATION),
        key=("aor", "year"),
        columns=(
            _AREA,
            Column("year", "int", "Survey year", low=2012, high=2019),
            _persons("total", "Estimated population that the survey counts (see notes)"),
            _standard_error("total_se", "total"),
            _persons("foreign_born", "Foreign-born among them"),
            _standard_error("foreign_born_se", "foreign_born"),
            _persons("noncitizen", "Noncitizens among them"),
            _standard_error("noncitizen_se", "noncitizen"),
            _persons(
                "residents",
                "Resident population of all the area's counties (county estimates of 1 July, "
                "without territories), to hold `total` against",
            ),
        ),
        notes=(
            "Coverage is partial: `total` is on average 0.74 to 0.80 of `residents` in every area. "
            "So even a ratio is what a count of adults would show, and not what missing places "
            "would; the source does not say which. A rate made from this table is per person "
            "counted in it.",
            "The source's modeled number of unauthorized persons is left out.",
        ),
    ),
    Table(
        name="disposition_codes",
        title="Processing dispositions: codes and one plain wording",
        grain="disposition as written in record files",
        originals=(DISPOSITION_CODES,),
        key=("code",),
        columns=(
            Column("code", "str", "Disposition as written in the record files"),
            Column(
                "wording", "str", "Plain wording of the compiler", nulls="the compiler gives none"
            ),
        ),
    ),
    Table(
        name="facilities",
        title="Detention facilities on 6 November 2017",
        coarsened=_ROUNDED,
        grain="row of the agency's list",
        originals=(FACILITY_LIST,),
        key=("row",),
        columns=(
            Column(
                "row", "int", "Row of the sheet; names a facility whose code is redacted", low=10
            ),
            Column(
                "code",
                "str",
                "Detention location code",
                nulls="redacted in the release (shelters for children)",
            ),
            Column("name", "str", "Name of the facility", nulls="redacted in the release"),
            Column("city", "str", "City", nulls="redacted in the release"),
            Column(
                "county",
                "str",
                "County as typed in the list; sometimes a city",
                nulls="redacted in the release",
            ),
            Column(
                "state",
                "str",
                "State or territory, two-letter postal code",
                nulls="redacted in the release",
                pattern="[A-Z]{2}",
            ),
            _AREA,
            Column("type", "str", "Type of facility, the agency's code"),
            Column("type_detailed", "str", "Type in more detail, the agency's code"),
            *(column for year in ADP_YEARS for column in _adp(year)),
            _persons("population", "Held at midnight on the most recent day in the extract"),
            *(
                Column(
                    f"population{suffix}",
                    "int",
                    f"Among `population`, {group}; children included",
                    unit="persons",
                    nulls="code redacted in the release: the two sheets cannot be matched",
                    low=0,
                )
                for suffix, group in (
                    ("_criminal", "people designated as convicted"),
                    ("_non_criminal", "all others, people with pending charges among them"),
                )
            ),
        ),
        notes=(
            "Criminal is the agency's word for people designated as convicted in its system when "
            "the list was drawn; people with pending charges only are in the non-criminal columns.",
        ),
    ),
    Table(
        name="county_shapes",
        title="County boundaries as paths on a page of 975 by 610 units",
        grain="county",
        format="parquet",
        originals=(BOUNDARIES,),
        key=("fips",),
        columns=(
            FIPS,
            Column("name", "str", "Name of the county"),
            Column(
                "path",
                "str",
                "SVG path, coordinates rounded to 0.1",
                pattern="M[-MLZ0-9., ]+Z",
            ),
        ),
        notes=(
            "Three cities of Virginia have no area in the source, and so none here: Falls Church "
            "and Manassas Park are lines of two points, Lexington is one point.",
        ),
        coarsened="Coordinates are rounded to a tenth of a page unit, which the eye cannot see.",
    ),
    Table(
        name="state_shapes",
        title="State boundaries as paths on a page of 975 by 610 units",
        grain="state",
        originals=(BOUNDARIES,),
        key=("fips",),
        columns=(
            Column("fips", "str", "State code, two digits", pattern=r"\d\d"),
            Column("name", "str", "Name of the state"),
            Column(
                "path",
                "str",
                "SVG path, coordinates rounded to 0.1",
                pattern="M[-MLZ0-9., ]+Z",
            ),
        ),
        coarsened="Coordinates are rounded to a tenth of a page unit, which the eye cannot see.",
    ),
)
