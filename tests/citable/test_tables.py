"""Sorting and filtering long tables, in a real browser, on tables made by the book's own code."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import expect

from citable import paths
from citable.display.tables import Col, to_html
from citable.sphinx.pages import WORDS
from tools.browser import PHONE, Visit

pytestmark = pytest.mark.browser


def shown(visit: Callable[..., Visit], folder: Path, frame: pd.DataFrame, actions: str) -> str:
    """Return the table's body after actions of a reader, as Chromium has it."""
    columns = {
        "place": "Place",
        "n": Col("Removals", "int"),
        "share": Col("Share", "pct"),
        "day": Col("Day", "date"),
    }
    body = to_html(frame, columns, caption="Places", identifier="t", emphasis=[len(frame) - 1])
    said = " ".join(f'data-{name}="{escape(text)}"' for name, text in WORDS.items())
    page = folder / "page.html"
    page.write_text(
        f"<!doctype html><meta charset='utf-8'><template id='words' {said}></template>{body}"
        f"<script>{(paths.THEME / 'static' / 'book.js').read_text(encoding='utf-8')}</script>"
        f"<script>addEventListener('DOMContentLoaded', () => {{ {actions} }});</script>",
        encoding="utf-8",
    )
    return visit(page.as_uri()).page.content()


def write_page(folder: Path, body: str) -> Path:
    """Write a page with a table as the theme shows it: its style, script and words."""
    said = " ".join(f'data-{name}="{escape(text)}"' for name, text in WORDS.items())
    css = (paths.THEME / "static" / "book.css").read_text()
    script = (paths.THEME / "static" / "book.js").read_text()
    page = folder / "page.html"
    page.write_text(
        f"<!doctype html><meta charset='utf-8'><style>{css}</style>"
        f"<template id='words' {said}></template>{body}<script>{script}</script>",
        encoding="utf-8",
    )
    return page


def places(rows: int = 8) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "place": [f"Place {chr(97 + k % 26)}{k}" for k in range(rows)],
            "n": [(k * 7919) % 5000 for k in range(rows)],
            "share": [((k * 31) % 100) / 100 for k in range(rows)],
            "day": pd.date_range("2009-11-15", periods=rows, freq="40D"),
        }
    ).astype({"n": "Int64"})
    frame.loc[2, ["n", "share"]] = None
    total = pd.DataFrame({"place": ["All"], "n": [99], "share": [0.5], "day": ["2013-01-22"]})
    return pd.concat([frame, total], ignore_index=True)


def order(html: str) -> list[str]:
    return re.findall(r'<th scope="row"[^>]*>([^<]+)</th>', html)


def click(column: int, times: int = 1) -> str:
    return f"for (let i = 0; i < {times}; i++) document.querySelectorAll('button.sort')[{column}].click();"


@pytest.mark.parametrize(("column", "name"), [(1, "n"), (2, "share"), (3, "day")])
def test_numbers_and_dates_sort_by_value(
    visit: Callable[..., Visit], tmp_path: Path, column: int, name: str
) -> None:
    frame = places()
    html = shown(visit, tmp_path, frame, click(column, 2 if name == "day" else 1))
    body = frame.iloc[:-1].sort_values(name, ascending=False, na_position="last", kind="stable")
    assert order(html) == [*body["place"], "All"], (
        "totals stay last, what cannot be had before them"
    )
    assert 'aria-sort="descending"' in html
    up = shown(visit, tmp_path, frame, click(column, 1 if name == "day" else 2))
    body = frame.iloc[:-1].sort_values(name, na_position="last", kind="stable")
    assert order(up) == [*body["place"], "All"]
    assert 'aria-sort="ascending"' in up


