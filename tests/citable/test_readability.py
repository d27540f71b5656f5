from __future__ import annotations

import pytest

from citable import paths
from citable.lint import readability as r
from citable.translate.catalogs import paragraphs_of

# Coleman and Liau's own example (1975): 119 words, 639 letters, 5 sentences, index 14.5.
COLEMAN_LIAU = (
    "Existing computer programs that measure readability are based largely upon subroutines which "
    "estimate number of syllables, usually by counting vowels. The shortcoming in estimating "
    "syllables is that it necessitates keypunching the prose into the computer. There is no need "
    "to estimate syllables since word length in letters is a better predictor of readability than "
    "word length in syllables. Therefore, a new readability formula was computed that has for its "
    "predictors letters per 100 words and sentences per 100 words. Both predictors can be counted "
    "by an optical scanning device, and thus the formula makes it economically feasible for an "
    "organization such as the U.S. Office of Education to calibrate the readability of all "
    "textbooks for the public school system."
)


def test_coleman_liau_gives_the_published_value() -> None:
    found = r.count(COLEMAN_LIAU)
    assert (found.words, found.letters, found.sentences) == (119, 639, 5)
    assert found.coleman_liau == pytest.approx(14.5, abs=0.05)


def test_flesch_kincaid_gives_the_value_often_printed_for_the_platypus() -> None:
    text = "The Australian platypus is seemingly a hybrid of a mammal and reptilian creature."
    found = r.count(text)
    assert (found.words, found.syllables, found.sentences) == (13, 24, 1)
    assert found.flesch_kincaid == pytest.approx(11.3, abs=0.05)


def test_flesch_kincaid_of_one_syllable_words_by_hand() -> None:
    # 6 words, 6 syllables, 1 sentence: 0.39 * 6 + 11.8 - 15.59 = -1.45
    assert r.count("The cat sat on the mat.").flesch_kincaid == pytest.approx(-1.45)


@pytest.mark.parametrize(
    ("word", "by_hand"),
    [
        *(("share", 1), ("the", 1), ("rules", 1), ("used", 1), ("judged", 1), ("league", 1)),
        *(("table", 2), ("people", 2), ("counted", 2), ("places", 2), ("hundred", 2)),
        *(("value", 2), ("unique", 2), ("science", 2), ("being", 2), ("county", 2)),
        *(("removal", 3), ("conviction", 3), ("recorded", 3), ("area", 3), ("period", 3)),
        *(("agency", 3), ("continue", 3), ("criminal", 3)),
        *(("immigration", 4), ("jurisdiction", 4), ("individual", 5), ("over-dispersion", 5)),
        *(("FY2016", 1), ("2011", 1), ("county's", 2)),
    ],
)
def test_syllables_are_those_counted_by_hand(word: str, by_hand: int) -> None:
    assert r.syllables(word) == by_hand


def test_spanish_measures_by_hand() -> None:
    # Nin-gún ve-re-dic-to se es-cri-be a ma-no: 6 words, 13 syllables, 1 sentence.
    # 206.84 - 60 * 13 / 6 - 1.02 * 6 = 70.72; 206.835 - 62.3 * 13 / 6 - 6 = 65.852
    found = r.count("Ningún veredicto se escribe a mano.", r.spanish_syllables)
    assert (found.words, found.syllables, found.sentences) == (6, 13, 1)
    assert found.fernandez_huerta == pytest.approx(70.72, abs=0.005)
    assert found.szigriszt_pazos == pytest.approx(65.852, abs=0.005)


