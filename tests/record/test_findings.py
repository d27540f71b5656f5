from __future__ import annotations

from typing import Any

import pytest

from scomm.errors import FindingError
from scomm.record.findings import Interval, make

BASE: dict[str, Any] = {
    "estimand": "share",
    "value": 0.5,
    "unit": "share",
    "period": "2011",
    "population": "removals",
    "tables": ["figures.csv"],
    "route": "press, background only",
}


def test_statement_is_filled_with_values() -> None:
    finding = make(
        "6.3", "{x:int} of {n:int}, {value:pct}.", {"x": 93, "n": 186, "value": 0.5}, **BASE
    )
    assert finding.statement == "93 of 186, 50.0%."


@pytest.mark.parametrize(
    ("identifier", "change", "message"),
    [
        ("six", {}, "finding id"),
        ("6.3", {"unit": "percent"}, "unit 'percent'"),
        ("6.3", {"value": 28.7}, "outside 0 to 1"),
        ("6.3", {"numerator": 1, "denominator": 3}, "1/3 is"),
        ("6.3", {"interval": Interval(0.6, 0.7, "wilson")}, "outside its interval"),
        ("6.3", {"as_counted": "yes"}, "as_counted 'yes'"),
        ("6.3", {"beyond_chance": "maybe"}, "beyond_chance 'maybe'"),
    ],
)
def test_malformed_finding_is_refused(
    identifier: str, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(FindingError, match=message.replace("(", r"\(")):
        make(identifier, "A sentence.", {}, **(BASE | change))


def test_place_without_value_is_named() -> None:
    with pytest.raises(FindingError, match="no value for the place 'who'"):
        make("6.3", "{who:int}", {}, **BASE)


def test_interval_method_is_one_of_the_fixed_words() -> None:
    with pytest.raises(FindingError, match="interval method 'guess'"):
        Interval(0.1, 0.2, "guess")
