"""Judge claims from evidence by the rules in ``claims.yml``, once for all chapters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from citable import paths
from citable.display.formats import tr
from citable.display.words import N_, LazyText, _
from citable.errors import LedgerError
from citable.tables.reader import load
from scomm.data import ledger
from scomm.evidence.published import HALF, Published, cutoff_month, national_total, published
from scomm.stats.rounded import floor_at_which_verdict_turns, total_from_which_established
from scomm.stats.verdicts import Rule, as_counted_each, beyond_chance_each

_SEVERAL = 2  # the "two or more" of the printed rule

# A verdict in a word, and the mark beside it.
VERDICT_WORDS = {
    "supported": (N_("supported"), "yes"),
    "supported in part": (N_("in part"), "part"),
    "not supported": (N_("not supported"), "no"),
    "cannot be settled here": (N_("unsettled"), "open"),
}


def verdict_mark(verdict: str) -> str:
    """Return a verdict in a word, with the mark of its kind before it."""
    word, kind = VERDICT_WORDS[verdict]
    return f'<span class="verdict verdict-{kind}">{escape(_(word))}</span>'


@dataclass(frozen=True)
class Verdict:
    """Verdict of a claim, with the evidence for it.

    ``answers`` are the answers to the two questions of the rule for the claim's form; ``because``
    says in a few words which evidence decided; ``places`` lists the evidence. Of these ``over``
    are over the claim's threshold, ``beyond`` of them beyond chance, and ``established`` also
    beyond selection. ``as_counted`` and ``beyond_chance`` are those of a claim about one share.
    """

    claim: str
    form: str
    answers: tuple[str, str]
    verdict: str
    because: str
    as_counted: str = ""
    beyond_chance: str = ""
    places: tuple[Published, ...] = ()
    over: int = 0
    beyond: int = 0
    established: int = 0


def rule_of(form: str) -> Rule:
    """Return the printed rule of a form of claim. Raises ArgumentError if it is not complete."""
    typed = ledger.verdict_rules()[form]
    first, second = typed["answers"]
    return Rule((tuple(first), tuple(second)), tuple(tuple(row) for row in typed["rows"]))


def _test(claim: str) -> dict[str, Any]:
    test: dict[str, Any] = ledger.claims()[claim]["test"]
    return test


def _apply_rule(claim: str, answers: tuple[str, str], because: str, **fields: Any) -> Verdict:
    form = _test(claim)["form"]
    return Verdict(claim, form, answers, rule_of(form).verdict(*answers), because, **fields)


def _threshold(test: Mapping[str, Any]) -> Fraction | None:
    typed = test["threshold"]
    return None if typed is None else Fraction(str(typed))


def about_share(claim: str, items: Sequence[Published]) -> Verdict:
    """Judge a claim about one share from what is published of it.

    Nothing published gives ``unknown``; items that disagree give ``unknown`` too.
    """
    test, level = _test(claim), ledger.verdict_settings()["level"]
    threshold = _threshold(test)
    if threshold is None:
        return _apply_rule(claim, ("no threshold", "not applicable"), N_("no threshold is stated"))
    found = {item.as_counted(threshold) for item in items}
    as_counted = found.pop() if len(found) == 1 else "unknown"
    chances = {item.beyond_chance(threshold, level) for item in items}
    beyond = "not applicable"
    if as_counted != "unknown":
        beyond = "established" if chances == {"established"} else sorted(chances)[-1]
    answer: str = as_counted
    if as_counted == "exactly":
        answer = f"exactly; the claim says {test['comparison']}"
    because = (
        N_("counts at the release's cut-off")
        if items
        else N_("no share is published up to the release's cut-off")
    )
    return _apply_rule(
        claim,
        (answer, beyond),
        because,
        as_counted=as_counted,
        beyond_chance=beyond,
        places=tuple(items),
    )


def about_places(claim: str, items: Sequence[Published], asked: int) -> Verdict:
    """Judge a claim about places named as a group, by how many are over and how many established.

    ``asked`` is the number of places in question: all of the group that the program had reached.
    A place whose printed words do not decide it counts as one without a figure.
    """
    level, threshold = ledger.verdict_settings()["level"], _threshold(_test(claim))
    if threshold is None:
        return _apply_rule(claim, ("no threshold", "fewer than two"), N_("no threshold is stated"))
    sides = [item.as_counted(threshold) for item in items]
    over = [item for item, side in zip(items, sides, strict=True) if side == "over"]
    beyond = [item for item in over if item.beyond_chance(threshold, level) == "established"]
    firm = [item for item in over if item.beyond_selection(threshold, level) == "established"]
    decided = sum(side != "unknown" for side in sides)
    few = (
        "fewer than two, of all places in question"
        if decided >= asked
        else "fewer than two, of some of the places in question"
    )
    answers = (
        "two or more" if len(over) >= _SEVERAL else few,
        "two or more" if len(firm) >= _SEVERAL else "fewer than two",
    )
    because: str = tr(
        "{over:int} places over, {beyond:int} of them beyond chance, {firm:int} also beyond selection",
        over=len(over),
        beyond=len(beyond),
        firm=len(firm),
    )
    return _apply_rule(
        claim,
        answers,
        because,
        places=tuple(items),
        over=len(over),
        beyond=len(beyond),
        established=len(firm),
    )


def _as_stated(fact: Mapping[str, Any]) -> bool:
    """Whether a fact, read or computed from a table, is as the claim states it."""
    if "measure" not in fact:
        return bool(fact["as_stated"])
    if fact["measure"] == "share_of_counties_active":
        dates = load("activation")["date_secure"]
        value = Fraction(int((dates <= pd.Timestamp(fact["by"])).sum()), len(dates))
    elif fact["measure"] == "difference_of_totals":
        totals = ledger.published_totals()["value"]
        value = Fraction(str(totals[fact["total"]])) - Fraction(str(totals[fact["less"]]))
    else:
        raise LedgerError(f"claims.yml: no measure {fact['measure']!r}")
    threshold = Fraction(str(fact["threshold"]))
    return value >= threshold if fact["comparison"] == "at least" else value > threshold


def of_record(claim: str, facts: Sequence[Mapping[str, Any]]) -> Verdict:
    """Judge a claim of record by its facts: which were read, and which are as the claim states."""
    read = [_as_stated(fact) for fact in facts if fact["record"] == "read"]
    confirmed = sum(read)
    answers = (
        "all" if confirmed == len(facts) else "some" if confirmed else "none",
        "some" if confirmed < len(read) else "none",
    )
    because: str = tr(
        "{confirmed:int} of {facts:int} facts confirmed, {contradicted:int} contradicted",
        confirmed=confirmed,
        facts=len(facts),
        contradicted=len(read) - confirmed,
    )
    if not read:
        found = any(fact["record"] != "not found" for fact in facts)
        because = N_("known only by a report of it") if found else N_("no record of it was found")
    return _apply_rule(claim, answers, because)


def of_purpose(claim: str, test: Mapping[str, Any]) -> Verdict:
    """Judge a claim about purpose or effect by what was measured, if it states a threshold."""
    if test["threshold"] is None:
        answers, because = ("no threshold", "no"), N_("no threshold is stated")
    else:
        answers = (test["measured"], test["shows_cause"])
        because = {
            "not measured here": N_("no table here measures it"),
            "as stated": N_("measured, on the side of the claim"),
        }.get(test["measured"], N_("measured, not on the side of the claim"))
    return _apply_rule(claim, answers, because)


def _is_selected(test: Mapping[str, Any], place_code: str, state: str, level: str) -> bool:
    """Whether a place is in the hand-typed selection of a claim."""
    places = test["places"]
    return (
        place_code in places.get("codes", [place_code])
        and place_code not in places.get("codes_except", ())
        and state in places.get("states", [state])
        and state not in places.get("states_except", ())
        and level in places.get("levels", [level])
    )


def eligible(claim: str) -> list[Published]:
    """Return the evidence a claim about shares is judged by, highest share first.

    Of each place that the claim is about, the figure with the latest cut-off not after the rule's.
    """
    latest, test = ledger.verdict_settings()["latest_cutoff"], _test(claim)
    level = ledger.figures()["level"]
    by_place: dict[str, Published] = {}
    for item in published().values():
        month = cutoff_month(item.cutoff)
        if not item.selected or month is None or month > latest:
            continue
        if not _is_selected(test, item.place_code, item.state, level.loc[item.ids[0]]):
            continue
        held = by_place.get(item.place_code)
        if held is None or (cutoff_month(held.cutoff) or "") < month:
            by_place[item.place_code] = item
    return sorted(by_place.values(), key=lambda item: -item.share[0])


def places_asked(claim: str) -> int:
    """Return the number of counties in question: those of the group active by the latest cut-off."""
    latest, test = ledger.verdict_settings()["latest_cutoff"], _test(claim)
    active = load("activation")
    active = active[active["date_secure"].dt.strftime("%Y-%m") <= latest]
    return sum(
        _is_selected(test, fips, state, "county")
        for fips, state in zip(active["fips"], active["state"], strict=True)
    )


def judge(claim: str) -> Verdict:
    """Return a claim's verdict by the rule of its form. Raises KeyError for an unknown claim."""
    test = _test(claim)
    if test["form"] == "share":
        return about_share(claim, eligible(claim))
    if test["form"] == "places":
        return about_places(claim, eligible(claim), places_asked(claim))
    if test["form"] == "record":
        return of_record(claim, test["facts"])
    return of_purpose(claim, test)


