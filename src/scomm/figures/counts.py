"""Draw counts over time."""

from typing import Any

import pandas as pd

from citable.display.figures import Layout
from citable.display.words import N_
from scomm.figures.series import series
from scomm.figures.shared import Figure


def counts(
    layout: Layout, data: pd.DataFrame, *, ylabel: str = N_("Removals a month"), **options: Any
) -> Figure:
    """Draw as ``series`` does, with its options, numbers rather than shares."""
    return series(layout, data, percent=False, ylabel=ylabel, **options)
