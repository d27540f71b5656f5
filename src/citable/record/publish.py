"""Record values, findings, figures and tables from the cells of a chapter.

Each writes machine-readable data to the notebook's output, which the text of the page refers to
(``citable.record.directives``), and shows JupyterLab a plain form of it. What is recorded is English in
every edition, cells of tables apart.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd
from IPython.display import display

from citable.display.figures import DRAWS, render
from citable.display.tables import Col, as_column, to_plain
from citable.display.words import translate_nested, translated
from citable.record.directives import FRAME, ROW, TRANSLATED
from citable.record.findings import Interval, measured
from citable.record.rows import Rows, check

_PREFIX = "application/papermill.record/"


def _record_output(name: str, data: Any, text: str = "", html: str = "") -> None:
    """Record data in the notebook's output under a name; pages do not show it.

    ``text`` and ``html`` are what JupyterLab shows.
    """
    seen = {"text/plain": text, "text/html": html}
    display(
        {
            _PREFIX + "text/plain": json.dumps(data, ensure_ascii=False),
            **{kind: content for kind, content in seen.items() if content},
        },
        raw=True,
        metadata={"scrapbook": {"name": name, "mime_prefix": _PREFIX}},
    )


def _row(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Convert a row to plain JSON data."""
    return {str(name): to_plain(value) for name, value in row.items()}


def say(**values: Any) -> None:
    """Record named values, rows or frames for the text of this page to substitute.

    ``{n}`name:format``` prints a number, date or text in a format of ``citable.display.formats``;
    ``{n}`name.column:format``` does so for a row of a frame, and ``{each}`name; text``` prints a
    text for each row of a frame. A translated edition has texts in its language beside these.
    """
    for name, value in values.items():
        if isinstance(value, pd.DataFrame):
            _record_translated(
                f"{FRAME}/{name}", value.to_dict("records"), lambda rows: list(map(_row, rows))
            )
        elif isinstance(value, pd.Series):
            _record_translated(f"{ROW}/{name}", value.to_dict(), _row)
        else:
            _record_translated(name, value, to_plain)


def _record_translated(name: str, value: Any, plain: Callable[[Any], Any]) -> None:
    """Record a value in English, and in a translated edition in its language too."""
    _record_output(name, plain(value))
    if translated():
        _record_output(f"{TRANSLATED}/{name}", plain(translate_nested(value)))


def record(
    identifier: str,
    value: Any = None,
    *,
    interval: Any = None,
    rows: Rows | None = None,
    **fields: Any,
) -> None:
    """Record the numbers of a finding, whose words stand in the directive ``{finding}``.

    ``value`` is in ``unit`` (a share if not given) at full precision, ``numerator /
    denominator`` if only these are given; ``interval`` is one of
    ``citable.record.findings`` or has its fields; ``rows`` are the rows that add up to the counts, from
    ``citable.record.rows``; other ``fields`` are those of ``citable.record.findings.measured``.

    Raises FindingError if they do not fit together or the rows do not add up.
    """
    if interval is not None:
        interval = Interval(
            low=float(interval.low),
            high=float(interval.high),
            method=interval.method,
            level=float(interval.level),
        )
    numbers = measured(identifier, value, interval=interval, **fields)
    ends = numbers["interval"]
    between = f" ({ends['low']:.6g} to {ends['high']:.6g}, {ends['method']})" if ends else ""
    _record_output(
        f"finding/{identifier}", numbers, f"Finding {identifier}: {numbers['value']}{between}"
    )
    if rows is not None:
        check(rows, identifier, numbers["value"], numbers["numerator"], numbers["denominator"])
        _record_output(f"rows/{identifier}", rows.data)


def figure(
    identifier: str,
    draw: Callable[..., Any],
    data: pd.DataFrame | pd.Series,
    *,
    one_size: bool = False,
    csv: pd.DataFrame | None = None,
    **options: Any,
) -> None:
    """Draw a numbered figure, whose words stand in the directive ``{figure}``.

    ``draw`` takes a ``Layout``, ``data`` and ``options``, and returns a matplotlib figure or SVG
    text; it is called for a wide and for a narrow screen. ``data``, or ``csv`` in its place, is
    offered for download. ``one_size`` is for maps. Where one finding alone is verified, nothing is
    drawn: no number depends on a drawing.
    """
    if os.environ.get(DRAWS) == "no":
        return
    drawn = render(
        lambda layout: draw(layout, data, **options), identifier=identifier, one_size=one_size
    )
    offered = data if csv is None else csv
    if offered.index.name is not None:
        offered = offered.reset_index()
    _record_output(
        f"figure/{identifier}",
        {
            "id": identifier,
            "svg": drawn.standalone,
            "wide": drawn.wide,
            "narrow": drawn.narrow,
            "csv": offered.to_csv(index=False, lineterminator="\n"),
            **({"marks": drawn.marks} if drawn.marks else {}),
        },
        f"Figure {identifier}",
        drawn.standalone.partition("\n")[2],
    )


def table(
    identifier: str,
    frame: pd.DataFrame,
    columns: Mapping[str, Col | str] | None = None,
    *,
    emphasis: Sequence[int] = (),
    anchors: Sequence[str] = (),
) -> None:
    """Record a numbered table, whose words and columns stand in the directive ``{table}``.

    ``columns`` maps further columns of ``frame`` to headings (or ``Col``), for those that code
    names. The whole frame, not only what is printed, is offered as CSV. ``emphasis`` lists
    positions of rows to set in bold; ``anchors`` gives each row an address.
    """
    _record_output(
        f"table/{identifier}",
        {
            "id": identifier,
            "csv": frame.to_csv(index=False, lineterminator="\n"),
            "names": [str(name) for name in frame.columns],
            "rows": [_row(translate_nested(row)) for row in frame.to_dict("records")],
            "columns": {str(name): asdict(as_column(col)) for name, col in (columns or {}).items()},
            "emphasis": list(emphasis),
            "anchors": list(anchors),
        },
        f"Table {identifier}\n{frame.to_string(index=False)}",
        frame.to_html(index=False),
    )
