"""Every text that a reader sees is found; the template is current; the pseudo language is sound."""

from __future__ import annotations

import ast
import io
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from scomm import paths
from scomm.errors import SourceError
from scomm.record import catalogs
from scomm.record.pseudo import CLOSE, GROWTH, OPEN, pseudo

TEXTS = {message.text for message in catalogs.messages()}


def test_the_committed_template_is_that_of_the_sources() -> None:
    assert catalogs.POT.read_bytes() == catalogs.template(), "run `make words` and commit"


def test_the_template_is_a_catalog_of_every_text() -> None:
    with catalogs.POT.open("rb") as stream:
        found = {
            message.id if isinstance(message.id, str) else message.id[0]
            for message in read_po(stream)
            if message.id
        }
    assert found == TEXTS


@pytest.mark.parametrize(
    "text",
    [
        "Show the code: {says}",  # a module
        "What this rests on",  # a template of the record
        "Download this page as an executed notebook (.ipynb)",  # a template of the theme
        "Jurisdictions with a published figure at the cut-off of the release (February 2011)",
        "Of {n:int} places, {over:int} lie over one half: {names}. The lowest is {lowest} at {share:pct0}.",
        "Compute the five sentences of this page",  # the line over folded code
        "Removals (logarithmic)",  # an axis
        'what "1 in 4" covers, rounded',  # a row's label
        "In Boston, over half had no conviction",  # a ledger
        "IV. Since 2021",  # the table of contents
        "{shown} of {all} rows",  # a script
        "Detainers at every facility",  # a datasheet
    ],
)
def test_texts_of_every_kind_of_place_are_found(text: str) -> None:
    assert text in TEXTS


def test_every_argument_that_readers_see_is_found() -> None:
    for cell in catalogs.cells():
        for expression in catalogs.seen(cell.tree):
            for node in ast.walk(expression):
                text = node.value if isinstance(node, ast.Constant) else None
                if isinstance(text, str) and re.search(r"[a-z]{3}", text):
                    assert " ".join(text.split()) in TEXTS, f"{cell.where}: {text!r}"


def pieces(expression: ast.AST) -> list[ast.AST]:
    """What of an expression is text put together from pieces; values of a template are none."""
    if isinstance(expression, ast.JoinedStr):
        return [expression]
    if isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.Add | ast.Mod):
        return [expression]
    if isinstance(expression, ast.Call):
        name = getattr(expression.func, "id", getattr(expression.func, "attr", ""))
        if name in ("tr", "trn"):
            return [part for given in expression.args for part in pieces(given)]
        if name in ("join", "format", "format_map"):
            return [expression]
        if name not in ("joined", "Col"):
            return []
    return [part for child in ast.iter_child_nodes(expression) for part in pieces(child)]


@pytest.mark.parametrize("cell", list(catalogs.cells()), ids=lambda cell: cell.where)
def test_no_text_that_readers_see_is_put_together_from_pieces(cell: catalogs.Cell) -> None:
    wrong = [ast.unparse(part) for seen in catalogs.seen(cell.tree) for part in pieces(seen)]
    assert not wrong, f"{cell.where}: give tr() one template with named places: {wrong[0]}"


def test_text_put_together_from_pieces_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    head = (paths.NOTEBOOKS / "G-glossary.md").read_text(encoding="utf-8").split("# G.")[0]
    for bad in ('f"{n} places"', '"places " + name', '", ".join(names)', '"{} places".format(n)'):
        page.write_text(
            f"{head}# X\n\n```{{code-cell}} ipython3\n# Draw\nfigure('1', draw, alt={bad})\n```\n"
        )
        (cell,) = catalogs.cells([page])
        assert any(pieces(seen) for seen in catalogs.seen(cell.tree)), bad


