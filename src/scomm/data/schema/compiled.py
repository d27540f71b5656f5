"""Schemas of the tables of counts that others compiled from the agency's records."""

from __future__ import annotations

from scomm.data.schema.base import Column, Table

S287G = "s287g/287g_removals-2006_2013_ICE.csv"

_BLANK = "the cell is blank in the source: nothing is stated; a zero is a printed zero"

TABLES = (
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
)
