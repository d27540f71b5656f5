"""The words that pages and prints say in the reader's language."""

from __future__ import annotations


def _(text: str) -> str:
    """Return a text in the language of the book."""
    return text
