from __future__ import annotations

from typing import Any

import pytest

from citable.errors import FindingError
from citable.record.findings import NUMBERS, Finding, Interval, complete, measured


def test_a_share_is_the_quotient_of_its_counts() -> None:
    numbers = measured("6.3", numerator=93, denominator=186)
    assert (numbers["value"], numbers["unit"]) == (0.5, "share")
    assert set(numbers) == set(NUMBERS)


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
        ("6.3", {"coverage": 1.2}, "coverage 1.2"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(
    identifier: str, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(FindingError, match=message.replace("(", r"\(")):
        measured(identifier, **({"value": 0.5} | change))


def test_finding_fields_follow_the_schema_order() -> None:
    words = {"statement": "Half.", "estimand": "share", "period": "2011", "tables": ["figures.csv"]}
    finding = complete(measured("6.3", numerator=93, denominator=186), words | {"other": "left"})
    assert list(finding) == list(Finding.__dataclass_fields__)
    assert (finding["statement"], finding["numerator"], finding["null"]) == ("Half.", 93, "")
    assert "other" not in finding


def test_interval_method_is_one_of_the_fixed_words() -> None:
    with pytest.raises(FindingError, match="interval method 'guess'"):
        Interval(0.1, 0.2, "guess")
