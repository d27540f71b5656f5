"""Draw bounds as bars from low to high."""

from collections.abc import Sequence

import pandas as pd

from citable.display.figures import Layout
from citable.display.marks import RANGE
from citable.display.style import role
from citable.display.words import N_
from scomm.figures.shared import (
    Figure,
    Looks,
    dot_looks,
    draw_rows,
    format_numbers,
    translate_label,
)

_BAR: Looks = {"color": role("subject"), "linewidth": 4}


def ranges(
    layout: Layout,
    data: pd.DataFrame,
    *,
    xlabel: str = N_("Share"),
    visible: str | None = None,
    names: Sequence[str] = (),
) -> Figure:
    """Draw label, low and high; ``visible`` names a column drawn as a mark.

    ``names`` says in a key what a bar is and what a mark is.
    """
    named: list[Looks] = [{"label": translate_label(name)} for name in names] or [{}, {}]
    bars = [(data["low"], data["high"], _BAR | named[0])]
    dots = [(data[visible], dot_looks("text") | named[1])] if visible else []
    options: Looks = {"xlabel": xlabel, "bar_name": RANGE, "numbers": format_numbers(data)}
    return draw_rows(layout, data["label"], bars, dots, xlim=(0, 1), **options)
