from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from citable.record import report
from citable.record.identity import Item, Record

ITEM = Item(
    "finding", "6.3", "notebooks/06.html", "finding-6-3", "6. Jurisdictions", "9 of 28.", "0" * 64
)
RECORD = Record("2026.11", "2026-11-23", "ab" * 32, "https://example.org/book", (ITEM,))
WHERE = report.describe_place(RECORD, ITEM)


def test_report_opens_an_issue_in_the_repository() -> None:
    to = urlsplit(report.address(RECORD, ITEM, "https://example.org/a/b/", "desk@example.org"))
    assert to.path == "/a/b/issues/new"
    asked = parse_qs(to.query)
    assert asked["template"] == ["wrong-number.yml"]
    assert asked["where"] == [WHERE]
    assert "Finding 6.3, ed. 2026.11, digest abababababab" in WHERE


def test_report_falls_back_to_mail_then_to_none() -> None:
    to = urlsplit(report.address(RECORD, ITEM, "", "desk+numbers@example.org"))
    assert (to.scheme, to.path) == ("mailto", "desk%2Bnumbers@example.org")
    body = parse_qs(to.query)["body"][0]
    assert body.startswith(WHERE)
    assert body == report.message(RECORD, ITEM)
    assert report.address(RECORD, ITEM, "", "") == ""
