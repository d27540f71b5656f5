"""Known originals are refused by their sha256, before anything reads them."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from citable import paths
from citable.errors import SourceError
from citable.tables import passports as sources
from scomm.data import ingest

from .bad_inputs import catalog, damage, point

ORIGINALS = paths.originals()
# No reader takes these bytes: whatever reads them first complains of something else than a sha256.
CONTENT = b"What no reader of an original takes.\n"
USES = [
    pytest.param(name, path, id=f"{name}: {path.rsplit('/', 1)[-1]}")
    for name, module in zip(ingest.MODULES, ingest.modules(), strict=True)
    for path in module.ORIGINALS
]


def flip(file: Path) -> str:
    """Change one bit in the middle of a file; return the sha256 that it has then."""
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)
    return hashlib.sha256(raw).hexdigest()


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    sources.passports.cache_clear()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of small files under the originals' names, with passports that fit them."""
    text = paths.SOURCES.read_text(encoding="utf-8")
    digest = hashlib.sha256(CONTENT).hexdigest()
    (tmp_path / "sources.toml").write_text(
        re.sub('^sha256 = ".*"', f'sha256 = "{digest}"', text, flags=re.M), encoding="utf-8"
    )
    for path in sources.passports():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(CONTENT)
    monkeypatch.setattr(paths, "SOURCES", tmp_path / "sources.toml")
    sources.passports.cache_clear()
    return tmp_path


def test_every_original_is_read_by_some_module() -> None:
    assert {use.values[1] for use in USES} == set(sources.passports())


@pytest.mark.parametrize("name", ["dashboard", "crosswalk"])
def test_good_files_with_the_right_sha256_become_tables(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ingest.modules()[ingest.MODULES.index(name)]
    for source in catalog().values():
        if source.path in module.ORIGINALS:
            point(source, damage(source, "", tmp_path), tmp_path, monkeypatch.setattr)
    entries = ingest.ingest(tmp_path, tmp_path / "tables", only=[name])
    assert {entry.table for entry in entries} >= set(module.TABLES)
    assert {file.stem for file in (tmp_path / "tables").glob("*.csv")} == set(module.TABLES)


@pytest.mark.parametrize("name", ingest.MODULES)
def test_files_with_the_right_sha256_are_read(name: str, folder: Path) -> None:
    with pytest.raises(SourceError) as caught:
        ingest.ingest(folder, folder / "tables", only=[name])
    assert "sha256" not in caught.value.found, caught.value


@pytest.mark.parametrize(("name", "path"), USES)
def test_changed_bit_is_refused_before_reading(name: str, path: str, folder: Path) -> None:
    actual = flip(folder / path)
    with pytest.raises(SourceError) as caught:
        ingest.ingest(folder, folder / "tables", only=[name])
    error = caught.value
    assert error.file == path
    assert error.found == f"sha256 {actual} ({len(CONTENT)} bytes)"
    assert hashlib.sha256(CONTENT).hexdigest() in error.expected
    assert "fetch it again" in error.remedy
    assert not (folder / "tables").exists()


@pytest.mark.originals
@pytest.mark.skipif(ORIGINALS is None, reason="the original source files are not here")
@pytest.mark.parametrize(("name", "path"), USES)
def test_one_changed_bit_of_the_real_file_is_refused(name: str, path: str, tmp_path: Path) -> None:
    assert ORIGINALS is not None
    for other in ingest.modules()[ingest.MODULES.index(name)].ORIGINALS:
        (tmp_path / other).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / other).symlink_to(ORIGINALS / other)
    (tmp_path / path).unlink()
    shutil.copyfile(ORIGINALS / path, tmp_path / path)
    actual = flip(tmp_path / path)
    with pytest.raises(SourceError, match=f"{re.escape(path)}: found sha256 {actual}"):
        ingest.ingest(tmp_path, tmp_path / "tables", only=[name])
    assert not (tmp_path / "tables").exists()
