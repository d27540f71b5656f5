"""Hold the translations to the terms that were decided, and the terms to the translations."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from citable import paths
from citable.translate.catalogs import language_folder, read_catalog

LANGUAGES = sorted(file.parent.name for file in paths.LOCALE.glob("*/terms.csv"))
COLUMNS = ["english", "spanish", "source", "address", "certainty", "note", "not"]
GENERAL = "general usage"


def read_terms(file: Path) -> list[dict[str, str]]:
    """Return the rows of a list of terms. Raises csv.Error if it is not well formed."""
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def translations(language: str) -> list[str]:
    """Return every translated text of a language, plural forms apart."""
    found: list[str] = []
    for po in sorted(language_folder(language).glob("*.po")):
        for message in read_catalog(po):
            if message.id:
                found += [message.string] if isinstance(message.string, str) else message.string
    return found


def holds(words: str, text: str) -> bool:
    """Tell whether a text has these words, whole, in upper or lower case."""
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text, re.IGNORECASE) is not None


def unquoted(text: str) -> str:
    """Return a text without what stands in quotation marks, which may have another's words."""
    return re.sub(r"“[^”]*”", "“”", text)


def test_words_are_found_whole_and_outside_quotations() -> None:
    assert holds("Cota", "una cota; otra")
    assert not holds("cota", "las cotas")
    assert not holds("remoción", unquoted("ICE dice “remoción”, el libro no"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_list_of_terms_is_whole(language: str) -> None:
    terms = read_terms(paths.LOCALE / language / "terms.csv")
    assert len(terms) > 100
    assert all(list(row) == COLUMNS and None not in row.values() for row in terms)
    assert [row["english"] for row in terms] == sorted(
        {row["english"] for row in terms}, key=str.lower
    )
    unfounded = [
        row["english"]
        for row in terms
        if not row["spanish"] or not (row["address"] or row["certainty"] == GENERAL)
    ]
    assert unfounded == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_terms_are_those_of_the_translation(language: str) -> None:
    text = "\n".join(translations(language))
    unused = [
        row["english"]
        for row in read_terms(paths.LOCALE / language / "terms.csv")
        if not holds(re.split(r" \(|;", row["spanish"])[0], text)
    ]
    assert unused == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_rejected_variants_are_not_in_the_translation(language: str) -> None:
    texts = [unquoted(text) for text in translations(language)]
    rejected = [
        variant.strip()
        for row in read_terms(paths.LOCALE / language / "terms.csv")
        for variant in row["not"].split(";")
        if variant.strip()
    ]
    assert len(rejected) > 40
    found = {variant: text[:120] for variant in rejected for text in texts if holds(variant, text)}
    assert found == {}
