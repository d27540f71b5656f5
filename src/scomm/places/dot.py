"""Place a share among all published ones, for the strip on the page of a place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from citable.display.formats import tr
from citable.display.words import N_, LazyText
from scomm.evidence.claims import judge
from scomm.evidence.published import HALF, Published, nation
from scomm.places import strip
from scomm.places.datasheets import share_text

# Claims about one half: the first page's strip shows the places by which they are judged.
_CLAIMS = ("C2", "C3", "C4")


@dataclass(frozen=True)
class PlaceDot:
    """Dot on the strip of places: lowest and highest share, in [0, 1].

    ``name`` is the place that has it, ``own`` whether it is the page's own; ``alt`` says the drawing
    in words.
    """

    share: tuple[float, float]
    name: LazyText
    own: bool
    alt: LazyText


@cache
def strip_shares() -> tuple[float, ...]:
    """Return the shares of all places on the first page's strip, lowest first."""
    places = [place for claim in _CLAIMS for place in judge(claim).places]
    return tuple(float(share) for share in strip.dots(places)["share"])


@cache
def reference_shares() -> tuple[tuple[float, LazyText | str], ...]:
    """Return the reference shares, as value and name: the nation and one half."""
    us = nation("2011-02").share[0]
    return (us, tr("nation {share:pct}", share=us)), (float(HALF), N_("one half"))


def place_dot(item: Published, own: bool) -> PlaceDot:
    """Return the dot of a published share: the page's own, or that of the nearest place with one."""
    low, high = item.share
    values = {"place": item.jurisdiction or N_("Nation"), "share": share_text(item)}
    alt = tr(
        "{place}, {share}, from 0 to 100%, among {n:int} places; the nation and one half are marked.",
        n=len(strip_shares()),
        **values,
    )
    name = tr("{place} {share}", **values)
    return PlaceDot((low, high), name, own, alt)
