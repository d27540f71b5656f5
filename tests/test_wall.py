"""Test that ``citable`` contains no word of the subject."""

from __future__ import annotations

import re

from citable import paths

# Nouns of the subject, its agencies' abbreviations, ids of its claims.
SUBJECT = re.compile(
    r"\b(?:count(?:y|ies)|removals?|deport\w*|detainers?|immigra\w*|secure communities|ICE|AOR|scomm|[CA]\d{1,2}(?= claim))\b",
    re.IGNORECASE,
)
ABBREVIATIONS = re.compile(r"\b(?:ICE|AOR)\b")
TEXTS = (".py", ".html", ".css", ".js")


def test_citable_contains_no_subject_words() -> None:
    found = [
        f"{file.relative_to(paths.SRC)}:{number}: {line.strip()[:80]}"
        for file in sorted((paths.SRC / "citable").rglob("*"))
        if file.suffix in TEXTS
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if SUBJECT.search(line)
    ]
    assert found == []


def test_style_rules_are_of_the_theme_or_of_the_book() -> None:
    theme, own = (
        {
            " ".join(rule.split())
            for rule in re.findall(r"[^{}]+\{[^{}]*\}", re.sub(r"/\*.*?\*/", "", text, flags=re.S))
        }
        for text in (
            (folder / "book.css").read_text(encoding="utf-8")
            for folder in (paths.THEME / "static", paths.ROOT / "_static")
        )
    )
    assert theme
    assert own
    assert theme.isdisjoint(own)
