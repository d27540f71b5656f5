"""Render the HTML templates of the record in the edition's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup, escape

from citable.display.formats import fmt
from citable.display.words import _, language, plural, translate_nested
from citable.project import project


class _Safe(dict[str, Any]):
    """Mapping of values for ``str.format_map``: formatted by ``fmt``, then escaped."""

    def __getitem__(self, key: str) -> _Value:
        return _Value(super().__getitem__(key))


class _Value:
    def __init__(self, value: Any) -> None:
        self.value = value

    def __format__(self, spec: str) -> str:
        return str(self.value if isinstance(self.value, Markup) else escape(fmt(self.value, spec)))


def html(template: str, /, **values: Any) -> Markup:
    """Translate a piece of HTML and fill its ``{name:format}`` placeholders, values escaped.

    The template is the book's own and may hold tags; a value that is ``Markup`` stays as it is.
    """
    return _filled(_(template), values)


def html_plural(one: str, many: str, n: int, /, **values: Any) -> Markup:
    """Translate and fill HTML in the singular or plural of a number, which its placeholders call ``n``."""
    return _filled(plural(one, many, int(n)), values | {"n": n})


def _filled(template: str, values: Mapping[str, Any]) -> Markup:
    return Markup(template.format_map(_Safe(values)))


_templates = Environment(
    loader=PackageLoader("citable", "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters |= {"fmt": fmt, "said": translate_nested}
_templates.globals |= {"t": html, "tn": html_plural, "language": language}


def _project_values() -> dict[str, str]:
    """Return the values of the project that every template can use."""
    return {
        "command": project().command,
        "book": _(project().short_title),
        "author": project().author,
    }


def from_template(template: str, **values: Any) -> str:
    """Render one of the record's templates as HTML, values escaped."""
    return _templates.get_template(template).render(**(_project_values() | values))
