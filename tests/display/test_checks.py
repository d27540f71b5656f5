"""Ticks print their values, and the checks of a drawn figure find labels that are in the way."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from citable.display.checks import figure_problems, text_problems
from citable.display.figures import WIDE, Layout, render
from citable.display.style import style
from citable.display.ticks import UNITS, number_ticks, tick_labels
from citable.errors import ArgumentError
from scomm import figures as charts


@given(
    step=st.sampled_from([1, 2, 2.5, 5]),
    power=st.integers(-4, 3),
    first=st.integers(-20, 20),
    unit=st.sampled_from(sorted(UNITS)),
    signed=st.booleans(),
)
def test_a_label_reads_back_as_its_tick(
    step: float, power: int, first: int, unit: str, signed: bool
) -> None:
    values = [(first + k) * step * 10.0**power for k in range(6)]
    labels = tick_labels(values, unit, signed)
    assert len(set(labels)) == len(labels)
    assert len({len(label.partition(".")[2]) for label in labels}) == 1, "as many decimals for all"
    for value, label in zip(values, labels, strict=True):
        plain = label.rstrip("%").replace(",", "").replace("\N{MINUS SIGN}", "-")
        assert float(plain) / UNITS[unit][0] == pytest.approx(value, abs=1e-9 * 10.0**power)
        if value == 0:
            assert label[0] not in "+-\N{MINUS SIGN}"
        assert ("+" in label) == (signed and value > 0)


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(ArgumentError, match="unknown unit"):
        tick_labels([1.0], "furlongs")


def plain(layout: Layout) -> Figure:
    figure = layout.figure(2)
    axes = figure.add_subplot()
    axes.plot([0.0, 1.0], [0.0, 1.0], "o", linestyle="none")
    number_ticks(axes.xaxis)
    number_ticks(axes.yaxis, "share")
    return figure


def rounded(axes: Axes) -> None:
    axes.set_xticks([0.225, 0.275])
    axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")


def signed_zero(axes: Axes) -> None:
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:+.1f}")


def scattered(axes: Axes) -> None:
    axes.scatter([0.5], [0.2])
    axes.text(0.5, 0.2, "on", ha="center", va="center")


def struck(axes: Axes) -> None:
    axes.hlines(0.2, 0, 1)
    axes.text(0.5, 0.2, "through", ha="center", va="center")


def beside(axes: Axes) -> None:
    axes.scatter([0.5], [0.2], s=100)
    offset = {"xytext": (3, 0), "textcoords": "offset points", "va": "center"}
    axes.annotate("touches", (0.5, 0.2), **offset)


def at_the_axis(axes: Axes) -> None:
    axes.text(0.5, axes.get_ylim()[0], "19%", va="center")


def pushed(axes: Axes) -> None:
    text = axes.text(0.85, 0.6, "first")
    text.mark = (0.0, 0.0)


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (rounded, "stands at 0.225"),
        (signed_zero, "zero has no sign"),
        (lambda axes: [axes.text(0.5, 0.5, "one"), axes.text(0.51, 0.5, "two")], "overlap"),
        (lambda axes: axes.text(0, 0, "on", ha="center", va="center"), "lies on a mark"),
        (lambda axes: axes.figure.text(0.98, 0.5, "too far to the right"), "leaves"),
        (lambda axes: [axes.axvline(0.52), axes.text(0.5, 0.5, "crossed")], "a line runs through"),
        (scattered, "lies on a mark"),
        (beside, "lies on a mark"),
        (at_the_axis, "lies on an axis"),
        (struck, "a line runs through"),
        (lambda axes: [axes.bar([0.5], [1.0]), axes.text(0.5, 0.5, "on")], "lies on a bar"),
        (pushed, "nearer to another mark"),
    ],
)
def test_label_overlaps_are_found(spoil: Callable[[object], object], found: str) -> None:
    def draw(layout: Layout) -> Figure:
        figure = plain(layout)
        spoil(figure.axes[0])
        return figure

    with style(WIDE.size):
        assert figure_problems(plain(WIDE)) == []
        assert any(found in problem for problem in figure_problems(draw(WIDE)))
    with pytest.raises(ArgumentError, match=found):
        render(draw, identifier="1.1", alt="x")


def test_a_year_stands_at_its_first_of_january() -> None:
    dates = pd.date_range("2015-10-01", periods=40, freq="MS")
    with style(WIDE.size):
        figure = charts.series(WIDE, pd.DataFrame({"one": np.linspace(0, 1, 40)}, index=dates))
        assert figure_problems(figure) == []
        figure.axes[0].set_xticks([dates[0]], ["2015"])
        assert any("calendar" in problem for problem in figure_problems(figure))


def test_map_texts_are_checked_at_phone_size() -> None:
    def text(x: int, words: str) -> str:
        return f'<text class="map-text" x="{x}" y="50" font-size="15">{words}</text>'

    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 100">'
        f"{text(5, 'thirteen words')}{text(110, 'more')}</svg>"
    )
    assert text_problems(svg) == []
    assert any("overlap" in found for found in text_problems(svg, 27.0))
    assert any("leaves" in found for found in text_problems(svg.replace('x="110"', 'x="290"')))
