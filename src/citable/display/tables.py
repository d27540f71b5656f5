"""Render tables as accessible HTML: caption, header scopes and aligned numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jinja2 import Environment
from markupsafe import Markup

from citable.display.formats import fmt, missing
from citable.display.words import N_, _
from citable.errors import ArgumentError

if TYPE_CHECKING:
    import pandas as pd

# Autoescape: a name with markup in it is shown as text.
_ENVIRONMENT = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)

_TABLE = _ENVIRONMENT.from_string(
    """\
<div class="table-scroll" role="region" aria-labelledby="{{ id }}-caption" tabindex="0">
<table class="data{{ " cards" if cards }}" id="{{ id }}">
<caption id="{{ id }}-caption"><span class="caption-text">{{ label }}{{ caption }}</span></caption>
<thead><tr>
{% for head in heads %}
<th scope="col"{{ head.css }}>{{ head.label }}</th>
{% endfor %}
</tr></thead>
<tbody>
{% for row in rows %}
<tr{{ row.css }}{% if row.id %} id="{{ row.id }}"{% endif %}>
{% for cell in row.cells %}
{% if loop.first %}
<th scope="row"{{ cell.css }}>{% if row.href %}<a class="row-link" href="{{ row.href }}">{{ cell.text }}</a>{% else %}{{ cell.text }}{% endif %}</th>
{% else %}
<td{{ cell.css }}{% if cell.sort %} data-sort="{{ cell.sort }}"{% endif %}>{{ cell.text }}</td>
{% endif %}
{% endfor %}
</tr>
{% endfor %}
</tbody>
</table>
</div>
"""
)


@dataclass(frozen=True)
class Col:
    """One column of a printed table.

    ``label`` is its heading, with the unit where it has one; ``spec`` a format of
    ``citable.display.formats``, or ``line`` for a ``Line``; ``phone`` is false for columns a narrow
    screen may hide; ``high`` names the column of the upper ends where this one holds the lower ends
    of ranges, so that both are printed in one.
    """

    label: str
    spec: str = ""
    phone: bool = True
    high: str = ""

    @property
    def numeric(self) -> bool:
        """Whether the column is right-aligned."""
        words = ("", "text", "name", "date", "month", "word", "year", "cutoff", "line")
        return self.spec not in words


@dataclass(frozen=True)
class Line:
    """Share with its interval and a reference, drawn on a fixed scale from 0 to 1.

    ``share_low`` and ``share_high`` are equal where the counts are exact, else the ends of a range;
    ``low`` and ``high`` are the interval's; any may be missing (nan).
    """

    share_low: float
    share_high: float
    low: float
    high: float
    reference: float

    def svg(self) -> Any:
        """Return the line as SVG, without a text alternative: its numbers are in the row's other cells."""

        def stroke(kind: str, start: float, end: float, top: int, bottom: int) -> str:
            if missing(start) or missing(end):
                return ""
            return (
                f'<line class="{kind}" x1="{100 * start:.2f}" x2="{100 * end:.2f}" '
                f'y1="{top}" y2="{bottom}"></line>'
            )

        parts = stroke("scale", 0, 1, 6, 6)
        parts += stroke("reference", self.reference, self.reference, 0, 12)
        parts += stroke("interval", self.low, self.high, 6, 6)
        if self.share_high > self.share_low:
            parts += stroke("range", self.share_low, self.share_high, 6, 6)
        else:
            parts += stroke("estimate", self.share_low, self.share_low, 2, 10)
        return Markup(
            '<svg class="finding-line" viewBox="-1 0 102 12" preserveAspectRatio="none" '
            f'aria-hidden="true">{parts}</svg>'
        )


def as_column(col: Col | str) -> Col:
    """Return a ``Col``, made from its heading if only that is given."""
    return col if isinstance(col, Col) else Col(col)


_LINE = "line"
_RANGE = N_("{low} to {high}")
# Letters that a line of a table has at 320 pixels, and those that the space between columns takes.
_PHONE, _GAP = 38, 1.5


def to_plain(value: Any) -> Any:
    """Convert a cell to plain JSON data; ``from_plain`` is the inverse."""
    if isinstance(value, Line):
        return {_LINE: [to_plain(getattr(value, name)) for name in Line.__dataclass_fields__]}
    if missing(value):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    return value.item() if hasattr(value, "item") else value


