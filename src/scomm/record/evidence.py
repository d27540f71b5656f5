"""Evidence that several chapters share: what was published about a jurisdiction at a cut-off.

Figures are looked up in the ledger by the ids of ``cutoffs.csv``; nothing is typed here. A row may
hold exact counts, a set of counts consistent with what was printed, or a share alone.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import pandas as pd

from scomm.data import ledger
from scomm.display.formats import tr
from scomm.display.words import N_, Words
from scomm.errors import LedgerError
from scomm.record.rows import Rows, figures_of
from scomm.stats.proportions import Interval, clopper_pearson, wilson
from scomm.stats.rounded import (
    CountSet,
    consistent_counts,
    interval_range,
    least_favourable_test,
    share_range,
)
from scomm.stats.verdicts import AsCounted, BeyondChance, as_counted_set, beyond_chance_set

HALF = Fraction(1, 2)
_WORST_FIRST = "DCBA"
_MOST_PAIRS_LISTED = 2_000_000


@dataclass(frozen=True)
class Published:
    """What is published about one jurisdiction at one cut-off.

    ``members`` is the set of pairs (without conviction, total) that agrees with what was printed;
    ``exact`` says that the set has one member. ``ids`` are the ledger rows it rests on.
    """

    key: str
    jurisdiction: str
    state: str
    place_code: str
    cutoff: str
    basis: str
    selected: bool
    members: CountSet
    ids: tuple[str, ...]
    grade: str
    route: str
    why_published: str
    word: str

    @property
    def exact(self) -> bool:
        """Whether both counts are known."""
        return self.members.bounded and len(self.members.x) == 1

    @property
    def counts(self) -> tuple[int, int] | None:
        """The pair (x, n) where both are known, else None."""
        return (int(self.members.x[0]), int(self.members.n[0])) if self.exact else None

    @property
    def n_range(self) -> tuple[int, int] | None:
        """Smallest and largest total that agree with what was printed, or None."""
        n = self.members.n
        return (int(n.min()), int(n.max())) if n.size else None

    @property
    def n_text(self) -> str:
        """The total as a label: exact, a range, or not printed."""
        if self.n_range is None:
            return N_("n not printed")
        low, high = self.n_range
        if low == high:
            return tr("n = {n:int}", n=low)
        return tr("n = {low:int} to {high:int}", low=low, high=high)

    @property
    def share(self) -> tuple[float, float]:
        """Smallest and largest share that agree with what was printed."""
        return share_range(self.members)

    def interval(self, level: float = 0.95) -> Interval | None:
        """Wilson interval, or the union of the members' intervals; None without a total."""
        if self.counts is not None:
            return wilson(*self.counts, level)
        return interval_range(self.members, level) if self.members.x.size else None

    def exact_interval(self, level: float = 0.95) -> Interval | None:
        """Clopper-Pearson interval where both counts are known."""
        return clopper_pearson(*self.counts, level) if self.counts is not None else None

    def as_counted(self, threshold: float | Fraction = HALF) -> AsCounted:
        """Where the count stands against a threshold; ``unknown`` if members disagree."""
        if self.members.x.size:
            return as_counted_set(self.members.pairs, threshold)
        low, high = self.members.share_low, self.members.share_high
        if low > threshold:
            return "over"
        return "under" if high < threshold else "unknown"

    def beyond_chance(
        self, threshold: float | Fraction = HALF, level: float = 0.95
    ) -> BeyondChance:
        """Whether that side is established, at the least favourable member."""
        if not self.members.x.size:
            return "not applicable"
        return beyond_chance_set(self.members.pairs, threshold, level)

    def p_over(self, threshold: float = 0.5) -> float:
        """Exact one-sided p-value of a share at or under the threshold, least favourable."""
        tested = least_favourable_test(self.members, threshold, "greater")
        return math.nan if tested is None else tested.p


PARTS = "parts added"


def _bounds(ids: str, basis: str = "") -> tuple[float, float]:
    """Range of what the figures say together (NaN: no limit).

    Figures that say the same thing are intersected; printed parts of one whole are added.
    """
    rows = ledger.figures().loc[ids.split()]
    if basis == PARTS:
        return float(rows["low"].sum()), float(rows["high"].sum())
    return float(rows["low"].max()), float(rows["high"].min())


def _whole(value: float) -> int | None:
    return None if math.isnan(value) else int(value)


def _members(row: pd.Series) -> CountSet:
    n_low, n_high = _bounds(row["n_ids"], row["basis"]) if row["n_ids"] else (math.nan, math.nan)
    x_low = x_high = p_low = p_high = math.nan
    if row["x_ids"]:
        x_low, x_high = _bounds(row["x_ids"], row["basis"])
    elif row["convicted_ids"]:
        c_low, c_high = _bounds(row["convicted_ids"])
        x_low, x_high = n_low - c_high, n_high - c_low
    # A printed share narrows the set only where the count of those without conviction is not known
    # exactly: the press rounds shares, and sometimes rounds them wrongly.
    if row["share_ids"] and x_low != x_high:
        p_low, p_high = _bounds(row["share_ids"])
    wide = not math.isnan(n_high) and (n_high - n_low) * n_high * 0.02 > _MOST_PAIRS_LISTED
    return consistent_counts(
        0 if math.isnan(n_low) else int(n_low),
        None if wide else _whole(n_high),
        None if math.isnan(p_low) else p_low,
        None if math.isnan(p_high) else p_high,
        x_low=_whole(x_low),
        x_high=_whole(x_high),
    )


