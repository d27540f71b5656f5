"""Every notebook of the book is a notebook, is executed, and leaves findings that stand once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook

from scomm import paths
from scomm.data import ledger
from scomm.record.execution import Store, execute_all
from scomm.record.outputs import of_kind

TOC = yaml.safe_load((paths.ROOT / "_toc.yml").read_text(encoding="utf-8"))
PAGES = [TOC["root"]] + [c["file"] for part in TOC["parts"] for c in part["chapters"]]
CHAPTERS = [page for page in PAGES if page.removeprefix("notebooks/")[:2].isdigit()]


def text_of(page: str) -> str:
    return (paths.ROOT / f"{page}.md").read_text(encoding="utf-8")


def test_the_book_has_fifteen_chapters_in_order() -> None:
    assert [page.removeprefix("notebooks/")[:2] for page in CHAPTERS] == [
        f"{number:02d}" for number in range(1, 16)
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


@pytest.mark.slow
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
    replies = ledger.objections()
    for entry in replies["objections"] + replies["questions"]:
        for kind, identifiers in re.findall(
            r"(?i)\b(finding|table|figure)s? ((?:[A-Z\d]+\.\d+(?:, | and | to )?)+)",
            entry["answer"],
        ):
            known = of_kind(executed, kind.lower())
            for identifier in re.findall(r"[A-Z\d]+\.\d+", identifiers):
                assert identifier in known, f"{entry['id']} cites {kind} {identifier}"
