"""Serve a built site as a host does, visit its pages in Chromium, and measure them.

Tests of pages and ``bench`` share it.
"""

from __future__ import annotations

import gzip
import http.server
import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

# Debian's package is `chromium`; other systems have the same program under other names.
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
PHONE, NARROWEST, DESKTOP = 390, 320, 1280
# WCAG 2.2 at level AA holds all that came before it.
AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
TEXT = {".html", ".css", ".js", ".json", ".svg", ".csv", ".ipynb", ".txt", ".md"}
KINDS = {
    r"index\.html": "landing",
    r"story\.html": "story",
    r"notebooks/\d": "chapter",
    r"notebooks/[A-Z]": "appendix",
    r"datasheets/state-": "sheet of a state",
    r"datasheets/area-": "sheet of an area",
    r"datasheets/counties": "all counties",
    r"datasheets/county-": "county",
    r"datasheets/place-": "place",
    r"datasheets/reading": "how to read a place",
    r"cite/": "citations",
    r"trace/": "trace",
    r"facts\.html": "facts",
    r"search\.html": "search",
    r"exhibits/": "figure",
}
# Kilobytes and requests of a first view; a kind not named has the chapter's.
BUDGETS = {
    "landing": (120, 12),
    "chapter": (200, 12),
    "appendix": (200, 13),
    "county": (60, 12),
    "place": (60, 12),
}


def kind(page: str) -> str:
    """Return what kind of page an address is; raise ValueError for one of no known kind."""
    for pattern, name in KINDS.items():
        if re.match(pattern, page):
            return name
    raise ValueError(
        f"{page} is a page of no known kind; if it is an old one: make -f maintenance.mk clean book"
    )


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder compressed, silent, with a Content-Security-Policy if it is given one."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *args: Any, policy: Callable[[], str], **options: Any) -> None:
        self.policy = policy
        super().__init__(*args, **options)

    def end_headers(self) -> None:
        """Add the policy to the headers of an answer."""
        if policy := self.policy():
            self.send_header("Content-Security-Policy", policy)
        super().end_headers()

    def do_GET(self) -> None:
        """Answer with a file, compressed if it is text and the browser can read that."""
        file = Path(self.translate_path(self.path))
        if file.is_dir():
            file /= "index.html"
        if "gzip" not in self.headers.get("Accept-Encoding", "") or file.suffix not in TEXT:
            return super().do_GET()
        try:
            body = gzip.compress(file.read_bytes(), 6, mtime=0)
        except OSError:
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(file)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


