"""From evidence to verdicts, by the rules printed in ``claims.yml``: one source for all chapters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from scomm.data import ledger
from scomm.display.formats import tr
from scomm.display.words import N_
from scomm.errors import LedgerError
from scomm.record.evidence import Published, published
from scomm.stats.verdicts import Rule, claim_verdict

RELEASE_CUTOFF = "2011-02"
_PLACE_LEVELS = ("county", "jurisdiction")


@dataclass(frozen=True)
class Verdict:
    """A claim's verdict and what it follows from.

    ``as_counted`` and ``beyond_chance`` are empty for claims that are not about one share;
    ``because`` says in a few words which evidence decided; ``places`` lists the evidence.
    """

    claim: str
    as_counted: str
    beyond_chance: str
    verdict: str
    because: str
    places: tuple[Published, ...] = ()
    over: int = 0
    established: int = 0


def _rules(name: str) -> list[Rule]:
    return [Rule(**row) for row in ledger.verdict_rules()[name]]


def about_one_place(claim: str, items: Sequence[Published]) -> Verdict:
    """Judge a claim about one place from what is published of it at the release's cut-off.

    Nothing published there gives ``unknown``; items that disagree give ``unknown`` too.
    """
    test = ledger.claims()[claim]["test"]
    threshold = Fraction(str(test["threshold"]))
    found = {item.as_counted(threshold) for item in items}
    as_counted = found.pop() if len(found) == 1 else "unknown"
    chances = {item.beyond_chance(threshold) for item in items}
    beyond = "not applicable"
    if as_counted != "unknown" and chances:
        beyond = "established" if chances == {"established"} else sorted(chances)[-1]
    because = (
        N_("counts at the release's cut-off")
        if items
        else N_("nothing is published at the release's cut-off")
    )
    verdict = claim_verdict(as_counted, beyond, _rules(test["rule"]))
    return Verdict(claim, as_counted, beyond, verdict, because, tuple(items))


def about_several_places(claim: str, items: Sequence[Published]) -> Verdict:
    """Judge a claim about places named as a group, by how many are over and how many established."""
    test = ledger.claims()[claim]["test"]
    threshold = Fraction(str(test["threshold"]))
    over = [item for item in items if item.as_counted(threshold) == "over"]
    established = [item for item in over if item.beyond_chance(threshold) == "established"]
    rule = ledger.verdict_rules()["verdict_rule_places"]
    for row in rule["rows"]:
        if len(over) >= row["places_over"] and len(established) >= row["places_established"]:
            because = tr(
                "{over:int} places over, {established:int} of them beyond chance",
                over=len(over),
                established=len(established),
            )
            return Verdict(
                claim, "", "", row["verdict"], because, tuple(items), len(over), len(established)
            )
    raise LedgerError("claims.yml: no row of verdict_rule_places matches; the last must match all")


def of_record(claim: str) -> Verdict:
    """Judge a claim of record, or one without a threshold, by the evidence typed with it."""
    evidence = ledger.claims()[claim]["record_evidence"]
    for row in ledger.verdict_rules()["verdict_rule_record"]:
        if row["evidence"] == evidence:
            return Verdict(claim, "", "not applicable", row["verdict"], evidence)
    raise LedgerError(f"claims.yml, {claim}: record_evidence {evidence!r} is not in the rule")


def cutoff_month(cutoff: str) -> str | None:
    """Return a cut-off's month as YYYY-MM (the later of two), or None if it has none.

    >>> cutoff_month("2011-02"), cutoff_month("2011-02/03"), cutoff_month("2011-mid")
    ('2011-02', '2011-03', None)
    """
    found = re.fullmatch(r"(\d{4})-(\d{2})(?:/(\d{2}))?", cutoff)
    return None if found is None else f"{found[1]}-{found[3] or found[2]}"


def eligible(claim: str) -> list[Published]:
    """Return the evidence a claim is judged by: its places, up to the rule's latest cut-off.

    Of several rows about one place the latest cut-off is kept.
    """
    latest = ledger.verdict_rules()["verdict_rule_places"]["settings"]["latest_cutoff"][:7]
    level = ledger.figures()["level"]
    by_place: dict[str, Published] = {}
    for item in published().values():
        month = cutoff_month(item.cutoff)
        if not item.selected or month is None or month > latest:
            continue
        if level.loc[item.ids[0]] not in _PLACE_LEVELS:
            continue
        if claim == "C1":
            continue
        boston = item.place_code == "X:boston"
        inside = {"C2": boston, "C3": item.state == "CA"}.get(
            claim, item.state != "CA" and not boston
        )
        if not inside:
            continue
        held = by_place.get(item.place_code)
        if held is None or (cutoff_month(held.cutoff) or "") < month:
            by_place[item.place_code] = item
    return sorted(by_place.values(), key=lambda item: -item.share[0])


def judge(claim: str) -> Verdict:
    """Return a claim's verdict. Raises KeyError for an unknown claim."""
    rule = ledger.claims()[claim]["test"]["rule"]
    if rule == "verdict_rule_record":
        return of_record(claim)
    if rule == "verdict_rule_places":
        return about_several_places(claim, eligible(claim))
    if claim == "C1":
        items = [
            item
            for item in published().values()
            if item.place_code == "US" and item.cutoff == RELEASE_CUTOFF and item.selected
        ]
        return about_one_place(claim, items)
    items = [item for item in eligible(claim) if item.cutoff == RELEASE_CUTOFF]
    return about_one_place(claim, items)


def verdict_table() -> pd.DataFrame:
    """Return one row a claim: who made it, the two verdicts and the verdict by the printed rule."""
    rows = []
    for claim, typed in ledger.claims().items():
        verdict = judge(claim)
        rows.append(
            {
                "claim": claim,
                "short": typed["short"],
                "side": typed["side"],
                "as_counted": verdict.as_counted or "not applicable",
                "beyond_chance": verdict.beyond_chance or "not applicable",
                "verdict": verdict.verdict,
                "because": verdict.because,
                "chapter": typed["chapter"],
            }
        )
    return pd.DataFrame(rows)
