"""Follow every link of a built site to a file and an anchor in it: ``make -f maintenance.mk links``.

A link to another site must tell it nothing: ``rel="noopener noreferrer"``, and the page's own policy.
"""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = {""}
        self.loads: set[str] = set()
        self.telling: set[str] = {"the page itself"}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.anchors.add(given["id"])
        if tag == "a" and "href" in given:
            self.links.add(given["href"])
            kept = set(given.get("rel", "").split())
            if urlsplit(given["href"]).netloc and not {"noopener", "noreferrer"} <= kept:
                self.telling.add(given["href"])
        if tag == "meta" and given == {"name": "referrer", "content": "no-referrer"}:
            self.telling.discard("the page itself")
        if tag in ("script", "img", "iframe", "source") and given.get("src"):
            self.loads.add(given["src"])
        if tag == "link" and given.get("rel") in ("stylesheet", "preload", "icon"):
            self.loads.add(given["href"])


def broken(site: Path) -> tuple[list[str], list[str], list[str]]:
    """Return links that lead nowhere, files from other servers, and links that tell where one was."""
    pages: dict[Path, _Page] = {}
    for file in sorted(site.rglob("*.html")):
        page = _Page()
        page.feed(file.read_text(encoding="utf-8"))
        pages[file.resolve()] = page
    nowhere, elsewhere, telling = [], [], []
    for file, page in pages.items():
        name = file.relative_to(site.resolve())
        telling += [f"{name}: {link}" for link in sorted(page.telling)]
        elsewhere += [f"{name}: {load}" for load in page.loads if urlsplit(load).netloc]
        for link in page.links | page.loads:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            if not target.is_file():
                nowhere.append(f"{name}: {link}")
            elif target in pages and unquote(parts.fragment) not in pages[target].anchors:
                nowhere.append(f"{name}: {link} (no such anchor)")
    return nowhere, elsewhere, telling


if __name__ == "__main__":
    wrong, foreign, open_links = broken(Path(sys.argv[1]))
    print(
        "\n".join(
            ["leads nowhere: " + link for link in wrong]
            + ["loads from elsewhere: " + load for load in foreign]
            + ["tells where its reader was: " + link for link in open_links]
        )
    )
    pages_seen = sum(1 for _ in Path(sys.argv[1]).rglob("*.html"))
    print(
        f"{pages_seen} pages, {len(wrong)} broken links, {len(foreign)} files from other servers."
    )
    sys.exit(bool(wrong or foreign or open_links))
