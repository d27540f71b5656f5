"""Test search, copying, sorting, printing and keyboard use of a small book in a browser."""

from __future__ import annotations

import functools
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from playwright.sync_api import Browser, Page, TimeoutError, expect

from citable.edition.policy import content_security_policy
from scomm import __version__
from tools.browser import NARROWEST, PHONE, Server, Visit, axe, serve, sideways, structure
from tools.links import broken

from ..books import Book

pytestmark = [pytest.mark.check, pytest.mark.xdist_group("browser")]
PAGE = "notebooks/01-small.html"
KINDS = (
    *("index.html", PAGE, "cite/1.html", "datasheets/counties.html?q=orange"),
    *("datasheets/state-pa.html", "datasheets/area-phi.html", "trace/finding-1-1.html"),
    *("datasheets/county-48453.html", "datasheets/county-30033.html"),
    "search.html?q=paragraph",
)


@pytest.fixture(scope="module")
def root(places_site: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a web site with the edition under its permanent path."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(places_site.html, folder / __version__)
    return folder


@pytest.fixture(scope="module")
def running(root: Path) -> Iterator[Server]:
    """That web site, under the strict policy of the edition."""
    with serve(root, content_security_policy(root / __version__)) as server:
        yield server


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    """The same, with nothing said yet of newer editions but that there is none."""
    list_of_editions = running.folder / "editions.json"
    list_of_editions.write_text(editions(__version__, __version__))
    yield running
    list_of_editions.unlink(missing_ok=True)


@pytest.fixture
def at(server: Server, visit: Callable[..., Visit]) -> Callable[..., Visit]:
    """Return what opens a page of the edition."""
    return lambda page, **options: visit(f"{server.address}/{__version__}/{page}", **options)


def editions(latest: str, *known: str) -> str:
    rows = [{"edition": name, "date": "2027-01-01", "digest": ""} for name in known]
    return json.dumps({"latest": latest, "editions": rows})


@pytest.mark.browser
@pytest.mark.parametrize("page", KINDS)
def test_page_works_under_the_policy_without_foreign_requests(
    server: Server, at: Callable[..., Visit], page: str
) -> None:
    assert "'unsafe-eval'" not in server.policy
    assert "script-src 'self' 'sha256-" in server.policy
    assert "http" not in server.policy
    (server.folder / "editions.json").write_text(editions("2027.01", __version__, "2027.01"))
    seen = at(page)
    assert seen.errors == []
    assert seen.foreign == []
    # Its own scripts still run.
    expect(seen.page.locator("#edition-notice")).to_contain_text("A newer one exists")
    if "q=orange" in page:
        expect(seen.page.locator("form.find")).to_contain_text("Orange County, CA")


@pytest.mark.browser
@pytest.mark.parametrize("page", KINDS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_is_accessible_on_a_phone(at: Callable[..., Visit], page: str, scheme: str) -> None:
    seen = at(page, width=PHONE, color_scheme=scheme)
    assert structure(seen.page) == []
    seen.page.set_viewport_size({"width": NARROWEST, "height": 800})
    assert sideways(seen.page) == []
    seen.page.set_viewport_size({"width": PHONE, "height": 844})
    assert axe(seen.page) == []


@pytest.mark.browser
def test_the_policy_would_stop_a_foreign_script(server: Server, at: Callable[..., Visit]) -> None:
    page = server.folder / __version__ / PAGE
    changed = page.read_text().replace("</body>", "<script>document.title = 'x'</script></body>")
    (page.parent / "changed.html").write_text(changed)
    seen = at("notebooks/changed.html")
    assert any("Content Security Policy" in error for error in seen.errors)
    assert seen.page.title() != "x"


@pytest.mark.browser
def test_a_page_of_an_older_edition_says_so(server: Server, at: Callable[..., Visit]) -> None:
    (server.folder / "editions.json").write_text(editions("2027.01", __version__, "2027.01"))
    notice = at(PAGE).page.locator("#edition-notice")
    expect(notice).to_be_visible()
    expect(notice).to_contain_text(f"This is edition {__version__}. A newer one exists:")
    assert notice.locator("a").get_attribute("href") == f"/2027.01/{PAGE}"


@pytest.mark.browser
@pytest.mark.parametrize(
    "listed", [None, (__version__, __version__), ("2026.01", "2026.01", __version__)]
)
def test_a_page_of_the_latest_edition_says_nothing(
    server: Server, at: Callable[..., Visit], listed: tuple[str, ...] | None
) -> None:
    (server.folder / "editions.json").unlink()
    if listed:
        (server.folder / "editions.json").write_text(editions(*listed))
    expect(at(PAGE).page.locator("#edition-notice")).to_be_hidden()


@pytest.mark.browser
def test_a_citation_is_copied_with_a_click(server: Server, at: Callable[..., Visit]) -> None:
    page = at("cite/1.html", permissions=["clipboard-read", "clipboard-write"]).page
    texts, buttons = page.locator(".copy"), page.locator(".copy-button")
    assert texts.count() == buttons.count() > 0
    hidden = page.locator("details:not([open])")
    while hidden.count():
        hidden.first.evaluate("(details) => (details.open = true)")
    for number in (0, texts.count() - 1):
        buttons.nth(number).click()
        expect(buttons.nth(number)).to_have_text("Copied")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == texts.nth(number).evaluate("(text) => text.textContent")


@pytest.mark.browser
def test_the_search_page_finds_a_word(
    at: Callable[..., Visit], places_site: Book, visit: Callable[..., Visit]
) -> None:
    page = at("search.html", width=PHONE).page
    page.get_by_role("searchbox", name="Search the book").last.fill("counties")
    page.keyboard.press("Enter")
    first = page.locator("#search-results li a").first
    expect(first).to_contain_text("Small page")
    assert page.locator("#search-words").input_value() == "counties"
    first.click()
    page.wait_for_url(re.compile("01-small"))
    # A downloaded copy has no server.
    file = places_site.html / "search.html"
    seen = visit(f"{file.as_uri()}?q=counties")
    expect(seen.page.locator("#search-results li a").first).to_contain_text("Small page")
    assert seen.errors == []


@pytest.mark.browser
def test_pages_work_from_file_urls_and_offline(
    root: Path, places_site: Book, visit: Callable[..., Visit]
) -> None:
    seen = visit((places_site.html / PAGE).as_uri())
    assert seen.errors == []
    seen.page.locator(".sidebar-tree a").first.click()
    with serve(root) as server:
        seen = visit(f"{server.address}/{__version__}/datasheets/counties.html")
        seen.page.locator("#find-place").focus()
        seen.page.wait_for_function("window.citablePlaces")
        server.stop()
        seen.page.locator("#find-place").fill("orange ca")
        expect(seen.page.locator("form.find li").first).to_contain_text("Orange County, CA")
        seen.page.locator("details").first.locator("summary").click()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("orange county, california", "Orange County, CA"),
        ("orange ca", "Orange County, CA"),
        ("st louis city", "St. Louis city, MO"),
        ("Saint Louis County, Missouri", "St. Louis County, MO"),
        ("prince georges", "Prince George's County, MD"),
        ("orleans parish", "Orleans Parish, LA"),
        ("anchorage", "Anchorage Municipality, AK"),
        ("los angles", "Los Angeles County, CA"),
        ("Philidelphia", "Philadelphia County, PA"),
        ("miami-dade", "Miami-Dade County, FL"),
        ("Doña Ana", "Dona Ana County, NM"),
        ("texas", "Texas"),
        ("boston area", "Boston area"),
        ("Boston", "Boston, MA"),
        ("Philly", "Philadelphia County, PA (Philly)"),
        ("Austin", "Travis County, TX (Austin)"),
        ("TX", "Texas"),
        ("D.C.", "District of Columbia"),
        ("NYC", "New York City, NY (NYC)"),
        ("suffolk ma", "Suffolk County, MA"),
        ("tx travis", "Travis County, TX"),
        ("Travis TX", "Travis County, TX"),
        ("DC", "District of Columbia"),
        ("Austin, TX 78701", "Travis County, TX (Austin)"),
        ("Harlingen", "Cameron County, TX (Harlingen)"),
        ("houston", "Harris County, TX (Houston)"),
        ("Huston", "Harris County, TX (Houston)"),
        ("cincinatti", "Hamilton County, OH (Cincinnati)"),
        ("dallas", "Dallas County, TX"),
        ("masachusetts", "Massachusetts"),
        ("washington", "Washington"),
        ("arlington va", "Arlington County, VA"),
        ("portland", "Multnomah County, OR (Portland)"),
        ("portland me", "Cumberland County, ME (Portland)"),
    ],
)
def test_place_search_lists_the_expected_place_first(
    places_site: Book, counties: Page, typed: str, first: str
) -> None:
    folder = places_site.html / "datasheets"
    counties.locator("#find-place").fill(typed)
    found = counties.locator("form.find li").first
    expect(found.locator("a")).to_have_text(first)
    assert re.search(
        r"\d+(\.\d)?%, n |shares? (was|were) published for \d+ place", found.inner_text()
    )
    address = str(found.locator("a").get_attribute("href"))
    target, anchor = unquote(urlsplit(address).path), urlsplit(address).fragment
    text = (folder / target).read_text(encoding="utf-8")
    assert not anchor or f'id="{anchor}"' in text


