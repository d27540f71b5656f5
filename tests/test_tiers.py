"""Each test is run by just one of `make test`, `make check` and `make check-all`."""

from __future__ import annotations

import re
from itertools import product

import pytest

from citable import paths

# The targets that run tests by their markers, and the tier that each adds to the one before it.
TIERS = {"test": "make test", "test-check": "make check", "check-all": "make check-all"}


def selections() -> dict[str, str]:
    """Return what each target of the Makefile selects, as pytest's expression of markers."""
    found = {}
    for target in TIERS:
        recipe = re.search(
            rf"^{target}:.*\n((?:\t.*\n)+)", (paths.ROOT / "Makefile").read_text(), re.M
        )
        assert recipe, f"the Makefile has no target {target}"
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
    makefile = (paths.ROOT / "Makefile").read_text(encoding="utf-8")
    check = (paths.ROOT / ".ci" / "check").read_text(encoding="utf-8")
    assert "make test\n" in check
    assert "make test-check\n" in check
    assert re.search(r"^check-all: check ", makefile, re.M)
    assert 'exec make "${1:-check}"' in (paths.ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_pytest_by_itself_leaves_out_what_takes_hours(pytestconfig: pytest.Config) -> None:
    assert "-m 'not exhaustive'" in (paths.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert {line.split(":")[0] for line in pytestconfig.getini("markers")} >= {
        "check",
        "exhaustive",
    }
