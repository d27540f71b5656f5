"""Sphinx extension: execution cache, numbers in prose, numbered paragraphs, citations, record.

Listed in ``_config.yml`` as a local extension, so that plain ``jupyter-book build .`` uses it.
"""

from __future__ import annotations

import gc
from typing import Any

from sphinx.application import Sphinx

from citable.project import project


def setup(app: Sphinx) -> dict[str, Any]:
    """Register every part of the extension."""
    # Doctrees live until the build ends, and each garbage collection would walk all of them.
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    from citable.sphinx import (
        actions,
        after_build,
        bibliography,
        build_lock,
        code,
        edition,
        execution,
        exhibits,
        exports,
        language,
        launch,
        ledger,
        list_directives,
        mathml,
        numbers,
        pages,
        paragraphs,
        search,
        social_cards,
        state,
        symbols,
        terms,
        theme,
    )

    # The module and object of the book's Project; see citable.project.
    app.add_config_value("citable_project", "", "env")
    # Jupyter Book reads this value; the extension that declares it is one we leave out because
    # it loads third-party scripts.
    app.add_config_value("comments_config", {}, "env")
    parts = (
        state,
        build_lock,
        language,
        execution,
        bibliography,
        code,
        exhibits,
        numbers,
        terms,
        theme,
        symbols,
        paragraphs,
        edition,
        search,
        list_directives,
        ledger,
        mathml,
        pages,
        actions,
        exports,
        social_cards,
        launch,
        after_build,
    )
    for part in parts:
        part.setup(app)
    if (extension := project().extension()) is not None:
        extension.setup(app)
    return {"version": project().version, "parallel_read_safe": True, "parallel_write_safe": True}
