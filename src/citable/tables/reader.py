"""Load committed tables, checked against manifest and schema, and encode them for ingest."""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from citable import paths
from citable.errors import TableError
from citable.files.strict import decode_utf8, read_bytes
from citable.tables.manifest import manifest, restore_hint
from citable.tables.passports import sha256_of
from citable.tables.schema import TABLES, Column, Table

if TYPE_CHECKING:
    import pandera.pandas as pandera

_NUMBERS = {
    "integer": r"^(-?[0-9]{1,18})?$",
    "number": r"^(-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]{1,2})?)?$",
}
# The largest table has 120,000 rows.
_MOST_ROWS = 5_000_000
# Dtypes without and with missing values, which NumPy's integers and booleans cannot hold.
_DTYPES = {
    "string": ("object", "object"),
    "integer": ("int64", "Int64"),
    "number": ("float64", "float64"),
    "boolean": ("bool", "boolean"),
    "date": ("datetime64[ns]", "datetime64[ns]"),
}


def pandera_column(column: Column) -> pandera.Column:
    """Return the pandera check of one column.

    ``pandera.io.from_frictionless_schema`` makes another: to it dates are text, integers and
    booleans have no empty cell, an ``enum`` is a category, infinity is a number, and of the
    alternatives of a pattern only the outer ends are anchored.
    """
    import pandera.pandas as pandera

    limits, empty = column.constraints, not column.constraints["required"]
    known: dict[str, Callable[[Any], pandera.Check]] = {
        "enum": pandera.Check.isin,
        "minimum": pandera.Check.ge,
        "maximum": pandera.Check.le,
        "pattern": lambda pattern: pandera.Check.str_matches(f"^(?:{pattern})$"),
    }
    checks = [check(limits[name]) for name, check in known.items() if name in limits]
    if column.type == "number":
        checks.append(pandera.Check.in_range(-math.inf, math.inf, False, False))
    dtype = "category" if column.categorical else _DTYPES[column.type][empty]
    return pandera.Column(dtype, checks, nullable=empty, coerce=True)


def pandera_schema(table: Table) -> pandera.DataFrameSchema:
    """Return the pandera schema of a table: its columns, their order, its key."""
    import pandera.pandas as pandera  # slow to load, and of no use to who reads a manifest

    return pandera.DataFrameSchema(
        {column.name: pandera_column(column) for column in table.columns},
        strict=True,
        ordered=True,
        unique=table.primaryKey,
        name=table.name,
    )


