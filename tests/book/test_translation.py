"""Test a translated edition in the pseudo language: first page, a chapter, datasheets.

Everything a reader sees went through a catalog, nothing that is recorded changed, and the pages
stand when words are two fifths longer.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from citable import paths
from citable.tables.passports import passports
from citable.tables.reader import load
from citable.tables.schema import TABLES
from citable.translate.catalogs import PSEUDO
from citable.translate.pseudo import CLOSE, OPEN
from scomm.data import ledger
from scomm.data.mappings import areas
from scomm.data.names import normal_case

from ..books import Book, succeeded
from .conftest import checkout

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.check, pytest.mark.xdist_group("translation")]

# The first page states findings of chapters 5, 15 and 17.
PAGES = (
    *("notebooks/05-nation", "notebooks/06-jurisdictions", "notebooks/15-held"),
    *("notebooks/17-conclusions", "notebooks/E-datasheets", "notebooks/I-references"),
)
CHAPTER = "notebooks/06-jurisdictions.html"
SEEN = ("index.html", CHAPTER, "notebooks/E-datasheets.html", "search.html", "cite/6.html")
GENERATED = (
    *("datasheets/counties.html", "datasheets/state-ma.html", "datasheets/area-sna.html"),
    *("datasheets/county-48453.html", "datasheets/county-30033.html"),
)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The first page, chapters 5, 6, 15 and 17 and the datasheets, in English and in the pseudo language."""
    small = checkout(tmp_path_factory.mktemp("translation") / "book")
    folder = small.folder
    config = folder / "_config.yml"
    # Links to the chapters that this small book leaves out lead nowhere in it.
    small.configure("citable_draft: true")
    text = config.read_text().replace(
        '["mystnb.unknown_mime_type"]', '["mystnb.unknown_mime_type", "myst.xref_missing"]'
    )
    config.write_text(text)
    listed = "\n".join(f"      - file: {page}" for page in PAGES)
    (folder / "_toc.yml").write_text(
        f"format: jb-book\nroot: index\nparts:\n  - caption: Appendices\n    chapters:\n{listed}\n"
    )
    shutil.copytree(paths.PUBLISHED, folder / "data" / "published", dirs_exist_ok=True)
    (folder / "notebooks").mkdir()
    for page in ("index", *PAGES):
        shutil.copy(paths.ROOT / f"{page}.md", folder / f"{page}.md")
    small.built()
    before = digests(folder / "_build" / "html")
    small.built(
        "--builder", "custom", "--custom-builder", "gettext", "--path-output", "_build/words"
    )
    succeeded(small.scomm("words", "extract"))
    succeeded(small.scomm("words", "pseudo"))
    small.built("--path-output", f"_build/{PSEUDO}", language=PSEUDO)
    assert digests(folder / "_build" / "html") == before, "the English pages were touched"
    return small


