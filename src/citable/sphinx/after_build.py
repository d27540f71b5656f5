"""Run the steps that follow the pages of a build, in order.

Sphinx's events say when a build writes its pages and when it has ended; what then happens, in which
order and under which condition, stands here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.errors import ExtensionError

from citable.errors import CitableError
from citable.project import project
from citable.sphinx import (
    build_lock,
    citations,
    edition,
    exports,
    language,
    launch,
    ledger,
    main_findings,
    search,
    social_cards,
    traces,
    writers,
)
from citable.sphinx.execution import extracting
from citable.sphinx.state import build_state

# Generated pages; Sphinx writes them after those of the table of contents, and after
# them those of the book's own extension.
GENERATED_PAGES = (
    citations.PAGES,
    traces.PAGES,
    search.PAGES,
    main_findings.PAGES,
)

# Files beside the pages. Pictures come last: they are drawn in the background meanwhile.
SITE_FILES = (
    traces.FILES,
    search.FILES,
    ledger.FILES,
    exports.FILES,
    social_cards.FILES,
    launch.FILES,
)


def _generated_pages() -> tuple[writers.GeneratedPages, ...]:
    extension = project().extension()
    return GENERATED_PAGES + (extension.GENERATED_PAGES if extension else ())


def _site_files() -> tuple[writers.SiteFiles, ...]:
    extension = project().extension()
    return SITE_FILES + (extension.SITE_FILES if extension else ())


def _write_files(app: Sphinx) -> None:
    writers.write_files(app, _site_files())


# Steps after every page of the site is written. The pages are marked as complete before they are
# compared with what is published, which may end the build.
STEPS: tuple[Callable[[Sphinx], None], ...] = (
    search.remove_scripts,
    build_lock.mark_complete,
    edition.check,
    edition.write_record,
    _write_files,
)


def _collect_pages(app: Sphinx) -> Iterator[writers.Page]:
    for pages in _generated_pages():
        yield from pages.stale(app)


def _write_started(app: Sphinx, builder: Builder) -> None:
    if builder.format == "html":
        writers.start_in_background(app, _site_files())


def _build_finished(app: Sphinx, exception: Exception | None) -> None:
    """Run the steps in order. Raises ExtensionError with what went wrong."""
    try:
        if exception is None and extracting(app):
            language.copy_sphinx_template(app)
        elif exception is None and app.builder.format == "html":
            for step in STEPS:
                step(app)
    except CitableError as error:
        raise ExtensionError(str(error)) from error
    finally:
        for running in build_state(app).background.values():
            running.kill()
        build_lock.release(app)


def setup(app: Sphinx) -> None:
    """Connect the three events."""
    app.connect("html-collect-pages", _collect_pages)
    app.connect("write-started", _write_started)
    app.connect("build-finished", _build_finished, priority=10_000)
