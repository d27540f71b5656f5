"""Measure how hard the main text of each page is to read, by published formulas.

The Flesch-Kincaid grade (Kincaid, Fishburne, Rogers and Chissom, *Derivation of New Readability
Formulas*, Naval Technical Training Command, Research Branch Report 8-75, 1975) counts words a
sentence and syllables a word; the Coleman-Liau index (*Journal of Applied Psychology* 60 (1975):
283-284) letters a word and sentences a word. Both estimate the years of schooling in the United
States that a text asks for. They see the length of words and sentences and nothing else: a short
sentence can be obscure, and a name such as "Pennsylvania" counts as a hard word.

Spanish has measures of its own, from 0 (hard) to 100 (easy): Fernández Huerta's ("Medidas sencillas
de lecturabilidad", *Consigna* 214 (1959): 29-32, as corrected by Gwillim Law, 2011) and
Szigriszt-Pazos's (*Sistemas predictivos de legibilidad del mensaje escrito*, Universidad Complutense
de Madrid, 1993). The INFLESZ scale (Barrio-Cantalejo and others, *Anales del Sistema Sanitario de
Navarra* 31 (2008): 135-152) reads the second: normal from 55, quite easy from 65.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from citable import paths
from citable.execute.chapters import pages

# Replacement of computed numbers, formulas and file names: one plain word, so that the grade
# does not change with a count.
TOKEN = "Number"
SPANISH_TOKEN = "Cifra"

# A point after these ends no sentence.
_ABBREVIATION = re.compile(r"(?:^|[\s(])(?:No|U\.S|v|vs|ed|St|Dr|e\.g|i\.e|EE|UU)\.$")

# Neighboring vowels that are spoken apart: cre-ate, soci-ety, are-a, du-al, ide-a, be-ing.
_APART = re.compile(
    r"creat(?!u)|iety|react|idea|area|[dtv]ual|fluid|uing|ying|eeing|being|riod|scien|dio|deo"
)
# A vowel at the end that is written and not spoken, but "ta-ble", "coun-ted", "pla-ces", "hun-dred".
_SILENT = re.compile(
    r"[^aeiouyl]e$|[aeiouy]le$|[qg]ue$|[^aeiouydt](?<![dc]r)ed$|[^aeiouysxzcghl]es$|[aeiouy]les$"
)

_WORD = re.compile(r"(?:[A-Za-z]\.){2,}|[^\W_]+(?:['’\-][^\W_]+)*")


def syllables(word: str) -> int:
    """Estimate the number of syllables of an English word.

    Groups of neighboring vowels are counted; a silent *e* at the end, and *-es* or *-ed* where
    they are not spoken, are taken off; a vowel pair that is usually spoken apart counts as two.
    Parts of a compound with hyphens are added up. Numerals count as one.

    >>> [syllables(word) for word in ("library", "share", "counted", "states", "over-dispersion")]
    [3, 1, 2, 1, 5]
    """
    if "-" in word:
        return sum(syllables(part) for part in word.split("-") if part)
    text = re.sub(r"['’](?:s|t)?$", "", word.lower())
    text = re.sub(r"[^a-zà-ÿ]", "", text)
    if not text:
        return 1
    count = len(re.findall(r"[aeiouyà-ÿ]+", text)) + len(_APART.findall(text))
    if _SILENT.search(text):
        count -= 1
    return max(count, 1)


# Letters that are written and not spoken as a vowel, or a consonant that parts no vowels.
_SILENT_SPANISH = re.compile(r"(?<=q)u(?=[eiéí])|(?<=g)u(?=[eiéí])|(?<=[aeiouáéíóúü])h")


def spanish_syllables(word: str) -> int:
    """Count the syllables of a Spanish word by the rules of its spelling.

    Each of *a*, *e*, *o* and of the vowels with an accent mark is one; *i* and *u* without a mark
    belong to a neighboring vowel, or are one together; *h* does not part vowels, *u* is silent in
    *que, qui, gue, gui*, and *y* is a vowel at the end. Parts of a compound with hyphens are added
    up. Numerals count as one.

    >>> [spanish_syllables(word) for word in ("ciudad", "país", "quienes", "muy", "teórico")]
    [2, 2, 2, 1, 4]
    """
    if "-" in word:
        return sum(spanish_syllables(part) for part in word.split("-") if part)
    text = re.sub(r"y$", "i", word.lower())
    groups = re.findall(r"[aeiouáéíóúü]+", _SILENT_SPANISH.sub("", text))
    return max(sum(max(len(re.findall(r"[aeoáéíóú]", group)), 1) for group in groups), 1)


@dataclass(frozen=True)
class Counts:
    """Counts of a text that the formulas need."""

    sentences: int
    words: int
    syllables: int
    letters: int

    @property
    def flesch_kincaid(self) -> float:
        """Return the Flesch-Kincaid grade."""
        return 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59

    @property
    def coleman_liau(self) -> float:
        """Return the Coleman-Liau index."""
        per_word = 100 / self.words
        return 0.0588 * self.letters * per_word - 0.296 * self.sentences * per_word - 15.8

    @property
    def fernandez_huerta(self) -> float:
        """Return Fernández Huerta's measure of a Spanish text."""
        return 206.84 - 60 * self.syllables / self.words - 1.02 * self.words / self.sentences

    @property
    def szigriszt_pazos(self) -> float:
        """Return Szigriszt-Pazos's measure of a Spanish text, which the INFLESZ scale reads."""
        return 206.835 - 62.3 * self.syllables / self.words - self.words / self.sentences


