from __future__ import annotations

import subprocess

import pytest

from citable import paths
from citable.edition.archive import source_files


def test_edition_source_matches_the_repository() -> None:
    if not (paths.ROOT / ".git").exists():
        pytest.skip("not a checkout: an edition's own source has no repository to compare with")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    tracked = {name for name in listed if name and (paths.ROOT / name).is_file()}
    assert {name for name, _ in source_files()} == tracked
