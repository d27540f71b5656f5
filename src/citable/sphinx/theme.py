"""How the pages of any book look: templates, fonts, a script and a style sheet on top of Furo.

A file of the same name in a book's own ``_templates`` or ``_static`` takes the place of one here;
but ``_static/book.css`` follows the one here, in the one style sheet that pages load.
"""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

from citable import paths
from citable.files.atomic import write_atomically
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


def style_sheet() -> str:
    """Return the style sheet that pages load: the rules here, then the book's own."""
    files = (folder / "book.css" for folder in (paths.THEME / "static", paths.ROOT / "_static"))
    return "\n".join(file.read_text(encoding="utf-8") for file in files if file.is_file())


def _configure(app: Sphinx, config: Config) -> None:
    given = (configuration().get("sphinx") or {}).get("config") or {}
    for name in SETTINGS.keys() - given.keys():
        config[name] = SETTINGS[name]
    # Jupyter Book's own are those of another theme.
    config.html_theme_options = given.get("html_theme_options", {"top_of_page_buttons": []})
    config.suppress_warnings += ["mystnb.unknown_mime_type"]
    config.templates_path = [*config.templates_path, str(paths.THEME / "templates")]
    # Of files of one name Sphinx takes the last.
    joined = Path(app.outdir).parent / ".record" / "static"
    write_atomically(joined / "book.css", style_sheet().encode("utf-8"))
    config.html_static_path = [str(paths.THEME / "static"), *config.html_static_path, str(joined)]
    # Jupyter Book names those of a book on every page.
    for name in FILES:
        if not (paths.ROOT / "_static" / name).is_file():
            add = app.add_js_file if name.endswith(".js") else app.add_css_file
            add(name)


def setup(app: Sphinx) -> None:
    """Add the files before the extensions that read where they lie."""
    app.connect("config-inited", _configure, priority=1)
