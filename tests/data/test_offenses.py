"""Classes of the most serious convictions in Seattle's workbook."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

from citable.errors import LedgerError
from citable.tables.reader import load
from scomm.data import mappings, paths, restrictions

TABLES = ("seattle_removals", "seattle_arrests", "seattle_bookins")
NO_OFFENSE = {"none recorded", "not collected"}


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Forget what a damaged file held."""
    yield
    mappings.offense_classes.cache_clear()
    mappings.offense_definitions.cache_clear()


def convictions() -> set[str]:
    """Every text of the three tables that names an offense."""
    return {text for name in TABLES for text in load(name)["conviction"]} - NO_OFFENSE


def with_class() -> pd.DataFrame:
    """Removals not expedited, since convictions are recorded, with the class of each."""
    kept, _ = restrictions.recorded_removals(load("seattle_removals"))
    return kept.assign(offense_class=kept["conviction"].map(mappings.offense_classes()))


def test_convictions_have_classes_and_all_rows_are_used() -> None:
    assert set(mappings.offense_classes()) == convictions()
    assert len(convictions()) == 289


def test_each_class_has_a_step_and_each_step_a_conviction() -> None:
    assert set(mappings.offense_classes().values()) == set(
        mappings.offense_definitions()["offense_class"]
    )


@pytest.mark.parametrize(
    ("words", "offense_class"),
    [
        ("Driving Under", "driving under the influence"),
        ("Illegal (?:Re-)?Entry", "illegal entry or re-entry"),
        ("Homicide|Aggravated Assault|Kidnap|Robbery", "assault and other violence"),
        ("^Rape|^Sex|Molestation", "sex offenses"),
        ("^(?:Cocaine|Heroin|Marijuana|Amphetamine|Drug)", "drugs"),
        ("^(?:Larceny|Burglary|Fraud|Forgery|Arson)", "property and fraud"),
    ],
)
def test_texts_of_one_kind_are_in_one_class(words: str, offense_class: str) -> None:
    classes = pd.Series(mappings.offense_classes())
    found = classes[classes.index.str.contains(words)]
    assert len(found) > 1
    assert set(found) == {offense_class}


def test_removals_not_expedited_keep_blanks_and_one_kind() -> None:
    kept, row = restrictions.recorded_removals(load("seattle_removals"))
    assert set(kept["kind"]) == {"other removal"}
    assert kept["month"].min() == pd.Timestamp(2012, 10, 1)
    assert row.kept == kept["n"].sum() == 15_928
    assert row.before == row.left_out + row.kept
    assert "not collected" not in set(kept["conviction"])


@pytest.mark.parametrize(
    ("offense_class", "percent"),
    [
        ("driving under the influence", 12.6),
        ("other traffic", 8.2),
        ("illegal entry or re-entry", 7.2),
    ],
)
def test_shares_of_classes_are_those_of_the_texts(offense_class: str, percent: float) -> None:
    removals = with_class()
    convicted = removals[removals["offense_class"].notna()]
    count = convicted.loc[convicted["offense_class"] == offense_class, "n"].sum()
    assert 100 * count / convicted["n"].sum() == pytest.approx(percent, abs=0.05)


def test_records_without_a_class_have_no_conviction() -> None:
    removals = with_class()
    without = removals[removals["offense_class"].isna()]
    assert set(without["conviction"]) == {"none recorded"}
    assert without["n"].sum() / removals["n"].sum() == pytest.approx(0.304, abs=0.0005)


def test_immigration_and_traffic_classes_match_their_texts() -> None:
    definitions = mappings.offense_definitions()["offense_class"].tolist()
    aside = definitions[: definitions.index("driving under the influence") + 1]
    removals = with_class()
    words = "Illegal (?:Re-)?Entry|Immigration|Citizenship|Aliens|Traffic Offense|Hit and Run|Driving Under"
    named = removals["conviction"].str.contains(words)
    assert removals.loc[named, "n"].sum() == 3_212
    assert set(removals.loc[named, "offense_class"]) == set(aside)
    assert removals.loc[removals["offense_class"].isin(aside), "n"].sum() == 3_212


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("OFFENSE_CLASSES", "Arson,property and fraud", "Arson,fire", "'fire' is not in"),
        ("OFFENSE_CLASSES", "\nBattery,", "\nAssault,", "'Assault' stands twice"),
        ("OFFENSE_DEFINITIONS", "drugs,6,", "drugs,7,", "row 7: step '7', expected 6"),
        ("OFFENSE_DEFINITIONS", "offense_class,step", "offense_class,order", "order"),
    ],
)
def test_a_damaged_file_is_refused_with_its_place(
    name: str, old: str, new: str, said: str, tmp_path, monkeypatch
) -> None:
    good = getattr(paths, name)
    text = good.read_text("utf-8")
    assert old in text
    damaged = tmp_path / good.name
    damaged.write_text(text.replace(old, new, 1), "utf-8")
    monkeypatch.setattr(paths, name, damaged)
    mappings.offense_classes.cache_clear()
    mappings.offense_definitions.cache_clear()
    with pytest.raises(LedgerError, match=said) as error:
        mappings.offense_classes()
    assert good.name in str(error.value)