@pytest.fixture(scope="module")
def counties(places_site: Book, browser: Browser) -> Iterator[Page]:
    """The list of counties, from the file itself: a downloaded copy has no server."""
    page = browser.new_page()
    page.goto((places_site.html / "datasheets/counties.html").as_uri())
    yield page
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("travis tx", "81.6% to 82.5%, n = 724"),
        ("Massachusetts", "50.2%, n = 560"),
        ("Boston", "48.0%, n = 369; published shares run from 48.0% to 100.0%"),
        ("suffolk ma", "Boston, in it: 48.0%, n = 369; published shares run from 48.0% to 100.0%"),
        ("worcester ma", "none published; nearest with one: Massachusetts, 50.2%, n = 560"),
        ("boston area", "shares were published for 3 places in it"),
        ("D.C.", "other figures alone; nearest share: the nation, 28.7%, n = 94,218"),
        ("harris tx", "other figures alone; nearest share: the nation, 28.7%, n = 94,218"),
        ("wyoming", "none published; nearest with one: the nation, 28.7%, n = 94,218"),
    ],
)
def test_place_search_shows_the_published_share(counties: Page, typed: str, said: str) -> None:
    counties.locator("#find-place").fill(typed)
    expect(counties.locator("form.find li span").first).to_have_text(said)