def test_phone_shows_main_columns_until_expanded(
    visit: Callable[..., Visit], tmp_path: Path
) -> None:
    columns = {
        "place": "Place",
        "n": Col("Removals of people from the place", "int"),
        "day": Col("Day of the month", "date", False),
        "share": Col("Share without recorded conviction", "pct", False),
    }
    body = to_html(places(), columns, caption="Places", identifier="t")
    page = write_page(tmp_path, body)
    phone = visit(page.as_uri(), width=PHONE).page
    shares = phone.locator("tbody td[data-label^=Share]:visible")
    expect(shares).to_have_count(0)
    phone.get_by_role("button", name=f"{WORDS['all-columns']}: Place a0", exact=True).click()
    expect(shares).to_have_count(1)
    phone.get_by_role("button", name=f"{WORDS['fewer-columns']}: Place a0", exact=True).click()
    expect(shares).to_have_count(0)
    button = phone.get_by_role("button", name=WORDS["every-column"])
    button.focus()
    phone.keyboard.press("Enter")
    expect(shares).to_have_count(9)
    phone.get_by_role("button", name=WORDS["main-columns"]).click()
    expect(shares).to_have_count(0)
    heads = phone.locator("tbody th")
    phone.get_by_label(WORDS["sort-by"]).select_option("Removals of people from the place")
    assert (
        heads.first.text_content()
        == max(places().iloc[:-1].dropna().itertuples(), key=lambda row: row.n).place
    )
    phone.get_by_label(WORDS["sort-by"]).select_option(WORDS["table-order"])
    expect(heads.first).to_have_text("Place a0")
    desktop = visit(page.as_uri()).page
    assert desktop.locator("thead th", has_text="Share").is_visible()
    assert desktop.get_by_role("button", name=WORDS["every-column"]).count() == 0


def test_narrow_table_is_unchanged_on_a_phone() -> None:
    frame = pd.DataFrame({"place": ["A", "B"], "low": [0.48, 0.515], "high": [0.48, 0.525]})
    columns = {"place": "Place", "low": Col("Share, %", "pct", high="high")}
    html = to_html(frame, columns, caption="Places", identifier="t")
    assert re.findall(r"<td[^>]*>([^<]+)<", html) == ["48.0%", "51.5% to 52.5%"]
    assert 'class="data"' in html


def test_long_table_shows_ten_rows_until_expanded(
    visit: Callable[..., Visit], tmp_path: Path
) -> None:
    frame = places(30)
    anchors = [f"row-{k}" for k in range(len(frame))]
    body = to_html(
        frame, {"place": "Place"}, caption="", identifier="t", anchors=anchors, emphasis=[30]
    )
    page = write_page(tmp_path, body)
    opened = visit(page.as_uri()).page
    rows = opened.locator("tbody tr:visible")
    expect(rows).to_have_count(11)  # ten, and the total
    opened.get_by_role("button", name="Show all 30 rows").click()
    expect(rows).to_have_count(31)
    opened.get_by_role("button", name="Show the first 10 rows").click()
    expect(rows).to_have_count(11)
    opened.locator(".filter input").fill("Place z25")
    expect(rows.locator("th")).to_have_text(["Place z25", "All"])
    expect(visit(page.as_uri() + "#row-20").page.locator("#row-20")).to_be_visible()
    without = visit(page.as_uri(), java_script_enabled=False).page
    expect(without.locator("tbody tr:visible")).to_have_count(31)
    printed = visit(page.as_uri()).page
    printed.emulate_media(media="print")
    expect(printed.locator("tbody tr:visible")).to_have_count(31)


def test_short_table_has_no_controls(visit: Callable[..., Visit], tmp_path: Path) -> None:
    assert "<button" not in shown(visit, tmp_path, places(5), "")


def test_a_long_table_filters(visit: Callable[..., Visit], tmp_path: Path) -> None:
    action = (
        "const box = document.querySelector('.filter input'); box.value = 'place b';"
        "box.dispatchEvent(new Event('input'));"
    )
    html = shown(visit, tmp_path, places(60), action)
    seen = re.findall(r'<tr(?: class="emphasis")?>\s*<th scope="row"[^>]*>([^<]+)<', html)
    assert seen == ["Place b1", "Place b27", "Place b53", "All"]
    assert "3 of 60 rows" in html
