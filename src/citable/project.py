"""Define ``Project``: what this package must know of the book that it builds.

A book names its ``Project`` in ``_config.yml``, under ``sphinx: config:``, as ``module:object``::

    citable_project: my_book.project:PROJECT

Without that line title and author are those of ``_config.yml``, and version and abstract are those
of ``CITATION.cff``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from pkgutil import resolve_name
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

import yaml

from citable import paths
from citable.errors import ProjectError

if TYPE_CHECKING:
    from citable.record.identity import Record


@dataclass(frozen=True)
class PageKind:
    """Kind of generated page that can be cited as a whole, such as a datasheet.

    ``written`` is a regular expression of how a person may write it before its id, ``id`` one of
    its ids, in capitals or not; ``printed`` is its name in print, with ``{id}``; ``hint`` says in an
    error message how to write it; ``anchor`` is put before an id to make an anchor, if any.
    """

    name: str
    written: str
    id: str
    printed: str
    hint: str
    anchor: str = ""


@dataclass(frozen=True)
class Claim:
    """Claim that the book tests: its short text, its verdict, and the verdict as HTML with its mark."""

    short: str
    verdict: str
    mark: str


class PrintIndex(Protocol):
    """Index at the end of the PDF: finds entries in pages and lists them."""

    @property
    def NOT_INDEXED(self) -> Sequence[str]:
        """Return the labels of chapters that are left out of the index."""

    def heading(self) -> str:
        """Return the heading of the index in the edition's language."""

    def note(self) -> str:
        """Return the note below the heading, which says what makes an entry."""

    def mark(self, article: Any, name: str) -> dict[Any, list[str]]:
        """Return the entries of an article, each with the ids of its occurrences."""

    def index(
        self, marks: Mapping[Any, Sequence[str]], pages: Mapping[str, int]
    ) -> list[tuple[Any, list[tuple[str, str]]]]:
        """Return each entry in order, with its page numbers and their links."""


class Volume(Protocol):
    """A further volume of the PDF, which holds pages of the site that the book itself only lists."""

    @property
    def LIST_CLASS(self) -> str:
        """Return the class of the elements of chapters that list its pages."""

    def pointer(self) -> str:
        """Return what the PDF of the book says in place of such a list."""

    def pdf_path(self) -> Path:
        """Return the path of the volume's PDF."""

    def matches_record(self, file: Path, record: Record) -> bool:
        """Return whether a PDF of the volume was made from this record."""


