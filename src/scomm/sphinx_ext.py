"""Add this book's directives, pages of places and their files to Sphinx."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx

from scomm.pages import counties, datasheets, facts, figure_key, find, landing
from scomm.pages.datasheets import social_cards
from scomm.pages.find import search_scripts

__all__ = [
    "FIGURE_SCRIPTS",
    "GENERATED_PAGES",
    "SITE_FILES",
    "search_scripts",
    "setup",
    "social_cards",
]

# Pages that no source file has.
GENERATED_PAGES = (find.PAGES, datasheets.PAGES, counties.PAGES)

# Scripts that run before that of the figures.
FIGURE_SCRIPTS = (Path(__file__).with_name("pages") / "static" / "kept.js",)

# Files beside the pages.
SITE_FILES = (find.FILES, counties.FILES)


def setup(app: Sphinx) -> None:
    """Register the directives, roles and options of the subject."""
    for part in (datasheets, facts, figure_key, find, landing):
        part.setup(app)
