"""Test that every sort is stable, so that no output depends on a library's order of equal keys."""

import ast
import re

import pytest

from citable import paths
from citable.execute.chapters import pages

SORTS = {"argsort", "argpartition", "partition", "sort_values"}
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", re.S | re.M)
SOURCES = sorted((paths.SRC / "scomm").rglob("*.py"))
CHAPTERS = [paths.ROOT / f"{page}.md" for page in pages()]


def unstable(code):
    """Return the calls that leave the order of equal keys open, as text."""
    return [
        ast.unparse(call)
        for call in ast.walk(ast.parse(code))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in SORTS
        and not isinstance(call.func.value, ast.Constant)
        and "kind='stable'" not in {ast.unparse(word) for word in call.keywords}
        # str.partition takes one text and has no keys to order.
        and not (call.func.attr == "partition" and len(call.args) == 1)
    ]


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.stem)
def test_sources_sort_stably(file):
    found = unstable(file.read_text(encoding="utf-8"))
    assert not found, f'{file.name}: add kind="stable" to {found[0]}'


@pytest.mark.parametrize("file", CHAPTERS, ids=lambda file: file.stem)
def test_chapters_sort_stably(file):
    for cell in CELL.findall(file.read_text(encoding="utf-8")):
        found = unstable(cell)
        assert not found, f'{file.name}: add kind="stable" to {found[0]}'


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("frame.sort_values('n')", 1),
        ("np.argpartition(keys, 3)", 1),
        ("np.argsort(keys, kind='stable')", 0),
        ("text.partition('.')", 0),
    ],
)
def test_unstable_sort_is_detected(code, found):
    assert len(unstable(code)) == found
