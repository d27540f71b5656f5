"""The committed error rates are what the simulation gives, and the schema keeps them so."""

import pandas as pd
import pytest

from citable.errors import TableError
from citable.tables.reader import to_bytes
from scomm.data import paths
from scomm.data.simulated import TABLE, load_error_rates, simulate
from scomm.stats.simulation import PLACES, RHOS, SHARES, SIZES, STUDIES, WORLDS, study

# Exact sums and the quickest studies; then those that take seconds each, a few draws of which
# tests/stats compares with what is committed. `make errors` runs them all.
QUICK = ("one share", "test of one half", "vague counts", "selection", "withheld cells")
SECONDS = (*("equal shares", "ranks", "standardised share", "few treated places", "decomposition"),)


@pytest.fixture(scope="module")
def rates():
    return load_error_rates()


def test_every_study_is_there(rates):
    assert set(rates["study"]) == set(STUDIES)


@pytest.mark.parametrize(
    "name", [*QUICK, *(pytest.param(name, marks=pytest.mark.check) for name in SECONDS)]
)
def test_running_a_study_again_gives_the_committed_rows(name, rates):
    again = pd.DataFrame(study(name))
    again["world"] = again["world"].replace("", None)
    fresh = to_bytes(again, TABLE)[0]
    kept = rates[rates["study"] == name].reset_index(drop=True)
    # A world that is not named is None in one and NaN in the other.
    fresh, kept = (frame.astype(object).where(frame.notna(), None) for frame in (fresh, kept))
    pd.testing.assert_frame_equal(fresh, kept)


def test_one_study_run_again_replaces_its_own_rows_alone(tmp_path, monkeypatch):
    file = tmp_path / "error_rates.csv"
    committed = paths.ERROR_RATES.read_bytes()
    lines = committed.splitlines(keepends=True)
    stale = [
        line.replace(b",0.0", b",0.9", 1) if b"test of one half" in line else line for line in lines
    ]
    assert stale != lines
    file.write_bytes(b"".join(stale))
    monkeypatch.setattr(paths, "ERROR_RATES", file)
    told = []
    simulate(["test of one half"], report=lambda *what: told.append(what))
    assert told == [("test of one half", sum(b"test of one half" in line for line in lines))]
    assert file.read_bytes() == committed


def test_coverage_spans_the_grid(rates):
    one = rates[(rates["study"] == "one share") & (rates["measure"] == "coverage")]
    assert len(one) == 4 * len(SIZES) * len(SHARES)
    exact = one[one["method"] == "clopper_pearson"]
    assert (exact["value"] >= 0.95).all()


def test_funnel_rules_are_measured_in_every_world(rates):
    funnel = rates[rates["study"] == "funnel"]
    assert set(funnel["world"]) == set(WORLDS)
    series = rates[rates["study"] == "interrupted time series"]
    assert set(series["rho"]) == set(RHOS)
    assert len(PLACES) == 40


def test_a_rate_below_zero_is_refused(rates):
    wrong = rates.copy()
    wrong.loc[0, "value"] = -0.1
    with pytest.raises(TableError, match="value"):
        to_bytes(wrong, TABLE)
