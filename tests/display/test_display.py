"""Formats, tables, figures and charts: what a reader and a screen reader get."""

from __future__ import annotations

import ast
import io
import math
import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import matplotlib.image as mpimg
import numpy as np
import pandas as pd
import pytest
from lxml.html import fragment_fromstring as html_fragment

from citable import paths
from citable.display import style
from citable.display.figures import NARROW, WIDE, Layout, render
from citable.display.formats import fill, fmt
from citable.display.pictures import Card, Marks, card_svg, palette_png, png, wrap_text
from citable.display.style import (
    BLUE,
    COLOR_NAMES,
    KEY,
    PALETTE,
    ROLES,
    SHADE_INKS,
    SHADES,
    Color,
    css,
    swatch,
)
from citable.display.tables import Col, Line, from_plain, to_html, to_plain
from citable.errors import ArgumentError
from citable.pdf.pages import line_svg
from citable.tables.reader import load
from scomm import figures as charts
from scomm.figures import maps, tiles
from scomm.figures.maps import HATCHED, Panel, county_map, dissolve, rollout
from scomm.pages.figure_key import key_html


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (94_218, "", "94,218"),
        (0.28707, "pct", "28.7%"),
        (0.28707, "pct0", "29%"),
        (-0.037, "pts", "\N{MINUS SIGN}3.7"),
        (-0.0001, "pts", "0.0"),
        (0.00004, "p", "< 0.001"),
        (0.0499, "p", "0.050"),
        (7, "word", "seven"),
        (0, "word", "none"),
        (22, "word", "22"),
        ("2011-02-28", "date", "28 February 2011"),
        (pd.Timestamp("2017-02-01"), "month", "February 2017"),
        (float("nan"), "pct", "n/a"),
        (pd.NA, "int", "n/a"),
        (np.int64(3), "int", "3"),
        ("over", "", "over"),
    ],
)
def test_format(value: object, spec: str, text: str) -> None:
    assert fmt(value, spec) == text


@pytest.mark.parametrize(("value", "spec"), [(0.5, ""), (1.5, "int"), (1, "furlongs"), (1, "pctx")])
def test_format_that_does_not_fit_is_refused(value: float, spec: str) -> None:
    with pytest.raises(ArgumentError):
        fmt(value, spec)


def test_fill_prints_values_in_their_formats() -> None:
    assert fill("{x:int} of {n:int}, {s:pct}", {"x": 183, "n": 352, "s": 183 / 352}) == (
        "183 of 352, 52.0%"
    )
    with pytest.raises(KeyError):
        fill("{missing:int}", {})


def test_table_has_caption_scopes_and_escaped_text() -> None:
    frame = pd.DataFrame({"place": ["<script>alert(1)</script>", "B"], "share": [0.5, np.nan]})
    html = to_html(
        frame, {"place": "Place", "share": Col("Share, %", "pct")}, caption="C", identifier="t"
    )
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert html.count('scope="col"') == 2
    assert html.count('scope="row"') == 2
    assert "<caption" in html
    assert "n/a" in html
    with pytest.raises(ArgumentError, match="no column 'n'"):
        to_html(frame, {"n": "N"}, caption="C", identifier="t")


