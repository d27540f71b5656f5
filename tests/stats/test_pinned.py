"""Nothing of the statistics moved: every field, word and refusal is as pinned.json has it."""

import inspect
import json

import pytest

from tests.stats.pinned import FILE, calls, given, label
from tests.stats.public import public_functions

CALLS = list(calls())
KEPT = json.loads(FILE.read_text(encoding="utf-8"))
# What an optimiser found is as near as it stops; all else is arithmetic. A rate is rounded to six
# places, and a processor's sixteenth digit can turn the sixth.
FITTED = ("heterogeneity.", "shrinkage.", "timeseries.segmented_quasi")
FIT, ARITHMETIC, RATE = (1e-5, 1e-8), (1e-8, 1e-11), (0.0, 1.5e-6)


def tolerance(name):
    """How far a number may be from the pinned one: relative, absolute."""
    return (
        FIT if name.startswith(FITTED) else RATE if name.startswith("simulation.") else ARITHMETIC
    )


def same(kept, found, within):
    """Whether two values are of the same kinds, words and order, numbers within a tolerance."""
    if isinstance(kept, dict) and isinstance(found, dict):
        return list(kept) == list(found) and all(same(kept[k], found[k], within) for k in kept)
    if isinstance(kept, list) and isinstance(found, list):
        return len(kept) == len(found) and all(
            same(a, b, within) for a, b in zip(kept, found, strict=True)
        )
    if type(kept) is float and type(found) is float:
        return found == pytest.approx(kept, rel=within[0], abs=within[1])
    return type(kept) is type(found) and kept == found


@pytest.mark.parametrize("at", range(len(CALLS)), ids=lambda at: f"{label(CALLS[at])}-{at}")
def test_as_pinned(at):
    name, kept = KEPT[at]
    assert label(CALLS[at]) == name, "another call stands here: python -m tests.stats.pinned"
    found = json.loads(json.dumps(given(CALLS[at])))
    assert same(kept, found, tolerance(name)), f"{found}\nbut {kept}"


def test_every_call_is_pinned():
    assert len(KEPT) == len(CALLS)


def test_every_public_function_is_called():
    assert set(public_functions()) <= {label(call) for call in CALLS}


def with_level():
    """The first call of each function that takes a level and gives a result."""
    found = {}
    for call, (name, kept) in zip(CALLS, KEPT, strict=True):
        if "level" in inspect.signature(call[0]).parameters and "raises" not in str(kept):
            found.setdefault(name, call)
    return found


LEVELLED = with_level()


def test_no_function_with_a_level_is_left_out():
    takes = {n for n, f in public_functions().items() if "level" in inspect.signature(f).parameters}
    assert takes <= set(LEVELLED)


@pytest.mark.parametrize("level", [0, 1, -0.5, 1.5, 95, float("nan")])
@pytest.mark.parametrize("name", list(LEVELLED))
def test_a_level_that_is_none_is_refused(name, level):
    function, values, named = LEVELLED[name]
    bound = inspect.signature(function).bind(*values, **named)
    bound.arguments["level"] = level
    found = given((function, bound.args, bound.kwargs))
    assert found == {
        "raises": "ArgumentError",
        "says": f"level: found {level!r}, expected a number between 0 and 1",
    }


@pytest.mark.parametrize(
    ("kept", "found"),
    [(1.0, 1), (1.0, 1.0001), ("a", "b"), ([1], [1, 2]), ({"a": 1}, {"b": 1}), (True, 1)],
)
def test_what_moved_is_seen(kept, found):
    assert not same(kept, found, FIT)
