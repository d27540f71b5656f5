"""Statements of law and history carry a key; a figure in quotation marks is one that was printed."""

from __future__ import annotations

import re
from functools import cache

import pytest

from citable import paths
from citable.execute.chapters import pages
from citable.lint.typed_numbers import prose_only, shown_texts
from scomm.data import ledger

# Pages whose prose is covered: every chapter and appendix.
COVERED = tuple(sorted(file.stem for file in paths.NOTEBOOKS.glob("*.md")))

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
    ("12-return", "30 December 2016"): "the date of the release that is cited, totals T03 and T05",
    ("13-seattle", "6 July 2019"): "the last day of the workbook, as its passport says",
}


def unkeyed(text: str) -> list[str]:
    """Return what states a fact in a paragraph of prose that carries no key."""
    # Exhibits name their sources in a line of their own.
    typed, shown = text.splitlines(), prose_only(text, exhibits=False).splitlines()
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


QUOTED = re.compile(r"[\"“]([^\"“”]*)[\"”]")
NUMBER = re.compile(r"\d|\b(?:half|halves|thirds?|quarters?|fifths?|tenths?)\b", re.I)
ROLE = re.compile(r"\{[\w:-]+\}`[^`]*`|\{[a-z_]\w*(?::\w+)?\}|`[^`]*`|\]\([^)]*\)")

# A figure in quotation marks that no one printed, with the reason.
NOT_QUOTED: dict[tuple[str, str], str] = {
    ("05-nation", "at least a quarter"): "how the chapter reads the figure of claim C1",
}


def as_printed(text: str) -> str:
    """Return a figure without the case and the spaces that a sentence may change."""
    return " ".join(text.lower().strip(" ,.;:").split())


@cache
def printed() -> dict[str, set[str]]:
    """Return each figure of the ledgers as printed, with the sources that print it."""
    found: dict[str, set[str]] = {}
    figures, totals = ledger.figures(), ledger.published_totals()
    rows = [*zip(figures["printed"], figures["source_no"].astype(str), strict=True)]
    rows += [*zip(totals["printed"], totals["source"], strict=True)]
    for claim in ledger.claims().values():
        rows += [
            (part, "claims.yml") for part in (claim["figure_as_printed"] or "").split(";") if part
        ]
    for text, source in rows:
        found.setdefault(as_printed(str(text)), set()).add(str(source))
    return found


@cache
def statements() -> str:
    """Return the events and the law of the two ledgers of facts, in one text."""
    law = [f"{entry['cite']} {entry['says']}" for entry in ledger.law()]
    return " | ".join(
        " ".join(str(text).lower().split()) for text in [*ledger.timeline()["event"], *law]
    )


def is_printed(figure: str) -> bool:
    """Say whether a source printed a figure, or both parts of "a share of a total"."""
    known, figure = printed(), as_printed(figure)
    if figure in known or re.search(rf"(?<!\w){re.escape(figure)}(?!\w)", statements()):
        return True
    share, _, total = figure.partition(" of ")
    return bool(known.get(share, set()) & known.get(total, set()))


def unprinted(text: str) -> list[str]:
    """Return the figures in quotation marks of a paragraph without a key that no source printed."""
    if KEY.search(text):
        return []
    quoted = QUOTED.findall(ROLE.sub(" ", text))
    return [part for part in quoted if NUMBER.search(part) and not is_printed(part)]


@pytest.mark.parametrize("page", pages())
def test_quoted_figures_are_printed(page: str) -> None:
    file = paths.ROOT / f"{page}.md"
    found = {figure for text in shown_texts(file) for figure in unprinted(text)}
    found -= {figure for where, figure in NOT_QUOTED if where == file.stem}
    assert not found, "in quotation marks, and as printed in no row of the ledgers"


def test_answers_quote_only_printed_figures() -> None:
    known = ledger.objections()
    texts = [entry["answer"] for entry in known["objections"] + known["questions"]]
    assert [figure for text in texts for figure in unprinted(text)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('They said "1 in 4" and "Over 50%."', []),
        ('It was "57 percent of nearly 500" there.', []),
        ('It was "57 percent of 369" there.', ["57 percent of 369"]),
        ('It was printed as "26%" of them.', ["26%"]),
        ('He wrote "26 percent".', []),
        ('Nearer "2 in 7" ({n}`seventh:pct`).', ["2 in 7"]),
        ('The verdict on C7 is "{n}`c7`" and on C18 "{n}`c18`".', []),
        ('A letter of 1999 said "1 in 9"{fact}`H36`.', []),
        ('The word "county" in 2011, and "state".', []),
    ],
)
def test_quoted_figures_that_no_one_printed_are_found(text: str, found: list[str]) -> None:
    assert unprinted(text) == found
