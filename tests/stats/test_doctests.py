"""Run the worked examples in docstrings of ``scomm.stats``."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

from scomm import stats

MODULES = [f"scomm.stats.{m.name}" for m in pkgutil.iter_modules(stats.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples(name):
    outcome = doctest.testmod(importlib.import_module(name))
    assert outcome.failed == 0
    if not name.rsplit(".", 1)[1].startswith("_"):
        assert outcome.attempted > 0


@pytest.mark.parametrize("name", [m for m in MODULES if "._" not in m])
def test_every_public_function_has_a_worked_example(name):
    module = importlib.import_module(name)
    for label, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == name and not label.startswith("_"):
            assert ">>>" in (function.__doc__ or ""), f"{name}.{label} has no worked example"
