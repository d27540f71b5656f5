"""Identify an edition: version, date, digest, address, and the record of everything citable.

The digest is a sha256 over what readers can cite: findings, the content of the tables, and the
texts of the numbered paragraphs. It does not cover the pages, so pages can carry it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from citable import paths
from citable.errors import EditionError
from citable.files.strict import read_dicts, read_json, read_yaml
from citable.project import configuration, project
from citable.record.published import published_part
from citable.record.references import KINDS, Reference, is_generated, unknown_id_error
from citable.tables.manifest import manifest

RECORD_SCHEMA = "one-in-four/record/1"


@dataclass(frozen=True)
class Item:
    """Citable object. ``page`` and ``anchor`` are its address in the site.

    ``title`` is the title of its page; ``text`` what it says: a finding's statement, a caption,
    a paragraph's text; ``sha256`` is the digest of that text, empty for chapters and the book.
    """

    kind: str
    id: str
    page: str
    anchor: str
    title: str
    text: str = ""
    sha256: str = ""

    @property
    def reference(self) -> Reference:
        """Return the item as a reference."""
        return Reference(self.kind, self.id)

    @property
    def path(self) -> str:
        """Return the item's address relative to the root of the site."""
        return self.page + (f"#{self.anchor}" if self.anchor else "")


@dataclass(frozen=True)
class Record:
    """Record of one edition.

    ``digest`` is the full sha256; ``address`` the site's public root, empty where none is
    configured; ``archive`` what an archive puts before an address, empty where there is no copy.
    """

    edition: str
    date: str
    digest: str
    address: str
    items: tuple[Item, ...]
    archive: str = ""

    @property
    def short_digest(self) -> str:
        """Return the first twelve digits of the digest, as printed on pages."""
        return self.digest[:12]

    def find(self, reference: Reference) -> Item:
        """Return the item of a reference. Raises UnknownIdError naming similar ones.

        Generated pages follow from the tables and are not listed one by one.
        """
        if is_generated(reference.kind):
            return _generated_item(reference)
        items = self.items
        for item in items:
            if (item.kind, item.id) == (reference.kind, reference.id):
                return item
        raise unknown_id_error(
            reference, [item.id for item in items if item.kind == reference.kind]
        )

    def permanent(self, item: Item) -> str:
        """Return an item's permanent path: the edition, then the page, then the anchor."""
        return f"/{self.edition}/{item.path}"

    def url(self, item: Item) -> str:
        """Return an item's public address, empty where the site's address is not configured."""
        return self.address.rstrip("/") + self.permanent(item) if self.address else ""

    def archived(self, item: Item) -> str:
        """Return the address of the archived copy, empty unless there is one."""
        return self.archive + self.url(item) if self.archive and self.address else ""

    @property
    def fingerprint_without_paragraphs(self) -> str:
        """Return the record as JSON text without paragraphs and digest; a change makes pages stale.

        Only a chapter and the page of its citations depend on the paragraphs.
        """
        items = tuple(item for item in self.items if item.kind != "paragraph")
        return replace(self, digest="", items=items).as_json().decode("utf-8")

    def as_json(self) -> bytes:
        """Return the record as the bytes of ``record.json``."""
        document = {
            "schema": RECORD_SCHEMA,
            "edition": self.edition,
            "date": self.date,
            "digest": self.digest,
            "address": self.address,
            "archive": self.archive,
            "items": [asdict(item) for item in self.items],
        }
        return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


@cache
def _generated_items(kind: str) -> dict[str, Item]:
    """Return the generated pages of a kind, by id."""
    return {entry[0]: Item(kind, *entry) for entry in project().generated_items(kind)}


def _generated_item(reference: Reference) -> Item:
    items = _generated_items(reference.kind)
    if reference.id not in items:
        raise unknown_id_error(reference, items)
    return items[reference.id]


def text_digest(text: str) -> str:
    """Return the sha256 of a text with single spaces."""
    return hashlib.sha256(" ".join(text.split()).encode("utf-8")).hexdigest()