class Serving(http.server.ThreadingHTTPServer):
    """One thread for each connection; a browser that hangs up early is no error."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print errors, save those of a connection that the browser closed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@dataclass
class Server:
    """A running server; ``policy`` is read at every answer and may be set at any time."""

    folder: Path
    policy: str = ""
    address: str = ""
    stop: Callable[[], None] = field(default=lambda: None)


@contextmanager
def serve(folder: Path, policy: str = "") -> Iterator[Server]:
    """Serve a folder on a free port of this machine."""
    server = Server(folder, policy)
    handler = partial(Handler, directory=str(folder), policy=lambda: server.policy)
    running = Serving(("127.0.0.1", 0), handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    server.address = f"http://127.0.0.1:{running.server_port}"

    def stop() -> None:
        running.shutdown()
        running.server_close()

    server.stop = stop
    try:
        yield server
    finally:
        stop()


@dataclass
class Visit:
    """A page, and what it did beyond showing itself."""

    page: Page
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._said)
        self.page.on("request", self._asked)
        self.page.context.route(self._is_foreign, lambda route: route.abort())

    def _said(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} {message.location.get('url', '')}")

    def _is_foreign(self, address: str) -> bool:
        parts = urlsplit(address)
        return parts.scheme not in ("file", "data", "blob") and parts.hostname != "127.0.0.1"

    def _asked(self, request: Any) -> None:
        if self._is_foreign(request.url):
            self.foreign.append(request.url)

    def clear(self) -> None:
        """Forget what earlier pages of this visit did."""
        self.errors.clear()
        self.foreign.clear()


@cache
def _axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def axe(page: Page) -> list[str]:
    """Return what axe-core finds wrong with a page, one line an element.

    The middle rows of long tables and lists are taken out of the page first: one template makes all
    rows of a table, and they are most of what axe spends its time on.
    """
    page.evaluate(
        """() => { for (const rows of document.querySelectorAll("article tbody, article ul.datasheet-list"))
             for (const row of [...rows.children].slice(8, -2)) row.remove(); }"""
    )
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(_axe())
    found = page.evaluate(
        """async (tags) => {
             // What is inside a picture with a name is not read; its name is.
             const context = { include: document, exclude: [["svg[role=img] > *"]] };
             const found = await axe.run(context, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
             return found.violations.flatMap((rule) => rule.nodes.map((node) =>
               `${rule.id}: ${node.target.join(" ")}: ${node.html.slice(0, 160)} ${node.any.map((c) => c.message).join("; ").slice(0, 200)}`));
           }""",
        list(AXE_TAGS),
    )
    return list(found)


def sideways(page: Page) -> list[str]:
    """Return what makes a page scroll sideways, if it does."""
    found = page.evaluate(
        """() => {
          const root = document.scrollingElement;
          if (root.scrollWidth <= root.clientWidth) return [];
          const wide = [...document.querySelectorAll("article *, footer *")].filter((e) =>
            e.getBoundingClientRect().right > root.clientWidth + 1 && !e.closest(".table-scroll, .table-wrapper"));
          return [`${root.scrollWidth} > ${root.clientWidth}`, ...wide.slice(0, 5).map((e) => e.outerHTML.slice(0, 120))];
        }"""
    )
    return list(found)


def cut_tables(page: Page) -> list[str]:
    """Return the tables and captions that are wider than the boxes they stand in."""
    found = page.evaluate(
        """() => [...document.querySelectorAll("article table")].filter((t) => t.checkVisibility()).flatMap((table) => {
          const box = table.closest(".table-scroll, .table-wrapper") ?? table.parentElement;
          const right = box.getBoundingClientRect().left + box.clientWidth + 1;
          const caption = table.querySelector(".caption-text") ?? table.caption;
          const hidden = table.caption && getComputedStyle(table.caption).position === "absolute";
          const parts = [table, ...(hidden || !caption ? [] : [caption])];
          const cut = parts.filter((part) => part.getBoundingClientRect().right > right);
          if (box.scrollWidth > box.clientWidth) cut.push(box);
          return cut.map((part) => `${part.tagName} of ${table.id || table.className}`);
        })"""
    )
    return list(found)


def structure(page: Page) -> list[str]:
    """Return what is wrong with headings, language, tables and the words of pictures."""
    found = page.evaluate(
        r"""() => {
          const wrong = [];
          if (!document.documentElement.lang) wrong.push("no language");
          const shown = (e) => !e.closest("[hidden]");
          const heads = [...document.querySelectorAll("article :is(h1, h2, h3, h4, h5, h6)")].filter(shown);
          if (heads.filter((h) => h.tagName === "H1").length !== 1) wrong.push("not one h1");
          let last = 0;
          for (const head of heads) {
            const level = +head.tagName[1];
            if (level > last + 1) wrong.push(`h${last} to h${level}: ${head.textContent}`);
            last = level;
          }
          for (const table of document.querySelectorAll("article table")) {
            if (table.classList.contains("data") && !table.caption?.textContent.trim()) wrong.push(`no caption: ${table.id}`);
            for (const head of table.querySelectorAll("table.data th"))
              if (!head.scope) wrong.push(`no scope: ${table.id} ${head.textContent}`);
            if (!table.querySelector("th")) wrong.push(`no heading: ${table.outerHTML.slice(0, 120)}`);
          }
          for (const picture of document.querySelectorAll("img, svg[role=img]")) {
            const words = picture.getAttribute("alt") ?? picture.getAttribute("aria-label") ?? "";
            if (words.trim().length < 10 || /^\S*\/\S*$|\.(svg|png|jpe?g)$/i.test(words)) wrong.push(`no words for: ${picture.outerHTML.slice(0, 120)}`);
          }
          return wrong;
        }"""
    )
    return list(found)


def weigh(browser: Browser, address: str, width: int) -> tuple[float, int]:
    """Return the kilobytes and requests of a page's first view, as they came over the wire."""
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    sizes: list[float] = []
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address, wait_until="networkidle")
    context.close()
    return round(sum(sizes) / 1000, 1), len(sizes)
