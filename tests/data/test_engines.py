"""One aggregation, two engines: Spark counts the agency's own files as DuckDB does."""

from __future__ import annotations

import gzip
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from citable import paths
from citable.errors import SourceError
from scomm.data.ingest import arrests, removals
from scomm.data.ingest.engines import Engine, engine
from scomm.data.ingest.records import originals, record_files

ORIGINALS = paths.originals()
pytestmark = [
    pytest.mark.originals,
    pytest.mark.skipif(ORIGINALS is None, reason="the original source files are not here"),
]


@pytest.fixture(scope="module")
def spark() -> Engine:
    return engine("spark", "local[2]")


def assert_same(left: dict[str, pd.DataFrame], right: dict[str, pd.DataFrame]) -> None:
    assert list(left) == list(right)
    for name in left:
        keys = [column for column in left[name].columns if column != "n"]
        pd.testing.assert_frame_equal(
            left[name].sort_values(keys, ignore_index=True),
            right[name].sort_values(keys, ignore_index=True),
        )


@pytest.mark.spark
@pytest.mark.check
@pytest.mark.parametrize("module", [removals, arrests], ids=["removals", "arrests"])
def test_spark_and_duckdb_make_identical_tables(spark: Engine, module: ModuleType) -> None:
    assert ORIGINALS is not None
    files = originals(ORIGINALS, module.ORIGINALS)
    here, total = module.tables(engine("duckdb"), files)
    there, counted = module.tables(spark, files)
    assert total == counted == sum(next(iter(here.values()))["n"])
    assert_same(here, there)


def copy(folder: Path, name: str, lines: int, old: str = "", new: str = "") -> None:
    assert ORIGINALS is not None
    with gzip.open(ORIGINALS / removals.ORIGINALS[0], "rt", encoding="utf-8", newline="") as stream:
        head = "".join(stream.readline() for _ in range(lines))
    (folder / name).write_bytes(gzip.compress(head.replace(old, new, 1).encode()))


@pytest.mark.spark
@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("New Orleans Area", "New 0rleans Area", "Area of Responsibility"),
        ("|10/1/2015|10/1/2015", "|13/1/2015|10/1/2015", "Departed Date"),
        ("|10/1/2015|10/1/2015", "|10/1/2015|10/1/2017", "Removal Date"),
        ("|10/1/2015|10/1/2015", "|10/1/2015|10/1/15", "Removal Date"),
    ],
)
def test_spark_names_the_fault_of_a_remote_file(
    spark: Engine, tmp_path: Path, old: str, new: str, column: str
) -> None:
    copy(tmp_path, "ICERemovals_FY2016_1.csv.gz", 300)
    copy(tmp_path, "ICERemovals_FY2016_2.csv.gz", 200, old, new)
    files = record_files(spark, tmp_path.as_uri())
    assert len(files) == 2
    assert not any(part.local for part in files)  # an address, not a path: as in an object store
    with pytest.raises(SourceError) as caught:
        removals.tables(spark, files)
    assert caught.value.column == column


@pytest.mark.spark
def test_spark_refuses_a_record_with_a_field_too_many(spark: Engine, tmp_path: Path) -> None:
    copy(tmp_path, "ICERemovals_FY2016.csv.gz", 50, '"REINST"|', '"REINST"||')
    with pytest.raises(SourceError, match="cannot read"):
        removals.tables(spark, record_files(spark, tmp_path.as_uri()))


def test_a_folder_of_parts_counts_as_its_files_do(tmp_path: Path) -> None:
    copy(tmp_path, "ICERemovals_FY2016_1.csv.gz", 106)
    copy(tmp_path, "ICERemovals_FY2016_2.csv.gz", 56)
    duck = engine("duckdb")
    frames, total = removals.tables(duck, record_files(duck, str(tmp_path)))
    assert total == 150
    assert set(frames["removals"]["fiscal_year"]) == {2016}


def test_a_folder_without_record_files_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"\.csv\.gz"):
        record_files(engine("duckdb"), str(tmp_path))