def sentences(text: str) -> list[str]:
    """Split plain text into sentences; a line break between paragraphs always ends one."""
    found: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        start = 0
        flat = " ".join(paragraph.split())
        for match in re.finditer(r"[.!?][\"”')]*(?= +[\"“(¿¡]*[A-ZÁÉÍÓÚÑ0-9])|$", flat):
            part = flat[start : match.end()].strip()
            if _ABBREVIATION.search(part) and match.end() < len(flat):
                continue
            if _WORD.search(part):
                found.append(part)
            start = match.end()
    return found


def words(text: str) -> list[str]:
    """Return the words of a text."""
    return _WORD.findall(text)


def count(text: str, syllables: Callable[[str], int] = syllables) -> Counts:
    """Count sentences, words, syllables and letters of plain text, by a language's ``syllables``."""
    parts = sentences(text)
    all_words = [word for part in parts for word in words(part)]
    return Counts(
        len(parts),
        len(all_words),
        sum(syllables(word) for word in all_words),
        sum(len(re.findall(r"[^\W_]", word)) for word in all_words),
    )


# What is no main text, as a pattern and what takes its place; then the marks within it.
_BLOCKS = (
    (r"\A---\n.*?\n---\n", "", re.S),
    (r"^(`{3,}|~{3,}|:{3,}).*?^\1\s*$", "\n", re.S | re.M),
    (r"\$\$.*?\$\$", "\n\n", re.S),
    (r"^(?:#|\||>|\(.*\)=).*$", "\n", re.M),
    (r"^\s*(?:[-*]|\d+\.) +", "\n\n", re.M),
)
_MARKS = (
    (r"\s*\{cite:p\}`[^`]*`", ""),
    (r"\{gl\}`([^`<]*?)(?:\s*<[^`]*>)?`", r"\1"),
    (r"\{[\w:-]+\}`[^`]*`", TOKEN),
    (r"`[^`\n]*`|\$[^$\n]+\$", TOKEN),
    (r"\[([^\]]*)\]\([^)]*\)", r"\1"),
    (r"\*+", ""),
)


def paragraphs(text: str) -> Iterator[str]:
    """Yield the paragraphs and list items of a page's main text, as written."""
    for pattern, put, flags in _BLOCKS:
        text = re.sub(pattern, put, text, flags=flags)
    yield from (part.strip() for part in re.split(r"\n\s*\n", text) if part.strip())


def _plain(text: str, token: str = TOKEN) -> str:
    """Return a paragraph as plain words."""
    for pattern, put in _MARKS:
        text = re.sub(pattern, token if put == TOKEN else put, text)
    return text.strip()


def main_text(text: str) -> str:
    """Return the main text of a page: its paragraphs and list items as plain words.

    Left out: the header, code and other directives (so the boxes that can be skipped too),
    formulas, tables, headings, quotations of a form. A citation in brackets is no word; one that
    is part of its sentence, a computed number and a file's name are ``TOKEN``.
    """
    return "\n\n".join(filter(None, map(_plain, paragraphs(text))))


def by_page() -> dict[str, str]:
    """Return the main text of every page of the book that has one, in reading order."""
    found = {}
    for page in pages():
        text = main_text(Path(paths.ROOT / f"{page}.md").read_text(encoding="utf-8"))
        if text:
            found[page] = text
    return found


def translated_by_page(translations: Mapping[str, str], token: str) -> dict[str, str]:
    """Return the main text of every page in another language, as ``by_page`` does in English.

    ``translations`` gives the paragraphs of a catalog by the English ones; ``token`` stands where
    English has ``TOKEN``. A paragraph without a translation is left out.
    """
    found = {}
    for page in pages():
        text = Path(paths.ROOT / f"{page}.md").read_text(encoding="utf-8")
        parts = (translations.get(" ".join(part.split()), "") for part in paragraphs(text))
        if plain := [_plain(part, token) for part in parts if part]:
            found[page] = "\n\n".join(plain)
    return found


def total_counts(texts: Iterable[str]) -> Counts:
    """Return the counts of several texts together."""
    return count("\n\n".join(texts))


def long_sentences(text: str, more_than: int) -> list[str]:
    """Return the sentences with more than ``more_than`` words, longest first."""
    found = [part for part in sentences(text) if len(words(part)) > more_than]
    return sorted(found, key=lambda part: -len(words(part)))