def established_from(item: Published, total: int | None = None) -> int | None:
    """Return the number of removals from which an item's printed share is beyond chance.

    Against one half, two-sided at 5%; with ``total``, the removals of all places together, also
    beyond selection. None if no number suffices; see ``total_from_which_established``.
    """
    low, high = (round(100 * share, 1) for share in item.share)  # as printed, to a tenth
    return total_from_which_established(low, high, total_n=total)


def what_would_change(item: Published) -> LazyText:
    """Describe what would change the verdict of a place over one half.

    How many fewer without a conviction, where both counts are known; how small a total, where it
    is a range; how many removals, where a share alone is printed.
    """
    if item.counts is not None:
        x, n = item.counts
        fewer = np.arange(x + 1)
        counted = as_counted_each(x - fewer, np.full_like(fewer, n), HALF)
        chance = beyond_chance_each(x - fewer, np.full_like(fewer, n), HALF)
        over = np.asarray(counted) == "over"
        firm = over & (np.asarray(chance) == "established")
        not_over, not_firm = int(np.argmin(over)), int(np.argmin(firm))
        if not_firm == 0:
            return tr("{x:int} fewer without", x=not_over)
        return tr(
            "{firm:int} fewer: not beyond chance; {x:int} fewer: not over",
            firm=not_firm,
            x=not_over,
        )
    if item.n_range is not None:
        low, high = (round(100 * share, 1) for share in item.share)
        limit = floor_at_which_verdict_turns(item.n_range[1], low, high, alternative="two-sided")
        return tr("a total of {limit:int} or fewer: not beyond chance", limit=limit)
    return tr(
        "a count: beyond chance from {alone:int} removals on, "
        "beyond selection from {any_place:int}",
        alone=established_from(item),
        any_place=established_from(item, national_total(item.cutoff)),
    )


