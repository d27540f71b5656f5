"""Format citations of a paragraph, finding, figure, table, chapter or the book, in every style.

The legal form follows *The Indigo Book* (2d ed., 2023 update), the rule named at each function.
Where the site's address is not configured no address is printed: the edition and its digest say
which text is meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import escape
from typing import Any

from citable.display.words import N_
from citable.project import project
from citable.record.identity import Item, Record
from citable.record.references import is_generated

# Months as legal citations abbreviate them.
_MONTHS = (
    "Jan.",
    "Feb.",
    "Mar.",
    "Apr.",
    "May",
    "June",
    "July",
    "Aug.",
    "Sept.",
    "Oct.",
    "Nov.",
    "Dec.",
)

FORMS = ("indigo", "short", "bibtex", "csl", "ris", "link")
NAMES = {
    "indigo": N_("Legal citation (Indigo Book, R33)"),
    "short": N_("Short form (R34)"),
    "bibtex": "BibTeX",
    "csl": "CSL-JSON",
    "ris": "RIS",
    "link": N_("Permanent link"),
}


def _is_page(kind: str) -> bool:
    """Return whether each item of a kind is a page of its own."""
    return kind == "chapter" or is_generated(kind)


def _date(record: Record) -> str:
    year, month, day = record.date.split("-")
    return f"{_MONTHS[int(month) - 1]} {int(day)}, {year}"


def pinpoint(item: Item) -> str:
    """Return the pinpoint: ``¶ 6.14`` without "at" (R5.3), or the object's printed name.

    What is a page of its own has none.
    """
    return "" if item.kind == "book" or _is_page(item.kind) else str(item.reference)


def indigo(record: Record, item: Item, html: bool = False) -> str:
    """Return the full citation of an internet source (Indigo Book R33).

    Institutional author (R33.1.2), title of the page in italics, title of the site, pinpoint
    (R5.3), edition, digest and date as the site shows them (R33.5), full address (R33.6.1), and
    an archived copy in square brackets only where there is one (R33.6.3). ``html`` marks italics;
    plain text has asterisks around them.
    """
    parts = [project().author]
    if item.kind != "book":
        parts.append(f"<i>{escape(item.title)}</i>" if html else f"*{item.title}*")
    parts.append(project().title)
    text = ", ".join(parts + ([pinpoint(item)] if pinpoint(item) else []))
    text += f" (ed. {record.edition}, digest {record.short_digest}, {_date(record)})"
    if url := record.url(item):
        text += f", {url}"
        if archived := record.archived(item):
            text += f" [{archived}]"
    return f"{text}."


def short(record: Record, item: Item, html: bool = False) -> str:
    """Return the short form for a source cited before (Indigo Book R34: *supra*)."""
    supra = "<i>supra</i>" if html else "*supra*"
    where = pinpoint(item) or (item.title if _is_page(item.kind) else "")
    where = escape(where) if html else where
    return (
        f"{project().author}, {supra}"
        + (f", {where}" if where else "")
        + f" (ed. {record.edition})."
    )


def _key(record: Record, item: Item) -> str:
    name = f"{item.kind}{item.id}" if item.kind != "book" else "book"
    return f"{project().name.replace('-', '')}{record.edition}-{name}".lower()


def _title(item: Item) -> str:
    if item.kind == "book":
        return project().title
    return ", ".join(filter(None, (item.title, pinpoint(item))))


def _note(record: Record, item: Item) -> str:
    return (
        f"Edition {record.edition}, digest {record.short_digest}, "
        f"permanent path {record.permanent(item)}"
    )


def _tex(text: str) -> str:
    # Special characters of TeX; braces keep the case of the title.
    return re.sub(r"([&%$#_{}])", r"\\\1", text)


def bibtex(record: Record, item: Item) -> str:
    """Return a BibTeX entry of the type ``misc``, which every style knows."""
    year, month, _ = record.date.split("-")
    fields = {
        "author": "{" + project().author + "}",
        "title": "{" + _tex(_title(item)) + "}",
        "howpublished": _tex(project().title) if item.kind != "book" else "",
        "edition": record.edition,
        "year": year,
        "month": str(int(month)),
        "url": record.url(item),
        "note": _tex(_note(record, item)),
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{{_key(record, item)},\n{lines}\n}}"


def csl(record: Record, item: Item) -> dict[str, Any]:
    """Return the item as one entry of CSL-JSON."""
    entry: dict[str, Any] = {
        "id": _key(record, item),
        "type": "book" if item.kind == "book" else "webpage",
        "title": _title(item),
        "author": [{"literal": project().author}],
        "issued": {"date-parts": [[int(part) for part in record.date.split("-")]]},
        "edition": record.edition,
        "note": _note(record, item),
    }
    if item.kind != "book":
        entry["container-title"] = project().title
    if url := record.url(item):
        entry["URL"] = url
    return entry


def ris(record: Record, item: Item) -> str:
    """Return the item as RIS, of the type of an electronic source or a book."""
    year, month, day = record.date.split("-")
    fields = [
        ("TY", "BOOK" if item.kind == "book" else "ELEC"),
        ("ID", _key(record, item)),
        ("AU", project().author),
        ("TI", _title(item)),
        ("T2", project().title if item.kind != "book" else ""),
        ("PY", year),
        ("DA", f"{year}/{month}/{day}"),
        ("ET", record.edition),
        ("N1", _note(record, item)),
        ("UR", record.url(item)),
    ]
    lines = [f"{tag}  - {value}" for tag, value in fields if value]
    return "\n".join([*lines, "ER  - "])


def link(record: Record, item: Item) -> str:
    """Return the public address, or the permanent path where no address is configured."""
    return record.url(item) or record.permanent(item)


def forms(record: Record, item: Item) -> Mapping[str, str]:
    """Return every form as text, by its word in ``FORMS``."""
    return {
        "indigo": indigo(record, item),
        "short": short(record, item),
        "bibtex": bibtex(record, item),
        "csl": json.dumps([csl(record, item)], ensure_ascii=False, indent=1),
        "ris": ris(record, item),
        "link": link(record, item),
    }
