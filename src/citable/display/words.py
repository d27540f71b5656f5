"""Words that a reader sees, in the language of the edition: English, or a translation of it.

The English text is the message. ``_`` gives its translation from ``locale/<language>``, where the
environment variable ``CITABLE_LANGUAGE`` names a language; without it every function here returns
what it was given and reads nothing. What is recorded and compared (findings, numbers, tables) is
English in every edition; a translation is made where something is shown. So a text with values in
it is kept as ``LazyText``: English to whoever records it, and able to say itself again.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from citable import paths

VARIABLE = "CITABLE_LANGUAGE"
ENGLISH = "en"
DOMAIN = "book"
PAGES = "pages"

_in_english: ContextVar[bool] = ContextVar("in_english", default=False)


def language() -> str:
    """Return the code of the language of this edition: ``en`` unless ``CITABLE_LANGUAGE`` says so."""
    return os.environ.get(VARIABLE, "") or ENGLISH


def translated() -> bool:
    """Whether words are to be translated now."""
    return language() != ENGLISH and not _in_english.get()


@contextmanager
def english() -> Iterator[None]:
    """Say everything inside in English, whatever the edition's language: for what is recorded."""
    token = _in_english.set(True)
    try:
        yield
    finally:
        _in_english.reset(token)


@cache
def _catalog(code: str, domain: str = DOMAIN) -> gettext.NullTranslations:
    # A language without a catalog is an error, not a silent English edition.
    return gettext.translation(domain, paths.LOCALE, [code])


class LazyText(str):
    """A text that is English as a string and says itself in the edition's language through ``_``."""

    render: Callable[[], str] | None = None

    @classmethod
    def from_function(cls, render: Callable[[], str]) -> LazyText:
        """Return the text that a function gives; it is asked again in the language of display."""
        with english():
            text = cls(render())
        if language() != ENGLISH:
            text.render = render
        return text


def _(text: str) -> str:
    """Return a text in the edition's language; the text itself where there is no translation.

    White space does not count: texts of ledgers are wrapped in their files.
    """
    if not text or not translated():
        return text
    if isinstance(text, LazyText) and text.render is not None:
        return text.render()
    return _catalog(language()).gettext(" ".join(text.split())) if text.strip() else text


def translate_page_text(text: str) -> str:
    """Return a text of a page, as Sphinx extracts it, in the edition's language."""
    if not text or not translated():
        return text
    return _catalog(language(), PAGES).gettext(" ".join(text.split()))


def plural(one: str, many: str, n: int) -> str:
    """Return the form of a text that goes with a number, in the edition's language."""
    if not translated():
        return one if n == 1 else many
    return _catalog(language()).ngettext(one, many, n)


def N_(text: str) -> str:
    """Mark a text for translation where it is written; it is translated where it is shown."""
    return text


def translate_nested(value: Any) -> Any:
    """Return a value with every text in it translated: lists, tuples and mappings too."""
    if isinstance(value, str):
        return _(value)
    if isinstance(value, dict):
        return {name: translate_nested(item) for name, item in value.items()}
    return [translate_nested(item) for item in value] if isinstance(value, list | tuple) else value