@pytest.mark.browser
def test_the_search_page_shows_places_first(at: Callable[..., Visit]) -> None:
    seen = at("search.html?q=travis")
    place = seen.page.locator(".place-hits a").first
    expect(place).to_have_text("Travis County, TX")
    assert seen.errors == []
    place.click()
    seen.page.wait_for_url(re.compile(r"county-48453\.html$"))
    expect(seen.page.locator("h1")).to_have_text(re.compile("^Travis County, Texas"))
    expect(seen.page.locator(".sheet-first")).to_be_in_viewport()


@pytest.mark.browser
@pytest.mark.parametrize("typed", ["1.1", "finding 1.1", "F1.1", "3143", "3,143 counties"])
def test_the_search_page_finds_a_finding_by_its_numbers(
    at: Callable[..., Visit], places_site: Book, visit: Callable[..., Visit], typed: str
) -> None:
    seen = at(f"search.html?q={typed.replace(' ', '+')}")
    finding, trace = seen.page.locator(".finding-hits a").all()
    expect(finding).to_have_text("Finding 1.1")
    expect(trace).to_have_attribute("href", "trace/finding-1-1.html")
    assert seen.errors == []
    finding.click()
    seen.page.wait_for_url(re.compile(r"01-small\.html#finding-1-1$"))
    file = places_site.html / "search.html"
    copy = visit(f"{file.as_uri()}?q={typed.replace(' ', '+')}")
    expect(copy.page.locator(".finding-hits li")).to_have_count(1)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("typed", "first", "mark"),
    [
        ("Massachusetts", "Massachusetts", ""),
        ("Travis", "Travis County, TX", ""),
        ("Boston", "Boston, MA", ""),
        ("tx", "Texas", ""),
        ("D.C.", "District of Columbia", ""),
        ("3,143", "Finding 1.1", "3,143"),
        ("3143", "Finding 1.1", "3,143"),
        ("F1.1", "Finding 1.1", ""),
        ("second paragraph", "¶ 1.2 · 1. Small page", "second"),
        ("seconds", "¶ 1.2 · 1. Small page", "second"),
        ("third one", "¶ 1.3 · 1. Small page", "third"),
        ("small page", "1. Small page", ""),
    ],
)
def test_search_ranks_the_wanted_item_first(
    at: Callable[..., Visit], typed: str, first: str, mark: str
) -> None:
    seen = at(f"search.html?q={typed.replace(' ', '+')}")
    hit = seen.page.locator("ul.search li").first
    expect(hit.locator("a").first).to_have_text(first)
    if mark:
        expect(hit.locator(".snippet mark").first).to_have_text(mark)
    assert seen.errors == []


