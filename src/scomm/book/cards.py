"""A picture for the links to each page, and every figure as PNG beside its SVG."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

from scomm import __version__
from scomm.book import writers
from scomm.book.execution import executed
from scomm.book.lists import sheets
from scomm.data.files import write_atomically
from scomm.data.sources import sha256_of
from scomm.display import pictures
from scomm.display.formats import fmt
from scomm.display.words import _
from scomm.record import chapters
from scomm.record.identity import Record, text_digest
from scomm.record.outputs import findings_shown, of_kind, slug

GENERAL = "cards/book.png"


def card_path(page: str, own: bool = True) -> str:
    """Return the picture of a page, relative to the root; pages that lists make, and counties, share one.

    ``own`` is false in a book where every page shares it.

    >>> card_path("notebooks/05-nation"), card_path("cite/5")
    ('cards/05-nation.png', 'cards/book.png')
    """
    folder, _, name = page.rpartition("/")
    own = own and not name.startswith("county-")
    return f"cards/{name}.png" if own and folder in ("notebooks", "datasheets") else GENERAL


def _cards(app: Sphinx) -> Iterator[tuple[str, pictures.Card]]:
    record: Record = app.scomm_record  # type: ignore[attr-defined]
    site, about = _("One in Four?"), _("Secure Communities, jurisdiction by jurisdiction")
    foot = _("Edition {edition}, {date}. Every number can be checked.").format(
        edition=__version__, date=fmt(record.date, "date")
    )
    yield GENERAL, pictures.Card(_("Secure Communities"), site, about, foot)
    if not app.config.scomm_page_cards:
        return
    says: dict[str, str] = {}
    for item in findings_shown(executed(app)):
        says.setdefault(str(item["url"]).split(".html")[0], str(item["statement"]))
    for page in chapters.pages():
        if page != app.config.root_doc and page in app.env.titles:
            title = app.env.titles[page].astext()
            yield card_path(page), pictures.Card(site, title, says.get(page, about), foot)
    for sheet in sheets(app) if app.config.scomm_place_pages else ():
        page = f"datasheets/{sheet.slug}"
        yield card_path(page), pictures.Card(site, _(sheet.title), _(sheet.first), foot)


def _drawn(app: Sphinx, svg: str, width: int, to: Path) -> Path:
    """Write a picture unless the same was drawn before; return where drawings are kept."""
    kept = Path(app.outdir).parent / ".record" / "pictures"
    how = sha256_of(Path(pictures.__file__))
    file = kept / f"{text_digest(f'{how} {width} {svg}')}.png"
    if not file.is_file():
        write_atomically(file, pictures.palette_png(pictures.png(svg, width)))
    write_atomically(to, file.read_bytes())
    return file


def _write(app: Sphinx, out: Path) -> None:
    drawings = {
        out / path: (pictures.card_svg(card), pictures.CARD[0]) for path, card in _cards(app)
    }
    for identifier, (_page, data) in of_kind(executed(app), "figure").items():
        file = out / "exhibits" / f"figure-{slug(identifier)}.png"
        drawings[file] = (data["svg"], pictures.FIGURE_WIDTH)
    used = {_drawn(app, svg, width, file) for file, (svg, width) in drawings.items()}
    for folder in (out / "cards", out / "exhibits"):
        writers.keep_only(drawings, folder, ".png")
    writers.keep_only(used, next(iter(used)).parent, ".png")


def setup(app: Sphinx) -> None:
    """Draw while the pages are written."""
    # Whether each page has a picture of its own for links to it, or all share the book's.
    app.add_config_value("scomm_page_cards", True, "html")
    writers.connect(app, "pictures", _write, proof=GENERAL, by=writers.frame, aside=True)
