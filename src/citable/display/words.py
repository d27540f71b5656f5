"""Translate the words that a reader sees into the language of the edition.

The English text is the message. ``_`` gives its translation from ``locale/<language>``, where the
environment variable ``CITABLE_LANGUAGE`` names a language; without it every function here returns
what it was given and reads nothing. What is recorded and compared (findings, numbers, tables) is
English in every edition; a translation is made where something is shown. So a text with values in
it is kept as ``LazyText``: English to whoever records it, and rendered again in another language.
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
    """Whether ``_`` translates at present: the edition is no English one, and ``english`` is not active."""
    return language() != ENGLISH and not _in_english.get()


@contextmanager
def english() -> Iterator[None]:
    """Switch translation off within the block, for what is recorded."""
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
    """Lazily translated string: the ``str`` is the English source, ``_`` translates it."""

    render: Callable[[], str] | None = None

    @classmethod
    def from_function(cls, render: Callable[[], str]) -> LazyText:
        """Return the English result of a function, which ``_`` calls again in the language of the edition."""
        with english():
            text = cls(render())
        if language() != ENGLISH:
            text.render = render
        return text


def _(text: str) -> str:
    """Translate a text into the edition's language; return the text where there is no translation.

    White space does not count: texts of ledgers are wrapped in their files.
    """
    if not text or not translated():
        return text
    if isinstance(text, LazyText) and text.render is not None:
        return text.render()
    return _catalog(language()).gettext(" ".join(text.split())) if text.strip() else text


def translate_page_text(text: str) -> str:
    """Translate a text of a page, as Sphinx extracts it, into the edition's language."""
    if not text or not translated():
        return text
    return _catalog(language(), PAGES).gettext(" ".join(text.split()))


def plural(one: str, many: str, n: int) -> str:
    """Return the singular or plural of a text for a number, in the edition's language."""
    if not translated():
        return one if n == 1 else many
    return _catalog(language()).ngettext(one, many, n)


def N_(text: str) -> str:
    """Mark a text for translation where it is written; it is translated where it is shown."""
    return text


def translate_nested(value: Any) -> Any:
    """Translate every text in a value, in nested lists, tuples and mappings too."""
    if isinstance(value, str):
        return _(value)
    if isinstance(value, dict):
        return {name: translate_nested(item) for name, item in value.items()}
    return [translate_nested(item) for item in value] if isinstance(value, list | tuple) else value
