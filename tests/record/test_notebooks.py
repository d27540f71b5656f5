"""Test that every notebook is valid, is executed, and records unique findings."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import nbformat
import pandas as pd
import pytest
import yaml
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook

from citable import paths
from citable.edition.exhibit import reason_not_offered
from citable.execute.execution import Store, execute_all
from citable.record import published
from citable.record.outputs import findings as all_findings, numbers, of_kind, recorded_values
from citable.record.schema import findings_document, findings_schema
from citable.record.trace import trace
from scomm.data import ledger

TOC = yaml.safe_load((paths.ROOT / "_toc.yml").read_text(encoding="utf-8"))
PAGES = [TOC["root"]] + [c["file"] for part in TOC["parts"] for c in part["chapters"]]
CHAPTERS = [page for page in PAGES if page.removeprefix("notebooks/")[:2].isdigit()]


def text_of(page: str) -> str:
    return (paths.ROOT / f"{page}.md").read_text(encoding="utf-8")


def test_the_chapters_are_in_order() -> None:
    assert [page.removeprefix("notebooks/")[:2] for page in CHAPTERS] == [
        f"{number:02d}" for number in range(1, 18)
    ]


@pytest.mark.parametrize("page", [page for page in PAGES if "{code-cell}" in text_of(page)])
def test_page_with_code_is_a_notebook_with_a_kernel(page: str) -> None:
    text = text_of(page)
    assert is_myst_markdown_notebook(text)
    assert "kernelspec:" in text.split("---")[1]


@pytest.mark.parametrize("page", CHAPTERS)
def test_chapter_follows_the_arc(page: str) -> None:
    text = text_of(page)
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    for wanted in (
        "## What the data can and cannot say",
        "## Method",
        "## Sensitivity",
        "## What this does not show",
    ):
        assert any(heading.startswith(wanted) for heading in headings), wanted
    assert "$$" in text, "one equation"
    assert "figure(" in text
    assert "table(" in text
    assert text.rstrip().splitlines()[-1].count("{n}`") >= 1, "the last sentence is computed"


# Findings that are no sum of rows: differences, models, bounds, simulations.
NO_ROWS = {
    *(
        "2.2",
        "5.5",
        "6.1",
        "7.1",
        "8.1",
        "8.2",
        "9.1",
        "9.3",
        "9.5",
        "9.8",
        "9.10",
        "11.2",
        "12.3",
        "12.4",
        "14.2",
        "14.4",
        "15.4",
        "15.8",
        "A.1",
        "A.2",
    ),
}


def check_rows_and_routes(executed: dict[str, nbformat.NotebookNode]) -> None:
    """Every count names its rows, and a route says press where a row does."""
    figures, rows = ledger.figures(), of_kind(executed, "rows")
    for identifier, (page, data) in of_kind(executed, "finding").items():
        assert (identifier in rows) is (identifier not in NO_ROWS), identifier
        found = trace(data | {"url": f"{page}.html#x"}, executed[page])
        assert found.code.count(f'"{identifier}"'), identifier
        assert [source.name for source in found.sources] == list(data["tables"])
        if found.rows_source == "figures.csv":
            frame = pd.read_csv(io.StringIO(found.rows_csv), dtype=str)
            if (figures.loc[frame["id"], "route"] == "press, background only").any():
                assert "press" in data["route"], identifier
        if "figures.csv" in data["tables"]:
            assert reason_not_offered(data), f"{identifier} rests on press figures"


# Ends of a range of estimates of which the finding is one: another number, which is the same now.
SAME_BY_CHANCE = {
    ("notebooks/05-nation", "lowest"),
    ("notebooks/05-nation", "reading_high"),
    ("notebooks/12-return", "spec_low"),
}


def check_a_number_is_said_once(executed: dict[str, nbformat.NotebookNode]) -> None:
    """No value given to the words of a page is one that a finding of the page records."""
    said, twice = numbers(executed), set()
    for _identifier, (page, data) in of_kind(executed, "finding").items():
        ends = data["interval"] or {"low": None, "high": None}
        recorded = [data["value"], data["reference"], ends["low"], ends["high"]]
        shares = [value for value in recorded if isinstance(value, float)]
        large = [n for n in (data["numerator"], data["denominator"]) if n is not None and n > 99]
        twice |= {
            (page, name)
            for name, value in said[page].items()
            if (isinstance(value, float) and value in shares)
            or (value in large and not isinstance(value, bool))
        }
    assert twice == SAME_BY_CHANCE


# Headings that state a result, and what must hold for them to stand: of what the page records.
RESULTS: dict[str, dict[str, Callable[[dict[str, Any]], bool]]] = {
    "notebooks/02-program": {
        "Counties with many noncitizens came first": lambda g: (
            g["row/feb"]["people"] > g["row/feb"]["share"]
        ),
    },
    "notebooks/05-nation": {
        "The release understated the agency's count": lambda g: (
            g["finding/5.1"]["interval"]["low"] > g["finding/5.1"]["reference"]
        ),
        "Among new removals the share rose to February 2011, then fell": lambda g: (
            g["finding/5.2"]["value"] > g["finding/5.2"]["reference"]
            and g["finding/5.5"]["value"] < g["finding/5.2"]["value"]
        ),
        "The program's share was below the agency's": lambda g: (
            g["finding/5.3"]["interval"]["high"] < g["finding/5.3"]["reference"]
        ),
    },
    "notebooks/06-jurisdictions": {
        "Boston: the printed shares contradict each other": lambda g: (
            g["b_lowest"] < g["finding/6.1"]["reference"] < g["b_highest"]
        ),
        "California: over one half, but not beyond chance": lambda g: (
            g["finding/6.2"]["value"] > 0 and g["c3_established"] == 0
        ),
        "Across the country: such places existed": lambda g: g["c4_established"] >= 1,
    },
    "notebooks/07-top-list": {
        "Chance alone puts small places at the top": lambda g: (
            g["row/small"]["first"] > g["row/large"]["first"] > g["finding/7.1"]["reference"]
        ),
    },
    "notebooks/08-pennsylvania": {
        "The effect cannot be told from these data": lambda g: (
            g["finding/8.1"]["value"] == "cannot be settled"
        ),
    },
    "notebooks/09-jail-door": {
        "Arrests at local jails rose, those in prisons did not": lambda g: (
            g["row/local"]["low"] > 1 >= g["row/prisons"]["ratio"]
        ),
        "The rise had begun before the order": lambda g: g["trend_low"] > 1,
        "Areas differ far beyond chance": lambda g: g["i2"] > 0.5 and g["q_p"] < 0.001,
        "The size of the step depends on how trend and window are coded": lambda g: (
            g["step_most"] / g["step_least"] > 1.2
        ),
    },
    "notebooks/10-areas": {
        "Areas differ, but ranks are loose": lambda g: (
            g["finding/10.1"]["numerator"] > 0 and g["rank_span"] > 1
        ),
    },
    "notebooks/11-case-mix": {
        "The mix explains part of the difference": lambda g: 0 < g["left"] < 1,
        "With the same mix, areas still differ": lambda g: g["firm_std"] > 0,
        "A reversal that holds under two methods": lambda g: g["strict"] > 0,
    },
    "notebooks/12-return": {
        "A rise in one series, not in the other": lambda g: (
            g["finding/12.1"]["interval"]["low"] > 0 >= g["finding/12.2"]["value"]
        ),
        "A gradual rise can fit better than a step": lambda g: (
            g["row/best"]["aic"] < g["row/step_form"]["aic"]
        ),
    },
    "notebooks/13-seattle": {
        # One jail in twenty would lie outside by chance.
        "Jails differ by more than chance": lambda g: g["finding/13.2"]["value"] > 0.05,
        "Jails differ less in what the convictions are": lambda g: (
            g["row/most_spread"]["phi"] < g["phi"]
        ),
        "The answer moves with what counts as a crime": lambda g: (
            g["finding/13.4"]["interval"]["high"] < g["finding/13.5"]["interval"]["low"]
        ),
    },
    "notebooks/14-dashboard": {
        "The share differs by who made the arrest": lambda g: (
            g["row/ice22"]["high"] < g["row/cbp22"]["low"]
        ),
    },
    "notebooks/15-held": {
        "Held after an arrest by ICE: from one in five to seven in ten": lambda g: (
            round(g["finding/15.1"]["reference"], 1) == 0.2
            and round(g["finding/15.1"]["value"], 1) == 0.7
        ),
        "Two changes that cancel": lambda g: (
            g["mix_high"] < 0 < g["finding/15.4"]["interval"]["low"] and abs(g["gap"]) < 0.01
        ),
        "Released to be removed: more than half had no conviction": lambda g: (
            min(g["row/rel24"]["share"], g["row/rel25"]["share"], g["finding/15.5"]["value"]) > 0.5
        ),
        "Two fields of one sheet disagree": lambda g: g["finding/15.6"]["value"] > 0,
        "Most areas lie above one half": lambda g: 2 * g["finding/15.7"]["value"] > g["n_areas"],
    },
}


def check_headings(executed: dict[str, nbformat.NotebookNode]) -> None:
    """A heading that states a result stands on its page, and what the page records bears it out."""
    for page, headings in RESULTS.items():
        recorded = recorded_values(executed[page])
        written = re.findall(r"^#{2,3} (.+)$", text_of(page), re.M)
        for heading, holds in headings.items():
            assert heading in written, f"{page}: {heading}"
            assert holds(recorded), f"{page}: {heading}"


def check_the_record(executed: dict[str, nbformat.NotebookNode]) -> None:
    """What the notebooks compute is what is published."""
    assert [str(c) for c in published.compare(published.load(), all_findings(executed))] == []
    changes = published.compare_numbers(published.load_numbers(), numbers(executed))
    assert [str(change) for change in changes] == []
    schema = findings_schema()
    document = json.loads(json.dumps(findings_document(all_findings(executed))))
    document["digest"] = "0" * 64
    jsonschema.Draft202012Validator(schema).validate(document)


def test_every_notebook_is_executed_without_error(tmp_path: Path) -> None:
    notebooks = {
        page: read_myst_markdown_notebook(text_of(page), path=str(paths.ROOT / f"{page}.md"))
        for page in PAGES
        if is_myst_markdown_notebook(text_of(page))
    }
    results = execute_all(notebooks, Store(tmp_path))
    for page, result in results.items():
        for cell in result.notebook.cells:
            if cell.cell_type == "code":
                assert cell.execution_count, page
                assert not any(out.output_type == "error" for out in cell.outputs), page
    executed = {page: result.notebook for page, result in results.items()}
    findings = of_kind(executed, "finding")
    for identifier, (page, _) in findings.items():
        part = identifier.split(".")[0]
        stem = part.rjust(2, "0") if part.isdigit() else part  # 6.1 is in 06-, A.1 in A-
        assert page.removeprefix("notebooks/").startswith(stem)
    assert {page for page, _ in findings.values()} >= set(CHAPTERS)
    for kind in ("figure", "table"):
        pages = {page for page, _ in of_kind(executed, kind).values()}
        assert pages >= set(CHAPTERS), kind
    for _, data in of_kind(executed, "figure").values():
        assert len(data["alt"]) > 20
        assert not data["alt"].endswith((".svg", ".png"))
    check_rows_and_routes(executed)
    check_a_number_is_said_once(executed)
    check_headings(executed)
    check_the_record(executed)
    replies = ledger.objections()
    for entry in replies["objections"] + replies["questions"]:
        for kind, identifiers in re.findall(
            r"(?i)\b(finding|table|figure)s? ((?:[A-Z\d]+\.\d+(?:, | and | to )?)+)",
            entry["answer"],
        ):
            known = of_kind(executed, kind.lower())
            for identifier in re.findall(r"[A-Z\d]+\.\d+", identifiers):
                assert identifier in known, f"{entry['id']} cites {kind} {identifier}"