DATES = pd.date_range("2015-10-01", periods=47, freq="MS")
ROWS = pd.DataFrame(
    {
        "label": ["A", "B <b>", "C"],
        "low": [0.4, 0.1, np.nan],
        "high": [0.6, 0.3, np.nan],
        "share_low": [0.5, 0.2, 0.6],
        "share_high": [0.5, 0.2, 0.7],
        "n_text": ["n = 10", "n = 99", "n not printed"],
        "estimate": [0.5, 0.2, 0.6],
        "raw": [0.5, 0.2, 0.6],
        "other": [0.4, 0.3, 0.5],
        "n": [10, 99, 30],
        "share": [0.5, 0.2, 0.6],
    }
)
LINES = pd.DataFrame(
    {"one": np.linspace(0.1, 0.4, 47), "two": np.linspace(0.5, 0.4, 47)}, index=DATES
)
DRAWINGS = {
    "forest": lambda layout: charts.forest(layout, ROWS, reference=0.5, reference_label="half"),
    "series": lambda layout: charts.series(layout, LINES, events=[("2017-01-25", "Order")]),
    "steps": lambda layout: charts.steps(layout, LINES),
    "counts": lambda layout: charts.counts(layout, 1000 * LINES),
    "small_multiples": lambda layout: charts.small_multiples(
        layout, LINES, events=[("2017-01-25", "")], ylabel="Share"
    ),
    "small_multiples with intervals": lambda layout: charts.small_multiples(
        layout, LINES, ylabel="Share", intervals=(LINES - 0.05, LINES + 0.05)
    ),
    "dumbbell": lambda layout: charts.dumbbell(
        layout, ROWS.fillna(0.2), groups={"other": "adjusted", "raw": "counted"}, change="change"
    ),
    "caterpillar": lambda layout: charts.caterpillar(
        layout, ROWS, columns={"raw": "raw", "other": "other"}
    ),
    "specification": lambda layout: charts.specification(layout, ROWS, xlabel="points"),
    "small multiples of ratios": lambda layout: charts.small_multiples(
        layout,
        10 * LINES,
        events=[("2017-01-25", "order")],
        unit="number",
        reference=1.0,
        panels=3,
    ),
    "caterpillar of ratios": lambda layout: charts.caterpillar(
        layout,
        ROWS.assign(low=0.3, high=5.0),
        columns={"raw": "raw"},
        unit="number",
        log=True,
        reference=1.0,
    ),
    "specification of ratios": lambda layout: charts.specification(
        layout, ROWS, xlabel="ratio", unit="number", reference=1.0, log=True
    ),
    "histogram": lambda layout: charts.histogram(
        layout, ROWS["raw"], observed=0.5, xlabel="x", observed_label="here"
    ),
    "funnel": lambda layout: charts.funnel(
        layout,
        ROWS,
        limits=[("95%", ROWS["n"], ROWS["low"].fillna(0), ROWS["high"].fillna(1))],
        target=0.4,
        target_label="nation",
    ),
    "ranges": lambda layout: charts.ranges(layout, ROWS.fillna(0.2)),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_chart_is_wellformed_accessible_and_deterministic(name: str) -> None:
    drawn = render(DRAWINGS[name], identifier="6.1", alt='What it "shows" & more')
    again = render(DRAWINGS[name], identifier="6.1", alt='What it "shows" & more')
    assert drawn == again
    for svg in (drawn.wide, drawn.narrow):
        root = ET.fromstring(svg)
        assert root.get("role") == "img"
        assert root.get("aria-label") == 'What it "shows" & more'
        assert "var(--fig-" in svg
        assert "metadata" not in svg
    ET.fromstring(drawn.standalone.encode())
    assert "var(" not in drawn.standalone
    ids = re.findall(r' id="([^"]+)"', drawn.wide + drawn.narrow)
    assert len(ids) == len(set(ids)), "an id stands twice on a page"


@pytest.mark.parametrize("layout", [WIDE, NARROW], ids=["wide", "narrow"])
def test_row_labels_align_with_marks(layout: Layout) -> None:
    data = pd.DataFrame({"label": ["Apex", "One hundred"], "raw": [0.2, 0.4], "fit": [0.2, 0.4]})
    columns = {"raw": "as counted", "fit": "shrunken"}
    drawn = render(lambda _: charts.caterpillar(layout, data, columns=columns), identifier="1.1")
    assert drawn.marks is not None
    for name, height in zip(data["label"], drawn.marks["wide"][1::2], strict=True):
        found = re.search(rf'font-size: ([\d.]+)px[^>]* y="([\d.]+)"[^>]*>{name}<', drawn.wide)
        assert found is not None
        size, baseline = map(float, found.groups())
        # Half of a small letter is 0.24 of the size, half of a capital 0.33.
        assert 0.2 * size <= baseline - height <= 0.36 * size


def test_panels_of_a_mapping_are_those_of_a_frame() -> None:
    one, other = (
        render(lambda layout, data=data: charts.small_multiples(layout, data), identifier="6.1")
        for data in (LINES, dict(LINES.items()))
    )
    assert one == other


def test_labels_of_adjacent_line_ends_do_not_overlap() -> None:
    ends = pd.DataFrame({name: [0.1, 0.5] for name in "abc"}, index=DATES[:2])
    with style.style(WIDE.size):
        axes = charts.series(WIDE, ends).axes[0]
        places = [text.xyann[1] for text in axes.texts]
    assert np.all(np.diff(places) > 0)
    assert np.mean(places) == pytest.approx(0.5), "moved no more than they must"


def luminance(code: str) -> float:
    """Return the relative luminance of a color, as WCAG defines it."""
    parts = [int(code[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_on_shades_has_contrast(scheme: str) -> None:
    for shade, ink in zip(SHADES, SHADE_INKS, strict=True):
        one, other = sorted(luminance(getattr(color, scheme)) for color in (shade, ink))
        assert (other + 0.05) / (one + 0.05) >= 4.5, shade.variable


def test_shades_keep_their_order_in_dark_mode() -> None:
    def lightness(code: str) -> float:
        return sum(
            weight * int(code[k : k + 2], 16)
            for weight, k in ((0.2126, 1), (0.7152, 3), (0.0722, 5))
        )

    for scheme in ("light", "dark"):
        shades = [lightness(getattr(color, scheme)) for color in SHADES]
        assert shades == sorted(shades, reverse=True), scheme
        assert all(a - b > 20 for a, b in pairwise(shades)), "told apart by lightness alone"


DRAWING = [*Path(charts.__file__).parent.glob("*.py"), Path(maps.__file__), Path(tiles.__file__)]


@pytest.mark.parametrize("file", DRAWING, ids=lambda file: file.stem)
def test_charts_take_their_colours_from_the_roles(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    names = {color_name for color_name, value in vars(style).items() if isinstance(value, Color)}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            assert node.id not in names, f"line {node.lineno}: a colour without its role"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            hard = re.search(
                r"#[0-9a-fA-F]{6}\b|\bC\d\b|\b(red|green|blue|black|white|gray)\b", node.value
            )
            assert not (hard and len(node.value) < 40), f"line {node.lineno}: {node.value!r}"
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "role" and node.args:
            argument = node.args[0]
            assert not isinstance(argument, ast.Constant) or argument.value in ROLES


def test_printed_svg_avoids_unsupported_features() -> None:
    line = html_fragment(str(Line(0.51, 0.53, 0.4, 0.6, 0.287).svg()))
    printed = [
        line_svg(line),
        *(render(draw, identifier="1.1", alt="x").standalone for draw in MAPS),
    ]
    for svg in printed:
        assert "paint-order" not in svg
        assert "vector-effect" not in svg
        assert "non-scaling-stroke" not in svg
    assert 'stroke="#1f4e8c"' in printed[0], "the interval is drawn without a style sheet"
    assert "#605d57" in printed[0], "and so is a range"


def test_narrow_layout_is_narrower_and_no_smaller_in_text() -> None:
    assert NARROW.width < WIDE.width
    assert NARROW.size >= WIDE.size
    assert WIDE.size * 96 / 72 >= 11, "text of at least eleven CSS pixels"


SQUARES = pd.DataFrame(
    {
        "fips": ["1", "2", "3"],
        "path": ["M0,0L2,0L2,2L0,2Z", "M2,0L4,0L4,2L2,2Z", "M9,9L11,9L11,11L9,11Z"],
    }
)


def test_a_missing_month_breaks_a_line() -> None:
    months = pd.date_range("2016-01-01", periods=6, freq="MS")
    values = pd.DataFrame({"one": [0.1, 0.2, np.nan, 0.3, 0.4, 0.5], "two": 0.6}, index=months)
    with style.style(WIDE.size):
        axes = charts.series(WIDE, values).axes[0]
    lengths = [len(line.get_xdata()) for line in axes.lines if len(line.get_xdata()) > 1]
    assert sorted(lengths) == [2, 3, 6]


def test_every_county_has_a_title_and_small_maps_use_the_outlines_of_the_large() -> None:
    def draw(labels: list[str]) -> str:
        return rollout(
            WIDE,
            pd.Series({"1": 0, "2": 1}),
            shapes=SQUARES,
            labels=labels,
            titles={"1": "First <x>", "2": "Second", "3": "Third"},
            panels=[Panel("2009", "1 county", 1), Panel("2010", "2 counties", 2)],
            borders=SQUARES,
            steps=['2009: "1"', "2010: 2", *labels][: len(labels)],
            steps_label="Active by",
        )

    svg = draw(["early", "late <x>"])
    root = ET.fromstring(svg)
    name = "{http://www.w3.org/2000/svg}"
    assert {title.text for title in root.iter(f"{name}title")} == {"First <x>", "Second", "Third"}
    outlines = [path for path in root.iter(f"{name}path") if path.find(f"{name}title") is not None]
    assert len(outlines) == len(SQUARES), "each outline is written once"
    used = [(use.get("href"), use.get("fill")) for use in root.iter(f"{name}use")]
    reached = [href for href, fill in used if fill == BLUE.light]
    assert reached == ["#class1", "#class1", "#class2"], "one class by 2009, two by 2010"
    assert "late &lt;x&gt;" in svg
    steps = [group for group in root.iter(f"{name}g") if group.get("data-step")]
    assert [group.get("data-step") for group in steps] == ['2009: "1"', "2010: 2"]
    assert [group[0].get("id") for group in steps] == ["class1", "class2"], "what a step reaches"
    with pytest.raises(ArgumentError, match="classes"):
        draw(list("abcdef"))


def test_neighbors_are_joined_without_the_border_between_them() -> None:
    rings = dissolve(SQUARES["path"][:2])
    assert len(rings) == 1
    assert set(rings[0]) == {(0, 0), (2, 0), (4, 0), (4, 2), (2, 2), (0, 2)}
    assert len(dissolve(SQUARES["path"])) == 2, "what does not touch stays apart"


def areas(layout: Layout, codes: tuple[str, str] = ("SFR", "MIA")) -> str:
    rows = pd.DataFrame(
        {
            "label": ["San & Francisco", "Bb"],
            "code": codes,
            "n": [40, 20],
            "share": [0.12, 0.55],
            "low": [0.10, 0.40],
            "high": [0.14, 0.70],
        }
    )
    return tiles.area_tiles(layout, rows, bounds=[0.5], labels=["less", "more"])


def counties(layout: Layout, labels: tuple[str, ...] = ("less", "more")) -> str:
    return county_map(
        layout,
        pd.Series({"1": 1, "2": HATCHED}),
        shapes=SQUARES,
        borders=SQUARES,
        labels=labels,
        titles={"1": "First <x>: 4"},
        hatched="too little",
        empty="nothing",
    )


MAPS = (areas, counties)


def test_sparse_counties_are_hatched_and_missing_ones_blank() -> None:
    name = "{http://www.w3.org/2000/svg}"
    root = ET.fromstring(counties(WIDE))
    filled = {
        group.get("fill"): [title.text for title in group.iter(f"{name}title")]
        for group in root.iter(f"{name}g")
    }
    assert filled[maps.SHADES[1]] == ["First <x>: 4"]
    assert filled[maps.SHADES[0]] == []
    hatched = [path.get("d") for path in root.iter() if path.get("fill") == "url(#hatch)"]
    assert maps._relative_path(dissolve(SQUARES["path"][1:2], maps._FIELD_GRID)) in hatched
    drawn = [path.get("d") for path in root.iter(f"{name}path")]
    third = maps._simplify(SQUARES["path"][2], maps._COUNTY_GRID)
    assert third not in drawn, "a county without a class is no pale one"
    said = {text.text for text in root.iter(f"{name}text")}
    assert {"less", "more", "too little", "nothing"} <= said
    with pytest.raises(ArgumentError, match="classes"):
        counties(WIDE, tuple("abcdef"))


@pytest.mark.parametrize("layout", [WIDE, NARROW], ids=lambda layout: layout.kind)
def test_a_tile_has_name_share_and_interval_in_the_ink_of_its_shade(layout: Layout) -> None:
    name = "{http://www.w3.org/2000/svg}"
    first, second = ET.fromstring(areas(layout)).findall(f"{name}g")
    texts = [text.text for text in first.iter(f"{name}text")]
    assert " ".join(texts).startswith("San & Francisco 12% 10–14%")
    assert ("n = 40" in texts) == (layout is WIDE)
    assert first[0].text == "San & Francisco: 12.0%, interval 10.0% to 14.0%, 40 removals"
    for tile, shade, ink in zip((first, second), SHADES, SHADE_INKS, strict=False):
        assert tile.find(f"{name}rect").get("fill") == shade.light
        assert {text.get("fill") for text in tile.iter(f"{name}text")} == {ink.light}


def test_text_of_tiles_is_of_at_least_nine_pixels_on_a_small_phone() -> None:
    root = ET.fromstring(areas(NARROW))
    across = float(root.get("viewBox").split()[2])
    sizes = [float(text.get("font-size")) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert min(sizes) * 285 / across >= 9, "in the 285 pixels that a screen of 320 has for a figure"


def test_every_area_has_a_tile_of_its_own() -> None:
    assert set(tiles.PLACES) == set(load("county_areas")["aor"])
    assert len(set(tiles.PLACES.values())) == len(tiles.PLACES)
    with pytest.raises(ArgumentError, match="no place in the grid for XXX"):
        areas(WIDE, ("SFR", "XXX"))


def test_dumbbell_prints_values_and_difference() -> None:
    rows = ROWS.fillna(0.2)
    with style.style(WIDE.size):
        drawn = charts.dumbbell(WIDE, rows, groups={"other": "now", "raw": "then"}, change="change")
    axes = drawn.axes[0]
    label = axes.get_yticklabels()[0].get_text()
    assert label.replace("\N{NO-BREAK SPACE}", " ") == "A, n = 10"
    left = {text.get_text() for text in axes.texts if text.get_ha() == "right"}
    assert left == {"40%", "20%", "50%"}, "the lower of each row"
    (beside,) = axes.child_axes
    moved = [label.get_text() for label in beside.get_yticklabels()]
    assert moved == ["\N{MINUS SIGN}10", "+10", "\N{MINUS SIGN}10"]


def test_a_palette_keeps_flat_colours_and_moves_edges_to_the_nearest() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
        f'<rect width="100" height="40" fill="{BLUE.light}"/>'
        '<circle cx="50" cy="70" r="20" fill="#c01020"/></svg>'
    )
    full = png(svg, 400)
    small = palette_png(full, 8)
    before, after = (
        np.rint(mpimg.imread(io.BytesIO(data))[:, :, :3] * 255) for data in (full, small)
    )
    flat = (before == before[0, 0]).all(axis=2) | (before == before[280, 200]).all(axis=2)
    assert (after[flat] == before[flat]).all()
    assert len(np.unique(after.reshape(-1, 3), axis=0)) == 8
    assert len(small) < len(full)
    assert np.abs(after - before).max() <= 40, "of 255, at edges alone"
    assert palette_png(full, 8) == small


def test_pictures_are_png_with_text_and_the_same_each_time() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 50">'
        '<text x="5" y="40" font-size="40" font-family="sans-serif" fill="#000">One</text></svg>'
    )
    picture = png(svg, 400)
    assert picture == png(svg, 400)
    image = mpimg.imread(io.BytesIO(picture))
    assert image.shape[:2] == (100, 400)
    assert image[..., :3].min() < 0.1, "the text is drawn, in a face that has the letters"
    assert picture != png(svg.replace(">One<", "><"), 400)


def test_a_card_fits_its_text() -> None:
    card = Card("One in Four?", "A title " * 20, "Words " * 200, "foot")
    svg = card_svg(card)
    assert svg.count("…") == 2, "title and sentence are cut where they end"
    lines = wrap_text("Words " * 200, "source-serif-4-latin-400-normal", 36, 1000, 3)
    assert len(lines) == 3
    assert all(len(line) < 80 for line in lines)


def test_a_card_carries_number_and_line_in_few_colors() -> None:
    marks = Marks((28.7,), 28.4, 29.0, 25.0, "1 in 4: 25.0%")
    card = Card("One in Four?", "The nation", "A sentence.", "foot", "28.7%", marks)
    svg = card_svg(card)
    assert ">28.7%</text>" in svg
    assert ">1 in 4: 25.0%</text>" in svg
    strokes = [float(x) for x in re.findall(r'<path d="M([\d.]+) [^"]*V', svg)]
    start = float(re.findall(r'<path d="M([\d.]+) [^"]*H1120" stroke="#8a867d"', svg)[0])
    assert strokes == pytest.approx(
        [start + share * (1120 - start) for share in (0.25, 0.287)], abs=0.1
    )
    full = png(svg, 1200)
    small = palette_png(full, 32)
    assert small == palette_png(full, 32)
    assert len(small) < len(full) / 2
    image = mpimg.imread(io.BytesIO(small))[..., :3]
    assert len(np.unique(image.reshape(-1, 3), axis=0)) <= 32
    assert np.abs(image - mpimg.imread(io.BytesIO(full))[..., :3]).mean() < 0.004
    with pytest.raises(ValueError, match="257 colors"):
        palette_png(full, 257)


def test_a_wide_number_leaves_room_for_its_line() -> None:
    several = Marks((20.0, 20.1, 80.0), reference=28.7, named="nation: 28.7%")
    for number in ("", "12", "+11.1 points", "25.5% to 26.5%"):
        svg = card_svg(Card("One in Four?", "A place", "Words", "foot", number, several))
        dots = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', svg)]
        assert len(dots) == 3
        assert min(dots) > 80 + (430 if len(number) > 5 else 0)
        assert max(dots) < 1120


def test_a_line_draws_what_is_known() -> None:
    exact = Line(0.5, 0.5, 0.4, 0.6, 0.287).svg()
    assert 'class="estimate" x1="50.00"' in exact
    assert 'class="interval" x1="40.00" x2="60.00"' in exact
    unknown = Line(0.51, 0.53, math.nan, math.nan, 0.287).svg()
    assert "interval" not in unknown
    assert 'class="range" x1="51.00" x2="53.00"' in unknown


def test_the_key_has_every_role_that_stands_for_data() -> None:
    furniture = {"label", "rule", "paper"}
    assert {mark.role for mark in KEY} == ROLES.keys() - furniture
    page = (paths.NOTEBOOKS / "G-glossary.md").read_text(encoding="utf-8")
    assert "```{figure-key}" in page
    shown = key_html()
    assert shown.count("<tr>") == 1 + len(KEY)
    for mark in KEY:
        assert mark.meaning in shown
        assert COLOR_NAMES[ROLES[mark.role]] in shown
        # A swatch has its colour in print, and on a page the one of the scheme.
        assert f'="{ROLES[mark.role].light}"' in swatch(mark)
        assert f'="{ROLES[mark.role].light}"] {{' in css()


def test_style_sheet_carries_the_palette() -> None:
    sheet = (paths.THEME / "static" / "book.css").read_text(encoding="utf-8")
    assert css().strip() in sheet
    for color in PALETTE:
        assert color.variable in sheet


@pytest.mark.parametrize("cell", [Line(0.2, 0.3, 0.1, 0.4, 0.5), {"form": "share"}, ["a"], 3, None])
def test_cells_survive_a_json_round_trip(cell: object) -> None:
    assert from_plain(to_plain(cell)) == cell
