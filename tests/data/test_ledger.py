"""The ledgers typed by hand: complete, within their rules, and consistent with one another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from citable import paths
from citable.errors import LedgerError
from scomm.data import ledger, paths as data_paths


def test_every_figure_is_there_once_and_within_eight_words() -> None:
    figures = ledger.figures()
    assert list(figures["id"]) == [f"F{number:03d}" for number in range(1, 480)]
    assert figures["source_no"].astype(int).nunique() == 167


def test_why_published_requires_agreement_of_coders() -> None:
    figures = ledger.figures()
    codes = [
        ledger.coding(f"why_published_{coder}").set_index("source_no")["code"] for coder in "ab"
    ]
    for row in figures.itertuples():
        a, b = (code[row.source_no] for code in codes)
        assert row.why_published == (a if a == b else "unknown"), row.id


def test_no_sentence_of_a_source_is_in_the_ledger() -> None:
    figures = ledger.figures()
    for column in ("printed", "note", "period_note", "grade_reason"):
        longest = figures[column].str.split().str.len().max()
        assert longest <= (8 if column == "printed" else 30), column


def test_exact_figures_are_points_and_others_ranges() -> None:
    figures = ledger.figures()
    exact = figures[figures["exactness"] == "exact"]
    assert (exact["low"] == exact["high"]).all()
    floors = figures[figures["exactness"] == "floor"]
    assert floors["high"].isna().all()
    assert floors["low"].notna().all()


def test_decisions_name_figures_that_exist() -> None:
    known = set(ledger.figures().index)
    for row in ledger.decisions().itertuples():
        assert set(re.findall(r"F\d{3}", row.rows)) <= known, row.id
    used = {cell for cell in ledger.cutoffs()["decision"] if cell}
    assert used <= set(ledger.decisions().index)


def test_claims_have_a_rule_and_cite_entries_that_exist() -> None:
    rules = ledger.verdict_rules()
    bibliography = (paths.ROOT / "references.bib").read_text(encoding="utf-8")
    for claim in ledger.claims().values():
        assert claim["test"]["form"] in rules, claim["id"]
        sources = [fact["source"] for fact in claim["test"].get("facts", ())]
        for key in claim["where"] + sources:
            if key.endswith(".csv"):
                continue
            assert key.startswith("http") or f"{{{key}," in bibliography, (claim["id"], key)
    assert [f"C{number}" for number in range(1, 11)] == list(ledger.claims())[:10]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda text: text.replace(",exact,", ",certain,", 1),
            "column 'exactness': found 'certain'",
        ),
        (lambda text: text.replace("F002,", "F001,", 1), "'F001' stands twice"),
        (lambda text: text.replace(",94218,94218,", ",94218,94217,", 1), "low is above high"),
        (lambda text: text.replace(",94218,94218,", ",many,94218,", 1), "expected a number"),
        (lambda text: text.replace("exactness", "exact", 1), "no column 'exactness'"),
    ],
)
def test_bad_row_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: object, message: str
) -> None:
    text = data_paths.FIGURES.read_text(encoding="utf-8")
    damaged = change(text)  # type: ignore[operator]
    assert damaged != text
    file = tmp_path / "figures.csv"
    file.write_text(damaged, encoding="utf-8")
    monkeypatch.setattr(data_paths, "FIGURES", file)
    ledger.figures.cache_clear()
    try:
        with pytest.raises(LedgerError, match=re.escape(message)):
            ledger.figures()
    finally:
        ledger.figures.cache_clear()


def test_yaml_ledgers_hold_plain_data_only() -> None:
    for file in paths.HAND.glob("*.yml"):
        text = file.read_text(encoding="utf-8")
        assert "!!" not in text, file.name
        yaml.safe_load(text)
