"""Find the share published about a place, or about the nearest place with one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from citable.display.formats import tr, trn
from citable.display.words import N_, LazyText
from scomm.evidence.published import Published, nation, published
from scomm.places import datasheets
from scomm.places.dot import PlaceDot, place_dot
from scomm.places.ledger import counties_of, running_total
from scomm.places.page import Link, PlaceTable, Section

_LIMIT = N_("A share says nothing of charges, or of who was arrested and not removed.")


@cache
def published_by_code() -> dict[str, tuple[Published, ...]]:
    """Return published evidence by place code, alone or with other places; most telling first."""
    found: dict[str, list[Published]] = {}
    for item in _most_telling_first(list(published().values())):
        for code in item.place_code.split("+"):
            found.setdefault(code, []).append(item)
    return {code: tuple(items) for code, items in found.items()}


def _most_telling_first(items: Sequence[Published]) -> list[Published]:
    """Sort running totals before others, selected ones before others, later ones first."""
    late_first = sorted(items, key=lambda item: item.cutoff.replace("mid", "06"), reverse=True)
    return sorted(
        late_first,
        key=lambda item: (item.share == (0, 1), not running_total(item), not item.selected),
    )


@cache
def _with_share(code: str) -> tuple[Published, ...]:
    """Return published evidence for a place, empty where no share can be read from it."""
    return tuple(item for item in published_by_code().get(code, ()) if item.share != (0, 1))


@cache
def _city_shares_by_county() -> dict[str, tuple[Published, ...]]:
    """Return published evidence for cities, by county: those in it alone, then those over several."""
    found: dict[str, list[Published]] = {}
    cities = [item for item in published().values() if item.place_code.startswith("X:")]
    for item in sorted(cities, key=lambda item: len(counties_of(item.place_code))):
        for fips in counties_of(item.place_code):
            found.setdefault(fips, []).append(item)
    return {fips: tuple(_most_telling_first(items)) for fips, items in found.items()}


def _listed(code: str) -> tuple[Published, ...]:
    """Return the published evidence that the page of a place lists: for it, or for a city in it."""
    return (*published_by_code().get(code, ()), *_city_shares_by_county().get(code, ()))


def share_range(items: Sequence[Published]) -> tuple[float, float] | None:
    """Return the lowest and highest of several published shares, in [0, 1]; None for fewer than two."""
    shares = [item.share for item in items if item.share != (0, 1)]
    if len(shares) < 2:
        return None
    return min(low for low, _high in shares), max(high for _low, high in shares)


def share_range_beside(code: str, lies: str, item: Published) -> tuple[float, float] | None:
    """Return the range of a place's shares where it is wider than the share of its first line."""
    found = share_range(_listed(code)) if lies in ("own", "inside", "around") else None
    return None if found == item.share else found


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


def nearest_share(code: str, state: str) -> tuple[str, Published]:
    """Return the most telling share of a place of the ledger, or of the nearest place, and which it is.

    That is its ``own``; of a place that lies ``inside`` a county; of one ``around`` it, of which it
    is a part; of the ``state`` as a whole; or of the ``nation``.
    """
    if own := _with_share(code):
        return "own", own[0]
    if around := _city_shares_by_county().get(code):
        lies = "inside" if counties_of(around[0].place_code) == {code} else "around"
        return lies, around[0]
    if whole := _with_share(f"S:{state}"):
        return "state", whole[0]
    return "nation", nation("2011-02")


_FIRST = {
    "own": N_("{place}: {said}"),
    "inside": N_(
        "No share was published for {name}; the nearest with one is {place}, which lies in it: {said}"
    ),
    "around": N_(
        "No share was published for {name}; the nearest with one is {place}, of which it is a part: "
        "{said}"
    ),
    "state": N_(
        "No share was published for {name}; the nearest with one is {state} as a whole: {said}"
    ),
    "nation": N_("No share was published for {name}; the nearest with one is the nation: {said}"),
}


@dataclass(frozen=True)
class FirstLine:
    """First line of a place's page: its share in words, as a dot, and the link to its trace."""

    text: LazyText
    dot: PlaceDot
    check: Link


def first_line(code: str, name: str, state: str) -> FirstLine:
    """Return the share published for a place, or else the nearest one that was published."""
    lies, item = nearest_share(code, state)
    line = tr(
        _FIRST[lies],
        name=name,
        place=item.jurisdiction,
        state=datasheets.states()[state],
        said=_as_printed(item.key),
    )
    if (beside := share_range_beside(code, lies, item)) is not None:
        low, high = beside
        words = N_("{line} All shares published here run from {low:pct} to {high:pct}.")
        line = tr(words, line=line, low=low, high=high)
    printed = f"{datasheets.state_page(state)}#{datasheets.place_anchor(item.place_code)}"
    check = (
        Link(N_("Check this number"), "../trace/finding-5-1.html")
        if lies == "nation"
        else Link(N_("Where this number was printed"), printed)
    )
    return FirstLine(line, place_dot(item, own=lies == "own"), check)


def _table(items: Sequence[Published]) -> PlaceTable | None:
    if len(items) < 2:
        return None
    made = datasheets.published_table(N_("Each of them, with its cut-off"), items)
    return PlaceTable(made.title, made.frame.to_dict("records"), made.columns, made.note)


def _link(state: str) -> Link:
    name = datasheets.states()[state]
    return Link(tr("Figures printed about {state}", state=name), datasheets.state_page(state))


def _range(items: Sequence[Published]) -> tuple[LazyText, ...]:
    """Format the range of the published shares, where there are several."""
    if (found := share_range(items)) is None:
        return ()
    low, high = found
    return (tr("They run from {low:pct} to {high:pct}.", low=low, high=high),)


def place_section(code: str, state: str) -> Section:
    """Build the section of all shares published for a place of the ledger."""
    items = published_by_code()[code]
    said = trn(
        "{n:int} share was published for it. All that was printed about it is on the state's sheet.",
        "{n:int} shares were published for it. All that was printed about it is on the state's sheet.",
        len(items),
    )
    sentences = (said, *_range(items))
    return Section(N_("Published shares"), sentences, _LIMIT, _table(items), (_link(state),))


def county_section(fips: str, state: str) -> Section | None:
    """Build the section of all shares published for a county or a city in it, if there are any."""
    items = _listed(fips)
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
        sentences = (said, *_range(items))
        return Section(N_("Published shares"), sentences, _LIMIT, _table(items), (*links, link))
    if fips in datasheets.with_figure():
        other = N_(
            "Other figures were printed about it, none a share without a recorded conviction dated to a "
            "month; they are on the state's sheet."
        )
        return Section(N_("Published figures"), (other,), links=(link,))
    return None
