"""Names with markup in them are shown as text, wherever the book writes HTML or SVG."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from citable import paths
from citable.display import figures, pictures, tables
from citable.display.templates import from_template, html
from citable.errors import SourceError
from citable.record import identity
from citable.record.trace import Source, Trace
from citable.sphinx import search
from citable.sphinx.pages import _json_ld, book_json_ld
from citable.tables.passports import passports
from scomm.figures import maps
from scomm.pages import datasheets as sheet_pages, find
from scomm.places import datasheets

HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</title></svg><svg onload=alert(1)>",
    "]]><b>&lt;i&gt;</b>{{ 7*7 }}{% raw %}",
)  # fmt: skip


class _Page(HTMLParser):
    """What a browser would find: elements, attributes, and the text between them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def harmless(text: str, name: str, shown: bool = True) -> None:
    """Hold that no element or handler came out of the name, and that it stands as text."""
    page = _Page(text)
    for tag, attributes in page.tags:
        assert tag not in ("img", "b", "i", "iframe"), tag
        if tag == "script":
            ours = (attributes.get("src") or "").startswith("../")
            assert ours or attributes.get("type") == "application/ld+json", attributes
        assert not [key for key in attributes if key.startswith("on")], attributes
        for key in ("href", "src"):
            assert not (attributes.get(key) or "").lower().startswith(("javascript:", "data:"))
    if shown:
        words = page.text + " ".join(str(v) for _, each in page.tags for v in each.values())
        assert name in words, words[:400]


@pytest.mark.parametrize("name", HOSTILE)
def test_tables(name: str) -> None:
    frame = pd.DataFrame({"place": [name, "B"], "n": [1, 2]})
    columns = {"place": tables.Col(name), "n": tables.Col("n", "int")}
    text = tables.to_html(frame, columns, caption=name, identifier="t-1", anchors=["a", "b"])
    harmless(text, name)
    harmless(str(html("Datasheet of {state}", state=name)), name)


@pytest.mark.parametrize("name", HOSTILE)
def test_place_list_escapes_markup(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place = next(place for place in datasheets.places() if place.kind == "county")
    monkeypatch.setattr(datasheets, "places", lambda: (replace(place, name=name),))
    harmless(find.list_html(), name)
    assert "</script" not in find.places_js().split("=", 1)[0]


@pytest.mark.parametrize("name", HOSTILE)
def test_passage_list_escapes_markup(name: str) -> None:
    passage = search.Passage("finding", "1.1", "a.html", name, name)
    written = search.passages_js([passage]).removeprefix("window.citablePassages=").rstrip(";\n")
    text = " ".join(name.split())
    assert json.loads(written)["rows"] == [["finding", "1.1", "a.html", 0, text]]
    assert json.loads(written)["titles"] == [name]


@pytest.mark.parametrize("name", HOSTILE)
def test_datasheets(name: str) -> None:
    sheet = replace(datasheets.state_sheet("WA"), title=name)
    table = replace(sheet.tables[0], title=name)
    text = sheet_pages.sheet_html(replace(sheet, tables=(table,), first=name, notes=(name,)))
    harmless(text, name)


@pytest.mark.parametrize("name", HOSTILE)
def test_traces(name: str) -> None:
    finding = {
        "id": "1.1", "url": "a.html", "statement": name, "estimand": name, "period": name,
        "population": name, "value": name, "unit": "count", "numerator": None, "denominator": None,
        "interval": None, "null": name, "not_shown": name,
    }  # fmt: skip
    passport = replace(next(iter(passports().values())), title=name, publisher=name, what=name)
    source = Source(name, "table", name, "0" * 64, 1, "", name, "0" * 64, name, name, (passport,))
    words = dict.fromkeys(_words(), "word")
    text = from_template(
        "trace.html", trace=Trace(finding, "a", 1, name, (source,), "a\n1\n", name), up="../",
        words=words, edition="1", tolerance=0.0,
    )  # fmt: skip
    harmless(text, name)


def _words() -> list[str]:
    from citable.sphinx.traces import CHECK

    return list(CHECK)


@pytest.mark.parametrize("name", HOSTILE)
def test_drawings(name: str) -> None:
    def draw(layout: figures.Layout) -> plt.Figure:
        figure = layout.figure(2)
        axes = figure.subplots()
        axes.set_title(name.replace("{", "(").replace("$", ""))
        axes.bar([name[:20]], [1])
        return figure

    drawn = figures.render(draw, identifier="1.1", alt=name)
    for text in (drawn.wide, drawn.narrow, drawn.standalone):
        harmless(text, name)
    harmless(pictures.card_svg(pictures.Card(name, name, name, name)), name, shown=False)
    square = "M0,0L10,0L10,10L0,10Z"
    shapes = pd.DataFrame({"fips": ["01001"], "path": [square]})
    text = maps.rollout(
        figures.WIDE, pd.Series({"01001": 0}), shapes=shapes, labels=[name],
        titles={"01001": name}, panels=[], borders=shapes,
    )  # fmt: skip
    harmless(text, name)


@pytest.mark.parametrize("name", HOSTILE)
def test_linked_data(name: str) -> None:
    record = identity.Record("2026.11", "2026-11-25", "0" * 64, name, ())
    text = _json_ld(book_json_ld(record) | {"name": name})
    page = _Page(text)
    assert [tag for tag, _ in page.tags] == ["script"]
    assert text.count("</script") == 1


def test_an_address_that_is_a_script_is_refused(tmp_path: Path) -> None:
    text = paths.SOURCES.read_text(encoding="utf-8")
    file = tmp_path / "sources.toml"
    file.write_text(text.replace('url = "https', 'url = " JavaScript:alert(1)//https', 1))
    with pytest.raises(SourceError, match="column 'url'"):
        passports(file)
