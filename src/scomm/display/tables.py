"""Tables as HTML: caption, header scopes, aligned numbers, and nothing a screen reader misses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from jinja2 import Environment

from scomm.display.formats import fmt
from scomm.display.words import _
from scomm.errors import ArgumentError

# Autoescape: a county or facility name with markup in it is shown as text.
_ENVIRONMENT = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)

_TABLE = _ENVIRONMENT.from_string(
    """\
<div class="table-scroll" role="region" aria-labelledby="{{ id }}-caption" tabindex="0">
<table class="data" id="{{ id }}">
<caption id="{{ id }}-caption">{{ label }}{{ caption }}</caption>
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
<th scope="row"{{ cell.css }}>{{ cell.text }}</th>
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
    ``scomm.display.formats``; ``phone`` is false for columns a narrow screen may hide.
    """

    label: str
    spec: str = ""
    phone: bool = True

    @property
    def numeric(self) -> bool:
        """Whether the column is right-aligned."""
        return self.spec not in ("", "text", "date", "month", "word", "year", "cutoff")


def _css(*names: str) -> Any:
    from markupsafe import Markup

    used = " ".join(name for name in names if name)
    return Markup(f' class="{used}"') if used else Markup("")


def _sort_key(value: Any, col: Col) -> str:
    """Return what a day or month sorts by, whatever language names it."""
    if col.spec not in ("date", "month") or pd.isna(value):
        return ""
    return str(value)[:10].replace("-", "")


def to_html(
    frame: pd.DataFrame,
    columns: Mapping[str, Col | str],
    *,
    caption: str,
    identifier: str,
    label: str = "",
    emphasis: Sequence[int] = (),
    anchors: Sequence[str] = (),
) -> str:
    """Render the named columns of a frame as an accessible HTML table, in the edition's language.

    ``columns`` maps column names to headings in printing order; the first is the row header.
    ``emphasis`` lists positions of rows to set in bold (totals); ``anchors`` gives each row an
    address. Text is escaped.

    Raises ArgumentError if a named column is not in the frame.
    """
    unknown = [name for name in columns if name not in frame.columns]
    if unknown:
        raise ArgumentError(f"table {identifier}: no column {unknown[0]!r} in the frame")
    specs = {name: col if isinstance(col, Col) else Col(col) for name, col in columns.items()}

    def css(col: Col) -> Any:
        return _css("num" if col.numeric else "", "" if col.phone else "wide-only")

    heads = [{"label": _(col.label), "css": css(col)} for col in specs.values()]
    rows = [
        {
            "css": _css("emphasis" if position in emphasis else ""),
            "id": anchors[position] if anchors else "",
            "cells": [
                {
                    "text": fmt(record[name], col.spec),
                    "css": css(col),
                    "sort": _sort_key(record[name], col),
                }
                for name, col in specs.items()
            ],
        }
        for position, record in enumerate(frame.to_dict("records"))
    ]
    return _TABLE.render(id=identifier, label=label, caption=_(caption), heads=heads, rows=rows)


def to_text(frame: pd.DataFrame, columns: Mapping[str, Col | str]) -> str:
    """Render the same columns as aligned plain text, for builders without HTML."""
    specs = {name: col if isinstance(col, Col) else Col(col) for name, col in columns.items()}
    shown = pd.DataFrame(
        {
            _(col.label): [fmt(value, col.spec) for value in frame[name]]
            for name, col in specs.items()
        }
    )
    return shown.to_string(index=False)
