from __future__ import annotations

import numpy as np
import pytest

from scomm.record.areas import monthly


def test_strata_add_up_to_all_but_headquarters() -> None:
    everything, outside, fast = (monthly(name) for name in ("all", "outside", "fast"))
    assert everything.n.sum() == 963_972 - 40
    np.testing.assert_array_equal(outside.n + fast.n, everything.n)
    np.testing.assert_array_equal(outside.x + fast.x, everything.x)
    assert (len(everything.months), len(everything.codes)) == (47, 24)
    assert (everything.x <= everything.n).all()


def test_unknown_stratum_is_refused() -> None:
    with pytest.raises(KeyError):
        monthly("border")
