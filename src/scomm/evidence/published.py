"""Load published evidence: what was published about a jurisdiction at a cut-off.

Figures are looked up in the ledger by the ids of ``cutoffs.csv``; nothing is typed here. A row may
hold exact counts, a set of counts consistent with what was printed, or a share alone.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import pandas as pd

from citable.display.formats import join_lazily, tr
from citable.display.words import N_, LazyText
from citable.errors import LedgerError
from citable.record.rows import Rows
from scomm.data import ledger
from scomm.evidence.rows import figures_of
from scomm.stats.proportions import Interval, exact_test, wilson
from scomm.stats.rounded import (
    CountSet,
    consistent_counts,
    interval_range,
    least_favourable_test,
    share_range,
)
from scomm.stats.selection import family_wise_bound
from scomm.stats.verdicts import (
    AsCounted,
    BeyondChance,
    as_counted_printed,
    as_counted_set,
    beyond_chance_set,
)

HALF = Fraction(1, 2)
_WORST_FIRST = "DCBA"
_MOST_PAIRS_LISTED = 2_000_000
_LEVEL = 0.95
PARTS = "parts added"


def cutoff_month(cutoff: str) -> str | None:
    """Return a cut-off's month as YYYY-MM (the first of two), or None if it has none.

    >>> cutoff_month("2011-02"), cutoff_month("2011-02/03"), cutoff_month("2011-mid")
    ('2011-02', '2011-02', None)
    """
    found = re.fullmatch(r"(\d{4}-\d{2})(?:/\d{2})?", cutoff)
    return None if found is None else found[1]


@dataclass(frozen=True)
class Published:
    """Published evidence about one jurisdiction at one cut-off.

    ``members`` is the set of pairs (without conviction, total) that agrees with what was printed;
    ``exact`` says that the set has one member. ``ids`` are the ledger rows it rests on.
    ``above_only`` says that the words exclude the lower end of the share ("more than half").
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
    above_only: bool = False

    @property
    def label(self) -> LazyText:
        """Return the jurisdiction with its state, and a mark where a count is a sum made by this book."""
        place = f"{self.jurisdiction} {self.state}".strip()
        if self.basis == PARTS:
            return tr("{place} (sum made here)", place=place)
        return tr("{place}", place=place)

    @property
    def dated(self) -> LazyText:
        """Return the label with its cut-off: "Solano County CA, Feb 2011"."""
        if self.cutoff:
            return tr("{place}, {cutoff:cutoff}", place=self.label, cutoff=self.cutoff)
        return tr("{place}, date not printed", place=self.label)

    @property
    def exact(self) -> bool:
        """Whether both counts are known."""
        return self.members.bounded and len(self.members.x) == 1

    @property
    def counts(self) -> tuple[int, int] | None:
        """Return the pair (x, n) where both are known, else None."""
        return (int(self.members.x[0]), int(self.members.n[0])) if self.exact else None

    @property
    def n_range(self) -> tuple[int, int] | None:
        """Return the smallest and largest total consistent with the print, or None."""
        n = self.members.n
        return (int(n.min()), int(n.max())) if n.size else None

    @property
    def n_text(self) -> str:
        """Return the total as a label: exact, a range, or not printed."""
        if self.n_range is None:
            return N_("n not printed")
        low, high = self.n_range
        if low == high:
            return tr("n = {n:int}", n=low)
        return tr("n = {low:int} to {high:int}", low=low, high=high)

    @property
    def total_text(self) -> str:
        """Return the number of removals as printed: exact, a range, or not printed."""
        return _range(self.n_range)

    @property
    def without_text(self) -> str:
        """Return the number without a conviction consistent with the print, as ``total_text``."""
        x = self.members.x
        return _range((int(x.min()), int(x.max())) if x.size else None)

    @property
    def share_text(self) -> LazyText:
        """Format the share: one number, the ends of its range, or the printed limit."""
        low, high = self.share
        if (low, high) == (0, 1):
            return tr("not printed")
        if high == 1 and low < 1 and not self.members.x.size:
            return (
                tr("over {low:pct}", low=low)
                if self.above_only
                else tr("{low:pct} or more", low=low)
            )
        if low == high:
            return tr("{low:pct}", low=low)
        return tr("{low:pct} to {high:pct}", low=low, high=high)

    @property
    def sources(self) -> LazyText:
        """Return the printed sources, each with its date and grade."""
        rows = ledger.figures().loc[list(self.ids)].drop_duplicates("source_no")
        return join_lazily(
            (
                tr(
                    "{who}, {when} (grade {grade})",
                    who=row.publisher,
                    when=row.published,
                    grade=row.grade,
                )
                for row in rows.itertuples()
            ),
            "; ",
        )

    @property
    def share(self) -> tuple[float, float]:
        """Return the smallest and largest share consistent with the print."""
        return share_range(self.members)

    def interval(self, level: float = 0.95) -> Interval | None:
        """Return the Wilson interval, or the union of the members' intervals; None without a total."""
        if self.counts is not None:
            return wilson(*self.counts, level)
        return interval_range(self.members, level) if self.members.x.size else None

    def as_counted(self, threshold: float | Fraction = HALF) -> AsCounted:
        """Return the side of a threshold on which the count lies; ``unknown`` if members disagree."""
        if self.members.x.size:
            return as_counted_set(self.members.pairs, threshold)
        low, high = self.members.share_low, self.members.share_high
        return as_counted_printed(low, high, threshold, open_low=self.above_only)

    def beyond_chance(
        self, threshold: float | Fraction = HALF, level: float = 0.95
    ) -> BeyondChance:
        """Return whether the side of the count is established beyond chance, at the least favourable member."""
        if not self.members.x.size:
            return "not applicable"
        return beyond_chance_set(self.members.pairs, threshold, level)

    def p(self, threshold: float | Fraction = HALF) -> float:
        """Return the exact two-sided p-value of a share equal to the threshold, at the least favorable member."""
        tested = least_favourable_test(self.members, float(threshold), "two-sided")
        return math.nan if tested is None else tested.p

    def bound(self, threshold: float | Fraction = HALF) -> float:
        """Return a bound on the probability that any place of this size lies so far from the threshold.

        The two-sided p-value times the most places that can be as large, by the nation's total
        (``national_total``); the least favorable member decides. NaN without a number of removals
        or without a total.
        """
        total = national_total(self.cutoff)
        if not self.members.x.size or total is None:
            return math.nan
        p = exact_test(self.members.x, self.members.n, float(threshold), "two-sided")
        return float(family_wise_bound(p, total, self.members.n).max())

    def beyond_selection(
        self, threshold: float | Fraction = HALF, level: float = _LEVEL
    ) -> BeyondChance:
        """Return whether the side is established even if the place was picked as the most extreme."""
        bound = self.bound(threshold)
        if math.isnan(bound):
            return "not applicable"
        beyond = self.beyond_chance(threshold, level) == "established"
        return "established" if beyond and bound <= 1 - level else "not established"


