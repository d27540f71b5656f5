from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from citable import paths
from citable.execute.chapters import pages, read_notebook
from citable.lint.typed_numbers import typed_literals, typed_numbers

CHAPTERS = [paths.ROOT / f"{page}.md" for page in pages()]

# A number or number word that may stay typed, with the reason. New ones need a reason too.
ALLOW: dict[tuple[str, str], str] = {
    ("08-pennsylvania", "half"): "what lies between the quartiles beside it",
    ("02-program", "half"): "the day on which a curve passes one half, computed from HALF",
    ("05-nation", "quarter"): "the threshold of the claim, in words",
    ("05-nation", "1"): "the claim's own figure, 1 in 4",
    ("05-nation", "4"): "the N of the claim's own figure",
    ("05-nation", "two in seven"): "the fraction nearest the share, beside its computed value",
}


@pytest.mark.parametrize("file", CHAPTERS, ids=lambda file: file.stem)
def test_no_number_is_typed_in_prose(file: Path) -> None:
    typed = [
        f"line {item.line}: {item.text!r} in: {item.context}"
        for item in typed_numbers(file.read_text(encoding="utf-8"))
        if (file.stem, item.text.lower()) not in ALLOW
    ]
    assert not typed, "numbers typed by hand:\n" + "\n".join(typed)


@pytest.mark.parametrize(
    "sentence",
    [
        "Of 94,218 removals.",
        "about half of them",
        "28.7% had none",
        "two in seven",
        "22 areas",
        "a third of them",
    ],
)
def test_typed_numbers_are_found(sentence: str) -> None:
    found = typed_numbers(f"# Title\n\n {sentence}\n")
    assert {(item.line, item.context) for item in found} == {(3, sentence)}


@pytest.mark.parametrize(
    "sentence",
    [
        "On 24 March 2011 and in FY2016 to FY2019, see chapter 6 and Finding 6.3.",
        'The claim of "1 in 4" and "over 50%" (C1, C2).',
        "There were {n}`n` removals, {n}`share:pct`; $p = 0.5$.",
        "Level 1, Levels 2 and 3; a 95% interval.",
        "See [this page](05-nation.md) and {cite}`wagner2002`.",
    ],
)
def test_names_that_contain_digits_are_not_numbers(sentence: str) -> None:
    assert typed_numbers(f"# 12 Title\n\n{sentence}\n\n```{{code-cell}}\nx = 5\n```\n") == []


def test_typed_numbers_are_found_in_the_texts_of_directives() -> None:
    text = ":::{table} 7.1\n:sources: removals\n\nOf 94,218 removals\n\n- `n:int` Removals\n:::\n"
    assert [(item.line, item.text) for item in typed_numbers(text)] == [(4, "94,218")]


# A number in words is in lower case: no sentence may begin with one.
STARTS_WITH_A_WORD = re.compile(r"(?:^|[.!?)]\s)\{n\}`[\w.]+:word`", re.MULTILINE)


@pytest.mark.parametrize("file", CHAPTERS, ids=lambda file: file.stem)
def test_no_sentence_begins_with_a_number_in_words(file: Path) -> None:
    assert STARTS_WITH_A_WORD.findall(file.read_text(encoding="utf-8")) == []


def test_a_sentence_that_begins_with_a_number_in_words_is_found() -> None:
    assert STARTS_WITH_A_WORD.search("dates ({gl}`placebo dates`). {n}`rank:word` of them has one")


def allowed_literals() -> dict[str, dict[str, tuple[int, str]]]:
    """How often each literal may stand in each page's cells, with the reason."""
    allowed: dict[str, dict[str, tuple[int, str]]] = {}
    with Path(__file__).with_name("literals.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            page = allowed.setdefault(row["page"], {})
            page[row["literal"]] = (int(row["times"]), row["reason"])
    return allowed


@pytest.mark.parametrize("file", CHAPTERS, ids=lambda file: file.stem)
def test_no_number_is_typed_in_code(file: Path) -> None:
    notebook = read_notebook(file)
    cells = [] if notebook is None else [c.source for c in notebook.cells if c.cell_type == "code"]
    found = [item for source in cells for item in typed_literals(source)]
    count = Counter(item.text for item in found)
    allowed = allowed_literals().get(file.stem, {})
    new = [
        f"{item.text} in: {item.context}"
        for item in found
        if count[item.text] > allowed.get(item.text, (0, ""))[0]
    ]
    assert not new, "literals without a reason in tests/record/literals.csv:\n" + "\n".join(new)
    stale = {name for name, (times, _) in allowed.items() if count[name] != times}
    assert not stale, f"literals.csv allows more than {file.stem} uses: {stale}"
    assert all(len(reason) > 8 for _, reason in allowed.values())


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("share = 27047 / n", ["27047"]),
        ("say(share=0.287)", ["0.287"]),
        ("floor = -3", ["3"]),
        ("LAGS = 3", ["3"]),
        ("LAGS = 3  # months, about the cube root of the length", []),
        ("lags = 3  # months", ["3"]),
        ("x[:12], fy == 2018, 100 * x, x > 0", []),
        ("draw(xlim=(0.2, 0.5), n=7)", ["7"]),
        ("%matplotlib inline\ny = 5", ["5"]),
    ],
)
def test_typed_literals_are_found(source: str, found: list[str]) -> None:
    assert [item.text for item in typed_literals(source)] == found
