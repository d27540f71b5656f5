"""Follow every link of a built site to a file and an anchor in it: ``make links``."""

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

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.anchors.add(given["id"])
        if tag == "a" and "href" in given:
            self.links.add(given["href"])
        if tag in ("script", "img", "iframe", "source") and given.get("src"):
            self.loads.add(given["src"])
        if tag == "link" and given.get("rel") in ("stylesheet", "preload", "icon"):
            self.loads.add(given["href"])


def broken(site: Path) -> tuple[list[str], list[str]]:
    """Return links that lead nowhere, and files that pages load from other servers."""
    pages: dict[Path, _Page] = {}
    for file in sorted(site.rglob("*.html")):
        page = _Page()
        page.feed(file.read_text(encoding="utf-8"))
        pages[file.resolve()] = page
    nowhere, elsewhere = [], []
    for file, page in pages.items():
        name = file.relative_to(site.resolve())
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
    return nowhere, elsewhere


if __name__ == "__main__":
    wrong, foreign = broken(Path(sys.argv[1]))
    print(
        "\n".join(
            ["leads nowhere: " + link for link in wrong]
            + ["loads from elsewhere: " + load for load in foreign]
        )
    )
    pages_seen = sum(1 for _ in Path(sys.argv[1]).rglob("*.html"))
    print(
        f"{pages_seen} pages, {len(wrong)} broken links, {len(foreign)} files from other servers."
    )
    sys.exit(bool(wrong or foreign))
