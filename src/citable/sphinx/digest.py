"""The edition's digest on pages that a build keeps from an earlier one.

A page prints the digest as the text of citations, in tags and in addresses, so that it is complete
without a script. Sphinx writes it there from the record. A page that nothing else has changed is not
made again: ``fill_in`` gives it the new digest, before Sphinx writes the others.
"""

from __future__ import annotations

from pathlib import Path

from citable.files.atomic import replace_content
from citable.record.identity import Record


def fill_in(site: Path, before: str, record: Record) -> None:
    """Put the record's digest in place of another on every page of a site.

    ``before`` is that other digest in full, as the mark of the complete pages has it.
    """
    length = len(record.short_digest)
    old, new = before.encode("ascii"), record.digest.encode("ascii")
    for page in site.rglob("*.html"):
        content = page.read_bytes()
        if old[:length] in content:
            filled = content.replace(old, new).replace(old[:length], new[:length])
            replace_content(page, filled)


def without(text: str, record: Record) -> str:
    """Return a text without the record's digest, to compare it with one of another edition."""
    return text.replace(record.digest, "").replace(record.short_digest, "")
