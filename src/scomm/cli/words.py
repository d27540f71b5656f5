"""Commands for translators: extract the book's words, begin or bring up to date a translation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scomm import paths

words_app = typer.Typer(no_args_is_help=True, help="The book's words: extract and translate them.")

Pages = Annotated[
    Path,
    typer.Option("--pages", help="The prose that Sphinx extracted."),
]
_PAGES = paths.BUILD / "words" / "_build" / "gettext" / "pages.pot"


@words_app.command()
def extract() -> None:
    """Write locale/scomm.pot again: every text but the prose of pages (see `make words`)."""
    from scomm.record import catalogs

    file = catalogs.write_template()
    print(f"{file}: {catalogs.count(file)} messages")


@words_app.command()
def into(language: str, pages: Pages = _PAGES) -> None:
    """Begin a translation, or bring it up to date: locale/LANGUAGE/LC_MESSAGES/*.po."""
    from scomm.record import catalogs

    for file, (done, every) in catalogs.update(language, pages).items():
        print(f"{file}: {done} of {every} messages translated")


@words_app.command()
def pseudo(pages: Pages = _PAGES) -> None:
    """Make the pseudo language qps, for a build that shows what no catalog reaches."""
    from scomm.record import catalogs

    for file in catalogs.write_pseudo(pages):
        print(file)
