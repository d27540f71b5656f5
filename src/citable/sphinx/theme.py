"""How the pages of any book look: templates, fonts, a script and a style sheet on top of Furo.

A file of the same name in a book's own ``_templates`` or ``_static`` takes the place of one here.
"""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.config import Config

from citable import paths
from citable.project import configuration

# What a book need not say; what its ``_config.yml`` says under ``sphinx: config:`` stands.
SETTINGS = {
    "html_copy_source": False,
    "html_show_search_summary": False,
    "html_show_sourcelink": False,
    "html_show_sphinx": False,
    "html_use_index": False,
    "nb_execution_raise_on_error": True,
    "nb_merge_streams": True,
    "numfig": False,
    "use_jupyterbook_latex": False,
}
FILES = ("book.css", "book.js")


def _configure(app: Sphinx, config: Config) -> None:
    given = (configuration().get("sphinx") or {}).get("config") or {}
    for name in SETTINGS.keys() - given.keys():
        config[name] = SETTINGS[name]
    # Jupyter Book's own are those of another theme.
    config.html_theme_options = given.get("html_theme_options", {"top_of_page_buttons": []})
    config.suppress_warnings += ["mystnb.unknown_mime_type"]
    config.templates_path = [*config.templates_path, str(paths.THEME / "templates")]
    config.html_static_path = [str(paths.THEME / "static"), *config.html_static_path]
    # Jupyter Book names those of a book on every page.
    for name in FILES:
        if not (paths.ROOT / "_static" / name).is_file():
            add = app.add_js_file if name.endswith(".js") else app.add_css_file
            add(name)


def setup(app: Sphinx) -> None:
    """Add the files before the extensions that read where they lie."""
    app.connect("config-inited", _configure, priority=1)
