"""List the public functions of the statistics, for tests over all of them."""

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
        f"{module.name}.{name}": function
        for module in pkgutil.iter_modules(stats.__path__)
        if not module.name.startswith("_") and module.name != "simulation"
        for name, function in inspect.getmembers(
            import_module(f"scomm.stats.{module.name}"), inspect.isfunction
        )
        if function.__module__ == f"scomm.stats.{module.name}" and not name.startswith("_")
    }