def _range(ends: tuple[int, int] | None) -> LazyText:
    if ends is None:
        return tr("not printed")
    low, high = ends
    return (
        tr("{n:int}", n=low) if low == high else tr("{low:int} to {high:int}", low=low, high=high)
    )


def _bounds(ids: str, basis: str = "") -> tuple[float, float]:
    """Return the range that the figures together allow (NaN: no limit).

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
    shares = ledger.figures().loc[row["share_ids"].split()]
    lowest = shares[shares["low"] == shares["low"].max()]
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
        above_only=not members.x.size
        and bool(len(lowest))
        and bool(
            ((lowest["exactness"] == "floor") & ~lowest["printed"].str.contains("at least")).any()
        ),
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
    ``total_text``, ``without_text`` and ``share_text`` say in words what was printed; ``p`` is the
    two-sided p-value and ``bound`` its bound over all places of the size.
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
                "place_code": item.place_code,
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
                "label": item.label,
                "total_text": item.total_text,
                "without_text": item.without_text,
                "share_text": item.share_text,
                "p": item.p(threshold),
                "bound": item.bound(threshold),
                "as_counted": item.as_counted(threshold),
                "beyond_chance": item.beyond_chance(threshold),
                "beyond_selection": item.beyond_selection(threshold),
                "sources": item.sources,
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


@cache
def national_total(cutoff: str) -> int | None:
    """Return the nation's removals up to a cut-off, or an upper bound on them.

    The first total printed for that month or a later one: a running total only grows, so a later
    one is not too small. None for a cut-off without a month, or where no later total is printed.
    """
    month = cutoff_month(cutoff)
    if month is None:
        return None
    totals = {
        cutoff_month(item.cutoff): item.n_range[1]
        for item in published().values()
        if item.place_code == "US" and item.selected and item.n_range is not None
    }
    return next(
        (totals[m] for m in sorted(filter(None, totals)) if m >= month),
        None,
    )
