"""How numbers are written, in prose, tables and figures alike.

A format is a short word: ``int`` 1,234 · ``pct``, ``pct0``, ``pct2`` 28.7% · ``pts``, ``pts0``
percentage points of a difference of shares, signed only where negative · ``f1`` … ``f4`` decimals
· ``p`` a p-value · ``word`` a count up to twenty as a word · ``year`` 2011 · ``cutoff`` 2011-04~ as "about April
2011" · ``date``, ``month`` · ``text``.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from scomm.errors import ArgumentError

_WORDS = [
    "none",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]

_MINUS = "\N{MINUS SIGN}"

# What stands where a number cannot be had; never an empty cell.
NOT_AVAILABLE = "n/a"


def _decimals(spec: str, stem: str, default: int) -> int:
    tail = spec[len(stem) :]
    if tail and not tail.isdigit():
        raise ArgumentError(f"unknown format {spec!r}")
    return int(tail) if tail else default


def _number(value: float, decimals: int) -> str:
    # Half-even on the binary value can print 0.5 as 0; add nothing, but never print "-0".
    text = f"{value:,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return text.replace("-", _MINUS)


def _as_date(value: Any) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    return dt.date.fromisoformat(str(value)[:10])


def _cutoff(code: str) -> str:
    """Write a cut-off of the ledger in words: a month, two months, a part of a year."""
    year, _, rest = code.rstrip("~").partition("-")
    about = "about " if code.endswith("~") else ""
    months = rest.split("/")
    if not all(part.isdigit() and 1 <= int(part) <= 12 for part in months):
        return f"{about}{rest}-{year}" if rest in ("mid", "late", "early") else code
    names = " or ".join(f"{dt.date(int(year), int(part), 1):%b}" for part in months)
    return f"{about}{names} {year}"


def fmt(value: Any, spec: str = "") -> str:
    """Write a value in the house's form.

    Parameters: ``value`` is a number (a share in [0, 1] for ``pct``, a difference of shares for
    ``pts``), a date, or text; ``spec`` is one of the words of this module's heading; without one,
    whole numbers are written with thousands separators and text as it is.

    Raises ArgumentError for an unknown format, or a float without one: a float needs a decision
    about its decimals.

    >>> fmt(94218), fmt(0.28707, "pct"), fmt(-0.037, "pts"), fmt(0.00004, "p"), fmt(22, "word")
    ('94,218', '28.7%', '−3.7', '< 0.001', '22')
    """
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return NOT_AVAILABLE
    if hasattr(value, "item"):
        value = value.item()
    if spec in ("", "text"):
        if isinstance(value, bool) or not isinstance(value, int | float):
            return str(value)
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
        return _WORDS[value] if 0 <= value <= 20 else _number(value, 0)
    if spec == "p":
        return "< 0.001" if value < 0.001 else f"{value:.3f}"
    if spec == "cutoff":
        return _cutoff(str(value))
    if spec == "date":
        day = _as_date(value)
        return f"{day.day} {day:%B %Y}"
    if spec == "month":
        return f"{_as_date(value):%B %Y}"
    if spec.startswith("pct"):
        return _number(100 * value, _decimals(spec, "pct", 1)) + "%"
    if spec.startswith("pts"):
        return _number(100 * value, _decimals(spec, "pts", 1))
    if spec.startswith("f"):
        return _number(value, _decimals(spec, "f", 2))
    raise ArgumentError(f"unknown format {spec!r}")


class Filled(dict[str, Any]):
    """Values by name, for ``str.format_map`` with the formats of this module."""

    def __getitem__(self, key: str) -> _Formatted:
        return _Formatted(super().__getitem__(key))


class _Formatted:
    def __init__(self, value: Any) -> None:
        self.value = value

    def __format__(self, spec: str) -> str:
        return fmt(self.value, spec)


def fill(template: str, values: dict[str, Any]) -> str:
    """Fill ``{name:format}`` places in a sentence. Raises KeyError for a name without a value.

    >>> fill("{x:int} of {n:int}, {s:pct}", {"x": 183, "n": 352, "s": 183 / 352})
    '183 of 352, 52.0%'
    """
    return template.format_map(Filled(values))
