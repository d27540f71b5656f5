from __future__ import annotations

import numpy as np
import pytest

from scomm.data.mappings import fast_track, strata
from scomm.record.areas import defined, monthly, monthly_by_kind


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


def test_the_main_definition_is_the_fast_track_of_the_dispositions() -> None:
    assert set(strata().loc["outside", "leave_out"].split()) == set(fast_track())
    group, row = defined("outside")
    np.testing.assert_array_equal(group.x, monthly("outside").x)
    assert row.kept == monthly("outside").n.sum()


def test_definitions_really_differ() -> None:
    kept = [defined(name)[1].kept for name in strata().index]
    assert len(set(kept)) == len(kept) == 6


def test_kinds_of_case_add_up_to_the_areas() -> None:
    none, n = monthly_by_kind()
    np.testing.assert_array_equal(none.sum(axis=2), monthly("all").x)
    np.testing.assert_array_equal(n.sum(axis=2), monthly("all").n)
