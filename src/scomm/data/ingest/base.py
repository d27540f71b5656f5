"""What every ingest module shares: the contract and the checks on raw cells."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pandas as pd

# The sources print sixteen digits of binary arithmetic; a ten-thousandth of a person is enough.
DECIMALS = 4


@dataclass(frozen=True)
class Output:
    """Table that an ingest module made.

    ``rows_in`` counts the records read; ``why`` says in one sentence why the table has another
    number of rows.
    """

    table: str
    frame: pd.DataFrame
    rows_in: int
    why: str


class Module(Protocol):
    """Protocol of an ingest module."""

    ORIGINALS: tuple[str, ...]
    TABLES: tuple[str, ...]

    def run(self, folder: Path) -> list[Output]:
        """Read, check and tidy the originals in ``folder``. Raises SourceError."""
