"""Write the preview image of each page's links, and every figure as PNG beside its SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from citable.display import pictures
from citable.display.estimates import estimate_marks, format_estimate, format_with_unit
from citable.display.formats import fmt
from citable.display.words import _
from citable.execute import chapters
from citable.files.atomic import write_atomically
from citable.project import project
from citable.record.identity import text_digest
from citable.record.outputs import of_kind, slug, translated_findings
from citable.sphinx import writers
from citable.sphinx.execution import executed
from citable.sphinx.main_findings import opening_finding
from citable.sphinx.state import build_state
from citable.tables.passports import sha256_of

GENERAL = "cards/book.png"
_CARD_COLORS = 20  # of a card: ink, blue, ochre, greys, and the steps from each to the paper
_FIGURE_COLORS = 256


def card_path(page: str, own: bool = True) -> str:
    """Return the path of a page's preview image, relative to the root.

    Chapters, findings and most generated pages have their own; all others share one, as every page does
    where ``own`` is false.

    >>> card_path("notebooks/05-nation"), card_path("cite/5")
    ('cards/05-nation.png', 'cards/book.png')
    """
    folder, _, name = page.rpartition("/")
    own = own and not name.startswith(project().pages_without_card)
    return (
        f"cards/{name}.png"
        if own and folder in ("notebooks", "trace", project().pages_folder)
        else GENERAL
    )


def _answer(finding: Mapping[str, Any]) -> dict[str, Any]:
    """Return number and marks of a finding's card; none for an index, which needs an explanation."""
    if finding["unit"] == "index":
        return {}
    drawn = estimate_marks(finding)
    answer: dict[str, Any] = {"number": format_with_unit(finding["value"], finding["unit"])}
    if drawn is not None:
        named = ""
        if finding["unit"] != "difference" and isinstance(finding["reference"], int | float):
            value = format_estimate(finding["reference"], finding["unit"])
            named = f"{finding['reference_label']}: {value}"
        ends = (_(drawn.ends[0]), _(drawn.ends[1]))
        marks = (drawn.value,), drawn.low, drawn.high, drawn.reference, named, ends
        answer["marks"] = pictures.Marks(*marks)
    return answer


def _cards(app: Sphinx) -> Iterator[tuple[str, pictures.Card]]:
    record = build_state(app).record
    site, about = _(project().short_title), _(project().subtitle)
    foot = _("Edition {edition}, {date}. Every number can be checked.").format(
        edition=project().version, date=fmt(record.date, "date")
    )
    yield GENERAL, pictures.Card(_(project().topic), site, about, foot)
    if not app.config.citable_page_cards:
        return
    notebooks = executed(app)
    found = {item["id"]: item for item in translated_findings(notebooks)}
    opening = {page: opening_finding(notebook) for page, notebook in notebooks.items()}
    for page in chapters.pages():
        if page != app.config.root_doc and page in app.env.titles:
            title, first = app.env.titles[page].astext(), found.get(opening.get(page, ""))
            says = str(first["statement"]) if first else about
            answer = _answer(first) if first else {}
            yield card_path(page), pictures.Card(site, title, says, foot, **answer)
    for item in found.values():
        title = app.env.titles[str(item["url"]).split(".html")[0]].astext()
        name = f"{site}  {_('Finding {id}').format(id=item['id'])}"
        card = pictures.Card(name, title, str(item["statement"]), foot, **_answer(item))
        yield card_path(f"trace/finding-{slug(item['id'])}"), card
    extension = project().extension()
    for page, card in extension.social_cards(app, site, foot) if extension else ():
        yield card_path(page), card


def _write_if_new(app: Sphinx, svg: str, width: int, colors: int, to: Path) -> Path:
    """Write a picture unless an identical one exists; return the folder of cached pictures."""
    kept = Path(app.outdir).parent / ".record" / "pictures"
    how = sha256_of(Path(pictures.__file__))
    file = kept / f"{text_digest(f'{how} {width} {colors} {svg}')}.png"
    if not file.is_file():
        write_atomically(file, pictures.palette_png(pictures.png(svg, width), colors))
    write_atomically(to, file.read_bytes())
    return file


def _write(app: Sphinx, out: Path) -> None:
    drawings = {
        out / path: (pictures.card_svg(card), pictures.CARD[0], _CARD_COLORS)
        for path, card in _cards(app)
    }
    for identifier, (_page, data) in of_kind(executed(app), "figure").items():
        file = out / "exhibits" / f"figure-{slug(identifier)}.png"
        drawings[file] = (data["svg"], pictures.FIGURE_WIDTH, _FIGURE_COLORS)
    used = {_write_if_new(app, *how, file) for file, how in drawings.items()}
    for folder in (out / "cards", out / "exhibits"):
        writers.keep_only(drawings, folder, ".png")
    writers.keep_only(used, next(iter(used)).parent, ".png")


FILES = writers.SiteFiles("pictures", _write, GENERAL, writers.dependencies, in_background=True)


def setup(app: Sphinx) -> None:
    """Register the option."""
    # Option: whether each page has its own preview image, or all share the book's.
    app.add_config_value("citable_page_cards", True, "html")
