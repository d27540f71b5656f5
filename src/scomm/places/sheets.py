"""Define the data of a datasheet: its tables and the small charts before them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from citable.display.tables import Col
from citable.display.words import LazyText


@dataclass(frozen=True)
class SheetChart:
    """Chart of a datasheet: one value for each label, in order; nan where there is none.

    ``labels`` stand below the axis, empty where there is no tick; ``unit`` is ``share`` (drawn
    from 0 to 100%) or ``number`` (from 0). ``title`` stands over it, ``alt`` is its text
    alternative, ``words`` its long description. ``printed`` is false where a table by year
    says enough on paper.
    """

    title: str
    labels: tuple[str, ...]
    values: tuple[float, ...]
    caption: LazyText
    alt: LazyText
    words: LazyText
    unit: str = "share"
    printed: bool = True


@dataclass(frozen=True)
class SheetTable:
    """Table of a datasheet; ``anchors`` are addresses of its rows, empty if they have none.

    ``pages`` are addresses to which the rows' headers link, where that is not the row itself.
    ``folded`` puts it behind a line, for what few readers want and print leaves out; ``dense`` is
    for tables of many short rows, which print sets in columns; ``chapter`` explains what it shows;
    ``chart`` draws the table and stands before it.
    """

    title: str
    frame: pd.DataFrame
    columns: dict[str, Col]
    note: str = ""
    anchors: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    folded: bool = False
    dense: bool = False
    chapter: str = ""
    chart: SheetChart | None = None


@dataclass(frozen=True)
class Sheet:
    """Datasheet: ``slug`` names its page, ``first`` is its first line, ``tables`` its contents."""

    slug: str
    title: str
    kind: str
    first: str
    tables: tuple[SheetTable, ...]
    notes: tuple[str, ...]


def month_labels(months: pd.Series) -> tuple[str, ...]:
    """Return the labels of a monthly axis: the year at each January."""
    return tuple(str(day.year) if day.month == 1 else "" for day in months)
