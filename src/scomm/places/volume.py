"""Build the second volume: the sheets of all states and areas as one PDF.

Each sheet is laid out as the single one is, so that both say the same on as many pages.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from citable import paths
from citable.display.words import N_, _
from citable.pdf import book, writer
from citable.pdf.book import Line
from citable.pdf.pages import slug
from citable.project import project
from citable.record import identity
from scomm.places import print_sheets as sheets
from scomm.places.datasheets import places

SUBTITLE = N_("States and areas: a sheet for each")

# The lists of sheets on pages of the book.
LIST_CLASS = "datasheet-list"

_PARTS = {
    "state": N_("States and the District of Columbia"),
    "area": N_("Areas of responsibility"),
}
_HEAD = 'font: 400 7.6pt "Source Sans 3"; color: #55534e; vertical-align: top; padding-top: .4in'
# Style of sheets in the volume, unlike single ones: continuous page numbers, running heads,
# collapsed outline entries.
_STYLE = """
@page :first {{ counter-reset: page {before} }}
@page {{
  @top-left {{ content: string(book, first-except); {head} }}
  @top-right {{ content: string(place, first-except); {head} }}
  @bottom-right {{ content: counter(page) }}
}}
h1 {{ string-set: place content(), book "{book}"; bookmark-state: closed }}
"""


def pdf_path() -> Path:
    """Return the path of the volume's PDF."""
    return paths.BUILD / "pdf" / f"{project().file_name}-places.pdf"


def pointer() -> str:
    """Return what the PDF of the book says in place of the list of sheets."""
    return _(
        "The sheets are bound as a second volume, {file}. Each is a page of the web edition, and "
        "can be printed alone."
    ).format(file=pdf_path().name)


def _identity(record: identity.Record) -> str:
    return f"{pdf_path().name} {record.digest}"


def matches_record(file: Path, record: identity.Record) -> bool:
    """Whether a PDF of the volume was made from a site with the digest of this record."""
    return writer.file_id(_identity(record)) in file.read_bytes()


def build_volume(site: Path, to: Path | None = None) -> Path:
    """Build the PDF of all states' and areas' sheets from a built site, and return its path.

    Raises EditionError if the site is not built, PrintError where Pango is missing; OSError if it
    cannot be written, in which case what stood there before still stands.
    """
    record = identity.load(site)
    contents: list[tuple[str, list[Line]]] = []
    documents = []
    number = 0
    listed = [place for place in places() if place.kind in _PARTS]
    for kind, group in groupby(listed, key=lambda place: place.kind):
        lines = []
        for place in sorted(group, key=lambda place: _(place.name)):
            page = place.path.removesuffix(".html")
            css = _STYLE.format(before=number + 1, book=project().short_title, head=_HEAD)
            laid = sheets.lay_out(site, page, record, css)
            lines.append(Line(slug(page), laid.title, str(number + 1)))
            documents.append(laid.document)
            number += len(laid.document.pages)
        contents.append((_(_PARTS[kind]), lines))
    front = book.lay_out_front(
        book.front_html(record, f"{project().short_title} {_(SUBTITLE)}", _(SUBTITLE), contents)
    )
    content = writer.to_bytes([front, *documents], _identity(record), len(front.pages))
    return writer.save(to or pdf_path(), content)
