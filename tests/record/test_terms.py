"""Terms of the glossary and boxes of methods, as the pages use them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from citable import paths
from citable.execute.chapters import pages
from citable.lint.typed_numbers import prose_only, typed_numbers
from citable.record.glossary import glossary, term

PAGES = [paths.ROOT / f"{page}.md" for page in pages()]
CHAPTERS = [file for file in PAGES if re.match(r"\d\d-", file.name)]


def linked(file: Path) -> list[str]:
    """The glossary's terms that a page links to, in order."""
    text = file.read_text(encoding="utf-8")
    found = []
    for words, target in re.findall(r"\{gl\}`([^`<]*?)\s*(?:<([^`]*)>)?`", text):
        entry = term(target or words)
        assert entry is not None, f"{file.name}: the glossary has no {target or words!r}"
        found.append(entry["term"])
    return found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("removal", "Removal"),
        ("AOR", "Area of responsibility (AOR)"),
        ("area of  responsibility", "Area of responsibility (AOR)"),
        ("P-value", "p-value"),
        ("level 1, 2, 3 (to mid-2010)", "Level 1, 2, 3 (to mid-2010)"),
    ],
)
def test_a_term_is_found_by_its_names(name: str, found: str) -> None:
    entry = term(name)
    assert entry is not None
    assert entry["term"] == found


@pytest.mark.parametrize("name", ["Level 1, 2, 3", "removl", ""])
def test_unknown_or_ambiguous_term_gives_none(name: str) -> None:
    assert term(name) is None


def test_addresses_are_unique_and_plain() -> None:
    anchors = [entry["anchor"] for entry in glossary()]
    assert len(set(anchors)) == len(anchors) > 60
    assert all(re.fullmatch(r"term-[a-z0-9-]+", anchor) for anchor in anchors)


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_a_page_links_a_term_once_at_its_first_use(file: Path) -> None:
    found = linked(file)
    assert sorted(found) == sorted(set(found))


@pytest.mark.parametrize("file", CHAPTERS, ids=lambda file: file.stem)
def test_chapters_define_their_words_and_box_their_formulas(file: Path) -> None:
    assert len(linked(file)) >= 2
    text = file.read_text(encoding="utf-8")
    outside = re.sub(r"^(:{3,})\{symbols\}.*?^\1\s*$", "", text, flags=re.S | re.M)
    outside = re.sub(r"^(`{3,}).*?^\1\s*$", "", outside, flags=re.S | re.M)
    assert "$$" not in outside, "a formula stands outside a box that can be skipped"
    assert text.count(":::{symbols}") >= 1
    assert "(can be skipped)" in text


def test_numbers_in_a_box_are_found_and_its_line_is_not_prose() -> None:
    page = "# T\n\n:::{symbols} Line 7 in symbols\n$$\n5\n$$\n\n$z$\n: about 1.96\n:::\n\nText.\n"
    assert [(item.line, item.text) for item in typed_numbers(page)] == [(9, "1.96")]
    assert prose_only(page).count("\n") == page.count("\n")
