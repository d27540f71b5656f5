"""The page's own arithmetic, in a real browser, against the statistics of the book."""

from __future__ import annotations

import csv
import functools
import hashlib
import http.server
import io
import json
import re
import subprocess
import threading
from collections.abc import Iterator
from html import escape
from pathlib import Path

import numpy as np
import pytest

from scomm.book.traces import CHECK
from scomm.stats.proportions import newcombe_difference, wilson

STATIC = Path(__file__).resolve().parents[2] / "src" / "scomm" / "book" / "static"
pytestmark = [pytest.mark.slow, pytest.mark.browser]


def as_csv(rows: list[dict[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def spread(total: int, parts: int, rng: np.random.Generator) -> list[int]:
    """Split a count into rows, as a tidy table holds it."""
    return [int(part) for part in rng.multinomial(total, np.full(parts, 1 / parts))]


def cases() -> Iterator[tuple[dict[str, object], str]]:
    """Findings with their rows: counts, shares with Wilson, differences with Newcombe."""
    rng = np.random.default_rng(2011)
    identifier = 0

    def finding(**fields: object) -> dict[str, object]:
        nonlocal identifier
        identifier += 1
        empty = {"numerator": None, "denominator": None, "interval": None}
        return empty | {"id": f"1.{identifier}"} | fields

    for n in (1, 7, 86, 500, 94218, 1_000_003):
        for p in (0.0, 0.287, 0.5, 1.0):
            x = round(p * n)
            ends = wilson(x, n)
            rows: list[dict[str, object]] = [
                {
                    "place": f'a "quoted", name {k}\nof two lines',
                    "in_numerator": a,
                    "in_denominator": b,
                }
                for k, (a, b) in enumerate(
                    zip(spread(x, 5, rng), spread(n - x, 5, rng), strict=True)
                )
            ]
            for row in rows:
                row["in_denominator"] = int(str(row["in_denominator"])) + int(
                    str(row["in_numerator"])
                )
            interval = {
                "low": float(ends.low),
                "high": float(ends.high),
                "level": 0.95,
                "method": "wilson",
            }
            share = finding(
                unit="share", value=x / n, numerator=x, denominator=n, interval=interval
            )
            yield share, as_csv(rows)
    yield (
        finding(unit="count", value=2),
        as_csv(
            [
                {"place": name, "in_numerator": int(name != "b"), "in_denominator": 1}
                for name in "abc"
            ]
        ),
    )
    for (x1, n1), (x2, n2) in (
        ((56, 70), (48, 80)),
        ((0, 10), (0, 20)),
        ((9000, 30000), (8000, 31000)),
    ):
        result = newcombe_difference(x1, n1, x2, n2)
        interval = {
            **{"low": float(result.interval.low), "high": float(result.interval.high)},
            **{"level": 0.95, "method": "newcombe"},
        }
        rows = [
            {"group": group, "in_numerator": x, "in_denominator": n}
            for group, x, n in (("after", x1, n1), ("before", x2, n2))
        ]
        yield finding(unit="difference", value=x1 / n1 - x2 / n2, interval=interval), as_csv(rows)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server that keeps its log to itself."""

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A site of nothing but findings, rows and the script, served as the real one is."""
    found = list(cases())
    listed = {}
    (tmp_path / "check").mkdir()
    for finding, text in found:
        file = f"rows-{str(finding['id']).replace('.', '-')}.csv"
        (tmp_path / file).write_text(text, newline="")
        listed[finding["id"]] = {"file": file, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    (tmp_path / "findings.json").write_text(json.dumps({"findings": [f for f, _ in found]}))
    (tmp_path / "check" / "rows.json").write_text(json.dumps({"rows": listed}))
    (tmp_path / "check" / "check.js").write_bytes((STATIC / "check.js").read_bytes())
    said = " ".join(f'data-{name}="{escape(text)}"' for name, text in CHECK.items())
    boxes = "".join(
        f'<div class="check" data-finding="{finding["id"]}" {said}></div>' for finding, _ in found
    )
    page = f'<!doctype html>{boxes}<script src="check/check.js" data-root=""></script>'
    (tmp_path / "page.html").write_text(page)
    handler = functools.partial(Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield tmp_path, f"http://127.0.0.1:{running.server_port}/page.html?check"
        running.shutdown()


def verdicts(chromium: str, address: str) -> dict[str, tuple[str, str]]:
    """Return each finding's verdict and working, as the browser shows them."""
    html = subprocess.run(
        [
            *(chromium, "--headless", "--no-sandbox", "--disable-gpu"),
            *("--virtual-time-budget=10000", "--dump-dom", address),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout
    boxes = re.findall(r'data-finding="([\d.]+)".*?role="status">(.*?)</div>', html, re.S)
    return {name: (re.sub(r"<li>.*", "", shown, flags=re.S), shown) for name, shown in boxes}


def test_the_browser_agrees_with_the_book(site: tuple[Path, str], chromium: str) -> None:
    _, address = site
    found = verdicts(chromium, address)
    assert len(found) == len(list(cases()))
    for name, (verdict, working) in found.items():
        assert ">Agrees.<" in verdict, f"{name}: {working}"


def test_a_tampered_row_does_not_agree(site: tuple[Path, str], chromium: str) -> None:
    folder, address = site
    file = folder / "rows-1-10.csv"
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    rows[0]["in_numerator"] = str(int(rows[0]["in_numerator"]) + 1)
    file.write_text(as_csv(rows), newline="")  # type: ignore[arg-type]
    verdict, working = verdicts(chromium, address)["1.10"]
    assert ">Does not agree.<" in verdict
    assert "the rows have sha256" in working
    # With the list forged as well the sum still gives it away.
    listed = folder / "check" / "rows.json"
    document = json.loads(listed.read_text())
    document["rows"]["1.10"]["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    listed.write_text(json.dumps(document))
    verdict, working = verdicts(chromium, address)["1.10"]
    assert ">Does not agree.<" in verdict
    assert "the rows have sha256" not in working
    assert "numerator:" in working


def test_a_published_value_that_is_not_the_rows_does_not_agree(
    site: tuple[Path, str], chromium: str
) -> None:
    folder, address = site
    file = folder / "findings.json"
    document = json.loads(file.read_text())
    document["findings"][9]["interval"]["low"] += 1e-6
    file.write_text(json.dumps(document))
    found = verdicts(chromium, address)
    assert ">Does not agree.<" in found["1.10"][0]
    assert "interval:" in found["1.10"][1]
    assert ">Agrees.<" in found["1.9"][0]


def test_missing_rows_are_said_to_be_missing(site: tuple[Path, str], chromium: str) -> None:
    folder, address = site
    (folder / "rows-1-3.csv").unlink()
    verdict, _ = verdicts(chromium, address)["1.3"]
    assert f"{CHECK['failed']} rows-1-3.csv: 404" in verdict
