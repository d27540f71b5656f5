"""Weigh the built pages as a phone loads them: kilobytes and requests of a first view, compressed."""

from __future__ import annotations

import statistics

from playwright.sync_api import sync_playwright

from citable import paths
from tools.browser import BUDGETS, CHROMIUM, PHONE, kind, serve, weigh


def run() -> list[dict[str, object]]:
    """Return two rows a kind of page: the heaviest page's kilobytes and requests, and the limits."""
    site = paths.BUILD / "html"
    found: dict[str, list[tuple[float, int]]] = {}
    with sync_playwright() as playwright, serve(site) as server:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for file in sorted(site.rglob("*.html")):
            page = file.relative_to(site).as_posix()
            weight = weigh(browser, f"{server.address}/{page}", PHONE)
            found.setdefault(kind(page), []).append(weight)
        browser.close()
    rows: list[dict[str, object]] = []
    for name, weights in found.items():
        limits = BUDGETS.get(name, BUDGETS["chapter"])
        for what, index in (("kilobytes", 0), ("requests", 1)):
            most = max(weight[index] for weight in weights)
            middle = statistics.median(weight[index] for weight in weights)
            rows.append(
                {
                    "name": f"{name}, {what}, heaviest of {len(weights)} (median {middle:g})",
                    "ours": most,
                    "compared_with": "the limit set",
                    "theirs": limits[index],
                    "ratio": round(most / limits[index], 2),
                    "runs": 1,
                }
            )
    return rows
