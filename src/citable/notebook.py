"""Export what notebooks import: functions that record numbers, findings, figures and tables, and data.

Each name is loaded when it is asked for: a notebook that draws nothing loads nothing that draws.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from citable.display import describe, formats
    from citable.record import findings, rows
    from citable.record.publish import figure, record, say, table
    from citable.tables.manifest import manifest
    from citable.tables.passports import passports
    from citable.tables.reader import load

_MODULES = {"describe": "citable.display", "formats": "citable.display"}
_MODULES |= {"findings": "citable.record", "rows": "citable.record"}
_FUNCTIONS = dict.fromkeys(("figure", "record", "say", "table"), "citable.record.publish")
_FUNCTIONS |= {
    "load": "citable.tables.reader",
    "manifest": "citable.tables.manifest",
    "passports": "citable.tables.passports",
}

__all__ = [
    "describe",
    "figure",
    "findings",
    "formats",
    "load",
    "manifest",
    "passports",
    "record",
    "rows",
    "say",
    "table",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"{_MODULES[name]}.{name}")
    if name in _FUNCTIONS:
        return getattr(import_module(_FUNCTIONS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
