from __future__ import annotations

from pathlib import Path

import pytest

from scomm import paths
from scomm.record.prose import typed_numbers

CHAPTERS = [*sorted(paths.NOTEBOOKS.glob("*.md")), paths.ROOT / "index.md"]

# A number or number word that may stay typed, with the reason. New ones need a reason too.
ALLOW: dict[tuple[str, str], str] = {
    ("05-nation", "quarter"): "the threshold of the claim, in words",
    ("05-nation", "4"): "the N of the claim's own figure",
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
    assert typed_numbers(f"# Title\n\n{sentence}\n")


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
