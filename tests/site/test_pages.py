"""Every page of the built book: rules of accessibility, structure, errors, weight."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from citable import paths
from citable.edition.archive import not_found_page
from citable.edition.policy import content_security_policy
from citable.execute.chapters import notebooks
from citable.record import published
from citable.sphinx.main_findings import opening_finding
from scomm import __version__
from tools.browser import (
    BUDGETS,
    DESKTOP,
    NARROWEST,
    PHONE,
    Server,
    Visit,
    axe,
    cut_tables,
    kind,
    serve,
    sideways,
    structure,
    weigh,
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Visit]:
    """One phone that goes from page to page."""
    context = browser.new_context(viewport={"width": PHONE, "height": 844}, color_scheme="light")
    yield Visit(context.new_page())
    context.close()


def test_page_has_no_layout_or_accessibility_faults_on_a_phone(
    phone: Visit, site: Server, any_page: str
) -> None:
    phone.clear()
    phone.page.goto(f"{site.address}/{any_page}", wait_until="load")
    assert phone.errors == []
    assert phone.foreign == []
    assert structure(phone.page) == []
    # At 320 pixels it is what a desktop shows at 400 %.
    phone.page.set_viewport_size({"width": NARROWEST, "height": 800})
    assert sideways(phone.page) == []
    phone.page.set_viewport_size({"width": PHONE, "height": 844})
    assert axe(phone.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_kind_of_page_is_accessible(
    visit: Callable[..., Visit], site: Server, one_of_kind: str, width: int, scheme: str
) -> None:
    seen = visit(f"{site.address}/{one_of_kind}", width=width, color_scheme=scheme)
    seen.page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    assert sideways(seen.page) == []
    assert axe(seen.page) == []


def test_page_weight_is_within_its_limit(
    browser: Browser,
    site: Server,
    weighed: str,
    record_property: Callable[[str, object], None],
) -> None:
    kilobytes, asked = weigh(browser, f"{site.address}/{weighed}", PHONE)
    record_property("weight", (weighed, kilobytes, asked))
    most, requests = BUDGETS.get(kind(weighed), BUDGETS["chapter"])
    assert kilobytes <= most
    assert asked <= requests


def test_in_page_check_detects_a_forged_row(visit: Callable[..., Visit], site: Server) -> None:
    page = visit(f"{site.address}/trace/finding-6-2.html").page
    button = page.get_by_role("button", name="Check this number")
    button.click()
    expect(page.locator(".check [role=status] p")).to_have_text("Agrees.")
    rows = (site.folder / "trace" / "finding-6-2-rows.csv").read_text(encoding="utf-8")
    forged = "".join(rows.splitlines(keepends=True)[:-1])
    page.route("**/finding-6-2-rows.csv", lambda route: route.fulfill(body=forged))
    button.click()
    expect(page.locator(".check [role=status] p")).to_have_text("Does not agree.")


def test_the_ledger_filters_and_checks(visit: Callable[..., Visit], site: Server) -> None:
    address = f"{site.address}/notebooks/C-findings.html"
    page = visit(address, width=PHONE).page
    rows, status = page.locator(".ledger-row"), page.locator(".ledger-filter [role=status]")
    every = rows.count()
    assert page.evaluate("document.documentElement.scrollHeight") <= 12_000
    page.locator("select[name=claim]").select_option("C1")
    shown = [row.get_attribute("data-claims") for row in rows.all() if row.is_visible()]
    assert shown
    assert all("C1" in str(claims).split() for claims in shown)
    expect(status).to_have_text(f"{len(shown)} of {every} findings")
    page.locator("select[name=chapter]").select_option("7")
    expect(status).to_have_text(f"0 of {every} findings")
    page.get_by_role("button", name="Show all").click()
    expect(status).to_be_empty()
    expect(rows.last).to_be_visible()
    box = rows.filter(has=page.get_by_role("link", name="Finding 6.2", exact=True))
    expect(box.locator(".ledger-value")).to_have_text(re.compile(r"^\w+ of \d+ counties$"))
    box.get_by_text("Details").click()
    box.get_by_role("button", name="Check this number").click()
    expect(box.locator(".check [role=status] p")).to_have_text("Agrees.")
    plain = visit(address, java_script_enabled=False).page
    expect(plain.locator(".ledger-filter")).to_be_hidden()
    assert all(row.is_visible() for row in plain.locator(".ledger-row").all())
    details = plain.locator(".ledger-more").first
    details.locator("summary").click()
    expect(details.locator(".finding-controls a")).to_be_visible()


def test_the_facts_are_published_and_print_on_two_pages(
    visit: Callable[..., Visit], site: Server
) -> None:
    page = visit(f"{site.address}/index.html", width=PHONE).page
    page.get_by_role("link", name="Facts to quote").click()
    page.wait_for_url("**/facts.html")
    said = {
        str(item.locator("a").get_attribute("href")): item.inner_text()
        for item in page.locator(".facts li").all()
    }
    opening = {opening_finding(book) for book in notebooks().values()} - {""}
    for entry in published.load().values():
        if entry["status"] == published.CURRENT and (entry["id"] in opening or entry["claims"]):
            assert entry["statement"] in said.pop(entry["url"])
    assert said == {}, "and no other"
    paper = page.pdf(format="Letter")
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) <= 2


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_story_prints_on_five_sheets_at_most(
    visit: Callable[..., Visit], site: Server, paper: str
) -> None:
    sheets = visit(f"{site.address}/story.html").page.pdf(format=paper)
    assert len(re.findall(rb"/Type\s*/Page\b", sheets)) <= 5


@pytest.mark.parametrize("name", ["story.html", "facts.html", "notebooks/05-nation.html"])
def test_a_page_offers_its_citation_and_print_below_its_title(
    visit: Callable[..., Visit], site: Server, name: str
) -> None:
    page = visit(f"{site.address}/{name}", width=PHONE).page
    page.evaluate("window.print = () => { document.body.dataset.printed = 'yes'; }")
    actions = page.get_by_role("navigation", name="This page")
    expect(actions).to_be_in_viewport()
    actions.get_by_role("button", name="Print").click()
    expect(page.locator("body")).to_have_attribute("data-printed", "yes")
    notebook = actions.get_by_role("link", name="Notebook")
    expect(notebook).to_have_count(0 if name == "facts.html" else 1)
    actions.get_by_role("link", name="Cite").click()
    expect(page.locator(".copy").first).to_contain_text("digest")
    menu = page.locator(".sidebar-tree")
    expect(menu.get_by_role("link", name="Facts", include_hidden=True)).to_have_count(1)


@pytest.mark.parametrize(
    ("name", "box"),
    [
        ("index.html", "#find-place"),
        ("search.html", "#search-words"),
        ("notebooks/05-nation.html", ".sidebar-search"),
    ],
)
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_slash_focuses_the_search_box(
    visit: Callable[..., Visit], site: Server, name: str, box: str, width: int
) -> None:
    page = visit(f"{site.address}/{name}", width=width).page
    page.keyboard.press("/")
    expect(page.locator(box)).to_be_focused()
    expect(page.locator(box)).to_be_visible()
    page.keyboard.press("/")
    expect(page.locator(box)).to_have_value("/")
    expect(page.locator(box)).to_have_attribute("aria-keyshortcuts", "/")


def test_slash_on_a_county_page_focuses_the_search(
    visit: Callable[..., Visit], site: Server
) -> None:
    page = visit(f"{site.address}/datasheets/county-48453.html", width=PHONE).page
    page.keyboard.press("/")
    page.wait_for_url("**/search.html")


def test_passages_of_the_search_have_no_keys_and_no_stray_spaces(site: Server) -> None:
    script = (site.folder / "find" / "passages.js").read_text(encoding="utf-8")
    texts = [row[4] for row in json.loads(script.partition("=")[2].rstrip(";\n"))["rows"]]
    keys = re.findall(
        r"^@\w+\{(\w+),", (paths.ROOT / "references.bib").read_text(encoding="utf-8"), re.M
    )
    assert len(texts) > 500
    assert len(keys) > 50
    cited = re.compile(rf"\b({'|'.join(keys)})\b|\( | \)")
    assert [text for text in texts if cited.search(text)] == []


def test_the_colours_of_figures_follow_the_page(visit: Callable[..., Visit], site: Server) -> None:
    seen = {}
    for scheme in ("light", "dark"):
        page = visit(f"{site.address}/notebooks/06-jurisdictions.html", color_scheme=scheme).page
        seen[scheme] = page.locator("figure.exhibit svg text").first.evaluate(
            "(text) => getComputedStyle(text).fill"
        )
    assert seen == {"light": "rgb(95, 92, 86)", "dark": "rgb(170, 166, 156)"}


def test_rollout_map_steps_through_years_by_keyboard(
    visit: Callable[..., Visit], site: Server
) -> None:
    page = visit(f"{site.address}/notebooks/02-program.html").page
    slider, later = page.get_by_role("slider"), page.locator("#figure-2-2 .later")
    page.locator("#figure-2-2").scroll_into_view_if_needed()
    expect(slider).to_be_visible()
    expect(later).to_have_count(0)
    slider.press("Home")
    expect(page.locator(".map-slider output")).to_contain_text("December 2009: 105 counties")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^December 2009: 105 counties"))
    expect(later).to_have_count(3)
    page.emulate_media(media="print")
    expect(slider).to_be_hidden()
    shades = later.evaluate_all("all => all.map((one) => getComputedStyle(one).fill)")
    assert len(set(shades)) == 3, "print has every shade, wherever the slider stands"


def test_share_links_to_its_finding_and_trace(visit: Callable[..., Visit], site: Server) -> None:
    page = visit(f"{site.address}/search.html?q=28.7%25", width=PHONE).page
    links = page.locator(".finding-hits li").first.locator("a")
    finding, trace = links.nth(0), links.nth(1)
    expect(finding).to_have_text("Finding 5.1")
    expect(trace).to_have_attribute("href", "trace/finding-5-1.html")
    passages = page.locator("#search-results li a")
    expect(passages.first).to_contain_text("\N{PILCROW SIGN}")
    assert not any(text.startswith("Finding") for text in passages.all_inner_texts())
    finding.click()
    page.wait_for_url("**/05-nation.html#finding-5-1")


def test_the_first_page_finds_a_place(visit: Callable[..., Visit], site: Server) -> None:
    page = visit(f"{site.address}/index.html", width=PHONE).page
    page.get_by_role("searchbox").first.fill("seattle")
    found = page.locator("form.find li")
    expect(found.nth(0)).to_contain_text("King County, WA (Seattle)")
    expect(found.nth(1)).to_contain_text("Seattle area")
    page.keyboard.press("Enter")
    page.wait_for_url("**/datasheets/county-53033.html")


def test_the_first_page_answers_in_one_screen_of_a_phone(
    visit: Callable[..., Visit], site: Server
) -> None:
    page = visit(f"{site.address}/index.html", width=PHONE, java_script_enabled=False).page
    page.locator("article > .edition-notice").evaluate_all(
        "(all) => all.forEach((e) => e.remove())"
    )
    parts = ("h1 + p + p", "form.find", "#strip svg", ".verdicts", ".verdicts-more", "section > h2")
    boxes = [page.locator(f"#one-in-four > {part}:visible").first for part in parts[:2]]
    boxes += [page.locator(f"#one-in-four {part}:visible").first for part in parts[2:]]
    places = [box.bounding_box() for box in boxes]
    assert all(places)
    tops = [place["y"] for place in places if place]
    assert tops == sorted(tops), "headline, finder, strip, verdicts, and then today"
    assert all(place["y"] + place["height"] <= 844 for place in places[:-1] if place)
    expect(boxes[0]).to_contain_text("28.7%")
    expect(boxes[-1]).to_contain_text("Today")


def test_the_first_page_leads_from_each_dot_to_its_place(
    visit: Callable[..., Visit], site: Server
) -> None:
    page = visit(f"{site.address}/index.html", width=PHONE).page
    dots = page.locator("#strip svg:visible a")
    listed = page.locator("#strip li a")
    ends = sorted(str(dot.get_attribute("href")) for dot in dots.all())
    assert ends == sorted(str(link.get_attribute("href")) for link in listed.all())
    assert len(set(ends)) == len(ends) > 20
    for end in ends:
        file, _hash, line = end.partition("#")
        text = (site.folder / file).read_text(encoding="utf-8")
        assert not line or f'id="{line}"' in text
    assert page.locator("#strip svg:visible a circle").count() == len(ends)


def test_strip_dot_reads_out_on_tap_and_opens_on_second(browser: Browser, site: Server) -> None:
    size = {"width": PHONE, "height": 844}
    page = browser.new_page(viewport=size, has_touch=True, is_mobile=True)  # type: ignore[arg-type]
    page.goto(f"{site.address}/index.html")
    said = page.locator("#strip .figure-readout")
    link = page.locator("#strip svg:visible a").last
    title, place = str(link.locator("title").text_content()), link.bounding_box()
    assert place is not None
    # Below the dot, nearer to it than to another, where a finger may land.
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2 + 1
    page.touchscreen.tap(x, y)
    expect(said).to_contain_text(title.split(": ")[1])
    expect(said.get_by_role("link")).to_have_attribute("href", str(link.get_attribute("href")))
    assert page.url.endswith("/index.html")
    page.touchscreen.tap(x, y)
    page.wait_for_url("**/datasheets/*.html*")
    page.go_back()
    page.touchscreen.tap(x, y)
    said.get_by_role("link").tap()
    page.wait_for_url("**/datasheets/*.html*")
    page.close()


def test_strip_dots_are_links_without_scripts(visit: Callable[..., Visit], site: Server) -> None:
    for script in (True, False):
        page = visit(f"{site.address}/index.html", java_script_enabled=script).page
        dot = page.locator("#strip svg:visible a").last
        dot.hover()
        if script:
            # The script came with that move; the next one is read.
            expect(page.locator("#strip .figure-marks:visible")).to_be_visible()
            page.mouse.move(0, 0)
            dot.hover()
            title = str(dot.locator("title").text_content())
            expect(page.locator("#strip .figure-readout")).to_contain_text(title.split(": ")[1])
        dot.click()
        page.wait_for_url("**/datasheets/*.html*")


FIVE = (
    "index.html",
    "notebooks/06-jurisdictions.html",
    "notebooks/10-areas.html",
    "datasheets/state-tx.html",
    "cite/6.html",
)


@pytest.mark.parametrize("address", FIVE)
def test_no_width_scrolls_sideways(browser: Browser, site: Server, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{site.address}/{address}", wait_until="load")
    found = {}
    for width in range(320, 1501, 10):
        page.set_viewport_size({"width": width, "height": 800})
        if wide := sideways(page):
            found[width] = wide[0]
    page.close()
    assert found == {}


def test_the_key_of_a_finding_stands_under_its_mark(
    visit: Callable[..., Visit], site: Server
) -> None:
    for width in (PHONE, DESKTOP):
        page = visit(f"{site.address}/notebooks/05-nation.html", width=width).page
        apart = page.evaluate(
            """() => [...document.querySelectorAll(".finding-estimate:has(.finding-key)")].map((estimate) => {
                 const at = (e) => estimate.querySelector(e).getBoundingClientRect();
                 const mark = at(".reference"), key = at(".finding-key"), line = at(".finding-line");
                 const x = (mark.left + mark.right) / 2;
                 return [key.left - x, x - key.right, key.left - line.right, key.right - innerWidth, line.bottom - key.top];
               })"""
        )
        assert apart, "no finding has a reference"
        for measured in apart:
            assert max(measured) <= 1, "the mark is above the key, and the key on the page"


TABLE_WIDTHS = (320, 360, 390, 768, 1024, 1366, 1500)


def test_no_table_or_caption_is_wider_than_its_box(browser: Browser, site: Server) -> None:
    chapters = sorted((site.folder / "notebooks").glob("*.html"))
    addresses = [f"notebooks/{page.name}" for page in chapters]
    sheets = ("state-ca", "state-tx", "area-sea", "county-06037", "counties")
    addresses += [f"datasheets/{name}.html" for name in sheets]
    page = browser.new_page()
    found = []
    for address in addresses:
        page.goto(f"{site.address}/{address}", wait_until="load")
        page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
        for width in TABLE_WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            found += [f"{address} at {width}: {cut}" for cut in cut_tables(page)]
    page.close()
    assert found == []


@pytest.mark.parametrize(
    ("address", "table", "names"),
    [
        ("notebooks/06-jurisdictions.html", "table-6-1", {"Share", "Removals"}),
        ("notebooks/10-areas.html", "table-10-1", {"Share, %", "Removals", "95% interval, %"}),
    ],
)
def test_a_row_is_a_card_on_a_phone(
    visit: Callable[..., Visit], site: Server, address: str, table: str, names: set[str]
) -> None:
    page = visit(f"{site.address}/{address}", width=PHONE).page
    row = page.locator(f"#{table} tbody tr").first
    expect(row.get_by_role("rowheader")).to_be_visible()
    cells = "td:visible"
    shown = row.locator(cells).evaluate_all("(all) => all.map((cell) => cell.dataset.label)")
    assert names <= set(shown)
    row.get_by_role("button", name="All columns").click()
    assert row.locator(cells).count() == row.locator("td").count() > len(shown)
    without = visit(f"{site.address}/{address}", width=PHONE, java_script_enabled=False).page
    bare = without.locator(f"#{table}")
    expect(bare.locator("thead th:visible")).to_have_count(bare.locator("thead th").count())


def test_touch_targets_are_large_enough(visit: Callable[..., Visit], site: Server) -> None:
    for width in (PHONE, 1440):
        page = visit(f"{site.address}/notebooks/06-jurisdictions.html", width=width).page
        small = page.evaluate(
            """() => [...document.querySelectorAll(".par-mark a, .toc-tree a")].filter((a) => a.checkVisibility()).map((a) => {
                 const box = a.getBoundingClientRect();
                 return [a.textContent, box.width, box.height];
               }).filter(([, wide, tall]) => wide < 24 || tall < 24)"""
        )
        assert small == []
        assert not page.locator(".back-to-top").is_visible(), "nothing lies on the text"


def test_first_page_uses_the_web_font(browser: Browser, site: Server) -> None:
    context = browser.new_context(viewport={"width": PHONE, "height": 844})
    page = context.new_page()
    page.add_init_script(
        """globalThis.moved = 0;
           new PerformanceObserver((list) => list.getEntries().forEach((e) => (globalThis.moved += e.value)))
             .observe({ type: "layout-shift", buffered: true });"""
    )
    page.goto(f"{site.address}/notebooks/06-jurisdictions.html", wait_until="networkidle")
    faces = page.evaluate(
        """[...document.fonts].filter((f) => f.status === "loaded").map((f) => f.family.replaceAll('"', ""))"""
    )
    assert {"Source Serif 4", "Source Sans 3"} <= set(faces)
    assert page.evaluate("moved") < 0.1, (
        "the text moves as its face comes (Web Vitals: 0.1 is good)"
    )
    context.close()


def test_not_found_page_has_the_place_search(
    visit: Callable[..., Visit], site: Server, tmp_path: Path
) -> None:
    (tmp_path / __version__).symlink_to(site.folder)
    deep = tmp_path / "no" / "such"
    deep.mkdir(parents=True)
    deep.joinpath("page.html").write_text(not_found_page(site.folder), encoding="utf-8")
    with serve(tmp_path, content_security_policy(site.folder)) as host:
        page = visit(f"{host.address}/no/such/page.html", width=PHONE).page
        assert sideways(page) == []
        page.locator("form.find input").fill("austin")
        expect(page.locator("form.find li a").first).to_contain_text("Travis County")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/{__version__}/datasheets/county-48453.html")
