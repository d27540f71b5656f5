"""Format the estimate of a finding, and place it on the fixed scale of its unit."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from citable.display.formats import fmt, tr
from citable.display.words import N_, LazyText, _

# Format of values of each unit; a unit that is not listed is printed unchanged.
_SPECS = {
    "share": "pct",
    "difference": "pts",
    "ratio": "f2",
    "p-value": "p",
    "count": "int",
    "index": "f2",
}
_SIGNED = ("difference",)


@dataclass(frozen=True)
class _Scale:
    """A scale with the same ends in every drawing; ``none`` is the value of no difference."""

    ends: tuple[str, str]
    at: Callable[[float], float]
    none: float | None = None


_SCALES = {
    "share": _Scale(("0", "100%"), lambda value: value),
    "difference": _Scale((N_("−100 points"), N_("+100 points")), lambda x: (x + 1) / 2, 0.0),
    "ratio": _Scale(("1/100", "100"), lambda x: (math.log10(x) + 2) / 4, 1.0),
}


@dataclass(frozen=True)
class EstimateMarks:
    """Positions of an estimate's marks in percent of its scale's width; None for a mark that is absent."""

    value: float
    low: float | None
    high: float | None
    reference: float | None
    ends: tuple[str, str]


def format_estimate(value: Any, unit: str) -> str:
    """Return a value of a finding as its page prints it; words are translated.

    >>> number(0.287068, "share"), number(0.111155, "difference"), number("cannot be settled", "verdict")
    ('28.7%', '+11.1', 'cannot be settled')
    """
    if not isinstance(value, int | float):
        return _(value) if isinstance(value, str) else ""
    sign = "+" if unit in _SIGNED and value > 0 else ""
    return sign + fmt(value, _SPECS.get(unit, "text"))


def format_with_unit(value: Any, unit: str) -> str:
    """Return a value with its unit, for tables and cards that have no sentence around it.

    A ratio is of many kinds, a rate among them, and has none.

    >>> with_unit(-0.0372, "difference"), with_unit(1.779, "ratio"), with_unit(94218, "count")
    ('−3.7 points', '1.78', '94,218')
    """
    text = format_estimate(value, unit)
    return _("{number} points").format(number=text) if unit == "difference" and text else text


def estimate_in_words(finding: Mapping[str, Any]) -> LazyText | str:
    """Return estimate and interval in words, such as ``28.7% (95% interval 28.4% to 29.0%)``."""
    unit, interval = finding["unit"], finding["interval"]
    value = format_with_unit(finding["value"], unit)
    if not interval or not value:
        return value
    return tr(
        "{value} ({level}% interval {low} to {high})",
        value=value,
        level=round(100 * interval["level"]),
        low=format_estimate(interval["low"], unit),
        high=format_estimate(interval["high"], unit),
    )


def estimate_marks(finding: Mapping[str, Any]) -> EstimateMarks | None:
    """Return the positions of a finding's marks; None if its unit has no scale or it has no value.

    A share stands on a scale from 0 to 100%, a difference of shares from -100 to +100 points, a
    ratio from 1/100 to 100 in equal steps of its logarithm. The reference of a difference is zero,
    of others what the finding names; of a ratio that names none it is one.

    >>> share = {"unit": "share", "value": 0.5, "interval": None, "reference": 0.25}
    >>> drawing(share)
    Drawing(value=50.0, low=None, high=None, reference=25.0, ends=('0', '100%'))
    """
    scale, value = _SCALES.get(finding["unit"]), finding["value"]
    if scale is None or not isinstance(value, int | float):
        return None

    def at(x: float | None) -> float | None:
        # A ratio of zero has no logarithm; values off the scale are drawn at its end.
        if not isinstance(x, int | float):
            return None
        on_scale = 0.0 if finding["unit"] == "ratio" and x <= 0 else scale.at(x)
        return round(100 * min(max(on_scale, 0.0), 1.0), 2)

    interval = finding["interval"] or {}
    named = None if finding["unit"] == "difference" else finding["reference"]
    reference = scale.none if named is None else named
    low, high = interval.get("low"), interval.get("high")
    return EstimateMarks(at(value) or 0.0, at(low), at(high), at(reference), scale.ends)
