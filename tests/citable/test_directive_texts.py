"""Test parsing directives, and filling them with recorded values."""

from __future__ import annotations

from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from citable.display.tables import Col
from citable.errors import ArgumentError, FindingError
from citable.record import directives
from citable.record.directives import (
    fill_each_row,
    fill_roles,
    fill_texts,
    format_value,
    parse,
    referenced_names,
    resolve,
)

FINDING = """\
Of {n}`1.1.denominator` removals {n}`1.1:pct`
were without a conviction.

- Estimand: share of removals
  without a conviction
- Period: FY2010
- Population: removals
- Compared with: one quarter
- Reference: 1 in 4
- Assumes: months are alike; records are complete
- Does not show: why
"""

GIVEN: dict[str, Any] = {
    "n": 3143,
    "share": 0.287,
    "name": "Boston",
    "row/boston": {"share": 0.5, "n": 10},
    "frame/places": [{"name": "Boston", "share": 0.5}, {"name": "Travis", "share": 0.25}],
    "frame/nobody": [],
    "finding/1.1": {
        "value": 0.28,
        "numerator": 28,
        "denominator": 100,
        "interval": {"low": 0.2, "high": 0.4},
    },
    "finding/1.2": {"value": 7, "interval": None},
}


def test_a_finding_is_read_with_its_fields_and_options() -> None:
    found = parse("finding", "1.1", {"sources": "removals, figures.csv", "claims": "C1"}, FINDING)
    assert found.name == "finding/1.1"
    assert found.sources == ("removals", "figures.csv")
    assert found.texts == {
        "statement": "Of {n}`1.1.denominator` removals {n}`1.1:pct` were without a conviction.",
        "estimand": "share of removals without a conviction",
        "period": "FY2010",
        "population": "removals",
        "null": "one quarter",
        "reference_label": "1 in 4",
        "assumptions": "months are alike; records are complete",
        "not_shown": "why",
    }


def test_a_figure_is_read_with_its_two_descriptions() -> None:
    body = "A caption\n\n- Alternative text: It rises.\n- In words: From\n  1 to 3.\n"
    assert parse("figure", "1.1", {"sources": "removals"}, body).texts == {
        "caption": "A caption",
        "alt": "It rises.",
        "long_description": "From 1 to 3.",
    }


def test_a_table_is_read_with_its_columns() -> None:
    body = "A caption\n\n- `name` Place\n- `n:int wide` Removals,\n  all\n- Note: A sum.\n"
    found = parse("table", "1.1", {}, body)
    assert list(found.columns.items()) == [
        ("name", Col("Place", "", phone=True)),
        ("n", Col("Removals, all", "int", phone=False)),
    ]
    assert found.texts == {"caption": "A caption", "note": "A sum."}


@pytest.mark.parametrize(
    ("kind", "options", "body", "message"),
    [
        ("figure", {"route": "press"}, "A caption", "option 'route', expected sources"),
        ("finding", {}, FINDING + "- Author: nobody\n", "'Author: nobody', expected one of"),
        ("figure", {}, "A caption\n\n- no field", "'no field', expected one of"),
        ("figure", {}, "A caption\n\n- `n` Number", "'`n` Number', expected one of"),
        ("finding", {}, FINDING + "\nMore.\n", "a second paragraph; expected a list: 'More.'"),
        ("finding", {}, FINDING.replace("{n}`1.1:pct`", "{gl}`share`"), r"role \{gl\}"),
        ("table", {}, "A caption\n\n- `n` Of {cite}`a`", r"role \{cite\}"),
        ("finding", {}, "A statement.", "its estimand is missing"),
        ("finding", {}, FINDING.replace("Period", "Null"), "'Null: FY2010', expected one of"),
        ("finding", {}, FINDING.split("\n\n")[1], "its statement is missing"),
        ("figure", {}, "A caption", "its alt is missing"),
        ("figure", {}, "- Alternative text: It rises.", "its caption is missing"),
        ("table", {}, "", "its caption is missing"),
    ],
)
def test_unreadable_directive_is_named(
    kind: str, options: dict[str, str], body: str, message: str
) -> None:
    with pytest.raises(FindingError, match=f"^{kind} 1.1: .*{message}"):
        parse(kind, "1.1", options, body)