@dataclass(frozen=True)
class Project:
    """Book: its metadata, and, by overridden methods, what its subject adds.

    A subclass overrides the methods that it needs; each imports what it takes when it is called.

    ``name`` begins the names of its files; ``short_title`` is its title in running heads and cards,
    ``subtitle`` what follows it there; ``colophon`` follows the edition at the foot of each page and
    in print, such as the licence; ``package`` is the folder of its own code in ``src``.
    """

    name: str
    title: str
    author: str
    version: str
    short_title: str = ""
    subtitle: str = ""
    colophon: str = ""
    package: str = ""
    # A paragraph of the data dictionary on what holds for all its tables; empty for none.
    data_note: str = ""
    # What it is about, in one sentence for catalogs and search engines.
    abstract: str = ""
    # The few words above its title on the picture that its pages share.
    topic: str = ""
    # The place that its tables cover, a name or the code of a country, and the time as ISO 8601 has it.
    place: str = ""
    period: str = ""
    # How its tables are made again, as the first half of a sentence in messages.
    tables_made_by: str = "If the change is meant, run `citable tables`,"
    # Which of its commands writes the data dictionary.
    dictionary_made_by: str = "tables"
    # The name of its command, as messages give it.
    command: str = "citable"
    # Templates of pages of which there are thousands; they get the fewest tags.
    light_templates: frozenset[str] = frozenset()
    # The folder of generated pages that are cited as wholes, the page that lists them and what a link
    # to it says, and how names of pages without a card of their own begin.
    pages_folder: str = ""
    pages_list: str = ""
    pages_list_title: str = ""
    pages_without_card: tuple[str, ...] = ()
    # Kinds of generated pages that can be cited.
    page_kinds: tuple[PageKind, ...] = ()

    @property
    def file_name(self) -> str:
        """Return the stem of file names of this edition."""
        return f"{self.name}-{self.version}"

    @property
    def tag(self) -> str:
        """Return the tag of this edition in the repository."""
        return f"v{self.version}"

    def extension(self) -> ModuleType | None:
        """Return the module with the book's additions to Sphinx, None for none.

        It has ``setup(app)``, ``GENERATED_PAGES`` and ``SITE_FILES`` (see ``citable.sphinx.writers``),
        ``social_cards(app, site, foot)``, pairs of a page's name and its card, and
        ``search_scripts(app)``, files that the script of the search is followed by, and
        ``FIGURE_SCRIPTS``, files that run before the script of the figures.
        """
        return None

    def text_formats(self) -> Mapping[str, Callable[[str], str]]:
        """Return formats of texts by name, besides those of ``formats.fmt``."""
        return {}

    def generated_items(self, kind: str) -> Iterable[tuple[str, str, str, str, str]]:
        """Yield id, page, anchor, title and text of each generated page of a kind."""
        return ()

    def maker(self, table: str) -> ModuleType | None:
        """Return the module object that computes a table, or None; override in a project."""
        return None

    def words_of_code(self, code: str) -> str:
        """Return the words that pages print for a code of a hand-typed file."""
        return code

    def print_index(self) -> PrintIndex | None:
        """Return the index at the end of the PDF, None for none."""
        return None

    def volumes(self) -> Sequence[Volume]:
        """Return the further volumes of the PDF, which are published beside the edition."""
        return ()

    def exhibit_law(self) -> Sequence[Mapping[str, Any]]:
        """Return the rules of law on which an exhibit for court relies, ``cite`` and ``says`` each."""
        return ()

    def claims(self, asked: Collection[str]) -> Mapping[str, Claim]:
        """Return the claims on which findings bear, by id, in the book's order."""
        return {}


def configuration() -> dict[str, Any]:
    """Return the content of ``_config.yml``. Raises ProjectError if it cannot be read."""
    try:
        found = yaml.safe_load(paths.CONFIG.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ProjectError(f"{paths.CONFIG}: cannot be read ({error})") from error
    if not isinstance(found, dict):
        raise ProjectError(f"{paths.CONFIG}: found no settings, expected those of a Jupyter Book")
    return found


@cache
def project() -> Project:
    """Return the project of this book. Raises ProjectError if ``_config.yml`` names none that can be used."""
    config = configuration()
    named = ((config.get("sphinx") or {}).get("config") or {}).get("citable_project")
    if not named:
        return _plain(config)
    for folder in (str(paths.SRC), str(paths.ROOT)):
        if folder not in sys.path:
            sys.path.append(folder)
    try:
        found = resolve_name(str(named))
    except (ImportError, AttributeError, ValueError) as error:
        raise ProjectError(f"{paths.CONFIG}: citable_project {named!r}: {error}") from error
    if not isinstance(found, Project):
        raise ProjectError(f"{paths.CONFIG}: citable_project {named!r} is no citable.Project")
    return found


def _plain(config: dict[str, Any]) -> Project:
    """Return the project of a book that names none."""
    try:
        citation = yaml.safe_load(paths.CITATION.read_text(encoding="utf-8"))
        version, abstract = str(citation["version"]), str(citation.get("abstract", ""))
        title, author = str(config["title"]), str(config["author"])
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ProjectError(
            f"{paths.CONFIG} must give title and author, {paths.CITATION.name} a version ({error})"
        ) from error
    name = "".join(letter if letter.isalnum() else "-" for letter in title.lower()).strip("-")
    return Project(
        name=name,
        title=title,
        author=author,
        version=version,
        short_title=title,
        abstract=" ".join(abstract.split()) or title,
    )