def _published(row: pd.Series) -> Published:
    ids = tuple(" ".join(row[c] for c in ("n_ids", "x_ids", "convicted_ids", "share_ids")).split())
    rows = ledger.figures().loc[list(ids)]
    grades = set(rows["grade"])
    why = sorted(set(rows["why_published"]))
    members = _members(row)
    if members.bounded and members.x.size == 0:
        raise LedgerError(
            f"cutoffs.csv, {row['key']}: no counts agree with figures {', '.join(ids)}"
        )
    return Published(
        key=row["key"],
        jurisdiction=row["jurisdiction"],
        state=row["state"],
        place_code=row["place_code"],
        cutoff=row["cutoff"],
        basis=row["basis"],
        selected=row["selected"] == "yes",
        members=members,
        ids=ids,
        grade=next(grade for grade in _WORST_FIRST if grade in grades),
        route=rows["route"].iloc[0],
        why_published=why[0] if len(why) == 1 else "unknown",
        word=rows["word"].iloc[0],
    )


@cache
def published() -> dict[str, Published]:
    """Return everything published at a cut-off, by key of ``cutoffs.csv``.

    Raises LedgerError if no counts agree with what was printed.
    """
    return {str(row["key"]): _published(row) for _, row in ledger.cutoffs().iterrows()}


def frame(items: list[Published], threshold: float | Fraction = HALF) -> pd.DataFrame:
    """Return published evidence as a table, one row an item, with both verdicts.

    Columns ``x`` and ``n`` are missing where the counts are not known exactly; ``share_low`` and
    ``share_high`` are equal where they are; ``low`` and ``high`` are the 95% interval's ends.
    """
    rows = []
    for item in items:
        interval = item.interval()
        x, n = item.counts or (None, None)
        low, high = item.share
        if (low, high) == (0, 1):  # the words set no limit at either end
            low, high = math.nan, math.nan
        rows.append(
            {
                "key": item.key,
                "jurisdiction": item.jurisdiction,
                "state": item.state,
                "cutoff": item.cutoff,
                "x": x,
                "n": n,
                "n_low": item.n_range[0] if item.n_range else None,
                "n_high": item.n_range[1] if item.n_range else None,
                "n_text": item.n_text,
                "share_low": low,
                "share_high": high,
                "low": interval.low if interval else math.nan,
                "high": interval.high if interval else math.nan,
                "p_over": item.p_over(float(threshold)) if item.members.x.size else math.nan,
                "as_counted": item.as_counted(threshold),
                "beyond_chance": item.beyond_chance(threshold),
                "basis": item.basis,
                "grade": item.grade,
                "route": item.route,
                "why_published": item.why_published,
                "word": item.word,
                "ids": " ".join(item.ids),
            }
        )
    table = pd.DataFrame(rows)
    whole = ["x", "n", "n_low", "n_high"]
    return table.astype(dict.fromkeys(whole, "Int64")) if len(table) else table


def shares_as_printed(places: pd.DataFrame) -> list[Words]:
    """Return each share of a ``frame`` in words: its two ends where it is known as a range."""
    return [
        tr("{low:pct}", low=row.share_low)
        if row.share_low == row.share_high
        else tr("{low:pct} to {high:pct}", low=row.share_low, high=row.share_high)
        for row in places.itertuples()
    ]


def at_cutoff(cutoff: str, selected_only: bool = True) -> list[Published]:
    """Return what is published at one cut-off, highest share first."""
    found = [
        item
        for item in published().values()
        if item.cutoff == cutoff and (item.selected or not selected_only)
    ]
    return sorted(found, key=lambda item: -item.share[0])


def rows_behind(plus: Sequence[Published], minus: Sequence[Published] = ()) -> Rows:
    """Return the published figures whose counts make up items added together, less others.

    For items whose counts are known exactly. Of figures that say the same thing the first is
    named. Raises LedgerError for an item without counts.
    """
    numerator: Counter[str] = Counter()
    denominator: Counter[str] = Counter()
    for item, sign in [(item, 1) for item in plus] + [(item, -1) for item in minus]:
        if item.counts is None:
            raise LedgerError(f"{item.key}: its counts are not known exactly")
        row, (x, n) = ledger.cutoffs().loc[item.key], item.counts
        total, without = row["n_ids"].split(), row["x_ids"].split()
        low = ledger.figures()["low"]
        if row["basis"] == PARTS:
            denominator.update({name: sign * int(low[name]) for name in total})
            numerator.update({name: sign * int(low[name]) for name in without})
            continue
        denominator[total[0]] += sign * n
        if without:
            numerator[without[0]] += sign * x
        else:
            numerator[total[0]] += sign * n
            numerator[row["convicted_ids"].split()[0]] -= sign * (n - x)
    return figures_of(numerator, denominator)


def nation(cutoff: str) -> Published:
    """Return the national row at a cut-off. Raises LedgerError if there is none."""
    for item in published().values():
        if item.place_code == "US" and item.cutoff == cutoff and item.selected:
            return item
    raise LedgerError(f"cutoffs.csv: no national row at {cutoff}")