def test_directives_of_a_notebook_are_found_in_its_markdown() -> None:
    text = f"Words.\n\n:::{{finding}} 1.1\n:sources: removals\n:route: test\n\n{FINDING}:::\n\nEnd."
    table = "::::{table} 1.1\nA caption\n\n- `n` Number\n::::"
    cells = [new_markdown_cell(text), new_code_cell("':::{figure} 1.1'"), new_markdown_cell(table)]
    found = directives.parse_notebook(new_notebook(cells=cells))
    assert list(found) == ["finding/1.1", "table/1.1"]
    assert found["finding/1.1"].options == {"sources": "removals", "route": "test"}
    assert found["table/1.1"].columns == {"n": Col("Number")}
    with pytest.raises(FindingError, match=r"finding 1\.1 is described twice"):
        directives.parse_notebook(new_notebook(cells=[*cells, new_markdown_cell(text)]))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("n", 3143),
        ("name", "Boston"),
        ("boston.share", 0.5),
        ("1.1", 0.28),
        ("1.1.numerator", 28),
        ("1.1.low", 0.2),
        ("1.1.high", 0.4),
        ("1.2", 7),
    ],
)
def test_role_name_resolves_to_a_recorded_value(name: str, expected: object) -> None:
    assert resolve(GIVEN, name) == expected


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing", "the page does not record it"),
        ("boston", "the row 'boston' has no column ''"),
        ("boston.rank", "the row 'boston' has no column 'rank'"),
        ("places.share", "the page does not record it"),
        ("2.1", "the page does not record it"),
        ("1.1.middle", "finding 1.1 has no middle"),
        ("1.2.low", "finding 1.2 has no low"),
    ],
)
def test_a_name_without_a_value_is_refused(name: str, message: str) -> None:
    with pytest.raises(FindingError, match=message):
        resolve(GIVEN, name)


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("n", "3,143"),
        ("share:pct", "28.7%"),
        ("boston.share:pct0", "50%"),
        ("1.1.high:pct", "40.0%"),
        ("1.2:word", "seven"),
        ("name", "Boston"),
    ],
)
def test_a_value_is_printed_in_a_format(argument: str, expected: str) -> None:
    assert format_value(GIVEN, argument) == expected


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("share", "needs a format"),
        ("share:int", "not a whole number"),
        ("n:furlongs", "unknown format 'furlongs'"),
    ],
)
def test_a_format_that_does_not_fit_is_refused(argument: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        format_value(GIVEN, argument)


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("places, {name}", "Boston, Travis"),
        ("places; {name} ({share:pct0})", "Boston (50%); Travis (25%)"),
        ("nobody, {name}", "none"),
    ],
)
def test_a_text_is_printed_for_each_row(argument: str, expected: str) -> None:
    assert fill_each_row(GIVEN, argument) == expected


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("places {name}", "expected name, then ; or , then a text"),
        ("counties, {name}", "the page records no frame 'counties'"),
        ("boston, {share}", "the page records no frame 'boston'"),
        ("places, {rank:int}", "rank"),
    ],
)
def test_rows_that_cannot_be_printed_are_refused(argument: str, message: str) -> None:
    with pytest.raises(FindingError, match=message):
        fill_each_row(GIVEN, argument)


def test_a_text_is_filled_and_a_role_that_fails_is_named() -> None:
    text = "Of {n}`n` in {n}`boston.n:word` places: {each}`places, {name}`."
    assert fill_roles(text, GIVEN) == "Of 3,143 in ten places: Boston, Travis."
    assert referenced_names(text) == {"n", "boston", "places"}
    for role in ("{n}`share`", "{n}`nothing:int`", "{n}`name:pct`", "{each}`places, {name:pct}`"):
        with pytest.raises(FindingError) as refused:
            fill_roles(f"Of {role}.", GIVEN)
        assert str(refused.value).startswith(f"{role}: ")


def test_texts_of_a_finding_are_filled_for_the_record() -> None:
    options = {"sources": "removals figures.csv", "claims": "C1, C2", "route": "test"}
    found = fill_texts(parse("finding", "1.1", options, FINDING), GIVEN)
    assert found["statement"] == "Of 100 removals 28.0% were without a conviction."
    assert found["assumptions"] == ["months are alike", "records are complete"]
    assert (found["tables"], found["claims"]) == (["removals", "figures.csv"], ["C1", "C2"])
    assert found["route"] == "test"
    wrong = parse("finding", "1.1", options, FINDING.replace("1.1:pct", "nothing"))
    with pytest.raises(FindingError, match=r"^finding 1\.1: \{n\}`nothing`: "):
        fill_texts(wrong, GIVEN)
