"""Test how pages are laid out, filled and cleared of controls for print."""

from __future__ import annotations

import json

import pytest
from lxml import html

from citable.errors import PrintError
from citable.pdf import fill, pages, writer
from citable.pdf.formulas import formula, to_mathtext
from citable.sphinx.actions import actions_html
from tools import filled

pytestmark = pytest.mark.check


def _chapter(*blocks: tuple[str, float]) -> pages.Article:
    """An article of exhibits and lines of text, each so many inches high."""
    texts = "".join(
        f'<figure class="exhibit" id="{name}"><div style="height: {height}in"></div>'
        "<figcaption>A caption</figcaption></figure>"
        if name.startswith("figure")
        else f'<h2 id="{name}">A heading</h2>'
        if name.startswith("heading")
        else f'<p id="{name}" style="margin: 0; line-height: .5in">'
        + "<br>".join(["A line"] * round(2 * height))
        + "</p>"
        for name, height in blocks
    )
    element = html.fragment_fromstring(
        f'<article class="chapter"><section><h1>Title</h1>{texts}</section></article>'
    )
    return pages.Article("notebooks/01-small", element, "Title")


def _document(item: pages.Article) -> str:
    return f"<body>{html.tostring(item.element, encoding='unicode')}</body>"


@pytest.mark.parametrize(
    ("blocks", "order"),
    [
        pytest.param(
            [("a", 2), ("heading", 0), ("figure-1", 7), ("b", 2), ("c", 2), ("d", 2)],
            "a heading b c figure-1 d",
            id="text after it moves up",
        ),
        pytest.param(
            [("a", 3), ("figure-1", 6), ("figure-2", 1), ("b", 4), ("c", 2)],
            "a b figure-1 figure-2 c",
            id="two that stand together stay together",
        ),
        pytest.param(
            [("a", 7), ("b", 3), ("heading", 0), ("figure-1", 7), ("heading-2", 0), ("c", 2)],
            "a figure-1 b heading heading-2 c",
            id="no text after it: to the top of the page",
        ),
        pytest.param(
            [("a", 2), ("figure-1", 2), ("b", 1), ("figure-2", 5)],
            "a figure-1 b figure-2",
            id="all fits",
        ),
    ],
)
def test_exhibits_that_do_not_fit_are_moved_behind_text(
    blocks: list[tuple[str, float]], order: str
) -> None:
    item = _chapter(*blocks)
    render = fill.separate_renderer(_document, writer.read_style("print.css"))
    fill.fill_pages(item, render)
    assert all(extent.filled > filled.HALF for extent in render(item)[:-1])
    assert [e.get("id") for e in item.element.iter() if e.get("id")] == order.split()
    assert not item.element.xpath(".//*[@data-block]")


@pytest.mark.parametrize(("said", "stands"), [("2", 2), ("1", 2)])
def test_page_references_are_correct(said: str, stands: int) -> None:
    laid = writer.render(
        f'<p>See p. <span data-to="#there">{said}</span>.</p>'
        '<h1 id="there" style="break-before: page">There</h1>',
        "",
    )
    if int(said) == stands:
        writer.check_references(laid)
    else:
        with pytest.raises(PrintError, match=f"refers to page {said}.* stands on page {stands}"):
            writer.check_references(laid)


def test_page_references_reserve_the_width_of_their_digits() -> None:
    letters = "a" * 9 * pages._LETTERS_OF_A_PAGE
    text = html.fragment_fromstring(
        f'<div><p id="near">{letters}</p><p id="far"/>'
        '<span class="page-of" data-to="#near"/><span class="page-of" data-to="#far"/></div>'
    )
    pages.reserve_page_number_width([pages.Article("index", text, "Index")])
    assert [span.get("class") for span in text.iter("span")] == [
        "page-of digits-1",
        "page-of digits-2",
    ]


def test_adjacent_outlines_of_maps_are_merged() -> None:
    path = '<path d="M{0} 0l2 2Z"><title>County {0}</title></path>'
    a, b, c = (path.format(i) for i in range(3))
    shade = '<path d="M9 0l2 2Z" fill="none"/>'
    assert pages.merge_outlines(f"<g>{a}{b}</g><g>{c}</g>{shade}") == (
        '<g><path d="M0 0l2 2ZM1 0l2 2Z"/></g><g>' + c + f"</g>{shade}"
    )


@pytest.mark.parametrize("last", [0.1, 0.25])
def test_near_empty_last_page_is_avoided(last: float) -> None:
    render = fill.separate_renderer(_document, writer.read_style("print.css"))
    item = _chapter()
    for _n in range(150):
        item.element[0].append(html.fragment_fromstring("<p>A paragraph of a single line.</p>"))
        laid = render(item)
        if len(laid) == 3 and laid[-1].filled >= last:
            break
    assert len(laid) == 3
    assert laid[-1].filled < fill.THIRD
    fill.fill_pages(item, render)
    assert render(item)[-1].filled >= fill.THIRD


def test_formulas_are_outlines_with_size() -> None:
    drawn = formula(r"\hat p = \frac{x'}{n} \iff x \le n", display=True)
    assert "<path" in drawn.svg
    assert 0 < drawn.depth < drawn.height < 4
    assert to_mathtext(r"\left( x \le y \right)", display=False) == r"\left( x \leq y \right)"


def test_scripts_and_controls_are_dropped_in_print() -> None:
    root = html.fragment_fromstring(
        f"<article>{actions_html('1.ipynb', 'cite/1.html')}"
        '<script>x()</script><form class="find"><input></form><p class="par" id="p1-1">'
        '<span class="par-mark"><a class="par-number" href="#p1-1">¶ 1.1</a> '
        '<a class="par-cite" href="../cite/1.html">cite</a></span>Text</p>'
        '<details class="code"><summary>Show the code</summary></details></article>'
    )
    pages.drop_controls(root)
    assert pages.text_of(root) == "¶ 1.1 Text"
    assert json.dumps([element.tag for element in root.iter()]).count("script") == 0
