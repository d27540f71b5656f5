"""Test what tells a whole translation from one that lost something."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from citable import paths
from citable.translate import catalogs, checks
from tools.translations import differences

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
ENGLISH = "Of {n:int} {gl}`removals <removal>`, {n}`share:pct` or 28.7% ([more](x.html))"
SPANISH = "De {n:int} {gl}`expulsiones <removal>`, el {n}`share:pct` o el 28.7% ([más](x.html))"


@pytest.fixture
def problems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Return what is wrong with one translation of one text."""

    def of(entry: str, text: str = ENGLISH) -> list[str]:
        (tmp_path / "book.pot").write_text(HEAD + f'msgid "{text}"\nmsgstr ""\n', "utf-8")
        (tmp_path / "pages.pot").write_text(HEAD, "utf-8")
        for name in ("book", "pages"):
            (tmp_path / f"{name}.po").write_text(HEAD, "utf-8")
        (tmp_path / "book.po").write_text(HEAD + entry, "utf-8")
        monkeypatch.setattr(checks, "POT", tmp_path / "book.pot")
        monkeypatch.setattr(checks, "language_folder", lambda language: tmp_path)
        return checks.problems("es", tmp_path)

    return of


def test_whole_translation_has_no_problem(problems) -> None:
    assert problems(f'msgid "{ENGLISH}"\nmsgstr "{SPANISH}"\n') == []


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("", "has no translation"),
        (f'msgid "{ENGLISH}"\nmsgstr ""\n', "has no translation"),
        (f'#, fuzzy\nmsgid "{ENGLISH}"\nmsgstr "{SPANISH}"\n', "is marked as fuzzy"),
        (f'msgid "{ENGLISH}"\nmsgstr "{SPANISH.replace("28.7", "27.8")}"\n', "lacks ['28.7']"),
        (f'msgid "{ENGLISH}"\nmsgstr "{SPANISH.replace("{n:int}", "n")}"\n', "lacks ['{n:int}']"),
        (f'msgid "{ENGLISH}"\nmsgstr "{SPANISH.replace(":pct`", ":f1`")}"\n', "{n}`share:f1`"),
        (f'msgid "{ENGLISH}"\nmsgstr "{SPANISH.replace("<removal>", "<return>")}"\n', "<removal>"),
        (f'msgid "{ENGLISH}"\nmsgstr "{SPANISH.replace("x.html", "y.html")}"\n', "](x.html)"),
    ],
)
def test_incomplete_translation_is_named(problems, entry: str, said: str) -> None:
    (problem,) = problems(entry)
    assert problem.startswith("book.po: ")
    assert said in problem


def test_translation_of_a_removed_text_is_named(problems) -> None:
    entry = f'msgid "{ENGLISH}"\nmsgstr "{SPANISH}"\n\nmsgid "Gone"\nmsgstr "Fue"\n'
    assert problems(entry) == ["book.po: 'Gone' is no text of the book any more"]


@pytest.mark.parametrize("language", sorted(folder.name for folder in paths.LOCALE.glob("??")))
def test_committed_translations_of_all_but_prose_are_whole(language: str, tmp_path: Path) -> None:
    """The prose of pages needs a build to extract it: `make -f maintenance.mk translations`."""
    (tmp_path / "pages.pot").write_text(HEAD, "utf-8")
    found = checks.problems(language, tmp_path)
    assert [problem for problem in found if not problem.startswith("pages.po")] == []
    with (catalogs.language_folder(language) / "pages.po").open("rb") as stream:
        pages = read_po(stream)
    lost = [m.id for m in pages if m.id and checks.kept_parts(m.id) != checks.kept_parts(m.string)]
    assert lost == []


PAGE = "<article><p id='p'>Of 94,218 removals, <b>28.7%</b></p><img alt='1 of 4'></article>"


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<article><p id='p'>De 94,218, el <b>28.7%</b></p><img alt='1 de 4'></article>", None),
        ("<article><p id='p'>De 94,218, el <b>27.8%</b></p><img alt='1 de 4'></article>", "28.7"),
        (
            "<article><p id='p'>De 94,218, el <b>28.7%</b></p><img alt='uno'></article>",
            "['1', '4']",
        ),
        ("<article><p id='p'>De 94,218, el <b>28.7%</b></p></article>", "expected 'img.#'"),
        ("<article><p id='q'>De 94,218, el <b>28.7%</b></p></article>", "expected 'p.#p'"),
    ],
)
def test_pages_of_a_translation_are_compared(page: str, said: str | None, tmp_path: Path) -> None:
    (tmp_path / "en.html").write_text(PAGE, "utf-8")
    (tmp_path / "es.html").write_text(page, "utf-8")
    found = list(differences(tmp_path / "en.html", tmp_path / "es.html"))
    assert (found == []) if said is None else said in found[0]
