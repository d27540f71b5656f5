"""List editions and errata for readers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from citable.project import project
from citable.record import published
from citable.record.identity import editions, release_date

EDITIONS_SCHEMA = "one-in-four/editions/1"


def editions_json(digest: str) -> bytes:
    """Return the content of ``editions.json``, the file in the root of the site that names the latest edition.

    A page compares its own edition with it, so that an old copy can say that a newer one exists.
    """
    rows = [
        {"edition": row["edition"], "date": row["date"], "digest": row["digest"]}
        for row in editions()
        if row["edition"] != project().version
    ]
    rows.append({"edition": project().version, "date": release_date(), "digest": digest})
    document = {"schema": EDITIONS_SCHEMA, "latest": project().version, "editions": rows}
    return (json.dumps(document, indent=1) + "\n").encode("utf-8")


def by_edition(
    rows: Iterable[Mapping[str, str]] | None = None,
) -> dict[str, list[Mapping[str, str]]]:
    """Group accepted changes of findings by edition, newest first, without first publications."""
    found: dict[str, list[Mapping[str, str]]] = {}
    for row in published.changes() if rows is None else rows:
        if row["field"] != "published" and row["id"] != published.PROSE:
            found.setdefault(row["edition"], []).append(row)
    return dict(sorted(found.items(), reverse=True))


def first_published(rows: Iterable[Mapping[str, str]] | None = None) -> dict[str, list[str]]:
    """Return the ids of the findings first published in each edition."""
    found: dict[str, list[str]] = {}
    for row in published.changes() if rows is None else rows:
        if row["field"] == "published" and row["id"] != published.PROSE:
            found.setdefault(row["edition"], []).append(row["id"])
    return found