def edition_digest(
    findings: Sequence[Mapping[str, Any]],
    tables: Mapping[str, str],
    paragraphs: Mapping[str, str],
) -> str:
    """Compute the digest of an edition from findings, tables and paragraphs.

    ``findings`` as in ``findings.json`` (their published fields count), ``tables`` maps names to
    the sha256 of their content as canonical CSV, ``paragraphs`` ids to texts. Canonical form:
    JSON with sorted keys, no white space, UTF-8.
    """
    document = {
        "findings": {item["id"]: published_part(item) for item in findings},
        "tables": dict(tables),
        "paragraphs": {name: " ".join(text.split()) for name, text in paragraphs.items()},
    }
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def table_digests() -> dict[str, str]:
    """Return each committed table's content digest, by name."""
    return {name: entry.content_sha256 for name, entry in manifest().items()}


@cache
def release_date() -> str:
    """Return the edition's date as ``CITATION.cff`` gives it, YYYY-MM-DD.

    Raises EditionError if the file is missing, has no date, or names another version.
    """
    try:
        citation = read_yaml(paths.CITATION)
        version, date = str(citation["version"]), str(citation["date-released"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EditionError(f"{paths.CITATION}: no version or date can be read ({error})") from error
    if version != project().version:
        raise EditionError(
            f"{paths.CITATION.name} says version {version}, the code {project().version}"
        )
    return date


def epoch() -> int:
    """Return the time stamp of every file: SOURCE_DATE_EPOCH, else the edition's date."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    return int(datetime.fromisoformat(release_date()).replace(tzinfo=UTC).timestamp())


@cache
def address() -> str:
    """Return the site's public address from ``_config.yml``, empty where none is configured."""
    return str((configuration().get("html") or {}).get("baseurl") or "")


EDITION_COLUMNS = ("edition", "date", "digest", "archive", "note")


def editions() -> list[dict[str, str]]:
    """Return the released editions, oldest first. Raises EditionError for another header."""
    if not paths.EDITIONS.is_file():
        return []
    try:
        return read_dicts(paths.EDITIONS, EDITION_COLUMNS)
    except (OSError, ValueError) as error:
        raise EditionError(
            f"{paths.EDITIONS.name}: {error}; expected the columns {', '.join(EDITION_COLUMNS)}"
        ) from error


def build_record(
    findings: Sequence[Mapping[str, Any]],
    items: Iterable[Item],
) -> Record:
    """Build the record of this edition from its findings and citable items."""
    every = sorted(items, key=lambda item: KINDS.index(item.kind))
    texts = {item.id: item.text for item in every if item.kind == "paragraph"}
    return Record(
        edition=project().version,
        date=release_date(),
        digest=edition_digest(findings, table_digests(), texts),
        address=address(),
        items=tuple(every),
        archive=next(
            (row["archive"] for row in editions() if row["edition"] == project().version), ""
        ),
    )


def load(folder: Path) -> Record:
    """Read ``record.json`` of a built site or an unpacked edition.

    Raises EditionError if there is none, it is damaged, or its schema is newer.
    """
    candidates = [folder / "record.json", folder / "site" / "record.json"]
    file = next((file for file in candidates if file.is_file()), None)
    if file is None:
        raise EditionError(
            f"{folder}: no record.json there. Build the book first (`make book`), or name an "
            "unpacked edition with --edition."
        )
    try:
        document = read_json(file)
        if document["schema"] != RECORD_SCHEMA:
            raise EditionError(
                f"{file}: schema {document['schema']!r}, this version reads {RECORD_SCHEMA!r}. "
                "Use the code that came with that edition (its source/ folder)."
            )
        record = Record(
            edition=document["edition"],
            date=document["date"],
            digest=document["digest"],
            address=document["address"],
            archive=document["archive"],
            items=tuple(Item(**item) for item in document["items"]),
        )
        _check(record)
        return record
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EditionError(
            f"{file}: not a record of an edition ({error}). Build the book again, or take the "
            "edition from where it was published."
        ) from error


def _check(record: Record) -> None:
    """Raise ValueError at a field that is no text, an unknown kind, or a duplicate item."""
    fields = {name: value for name, value in vars(record).items() if name != "items"}
    seen = set()
    for number, item in enumerate((None, *record.items)):
        for name, value in (fields if item is None else vars(item)).items():
            if not isinstance(value, str):
                place = f"item {number}, " if item else ""
                raise ValueError(f"{place}field {name!r}: found {repr(value)[:60]}, expected text")
        if item is not None:
            if item.kind not in KINDS:
                raise ValueError(f"item {number}: found the kind {item.kind!r}")
            if (item.kind, item.id) in seen:
                raise ValueError(f"item {number}: {item.kind} {item.id!r} stands twice")
            seen.add((item.kind, item.id))
