"""Tables about places: totals known beforehand, and damaged files named by line and column."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from scomm import paths
from scomm.data.ingest import activation, boundaries, crosswalk, facilities, population
from scomm.data.schema.places import (
    ACTIVATION_DATED,
    ACTIVATION_SECOND,
    AREA_POPULATION,
    BOUNDARIES,
    CENSUS_POPULATION,
    COUNTY_AOR,
    COUNTY_LIST,
    DISPOSITION_CODES,
    FACILITY_LIST,
    NONCITIZENS,
)
from scomm.errors import SourceError

ORIGINALS = paths.originals()
needs_originals = [
    pytest.mark.originals,
    pytest.mark.skipif(ORIGINALS is None, reason="the original source files are not here"),
]


def table(module, name: str) -> pd.DataFrame:
    return next(o.frame for o in module.run(ORIGINALS) if o.table == name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that holds the small originals, for a test to damage one."""
    small = (
        ACTIVATION_DATED,
        ACTIVATION_SECOND,
        COUNTY_LIST,
        CENSUS_POPULATION,
        NONCITIZENS,
        COUNTY_AOR,
        AREA_POPULATION,
        DISPOSITION_CODES,
        BOUNDARIES,
    )
    for path in small:
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ORIGINALS / path, target)
    return tmp_path


def change(folder: Path, path: str, line: int, edit: Callable[[str], str]) -> None:
    file = folder / path
    lines = file.read_text(encoding="latin-1").split("\n")
    before = lines[line - 1]
    lines[line - 1] = edit(before)
    assert lines[line - 1] != before
    file.write_text("\n".join(lines), encoding="latin-1")


class TestTotals:
    pytestmark = needs_originals

    def test_activation(self):
        frame = table(activation, "activation")
        assert len(frame) == 3143
        assert str(frame["date_secure"].min().date()) == "2008-10-27"
        assert str(frame["date_secure"].max().date()) == "2013-01-22"
        assert frame["agree"].notna().sum() == 3102
        assert frame["agree"].sum() == 3094
        differ = frame[frame["agree"].eq(False).fillna(False)]
        assert set(differ["state"]) == {"IN"}

    def test_activation_at_the_releases_cut_off(self):
        frame = table(activation, "activation")
        assert (frame["date_secure"] <= "2011-02-28").sum() == 1071

    def test_every_activated_county_has_a_shape(self):
        shapes = set(table(boundaries, "county_shapes")["fips"])
        codes = table(activation, "activation")["current_fips"].str.split("+").explode()
        assert set(codes) <= shapes

    def test_population_adds_up_to_the_states(self):
        frame = table(population, "county_population")
        census = pd.read_csv(ORIGINALS / CENSUS_POPULATION, encoding="latin-1")
        states = census[census["SUMLEV"] == 40]
        for year in (2010, 2019):
            ours = frame.loc[frame["year"] == year, "population"].sum()
            assert ours == states[f"POPESTIMATE{year}"].sum()

    def test_missing_noncitizens_are_not_zero(self):
        frame = table(population, "county_noncitizens")
        missing = frame[frame["noncitizens"].isna()]
        assert len(frame) == 32205
        assert len(missing) == 780
        assert set(missing["fips"].str[:2]) == {"72"}

    def test_areas(self):
        assert table(crosswalk, "county_areas")["aor"].nunique() == 24
        frame = table(crosswalk, "area_population")
        assert len(frame) == 24 * 8
        assert frame["residents"].notna().all()

    def test_facilities_by_criminality_add_up(self):
        frame = table(facilities, "facilities")
        assert len(frame) == 1685
        for year in (2015, 2016, 2017, 2018):
            name = f"adp_fy{year}"
            parts = frame[f"{name}_criminal"] + frame[f"{name}_non_criminal"]
            assert (frame[name] - parts).abs().max() < 0.01


