"""Read record files by Apache Spark, for more than one machine can hold; extra ``scomm[spark]``, Java 17.

Reads whatever the cluster's Hadoop connectors read: folders, patterns, ``s3a://``, ``gs://``,
``hdfs://``.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from citable.errors import ArgumentError
from scomm.data.ingest.layout import (
    FISCAL_YEAR,
    FISCAL_YEAR_IN_NAME,
    TITLE_LINES,
    Layout,
    as_date,
)

_BLANKS = " \t\r\n\v\f"


class SparkEngine:
    """Engine on a Spark session; ``master`` is a cluster's address, or ``local[2]`` for this machine."""

    def __init__(self, master: str | None = None) -> None:
        try:
            from py4j.protocol import Py4JError
            from pyspark.errors import PySparkException
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise ArgumentError(
                "the engine spark needs the extra scomm[spark]: "
                "pip install --no-deps --require-hashes -r requirements-spark.txt"
            ) from error
        builder = (
            SparkSession.builder.appName("scomm")
            .config("spark.sql.session.timeZone", "UTC")
            # An invalid date becomes null and is reported later; it does not end the job.
            .config("spark.sql.ansi.enabled", "false")
            .config("spark.sql.timeParserPolicy", "CORRECTED")
            # Otherwise a record with too few or too many fields passes if unused ones are hit.
            .config("spark.sql.csv.parser.columnPruning.enabled", "false")
            .config("spark.sql.execution.arrow.pyspark.enabled", "true")
            .config("spark.ui.enabled", "false")
        )
        # A session on a cluster (spark-submit, a managed notebook) knows its master already.
        self.session = (builder.master(master) if master else builder).getOrCreate()
        self.connection = ibis.pyspark.connect(self.session)
        self.errors: tuple[type[Exception], ...] = (PySparkException, Py4JError)

    def files(self, location: str) -> list[str]:
        """Return the record files in a folder or under a pattern, in order."""
        reader = self.session.read.format("binaryFile").option("pathGlobFilter", "*.csv.gz")
        rows = reader.load(location).select("path").collect()  # the content is not read
        return sorted(row["path"] for row in rows)

    def head(self, file: str, lines: int) -> list[str]:
        """Return the first lines of a file."""
        return [row["value"] for row in self.session.read.text(file).head(lines)]

    def read(self, files: Sequence[str], layout: Layout) -> ir.Table:
        """Return the records of files; see ``Engine``."""
        from pyspark.sql import functions as F

        names = [f"c{number}" for number in range(len(layout.header))]
        frame = self.session.read.csv(
            list(files),
            schema=", ".join(f"{name} string" for name in names),
            sep="|",
            quote='"',
            escape='"',
            mode="FAILFAST",
            emptyValue="",
            enforceSchema=True,
        )
        # Spark skips no lines. The heads were checked: titles fill at most the first field, and
        # the header is known. A record always has an area or a date, and is kept to be judged.
        title = F.coalesce(*[F.when(F.col(name) != "", True) for name in names[1:]]).isNull()
        known = F.coalesce(F.col(names[0]), F.lit("")).isin(
            sorted({line.split("|")[0].strip('"') for line in self._titles(files)})
        )
        header = F.lit(True)
        for name, text in zip(names, layout.header, strict=True):
            header = header & F.coalesce(F.col(name) == text, F.lit(False))
        year = F.regexp_extract(F.input_file_name(), FISCAL_YEAR_IN_NAME, 1).cast("long")
        frame = frame.withColumn(FISCAL_YEAR, year).where(~(title & known) & ~header)
        texts = [
            F.btrim(F.coalesce(F.col(name), F.lit("")), F.lit(_BLANKS)).alias(text)
            for name, text in zip(names, layout.header, strict=True)
        ]
        frame = frame.select(*texts, FISCAL_YEAR)
        dates = {
            as_date(name): F.to_date(F.nullif(F.col(name), F.lit("")), "M/d/yyyy")
            for name in layout.dates
        }
        frame.withColumns(dates).createOrReplaceTempView("records")
        return self.connection.table("records")

    def _titles(self, files: Sequence[str]) -> set[str]:
        """Return the title lines of files; each file has its own."""
        return {line for file in files for line in self.head(file, TITLE_LINES)}

    def fetch(self, sql: str) -> pa.Table:
        """Run a query and return its rows."""
        return self.session.sql(sql).toArrow()
