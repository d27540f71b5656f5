"""Format numbers and dates, the same way in prose, tables and figures.

A format is a short word: ``int`` 1,234 · ``pct``, ``pct0``, ``pct2`` 28.7% · ``pts``, ``pts0``
percentage points of a difference of shares, signed only where negative · ``f1`` … ``f4`` decimals
· ``p`` a p-value · ``word`` a count up to twenty as a word · ``year`` 2011 · ``cutoff`` 2011-04~ as "about April
2011" · ``date``, ``month``, ``mon`` (Feb 2011) · ``text`` · ``right``, text set like a number
· ``name``, what the agency writes in capitals, in normal case.

Words among them (months, "about", "none") are in the edition's language; so is text, if it is one of
the book's own words. Numbers keep their punctuation.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from citable.display.words import N_, LazyText, _, plural
from citable.errors import ArgumentError
from citable.project import project

_WORDS = [
    N_("none"),
    N_("one"),
    N_("two"),
    N_("three"),
    N_("four"),
    N_("five"),
    N_("six"),
    N_("seven"),
    N_("eight"),
    N_("nine"),
    N_("ten"),
    N_("eleven"),
    N_("twelve"),
    N_("thirteen"),
    N_("fourteen"),
    N_("fifteen"),
    N_("sixteen"),
    N_("seventeen"),
    N_("eighteen"),
    N_("nineteen"),
    N_("twenty"),
]

_MONTHS = (
    N_("January"),
    N_("February"),
    N_("March"),
    N_("April"),
    N_("May"),
    N_("June"),
    N_("July"),
    N_("August"),
    N_("September"),
    N_("October"),
    N_("November"),
    N_("December"),
)

_SHORT_MONTHS = (
    N_("Jan"),
    N_("Feb"),
    N_("Mar"),
    N_("Apr"),
    N_("May"),
    N_("Jun"),
    N_("Jul"),
    N_("Aug"),
    N_("Sep"),
    N_("Oct"),
    N_("Nov"),
    N_("Dec"),
)

_TRUTH = {True: N_("True"), False: N_("False")}
_PARTS = {"mid": N_("mid-{year}"), "late": N_("late-{year}"), "early": N_("early-{year}")}

_MINUS = "\N{MINUS SIGN}"

# Text of a missing value; never an empty cell.
NOT_AVAILABLE = N_("n/a")


def _decimals(spec: str, stem: str, default: int) -> int:
    tail = spec[len(stem) :]
    if tail and not tail.isdigit():
        raise ArgumentError(f"unknown format {spec!r}")
    return int(tail) if tail else default


def _number(value: float, decimals: int) -> str:
    # Half-even on the binary value can print 0.5 as 0; add nothing, but never print "-0".
    text = f"{value:,.{decimals}f}".replace("inf", "\N{INFINITY}")
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    return text.replace("-", _MINUS)


def missing(value: Any) -> bool:
    """Whether a value is missing: None, or one of pandas' markers of it.

    >>> missing(None), missing(float("nan")), missing(0), missing("")
    (True, True, False, False)
    """
    if value is None:
        return True
    try:
        return bool(value != value)  # NaN and NaT differ from themselves
    except TypeError:
        return True  # pandas' NA refuses to say
    except ValueError:
        return False  # an array is not one value


def _as_date(value: Any) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    return dt.date.fromisoformat(str(value)[:10])


def _short_month(year: int, month: int) -> str:
    return _("{mon} {year}").format(mon=_(_SHORT_MONTHS[month - 1]), year=year)


def _cutoff(code: str) -> str:
    """Format a cut-off of the ledger in words: a month, two months, a part of a year."""
    year, _dash, rest = code.rstrip("~").partition("-")
    months = rest.split("/")
    if all(part.isdigit() and 1 <= int(part) <= 12 for part in months):
        names = [_(_SHORT_MONTHS[int(part) - 1]) for part in months]
        both = _("{one} or {other}").format(one=names[0], other=names[-1])
        text = _("{mon} {year}").format(mon=both if len(names) > 1 else names[0], year=year)
    elif rest in _PARTS:
        text = _(_PARTS[rest]).format(year=year)
    else:
        return code
    return _("about {date}").format(date=text) if code.endswith("~") else text


def fmt(value: Any, spec: str = "") -> str:
    """Format a value by a specification.

    Parameters: ``value`` is a number (a share in [0, 1] for ``pct``, a difference of shares for
    ``pts``), a date, or text; ``spec`` is one of the words of this module's heading; without one,
    whole numbers are written with thousands separators and text as it is.

    Raises ArgumentError for an unknown format, or a float without one: a float needs a decision
    about its decimals.

    >>> fmt(94218), fmt(0.28707, "pct"), fmt(-0.037, "pts"), fmt(0.00004, "p"), fmt(22, "word")
    ('94,218', '28.7%', '−3.7', '< 0.001', '22')
    """
    if missing(value):
        return _(NOT_AVAILABLE)
    if hasattr(value, "item"):
        value = value.item()
    if spec in project().text_formats():
        return _(project().text_formats()[spec](str(value)))
    if spec in ("", "text", "right"):
        if isinstance(value, bool) or not isinstance(value, int | float):
            text = value if isinstance(value, str) else str(value)
            return _(_TRUTH[value] if isinstance(value, bool) else text)
        if isinstance(value, float):
            raise ArgumentError(f"{value!r} needs a format: a float's decimals are a decision")
        return _number(value, 0)
    if spec == "int":
        if value != int(value):
            raise ArgumentError(f"{value!r} is not a whole number")
        return _number(int(value), 0)
    if spec == "year":
        return str(int(value))
    if spec == "word":
        return _(_WORDS[value]) if 0 <= value <= 20 else _number(value, 0)
    if spec == "p":
        return "< 0.001" if value < 0.001 else f"{value:.3f}"
    if spec == "cutoff":
        return _cutoff(str(value))
    if spec == "date":
        day = _as_date(value)
        name = _(_MONTHS[day.month - 1])
        return _("{day} {month} {year}").format(day=day.day, month=name, year=day.year)
    if spec == "month":
        day = _as_date(value)
        return _("{month} {year}").format(month=_(_MONTHS[day.month - 1]), year=day.year)
    if spec == "mon":
        day = _as_date(value)
        return _short_month(day.year, day.month)
    if spec.startswith("pct"):
        return _number(100 * value, _decimals(spec, "pct", 1)) + "%"
    if spec.startswith("pts"):
        return _number(100 * value, _decimals(spec, "pts", 1))
    if spec.startswith("f"):
        return _number(value, _decimals(spec, "f", 2))
    raise ArgumentError(f"unknown format {spec!r}")


class Filled(dict[str, Any]):
    """Mapping of values for ``str.format_map``, formatted by this module."""

    def __getitem__(self, key: str) -> _Formatted:
        return _Formatted(super().__getitem__(key))


class _Formatted:
    def __init__(self, value: Any) -> None:
        self.value = value

    def __format__(self, spec: str) -> str:
        return fmt(self.value, spec)


def fill(template: str, values: Mapping[str, Any]) -> str:
    """Fill ``{name:format}`` places in a sentence. Raises KeyError for a name without a value.

    >>> fill("{x:int} of {n:int}, {s:pct}", {"x": 183, "n": 352, "s": 183 / 352})
    '183 of 352, 52.0%'
    """
    return template.format_map(Filled(values))


def tr(template: str, /, **values: Any) -> LazyText:
    """Fill a text of the book with values, as text that is recorded in English and shown translated.

    ``template`` has ``{name:format}`` places and is translated before it is filled; without values
    it is any text that the book's own words stand in, such as a label.

    >>> tr("{x:int} of {n:int}", x=183, n=352)
    '183 of 352'
    """
    # Without values the text is not formatted, so that braces in labels are kept.
    return LazyText.from_function(lambda: fill(_(template), values) if values else _(template))


def trn(one: str, many: str, n: int, /, **values: Any) -> LazyText:
    """Fill the singular or plural of a text, whose placeholders call the number ``n``.

    >>> trn("{n:int} row", "{n:int} rows", 1), trn("{n:int} row", "{n:int} rows", 4000)
    ('1 row', '4,000 rows')
    """
    return LazyText.from_function(lambda: fill(plural(one, many, int(n)), values | {"n": n}))


def join_lazily(parts: Iterable[Any], separator: str = ", ") -> LazyText:
    """Join texts by a separator; each is translated where the whole is shown.

    >>> joined(["over", "under"])
    'over, under'
    """
    kept = [part if isinstance(part, str) else str(part) for part in parts]
    return LazyText.from_function(lambda: separator.join(_(part) for part in kept))