class TestDamage:
    pytestmark = needs_originals

    @pytest.mark.parametrize("size", [0, 100, 5000, 400_000, 1_800_000])
    def test_truncated_stata(self, folder: Path, size: int):
        file = folder / ACTIVATION_DATED
        file.write_bytes(file.read_bytes()[:size])
        with pytest.raises(SourceError, match=r"expected a whole Stata file of 1,825,632 bytes"):
            activation.run(folder)

    def test_stata_without_its_column(self, folder: Path):
        frame = pd.read_stata(folder / ACTIVATION_DATED).rename(columns={"date_secure": "day"})
        frame.to_stata(folder / ACTIVATION_DATED, write_index=False)
        with pytest.raises(SourceError, match="date_secure") as caught:
            activation.run(folder)
        assert caught.value.column == "date_secure"

    def test_county_with_two_dates(self, folder: Path):
        frame = pd.read_stata(folder / ACTIVATION_DATED)
        row = frame.index[(frame["county"] == 48201) & (frame["year"] == 2012)][0]
        frame.loc[row, "date_secure"] = pd.Timestamp("2009-01-01")
        frame.to_stata(folder / ACTIVATION_DATED, write_index=False)
        with pytest.raises(
            SourceError, match="second date, 2009-01-01, for county 48201"
        ) as caught:
            activation.run(folder)
        assert caught.value.line == row + 1

    def test_date_outside_the_program(self, folder: Path):
        frame = pd.read_stata(folder / ACTIVATION_DATED)
        frame.loc[frame["county"] == 48201, "date_secure"] = pd.Timestamp("2018-10-27")
        frame.to_stata(folder / ACTIVATION_DATED, write_index=False)
        with pytest.raises(SourceError, match="found 2018-10-27, expected a date from 2008-10-01"):
            activation.run(folder)

    def test_month_thirteen(self, folder: Path):
        frame = pd.read_stata(folder / ACTIVATION_SECOND)
        frame.loc[2, "activation_month"] = 13
        frame.to_stata(folder / ACTIVATION_SECOND, write_index=False)
        with pytest.raises(SourceError, match="line 3, column 'activation_month': found month 13"):
            activation.run(folder)

    def test_unknown_area(self, folder: Path):
        change(folder, COUNTY_AOR, 8, lambda line: line.removesuffix("NOL") + "XYZ")
        with pytest.raises(
            SourceError, match=r"line 8, column 'aor': found 'XYZ', expected one of"
        ):
            crosswalk.run(folder)

    def test_duplicate_county(self, folder: Path):
        change(folder, COUNTY_AOR, 9, lambda line: line.replace("01015", "01013", 1))
        with pytest.raises(SourceError, match="line 9, column 'geoid': found 01013 a second time"):
            crosswalk.run(folder)

    def test_changed_header(self, folder: Path):
        change(folder, COUNTY_AOR, 1, lambda line: line.replace("aor", "area"))
        with pytest.raises(SourceError, match="line 1, column 'aor': found header"):
            crosswalk.run(folder)

    def test_other_delimiter(self, folder: Path):
        file = folder / AREA_POPULATION
        file.write_text(file.read_text(encoding="utf-8").replace("|", ";"), encoding="utf-8")
        with pytest.raises(SourceError, match=r"line 1.*delimiter changed"):
            crosswalk.run(folder)

    def test_standard_error_that_is_no_number(self, folder: Path):
        change(folder, AREA_POPULATION, 2, lambda line: line.replace("|4154.1", "|x4154.1", 1))
        with pytest.raises(SourceError, match=r"line 2, column 'total_pop_se': found 'x4154"):
            crosswalk.run(folder)

    def test_negative_population(self, folder: Path):
        change(folder, CENSUS_POPULATION, 3, lambda line: line.replace(",54773,", ",-54773,"))
        with pytest.raises(
            SourceError, match="line 3, column 'POPESTIMATE2010': found '-54773', expected a whole"
        ):
            population.run(folder)

    def test_negative_noncitizens(self, folder: Path):
        change(folder, NONCITIZENS, 2, lambda line: line.replace(",248,", ",-248,"))
        with pytest.raises(SourceError, match="line 2, column 'noncit_pop': found '-248'"):
            population.run(folder)

    def test_census_cut_off_between_lines(self, folder: Path):
        file = folder / CENSUS_POPULATION
        file.write_bytes(b"\n".join(file.read_bytes().split(b"\n")[:100]) + b"\n")
        with pytest.raises(SourceError, match="found 99 rows, expected 3,193 rows"):
            population.run(folder)

    def test_census_without_a_year(self, folder: Path):
        change(folder, CENSUS_POPULATION, 1, lambda line: line.replace("POPESTIMATE2014", "P2014"))
        with pytest.raises(SourceError, match="line 1, column 'POPESTIMATE2014'"):
            population.run(folder)

    def test_truncated_package(self, folder: Path):
        file = folder / BOUNDARIES
        file.write_bytes(file.read_bytes()[:300_000])
        with pytest.raises(SourceError, match="cut off"):
            boundaries.run(folder)

    @pytest.mark.parametrize(
        ("column", "cell", "message"),
        [
            (9, "XXX", "line 10, column 'AOR': found 'XXX', expected one of"),
            (22, -1.5, "line 10, column 'FY18 ADP': found -1.5, expected a number of at least 0"),
        ],
    )
    def test_facility_cell(self, tmp_path: Path, column: int, cell: object, message: str):
        rows = [[None] * len(facilities.HEADER) for _ in range(facilities.HEADER_ROW - 1)]
        good = ["ABC", "A JAIL", "", "TOWN", "COUNTY", "WA", "", "9", "SEA", "", "IGSA", "IGSA"]
        good += [0.0] * (len(facilities.HEADER) - len(good))
        good[column - 1] = cell
        workbook = openpyxl.Workbook()
        sheet = workbook.active
        sheet.title = facilities.SHEET
        for row in [*rows, list(facilities.HEADER), *[good] * 1685]:
            sheet.append(row)
        file = tmp_path / FACILITY_LIST
        file.parent.mkdir(parents=True)
        workbook.save(file)
        with pytest.raises(SourceError, match=message):
            facilities.run(tmp_path)


def test_arcs_are_summed_scaled_and_walked_backwards():
    source = {
        "transform": {"scale": [2, 3], "translate": [10, 20]},
        "arcs": [[[0, 0], [1, 0], [0, 1]], [[0, 0], [0, 1], [1, 0]]],
    }
    arcs = boundaries.decode_arcs(source)
    assert arcs == [[(10, 20), (12, 20), (12, 23)], [(10, 20), (10, 23), (12, 23)]]
    # Out along the first arc, back along the second: the shared end stands once.
    assert boundaries.ring([0, ~1], arcs) == [(10, 20), (12, 20), (12, 23), (10, 23), (10, 20)]