def test_a_plural_has_both_its_forms() -> None:
    with catalogs.POT.open("rb") as stream:
        plurals = [message.id for message in read_po(stream) if not isinstance(message.id, str)]
    assert ("{n:int} finding.", "{n:int} findings.") in {tuple(ids) for ids in plurals}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Of {n}`n_here` places, {n}`n_over:word` lie", ["{n}`n_here`", "{n}`n_over:word`"]),
        ("{x:int} of <b>{n:int}</b> cases", ["{x:int}", "<b>", "{n:int}", "</b>"]),
        ('<a href="{url}" download>the notebook</a>', ['<a href="{url}" download>', "</a>"]),
        ("see [chapter 7](07-top-list.md) or $x/n$", ["](07-top-list.md)", "$x/n$"]),
        (
            "the rules of `data/hand/RULES.md`, by {cite:t}`newcombe1998b`",
            ["`data/hand/RULES.md`", "{cite:t}`newcombe1998b`"],
        ),
        ("at https://example.org/a_page now", ["https://example.org/a_page"]),
        ("Found %(count)s pages", ["%(count)s"]),
        ("${resultCount} pages", ["${resultCount}"]),
    ],
)
def test_the_pseudo_language_keeps_what_translators_keep(text: str, kept: list[str]) -> None:
    made = pseudo(text)
    at = 0
    for part in kept:
        at = made.index(part, at) + len(part)


def test_every_text_grows_and_keeps_its_places_and_tags() -> None:
    for text in TEXTS:
        made = pseudo(text)
        seen = re.sub(r"<[^>]+>|\{[^}]*\}|\$[^$]+\$", "", text)
        assert len(made) >= GROWTH * len(seen), text
        assert OPEN in made, text
        assert made.endswith(CLOSE), text
        for kept in (r"\{\w*(?::\w+)?\}", r"<[^>]+>"):
            assert re.findall(kept, made) == re.findall(kept, text)


@given(
    st.text(alphabet=st.characters(codec="ascii", exclude_characters="<{`$%&]h\r\n"), min_size=1)
)
def test_any_plain_text_grows_by_two_fifths(text: str) -> None:
    assert len(pseudo(text)) >= GROWTH * len(text)


def test_a_translated_numbered_title_stays_a_title(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "LOCALE", tmp_path)
    folder = tmp_path / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "pages.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "6. Jurisdictions"\nmsgstr "6. Jurisdicciones"\n'
    )
    catalogs.compile_catalogs("es")
    assert b"6\\. Jurisdicciones" in (folder / "pages.mo").read_bytes()
    assert catalogs.compile_catalogs("es") == []
    # One that is as new as its source does not keep the next from being made.
    later = folder / "scomm.po"
    later.write_bytes((folder / "pages.po").read_bytes())
    assert catalogs.compile_catalogs("es") == [later.with_suffix(".mo")]


def test_a_translation_is_begun_and_kept_when_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "LOCALE", tmp_path)
    pages = tmp_path / "pages.pot"
    pages.write_text('msgid ""\nmsgstr ""\n\nmsgid "One"\nmsgstr ""\n')
    told = catalogs.update("es", pages)
    po = tmp_path / "es" / "LC_MESSAGES" / "pages.po"
    assert told[po] == (0, 1)
    po.write_text(po.read_text().replace('msgid "One"\nmsgstr ""', 'msgid "One"\nmsgstr "Uno"'))
    pages.write_text(pages.read_text() + '\nmsgid "Two"\nmsgstr ""\n')
    assert catalogs.update("es", pages)[po] == (1, 2)
    with po.open("rb") as stream:
        assert read_po(stream)["One"].string == "Uno"


def test_the_template_reads_the_same_twice() -> None:
    assert read_po(io.BytesIO(catalogs.template())) is not None
    assert catalogs.template() == catalogs.template()


def test_without_the_prose_of_pages_a_translation_is_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "LOCALE", tmp_path / "locale")
    pages = tmp_path / "pages.pot"
    with pytest.raises(SourceError) as refused:
        catalogs.update("es", pages)
    said = str(refused.value)
    assert all(part in said for part in (str(pages), "no such file", "the prose of pages"))
    assert "make words" in said
    assert not (tmp_path / "locale").exists()
