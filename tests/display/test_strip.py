"""Test the strip of places: one dot a place, at its share, without overlap."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from base64 import b64decode
from itertools import combinations

import pandas as pd
import pytest
from lxml.html import fragment_fromstring as html_fragment

from citable.display.checks import text_problems
from citable.display.figures import NARROW, WIDE, Layout
from citable.display.pictures import stack_levels
from citable.pdf.pages import drop_controls, set_strip
from scomm import figures as charts
from scomm.evidence.claims import judge, verdict_table
from scomm.pages.landing import strip_html, verdicts_html
from scomm.places import strip

_SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def places() -> pd.DataFrame:
    """The places that the claims about one half are judged by."""
    return strip.dots([place for claim in ("C2", "C3", "C4") for place in judge(claim).places])


def drawn(layout: Layout, data: pd.DataFrame) -> ET.Element:
    svg = charts.strip(layout, data, references=[(0.287, "nation 28.7%"), (0.5, "one half")])
    assert text_problems(svg) == []
    return ET.fromstring(svg)


@pytest.mark.parametrize("layout", [WIDE, NARROW], ids=["wide", "narrow"])
def test_each_place_is_one_dot_at_its_share(layout: Layout, places: pd.DataFrame) -> None:
    root = drawn(layout, places)
    ticks = {
        text.text: float(text.get("x", "nan"))
        for text in root.iter(f"{_SVG}text")
        if text.text in ("0%", "100%")
    }
    links = {link.get("href"): link.find(f"{_SVG}circle") for link in root.iter(f"{_SVG}a")}
    assert len(list(root.iter(f"{_SVG}circle"))) == len(links) == len(places)
    for row in places.itertuples():
        dot = links[row.path]
        assert dot is not None
        share = (float(dot.get("cx", "nan")) - ticks["0%"]) / (ticks["100%"] - ticks["0%"])
        assert share == pytest.approx(row.share, abs=0.0005)
        assert dot.findtext(f"{_SVG}title") == row.title
        paper = dot.get("fill") != dot.get("stroke")
        assert paper != row.filled


@pytest.mark.parametrize("layout", [WIDE, NARROW], ids=["wide", "narrow"])
def test_strip_dots_do_not_overlap_or_overflow(layout: Layout, places: pd.DataFrame) -> None:
    root = drawn(layout, places)
    *_, width, height = map(float, root.get("viewBox", "").split())
    dots = [
        tuple(float(dot.get(n, "nan")) for n in ("cx", "cy", "r"))
        for dot in root.iter(f"{_SVG}circle")
    ]
    for (x, y, r), (other_x, other_y, _r) in combinations(dots, 2):
        assert (x - other_x) ** 2 + (y - other_y) ** 2 >= (2 * r) ** 2
    assert all(r <= x <= width - r and r <= y <= height - r for x, y, r in dots)


def test_equal_shares_are_stacked() -> None:
    assert stack_levels([50.0, 50.0, 50.0, 58.0, 62.0], 9.0) == [0, 1, 2, 3, 0]
    data = pd.DataFrame({"name": "A", "share": [0.5, 0.5, 0.5], "filled": [False, True, False]})
    data = data.assign(title="A", path="")
    root = drawn(NARROW, data)
    dots = sorted(root.iter(f"{_SVG}circle"), key=lambda dot: float(dot.get("cy", "nan")))
    assert len({dot.get("cx") for dot in dots}) == 1
    assert dots[0].get("fill") == dots[0].get("stroke"), "the filled one stands on top"
    assert list(root.iter(f"{_SVG}a")) == []


def test_a_strip_without_a_filled_dot_or_without_any_is_drawn(places: pd.DataFrame) -> None:
    assert len(list(drawn(WIDE, places[~places["filled"]]).iter(f"{_SVG}circle"))) > 20
    assert list(drawn(NARROW, places[:0]).iter(f"{_SVG}circle")) == []


def test_strip_places_match_the_claims(
    places: pd.DataFrame,
) -> None:
    items = [place for claim in ("C3", "C4") for place in judge(claim).places]
    assert int(places["filled"].sum()) == sum(judge(claim).established for claim in ("C3", "C4"))
    assert 20 < len(places) <= len(items)
    assert places["path"].is_unique
    assert places["share"].is_monotonic_increasing


def test_places_with_only_a_bound_have_no_dot() -> None:
    from scomm.evidence.published import published

    bound, exact = published()["boston_2011-04-state"], published()["philadelphia_2011-02"]
    found = strip.dots([bound, exact])
    assert found["title"].tolist() == [
        "Philadelphia PA: 56.5%, interval 51.8% to 61.2%, n = 421, to Feb 2011"
    ]
    assert strip.dots([bound]).empty


def test_a_screen_reader_gets_the_strip_in_words_and_as_a_list(places: pd.DataFrame) -> None:
    page = strip_html(places.to_dict("records"), 0.287, 0.5)
    assert page.count("<svg") == page.count('aria-hidden="true"') == 2
    assert f"{len(places)} places as dots on a line" in page
    assert page.count("<li>") == len(places)


def test_every_claim_has_its_verdict_on_the_first_page() -> None:
    table = verdict_table()
    table["named"] = table["chapter"].isin([5, 6])
    page = verdicts_html(table.to_dict("records"))
    for row in table[table["named"]].itertuples():
        assert f">{row.claim}</span> <span>{row.short}</span>" in page
    assert page.index("Advocates") < page.index("The agency")
    others = page.count('class="verdict ') - int(table["named"].sum())
    unnamed = table[~table["named"]]
    assert others == len(unnamed.drop_duplicates(["side", "verdict"]))
    assert "C7\N{EN DASH}C11, C13\N{EN DASH}C15" in page
    for claim in ("C12", "C16", "C17", "C18"):
        assert claim in page
        assert claim in set(unnamed["claim"])


def test_paper_has_the_strip_as_a_picture_with_its_words(places: pd.DataFrame) -> None:
    page = strip_html(places.to_dict("records"), 0.287, 0.5)
    root = html_fragment(f"<article>{page}</article>")
    drop_controls(root)
    set_strip(root)
    (picture,) = root.iter("img")
    assert str(picture.get("alt")).startswith(f"{len(places)} places as dots")
    svg = b64decode(str(picture.get("src")).partition("base64,")[2]).decode("utf-8")
    assert "var(" not in svg
    assert text_problems(svg) == []
    assert len(list(ET.fromstring(svg).iter(f"{_SVG}circle"))) == len(places)
