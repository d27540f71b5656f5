"""Format the share of a place in one short line, for lists of places."""

from __future__ import annotations

from citable.display.formats import tr, trn
from citable.display.words import N_, LazyText
from scomm.places.datasheets import Place, share_text
from scomm.places.shares import nearest_share, share_range_beside

# Sentences for a place without a share of its own, by the unit of the nearest share.
_NEAREST = {
    "inside": N_("{place}, in it: {share}, {n}"),
    "around": N_("none of its own; {place}, of which it is a part: {share}, {n}"),
    "state": N_("none published; nearest with one: {place}, {share}, {n}"),
    "nation": N_("none published; nearest with one: the nation, {share}, {n}"),
}
_OTHERS_ALONE = {
    "state": N_("other figures alone; nearest share: {place}, {share}, {n}"),
    "nation": N_("other figures alone; nearest share: the nation, {share}, {n}"),
}


def short_figure(place: Place) -> LazyText:
    """Return the share published for a place, with its number of removals, or the nearest one.

    Of a state or an area without a share of its own: for how many places in it there is one.
    """
    lies, item = nearest_share(place.code, place.state)
    if lies == "own":
        words = N_("{share}, {n}")
    elif place.within:
        return trn(
            "a share was published for {n:int} place in it",
            "shares were published for {n:int} places in it",
            place.within,
        )
    else:
        words = (_OTHERS_ALONE if place.figures else {}).get(lies, _NEAREST[lies])
    line = tr(words, place=item.jurisdiction, share=share_text(item), n=item.n_text)
    if (beside := share_range_beside(place.code, lies, item)) is not None:
        low, high = beside
        line = tr(
            "{line}; published shares run from {low:pct} to {high:pct}",
            line=line,
            low=low,
            high=high,
        )
    return line
