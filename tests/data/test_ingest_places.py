"""Tables about places: totals known beforehand, and damaged files named by line and column."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from citable import paths
from citable.errors import LedgerError, SourceError
from scomm.data import paths as data_paths
from scomm.data.ingest import activation, boundaries, crosswalk, facilities, population
from scomm.data.ingest.activation import ACTIVATION_DATED, ACTIVATION_SECOND
from scomm.data.ingest.boundaries import BOUNDARIES
from scomm.data.ingest.crosswalk import AREA_POPULATION, COUNTY_AOR, DISPOSITION_CODES
from scomm.data.ingest.facilities import FACILITY_LIST
from scomm.data.ingest.population import CENSUS_POPULATION, COUNTY_LIST, NONCITIZENS

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


GOOD: list[object] = [
    "ABC", "A JAIL", "", "TOWN", "COUNTY", "WA", "", "9", "SEA", "", "IGSA", "IGSA",
    *[0.0] * (len(facilities.HEADER) - 12),
]  # fmt: skip


def save(
    folder: Path,
    rows: list[list],
    breakout: list[list] | None,
    header: tuple[str, ...] = facilities.HEADER,
    breakout_header: tuple[str, ...] = facilities.BREAKOUT_HEADER,
) -> Path:
    """Write a workbook like the facility list; without the second sheet if it is None."""
    workbook = openpyxl.Workbook(write_only=True)
    sheets = [(facilities.SHEET, facilities.HEADER_ROW, header, rows)]
    if breakout is not None:
        sheets.append((facilities.BREAKOUT, facilities.BREAKOUT_ROW, breakout_header, breakout))
    for title, line, names, body in sheets:
        sheet = workbook.create_sheet(title)
        for row in [*[[title]] * (line - 1), list(names), *body]:
            sheet.append(row)
    file = folder / FACILITY_LIST
    file.parent.mkdir(parents=True, exist_ok=True)
    workbook.save(file)
    return file


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

    def test_text_day_and_month_are_swapped_in_eight_counties_and_not_used(self):
        panel = pd.read_stata(ORIGINALS / ACTIVATION_DATED).dropna(subset="date_secure")
        panel = panel.drop_duplicates("county")
        swapped = panel[panel["month_secure"] != panel["date_secure"].dt.month]
        assert len(swapped) == 8
        assert (swapped["day_secure"] == swapped["date_secure"].dt.month).all()
        ours = table(activation, "activation").set_index("fips")["date_secure"]
        codes = swapped["county"].map("{:05d}".format)
        assert (ours[codes].to_numpy() == swapped["date_secure"].to_numpy()).all()

    def test_codes_that_changed_are_drawn_left_out_or_kept(self):
        frame = table(activation, "activation").set_index("fips")
        decisions = activation.fips_changes()["decision"]
        assert decisions.value_counts().to_dict() == {"mapped": 8, "not dated": 4, "kept": 9}
        assert set(decisions.index[decisions == "not dated"]).isdisjoint(frame.index)
        for fips in decisions.index[decisions == "kept"]:
            assert frame.loc[fips, "current_fips"] == fips
            assert frame.loc[fips, "note"] is None
        assert frame.loc["46113", "current_fips"] == "46102"

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

    def test_facilities_by_conviction_on_one_night(self):
        frame = table(facilities, "facilities")
        assert frame["population"].sum() == 45_791
        redacted = frame["code"].isna()
        assert redacted.sum() == 207
        assert set(frame.loc[redacted, "type"]) == {"ORR"}
        groups = frame[["population_criminal", "population_non_criminal"]]
        assert groups[redacted].isna().all(axis=None)
        assert groups[~redacted].notna().all(axis=None)
        assert groups.sum().tolist() == [19_211, 20_730]
        assert frame.loc[~redacted, "population"].sum() == 19_211 + 20_730

    def test_no_blank_became_a_zero(self):
        sheet = facilities.read_sheet(
            FACILITY_LIST, ORIGINALS, facilities.SHEET, facilities.HEADER, facilities.HEADER_ROW
        )
        frame = table(facilities, "facilities")
        assert (sheet["FY15 ADP"] == "").sum() == frame["adp_fy2015"].isna().sum()
        assert (sheet["FY15 ADP"] == 0).sum() == 1151
        averages = facilities._averages(sheet.head(2).assign(**{"FY15 ADP": ["", 0.0]}), "FY15 ADP")
        assert averages == [None, 0.0]


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

    def test_county_without_a_date_needs_a_decision_row(self, folder: Path):
        frame = pd.read_stata(folder / ACTIVATION_DATED)
        rows = frame["county"] == 48201
        frame.loc[rows, "date_secure"] = pd.NaT
        frame.to_stata(folder / ACTIVATION_DATED, write_index=False)
        with pytest.raises(SourceError, match="no date in any year for county 48201") as caught:
            activation.run(folder)
        assert caught.value.line == frame.index[rows][0] + 1
        assert "fips_changes.csv" in caught.value.remedy

    @pytest.mark.parametrize(
        ("row", "message"),
        [
            ("46113,46102,Shannon,SD,moved,r,2026-11-24", "line 2, column 'decision': found 'mov"),
            ("46113,,Shannon,SD,mapped,r,2026-11-24", "line 2, column 'new_fips': found ''"),
            ("46113,46102,Shannon,SD,kept,r,2026-11-24", "'new_fips': found '46102', expected a"),
            ("46113,46102,Shannon,SD,mapped,r,d\n46113,46102,S,SD,mapped,r,d", "cannot be read"),
        ],
    )
    def test_decision_row(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str, message: str
    ):
        file = tmp_path / "fips_changes.csv"
        file.write_text(",".join(activation._COLUMNS) + f"\n{row}\n")
        monkeypatch.setattr(data_paths, "FIPS_CHANGES", file)
        with pytest.raises(LedgerError, match=message):
            activation.fips_changes()

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

    def test_population_that_its_parts_do_not_make(self, tmp_path: Path):
        breakout = [*["ABC", *[""] * 12], *[0.0] * 20, 1.0, 2.0, 3.0, 5.0]
        redacted = [facilities._REDACTED, *breakout[1:]]
        good = [*GOOD[:17], 10.0, *GOOD[18:]]
        rows = [good, *[[facilities._REDACTED, *GOOD[1:]]] * 1684]
        save(tmp_path, rows, [breakout, *[redacted] * 1684])
        with pytest.raises(
            SourceError, match=r"line 10, column 'Population Count': found 10 at ABC.* 11\."
        ):
            facilities.run(tmp_path)

    @pytest.mark.parametrize(
        ("sheet", "message"),
        [
            (facilities.SHEET, "sheet Facility List - Main, line 9, column 'FY18 ADP'"),
            (facilities.BREAKOUT, "sheet Facility List - Pop Breakout, line 8, column 'Male Crim'"),
        ],
    )
    def test_workbook_with_a_changed_header(self, tmp_path: Path, sheet: str, message: str):
        renamed = {"FY18 ADP": "ADP FY18", "Male Crim": "Male Criminal"}
        headers = {
            facilities.SHEET: facilities.HEADER,
            facilities.BREAKOUT: facilities.BREAKOUT_HEADER,
        }
        headers[sheet] = tuple(renamed.get(name, name) for name in headers[sheet])
        save(tmp_path, [GOOD] * 1685, [], *headers.values())
        with pytest.raises(SourceError, match=message):
            facilities.run(tmp_path)

    def test_workbook_without_its_sheet_and_cut_off(self, tmp_path: Path):
        file = save(tmp_path, [GOOD] * 1685, None)
        with pytest.raises(SourceError, match="with a sheet 'Facility List - Pop Breakout'"):
            facilities.run(tmp_path)
        file.write_bytes(file.read_bytes()[:2000])
        with pytest.raises(SourceError, match="a workbook that cannot be read"):
            facilities.run(tmp_path)

    @pytest.mark.parametrize(
        ("column", "cell", "message"),
        [
            (9, "XXX", "line 10, column 'AOR': found 'XXX', expected one of"),
            (22, -1.5, "line 10, column 'FY18 ADP': found -1.5, expected a number of at least 0"),
        ],
    )
    def test_facility_cell(self, tmp_path: Path, column: int, cell: object, message: str):
        save(tmp_path, [[*GOOD[: column - 1], cell, *GOOD[column:]]] * 1685, None)
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
