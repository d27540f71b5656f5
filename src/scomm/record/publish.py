"""The four words a chapter writes with: say, finding, figure, table.

Each shows its object on the page and leaves machine-readable data in the notebook's output, from
which the book's extension fills numbers into prose and the record collects all findings. What is
left is English in every edition, cells of tables apart; what is shown is in the edition's language.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd
from IPython.display import display

from scomm.display.figures import DRAWS, render
from scomm.display.formats import tr
from scomm.display.tables import Col, as_column, to_html, to_plain, to_text
from scomm.display.words import _, english, said, translated
from scomm.record.directives import FRAME, ROW, TRANSLATED
from scomm.record.findings import SHOWN, Finding, Interval, make, measured
from scomm.record.rows import Rows, check
from scomm.record.sources import sources_line
from scomm.record.templated import from_template

_PREFIX = "application/papermill.record/"


def _leave(name: str, data: Any, text: str = "", html: str = "") -> None:
    """Leave data in the notebook's output under a name; a page shows none of it.

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


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    return value.item() if hasattr(value, "item") else value


def _row(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row as JSON can hold it."""
    return {str(name): to_plain(value) for name, value in row.items()}


def say(**values: Any) -> None:
    """Give values to the words of this page.

    ``{n}`name:format``` prints a number, date or text in a format of ``scomm.display.formats``;
    ``{n}`name.column:format``` does so for a row of a frame, and ``{each}`name; text``` prints a
    text for each row of a frame. A translated edition has texts in its language beside these.
    """
    for name, value in values.items():
        if isinstance(value, pd.DataFrame):
            _leave_both(
                f"{FRAME}/{name}", value.to_dict("records"), lambda rows: list(map(_row, rows))
            )
        elif isinstance(value, pd.Series):
            _leave_both(f"{ROW}/{name}", value.to_dict(), _row)
        else:
            _leave_both(name, value, _plain)


def _leave_both(name: str, value: Any, plain: Callable[[Any], Any]) -> None:
    """Leave a value in English, and in a translated edition in its language too."""
    _leave(name, plain(value))
    if translated():
        _leave(f"{TRANSLATED}/{name}", plain(said(value)))


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
    denominator`` if only these are given; ``interval`` is one of ``scomm.stats`` or of
    ``scomm.record.findings``; ``rows`` are the rows that add up to the counts, from
    ``scomm.record.rows``; other ``fields`` are those of ``scomm.record.findings.measured``.

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
    _leave(f"finding/{identifier}", numbers, f"Finding {identifier}: {numbers['value']}{between}")
    if rows is not None:
        check(rows, identifier, numbers["value"], numbers["numerator"], numbers["denominator"])
        _leave(f"rows/{identifier}", rows.data)


@dataclass(frozen=True)
class _Page:
    """What a notebook shows: HTML for the web, text elsewhere."""

    html: str
    text: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


def finding(
    identifier: str,
    statement: str,
    *,
    tables: Sequence[str],
    interval: Any = None,
    rows: Rows | None = None,
    **fields: Any,
) -> Finding:
    """Record a result and show it as a block with its number.

    ``statement`` is one sentence with ``{name:format}`` places. Fields that are not part of a
    ``Finding`` fill those places; ``value``, ``numerator``, ``denominator``, ``low`` and ``high``
    can stand in it too. The template is translated, then filled. ``interval`` is a ``scomm.stats`` interval or a ``findings.Interval``;
    ``rows`` are the rows that add up to the counts, from ``scomm.record.rows``.

    Raises FindingError as ``scomm.record.findings.make`` does, or if the rows do not add up.
    """
    known = {name for name in Finding.__dataclass_fields__ if name not in ("id", "statement")}
    places = {name: value for name, value in fields.items() if name not in known}
    fields = {name: value for name, value in fields.items() if name in known}
    if interval is not None:
        interval = Interval(
            low=float(interval.low),
            high=float(interval.high),
            method=interval.method,
            level=float(interval.level),
        )
        places |= {"low": interval.low, "high": interval.high}
    places |= {
        name: fields.get(name) for name in ("value", "numerator", "denominator", "reference")
    }
    with english():
        result = make(identifier, statement, places, tables=tables, interval=interval, **fields)
    _leave(f"finding/{identifier}", result.as_json())
    shown = result.as_json() | {"statement": tr(statement, **places)}
    if rows is not None:
        check(rows, identifier, result.value, result.numerator, result.denominator)
        _leave(f"rows/{identifier}", rows.data)
    seen = replace(result, **{name: said(shown[name]) for name in SHOWN})
    html = from_template("finding.html", finding=seen, sources=sources_line(result.tables))
    display(_Page(html, _("Finding {id}. {text}").format(id=identifier, text=seen.statement)))
    return result


def figure(
    identifier: str,
    draw: Callable[..., Any],
    data: pd.DataFrame | pd.Series,
    *,
    one_size: bool = False,
    csv: pd.DataFrame | None = None,
    caption: str = "",
    alt: str = "",
    tables: Sequence[str] = (),
    long_description: str = "",
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
    if not caption:
        drawn = render(
            lambda layout: draw(layout, data, **options), identifier=identifier, one_size=one_size
        )
        offered = data if csv is None else csv
        if offered.index.name is not None:
            offered = offered.reset_index()
        _leave(
            f"figure/{identifier}",
            {
                "id": identifier,
                "svg": drawn.standalone,
                "wide": drawn.wide,
                "narrow": drawn.narrow,
                "csv": offered.to_csv(index=False, lineterminator="\n"),
            },
            f"Figure {identifier}",
            drawn.standalone.partition("\n")[2],
        )
        return
    drawn = render(draw, identifier=identifier, alt=_(alt), one_size=one_size)
    _leave(
        f"figure/{identifier}",
        {
            "id": identifier,
            "caption": caption,
            "alt": alt,
            "svg": drawn.standalone,
            "csv": data.to_csv(index=False, lineterminator="\n"),
        },
    )
    html = from_template(
        "figure.html",
        id=identifier,
        slug=identifier.replace(".", "-"),
        wide=drawn.wide,
        narrow=drawn.narrow,
        caption=_(caption),
        long_description=_(long_description),
        sources=sources_line(tables),
    )
    display(
        _Page(html, _("Figure {id}. {text}").format(id=identifier, text=f"{_(caption)} [{_(alt)}]"))
    )


def table(
    identifier: str,
    frame: pd.DataFrame,
    columns: Mapping[str, Col | str] | None = None,
    *,
    emphasis: Sequence[int] = (),
    anchors: Sequence[str] = (),
    caption: str = "",
    tables: Sequence[str] = (),
    note: str = "",
) -> None:
    """Record a numbered table, whose words and columns stand in the directive ``{table}``.

    ``columns`` maps further columns of ``frame`` to headings (or ``Col``), for those that code
    names. The whole frame, not only what is printed, is offered as CSV. ``emphasis`` lists
    positions of rows to set in bold; ``anchors`` gives each row an address.
    """
    if not caption:
        _leave(
            f"table/{identifier}",
            {
                "id": identifier,
                "csv": frame.to_csv(index=False, lineterminator="\n"),
                "rows": [_row(said(row)) for row in frame.to_dict("records")],
                "columns": {
                    str(name): asdict(as_column(col)) for name, col in (columns or {}).items()
                },
                "emphasis": list(emphasis),
                "anchors": list(anchors),
            },
            f"Table {identifier}\n{frame.to_string(index=False)}",
            frame._repr_html_(),
        )
        return
    slug = identifier.replace(".", "-")
    _leave(
        f"table/{identifier}",
        {
            "id": identifier,
            "caption": caption,
            "csv": frame.to_csv(index=False, lineterminator="\n"),
        },
    )
    body = to_html(
        frame,
        columns or {},
        caption=caption,
        identifier=f"table-{slug}",
        label=_("Table {id}. {text}").format(id=identifier, text=""),
        emphasis=emphasis,
        anchors=anchors,
    )
    html = from_template(
        "table.html",
        id=identifier,
        slug=slug,
        body=body,
        note=_(note),
        sources=sources_line(tables),
    )
    label = _("Table {id}. {text}").format(id=identifier, text=_(caption))
    display(_Page(html, f"{label}\n{to_text(frame, columns or {})}"))
