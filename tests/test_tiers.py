"""Each test is run by just one of the tiers: `make test`, `make check` and `check-all`."""

from __future__ import annotations

import re
from itertools import product

import pytest

from citable import paths

# The targets that run tests by their markers, each adding to the one before it, and their makefiles.
TIERS = {"test": "Makefile", "test-check": "maintenance.mk", "check-all": "maintenance.mk"}


def selections() -> dict[str, str]:
    """Return what each target of the makefiles selects, as pytest's expression of markers."""
    found = {}
    for target, name in TIERS.items():
        makefile = (paths.ROOT / name).read_text(encoding="utf-8")
        recipe = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", makefile, re.M)
        assert recipe, f"{name} has no target {target}"
        selected = re.search(r"-m (\"[^\"]+\"|\w+)", recipe[1])
        assert selected, f"make {target} selects no tests"
        found[target] = selected[1].strip('"')
    return found


@pytest.mark.parametrize("marks", list(product([False, True], repeat=2)))
def test_a_test_of_any_markers_belongs_to_one_tier(marks: tuple[bool, bool]) -> None:
    names = dict(zip(("check", "exhaustive"), marks, strict=True))
    ran = [target for target, text in selections().items() if eval(text, {}, names)]
    assert len(ran) == 1, f"{names}: run by {ran or 'no target'}"


def test_each_tier_is_run_by_the_next() -> None:
    makefile = (paths.ROOT / "maintenance.mk").read_text(encoding="utf-8")
    check = (paths.ROOT / ".ci" / "check").read_text(encoding="utf-8")
    assert "make test\n" in check
    assert "make -f maintenance.mk test-check\n" in check
    run = (paths.ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"^check-all: check ", makefile, re.M)
    assert 'exec make -f maintenance.mk "${1:-check}"' in run


def test_pytest_by_itself_leaves_out_what_takes_hours(pytestconfig: pytest.Config) -> None:
    assert "-m 'not exhaustive'" in (paths.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert {line.split(":")[0] for line in pytestconfig.getini("markers")} >= {
        "check",
        "exhaustive",
    }
