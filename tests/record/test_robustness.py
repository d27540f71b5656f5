"""Test that sentences that claim robustness print the value behind the claim."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from citable import paths
from citable.lint.typed_numbers import shown_texts
from scomm.data import ledger

# Pages covered: every chapter and appendix.
COVERED = tuple(sorted(file.stem for file in paths.NOTEBOOKS.glob("*.md")))
OBJECTIONS = "objections.yml"

WORDS = re.compile(
    r"\b(?:every|everywhere|always|never|throughout|without exception|for certain|certainly"
    r"|whatever|whichever|whoever|regardless|all but|all of (?:it|them|these)|all (?:are|were|agree|lie|have)"
    r"|none of (?:it|them|these|the)|no(?:ne| \w+) (?:turns?|changes?|depends?|moves?)|in no case|in any case"
    r"|most of|nearly all|almost all|any other|turns? on|does not depend|robust)\b",
    re.I,
)
# A value in the same sentence: a number of the page, or a place of a template that is filled.
VALUE = re.compile(r"\{n\}`[^`]+`|(?<!\{)\{[a-z_]\w*(?::\w+)?\}(?!`)")
_SENTENCE = re.compile(r"(?<=[.?!;])\s+(?=[A-Z{\"*`|])")


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text, its line breaks taken out."""
    yield from _SENTENCE.split(" ".join(text.split()))


def claimed(text: str) -> list[str]:
    """Return the sentences with words of robustness and no value of their own."""
    return [part for part in sentences(text) if WORDS.search(part) and not VALUE.search(part)]


def replies() -> Iterator[tuple[str, str]]:
    """Yield the answers to objections and questions, with their ids."""
    known = ledger.objections()
    for entry in known["objections"] + known["questions"]:
        yield f"{OBJECTIONS} {entry['id']}", entry["answer"]


def backed() -> dict[tuple[str, str], str]:
    """Return what stands behind a sentence without a value, by place and words."""
    with Path(__file__).with_name("robustness.csv").open(encoding="utf-8", newline="") as stream:
        return {(row["where"], row["words"]): row["behind"] for row in csv.DictReader(stream)}


def found() -> list[tuple[str, str]]:
    """Return every sentence, with its place, that needs a value behind it."""
    pairs = [
        (page, sentence)
        for page in COVERED
        for text in shown_texts(paths.NOTEBOOKS / f"{page}.md")
        for sentence in claimed(text)
    ]
    return pairs + [(where, part) for where, answer in replies() for part in claimed(answer)]


def test_words_of_robustness_have_a_value_behind_them() -> None:
    rows = backed()
    missing = [
        f"{where}: {sentence}"
        for where, sentence in found()
        if not any(place == where and words in sentence for place, words in rows)
    ]
    assert not missing, "no value, and no row in robustness.csv:\n" + "\n".join(missing)


def test_rows_of_the_ledger_are_in_use() -> None:
    pairs = found()
    stale = [
        (place, words)
        for place, words in backed()
        if not any(place == where and words in sentence for where, sentence in pairs)
    ]
    assert not stale
    assert all(len(behind) > 8 for behind in backed().values())


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("No share here turns on them.", 1),
        ("Most of it is the mix of cases.", 1),
        ("Every choice of {n}`n` gives a rise.", 0),
        ("In every one of {n:int} years it rose.", 0),
        ("A share is a number. It is never known whole.", 1),
        ("{gl}`Every <share>` one of them.", 1),
        ("The share was a quarter.", 0),
    ],
)
def test_words_are_found(text: str, count: int) -> None:
    assert len(claimed(text)) == count
