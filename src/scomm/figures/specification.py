"""Draw one effect under many specifications."""

from typing import Any

import pandas as pd

from citable.display.figures import Layout
from citable.display.style import role
from citable.display.words import N_
from scomm.figures.shared import Figure, Looks, dot_looks, draw_rows, format_numbers


def specification(
    layout: Layout,
    data: pd.DataFrame,
    *,
    xlabel: str,
    unit: str = "points",
    reference: float = 0.0,
    reference_label: str = N_("no difference"),
    **options: Any,
) -> Figure:
    """Draw label, estimate, low and high; optional highlight: rows that are the subject.

    ``unit`` is that of the values, ``reference`` what stands for no effect, as its label says;
    options are those of ``draw_rows``.
    """
    marked = data["highlight"].astype(bool) if "highlight" in data else data["label"].isna()
    bars, dots = [], []
    for color, chosen in (("subject", marked), ("other", ~marked)):
        line = {"color": role(color), "linewidth": 1.5}
        bars.append((data["low"].where(chosen), data["high"], line))
        dots.append((data["estimate"].where(chosen), dot_looks(color)))
    # A plus tells a rise from a fall; a share has neither.
    signed = bool((data[["estimate", "low"]] < 0).any(axis=None))
    options = {"numbers": format_numbers(data)} | options
    looks: Looks = {"xlabel": xlabel, "unit": unit, "signed": signed and unit == "points"}
    looks |= {"reference": reference, "reference_label": reference_label}
    return draw_rows(layout, data["label"], bars, dots, **looks | options)
