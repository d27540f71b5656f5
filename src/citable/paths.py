"""Every path of the project, defined once."""

from __future__ import annotations

import os
from pathlib import Path


def _root() -> Path:
    """Find the folder that holds ``data/sources.toml``.

    ``CITABLE_ROOT`` wins (an unpacked edition, or a test's copy); then the checkout this file
    lies in; then the working folder and its parents, for the package installed elsewhere.
    """
    named = os.environ.get("CITABLE_ROOT")
    if named:
        return Path(named).resolve()
    candidates = [Path(__file__).resolve().parents[2], Path.cwd(), *Path.cwd().parents]
    for folder in candidates:
        for root in (folder, folder / "source"):  # an unpacked edition keeps its source there
            if (root / "data" / "sources.toml").is_file():
                return root
    return candidates[0]


ROOT = _root()
SRC = ROOT / "src"
NOTEBOOKS = ROOT / "notebooks"
LOCK = ROOT / "requirements.txt"
BUILD = ROOT / "_build"
DIST = ROOT / "dist"
TOC = ROOT / "_toc.yml"
CONFIG = ROOT / "_config.yml"
CHANGELOG = ROOT / "CHANGELOG.md"
CITATION = ROOT / "CITATION.cff"
FONTS = ROOT / "_static" / "fonts"
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
