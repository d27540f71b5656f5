"""Verdicts follow from counts: change one input and see the verdict turn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scomm.record.claims import (
    about_one_place,
    about_several_places,
    eligible,
    judge,
    verdict_table,
)
from scomm.record.evidence import Published, nation, published
from scomm.stats.rounded import consistent_counts


def with_counts(item: Published, x: int, n: int) -> Published:
    return replace(item, members=consistent_counts(n, n, x_low=x, x_high=x))


def test_national_claim_is_supported_and_turns_under_a_quarter() -> None:
    us = nation("2011-02")
    assert us.counts == (27_047, 94_218)
    assert judge("C1").verdict == "supported"
    assert about_one_place("C1", [with_counts(us, 23_000, 94_218)]).verdict == "not supported"
    barely = about_one_place("C1", [with_counts(us, 23_600, 94_218)])
    assert (barely.as_counted, barely.beyond_chance) == ("over", "not established")
    assert barely.verdict == "supported in part"


def test_boston_is_unknown_until_a_count_at_the_cutoff_is_given() -> None:
    assert judge("C2").verdict == "cannot be settled here"
    given = with_counts(published()["boston_2011-mid"], 220, 352)
    assert about_one_place("C2", [given]).verdict == "supported"
    assert about_one_place("C2", [with_counts(given, 176, 352)]).verdict == "not supported"


def test_exactly_half_is_not_over_half() -> None:
    assert published()["solano_2011-02"].as_counted() == "exactly"


def test_claim_about_several_places_turns_with_the_number_established() -> None:
    places = eligible("C3")
    assert judge("C3").verdict == "supported in part"
    raised = [
        with_counts(p, 150, 186) if p.key.startswith(("solano", "santa-cruz")) else p
        for p in places
    ]
    assert about_several_places("C3", raised).verdict == "supported"
    lowered = [p for p in places if p.as_counted() != "over"]
    assert about_several_places("C3", lowered).verdict == "cannot be settled here"


def test_vague_counts_are_judged_at_their_least_favorable_member() -> None:
    broward = published()["broward_2011-02"]
    assert broward.n_range == (475, 499)
    assert broward.counts is None
    assert broward.beyond_chance() == "established"
    worst = max(float(p) for p in [broward.p_over()])
    members = broward.members
    from scomm.stats.proportions import exact_test

    assert worst == pytest.approx(np.max(exact_test(members.x, members.n, 0.5, "greater")))


def test_every_claim_has_a_verdict_of_the_fixed_words() -> None:
    table = verdict_table()
    assert set(table["verdict"]) <= {
        "supported",
        "supported in part",
        "not supported",
        "cannot be settled here",
    }
    assert table["claim"].is_unique
