"""Write PDF from HTML with WeasyPrint, which only this module imports, and only when called.

The variant is PDF/A-2a: A, because courts and archives ask for PDF/A; 2, because it allows what
the figures need and, unlike 3, no attached files, which filing systems refuse; a, because it is
tagged, so that screen readers have headings, lists, tables and the words for each picture. It is
PDF/UA-1 as well, which asks for more of the tags: see ``tags``.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from citable import paths
from citable.errors import PrintError
from citable.files.atomic import write_atomically
from citable.pdf.tags import mend_tags, own_links
from citable.record.identity import epoch

VARIANT = "pdf/a-2a"

_FACES = (
    ("Source Serif 4", 400, "normal", "source-serif-4-latin-400-normal.woff2"),
    ("Source Serif 4", 400, "italic", "source-serif-4-latin-400-italic.woff2"),
    ("Source Serif 4", 600, "normal", "source-serif-4-latin-600-normal.woff2"),
    ("Source Sans 3", 400, "normal", "source-sans-3-latin-400-normal.woff2"),
    ("Source Sans 3", 600, "normal", "source-sans-3-latin-600-normal.woff2"),
)
# For code, and for the few letters that the faces above lack: from matplotlib, so that no font of
# the machine is needed and none can change the result.
_SPARE = (
    ("Print Mono", 400, "normal", "DejaVuSansMono.ttf"),
    ("Print Mono", 600, "normal", "DejaVuSansMono-Bold.ttf"),
    ("Print Spare", 400, "normal", "DejaVuSans.ttf"),
    ("Print Spare", 600, "normal", "DejaVuSans-Bold.ttf"),
)


def _weasyprint() -> Any:
    """Import WeasyPrint. Raises PrintError where the libraries that it needs are not installed."""
    try:
        import weasyprint
    except OSError as error:
        raise PrintError(
            "PDF needs the text layout library Pango, which is not on this machine. On Debian and "
            "Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0. On a "
            "Mac: brew install pango."
        ) from error
    except ImportError as error:
        raise PrintError(
            "PDF needs the package weasyprint, which the lock has: `make book` installs it."
        ) from error
    return weasyprint


def font_face_rules() -> str:
    """Return the ``@font-face`` rules of the committed fonts."""
    from matplotlib import get_data_path

    folders = (
        (_FACES, paths.FONTS),
        (_SPARE, Path(get_data_path()) / "fonts" / "ttf"),
    )
    return "\n".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style}; '
        f"src: url({(folder / name).as_uri()}) }}"
        for rows, folder in folders
        for family, weight, style, name in rows
    )


@cache
def _fonts() -> tuple[Any, Any]:
    """Return WeasyPrint's style sheet of the fonts, and its font configuration."""
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    return _weasyprint().CSS(string=font_face_rules(), font_config=fonts), fonts


def read_style(name: str) -> str:
    """Return the text of a style sheet for print."""
    return (Path(__file__).parent.parent / "templates" / name).read_text(encoding="utf-8")


def render(document: str, css: str) -> Any:
    """Lay out an HTML document with a style sheet, and return WeasyPrint's document.

    Nothing is fetched: pictures are part of the text. Raises PrintError without Pango.
    """
    weasyprint = _weasyprint()
    named, fonts = _fonts()
    return weasyprint.HTML(string=document, base_url=None).render(
        stylesheets=[named, weasyprint.CSS(string=css, font_config=fonts)],
        font_config=fonts,
        pdf_variant=VARIANT,
        pdf_tags=True,
    )


def page_numbers(document: Any) -> dict[str, int]:
    """Return the page number, counted from 0, of each id."""
    found: dict[str, int] = {}
    for number, page in enumerate(document.pages):
        for name in page.anchors:
            found.setdefault(name, number)
    return found


@dataclass(frozen=True)
class Extent:
    """Extent of a laid-out page: the share of its height that is filled, and its blocks.

    ``height`` is that of the page without its margins. A block is an element with a number in
    ``data-block``; its height, as that of the page, is in CSS pixels.
    """

    filled: float
    height: float
    blocks: tuple[tuple[int, float], ...]


def extents(document: Any) -> list[Extent]:
    """Return the extent of each page, headers and footers apart."""
    from weasyprint.formatting_structure.boxes import LineBox, ReplacedBox

    found = []
    for page in document.pages:
        whole = page._page_box
        blocks: dict[int, float] = {}
        end = top = whole.content_box_y()
        for box in whole.children[0].descendants():
            if isinstance(box, LineBox | ReplacedBox):
                end = max(end, box.position_y + box.height)
            element = getattr(box, "element", None)
            if element is not None and (number := element.get("data-block")):
                blocks.setdefault(int(number), box.margin_height())
        found.append(Extent((end - top) / whole.height, whole.height, tuple(blocks.items())))
    return found


def check_references(document: Any) -> None:
    """Check that every page reference names the page of its target.

    The library settles such numbers in several rounds and can stop a round too early. Raises
    PrintError for the first that it left behind.
    """
    where = page_numbers(document)
    for number, page in enumerate(document.pages, start=1):
        for box in page._page_box.descendants():
            element = getattr(box, "element", None)
            if element is None or not (text := getattr(box, "text", None)):
                continue
            if (target := element.get("data-to")) and text != str(where[target[1:]] + 1):
                raise PrintError(
                    f"page {number} of the PDF refers to page {text} for {target}, which stands on "
                    f"page {where[target[1:]] + 1}. Lay it out again with another length of text, "
                    "or report it."
                )


def file_id(identity: str) -> bytes:
    """Return a PDF's ``/ID``: 32 hex digits of the SHA-256 of a string that identifies the build."""
    return hashlib.sha256(identity.encode("utf-8")).hexdigest()[:32].encode("ascii")


def to_bytes(documents: Sequence[Any], identity: str, front: int = 0) -> bytes:
    """Join laid-out documents to one PDF, and return its bytes.

    The first ``front`` pages are labelled i, ii, iii, the others 1, 2, 3. The bytes depend on the
    documents alone: the date is the edition's, and the identifier comes from ``identity``.
    """
    import pydyf

    pages = [page for document in documents for page in document.pages]
    whole = documents[0].copy(pages)
    own_links(pages)

    def finish(_document: Any, pdf: Any) -> None:
        roman = [0, pydyf.Dictionary({"S": "/r"})] if front else []
        labels = [*roman, front, pydyf.Dictionary({"S": "/D"})]
        pdf.catalog["PageLabels"] = pydyf.Dictionary({"Nums": pydyf.Array(labels)})
        mend_tags(pages, pdf)

    moment = datetime.fromtimestamp(epoch(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    whole.metadata.created = whole.metadata.modified = moment
    with _edition_date():
        content: bytes = whole.write_pdf(
            finisher=finish, pdf_variant=VARIANT, pdf_tags=True, pdf_identifier=file_id(identity)
        )
    return content


@contextmanager
def _edition_date() -> Iterator[None]:
    """Set SOURCE_DATE_EPOCH, which the font library reads, to the edition's date."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = str(epoch())
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]


def save(file: Path, content: bytes) -> Path:
    """Write a PDF atomically."""
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, content)
    return file


def sheet_pdf(document: str, name: str) -> bytes:
    """Convert a sheet of an exhibit from HTML to PDF; links to other sheets become text."""
    document = re.sub(r'<a href="([a-z]+)\.html">[^<]*</a>', r"\1.pdf", document)
    return to_bytes([render(document, read_style("print_sheet.css"))], name)