def findings_by_claim(without: str = "") -> dict[str, list[str]]:
    """Return the findings that bear on each claim, from the directives of the findings.

    From the ``:claims:`` of every ``{finding}`` directive of the book's pages, in the order of
    findings; those of the chapter ``without`` are left out. A claim without a finding has no entry.
    Raises FindingError for a directive that cannot be read.
    """
    # Slow to load, and only the table of conclusions needs them.
    from citable.execute.chapters import label, pages
    from citable.record.directives import parse_text
    from citable.record.outputs import sort_key

    found: dict[str, list[str]] = {}
    for page in pages():
        if without and label(page) == without:
            continue
        for directive in parse_text((paths.ROOT / f"{page}.md").read_text(encoding="utf-8")):
            for claim in directive.claims:
                found.setdefault(claim, []).append(directive.id)
    return {claim: sorted(findings, key=sort_key) for claim, findings in found.items()}


def verdict_table() -> pd.DataFrame:
    """Return one row a claim: who made it, its form, the answers and the verdict by the rule."""
    rows = []
    for claim, typed in ledger.claims().items():
        verdict = judge(claim)
        rows.append(
            {
                "claim": claim,
                "short": typed["short"],
                "side": typed["side"],
                "form": ledger.verdict_rules()[verdict.form]["form"],
                "as_counted": verdict.as_counted or "not applicable",
                "beyond_chance": verdict.beyond_chance or "not applicable",
                "verdict": verdict.verdict,
                "because": verdict.because,
                "chapter": typed["chapter"],
            }
        )
    return pd.DataFrame(rows)
