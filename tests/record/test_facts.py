"""Statements of law and history carry the key of a row of timeline.csv or law.yml."""

from __future__ import annotations

import re

import pytest

from scomm import paths
from scomm.data import ledger
from scomm.record.prose import prose_only

# Pages whose prose is covered: every chapter and appendix.
COVERED = (
    *("01-claims", "02-program", "03-sources", "04-records", "05-nation", "06-jurisdictions"),
    *("07-top-list", "08-pennsylvania", "09-areas", "10-case-mix", "11-return", "12-seattle"),
    *("13-dashboard", "14-objections", "15-conclusions", "A-methods", "B-cite-and-verify"),
    *("C-findings", "D-data-dictionary", "E-datasheets", "F-reproducibility", "G-glossary"),
    *("H-editions", "I-references"),
)

MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
FACT = re.compile(
    rf"\b\d{{1,2}} (?:{MONTH}) (?:19|20)\d\d\b"
    r"|\bExec(?:utive|\.) Order \d|\bmemorand(?:um|a)\b|\bPub(?:lic|\.) L(?:aw|\.) ",
    re.I,
)
KEY = re.compile(r"\{fact\}`([^`]+)`")

# What is no statement of law or history, with the reason.
ALLOW: dict[tuple[str, str], str] = {
    (
        "08-pennsylvania",
        "30 May 2012",
    ): "the date of those counties in the activation file, in the table",
    ("11-return", "30 December 2016"): "the date of the release that is cited, totals T03 and T05",
    ("12-seattle", "6 July 2019"): "the last day of the workbook, as its passport says",
}


def unkeyed(text: str) -> list[str]:
    """Return what states a fact in a paragraph of prose that carries no key."""
    typed, shown = text.splitlines(), prose_only(text).splitlines()
    found, start = [], 0
    for end in [*(n for n, line in enumerate(shown) if not line.strip()), len(shown)]:
        # Roles are blanked in what is searched; keys are read from the lines as typed.
        if not KEY.search("\n".join(typed[start:end])):
            found += [match.group() for match in FACT.finditer("\n".join(shown[start:end]))]
        start = end + 1
    return found


@pytest.mark.parametrize("page", COVERED)
def test_facts_carry_a_key(page: str) -> None:
    text = (paths.NOTEBOOKS / f"{page}.md").read_text(encoding="utf-8")
    found = [fact for fact in unkeyed(text) if (page, fact) not in ALLOW]
    assert not found, f"no {{fact}} role in the same paragraph: {found}"


def test_keys_are_rows() -> None:
    for file in sorted(paths.NOTEBOOKS.glob("*.md")):
        for keys in KEY.findall(file.read_text(encoding="utf-8")):
            for key in keys.split():
                assert ledger.fact_status(key), f"{file.name}: {key}"


def test_keys_of_law_and_history_are_apart() -> None:
    events, law = set(ledger.timeline()["id"]), {entry["id"] for entry in ledger.law()}
    assert not events & law
    assert len(events) == len(ledger.timeline())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It began on 5 January 2015.\n", ["5 January 2015"]),
        ("It began on 5 January 2015{fact}`H38`.\n", []),
        ("Executive Order 13,768 ended it.\n\nOther words{fact}`H40`.\n", ["Executive Order 1"]),
        ("A memorandum says so, and Pub. L. 111-83.\n", ["memorandum", "Pub. L. "]),
        ("```{code-cell} ipython3\nday = '5 January 2015'\n```\n\nIn January 2015.\n", []),
    ],
)
def test_facts_without_a_key_are_found(text: str, found: list[str]) -> None:
    assert unkeyed(text) == found