@pytest.mark.browser
@pytest.mark.parametrize("typed", ["3142", "3143%", "2011", "1", "counties", "3143 nowhere"])
def test_search_with_unrelated_terms_finds_no_finding(at: Callable[..., Visit], typed: str) -> None:
    page = at(f"search.html?q={typed.replace(' ', '+').replace('%', '%25')}").page
    page.wait_for_load_state("networkidle")
    expect(page.locator(".finding-hits")).to_have_count(0)


@pytest.mark.browser
@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_anchor_link_scrolls_to_a_distant_line(at: Callable[..., Visit], motion: str) -> None:
    page = at("datasheets/state-tx.html", width=PHONE, reduced_motion=motion).page
    page.evaluate("location.hash = '#c48453'")
    assert page.evaluate(
        "() => Math.abs(document.querySelector('#c48453').getBoundingClientRect().top) < innerHeight"
    )


def copied(page: Page, name: str | re.Pattern[str]) -> str:
    """Press a button that copies, and return what it left to paste."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name=name).click()
    expect(page.get_by_text(re.compile("^Copied"))).to_be_visible()
    return str(page.evaluate("navigator.clipboard.readText()"))


@pytest.mark.browser
def test_finding_has_cite_share_and_report_actions(
    at: Callable[..., Visit], places_site: Book
) -> None:
    record = json.loads((places_site.html / "record.json").read_text(encoding="utf-8"))
    digest = record["digest"][:12]
    item = next(entry for entry in record["items"] if entry["kind"] == "finding")
    seen = at(PAGE)
    cited = copied(seen.page, "Copy citation: Finding 1.1")
    listed = (places_site.html / "cite" / "1.html").read_text(encoding="utf-8")
    listed = listed[listed.index('id="finding-1-1"') :]
    expected = re.search(r'<p class="copy"[^>]*>(.*?)</p>', listed)
    assert expected
    assert cited == re.sub("<[^>]+>", "", expected[1]), "the citation of the page of citations"
    sentence, citation, link = copied(at(PAGE).page, re.compile("^Share: ")).splitlines()
    assert sentence == f"“{item['text']}”"
    assert citation == cited
    assert link == urljoin(seen.page.url, "../trace/finding-1-1.html"), "an address that opens"
    assert (places_site.html / "trace" / "finding-1-1.html").is_file()
    report = copied(at(PAGE).page, "Report an error: Finding 1.1")
    assert report.startswith(f"Finding 1.1, ed. {__version__}, digest {digest}, ")
    page = at("trace/finding-1-1.html").page
    assert copied(page, "Copy report").split() == report.split()
    assert seen.errors == []


@pytest.mark.browser
def test_without_a_script_a_report_can_be_copied(at: Callable[..., Visit]) -> None:
    page = at(PAGE, java_script_enabled=False).page
    page.get_by_role("link", name="Report an error").click()
    page.wait_for_url(re.compile(r"finding-1-1\.html#report$"))
    expect(page.locator("#report ~ .copy")).to_contain_text(f"Finding 1.1, ed. {__version__}")


@pytest.mark.browser
def test_copying_a_command_is_announced_as_a_command(at: Callable[..., Visit]) -> None:
    page = at("trace/finding-1-1.html").page
    expect(page.get_by_role("button", name="Copy command")).to_have_count(1)
    expect(page.get_by_role("button", name="Copy citation")).to_have_count(0)


@pytest.mark.browser
def test_a_sheet_leads_to_its_neighbours_and_its_tables(
    at: Callable[..., Visit], places_site: Book
) -> None:
    page = at("datasheets/state-ma.html").page
    table = page.locator("article a[download]").first.get_attribute("href")
    rows = (places_site.html / "datasheets" / str(table)).read_text(encoding="utf-8")
    assert "boston_2011-07" in rows
    page.get_by_role("link", name="Next: Michigan").click()
    page.wait_for_url(re.compile("state-mi"))
    page.get_by_role("link", name="Before: Massachusetts").click()
    page.wait_for_url(re.compile("state-ma"))


@pytest.mark.browser
def test_place_search_reports_unknown_places(counties: Page) -> None:
    counties.locator("#find-place").fill("zzzzzz")
    expect(counties.locator("form.find [role=status]")).to_contain_text("Nothing found.")


@pytest.mark.browser
def test_place_search_works_by_keyboard(at: Callable[..., Visit]) -> None:
    page = at("datasheets/counties.html").page
    page.locator("#find-place").focus()
    page.keyboard.type("orange")
    links = page.locator("form.find li a")
    expect(links.first).to_contain_text("Orange County")
    page.keyboard.press("ArrowDown")
    expect(links.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#find-place")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.locator("#find-place")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#find-place")).to_have_value("")
    expect(links).to_have_count(0)
    page.keyboard.type("philadelphia county")
    expect(links.first).to_have_text("Philadelphia County, PA")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"county-42101\.html$"))
    expect(page.locator(".sheet-first")).to_be_in_viewport()
    assert "Philadelphia: 56.5%" in page.locator(".sheet-first").inner_text()


@pytest.mark.browser
def test_without_a_script_a_county_is_found_in_the_list(at: Callable[..., Visit]) -> None:
    page = at("datasheets/counties.html", java_script_enabled=False).page
    page.get_by_text("Pennsylvania", exact=True).click()
    page.get_by_role("link", name="Philadelphia County").click()
    page.wait_for_url(re.compile(r"county-42101\.html$"))
    expect(page.locator(".sheet-first")).to_contain_text("56.5%")
    page.get_by_role("link", name="Datasheet of Pennsylvania").first.click()
    page.get_by_role("link", name="Philadelphia County", exact=True).click()
    page.wait_for_url(re.compile(r"county-42101\.html$"))


# Moves with Tab: waits until the focus has left the last stop and what it is on now can be seen.
_NEXT_STOP = """(last) => {
  const e = document.activeElement;
  if (!e || e === document.body) return "none";
  if (e.dataset.stop !== undefined && e.dataset.stop === last) return null;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1
    && box.width > 1 && box.right > 0 && box.left < innerWidth;
  if (!ring) return null;
  e.dataset.stop ??= String(document.querySelectorAll("[data-stop]").length);
  return e.dataset.stop;
}"""


def tab_through(page: Page) -> list[str]:
    """Press Tab until the page is left; return every stop, and fail at one that cannot be seen."""
    stops: list[str] = []
    for _ in range(600):
        page.keyboard.press("Tab")
        try:
            stop = page.wait_for_function(_NEXT_STOP, arg=stops[-1] if stops else "").json_value()
        except TimeoutError:
            at = page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
            pytest.fail(f"after {len(stops)} stops the focus stays or cannot be seen: {at}")
        if stop == "none" or stop in stops:
            return stops
        stops.append(stop)
    pytest.fail("Tab never leaves the page")


@pytest.mark.browser
@pytest.mark.parametrize(
    "page",
    ["index.html", PAGE, "datasheets/state-pa.html", "datasheets/county-48453.html", "cite/1.html"],
)
@pytest.mark.parametrize("width", [PHONE, 1280])
def test_every_control_is_focusable_with_visible_focus(
    at: Callable[..., Visit], page: str, width: int
) -> None:
    seen = at(page, width=width).page
    stops = tab_through(seen)
    missed = seen.evaluate(
        """() => [...document.querySelectorAll("a[href], button, input, summary")].filter((e) =>
             !e.dataset.stop && e.checkVisibility({ visibilityProperty: true }) && e.tabIndex >= 0).map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert missed == []
    assert len(stops) > 5


