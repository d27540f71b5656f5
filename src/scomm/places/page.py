"""Define the data of the page of a county or another place with a published share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from citable.display.tables import Col
from citable.display.words import LazyText
from scomm.places.dot import PlaceDot

# Rows of a table: values by column.
Rows = Sequence[Mapping[Any, Any]]


@dataclass(frozen=True)
class Link:
    """Link to another sheet: its text, and its address relative to the folder of sheets."""

    text: str
    href: str


@dataclass(frozen=True)
class Spark:
    """Sparkline: its SVG, first, last and highest value in words, and a text alternative.

    ``mark`` is the position and the name of an event.
    """

    values: tuple[float, ...]
    ends: tuple[LazyText, LazyText]
    most: LazyText
    alt: LazyText
    mark: tuple[int, str] | None = None


@dataclass(frozen=True)
class PlaceTable:
    """Table of a place's page, with the sparkline before it."""

    title: str
    rows: Rows
    columns: dict[str, Col]
    note: str = ""
    chart: Spark | None = None


@dataclass(frozen=True)
class Section:
    """Section of a place's page: sentences, their limits, a folded table, links."""

    title: str
    sentences: tuple[str, ...]
    limit: str = ""
    table: PlaceTable | None = None
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class PlacePage:
    """Page of a place: ``first`` is its first line, ``dot`` its share on the strip of places.

    ``slug`` is the name of the page, ``code`` that of the place: a FIPS code, or the ledger's.
    ``check`` links to where that share is traced, ``up`` to the state; ``before`` and ``after`` to its neighbours in it, None at an end.
    """

    slug: str
    code: str
    title: str
    first: LazyText
    dot: PlaceDot
    check: Link
    sections: tuple[Section, ...]
    up: Link
    before: Link | None = None
    after: Link | None = None
