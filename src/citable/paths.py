"""Every path of the project, defined once."""

from __future__ import annotations

import os
from pathlib import Path


def _root() -> Path:
    """Find the folder of the book, which holds ``_config.yml``.

    ``CITABLE_ROOT`` wins (an unpacked edition, or a test's copy); then the working folder and its
    parents; then the checkout this file lies in.
    """
    named = os.environ.get("CITABLE_ROOT")
    if named:
        return Path(named).resolve()
    checkout = Path(__file__).resolve().parents[2]
    candidates = [Path.cwd(), *Path.cwd().parents, checkout]
    for folder in candidates:
        for root in (folder, folder / "source"):  # an unpacked edition keeps its source there
            if (root / "_config.yml").is_file():
                return root
    return checkout


def _package() -> Path:
    """Return the folder of this package: the book's own copy if it has one, else the one that runs."""
    own = ROOT / "src" / "citable"
    return own if own.is_dir() else Path(__file__).resolve().parent


def code_folders() -> tuple[Path, ...]:
    """Return the folders of the code on which results may depend: the book's own, and this package."""
    return (SRC,) if PACKAGE.is_relative_to(SRC) else (SRC, PACKAGE)


def named(file: Path) -> str | None:
    """Return a file's name relative to the root, None if it is not of the book.

    A file of this package is named as if it lay in ``src``, wherever it does.
    """
    if file.is_relative_to(PACKAGE):
        return f"src/{file.relative_to(PACKAGE.parent).as_posix()}"
    return file.relative_to(ROOT).as_posix() if file.is_relative_to(ROOT) else None


def of_name(name: str) -> Path:
    """Return the file that ``named`` gave a name."""
    package = f"src/{PACKAGE.name}/"
    return PACKAGE.parent / name[4:] if name.startswith(package) else ROOT / name


ROOT = _root()
SRC = ROOT / "src"
PACKAGE = _package()
THEME = PACKAGE / "theme"
NOTEBOOKS = ROOT / "notebooks"
LOCK = ROOT / "requirements.txt"
BUILD = ROOT / "_build"
DIST = ROOT / "dist"
TOC = ROOT / "_toc.yml"
CONFIG = ROOT / "_config.yml"
CHANGELOG = ROOT / "CHANGELOG.md"
CITATION = ROOT / "CITATION.cff"
FONTS = THEME / "static" / "fonts"
LOCALE = ROOT / "locale"
TEMPLATES = ROOT / "_templates"

DATA = ROOT / "data"
SOURCES = DATA / "sources.toml"
DATA_README = DATA / "README.md"

HAND = DATA / "hand"
GLOSSARY = HAND / "glossary.yml"

PUBLISHED = DATA / "published"
PUBLISHED_FINDINGS = PUBLISHED / "findings.json"
PUBLISHED_NUMBERS = PUBLISHED / "numbers.json"
PUBLISHED_CHANGES = PUBLISHED / "changes.csv"
PARAGRAPHS = PUBLISHED / "paragraphs.csv"
EDITIONS = PUBLISHED / "editions.csv"

FETCHED = ROOT / "originals"
TABLES = DATA / "tables"
MANIFEST = TABLES / "manifest.json"
# What the project's own simulations computed.
SIMULATED = DATA / "simulated"


def originals() -> Path | None:
    """Return the folder of original source files, or None where there is none.

    ``CITABLE_ORIGINALS`` names it; otherwise ``originals`` in the checkout, where ``citable fetch``
    puts them, or ``../shared/data/originals`` beside it.
    """
    named = os.environ.get("CITABLE_ORIGINALS")
    beside = ROOT.parent / "shared" / "data" / "originals"
    candidates = [Path(named)] if named else [FETCHED, beside]
    return next((folder for folder in candidates if folder.is_dir()), None)


def typed_folders() -> list[Path]:
    """Return the folders of files that people typed: ``data/hand`` and those in it."""
    return [HAND, *sorted(folder for folder in HAND.glob("*") if folder.is_dir())]
