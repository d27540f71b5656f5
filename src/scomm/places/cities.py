"""Build the page of each place with a published share that is no county: a city or region."""

from __future__ import annotations

from collections.abc import Iterator

from citable.display.formats import tr, trn
from citable.display.words import N_
from scomm.data import mappings
from scomm.places import datasheets, shares as place_shares
from scomm.places.counties import area_section
from scomm.places.ledger import counties_of
from scomm.places.page import Link, PlacePage, Section


def _counties(code: str, state: str) -> Section:
    """Return the counties in which a place lies, with their pages."""
    heading = N_("Where it lies")
    names = datasheets.activation().set_index("fips")["county"]
    within = sorted(counties_of(code))
    if not within:
        unknown = tr(
            "No source names its counties: it is placed by its state, {state}.",
            state=datasheets.states()[state],
        )
        return Section(heading, (unknown,))
    said = trn(
        "In {n:int} county, whose page has the program's start, arrests at jails, detainers and people "
        "held.",
        "In {n:int} counties, whose pages have the program's start, arrests at jails, detainers and "
        "people held.",
        len(within),
    )
    links = (
        Link(
            datasheets.county_title(names[fips], state),
            f"{datasheets.county_slug(fips)}.html",
        )
        for fips in within
    )
    limit = N_("A figure of the place is not one of the county.")
    return Section(heading, (said,), limit, links=tuple(links))


def place_pages() -> Iterator[PlacePage]:
    """Yield the pages of places, by code."""
    known = mappings.places().set_index("place_code")
    areas = datasheets.activation().set_index("fips")["aor"]
    for code in datasheets.places_with_share():
        name, state = str(known.at[code, "name"]), str(known.at[code, "state"])
        whole = datasheets.states()[state]
        first = place_shares.first_line(code, name, state)
        sections = [place_shares.place_section(code, state), _counties(code, state)]
        serving = areas.loc[sorted(counties_of(code))].dropna().unique()
        sections += [area_section(aor) for aor in sorted(serving)]
        yield PlacePage(
            datasheets.place_slug(code),
            code,
            name if whole in name else f"{name}, {whole}",
            first.text,
            first.dot,
            first.check,
            tuple(sections),
            Link(tr("Datasheet of {state}", state=whole), datasheets.state_page(state)),
        )
