"""Passports: whole, true to the releaser's list, and refused by name where they are not."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from citable import paths
from citable.errors import SourceError
from citable.tables import passports as sources

ORIGINALS = paths.originals()
needs_originals = pytest.mark.skipif(
    ORIGINALS is None, reason="the original source files are not here"
)
PATH = "crosswalk/county_aor.csv"
SEATTLE = "seattle/UW_v_DHS_LESA-STU_FINAL.xlsx"
SEATTLE_CRIMINALITY = "seattle/sea_crim_state_month.csv"


def entry(**changes: object) -> str:
    fields: dict[str, object] = {
        name: "x"
        for name in (
            "title", "publisher", "release", "obtained_from", "licence", "format", "sha256",
            "url", "what", "route",
        )
    }  # fmt: skip
    fields |= {"path": "a/b.csv", "bytes": 3, "sha256": "0" * 64, **changes}
    lines = [
        f"{name} = {value!r}" if isinstance(value, int) else f'{name} = "{value}"'
        for name, value in fields.items()
        if value is not None
    ]
    return "[[source]]\n" + "\n".join(lines) + "\n"


def test_numbers_are_numbers_and_hashes_are_hashes():
    known = sources.passports()
    assert len(known) == 38
    for path, passport in known.items():
        assert type(passport.bytes) is int, path
        assert passport.rows is None or type(passport.rows) is int, path
        assert len(bytes.fromhex(passport.sha256)) == 32, path
        assert passport.name == path.rsplit("/", 1)[-1]
    assert len({passport.sha256 for passport in known.values()}) == len(known)


def test_every_route_into_evidence_is_one_of_four():
    routes = {passport.route.split(" (")[0] for passport in sources.passports().values()}
    assert routes <= {
        "agency record or release",
        "official statistics",
        "compiled from agency records",
        "compiled from official statistics",
    }


def test_the_workbook_of_four_sheets_states_four_counts():
    passport = sources.passports()[SEATTLE]
    assert passport.rows is None
    said = " ".join(passport.traps)
    for count in ("32,549", "36,811", "6,529", "20,384"):
        assert count in said


def test_the_stamp_is_told_of_each_file_that_carries_it():
    stamped = {path for path, passport in sources.passports().items() if passport.stamp}
    assert stamped == {
        path
        for path in sources.passports()
        if path.startswith(("removals/", "arrests/", "seattle/")) and path != SEATTLE_CRIMINALITY
    }


@pytest.mark.originals
@needs_originals
def test_the_stamp_is_what_the_files_say():
    assert ORIGINALS is not None
    for path, passport in sources.passports().items():
        if path.endswith(".csv.gz"):
            with gzip.open(sources.locate(path, ORIGINALS), "rt", encoding="utf-8") as stream:
                head = "".join(next(stream) for _ in range(5))
            assert ("Official Use Only" in head) is bool(passport.stamp), path
            assert passport.stamp in head, path


@pytest.mark.originals
@needs_originals
def test_passports_say_what_the_releasers_list_says():
    assert ORIGINALS is not None
    listed = ORIGINALS / "SOURCES.csv"
    if not listed.is_file():
        pytest.skip("the releaser's list is not beside the originals")
    rows = {row["path"]: row for row in csv.DictReader(listed.read_text("utf-8").splitlines())}
    known = sources.passports()
    # The list may hold files that the book does not use (yet); it uses none that is not listed.
    assert set(known) - set(rows) == set()
    for path, passport in known.items():
        row = rows[path]
        # The format is described again, with what was found on reading.
        for name in ("title", "publisher", "release", "obtained_from", "licence", "sha256", "url"):
            assert getattr(passport, name) == row[name], path
        assert passport.bytes == int(row["bytes"])
        assert passport.rows == (int(row["rows"]) if row["rows"].isdigit() else None)


@pytest.mark.originals
@needs_originals
def test_originals_are_those_of_the_passports():
    assert ORIGINALS is not None
    for path, passport in sources.passports().items():
        file = sources.locate(path, ORIGINALS)
        assert file.stat().st_size == passport.bytes
        sources.check_hash(path, file)


def test_a_changed_file_is_refused_with_both_hashes(tmp_path: Path):
    file = tmp_path / "county_aor.csv"
    file.write_bytes(b"geoid\n")
    with pytest.raises(SourceError) as caught:
        sources.check_hash(PATH, file)
    assert caught.value.file == PATH
    assert sources.sha256_of(file) in caught.value.found
    assert "6 bytes" in caught.value.found
    assert sources.passports()[PATH].sha256 in caught.value.expected
    assert "fetch it again" in caught.value.remedy


def test_a_file_without_a_passport_says_what_to_write(tmp_path: Path):
    (tmp_path / "new.csv").write_bytes(b"id\n")
    with pytest.raises(SourceError, match=r"a/new\.csv: found no passport.*CONTRIBUTING"):
        sources.check_hash("a/new.csv", tmp_path / "new.csv")


def test_a_file_that_is_not_there_says_how_to_get_it(tmp_path: Path):
    with pytest.raises(SourceError, match=r"county_aor\.csv: found no such file.*scomm fetch"):
        sources.locate(PATH, tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[source]\n", "expected TOML"),
        ("title = 'none'\n", r"found 'source', expected TOML"),
        (entry(sha256=None), r"entry a/b\.csv: .*'sha256'"),
        (entry(colour="red"), r"entry a/b\.csv: .*'colour'"),
        (entry() + entry(), r"a/b\.csv twice, expected one entry each"),
    ],
    ids=["not TOML", "no source", "field missing", "unknown field", "path twice"],
)
def test_a_list_that_cannot_be_used_is_refused(tmp_path: Path, text: str, words: str):
    file = tmp_path / "sources.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=words) as caught:
        sources.passports(file)
    assert caught.value.file == str(file)


def test_a_list_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(SourceError, match=r"none\.toml"):
        sources.passports(tmp_path / "none.toml")
