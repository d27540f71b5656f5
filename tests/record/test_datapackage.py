from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from frictionless import validate

from citable import paths
from citable.edition.archive import SOURCE, check_tables, source_files
from citable.errors import EditionError
from citable.tables import datapackage
from citable.tables.manifest import manifest
from citable.tables.schema import TABLES


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    for name, content in datapackage.files().items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


@pytest.mark.check
def test_the_package_is_valid(package: Path) -> None:
    check_tables(package)


def test_every_table_is_in_it_with_its_dictionary(package: Path) -> None:
    described = json.loads((package / "datapackage.json").read_text())
    resources = {resource["name"]: resource for resource in described["resources"]}
    for name, table in TABLES.items():
        resource = resources[name.replace("_", "-")]
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == [column.name for column in table.columns]
        assert all(field["description"] for field in fields)
        content = (package / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        text = gzip.decompress(content) if resource["path"].endswith(".gz") else content
        # The text is the table's content, whatever the committed file's form.
        assert hashlib.sha256(text).hexdigest() == manifest()[name].content_sha256


@pytest.mark.parametrize(("old", "new"), [("2008-10-27", "27 October"), ("3,", "three,")])
def test_a_damaged_table_is_refused(package: Path, tmp_path: Path, old: str, new: str) -> None:
    described = json.loads((package / "datapackage.json").read_text())
    described["resources"] = [r for r in described["resources"] if r["name"] == "activation"]
    text = (package / "activation.csv").read_text().replace(old, new, 1)
    (tmp_path / "activation.csv").write_text(text)
    (tmp_path / "datapackage.json").write_text(json.dumps(described))
    assert not validate(str(tmp_path / "datapackage.json")).valid
    with pytest.raises(EditionError, match="not a valid data package"):
        check_tables(tmp_path)


def test_every_tracked_file_is_in_the_source_of_an_edition() -> None:
    git = shutil.which("git")
    if git is None or not (paths.ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    tracked = subprocess.run(
        [git, "ls-files"], cwd=paths.ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    assert set(filter(None, tracked)) <= {name for name, _ in source_files()}
    assert len(SOURCE) == len(set(SOURCE))
