"""Record: what the book publishes. Numbers in prose, findings, figures and tables.

Chapters import their four words from here: ``say``, ``record``, ``figure``, ``table``. They are
loaded when asked for: most of this room does its work without drawing anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from citable.record.publish import figure, record, say, table

__all__ = ["figure", "record", "say", "table"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from citable.record import publish

        return getattr(publish, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
