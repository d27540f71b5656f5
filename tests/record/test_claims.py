"""Test that verdicts follow from evidence by the printed rules, by changing one input at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from citable import paths
from citable.errors import LedgerError
from scomm.data import ledger, paths as data_paths
from scomm.evidence import claims
from scomm.evidence.claims import (
    Verdict,
    about_places,
    about_share,
    eligible,
    judge,
    of_purpose,
    of_record,
    rule_of,
    verdict_table,
)
from scomm.evidence.published import (
    PARTS,
    Published,
    cutoff_month,
    frame,
    nation,
    national_total,
    published,
)
from scomm.stats.proportions import exact_test
from scomm.stats.rounded import consistent_counts
from scomm.stats.verdicts import CLAIM_VERDICTS, beyond_chance

LEVEL = ledger.verdict_settings()["level"]


def with_counts(item: Published, x: int, n: int) -> Published:
    return replace(item, members=consistent_counts(n, n, x_low=x, x_high=x))


def bare_share(item: Published, low: float, high: float) -> Published:
    return replace(item, members=consistent_counts(0, None, low, high))


def retyped(monkeypatch: pytest.MonkeyPatch, claim: str, **test: Any) -> None:
    """Type other fields into a claim's test."""
    typed = ledger.claims()
    changed = typed | {claim: typed[claim] | {"test": typed[claim]["test"] | test}}
    monkeypatch.setattr(ledger, "claims", lambda: changed)


def fact(record: str = "read", as_stated: bool = True) -> dict[str, Any]:
    return {"fact": "A fact", "record": record, "source": "somewhere", "as_stated": as_stated}


BOSTON = published()["boston_2011-mid"]
FEW = "fewer than two, of some of the places in question"
ALL_FEW = "fewer than two, of all places in question"


def _shares() -> Iterator[tuple[tuple[str, str], Callable[[], Verdict]]]:
    for answers, x, n in (
        (("under", "established"), 20, 100),
        (("under", "not established"), 49, 100),
        (("exactly; the claim says over", "not established"), 50, 100),
        (("over", "established"), 80, 100),
        (("over", "not established"), 51, 100),
    ):
        yield answers, lambda x=x, n=n: about_share("C2", [with_counts(BOSTON, x, n)])
    yield ("unknown", "not applicable"), lambda: about_share("C2", [])
    yield (
        ("over", "not applicable"),
        lambda: about_share("C2", [bare_share(BOSTON, 60, 61)]),
    )
    yield (
        ("exactly; the claim says at least", "not established"),
        lambda: about_share("C1", [with_counts(BOSTON, 25, 100)]),
    )


def _places() -> Iterator[tuple[tuple[str, str], Callable[[], Verdict]]]:
    items = eligible("C4")
    for answers, counts, asked in (
        (("two or more", "two or more"), [(900, 1000), (800, 1000), (2, 10)], 100),
        (("two or more", "fewer than two"), [(900, 1000), (52, 100), (2, 10)], 100),
        ((ALL_FEW, "fewer than two"), [(900, 1000), (20, 100), (2, 10)], 3),
        ((FEW, "fewer than two"), [(900, 1000), (20, 100), (2, 10)], 4),
    ):
        given_items = [
            with_counts(item, *pair) for item, pair in zip(items[:3], counts, strict=True)
        ]
        yield answers, lambda g=given_items, a=asked: about_places("C4", g, a)


def _records() -> Iterator[tuple[tuple[str, str], Callable[[], Verdict]]]:
    for answers, facts in (
        (("all", "none"), [fact(), fact()]),
        (("some", "none"), [fact(), fact("known only by a report of it")]),
        (("some", "some"), [fact(), fact(as_stated=False)]),
        (("none", "some"), [fact("not found"), fact(as_stated=False)]),
        (("none", "none"), [fact("known only by a report of it"), fact("not found")]),
    ):
        yield answers, lambda f=facts: of_record("C12", f)


def _purposes() -> Iterator[tuple[tuple[str, str], Callable[[], Verdict]]]:
    for measured in ("not measured here", "as stated", "otherwise"):
        for cause in ("yes", "no"):
            test = {"threshold": "any", "measured": measured, "shows_cause": cause}
            yield (measured, cause), lambda t=test: of_purpose("C8", t)
    yield ("no threshold", "no"), lambda: of_purpose("C5", {"threshold": None})


CASES = {"share": _shares, "places": _places, "record": _records, "purpose": _purposes}


