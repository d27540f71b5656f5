"""Read record files by DuckDB, the default engine, which streams: memory does not grow with the files."""

from __future__ import annotations

import glob
import gzip
import itertools
from collections.abc import Sequence
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from scomm.data.ingest.layout import (
    FISCAL_YEAR,
    FISCAL_YEAR_IN_NAME,
    TITLE_LINES,
    Layout,
    as_date,
)

# Groups beyond this go to disk, not into memory.
MEMORY = "700MB"


@ibis.udf.scalar.builtin(name="trim")
def _trim(text: str) -> str:  # type: ignore[empty-body]
    """Trim blanks by DuckDB's own function, many times as fast as trimming a set of characters."""


def _stripped(text: ir.StringValue) -> ir.StringValue:
    """Strip outer blanks and tabs; the slow function runs only where there is a tab."""
    trimmed = _trim(text)
    return ibis.ifelse(trimmed.contains("\t"), trimmed.strip(), trimmed)


class DuckDBEngine:
    """Engine that runs DuckDB inside this process."""

    errors: tuple[type[Exception], ...] = (duckdb.Error,)

    def __init__(self, memory: str = MEMORY) -> None:
        self.connection = ibis.duckdb.connect(
            memory_limit=memory,
            preserve_insertion_order=False,
            allocator_flush_threshold="16MB",
        )
        self.connection.raw_sql("SET enable_progress_bar = false")  # it would print between ours

    def files(self, location: str) -> list[str]:
        """Return the record files in a folder or under a pattern, in order."""
        pattern = f"{location}/*.csv.gz" if Path(location).is_dir() else location
        return sorted(glob.glob(pattern))

    def head(self, file: str, lines: int) -> list[str]:
        """Return the first lines of a file."""
        with gzip.open(file, "rt", encoding="utf-8", newline="") as stream:
            return list(itertools.islice(stream, lines))

    def read(self, files: Sequence[str], layout: Layout) -> ir.Table:
        """Return the records of files; see ``Engine``."""
        table = self.connection.read_csv(
            list(files),
            delim="|",
            quote='"',
            skip=TITLE_LINES,
            header=True,
            all_varchar=True,
            auto_detect=False,
            columns=dict.fromkeys(layout.header, "VARCHAR"),
            nullstr="\x00",  # nothing is null in the file: an empty field is an empty text
            filename=True,
        )
        # The name is one value for a whole vector of records, so this costs next to nothing.
        year = table["filename"].re_extract(FISCAL_YEAR_IN_NAME, 1).cast("int64")
        table = table.select(
            **{name: _stripped(table[name]) for name in layout.header}, **{FISCAL_YEAR: year}
        )
        return table.mutate(
            **{as_date(name): table[name].nullif("").as_date("%m/%d/%Y") for name in layout.dates}
        )

    def fetch(self, sql: str) -> pa.Table:
        """Run a query and return its rows."""
        return self.connection.con.sql(sql).to_arrow_table()
