"""What scripts add to a page, seen in a real browser: the notice of a newer edition, copy buttons."""

from __future__ import annotations

import functools
import http.server
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest

from scomm import __version__
from scomm.record.policy import content_security_policy

from .conftest import Book
from .links import broken

pytestmark = pytest.mark.slow
PAGE = "notebooks/01-small.html"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server that keeps its log to itself, and sends a policy if it is given one."""

    policy = ""

    def end_headers(self) -> None:
        if self.policy:
            self.send_header("Content-Security-Policy", self.policy)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(published_book: Book, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The edition under its permanent path, as a web site serves it; and the root's folder."""
    shutil.copytree(published_book.folder / "_build" / "html", tmp_path / __version__)
    handler = functools.partial(Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}", tmp_path
        running.shutdown()


def seen(chromium: str, address: str) -> str:
    """Return a page as Chromium has it after its scripts ran."""
    result = subprocess.run(
        [
            *(chromium, "--headless", "--no-sandbox", "--disable-gpu"),
            *("--virtual-time-budget=5000", "--dump-dom", address),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return result.stdout


def editions(latest: str, *known: str) -> str:
    rows = [{"edition": name, "date": "2027-01-01", "digest": ""} for name in known]
    return json.dumps({"latest": latest, "editions": rows})


def notice(html: str) -> str:
    start = html.index('id="edition-notice"')
    return html[start : html.index("</p>", start)]


@pytest.mark.browser
def test_a_page_of_an_older_edition_says_so(server: tuple[str, Path], chromium: str) -> None:
    address, root = server
    (root / "editions.json").write_text(editions("2027.01", __version__, "2027.01"))
    shown = notice(seen(chromium, f"{address}/{__version__}/{PAGE}"))
    assert f"This is edition {__version__}. A newer one exists:" in shown
    assert f'href="/2027.01/{PAGE}"' in shown
    assert "hidden" not in shown


@pytest.mark.browser
@pytest.mark.parametrize(
    "listed", [None, (__version__, __version__), ("2026.01", "2026.01", __version__)]
)
def test_a_page_of_the_latest_edition_says_nothing(
    server: tuple[str, Path], chromium: str, listed: tuple[str, ...] | None
) -> None:
    address, root = server
    if listed:
        (root / "editions.json").write_text(editions(*listed))
    assert 'hidden=""' in notice(seen(chromium, f"{address}/{__version__}/{PAGE}"))


def console(chromium: str, address: str) -> str:
    """Return what the browser's console says while a page loads."""
    result = subprocess.run(
        [
            *(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"),
            *("--virtual-time-budget=5000", "--dump-dom", address),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return "\n".join(line for line in result.stderr.splitlines() if "CONSOLE" in line)


@pytest.mark.browser
@pytest.mark.parametrize(
    "page", ["index.html", PAGE, "cite/1.html", "datasheets/counties.html?q=orange"]
)
def test_pages_work_under_a_strict_policy(
    server: tuple[str, Path], chromium: str, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    address, root = server
    policy = content_security_policy(root / __version__)
    assert "'unsafe-eval'" not in policy
    assert "script-src 'self' 'sha256-" in policy
    assert "http" not in policy
    monkeypatch.setattr(Quiet, "policy", policy)
    (root / "editions.json").write_text(editions("2027.01", __version__, "2027.01"))
    said = console(chromium, f"{address}/{__version__}/{page}")
    assert "Content Security Policy" not in said, said
    html = seen(chromium, f"{address}/{__version__}/{page}")
    assert "A newer one exists" in notice(html), "its own scripts still run"
    if "q=orange" in page:
        assert "Orange County, CA" in html


@pytest.mark.browser
def test_the_policy_would_stop_a_foreign_script(
    server: tuple[str, Path], chromium: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, root = server
    monkeypatch.setattr(Quiet, "policy", content_security_policy(root / __version__))
    page = root / __version__ / PAGE
    page.write_text(
        page.read_text().replace("</body>", "<script>document.title = 'x'</script></body>")
    )
    assert "Content Security Policy" in console(chromium, f"{address}/{__version__}/{PAGE}")


@pytest.mark.browser
def test_citations_can_be_copied_with_a_click(server: tuple[str, Path], chromium: str) -> None:
    address, _ = server
    html = seen(chromium, f"{address}/{__version__}/cite/1.html")
    assert html.count("Copy citation</button>") == html.count('class="copy"')


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
    ],
)
def test_people_find_their_place_as_they_type_it(
    published_book: Book, chromium: str, typed: str, first: str
) -> None:
    page = published_book.folder / "_build" / "html" / "datasheets" / "counties.html"
    # From the file itself: a downloaded copy has no server.
    html = seen(chromium, f"{page.as_uri()}?q={quote(typed)}")
    found = re.findall(r'<li><a href="([^"]+)">([^<]+)</a> <span>([^<]+)</span>', html)
    assert found, html[html.index('class="find"') :][:600]
    address, name, note = found[0]
    assert name == first
    assert note in ("a share was published", "no share was published")
    target, anchor = unquote(urlsplit(address).path), urlsplit(address).fragment
    text = (page.parent / target).read_text(encoding="utf-8")
    assert not anchor or f'id="{anchor}"' in text


@pytest.mark.browser
def test_what_is_no_place_says_so(published_book: Book, chromium: str) -> None:
    page = published_book.folder / "_build" / "html" / "datasheets" / "counties.html"
    assert "Nothing found." in seen(chromium, f"{page.as_uri()}?q=zzzzzz")


def test_without_a_script_every_county_is_listed(published_book: Book) -> None:
    page = published_book.folder / "_build" / "html" / "datasheets" / "counties.html"
    links = re.findall(r'href="state-[a-z]{2}\.html#c(\d{5})"', page.read_text(encoding="utf-8"))
    assert len(links) == len(set(links)) == 3143


def test_every_link_leads_somewhere_but_to_pages_that_the_small_book_lacks(
    published_book: Book,
) -> None:
    nowhere, elsewhere = broken(published_book.folder / "_build" / "html")
    assert elsewhere == []
    assert {link.split(": ")[1].split("#")[0] for link in nowhere} <= {
        "../notebooks/D-data-dictionary.html"
    }