def digests(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


@pytest.fixture
def english(book: Book) -> Path:
    return book.folder / "_build" / "html"


@pytest.fixture
def pseudo(book: Book) -> Path:
    return book.folder / "_build" / PSEUDO / "_build" / "html"


class Texts(HTMLParser):
    """Every text that a reader sees or hears in a page: its words, names of controls, words for scripts."""

    EMPTY = frozenset(
        [
            "meta",
            "link",
            "img",
            "br",
            "input",
            "hr",
            "line",
            "path",
            "rect",
            "use",
            "circle",
            "polyline",
            "source",
            "wbr",
        ]
    )
    # What stays as it is in every language: code, hashes, names of files, citations' own forms.
    LEFT = frozenset(["script", "style", "code", "pre", "math"])
    LEFT_CLASSES = frozenset(("digest", "source-name", "copy"))
    SAID = ("alt", "aria-label", "title", "placeholder")
    NO_WORDS = frozenset(
        (
            "data-root",
            "data-act",
            "data-marks",
            "data-link",
            "data-finding",
            "data-edition",
            "data-sort",
            "data-theme",
            "data-content_root",
        )
    )

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        # A reference to the literature shows its authors, and its title on hover.
        cited = "reference" in given.get("class", "").split() and "title" in given
        for name, value in given.items():
            words = name.startswith("data-") and name not in self.NO_WORDS
            if (name in self.SAID or words) and not cited:
                self.found.append((f"{tag} {name}", value))
        if tag == "meta" and given.get("name") in ("description", "DC.title", "citation_title"):
            self.found.append((f"meta {given['name']}", given["content"]))
        if tag not in self.EMPTY:
            left = tag in self.LEFT or bool(self.LEFT_CLASSES & set(given.get("class", "").split()))
            authors = tag == "span" and re.fullmatch(r"id\d+", given.get("id", ""))
            self.open.append((tag, left or cited or bool(authors)))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(left for _tag, left in self.open):
            self.found.append((self.open[-1][0] if self.open else "", data.strip()))


def texts(file: Path) -> list[tuple[str, str]]:
    parser = Texts()
    parser.feed(file.read_text(encoding="utf-8"))
    return parser.found


# A line of a label that was broken has no bracket of its own, but accents.
MARKED = re.compile(f"[{OPEN}{CLOSE}áçéíñóúýÁÇÉÍÑÓÚÝ]")
# Names of files, of formats, and of the field that is a hash.
LEFT_ALONE = (
    "scomm",  # the command that verifies
    *("findings.json", "findings.csv", "figures.csv", "cutoffs.csv", "claims.yml", "decisions.csv"),
    "published_totals.csv",
    *("BibTeX", "CSL-JSON", "RIS", "sha256", "RULES.md", "ICE", "CBP"),
)


@cache
def names() -> frozenset[str]:
    """The words of names of places, publishers and sources, and of figures as printed: never translated."""
    counties = load("activation")
    detainers = load("detainers_fy2015")
    figures, held = ledger.figures(), load("detention_facilities")
    known = [
        *map(normal_case, held["common_name"]), *map(normal_case, held["city"].dropna()),
        *load("s287g")["agency"], *TABLES,
        *(text for file in passports().values() for text in (file.publisher, file.release, file.url)),
        *counties["county"], *counties["state"], *load("state_shapes")["name"], *areas()["name"],
        *map(normal_case, detainers["facility"]), *map(normal_case, detainers["city"]), *figures["jurisdiction"], *figures["publisher"],
        *figures["state"], *figures["printed"],
    ]  # fmt: skip
    return frozenset(word for name in known for word in re.findall(r"[^\W\d_]{2,}", str(name)))


def untranslated(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What is neither translated nor a name, a number or a file."""
    wrong = []
    for where, text in found:
        if (
            OPEN in text
            or CLOSE in text
            or (re.search("[áçéíñóúý]", text, re.I) and "⟦" in str(found))
        ):
            continue
        rest = text
        for name in LEFT_ALONE:
            rest = re.sub(rf"\b{re.escape(name)}\b", "", rest)
        left = [word for word in re.findall(r"[^\W\d_]{2,}", rest) if word not in names()]
        if left:
            wrong.append((where, text))
    return wrong


@pytest.mark.parametrize("page", [*SEEN, *GENERATED])
def test_every_text_of_a_page_is_translated(page: str, pseudo: Path) -> None:
    found = texts(pseudo / page)
    assert any(OPEN in text for _where, text in found)
    assert untranslated(found) == []


def test_every_text_of_a_trace_is_translated(english: Path, pseudo: Path) -> None:
    traces = sorted((pseudo / "trace").glob("*.html"))
    assert len(traces) == len(list((english / "trace").glob("*.html"))) > 4
    for page in traces:
        assert untranslated(texts(page)) == [], page.name


@pytest.mark.parametrize("page", [CHAPTER, "datasheets/state-ma.html"])
def test_english_build_has_no_pseudo_text(page: str, english: Path) -> None:
    """The check can fail: the same pages in English are full of what it names."""
    assert len(untranslated(texts(english / page))) > 30


def test_recorded_values_do_not_depend_on_the_language(english: Path, pseudo: Path) -> None:
    for name in ("findings.json", "findings.csv"):
        assert (pseudo / name).read_bytes() == (english / name).read_bytes()
    ours, theirs = (json.loads((site / "record.json").read_text()) for site in (english, pseudo))
    assert theirs["digest"] == ours["digest"]
    assert [item["text"] for item in theirs["items"]] == [item["text"] for item in ours["items"]]
    for folder in ("exhibits", "trace"):
        files = sorted((english / folder).glob("*.csv"))
        assert files
        for file in files:
            assert (pseudo / folder / file.name).read_bytes() == file.read_bytes(), file.name


def numbered(page: Path) -> list[str]:
    return re.findall(
        r'<p class="par" id="([\w-]+)">|<section class="finding" id="([\w-]+)"', page.read_text()
    )


def test_paragraphs_and_findings_keep_their_numbers(english: Path, pseudo: Path) -> None:
    ours, theirs = numbered(english / CHAPTER), numbered(pseudo / CHAPTER)
    assert len(ours) > 15
    assert theirs == ours


@pytest.mark.parametrize("page", ["index.html", CHAPTER])
def test_formulas_and_links_are_not_translated(page: str, english: Path, pseudo: Path) -> None:
    for kept in (r"<math.*?</math>", r'<a class="reference [^"]*" href="[^"]*"'):
        ours, theirs = (
            re.findall(kept, (site / page).read_text(), re.S) for site in (english, pseudo)
        )
        assert theirs == ours


def numbers(page: Path) -> list[str]:
    found = re.findall(r'<span class="number">([^<]*)</span>', page.read_text())
    return [text for text in found if re.fullmatch(r"[\d,.%−]+", text)]


@pytest.mark.parametrize("page", ["index.html", CHAPTER])
def test_numbers_in_prose_are_the_same(page: str, english: Path, pseudo: Path) -> None:
    assert len(numbers(english / page)) > 5
    assert numbers(pseudo / page) == numbers(english / page)


def test_a_page_says_its_language(english: Path, pseudo: Path) -> None:
    for site, language in ((english, "en"), (pseudo, PSEUDO)):
        html = (site / CHAPTER).read_text()
        assert f'<html class="no-js" lang="{language}"' in html
        assert f'<meta name="citation_language" content="{language}"' in html


CLIPPED = """
() => {
  const wrong = [];
  const wide = document.documentElement;
  if (wide.scrollWidth > wide.clientWidth) wrong.push(`page: ${wide.scrollWidth} in ${wide.clientWidth}`);
  for (const item of document.querySelectorAll("article button, article input, article summary, article label, article a, .related a, .colophon a")) {
    const box = item.getBoundingClientRect();
    if (!box.width || item.closest(".table-scroll, pre, [hidden]")) continue;
    const cut = item.scrollWidth > item.clientWidth + 1 && getComputedStyle(item).overflowX !== "visible" && item.tagName !== "INPUT";
    if (cut || box.right > innerWidth + 1 || box.left < -1) wrong.push(`${item.tagName} ${item.textContent.slice(0, 60)}`);
  }
  return wrong;
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    from tests.conftest import CHROMIUM

    with sync_playwright() as started:
        running = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("page", [*SEEN, *GENERATED, "trace/finding-6-2.html"])
def test_longer_translations_do_not_overflow(
    page: str, width: int, pseudo: Path, browser: Browser
) -> None:
    tab = browser.new_page(viewport={"width": width, "height": 900})
    tab.goto((pseudo / page).as_uri())
    assert tab.evaluate(CLIPPED) == []
    tab.close()


@pytest.mark.browser
def test_script_texts_are_translated(pseudo: Path, browser: Browser) -> None:
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.goto((pseudo / "index.html").as_uri())
    tab.fill("#find-place", "suffolk")
    tab.wait_for_selector(".find li")
    assert OPEN in tab.inner_text(".find li span")
    assert OPEN in tab.inner_text(".find [role=status]")
    tab.fill("#find-place", "qqqqqqqq")
    tab.wait_for_function("document.querySelectorAll('.find li').length === 0")
    assert OPEN in tab.inner_text(".find [role=status]")
    tab.goto((pseudo / "datasheets" / "state-tx.html").as_uri())
    box = tab.locator("label.filter:visible").first
    assert OPEN in box.inner_text()
    box.locator("input").fill("travis")
    assert OPEN in box.locator("[role=status]").inner_text()
    tab.goto((pseudo / "trace" / "finding-6-2.html").as_uri())
    tab.click(".check button")
    tab.wait_for_selector(".check p")
    assert OPEN in tab.inner_text(".check p")
    tab.close()
