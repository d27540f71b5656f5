"""Compare the arithmetic of the in-page check with the book's statistics, in a browser."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from citable.sphinx.traces import CHECK
from scomm.stats.proportions import newcombe_difference, wilson
from tools.browser import Visit, serve

STATIC = Path(__file__).resolve().parents[2] / "src" / "citable" / "sphinx" / "static"
pytestmark = pytest.mark.browser


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
    with serve(tmp_path) as server:
        yield tmp_path, f"{server.address}/page.html?check"


def verdicts(visit: Callable[..., Visit], address: str) -> dict[str, tuple[str, str]]:
    """Return each finding's verdict and working, as the browser shows them."""
    page = visit(address).page
    boxes = page.locator(".check")
    expect(boxes.locator("[role=status] p")).to_have_count(boxes.count())
    return {
        str(box.get_attribute("data-finding")): (
            box.locator("[role=status] p").inner_text(),
            box.locator("[role=status]").inner_text(),
        )
        for box in boxes.all()
    }


def test_the_browser_agrees_with_the_book(
    site: tuple[Path, str], visit: Callable[..., Visit]
) -> None:
    _, address = site
    found = verdicts(visit, address)
    assert len(found) == len(list(cases()))
    for name, (verdict, working) in found.items():
        assert verdict == "Agrees.", f"{name}: {working}"


def test_check_detects_a_changed_row(site: tuple[Path, str], visit: Callable[..., Visit]) -> None:
    folder, address = site
    file = folder / "rows-1-10.csv"
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    rows[0]["in_numerator"] = str(int(rows[0]["in_numerator"]) + 1)
    file.write_text(as_csv(rows), newline="")  # type: ignore[arg-type]
    verdict, working = verdicts(visit, address)["1.10"]
    assert verdict == "Does not agree."
    assert "the rows have sha256" in working
    # With the list forged as well the sum still gives it away.
    listed = folder / "check" / "rows.json"
    document = json.loads(listed.read_text())
    document["rows"]["1.10"]["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    listed.write_text(json.dumps(document))
    verdict, working = verdicts(visit, address)["1.10"]
    assert verdict == "Does not agree."
    assert "the rows have sha256" not in working
    assert "numerator:" in working


def test_check_detects_a_value_that_differs_from_its_rows(
    site: tuple[Path, str], visit: Callable[..., Visit]
) -> None:
    folder, address = site
    file = folder / "findings.json"
    document = json.loads(file.read_text())
    document["findings"][9]["interval"]["low"] += 1e-6
    file.write_text(json.dumps(document))
    found = verdicts(visit, address)
    assert found["1.10"][0] == "Does not agree."
    assert "interval:" in found["1.10"][1]
    assert found["1.9"][0] == "Agrees."


def test_check_reports_missing_rows(site: tuple[Path, str], visit: Callable[..., Visit]) -> None:
    folder, address = site
    (folder / "rows-1-3.csv").unlink()
    verdict, _ = verdicts(visit, address)["1.3"]
    assert f"{CHECK['failed']} rows-1-3.csv: 404" in verdict
