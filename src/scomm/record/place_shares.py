"""What was published about a place, or about the nearest place with a share: its page's first line."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from scomm.display.formats import tr, trn
from scomm.display.words import N_, LazyText
from scomm.record import datasheets
from scomm.record.evidence import Published, nation, published
from scomm.record.ledger_places import counties_of, running_total
from scomm.record.place_dot import PlaceDot, place_dot
from scomm.record.place_page import Link, PlaceTable, Section

_LIMIT = N_("A share says nothing of charges, or of who was arrested and not removed.")


@cache
def of_code() -> dict[str, tuple[Published, ...]]:
    """Return what was published for places, alone or with others, by code; most telling first."""
    found: dict[str, list[Published]] = {}
    for item in _telling_first(list(published().values())):
        for code in item.place_code.split("+"):
            found.setdefault(code, []).append(item)
    return {code: tuple(items) for code, items in found.items()}


def _telling_first(items: Sequence[Published]) -> list[Published]:
    """Sort running totals before others, selected ones before others, later ones first."""
    late_first = sorted(items, key=lambda item: item.cutoff.replace("mid", "06"), reverse=True)
    return sorted(
        late_first,
        key=lambda item: (item.share == (0, 1), not running_total(item), not item.selected),
    )


@cache
def _of_state(code: str) -> tuple[Published, ...]:
    """Return what was published for a state, or nothing where no share can be read from it."""
    return tuple(item for item in of_code().get(f"S:{code}", ()) if item.share != (0, 1))


@cache
def _around() -> dict[str, tuple[Published, ...]]:
    """Return what was published for cities, by county: those in it alone, then those over several."""
    found: dict[str, list[Published]] = {}
    cities = [item for item in published().values() if item.place_code.startswith("X:")]
    for item in sorted(cities, key=lambda item: len(counties_of(item.place_code))):
        for fips in counties_of(item.place_code):
            found.setdefault(fips, []).append(item)
    return {fips: tuple(_telling_first(items)) for fips, items in found.items()}


@cache
def _as_printed(key: str) -> LazyText:
    """Return a published share, by its key, with counts, interval, source and grade in a sentence."""
    item = published()[key]
    interval = item.interval()
    until = datasheets.period_text(item)
    if not item.cutoff:
        until = tr("(date not stated)")
    elif running_total(item):
        until = tr("to {until}", until=until)
    values = {
        "until": until,
        "share": datasheets.share_text(item),
        "counts": datasheets.counts_text(item),
        "sources": item.sources,
    }
    if interval is None:
        return tr(
            "{share} of removals {until} had no recorded conviction ({counts}; no interval without "
            "counts). Source: {sources}.",
            **values,
        )
    return tr(
        "{share} of removals {until} had no recorded conviction ({counts}; 95% interval {low:pct} to "
        "{high:pct}). Source: {sources}.",
        low=interval.low,
        high=interval.high,
        **values,
    )


def first_line(code: str) -> tuple[LazyText, PlaceDot]:
    """Return the share published for a place that has one, by its code, and its dot.

    Raises StopIteration where none can be read from what was published.
    """
    item = next(item for item in of_code().get(code, ()) if item.share != (0, 1))
    said = tr("{place}: {said}", place=item.jurisdiction, said=_as_printed(item.key))
    return said, place_dot(item, own=True)


def nearest_line(fips: str, county: str, state: str) -> tuple[LazyText, PlaceDot]:
    """Return the share published for a county, or the nearest one that was published, and its dot."""
    if any(item.share != (0, 1) for item in of_code().get(fips, ())):
        return first_line(fips)
    values: dict[str, object] = {"county": county}
    if around := _around().get(fips):
        item = around[0]
        values["place"] = item.jurisdiction
        words = (
            N_(
                "No share was published for {county}; the nearest with one is {place}, which lies in "
                "it: {said}"
            )
            if counties_of(item.place_code) == {fips}
            else N_(
                "No share was published for {county}; the nearest with one is {place}, of which it is "
                "a part: {said}"
            )
        )
    elif whole := _of_state(state):
        item = whole[0]
        values["state"] = datasheets.states()[state]
        words = N_(
            "No share was published for {county}; the nearest with one is {state} as a whole: {said}"
        )
    else:
        item = nation("2011-02")
        words = N_(
            "No share was published for {county}; the nearest with one is the nation: {said}"
        )
    return tr(words, said=_as_printed(item.key), **values), place_dot(item, own=False)


def _table(items: Sequence[Published]) -> PlaceTable | None:
    if len(items) < 2:
        return None
    made = datasheets.published_table(N_("Each of them, with its cut-off"), items)
    return PlaceTable(made.title, made.frame.to_dict("records"), made.columns, made.note)


def _link(state: str) -> Link:
    name = datasheets.states()[state]
    return Link(tr("Figures printed about {state}", state=name), datasheets.state_page(state))


def place_section(code: str, state: str) -> Section:
    """Return every share published for a place of the ledger."""
    items = of_code()[code]
    said = trn(
        "{n:int} share was published for it. All that was printed about it is on the state's sheet.",
        "{n:int} shares were published for it. All that was printed about it is on the state's sheet.",
        len(items),
    )
    return Section(N_("Published shares"), (said,), _LIMIT, _table(items), (_link(state),))


def county_section(fips: str, state: str) -> Section | None:
    """Return every share published for a county or a city in it, where there are any."""
    items = [*of_code().get(fips, ()), *_around().get(fips, ())]
    link = _link(state)
    if items:
        said = trn(
            "{n:int} share was published for it or a city in it. All that was printed about it is on the "
            "state's sheet.",
            "{n:int} shares were published for it or a city in it. All that was printed about it is on "
            "the state's sheet.",
            len(items),
        )
        cities = {item.place_code: item.jurisdiction for item in items if item.place_code[0] == "X"}
        links = [
            Link(tr("{place}", place=name), f"{datasheets.place_slug(code)}.html")
            for code, name in cities.items()
        ]
        return Section(N_("Published shares"), (said,), _LIMIT, _table(items), (*links, link))
    if fips in datasheets.with_figure():
        other = N_(
            "Other figures were printed about it, none a share without a recorded conviction dated to a "
            "month; they are on the state's sheet."
        )
        return Section(N_("Published figures"), (other,), links=(link,))
    return None
