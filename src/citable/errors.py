"""Errors of the project; the message of each says what to do."""

from __future__ import annotations


class CitableError(Exception):
    """Base of every error the project raises on purpose; the command line prints it plainly."""


class ProjectError(CitableError):
    """What ``_config.yml`` says of the project cannot be used."""


class ArgumentError(CitableError, ValueError):
    """A function was called with values for which its result is not defined."""


class SourceError(CitableError):
    """An original file is missing, damaged, or not what its passport says.

    Parameters name the place as exactly as it is known, so that the message reads
    ``file, line 7, column 'Departed Date': found '13/40/2016', expected m/d/yyyy. Remedy``. Without
    a remedy of its own the message gives the one that always holds.
    """

    def __init__(
        self,
        file: str,
        *,
        found: str,
        expected: str,
        line: int | None = None,
        column: str | None = None,
        remedy: str = "",
    ) -> None:
        self.file, self.line, self.column = file, line, column
        self.found, self.expected = found, expected
        self.remedy = remedy or "Fetch the file again; data/sources.toml says what it must be."
        place = file
        if line is not None:
            place += f", line {line}"
        if column is not None:
            place += f", column {column!r}"
        message = f"{place}: found {found}, expected {expected}."
        super().__init__(f"{message} {self.remedy}")


class TableError(CitableError):
    """A committed table is missing, changed, or does not fit its schema."""


class LedgerError(CitableError):
    """A file typed by hand has a row that cannot be used."""


class FetchError(CitableError):
    """An original could not be fetched, or what came is not the file of its passport."""


class FindingError(CitableError):
    """A finding or a number of the book is malformed, repeated or unknown."""


class UnknownIdError(CitableError):
    """A finding, paragraph, figure, table or chapter is named that the edition does not have."""


class PublishedError(CitableError):
    """What was computed differs from what was published, or the published record is damaged."""


class EditionError(CitableError):
    """An edition's files are missing, altered, or of a newer kind than this version reads."""


class ExhibitError(CitableError):
    """A finding is not offered as an exhibit for court, and the message says why."""


class PrintError(CitableError):
    """A PDF cannot be made: what it needs is not installed, or what is asked for is unknown."""