def from_plain(value: Any) -> Any:
    """Convert plain JSON data back to a cell."""
    return Line(*value[_LINE]) if isinstance(value, dict) and _LINE in value else value


def _css(*names: str) -> Any:
    used = " ".join(name for name in names if name)
    return Markup(f' class="{used}"') if used else Markup("")


def _format_cell(record: Mapping[Any, Any], name: Any, col: Col) -> Any:
    """Return the text or SVG of a cell; a range whose ends print alike is one number."""
    if col.spec == "line":
        return record[name].svg()
    low = fmt(record[name], col.spec)
    high = fmt(record[col.high], col.spec) if col.high else low
    return low if low == high else _(_RANGE).format(low=low, high=high)


def _sort_key(value: Any, col: Col) -> str:
    """Return the sort key of a day or month, independent of the language that names it."""
    if col.spec not in ("date", "month") or missing(value):
        return ""
    return str(value)[:10].replace("-", "")


def _fits_phone(heads: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether all columns of a table fit the narrowest phone.

    An estimate in letters: a column takes its longest word or number, and a text at least a dozen
    letters of a line if it has them.
    """
    needed = 0.0
    for head, *cells in zip(heads, *(row["cells"] for row in rows), strict=True):
        if head["line"]:
            return False
        texts = [str(cell["text"]) for cell in cells]
        wanted = max((len(word) for word in str(head["label"]).split()), default=0)
        for text in texts:
            words = max((len(word) for word in text.split()), default=0)
            wanted = max(wanted, len(text) if head["num"] else max(words, min(len(text), 12)))
        needed += wanted + _GAP
    return needed - _GAP <= _PHONE


def to_html(
    frame: pd.DataFrame,
    columns: Mapping[str, Col | str],
    *,
    caption: str,
    identifier: str,
    label: str = "",
    emphasis: Sequence[int] = (),
    anchors: Sequence[str] = (),
    pages: Sequence[str] = (),
) -> str:
    """Render the named columns of a frame as an accessible HTML table, in the edition's language.

    ``columns`` maps column names to headings in printing order; the first is the row header.
    ``emphasis`` lists positions of rows to set in bold (totals); ``anchors`` gives each row an
    address, to which its header links, unless ``pages`` gives another. Text is escaped.

    Raises ArgumentError if a named column is not in the frame.
    """
    return rows_to_html(
        frame.to_dict("records"),
        list(frame.columns),
        {name: as_column(col) for name, col in columns.items()},
        caption=_(caption),
        identifier=identifier,
        label=label,
        emphasis=emphasis,
        anchors=anchors,
        pages=pages,
    )


def _address(position: int, anchors: Sequence[str], pages: Sequence[str]) -> str:
    """Return the link of a row's header: to a page, to the row itself, or empty."""
    if pages:
        return pages[position]
    return f"#{anchors[position]}" if anchors and anchors[position] else ""


def rows_to_html(
    records: Sequence[Mapping[Any, Any]],
    known: Sequence[Any],
    specs: Mapping[Any, Col],
    *,
    caption: str,
    identifier: str,
    label: str = "",
    emphasis: Sequence[int] = (),
    anchors: Sequence[str] = (),
    pages: Sequence[str] = (),
) -> str:
    """Render rows as ``to_html`` renders a frame; ``known`` names all columns, ``caption`` is shown.

    Raises ArgumentError if a named column is not known.
    """
    wanted = [*specs, *(col.high for col in specs.values() if col.high)]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise ArgumentError(f"table {identifier}: no column {unknown[0]!r} in the frame")

    def css(col: Col) -> Any:
        kind = "num" if col.numeric else "line" if col.spec == "line" else ""
        return _css(kind, "" if col.phone else "wide-only")

    heads = [
        {
            "label": _(col.label),
            "css": css(col),
            "num": col.numeric,
            "line": col.spec == "line",
        }
        for col in specs.values()
    ]
    rows = [
        {
            "css": _css("emphasis" if position in emphasis else ""),
            "id": anchors[position] if anchors else "",
            "href": _address(position, anchors, pages),
            "cells": [
                {
                    "text": _format_cell(record, name, col),
                    "css": css(col),
                    "sort": _sort_key(record[name], col),
                }
                for name, col in specs.items()
            ],
        }
        for position, record in enumerate(records)
    ]
    return _TABLE.render(
        id=identifier,
        label=label,
        caption=caption,
        heads=heads,
        rows=rows,
        cards=not _fits_phone(heads, rows),
    )
