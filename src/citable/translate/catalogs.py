"""Extract the book's texts into message catalogs, update translations and compile them.

Babel does all three. ``babel.cfg``, of the book or else the one here, says where texts stand, beside
the prose of pages, which Sphinx
extracts into ``pages.pot``. The template ``locale/book.pot`` is committed, and a test holds it to
the sources.
"""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import OptionError, UpdateCatalog, parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from citable import paths
from citable.display.words import DOMAIN, PAGES
from citable.errors import ArgumentError, SourceError
from citable.files.atomic import write_atomically
from citable.translate.pseudo import pseudo

PSEUDO = "qps"
SPHINX = "sphinx"
# How texts are found in this package, and in a book that does not say.
_CONFIGURATION = Path(__file__).with_name("babel.cfg")
POT = paths.LOCALE / f"{DOMAIN}.pot"

# Nothing in it changes from run to run.
_HEADER = (
    b"# Words of the book. Made by `citable words extract`; do not edit.\n"
    b'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
)
_MADE = ("_build", "dist", "node_modules")


def read_catalog(file: Path) -> Catalog:
    """Read a catalog or template. Raises SourceError if there is none."""
    try:
        with file.open("rb") as stream:
            return read_po(stream)
    except FileNotFoundError as error:
        raise SourceError(
            str(file), found="no such file", expected="a template", remedy="`citable words extract`"
        ) from error


def _written(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalog, width=100, include_lineno=False, omit_header=True)
    return _HEADER + out.getvalue()


def _is_source(folder: str) -> bool:
    name = Path(folder).name
    return name not in _MADE and not name.startswith(".")


def template() -> bytes:
    """Return the content of ``book.pot``: the same bytes for the same sources."""
    own = paths.ROOT / "babel.cfg"
    sources = [(paths.ROOT, "", own if own.is_file() else _CONFIGURATION)]
    if not paths.PACKAGE.is_relative_to(paths.ROOT):
        sources.append((paths.PACKAGE, f"src/{paths.PACKAGE.name}/", _CONFIGURATION))
    catalog = Catalog()
    for folder, name, configuration in sources:
        with configuration.open(encoding="utf-8") as stream:
            methods, options = parse_mapping_cfg(stream)
        found = extract_from_dir(folder, methods, options, {}, directory_filter=_is_source)
        for file, _line, text, _comments, _context in found:
            message = catalog.add(text, locations=[(name + file, None)])  # type: ignore[list-item]
            message.flags.discard("python-format")  # a per cent sign here is a per cent sign
    return _written(catalog)


def write_template() -> Path:
    """Write ``locale/book.pot`` and return it."""
    write_atomically(POT, template())
    return POT


def count_translated(file: Path) -> tuple[int, int]:
    """Count the translated messages of a catalog, and all."""
    messages = [message for message in read_catalog(file) if message.id]
    return sum(bool(message.string) for message in messages), len(messages)


def language_folder(language: str) -> Path:
    """Return the folder of a language's catalogs."""
    return paths.LOCALE / language / "LC_MESSAGES"


def update(language: str, extracted: Path) -> list[Path]:
    """Create or update the catalogs of a language; translations are kept.

    ``extracted`` is the folder of Sphinx's templates. A text that changed has no translation until
    somebody gives one: a guess would stand in the book as if someone had read it. Raises
    SourceError if a template is missing, ArgumentError if Babel does not know the language.
    """
    templates = (POT, extracted / f"{PAGES}.pot")
    for pot in templates:
        read_catalog(pot)
    updated = []
    for pot in templates:
        po = language_folder(language) / f"{pot.stem}.po"
        command = UpdateCatalog()
        command.input_file, command.output_file = str(pot), str(po)
        command.domain, command.locale, command.width = pot.stem, language, 100
        command.init_missing = command.no_fuzzy_matching = True
        command.ignore_pot_creation_date = True
        try:
            command.finalize_options()
        except OptionError as error:
            raise ArgumentError(str(error)) from error
        command.run()
        updated.append(po)
    return updated


def paragraphs_of(language: str) -> dict[str, str]:
    """Return the translated prose of pages by its English. Raises SourceError if there is none."""
    return {
        message.id: str(message.string)
        for message in read_catalog(language_folder(language) / f"{PAGES}.po")
        if message.id and isinstance(message.id, str)
    }


def compile_catalogs(language: str) -> list[Path]:
    """Compile each ``.po`` of a language that is newer than its ``.mo``, and return those written."""
    written = []
    for po in sorted(language_folder(language).glob("*.po")):
        mo = po.with_suffix(".mo")
        if mo.is_file() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
            continue
        catalog = read_catalog(po)
        if po.stem == PAGES:
            _escape_titles(catalog)
        out = io.BytesIO()
        write_mo(out, catalog)
        write_atomically(mo, out.getvalue())
        written.append(mo)
    return written


def _escape_titles(catalog: Catalog) -> None:
    """Escape the number of translated titles: Markdown would read "6. Title" as an item of a list."""
    for message in catalog:
        if message.id and isinstance(message.string, str):
            message.string = re.sub(r"^(\d+)([.)]) ", r"\1\\\2 ", message.string)


def write_pseudo(extracted: Path) -> list[Path]:
    """Write the catalogs of the pseudo language, which shows untranslated texts.

    ``extracted`` is the folder of the templates that the gettext build left: of the pages, and of
    Sphinx's own words. Returns the files. Raises SourceError if a template is missing.
    """
    templates = (POT, extracted / f"{PAGES}.pot", extracted / f"{SPHINX}.pot")
    written = {}
    for pot in templates:
        catalog = read_catalog(pot)
        for message in catalog:
            if message.id:
                ids = message.id
                message.string = pseudo(ids) if isinstance(ids, str) else tuple(map(pseudo, ids))
        written[language_folder(PSEUDO) / f"{pot.stem}.po"] = _written(catalog)
    written[language_folder(PSEUDO) / f"{SPHINX}.js"] = _script(catalog).encode("utf-8")
    for file, content in written.items():
        write_atomically(file, content)
    return list(written)


def _script(catalog: Catalog) -> str:
    """Return the translations for Sphinx's scripts as a script."""
    words = {
        message.id if isinstance(message.id, str) else message.id[0]: message.string
        for message in catalog
        if message.id
    }
    document = {"locale": PSEUDO, "messages": words, "plural_expr": "(n != 1)"}
    return f"Documentation.addTranslations({json.dumps(document, ensure_ascii=False)});"
