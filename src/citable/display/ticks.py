"""Label ticks with their exact values, with as many decimals as the step needs.

Matplotlib is loaded when something is drawn, since a finding is verified without drawings.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from citable.errors import ArgumentError

# Factor and suffix of printed values, by unit.
UNITS = {"share": (100.0, "%"), "points": (100.0, ""), "number": (1.0, "")}
_MOST_DECIMALS = 6
_MINUS = "\N{MINUS SIGN}"


def tick_labels(values: Sequence[float], unit: str = "number", signed: bool = False) -> list[str]:
    """Return the labels of ticks, all with the fewest decimals that print each value exactly.

    ``unit`` is ``share`` (0.25 as 25%), ``points`` (0.25 as 25) or ``number``; ``signed`` gives
    what is over zero a plus. Zero never has a sign.

    Raises ArgumentError for an unknown unit.

    >>> tick_labels([0.2, 0.225, 0.25], "share")
    ['20.0%', '22.5%', '25.0%']
    >>> tick_labels([-0.005, 0.0, 0.005], "points", signed=True)
    ['−0.5', '0.0', '+0.5']
    """
    if unit not in UNITS:
        raise ArgumentError(f"unknown unit {unit!r}: expected one of {', '.join(UNITS)}")
    scale, suffix = UNITS[unit]
    shown = [float(value) * scale for value in values]
    step = max((abs(value) for value in shown), default=0.0) or 1.0
    decimals = next(
        (
            d
            for d in range(_MOST_DECIMALS)
            if all(abs(round(v, d) - v) < 1e-9 * step for v in shown)
        ),
        _MOST_DECIMALS,
    )
    labels = []
    for value in shown:
        number = round(value, decimals) or 0.0
        sign = _MINUS if number < 0 else "+" if signed and number > 0 else ""
        labels.append(f"{sign}{abs(number):,.{decimals}f}{suffix}")
    return labels


@cache
def _formatter_class() -> Any:
    from matplotlib.ticker import Formatter

    class TickFormatter(Formatter):
        """Format all ticks of an axis together, with the same number of decimals."""

        def __init__(self, unit: str, signed: bool) -> None:
            self.unit, self.signed = unit, signed

        def __call__(self, value: float, pos: int | None = None) -> str:
            return tick_labels([value], self.unit, self.signed)[0]

        def format_ticks(self, values: Sequence[float]) -> list[str]:
            axis: Any = self.axis
            low, high = sorted(axis.get_view_interval())
            margin = 1e-9 * (high - low)
            seen = [v for v in values if low - margin <= v <= high + margin]
            labels = iter(tick_labels(seen, self.unit, self.signed))
            return [next(labels) if low - margin <= v <= high + margin else "" for v in values]

    return TickFormatter


def number_ticks(axis: Any, unit: str = "number", *, most: int = 6, signed: bool = False) -> None:
    """Set round ticks on an axis, at most ``most`` steps, with labels that print their values."""
    from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

    if axis.get_scale() == "linear":
        axis.set_major_locator(MaxNLocator(most, steps=[1, 2, 5, 10]))
    else:
        axis.set_major_locator(LogLocator(numticks=most))
        axis.set_minor_formatter(NullFormatter())
    axis.set_major_formatter(_formatter_class()(unit, signed))
