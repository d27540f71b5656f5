"""The four words a chapter writes with: say, finding, figure, table.

Each shows its object on the page and leaves machine-readable data in the notebook's output, from
which the book's extension fills numbers into prose and the record collects all findings. What is
left is English in every edition; what is shown is in the edition's language, and a translated one
leaves beside each object the words that it showed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from IPython.display import display

from scomm.display.figures import DRAWS, Layout, render
from scomm.display.formats import tr
from scomm.display.tables import Col, to_html, to_text
from scomm.display.words import _, english, said, translated
from scomm.errors import FindingError
from scomm.record.findings import SHOWN, Finding, Interval, make
from scomm.record.rows import Rows, check
from scomm.record.sources import source_sha256
from scomm.record.templated import from_template

_PREFIX = "application/papermill.record/"


def _leave(name: str, data: Any) -> None:
    """Leave data in the notebook's output under a name, invisibly."""
    display(
        {_PREFIX + "text/plain": json.dumps(data, ensure_ascii=False)},
        raw=True,
        metadata={"scrapbook": {"name": name, "mime_prefix": _PREFIX}},
    )


def _leave_shown(name: str, data: dict[str, Any]) -> None:
    """Leave beside what is recorded, in English, what readers of a translated edition see."""
    if translated():
        _leave(f"shown/{name}", said(data))


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    return value.item() if hasattr(value, "item") else value


def say(**values: Any) -> None:
    """Give values to the prose of this page, where ``{n}`name:format``` prints them.

    Values are numbers, dates or text; formats are those of ``scomm.display.formats``.
    """
    for name, value in values.items():
        _leave(name, _plain(value))
        if isinstance(value, str) and _(value) != value:
            _leave(f"said/{name}", _(value))


@dataclass(frozen=True)
class _Page:
    """What a notebook shows: HTML for the web, text elsewhere."""

    html: str
    text: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


def sources_line(sources: Sequence[str]) -> list[dict[str, str]]:
    """Return name and digest of each table or hand-typed file, for a source line.

    Raises FindingError if a name is neither.
    """
    return [{"name": source, "digest": source_sha256(source)[:12]} for source in sources]


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
    _leave_shown(f"finding/{identifier}", {name: shown[name] for name in SHOWN})
    if rows is not None:
        check(rows, identifier, result.value, result.numerator, result.denominator)
        _leave(f"rows/{identifier}", rows.data)
    seen = replace(result, **{name: said(shown[name]) for name in SHOWN})
    html = from_template("finding.html", finding=seen, sources=sources_line(result.tables))
    display(_Page(html, _("Finding {id}. {text}").format(id=identifier, text=seen.statement)))
    return result


def figure(
    identifier: str,
    draw: Callable[[Layout], Any],
    *,
    caption: str,
    alt: str,
    data: pd.DataFrame,
    tables: Sequence[str],
    long_description: str = "",
    one_size: bool = False,
) -> None:
    """Show a numbered figure with its caption, source line and data.

    ``draw`` takes a ``Layout`` and returns a matplotlib figure; it is called for a wide and for a
    narrow screen. ``alt`` says what the figure shows, computed from its data; ``data`` is what
    was drawn, offered as CSV; ``tables`` names what it rests on. ``one_size`` is for maps. Where one
    finding alone is verified, nothing is drawn: no number depends on a drawing.

    Raises FindingError if caption or alt text is empty or a source is unknown.
    """
    if not caption.strip() or not alt.strip():
        raise FindingError(f"figure {identifier}: caption and alt text are required")
    if os.environ.get(DRAWS) == "no":
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
    _leave_shown(f"figure/{identifier}", {"caption": caption, "alt": alt})
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
    columns: Mapping[str, Col | str],
    *,
    caption: str,
    tables: Sequence[str],
    note: str = "",
    emphasis: Sequence[int] = (),
    anchors: Sequence[str] = (),
) -> None:
    """Show a numbered table with its caption, source line and data.

    ``columns`` maps columns of ``frame`` to headings (or ``Col``) in printing order; the first is
    the row header. The whole frame, not only the printed columns, is offered as CSV. ``anchors``
    gives each row an address.

    Raises FindingError if the caption is empty or a source is unknown; ArgumentError for a column
    that is not there.
    """
    if not caption.strip():
        raise FindingError(f"table {identifier}: a caption is required")
    slug = identifier.replace(".", "-")
    _leave(
        f"table/{identifier}",
        {
            "id": identifier,
            "caption": caption,
            "csv": frame.to_csv(index=False, lineterminator="\n"),
        },
    )
    _leave_shown(f"table/{identifier}", {"caption": caption})
    body = to_html(
        frame,
        columns,
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
    display(_Page(html, f"{label}\n{to_text(frame, columns)}"))