@pytest.mark.parametrize("form", ledger.verdict_rules())
def test_every_verdict_of_every_rule_is_reachable(form: str) -> None:
    reached = set()
    for answers, judged in CASES[form]():
        verdict = judged()
        assert verdict.answers == answers
        assert verdict.verdict == rule_of(form).verdict(*answers)
        reached.add(verdict.verdict)
    assert reached == {row[2] for row in ledger.verdict_rules()[form]["rows"]}
    assert "not supported" in reached


@pytest.mark.parametrize("form", ["share", "places"])
def test_a_claim_without_a_threshold_is_not_settled(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = {"share": "C1", "places": "C4"}[form]
    retyped(monkeypatch, claim, threshold=None)
    assert judge(claim).verdict == "cannot be settled here"


def test_no_verdict_is_hard_coded() -> None:
    text = data_paths.CLAIMS.read_text(encoding="utf-8")
    typed = text[text.index("\nclaims:") :]
    for word in ("record_evidence", "settled_here", "verdict"):
        assert not re.search(rf"^ +{word}:", typed, re.MULTILINE)
    for claim in ledger.claims().values():
        assert not set(CLAIM_VERDICTS) & {str(value) for value in claim["test"].values()}


def test_both_sides_are_judged_symmetrically() -> None:
    side = {name: claim["side"] for name, claim in ledger.claims().items()}
    for one, other in (("C5", "C7"), ("C6", "C13"), ("C9", "C16")):
        assert side[one] != side[other]
        assert judge(one).verdict == judge(other).verdict == "cannot be settled here"
    forms = {claim["test"]["form"] for claim in ledger.claims().values()}
    assert forms == set(ledger.verdict_rules())


def test_hearing_record_does_not_prove_its_statements() -> None:
    assert judge("C12").verdict == "supported in part"
    report = [f for f in ledger.claims()["C12"]["test"]["facts"] if f["record"] != "read"]
    assert of_record("C12", report).verdict == "cannot be settled here"


def test_short_labels_of_law_say_who_said_it() -> None:
    assert ledger.claims()["C17"]["short"].startswith("The agency said")


def test_claims_of_record_are_computed_from_the_numbers_of_the_landing_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    totals = ledger.published_totals()["value"]
    for convicted, without in (("T42", "T43"), ("T44", "T45")):
        assert totals[convicted] + totals[without] == pytest.approx(1)
    assert judge("C18").verdict == judge("C19").verdict == "supported"
    early = [dict(f) for f in ledger.claims()["C18"]["test"]["facts"]]
    early[1]["by"] = "2013-01-21"  # the day before the last counties
    retyped(monkeypatch, "C18", facts=early)
    assert judge("C18").verdict == "supported in part"
    more = [dict(ledger.claims()["C19"]["test"]["facts"][0], threshold=0.21)]
    retyped(monkeypatch, "C19", facts=more)
    assert judge("C19").verdict == "not supported"
    unknown = [dict(more[0], measure="feeling")]
    with pytest.raises(LedgerError, match="no measure 'feeling'"):
        of_record("C19", unknown)


def test_national_claim_is_supported_and_turns_under_a_quarter() -> None:
    us = nation("2011-02")
    assert us.counts == (27_047, 94_218)
    assert judge("C1").places == (us,)
    assert judge("C1").verdict == "supported"
    for fewer, verdict in (
        (3_231, "supported"),
        (3_232, "supported in part"),
        (3_492, "supported in part"),
        (3_493, "not supported"),
    ):
        given_counts = with_counts(us, 27_047 - fewer, 94_218)
        assert about_share("C1", [given_counts]).verdict == verdict


def test_boston_is_unknown_until_a_share_up_to_the_cutoff_is_given() -> None:
    assert eligible("C2") == []
    assert judge("C2").verdict == "cannot be settled here"
    assert about_share("C2", [with_counts(BOSTON, 220, 352)]).verdict == "supported"


def test_all_share_claims_use_the_same_cutoff_rule() -> None:
    latest = ledger.verdict_settings()["latest_cutoff"]
    for claim in ("C1", "C2", "C3", "C4"):
        for item in eligible(claim):
            assert (cutoff_month(item.cutoff) or "9") <= latest
            same = [p for p in published().values() if p.place_code == item.place_code]
            months = [cutoff_month(p.cutoff) for p in same if p.selected]
            assert cutoff_month(item.cutoff) == max(m for m in months if m and m <= latest)


def test_c4_is_established_in_two_places_beyond_selection() -> None:
    c4 = judge("C4")
    assert (c4.over, c4.beyond, c4.established) == (9, 5, 2)
    firm = [item for item in c4.places if item.as_counted() == "over"]
    firm = [item for item in firm if item.beyond_selection() == "established"]
    assert [item.key for item in firm] == ["travis_2010-06", "prince-georges_2011-02"]
    for left_out in firm:
        places = [item for item in c4.places if item != left_out]
        assert about_places("C4", places, 1000).verdict == "supported in part"


def test_the_bound_is_p_times_the_most_places_of_the_size() -> None:
    travis, pg = published()["travis_2010-06"], published()["prince-georges_2011-02"]
    assert national_total("2010-06") == 46_929
    assert 46_929 // 724 == 64
    assert 94_218 // 223 == 422
    assert pg.bound() == pytest.approx(422 * exact_test(144, 223, 0.5))
    assert travis.bound() == pytest.approx(64 * exact_test(591, 724, 0.5))
    # No total is printed for July 2010: the next later one is an upper bound.
    assert national_total("2010-07") == nation("2010-11").n_range[1]
    assert national_total("2011-08") is None
    assert national_total("") is None
    months = ["2010-06", "2010-11", "2011-02", "2011-03"]
    totals = [national_total(month) for month in months]
    assert all(a < b for a, b in pairwise(totals))


def test_established_never_goes_with_a_large_p_or_the_other_side() -> None:
    for name, row in frame(list(published().values())).set_index("key").iterrows():
        for column in ("beyond_chance", "beyond_selection"):
            if row[column] != "established":
                continue
            assert row["p"] <= 1 - LEVEL, name
            ends = (row["share_low"], row["share_high"])
            sides = {"over" if end > 0.5 else "under" for end in ends}
            assert sides == {row["as_counted"]}, name
        if row["beyond_selection"] == "established":
            assert row["beyond_chance"] == "established"
            assert row["bound"] <= 1 - LEVEL


@given(st.integers(1, 5_000), st.data())
def test_established_means_a_small_two_sided_p_on_the_side_of_the_share(
    n: int, data: st.DataObject
) -> None:
    x = data.draw(st.integers(0, n))
    threshold = data.draw(st.fractions(0, 1, max_denominator=100))
    given_counts = with_counts(BOSTON, x, n)
    side = given_counts.as_counted(threshold)
    assert side == (
        "over"
        if Fraction(x, n) > threshold
        else "under"
        if Fraction(x, n) < threshold
        else "exactly"
    )
    if given_counts.beyond_chance(threshold) == "established":
        assert given_counts.p(threshold) <= 1 - LEVEL
        assert side in ("over", "under")
    assert given_counts.beyond_chance(threshold) == beyond_chance(x, n, threshold)


def test_a_printed_total_is_never_shown_as_not_printed() -> None:
    for item in published().values():
        assert (item.total_text == "not printed") == (item.n_range is None), item.key
    shown = {key: published()[key].total_text for key in published()}
    assert shown["travis_2010-06"] == "724"
    assert shown["prince-georges_2011-02"] == "223"
    assert shown["broward_2011-02"] == "475 to 499"
    assert shown["boston_2011-mid"] == "352"


def test_exact_shares_and_bounds_are_formatted() -> None:
    solano = published()["solano_2011-02"]
    assert solano.as_counted() == "exactly"
    assert solano.share_text == "50.0%"
    state = published()["boston_2011-04-state"]
    assert state.ids == ("F295",)
    assert (state.as_counted(), state.share_text) == ("over", "over 50.0%")


def test_computed_sums_are_marked() -> None:
    for item in published().values():
        assert (item.basis == PARTS) == ("sum made here" in item.label), item.key
    table = frame([published()["san-francisco_2011-02"]])
    assert "sum made here" in table["label"].iloc[0]


def test_claim_about_several_places_turns_with_the_number_established() -> None:
    places = eligible("C3")
    assert judge("C3").verdict == "supported in part"
    raised = [
        with_counts(p, 180, 186) if p.key.startswith(("solano", "santa-cruz")) else p
        for p in places
    ]
    assert about_places("C3", raised, 58).verdict == "supported"
    lowered = [p for p in places if p.as_counted() != "over"]
    assert about_places("C3", lowered, 58).verdict == "cannot be settled here"
    decided = [p for p in lowered if p.as_counted() != "unknown"]
    assert about_places("C3", decided, len(decided)).verdict == "not supported"
    assert claims.places_asked("C3") == 58


def test_findings_are_listed_under_the_claims_that_they_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "Of them.\n\n- Estimand: a\n- Period: b\n- Population: c\n:::\n"
    for page, identifier, named in (
        ("10-ten", "10.1", "C1"),
        ("02-two", "2.2", "C1, C4"),
        ("02-two", "2.1", "C4"),
        ("15-end", "15.1", "C1"),
    ):
        with (tmp_path / f"{page}.md").open("a", encoding="utf-8") as stream:
            stream.write(f":::{{finding}} {identifier}\n:claims: {named}\n\n{words}\n")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr("citable.execute.chapters.pages", lambda: ("10-ten", "02-two", "15-end"))
    assert claims.findings_by_claim() == {"C1": ["2.2", "10.1", "15.1"], "C4": ["2.1", "2.2"]}
    assert claims.findings_by_claim(without="15")["C1"] == ["2.2", "10.1"]


def test_findings_name_claims_that_are_there() -> None:
    assert set(claims.findings_by_claim()) <= set(ledger.claims())


def test_verdict_changes_exactly_at_the_stated_number() -> None:
    firm = published()["philadelphia_2011-02"]
    words = claims.what_would_change(firm)
    not_firm, not_over = (int(part.split()[0]) for part in words.split("; "))
    assert firm.counts is not None
    x, n = firm.counts
    for fewer, chance in ((not_firm - 1, "established"), (not_firm, "not established")):
        assert with_counts(firm, x - fewer, n).beyond_chance() == chance
    assert with_counts(firm, x - not_over + 1, n).as_counted() == "over"
    assert with_counts(firm, x - not_over, n).as_counted() != "over"
    open_to_chance = published()["santa-cruz_2011-02"]
    assert claims.what_would_change(open_to_chance) == "2 fewer without"
    assert claims.what_would_change(published()["broward_2011-02"]).startswith("a total of 237 ")
    merced = published()["merced_2011-02"]
    assert f"from {claims.established_from(merced)} removals" in claims.what_would_change(merced)


def test_vague_counts_are_judged_at_their_least_favorable_member() -> None:
    broward = published()["broward_2011-02"]
    assert broward.n_range == (475, 499)
    assert broward.counts is None
    assert broward.beyond_chance() == "established"
    p = exact_test(broward.members.x, broward.members.n, 0.5)
    assert broward.p() == pytest.approx(p.max())


def test_every_claim_has_a_verdict_of_the_fixed_words() -> None:
    table = verdict_table()
    assert set(table["verdict"]) <= set(CLAIM_VERDICTS)
    assert table["claim"].is_unique
    assert list(table["claim"]) == list(ledger.claims())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("form: purpose", "form: opinion", "found 'opinion'"),
        ("record: read,", "record: seen,", "found 'seen'"),
        ("record: read, as_stated: true", "record: read", "type as_stated, or name its measure"),
        ("      facts:\n", "      facts: none\n      listed:\n", "expected a list"),
        ("{fact: The list had", "{said: The list had", "no 'fact'"),
    ],
)
def test_a_claim_typed_wrongly_is_refused(
    old: str, new: str, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = data_paths.CLAIMS.read_text(encoding="utf-8")
    head, typed = text.split("\nclaims:", 1)
    assert old in typed
    copy = tmp_path / "claims.yml"
    copy.write_text(head + "\nclaims:" + typed.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setattr(data_paths, "CLAIMS", copy)
    with pytest.raises(LedgerError, match=re.escape(message)):
        ledger.claims.__wrapped__()


@pytest.mark.parametrize(
    ("old", "new", "read"),
    [
        ("verdict_rules:", "rules:", ledger.verdict_rules),
        ("    questions: [Places", "    asked: [Places", ledger.verdict_rules),
        ("  level: 0.95", "  level: high", ledger.verdict_settings),
    ],
)
def test_rules_typed_wrongly_are_refused(
    old: str, new: str, read: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = data_paths.CLAIMS.read_text(encoding="utf-8")
    assert old in text
    copy = tmp_path / "claims.yml"
    copy.write_text(text.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setattr(data_paths, "CLAIMS", copy)
    with pytest.raises(LedgerError, match=r"claims\.yml"):
        read.__wrapped__()
