"""Draw step functions over time."""

from typing import Any

import pandas as pd

from citable.display.figures import Layout
from scomm.figures.series import series
from scomm.figures.shared import Figure


def steps(layout: Layout, data: pd.DataFrame, **options: Any) -> Figure:
    """Draw as ``series`` does, with its options, in steps."""
    return series(layout, data, drawstyle="steps-post", **options)
