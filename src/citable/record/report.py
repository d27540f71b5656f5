"""Compose readers' reports of errors, which name the finding, the edition and its digest."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from citable.display.words import _
from citable.record.identity import Item, Record

# The repository's issue template for a wrong number, and its field for the place.
_TEMPLATE, _WHERE = "wrong-number.yml", "where"


def describe_place(record: Record, item: Item) -> str:
    """Return the sentence that names the object and the edition of a report."""
    return (
        f"{item.reference}, ed. {record.edition}, digest {record.short_digest}, "
        f"{record.url(item) or record.permanent(item)}"
    )


def message(record: Record, item: Item) -> str:
    """Return the message of a report, with gaps for the reader, in the edition's language."""
    asked = (
        _("What the book says:"),
        _("What I think is right, and how it can be checked:"),
    )
    return "\n\n".join((describe_place(record, item), *asked)) + "\n"


def address(record: Record, item: Item, repository: str, mail: str) -> str:
    """Return the address that opens a report, prefilled with the object it is about.

    The repository's form for a wrong number where ``repository`` is configured, else a message to
    ``mail``; empty where neither is.
    """
    subject = f"Wrong number: {item.reference}"
    if repository:
        fields = {"template": _TEMPLATE, "title": subject, _WHERE: describe_place(record, item)}
        return f"{repository.rstrip('/')}/issues/new?{urlencode(fields, quote_via=quote)}"
    if mail:
        fields = {"subject": subject, "body": message(record, item)}
        return f"mailto:{quote(mail, safe='@')}?{urlencode(fields, quote_via=quote)}"
    return ""
