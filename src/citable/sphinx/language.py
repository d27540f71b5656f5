"""Set the language of a build by ``CITABLE_LANGUAGE``, for the book's words and for Sphinx's.

Prose comes through Sphinx's own catalogs (``locale/<language>/LC_MESSAGES/pages.po``), everything
else through ``book.po`` beside it. Both are compiled here before anything is read.
"""

from __future__ import annotations

import re
import shutil
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx import addnodes, package_dir
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError
from sphinx.transforms import SphinxTransform

from citable import paths
from citable.display.words import ENGLISH, N_, PAGES, _, language


def _configure(app: Sphinx, config: Config) -> None:
    # One catalog for all pages, without the random ids that would differ in every run.
    config.gettext_compact = PAGES
    config.gettext_uuid = False
    config.gettext_auto_build = False
    config.locale_dirs = [str(paths.LOCALE)]
    if language() == ENGLISH:
        return
    if not (paths.LOCALE / language() / "LC_MESSAGES").is_dir():
        raise ConfigError(f"there is no translation into {language()!r} in {paths.LOCALE}")
    from citable.translate.catalogs import compile_catalogs  # English needs none of it

    compile_catalogs(language())
    config.language = language()
    config.html_title = _(str(config.html_title))
    config.copyright = _(str(config.copyright))
    # Sphinx loaded its own catalog before extensions; load it again in this language.
    app._init_i18n()


def copy_sphinx_template(app: Sphinx) -> None:
    """Copy the message template of Sphinx itself beside that of the pages, for translators."""
    shutil.copyfile(Path(package_dir, "locale", "sphinx.pot"), Path(app.outdir, "sphinx.pot"))


# English words in the theme's templates, which no catalog translates.
CHROME = (
    N_("Contents"),
    N_("Menu"),
    N_("Expand"),
    N_("Light mode"),
    N_("Dark mode"),
    N_("Auto light/dark, in light mode"),
    N_("Auto light/dark, in dark mode"),
    N_("Toggle Light / Dark / Auto color theme"),
    N_("Toggle site navigation sidebar"),
    N_("Toggle table of contents sidebar"),
    N_("Skip to content"),
    N_("Back to top"),
    N_("Link to this heading"),
    N_("On this page"),
    N_("Please activate JavaScript to enable the search functionality."),
)
_CHROME = re.compile(
    r'(>\s*|(?:aria-label|title)=")(' + "|".join(re.escape(text) for text in CHROME) + r')(\s*<|")'
)


def translate_chrome(page: str) -> Markup:
    """Translate the theme's own words in a page."""
    if language() == ENGLISH:
        return Markup(page)
    return Markup(_CHROME.sub(lambda found: found[1] + escape(_(found[2])) + found[3], page))


class Captions(SphinxTransform):
    """Translate the captions of the book's parts, which are inserted after Sphinx translates."""

    default_priority = 105

    def apply(self, **kwargs: Any) -> None:
        """Translate the captions of this page's tables of contents."""
        for tree in self.document.findall(addnodes.toctree):
            if tree.get("caption"):
                tree["caption"] = _(tree["caption"])


class Formulas(SphinxTransform):
    """Exclude formulas from translation."""

    default_priority = 5

    def apply(self, **kwargs: Any) -> None:
        """Mark the formulas of this page as not translatable."""
        for formula in self.document.findall(nodes.math_block):
            formula["translatable"] = False


def _context(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    context["chrome"] = translate_chrome


def setup(app: Sphinx) -> None:
    """Set the language before other parts of the extension use it."""
    app.connect("config-inited", _configure, priority=0)
    app.add_transform(Formulas)
    app.add_transform(Captions)
    app.connect("html-page-context", _context)
