"""The public functions of the statistics, for tests that ask something of every one of them."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Any

from scomm import stats


def public_functions() -> dict[str, Callable[..., Any]]:
    """Return them by ``module.name``; the simulations are not among them."""
    return {
        f"{room.name}.{name}": function
        for room in pkgutil.iter_modules(stats.__path__)
        if not room.name.startswith("_") and room.name != "simulation"
        for name, function in inspect.getmembers(
            import_module(f"scomm.stats.{room.name}"), inspect.isfunction
        )
        if function.__module__ == f"scomm.stats.{room.name}" and not name.startswith("_")
    }
