"""Words in the edition's language: what is recorded stays English, what is shown is translated."""

from __future__ import annotations

import copy
import gettext
import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from citable import paths
from citable.display import words
from citable.display.formats import fmt, join_lazily, tr, trn
from citable.display.tables import Col, to_html
from citable.display.words import VARIABLE, LazyText, _, english, translate_nested

SPANISH = {
    "over": "más de",
    "February": "febrero",
    "Feb": "feb",
    "{day} {month} {year}": "{day} de {month} de {year}",
    "{month} {year}": "{month} de {year}",
    "{mon} {year}": "{mon} {year}",
    "about {date}": "hacia {date}",
    "none": "ninguno",
    "{x:int} of {n:int} places": "de {n:int} lugares, {x:int}",
    "Jurisdiction": "Jurisdicción",
}


@pytest.fixture
def spanish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A small real catalog, read as any is."""
    folder = tmp_path / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalog = Catalog(locale="es")
    for message, text in SPANISH.items():
        catalog.add(message, text)
    catalog.add(("{n:int} row", "{n:int} rows"), ("{n:int} fila", "{n:int} filas"))
    with (folder / "book.mo").open("wb") as stream:
        write_mo(stream, catalog)
    monkeypatch.setattr(paths, "LOCALE", tmp_path)
    monkeypatch.setenv(VARIABLE, "es")
    words._catalog.cache_clear()
    yield
    words._catalog.cache_clear()


def test_english_needs_no_catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(gettext, "translation", lambda *a, **k: pytest.fail("a catalog was read"))
    assert _("over") == "over"
    assert fmt("2011-02-28", "date") == "28 February 2011"
    assert tr("{x:int} of {n:int} places", x=1200, n=3000) == "1,200 of 3,000 places"


@pytest.mark.usefixtures("spanish")
def test_dates_and_cutoffs_are_translated() -> None:
    assert fmt("2011-02-28", "date") == "28 de febrero de 2011"
    assert fmt("2011-02~", "cutoff") == "hacia feb 2011"
    assert fmt(0, "word") == "ninguno"
    assert fmt("over") == "más de"
    assert fmt(1234567) == "1,234,567"


@pytest.mark.usefixtures("spanish")
def test_lazy_text_is_recorded_in_english_and_shown_translated() -> None:
    text = tr("{x:int} of {n:int} places", x=1200, n=3000)
    assert text == "1,200 of 3,000 places"
    assert json.dumps({"text": text}) == '{"text": "1,200 of 3,000 places"}'
    assert _(text) == "de 3,000 lugares, 1,200"
    assert _(copy.deepcopy(text)) == "de 3,000 lugares, 1,200"
    assert _(trn("{n:int} row", "{n:int} rows", 1)) == "1 fila"
    assert _(trn("{n:int} row", "{n:int} rows", 2)) == "2 filas"
    assert _(join_lazily(["over", text], "; ")) == "más de; de 3,000 lugares, 1,200"
    assert translate_nested({"a": ["over", 3]}) == {"a": ["más de", 3]}
    with english():
        assert _(text) == text


@pytest.mark.usefixtures("spanish")
def test_a_table_shows_translated_cells_and_its_data_stays_english() -> None:
    label = tr("{x:int} of {n:int} places", x=1, n=2)
    frame = pd.DataFrame({"label": [label, "Suffolk"], "verdict": ["over", "over"]})
    html = to_html(
        frame,
        {"label": "Jurisdiction", "verdict": Col("Verdict", "text")},
        caption="over",
        identifier="t",
    )
    assert "de 2 lugares, 1" in html
    assert "Jurisdicción" in html
    assert html.count("más de") == 3
    assert "Suffolk" in html
    assert "1 of 2 places,over" in frame.to_csv(index=False)
    assert isinstance(frame["label"].iloc[0], LazyText)


@pytest.mark.usefixtures("spanish")
def test_translation_ignores_white_space() -> None:
    assert _("  over\n") == "más de"


def test_a_language_without_a_catalog_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "xx")
    with pytest.raises(FileNotFoundError):
        _("over")