@pytest.mark.browser
def test_keyboard_skips_to_the_text_and_opens_folds(at: Callable[..., Visit]) -> None:
    page = at(PAGE).page
    page.keyboard.press("Tab")
    expect(page.locator(".skip-to-content")).to_be_focused()
    expect(page.locator(".skip-to-content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"#furo-main-content$"))
    details = page.locator("details.finding-details")
    details.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(details).to_have_attribute("open", "")


@pytest.mark.browser
def test_keyboard_toggles_the_chapter_menu_on_a_phone(at: Callable[..., Visit]) -> None:
    page = at(PAGE, width=PHONE).page
    chapters = page.locator(".sidebar-drawer")
    expect(chapters).to_be_hidden()
    menu = page.get_by_role("button", name="Chapters")
    for key in ("Space", "Enter"):
        menu.press(key)
        expect(chapters).to_be_visible()
        expect(menu).to_have_attribute("aria-expanded", "true")
        page.keyboard.press("Escape")
        expect(chapters).to_be_hidden()
        expect(menu).to_be_focused()
    menu.click()
    expect(page.get_by_role("link", name="1. Small page").first).to_be_in_viewport()


def contrast(page: Page, selector: str) -> float:
    """Return the WCAG contrast of an element's text on the paper."""
    colours = page.evaluate(
        """(selector) => [getComputedStyle(document.querySelector(selector)).color, getComputedStyle(document.body).backgroundColor]""",
        selector,
    )

    def luminance(colour: str) -> float:
        parts = [float(part) / 255 for part in re.findall(r"[\d.]+", colour)[:3]]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    light, dark = sorted(map(luminance, colours), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.browser
def test_dark_mode_follows_the_system_or_the_reader(at: Callable[..., Visit]) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    ink = "getComputedStyle(document.querySelector('article h1')).color"
    light = at(PAGE, color_scheme="light").page
    assert (light.evaluate(paper), light.evaluate(ink)) == ("rgb(255, 254, 251)", "rgb(27, 27, 26)")
    dark = at(PAGE, color_scheme="dark").page
    assert (dark.evaluate(paper), dark.evaluate(ink)) == ("rgb(22, 24, 27)", "rgb(232, 229, 221)")
    for page in (light, dark):
        assert contrast(page, "article p") >= 7
        assert contrast(page, "article a") >= 4.5
        assert contrast(page, ".colophon") >= 4.5
    # The control goes through the system's way, dark and light, and the choice stays.
    seen = set()
    for _ in range(3):
        light.locator(".theme-toggle:visible").click()
        seen.add(light.evaluate(paper))
    assert seen == {"rgb(255, 254, 251)", "rgb(22, 24, 27)"}
    while light.evaluate("document.body.dataset.theme") != "dark":
        light.locator(".theme-toggle:visible").click()
    light.reload()
    assert light.evaluate(paper) == "rgb(22, 24, 27)"


@pytest.mark.browser
@pytest.mark.parametrize("width", [PHONE, 1280])
def test_a_table_of_a_sheet_sorts_by_value_and_filters(
    at: Callable[..., Visit], width: int
) -> None:
    page = at("datasheets/state-ca.html", width=width).page
    page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    table = page.locator("table.data:has(tr#c06059)")
    head = table.locator("thead th.num:not(.wide-only)").first
    column = head.evaluate("(head) => head.cellIndex")
    read = f"(table) => [...table.tBodies[0].rows].filter((r) => !r.classList.contains('emphasis')).map((r) => r.cells[{column}].textContent.trim())"
    button = head.locator("button")
    if width == PHONE:
        # Cards have no headings to click: what they are sorted by is chosen from a list.
        choice = table.locator("xpath=../preceding-sibling::label[@class='sort-by']/select")
        choice.select_option(str(column))
    else:
        button.click()
    assert head.get_attribute("aria-sort") == "descending"
    number = functools.partial(re.sub, r"[^\d.\-]", "")
    texts = table.evaluate(read)
    known = [text for text in texts if text not in ("", "n/a")]
    assert texts[: len(known)] == known, "what cannot be had comes last"
    values = [float(number(text)) for text in known]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) > 1
    button.evaluate("(button) => button.click()") if width == PHONE else button.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    texts = table.evaluate(read)
    assert [float(number(text)) for text in texts[: len(known)]] == sorted(values)
    box = page.locator(".filter input").last
    box.fill("orange")
    expect(table.locator("#c06059")).to_be_visible()
    expect(table.locator("#c06037")).to_be_hidden()


@pytest.mark.browser
def test_printed_pages_hide_controls_and_sheets_fit_two_pages(
    at: Callable[..., Visit],
) -> None:
    seen = at(PAGE, color_scheme="dark").page
    seen.emulate_media(media="print", color_scheme="dark")
    shown = seen.evaluate(
        """() => [...document.querySelectorAll("button, input, nav, .sidebar-drawer, .finding-controls, details.code")]
             .filter((e) => e.checkVisibility()).map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert shown == []
    assert seen.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for sheet in ("state-wy", "state-dc", "area-phi"):
        page = at(f"datasheets/{sheet}.html").page
        pages = re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))
        assert 1 <= len(pages) <= 2, sheet


def test_without_a_script_every_county_is_listed(places_site: Book) -> None:
    page = places_site.html / "datasheets" / "counties.html"
    links = re.findall(r'href="county-(\d{5})\.html"', page.read_text(encoding="utf-8"))
    assert len(links) == len(set(links)) == 3143


def test_links_resolve_except_to_pages_missing_in_the_small_book(
    places_site: Book,
) -> None:
    nowhere, elsewhere, telling = broken(places_site.html)
    assert elsewhere == []
    assert telling == []
    assert {link.split(": ")[1].split("#")[0] for link in nowhere} <= {
        "../notebooks/D-data-dictionary.html",
        "../trace/finding-5-1.html",
    }
