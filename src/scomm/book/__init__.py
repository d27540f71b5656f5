"""The book's Sphinx extension: honest execution, numbers in prose, pinpoints, citations, record.

Listed in ``_config.yml`` as a local extension, so that plain ``jupyter-book build .`` uses it.
"""

from __future__ import annotations

import gc
from typing import Any

from sphinx.application import Sphinx

from scomm import __version__


def setup(app: Sphinx) -> dict[str, Any]:
    """Register every part of the extension."""
    # A build makes trees that live until it ends, and every look for garbage walks all of them.
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    from scomm.book import (
        actions,
        bibliography,
        cards,
        citations,
        code,
        counties,
        edition,
        execution,
        exhibits,
        facts,
        figure_key,
        find,
        landing,
        language,
        launch,
        ledger,
        lists,
        main_findings,
        mathml,
        numbers,
        pages,
        paragraphs,
        search,
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
        bibliography,
        code,
        exhibits,
        numbers,
        facts,
        terms,
        symbols,
        paragraphs,
        edition,
        citations,
        traces,
        find,
        search,
        lists,
        ledger,
        main_findings,
        landing,
        counties,
        figure_key,
        mathml,
        pages,
        actions,
        site,
        cards,
        launch,
    )
    for part in parts:
        part.setup(app)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}
