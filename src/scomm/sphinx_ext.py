"""What this book adds to Sphinx: its directives, its pages of places, the files beside them."""

from __future__ import annotations

from sphinx.application import Sphinx

from scomm.book import counties, facts, figure_key, find, landing

# Pages that no source file has.
GENERATED_PAGES = (find.PAGES, counties.PAGES)

# Files beside the pages.
SITE_FILES = (find.FILES, counties.FILES)


def setup(app: Sphinx) -> None:
    """Register the directives and roles of the subject."""
    for part in (facts, figure_key, find, landing):
        part.setup(app)