@pytest.mark.parametrize(
    ("word", "by_hand"),
    [
        *(("y", 1), ("muy", 1), ("ley", 1), ("que", 1), ("seis", 1), ("dio", 1)),
        *(("guerra", 2), ("quienes", 2), ("ciudad", 2), ("país", 2), ("ahí", 2), ("caer", 2)),
        *(("prohibir", 2), ("agencia", 3), ("condena", 3), ("mayores", 3), ("lingüista", 3)),
        *(("período", 4), ("expulsión", 3), ("deportación", 4), ("antigüedad", 4)),
        *(("diferencia", 4), ("estadounidense", 6), ("teórico-práctico", 7), ("2011", 1)),
    ],
)
def test_spanish_syllables_are_those_counted_by_hand(word: str, by_hand: int) -> None:
    assert r.spanish_syllables(word) == by_hand


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three?", 3),
        ('He said "no." Then he left.', 2),
        ("The U.S. Office said so. It was No. 3.", 2),
        ("A share of 28.7% is one thing; this is the same sentence.", 1),
        ("Esto no. ¿Por qué? Así es en EE. UU. desde 2011.", 3),
        ("A point\n\nno point at the end of a list item\n\nand another", 3),
    ],
)
def test_sentences_are_split(text: str, parts: int) -> None:
    assert len(r.sentences(text)) == parts


def test_main_text_excludes_code_and_markup() -> None:
    page = """---
title: x
---

# Title

A {gl}`removal` is {n}`share:pct` of {gl}`all areas <area of responsibility>` {cite:p}`a2001`. {n}`x` of *them*, see [here](a.md).

```{code-cell}
x = 5
```

```{symbols} In symbols
Skipped.
```

- one `file.csv`
- two

$$
x
$$

| a | b |
"""
    assert r.main_text(page).split("\n\n") == [
        "A removal is Number of all areas. Number of them, see here.",
        "one Number",
        "two",
    ]


def test_translated_text_is_that_of_its_english_paragraphs() -> None:
    page = next(iter(r.by_page()))
    text = (paths.ROOT / f"{page}.md").read_text(encoding="utf-8")
    first = " ".join(next(r.paragraphs(text)).split())
    found = r.translated_by_page({first: "De {n}`x` **granos**, ninguno."}, r.SPANISH_TOKEN)
    assert found == {page: "De Cifra granos, ninguno."}


def test_a_long_sentence_is_found() -> None:
    text = "One two three. One two three four. One two three four five."
    assert r.long_sentences(text, 3) == ["One two three four five.", "One two three four."]


# Bounds of the edition: reached, and never loosened.
BOOK, PAGE, LONGEST = 9.0, 10.0, 44


def test_book_meets_its_readability_grade() -> None:
    texts = r.by_page()
    assert len(texts) > 20
    assert {f"notebooks/{file.stem}" for file in paths.NOTEBOOKS.glob("[01]*.md")} <= texts.keys()
    book = r.total_counts(texts.values())
    assert max(book.flesch_kincaid, book.coleman_liau) <= BOOK
    grades = {
        page: max(found.flesch_kincaid, found.coleman_liau)
        for page, found in ((page, r.count(text)) for page, text in texts.items())
    }
    assert {page: grade for page, grade in grades.items() if grade > PAGE} == {}


def test_no_sentence_of_the_book_is_too_long() -> None:
    found = [part for text in r.by_page().values() for part in r.long_sentences(text, LONGEST)]
    assert found == []


# Bounds of the Spanish translation, on the INFLESZ scale (65 to 80: quite easy) and in words.
SPANISH_BOOK, SPANISH_PAGE, SPANISH_LONGEST = 69.0, 66.0, 50


def test_spanish_translation_meets_its_readability() -> None:
    texts = r.translated_by_page(paragraphs_of("es"), r.SPANISH_TOKEN)
    assert texts.keys() == r.by_page().keys()
    book = r.count("\n\n".join(texts.values()), r.spanish_syllables)
    assert book.szigriszt_pazos >= SPANISH_BOOK
    eases = {page: r.count(text, r.spanish_syllables) for page, text in texts.items()}
    assert {page for page, found in eases.items() if found.szigriszt_pazos < SPANISH_PAGE} == set()
    long = [part for text in texts.values() for part in r.long_sentences(text, SPANISH_LONGEST)]
    assert long == []
