from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from citable.record import report
from citable.record.identity import Item, Record

ITEM = Item(
    "finding", "6.3", "notebooks/06.html", "finding-6-3", "6. Jurisdictions", "9 of 28.", "0" * 64
)
RECORD = Record("2026.11", "2026-11-23", "ab" * 32, "https://example.org/book", (ITEM,))
WHERE = report.describe_place(RECORD, ITEM)


def test_a_report_goes_to_the_repository_where_there_is_one() -> None:
    to = urlsplit(report.address(RECORD, ITEM, "https://example.org/a/b/", "desk@example.org"))
    assert to.path == "/a/b/issues/new"
    asked = parse_qs(to.query)
    assert asked["template"] == ["wrong-number.yml"]
    assert asked["where"] == [WHERE]
    assert "Finding 6.3, ed. 2026.11, digest abababababab" in WHERE


def test_else_to_a_desk_and_else_nowhere() -> None:
    to = urlsplit(report.address(RECORD, ITEM, "", "desk+numbers@example.org"))
    assert (to.scheme, to.path) == ("mailto", "desk%2Bnumbers@example.org")
    body = parse_qs(to.query)["body"][0]
    assert body.startswith(WHERE)
    assert body == report.message(RECORD, ITEM)
    assert report.address(RECORD, ITEM, "", "") == ""
