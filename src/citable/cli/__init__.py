"""Define the command line of any book; errors end in one plain message and exit status 2.

Each command imports what it needs when it runs: a citation should not wait for the tables.
"""

from __future__ import annotations

import sys
from typing import Any

import typer

from citable.cli.record import (
    cite_command,
    edition_command,
    exhibit_command,
    findings_app,
    paragraphs_app,
    pdf_app,
    prose_command,
    verify_command,
)
from citable.cli.tables import tables_command
from citable.cli.trace import trace_command
from citable.cli.words import words_app
from citable.errors import CitableError
from citable.project import project

STATUS_ERROR = 2


class _Group(typer.core.TyperGroup):
    """Print the CitableError of a command as a message on standard error."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except CitableError as error:
            print(f"{project().command}: {error}", file=sys.stderr)
            raise typer.Exit(STATUS_ERROR) from error
        except BrokenPipeError:
            raise  # the reader of the output has gone: typer ends quietly
        except OSError as error:
            # A full disk or an unwritable folder is no bug: print a message without traceback.
            print(
                f"{project().command}: {error}. Nothing was kept of the file named.",
                file=sys.stderr,
            )
            raise typer.Exit(STATUS_ERROR) from error


def commands(about: str) -> typer.Typer:
    """Return the command group that every book has, to which a book adds its own; ``about`` is the help."""
    app = typer.Typer(
        cls=_Group,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help=about,
    )
    app.add_typer(findings_app, name="findings")
    app.add_typer(paragraphs_app, name="paragraphs")
    app.add_typer(words_app, name="words")
    app.add_typer(pdf_app, name="pdf")
    for name, command in (
        ("cite", cite_command),
        ("trace", trace_command),
        ("verify", verify_command),
        ("prose", prose_command),
        ("edition", edition_command),
        ("exhibit", exhibit_command),
    ):
        app.command(name)(command)
    return app


app = commands("A citable Jupyter Book: its published record, its citations, its editions.")
# A book whose tables are made by its own code has a command for that in place of this one.
app.command("tables")(tables_command)
