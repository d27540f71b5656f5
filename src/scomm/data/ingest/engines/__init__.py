"""Choose the engine that reads record files and runs the one aggregation written for them.

An engine is a small module: how it reads the agency's format, and how it hands a result over. The
aggregation itself is an ibis expression and the same for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from scomm.data.ingest.layout import Layout

ENGINES = ("duckdb", "spark")


class Engine(Protocol):
    """Protocol of an engine."""

    connection: ibis.BaseBackend
    # Exceptions of the engine at a record or date that it cannot read.
    errors: tuple[type[Exception], ...]

    def files(self, location: str) -> list[str]:
        """Return the record files in a folder or under a pattern, in order."""

    def head(self, file: str, lines: int) -> list[str]:
        """Return the first lines of a file."""

    def read(self, files: Sequence[str], layout: Layout) -> ir.Table:
        """Return the records of files as text without outer blanks, an empty field as empty text.

        Each date column of the layout also comes parsed, under its name and `` as date``.
        """

    def fetch(self, sql: str) -> pa.Table:
        """Run a query in the engine's own dialect."""


def engine(name: str = "duckdb", master: str | None = None) -> Engine:
    """Return an engine by name; ``master`` is the address of a Spark cluster."""
    if name == "spark":
        from scomm.data.ingest.engines.spark import SparkEngine

        return SparkEngine(master)
    from scomm.data.ingest.engines.embedded import DuckDBEngine

    return DuckDBEngine()
