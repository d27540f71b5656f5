"""From HTML to PDF with WeasyPrint, which is loaded only here and only when asked for.

The variant is PDF/A-2a: A, because courts and archives ask for PDF/A; 2, because it allows what
the figures need and, unlike 3, no attached files, which filing systems refuse; a, because it is
tagged, so that screen readers have headings, lists, tables and the words for each picture.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from scomm import paths
from scomm.data.tables import write_atomically
from scomm.errors import PrintError
from scomm.record.folders import epoch

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
    """Load WeasyPrint. Raises PrintError where the libraries that it needs are not installed."""
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


def faces() -> str:
    """Return the style sheet that names the committed fonts."""
    from matplotlib import get_data_path

    folders = (
        (_FACES, paths.ROOT / "_static" / "fonts"),
        (_SPARE, Path(get_data_path()) / "fonts" / "ttf"),
    )
    return "\n".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style}; '
        f"src: url({(folder / name).as_uri()}) }}"
        for rows, folder in folders
        for family, weight, style, name in rows
    )


@cache
def _style() -> tuple[Any, Any]:
    """Return the style sheet of print, and the fonts it names."""
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    own = (Path(__file__).parent.parent / "templates" / "print.css").read_text(encoding="utf-8")
    return _weasyprint().CSS(string=f"{faces()}\n{own}", font_config=fonts), fonts


def render(document: str, css: str = "") -> Any:
    """Lay out an HTML document, and return WeasyPrint's document of pages.

    Nothing is fetched: pictures are part of the text. Raises PrintError without Pango.
    """
    weasyprint = _weasyprint()
    style, fonts = _style()
    more = [weasyprint.CSS(string=css, font_config=fonts)] if css else []
    return weasyprint.HTML(string=document, base_url=None).render(
        stylesheets=[style, *more], font_config=fonts, pdf_variant=VARIANT, pdf_tags=True
    )


def page_of(document: Any) -> dict[str, int]:
    """Return the page, counted from 0, on which each id stands."""
    found: dict[str, int] = {}
    for number, page in enumerate(document.pages):
        for name in page.anchors:
            found.setdefault(name, number)
    return found


def write(file: Path, documents: Sequence[Any], front: int = 0) -> Path:
    """Write laid-out documents one after another as one PDF, whole or not at all.

    The first ``front`` pages are labelled i, ii, iii, the others 1, 2, 3. The file's bytes depend
    on the documents alone: its date is the edition's, its identifier a digest of its text.
    """
    import pydyf

    pages = [page for document in documents for page in document.pages]
    whole = documents[0].copy(pages)

    def finish(_document: Any, pdf: Any) -> None:
        labels: list[Any] = []
        if front:
            labels += [0, pydyf.Dictionary({"S": "/r"})]
        labels += [front, pydyf.Dictionary({"S": "/D"})]
        pdf.catalog["PageLabels"] = pydyf.Dictionary({"Nums": pydyf.Array(labels)})

    moment = datetime.fromtimestamp(epoch(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    whole.metadata.created = whole.metadata.modified = moment
    name = hashlib.sha256(f"{file.name} {moment}".encode()).digest()[:16]
    with _dated():
        content = whole.write_pdf(
            finisher=finish, pdf_variant=VARIANT, pdf_tags=True, pdf_identifier=name
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, content)
    return file


class _dated:
    """Give tools that look for it the edition's date, and put the environment back."""

    def __enter__(self) -> None:
        self.before: Mapping[str, str] = dict(os.environ)
        os.environ["SOURCE_DATE_EPOCH"] = str(epoch())

    def __exit__(self, *_: object) -> None:
        if "SOURCE_DATE_EPOCH" not in self.before:
            del os.environ["SOURCE_DATE_EPOCH"]
