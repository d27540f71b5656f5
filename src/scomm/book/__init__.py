"""The book's Sphinx extension: honest execution, numbers in prose, pinpoints, citations, record.

Listed in ``_config.yml`` as a local extension, so that plain ``jupyter-book build .`` uses it.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from scomm import __version__


def setup(app: Sphinx) -> dict[str, Any]:
    """Register every part of the extension."""
    from scomm.book import (
        cards,
        citations,
        code,
        edition,
        execution,
        find,
        language,
        launch,
        lists,
        mathml,
        numbers,
        pages,
        paragraphs,
        site,
        symbols,
        terms,
        traces,
        whole,
        writers,
    )

    # Jupyter Book reads this value; the extension that declares it is one we leave out because
    # it loads third-party scripts.
    app.add_config_value("comments_config", {}, "env")
    parts = (
        whole,
        writers,
        language,
        execution,
        code,
        numbers,
        terms,
        symbols,
        paragraphs,
        edition,
        citations,
        traces,
        find,
        lists,
        mathml,
        pages,
        site,
        cards,
        launch,
    )
    for part in parts:
        part.setup(app)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}
