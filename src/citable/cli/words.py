"""Commands for translators: extract the book's words, begin or bring up to date a translation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from citable import paths

words_app = typer.Typer(no_args_is_help=True, help="The book's words: extract and translate them.")

Extracted = Annotated[
    Path,
    typer.Option("--extracted", help="The folder of the templates that Sphinx extracted."),
]
_EXTRACTED = paths.BUILD / "words" / "_build" / "gettext"


@words_app.command()
def extract() -> None:
    """Write locale/book.pot again: every text but the prose of pages."""
    from citable.translate import catalogs

    file = catalogs.write_template()
    print(f"{file}: {catalogs.count_translated(file)[1]} messages")


@words_app.command()
def into(language: str, extracted: Extracted = _EXTRACTED) -> None:
    """Begin a translation, or bring it up to date: locale/LANGUAGE/LC_MESSAGES/*.po."""
    from citable.translate import catalogs

    for file in catalogs.update(language, extracted):
        done, every = catalogs.count_translated(file)
        print(f"{file}: {done} of {every} messages translated")


@words_app.command()
def check(language: str, extracted: Extracted = _EXTRACTED) -> None:
    """Check that a translation is whole: no text without one, no placeholder or number lost."""
    from citable.translate.checks import problems

    found = problems(language, extracted)
    for problem in found:
        print(problem)
    print(f"{language}: {len(found)} problems")
    if found:
        raise typer.Exit(1)


@words_app.command()
def pseudo(extracted: Extracted = _EXTRACTED) -> None:
    """Make the pseudo language qps, for a build that shows what no catalog reaches."""
    from citable.translate import catalogs

    for file in catalogs.write_pseudo(extracted):
        print(file)
