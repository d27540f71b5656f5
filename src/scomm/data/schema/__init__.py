"""Schemas: what each committed table is, column by column.

A table's schema is both the check that every load runs and the text of the data dictionary.
"""

from __future__ import annotations

from importlib import import_module

from scomm.data.schema.base import Column, Table

_MODULES = ("records", "places", "compiled", "detention")


def _collect() -> dict[str, Table]:
    tables: dict[str, Table] = {}
    for name in _MODULES:
        module = import_module(f"scomm.data.schema.{name}")
        for table in module.TABLES:
            if table.name in tables:
                raise ValueError(f"table {table.name} is defined twice")
            tables[table.name] = table
    return tables


TABLES: dict[str, Table] = _collect()

__all__ = ["TABLES", "Column", "Table"]