def _coerce(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    import pandera.errors as pandera_errors

    try:
        return pandera_schema(table).validate(frame, lazy=True)
    except pandera_errors.SchemaErrors as errors:
        first = errors.failure_cases.iloc[0]
        row = "" if pd.isna(first["index"]) else f", row {int(first['index']) + 1}"
        raise TableError(
            f"table {table.name}{row}, column {first['column']!r}: found "
            f"{first['failure_case']!r}, expected {first['check']} "
            f"({len(errors.failure_cases)} such cells). {restore_hint()}"
        ) from errors


def _csv_field(value: Any) -> str:
    """Format a value as pandas and the csv module do."""
    if pd.isna(value):
        return ""
    text = value if isinstance(value, str) else str(value)
    if any(mark in text for mark in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _csv_fields(column: pd.Series) -> pa.Array:
    """Format a column's fields; each distinct value is formatted once."""
    if pd.api.types.is_datetime64_any_dtype(column):
        days, values = pd.factorize(column, use_na_sentinel=False)
        texts = ["" if pd.isna(day) else day.strftime("%Y-%m-%d") for day in pd.Index(values)]
        return pa.array(texts, pa.string()).take(pa.array(days))
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = column.cat.codes.to_numpy()
        texts = [_csv_field(value) for value in column.cat.categories]
        places = pa.array(np.where(codes < 0, len(texts), codes))
        return pa.array([*texts, ""], pa.string()).take(places)
    codes, values = pd.factorize(column, use_na_sentinel=False)
    return pa.array([_csv_field(value) for value in values.tolist()], pa.string()).take(
        pa.array(codes)
    )


def canonical_csv(frame: pd.DataFrame) -> bytes:
    """Encode a table as CSV: UTF-8, line feeds, columns and rows in the order of the frame."""
    head = ",".join(_csv_field(name) for name in frame.columns)
    if len(frame.columns) == 1:
        fields = [_csv_fields(frame.iloc[:, 0]).to_pylist()]
        lines = [text or '""' for text in fields[0]]  # as the csv module writes a line of nothing
    else:
        columns = [_csv_fields(frame[name]) for name in frame.columns]
        lines = pc.binary_join_element_wise(*columns, ",").to_pylist()
    return "\n".join([head, *lines, ""]).encode("utf-8")


def to_bytes(frame: pd.DataFrame, table: Table) -> tuple[pd.DataFrame, bytes, str]:
    """Check a frame against its schema; return it with its file's bytes and content digest."""
    frame = frame.reset_index(drop=True)[[column.name for column in table.columns]]
    frame = _coerce(frame, table)
    frame = frame.sort_values(table.primaryKey, kind="stable", ignore_index=True)
    csv = canonical_csv(frame)
    digest = hashlib.sha256(csv).hexdigest()
    if table.format == "csv":
        return frame, csv, digest
    return frame, parquet_bytes(frame), digest


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """Encode a table as Parquet with the strongest compression."""
    sink = io.BytesIO()
    arrow = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(arrow, sink, compression="zstd", compression_level=19)
    return sink.getvalue()


def read(file: Path, table: Table) -> pd.DataFrame:
    """Read one table's file and check it against its schema (not against the manifest)."""
    try:
        frame = _parquet(file) if table.format == "parquet" else _csv(file, table)
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise TableError(
            f"table {table.name}: {file.name} cannot be read ({error}). {restore_hint()}"
        ) from error
    return _coerce(frame, table)


def _parquet(file: Path) -> pd.DataFrame:
    """Read a Parquet file, with a limit on its rows."""
    rows = pq.read_metadata(file).num_rows
    if rows > _MOST_ROWS:
        raise ValueError(f"{rows:,} rows, expected at most {_MOST_ROWS:,}")
    return pd.read_parquet(file)


def _csv(file: Path, table: Table) -> pd.DataFrame:
    """Read a CSV file whose records all have as many fields as the header."""
    raw = read_bytes(file)
    decode_utf8(raw)
    # Arrow refuses a record with too few or too many fields; pandas fills or shifts them.
    names = raw.split(b"\n", 1)[0].decode("utf-8").rstrip("\r").split(",")
    cells = pa_csv.read_csv(
        io.BytesIO(raw),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )
    for column in table.columns:
        if column.type in _NUMBERS and column.name in cells.column_names:
            good = pc.match_substring_regex(cells[column.name], _NUMBERS[column.type]).to_pylist()
            if False in good:
                row = good.index(False)
                raise ValueError(
                    f"row {row + 1}, column {column.name!r}: found "
                    f"{cells[column.name][row].as_py()!r}, expected a number in digits"
                )
    text = {column.name: "str" for column in table.columns if column.type == "string"}
    dates = [column.name for column in table.columns if column.type == "date"]
    # Only an empty cell is missing: the text "NA" is a value in these files.
    return pd.read_csv(
        io.BytesIO(raw),
        dtype=text,
        keep_default_na=False,
        na_values=[""],
        parse_dates=dates,
        date_format="%Y-%m-%d",
        float_precision="round_trip",  # the default can change the last digit
    )


def load(name: str) -> pd.DataFrame:
    """Load one committed table by name, after checking its hash and its schema.

    Raises TableError if the name is unknown, the file is missing, its bytes are not those of
    the manifest, or a cell does not fit the schema.
    """
    if name not in TABLES:
        raise TableError(f"no table {name!r}; there are: {', '.join(sorted(TABLES))}.")
    table = TABLES[name]
    entry = manifest().get(name)
    file = paths.TABLES / table.filename
    if entry is None or not file.is_file():
        raise TableError(
            f"table {name}: {table.filename} or its manifest entry is missing. {restore_hint()}"
        )
    actual = sha256_of(file)
    if actual != entry.sha256:
        raise TableError(
            f"table {name}: {table.filename} has sha256 {actual}, the manifest expects "
            f"{entry.sha256}. The file was changed after ingest. {restore_hint()}"
        )
    return _checked(file, name, actual).copy()


@cache
def _checked(file: Path, name: str, sha256: str) -> pd.DataFrame:
    """Read and check a table, once a process for each digest."""
    return read(file, TABLES[name])
