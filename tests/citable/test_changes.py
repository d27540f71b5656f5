"""The errata list every change of a finding once, by edition, and first publications apart."""

from __future__ import annotations

from citable.record.changes import by_edition, first_published
from citable.record.published import PROSE


def row(edition: str, identifier: str, field: str) -> dict[str, str]:
    return {
        "edition": edition,
        "id": identifier,
        "field": field,
        "old": "",
        "new": "",
        "reason": "",
    }


ROWS = [
    row("2026.11", "5.1", "published"),
    row("2026.11", PROSE, "value"),
    row("2027.02", "5.1", "value"),
    row("2027.02", "6.1", "published"),
    row("2028.01", "6.1", "low"),
    row("2028.01", "5.1", "value"),
]


def test_changes_stand_newest_first_without_first_publications_or_prose() -> None:
    found = by_edition(ROWS)
    assert list(found) == ["2028.01", "2027.02"]
    assert [item["id"] for item in found["2028.01"]] == ["6.1", "5.1"]


def test_first_publications_are_told_by_edition() -> None:
    assert first_published(ROWS) == {"2026.11": ["5.1"], "2027.02": ["6.1"]}
